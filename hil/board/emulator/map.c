#include "map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 6
#define LINE_MAX_LENGTH 256

struct reader {
    const char *path;
    int line;
    char *error;
    size_t error_size;
    struct board_map *map;
};

struct number_key {
    const char *section; /* NULL: the key stands alone */
    const char *key;
    size_t offset;
    int64_t min, max;
};

#define RELAY(key) offsetof(struct board_map, relay.key)
#define MAINS(key) offsetof(struct board_map, mains.key)
#define MINUTE_US 60000000

static const struct number_key number_keys[] = {
    { "relay", "operate_us", RELAY(operate_us), 1, MINUTE_US },
    { "relay", "release_us", RELAY(release_us), 1, MINUTE_US },
    { "relay", "bounce_us", RELAY(bounce_us), 0, MINUTE_US },
    { "relay", "min_pulse_us", RELAY(min_pulse_us), 0, MINUTE_US },
    { "relay", "arc_min_ma", RELAY(arc_min_ma), 0, 1000000000 },
    { "fault", "slow_us", RELAY(faults.slow_us), 0, MINUTE_US },
    { "mains", "initial_mv", MAINS(initial_mv), 0, 10000000 },
    { "mains", "half_period_us", MAINS(half_period_us), 100, 1000000 },
    { "mains", "off_below_mv", MAINS(off_below_mv), 0, 10000000 },
    { "mains", "on_above_mv", MAINS(on_above_mv), 0, 10000000 },
    { "mains", "hold_up_ms", MAINS(hold_up_ms), 0, 600000 },
};

static const struct {
    const char *key;
    size_t offset;
} fault_flags[] = {
    { "welded", RELAY(faults.welded) },
    { "stuck_open", RELAY(faults.stuck_open) },
    { "set_coil_broken", RELAY(faults.set_coil_broken) },
    { "reset_coil_broken", RELAY(faults.reset_coil_broken) },
    { "feedback_stuck_open", RELAY(faults.feedback_stuck_open) },
    { "feedback_stuck_closed", RELAY(faults.feedback_stuck_closed) },
};

static const char *const quantity_names[QUANTITIES] = {
    "voltage_mv", "current_ma", "residual_ua", "temperature_dc"
};

static const char *const signal_names[SIGNALS] = {
    "feedback", "smoke", "key", "strap", "coil_set", "coil_reset", "alarm"
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool fail(struct reader *reader, const char *what, const char *word)
{
    snprintf(reader->error, reader->error_size, "%s:%d: %s%s%s%s", reader->path, reader->line, what,
             word ? ": \"" : "", word ? word : "", word ? "\"" : "");
    return false;
}

static bool read_number(struct reader *reader, const char *word, int64_t min, int64_t max,
                        int64_t *number)
{
    char what[96];
    char *end;
    long long value;

    errno = 0;
    value = strtoll(word, &end, 10);
    if (end != word && *end == '\0' && errno == 0 && value >= min && value <= max) {
        *number = value;
        return true;
    }
    snprintf(what, sizeof what, "expected a whole number from %lld to %lld", (long long)min,
             (long long)max);
    return fail(reader, what, word);
}

static int find_name(const char *const *names, int count, const char *word)
{
    int i;

    for (i = 0; i < count; i++)
        if (strcmp(names[i], word) == 0)
            return i;
    return -1;
}

static bool read_adc(struct reader *reader, char **words, size_t count)
{
    struct adc_channel *adc = &reader->map->adc[reader->map->adc_count];
    int64_t channel;
    int quantity;

    if (count != 5)
        return fail(reader, "write \"adc <channel> <quantity> <low> <high>\"", NULL);
    if (reader->map->adc_count == MAP_ADC_MAX)
        return fail(reader, "too many adc lines; 16 fit", NULL);
    quantity = find_name(quantity_names, QUANTITIES, words[2]);
    if (quantity < 0)
        return fail(reader, "unknown quantity; known are voltage_mv, current_ma, residual_ua, "
                            "temperature_dc", words[2]);
    if (!read_number(reader, words[1], 0, 7, &channel) ||
        !read_number(reader, words[3], -1000000000, 1000000000, &adc->low) ||
        !read_number(reader, words[4], -1000000000, 1000000000, &adc->high))
        return false;
    if (adc->high <= adc->low)
        return fail(reader, "the high end must be above the low end", words[4]);
    adc->channel = (uint8_t)channel;
    adc->quantity = (enum quantity)quantity;
    reader->map->adc_count++;
    return true;
}

static bool read_pin(struct reader *reader, char **words, size_t count)
{
    int signal;
    const char *pin;

    if (count != 3)
        return fail(reader, "write \"pin <port><bit> <signal>\", as in \"pin D2 feedback\"", NULL);
    pin = words[1];
    if (pin[0] < 'A' || pin[0] > 'L' || pin[1] < '0' || pin[1] > '7' || pin[2] != '\0')
        return fail(reader, "a pin is a port A to L and a bit 0 to 7, as in B0", pin);
    signal = find_name(signal_names, SIGNALS, words[2]);
    if (signal < 0)
        return fail(reader, "unknown signal; known are feedback, smoke, key, strap, coil_set, "
                            "coil_reset, alarm", words[2]);
    reader->map->pins[signal].port = pin[0];
    reader->map->pins[signal].bit = (uint8_t)(pin[1] - '0');
    return true;
}

static bool read_initial_contacts(struct reader *reader, const char *word)
{
    bool closed = strcmp(word, "closed") == 0;

    if (!closed && strcmp(word, "open") != 0)
        return fail(reader, "the relay is initially \"open\" or \"closed\"", word);
    reader->map->relay.initially_closed = closed;
    return true;
}

static bool read_residual_type(struct reader *reader, const char *word)
{
    static const char *const names[] = { "ac", "a", "b" };
    int type = find_name(names, 3, word);

    if (type < 0)
        return fail(reader, "a residual_type is ac, a or b", word);
    reader->map->residual_type = (enum residual_type)type;
    return true;
}

static bool read_fault_flag(struct reader *reader, const char *word)
{
    size_t i;

    for (i = 0; i < COUNT(fault_flags); i++) {
        if (strcmp(fault_flags[i].key, word) == 0) {
            *(bool *)((char *)reader->map + fault_flags[i].offset) = true;
            return true;
        }
    }
    return fail(reader, "unknown fault; known are welded, stuck_open, set_coil_broken, "
                        "reset_coil_broken, feedback_stuck_open, feedback_stuck_closed, slow_us",
                word);
}

static bool read_sectioned(struct reader *reader, char **words, size_t count)
{
    size_t i;

    if (count != 3)
        return fail(reader, "expected \"<section> <word> <value>\"", words[0]);
    if (strcmp(words[0], "relay") == 0 && strcmp(words[1], "initial") == 0)
        return read_initial_contacts(reader, words[2]);
    for (i = 0; i < COUNT(number_keys); i++) {
        const struct number_key *key = &number_keys[i];

        if (strcmp(key->section, words[0]) == 0 && strcmp(key->key, words[1]) == 0)
            return read_number(reader, words[2], key->min, key->max,
                               (int64_t *)(void *)((char *)reader->map + key->offset));
    }
    return fail(reader, "unknown word after relay, mains or fault; see docs/board.md", words[1]);
}

static bool read_plain(struct reader *reader, char **words)
{
    struct board_map *map = reader->map;
    int64_t number;

    if (strcmp(words[0], "mcu") == 0) {
        if (strlen(words[1]) >= sizeof map->mcu)
            return fail(reader, "the name of the mcu is too long", words[1]);
        strcpy(map->mcu, words[1]);
        return true;
    }
    if (strcmp(words[0], "residual_type") == 0)
        return read_residual_type(reader, words[1]);
    if (strcmp(words[0], "frequency_hz") == 0) {
        if (!read_number(reader, words[1], 32768, 100000000, &number))
            return false;
        map->frequency_hz = (uint32_t)number;
        return true;
    }
    if (strcmp(words[0], "supply_mv") == 0) {
        if (!read_number(reader, words[1], 1000, 6000, &number))
            return false;
        map->supply_mv = (uint32_t)number;
        return true;
    }
    if (strcmp(words[0], "uart") == 0) {
        if (!read_number(reader, words[1], 0, 3, &number))
            return false;
        map->uart = (char)('0' + number);
        return true;
    }
    return fail(reader, "unknown word; see docs/board.md for the map file", words[0]);
}

static bool read_words(struct reader *reader, char **words, size_t count)
{
    if (strcmp(words[0], "adc") == 0)
        return read_adc(reader, words, count);
    if (strcmp(words[0], "pin") == 0)
        return read_pin(reader, words, count);
    if (strcmp(words[0], "fault") == 0 && count == 2)
        return read_fault_flag(reader, words[1]);
    if (strcmp(words[0], "relay") == 0 || strcmp(words[0], "mains") == 0 ||
        strcmp(words[0], "fault") == 0)
        return read_sectioned(reader, words, count);
    if (count != 2)
        return fail(reader, "expected one word and one value", words[0]);
    return read_plain(reader, words);
}

static bool read_line(struct reader *reader, char *line)
{
    char *words[WORDS_MAX];
    size_t count = 0;
    char *rest = NULL;
    char *word;

    line[strcspn(line, "#\r\n")] = '\0';
    for (word = strtok_r(line, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        if (count == WORDS_MAX)
            return fail(reader, "too many words on the line, from", word);
        words[count++] = word;
    }
    return count == 0 || read_words(reader, words, count);
}

static bool check_whole(struct reader *reader)
{
    const struct board_map *map = reader->map;

    if (!map->mcu[0])
        return fail(reader, "the file names no mcu; add a line like \"mcu atmega328p\"", NULL);
    if (!map->frequency_hz)
        return fail(reader, "add a line like \"frequency_hz 16000000\"", NULL);
    if (map->mains.on_above_mv < map->mains.off_below_mv)
        return fail(reader, "mains on_above_mv must not be below off_below_mv", NULL);
    return true;
}

static void set_defaults(struct board_map *map)
{
    memset(map, 0, sizeof *map);
    map->supply_mv = 5000;
    map->uart = '0';
    map->relay.operate_us = 11000;
    map->relay.release_us = 10000;
    map->relay.bounce_us = 2000;
    map->relay.min_pulse_us = 30000;
    map->relay.arc_min_ma = 50;
    map->relay.initially_closed = true;
    map->mains.initial_mv = 230000;
    map->mains.half_period_us = 10000;
    map->mains.off_below_mv = 60000;
    map->mains.on_above_mv = 80000;
    map->mains.hold_up_ms = 40;
    map->residual_type = RESIDUAL_TYPE_A;
}

bool map_read(const char *path, struct board_map *map, char *error, size_t error_size)
{
    struct reader reader = { path, 0, error, error_size, map };
    char line[LINE_MAX_LENGTH];
    FILE *file = fopen(path, "r");
    bool good = true;

    if (!file) {
        snprintf(error, error_size, "%s: %s; --map wants a board's map file, as reference.map",
                 path, strerror(errno));
        return false;
    }
    set_defaults(map);
    while (good && fgets(line, sizeof line, file)) {
        reader.line++;
        if (!strchr(line, '\n') && !feof(file))
            good = fail(&reader, "the line is longer than 254 characters", NULL);
        else
            good = read_line(&reader, line);
    }
    if (good && ferror(file))
        good = fail(&reader, "reading failed", NULL);
    fclose(file);
    return good && check_whole(&reader);
}
