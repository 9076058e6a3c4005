#include "hil/bench_file.h"

#include "hil/lua_file.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- words -------------------------------------------------------------------------------------
 */

/* The place of a word in a list that ends with NULL; `none` when the key is not there. */
static int word_of(struct lua_file *file, const char *key, const char *const *words, int none)
{
    char text[16] = "", all[80] = "";
    if (!lua_file_has(file, key))
        return none;
    lua_file_string(file, key, false, text, sizeof text);
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0)
            return i;
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s\"%s\"", i ? " or " : "", words[i]);
    }
    lua_file_complain(file, key, "must be %s, not \"%s\"", all, text);
    return none;
}

static void read_parity(struct lua_file *file, char *parity)
{
    static const char *const words[] = {"none", "even", "odd", NULL};
    int word = word_of(file, "parity", words, -1);
    if (word >= 0)
        *parity = "NEO"[word];
}

static void read_duration(struct lua_file *file, const char *key, int64_t low, int64_t high,
                          int64_t *ns)
{
    char text[32] = "", least[32], most[32];
    lua_file_string(file, key, false, text, sizeof text);
    if (text[0] == '\0')
        return;
    if (duration_parse(text, ns) == 0 && *ns >= low && *ns <= high)
        return;
    duration_format(low, least, sizeof least);
    duration_format(high, most, sizeof most);
    lua_file_complain(file, key, "must be \"%s\" to \"%s\", not \"%s\"", least, most, text);
}

static void read_count(struct lua_file *file, const char *key, int64_t low, int64_t high, int *value)
{
    int64_t number = *value;
    lua_file_integer(file, key, false, low, high, &number);
    *value = (int)number;
}

/* A file beside the bench file, unless its path is absolute. */
static void read_path(struct lua_file *file, const char *key, char *path, size_t path_size)
{
    char named[200] = "";
    lua_file_string(file, key, false, named, sizeof named);
    const char *slash = strrchr(file->path, '/');
    int directory = slash && named[0] != '/' ? (int)(slash - file->path) + 1 : 0;
    if (named[0] == '\0')
        return;
    int size = snprintf(path, path_size, "%.*s%s", directory, file->path, named);
    if (size >= (int)path_size)
        lua_file_complain(file, key, "its path is too long");
}

/* DL/T 645 addresses are 12 digits; AA in a byte's place is any. */
static void read_address(struct lua_file *file, char address[13])
{
    char text[16] = "";
    lua_file_string(file, "address", false, text, sizeof text);
    if (text[0] == '\0')
        return;
    if (strlen(text) == 12 && strspn(text, "0123456789A") == 12)
        strcpy(address, text);
    else
        lua_file_complain(file, "address", "must be 12 digits, not \"%s\"", text);
}

/* ---- rack, power, safe -------------------------------------------------------------------------
 */

static void read_rack(struct lua_file *file, struct bench_file *bench)
{
    static const char *const keys[] = {"port", "bitrate", NULL};
    if (!lua_file_has_table(file, "rack")) {
        lua_file_string(file, "rack", false, bench->rack, sizeof bench->rack);
        return;
    }
    lua_file_enter(file, "rack", true);
    lua_file_only(file, keys);
    lua_file_string(file, "port", true, bench->rack, sizeof bench->rack);
    read_count(file, "bitrate", 10000, 1000000, &bench->rack_bitrate);
    lua_file_leave(file);
}

/* "A0 01 01 A2" */
static int read_bytes(struct lua_file *file, const char *key, uint8_t *bytes)
{
    char text[4 * BENCH_SWITCH_BYTES_MAX] = "";
    lua_file_string(file, key, true, text, sizeof text);
    int count = 0;
    const char *p = text;
    while (*p && count < BENCH_SWITCH_BYTES_MAX) {
        unsigned byte;
        int used = 0;
        if (!isxdigit((unsigned char)p[0]) || !isxdigit((unsigned char)p[1]) ||
            sscanf(p, "%2x%n", &byte, &used) != 1)
            break;
        bytes[count++] = (uint8_t)byte;
        p += used;
        p += strspn(p, " ");
    }
    if (*p || count == 0)
        lua_file_complain(file, key, "must be 1 to %d bytes in hex, as in \"A0 01 01 A2\"",
                          BENCH_SWITCH_BYTES_MAX);
    return count;
}

static void read_gpio(struct lua_file *file, struct bench_power *power)
{
    static const char *const levels[] = {"high", "low", NULL};
    int64_t line = 0;
    power->kind = BENCH_POWER_GPIO;
    lua_file_string(file, "gpio", true, power->device, sizeof power->device);
    lua_file_integer(file, "line", true, 0, 1023, &line);
    power->line = (int)line;
    power->active_low = word_of(file, "active", levels, 0) == 1;
}

static void read_relay(struct lua_file *file, struct bench_power *power)
{
    power->kind = BENCH_POWER_RELAY;
    lua_file_string(file, "relay", true, power->device, sizeof power->device);
    power->on_size = read_bytes(file, "on", power->on);
    power->off_size = read_bytes(file, "off", power->off);
}

static void read_power(struct lua_file *file, struct bench_power *power)
{
    static const char *const keys[] = {"rack", "gpio", "line", "active", "relay", "on", "off", NULL};
    bool by_rack = false;
    if (!lua_file_enter(file, "power", false))
        return;
    *power = (struct bench_power){.kind = BENCH_POWER_NONE};
    lua_file_only(file, keys);
    int ways = lua_file_has(file, "rack") + lua_file_has(file, "gpio") + lua_file_has(file, "relay");
    if (ways != 1)
        lua_file_complain(file, "rack", "one of rack, gpio and relay switches the supply, not %d",
                          ways);
    else if (lua_file_has(file, "gpio"))
        read_gpio(file, power);
    else if (lua_file_has(file, "relay"))
        read_relay(file, power);
    lua_file_boolean(file, "rack", &by_rack);
    if (by_rack)
        power->kind = BENCH_POWER_RACK;
    lua_file_leave(file);
}

static void read_safe(struct lua_file *file, struct bench_safe *safe)
{
    static const char *const keys[] = {"contacts", "power", NULL};
    static const char *const contacts[] = {"as found", "open", "closed", NULL};
    static const char *const powers[] = {"on", "off", NULL};
    if (!lua_file_enter(file, "safe", false))
        return;
    lua_file_only(file, keys);
    safe->contacts = (enum bench_safe_contacts)word_of(file, "contacts", contacts, safe->contacts);
    safe->power_off = word_of(file, "power", powers, safe->power_off) == 1;
    lua_file_leave(file);
}

/* ---- a board -----------------------------------------------------------------------------------
 */

/* What the present table says goes over what is in *bench already. */
static void read_board(struct lua_file *file, struct bench_file *bench)
{
    lua_file_string(file, "id", false, bench->id, sizeof bench->id);
    lua_file_string(file, "port", false, bench->port, sizeof bench->port);
    lua_file_string(file, "flash", false, bench->flash, sizeof bench->flash);
    lua_file_boolean(file, "low_latency", &bench->low_latency);
    read_path(file, "profile", bench->profile, sizeof bench->profile);
    read_path(file, "firmware", bench->firmware, sizeof bench->firmware);
    read_count(file, "baud", 300, 1000000, &bench->baud);
    read_count(file, "stop_bits", 1, 2, &bench->stop_bits);
    read_count(file, "slave", 1, 247, &bench->slave);
    read_parity(file, &bench->parity);
    read_address(file, bench->address);
    read_duration(file, "response_timeout", NS_PER_MS, 10 * NS_PER_S, &bench->response_timeout_ns);
    read_duration(file, "replug", 0, 10 * NS_PER_MIN, &bench->replug_ns);
    read_rack(file, bench);
    read_power(file, &bench->power);
    read_safe(file, &bench->safe);
    if (lua_file_enter(file, "faults", false)) {
        line_faults_read(file, &bench->faults);
        lua_file_leave(file);
    }
}

/* ---- several -----------------------------------------------------------------------------------
 */

#define BOARD_KEYS                                                                                 \
    "id", "profile", "port", "baud", "parity", "stop_bits", "slave", "address",                    \
        "response_timeout", "replug", "rack", "power", "safe", "flash", "firmware", "low_latency", \
        "faults"

static const char *const board_keys[] = {BOARD_KEYS, NULL};
static const char *const file_keys[] = {BOARD_KEYS, "boards", NULL};

/* An id is what a report and --board call the board. */
static void check_id(struct lua_file *file, const struct bench_file *boards, int which)
{
    const char *id = boards[which].id;
    for (int i = 0; i < which; i++) {
        if (strcmp(boards[i].id, id) == 0)
            lua_file_complain(file, "id", "two boards are called \"%s\"", id);
        if (boards[i].port[0] && strcmp(boards[i].port, boards[which].port) == 0)
            lua_file_complain(file, "port", "boards \"%s\" and \"%s\" are both on %s",
                              boards[i].id, id, boards[i].port);
    }
}

static int read_list(struct lua_file *file, struct bench_file boards[BENCH_BOARDS_MAX])
{
    const struct bench_file defaults = boards[0];
    int count = lua_file_length(file);
    if (count < 1 || count > BENCH_BOARDS_MAX)
        lua_file_complain(file, "[..]", "1 to %d boards, not %d", BENCH_BOARDS_MAX, count);
    for (int i = 0; i < count && !file->failed; i++) {
        boards[i] = defaults;
        if (!lua_file_enter_element(file, i + 1))
            break;
        lua_file_only(file, board_keys);
        read_board(file, &boards[i]);
        if (!boards[i].id[0])
            snprintf(boards[i].id, sizeof boards[i].id, "%d", i + 1);
        check_id(file, boards, i);
        lua_file_leave(file);
    }
    return count;
}

int bench_file_read_all(const char *path, struct bench_file boards[BENCH_BOARDS_MAX], char *message,
                        size_t size)
{
    struct lua_file file;
    int count = 1;
    memset(boards, 0, BENCH_BOARDS_MAX * sizeof *boards);
    boards[0].replug_ns = -1;
    boards[0].low_latency = true;
    int result = lua_file_open(&file, path, "bench", message, size);
    if (result < 0)
        return result;
    lua_file_only(&file, file_keys);
    read_board(&file, &boards[0]);
    if (lua_file_enter(&file, "boards", false)) {
        count = read_list(&file, boards);
        lua_file_leave(&file);
    }
    lua_file_close(&file);
    return file.failed ? ERROR_PROFILE : count;
}

/* "left, right" */
static void list_ids(const struct bench_file *boards, int count, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", boards[i].id);
}

int bench_file_read(const char *path, const char *id, struct bench_file *bench, char *message,
                    size_t size)
{
    struct bench_file boards[BENCH_BOARDS_MAX];
    char ids[200];
    int count = bench_file_read_all(path, boards, message, size);
    for (int i = 0; i < count; i++) {
        if (id ? strcmp(boards[i].id, id) == 0 : count == 1) {
            *bench = boards[i];
            return 0;
        }
    }
    if (count < 0)
        return count;
    list_ids(boards, count, ids, sizeof ids);
    if (id)
        snprintf(message, size, "%s: no board is called \"%s\"; it has %s", path, id, ids);
    else
        snprintf(message, size, "%s: boards: one must be chosen by --board ID: %s", path, ids);
    return ERROR_PROFILE;
}
