#include "scenarios/runner/tariff_file.h"

#include "scenarios/runner/sandbox.h"
#include "scenarios/runner/source.h"
#include "scenarios/runner/units.h"

#include "sim/error.h"

#include <lauxlib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHERE "fleet.tariff"

static void check_keys(lua_State *lua, int at, const char *what, const char *const *keys)
{
    if (!lua_istable(lua, at))
        luaL_error(lua, WHERE ": %s is a table", what);
    for (lua_pushnil(lua); lua_next(lua, at); lua_pop(lua, 1)) {
        const char *key = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "(no name)";
        const char *const *known = keys;
        while (*known && strcmp(*known, key) != 0)
            known++;
        if (!*known)
            luaL_error(lua, WHERE ": unknown field \"%s\" of %s", key, what);
    }
}

static int32_t check_price(lua_State *lua, int at, const char *what)
{
    int64_t price = 0;
    const char *text = lua_type(lua, at) == LUA_TSTRING ? lua_tostring(lua, at) : NULL;
    if (!text || unit_parse(text, UNIT_MONEY, &price) < 0 || price < 0 || price > 1000000)
        luaL_error(lua, WHERE ".%s: expected money a kWh such as \"0.5680 yuan\", at most 100 yuan",
                   what);
    return (int32_t)price;
}

static int check_rate(lua_State *lua, int at)
{
    const char *name = lua_type(lua, at) == LUA_TSTRING ? lua_tostring(lua, at) : "";
    int rate = tariff_rate_from_name(name);
    if (rate < 0)
        luaL_error(lua, WHERE ": there is no rate \"%s\": sharp, peak, flat, valley", name);
    return rate;
}

/* One price for all rates, or a table by rate. */
static void read_prices(lua_State *lua, int at, const char *what, int32_t prices[TARIFF_RATES])
{
    if (!lua_istable(lua, at)) {
        int32_t price = check_price(lua, at, what);
        for (int rate = 0; rate < TARIFF_RATES; rate++)
            prices[rate] = price;
        return;
    }
    for (lua_pushnil(lua); lua_next(lua, at); lua_pop(lua, 1)) {
        int rate = check_rate(lua, lua_gettop(lua) - 1);
        prices[rate] = check_price(lua, lua_gettop(lua), what);
    }
}

/* { ["00:00"] = "valley", ["08:00"] = "peak" }: kept in the order of their times. */
static void read_day(lua_State *lua, int at, struct tariff_day *day)
{
    if (!lua_istable(lua, at))
        luaL_error(
            lua, WHERE
            ": a day is a table such as { [\"00:00\"] = \"valley\", [\"08:00\"] = \"peak\" }");
    for (lua_pushnil(lua); lua_next(lua, at); lua_pop(lua, 1)) {
        int top = lua_gettop(lua);
        int hour = -1, minute = -1, used = 0;
        const char *text = lua_type(lua, top - 1) == LUA_TSTRING ? lua_tostring(lua, top - 1) : "";
        if (sscanf(text, "%2d:%2d%n", &hour, &minute, &used) != 2 || text[used] || hour < 0 ||
            hour > 23 || minute < 0 || minute > 59)
            luaL_error(lua, WHERE ": \"%s\" is no time of day such as \"08:00\"", text);
        if (day->period_count == TARIFF_PERIODS_MAX)
            luaL_error(lua, WHERE ": a day has at most 14 periods");
        int i = day->period_count++;
        uint16_t from = (uint16_t)(hour * 60 + minute);
        for (; i > 0 && day->periods[i - 1].from_minute > from; i--)
            day->periods[i] = day->periods[i - 1];
        day->periods[i] = (struct tariff_period){from, (uint8_t)check_rate(lua, top)};
    }
}

static void read_limits(lua_State *lua, int at, struct tariff_season *season)
{
    lua_Unsigned count = lua_istable(lua, at) ? lua_rawlen(lua, at) : 0;
    if (count < 1 || count > TARIFF_TIERS_MAX - 1)
        luaL_error(lua, WHERE ": tiers are one or two limits in kWh, as in { 2760, 4800 }");
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(lua, at, (lua_Integer)i + 1);
        lua_Integer kwh = lua_isinteger(lua, -1) ? lua_tointeger(lua, -1) : 0;
        if (kwh < 1 || kwh > 1000000)
            luaL_error(lua, WHERE ": a tier's limit is a whole number of kWh");
        season->tier_kwh[i] = (uint32_t)kwh;
        lua_pop(lua, 1);
    }
}

static void read_season(lua_State *lua, int at, struct tariff_season *season)
{
    static const char *const keys[] = {"from", "price", "day", "weekend", "tiers", NULL};
    int month = 0, day = 0, used = 0;
    check_keys(lua, at, "a season", keys);
    lua_getfield(lua, at, "from");
    const char *from = lua_isnil(lua, -1) ? "01-01" : lua_tostring(lua, -1);
    if (!from || sscanf(from, "%2d-%2d%n", &month, &day, &used) != 2 || from[used] || month < 1 ||
        month > 12 || day < 1 || day > 31)
        luaL_error(lua, WHERE ": a season begins on a date, as in from = \"06-01\"");
    season->month = (uint8_t)month;
    season->day = (uint8_t)day;
    lua_getfield(lua, at, "price");
    read_prices(lua, lua_gettop(lua), "price", season->price);
    lua_getfield(lua, at, "day");
    read_day(lua, lua_gettop(lua), &season->weekday);
    if (lua_getfield(lua, at, "weekend") != LUA_TNIL)
        read_day(lua, lua_gettop(lua), &season->weekend);
    if (lua_getfield(lua, at, "tiers") != LUA_TNIL)
        read_limits(lua, lua_gettop(lua), season);
    lua_settop(lua, at);
}

static void read_seasons(lua_State *lua, int at, struct tariff *tariff)
{
    lua_Unsigned count = lua_istable(lua, at) ? lua_rawlen(lua, at) : 0;
    if (count < 1 || count > TARIFF_SEASONS_MAX)
        luaL_error(lua, WHERE ": seasons is a list of 1 to 14");
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(lua, at, (lua_Integer)i + 1);
        read_season(lua, lua_gettop(lua), &tariff->seasons[i]);
        lua_pop(lua, 1);
    }
    tariff->season_count = (uint8_t)count;
}

static void read_adders(lua_State *lua, int at, struct tariff *tariff)
{
    lua_Unsigned count = lua_istable(lua, at) ? lua_rawlen(lua, at) : 0;
    if (count < 1 || count > TARIFF_TIERS_MAX - 1)
        luaL_error(lua, WHERE ": adders are what tier 2, and 3, cost above the first");
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(lua, at, (lua_Integer)i + 1);
        read_prices(lua, lua_gettop(lua), "adders", tariff->adder[i]);
        lua_pop(lua, 1);
    }
    tariff->tier_count = (uint8_t)(count + 1);
}

void tariff_read(lua_State *lua, int at, struct tariff *tariff)
{
    static const char *const keys[] = {"seasons", "adders", "cycle", NULL};
    memset(tariff, 0, sizeof *tariff);
    tariff->tier_count = 1;
    check_keys(lua, at, "the tariff", keys);
    lua_getfield(lua, at, "seasons");
    read_seasons(lua, lua_gettop(lua), tariff);
    if (lua_getfield(lua, at, "adders") != LUA_TNIL)
        read_adders(lua, lua_gettop(lua), tariff);
    lua_getfield(lua, at, "cycle");
    const char *cycle = lua_isnil(lua, -1) ? "year" : lua_tostring(lua, -1);
    tariff->monthly = cycle && strcmp(cycle, "month") == 0;
    if (!cycle || (!tariff->monthly && strcmp(cycle, "year") != 0))
        luaL_error(lua, WHERE ".cycle: \"year\" or \"month\"");
    const char *complaint = tariff_complaint(tariff);
    if (complaint)
        luaL_error(lua, WHERE ": %s", complaint);
    lua_settop(lua, at);
}

/* ---- files and the tables that come along --------------------------------------------------------- */

/* Protected: what the file returned at 1, the tariff as light userdata at 2. */
static int read_protected(lua_State *lua)
{
    tariff_read(lua, 1, lua_touserdata(lua, 2));
    return 0;
}

/* The loaded chunk is on top of the stack. */
static int run_chunk(lua_State *lua, int status, struct tariff *tariff)
{
    if (status == LUA_OK)
        status = lua_pcall(lua, 0, 1, 0);
    if (status != LUA_OK)
        return status;
    lua_pushcfunction(lua, read_protected);
    lua_insert(lua, -2);
    lua_pushlightuserdata(lua, tariff);
    return lua_pcall(lua, 2, 0, 0);
}

static void complain(lua_State *lua, const char *path, char *message, size_t size)
{
    const char *what = lua_tostring(lua, -1);
    if (!what)
        what = "an error that is no text";
    bool named = strstr(what, path) != NULL;
    size_t prefix = strncmp(what, WHERE, strlen(WHERE)) == 0 ? strlen(WHERE) : 0;
    const char *colon = named ? "" : what[prefix] == ':' ? "" : ": ";
    snprintf(message, size, "%s%s%s", named ? "" : path, colon, what + prefix);
}

static const struct tariff_text *text_of(const char *name)
{
    for (int i = 0; tariff_texts[i].name; i++)
        if (strcmp(tariff_texts[i].name, name) == 0)
            return &tariff_texts[i];
    return NULL;
}

int tariff_load(const char *path, const char *name, struct tariff *tariff, char *message, size_t size)
{
    struct sandbox sandbox;
    const struct tariff_text *text = name ? text_of(name) : NULL;
    if (name && !text)
        return ERROR_NOT_FOUND;
    if (sandbox_open(&sandbox, 0, SANDBOX_MEMORY_DEFAULT, SANDBOX_INSTRUCTIONS_DEFAULT) < 0) {
        snprintf(message, size, "out of memory");
        return ERROR_NO_MEMORY;
    }
    lua_State *lua = sandbox.lua;
    int status = text ? luaL_loadbufferx(lua, text->text, *text->size, name, "t") : source_load_lua(lua, path);
    bool read = run_chunk(lua, status, tariff) == LUA_OK;
    if (!read)
        complain(lua, text ? name : path, message, size);
    sandbox_close(&sandbox);
    return read ? 0 : ERROR_INVALID_ARGUMENT;
}

const char *tariff_name(int n)
{
    int count = 0;
    while (tariff_texts[count].name)
        count++;
    return n >= 0 && n < count ? tariff_texts[n].name : NULL;
}

/* ---- tables that stay ---------------------------------------------------------------------------- */

struct kept {
    struct tariff tariff;
    char name[32];
    struct kept *next;
};

static struct kept *kept_list;
static pthread_mutex_t kept_mutex = PTHREAD_MUTEX_INITIALIZER;

static const struct tariff *keep(const struct tariff *tariff, const char *name)
{
    struct kept *kept = calloc(1, sizeof *kept);
    if (!kept)
        return NULL;
    memcpy(&kept->tariff, tariff, sizeof *tariff); /* with its padding, which is compared */
    snprintf(kept->name, sizeof kept->name, "%s", name);
    kept->next = kept_list;
    kept_list = kept;
    return &kept->tariff;
}

const struct tariff *tariff_keep(const struct tariff *tariff)
{
    const struct tariff *found = NULL;
    pthread_mutex_lock(&kept_mutex);
    for (const struct kept *k = kept_list; k && !found; k = k->next)
        if (!k->name[0] && memcmp(&k->tariff, tariff, sizeof *tariff) == 0)
            found = &k->tariff;
    if (!found)
        found = keep(tariff, "");
    pthread_mutex_unlock(&kept_mutex);
    return found;
}

const struct tariff *tariff_by_name(const char *name)
{
    const struct tariff *found = NULL;
    struct tariff tariff;
    char message[600];
    pthread_mutex_lock(&kept_mutex);
    for (const struct kept *k = kept_list; k && !found; k = k->next)
        if (strcmp(k->name, name) == 0 && name[0])
            found = &k->tariff;
    int result = found ? 0 : tariff_load(NULL, name, &tariff, message, sizeof message);
    if (!found && result == 0)
        found = keep(&tariff, name);
    pthread_mutex_unlock(&kept_mutex);
    if (result == ERROR_INVALID_ARGUMENT) {
        fprintf(stderr, "meterbench: %s\n", message); /* a build with a wrong table: its tests do not pass */
        abort();
    }
    return found;
}
