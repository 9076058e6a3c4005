#include "sim/meter/residual.h"

#define MAINS_PERIOD_NS (20 * NS_PER_MS)
#define FAST_PHASE_NS (3 * NS_PER_MS) /* amplitude alone settles it: it need not see a whole half wave */

enum {
    SENSITIVE_UA = 10000, /* up to this IdN the band of type A ends at twice, else at 1.4 times */
    BLINDING_UA = 6000,   /* smooth direct current that a type A must bear */
    PULSATING_PERMILLE = 1300, /* of the sinusoidal level: within 350 to 1400 */
    SMOOTH_PERMILLE = 1600,    /* within 500 to 2000 */
};

/* From which current on the type must trip; 0 when it need not at all. */
static int64_t must_trip_ua(const struct residual_rating *rating, int waveform)
{
    int64_t rated = rating->rated_ua;
    if (waveform == RESIDUAL_AC)
        return rated;
    if (waveform == RESIDUAL_SMOOTH_DC)
        return rating->type == RESIDUAL_TYPE_B ? 2 * rated : 0;
    if (rating->type == RESIDUAL_TYPE_AC)
        return 0;
    return rated <= SENSITIVE_UA ? 2 * rated : rated * 14 / 10;
}

/* Smooth direct current saturates the core: beyond 6 mA a type A, and any of it a type AC, is not bound. */
static bool bound(const struct residual_rating *rating, int64_t dc_ua)
{
    return rating->type == RESIDUAL_TYPE_B || dc_ua == 0 ||
           (rating->type == RESIDUAL_TYPE_A && dc_ua <= BLINDING_UA);
}

int64_t residual_severity_permille(const struct residual_rating *rating, const struct plant_signals *signals)
{
    int64_t ac_from = must_trip_ua(rating, signals->residual_waveform);
    int64_t dc_from = must_trip_ua(rating, RESIDUAL_SMOOTH_DC);
    int64_t severity = 0;
    if (ac_from && bound(rating, signals->residual_dc_ua))
        severity = signals->residual_ua * INT64_C(1000) / ac_from;
    int64_t dc_severity = dc_from ? signals->residual_dc_ua * INT64_C(1000) / dc_from : 0;
    return dc_severity > severity ? dc_severity : severity;
}

int64_t residual_break_time_limit(const struct residual_rating *rating, int64_t severity_permille)
{
    if (severity_permille >= 5000)
        return (rating->selective ? 150 : 40) * NS_PER_MS;
    if (severity_permille >= 2000)
        return (rating->selective ? 200 : 150) * NS_PER_MS;
    if (severity_permille >= 1000)
        return (rating->selective ? 500 : 300) * NS_PER_MS;
    return TIME_NEVER;
}

struct residual_sense residual_sense_draw(struct random *random)
{
    struct residual_sense sense;
    sense.level_permille = (uint16_t)random_between(random, 550, 850);
    sense.slow_ms = (uint8_t)random_between(random, 15, 35);
    sense.fast_ms = (uint8_t)random_between(random, 4, 6);
    return sense;
}

/* From which current on this one acts; 0 when it does not see the waveform. */
static int64_t acts_from_ua(const struct residual_rating *rating, struct residual_sense sense,
                            int waveform, int64_t dc_ua)
{
    if (must_trip_ua(rating, waveform) == 0)
        return 0;
    int64_t level_ua = (int64_t)rating->rated_ua * sense.level_permille / 1000;
    if (waveform == RESIDUAL_SMOOTH_DC)
        return level_ua * SMOOTH_PERMILLE / 1000;
    if (waveform != RESIDUAL_AC)
        level_ua = level_ua * PULSATING_PERMILLE / 1000;
    return bound(rating, dc_ua) ? level_ua : level_ua * (BLINDING_UA + dc_ua) / BLINDING_UA;
}

/* It looks at half waves of one direction: one that begins with the other waits for it. */
static int64_t phase_wait(int64_t now)
{
    int64_t phase = now % MAINS_PERIOD_NS;
    return phase < MAINS_PERIOD_NS / 2 ? 0 : MAINS_PERIOD_NS - phase;
}

static int64_t selective_wait(struct residual_sense sense, int64_t severity_permille)
{
    int64_t slow = sense.slow_ms - 15;
    if (severity_permille >= 5000)
        return (55 + slow) * NS_PER_MS;
    return severity_permille >= 2000 ? (70 + 2 * slow) * NS_PER_MS : (150 + 5 * slow) * NS_PER_MS;
}

int64_t residual_wait(const struct residual_rating *rating, struct residual_sense sense,
                      const struct plant_signals *signals, int64_t now)
{
    int64_t dc_ua = signals->residual_dc_ua;
    if (dc_ua == 0 && signals->residual_ua < rating->rated_ua / 2)
        return TIME_NEVER; /* no type acts below half of IdN: most calls end here */
    int64_t ac_from = acts_from_ua(rating, sense, signals->residual_waveform, dc_ua);
    int64_t dc_from = acts_from_ua(rating, sense, RESIDUAL_SMOOTH_DC, 0);
    bool acts = (ac_from && signals->residual_ua >= ac_from) || (dc_from && dc_ua >= dc_from);
    if (!acts)
        return TIME_NEVER;
    int64_t severity = residual_severity_permille(rating, signals);
    int64_t phase = phase_wait(now);
    if (rating->selective)
        return selective_wait(sense, severity) + phase;
    if (severity < 5000)
        return sense.slow_ms * NS_PER_MS + phase;
    return sense.fast_ms * NS_PER_MS + (phase < FAST_PHASE_NS ? phase : FAST_PHASE_NS);
}
