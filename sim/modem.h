/*
 * The meter's end of the uplink: its key, its counters, and what of them outlives a power cut.
 *
 * A counter in RAM would begin anew after a cut and use a nonce again, or take a replay for fresh. So the modem keeps two
 * numbers in non-volatile memory. The largest counter that it accepted is written before a message acts. Of its own
 * counters it reserves MODEM_RESERVE ahead, with one write, before it uses the first of them; after a cut it goes on
 * above the reserve. What was reserved and not used is skipped, at most MODEM_RESERVE numbers a cut.
 */
#ifndef METERBENCH_SIM_MODEM_H
#define METERBENCH_SIM_MODEM_H

#include "sim/wire/uplink.h"

enum { MODEM_RESERVE = 64 };

/* What can be wrong with a modem, for the tests of invariant 7. */
struct modem_faults {
    bool accepts_replays;
    bool skips_authentication;
    bool keeps_old_key;      /* it stays good after the new one was confirmed */
    bool wrong_wrapping_key; /* what the platform wraps cannot be unwrapped */
    bool counter_in_ram; /* counters begin anew after a power cut */
};

/* Survives power cuts; each field is written in one piece. */
struct modem_memory {
    uint32_t reserved; /* own counters up to here may have been used */
    uint32_t accepted; /* the platform's */
};

struct modem {
    struct modem_faults faults;
    struct envelope_key key;
    struct modem_memory memory;
    struct envelope_counters counters; /* RAM */
    int64_t last_alarm_at; /* a flood of forged frames raises one alarm a minute */
    uint32_t rejected;
};

/* As uplink_seal and uplink_open, of this end. */
int modem_seal(struct modem *modem, const struct uplink_codec *codec, const struct dlt645_address *address,
               const uint8_t *payload, size_t payload_size, uint8_t *message, size_t capacity);
int modem_open(struct modem *modem, const struct uplink_codec *codec, const struct dlt645_address *address,
               const uint8_t *message, size_t size, uint8_t *payload, size_t capacity);

/* The supply is back: RAM holds what memory says. */
void modem_restart(struct modem *modem);

#endif
