#include "scenarios/runner/household_file.h"
#include "scenarios/runner/sandbox.h"
#include "scenarios/runner/source.h"

#include "sim/error.h"

#include <lauxlib.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* scenarios/fleets/rental_flat.lua, put in by the build. */
extern const char household_default_text[];
extern const size_t household_default_size;

enum { FILE_MAX = 1 << 20 };

/* ---- fields ---------------------------------------------------------------------------------- */

/* Readers raise Lua errors; what they read is named like appliances[3].watts. */
struct reader {
    lua_State *lua;
    char where[80];
};

static _Noreturn void complain(const struct reader *reader, const char *key, const char *wanted)
{
    luaL_error(reader->lua, "%s%s%s: %s", reader->where, reader->where[0] ? "." : "", key, wanted);
    abort(); /* never: luaL_error does not return */
}

/* A number of the table on top, times `scale`, rounded; `missing` when it is not there. */
static int32_t number(const struct reader *reader, const char *key, double scale, double low,
                      double high, int32_t missing)
{
    lua_State *lua = reader->lua;
    int type = lua_getfield(lua, -1, key);
    double value = lua_tonumber(lua, -1);
    lua_pop(lua, 1);
    if (type == LUA_TNIL && missing != INT32_MIN)
        return missing;
    char wanted[80];
    snprintf(wanted, sizeof wanted, "expected a number from %g to %g", low, high);
    if (type != LUA_TNUMBER || !(value >= low && value <= high))
        complain(reader, key, wanted);
    return (int32_t)lround(value * scale);
}

#define REQUIRED INT32_MIN

static bool flag(const struct reader *reader, const char *key)
{
    int type = lua_getfield(reader->lua, -1, key);
    bool value = lua_toboolean(reader->lua, -1);
    lua_pop(reader->lua, 1);
    if (type != LUA_TNIL && type != LUA_TBOOLEAN)
        complain(reader, key, "expected true or false");
    return value;
}

/* A name into `out`; false when it is not there. */
static bool name(const struct reader *reader, const char *key, char *out, size_t size)
{
    int type = lua_getfield(reader->lua, -1, key);
    size_t length = 0;
    const char *text = type == LUA_TSTRING ? lua_tolstring(reader->lua, -1, &length) : NULL;
    if (type != LUA_TNIL && (!text || length == 0 || length >= size || strlen(text) != length))
        complain(reader, key, "expected a short name");
    if (text)
        memcpy(out, text, length + 1);
    lua_pop(reader->lua, 1);
    return text != NULL;
}

/* Go into a list; its length. What it holds lies on top until `leave`. */
static int enter(const struct reader *reader, const char *key, int least, int most, bool required)
{
    int type = lua_getfield(reader->lua, -1, key);
    if (type == LUA_TNIL && !required) {
        lua_pop(reader->lua, 1);
        return 0;
    }
    char wanted[80];
    snprintf(wanted, sizeof wanted, "expected a list of %d to %d entries", least, most);
    lua_Unsigned count = type == LUA_TTABLE ? lua_rawlen(reader->lua, -1) : 0;
    if (type != LUA_TTABLE || count < (lua_Unsigned)least || count > (lua_Unsigned)most)
        complain(reader, key, wanted);
    return (int)count;
}

static void leave(const struct reader *reader)
{
    lua_pop(reader->lua, 1);
}

/* Entry i (from 1) of the list on top. */
static int32_t entry(const struct reader *reader, const char *key, int i, double scale, double low,
                     double high)
{
    int type = lua_rawgeti(reader->lua, -1, i);
    double value = lua_tonumber(reader->lua, -1);
    lua_pop(reader->lua, 1);
    char wanted[100];
    snprintf(wanted, sizeof wanted, "entry %d: expected a number from %g to %g", i, low, high);
    if (type != LUA_TNUMBER || !(value >= low && value <= high))
        complain(reader, key, wanted);
    return (int32_t)lround(value * scale);
}

static void only(const struct reader *reader, const char *const *keys)
{
    lua_State *lua = reader->lua;
    lua_pushnil(lua);
    while (lua_next(lua, -2)) {
        lua_pop(lua, 1);
        const char *key = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "(no name)";
        bool known = false;
        for (int i = 0; keys[i]; i++)
            known = known || strcmp(keys[i], key) == 0;
        if (!known)
            complain(reader, key, "unknown field");
    }
}

static void hours(const struct reader *reader, const char *key, double scale, double high,
                  uint16_t out[24])
{
    enter(reader, key, 24, 24, true);
    for (int h = 0; h < 24; h++)
        out[h] = (uint16_t)entry(reader, key, h + 1, scale, 0, high);
    leave(reader);
}

/* ---- appliances ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    double spread_scale; /* 0: no spread */
} lengths[] = {
    [LENGTH_NORMAL] = {"normal", 60},     [LENGTH_LOGNORMAL] = {"lognormal", 1000},
    [LENGTH_EXPONENTIAL] = {"exponential", 0}, [LENGTH_WEIBULL] = {"weibull", 1000},
    [LENGTH_LIGHT] = {"light", 0},
};

static void read_length(const struct reader *reader, const char *key, struct appliance_length *length)
{
    lua_State *lua = reader->lua;
    int count = enter(reader, key, 1, 3, true);
    lua_rawgeti(lua, -1, 1);
    const char *kind = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
    int found = -1;
    for (int i = 0; i <= LENGTH_LIGHT; i++)
        if (strcmp(kind, lengths[i].name) == 0)
            found = i;
    lua_pop(lua, 1);
    if (found < 0)
        complain(reader, key, "normal, lognormal, exponential, weibull or light");
    length->kind = (enum length_kind)found;
    bool spreads = lengths[found].spread_scale > 0;
    if (count != (found == LENGTH_LIGHT ? 1 : spreads ? 3 : 2))
        complain(reader, key, "a kind of length, its minutes, and its spread where it has one");
    if (count > 1)
        length->middle_s = entry(reader, key, 2, 60, 0.1, 10000);
    if (spreads)
        length->spread = entry(reader, key, 3, lengths[found].spread_scale, 0, 10000);
    leave(reader);
}

static void read_phases(struct reader *reader, struct appliance_row *row)
{
    static const char *const keys[] = {"watts", "minutes", "all_but", "share", NULL};
    row->phase_count = enter(reader, "phases", 1, HOUSEHOLD_PHASES_MAX, false);
    if (row->phase_count == 0)
        return;
    for (int i = 0; i < row->phase_count; i++) {
        struct appliance_phase *phase = &row->phases[i];
        if (lua_rawgeti(reader->lua, -1, i + 1) != LUA_TTABLE)
            complain(reader, "phases", "expected a list of tables");
        only(reader, keys);
        phase->power_mw = number(reader, "watts", 1000, 0, 100000, REQUIRED);
        phase->length_s = number(reader, "minutes", 60, 0.1, 10000, 0) -
                          number(reader, "all_but", 60, 0.1, 10000, 0);
        phase->share_permille = number(reader, "share", 1000, 0, 1, 0);
        lua_pop(reader->lua, 1);
    }
    leave(reader);
}

static void read_months(const struct reader *reader, struct appliance_row *row)
{
    row->months = 0x0fff;
    int count = enter(reader, "months", 1, 12, false);
    if (count == 0)
        return;
    row->months = 0;
    for (int i = 1; i <= count; i++)
        row->months |= (uint16_t)(1u << (entry(reader, "months", i, 1, 1, 12) - 1));
    leave(reader);
}

static void read_pair(const struct reader *reader, const char *key, double first_scale, double high,
                      int32_t *first, int32_t *second)
{
    if (enter(reader, key, 2, 2, false) == 0)
        return;
    *first = entry(reader, key, 1, first_scale, 0, high);
    *second = entry(reader, key, 2, 1, 0, high);
    leave(reader);
}

/* What starts it: `start`, `with`, `after`, or people. */
static void read_start(const struct reader *reader, struct appliance_row *row,
                       const struct household_table *table)
{
    static const char *const starts[] = {
        [APPLIANCE_BY_CHOICE] = "by choice", [APPLIANCE_ALONE] = "alone",
        [APPLIANCE_WHILE_ACTIVE] = "while active", [APPLIANCE_ALWAYS] = "always"};
    char text[40] = "by choice", partner[40];
    name(reader, "start", text, sizeof text);
    int found = -1;
    for (int i = 0; i <= APPLIANCE_ALWAYS; i++)
        if (strcmp(text, starts[i]) == 0)
            found = i;
    if (found < 0)
        complain(reader, "start", "by choice, alone, while active or always");
    row->start = (enum appliance_start)found;
    row->partner = -1;
    bool with = name(reader, "with", partner, sizeof partner);
    if (!with && !name(reader, "after", partner, sizeof partner))
        return;
    row->start = with ? APPLIANCE_WITH : APPLIANCE_AFTER;
    for (int i = 0; i < table->row_count; i++)
        if (strcmp(table->rows[i].name, partner) == 0)
            row->partner = i;
    if (row->partner < 0)
        complain(reader, with ? "with" : "after", "no appliance of that name stands above");
}

static void read_serves(const struct reader *reader, struct appliance_row *row)
{
    static const char *const services[] = {[SERVES_COOLING] = "cooling", [SERVES_HEATING] = "heating",
                                           [SERVES_BATH] = "bath", [SERVES_TANK] = "tank"};
    char text[40];
    if (!name(reader, "serves", text, sizeof text))
        return;
    for (int i = SERVES_COOLING; i <= SERVES_TANK; i++)
        if (strcmp(text, services[i]) == 0)
            row->serves = (enum managed_service)i;
    if (row->serves == SERVES_NOTHING)
        complain(reader, "serves", "cooling, heating, bath or tank");
}

static void read_appliance(struct reader *reader, struct appliance_row *row,
                           const struct household_table *table)
{
    static const char *const keys[] = {
        "name", "owners", "device", "units", "from", "watts", "standby", "power_factor", "leakage",
        "cycles", "kwh", "inrush", "extra", "delay", "duty", "resistive", "start", "with", "after",
        "length", "pause", "phases", "hours", "months", "above", "below", "daylight", "serves", NULL};
    only(reader, keys);
    if (!name(reader, "name", row->name, sizeof row->name))
        complain(reader, "name", "missing");
    if (name(reader, "device", row->device, sizeof row->device))
        memcpy(row->owners, row->device, sizeof row->owners);
    name(reader, "owners", row->owners, sizeof row->owners);
    row->units_milli = number(reader, "units", 1000, 0, HOUSEHOLD_UNITS_MAX, REQUIRED);
    row->units_from_milli = number(reader, "from", 1000, 0, 1, 0);
    row->power_mw = number(reader, "watts", 1000, 0, 100000, REQUIRED);
    row->standby_mw = number(reader, "standby", 1000, 0, 100000, 0);
    row->power_factor_milli = number(reader, "power_factor", 1000, 0.1, 1, REQUIRED);
    row->leakage_ua = number(reader, "leakage", 1000, 0, 1000, 0);
    row->cycles_yearly = number(reader, "cycles", 1, 0, 100000, 0);
    row->kwh_yearly = number(reader, "kwh", 1, 0, 100000, 0);
    row->extra_s = number(reader, "extra", 60, 0, 10000, 0);
    row->delay_s = number(reader, "delay", 60, 0, 10000, 0);
    row->above_mc = number(reader, "above", 1000, -100, 100, -1000000);
    row->below_mc = number(reader, "below", 1000, -100, 100, 1000000);
    row->daylight_permille = number(reader, "daylight", 1000, 0, 1, 1000);
    row->resistive = flag(reader, "resistive");
    read_pair(reader, "inrush", 1000, 1000, &row->inrush_milli, &row->inrush_ms);
    read_pair(reader, "duty", 1, 3600, &row->duty_on_s, &row->duty_off_s);
    read_start(reader, row, table);
    bool runs = row->start != APPLIANCE_ALWAYS && row->start != APPLIANCE_WITH;
    if (runs)
        read_length(reader, "length", &row->length);
    if (row->start == APPLIANCE_ALONE || row->start == APPLIANCE_WHILE_ACTIVE)
        read_length(reader, "pause", &row->pause);
    read_phases(reader, row);
    read_months(reader, row);
    if (row->start == APPLIANCE_BY_CHOICE)
        hours(reader, "hours", 10, 1000, row->hours);
    read_serves(reader, row);
}

static void read_appliances(struct reader *reader, struct household_table *table)
{
    int count = enter(reader, "appliances", 1, HOUSEHOLD_ROWS_MAX, true);
    for (int i = 0; i < count; i++) {
        snprintf(reader->where, sizeof reader->where, "appliances[%d]", i + 1);
        if (lua_rawgeti(reader->lua, -1, i + 1) != LUA_TTABLE)
            complain(reader, "", "expected a table");
        read_appliance(reader, &table->rows[i], table);
        for (int other = 0; other < i; other++)
            if (strcmp(table->rows[other].name, table->rows[i].name) == 0)
                complain(reader, "name", "another appliance has it");
        lua_pop(reader->lua, 1);
        table->row_count = i + 1;
    }
    reader->where[0] = '\0';
    leave(reader);
}

/* ---- people and weather ---------------------------------------------------------------------- */

static void read_kind(const struct reader *reader, struct occupancy_kind *kind, const int32_t work[2])
{
    static const char *const keys[] = {"share", "works", "active", NULL};
    only(reader, keys);
    kind->share_permille = number(reader, "share", 1000, 0, 1, REQUIRED);
    int32_t works = number(reader, "works", 1000, 0, 1, 1000);
    hours(reader, "active", 1000, 1, kind->active_permille[1]);
    for (int h = 0; h < 24; h++) {
        bool at_work = h >= work[0] && h < work[1];
        kind->active_permille[0][h] =
            (uint16_t)(kind->active_permille[1][h] * (at_work ? works : 1000) / 1000);
    }
}

static void read_occupancy(struct reader *reader, struct occupancy_table *table)
{
    static const char *const keys[] = {"kinds", "working_hours", "asleep", "weekday", "weekend",
                                       "sigma", NULL};
    int32_t work[2] = {9, 18}, sum = 0;
    if (lua_getfield(reader->lua, -1, "occupancy") != LUA_TTABLE)
        complain(reader, "occupancy", "expected a table");
    snprintf(reader->where, sizeof reader->where, "occupancy");
    only(reader, keys);
    read_pair(reader, "working_hours", 1, 24, &work[0], &work[1]);
    table->kind_count = enter(reader, "kinds", 1, OCCUPANCY_KINDS_MAX, true);
    for (int i = 0; i < table->kind_count; i++) {
        snprintf(reader->where, sizeof reader->where, "occupancy.kinds[%d]", i + 1);
        if (lua_rawgeti(reader->lua, -1, i + 1) != LUA_TTABLE)
            complain(reader, "", "expected a table");
        read_kind(reader, &table->kinds[i], work);
        sum += table->kinds[i].share_permille;
        lua_pop(reader->lua, 1);
    }
    leave(reader);
    snprintf(reader->where, sizeof reader->where, "occupancy");
    if (sum != 1000)
        complain(reader, "kinds", "their shares must sum to 1");
    hours(reader, "asleep", 1000, 1, table->asleep_permille);
    hours(reader, "weekday", 1, 10000, table->spell_min[0]);
    hours(reader, "weekend", 1, 10000, table->spell_min[1]);
    table->spell_sigma_milli = number(reader, "sigma", 1000, 0, 2, REQUIRED);
    reader->where[0] = '\0';
    leave(reader);
}

static void read_clocks(const struct reader *reader, const char *key, int32_t out[12])
{
    enter(reader, key, 12, 12, true);
    for (int i = 0; i < 12; i++) {
        int hour = -1, minute = -1, end = 0;
        lua_rawgeti(reader->lua, -1, i + 1);
        const char *text = lua_type(reader->lua, -1) == LUA_TSTRING ? lua_tostring(reader->lua, -1) : "";
        bool whole = sscanf(text, "%2d:%2d%n", &hour, &minute, &end) == 2 && text[end] == '\0';
        if (!whole || hour < 0 || hour > 23 || minute < 0 || minute > 59)
            complain(reader, key, "expected twelve times such as \"6:30\"");
        lua_pop(reader->lua, 1);
        out[i] = hour * 60 + minute;
    }
    leave(reader);
}

static void read_climate(struct reader *reader, struct climate_table *table)
{
    static const char *const keys[] = {"means", "swing", "noise", "memory", "sunrise", "sunset", NULL};
    if (lua_getfield(reader->lua, -1, "climate") != LUA_TTABLE)
        complain(reader, "climate", "expected a table");
    snprintf(reader->where, sizeof reader->where, "climate");
    only(reader, keys);
    enter(reader, "means", 12, 12, true);
    for (int i = 0; i < 12; i++)
        table->mean_mc[i] = entry(reader, "means", i + 1, 1000, -60, 60);
    leave(reader);
    table->swing_mc = number(reader, "swing", 1000, 0, 30, REQUIRED);
    table->noise_mc = number(reader, "noise", 1000, 0, 20, REQUIRED);
    table->memory_permille = number(reader, "memory", 1000, 0, 1, REQUIRED);
    read_clocks(reader, "sunrise", table->sunrise_min);
    read_clocks(reader, "sunset", table->sunset_min);
    reader->where[0] = '\0';
    leave(reader);
}

static double real(const struct reader *reader, const char *key, double low, double high)
{
    return number(reader, key, 1e4, low, high, REQUIRED) * 1e-4;
}

static void read_room(const struct reader *reader, struct managed_table *table)
{
    static const char *const keys[] = {"kj_per_k", "loss", "gain", "cooling_cop", "heating_cop", "cooling",
                                       "heating", "comfort", NULL};
    only(reader, keys);
    table->room.capacity_j_k = 1e3 * real(reader, "kj_per_k", 1, 1e5);
    table->room.loss_w_k = real(reader, "loss", 1, 1e4);
    table->gain_w = real(reader, "gain", 0, 1e4);
    table->cooling_cop = real(reader, "cooling_cop", 0.5, 20);
    table->heating_cop = real(reader, "heating_cop", 0.5, 20);
    table->cooling_c = real(reader, "cooling", 10, 40);
    table->heating_c = real(reader, "heating", 5, 35);
    table->comfort_k = real(reader, "comfort", 0, 20);
}

static void read_tank(const struct reader *reader, struct managed_table *table)
{
    static const char *const keys[] = {"litres", "loss", "around", "thermostat", "hysteresis", "bath", "least",
                                       "bath_minutes", NULL};
    const double water_j_l_k = 4186;
    only(reader, keys);
    table->tank.capacity_j_k = water_j_l_k * real(reader, "litres", 1, 1e3);
    table->tank.loss_w_k = real(reader, "loss", 0.01, 100);
    table->around_tank_c = real(reader, "around", -20, 40);
    table->tank_c = real(reader, "thermostat", 30, 95);
    table->hysteresis_k = real(reader, "hysteresis", 0.5, 30);
    table->bath_c = real(reader, "bath", 20, 60);
    table->least_c = real(reader, "least", 10, 60);
    table->bath_s = 60 * real(reader, "bath_minutes", 0.1, 1e3);
}

/* Rooms and tanks of homes with energy management; wanted where an appliance serves something. */
static void read_comfort(struct reader *reader, struct household_table *table)
{
    static const struct {
        const char *key;
        void (*read)(const struct reader *reader, struct managed_table *table);
    } parts[] = {{"room", read_room}, {"tank", read_tank}};
    bool served = false;
    for (int i = 0; i < table->row_count; i++)
        served |= table->rows[i].serves != SERVES_NOTHING;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        int type = lua_getfield(reader->lua, -1, parts[i].key);
        if (type != LUA_TTABLE && (served || type != LUA_TNIL))
            complain(reader, parts[i].key, "expected a table: an appliance serves something");
        snprintf(reader->where, sizeof reader->where, "%s", parts[i].key);
        if (type == LUA_TTABLE)
            parts[i].read(reader, &table->managed);
        reader->where[0] = '\0';
        leave(reader);
    }
}

/* Protected: the file's table at 1, the household's as light userdata at 2. */
static int read_table(lua_State *lua)
{
    static const char *const keys[] = {"home_spread", "use_spread", "inrush", "appliances",
                                       "occupancy", "climate", "room", "tank", NULL};
    struct household_table *table = lua_touserdata(lua, 2);
    struct reader reader = {.lua = lua};
    lua_settop(lua, 1);
    if (!lua_istable(lua, 1))
        return luaL_error(lua, "the file must return a table");
    only(&reader, keys);
    table->home_spread_milli = number(&reader, "home_spread", 1000, 0, 2, 0);
    table->use_spread_milli = number(&reader, "use_spread", 1000, 0, 2, 0);
    table->inrush = flag(&reader, "inrush");
    read_appliances(&reader, table);
    read_occupancy(&reader, &table->occupancy);
    read_climate(&reader, &table->climate);
    read_comfort(&reader, table);
    int row;
    const char *fault = household_table_fault(table, &row);
    if (fault)
        return luaL_error(lua, "appliances[%d]: %s", row + 1, fault);
    return 0;
}

/* ---- files ----------------------------------------------------------------------------------- */

static int run_text(struct sandbox *sandbox, const char *text, size_t size, const char *chunk,
                    struct household_table *table)
{
    lua_State *lua = sandbox->lua;
    int status = luaL_loadbufferx(lua, text, size, chunk, "t");
    if (status == LUA_OK)
        status = lua_pcall(lua, 0, 1, 0);
    if (status != LUA_OK)
        return status;
    lua_pushcfunction(lua, read_table);
    lua_insert(lua, -2);
    lua_pushlightuserdata(lua, table);
    return lua_pcall(lua, 2, 0, 0);
}

static struct household_model *model_of_text(const char *text, size_t size, const char *path,
                                             char *message, size_t message_size)
{
    struct sandbox sandbox;
    char chunk[600];
    struct household_model *model = NULL;
    struct household_table *table = calloc(1, sizeof *table);
    if (!table || sandbox_open(&sandbox, 0, SANDBOX_MEMORY_DEFAULT, SANDBOX_INSTRUCTIONS_DEFAULT) < 0) {
        free(table);
        snprintf(message, message_size, "out of memory");
        return NULL;
    }
    snprintf(chunk, sizeof chunk, "@%s", path);
    if (run_text(&sandbox, text, size, chunk, table) != LUA_OK) {
        const char *what = lua_tostring(sandbox.lua, -1);
        bool named = what && strncmp(what, path, strlen(path)) == 0;
        snprintf(message, message_size, "%s%s%s", named ? "" : path, named ? "" : ": ",
                 what ? what : "an error that is no text");
    } else {
        model = malloc(sizeof *model);
        if (model)
            household_model_build(model, table);
        else
            snprintf(message, message_size, "out of memory");
    }
    sandbox_close(&sandbox);
    free(table);
    return model;
}

static struct household_model *default_model;

static void make_default(void)
{
    char message[600] = "";
    default_model = model_of_text(household_default_text, household_default_size, "rental_flat.lua",
                                  message, sizeof message);
    if (default_model)
        return;
    fprintf(stderr, "meterbench: %s\n", message); /* a build with a wrong table: its tests do not pass */
    abort();
}

const struct household_model *household_default(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_default);
    return default_model;
}

static char *read_whole(const char *path, size_t *size, char *message, size_t message_size)
{
    FILE *file = source_open(path);
    char *text = file ? malloc(FILE_MAX + 1) : NULL;
    *size = text ? fread(text, 1, FILE_MAX + 1, file) : 0;
    bool whole = text && !ferror(file) && *size <= FILE_MAX;
    if (file)
        fclose(file);
    if (whole)
        return text;
    snprintf(message, message_size, "%s: cannot be read%s", path, text ? " (more than 1 MiB?)" : "");
    free(text);
    return NULL;
}

/* A file that was read: a model or a curve. */
struct loaded {
    struct loaded *next;
    struct household_model *model;
    struct household_curve curve;
    char path[512];
};

static struct loaded *loaded_list;
static pthread_mutex_t loaded_mutex = PTHREAD_MUTEX_INITIALIZER;

static const struct household_model *load_new(const char *path, char *message, size_t size)
{
    struct loaded *loaded = calloc(1, sizeof *loaded);
    size_t text_size;
    char *text = loaded ? read_whole(path, &text_size, message, size) : NULL;
    if (!loaded)
        snprintf(message, size, "out of memory");
    if (text)
        loaded->model = model_of_text(text, text_size, path, message, size);
    free(text);
    if (!loaded || !loaded->model) {
        free(loaded);
        return NULL;
    }
    snprintf(loaded->path, sizeof loaded->path, "%s", path);
    loaded->next = loaded_list;
    loaded_list = loaded;
    return loaded->model;
}

const struct household_model *household_load(const char *path, char *message, size_t size)
{
    const struct household_model *model = NULL;
    if (strlen(path) >= sizeof loaded_list->path) {
        snprintf(message, size, "%s: the name is too long", path);
        return NULL;
    }
    pthread_mutex_lock(&loaded_mutex);
    for (struct loaded *l = loaded_list; l && !model; l = l->next)
        if (l->model && strcmp(l->path, path) == 0)
            model = l->model;
    if (!model)
        model = load_new(path, message, size);
    pthread_mutex_unlock(&loaded_mutex);
    return model;
}

/* ---- curves ---------------------------------------------------------------------------------- */

/* One line into a point. 1, 0 for a line to leave out, or -1. */
static int read_point(const char *line, int number, struct household_point *point)
{
    double second, watts = 0;
    int end = 0;
    line += strspn(line, " \t\r\n");
    if (line[0] == '\0' || line[0] == '#')
        return 0;
    bool repeats = sscanf(line, "%lf , repeat %n", &second, &end) == 1 && end > 0 && line[end] == '\0';
    if (!repeats && (sscanf(line, "%lf , %lf %n", &second, &watts, &end) != 2 || line[end] != '\0'))
        return number == 1 && !strchr("0123456789.+-", line[0]) ? 0 : -1;
    bool in_range = second >= 0 && second <= UINT32_MAX && watts >= 0 && watts <= 1e6;
    if (!in_range || floor(second) != second)
        return -1;
    int32_t power_mw = repeats ? HOUSEHOLD_REPEATS : (int32_t)lround(watts * 1000);
    *point = (struct household_point){(uint32_t)second, power_mw};
    return 1;
}

static int curve_lines(FILE *file, const char *path, struct household_point **points, char *message,
                       size_t size)
{
    char line[256];
    int count = 0, room = 0, number = 0;
    while (fgets(line, sizeof line, file)) {
        struct household_point point;
        int found = read_point(line, ++number, &point);
        if (found == 0)
            continue;
        bool rises = found > 0 && (count == 0 ? point.second == 0 && point.power_mw >= 0
                                              : point.second > (*points)[count - 1].second);
        bool over = count > 0 && (*points)[count - 1].power_mw == HOUSEHOLD_REPEATS;
        if (!rises || over) {
            const char *what = found < 0 ? "expected whole seconds and watts, as in \"60,125.5\""
                               : count == 0 ? "a curve begins at 0 s"
                               : over       ? "nothing comes after \"repeat\""
                                            : "the time is not later than in the line before";
            snprintf(message, size, "%s:%d: %s", path, number, what);
            return ERROR_INVALID_ARGUMENT;
        }
        if (count == room) {
            room = room ? room * 2 : 256;
            struct household_point *more = realloc(*points, (size_t)room * sizeof **points);
            if (!more) {
                snprintf(message, size, "%s: out of memory", path);
                return ERROR_NO_MEMORY;
            }
            *points = more;
        }
        (*points)[count++] = point;
    }
    if (count == 0)
        snprintf(message, size, "%s: no point in it; expected lines of seconds,watts", path);
    return count > 0 ? count : ERROR_INVALID_ARGUMENT;
}

int household_read_curve(const char *path, struct household_point **points, char *message, size_t size)
{
    *points = NULL;
    FILE *file = source_open(path);
    if (!file) {
        snprintf(message, size, "%s: cannot be read", path);
        return ERROR_NOT_FOUND;
    }
    int count = curve_lines(file, path, points, message, size);
    fclose(file);
    if (count < 0) {
        free(*points);
        *points = NULL;
    }
    return count;
}

static const struct household_curve *load_new_curve(const char *path, char *message, size_t size)
{
    struct loaded *loaded = calloc(1, sizeof *loaded);
    struct household_point *points = NULL;
    if (!loaded)
        snprintf(message, size, "%s: out of memory", path);
    int count = loaded ? household_read_curve(path, &points, message, size) : -1;
    if (count < 0) {
        free(loaded);
        return NULL;
    }
    loaded->curve = (struct household_curve){(uint32_t)count, points};
    snprintf(loaded->path, sizeof loaded->path, "%s", path);
    loaded->next = loaded_list;
    loaded_list = loaded;
    return &loaded->curve;
}

const struct household_curve *household_load_curve(const char *path, char *message, size_t size)
{
    const struct household_curve *curve = NULL;
    if (strlen(path) >= sizeof loaded_list->path) {
        snprintf(message, size, "%s: the name is too long", path);
        return NULL;
    }
    pthread_mutex_lock(&loaded_mutex);
    for (const struct loaded *l = loaded_list; l && !curve; l = l->next)
        if (l->curve.points && strcmp(l->path, path) == 0)
            curve = &l->curve;
    if (!curve)
        curve = load_new_curve(path, message, size);
    pthread_mutex_unlock(&loaded_mutex);
    return curve;
}
