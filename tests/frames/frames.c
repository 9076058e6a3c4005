#include "tests/frames/frames.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_SIZE 8192

struct row {
    char *text;
    const char *columns[FRAMES_COLUMN_MAX];
};

struct frames_table {
    size_t count;
    struct row *rows;
};

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "frames: %s: %s\n", name, what);
    exit(2);
}

static char *trim(char *text)
{
    size_t size;

    while (isspace((unsigned char)*text)) {
        text++;
    }
    size = strlen(text);
    while (size > 0 && isspace((unsigned char)text[size - 1])) {
        text[--size] = '\0';
    }
    return text;
}

static void split(struct row *row)
{
    char *at = row->text;

    for (size_t i = 0; i < FRAMES_COLUMN_MAX; i++) {
        char *bar = at ? strchr(at, '|') : NULL;

        if (bar) {
            *bar = '\0';
        }
        row->columns[i] = at ? trim(at) : "";
        at = bar ? bar + 1 : NULL;
    }
}

static FILE *open_file(const char *name)
{
    char path[4096];

    if (strchr(name, '/')) {
        return fopen(name, "r");
    }
    snprintf(path, sizeof path, "%s/%s", METERBENCH_FRAMES_DIR, name);
    return fopen(path, "r");
}

static void add_row(struct frames_table *table, const char *line)
{
    struct row *rows = realloc(table->rows, (table->count + 1) * sizeof *rows);
    char *text = strdup(line);

    if (!rows || !text) {
        fail("out of memory", line);
        return;
    }
    table->rows = rows;
    rows[table->count].text = text;
    split(&rows[table->count]);
    table->count++;
}

struct frames_table *frames_open(const char *name)
{
    struct frames_table *table = calloc(1, sizeof *table);
    FILE *file = open_file(name);
    char line[LINE_MAX_SIZE];

    if (!table || !file) {
        fail("cannot be read", name);
        abort();
    }
    while (fgets(line, sizeof line, file)) {
        if (line[0] != '#' && *trim(line) != '\0') {
            add_row(table, line);
        }
    }
    fclose(file);
    return table;
}

void frames_close(struct frames_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        free(table->rows[i].text);
    }
    free(table->rows);
    free(table);
}

size_t frames_count(const struct frames_table *table)
{
    return table->count;
}

const char *frames_text(const struct frames_table *table, size_t line, size_t column)
{
    return table->rows[line].columns[column];
}

static int digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)toupper((unsigned char)c);
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int frames_parse_hex(const char *text, uint8_t *bytes, size_t capacity)
{
    size_t size = 0;

    for (;;) {
        while (isspace((unsigned char)*text)) {
            text++;
        }
        if (*text == '\0') {
            return (int)size;
        }
        if (digit(text[0]) < 0 || digit(text[1]) < 0 || size == capacity) {
            return -1;
        }
        bytes[size++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
        text += 2;
    }
}

size_t frames_bytes(const struct frames_table *table, size_t line, size_t column,
                    uint8_t bytes[FRAMES_BYTES_MAX])
{
    int size = frames_parse_hex(frames_text(table, line, column), bytes, FRAMES_BYTES_MAX);

    if (size < 0) {
        fail("not hexadecimal bytes", frames_text(table, line, 0));
    }
    return (size_t)size;
}
