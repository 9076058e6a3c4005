/*
 * The change of a meter's uplink key, both ends.
 *
 * The platform offers key n+1, wrapped (RFC 3394) together with its number under a key-encryption key of the meter's own,
 * in a DL/T 645 frame of security authentication (03). The meter stores it and from then on seals with it; it still opens
 * what is sealed with the old one. The first frame under the new key tells the platform that the meter has it: from then on
 * the platform seals with it and opens nothing else, and sends "use". The first frame under the new key that the
 * meter opens ends the old key there. Each step is sent again until the next one is seen, so whatever is
 * lost, each end can always open what the other seals; and what both have confirmed under the new key never
 * works under the old one again. Both ends keep this in non-volatile memory. Counters begin anew with a key.
 *
 * Identifier 070201FF: from memory of State Grid's key update; layout of the data: of this model.
 */
#ifndef METERBENCH_SIM_KEY_CHANGE_H
#define METERBENCH_SIM_KEY_CHANGE_H

#include "sim/wire/dlt645_service.h"
#include "sim/wire/envelope.h"

#define KEY_CHANGE_IDENTIFIER 0x070201FFu
enum {
    KEY_CHANGE_PLAIN_SIZE = 24,   /* key 16, number 4, zeros 4 */
    KEY_CHANGE_WRAPPED_SIZE = 32, /* of an offer. "Use" carries the number, 4 bytes; an answer also what it answers, 1 */
};

/* What the event key_change tells: number, name. */
#define KEY_STEPS(X)                                                                               \
    X(OFFERED, "offered")     /* by the platform */                                                \
    X(STORED, "stored")       /* at the meter */                                                   \
    X(SWITCHED, "switched")   /* the platform: the old key is dead there */                        \
    X(CONFIRMED, "confirmed") /* the meter: the old key is dead there */                           \
    X(DONE, "done")           /* the platform knows it */                                          \
    X(REFUSED, "refused")     /* the meter kept its key */

enum key_step {
#define X(id, name) KEY_##id,
    KEY_STEPS(X)
#undef X
};

/* Both ends of one meter; taken when its first change begins. */
struct key_change {
    /* at the meter */
    struct envelope_key old;
    uint32_t old_accepted; /* counter under it */
    uint32_t number;       /* of the key that it has, from 0 */
    bool has_old;
    struct envelope_key before; /* what the modem sealed with before: of reports that nobody acknowledged */
    /* at the platform */
    uint32_t platform_number; /* of the key that it has */
    struct envelope_key next;
    struct envelope_key wrapping; /* the key-encryption key that it uses */
    uint32_t next_number;
    uint16_t attempts;
    enum { KEY_IDLE, KEY_OFFERING, KEY_CONFIRMING } state;
};

/* Frames of the platform, and the meter's answer. 0, or ERROR_ENVELOPE_CRYPTO. */
int key_change_offer(const struct key_change *change, const struct dlt645_address *address, struct dlt645_frame *frame);
void key_change_use(const struct key_change *change, const struct dlt645_address *address, struct dlt645_frame *frame);
void key_change_answer(uint32_t number, bool of_use, const struct dlt645_address *address, struct dlt645_frame *frame);

/* Is this frame one of a key change? */
bool key_change_is(const struct dlt645_frame *frame);

/* What the platform asked for, read at the meter with its own key-encryption key: 1 an offer (*key, *number), 0 "use"
 * (*number); ERROR_ENVELOPE_AUTHENTICATION, or an error of the frame. */
int key_change_read(const struct dlt645_frame *frame, const struct envelope_key *key_encryption_key,
                    struct envelope_key *key, uint32_t *number);

/* The number in the meter's answer, to "use" or to an offer; a negative error when it refused. */
int key_change_answer_read(const struct dlt645_frame *frame, uint32_t *number, bool *of_use);

#endif
