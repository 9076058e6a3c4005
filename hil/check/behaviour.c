/* Rows that either protocol can judge, in the words of the profile: values, clock, settings, relay,
 * and what a supply failure leaves. */
#include "hil/check/check_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOARD_RULE "the profile"
#define SOUND "sound behaviour"

static bool has(const struct check *check, enum profile_register which)
{
    return profile_has(check->profile, which);
}

/* ---- values -------------------------------------------------------------------------------------
 */

static void stimulate(struct check *check, enum rack_id id, uint32_t level)
{
    const struct rack_stimulus stimulus = {.id = id, .level = level};
    if (check->error == 0)
        check_stimulate(check, &stimulus);
}

static void near(struct check *check, enum profile_register which, int64_t wanted, int64_t percent,
                 int64_t slack, const char *unit)
{
    int64_t value;
    if (!check_goes_on(check) || !has(check, which) || !check_read_item(check, which, &value))
        return;
    if (llabs(value - wanted) > wanted * percent / 100 + slack)
        check_fail(check, "%s is told as %.3f %s; the rack gives %.3f %s", profile_register_key(which),
                   (double)value / 1000, unit, (double)wanted / 1000, unit);
}

static void values_follow(struct check *check)
{
    bool closed = false;
    if (!has(check, PROFILE_VOLTAGE)) {
        check_not_judged(check, "the profile has no voltage");
        return;
    }
    check_source(check, 200000);
    check_pass(check, 1 * NS_PER_S);
    near(check, PROFILE_VOLTAGE, 200000, 2, 500, "V");
    check_source(check, 230000);
    check_pass(check, 1 * NS_PER_S);
    near(check, PROFILE_VOLTAGE, 230000, 2, 500, "V");
    if (check_goes_on(check) && check->profile->bits[PROFILE_BIT_CLOSED].present &&
        check_contacts(check, &closed) && closed) {
        stimulate(check, RACK_LOAD_CURRENT, 8000);
        check_pass(check, 2 * NS_PER_S);
        near(check, PROFILE_CURRENT, 8000, 2, 100, "A");
        near(check, PROFILE_POWER, 8000 * 230, 4, 5000, "W");
    }
    stimulate(check, RACK_LOAD_CURRENT, 0);
}

/* The moment at which the clock shows another second, as an interval. */
static bool next_second(struct check *check, int64_t *seconds, int64_t *earliest, int64_t *latest)
{
    struct pace *pace = check->wire.pace;
    int64_t before = 0, value, sent = 0;
    for (int i = 0; i < 400 && check_goes_on(check); i++) {
        int64_t asked = pace->ops->now(pace);
        if (!check_read_item(check, PROFILE_CLOCK, &value))
            return false;
        if (i > 0 && value != before) {
            *seconds = value;
            *earliest = sent;
            *latest = pace->ops->now(pace);
            return true;
        }
        before = value;
        sent = asked;
    }
    check_fail(check, "the clock stands still at %" PRId64 " s", before);
    return false;
}

static void clock_rate(struct check *check)
{
    enum { PER_MILLE = 5 };
    int64_t first, last, early[2], late[2];
    int64_t wait = check->board->spec.lockstep ? 60 * NS_PER_S : 20 * NS_PER_S;
    if (!has(check, PROFILE_CLOCK)) {
        check_not_judged(check, "the profile has no clock");
        return;
    }
    if (!next_second(check, &first, &early[0], &late[0]))
        return;
    check_pass(check, wait);
    if (!next_second(check, &last, &early[1], &late[1]))
        return;
    int64_t shown = (last - first) * NS_PER_S;
    int64_t least = early[1] - late[0], most = late[1] - early[0];
    double slowest = (double)shown / (double)most, fastest = (double)shown / (double)least;
    if (slowest > 1 + PER_MILLE / 1000.0 || fastest < 1 - PER_MILLE / 1000.0)
        check_fail(check, "its clock runs at %.4f to %.4f seconds a second", slowest, fastest);
    check_note(check, "%.4f to %.4f seconds a second; limit of this row 0.5 %%", slowest, fastest);
}

/* ---- settings -----------------------------------------------------------------------------------
 */

static bool is_setting(const struct check *check, int which)
{
    static const enum profile_register not_settings[] = {PROFILE_CONTROL,   PROFILE_SEAL,
                                                         PROFILE_UNLOCK,    PROFILE_SET_CLOCK,
                                                         PROFILE_SET_ENERGY, PROFILE_CREDIT_MODE};
    const struct profile_entry *entry = &check->profile->registers[which];
    for (size_t i = 0; i < sizeof not_settings / sizeof not_settings[0]; i++)
        if ((int)not_settings[i] == which)
            return false;
    return which >= PROFILE_RATED_RESIDUAL && entry->present &&
           (check->protocol == CHECK_DLT645 || entry->write != 0);
}

/* Write, and read the same back. */
static void takes(struct check *check, enum profile_register which, int64_t value)
{
    struct check_said said;
    int64_t back;
    if (!check_goes_on(check) || !check_write_item(check, which, value, &said) || said.cannot)
        return;
    if (said.refused)
        check_fail(check, "%s refuses %" PRId64 " %s (code %d)", profile_register_key(which), value,
                   profile_register_unit(which), said.code);
    else if (check_read_item(check, which, &back) && back != value)
        check_fail(check, "%s was set to %" PRId64 " %s and reads %" PRId64,
                   profile_register_key(which), value, profile_register_unit(which), back);
}

/* Beyond its range: refused, and as it was. */
static void refuses(struct check *check, enum profile_register which, int64_t value, int64_t as_it_was)
{
    struct check_said said;
    int64_t back;
    if (!check_goes_on(check) || !check_write_item(check, which, value, &said) || said.cannot)
        return;
    if (!said.refused)
        check_fail(check, "%s takes %" PRId64 " %s, which is out of its range",
                   profile_register_key(which), value, profile_register_unit(which));
    else if (check->protocol == CHECK_MODBUS && said.code != MODBUS_EXCEPTION_ILLEGAL_VALUE)
        check_fail(check, "%s out of range met exception %d, not 3", profile_register_key(which),
                   said.code);
    else if (check_read_item(check, which, &back) && back != as_it_was)
        check_fail(check, "%s refused %" PRId64 " and reads %" PRId64 " now", profile_register_key(which),
                   value, back);
}

static void settings(struct check *check)
{
    int judged = 0, limited = 0;
    for (int i = 0; i < PROFILE_REGISTER_COUNT && check_goes_on(check); i++) {
        enum profile_register which = (enum profile_register)i;
        const struct profile_entry *entry = &check->profile->registers[i];
        if (!is_setting(check, i) || !check_will_change(check, which))
            continue;
        int64_t was = check->undo[check->undo_count - 1].value;
        judged++;
        if (entry->has_range) {
            limited++;
            takes(check, which, entry->low * entry->scale);
            takes(check, which, entry->high * entry->scale);
            refuses(check, which, (entry->high + 1) * entry->scale, entry->high * entry->scale);
            refuses(check, which, (entry->low - 1) * entry->scale, entry->high * entry->scale);
        }
        takes(check, which, was);
        if (check_goes_on(check))
            check->undo_count--; /* it is back */
    }
    if (judged == 0)
        check_not_judged(check, "the profile has no setting that can be written");
    check_note(check, "%d settings, %d of them at and beyond their limits", judged, limited);
}

static void half_value(struct check *check)
{
    int judged = 0;
    for (int i = 0; i < PROFILE_REGISTER_COUNT && check_goes_on(check); i++) {
        enum profile_register which = (enum profile_register)i;
        const struct profile_entry *entry = &check->profile->registers[i];
        int64_t before, after;
        if (!is_setting(check, i) || profile_width(entry) != 2 || !check_will_change(check, which) ||
            !check_read_item(check, which, &before) || !check_open_seal(check))
            continue;
        for (uint16_t half = 0; half < 2 && check_goes_on(check); half++) {
            const struct modbus_request request = {.function = MODBUS_WRITE_MULTIPLE,
                                                   .address = (uint16_t)(entry->address + half),
                                                   .count = 1,
                                                   .values = {1}};
            struct modbus_heard heard;
            if (!modbus_ask(check, &request, &heard) || !check_read_item(check, which, &after))
                return;
            if (after != before)
                check_fail(check, "half of %s was written: %" PRId64 " became %" PRId64,
                           profile_register_key(which), before, after);
        }
        if (check_goes_on(check))
            check->undo_count--;
        judged++;
    }
    if (judged == 0)
        check_not_judged(check, "the profile has no setting of 32 bits");
}

/* A 16-bit setting that is a whole holding register of its own. */
static bool is_word_setting(const struct check *check, int which)
{
    const struct profile_entry *entry = &check->profile->registers[which];
    return is_setting(check, which) && entry->kind == PROFILE_HOLDING && entry->has_range &&
           profile_width(entry) == 1 && entry->mask == 0 && !entry->low_byte_first;
}

/* Function 6, if the meter has it: the decoder holds the echo against the request. */
static void write_one(struct check *check)
{
    for (int i = 0; i < PROFILE_REGISTER_COUNT && check_goes_on(check); i++) {
        enum profile_register which = (enum profile_register)i;
        const struct profile_entry *entry = &check->profile->registers[i];
        struct modbus_heard heard;
        int64_t is;
        if (!is_word_setting(check, i) || !check_will_change(check, which) || !check_open_seal(check))
            continue;
        const struct modbus_request request = {.function = MODBUS_WRITE_SINGLE,
                                               .address = entry->address,
                                               .count = 1,
                                               .values = {(uint16_t)entry->high}};
        if (!modbus_ask(check, &request, &heard))
            return;
        if (heard.kind == HEARD_REFUSED && heard.exception == MODBUS_EXCEPTION_ILLEGAL_FUNCTION)
            break;
        if (heard.kind == HEARD_REFUSED)
            check_fail(check, "%s refuses its maximum by function 6 with exception %d",
                       profile_register_key(which), heard.exception);
        else if (check_read_item(check, which, &is) && is != entry->high * entry->scale)
            check_fail(check, "%s was set by function 6 and reads %" PRId64, profile_register_key(which),
                       is);
        return;
    }
    check_not_judged(check, "the meter has no function 6, or the profile no setting of one register "
                            "with its range");
}

/* A setting whose register is the next one, or -1. */
static int word_setting_at(const struct check *check, unsigned address)
{
    for (int i = 0; i < PROFILE_REGISTER_COUNT; i++)
        if (is_word_setting(check, i) && check->profile->registers[i].address == address)
            return i;
    return -1;
}

/* A refused write changes nothing, not even what would have been in order. */
static void whole_or_not(struct check *check)
{
    for (int i = 0; i < PROFILE_REGISTER_COUNT && check_goes_on(check); i++) {
        enum profile_register which = (enum profile_register)i;
        const struct profile_entry *entry = &check->profile->registers[i];
        int next = is_word_setting(check, i) ? word_setting_at(check, entry->address + 1U) : -1;
        struct modbus_heard heard;
        int64_t was, is;
        if (next < 0 || check->profile->registers[next].high >= 0xffff ||
            !check_will_change(check, which) ||
            !check_will_change(check, (enum profile_register)next) ||
            !check_read_item(check, which, &was) || !check_open_seal(check))
            continue;
        int64_t other = was == entry->low * entry->scale ? entry->high : entry->low;
        const struct modbus_request request = {
            .function = MODBUS_WRITE_MULTIPLE,
            .address = entry->address,
            .count = 2,
            .values = {(uint16_t)other, (uint16_t)(check->profile->registers[next].high + 1)}};
        if (!modbus_ask(check, &request, &heard) || !check_read_item(check, which, &is))
            return;
        if (heard.kind != HEARD_REFUSED)
            check_fail(check, "a write of %s and, out of its range, %s was not refused",
                       profile_register_key(which),
                       profile_register_key((enum profile_register)next));
        else if (is != was)
            check_fail(check, "a write of %s and %s was refused, and %s became %" PRId64 " of %" PRId64,
                       profile_register_key(which),
                       profile_register_key((enum profile_register)next), profile_register_key(which),
                       is, was);
        return;
    }
    check_not_judged(check, "the profile has no two settings with ranges beside each other");
}

static void broadcast_write(struct check *check)
{
    for (int i = 0; i < PROFILE_REGISTER_COUNT && check_goes_on(check); i++) {
        struct modbus_request request;
        uint8_t pdu[MODBUS_PDU_MAX], frame[RTU_MAX];
        int64_t was;
        if (!is_setting(check, i) || !check_read_item(check, (enum profile_register)i, &was) ||
            profile_write_request(check->profile, (enum profile_register)i, was, &request) < 0 ||
            !check_open_seal(check))
            continue;
        int size = modbus_request_encode(&request, pdu, sizeof pdu);
        const struct piece piece = {frame, modbus_frame(0, pdu, (size_t)size, frame),
                                    exchanger_characters(&check->wire, 5)};
        check_silence(check, &piece, 1, "a broadcast write");
        return;
    }
    check_not_judged(check, "the profile has no setting that can be written");
}

/* ---- the relay ----------------------------------------------------------------------------------
 */

static bool becomes(struct check *check, bool closed, const char *after)
{
    bool is = !closed;
    for (int i = 0; i < 30 && check_goes_on(check); i++) {
        if (!check_contacts(check, &is))
            return false;
        if (is == closed)
            break;
        check_pass(check, 100 * NS_PER_MS);
    }
    if (is != closed)
        check_fail(check, "3 s after %s it shows the contacts %s", after, is ? "closed" : "open");
    else if (check->contacts_known && check->contacts_closed != closed && check->wire.rack_runs)
        check_fail(check, "after %s it shows the contacts %s, the rack sees them %s", after,
                   closed ? "closed" : "open", closed ? "open" : "closed");
    return check_goes_on(check);
}

static bool obeys(struct check *check, enum profile_command command)
{
    struct check_said said;
    if (!check_goes_on(check) || !check_command(check, command, &said))
        return false;
    if (said.refused)
        check_fail(check, "%s was refused (code %d)", profile_command_key(command), said.code);
    return check_goes_on(check);
}

static bool relay_known(struct check *check)
{
    if (check->profile->bits[PROFILE_BIT_CLOSED].present &&
        check_has_command(check, PROFILE_COMMAND_TRIP) &&
        check_has_command(check, PROFILE_COMMAND_CLOSE))
        return check_relay_will_change(check);
    check_not_judged(check, "the profile lacks the contacts' state, or the orders to trip and close");
    return false;
}

static void relay_obeys(struct check *check)
{
    if (!relay_known(check))
        return;
    for (int round = 0; round < 2 && check_goes_on(check); round++) {
        if (obeys(check, PROFILE_COMMAND_TRIP) && becomes(check, false, "the order to trip"))
            check_pass(check, 500 * NS_PER_MS);
        if (obeys(check, PROFILE_COMMAND_CLOSE))
            becomes(check, true, "the order to close");
    }
}

static void stays_closed(struct check *check, const char *after)
{
    bool closed = true;
    for (int i = 0; i < 10 && closed && check_goes_on(check); i++) {
        check_pass(check, 200 * NS_PER_MS);
        if (!check_contacts(check, &closed))
            return;
    }
    if (!closed)
        check_fail(check, "%s opened the contacts", after);
}

static void keep_power(struct check *check)
{
    struct check_said said;
    if (!check_has_command(check, PROFILE_COMMAND_KEEP_POWER_ON) || !relay_known(check)) {
        check_not_judged(check, "the profile has no keep-power");
        return;
    }
    obeys(check, PROFILE_COMMAND_CLOSE);
    if (!becomes(check, true, "the order to close"))
        return;
    check->keeps_power = true; /* the answer may be lost, the order not */
    if (!obeys(check, PROFILE_COMMAND_KEEP_POWER_ON))
        return;
    if (check_command(check, PROFILE_COMMAND_TRIP, &said) && !said.refused)
        check_fail(check, "under keep-power the order to trip was not refused");
    stays_closed(check, "an order to trip under keep-power");
    struct check_result judged = *check->result;
    check->result->outcome = CHECK_PASSES;
    check->keeps_power = !obeys(check, PROFILE_COMMAND_KEEP_POWER_OFF);
    if (judged.outcome != CHECK_PASSES)
        *check->result = judged;
}

static void replay(struct check *check)
{
    struct check_said said;
    if (!check->profile->commands[PROFILE_COMMAND_TRIP].sequence) {
        check_not_judged(check, "its orders carry no sequence number");
        return;
    }
    if (!relay_known(check) || !obeys(check, PROFILE_COMMAND_CLOSE) ||
        !becomes(check, true, "the order to close"))
        return;
    if (check_command_as(check, PROFILE_COMMAND_TRIP, check->sequence, &said) && !said.refused)
        check_fail(check, "an order to trip with the used sequence number %u was not refused",
                   check->sequence);
    stays_closed(check, "an order to trip with a used sequence number");
}

/* Numbers wrap, so what is new may be less than what was used; close, for it is closed already. */
static void any_new_sequence(struct check *check)
{
    struct check_said said;
    if (!check->profile->commands[PROFILE_COMMAND_CLOSE].sequence) {
        check_not_judged(check, "its orders carry no sequence number");
        return;
    }
    for (int i = 0; i < 2; i++) /* so that the one before is not an old one of zero */
        if (!relay_known(check) || !obeys(check, PROFILE_COMMAND_CLOSE))
            return;
    uint16_t number = (uint16_t)(check->sequence - 1);
    if (check_command_as(check, PROFILE_COMMAND_CLOSE, number, &said) && said.refused)
        check_fail(check, "an order with sequence number %u, after %u, was refused (code %d)", number,
                   check->sequence, said.code);
}

static void wrong_password(struct check *check)
{
    struct dlt645_authority authority = check->profile->authority.relay;
    struct check_said said;
    if (!check->profile->commands[PROFILE_COMMAND_TRIP].is_relay_order) {
        check_not_judged(check, "the profile has no order of 1CH");
        return;
    }
    if (!relay_known(check) || !obeys(check, PROFILE_COMMAND_CLOSE) ||
        !becomes(check, true, "the order to close"))
        return;
    authority.password ^= 0x010101;
    if (check_relay_order(check, PROFILE_COMMAND_TRIP, &authority, 2099, &said) && !said.refused)
        check_fail(check, "an order to trip with a wrong password was not refused");
    else if (check_goes_on(check) && !(said.code & DLT645_REFUSED_PASSWORD))
        check_fail(check, "a wrong password was refused with %04X, without bit 2", said.code);
    stays_closed(check, "an order to trip with a wrong password");
    obeys(check, PROFILE_COMMAND_CLOSE); /* a right one ends the count of wrong ones */
}

static void write_wrong_password(struct check *check)
{
    for (int i = 0; i < PROFILE_REGISTER_COUNT && check_goes_on(check); i++) {
        enum profile_register which = (enum profile_register)i;
        struct dlt645_authority authority = check->profile->authority.write;
        struct check_said said = {0};
        int64_t was, is;
        if (!is_setting(check, i) || !check_will_change(check, which) ||
            !check_read_item(check, which, &was))
            continue;
        authority.password ^= 0x010101;
        int64_t other = was + check->profile->registers[i].scale * 10;
        if (!check_write_dlt645(check, which, other, &authority, &said) || said.cannot)
            continue;
        if (!said.refused)
            check_fail(check, "%s was written with a wrong password", profile_register_key(which));
        else if (!(said.code & DLT645_ERROR_PASSWORD))
            check_fail(check, "a wrong password was refused with ERR %02X, without bit 2", said.code);
        else if (check_read_item(check, which, &is) && is != was)
            check_fail(check, "%s was refused and changed", profile_register_key(which));
        takes(check, which, was); /* a right one ends the count of wrong ones */
        return;
    }
    check_not_judged(check, "the profile has no setting that can be written");
}

/* The wildcard is for reading (DL/T 645-2007): else one order would move every meter of a line. */
static void wildcard_order(struct check *check)
{
    struct dlt645_frame request;
    uint8_t bytes[DLT645_RAW_MAX];
    if (!check->profile->commands[PROFILE_COMMAND_TRIP].is_relay_order) {
        check_not_judged(check, "the profile has no order of 1CH");
        return;
    }
    if (!relay_known(check) || !obeys(check, PROFILE_COMMAND_CLOSE) ||
        !becomes(check, true, "the order to close"))
        return;
    check_relay_frame(check, PROFILE_COMMAND_TRIP, &check->profile->authority.relay, 2099, &request);
    request.address = dlt645_wildcard;
    size_t size = dlt645_raw(&request, DLT645_PREAMBLE_MAX, bytes);
    const struct piece piece = {bytes, size, 30 * NS_PER_MS};
    check_send_for_silence(check, &piece, 1); /* an answer is not judged: what it does is */
    stays_closed(check, "an order to trip to the wildcard address");
}

/* The clock stands just behind the end of the year that the order was valid in. */
#define NEW_YEAR_2026_S (INT64_C(9497) * 86400)

static void valid_until(struct check *check)
{
    struct check_said said;
    if (!check->profile->commands[PROFILE_COMMAND_TRIP].is_relay_order ||
        !has(check, PROFILE_SET_CLOCK)) {
        check_not_judged(check, "the profile has no order of 1CH, or no clock that can be set");
        return;
    }
    if (!relay_known(check) || !check_will_change(check, PROFILE_SET_CLOCK) ||
        !check_write_item(check, PROFILE_SET_CLOCK, NEW_YEAR_2026_S + 10, &said) || said.refused ||
        !obeys(check, PROFILE_COMMAND_CLOSE) || !becomes(check, true, "the order to close"))
        return;
    if (check_relay_order(check, PROFILE_COMMAND_TRIP, &check->profile->authority.relay, 2025, &said) &&
        !said.refused)
        check_fail(check, "an order to trip that was valid until ten seconds ago was not refused");
    stays_closed(check, "an order to trip whose time was over");
}

/* ---- a supply failure ---------------------------------------------------------------------------
 */

static void cut(struct check *check)
{
    if (check_goes_on(check) && !check_power_cycle(check, 3 * NS_PER_S) && check->error == 0)
        check_fail(check, "3 s after the supply came back it does not answer");
}

static const enum profile_register kept[] = {PROFILE_OVERLOAD_LIMIT, PROFILE_HEAT_TRIP, PROFILE_PRICE,
                                             PROFILE_SET_BALANCE, PROFILE_SET_ENERGY};

enum { KEPT = sizeof kept / sizeof kept[0] };

static int64_t step_of(const struct check *check, enum profile_register which)
{
    if (which == PROFILE_SET_ENERGY)
        return 617000;
    return which == PROFILE_SET_BALANCE ? 385000 : check->profile->registers[which].scale * 7;
}

/* Sets each item so many steps above what it was; returns how many took it. */
static int set_further(struct check *check, const int64_t was[KEPT], int steps, int64_t values[KEPT])
{
    int taken = 0;
    for (int i = 0; i < KEPT && check_goes_on(check); i++) {
        struct check_said said;
        int64_t value = was[i] + steps * step_of(check, kept[i]);
        values[i] = was[i];
        if (!has(check, kept[i]) || !check_write_item(check, kept[i], value, &said) || said.refused ||
            said.cannot)
            continue;
        values[i] = value;
        taken++;
    }
    return taken;
}

/* Each is set twice: a meter that keeps two copies must come back with the newer one. */
static void keeps_settings(struct check *check)
{
    int64_t was[KEPT] = {0}, wanted[KEPT] = {0}, is;
    int judged = 0;
    for (int i = 0; i < KEPT && check_goes_on(check); i++)
        if (has(check, kept[i]) && check_will_change(check, kept[i]))
            was[i] = check->undo[check->undo_count - 1].value;
    for (int steps = 1; steps <= 2 && check_goes_on(check); steps++) {
        judged = set_further(check, was, steps, wanted);
        check_pass(check, 1 * NS_PER_S); /* a save takes its time */
    }
    cut(check);
    for (int i = 0; i < KEPT && check_goes_on(check); i++) {
        enum profile_register shown = kept[i] == PROFILE_SET_ENERGY ? PROFILE_ENERGY : kept[i];
        if (has(check, kept[i]) && check_read_item(check, shown, &is) && is != wanted[i])
            check_fail(check, "%s was %" PRId64 " %s before the supply failed and is %" PRId64 " after it",
                       profile_register_key(kept[i]), wanted[i], profile_register_unit(kept[i]), is);
    }
    if (judged == 0)
        check_not_judged(check, "the profile has nothing that can be set");
    check_note(check, "%d items", judged);
}

static void keeps_contacts(struct check *check)
{
    if (!relay_known(check))
        return;
    if (obeys(check, PROFILE_COMMAND_TRIP) && becomes(check, false, "the order to trip")) {
        check_pass(check, 1 * NS_PER_S);
        cut(check);
        check_pass(check, 3 * NS_PER_S);
        becomes(check, false, "an order to trip and a supply failure");
    }
    if (obeys(check, PROFILE_COMMAND_CLOSE) && becomes(check, true, "the order to close")) {
        check_pass(check, 1 * NS_PER_S);
        cut(check);
        check_pass(check, 1 * NS_PER_S);
        becomes(check, true, "an order to close and a supply failure");
    }
}

static void stays_open(struct check *check, const char *after)
{
    bool closed = false;
    for (int i = 0; i < 10 && !closed && check_goes_on(check); i++) {
        check_pass(check, 200 * NS_PER_MS);
        if (!check_contacts(check, &closed))
            return;
    }
    if (closed)
        check_fail(check, "%s closed the contacts", after);
}

/* Twice the rated residual current for as long as the contacts take. */
static bool locked_by_leak(struct check *check)
{
    int64_t rated_ua = 30000;
    bool locked = true;
    if (has(check, PROFILE_RATED_RESIDUAL))
        check_read_item(check, PROFILE_RATED_RESIDUAL, &rated_ua);
    stimulate(check, RACK_RESIDUAL_CURRENT, (uint32_t)(2 * rated_ua));
    bool opened = becomes(check, false, "a leak of twice the rated residual current");
    stimulate(check, RACK_RESIDUAL_CURRENT, 0);
    check_pass(check, 1 * NS_PER_S);
    if (opened && check_shows(check, PROFILE_BIT_LOCKED, &locked) && !locked)
        check_fail(check, "a leak opened the contacts, and no lock is shown");
    return check_goes_on(check);
}

/* Clearing a lock is no order to close, nor does it become one when the supply fails. */
static void lock(struct check *check)
{
    struct check_said said;
    if (!check_has_command(check, PROFILE_COMMAND_CLEAR_LOCK)) {
        check_not_judged(check, "the profile has no order that clears a lock");
        return;
    }
    if (!relay_known(check) || !obeys(check, PROFILE_COMMAND_CLOSE) ||
        !becomes(check, true, "the order to close") || !locked_by_leak(check))
        return;
    if (check_command(check, PROFILE_COMMAND_CLOSE, &said) && !said.refused)
        check_fail(check, "an order to close was not refused while it was locked");
    if (!obeys(check, PROFILE_COMMAND_CLEAR_LOCK))
        return;
    stays_open(check, "clearing the lock");
    cut(check);
    stays_open(check, "clearing the lock and a supply failure");
    if (obeys(check, PROFILE_COMMAND_CLOSE))
        becomes(check, true, "the order to close");
}

#define WRITES (CHECK_WRITES | CHECK_PROFILE)
#define SWITCHES (CHECK_WRITES | CHECK_RELAY)

static const struct check_row modbus_rows[] = {
    {"modbus.half_value", "half of a 32-bit setting cannot be written",
     SOUND ": a value that is written in two halves is wrong in between", WRITES, half_value},
    {"modbus.broadcast_write", "a broadcast write is not answered",
     "Modbus over Serial Line V1.02, 2.1", WRITES, broadcast_write},
    {"modbus.write_one", "a register that is written alone is acknowledged as it was written",
     "Modbus Application Protocol V1.1b3, 6.6", WRITES, write_one},
    {"modbus.whole_or_not", "a write that is refused changes nothing", SOUND, WRITES, whole_or_not},
    {"modbus.replay", "an order with a used sequence number is refused", BOARD_RULE, SWITCHES, replay},
    {"modbus.any_new_sequence", "an order with any other sequence number than the last is obeyed",
     BOARD_RULE, SWITCHES, any_new_sequence},
};

static const struct check_row dlt645_rows[] = {
    {"dlt645.write_password", "a write with a wrong password is refused",
     "DL/T 645-2007, 7.5 and the table of ERR", WRITES, write_wrong_password},
    {"dlt645.order_password", "an order with a wrong password is refused",
     "DL/T 645-2007, relay control", SWITCHES, wrong_password},
    {"dlt645.valid_until", "an order whose time is over is refused", "DL/T 645-2007, relay control",
     SWITCHES | CHECK_WRITES, valid_until},
    {"dlt645.wildcard_order", "an order to the wildcard address is not obeyed",
     "DL/T 645-2007: the wildcard is for reading", SWITCHES, wildcard_order},
};

static const struct check_row rows[] = {
    {"meter.clock_rate", "its clock runs a second a second", "this row's 0.5 %; meters keep 0.5 s a day",
     CHECK_PROFILE, clock_rate},
    {"meter.values_follow", "what it tells is what the rack gives", "2 % and a digit, power 4 %",
     CHECK_PROFILE | CHECK_RACK, values_follow},
    {"meter.settings", "settings take their limits, refuse what is beyond, and read back",
     BOARD_RULE ": min and max", WRITES, settings},
    {"meter.relay_obeys", "the relay trips and closes by order, and shows it", BOARD_RULE, SWITCHES,
     relay_obeys},
    {"meter.keep_power", "keep-power holds against an order to trip", BOARD_RULE, SWITCHES, keep_power},
    {"meter.keeps_settings", "settings, money and energy outlive a supply failure", SOUND,
     WRITES | CHECK_RACK, keeps_settings},
    {"meter.keeps_contacts", "the contacts stay as ordered through a supply failure", SOUND,
     SWITCHES | CHECK_RACK, keeps_contacts},
    {"meter.lock", "a leak locks, and clearing the lock closes nothing", BOARD_RULE,
     SWITCHES | CHECK_RACK, lock},
};

const struct check_rows check_modbus_writes = {modbus_rows, sizeof modbus_rows / sizeof modbus_rows[0]};
const struct check_rows check_dlt645_writes = {dlt645_rows, sizeof dlt645_rows / sizeof dlt645_rows[0]};
const struct check_rows check_behaviour = {rows, sizeof rows / sizeof rows[0]};
