/*
 * Frames that somebody else makes: what an attacker disguises as the platform's or the meter's, in the clear, under a
 * key of its own or under a stolen one; and what line noise leaves of an order.
 */
#ifndef METERBENCH_SIM_FORGE_H
#define METERBENCH_SIM_FORGE_H

#include "sim/flat.h"

/* What an attacker has to seal with. */
enum forge_key {
    FORGE_NONE,   /* plain bytes in a message's clothes, zeros for a tag */
    FORGE_WRONG,  /* sealed, under a key that differs in one bit */
    FORGE_STOLEN, /* sealed under `stolen` */
};

struct forgery {
    enum link_direction direction;
    enum forge_key key;
    struct envelope_key stolen;
    bool has_counter;
    uint32_t counter; /* otherwise 1000 above the last one of that direction */
    uint8_t size;
    uint8_t payload[CONTROLLER_FRAME_MAX];
};

/* DL/T 645 frames to put into one: an order with the right password (0, or an
 * error: it is none of a frame of its own; a clock is set an hour off), a register reading (in 0.01 kWh), a
 * report of an alarm, the confirmation of an order, a read request. */
int forge_order(const struct flat *flat, int order, struct forgery *forgery);
void forge_reading(const struct flat *flat, int64_t reading_10wh, struct forgery *forgery);
void forge_alarm(const struct flat *flat, enum meter_alarm alarm, int detail, struct forgery *forgery);
void forge_confirmation(const struct flat *flat, int order, struct forgery *forgery);
void forge_poll(const struct flat *flat, struct forgery *forgery);

/* The message. 0, or an error of uplink_seal. */
int forge_message(const struct flat *flat, const struct forgery *forgery, struct link_message *message);

#endif
