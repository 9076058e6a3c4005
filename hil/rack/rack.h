/*
 * The stimulus rack: source levels out, stamped facts in. The rack gates currents by the contacts
 * itself and acknowledges every stimulus with the time at which it was applied. This keeps its
 * heartbeat, notices lost frames and a rack that has gone, sends again what was not acknowledged,
 * and turns stamps into intervals of host time. It neither waits nor reads a clock: the caller
 * brings frames and the time.
 */
#ifndef METERBENCH_HIL_RACK_RACK_H
#define METERBENCH_HIL_RACK_RACK_H

#include "hil/rack/rack_frames.h"
#include "hil/rack/rack_sync.h"

enum { RACK_STAMP_NS = 1000, RACK_PENDING_MAX = 16 };

/* How frames get out: slcan on a serial port or an emulator's lockstep line; SocketCAN would fit.
 */
struct can_port {
    /* Hands a frame over. 0, or ERROR_RACK_LOST when the way to the rack is gone. */
    int (*send)(struct can_port *port, const struct can_frame *frame);
};

/* Something the rack told. */
struct rack_fact {
    enum rack_id id;
    uint16_t payload;
    int64_t arrived;                      /* host time */
    int64_t stamp_ns;                     /* the rack's clock, unwrapped */
    int64_t earliest, latest;             /* host time */
    const struct rack_stimulus *stimulus; /* of an acknowledgement */
    int64_t tag;
};

struct rack_listener {
    void (*fact)(void *user, const struct rack_fact *fact);
    void *user;
};

struct rack_pending {
    struct rack_stimulus stimulus;
    int64_t tag, first_sent, sent;
    int64_t first_heard; /* first_sent, plus the time that the host did not listen */
    uint16_t sequence;
    int attempts;
};

struct rack {
    struct can_port *port;
    struct rack_listener listener;
    struct rack_sync sync;
    struct rack_pending pending[RACK_PENDING_MAX];
    int pending_count;
    uint16_t next_sequence;
    uint16_t heartbeat_sequence;
    int64_t heartbeat_sent, heartbeat_due;
    bool heartbeat_out;   /* not answered yet */
    bool heard;           /* a heartbeat was answered: it has left its safe state */
    bool heartbeat_alone; /* nothing else was under way when it went out */
    int64_t silence_ns;   /* lost after so long without a Status or an acknowledgement */
    int64_t status_at;    /* host time of the last Status, or of the start */
    uint16_t status;
    bool counter_known;
    uint8_t counter;
    uint64_t last_us; /* unwrapped */
    uint64_t frames, lost, foreign;
    int64_t late_ns_max;
    int64_t late_at, late_ns; /* host time of the last frame that came late; the most of that stall */
};

/* drift_ppm: how far the rack's clock may run from the host's, RACK_SYNC_DRIFT_PPM for two
 * crystals, 0 when both run on one clock. */
void rack_start(struct rack *rack, struct can_port *port, const struct rack_listener *listener,
                int64_t now, int drift_ppm);

/* Send a stimulus now; its acknowledgement comes back as a fact with this tag. Of two stimuli of
 * one id the later counts. 0, ERROR_QUEUE_FULL (too many unacknowledged), ERROR_RACK_LOST. */
int rack_stimulate(struct rack *rack, int64_t now, const struct rack_stimulus *stimulus,
                   int64_t tag);

/* A frame from the rack, read no later than at `now`. */
void rack_receive(struct rack *rack, int64_t now, const struct can_frame *frame);

/* Heartbeat and repetitions. 0; ERROR_RACK_LOST without a Status, or with a stimulus
 * unacknowledged, for silence_ns (1 s from rack_start on). */
int rack_service(struct rack *rack, int64_t now);

/* The host did not listen for so long: that time is no silence of the rack. */
void rack_excuse(struct rack *rack, int64_t absence_ns);

/* When rack_service has something to do next. */
int64_t rack_due(const struct rack *rack);

/* Is the rack known to be alive: a Status within the last half second. */
bool rack_alive(const struct rack *rack, int64_t now);

/* Did its clock go on with the host's since host time `since`: no frame came more than 200 ms after
 * its stamp, and none is due for longer. An emulated rack on a busy machine does not keep pace, and
 * what is beside it on that machine, the board or what reads its line, may have stood still too. */
bool rack_kept_pace(const struct rack *rack, int64_t since, int64_t now);

#endif
