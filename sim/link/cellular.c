/* What Cat.1 and NB-IoT have in common: when a modem listens, and how it gets into the cell. */
#include "sim/link/profile.h"

int64_t cellular_opens(struct link *link, int64_t now, enum link_direction direction)
{
    bool asleep = direction == LINK_DOWN && link_listens_after_sending(link) &&
                  now >= link->connected_until + LINK_ACTIVE_TIME_NS;
    return asleep ? link_next_keep_alive(link, now) : now;
}

int64_t cellular_page_wait(struct link *link, int64_t drx_ns, int64_t edrx_ns)
{
    bool extended = link->network->config.saving == LINK_SAVING_EDRX;
    return random_between(&link->random, 0, extended ? edrx_ns : drx_ns);
}

/* Work that would wait longer than this is not admitted: the connection times out (row
 * "admission"). */
#define ADMISSION_NS (10 * NS_PER_S)

enum link_entry cellular_enter(struct link *link, int64_t now, int resource, int tries_max,
                               int64_t work_ns, int64_t *wait)
{
    struct cell *cell = link->network->cell;
    if (!cell || link_connected(link, now))
        return LINK_ENTERED;
    const struct cell_load *load = &cell->load[resource];
    cell_access(cell, resource);
    if (load->collision_ppm > 0 && random_chance_ppm(&link->random, load->collision_ppm)) {
        *wait = cell->resources[resource].opportunity_ns +
                random_between(&link->random, 0, load->backoff_ns);
        if (++link->tries < tries_max)
            return LINK_COLLIDED;
        link->tries = 0;
        return LINK_REFUSED;
    }
    link->tries = 0;
    if (load->delay_ns > ADMISSION_NS)
        return LINK_REFUSED;
    cell_work(cell, resource, work_ns);
    *wait = load->delay_ns;
    return LINK_ENTERED;
}
