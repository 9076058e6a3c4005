#include "scenarios/runner/statistic.h"

#include <math.h>
#include <stdlib.h>

bool sample_add(struct sample *sample, double value, double half_width)
{
    if (sample->n == sample->capacity) {
        int capacity = sample->capacity ? 2 * sample->capacity : 256;
        double *grown = realloc(sample->values, (size_t)capacity * sizeof *grown);
        if (!grown)
            return false;
        sample->values = grown;
        sample->capacity = capacity;
    }
    sample->values[sample->n++] = value;
    sample->half_width += half_width;
    sample->group_n++;
    sample->group_sum += value;
    return true;
}

void sample_end_group(struct sample *sample)
{
    double n = sample->group_n, sum = sample->group_sum;
    sample->groups += n > 0;
    sample->nn += n * n;
    sample->ns += n * sum;
    sample->ss += sum * sum;
    sample->group_n = sample->group_sum = 0;
}

void sample_free(struct sample *sample)
{
    free(sample->values);
    *sample = (struct sample){0};
}

double student_95(int degrees)
{
    static const double few[] = {12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004,
                                 2.262157, 2.228139, 2.200985, 2.178813};
    if (degrees <= (int)(sizeof few / sizeof few[0]))
        return few[degrees - 1];
    const double z = 1.959964, z3 = z * z * z, z5 = z3 * z * z;
    double v = degrees; /* Cornish and Fisher's expansion: Abramowitz and Stegun 26.7.5; good to 1e-4 from 12 on */
    return z + (z3 + z) / (4 * v) + (5 * z5 + 16 * z3 + 3 * z) / (96 * v * v) +
           (3 * z5 * z * z + 19 * z5 + 17 * z3 - 15 * z) / (384 * v * v * v);
}

/* Sum over the groups of (their sum less n times the mean) squared, by the spread of which the mean's interval goes. */
static struct estimate mean_of(const struct sample *sample)
{
    double sum = 0, n = sample->n, groups = sample->groups;
    for (int i = 0; i < sample->n; i++)
        sum += sample->values[i];
    double mean = sum / n;
    struct estimate estimate = {mean, mean, mean, sample->groups > 1};
    if (!estimate.bounded)
        return estimate;
    double spread = sample->ss - 2 * mean * sample->ns + mean * mean * sample->nn;
    double error = sqrt((spread > 0 ? spread : 0) * groups / (groups - 1)) / n;
    double half = student_95(sample->groups - 1) * error + sample->half_width / n;
    estimate.low = mean - half;
    estimate.high = mean + half;
    return estimate;
}

/* The smallest value that a share p is not above; its interval by the normal approximation to the binomial, continuity
 * corrected. */
static struct estimate quantile_of(const struct sample *sample, double p)
{
    int n = sample->n;
    double margin = 1.959964 * sqrt(n * p * (1 - p)), off = sample->half_width / n;
    int at = (int)ceil(n * p) - 1;
    int low = (int)floor(n * p - margin - 0.5), high = (int)ceil(n * p + margin - 0.5);
    struct estimate estimate = {.value = sample->values[at], .bounded = low >= 0 && high < n};
    estimate.low = sample->values[low < 0 ? 0 : low] - off;
    estimate.high = sample->values[high < n ? high : n - 1] + off;
    return estimate;
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

struct summary sample_summary(struct sample *sample)
{
    qsort(sample->values, (size_t)sample->n, sizeof *sample->values, by_size);
    return (struct summary){
        .mean = mean_of(sample),
        .p50 = quantile_of(sample, 0.50),
        .p95 = quantile_of(sample, 0.95),
        .p99 = quantile_of(sample, 0.99),
        .least = sample->values[0],
        .most = sample->values[sample->n - 1],
    };
}
