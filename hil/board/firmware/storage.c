#include "storage.h"

#include "bugs.h"
#include "events.h"
#include "state.h"

#include <avr/eeprom.h>
#include <stdint.h>
#include <string.h>
#include <util/crc16.h>

#define PAYLOAD_MAX 240
/* Address 0 is left out: a brown-out while programming may hit it. */
#define STATE_AT 64
#define SETTINGS_AT 256
#define LINE_AT 384
#define EVENTS_AT 512
#define SLOT_SIZE 64
#define EVENTS_SLOT_SIZE 256

struct record {
    uint16_t address;
    uint16_t slot_size;
    uint8_t size;
    void *payload;
    uint8_t slot;     /* the slot of the newest valid copy */
    uint16_t counter; /* of that copy */
    bool dirty;
};

/* In a slot: counter, payload, CRC. The CRC comes last, so a torn save has a wrong one. */
struct slot_image {
    uint16_t counter;
    uint8_t bytes[PAYLOAD_MAX + 2];
};

enum { STATE, SETTINGS, LINE, EVENTS, RECORDS };

static struct record records[RECORDS] = {
    { STATE_AT, SLOT_SIZE, sizeof state, &state, 1, 0, false },
    { SETTINGS_AT, SLOT_SIZE, sizeof settings, &settings, 1, 0, false },
    { LINE_AT, SLOT_SIZE, sizeof line, &line, 1, 0, false },
    { EVENTS_AT, EVENTS_SLOT_SIZE, sizeof events, &events, 1, 0, false },
};

_Static_assert(sizeof(struct saved_state) + 4 <= SLOT_SIZE, "the state record is too long");
_Static_assert(sizeof(struct saved_settings) + 4 <= SLOT_SIZE, "the settings record is too long");
_Static_assert(sizeof(struct saved_line) + 4 <= SLOT_SIZE, "the line record is too long");
_Static_assert(sizeof(struct saved_events) <= PAYLOAD_MAX, "the events record is too long");

static struct slot_image image;
static struct record *writing;
static uint8_t written; /* bytes of the image */
static uint8_t length;

static uint16_t image_crc(uint8_t size)
{
    const uint8_t *bytes = (const uint8_t *)&image;
    uint16_t crc = 0xffff;
    uint8_t i;

    for (i = 0; i < size + sizeof image.counter; i++)
        crc = _crc_ccitt_update(crc, bytes[i]);
    return crc;
}

static uint8_t *slot_at(const struct record *record, uint8_t slot)
{
    return (uint8_t *)(uintptr_t)(record->address + (uint16_t)slot * record->slot_size);
}

static bool read_slot(const struct record *record, uint8_t slot)
{
    uint16_t crc;

    eeprom_read_block(&image, slot_at(record, slot), (size_t)record->size + 4);
    memcpy(&crc, image.bytes + record->size, sizeof crc);
    return crc == image_crc(record->size);
}

static bool load(struct record *record)
{
    bool found = false;
    uint8_t slot;

    for (slot = 0; slot < 2; slot++) {
        if (!read_slot(record, slot))
            continue;
        if (found && (int16_t)(image.counter - record->counter) <= 0)
            continue;
        found = true;
        record->slot = slot;
        record->counter = image.counter;
        memcpy(record->payload, image.bytes, record->size);
    }
    return found;
}

bool storage_load(void)
{
    bool found;

#if !defined(BUG_FORGETS_SETTINGS)
    load(&records[SETTINGS]);
#endif
    load(&records[LINE]);
    load(&records[EVENTS]);
    found = load(&records[STATE]);
#if defined(BUG_FORGETS_CREDIT)
    state.balance_cent = 0;
    state.charge_rest = 0;
#elif defined(BUG_FORGETS_CAUSES)
    state.causes = 0;
#elif defined(BUG_FORGETS_ENERGY)
    state.energy_wh = 0;
#endif
    return found;
}

static void save(struct record *record)
{
    record->dirty = true;
    if (writing != record && record != &records[STATE])
        return;
    /* The unfinished slot stays the older one and is written again. */
    if (writing)
        writing->dirty = true;
    writing = NULL;
}

void storage_save_state(void)
{
    save(&records[STATE]);
}

void storage_save_settings(void)
{
    save(&records[SETTINGS]);
}

void storage_save_line(void)
{
    save(&records[LINE]);
}

void storage_save_events(void)
{
    save(&records[EVENTS]);
}

static void begin(struct record *record)
{
    uint16_t crc;

    record->dirty = false;
    image.counter = (uint16_t)(record->counter + 1);
    memcpy(image.bytes, record->payload, record->size);
    crc = image_crc(record->size);
    memcpy(image.bytes + record->size, &crc, sizeof crc);
    length = (uint8_t)(record->size + 4);
    written = 0;
    writing = record;
}

static void finish(void)
{
    writing->slot ^= 1;
    writing->counter = image.counter;
    writing = NULL;
}

static void program_next_byte(void)
{
    const uint8_t *bytes = (const uint8_t *)&image;
    uint8_t *at = slot_at(writing, writing->slot ^ 1);

    while (written < length) {
        uint8_t byte = bytes[written];
        uint8_t *cell = at + written++;

        if (eeprom_read_byte(cell) != byte) {
            eeprom_write_byte(cell, byte);
            return;
        }
    }
    finish();
}

void storage_run(void)
{
    uint8_t i;

    if (!eeprom_is_ready())
        return;
    if (writing) {
        program_next_byte();
        return;
    }
    for (i = 0; i < RECORDS; i++) {
        if (records[i].dirty) {
            begin(&records[i]);
            return;
        }
    }
}
