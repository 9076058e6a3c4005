#include "sim/tenant.h"

#include "sim/kernel/time.h"

/* docs/models.md, "Tenants". */
enum {
    PAYS_WHEN_REMINDED_PPM = 600000, /* of the reminders that are read */
    PAYS_AFTER_SIGMA_MILLI = 1200,
    YUAN = 10000,
};
#define PAYS_AFTER_REMINDER_NS (90 * NS_PER_MIN) /* median */
#define PAYS_AFTER_TRIP_NS (20 * NS_PER_MIN)     /* median */

static const int64_t amounts[] = {50 * YUAN, 100 * YUAN, 100 * YUAN, 200 * YUAN};

void tenant_init(struct tenant *tenant, uint64_t seed, uint32_t flat)
{
    *tenant = (struct tenant){
        .random = random_stream(seed, flat, RANDOM_TENANT),
        .pays_at = TIME_NEVER,
    };
}

static bool pay_after(struct tenant *tenant, int64_t now, int64_t median_ns)
{
    int64_t delay = random_lognormal(&tenant->random, median_ns, PAYS_AFTER_SIGMA_MILLI);
    bool sooner = now + delay < tenant->pays_at;
    if (sooner)
        tenant->pays_at = now + delay;
    return sooner;
}

bool tenant_reminded(struct tenant *tenant, int64_t now)
{
    bool acts = random_chance_ppm(&tenant->random, PAYS_WHEN_REMINDED_PPM);
    return acts && pay_after(tenant, now, PAYS_AFTER_REMINDER_NS);
}

bool tenant_in_the_dark(struct tenant *tenant, int64_t now)
{
    return pay_after(tenant, now, PAYS_AFTER_TRIP_NS);
}

int64_t tenant_pays(struct tenant *tenant)
{
    tenant->pays_at = TIME_NEVER;
    return amounts[random_below(&tenant->random, sizeof amounts / sizeof amounts[0])];
}
