/*
 * The texts that a run is made from: scenarios, their modules, models and curves. All are opened here, so that a
 * run file can keep what was read, and a replay can read what was kept. One set a process.
 */
#ifndef METERBENCH_RUNNER_SOURCE_H
#define METERBENCH_RUNNER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct lua_State;

/* A text that was read, or is kept to be read. */
struct source {
    const char *path, *text;
    size_t size;
};

/* From now on every text that is opened is kept in memory, and a second opening gives the same text. */
void source_keep(void);
/* From now on only texts that were added are there, whatever the disk has. */
void source_only_added(void);
/* 0 or ERROR_NO_MEMORY; the text is copied. */
int source_add(const char *path, const char *text, size_t size);
void source_forget_all(void);

/* For reading; NULL when it is not there, with errno. */
FILE *source_open(const char *path);
/* Is it a directory with something in it? */
bool source_is_directory(const char *path);
/* luaL_loadfilex in text mode. */
int source_load_lua(struct lua_State *lua, const char *path);

/* The n-th text kept, from 0; false when there are no more. Its pointers stay until source_forget_all. */
bool source_kept(size_t n, struct source *source);

#endif
