#include "sim/link/cell.h"

#include "sim/kernel/random.h"
#include "sim/kernel/time.h"

#include <assert.h>
#include <string.h>

void cell_init(struct cell *cell, const struct cell_resource *resources, int count)
{
    assert(count <= CELL_RESOURCES_MAX);
    memset(cell, 0, sizeof *cell);
    cell->resources = resources;
    cell->count = count;
    for (int i = 0; i < count; i++)
        cell->load[i].backoff_ns = resources[i].backoff_min_ns;
}

void cell_access(struct cell *cell, int resource)
{
    cell->accesses[resource]++;
}

void cell_work(struct cell *cell, int resource, int64_t work_ns)
{
    cell->work_ns[resource] += (uint64_t)work_ns;
}

/* The chance that none of the others, `mean` of them on average, picked the same: e to the minus
 * mean. */
static uint32_t collision_ppm(double mean)
{
    double alone = mean > 50.0 ? 0.0 : random_exp(-mean);
    return (uint32_t)((1.0 - alone) * 1e6);
}

/* Accesses for each preamble; above 1 slotted ALOHA carries less the more try. */
static void meet_access(const struct cell_resource *resource, struct cell_load *load,
                        uint64_t accesses, int64_t window_ns)
{
    double slots = (double)window_ns / (double)resource->opportunity_ns * resource->preambles;
    double offered = (double)accesses / slots;
    load->collision_ppm = accesses > 1 ? collision_ppm(offered) : 0;
    if (offered > 1.0)
        load->backoff_ns *= 2;
    else if (offered < 0.5)
        load->backoff_ns /= 2;
    if (load->backoff_ns < resource->backoff_min_ns)
        load->backoff_ns = resource->backoff_min_ns;
    if (load->backoff_ns > resource->backoff_max_ns)
        load->backoff_ns = resource->backoff_max_ns;
}

static void meet_aloha(const struct cell_resource *resource, struct cell_load *load,
                       uint64_t work_ns, int64_t window_ns)
{
    double offered = (double)work_ns / (double)window_ns / resource->preambles;
    load->collision_ppm = collision_ppm(2.0 * offered);
}

static void serve_backlog(struct cell *cell, int64_t window_ns)
{
    for (int i = 0; i < cell->count; i++)
        if (cell->resources[i].opportunity_ns > 0)
            cell->backlog_ns += (int64_t)cell->work_ns[i];
    cell->backlog_ns = cell->backlog_ns > window_ns ? cell->backlog_ns - window_ns : 0;
}

void cell_meeting(struct cell *cell, int64_t now)
{
    int64_t window_ns = now - cell->met_at;
    if (window_ns <= 0)
        return;
    cell->met_at = now;
    serve_backlog(cell, window_ns);
    for (int i = 0; i < cell->count; i++) {
        const struct cell_resource *resource = &cell->resources[i];
        struct cell_load *load = &cell->load[i];
        uint64_t background = cell->background_ns[i] * (uint64_t)(window_ns / NS_PER_MS) / 1000;
        load->delay_ns = cell->backlog_ns;
        if (resource->opportunity_ns > 0)
            meet_access(resource, load, cell->accesses[i], window_ns);
        else
            meet_aloha(resource, load, cell->work_ns[i] + background, window_ns);
        cell->accesses[i] = cell->work_ns[i] = 0;
    }
}
