/*
 * A configuration file that is a Lua table. It runs in a bare state without libraries, within 1 MiB
 * and a million instructions. Every complaint names the file and the field; after the first one the
 * others are not made, so that a caller may read many fields and look once.
 */
#ifndef METERBENCH_HIL_LUA_FILE_H
#define METERBENCH_HIL_LUA_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lua_State;

enum { LUA_FILE_DEPTH_MAX = 6, LUA_FILE_KEY_MAX = 48 };

struct lua_file {
    struct lua_State *lua;
    const char *path;
    char *message;
    size_t size;
    size_t memory;
    char where[LUA_FILE_DEPTH_MAX][LUA_FILE_KEY_MAX]; /* the tables entered */
    int depth;
    bool failed;
};

/*
 * Runs the file, which returns a table; `constructor` is a function that it may call on it (bench {
 * .. }), or NULL. 0, or ERROR_PROFILE with the message. `message` is used until lua_file_close.
 */
int lua_file_open(struct lua_file *file, const char *path, const char *constructor, char *message,
                  size_t size);
void lua_file_close(struct lua_file *file);

/* Go into a table of the present one. False when it is missing (a complaint if required) or no
 * table. */
bool lua_file_enter(struct lua_file *file, const char *key, bool required);
void lua_file_leave(struct lua_file *file);

/* Complain of any key of the present table that is not in the list, which ends with NULL. */
void lua_file_only(struct lua_file *file, const char *const *keys);

bool lua_file_has(struct lua_file *file, const char *key);
/* Is there a table under this key? What is no table may be a string or a number instead. */
bool lua_file_has_table(struct lua_file *file, const char *key);

/* Of a list, once entered: how long it is, and into its element `index`, counted from 1, which must
 * be a table (else false, with a complaint). */
int lua_file_length(struct lua_file *file);
bool lua_file_enter_element(struct lua_file *file, int index);

/* Whole numbers and strings. What is missing leaves *value as it is, and is a complaint if
 * required. */
void lua_file_integer(struct lua_file *file, const char *key, bool required, int64_t low,
                      int64_t high, int64_t *value);
void lua_file_string(struct lua_file *file, const char *key, bool required, char *value,
                     size_t size);
void lua_file_boolean(struct lua_file *file, const char *key, bool *value);

/* A complaint of the caller's own about a field of the present table. */
void lua_file_complain(struct lua_file *file, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
