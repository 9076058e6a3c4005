/*
 * The latching relay: two coils, an armature, and contacts that bounce when they close and arc
 * until the next zero of the current when they open under load.
 */
#ifndef EMULATOR_RELAY_H
#define EMULATOR_RELAY_H

#include "map.h"

enum contacts { CONTACTS_OPEN, CONTACTS_CLOSED, CONTACTS_BOUNCING, CONTACTS_ARCING };

struct relay {
    const struct relay_config *config;
    uint32_t frequency_hz;
    int64_t half_period_cycles;
    int64_t zero_cycle; /* some zero of the current */
    bool coil_set, coil_reset;
    bool armature_closed;
    enum contacts contacts;
    bool moving_to_closed;
    int64_t energised_cycle;
    int64_t move_cycle;   /* when the armature moves, or NEVER */
    int64_t settle_cycle; /* when bouncing or the arc ends, or NEVER */
};

void relay_open(struct relay *relay, const struct board_map *map, int64_t zero_cycle);

/* A coil is energised or released. */
void relay_coil(struct relay *relay, int64_t now, bool set_coil, bool on);

/* The next cycle at which something happens by itself. */
int64_t relay_due(const struct relay *relay);

/* Lets happen what is due. load_ma is what flows if the contacts conduct. */
void relay_step(struct relay *relay, int64_t now, int64_t load_ma);

/* An arc conducts, bouncing contacts do not yet. */
bool relay_conducts(const struct relay *relay);
bool relay_feedback(const struct relay *relay);

#endif
