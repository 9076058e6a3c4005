/* The meter in the words of its profile, for rows that either protocol can judge: items, commands,
 * and what is put back. */
#include "hil/check/check_internal.h"

#include <stdio.h>
#include <string.h>

bool check_read_item(struct check *check, enum profile_register which, int64_t *value)
{
    const struct profile_entry *entry = &check->profile->registers[which];
    int result = ERROR_BOARD_REFUSED;
    if (check->protocol == CHECK_DLT645) {
        struct dlt645_heard heard;
        const uint8_t *bytes;
        size_t size;
        if (!dlt645_read_value(check, entry->di, &heard, &bytes, &size))
            return false;
        if (heard.kind == HEARD_NORMAL && size > entry->offset)
            result = profile_decode(entry, bytes + entry->offset, size - entry->offset, value);
    } else {
        struct modbus_request request;
        struct modbus_heard heard;
        uint8_t bytes[PROFILE_BLOCK_BYTES_MAX];
        profile_read_request(check->profile, which, &request);
        if (!modbus_ask(check, &request, &heard))
            return false;
        if (heard.kind == HEARD_NORMAL) {
            int size = profile_response_bytes(&request, &heard.response, bytes);
            result = profile_decode(entry, bytes, (size_t)size, value);
        }
    }
    if (result < 0)
        check_fail(check, "a read of %s: %s", profile_register_key(which), error_text(result));
    return result == 0;
}

/* ---- writing ------------------------------------------------------------------------------------
 */

static bool tell(struct check *check, const struct modbus_heard *heard, struct check_said *said)
{
    (void)check;
    said->refused = heard->kind == HEARD_REFUSED;
    said->code = heard->exception;
    return true;
}

static bool write_modbus(struct check *check, enum profile_register which, int64_t value,
                         struct check_said *said)
{
    struct modbus_request request;
    struct modbus_heard heard;
    int result = profile_write_request(check->profile, which, value, &request);
    said->cannot = result < 0;
    if (said->cannot)
        return true;
    return modbus_ask(check, &request, &heard) && tell(check, &heard, said);
}

bool check_write_dlt645(struct check *check, enum profile_register which, int64_t value,
                        const struct dlt645_authority *authority, struct check_said *said)
{
    const struct profile_entry *entry = &check->profile->registers[which];
    uint8_t bytes[8];
    int size = profile_encode(entry, value, bytes);
    struct dlt645_frame request;
    struct dlt645_heard heard;
    const struct dlt645_write write = {
        .identifier = entry->di, .authority = *authority, .value = bytes, .value_size = (size_t)size};
    said->cannot = size < 0 || dlt645_write_request(&request, &check->address, &write) < 0;
    if (said->cannot)
        return true;
    if (!dlt645_ask(check, &request, &heard))
        return false;
    said->refused = heard.kind == HEARD_REFUSED;
    said->code = heard.error_bits;
    return true;
}

bool check_open_seal(struct check *check)
{
    struct check_said said = {0};
    if (!check->profile->has_seal || check->protocol != CHECK_MODBUS)
        return true;
    return write_modbus(check, PROFILE_SEAL, check->profile->seal_key, &said);
}

bool check_write_item(struct check *check, enum profile_register which, int64_t value,
                      struct check_said *said)
{
    memset(said, 0, sizeof *said);
    if (!check_open_seal(check))
        return false;
    if (check->protocol == CHECK_MODBUS)
        return write_modbus(check, which, value, said);
    return check_write_dlt645(check, which, value, &check->profile->authority.write, said);
}

/* ---- what is put back ---------------------------------------------------------------------------
 */

bool check_will_change(struct check *check, enum profile_register which)
{
    enum profile_register shown = which == PROFILE_SET_ENERGY && profile_has(check->profile, PROFILE_ENERGY)
                                      ? PROFILE_ENERGY
                                      : which;
    int64_t value;
    for (int i = 0; i < check->undo_count; i++)
        if (check->undo[i].which == which)
            return true;
    if (check->undo_count == UNDO_MAX || !check_read_item(check, shown, &value))
        return false;
    check->undo[check->undo_count].which = which;
    check->undo[check->undo_count++].value = value;
    return true;
}

bool check_shows(struct check *check, enum profile_bit bit, bool *shown)
{
    int64_t values[PROFILE_REGISTER_COUNT] = {0};
    const struct profile_state *state = &check->profile->bits[bit];
    if (!state->present || !check_read_item(check, state->of, &values[state->of]))
        return false;
    *shown = profile_shows(check->profile, values, bit);
    return true;
}

bool check_contacts(struct check *check, bool *closed)
{
    return check_shows(check, PROFILE_BIT_CLOSED, closed);
}

bool check_relay_will_change(struct check *check)
{
    bool closed;
    if (check->relay_found)
        return true;
    if (!check_contacts(check, &closed))
        return false;
    check->relay_found = true;
    check->relay_was_closed = closed;
    return true;
}

static void not_back(struct check *check, const char *what)
{
    size_t used = strlen(check->not_back);
    snprintf(check->not_back + used, sizeof check->not_back - used, "%s%s", used ? ", " : "", what);
}

static void relay_back(struct check *check)
{
    struct check_said said;
    bool closed = false, locked = false;
    if (!check->relay_found)
        return;
    check->relay_found = false;
    if (check->wire.rack_runs)
        check_stimulate(check, &(struct rack_stimulus){.id = RACK_RESIDUAL_CURRENT});
    if (check_has_command(check, PROFILE_COMMAND_CLEAR_LOCK) &&
        check_shows(check, PROFILE_BIT_LOCKED, &locked) && locked)
        check_command(check, PROFILE_COMMAND_CLEAR_LOCK, &said);
    for (int i = 0; i < 30 && check_contacts(check, &closed) && closed != check->relay_was_closed;
         i++) {
        if (i == 0)
            check_command(check,
                          check->relay_was_closed ? PROFILE_COMMAND_CLOSE : PROFILE_COMMAND_TRIP, &said);
        check_pass(check, 200 * NS_PER_MS);
    }
    if (closed != check->relay_was_closed)
        not_back(check, "the relay");
}

/* Before the relay: it would hold off an order to trip. */
static void keep_power_back(struct check *check)
{
    struct check_said said = {0};
    if (!check->keeps_power)
        return;
    check->keeps_power = false;
    check->result->outcome = CHECK_PASSES;
    if (!check_command(check, PROFILE_COMMAND_KEEP_POWER_OFF, &said) || said.refused)
        not_back(check, "keep-power");
}

/* Also when the run was interrupted: the wire is still there. */
void check_put_back(struct check *check)
{
    struct check_result scratch = {.row = check->result->row}, *result = check->result;
    const atomic_bool *interrupted = check->wire.interrupted;
    int error = check->error;
    if (!check->relay_found && check->undo_count == 0)
        return;
    check->result = &scratch;
    check->wire.interrupted = NULL;
    check->error = error == ERROR_INTERRUPTED ? 0 : error;
    while (check->undo_count > 0) {
        struct check_said said = {0};
        check->undo_count--;
        enum profile_register which = check->undo[check->undo_count].which;
        scratch.outcome = CHECK_PASSES;
        bool written = check_write_item(check, which, check->undo[check->undo_count].value, &said);
        if (!written || said.refused || said.cannot)
            not_back(check, profile_register_key(which));
    }
    keep_power_back(check);
    relay_back(check);
    check->wire.interrupted = interrupted;
    check->error = error < 0 ? error : check->error;
    check->result = result;
}

/* ---- commands -----------------------------------------------------------------------------------
 */

bool check_has_command(const struct check *check, enum profile_command command)
{
    return check->profile && check->profile->commands[command].present;
}

void check_relay_frame(const struct check *check, enum profile_command command,
                       const struct dlt645_authority *authority, int year,
                       struct dlt645_frame *request)
{
    const struct dlt645_relay_command order = {
        .authority = *authority,
        .order = (enum dlt645_relay_order)check->profile->commands[command].value,
        .valid_until = {.year = (uint16_t)year, .month = 12, .day = 31, .hour = 23, .minute = 59,
                        .second = 59},
    };
    dlt645_relay_request(request, &check->address, &order);
}

bool check_relay_order(struct check *check, enum profile_command command,
                       const struct dlt645_authority *authority, int year, struct check_said *said)
{
    struct dlt645_frame request;
    struct dlt645_heard heard;
    memset(said, 0, sizeof *said);
    check_relay_frame(check, command, authority, year, &request);
    if (!dlt645_ask(check, &request, &heard))
        return false;
    said->refused = heard.kind == HEARD_REFUSED;
    said->code = heard.error_bits;
    return true;
}

bool check_command_as(struct check *check, enum profile_command command, uint16_t sequence,
                      struct check_said *said)
{
    const struct profile_order *order = &check->profile->commands[command];
    const struct profile_entry *entry = &check->profile->registers[order->item];
    memset(said, 0, sizeof *said);
    if (order->is_relay_order)
        return check_relay_order(check, command, &check->profile->authority.relay, 2099, said);
    if (check->protocol == CHECK_DLT645)
        return check_write_item(check, order->item, order->value * entry->scale, said);
    struct modbus_request request = {.function = entry->write, .address = entry->address, .count = 1,
                                     .values = {order->value, sequence}};
    if (entry->type == PROFILE_BIT) /* the only two values that function 5 has */
        request.values[0] = order->value ? 0xff00 : 0;
    if (order->sequence) {
        request.function = MODBUS_WRITE_MULTIPLE;
        request.count = 2;
    }
    struct modbus_heard heard;
    return modbus_ask(check, &request, &heard) && tell(check, &heard, said);
}

bool check_command(struct check *check, enum profile_command command, struct check_said *said)
{
    int64_t last = 0;
    if (check->profile->commands[command].sequence &&
        !check_read_item(check, PROFILE_LAST_SEQUENCE, &last))
        return false;
    check->sequence = (uint16_t)(last + 1);
    return check_command_as(check, command, check->sequence, said);
}
