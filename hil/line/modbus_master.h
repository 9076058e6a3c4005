/*
 * A Modbus RTU master that never waits: libmodbus builds the request and checks the reply, the line
 * carries the bytes, and this decides in run time when a reply is complete or will not come. One
 * request is under way, others wait in a short queue; what fails on the line is tried three times
 * in all.
 */
#ifndef METERBENCH_HIL_LINE_MODBUS_MASTER_H
#define METERBENCH_HIL_LINE_MODBUS_MASTER_H

#include "hil/line/line.h"
#include "hil/line/master.h"
#include "hil/line/modbus_library.h"
#include "hil/line/serial.h"
#include "sim/wire/modbus_pdu.h"

#include <stdbool.h>

struct modbus_result {
    /* 0; ERROR_MODBUS_EXCEPTION with response.exception; or what the last attempt met:
     * ERROR_TIMEOUT, ERROR_MODBUS_CRC, _LENGTH, _STATION, _FUNCTION, _MISMATCH */
    int error;
    int attempts;
    int64_t tag;
    int64_t first_sent, sent; /* when the first and the last attempt went out */
    int64_t answered;         /* when the last byte of the reply came, or giving up */
    const struct modbus_request *request;
    struct modbus_response response;
};

/* Called from modbus_master_service. It may submit. */
typedef void modbus_done(void *user, const struct modbus_result *result);

struct modbus_job {
    struct modbus_request request;
    modbus_done *done;
    void *user;
    int64_t tag;
    bool damaged; /* goes out once and with a wrong checksum; a sound device keeps silent */
};

struct modbus_master_config {
    struct serial_settings line;
    int slave;
    int64_t timeout_ns; /* from the request's last byte to the reply's first */
    int64_t jitter_ns;  /* how unevenly bytes may arrive that left in one go */
};

struct modbus_master {
    struct modbus_master_config config;
    struct line *line;
    struct modbus_library *library;
    struct modbus_job jobs[MASTER_QUEUE_MAX]; /* the first may be under way */
    int job_count;
    bool under_way;
    int attempts;
    int64_t first_sent, sent, request_ends;
    int64_t last_byte; /* stamp of the last byte from the device */
    int64_t quiet_at;  /* not before this may a request go out */
    int received;
    uint8_t head[3];
    struct master_statistics statistics;
};

/* 0, or ERROR_IO with a message. */
int modbus_master_open(struct modbus_master *master, struct line *line,
                       const struct modbus_master_config *config, char *message, size_t size);
void modbus_master_close(struct modbus_master *master);

/* Queue a request. 0, or ERROR_QUEUE_FULL. */
int modbus_master_submit(struct modbus_master *master, const struct modbus_job *job);

/* A byte was handed to libmodbus (line_ends.arrived). */
void modbus_master_byte(struct modbus_master *master, int64_t stamp, uint8_t byte);

/* Send what can be sent, finish what is complete or late. 0, or the line's error. */
int modbus_master_service(struct modbus_master *master, int64_t now);

/* Nobody listened for so long: a reply that is due gets that time on top. */
void modbus_master_excuse(struct modbus_master *master, int64_t absence_ns);

/* When modbus_master_service has something to do next, or TIME_NEVER. */
int64_t modbus_master_due(const struct modbus_master *master);

bool modbus_master_idle(const struct modbus_master *master);

#endif
