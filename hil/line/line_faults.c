#include "hil/line/line_faults.h"

#include "hil/lua_file.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <stdio.h>
#include <string.h>

enum { COUNT_MAX = 1000000 };

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
        int64_t ppm = *line_fault_chance(faults, i);
        snprintf(key, sizeof key, "%s_ppm", line_fault_name(i));
        lua_file_integer(file, key, false, 0, LINE_PPM_MAX, &ppm);
        *line_fault_chance(faults, i) = (uint32_t)ppm;
    }
    read_duration(file, "delay", false, LINE_LATE_MAX_NS, &faults->delay_ns);
    read_duration(file, "pause", false, LINE_LATE_MAX_NS, &faults->split_ns);
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

int line_faults_parse(const char *text, struct line_faults *faults, char *message, size_t size)
{
    size_t length = strlen(text);
    struct line_faults read = {0};
    bool is_file = length > 4 && strcmp(text + length - 4, ".lua") == 0;
    int result = is_file ? read_file(text, &read, message, size)
                         : line_faults_words(text, &read, message, size);
    if (result == 0)
        *faults = read;
    return result < 0 ? ERROR_PROFILE : 0;
}
