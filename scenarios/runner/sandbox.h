/*
 * Lua states for scripts: a memory and an instruction budget, no io, os, debug or loading of code, sorted
 * `pairs`, `math.random` from a stream of ours, no printable addresses.
 */
#ifndef METERBENCH_RUNNER_SANDBOX_H
#define METERBENCH_RUNNER_SANDBOX_H

#include "sim/kernel/random.h"

#include <lua.h>
#include <stddef.h>

struct sandbox {
    lua_State *lua;
    size_t memory_used, memory_max;
    long long instructions_left;
    struct random random; /* of math.random */
    void *owner;          /* for the functions that a user of the sandbox registers */
    char module_dir[512]; /* where `require "name"` finds lib/name.lua; empty: nowhere */
    char script_dir[512]; /* of the file last loaded, with its slash; empty: the working directory */
    char error[600];      /* of the last failure: file:line: message */
};

#define SANDBOX_MEMORY_DEFAULT (64u << 20)
#define SANDBOX_INSTRUCTIONS_DEFAULT 200000000LL

/* 0 or ERROR_NO_MEMORY. */
int sandbox_open(struct sandbox *sandbox, uint64_t seed, size_t memory_max, long long instructions);
void sandbox_close(struct sandbox *sandbox);

/* The sandbox of a state or of one of its coroutines. */
struct sandbox *sandbox_of(lua_State *lua);

/* Run a file in the sandbox; its one result is left on the stack. 0, or ERROR_INVALID_ARGUMENT with
 * sandbox->error telling file and line. */
int sandbox_load(struct sandbox *sandbox, const char *path);

/* The script stops at its next instruction, whatever catches errors in it. */
void sandbox_stop(struct sandbox *sandbox, lua_State *thread);

/* After a failed call or resume of `thread` (which may be the main state): file, line and message. */
void sandbox_explain(struct sandbox *sandbox, lua_State *thread, int status);

#endif
