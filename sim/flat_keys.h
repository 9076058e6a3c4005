/* The change of a flat's uplink key (key_change.h) on its way: what flat.c asks while it carries frames. */
#ifndef METERBENCH_SIM_FLAT_KEYS_H
#define METERBENCH_SIM_FLAT_KEYS_H

#include "sim/flat.h"

/* As modem_open and uplink_open, with the keys that are good at that end just now. *counter: of what was opened. */
int flat_keys_open_down(struct flat *flat, int64_t now, const struct link_message *message, uint8_t *frame,
                        size_t capacity, uint32_t *counter);
int flat_keys_open_up(struct flat *flat, int64_t now, const struct link_message *message, uint8_t *frame,
                      size_t capacity);

/* A frame that was opened: true when it was about the key, and is dealt with. */
bool flat_keys_at_meter(struct flat *flat, int64_t now, const uint8_t *bytes, size_t size);
bool flat_keys_at_platform(struct flat *flat, int64_t now, const uint8_t *bytes, size_t size);

void flat_keys_timer(struct flat *flat, int64_t now);

/* Of flat.c: seal a frame and hand it to the link; and a frame that the modem or the platform did not take. */
void flat_send_sealed(struct flat *flat, int64_t now, enum link_direction direction, const struct controller_frame *frame);
void flat_reject(struct flat *flat, int64_t now, enum link_direction direction, int error);

#endif
