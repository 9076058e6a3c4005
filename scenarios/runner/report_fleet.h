/* What a fleet run says: a table for people, JSON for machines (keys: docs/reports.md, "Fleets"). */
#ifndef METERBENCH_RUNNER_REPORT_FLEET_H
#define METERBENCH_RUNNER_REPORT_FLEET_H

#include "sim/fleet.h"

/* A run and how long it took by the wall clock. */
struct fleet_report {
    const struct fleet_config *config;
    const struct fleet_result *result;
    double wall_s;
};

void report_fleet_console(const struct fleet_report *report);

/* Do money and energy balance? */
bool report_fleet_balances(const struct fleet_report *report);

/* To a file, or to standard output when path is "-". 0 or a negative errno. */
int report_fleet_json(const struct fleet_report *report, const char *path);

#endif
