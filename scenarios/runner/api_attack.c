/* Somebody on a flat's radio path: what a script lets an attacker do. */
#include "scenarios/runner/acts.h"
#include "scenarios/runner/run_internal.h"

#include "sim/error.h"
#include "sim/forge.h"

#include <stdio.h>
#include <string.h>

#define ATTACKER "meterbench.attacker"

static const char *const direction_names[LINK_DIRECTIONS] = {[LINK_UP] = "up", [LINK_DOWN] = "down"};

/* ---- arguments ------------------------------------------------------------------------------------ */

static void not_on_board(lua_State *lua, const struct flat *flat)
{
    if (run_is_board_flat(run_of(lua), flat->number))
        api_skip(lua, "the envelope ends at the modem, which the bench plays for a wired board");
}

/* The flat of the attacker at 1; its attacker is there. */
static struct flat *check_attacker(lua_State *lua)
{
    uint32_t *number = luaL_checkudata(lua, 1, ATTACKER);
    struct flat *flat = site_flat(run_of(lua)->site, *number);
    not_on_board(lua, flat);
    return flat;
}

static enum link_direction check_direction(lua_State *lua, int at)
{
    const char *name = luaL_checkstring(lua, at);
    for (int i = 0; i < LINK_DIRECTIONS; i++)
        if (strcmp(direction_names[i], name) == 0)
            return (enum link_direction)i;
    luaL_error(lua, "a direction is \"down\" (to the meter) or \"up\" (to the platform), not \"%s\"", name);
    return LINK_UP;
}

/* "down", "up", or "both" (also when left out): a bit a direction. */
static unsigned check_directions(lua_State *lua, int at)
{
    if (lua_isnoneornil(lua, at) || strcmp(luaL_checkstring(lua, at), "both") == 0)
        return 1u << LINK_UP | 1u << LINK_DOWN;
    return 1u << check_direction(lua, at);
}

static struct attacker_lane *next_lane(struct attacker *attacker, unsigned *directions)
{
    for (int i = 0; i < LINK_DIRECTIONS; i++)
        if (*directions & 1u << i) {
            *directions &= ~(1u << i);
            return &attacker->lanes[i];
        }
    return NULL;
}

static void changed(lua_State *lua, struct flat *flat)
{
    struct run *run = run_of(lua);
    flat_attacker_changed(flat, run->site->now);
    act_settle(run, flat);
}

/* An option of the table at `at`, at the top of the stack; false when there is none. */
static bool option(lua_State *lua, int at, const char *name)
{
    return lua_istable(lua, at) && lua_getfield(lua, at, name) != LUA_TNIL;
}

static int64_t duration_option(lua_State *lua, int at, const char *name, int64_t otherwise)
{
    return option(lua, at, name) ? api_check_duration(lua, lua_gettop(lua)) : otherwise;
}

/* ---- frames ------------------------------------------------------------------------------------- */

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Pairs of hexadecimal digits, blanks between them allowed. */
static size_t check_hex(lua_State *lua, const char *text, uint8_t *bytes, size_t capacity)
{
    size_t size = 0;
    for (; *text; text++) {
        if (*text == ' ')
            continue;
        int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);
        if (low < 0)
            luaL_error(lua, "bytes are pairs of hexadecimal digits, as in \"68 AA 16\"");
        if (size == capacity)
            luaL_error(lua, "at most %d bytes", (int)capacity);
        bytes[size++] = (uint8_t)(high << 4 | low);
        text++;
    }
    return size;
}

static void push_frame(lua_State *lua, const struct flat *flat, int64_t at, enum link_direction direction,
                       const struct link_message *message)
{
    char hex[2 * LINK_MESSAGE_MAX + 1] = "";
    for (int i = 0; i < message->size; i++)
        snprintf(hex + 2 * i, 3, "%02X", message->bytes[i]);
    lua_createtable(lua, 0, 5);
    api_set_number(lua, "time", (double)at / 1e9);
    api_set_text(lua, "direction", direction_names[direction]);
    api_set_integer(lua, "size", message->size);
    api_set_text(lua, "bytes", hex);
    api_set_integer(lua, "counter", uplink_counter(&flat->shared->codec, message->bytes, message->size));
}

static enum link_direction check_frame(lua_State *lua, int at, struct link_message *message)
{
    luaL_checktype(lua, at, LUA_TTABLE);
    if (!option(lua, at, "bytes") || lua_type(lua, -1) != LUA_TSTRING)
        luaL_error(lua, "a frame is a table with direction and bytes, as heard, alter and forge return it");
    message->size = (uint16_t)check_hex(lua, lua_tostring(lua, -1), message->bytes, sizeof message->bytes);
    if (!option(lua, at, "direction"))
        luaL_error(lua, "a frame has a direction: \"down\" or \"up\"");
    return check_direction(lua, lua_gettop(lua));
}

static uint8_t byte_option(lua_State *lua, int at, const char *name, bool *given)
{
    lua_Integer value = api_optional_integer(lua, at, name, 0, 255, -1);
    *given = value >= 0;
    return (uint8_t)value;
}

static void check_change(lua_State *lua, int at, struct attacker_change *change)
{
    *change = (struct attacker_change){
        .byte = (int)api_optional_integer(lua, at, "byte", -LINK_MESSAGE_MAX, LINK_MESSAGE_MAX, 0),
        .cut = (int)api_optional_integer(lua, at, "cut", 0, LINK_MESSAGE_MAX, 0),
    };
    change->value = byte_option(lua, at, "set", &change->sets);
    change->mask = byte_option(lua, at, "xor", &change->turns);
    if (option(lua, at, "append"))
        change->append_size =
            (uint16_t)check_hex(lua, luaL_checkstring(lua, -1), change->append, sizeof change->append);
}

/* attacker:alter(frame, { byte =, set =, xor =, cut =, append =, counter = }): another frame; nothing is sent. */
static int attacker_alter_frame(lua_State *lua)
{
    static const char *const keys[] = {"byte", "set", "xor", "cut", "append", "counter", NULL};
    struct flat *flat = check_attacker(lua);
    struct link_message message;
    struct attacker_change change;
    enum link_direction direction = check_frame(lua, 2, &message);
    api_check_keys(lua, 3, keys);
    check_change(lua, 3, &change);
    lua_Integer counter = api_optional_integer(lua, 3, "counter", 0, UINT32_MAX, -1);
    if (counter >= 0)
        uplink_set_counter(&flat->shared->codec, message.bytes, message.size, (uint32_t)counter);
    attacker_alter(&message, &change);
    push_frame(lua, flat, run_of(lua)->site->now, direction, &message);
    return 1;
}

static void check_forge_key(lua_State *lua, int at, const struct flat *flat, struct forgery *forgery)
{
    const char *name = option(lua, at, "key") ? luaL_checkstring(lua, -1) : "none";
    if (strcmp(name, "none") == 0)
        forgery->key = FORGE_NONE;
    else if (strcmp(name, "wrong") == 0)
        forgery->key = FORGE_WRONG;
    else if (strcmp(name, "stolen") != 0)
        luaL_error(lua, "key: \"none\", \"wrong\" or \"stolen\"");
    else if (!flat->attacker->has_key)
        luaL_error(lua, "no key was stolen yet: attacker:steal_key()");
    else {
        forgery->key = FORGE_STOLEN;
        memcpy(forgery->stolen.bytes, flat->attacker->key, sizeof forgery->stolen.bytes);
    }
}

static void forge_up(lua_State *lua, const struct flat *flat, const char *what, struct forgery *forgery)
{
    if (strcmp(what, "reading") == 0) {
        lua_Number kwh = option(lua, 4, "kwh") ? luaL_checknumber(lua, -1) : 0;
        luaL_argcheck(lua, kwh >= 0 && kwh < 1000000, 4, "kwh: a reading from 0 to 999999.99");
        forge_reading(flat, (int64_t)(kwh * 100 + 0.5), forgery);
    } else if (strcmp(what, "alarm") == 0) {
        const char *name = option(lua, 4, "alarm") ? luaL_checkstring(lua, -1) : "tripped";
        const char *cause = option(lua, 4, "cause") ? luaL_checkstring(lua, -1) : "leakage";
        int alarm = meter_alarm_from_name(name), detail = trip_cause_from_name(cause);
        if (alarm < 0)
            luaL_error(lua, "there is no alarm \"%s\"", name);
        if (detail < 0)
            luaL_error(lua, "there is no cause \"%s\" of a trip", cause);
        forge_alarm(flat, (enum meter_alarm)alarm, alarm == METER_ALARM_TRIPPED ? detail : 0, forgery);
    } else if (strcmp(what, "done") == 0) {
        int order = option(lua, 4, "order") ? api_check_order(lua, lua_gettop(lua)) : DLT645_RELAY_TRIP;
        forge_confirmation(flat, order, forgery);
    } else {
        luaL_error(lua, "up: \"reading\", \"alarm\" or \"done\", not \"%s\"", what);
    }
}

/* attacker:forge(direction, what [, { key =, counter =, kwh =, alarm =, cause =, order = }]): a frame; nothing is sent. */
static int attacker_forge(lua_State *lua)
{
    static const char *const keys[] = {"key", "counter", "kwh", "alarm", "cause", "order", NULL};
    struct flat *flat = check_attacker(lua);
    struct forgery forgery = {.direction = check_direction(lua, 2)};
    const char *what = luaL_checkstring(lua, 3);
    struct link_message message;
    if (!lua_isnoneornil(lua, 4))
        api_check_keys(lua, 4, keys);
    check_forge_key(lua, 4, flat, &forgery);
    lua_Integer counter = api_optional_integer(lua, 4, "counter", 1, UINT32_MAX, -1);
    forgery.has_counter = counter > 0;
    forgery.counter = (uint32_t)counter;
    if (forgery.direction == LINK_UP)
        forge_up(lua, flat, what, &forgery);
    else if (strcmp(what, "poll") == 0)
        forge_poll(flat, &forgery);
    else if (forge_order(flat, api_check_order(lua, 3), &forgery) < 0)
        return luaL_error(lua, "\"%s\" is no order of a frame of its own", what);
    if (forge_message(flat, &forgery, &message) < 0)
        return luaL_error(lua, "this frame cannot be made");
    push_frame(lua, flat, run_of(lua)->site->now, forgery.direction, &message);
    return 1;
}

/* ---- hearing and sending -------------------------------------------------------------------------- */

static int attacker_record(lua_State *lua)
{
    check_attacker(lua)->attacker->records = lua_isnone(lua, 2) || lua_toboolean(lua, 2);
    return 0;
}

static int push_list(lua_State *lua, const struct flat *flat, const struct attacker_list *list)
{
    unsigned directions = check_directions(lua, 2);
    lua_newtable(lua);
    for (size_t i = 0; i < list->count; i++) {
        const struct attacker_frame *frame = &list->frames[i];
        if (!(directions & 1u << frame->direction))
            continue;
        push_frame(lua, flat, frame->at, (enum link_direction)frame->direction, &frame->message);
        lua_rawseti(lua, -2, luaL_len(lua, -2) + 1);
    }
    return 1;
}

static int attacker_heard(lua_State *lua)
{
    struct flat *flat = check_attacker(lua);
    return push_list(lua, flat, &flat->attacker->heard);
}

static int attacker_held(lua_State *lua)
{
    struct flat *flat = check_attacker(lua);
    return push_list(lua, flat, &flat->attacker->held);
}

/* attacker:send(frame), or attacker:send("down", "68 AA ..") */
static int attacker_send_frame(lua_State *lua)
{
    struct flat *flat = check_attacker(lua);
    struct link_message message;
    enum link_direction direction;
    if (lua_istable(lua, 2)) {
        direction = check_frame(lua, 2, &message);
    } else {
        direction = check_direction(lua, 2);
        message.size = (uint16_t)check_hex(lua, luaL_checkstring(lua, 3), message.bytes, sizeof message.bytes);
    }
    attacker_send(flat->attacker, run_of(lua)->site->now, direction, ATTACK_SEND, &message);
    changed(lua, flat);
    return 0;
}

static int attacker_steal_key(lua_State *lua)
{
    struct flat *flat = check_attacker(lua);
    memcpy(flat->attacker->key, flat->modem.key.bytes, sizeof flat->attacker->key);
    flat->attacker->has_key = true;
    return 0;
}

/* ---- in the middle ------------------------------------------------------------------------------- */

/* attacker:drop([direction [, { count =, share = }]]) */
static int attacker_drop(lua_State *lua)
{
    static const char *const keys[] = {"count", "share", NULL};
    struct flat *flat = check_attacker(lua);
    unsigned directions = check_directions(lua, 2);
    if (!lua_isnoneornil(lua, 3))
        api_check_keys(lua, 3, keys);
    lua_Integer count = api_optional_integer(lua, 3, "count", 0, 1000000, -1);
    lua_Number share = option(lua, 3, "share") ? luaL_checknumber(lua, -1) : 1;
    luaL_argcheck(lua, share >= 0 && share <= 1, 3, "share: from 0 to 1");
    for (struct attacker_lane *lane; (lane = next_lane(flat->attacker, &directions));) {
        lane->drops = true;
        lane->drop_left = count;
        lane->drop_ppm = (uint32_t)(share * 1e6 + 0.5);
    }
    return 0;
}

/* attacker:delay(direction, "30 s" [, { spread = "10 s" }]) */
static int attacker_delay(lua_State *lua)
{
    static const char *const keys[] = {"spread", NULL};
    struct flat *flat = check_attacker(lua);
    unsigned directions = check_directions(lua, 2);
    int64_t delay_ns = api_check_duration(lua, 3);
    if (!lua_isnoneornil(lua, 4))
        api_check_keys(lua, 4, keys);
    int64_t spread_ns = duration_option(lua, 4, "spread", 0);
    for (struct attacker_lane *lane; (lane = next_lane(flat->attacker, &directions));) {
        lane->delay_ns = delay_ns;
        lane->delay_spread_ns = spread_ns;
    }
    return 0;
}

/* attacker:duplicate([direction [, { times =, after = }]]) */
static int attacker_duplicate(lua_State *lua)
{
    static const char *const keys[] = {"times", "after", NULL};
    struct flat *flat = check_attacker(lua);
    unsigned directions = check_directions(lua, 2);
    if (!lua_isnoneornil(lua, 3))
        api_check_keys(lua, 3, keys);
    int times = (int)api_optional_integer(lua, 3, "times", 1, 100, 1);
    int64_t after_ns = duration_option(lua, 3, "after", 0);
    for (struct attacker_lane *lane; (lane = next_lane(flat->attacker, &directions));) {
        lane->copies = times;
        lane->copy_after_ns = after_ns;
    }
    return 0;
}

/* attacker:tamper(direction, { byte =, set =, xor =, cut =, append = }) */
static int attacker_tamper(lua_State *lua)
{
    static const char *const keys[] = {"byte", "set", "xor", "cut", "append", NULL};
    struct flat *flat = check_attacker(lua);
    unsigned directions = check_directions(lua, 2);
    struct attacker_change change;
    api_check_keys(lua, 3, keys);
    check_change(lua, 3, &change);
    for (struct attacker_lane *lane; (lane = next_lane(flat->attacker, &directions));) {
        lane->changes = true;
        lane->change = change;
    }
    return 0;
}

static int attacker_hold(lua_State *lua)
{
    struct flat *flat = check_attacker(lua);
    unsigned directions = check_directions(lua, 2);
    for (struct attacker_lane *lane; (lane = next_lane(flat->attacker, &directions));)
        lane->holds = true;
    return 0;
}

/* Places of the held frames of a direction. */
static size_t find_held(const struct attacker *attacker, enum link_direction direction,
                        size_t places[ATTACKER_FRAMES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < attacker->held.count && i < ATTACKER_FRAMES_MAX; i++)
        if (attacker->held.frames[i].direction == direction)
            places[count++] = i;
    return count;
}

static void release_listed(lua_State *lua, struct attacker *attacker, int64_t now, const size_t *places, size_t count)
{
    lua_Integer listed = luaL_len(lua, -1);
    for (lua_Integer i = 1; i <= listed; i++) {
        lua_rawgeti(lua, -1, i);
        lua_Integer place = lua_isinteger(lua, -1) ? lua_tointeger(lua, -1) : 0;
        if (place < 1 || (size_t)place > count)
            luaL_error(lua, "order: %d frames are held", (int)count);
        attacker_release(attacker, now, places[place - 1]);
        lua_pop(lua, 1);
    }
}

/* attacker:release(direction [, { order = "same", "reversed" or a list of places }]); what is not listed is lost. */
static int attacker_release_held(lua_State *lua)
{
    static const char *const keys[] = {"order", NULL};
    struct flat *flat = check_attacker(lua);
    struct attacker *attacker = flat->attacker;
    enum link_direction direction = check_direction(lua, 2);
    int64_t now = run_of(lua)->site->now;
    size_t places[ATTACKER_FRAMES_MAX], count = find_held(attacker, direction, places);
    if (!lua_isnoneornil(lua, 3))
        api_check_keys(lua, 3, keys);
    bool given = option(lua, 3, "order");
    attacker->lanes[direction].holds = false;
    if (given && lua_istable(lua, -1)) {
        release_listed(lua, attacker, now, places, count);
    } else {
        const char *order = given ? luaL_checkstring(lua, -1) : "same";
        bool reversed = strcmp(order, "reversed") == 0;
        if (!reversed && strcmp(order, "same") != 0)
            return luaL_error(lua, "order: \"same\", \"reversed\" or a list of places");
        for (size_t i = 0; i < count; i++)
            attacker_release(attacker, now, places[reversed ? count - 1 - i : i]);
    }
    attacker_forget_held(attacker, direction);
    changed(lua, flat);
    return 0;
}

/* attacker:flood(direction, { rate =, lasts =, what = frame or "noise", size = }) */
static int attacker_flood(lua_State *lua)
{
    static const char *const keys[] = {"rate", "lasts", "what", "size", NULL};
    struct flat *flat = check_attacker(lua);
    int64_t now = run_of(lua)->site->now;
    enum link_direction direction = check_direction(lua, 2);
    struct attacker_flood flood = {.next = now, .noise = true};
    api_check_keys(lua, 3, keys);
    lua_Number rate = option(lua, 3, "rate") ? luaL_checknumber(lua, -1) : 10;
    luaL_argcheck(lua, rate >= 0.001 && rate <= 10000, 3, "rate: frames a second, from 0.001 to 10000");
    flood.interval_ns = (int64_t)(1e9 / rate);
    flood.until = now + duration_option(lua, 3, "lasts", NS_PER_MIN);
    flood.message.size = (uint16_t)api_optional_integer(lua, 3, "size", 1, LINK_MESSAGE_MAX, 60);
    bool given = option(lua, 3, "what");
    if (given && lua_istable(lua, -1)) {
        flood.noise = false;
        if (check_frame(lua, lua_gettop(lua), &flood.message) != direction)
            return luaL_error(lua, "what: this frame runs in the other direction");
    } else if (given && strcmp(luaL_checkstring(lua, -1), "noise") != 0) {
        return luaL_error(lua, "what: a frame, or \"noise\"");
    }
    flat->attacker->lanes[direction].flood = flood;
    changed(lua, flat);
    return 0;
}

static int attacker_pass_on(lua_State *lua)
{
    struct flat *flat = check_attacker(lua);
    unsigned directions = check_directions(lua, 2);
    for (int i = 0; i < LINK_DIRECTIONS; i++)
        if (directions & 1u << i)
            attacker_pass(flat->attacker, (enum link_direction)i);
    changed(lua, flat);
    return 0;
}

/* attacker:counts(direction): what it did with the frames of a direction, and what it sent. */
static int attacker_counts(lua_State *lua)
{
    struct flat *flat = check_attacker(lua);
    const struct attacker_counts *counts = &flat->attacker->lanes[check_direction(lua, 2)].counts;
    const struct {
        const char *name;
        uint64_t value;
    } all[] = {
        {"heard", counts->heard},     {"passed", counts->passed},   {"dropped", counts->dropped},
        {"held", counts->held},       {"delayed", counts->delayed}, {"tampered", counts->changed},
        {"duplicated", counts->copied}, {"sent", counts->sent},     {"crowded_out", counts->crowded_out},
    };
    lua_newtable(lua);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        api_set_integer(lua, all[i].name, (lua_Integer)all[i].value);
    }
    return 1;
}

/* ---- of a flat ------------------------------------------------------------------------------------- */

/* flat:attacker(): somebody is on its radio path from now on; the same one each time. */
int api_flat_attacker(lua_State *lua)
{
    struct flat *flat = api_check_flat(lua, 1);
    not_on_board(lua, flat);
    if (!flat_attacker(flat))
        return luaL_error(lua, "out of memory");
    uint32_t *number = lua_newuserdatauv(lua, sizeof *number, 0);
    *number = flat->number;
    luaL_setmetatable(lua, ATTACKER);
    return 1;
}

/* flat:attack("replay"): one hostile frame, in short. */
int api_flat_attack(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    const char *name = luaL_checkstring(lua, 2);
    not_on_board(lua, flat);
    for (int i = 0; i <= ATTACK_WRONG_KEY; i++) {
        if (strcmp(attack_name(i), name) != 0)
            continue;
        if (flat_attack(flat, run->site->now, (enum attack)i) < 0)
            return luaL_error(lua, "no frame was recorded yet that could be used");
        act_settle(run, flat);
        return 0;
    }
    return luaL_error(lua, "there is no attack \"%s\": replay, alter, forge, wrong key", name);
}

static const struct {
    int error;
    const char *name;
} reasons[] = {
    {ERROR_ENVELOPE_AUTHENTICATION, "not_authentic"}, {ERROR_ENVELOPE_REPLAYED, "replayed"},
    {ERROR_ENVELOPE_COUNTER_GAP, "counter_gap"},      {ERROR_ENVELOPE_TOO_SHORT, "too_short"},
    {ERROR_ENVELOPE_TOO_LONG, "too_long"},            {ERROR_ENVELOPE_VERSION, "version"},
    {ERROR_ENVELOPE_DIRECTION, "direction"},          {ERROR_ENVELOPE_ADDRESS, "address"},
};

/* flat:rejected([direction]): how many frames were refused at its modem ("down") or in its name at the platform ("up"), by
 * reason and in all. */
int api_flat_rejected(lua_State *lua)
{
    struct run *run = run_of(lua);
    struct flat *flat = api_check_flat(lua, 1);
    unsigned directions = check_directions(lua, 2);
    lua_Integer total = 0;
    lua_createtable(lua, 0, 9);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        lua_Integer count = 0;
        struct event_match match = {.flat = flat->number, .kind = EVENT_ENVELOPE_REJECTED, .match_a = true,
                                    .match_b = true, .b = reasons[i].error};
        for (match.a = 0; match.a < LINK_DIRECTIONS; match.a++)
            if (directions & 1u << match.a)
                count += (lua_Integer)observer_count(&run->observer, &match, 0);
        api_set_integer(lua, reasons[i].name, count);
        total += count;
    }
    api_set_integer(lua, "total", total);
    return 1;
}

void api_register_attack(lua_State *lua)
{
    static const luaL_Reg methods[] = {
        {"record", attacker_record},
        {"heard", attacker_heard},
        {"held", attacker_held},
        {"send", attacker_send_frame},
        {"alter", attacker_alter_frame},
        {"forge", attacker_forge},
        {"steal_key", attacker_steal_key},
        {"drop", attacker_drop},
        {"delay", attacker_delay},
        {"duplicate", attacker_duplicate},
        {"tamper", attacker_tamper},
        {"hold", attacker_hold},
        {"release", attacker_release_held},
        {"flood", attacker_flood},
        {"pass", attacker_pass_on},
        {"counts", attacker_counts},
        {NULL, NULL},
    };
    api_new_class(lua, ATTACKER, methods);
}
