#include "hil/line/dlt645_master.h"

#include "sim/error.h"

#include <assert.h>
#include <string.h>

/* A meter turns its driver round after a reply; the standard gives it, not the master, 20 ms. */
#define TURN_NS (20 * NS_PER_MS)

/* Of a meter that takes nearly all the time there is between bytes, or of one that babbles slowly. */
#define WHOLE_REPLY_NS (20 * NS_PER_S)

enum {
    BABBLE_MAX = 2 * DLT645_ENCODED_MAX /* bytes of an attempt, after which nobody listens on */
};

void dlt645_master_open(struct dlt645_master *master, struct line *line,
                        const struct dlt645_master_config *config)
{
    memset(master, 0, sizeof *master);
    master->config = *config;
    master->line = line;
    dlt645_receiver_init(&master->receiver);
}

int dlt645_master_submit(struct dlt645_master *master, const struct dlt645_job *job)
{
    if (master->job_count == MASTER_QUEUE_MAX)
        return ERROR_QUEUE_FULL;
    master->jobs[master->job_count++] = *job;
    return 0;
}

bool dlt645_master_idle(const struct dlt645_master *master)
{
    return master->job_count == 0;
}

/* ---- time -------------------------------------------------------------------------------------
 */

static bool is_broadcast(const struct dlt645_master *master)
{
    return dlt645_address_is_broadcast(&master->jobs[0].request.address);
}

/* Until when the reply may come, as far as is known now. */
static int64_t reply_due(const struct dlt645_master *master)
{
    int64_t begins = master->request_ends + master->config.timeout_ns + master->config.jitter_ns;
    int64_t goes_on = master->last_byte + DLT645_GAP_NS + master->config.jitter_ns;
    int64_t ends = master->request_ends + WHOLE_REPLY_NS;
    bool in_a_frame = master->receiver.size > 0 || (master->received > 0 && master->met == 0);
    int64_t due = in_a_frame && goes_on > begins ? goes_on : begins;
    return due < ends ? due : ends;
}

int64_t dlt645_master_due(const struct dlt645_master *master)
{
    if (master->job_count == 0)
        return TIME_NEVER;
    if (!master->under_way)
        return master->quiet_at;
    if (master->has_reply)
        return master->replied_at;
    if (master->received > BABBLE_MAX)
        return master->last_byte;
    return is_broadcast(master) ? master->request_ends : reply_due(master);
}

void dlt645_master_excuse(struct dlt645_master *master, int64_t absence_ns)
{
    if (master->received == 0)
        master->request_ends += absence_ns;
    else if (!master->has_reply)
        master->last_byte += absence_ns;
}

/* ---- in ---------------------------------------------------------------------------------------
 */

static bool is_read(unsigned function)
{
    return function == DLT645_READ || function == DLT645_READ_MORE;
}

/* 0 when a frame is the reply that is waited for, or how it is not. */
static int judge(struct dlt645_master *master, const struct dlt645_frame *frame)
{
    const struct dlt645_frame *request = &master->jobs[0].request;
    uint16_t bits;
    if (!dlt645_address_matches(&request->address, &frame->address))
        return ERROR_DLT645_ADDRESS;
    int result = dlt645_reply_check(
        frame, (enum dlt645_function)(request->control & DLT645_FUNCTION_MASK), &bits);
    if (result == 0 && is_read(request->control))
        return frame->length < 4                          ? ERROR_DLT645_LENGTH
               : memcmp(frame->data, request->data, 4) != 0 ? ERROR_DLT645_IDENTIFIER
                                                            : 0;
    return result == ERROR_DLT645_REFUSED ? 0 : result;
}

static void take(struct dlt645_master *master, int result, const struct dlt645_frame *frame)
{
    if (result > 0 && !(frame->control & DLT645_FROM_METER))
        return; /* an echo, or another master's */
    if (result > 0)
        result = judge(master, frame);
    if (result < 0) {
        master->met = result;
        return;
    }
    master->reply = *frame;
    master->has_reply = true;
    master->replied_at = master->last_byte;
}

void dlt645_master_byte(struct dlt645_master *master, int64_t stamp, uint8_t byte)
{
    struct dlt645_frame frame;
    int result;
    master->last_byte = stamp;
    master->quiet_at = stamp + TURN_NS;
    if (!master->under_way || master->has_reply)
        return;
    master->received++;
    dlt645_receiver_feed(&master->receiver, byte);
    while (!master->has_reply &&
           (result = dlt645_receiver_next(&master->receiver, &frame)) != 0)
        take(master, result, &frame);
}

/* The time is over: what is half there is no frame, unless one is hidden in it. */
static void end_of_time(struct dlt645_master *master)
{
    struct dlt645_frame frame;
    int result;
    while (!master->has_reply && (result = dlt645_receiver_gap(&master->receiver, &frame)) != 0)
        take(master, result, &frame);
}

/* ---- out --------------------------------------------------------------------------------------
 */

static int transmit(struct dlt645_master *master, int64_t now)
{
    struct dlt645_job *job = &master->jobs[0];
    uint8_t bytes[DLT645_ENCODED_MAX];
    int size = dlt645_encode(&job->request, master->config.preambles, bytes, sizeof bytes);
    assert(size > 0);
    if (job->damaged)
        bytes[size - 2] ^= 0xff;
    if (job->request.control == DLT645_READ)
        dlt645_assembly_begin(&master->assembly, (uint32_t)job->request.data[0] |
                                                     (uint32_t)job->request.data[1] << 8 |
                                                     (uint32_t)job->request.data[2] << 16 |
                                                     (uint32_t)job->request.data[3] << 24);
    dlt645_receiver_init(&master->receiver);
    master->under_way = true;
    master->has_reply = false;
    master->received = master->met = 0;
    master->statistics.requests++;
    if (job->request.control != DLT645_READ_MORE) {
        master->sent = now;
        if (master->attempts == 0)
            master->first_sent = now;
    }
    master->attempts++;
    master->request_ends = now + size * serial_character_ns(&master->config.line);
    return line_send(master->line, now, bytes, (size_t)size);
}

static void finish(struct dlt645_master *master, struct dlt645_result *result)
{
    struct dlt645_job job = master->jobs[0];
    result->attempts = master->attempts;
    result->tag = job.tag;
    result->first_sent = master->first_sent;
    result->sent = master->sent;
    master->job_count--;
    memmove(master->jobs, master->jobs + 1, (size_t)master->job_count * sizeof master->jobs[0]);
    master->attempts = 0;
    job.done(job.user, result);
}

/* Puts a part of a value to the others. True when another part is to be asked for, by the same
 * job. */
static bool goes_on(struct dlt645_master *master, struct dlt645_result *result)
{
    struct dlt645_job *job = &master->jobs[0];
    int taken = dlt645_assembly_take(&master->assembly, &master->reply, &result->error_bits);
    if (taken == 0) {
        const struct dlt645_address address = job->request.address;
        dlt645_read_more_request(&job->request, &address, master->assembly.identifier,
                                 master->assembly.sequence);
        master->attempts = 0;
        return true;
    }
    result->error = taken < 0 ? taken : 0;
    result->value = master->assembly.value;
    result->size = master->assembly.size;
    return false;
}

static void read_reply(struct dlt645_master *master, struct dlt645_result *result)
{
    const struct dlt645_frame *reply = &master->reply;
    result->error = dlt645_reply_check(
        reply, (enum dlt645_function)(reply->control & DLT645_FUNCTION_MASK), &result->error_bits);
    result->value = reply->data;
    result->size = reply->length;
    result->has_word = reply->length == 2;
    result->from = reply->address;
}

static void conclude(struct dlt645_master *master, int64_t now)
{
    const struct dlt645_job *job = &master->jobs[0];
    struct dlt645_result result = {.answered = master->has_reply ? master->replied_at : now};
    bool silent_by_rule = is_broadcast(master);
    if (!master->has_reply && !silent_by_rule)
        end_of_time(master);
    master->under_way = false;
    if (master->has_reply) {
        read_reply(master, &result);
        if (is_read(job->request.control) && result.error == 0 && goes_on(master, &result)) {
            master->statistics.answers++;
            return;
        }
    } else if (!silent_by_rule) {
        result.error = master->met ? master->met : ERROR_TIMEOUT;
    }
    bool answered = result.error == 0 || result.error == ERROR_DLT645_REFUSED;
    master->statistics.answers += answered && !silent_by_rule;
    master->statistics.timeouts += !job->damaged && result.error == ERROR_TIMEOUT;
    master->statistics.damaged += !job->damaged && !answered && result.error != ERROR_TIMEOUT;
    if (answered || job->damaged || master->attempts >= MASTER_ATTEMPTS)
        finish(master, &result);
}

int dlt645_master_service(struct dlt645_master *master, int64_t now)
{
    while (dlt645_master_due(master) <= now) {
        if (master->under_way) {
            conclude(master, now);
            continue;
        }
        int result = transmit(master, now);
        if (result < 0)
            return result;
    }
    return 0;
}
