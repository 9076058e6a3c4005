#include "sim/plant/hazards.h"

#include "sim/plant/plant.h"

#include <assert.h>

#define HOUR_S 3600
#define DAY_S 86400
#define MINUTE_MS 60000
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS INT64_C(86400000)
#define YEAR_NS (8766 * NS_PER_HOUR)

static const struct hazard_kind default_kinds[] = {
    {.name = "earth fault", .per_thousand_years = 20, .fault = PLANT_FAULT_LEAKAGE,
     .shape = LEAKAGE_STEP, .level = {100000, 50000000}, .lasts_s = {2 * HOUR_S, 3 * DAY_S}},
    {.name = "body contact", .per_thousand_years = 2, .fault = PLANT_FAULT_LEAKAGE,
     .shape = LEAKAGE_STEP, .level = {110000, 220000}, .fall_ms = {20, 500}, .lasts_s = {1, 2}},
    {.name = "heater element", .per_thousand_years = 10, .fault = PLANT_FAULT_LEAKAGE,
     .shape = LEAKAGE_RAMP, .level = {30000, 60000}, .from_ua = {500, 501},
     .rise_ms = {2 * DAY_MS, 20 * DAY_MS}, .lasts_s = {100 * DAY_S, 120 * DAY_S}},
    {.name = "wet insulation", .per_thousand_years = 50, .fault = PLANT_FAULT_LEAKAGE,
     .shape = LEAKAGE_WET, .level = {5000, 60000}, .from_ua = {1000, 1001},
     .rise_ms = {10 * MINUTE_MS, 6 * HOUR_MS}, .fall_ms = {2 * HOUR_MS, 48 * HOUR_MS},
     .lasts_s = {5 * DAY_S, 15 * DAY_S}},
    {.name = "aged cable", .per_thousand_years = 50, .fault = PLANT_FAULT_LEAKAGE,
     .shape = LEAKAGE_DRIFT, .level = {200, 2000}, .from_ua = {50, 51},
     .rise_ms = {30 * DAY_MS, 30 * DAY_MS + 1}, .lasts_s = {60 * DAY_S, 180 * DAY_S}},
    {.name = "loose wire", .per_thousand_years = 20, .fault = PLANT_FAULT_LEAKAGE,
     .shape = LEAKAGE_INTERMITTENT, .level = {5000, 40000}, .from_ua = {2000, 5000},
     .rise_ms = {50, 200}, .fall_ms = {1000, 60000}, .lasts_s = {2 * HOUR_S, 3 * DAY_S}},
    {.name = "neutral on earth", .per_thousand_years = 10, .fault = PLANT_FAULT_LEAKAGE,
     .shape = LEAKAGE_SHARE, .level = {10, 300}, .lasts_s = {4 * HOUR_S, 7 * DAY_S}},
    {.name = "overload", .per_thousand_years = 300, .fault = PLANT_FAULT_OVERLOAD,
     .level = {30000, 90000}, .lasts_s = {60, 2 * HOUR_S}},
    {.name = "short circuit", .per_thousand_years = 30, .fault = PLANT_FAULT_SHORT_CIRCUIT,
     .level = {300000, 3000000}, .lasts_s = {HOUR_S, 2 * DAY_S}},
    {.name = "smoke", .per_thousand_years = 5, .fault = PLANT_FAULT_SMOKE, .level = {1, 1},
     .lasts_s = {300, 4 * HOUR_S}},
    {.name = "heat", .per_thousand_years = 10, .fault = PLANT_FAULT_HEAT, .level = {55000, 90000},
     .lasts_s = {600, 4 * HOUR_S}},
    {.name = "outage", .per_thousand_years = 500, .fault = PLANT_FAULT_OUTAGE, .level = {1, 1},
     .lasts_s = {60, 4 * HOUR_S}},
    {.name = "brown-out", .per_thousand_years = 200, .fault = PLANT_FAULT_VOLTAGE,
     .level = {130000, 185000}, .lasts_s = {5, 2 * HOUR_S}},
    {.name = "lost neutral", .per_thousand_years = 10, .fault = PLANT_FAULT_VOLTAGE,
     .level = {270000, 380000}, .lasts_s = {30, 6 * HOUR_S}},
};

const struct hazard_table *hazard_table_default(void)
{
    static const struct hazard_table table = {
        sizeof default_kinds / sizeof default_kinds[0],
        default_kinds,
    };
    return &table;
}

void hazards_init(struct hazards *hazards, uint64_t seed, uint32_t flat,
                  const struct hazard_table *table, uint32_t rate_permille)
{
    *hazards = (struct hazards){
        .table = table ? table : hazard_table_default(),
        .random = random_stream(seed, flat, RANDOM_HAZARDS),
        .rate_permille = rate_permille,
        .active = -1,
    };
    assert(hazards->table->count <= HAZARD_KINDS_MAX);
}

static uint64_t total_per_thousand_years(const struct hazard_table *table)
{
    uint64_t total = 0;
    for (int i = 0; i < table->count; i++)
        total += table->kinds[i].per_thousand_years;
    return total;
}

int64_t hazards_next(struct hazards *hazards, int64_t now)
{
    double a_year = (double)total_per_thousand_years(hazards->table) * hazards->rate_permille / 1e6;
    double mean_ns = a_year > 0 ? (double)YEAR_NS / a_year : 0;
    if (mean_ns < 1 || mean_ns > 0x1p60)
        return TIME_NEVER;
    int64_t gap = random_exponential(&hazards->random, (int64_t)mean_ns);
    return gap < TIME_NEVER - now ? now + gap : TIME_NEVER;
}

static int draw_kind(struct hazards *hazards)
{
    uint64_t draw = random_below(&hazards->random, total_per_thousand_years(hazards->table));
    int kind = 0;
    while (draw >= hazards->table->kinds[kind].per_thousand_years)
        draw -= hazards->table->kinds[kind++].per_thousand_years;
    return kind;
}

static int64_t draw(struct hazards *hazards, struct hazard_range range)
{
    if (range.low >= range.high || range.low <= 0)
        return range.low;
    double unit = (double)(random_u64(&hazards->random) >> 11) * 0x1p-53;
    double ratio = (double)range.high / (double)range.low;
    int64_t value = (int64_t)((double)range.low * random_exp(unit * random_ln(ratio)));
    return value > range.high ? range.high : value;
}

struct hazard hazards_strike(struct hazards *hazards)
{
    int index = draw_kind(hazards);
    const struct hazard_kind *kind = &hazards->table->kinds[index];
    struct hazard hazard = {.kind = kind};
    hazard.level = draw(hazards, kind->level);
    hazard.lasts_ns = draw(hazards, kind->lasts_s) * NS_PER_S;
    hazards->active = (int8_t)index;
    if (kind->shape == LEAKAGE_NONE)
        return hazard;
    bool shares = kind->shape == LEAKAGE_SHARE || kind->shape == LEAKAGE_NEIGHBOUR;
    hazard.leak = (struct leak){.shape = kind->shape, .waveform = kind->waveform};
    hazard.leak.share_permille = (uint16_t)(shares ? hazard.level : 0);
    hazard.leak.to_ua = (int32_t)(shares ? 0 : hazard.level);
    int64_t from_ua = draw(hazards, kind->from_ua);
    hazard.leak.from_ua = (int32_t)(from_ua < hazard.leak.to_ua ? from_ua : hazard.leak.to_ua);
    hazard.leak.rise_ms = (uint32_t)draw(hazards, kind->rise_ms);
    hazard.leak.fall_ms = (uint32_t)draw(hazards, kind->fall_ms);
    return hazard;
}

const struct hazard_kind *hazards_standing(const struct hazards *hazards)
{
    return hazards->active >= 0 ? &hazards->table->kinds[hazards->active] : NULL;
}

void hazards_mended(struct hazards *hazards)
{
    hazards->active = -1;
}
