#include "cli/serve_words.h"

#include "scenarios/runner/units.h"

#include <stdio.h>
#include <string.h>

static bool switch_on(const char *text, int64_t *value)
{
    *value = strcmp(text, "on") == 0;
    return *value || strcmp(text, "off") == 0 || strcmp(text, "0") == 0;
}

/* A level with its unit; "0" alone needs none. */
static bool level_of(const char *text, enum unit_family family, int64_t *value)
{
    *value = 0;
    return strcmp(text, "0") == 0 || (unit_parse(text, family, value) == 0 && *value >= 0);
}

static bool fault_word(struct flat *flat, int64_t now, enum plant_fault fault,
                       enum unit_family family, int64_t divisor, const char *text)
{
    int64_t level;
    if (!level_of(text, family, &level) || level / divisor > INT32_MAX)
        return false;
    flat_set_fault(flat, now, fault, level / divisor);
    return true;
}

static bool switch_word(struct flat *flat, int64_t now, const char *word, const char *text)
{
    int64_t on;
    if (!switch_on(text, &on))
        return false;
    if (strcmp(word, "smoke") == 0)
        flat_set_fault(flat, now, PLANT_FAULT_SMOKE, on);
    else if (strcmp(word, "outage") == 0)
        flat_set_fault(flat, now, PLANT_FAULT_OUTAGE, on);
    else if (strcmp(word, "key") == 0)
        plant_press_key(&flat->plant, now, on);
    else
        plant_turn_emergency_switch(&flat->plant, now, on);
    return true;
}

static bool voltage_word(struct flat *flat, int64_t now, const char *text)
{
    int64_t level;
    if (!level_of(text, UNIT_VOLTAGE_MV, &level) || level > 500000)
        return false;
    flat_set_voltage(flat, now, (int32_t)level, 0);
    return true;
}

static bool pay_word(struct flat *flat, int64_t now, const char *text)
{
    char with_unit[64];
    int64_t amount;
    uint32_t number;
    snprintf(with_unit, sizeof with_unit, "%s%s", text, strstr(text, "yuan") ? "" : " yuan");
    return unit_parse(with_unit, UNIT_MONEY, &amount) == 0 && amount > 0 &&
           flat_pay(flat, now, amount, &number) == 0;
}

static bool show_word(struct flat *flat, int64_t now)
{
    meter_account(&flat->meter, now);
    const struct controller_status *status = &flat->meter.controller.status;
    const struct plant_signals *s = &flat->meter.signals;
    printf("flat %u: contacts %s, %.1f V, %.3f A, %.1f W, residual %.1f mA, %.3f kWh, last trip %s\n",
           flat->number, s->contacts_closed ? "closed" : "open", s->voltage_mv * 1e-3,
           s->current_ma * 1e-3, (double)s->power_mw * 1e-3, s->residual_ua * 1e-3,
           (double)status->register_mwh * 1e-6, trip_cause_name((int)status->last_trip));
    fflush(stdout);
    return true;
}

static bool obey(struct flat *flat, int64_t now, const char *word, const char *text)
{
    if (strcmp(word, "show") == 0)
        return show_word(flat, now);
    if (strcmp(word, "reset") == 0) {
        plant_reset_mcb(&flat->plant, now);
        return true;
    }
    if (strcmp(word, "leak") == 0)
        return fault_word(flat, now, PLANT_FAULT_LEAKAGE, UNIT_CURRENT_UA, 1, text);
    if (strcmp(word, "load") == 0)
        return fault_word(flat, now, PLANT_FAULT_OVERLOAD, UNIT_CURRENT_UA, 1000, text);
    if (strcmp(word, "heat") == 0)
        return fault_word(flat, now, PLANT_FAULT_HEAT, UNIT_TEMPERATURE_MC, 1, text);
    if (strcmp(word, "voltage") == 0)
        return voltage_word(flat, now, text);
    if (strcmp(word, "pay") == 0)
        return pay_word(flat, now, text);
    if (strcmp(word, "smoke") == 0 || strcmp(word, "outage") == 0 || strcmp(word, "key") == 0 ||
        strcmp(word, "emergency") == 0)
        return switch_word(flat, now, word, text);
    return false;
}

void serve_words(void *user, struct site *site, const char *line)
{
    char word[16] = "", level[32] = "";
    unsigned number = 0;
    (void)user;
    int fields = sscanf(line, "%15s %u %31[^\n]", word, &number, level);
    if (fields <= 0)
        return;
    struct flat *flat = site_flat(site, number);
    if (!flat || !obey(flat, site->now, word, level)) {
        fprintf(stderr, "meterbench: serve: \"%s\" is not understood; flats 1 to %u; words: " SERVE_WORDS_HELP,
                line, site->flat_count);
        return;
    }
    flat_settle(flat, site->now);
    site_touched(site, flat);
}
