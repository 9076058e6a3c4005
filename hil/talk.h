/*
 * Talking to a meter in the words of its profile: read what a block of items shows, write an item,
 * give a command. Which protocol carries it is decided here and nowhere else in the board
 * controller. Nothing waits: jobs are answered in their order, from talk_service.
 */
#ifndef METERBENCH_HIL_TALK_H
#define METERBENCH_HIL_TALK_H

#include "hil/line/dlt645_master.h"
#include "hil/line/modbus_master.h"
#include "hil/profile.h"

enum { TALK_REFUSAL_SIZE = 80 };

enum talk_kind { TALK_READ_BLOCK, TALK_READ_ITEM, TALK_WRITE, TALK_COMMAND };

struct talk_job;

struct talk_result {
    /* 0; ERROR_BOARD_REFUSED: the meter answered and said no, see refusal; or what the last attempt
     * met, the errors of the two masters */
    int error;
    char refusal[TALK_REFUSAL_SIZE];
    bool has_word; /* a DL/T 645 meter's execution word, or, refusing, its error word */
    uint16_t word;
    int attempts;
    int64_t first_sent, sent; /* when the first and the last attempt went out */
    int64_t answered;         /* when the last byte of the reply came, or giving up */
    const struct talk_job *job;
    const uint8_t *bytes; /* of a read, as hil/profile.h describes them */
    size_t size;
};

/* Called from talk_service. It may submit. */
typedef void talk_done(void *user, const struct talk_result *result);

struct talk_job {
    enum talk_kind kind;
    int block;                      /* TALK_READ_BLOCK */
    enum profile_register item;     /* TALK_READ_ITEM, TALK_WRITE */
    int64_t value;                  /* TALK_WRITE, in base units */
    enum profile_command command;   /* TALK_COMMAND */
    uint16_t sequence;              /* of a command that has one */
    struct dlt645_time valid_until; /* of a relay order; year 0: for all time */
    bool damaged;                   /* goes out once and with a wrong checksum */
    talk_done *done;
    void *user;
};

struct talk_config {
    struct serial_settings line;
    int slave;                     /* Modbus */
    struct dlt645_address address; /* DL/T 645; one with AA in it is made whole by the first reply */
    int64_t timeout_ns;            /* from the request's last byte to the reply's first */
    int64_t jitter_ns;             /* how unevenly bytes may arrive that left in one go */
};

struct talk {
    const struct profile *profile;
    struct talk_config config;
    struct modbus_master modbus;
    struct dlt645_master dlt645;
    struct talk_job jobs[MASTER_QUEUE_MAX]; /* as they wait in the master */
    int job_count;
};

/* The protocol's usual time to a reply. */
int64_t talk_usual_timeout(const struct profile *profile);

/* The profile must outlive it. 0, or ERROR_IO with a message. */
int talk_open(struct talk *talk, struct line *line, const struct profile *profile,
              const struct talk_config *config, char *message, size_t size);
void talk_close(struct talk *talk);

/*
 * Queue a job. 0; ERROR_QUEUE_FULL; ERROR_NOT_ALLOWED: the profile has no such item or command, or
 * it is read only; ERROR_OUT_OF_RANGE: the item cannot hold the value.
 */
int talk_submit(struct talk *talk, const struct talk_job *job);

/* Forget what waits and what is under way: nobody is called. */
void talk_drop(struct talk *talk);

/* As those of the masters. */
void talk_byte(struct talk *talk, int64_t stamp, uint8_t byte);
int talk_service(struct talk *talk, int64_t now);
void talk_excuse(struct talk *talk, int64_t absence_ns);
int64_t talk_due(const struct talk *talk);

/* Did the meter answer, if only to refuse? */
bool talk_answered(const struct talk_result *result);

/* Whom it talks to: "slave 1", "address 000000000001". */
void talk_describe(const struct profile *profile, const struct talk_config *config, char *text,
                   size_t size);

struct master_statistics talk_statistics(const struct talk *talk);

#endif
