#include "sim/wire/dlt645_load.h"

#include <string.h>

#include "sim/error.h"

#define MARK 0xA0
#define CLASS_END 0xAA
#define END 0xE5
#define TIME_SIZE 5

/* Places in a record. */
enum { AT_LENGTH = 2, AT_TIME = 3, AT_CLASSES = AT_TIME + TIME_SIZE };

/* Three-phase and single-phase; the same where a class does not count phases. */
static const uint8_t class_sizes[DLT645_LOAD_CLASSES][2] = {
    [DLT645_LOAD_VOLTAGE] = {17, 7},    [DLT645_LOAD_POWER] = {24, 6},
    [DLT645_LOAD_FACTOR] = {8, 2},      [DLT645_LOAD_ENERGY] = {16, 16},
    [DLT645_LOAD_QUADRANTS] = {16, 16}, [DLT645_LOAD_DEMAND] = {6, 6},
};

static int fail(size_t *error_offset, size_t offset, int error)
{
    if (error_offset) {
        *error_offset = offset;
    }
    return error;
}

/* The size of the class that begins at bytes[0] and is closed by AA, or ERROR_DLT645_LENGTH. */
static int class_size(unsigned class, const uint8_t *bytes, size_t size)
{
    if (size > 0 && bytes[0] == CLASS_END) {
        return 0;
    }
    for (int i = 0; i < 2; i++) {
        size_t wanted = class_sizes[class][i];

        if (size > wanted && bytes[wanted] == CLASS_END) {
            return (int)wanted;
        }
    }
    return ERROR_DLT645_LENGTH;
}

static int parse_classes(const uint8_t *bytes, size_t end, struct dlt645_load_record *record,
                         size_t *error_offset)
{
    size_t at = AT_CLASSES;

    for (unsigned i = 0; i < DLT645_LOAD_CLASSES; i++) {
        int size = class_size(i, bytes + at, end - at);

        if (size < 0) {
            return fail(error_offset, at, size);
        }
        record->classes[i].bytes = bytes + at;
        record->classes[i].size = (size_t)size;
        at += (size_t)size + 1;
    }
    return at == end ? 0 : fail(error_offset, AT_LENGTH, ERROR_DLT645_LENGTH);
}

static uint8_t sum_of(const uint8_t *bytes, size_t size)
{
    unsigned sum = 0;

    for (size_t i = 0; i < size; i++) {
        sum += bytes[i];
    }
    return (uint8_t)sum;
}

int dlt645_load_record_parse(const uint8_t *bytes, size_t size, struct dlt645_load_record *record,
                             size_t *error_offset)
{
    struct dlt645_load_record read;
    size_t end, offset;
    int result;

    for (size_t i = 0; i < AT_LENGTH; i++) {
        if (i < size && bytes[i] != MARK) {
            return fail(error_offset, i, ERROR_DLT645_START);
        }
    }
    if (size <= AT_LENGTH || size < AT_TIME + (size_t)bytes[AT_LENGTH] + 2) {
        return fail(error_offset, size, ERROR_TRUNCATED);
    }
    end = AT_TIME + (size_t)bytes[AT_LENGTH];
    if (end < AT_CLASSES) {
        return fail(error_offset, AT_LENGTH, ERROR_DLT645_LENGTH);
    }
    if (bytes[end + 1] != END) {
        return fail(error_offset, end + 1, ERROR_DLT645_END);
    }
    if (bytes[end] != sum_of(bytes, end)) {
        return fail(error_offset, end, ERROR_DLT645_CHECKSUM);
    }
    result =
        dlt645_time_read(DLT645_TIME_MINUTE_TO_YEAR, bytes + AT_TIME, TIME_SIZE, &read.at, &offset);
    if (result < 0) {
        return fail(error_offset, AT_TIME + offset, result);
    }
    result = parse_classes(bytes, end, &read, error_offset);
    if (result < 0) {
        return result;
    }
    *record = read;
    return (int)(end + 2);
}

/* The size of a record, or ERROR_INVALID_ARGUMENT. */
static int record_size(const struct dlt645_load_record *record)
{
    size_t size = AT_CLASSES + 2;

    for (unsigned i = 0; i < DLT645_LOAD_CLASSES; i++) {
        size_t of_class = record->classes[i].size;

        if (of_class != 0 && of_class != class_sizes[i][0] && of_class != class_sizes[i][1]) {
            return ERROR_INVALID_ARGUMENT;
        }
        size += of_class + 1;
    }
    return (int)size;
}

int dlt645_load_record_write(const struct dlt645_load_record *record, uint8_t *bytes,
                             size_t capacity)
{
    int size = record_size(record);
    size_t at = AT_CLASSES;
    int result;

    if (size < 0 || capacity < (size_t)size) {
        return size < 0 ? size : ERROR_BUFFER_TOO_SMALL;
    }
    result = dlt645_time_write(DLT645_TIME_MINUTE_TO_YEAR, &record->at, bytes + AT_TIME, TIME_SIZE);
    if (result < 0) {
        return result;
    }
    bytes[0] = bytes[1] = MARK;
    bytes[AT_LENGTH] = (uint8_t)(size - AT_TIME - 2);
    for (unsigned i = 0; i < DLT645_LOAD_CLASSES; i++) {
        if (record->classes[i].size > 0) {
            memcpy(bytes + at, record->classes[i].bytes, record->classes[i].size);
        }
        at += record->classes[i].size;
        bytes[at++] = CLASS_END;
    }
    bytes[at] = sum_of(bytes, at);
    bytes[at + 1] = END;
    return size;
}
