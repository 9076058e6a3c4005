#include "tests/bench/toy.h"

#include "sim/error.h"
#include "sim/kernel/queue.h"
#include "sim/kernel/random.h"

#include <stdlib.h>

enum {
    APPLIANCES = 8,
    FLATS_A_SITE = 100,
    STREAMS = 1000 /* of random numbers: no purpose of the model */
};
#define MEETING_NS (15 * NS_PER_MIN)

__extension__ typedef unsigned __int128 energy_sum; /* mW*ns */

static const struct {
    int32_t power_mw;
    int64_t on_ns, off_ns; /* means */
} kinds[APPLIANCES] = {
    {120000, 15 * NS_PER_MIN, 30 * NS_PER_MIN},   {1200000, 20 * NS_PER_MIN, 40 * NS_PER_MIN},
    {60000, 40 * NS_PER_MIN, 80 * NS_PER_MIN},    {1800000, 4 * NS_PER_MIN, 116 * NS_PER_MIN},
    {2000000, 15 * NS_PER_MIN, 165 * NS_PER_MIN}, {90000, 120 * NS_PER_MIN, 240 * NS_PER_MIN},
    {15000, 60 * NS_PER_MIN, 300 * NS_PER_MIN},   {400000, 60 * NS_PER_MIN, 660 * NS_PER_MIN},
};

/* The flat's physics, the same for both kernels. */
struct load {
    struct random random[APPLIANCES]; /* one each: the order of simultaneous events cannot matter */
    energy_sum energy;
    int64_t at; /* accounted up to here */
    int64_t power_mw;
    uint32_t on; /* bit n: appliance n */
};

static int64_t lasts(struct random *random, int appliance, bool on)
{
    int64_t mean = on ? kinds[appliance].on_ns : kinds[appliance].off_ns;
    return 1 + (int64_t)random_below(random, 2 * (uint64_t)mean);
}

static void load_init(struct load *load, uint64_t seed, uint32_t flat)
{
    *load = (struct load){.on = 0};
    for (int i = 0; i < APPLIANCES; i++)
        load->random[i] = random_stream(seed, flat, STREAMS + (uint32_t)i);
}

static void account(struct load *load, int64_t now)
{
    load->energy += (energy_sum)(uint64_t)load->power_mw * (uint64_t)(now - load->at);
    load->at = now;
}

/* The time at which it switches again. */
static int64_t toggle(struct load *load, int64_t now, int appliance)
{
    account(load, now);
    load->on ^= 1u << appliance;
    bool on = load->on >> appliance & 1;
    load->power_mw += on ? kinds[appliance].power_mw : -kinds[appliance].power_mw;
    return now + lasts(&load->random[appliance], appliance, on);
}

static uint64_t hash_of(uint32_t flat, energy_sum energy)
{
    uint64_t hash = (flat + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)energy;
    hash = (hash ^ hash >> 32) * UINT64_C(0xbf58476d1ce4e5b9);
    return hash ^ (uint64_t)(energy >> 64) ^ hash >> 29;
}

/* ---- flat by flat --------------------------------------------------------------------- */

struct flat {
    struct event_queue queue;
    struct load load;
};

static void flat_init(struct flat *flat, uint64_t seed, uint32_t number)
{
    struct timers timers = {&flat->queue, 0, APPLIANCES};
    queue_init(&flat->queue, APPLIANCES);
    load_init(&flat->load, seed, number);
    for (int i = 0; i < APPLIANCES; i++)
        timer_arm(&timers, i, lasts(&flat->load.random[i], i, false));
}

static uint64_t flat_run(struct flat *flat, int64_t until)
{
    struct timers timers = {&flat->queue, 0, APPLIANCES};
    for (uint64_t events = 0;; events++) {
        int slot = -1;
        int64_t now = queue_next(&flat->queue, &slot);
        if (now > until)
            return events;
        queue_take(&flat->queue, slot);
        timer_arm(&timers, slot, toggle(&flat->load, now, slot));
    }
}

static void run_site(struct flat *flats, uint32_t count, int64_t until, struct toy_result *result)
{
    for (int64_t end = MEETING_NS;; end += MEETING_NS) {
        int64_t window = end < until ? end : until;
        for (uint32_t i = 0; i < count; i++)
            result->events += flat_run(&flats[i], window);
        if (window == until)
            return;
    }
}

int toy_flat_by_flat(uint64_t seed, uint32_t flats, int64_t until, struct toy_result *result)
{
    struct flat *site = calloc(FLATS_A_SITE, sizeof *site);
    *result = (struct toy_result){.bytes_per_flat = sizeof *site};
    if (!site)
        return ERROR_NO_MEMORY;
    for (uint32_t first = 0; first < flats; first += FLATS_A_SITE) {
        uint32_t count = flats - first < FLATS_A_SITE ? flats - first : FLATS_A_SITE;
        for (uint32_t i = 0; i < count; i++)
            flat_init(&site[i], seed, first + i);
        run_site(site, count, until, result);
        for (uint32_t i = 0; i < count; i++) {
            account(&site[i].load, until);
            result->hash += hash_of(first + i, site[i].load.energy);
        }
    }
    free(site);
    return 0;
}

/* ---- one heap ------------------------------------------------------------------------- */

struct entry {
    int64_t at;
    uint32_t flat, appliance;
};

enum { ARITY = 4, LINE = ARITY * sizeof(struct entry) };

static void sink(struct entry *heap, uint64_t count, uint64_t at, struct entry entry)
{
    for (;;) {
        uint64_t child = ARITY * at + 1;
        if (child >= count)
            break;
        uint64_t end = child + ARITY < count ? child + ARITY : count, least = child;
        for (uint64_t i = child + 1; i < end; i++)
            least = heap[i].at < heap[least].at ? i : least;
        if (heap[least].at >= entry.at)
            break;
        heap[at] = heap[least];
        at = least;
    }
    heap[at] = entry;
}

static void heap_init(struct entry *heap, struct load *loads, uint64_t seed, uint32_t flats)
{
    uint64_t count = (uint64_t)flats * APPLIANCES;
    for (uint32_t flat = 0; flat < flats; flat++) {
        load_init(&loads[flat], seed, flat);
        for (uint32_t i = 0; i < APPLIANCES; i++) {
            int64_t at = lasts(&loads[flat].random[i], (int)i, false);
            heap[(uint64_t)flat * APPLIANCES + i] = (struct entry){at, flat, i};
        }
    }
    for (uint64_t i = count / ARITY + 1; i-- > 0;)
        if (i < count)
            sink(heap, count, i, heap[i]);
}

int toy_heap(uint64_t seed, uint32_t flats, int64_t until, struct toy_result *result)
{
    uint64_t count = (uint64_t)flats * APPLIANCES;
    size_t bytes = (count * sizeof(struct entry) / LINE + 2) * LINE;
    char *memory = aligned_alloc(LINE, bytes);
    struct load *loads = malloc(flats * sizeof *loads);
    *result =
        (struct toy_result){.bytes_per_flat = sizeof *loads + APPLIANCES * sizeof(struct entry)};
    if (!memory || !loads) {
        free(memory);
        free(loads);
        return ERROR_NO_MEMORY;
    }
    struct entry *heap =
        (struct entry *)(memory + LINE) - 1; /* entries 1 to 4 share a line, and so on */
    heap_init(heap, loads, seed, flats);
    while (heap[0].at <= until) {
        struct entry entry = heap[0];
        entry.at = toggle(&loads[entry.flat], entry.at, (int)entry.appliance);
        sink(heap, count, 0, entry);
        result->events++;
    }
    for (uint32_t i = 0; i < flats; i++) {
        account(&loads[i], until);
        result->hash += hash_of(i, loads[i].energy);
    }
    free(memory);
    free(loads);
    return 0;
}

/* ---- no queue ------------------------------------------------------------------------- */

static energy_sum appliance_alone(uint64_t seed, uint32_t flat, int appliance, int64_t until,
                                  uint64_t *events)
{
    struct random random = random_stream(seed, flat, STREAMS + (uint32_t)appliance);
    int64_t on_ns = 0, at = 0;
    for (bool on = false; at < until; on = !on) {
        int64_t next = at + lasts(&random, appliance, on);
        int64_t end = next < until ? next : until;
        on_ns += on ? end - at : 0;
        *events += next <= until;
        at = next;
    }
    return (energy_sum)(uint64_t)on_ns * (uint64_t)kinds[appliance].power_mw;
}

int toy_without_queue(uint64_t seed, uint32_t flats, int64_t until, struct toy_result *result)
{
    *result = (struct toy_result){0};
    for (uint32_t flat = 0; flat < flats; flat++) {
        energy_sum energy = 0;
        for (int i = 0; i < APPLIANCES; i++)
            energy += appliance_alone(seed, flat, i, until, &result->events);
        result->hash += hash_of(flat, energy);
    }
    return 0;
}
