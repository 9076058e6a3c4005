/*
 * Durations by the million, in little memory: buckets of 128 to the octave, so that a percentile is known to better
 * than 0.8 %; the largest and the sum are exact. Histograms of parts add up to that of the whole in any order.
 */
#ifndef METERBENCH_SIM_KERNEL_HISTOGRAM_H
#define METERBENCH_SIM_KERNEL_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BUCKETS = 128 * 40 }; /* up to 2^46 us, 800 days */

struct histogram {
    uint64_t count, sum_us;
    int64_t max_ns;
    uint32_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, int64_t ns);
void histogram_merge(struct histogram *into, const struct histogram *from);

/* The least duration that at least `permille` of the values do not exceed, as the upper edge of its bucket (never
 * above the largest); 0 when there are none. */
int64_t histogram_quantile_ns(const struct histogram *histogram, int permille);

#endif
