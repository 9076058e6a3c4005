/* What a study of limits in peak hours says: a table for people, JSON for machines (keys: docs/energy.md). */
#ifndef METERBENCH_RUNNER_REPORT_ENERGY_H
#define METERBENCH_RUNNER_REPORT_ENERGY_H

#include "scenarios/runner/energy_study.h"
#include "scenarios/runner/fleet_energy.h"

/* A tariff of the study and what came out. */
struct energy_report {
    char tariff[32];
    const struct tariff *prices;
    struct study_result result;
};

void report_energy_console(const struct study_config *study, const struct energy_report *rows, int count, double claim);

/* To a file, or to standard output when path is "-". 0 or a negative errno. */
int report_energy_json(const struct study_config *study, const struct energy_report *rows, int count, double claim,
                       const char *path);

#endif
