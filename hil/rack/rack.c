#include "hil/rack/rack.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <string.h>

#define HEARTBEAT_NS (100 * NS_PER_MS)
#define SILENCE_NS (1 * NS_PER_S)
#define ACK_LIMIT_NS (200 * NS_PER_MS)
#define STATUS_NS (100 * NS_PER_MS) /* how often the rack tells it */
#define LATE_NS (200 * NS_PER_MS)

enum { STAMP_BITS = 40 };

void rack_start(struct rack *rack, struct can_port *port, const struct rack_listener *listener,
                int64_t now, int drift_ppm)
{
    memset(rack, 0, sizeof *rack);
    rack->sync.drift_ppm = drift_ppm;
    rack->sync.known = drift_ppm == 0; /* one clock: the difference is 0 */
    rack->port = port;
    rack->listener = *listener;
    rack->silence_ns = SILENCE_NS;
    rack->status_at = now;
    rack->late_at = INT64_MIN;
    rack->heartbeat_due = now;
    rack->next_sequence = 1;
}

static int send(struct rack *rack, const struct rack_stimulus *stimulus, uint16_t sequence)
{
    struct can_frame frame;
    rack_stimulus_encode(stimulus, sequence, &frame);
    return rack->port->send(rack->port, &frame);
}

/* ---- out --------------------------------------------------------------------------------------
 */

static int transmit(struct rack *rack, int64_t now, struct rack_pending *pending)
{
    pending->sequence = rack->next_sequence++;
    pending->sent = now;
    pending->attempts++;
    return send(rack, &pending->stimulus, pending->sequence);
}

int rack_stimulate(struct rack *rack, int64_t now, const struct rack_stimulus *stimulus,
                   int64_t tag)
{
    if (rack->pending_count == RACK_PENDING_MAX)
        return ERROR_QUEUE_FULL;
    struct rack_pending *pending = &rack->pending[rack->pending_count++];
    *pending = (struct rack_pending){
        .stimulus = *stimulus, .tag = tag, .first_sent = now, .first_heard = now};
    return transmit(rack, now, pending);
}

static int heartbeat(struct rack *rack, int64_t now)
{
    const struct rack_stimulus beat = {.id = RACK_HEARTBEAT};
    rack->heartbeat_alone = rack->pending_count == 0 && !rack->heartbeat_out;
    rack->heartbeat_out = true;
    rack->heartbeat_sent = now;
    rack->heartbeat_sequence = rack->next_sequence++;
    rack->heartbeat_due += HEARTBEAT_NS;
    if (rack->heartbeat_due <= now)
        rack->heartbeat_due = now + HEARTBEAT_NS;
    return send(rack, &beat, rack->heartbeat_sequence);
}

static void forget(struct rack *rack, int index)
{
    rack->pending_count--;
    memmove(&rack->pending[index], &rack->pending[index + 1],
            (size_t)(rack->pending_count - index) * sizeof rack->pending[0]);
}

/* What is sent again is the newest of its kind: an older level must not come after a newer one. */
static const struct rack_stimulus *newest(const struct rack *rack, int index)
{
    const struct rack_stimulus *found = &rack->pending[index].stimulus;
    for (int i = index + 1; i < rack->pending_count; i++)
        if (rack->pending[i].stimulus.id == found->id)
            found = &rack->pending[i].stimulus;
    return found;
}

static int repeat(struct rack *rack, int64_t now)
{
    for (int i = 0; i < rack->pending_count; i++) {
        struct rack_pending *pending = &rack->pending[i];
        if (now - pending->sent < ACK_LIMIT_NS)
            continue;
        if (now - pending->first_heard > rack->silence_ns)
            return ERROR_RACK_LOST;
        pending->stimulus = *newest(rack, i);
        int result = transmit(rack, now, pending);
        if (result < 0)
            return result;
    }
    return 0;
}

int rack_service(struct rack *rack, int64_t now)
{
    if (now - rack->status_at > rack->silence_ns)
        return ERROR_RACK_LOST;
    int result = now >= rack->heartbeat_due ? heartbeat(rack, now) : 0;
    return result < 0 ? result : repeat(rack, now);
}

void rack_excuse(struct rack *rack, int64_t absence_ns)
{
    rack->status_at += absence_ns;
    for (int i = 0; i < rack->pending_count; i++) {
        rack->pending[i].first_heard += absence_ns;
        rack->pending[i].sent += absence_ns;
    }
}

int64_t rack_due(const struct rack *rack)
{
    int64_t due = rack->heartbeat_due;
    for (int i = 0; i < rack->pending_count; i++)
        if (rack->pending[i].sent + ACK_LIMIT_NS < due)
            due = rack->pending[i].sent + ACK_LIMIT_NS;
    int64_t lost = rack->status_at + rack->silence_ns + 1;
    return lost < due ? lost : due;
}

bool rack_alive(const struct rack *rack, int64_t now)
{
    return rack->frames > 0 && now - rack->status_at <= SILENCE_NS / 2;
}

bool rack_kept_pace(const struct rack *rack, int64_t since, int64_t now)
{
    bool overdue = rack->frames == 0 || now - rack->status_at > STATUS_NS + LATE_NS;
    return !overdue && rack->late_at < since;
}

/* ---- in ---------------------------------------------------------------------------------------
 */

/* The 40 bits nearest to the last stamp: frames may overtake each other a little. */
static uint64_t unwrap(struct rack *rack, uint64_t stamp_us)
{
    const uint64_t span = UINT64_C(1) << STAMP_BITS;
    uint64_t full = (rack->last_us & ~(span - 1)) | stamp_us;
    if (full + span / 2 < rack->last_us)
        full += span;
    else if (full > rack->last_us + span / 2 && full >= span)
        full -= span;
    if (full > rack->last_us)
        rack->last_us = full;
    return full;
}

static void count(struct rack *rack, uint8_t counter)
{
    rack->frames++;
    if (rack->counter_known)
        rack->lost += (uint8_t)(counter - rack->counter - 1);
    rack->counter_known = true;
    rack->counter = counter;
}

/* Before the frame moves the bounds: after a pause for good it is late only once. */
static void note_lateness(struct rack *rack, const struct rack_fact *fact)
{
    int64_t earliest, latest;
    if (!rack->sync.known)
        return;
    rack_sync_map(&rack->sync, fact->stamp_ns, RACK_STAMP_NS, &earliest, &latest);
    int64_t late = fact->arrived - latest;
    if (late <= LATE_NS)
        return;
    bool same_stall = rack->late_at != INT64_MIN && fact->arrived - rack->late_at <= SILENCE_NS;
    rack->late_ns = same_stall && rack->late_ns > late ? rack->late_ns : late;
    rack->late_at = fact->arrived;
    if (late > rack->late_ns_max)
        rack->late_ns_max = late;
}

static void heartbeat_answered(struct rack *rack, const struct rack_fact *fact)
{
    if (!rack->heartbeat_out || fact->payload != rack->heartbeat_sequence)
        return;
    rack->heartbeat_out = false;
    rack->heard = true;
    /* A frame that waited behind another may be stamped with a stale time, so only lone ones count.
     */
    bool counts = rack->heartbeat_alone || !rack->sync.known;
    if (counts && rack->sync.drift_ppm > 0)
        rack_sync_exchange(&rack->sync, rack->heartbeat_sent, fact->arrived, fact->stamp_ns,
                           RACK_STAMP_NS);
}

static void acknowledged(struct rack *rack, struct rack_fact *fact)
{
    for (int i = 0; i < rack->pending_count; i++) {
        struct rack_pending pending = rack->pending[i];
        if (pending.sequence != fact->payload)
            continue;
        forget(rack, i);
        fact->stimulus = &pending.stimulus;
        fact->tag = pending.tag;
        if (rack->sync.drift_ppm == 0 && fact->earliest < pending.first_sent)
            fact->earliest = pending.first_sent; /* one clock: the stamp was only rounded */
        /* One that was sent again may have been applied at the first attempt. */
        if (pending.attempts > 1 && pending.first_sent < fact->earliest)
            fact->earliest = pending.first_sent;
        rack->listener.fact(rack->listener.user, fact);
        return;
    }
}

void rack_receive(struct rack *rack, int64_t now, const struct can_frame *frame)
{
    struct rack_report report;
    if (rack_report_decode(frame, &report) < 0) {
        rack->foreign++;
        return;
    }
    count(rack, report.counter);
    struct rack_fact fact = {
        .id = report.id,
        .payload = report.payload,
        .arrived = now,
        .stamp_ns = (int64_t)unwrap(rack, report.stamp_us) * RACK_STAMP_NS,
    };
    note_lateness(rack, &fact);
    if (report.id == RACK_HEARTBEAT_ACK) {
        heartbeat_answered(rack, &fact);
        return;
    }
    if (report.id == RACK_STATUS) {
        rack->status_at = now;
        rack->status = report.payload;
    }
    if (!rack->sync.known) /* before the first heartbeat came back nothing has a time */
        return;
    rack_sync_map(&rack->sync, fact.stamp_ns, RACK_STAMP_NS, &fact.earliest, &fact.latest);
    if (fact.latest > now) /* nothing is told before it happens */
        fact.latest = now;
    if (fact.earliest > fact.latest)
        fact.earliest = fact.latest;
    if (report.id == RACK_ACK)
        acknowledged(rack, &fact);
    else
        rack->listener.fact(rack->listener.user, &fact);
}
