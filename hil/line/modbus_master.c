#include "hil/line/modbus_master.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <assert.h>
#include <string.h>

int modbus_master_open(struct modbus_master *master, struct line *line,
                       const struct modbus_master_config *config, char *message, size_t size)
{
    memset(master, 0, sizeof *master);
    master->config = *config;
    master->line = line;
    master->library = modbus_library_open(line->slave_path, config->slave, message, size);
    return master->library ? 0 : ERROR_IO;
}

void modbus_master_close(struct modbus_master *master)
{
    modbus_library_close(master->library);
    master->library = NULL;
}

int modbus_master_submit(struct modbus_master *master, const struct modbus_job *job)
{
    if (master->job_count == MASTER_QUEUE_MAX)
        return ERROR_QUEUE_FULL;
    master->jobs[master->job_count++] = *job;
    return 0;
}

bool modbus_master_idle(const struct modbus_master *master)
{
    return master->job_count == 0;
}

/* ---- time -------------------------------------------------------------------------------------
 */

static int64_t character_ns(const struct modbus_master *master)
{
    return serial_character_ns(&master->config.line);
}

/* 3.5 idle characters end a frame. A byte is stamped at its end, so one that comes just in time
 * shows a character later; what arrives in lumps needs more patience. */
static int64_t silence_ns(const struct modbus_master *master)
{
    return character_ns(master) * 9 / 2 + master->config.jitter_ns;
}

static int expected_size(const struct modbus_master *master)
{
    bool exception = master->received >= 2 && (master->head[1] & MODBUS_EXCEPTION_BIT);
    return exception ? 5 : modbus_response_size(&master->jobs[0].request) + 3;
}

int64_t modbus_master_due(const struct modbus_master *master)
{
    if (master->job_count == 0)
        return TIME_NEVER;
    if (!master->under_way)
        return master->quiet_at;
    if (master->received == 0)
        return master->request_ends + master->config.timeout_ns;
    if (master->received >= expected_size(master))
        return master->last_byte;
    return master->last_byte + silence_ns(master);
}

void modbus_master_byte(struct modbus_master *master, int64_t stamp, uint8_t byte)
{
    master->last_byte = stamp;
    master->quiet_at = stamp + character_ns(master) * 7 / 2;
    if (!master->under_way)
        return;
    if (master->received < (int)sizeof master->head)
        master->head[master->received] = byte;
    master->received++;
}

void modbus_master_excuse(struct modbus_master *master, int64_t absence_ns)
{
    if (master->received == 0)
        master->request_ends += absence_ns;
}

/* ---- out --------------------------------------------------------------------------------------
 */

/* Nothing of an earlier reply may be taken for this one's. */
static void forget_stray_bytes(struct modbus_master *master)
{
    modbus_library_flush(master->library);
    master->received = 0;
}

/* By hand, since libmodbus computes the checksum right. */
static int send_damaged(struct modbus_master *master, int64_t now, const uint8_t *raw, int size)
{
    uint8_t frame[MODBUS_RTU_MAX];
    int length = modbus_rtu_encode(raw[0], raw + 1, (size_t)size - 1, frame, sizeof frame);
    assert(length > 0);
    frame[length - 1] ^= 0xff;
    master->request_ends = now + length * character_ns(master);
    return line_send(master->line, now, frame, (size_t)length);
}

static int send_sound(struct modbus_master *master, int64_t now, const uint8_t *raw, int size)
{
    int sent = modbus_library_send(master->library, raw, size);
    if (sent < 0)
        return sent;
    master->request_ends = now + sent * character_ns(master);
    return line_relay_request(master->line, now, (size_t)sent);
}

static int transmit(struct modbus_master *master, int64_t now)
{
    uint8_t raw[1 + MODBUS_PDU_MAX] = {(uint8_t)master->config.slave};
    int size = modbus_request_encode(&master->jobs[0].request, raw + 1, sizeof raw - 1);
    assert(size > 0);
    forget_stray_bytes(master);
    master->under_way = true;
    master->statistics.requests++;
    master->sent = now;
    if (master->attempts++ == 0)
        master->first_sent = now;
    return master->jobs[0].damaged ? send_damaged(master, now, raw, size + 1)
                                   : send_sound(master, now, raw, size + 1);
}

/* ---- in ---------------------------------------------------------------------------------------
 */

static int check_reply(struct modbus_master *master, struct modbus_response *response)
{
    uint8_t frame[MODBUS_LIBRARY_FRAME_MAX];
    if (master->received == 0)
        return ERROR_TIMEOUT;
    int size = modbus_library_receive(master->library, master->received, frame);
    if (size < 0)
        return size;
    return modbus_rtu_response_parse((uint8_t)master->config.slave, &master->jobs[0].request, frame,
                                     (size_t)size, response);
}

static void finish(struct modbus_master *master, struct modbus_result *result)
{
    struct modbus_job job = master->jobs[0];
    result->attempts = master->attempts;
    result->tag = job.tag;
    result->first_sent = master->first_sent;
    result->sent = master->sent;
    result->request = &job.request;
    master->job_count--;
    memmove(master->jobs, master->jobs + 1, (size_t)master->job_count * sizeof master->jobs[0]);
    master->attempts = 0;
    job.done(job.user, result);
}

static void conclude(struct modbus_master *master, int64_t now)
{
    struct modbus_result result = {.answered = master->received ? master->last_byte : now};
    result.error = check_reply(master, &result.response);
    master->under_way = false;
    bool answered = result.error == 0 || result.error == ERROR_MODBUS_EXCEPTION;
    master->statistics.answers += answered;
    bool damaged = master->jobs[0].damaged;
    master->statistics.timeouts += !damaged && result.error == ERROR_TIMEOUT;
    master->statistics.damaged += !damaged && !answered && result.error != ERROR_TIMEOUT;
    if (answered || damaged || master->attempts >= MASTER_ATTEMPTS)
        finish(master, &result);
}

int modbus_master_service(struct modbus_master *master, int64_t now)
{
    while (modbus_master_due(master) <= now) {
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
