#include "sim/plant/relay.h"

#include <assert.h>
#include <math.h> /* sqrt only: it is exact by IEEE 754 */
#include <string.h>

#define WEIBULL_SHAPE 2.2        /* of the number of makes until the contacts weld */
#define WELD_FLOOR 1e-7          /* a make, however new the contacts are */
#define WELD_ON_SHORT 1e-2       /* a make onto a short circuit */
#define STUCK_PROBABILITY 3e-8   /* an operation: the armature jams open */
#define SLOWING_EXPONENT 1.3     /* operate time grows as (nominal / voltage) to this */
#define COPPER_PER_K 0.0039      /* resistance of the coil */
#define SAFE_MARGIN_NS (10 * NS_PER_MS) /* a pulse that much longer than the operate time always moves */
#define CAPACITOR_PULSE_NS (60 * NS_PER_MS) /* the longest that the capacitor's driver gives */

enum {
    PICK_UP_LEAST_PERMILLE = 650,
    PICK_UP_MOST_PERMILLE = 800,
    COIL_REFERENCE_MC = 25000,
    SHORT_CIRCUIT_MA = 480000,   /* beyond the inrush that contacts are rated for */
    OPERATIONS_TO_DOUBLE = 10000, /* contact resistance */
    CAPACITOR_UJ = 160000,       /* 2200 uF at 12 V */
    CAPACITOR_CHARGING_MW = 60,
    CAPACITOR_SUPPLY_MV = 60000, /* the power supply works from here on */
    BOUNCES_MAX = 200,
};

static const struct relay_class classes[RELAY_CLASSES] = {
    [RELAY_METER_100A] = {"meter 100 A", 11000, 10000, 1200, 7000, 20000, 100000, 700, 1500, 20000},
    [RELAY_HFE10] = {"HFE10", 11000, 10000, 1200, 7000, 20000, 50000, 5000, 1500, 100000},
    [RELAY_HFE20] = {"HFE20", 9000, 8000, 1200, 5000, 15000, 20000, 10000, 400, 20000},
};

static const struct relay_class *relay_class(enum relay_class_number number)
{
    assert(number < RELAY_CLASSES);
    return &classes[number];
}

int relay_class_from_name(const char *name)
{
    for (int i = 0; i < RELAY_CLASSES; i++)
        if (strcmp(classes[i].name, name) == 0)
            return i;
    return -1;
}

void relay_init(struct relay *relay, struct timers timers, struct event_source events,
                uint64_t seed, const struct relay_config *config, bool closed)
{
    *relay = (struct relay){
        .random = random_stream(seed, events.flat, RANDOM_RELAY),
        .timers = timers,
        .events = events,
        .class = relay_class(config->class),
        .has_capacitor = config->coil_capacitor,
        .charge_uj = CAPACITOR_UJ,
        .closed = closed,
        .settled = true,
        .going_to_close = closed,
    };
    relay->pick_up_permille = (uint16_t)random_between(&relay->random, PICK_UP_LEAST_PERMILLE,
                                                       PICK_UP_MOST_PERMILLE);
}

/* ---- the coil -------------------------------------------------------------------------------- */

static void recharge(struct relay *relay, int64_t now, int32_t supply_mv)
{
    int64_t gained_uj = supply_mv < CAPACITOR_SUPPLY_MV
                            ? 0
                            : (now - relay->charged_at) / NS_PER_MS * CAPACITOR_CHARGING_MW;
    int64_t charge_uj = relay->charge_uj + gained_uj;
    relay->charge_uj = (int32_t)(charge_uj < CAPACITOR_UJ ? charge_uj : CAPACITOR_UJ);
    relay->charged_at = now;
}

/* Voltage at the coil as a share of nominal. A capacitor's falls with the root of its charge; the pulse takes its
 * energy whether the armature moves or not. */
static double coil_voltage(struct relay *relay, int64_t now, struct coil_pulse *pulse,
                           struct coil_supply supply)
{
    if (!relay->has_capacitor)
        return (double)supply.supply_mv / supply.nominal_mv;
    recharge(relay, now, supply.supply_mv);
    double share = (double)relay->charge_uj / CAPACITOR_UJ;
    if (pulse->length_ns > CAPACITOR_PULSE_NS)
        pulse->length_ns = CAPACITOR_PULSE_NS;
    int64_t taken_uj = pulse->length_ns / NS_PER_US * relay->class->coil_mw / 1000;
    relay->charge_uj -= (int32_t)(taken_uj < relay->charge_uj ? taken_uj : relay->charge_uj);
    return sqrt(share);
}

static int64_t operate_time(struct relay *relay, bool close, double voltage, int32_t temperature_mc)
{
    const struct relay_class *class = relay->class;
    int64_t mean = (close ? class->operate_us : class->release_us) * NS_PER_US;
    int64_t drawn = random_normal(&relay->random, mean, class->deviation_us * NS_PER_US,
                                  class->least_us * NS_PER_US, class->most_us * NS_PER_US);
    double copper = 1.0 + COPPER_PER_K * (temperature_mc - COIL_REFERENCE_MC) / 1000.0;
    double weakness = copper / voltage; /* the coil's current falls short by this */
    if (weakness > 1.0)
        drawn = (int64_t)((double)drawn * random_exp(SLOWING_EXPONENT * random_ln(weakness)));
    return drawn + relay->faults.extra_operate_ns;
}

static bool too_short(struct relay *relay, int64_t length_ns, int64_t operate)
{
    if (length_ns < operate)
        return true;
    return length_ns < operate + SAFE_MARGIN_NS && random_chance_ppm(&relay->random, 500000);
}

void relay_pulse(struct relay *relay, int64_t now, struct coil_pulse pulse, struct coil_supply supply)
{
    event_put(&relay->events, now, EVENT_COIL, pulse.close, pulse.length_ns / NS_PER_US);
    double voltage = coil_voltage(relay, now, &pulse, supply);
    if (voltage * 1000 < relay->pick_up_permille)
        return;
    int64_t operate = operate_time(relay, pulse.close, voltage, supply.temperature_mc);
    bool jammed = pulse.close ? relay->faults.stuck_open : relay->faults.welded;
    bool there = relay->settled && relay->closed == pulse.close;
    if (jammed || there || too_short(relay, pulse.length_ns, operate))
        return;
    relay->going_to_close = pulse.close;
    relay->settled = false;
    relay->arrived = false;
    timer_arm(&relay->timers, RELAY_TIMER_ARMATURE, now + operate);
}

/* ---- the contacts ---------------------------------------------------------------------------- */

static bool happens(struct relay *relay, double probability)
{
    return (double)(random_u64(&relay->random) >> 11) * 0x1p-53 < probability;
}

/* Cumulated hazard of Weibull's distribution. */
static double weld_hazard(const struct relay *relay, double makes)
{
    if (makes <= 0)
        return 0;
    return random_exp(WEIBULL_SHAPE * random_ln(makes / relay->class->life_operations));
}

/* Wear by the cube of the current; the hazard of this make is what it adds to the cumulated one. */
static void make(struct relay *relay, int32_t current_ma)
{
    bool shorted = current_ma >= SHORT_CIRCUIT_MA;
    double ratio = (double)(shorted ? SHORT_CIRCUIT_MA : current_ma) / relay->class->rated_ma;
    double before = (double)relay->wear_millionths / 1e6;
    double makes = ratio * ratio * ratio;
    relay->wear_millionths += (uint64_t)(makes * 1e6 + 0.5);
    double probability = weld_hazard(relay, before + makes) - weld_hazard(relay, before);
    probability += WELD_FLOOR;
    if (shorted && probability < WELD_ON_SHORT)
        probability = WELD_ON_SHORT;
    if (happens(relay, probability))
        relay->faults.welded = true;
}

static uint8_t draw_bounces(struct relay *relay)
{
    double product = 1.0;
    int count = 0; /* 1 + Poisson of mean 1.5, by products of uniform draws (Knuth) */
    do {
        count++;
        product *= ((double)(random_u64(&relay->random) >> 11) + 0.5) * 0x1p-53;
    } while (product > 0.22313016014842982 && count < BOUNCES_MAX); /* exp(-1.5) */
    return (uint8_t)count;
}

static void settle(struct relay *relay, int64_t now)
{
    relay->settled = true;
    event_put(&relay->events, now, EVENT_CONTACTS, relay->closed, 0);
}

static bool arrives_closed(struct relay *relay, int64_t now, int32_t current_ma)
{
    bool changed = !relay->closed;
    relay->closed = true;
    if (changed && current_ma > 0)
        make(relay, current_ma);
    relay->bounces = draw_bounces(relay);
    int64_t bounce = random_gamma(&relay->random, 3, 700 * NS_PER_US);
    timer_arm(&relay->timers, RELAY_TIMER_ARMATURE, now + bounce);
    return changed;
}

static bool arrives_open(struct relay *relay, int64_t now, int32_t current_ma)
{
    if (happens(relay, STUCK_PROBABILITY))
        relay->faults.stuck_open = true;
    int64_t arc = random_between(&relay->random, 0, 10 * NS_PER_MS);
    if (current_ma > 0) {
        timer_arm(&relay->timers, RELAY_TIMER_ARMATURE, now + arc);
        return false;
    }
    relay->closed = false;
    settle(relay, now);
    return true;
}

bool relay_timer(struct relay *relay, int64_t now, int32_t current_ma)
{
    if (!relay->arrived) {
        relay->arrived = true;
        relay->operations++;
        return relay->going_to_close ? arrives_closed(relay, now, current_ma)
                                     : arrives_open(relay, now, current_ma);
    }
    bool changed = relay->closed != relay->going_to_close;
    relay->closed = relay->going_to_close;
    settle(relay, now);
    return changed;
}

int64_t relay_contact_uohm(const struct relay *relay)
{
    int64_t new_uohm = relay->class->contact_uohm;
    return new_uohm + new_uohm * relay->operations / OPERATIONS_TO_DOUBLE;
}

void relay_age(struct relay *relay, uint32_t operations)
{
    relay->wear_millionths += (uint64_t)operations * 1000000;
    relay->operations += operations;
}
