/* Means, quantiles, shares and their intervals. */
#include "tests/validate/validate.h"

#include <stdlib.h>

#define Z95 1.959964

int sample_size(const struct validation *validation, int full, int quick)
{
    return validation->quick ? quick : full;
}

void moments_add(struct moments *moments, double value)
{
    moments->n++;
    double before = value - moments->mean;
    moments->mean += before / moments->n;
    moments->squares += before * (value - moments->mean);
}

double moments_deviation(const struct moments *moments)
{
    return moments->n > 1 ? sqrt(moments->squares / (moments->n - 1)) : 0;
}

struct measure moments_mean(const struct moments *moments)
{
    double half = moments->n > 0 ? Z95 * moments_deviation(moments) / sqrt(moments->n) : 0;
    return (struct measure){moments->mean, half, moments->n};
}

struct measure moments_sd(const struct moments *moments)
{
    double deviation = moments_deviation(moments);
    double half = moments->n > 1 ? Z95 * deviation / sqrt(2 * (moments->n - 1)) : 0;
    return (struct measure){deviation, half, moments->n};
}

static int ascending(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

void sort_values(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, ascending);
}

static double at_rank(const double *sorted, int n, double rank)
{
    double clipped = fmin(fmax(rank, 0), n - 1);
    int below = (int)clipped;
    int above = below + 1 < n ? below + 1 : below;
    return sorted[below] + (clipped - below) * (sorted[above] - sorted[below]);
}

struct measure sorted_quantile(const double *sorted, int n, double p)
{
    double rank = p * (n - 1);
    double spread = Z95 * sqrt(n * p * (1 - p));
    double width = at_rank(sorted, n, rank + spread) - at_rank(sorted, n, rank - spread);
    return (struct measure){at_rank(sorted, n, rank), width / 2, n};
}

struct measure share_of(double count, double n)
{
    double p = n > 0 ? count / n : 0;
    double z2 = Z95 * Z95;
    double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = Z95 * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
    return (struct measure){p, fmax(p - (centre - half), centre + half - p), n};
}

struct measure exactly(double value, double n)
{
    return (struct measure){value, 0, n};
}

double chi_square_tail(double chi2, int degrees)
{
    double k = degrees;
    double z = (cbrt(chi2 / k) - (1 - 2 / (9 * k))) / sqrt(2 / (9 * k));
    return 0.5 * erfc(z / sqrt(2));
}
