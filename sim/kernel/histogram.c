#include "sim/kernel/histogram.h"

#include "sim/kernel/time.h"

#include <stdbool.h>

/* Up to 255 us a bucket each; beyond, the leading eight bits of the value. */
static int bucket_of(uint64_t us)
{
    if (us < 256)
        return (int)us;
    int shift = 56 - __builtin_clzll(us); /* of the leading eight bits down to 128..255 */
    int bucket = 128 * shift + (int)(us >> shift);
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static int64_t upper_edge_ns(int bucket)
{
    if (bucket < 256)
        return (bucket + 1) * NS_PER_US;
    int shift = bucket / 128 - 1;
    return ((int64_t)(bucket - 128 * shift + 1) << shift) * NS_PER_US;
}

void histogram_add(struct histogram *histogram, int64_t ns)
{
    uint64_t us = (uint64_t)(ns > 0 ? ns : 0) / NS_PER_US;
    histogram->count++;
    histogram->sum_us += us;
    histogram->max_ns = ns > histogram->max_ns ? ns : histogram->max_ns;
    histogram->buckets[bucket_of(us)]++;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    into->count += from->count;
    into->sum_us += from->sum_us;
    into->max_ns = from->max_ns > into->max_ns ? from->max_ns : into->max_ns;
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
        into->buckets[i] += from->buckets[i];
}

int64_t histogram_quantile_ns(const struct histogram *histogram, int permille)
{
    uint64_t wanted = (histogram->count * (uint64_t)permille + 999) / 1000;
    uint64_t seen = 0;
    if (histogram->count == 0)
        return 0;
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->buckets[i];
        if (seen >= wanted && seen > 0) {
            bool open = i == HISTOGRAM_BUCKETS - 1; /* whatever is longer than all others */
            int64_t edge = open ? INT64_MAX : upper_edge_ns(i);
            return edge < histogram->max_ns ? edge : histogram->max_ns;
        }
    }
    return histogram->max_ns;
}
