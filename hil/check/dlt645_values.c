/* DL/T 645: are the values that a meter tells values. */
#include "hil/check/check_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What single-phase meters of the standard and its extensions show; a meter need not have all. */
static const uint32_t identifiers[] = {
    0x00000000, 0x00010000, 0x00010100, 0x00010200, 0x00010300, 0x00010400, 0x0001ff00, 0x00020000,
    0x00900200, 0x00900201, 0x02010100, 0x0201ff00, 0x02020100, 0x0202ff00, 0x02030000, 0x02030100,
    0x02040000, 0x02050000, 0x02060000, 0x02800001, 0x02800002, 0x02800007, 0x02800008, 0x02900100,
    0x02910100, 0x04000101, 0x04000102, 0x0400010c, 0x04000401, 0x04000402, 0x04000501, 0x04000502,
    0x04000503, 0x04000504, 0x04000507, 0x040005ff, 0x04000703, 0x04001003, 0x04001401, 0x04001402,
    0x04001403, 0x04050101, 0x03110000, 0x1d000001, 0x1d00ff01, 0x1e000001, 0x1e00ff01, 0x038e0001,
};

enum { IDENTIFIERS = sizeof identifiers / sizeof identifiers[0] };

static void judge_fields(struct check *check, uint32_t identifier, const uint8_t *value, size_t size)
{
    struct dlt645_fields fields = dlt645_fields_of(identifier, value, size);
    struct dlt645_field field;
    char hex[100];
    const char *name = dlt645_identifier_name(identifier);
    while (check_goes_on(check) && dlt645_fields_next(&fields, &field))
        if (field.error < 0)
            check_fail(check, "%08X (%s) is %s: %s, byte %zu", (unsigned)identifier, name ? name : "?",
                       check_hex(value, size, hex, sizeof hex), error_text(field.error),
                       field.error_offset);
}

static void well_formed(struct check *check)
{
    int there = 0;
    for (int i = 0; i < IDENTIFIERS && check_goes_on(check); i++) {
        struct dlt645_heard heard;
        const uint8_t *value;
        size_t size;
        if (!dlt645_read_value(check, identifiers[i], &heard, &value, &size))
            return;
        if (heard.kind == HEARD_REFUSED) {
            if (heard.frame.length != 1)
                check_fail(check, "%08X was refused with %d bytes of ERR", (unsigned)identifiers[i],
                           heard.frame.length);
            continue;
        }
        there++;
        judge_fields(check, identifiers[i], value, size);
    }
    if (there == 0)
        check_not_judged(check, "it has none of %d identifiers", IDENTIFIERS);
    check_note(check, "it has %d of %d identifiers", there, IDENTIFIERS);
}

/* What could stand on a sound single-phase meter that is switched on. */
static const struct {
    uint32_t identifier;
    int64_t low, high; /* base units */
    const char *text;
} ranges[] = {
    {0x02010100, 160000, 280000, "160 to 280 V"},
    {0x02020100, -120000, 120000, "up to 120 A"},
    {0x02030000, -30000000, 30000000, "up to 30 kW"},
    {0x02060000, -1000, 1000, "a power factor up to 1"},
    {0x02800002, 45000, 65000, "45 to 65 Hz"},
    {0x02800007, -40000, 100000, "-40 to 100 degC"},
    {0x02800008, 2000, 4500, "a battery of 2 to 4.5 V"},
};

static void plausible(struct check *check)
{
    char text[80];
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0] && check_goes_on(check); i++) {
        struct dlt645_heard heard;
        const uint8_t *bytes;
        size_t size;
        int64_t value;
        if (!dlt645_read_value(check, ranges[i].identifier, &heard, &bytes, &size))
            return;
        enum dlt645_quantity quantity = dlt645_identifier_quantity(ranges[i].identifier);
        if (heard.kind == HEARD_REFUSED ||
            dlt645_quantity_read(quantity, bytes, size, &value, NULL) < 0)
            continue;
        dlt645_value_text(ranges[i].identifier, bytes, size, text, sizeof text);
        if (value < ranges[i].low || value > ranges[i].high)
            check_fail(check, "%08X is %s; %s could be", (unsigned)ranges[i].identifier, text,
                       ranges[i].text);
    }
}

static void reads_agree(struct check *check)
{
    static const uint32_t constant[] = {0x04000401, 0x04000402, 0x04000703, 0x04001402,
                                        0x04001403, 0x04050101, 0x04800001, 0x04001003};
    int there = 0;
    for (size_t i = 0; i < sizeof constant / sizeof constant[0] && check_goes_on(check); i++) {
        uint8_t first[DLT645_DATA_MAX];
        size_t first_size = 0;
        for (int round = 0; round < 3 && check_goes_on(check); round++) {
            struct dlt645_heard heard;
            const uint8_t *value;
            size_t size;
            if (!dlt645_read_value(check, constant[i], &heard, &value, &size))
                return;
            if (heard.kind == HEARD_REFUSED)
                break;
            there += round == 0;
            if (round > 0 && (size != first_size || memcmp(first, value, size) != 0))
                check_fail(check, "two reads of %08X differ", (unsigned)constant[i]);
            memcpy(first, value, size);
            first_size = size;
        }
    }
    if (there == 0)
        check_not_judged(check, "it shows nothing that stays as it is");
}

/* Values that stand in two places: the block of the status words against each word. */
static void blocks_agree(struct check *check)
{
    struct dlt645_heard heard;
    uint8_t block[14];
    const uint8_t *value;
    size_t size;
    if (!dlt645_read_value(check, 0x040005ff, &heard, &value, &size))
        return;
    if (heard.kind == HEARD_REFUSED || size < sizeof block) {
        check_not_judged(check, "it has no block of status words");
        return;
    }
    memcpy(block, value, sizeof block);
    for (uint32_t word = 1; word <= 7 && check_goes_on(check); word++) {
        if (!dlt645_read_value(check, 0x04000500 + word, &heard, &value, &size))
            return;
        if (heard.kind == HEARD_NORMAL && (size != 2 || memcmp(value, &block[2 * word - 2], 2) != 0))
            check_fail(check, "status word %" PRIu32 " alone is not as in the block of all", word);
    }
}

static bool read_time(struct check *check, uint32_t identifier, enum dlt645_time_layout layout,
                      struct dlt645_time *time)
{
    struct dlt645_heard heard;
    const uint8_t *value;
    size_t size;
    if (!dlt645_read_value(check, identifier, &heard, &value, &size))
        return false;
    if (heard.kind == HEARD_REFUSED) {
        check_not_judged(check, "it has no %08X", (unsigned)identifier);
        return false;
    }
    int result = dlt645_time_read(layout, value, size, time, NULL);
    if (result < 0)
        check_fail(check, "%08X: %s", (unsigned)identifier, error_text(result));
    return result == 0;
}

/* 0 = Sunday. Zeller's congruence, for the years of the standard. */
static int weekday_of(const struct dlt645_time *time)
{
    int month = time->month < 3 ? time->month + 12 : time->month;
    int year = time->month < 3 ? time->year - 1 : time->year;
    int day = (time->day + 13 * (month + 1) / 5 + year + year / 4 - year / 100 + year / 400) % 7;
    return (day + 6) % 7;
}

static void date_valid(struct check *check)
{
    struct dlt645_time date, clock;
    if (!read_time(check, 0x04000101, DLT645_TIME_DATE_WEEKDAY, &date) ||
        !read_time(check, 0x04000102, DLT645_TIME_OF_DAY, &clock))
        return;
    date.hour = clock.hour;
    date.minute = clock.minute;
    date.second = clock.second;
    if (!dlt645_time_is_valid(&date))
        check_fail(check, "%04u-%02u-%02u %02u:%02u:%02u is no date", date.year, date.month, date.day,
                   date.hour, date.minute, date.second);
    else if (date.weekday != weekday_of(&date))
        check_fail(check, "%04u-%02u-%02u is told as weekday %u; it is %d (0: Sunday)", date.year,
                   date.month, date.day, date.weekday, weekday_of(&date));
    check_note(check, "%04u-%02u-%02u %02u:%02u:%02u", date.year, date.month, date.day, date.hour,
               date.minute, date.second);
}

static const struct check_row rows[] = {
    {"dlt645.well_formed", "every value has its length and decimal digits",
     "DL/T 645-2007, appendix A", 0, well_formed},
    {"dlt645.plausible", "measured values could be true", "a meter on the mains", 0, plausible},
    {"dlt645.reads_agree", "what is constant reads the same each time", "sound behaviour", 0,
     reads_agree},
    {"dlt645.blocks_agree", "status words read the same alone and in their block",
     "DL/T 645-2007, appendix A", 0, blocks_agree},
    {"dlt645.date_valid", "date, time and weekday are ones", "DL/T 645-2007, appendix A", 0,
     date_valid},
};

const struct check_rows check_dlt645_values = {rows, sizeof rows / sizeof rows[0]};
