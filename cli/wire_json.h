/* Explained frames as JSON, and the protocol's name on the command line. */
#ifndef METERBENCH_CLI_WIRE_JSON_H
#define METERBENCH_CLI_WIRE_JSON_H

#include "sim/wire/explain.h"

#include <jansson.h>

/* The value of --protocol. 0, or EXIT_USAGE when it is none (told on stderr). */
int cli_read_protocol(const char *name, enum wire_protocol *protocol);

/* {"offset", "bytes", "text", "wrong"}, of DL/T 645 data "without_33"; offsets count from `base` bytes before bytes[0]. */
json_t *wire_json_piece(const struct explain_line *line, const uint8_t *bytes, size_t base);

/* {"protocol", "side", "offset", "size", "ok", "summary", "wrong": {"offset", "reason"}} */
json_t *wire_json_frame(const struct explained *result, size_t base);

/* "68 61 01": a JSON string of bytes. */
json_t *wire_json_bytes(const uint8_t *bytes, size_t size);

#endif
