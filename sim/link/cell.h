/*
 * The radio cell that the modems of a site share. Between two meetings of the site a modem sees the
 * load of the last meeting and leaves integer sums of what it did itself, so the order in which
 * flats run does not matter; the meeting turns the sums into the next load. A cell has a few
 * resources that do not disturb each other: coverage levels of NB-IoT, spreading factors of LoRa.
 *
 * Random access: devices that pick the same preamble in the same opportunity collide and draw a
 * back-off, which the cell doubles while more come than it can serve and halves afterwards. Data: a
 * queue of work, served at the rate of time. Pure ALOHA (LoRa): a frame is lost when another one of
 * the same resource overlaps it.
 */
#ifndef METERBENCH_SIM_LINK_CELL_H
#define METERBENCH_SIM_LINK_CELL_H

#include <stdbool.h>
#include <stdint.h>

enum { CELL_RESOURCES_MAX = 7 };

/* docs/models.md, "Radio cell". */
struct cell_resource {
    int64_t opportunity_ns; /* time between opportunities of random access; 0: pure ALOHA */
    uint16_t preambles;     /* of an opportunity; of ALOHA: channels */
    int64_t backoff_min_ns, backoff_max_ns;
};

struct cell_load {
    uint32_t collision_ppm; /* chance that an access, or a frame, meets another */
    int64_t backoff_ns;     /* upper end of the uniform back-off after a collision */
    int64_t delay_ns;       /* until the work before a new one is done */
};

struct cell {
    const struct cell_resource *resources;
    int count;
    int64_t met_at;
    uint64_t background_ns[CELL_RESOURCES_MAX]; /* air time a second of what is not modelled as
                                                   messages */
    struct cell_load load[CELL_RESOURCES_MAX];
    uint64_t accesses[CELL_RESOURCES_MAX], work_ns[CELL_RESOURCES_MAX]; /* since the last meeting */
    int64_t backlog_ns; /* of data, all resources together */
};

void cell_init(struct cell *cell, const struct cell_resource *resources, int count);

/* A modem tries to get a word in. */
void cell_access(struct cell *cell, int resource);
/* A modem will keep the resource busy for so long. */
void cell_work(struct cell *cell, int resource, int64_t work_ns);

/* The site's meeting: what was done since the last one becomes the load until the next. */
void cell_meeting(struct cell *cell, int64_t now);

#endif
