#include "hil/line_faults.h"

#include "hil/lua_file.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PPM_MAX = 1000000, COUNT_MAX = 1000000 };

#define LATE_MAX_NS (10 * NS_PER_S)

static uint32_t *chance_of(struct line_faults *faults, int kind)
{
    switch (kind) {
    case LINE_FAULT_DROP:
        return &faults->drop_ppm;
    case LINE_FAULT_CORRUPT:
        return &faults->corrupt_ppm;
    case LINE_FAULT_DUPLICATE:
        return &faults->duplicate_ppm;
    case LINE_FAULT_SPLIT:
        return &faults->split_ppm;
    default:
        return &faults->noise_ppm;
    }
}

/* ---- Lua --------------------------------------------------------------------------------------- */

static void read_duration(struct lua_file *file, const char *key, bool required, int64_t max_ns,
                          int64_t *ns)
{
    char text[32] = "";
    int64_t read = 0;
    lua_file_string(file, key, required, text, sizeof text);
    if (text[0] == '\0')
        return;
    if (duration_parse(text, &read) < 0 || read > max_ns)
        lua_file_complain(file, key, "must be a duration such as \"20 ms\", not \"%s\"", text);
    else
        *ns = read;
}

static int read_direction(struct lua_file *file)
{
    char text[16] = "";
    lua_file_string(file, "direction", false, text, sizeof text);
    if (strcmp(text, "to device") == 0)
        return LINE_TO_DEVICE;
    if (strcmp(text, "from device") == 0)
        return LINE_FROM_DEVICE;
    if (text[0] != '\0')
        lua_file_complain(file, "direction", "must be \"to device\" or \"from device\", not \"%s\"",
                          text);
    return LINE_DIRECTIONS;
}

static void read_plan(struct lua_file *file, struct line_fault_plan *plan)
{
    static const char *const keys[] = {"at", "kind", "count", "direction", NULL};
    char kind[16] = "";
    int64_t count = 1;
    lua_file_only(file, keys);
    read_duration(file, "at", true, INT64_MAX, &plan->at_ns);
    lua_file_string(file, "kind", true, kind, sizeof kind);
    lua_file_integer(file, "count", false, 1, COUNT_MAX, &count);
    int named = line_fault_from_name(kind);
    if (named < 0)
        lua_file_complain(file, "kind", "must be drop, corrupt, duplicate, split or noise");
    plan->kind = (enum line_fault_kind)named;
    plan->count = (int)count;
    plan->direction = read_direction(file);
}

static void read_schedule(struct lua_file *file, struct line_faults *faults)
{
    if (!lua_file_enter(file, "schedule", false))
        return;
    int length = lua_file_length(file);
    if (length > LINE_SCHEDULE_MAX)
        lua_file_complain(file, "[..]", "more than %d planned faults", LINE_SCHEDULE_MAX);
    for (int i = 1; i <= length && i <= LINE_SCHEDULE_MAX; i++) {
        if (!lua_file_enter_element(file, i))
            break;
        read_plan(file, &faults->plan[i - 1]);
        lua_file_leave(file);
        faults->planned = i;
    }
    lua_file_leave(file);
}

void line_faults_read(struct lua_file *file, struct line_faults *faults)
{
    static const char *const keys[] = {"drop_ppm", "corrupt_ppm", "duplicate_ppm", "split_ppm",
                                       "noise_ppm", "delay", "pause", "echo", "seed", "schedule",
                                       NULL};
    int64_t seed = (int64_t)faults->seed;
    lua_file_only(file, keys);
    for (int i = 0; i < LINE_FAULT_KINDS; i++) {
        char key[24];
        int64_t ppm = *chance_of(faults, i);
        snprintf(key, sizeof key, "%s_ppm", line_fault_name(i));
        lua_file_integer(file, key, false, 0, PPM_MAX, &ppm);
        *chance_of(faults, i) = (uint32_t)ppm;
    }
    read_duration(file, "delay", false, LATE_MAX_NS, &faults->delay_ns);
    read_duration(file, "pause", false, LATE_MAX_NS, &faults->split_ns);
    lua_file_boolean(file, "echo", &faults->echo);
    lua_file_integer(file, "seed", false, 0, INT64_MAX, &seed);
    faults->seed = (uint64_t)seed;
    read_schedule(file, faults);
}

static int read_file(const char *path, struct line_faults *faults, char *message, size_t size)
{
    struct lua_file file;
    int result = lua_file_open(&file, path, "faults", message, size);
    if (result < 0)
        return result;
    line_faults_read(&file, faults);
    lua_file_close(&file);
    return file.failed ? ERROR_PROFILE : 0;
}

/* ---- words ------------------------------------------------------------------------------------- */

static bool read_number(const char *text, char **end, unsigned long long max, unsigned long long *value)
{
    if (*text < '0' || *text > '9')
        return false;
    *value = strtoull(text, end, 10);
    return *value <= max;
}

/* N@T, with > or < behind it. */
static bool plan_word(struct line_faults *faults, int kind, const char *text)
{
    char when[32], *end;
    unsigned long long count;
    if (!read_number(text, &end, COUNT_MAX, &count) || *end != '@' || count == 0 ||
        faults->planned == LINE_SCHEDULE_MAX)
        return false;
    struct line_fault_plan *plan = &faults->plan[faults->planned];
    snprintf(when, sizeof when, "%s", end + 1);
    size_t length = strlen(when);
    char last = length > 0 ? when[length - 1] : '\0';
    plan->direction = last == '>' ? LINE_TO_DEVICE : last == '<' ? LINE_FROM_DEVICE : LINE_DIRECTIONS;
    if (plan->direction != LINE_DIRECTIONS)
        when[length - 1] = '\0';
    plan->kind = (enum line_fault_kind)kind;
    plan->count = (int)count;
    if (duration_parse(when, &plan->at_ns) < 0)
        return false;
    faults->planned++;
    return true;
}

/* Nppm, N@T, or of a split the length of its pause. */
static bool fault_word(struct line_faults *faults, int kind, const char *text)
{
    char *end;
    unsigned long long ppm;
    if (strchr(text, '@'))
        return plan_word(faults, kind, text);
    if (!read_number(text, &end, PPM_MAX, &ppm) || strcmp(end, "ppm") != 0)
        return false;
    *chance_of(faults, kind) = (uint32_t)ppm;
    return true;
}

static bool late_word(const char *text, int64_t *ns)
{
    return duration_parse(text, ns) == 0 && *ns <= LATE_MAX_NS;
}

static bool take_word(struct line_faults *faults, const char *name, const char *value)
{
    int kind = line_fault_from_name(name);
    char *end;
    unsigned long long seed;
    if (kind >= 0)
        return fault_word(faults, kind, value);
    if (strcmp(name, "echo") == 0 && value[0] == '\0') {
        faults->echo = true;
        return true;
    }
    if (strcmp(name, "delay") == 0)
        return late_word(value, &faults->delay_ns);
    if (strcmp(name, "pause") == 0)
        return late_word(value, &faults->split_ns);
    bool is_seed = strcmp(name, "seed") == 0 && read_number(value, &end, UINT64_MAX, &seed) && !*end;
    if (is_seed)
        faults->seed = seed;
    return is_seed;
}

static int read_words(const char *text, struct line_faults *faults, char *message, size_t size)
{
    char copy[400], *rest = copy;
    int length = snprintf(copy, sizeof copy, "%s", text);
    for (char *word; length < (int)sizeof copy && (word = strsep(&rest, ", "));) {
        char whole[64];
        if (word[0] == '\0')
            continue;
        snprintf(whole, sizeof whole, "%s", word);
        char *value = strchr(word, '=');
        if (value)
            *value++ = '\0';
        if (take_word(faults, word, value ? value : ""))
            continue;
        snprintf(message, size,
                 "\"%s\": expected drop, corrupt, duplicate, split or noise, as in drop=50ppm or "
                 "drop=2@3s, or delay=20ms, pause=30ms, echo, seed=7",
                 whole);
        return ERROR_PROFILE;
    }
    if (length < (int)sizeof copy)
        return 0;
    snprintf(message, size, "longer than %zu characters; use a file", sizeof copy - 1);
    return ERROR_PROFILE;
}

int line_faults_parse(const char *text, struct line_faults *faults, char *message, size_t size)
{
    size_t length = strlen(text);
    struct line_faults read = {0};
    bool is_file = length > 4 && strcmp(text + length - 4, ".lua") == 0;
    int result = is_file ? read_file(text, &read, message, size)
                         : read_words(text, &read, message, size);
    if (result == 0)
        *faults = read;
    return result;
}
