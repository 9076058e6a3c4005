#include "hil/talk.h"

#include "sim/error.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define MODBUS_TIMEOUT_NS (300 * NS_PER_MS)

static bool is_dlt645(const struct talk *talk)
{
    return talk->profile->protocol == PROFILE_DLT645;
}

int64_t talk_usual_timeout(const struct profile *profile)
{
    if (profile->response_timeout_ns)
        return profile->response_timeout_ns;
    return profile->protocol == PROFILE_DLT645 ? DLT645_REPLY_NS : MODBUS_TIMEOUT_NS;
}

int talk_open(struct talk *talk, struct line *line, const struct profile *profile,
              const struct talk_config *config, char *message, size_t size)
{
    memset(talk, 0, sizeof *talk);
    talk->profile = profile;
    talk->config = *config;
    const struct dlt645_master_config dlt645 = {config->line, (unsigned)profile->preambles,
                                                config->timeout_ns, config->jitter_ns};
    const struct modbus_master_config modbus = {config->line, config->slave, config->timeout_ns,
                                                config->jitter_ns};
    if (!is_dlt645(talk))
        return modbus_master_open(&talk->modbus, line, &modbus, message, size);
    dlt645_master_open(&talk->dlt645, line, &dlt645);
    return 0;
}

void talk_close(struct talk *talk)
{
    modbus_master_close(&talk->modbus);
    talk->job_count = 0;
}

/* ---- answers ----------------------------------------------------------------------------------
 */

static void answer(struct talk *talk, struct talk_result *result)
{
    struct talk_job job = talk->jobs[0];
    talk->job_count--;
    memmove(talk->jobs, talk->jobs + 1, (size_t)talk->job_count * sizeof talk->jobs[0]);
    result->job = &job;
    job.done(job.user, result);
}

static void modbus_answered(void *user, const struct modbus_result *from)
{
    struct talk *talk = user;
    uint8_t bytes[PROFILE_BLOCK_BYTES_MAX];
    struct talk_result result = {
        .error = from->error,
        .attempts = from->attempts,
        .first_sent = from->first_sent,
        .sent = from->sent,
        .answered = from->answered,
        .bytes = bytes,
    };
    if (from->error == 0)
        result.size = (size_t)profile_response_bytes(from->request, &from->response, bytes);
    if (from->error == ERROR_MODBUS_EXCEPTION) {
        result.error = ERROR_BOARD_REFUSED;
        snprintf(result.refusal, sizeof result.refusal, "exception %d, %s",
                 from->response.exception, modbus_exception_text(from->response.exception));
    }
    answer(talk, &result);
}

/* Bits of the ERR byte in words. */
static void say_error_bits(unsigned bits, char *text, size_t size)
{
    static const char *const names[] = {"other error",       "no such data",
                                        "password or right", "baud rate",
                                        "too many zones",    "too many periods",
                                        "too many tariffs",  "reserved bit 7"};
    size_t used = (size_t)snprintf(text, size, "ERR %02X", bits);
    for (int i = 0; i < 8; i++)
        if (bits >> i & 1 && used < size)
            used += (size_t)snprintf(text + used, size - used, ", %s", names[i]);
}

static void say_refused_word(unsigned word, char *text, size_t size)
{
    static const char *const names[] = {"hung up",          "MAC",        "password or right",
                                        "authentication",   "time over",  "keep-power",
                                        "keep-power",       "no duration", "tripped already"};
    size_t used = (size_t)snprintf(text, size, "error word %04X", word);
    for (int i = 0; i < 9; i++)
        if (word >> i & 1 && used < size)
            used += (size_t)snprintf(text + used, size - used, ", %s", names[i]);
}

static void dlt645_answered(void *user, const struct dlt645_result *from)
{
    struct talk *talk = user;
    struct talk_result result = {
        .error = from->error,
        .has_word = from->has_word,
        .word = from->error_bits,
        .attempts = from->attempts,
        .first_sent = from->first_sent,
        .sent = from->sent,
        .answered = from->answered,
        .bytes = from->value,
        .size = from->error == 0 ? from->size : 0,
    };
    bool answered = from->error == 0 || from->error == ERROR_DLT645_REFUSED;
    if (answered && dlt645_address_has_wildcard(&talk->config.address))
        talk->config.address = from->from; /* orders want the whole of it */
    if (from->error == 0 && from->has_word)
        result.word = (uint16_t)(from->value[0] | from->value[1] << 8);
    if (from->error == ERROR_DLT645_REFUSED) {
        result.error = ERROR_BOARD_REFUSED;
        (from->has_word ? say_refused_word : say_error_bits)(from->error_bits, result.refusal,
                                                             sizeof result.refusal);
    }
    answer(talk, &result);
}

bool talk_answered(const struct talk_result *result)
{
    return result->error == 0 || result->error == ERROR_BOARD_REFUSED;
}

/* ---- questions --------------------------------------------------------------------------------
 */

static const struct profile_order *order_of(const struct talk *talk, const struct talk_job *job)
{
    return &talk->profile->commands[job->command];
}

/* The value of a command is what the register shall hold, whatever its scale. */
static int64_t order_value(const struct talk *talk, const struct profile_order *order)
{
    const struct profile_entry *entry = &talk->profile->registers[order->item];
    if (entry->type == PROFILE_BIT)
        return order->value != 0;
    return order->value * entry->scale;
}

static int modbus_command(const struct talk *talk, const struct talk_job *job,
                          struct modbus_request *request)
{
    const struct profile_order *order = order_of(talk, job);
    if (!order->present)
        return ERROR_NOT_ALLOWED;
    int result = profile_write_request(talk->profile, order->item, order_value(talk, order),
                                       request);
    if (result == 0 && order->sequence)
        request->values[request->count++] = job->sequence;
    return result;
}

static int modbus_question(const struct talk *talk, const struct talk_job *job,
                           struct modbus_request *request)
{
    switch (job->kind) {
    case TALK_READ_BLOCK:
        profile_block_request(talk->profile, job->block, request);
        return 0;
    case TALK_READ_ITEM:
        if (!profile_has(talk->profile, job->item))
            return ERROR_NOT_ALLOWED;
        profile_read_request(talk->profile, job->item, request);
        return 0;
    case TALK_WRITE:
        return profile_write_request(talk->profile, job->item, job->value, request);
    default:
        return modbus_command(talk, job, request);
    }
}

static int dlt645_write(const struct talk *talk, enum profile_register item, int64_t value,
                        struct dlt645_frame *frame)
{
    const struct profile_entry *entry = &talk->profile->registers[item];
    uint8_t bytes[8];
    if (!entry->present || entry->offset != 0)
        return ERROR_NOT_ALLOWED;
    int size = profile_encode(entry, value, bytes);
    if (size < 0)
        return size;
    const struct dlt645_write write = {entry->di, talk->profile->authority.write, bytes,
                                       (size_t)size};
    return dlt645_write_request(frame, &talk->config.address, &write);
}

static int dlt645_command(const struct talk *talk, const struct talk_job *job,
                          struct dlt645_frame *frame)
{
    static const struct dlt645_time for_all_time = {2099, 12, 31, 23, 59, 59, 0};
    const struct profile_order *order = order_of(talk, job);
    if (!order->present)
        return ERROR_NOT_ALLOWED;
    if (!order->is_relay_order)
        return dlt645_write(talk, order->item, order_value(talk, order), frame);
    const struct dlt645_relay_command command = {
        .authority = talk->profile->authority.relay,
        .order = (enum dlt645_relay_order)order->value,
        .valid_until = job->valid_until.year ? job->valid_until : for_all_time,
    };
    return dlt645_relay_request(frame, &talk->config.address, &command);
}

static int dlt645_question(const struct talk *talk, const struct talk_job *job,
                           struct dlt645_frame *frame)
{
    switch (job->kind) {
    case TALK_READ_BLOCK:
        dlt645_read_request(frame, &talk->config.address, talk->profile->blocks[job->block].di);
        return 0;
    case TALK_READ_ITEM:
        if (!profile_has(talk->profile, job->item))
            return ERROR_NOT_ALLOWED;
        dlt645_read_request(frame, &talk->config.address,
                            talk->profile->registers[job->item].di);
        return 0;
    case TALK_WRITE:
        return dlt645_write(talk, job->item, job->value, frame);
    default:
        return dlt645_command(talk, job, frame);
    }
}

int talk_submit(struct talk *talk, const struct talk_job *job)
{
    struct modbus_job modbus = {
        .done = modbus_answered, .user = talk, .damaged = job->damaged};
    struct dlt645_job dlt645 = {
        .done = dlt645_answered, .user = talk, .damaged = job->damaged};
    if (talk->job_count == MASTER_QUEUE_MAX)
        return ERROR_QUEUE_FULL;
    int result = is_dlt645(talk) ? dlt645_question(talk, job, &dlt645.request)
                                 : modbus_question(talk, job, &modbus.request);
    if (result < 0)
        return result;
    result = is_dlt645(talk) ? dlt645_master_submit(&talk->dlt645, &dlt645)
                             : modbus_master_submit(&talk->modbus, &modbus);
    if (result == 0)
        talk->jobs[talk->job_count++] = *job;
    return result;
}

void talk_drop(struct talk *talk)
{
    talk->job_count = talk->modbus.job_count = talk->dlt645.job_count = 0;
    talk->modbus.under_way = talk->dlt645.under_way = false;
}

/* ---- passed on --------------------------------------------------------------------------------
 */

void talk_byte(struct talk *talk, int64_t stamp, uint8_t byte)
{
    if (is_dlt645(talk))
        dlt645_master_byte(&talk->dlt645, stamp, byte);
    else
        modbus_master_byte(&talk->modbus, stamp, byte);
}

int talk_service(struct talk *talk, int64_t now)
{
    return is_dlt645(talk) ? dlt645_master_service(&talk->dlt645, now)
                           : modbus_master_service(&talk->modbus, now);
}

void talk_excuse(struct talk *talk, int64_t absence_ns)
{
    if (is_dlt645(talk))
        dlt645_master_excuse(&talk->dlt645, absence_ns);
    else
        modbus_master_excuse(&talk->modbus, absence_ns);
}

int64_t talk_due(const struct talk *talk)
{
    return is_dlt645(talk) ? dlt645_master_due(&talk->dlt645) : modbus_master_due(&talk->modbus);
}

void talk_describe(const struct profile *profile, const struct talk_config *config, char *text,
                   size_t size)
{
    char address[DLT645_ADDRESS_TEXT_SIZE];
    if (profile->protocol == PROFILE_DLT645) {
        dlt645_address_to_text(&config->address, address);
        snprintf(text, size, "address %s", address);
    } else {
        snprintf(text, size, "slave %d", config->slave);
    }
}

struct master_statistics talk_statistics(const struct talk *talk)
{
    if (!talk->profile) /* never opened: nothing was said */
        return (struct master_statistics){0};
    return is_dlt645(talk) ? talk->dlt645.statistics : talk->modbus.statistics;
}
