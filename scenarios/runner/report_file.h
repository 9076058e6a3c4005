/* How a finished report reaches its file. */
#ifndef METERBENCH_RUNNER_REPORT_FILE_H
#define METERBENCH_RUNNER_REPORT_FILE_H

#include <jansson.h>
#include <stddef.h>

/*
 * Writes `size` bytes to path: to a temporary file beside it that is renamed at the end, or straight into
 * path where that is a device or a pipe. 0 or a negative errno; after an error the old file still stands.
 */
int report_file(const char *path, const char *text, size_t size);

/* The same for a JSON value, which is given away; NULL (no memory for it) is -ENOMEM. Path "-" is standard
 * output, where a full disk or a closed pipe shows. */
int report_write_json(const char *path, json_t *root);

#endif
