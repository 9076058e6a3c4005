/*
 * What a population of households draws in a year, as JSON: the statistics that load models are
 * judged by. For each home the mean power of every minute is taken from exact energies.
 *
 * usage: household_stats [--homes N] [--without NAME_PREFIX] [--file TABLE.lua] [--seed N]
 */
#include "scenarios/runner/household_file.h"

#include "sim/plant/plant.h"
#include "tests/validate/h0.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    DAYS = 365,
    MINUTES = DAYS * 1440,
    QUARTERS = DAYS * 96,
    LAGS = 3,
    GROUPS = 7,
    NOMINAL_MV = 220000
};

static const int group_sizes[GROUPS] = {1, 2, 5, 10, 20, 50, 100};
static const int lags[LAGS] = {1, 15, 60};

/* Homes summed to groups of a size: the highest quarter of an hour of each whole group, and what
 * its homes' own sum to. */
struct group {
    float *sum_w; /* of the group under way, by quarter */
    double own_peaks, peaks, peaks_of_own;
    int members, count;
};

struct statistics {
    int homes, lost;
    double kwh, kwh_squares, peak_minute, peak_quarter, deviation, autocorrelation[LAGS],
        load_factor;
    double starts, steps, events;
    double hours[24];
    struct group groups[GROUPS];
};

struct counter {
    struct event_sink sink;
    long starts;
};

static void count_start(struct event_sink *sink, const struct event *event)
{
    ((struct counter *)sink)->starts += event->b == 1;
}

/* A home's year: the mean power of each minute, W. The time between two events may span minutes. */
static void live(struct statistics *s, const struct household_model *model,
                 const struct climate *climate, uint64_t seed, uint32_t flat, float *minutes)
{
    struct counter counter = {.sink.put = count_start};
    struct event_source events = {&counter.sink, flat};
    struct household household;
    household_init(&household, model, climate, seed, flat);
    int64_t now = 0;
    double before_w = -1e9;
    for (int m = 0; m < MINUTES; m++) {
        const int64_t end = (int64_t)(m + 1) * NS_PER_MIN;
        double sum = 0, w = 0;
        while (now < end) {
            int64_t next = household_next(&household) < end ? household_next(&household) : end;
            w = (double)household_power_mw(&household, NOMINAL_MV, NOMINAL_MV) / 1e3;
            sum += w * (double)(next - now);
            now = next;
            while (household_next(&household) == now && now < end) {
                household_step(&household, &events);
                s->events++;
            }
        }
        while (household_next(&household) == end) {
            household_step(&household, &events);
            s->events++;
        }
        minutes[m] = (float)(sum / (double)NS_PER_MIN);
        w = (double)household_power_mw(&household, NOMINAL_MV, NOMINAL_MV) / 1e3;
        s->steps += m > 0 && fabs(w - before_w) > 5;
        before_w = w;
    }
    s->starts += (double)counter.starts;
    s->lost += household.lost;
}

static void add_to_groups(struct statistics *s, const float *quarters, double peak)
{
    for (int g = 0; g < GROUPS; g++) {
        struct group *group = &s->groups[g];
        if (group->members == 0)
            memset(group->sum_w, 0, QUARTERS * sizeof *group->sum_w);
        for (int q = 0; q < QUARTERS; q++)
            group->sum_w[q] += quarters[q];
        group->own_peaks += peak;
        if (++group->members < group_sizes[g])
            continue;
        float most = 0;
        for (int q = 0; q < QUARTERS; q++)
            most = group->sum_w[q] > most ? group->sum_w[q] : most;
        group->peaks += most;
        group->peaks_of_own += group->own_peaks;
        group->own_peaks = 0;
        group->members = 0;
        group->count++;
    }
}

static void judge_home(struct statistics *s, const float *minutes, float *quarters)
{
    double sum = 0, squares = 0, peak = 0, quarter_peak = 0;
    for (int m = 0; m < MINUTES; m++) {
        sum += minutes[m];
        squares += (double)minutes[m] * minutes[m];
        peak = minutes[m] > peak ? minutes[m] : peak;
        s->hours[m / 60 % 24] += minutes[m];
    }
    double mean = sum / MINUTES, variance = squares / MINUTES - mean * mean;
    for (int l = 0; l < LAGS; l++) {
        double product = 0;
        for (int m = lags[l]; m < MINUTES; m++)
            product += (minutes[m] - mean) * (minutes[m - lags[l]] - mean);
        s->autocorrelation[l] += product / (MINUTES - lags[l]) / variance;
    }
    for (int q = 0; q < QUARTERS; q++) {
        double w = 0;
        for (int m = 0; m < 15; m++)
            w += minutes[q * 15 + m];
        quarters[q] = (float)(w / 15);
        quarter_peak = quarters[q] > quarter_peak ? quarters[q] : quarter_peak;
    }
    double kwh = mean * 8.76;
    s->kwh += kwh;
    s->kwh_squares += kwh * kwh;
    s->peak_minute += peak;
    s->peak_quarter += quarter_peak;
    s->deviation += sqrt(variance) / mean;
    s->load_factor += mean / peak;
    s->homes++;
    add_to_groups(s, quarters, quarter_peak);
}

static double correlation_to_h0(const double *hours)
{
    double quarters[H0_QUARTERS], h0[24] = {0};
    h0_mean_day(quarters);
    for (int quarter = 0; quarter < H0_QUARTERS; quarter++)
        h0[quarter / 4] += quarters[quarter] / 4;
    double a = 0, b = 0, aa = 0, bb = 0, ab = 0;
    for (int h = 0; h < 24; h++) {
        a += hours[h] / 24;
        b += h0[h] / 24;
    }
    for (int h = 0; h < 24; h++) {
        aa += (hours[h] - a) * (hours[h] - a);
        bb += (h0[h] - b) * (h0[h] - b);
        ab += (hours[h] - a) * (h0[h] - b);
    }
    return ab / sqrt(aa * bb);
}

static void print(const struct statistics *s, double seconds)
{
    double n = s->homes, mean_kwh = s->kwh / n, home_days = n * DAYS, mean_w = mean_kwh / 8.76;
    printf("{\n  \"homes\": %d,\n  \"mean_kwh\": %.1f,\n", s->homes, mean_kwh);
    printf("  \"sd_over_mean_kwh\": %.3f,\n",
           sqrt(s->kwh_squares / n - mean_kwh * mean_kwh) / mean_kwh);
    printf("  \"load_factor_1min\": %.4f,\n", s->load_factor / n);
    printf("  \"peak_1min_w\": %.0f,\n  \"peak_15min_w\": %.0f,\n", s->peak_minute / n,
           s->peak_quarter / n);
    printf("  \"sd_over_mean_1min\": %.3f,\n", s->deviation / n);
    for (int l = 0; l < LAGS; l++)
        printf("  \"autocorrelation_%d_min\": %.3f,\n", lags[l], s->autocorrelation[l] / n);
    printf("  \"starts_a_home_day\": %.1f,\n  \"steps_over_5_w_a_home_day\": %.1f,\n",
           s->starts / home_days, s->steps / home_days);
    printf("  \"events_a_home_day\": %.1f,\n  \"lost_starts\": %d,\n", s->events / home_days,
           s->lost);
    for (int g = 0; g < GROUPS; g++) {
        const struct group *group = &s->groups[g];
        if (group->count == 0)
            continue;
        double admd = group->peaks / group->count / group_sizes[g];
        printf("  \"admd_15min_w_%d\": %.0f,\n  \"admd_over_mean_%d\": %.2f,\n", group_sizes[g],
               admd, group_sizes[g], admd / mean_w);
        printf("  \"coincidence_15min_%d\": %.3f,\n  \"load_factor_15min_%d\": %.3f,\n",
               group_sizes[g], group->peaks / group->peaks_of_own, group_sizes[g], mean_w / admd);
    }
    printf("  \"correlation_to_h0\": %.3f,\n  \"hourly_mean_w\": [", correlation_to_h0(s->hours));
    for (int h = 0; h < 24; h++)
        printf("%s%.0f", h ? ", " : "", s->hours[h] / home_days / 60);
    printf("],\n  \"seconds\": %.2f\n}\n", seconds);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"homes", required_argument, NULL, 'n'},
                                            {"without", required_argument, NULL, 'w'},
                                            {"file", required_argument, NULL, 'f'},
                                            {"seed", required_argument, NULL, 's'},
                                            {0}};
    const struct household_model *model = household_default();
    const char *without = NULL;
    char message[600];
    int homes = 100;
    uint64_t seed = 1;
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (id == 'n')
            homes = atoi(optarg);
        else if (id == 'w')
            without = optarg;
        else if (id == 's')
            seed = strtoull(optarg, NULL, 10);
        else if (id == 'f')
            model = household_load(optarg, message, sizeof message);
        else
            return 2;
        if (!model)
            return fprintf(stderr, "%s\n", message), 2;
    }
    struct household_table table = model->table;
    for (int r = 0; without && r < table.row_count; r++)
        if (strncmp(table.rows[r].name, without, strlen(without)) == 0)
            table.rows[r].units_milli = 0;
    struct household_model *own = malloc(sizeof *own);
    float *minutes = malloc(MINUTES * sizeof *minutes),
          *quarters = malloc(QUARTERS * sizeof *quarters);
    struct statistics statistics = {0};
    bool room = own && minutes && quarters;
    for (int g = 0; g < GROUPS; g++) {
        statistics.groups[g].sum_w = malloc(QUARTERS * sizeof(float));
        room = room && statistics.groups[g].sum_w;
    }
    if (!room)
        return 2;
    household_model_build(own, &table);
    const struct civil_time new_year = {2026, 1, 1, 0, 0, 0, 0};
    struct climate climate = {&own->table.climate, seed, civil_to_seconds(&new_year)};
    double seconds = 0;
    for (int i = 1; i <= homes; i++) {
        clock_t start = clock();
        live(&statistics, own, &climate, seed, (uint32_t)i, minutes);
        seconds += (double)(clock() - start) / CLOCKS_PER_SEC;
        judge_home(&statistics, minutes, quarters);
    }
    print(&statistics, seconds);
    for (int g = 0; g < GROUPS; g++)
        free(statistics.groups[g].sum_w);
    free(own);
    free(minutes);
    free(quarters);
    return 0;
}
