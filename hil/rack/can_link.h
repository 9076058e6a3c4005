/*
 * The way to a rack's CAN bus: an slcan adapter on a serial port (hil/rack/slcan_link.c) or a SocketCAN
 * interface (hil/rack/socketcan.c). Which one follows from the name: a device has a "/" in it, an
 * interface has none. It never waits; the caller polls `fd` and comes back at `due`.
 */
#ifndef METERBENCH_HIL_RACK_CAN_LINK_H
#define METERBENCH_HIL_RACK_CAN_LINK_H

#include "hil/rack/can_health.h"
#include "hil/rack/slcan.h"

enum { CAN_LINK_BITRATE = 500000 };

struct can_link_listener {
    /* It came no later than at `stamp` (CLOCK_MONOTONIC, ns). */
    void (*frame)(void *user, int64_t stamp, const struct can_frame *frame);
    void *user;
};

struct can_link;

struct can_link_ops {
    /* Everything that waits at `fd`; hung_up: poll said so. 0, or ERROR_RACK_LOST with a message. */
    int (*receive)(struct can_link *link, const struct can_link_listener *listener, bool hung_up);
    /* Hands a frame over, or keeps it until the interface takes it. 0 or ERROR_RACK_LOST. */
    int (*send)(struct can_link *link, const struct can_frame *frame);
    /* What is due. 0 or ERROR_RACK_LOST. */
    int (*service)(struct can_link *link, int64_t now);
    void (*close)(struct can_link *link);
};

struct can_link {
    const struct can_link_ops *ops;
    int fd;
    int64_t due; /* when service has something to do, or TIME_NEVER */
    char name[96];
    char message[480];
    char notes[200]; /* what could not be set, and why that is no matter; empty: nothing */
    struct can_health health;
};

/* bitrate: bit/s, 0 for CAN_LINK_BITRATE. NULL with *error ERROR_RACK_LOST or ERROR_NO_MEMORY and a
 * message that says how to mend it. */
struct can_link *can_link_open(const char *name, int bitrate, int *error, char *message,
                               size_t size);

/* The two kinds, for can_link_open. */
struct can_link *slcan_link_open(const char *path, int bitrate, int *error, char *message,
                                 size_t size);
struct can_link *socketcan_open(const char *interface, int bitrate, int *error, char *message,
                                size_t size);

#endif
