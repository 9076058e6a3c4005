/*
 * The German standard load profile H0 (BDEW): what a household of 1000 kWh a year draws, by quarter
 * of an hour, for winter, summer and transition on weekdays, Saturdays and Sundays, each day scaled
 * by its dynamisation. As published with demandlib (MIT licence), selp_series.csv. A shape to
 * compare with, not the truth for China.
 */
#ifndef METERBENCH_TESTS_VALIDATE_H0_H
#define METERBENCH_TESTS_VALIDATE_H0_H

enum { H0_QUARTERS = 96, H0_DAYS = 365 };

/* W, of a quarter of an hour (from 0) on a day of 2026 (from 1); holidays are like other days. */
double h0_power_w(int day, int quarter);

/* W, the mean course of a day of that year. */
void h0_mean_day(double day_w[H0_QUARTERS]);

#endif
