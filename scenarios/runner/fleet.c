/* A scenario's fleet table: each field has a reader here, and an unknown field is an error. */
#include "scenarios/runner/fleet_money.h"
#include "scenarios/runner/fleet_energy.h"
#include "scenarios/runner/fleet_people.h"
#include "scenarios/runner/fleet_notify.h"
#include "scenarios/runner/fleet_tariff.h"
#include "scenarios/runner/household_file.h"
#include "scenarios/runner/scenario.h"
#include "scenarios/runner/units.h"

#include "sim/error.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

static int64_t check_duration(lua_State *lua, int at, const char *field)
{
    int64_t ns = 0;
    const char *text = lua_tostring(lua, at);
    if (!text || duration_parse(text, &ns) < 0)
        luaL_error(lua, "fleet.%s: expected a duration such as \"10 s\"", field);
    return ns;
}

static int64_t check_quantity(lua_State *lua, int at, const char *field, enum unit_family family)
{
    int64_t value = 0;
    const char *text = lua_tostring(lua, at);
    if (!text || unit_parse(text, family, &value) < 0)
        luaL_error(lua, "fleet.%s: expected %s", field, unit_example(family));
    return value;
}

static void read_flats(lua_State *lua, int at, struct site_config *config)
{
    lua_Integer flats = lua_isinteger(lua, at) ? lua_tointeger(lua, at) : 0;
    if (flats < 1 || flats > 5000)
        luaL_error(lua, "fleet.flats: a number of flats from 1 to 5000");
    config->flats = (uint32_t)flats;
}

static void read_flats_per_floor(lua_State *lua, int at, struct site_config *config)
{
    lua_Integer flats = lua_isinteger(lua, at) ? lua_tointeger(lua, at) : 0;
    if (flats < 1 || flats > 5000)
        luaL_error(lua, "fleet.flats_per_floor: a number from 1 to 5000");
    config->flats_per_floor = (uint32_t)flats;
}

static void read_hazards(lua_State *lua, int at, struct site_config *config)
{
    lua_Number rate = lua_isnumber(lua, at) ? lua_tonumber(lua, at) : -1;
    if (!(rate >= 0 && rate <= 1e6))
        luaL_error(lua, "fleet.hazards: times the yearly rates, a number from 0 to 1000000");
    config->hazards_permille = (uint32_t)(rate * 1000 + 0.5);
}

static void read_breaker(lua_State *lua, int at, struct site_config *config)
{
    const char *text = lua_tostring(lua, at);
    if (!text || breaker_parse(text, &config->breaker) < 0)
        luaL_error(lua, "fleet.breaker: a curve and 1 to 125 A, such as \"C63\"");
}

static void read_relay(lua_State *lua, int at, struct site_config *config)
{
    const char *text = lua_tostring(lua, at);
    int class = text ? relay_class_from_name(text) : -1;
    if (class < 0)
        luaL_error(lua, "fleet.relay: \"meter 100 A\", \"HFE10\" or \"HFE20\"");
    config->relay.class = (enum relay_class_number)class;
}

static void read_coil_capacitor(lua_State *lua, int at, struct site_config *config)
{
    luaL_checktype(lua, at, LUA_TBOOLEAN);
    config->relay.coil_capacitor = lua_toboolean(lua, at);
}

static void read_residual_type(lua_State *lua, int at, struct site_config *config)
{
    static const char *const names[] = {"A", "AC", "B"};
    const char *text = lua_tostring(lua, at);
    for (int i = 0; text && i < 3; i++)
        if (strcmp(text, names[i]) == 0) {
            config->meter.residual_type = (enum residual_type)i;
            return;
        }
    luaL_error(lua, "fleet.residual_type: \"A\", \"AC\" or \"B\"");
}

static void read_residual_selective(lua_State *lua, int at, struct site_config *config)
{
    luaL_checktype(lua, at, LUA_TBOOLEAN);
    config->meter.residual_selective = lua_toboolean(lua, at);
}

enum { MALIGN_LOW_MW = 800000, MALIGN_HIGH_MW = 2000000 };

static void read_malign_load(lua_State *lua, int at, struct site_config *config)
{
    luaL_checktype(lua, at, LUA_TBOOLEAN);
    bool trips = lua_toboolean(lua, at);
    config->meter.malign_low_mw = trips ? MALIGN_LOW_MW : 0;
    config->meter.malign_high_mw = trips ? MALIGN_HIGH_MW : 0;
}

static void read_link(lua_State *lua, int at, struct site_config *config)
{
    const char *name = lua_tostring(lua, at);
    int kind = name ? link_kind_from_name(name) : -1;
    if (kind < 0)
        luaL_error(lua, "fleet.link: cat1, cat1bis, nbiot, lora or rs485");
    config->link.kind = (enum link_kind)kind;
}

static void read_power_saving(lua_State *lua, int at, struct site_config *config)
{
    const char *name = lua_tostring(lua, at);
    int saving = name ? link_saving_from_name(name) : -1;
    if (saving < 0)
        luaL_error(lua, "fleet.power_saving: none, drx, edrx or psm");
    config->link.saving = (enum link_saving)saving;
}

static void read_lora_class(lua_State *lua, int at, struct site_config *config)
{
    const char *name = lua_tostring(lua, at);
    bool class_c = name && strcmp(name, "C") == 0;
    if (!name || (!class_c && strcmp(name, "A") != 0))
        luaL_error(lua, "fleet.lora_class: \"A\" (listens after it has sent) or \"C\" (always)");
    config->link.class_c = class_c;
}

static void read_lora_region(lua_State *lua, int at, struct site_config *config)
{
    const char *name = lua_tostring(lua, at);
    bool europe = name && strcmp(name, "EU868") == 0;
    if (!name || (!europe && strcmp(name, "CN470") != 0))
        luaL_error(lua, "fleet.lora_region: \"CN470\" or \"EU868\"");
    config->link.region = europe ? LORA_EU868 : LORA_CN470;
}

static void read_place(lua_State *lua, int at, struct site_config *config)
{
    const char *name = lua_tostring(lua, at);
    config->place = name ? place_from_name(name) : PLACE_NONE;
    if (config->place == PLACE_NONE)
        luaL_error(lua, "fleet.place: ground, floor N, basement 1, basement 2 or garage");
}

static void read_signal(lua_State *lua, int at, struct site_config *config)
{
    const char *name = lua_tostring(lua, at);
    int signal = name ? signal_class_from_name(name) : -1;
    if (signal < 0)
        luaL_error(lua, "fleet.signal: good, fair, poor, edge, dead or garage");
    config->signal = (enum signal_class)signal;
}

static void read_start(lua_State *lua, int at, struct site_config *config)
{
    const char *text = lua_tostring(lua, at);
    if (!text || civil_parse(text, &config->epoch_s) < 0)
        luaL_error(lua, "fleet.start: expected a time such as \"2026-07-15 18:00\"");
}

static void read_credit(lua_State *lua, int at, struct site_config *config)
{
    const char *text = lua_tostring(lua, at);
    bool local = text && strcmp(text, "local") == 0;
    if (!text || (!local && strcmp(text, "remote") != 0))
        luaL_error(lua, "fleet.credit: \"remote\" (the platform owns the money) or \"local\"");
    config->meter.credit = local ? CREDIT_LOCAL : CREDIT_REMOTE;
}

static void read_household(lua_State *lua, int at, struct site_config *config)
{
    char path[1000], message[600];
    config->curve = NULL;
    if (lua_isboolean(lua, at)) {
        config->household = lua_toboolean(lua, at) ? household_default() : NULL;
        return;
    }
    if (lua_type(lua, at) != LUA_TSTRING)
        luaL_error(lua, "fleet.household: true, false or the name of a file (.lua: a table, .csv: a recording)");
    const char *name = lua_tostring(lua, at);
    snprintf(path, sizeof path, "%s%s", name[0] == '/' ? "" : sandbox_of(lua)->script_dir, name);
    size_t length = strlen(name);
    bool recorded = length > 4 && strcmp(name + length - 4, ".csv") == 0;
    config->curve = recorded ? household_load_curve(path, message, sizeof message) : NULL;
    config->household = recorded ? NULL : household_load(path, message, sizeof message);
    if (!config->household && !config->curve)
        luaL_error(lua, "fleet.household: %s", message);
}

static void read_tenants(lua_State *lua, int at, struct site_config *config)
{
    luaL_checktype(lua, at, LUA_TBOOLEAN);
    config->tenants_pay = lua_toboolean(lua, at);
}

static void read_restore(lua_State *lua, int at, struct site_config *config)
{
    const char *text = lua_tostring(lua, at);
    bool permit = text && strcmp(text, "permit") == 0;
    if (!text || (!permit && strcmp(text, "close") != 0))
        luaL_error(lua, "fleet.restore: \"close\" (1C) or \"permit\" (1B, the tenant presses the key)");
    config->policy.restore_by_permit = permit;
}

static void read_reminders(lua_State *lua, int at, struct site_config *config)
{
    lua_Integer count = lua_isinteger(lua, at) ? lua_tointeger(lua, at) : -1;
    if (count < 0 || count > 10)
        luaL_error(lua, "fleet.reminders: a number from 0 to 10");
    config->policy.reminders = (int)count;
}

static void read_order_attempts(lua_State *lua, int at, struct site_config *config)
{
    lua_Integer count = lua_isinteger(lua, at) ? lua_tointeger(lua, at) : -1;
    if (count < 1 || count > 100)
        luaL_error(lua, "fleet.order_attempts: a number from 1 to 100");
    config->policy.orders.attempts = (int)count;
}

static void read_silent_polls(lua_State *lua, int at, struct site_config *config)
{
    lua_Integer count = lua_isinteger(lua, at) ? lua_tointeger(lua, at) : -1;
    if (count < 0 || count > 1000)
        luaL_error(lua, "fleet.silent_polls: a number from 0 (never) to 1000");
    config->policy.silent_polls = (int)count;
}

/* Fields that are one quantity: name, family or duration, where it goes, how it is scaled. */
#define DURATION (-1)
static const struct {
    const char *name;
    int family;
    size_t offset;
    int64_t divisor;
    bool is_int32;
} quantities[] = {
    {"balance", UNIT_MONEY, offsetof(struct site_config, opening_balance), 1, false},
    {"price", UNIT_MONEY, offsetof(struct site_config, policy.price), 1, false},
    {"overdraft", UNIT_MONEY, offsetof(struct site_config, policy.overdraft), 1, false},
    {"remind_below", UNIT_MONEY, offsetof(struct site_config, policy.remind_below), 1, false},
    {"alarm_2", UNIT_MONEY, offsetof(struct site_config, policy.alarm_2), 1, false},
    {"hoarding_limit", UNIT_MONEY, offsetof(struct site_config, policy.hoarding), 1, false},
    {"reclose_above", UNIT_MONEY, offsetof(struct site_config, policy.reclose_above), 1, false},
    {"residual_limit", UNIT_CURRENT_UA, offsetof(struct site_config, meter.rated_residual_ua), 1, true},
    {"clock_drift", UNIT_RATIO_PPB, offsetof(struct site_config, meter.clock_drift_ppb), 1, true},
    {"overload_limit", UNIT_CURRENT_UA, offsetof(struct site_config, meter.overload_ma), 1000, true},
    {"emergency_current", UNIT_CURRENT_UA, offsetof(struct site_config, meter.emergency_ma), 1000, true},
    {"holdoff_current", UNIT_CURRENT_UA, offsetof(struct site_config, meter.holdoff_ma), 1000, true},
    {"heat_limit", UNIT_TEMPERATURE_MC, offsetof(struct site_config, meter.heat_trip_mc), 1, true},
    {"heat_hysteresis", UNIT_TEMPERATURE_MC, offsetof(struct site_config, meter.heat_hysteresis_mc), 1, true},
    {"heat_rise", UNIT_TEMPERATURE_MC, offsetof(struct site_config, meter.heat_rise_mc), 1, true},
    {"voltage_hysteresis", UNIT_VOLTAGE_MV, offsetof(struct site_config, meter.voltage_hysteresis_mv), 1, true},
    {"over_voltage", UNIT_VOLTAGE_MV, offsetof(struct site_config, meter.over_mv), 1, true},
    {"under_voltage", UNIT_VOLTAGE_MV, offsetof(struct site_config, meter.under_mv), 1, true},
    {"feeder", UNIT_IMPEDANCE_MOHM, offsetof(struct site_config, feeder_mohm), 1, true},
    {"riser", UNIT_IMPEDANCE_MOHM, offsetof(struct site_config, riser_mohm), 1, true},
    {"overload_delay", DURATION, offsetof(struct site_config, meter.overload_delay_ns), 1, false},
    {"overload_reclose", DURATION, offsetof(struct site_config, meter.overload_reclose_ns), 1, false},
    {"safety_reclose", DURATION, offsetof(struct site_config, meter.safety_reclose_ns), 1, false},
    {"emergency_delay", DURATION, offsetof(struct site_config, meter.emergency_delay_ns), 1, false},
    {"emergency_time", DURATION, offsetof(struct site_config, meter.emergency_ns), 1, false},
    {"smoke_delay", DURATION, offsetof(struct site_config, meter.smoke_delay_ns), 1, false},
    {"heat_delay", DURATION, offsetof(struct site_config, meter.heat_delay_ns), 1, false},
    {"sensor_test", DURATION, offsetof(struct site_config, meter.sensor_test_ns), 1, false},
    {"grace", DURATION, offsetof(struct site_config, policy.grace_ns), 1, false},
    {"due_after", DURATION, offsetof(struct site_config, policy.due_ns), 1, false},
    {"reminder_spacing", DURATION, offsetof(struct site_config, policy.reminder_spacing_ns), 1, false},
    {"reminder_retry", DURATION, offsetof(struct site_config, policy.reminder_retry_ns), 1, false},
    {"escalate_after", DURATION, offsetof(struct site_config, policy.notify.escalate_after_ns), 1, false},
    {"alarm_retry", DURATION, offsetof(struct site_config, policy.notify.alarm_retry_ns), 1, false},
    {"order_spacing", DURATION, offsetof(struct site_config, policy.orders.spacing_ns), 1, false},
    {"order_validity", DURATION, offsetof(struct site_config, policy.orders.valid_ns), 1, false},
    {"poll", DURATION, offsetof(struct site_config, policy.poll_ns), 1, false},
    {"meeting", DURATION, offsetof(struct site_config, meeting_ns), 1, false},
    {"keep_alive", DURATION, offsetof(struct site_config, link.keep_alive_ns), 1, false},
    {"start_jitter", DURATION, offsetof(struct site_config, link.start_jitter_ns), 1, false},
};

/* "drop=200ppm, delay=20ms": each flat draws for itself, so what is planned for the line as a whole has no place. */
static void read_line_faults(lua_State *lua, int at, struct site_config *config)
{
    char message[300];
    const char *text = lua_tostring(lua, at);
    if (!text || line_faults_words(text, &config->link.line, message, sizeof message) < 0)
        luaL_error(lua, "fleet.line_faults: %s", text ? message : "words, as in \"drop=200ppm\"");
    if (config->link.line.planned || config->link.line.echo || config->link.line.seed)
        luaL_error(lua, "fleet.line_faults: chances and delay only");
}

static const struct {
    const char *name;
    void (*read)(lua_State *lua, int at, struct site_config *config);
} readers[] = {
    {"flats", read_flats},   {"link", read_link},           {"signal", read_signal},
    {"start", read_start},   {"credit", read_credit},       {"household", read_household},
    {"restore", read_restore}, {"reminders", read_reminders},
    {"order_attempts", read_order_attempts}, {"tariff", fleet_read_tariff},
    {"silent_polls", read_silent_polls},
    {"tariff_changes", fleet_read_tariff_changes},
    {"malign_load", read_malign_load}, {"people", fleet_read_people},
    {"energy_management", fleet_read_energy}, {"tenants", read_tenants},
    {"residual_type", read_residual_type}, {"residual_selective", read_residual_selective},
    {"breaker", read_breaker}, {"relay", read_relay}, {"coil_capacitor", read_coil_capacitor},
    {"hazards", read_hazards}, {"flats_per_floor", read_flats_per_floor},
    {"power_saving", read_power_saving}, {"lora_class", read_lora_class},
    {"lora_region", read_lora_region}, {"place", read_place},
    {"app", fleet_read_app}, {"sms", fleet_read_sms}, {"quiet_hours", fleet_read_quiet_hours},
    {"reminder_channels", fleet_read_reminder_channels}, {"alarm_channels", fleet_read_alarm_channels},
    {"reminder_attempts", fleet_read_reminder_attempts}, {"alarm_attempts", fleet_read_alarm_attempts},
    {"line_faults", read_line_faults}, {"friendly", fleet_read_friendly}, {"holidays", fleet_read_holidays},
    {"bug", fleet_read_bug}, {"payment", fleet_read_payment}, {"bill_day", fleet_read_bill_day},
    {"vacant", fleet_read_vacant},
};

static bool read_quantity(lua_State *lua, int at, const char *name, struct site_config *config)
{
    for (size_t i = 0; i < sizeof quantities / sizeof quantities[0]; i++) {
        if (strcmp(quantities[i].name, name) != 0)
            continue;
        int64_t value = quantities[i].family == DURATION
                            ? check_duration(lua, at, name)
                            : check_quantity(lua, at, name, (enum unit_family)quantities[i].family);
        value /= quantities[i].divisor;
        bool may_be_negative = quantities[i].offset == offsetof(struct site_config, opening_balance);
        if ((value < 0 && !may_be_negative) || (quantities[i].is_int32 && value > INT32_MAX))
            luaL_error(lua, "fleet.%s: out of range", name);
        char *field = (char *)config + quantities[i].offset;
        if (quantities[i].is_int32)
            *(int32_t *)field = (int32_t)value;
        else
            *(int64_t *)field = value;
        return true;
    }
    return false;
}

static bool read_field(lua_State *lua, int at, const char *name, struct site_config *config)
{
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        if (strcmp(readers[i].name, name) == 0) {
            readers[i].read(lua, at, config);
            return true;
        }
    }
    return read_quantity(lua, at, name, config);
}

/* Protected: the fleet at 1, the site's config as light userdata at 2, the scenario at 3, the case's number at 4. */
static int read_fleet(lua_State *lua)
{
    struct site_config *config = lua_touserdata(lua, 2);
    if (lua_isfunction(lua, 1)) {
        lua_pushvalue(lua, 1);
        scenario_push_case(lua, 3, (int)lua_tointeger(lua, 4));
        lua_call(lua, 1, 1);
        lua_replace(lua, 1);
    }
    if (!lua_istable(lua, 1))
        return luaL_error(lua, "fleet: expected a table, or a function of the case that returns one");
    lua_pushnil(lua);
    while (lua_next(lua, 1)) {
        const char *name = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "(no name)";
        if (!read_field(lua, lua_gettop(lua), name, config))
            return luaL_error(lua, "fleet: unknown field \"%s\"", name);
        lua_pop(lua, 1);
    }
    if (config->tariff.next && config->tariff.season_count == 0)
        return luaL_error(lua, "fleet.tariff_changes: of a fleet with a tariff only");
    if (config->policy.postpaid && config->meter.credit == CREDIT_LOCAL)
        return luaL_error(lua, "fleet.payment: postpaid is of credit = \"remote\" only");
    if (config->meeting_ns < NS_PER_MS)
        return luaL_error(lua, "fleet.meeting: at least 1 ms");
    const char *complaint =
        config->limits_at_peak ? energy_windows_at_peak(&config->tariff, &config->limits) : NULL;
    if (complaint)
        return luaL_error(lua, "fleet.energy_management: %s", complaint);
    if (config->manages_energy && !config->household)
        return luaL_error(lua, "fleet.energy_management: there is nobody with appliances: leave household = false out");
    bool cellular = config->link.kind != LINK_LORA && config->link.kind != LINK_RS485;
    if (config->link.saving != LINK_SAVING_DRX && !cellular)
        return luaL_error(lua, "fleet.power_saving: of a cellular link only");
    if (line_faults_any(&config->link.line) && config->link.kind != LINK_RS485)
        return luaL_error(lua, "fleet.line_faults: of link = \"rs485\" only");
    if (config->link.class_c && config->link.kind != LINK_LORA)
        return luaL_error(lua, "fleet.lora_class: of link = \"lora\" only");
    if (config->policy.orders.spacing_ns < NS_PER_S || config->policy.orders.valid_ns < NS_PER_S)
        luaL_error(lua, "fleet.order_spacing, fleet.order_validity: 1 s at least");
    if (config->link.keep_alive_ns != 0 && config->link.keep_alive_ns < NS_PER_S)
        return luaL_error(lua, "fleet.keep_alive: at least 1 s");
    if (config->meter.clock_drift_ppb > RTC_DRIFT_PPB_MAX)
        return luaL_error(lua, "fleet.clock_drift: at most 100000 ppm");
    bool asks = config->policy.poll_ns != 0 || config->meter.report_ns == 0;
    if (asks && config->policy.poll_ns < NS_PER_S) /* asking without a pause never lets time go on */
        return luaL_error(lua, "fleet.poll: at least 1 s");
    return 0;
}

int scenario_fleet(struct sandbox *sandbox, int at, int index, struct site_config *config)
{
    lua_State *lua = sandbox->lua;
    at = lua_absindex(lua, at);
    if (lua_getfield(lua, at, "fleet") == LUA_TNIL) {
        lua_pop(lua, 1);
        return 0;
    }
    lua_pushcfunction(lua, read_fleet);
    lua_insert(lua, -2);
    lua_pushlightuserdata(lua, config);
    lua_pushvalue(lua, at);
    lua_pushinteger(lua, index);
    if (lua_pcall(lua, 4, 0, 0) == LUA_OK)
        return 0;
    snprintf(sandbox->error, sizeof sandbox->error, "%s", lua_tostring(lua, -1));
    lua_pop(lua, 1);
    return ERROR_INVALID_ARGUMENT;
}
