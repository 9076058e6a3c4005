#include "hil/check/probe.h"

#include "hil/check/check_internal.h"
#include "hil/paced.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The wait for a first byte: Modbus meters answer within 100 ms, slow ones within 300; DL/T 645
 * allows 500. */
#define MODBUS_WAIT_NS (300 * NS_PER_MS)
#define DLT645_WAIT_NS (700 * NS_PER_MS)

enum { FEW_SLAVES = 16, ALL_SLAVES = 247, ITEMS_MAX = 8 };

/* The usual settings, commonest first. */
static const struct serial_settings lines[] = {
    {9600, 'N', 1},  {9600, 'E', 1},  {2400, 'E', 1},  {2400, 'N', 1},  {4800, 'E', 1},
    {4800, 'N', 1},  {19200, 'N', 1}, {19200, 'E', 1}, {1200, 'E', 1},  {1200, 'N', 1},
    {38400, 'N', 1}, {115200, 'N', 1}, {57600, 'N', 1}, {38400, 'E', 1}, {9600, 'O', 1},
    {9600, 'N', 2},  {600, 'E', 1},
};

enum { LINES = sizeof lines / sizeof lines[0] };

/* A meter that is looked for: what the rows of a check use, without a board behind it. */
struct probe {
    struct check check;
    struct check_result scratch;
    struct pace *pace;
    const struct probe_options *options;
    struct probe_result *result;
    const char *port;
};

static int open_line(struct probe *probe, const struct serial_settings *line)
{
    struct check *check = &probe->check;
    const struct pace_listener listener = {exchanger_byte, exchanger_frame, &check->wire};
    int error = 0;
    memset(&check->wire, 0, sizeof check->wire);
    const struct paced_config config = {.port = probe->port, .settings = *line};
    probe->pace = paced_open(&config, &listener, &error, probe->result->message,
                             sizeof probe->result->message);
    if (!probe->pace)
        return error;
    exchanger_start(&check->wire, probe->pace, line, NULL, 0);
    check->wire.interrupted = probe->options->interrupted;
    if (probe->options->trying)
        probe->options->trying(probe->options->user, probe->port, line);
    return 0;
}

static void close_line(struct probe *probe)
{
    if (probe->pace)
        probe->pace->ops->close(probe->pace);
    probe->pace = NULL;
}

static void note_strange(struct probe *probe)
{
    probe->result->strange += probe->check.answer.size;
    if (probe->check.answer.size > 0)
        probe->result->strange_baud = probe->check.wire.line.baud;
}

/* A refusal is an answer too. */
static bool try_slave(struct probe *probe, int slave)
{
    static const enum modbus_function functions[] = {MODBUS_READ_HOLDING, MODBUS_READ_INPUT};
    struct check *check = &probe->check;
    check->protocol = CHECK_MODBUS;
    check->slave = (uint8_t)slave;
    check->quiet_ns = MODBUS_WAIT_NS;
    for (int i = 0; i < 2; i++) {
        const struct modbus_request request = {.function = functions[i], .count = 1};
        struct modbus_heard heard;
        uint8_t frame[RTU_MAX];
        const struct piece piece = {frame, modbus_frame_of(check, &request, frame),
                                    exchanger_characters(&check->wire, 5)};
        if (!check_send_for_silence(check, &piece, 1))
            return false;
        modbus_judge_answer(check, &request, (uint8_t)request.function, &heard);
        if (heard.kind == HEARD_NORMAL || heard.kind == HEARD_REFUSED)
            return true;
        note_strange(probe);
        if (heard.kind == HEARD_NOTHING)
            return false;
    }
    return false;
}

static bool try_dlt645(struct probe *probe)
{
    struct check *check = &probe->check;
    check->protocol = CHECK_DLT645;
    check->quiet_ns = DLT645_WAIT_NS;
    check->address = dlt645_wildcard;
    if (dlt645_find_address(check))
        return true;
    note_strange(probe);
    return false;
}

/* ---- which make ---------------------------------------------------------------------------------
 */

static bool read_item(struct check *check, const struct profile *profile, int which, int64_t *value)
{
    const struct profile_entry *entry = &profile->registers[which];
    if (check->protocol == CHECK_DLT645) {
        struct dlt645_heard heard;
        const uint8_t *bytes;
        size_t size;
        return dlt645_read_value(check, entry->di, &heard, &bytes, &size) && size > entry->offset &&
               profile_decode(entry, bytes + entry->offset, size - entry->offset, value) == 0;
    }
    struct modbus_request request;
    struct modbus_heard heard;
    uint8_t bytes[PROFILE_BLOCK_BYTES_MAX];
    profile_read_request(profile, (enum profile_register)which, &request);
    if (!modbus_ask(check, &request, &heard) || heard.kind != HEARD_NORMAL)
        return false;
    int size = profile_response_bytes(&request, &heard.response, bytes);
    return size > 0 && profile_decode(entry, bytes, (size_t)size, value) == 0;
}

/* What is shown for a value, and whether it could be true on a single-phase supply. */
static const struct {
    enum profile_register which;
    int64_t low, high;
    double scale;
    const char *format;
} tells[] = {
    {PROFILE_VOLTAGE, 180000, 260000, 1000, "voltage %.1f V"},
    {PROFILE_FREQUENCY, 45000, 65000, 1000, "frequency %.2f Hz"},
    {PROFILE_POWER_FACTOR, -1000, 1000, 1000, "power factor %.3f"},
    {PROFILE_CURRENT, -120000, 120000, 1000, "current %.2f A"},
    {PROFILE_POWER, -30000000, 30000000, 1000, "power %.0f W"},
    {PROFILE_ENERGY, 0, INT64_C(100000000000000), 1000000, "energy %.2f kWh"},
    {PROFILE_STATUS, INT64_MIN, INT64_MAX, 1, "status %.0f"},
    {PROFILE_VERSION, INT64_MIN, INT64_MAX, 1, "version %.0f"},
};

static void add_match(struct probe_result *result, const struct probe_match *match)
{
    int at = result->match_count;
    while (at > 0 && result->matches[at - 1].items < match->items)
        at--;
    if (at >= PROBE_MATCHES_MAX)
        return;
    int moved = result->match_count - at;
    if (result->match_count == PROBE_MATCHES_MAX)
        moved--;
    else
        result->match_count++;
    memmove(&result->matches[at + 1], &result->matches[at],
            (size_t)moved * sizeof result->matches[0]);
    result->matches[at] = *match;
}

/* A make matches when all that is asked of it is answered with what could be true, voltage among
 * it. */
static void try_profile(struct probe *probe, const char *path)
{
    struct profile profile;
    struct probe_match match = {0};
    char message[200];
    if (profile_read(path, &profile, message, sizeof message) < 0 ||
        (profile.protocol == PROFILE_DLT645) != probe->result->dlt645 ||
        !profile_has(&profile, PROFILE_VOLTAGE))
        return;
    snprintf(match.path, sizeof match.path, "%s", path);
    snprintf(match.name, sizeof match.name, "%s", profile.name);
    for (size_t i = 0; i < sizeof tells / sizeof tells[0]; i++) {
        int64_t value;
        if (!profile_has(&profile, tells[i].which))
            continue;
        memset(&probe->scratch, 0, sizeof probe->scratch);
        if (!read_item(&probe->check, &profile, (int)tells[i].which, &value) ||
            value < tells[i].low || value > tells[i].high)
            return;
        size_t used = strlen(match.values);
        if (match.items++ > 0)
            used += (size_t)snprintf(match.values + used, sizeof match.values - used, ", ");
        if (used < sizeof match.values)
            snprintf(match.values + used, sizeof match.values - used, tells[i].format,
                     (double)value / tells[i].scale);
    }
    add_match(probe->result, &match);
}

static int is_profile(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 4 && strcmp(entry->d_name + length - 4, ".lua") == 0;
}

static void try_profiles(struct probe *probe)
{
    struct dirent **names = NULL;
    char path[400];
    int count =
        probe->options->profiles ? scandir(probe->options->profiles, &names, is_profile, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", probe->options->profiles, names[i]->d_name);
        if (probe->check.error == 0)
            try_profile(probe, path);
        free(names[i]);
    }
    free(names);
}

/* ---- the search ---------------------------------------------------------------------------------
 */

static void found(struct probe *probe)
{
    struct probe_result *result = probe->result;
    result->found = true;
    result->dlt645 = probe->check.protocol == CHECK_DLT645;
    result->line = probe->check.wire.line;
    result->slave = result->dlt645 ? 0 : probe->check.slave;
    if (result->dlt645)
        dlt645_address_to_text(&probe->check.address, result->address);
    try_profiles(probe);
}

/* First the likely address on every line, then the others. */
static int search_line(struct probe *probe, const struct serial_settings *line, bool likely)
{
    int last = likely ? 1 : probe->options->all ? ALL_SLAVES : FEW_SLAVES;
    int result = open_line(probe, line);
    if (result < 0)
        return result;
    bool here = likely && line->parity == 'E' && try_dlt645(probe);
    for (int slave = likely ? 1 : 2; slave <= last && !here && probe->check.error == 0; slave++)
        here = try_slave(probe, slave);
    if (here)
        found(probe);
    result = probe->check.error;
    if (result < 0)
        snprintf(probe->result->message, sizeof probe->result->message, "%s",
                 probe->pace->message[0] ? probe->pace->message : error_text(result));
    close_line(probe);
    return result;
}

int probe_port(const char *port, const struct probe_options *options, struct probe_result *result)
{
    struct probe *probe = calloc(1, sizeof *probe);
    int error = probe ? 0 : ERROR_NO_MEMORY;
    memset(result, 0, sizeof *result);
    if (!probe)
        return error;
    probe->options = options;
    probe->result = result;
    probe->port = port;
    probe->check.result = &probe->scratch;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < LINES && !result->found && error == 0; i++)
            error = search_line(probe, &lines[i], pass == 0);
    free(probe);
    return error;
}
