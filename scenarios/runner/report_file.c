/* Reports become files whole or not at all. */
#include "scenarios/runner/report_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(const char *path, const char *text, size_t size)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return -errno;
    errno = 0;
    bool written = fwrite(text, 1, size, file) == size;
    int error = written ? 0 : errno;
    if (fclose(file) != 0 && error == 0) /* a full disk may show here only */
        error = errno;
    return written && error == 0 ? 0 : -(error ? error : EIO);
}

int report_file(const char *path, const char *text, size_t size)
{
    char temporary[1024];
    struct stat status;
    bool special = lstat(path, &status) == 0 && !S_ISREG(status.st_mode);
    if (special) /* a device, a pipe or a link (as /dev/stdout is) must not be replaced by a file */
        return write_all(path, text, size);
    int length = snprintf(temporary, sizeof temporary, "%s.part", path);
    if (length >= (int)sizeof temporary)
        return -ENAMETOOLONG;
    int result = write_all(temporary, text, size);
    if (result == 0 && rename(temporary, path) < 0)
        result = -errno;
    if (result < 0)
        unlink(temporary);
    return result;
}

static int write_stdout(const char *text)
{
    errno = 0;
    bool written = puts(text) >= 0 && fflush(stdout) == 0;
    return written ? 0 : errno ? -errno : -EIO;
}

int report_write_json(const char *path, json_t *root)
{
    char *text = root ? json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER) : NULL;
    json_decref(root);
    if (!text)
        return -ENOMEM;
    int result = strcmp(path, "-") == 0 ? write_stdout(text) : report_file(path, text, strlen(text));
    free(text);
    return result;
}
