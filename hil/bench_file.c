#include "hil/bench_file.h"

#include "hil/lua_file.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <stdio.h>
#include <string.h>

static char parity_of(struct lua_file *file)
{
    char text[8] = "";
    lua_file_string(file, "parity", false, text, sizeof text);
    if (text[0] == '\0')
        return '\0';
    if (strcmp(text, "none") != 0 && strcmp(text, "even") != 0 && strcmp(text, "odd") != 0)
        lua_file_complain(file, "parity", "must be \"none\", \"even\" or \"odd\", not \"%s\"",
                          text);
    return text[0] == 'n' ? 'N' : text[0] == 'e' ? 'E' : 'O';
}

static int64_t timeout_of(struct lua_file *file)
{
    char text[32] = "";
    int64_t ns = 0;
    lua_file_string(file, "response_timeout", false, text, sizeof text);
    if (text[0] == '\0')
        return 0;
    if (duration_parse(text, &ns) < 0 || ns < NS_PER_MS || ns > 10 * NS_PER_S)
        lua_file_complain(file, "response_timeout", "must be \"1 ms\" to \"10 s\", not \"%s\"",
                          text);
    return ns;
}

/* A profile beside the bench file, unless its path is absolute. */
static void resolve(struct lua_file *file, const char *path, struct bench_file *bench)
{
    char named[200] = "";
    lua_file_string(file, "profile", false, named, sizeof named);
    const char *slash = strrchr(path, '/');
    int directory = slash && named[0] != '/' ? (int)(slash - path) + 1 : 0;
    if (named[0] == '\0')
        return;
    int size = snprintf(bench->profile, sizeof bench->profile, "%.*s%s", directory, path, named);
    if (size >= (int)sizeof bench->profile)
        lua_file_complain(file, "profile", "its path is too long");
}

static void read_fields(struct lua_file *file, struct bench_file *bench)
{
    int64_t baud = 0, stop_bits = 0, slave = 0;
    lua_file_string(file, "port", false, bench->port, sizeof bench->port);
    lua_file_string(file, "rack", false, bench->rack, sizeof bench->rack);
    lua_file_integer(file, "baud", false, 300, 1000000, &baud);
    lua_file_integer(file, "stop_bits", false, 1, 2, &stop_bits);
    lua_file_integer(file, "slave", false, 1, 247, &slave);
    bench->parity = parity_of(file);
    bench->response_timeout_ns = timeout_of(file);
    bench->baud = (int)baud;
    bench->stop_bits = (int)stop_bits;
    bench->slave = (int)slave;
}

int bench_file_read(const char *path, struct bench_file *bench, char *message, size_t size)
{
    static const char *const keys[] = {"profile",   "port",  "baud", "parity",
                                       "stop_bits", "slave", "rack", "response_timeout",
                                       NULL};
    struct lua_file file;
    memset(bench, 0, sizeof *bench);
    int result = lua_file_open(&file, path, "bench", message, size);
    if (result < 0)
        return result;
    lua_file_only(&file, keys);
    read_fields(&file, bench);
    resolve(&file, path, bench);
    lua_file_close(&file);
    return file.failed ? ERROR_PROFILE : 0;
}
