#include "storage.h"

#include "bugs.h"
#include "state.h"

#include <avr/eeprom.h>
#include <stdint.h>
#include <string.h>
#include <util/crc16.h>

#define PAYLOAD_MAX 40
#define SLOT_SIZE 64
/* Address 0 is left out: a brown-out while programming may hit it. */
#define STATE_AT 64
#define SETTINGS_AT 256

struct record {
    uint16_t address;
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

static struct record records[2] = {
    { STATE_AT, sizeof state, &state, 1, 0, false },
    { SETTINGS_AT, sizeof settings, &settings, 1, 0, false },
};

_Static_assert(sizeof(struct saved_state) <= PAYLOAD_MAX, "the state record is too long");
_Static_assert(sizeof(struct saved_settings) <= PAYLOAD_MAX, "the settings record is too long");

static struct slot_image image;
static struct record *writing;
static uint8_t written;
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
    return (uint8_t *)(uintptr_t)(record->address + (uint16_t)slot * SLOT_SIZE);
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

    load(&records[1]);
    found = load(&records[0]);
#if defined(BUG_FORGETS_CREDIT)
    state.balance_cent = 0;
    state.charge_rest = 0;
#endif
    return found;
}

static void save(struct record *record)
{
    record->dirty = true;
    if (writing == record)
        writing = NULL; /* the unfinished slot stays the older one and is written again */
}

void storage_save_state(void)
{
    save(&records[0]);
}

void storage_save_settings(void)
{
    save(&records[1]);
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
    if (!eeprom_is_ready())
        return;
    if (writing)
        program_next_byte();
    else if (records[0].dirty)
        begin(&records[0]);
    else if (records[1].dirty)
        begin(&records[1]);
}
