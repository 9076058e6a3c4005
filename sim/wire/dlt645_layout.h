/* How the value of an identifier is laid out. Of this room only. */
#ifndef METERBENCH_SIM_WIRE_DLT645_LAYOUT_H
#define METERBENCH_SIM_WIRE_DLT645_LAYOUT_H

#include "sim/wire/dlt645_words.h"

enum layout_kind {
    LAYOUT_QUANTITY, /* what: enum dlt645_quantity */
    LAYOUT_TIME,     /* what: enum dlt645_time_layout */
    LAYOUT_WORD,     /* what: enum dlt645_word */
    LAYOUT_DIGITS,   /* a number in decimal digits, low byte first, leading zeros kept */
    LAYOUT_PATTERN,  /* digit pairs, last byte first, in the words of `pattern`: "%s:%s" */
    LAYOUT_ASCII,    /* low byte first */
    LAYOUT_BINARY,   /* unsigned, low byte first */
    LAYOUT_BAUD,     /* the feature byte Z */
    LAYOUT_HEX,
    LAYOUT_LOAD_RECORD,
};

/* One part. size 0: whatever is left. */
struct layout_part {
    enum layout_kind kind;
    unsigned what;
    size_t size;
    const char *label;   /* NULL in a value of one part */
    const char *pattern; /* separators between the pairs, one a letter: "-- ::" */
};

struct layout {
    const struct layout_part *parts;
    size_t count;
    bool repeats;             /* the parts come again until the value ends */
    const char *const *names; /* of the repetitions, NULL at the end; after them numbers */
};

struct layout_item {
    uint32_t identifier;
    uint32_t mask; /* the bits that must agree; the rest counts tariffs, records or days */
    const struct layout *layout;
    const char *name;
};

/* NULL if the table has none. The first that agrees counts. */
const struct layout_item *layout_find(uint32_t identifier);

#endif
