/* Firmware onto a board before a run, by the command that the bench file gives. */
#ifndef METERBENCH_HIL_FLASH_H
#define METERBENCH_HIL_FLASH_H

#include <stddef.h>

/* The command with {firmware} and {port} replaced, quoted for a shell. 0, or
 * ERROR_BUFFER_TOO_SMALL. */
int flash_command(const char *command, const char *firmware, const char *port, char *out,
                  size_t size);

/* Runs it by /bin/sh, 120 s at most. 0, or ERROR_FLASH with a message that ends in what it said
 * last. */
int flash_run(const char *command, char *message, size_t size);

#endif
