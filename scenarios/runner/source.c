#include "scenarios/runner/source.h"

#include "sim/error.h"

#include <errno.h>
#include <lauxlib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SOURCE_MAX = 32 << 20, SOURCES_MAX = 100000 };

enum mode { FROM_DISK, KEEPING, ONLY_ADDED };

static struct {
    pthread_mutex_t lock;
    enum mode mode;
    struct source *items;
    size_t count, capacity;
} sources = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void set_mode(enum mode mode)
{
    pthread_mutex_lock(&sources.lock);
    sources.mode = mode;
    pthread_mutex_unlock(&sources.lock);
}

void source_keep(void)
{
    set_mode(KEEPING);
}

void source_only_added(void)
{
    set_mode(ONLY_ADDED);
}

static const struct source *find(const char *path)
{
    for (size_t i = 0; i < sources.count; i++)
        if (strcmp(sources.items[i].path, path) == 0)
            return &sources.items[i];
    return NULL;
}

static const struct source *add(const char *path, const char *text, size_t size)
{
    if (sources.count == sources.capacity) {
        size_t capacity = sources.capacity ? 2 * sources.capacity : 64;
        struct source *grown = capacity <= SOURCES_MAX
                                   ? realloc(sources.items, capacity * sizeof *grown)
                                   : NULL;
        if (!grown)
            return NULL;
        sources.items = grown;
        sources.capacity = capacity;
    }
    char *name = strdup(path), *copy = malloc(size + 1);
    if (!name || !copy) {
        free(name);
        free(copy);
        return NULL;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    sources.items[sources.count] = (struct source){name, copy, size};
    return &sources.items[sources.count++];
}

int source_add(const char *path, const char *text, size_t size)
{
    pthread_mutex_lock(&sources.lock);
    bool added = find(path) || add(path, text, size);
    pthread_mutex_unlock(&sources.lock);
    return added ? 0 : ERROR_NO_MEMORY;
}

void source_forget_all(void)
{
    pthread_mutex_lock(&sources.lock);
    for (size_t i = 0; i < sources.count; i++) {
        free((char *)sources.items[i].path);
        free((char *)sources.items[i].text);
    }
    free(sources.items);
    sources.items = NULL;
    sources.count = sources.capacity = 0;
    sources.mode = FROM_DISK;
    pthread_mutex_unlock(&sources.lock);
}

bool source_kept(size_t n, struct source *source)
{
    pthread_mutex_lock(&sources.lock);
    bool there = n < sources.count;
    if (there)
        *source = sources.items[n];
    pthread_mutex_unlock(&sources.lock);
    return there;
}

/* A file of the disk, kept. */
static const struct source *read_and_add(const char *path)
{
    struct stat status;
    FILE *file = stat(path, &status) == 0 && S_ISREG(status.st_mode) ? fopen(path, "r") : NULL;
    if (!file)
        return NULL;
    size_t capacity = status.st_size < SOURCE_MAX ? (size_t)status.st_size + 1 : SOURCE_MAX;
    char *text = malloc(capacity);
    size_t size = text ? fread(text, 1, capacity, file) : 0;
    bool whole = text && !ferror(file) && size < capacity;
    fclose(file);
    const struct source *source = whole ? add(path, text, size) : NULL;
    free(text);
    return source;
}

FILE *source_open(const char *path)
{
    pthread_mutex_lock(&sources.lock);
    enum mode mode = sources.mode;
    const struct source *source = mode == FROM_DISK ? NULL : find(path);
    if (!source && mode == KEEPING)
        source = read_and_add(path);
    const char *text = source ? source->text : NULL;
    size_t size = source ? source->size : 0;
    pthread_mutex_unlock(&sources.lock);
    if (text && size > 0)
        return fmemopen((void *)text, size, "r");
    if (text)
        return fopen("/dev/null", "r"); /* fmemopen takes no empty text */
    if (mode != ONLY_ADDED)
        return fopen(path, "r");
    errno = ENOENT;
    return NULL;
}

bool source_is_directory(const char *path)
{
    struct stat status;
    size_t length = strlen(path);
    bool there = false;
    pthread_mutex_lock(&sources.lock);
    bool disk = sources.mode != ONLY_ADDED;
    for (size_t i = 0; i < sources.count && !disk && !there; i++)
        there = strncmp(sources.items[i].path, path, length) == 0 && sources.items[i].path[length] == '/';
    pthread_mutex_unlock(&sources.lock);
    return disk ? stat(path, &status) == 0 && S_ISDIR(status.st_mode) : there;
}

struct chunk {
    FILE *file;
    char buffer[4096];
};

static const char *next_part(lua_State *lua, void *user, size_t *size)
{
    struct chunk *chunk = user;
    (void)lua;
    *size = fread(chunk->buffer, 1, sizeof chunk->buffer, chunk->file);
    return *size > 0 ? chunk->buffer : NULL;
}

int source_load_lua(lua_State *lua, const char *path)
{
    char name[640];
    struct chunk chunk;
    pthread_mutex_lock(&sources.lock);
    enum mode mode = sources.mode;
    pthread_mutex_unlock(&sources.lock);
    chunk.file = mode == FROM_DISK ? NULL : source_open(path);
    if (!chunk.file && mode == ONLY_ADDED) {
        lua_pushfstring(lua, "cannot open %s: it is not in the recording", path);
        return LUA_ERRFILE;
    }
    if (!chunk.file)
        return luaL_loadfilex(lua, path, "t"); /* which also says why it is not there */
    snprintf(name, sizeof name, "@%s", path);
    int first = fgetc(chunk.file);
    if (first == '#') /* as luaL_loadfilex skips a first line for the shell */
        while (first != EOF && first != '\n')
            first = fgetc(chunk.file);
    if (first != EOF)
        ungetc(first, chunk.file);
    int result = lua_load(lua, next_part, &chunk, name, "t");
    fclose(chunk.file);
    return result;
}
