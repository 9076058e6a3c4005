/*
 * What switches a board's supply beside the rack: a line of a GPIO chip (the kernel's character
 * device, linux/gpio.h), or a relay that obeys bytes on a serial port. On at the start, follows
 * the mains of the flat in a run, stays as it is at the end.
 */
#ifndef METERBENCH_HIL_RACK_POWER_H
#define METERBENCH_HIL_RACK_POWER_H

#include "hil/bench_file.h"
#include "hil/line/serial.h"

/* From the order until board and supply have followed: an engineering choice, for a relay and a
 * supply's hold-up. */
#define POWER_SETTLE_NS INT64_C(100000000)

struct power {
    struct bench_power config; /* kind BENCH_POWER_NONE or BENCH_POWER_RACK: nothing is open */
    int line_fd;               /* of the GPIO line, or -1 */
    struct serial relay;
    bool on;
};

/* Opens what the configuration names and switches on. 0, or ERROR_PORT with a message. */
int power_open(struct power *power, const struct bench_power *config, char *message, size_t size);

/* 0, or ERROR_PORT_LOST with a message. Of a GPIO line the level is read back. */
int power_switch(struct power *power, bool on, char *message, size_t size);

/* Is there something that switches? */
bool power_is_open(const struct power *power);

/* The supply stays as it was switched; some GPIO chips let the line go. */
void power_close(struct power *power);

#endif
