/*
 * A virtual meter as a Modbus slave laid out by a profile: with sdm120.lua it is an SDM120 on the wire. Items that
 * the model has no value for read 0; commands become the meter's own orders.
 *
 * A PDU goes in, a PDU comes out; framing is the caller's (serve_modbus.c).
 */
#ifndef METERBENCH_HIL_SERVE_MODBUS_SLAVE_H
#define METERBENCH_HIL_SERVE_MODBUS_SLAVE_H

#include "hil/profile.h"
#include "sim/site.h"

struct modbus_slave {
    const struct profile *profile;
    struct flat *flat;
    struct meter_config config; /* this meter's own settings */
    bool write_functions[MODBUS_WRITE_MULTIPLE + 1]; /* that the profile's items are written by */
    uint16_t result, last_sequence;
    int64_t unsealed_until; /* simulated */
};

/* Takes the flat's meter over: it keeps settings of its own from now on, in *slave, which stays where it is. */
void modbus_slave_init(struct modbus_slave *slave, const struct profile *profile, struct flat *flat);

/* Answer at the flat's present time `now`, the meter accounted up to it: bytes of the response's PDU, which `out`
 * (MODBUS_PDU_MAX) has room for; 0: silence, to a broadcast. */
int modbus_slave_answer(struct modbus_slave *slave, int64_t now, bool broadcast, const uint8_t *pdu,
                        size_t size, uint8_t *out);

#endif
