/* How explainers of single protocols hand out lines. Of this room only. */
#ifndef METERBENCH_SIM_WIRE_EXPLAIN_INTERNAL_H
#define METERBENCH_SIM_WIRE_EXPLAIN_INTERNAL_H

#include "sim/wire/explain.h"

struct explainer {
    enum wire_side side;
    const uint8_t *bytes;
    size_t size;
    explain_sink *sink;
    void *user;
    struct explained *result;
    const uint8_t *plain; /* data without the 33H, which stands at plain_at in the bytes, or NULL */
    size_t plain_at;
};

/* A piece that is as it should be. */
void explain_good(struct explainer *explainer, size_t offset, size_t size, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* One that is not. The first becomes the reason, at the byte `at`. */
void explain_wrong(struct explainer *explainer, size_t offset, size_t size, size_t at,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Bytes that belong to no frame, and why not. */
void explain_noise(struct explainer *explainer, size_t offset, size_t size, const char *why);

/* Each explains the first frame and returns the bytes used. */
size_t explain_dlt645(struct explainer *explainer);
size_t explain_modbus_rtu(struct explainer *explainer);
size_t explain_modbus_tcp(struct explainer *explainer);

/* Do the bytes hold a frame of the protocol, whole and right? */
bool explain_finds_dlt645(const uint8_t *bytes, size_t size);
bool explain_finds_modbus_rtu(const uint8_t *bytes, size_t size);
bool explain_finds_modbus_tcp(const uint8_t *bytes, size_t size);

/* Do they begin as a damaged one might? */
bool explain_resembles_dlt645(const uint8_t *bytes, size_t size);

#endif
