/* Line faults in words: "corrupt=200ppm, drop=2@3s, delay=20ms, echo". */
#include "sim/link/line_faults.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT_MAX = 1000000 };

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
    if (!read_number(text, &end, LINE_PPM_MAX, &ppm) || strcmp(end, "ppm") != 0)
        return false;
    *line_fault_chance(faults, kind) = (uint32_t)ppm;
    return true;
}

static bool late_word(const char *text, int64_t *ns)
{
    return duration_parse(text, ns) == 0 && *ns <= LINE_LATE_MAX_NS;
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

int line_faults_words(const char *text, struct line_faults *faults, char *message, size_t size)
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
        return ERROR_INVALID_ARGUMENT;
    }
    if (length < (int)sizeof copy)
        return 0;
    snprintf(message, size, "longer than %zu characters; use a file", sizeof copy - 1);
    return ERROR_INVALID_ARGUMENT;
}
