/*
 * A DL/T 645 master that never waits, in the shape of hil/line/modbus_master.h: one request is under
 * way, others wait in a short queue, and what fails on the line is tried three times in all. Long
 * values are asked for part by part (12H) and handed over whole.
 *
 * A reply is what comes from the address asked, in the function asked and, of a read, with the
 * identifier asked. Anything else on the line is heard out, and told as the reason when no reply
 * comes in time. Frames of masters are passed over: some adapters echo what they send.
 */
#ifndef METERBENCH_HIL_LINE_DLT645_MASTER_H
#define METERBENCH_HIL_LINE_DLT645_MASTER_H

#include "hil/line/line.h"
#include "hil/line/master.h"
#include "hil/line/serial.h"
#include "sim/kernel/time.h"
#include "sim/wire/dlt645.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Clause 5.3.3: a reply begins within 500 ms, and its bytes follow within 500 ms. */
#define DLT645_REPLY_NS (500 * NS_PER_MS)
#define DLT645_GAP_NS (500 * NS_PER_MS)

struct dlt645_result {
    /* 0; ERROR_DLT645_REFUSED with error_bits; or what the last attempt met: ERROR_TIMEOUT,
     * ERROR_DLT645_CHECKSUM, _LENGTH, _END, _ADDRESS (another meter's reply), _CONTROL (to another
     * function), _IDENTIFIER, _SEQUENCE, ERROR_TRUNCATED (it ends before its end) */
    int error;
    int attempts;
    int64_t tag;
    int64_t first_sent, sent; /* when the first and the last attempt went out; of a value in parts,
                                 of its first part */
    int64_t answered;         /* when the last byte of the reply came, or giving up */
    uint16_t error_bits;      /* the ERR byte, or the word of two bytes */
    bool has_word;            /* the reply carries two bytes, error_bits or value */
    struct dlt645_address from;
    const uint8_t *value; /* of a read what stands behind the identifier; else the reply's data */
    size_t size;
};

/* Called from dlt645_master_service. It may submit. */
typedef void dlt645_done_call(void *user, const struct dlt645_result *result);

struct dlt645_job {
    struct dlt645_frame request; /* to the broadcast address: nobody replies, done comes at once */
    dlt645_done_call *done;
    void *user;
    int64_t tag;
    bool damaged; /* goes out once and with a wrong checksum; a sound meter keeps silent */
};

struct dlt645_master_config {
    struct serial_settings line;
    unsigned preambles;
    int64_t timeout_ns; /* from the request's last byte to the reply's first */
    int64_t jitter_ns;  /* how unevenly bytes may arrive that left in one go */
};

struct dlt645_master {
    struct dlt645_master_config config;
    struct line *line;
    struct dlt645_job jobs[MASTER_QUEUE_MAX]; /* the first may be under way */
    int job_count;
    bool under_way;
    int attempts;
    int64_t first_sent, sent, request_ends;
    int64_t last_byte; /* stamp of the last byte from the line */
    int64_t quiet_at;  /* not before this may a request go out */
    int received;      /* bytes since the request */
    struct dlt645_receiver receiver;
    struct dlt645_assembly assembly;
    struct dlt645_frame reply; /* once has_reply */
    bool has_reply;
    int64_t replied_at;
    int met; /* the error of what came instead of the reply, or 0 */
    struct master_statistics statistics;
};

void dlt645_master_open(struct dlt645_master *master, struct line *line,
                        const struct dlt645_master_config *config);

/* Queue a request. 0, or ERROR_QUEUE_FULL. */
int dlt645_master_submit(struct dlt645_master *master, const struct dlt645_job *job);

/* A byte came (line_ends.arrived). */
void dlt645_master_byte(struct dlt645_master *master, int64_t stamp, uint8_t byte);

/* Send what can be sent, finish what is complete or late. 0, or the line's error. */
int dlt645_master_service(struct dlt645_master *master, int64_t now);

/* Nobody listened for so long: a reply that is due gets that time on top. */
void dlt645_master_excuse(struct dlt645_master *master, int64_t absence_ns);

/* When dlt645_master_service has something to do next, or TIME_NEVER. */
int64_t dlt645_master_due(const struct dlt645_master *master);

bool dlt645_master_idle(const struct dlt645_master *master);

#endif
