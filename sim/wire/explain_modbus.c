/* Modbus RTU and TCP frames, byte by byte. Source: as in modbus_pdu.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/wire/explain_internal.h"
#include "sim/wire/modbus_pdu.h"

enum {
    READ_COILS = 1,
    READ_DISCRETE = 2,
    WRITE_COIL = 5,
    WRITE_COILS = 15,
    MBAP_SIZE = 7,
    CRC_SIZE = 2,
    STATION_BROADCAST = 0,
    STATION_LAST = 247,
};

static const char *function_name(unsigned function)
{
    switch (function) {
    case READ_COILS:
        return "read coils";
    case READ_DISCRETE:
        return "read discrete inputs";
    case MODBUS_READ_HOLDING:
        return "read holding registers";
    case MODBUS_READ_INPUT:
        return "read input registers";
    case WRITE_COIL:
        return "write one coil";
    case MODBUS_WRITE_SINGLE:
        return "write one register";
    case WRITE_COILS:
        return "write coils";
    case MODBUS_WRITE_MULTIPLE:
        return "write registers";
    default:
        return NULL;
    }
}

static bool is_read(unsigned function)
{
    return function >= READ_COILS && function <= MODBUS_READ_INPUT;
}

static bool is_single(unsigned function)
{
    return function == WRITE_COIL || function == MODBUS_WRITE_SINGLE;
}

static bool is_multiple(unsigned function)
{
    return function == WRITE_COILS || function == MODBUS_WRITE_MULTIPLE;
}

static unsigned word_at(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

/* ---- How long a PDU is -------------------------------------------------------------------- */

/* Bytes of the PDU that begins here, read as a request or as a reply; 0 if it cannot be one. */
static size_t request_size(const uint8_t *pdu, size_t size)
{
    if (is_read(pdu[0]) || is_single(pdu[0])) {
        return 5;
    }
    return is_multiple(pdu[0]) && size > 5 ? 6u + pdu[5] : 0;
}

static size_t reply_size(const uint8_t *pdu, size_t size)
{
    unsigned function = pdu[0] & ~(unsigned)MODBUS_EXCEPTION_BIT;

    if (pdu[0] & MODBUS_EXCEPTION_BIT) {
        return function_name(function) ? 2 : 0;
    }
    if (is_single(function) || is_multiple(function)) {
        return 5;
    }
    if (!is_read(function) || size < 2) {
        return 0;
    }
    return function >= MODBUS_READ_HOLDING && pdu[1] % 2 ? 0 : 2u + pdu[1];
}

/* Does a request of this count carry the bytes that it says? */
static bool request_fits(const uint8_t *pdu, size_t size)
{
    unsigned count;

    if (request_size(pdu, size) != size) {
        return false;
    }
    if (!is_multiple(pdu[0])) {
        return true;
    }
    count = word_at(pdu + 3);
    return pdu[5] == (pdu[0] == WRITE_COILS ? (count + 7) / 8 : 2 * count);
}

static bool reply_fits(const uint8_t *pdu, size_t size)
{
    return reply_size(pdu, size) == size;
}

/* ---- PDUs --------------------------------------------------------------------------------- */

struct pdu {
    struct explainer *explainer;
    const uint8_t *bytes;
    size_t base; /* of the PDU in the explained bytes */
    size_t size;
    unsigned station;
};

#define SAY(pdu, offset, size, ...)                                                                \
    explain_good((pdu)->explainer, (pdu)->base + (offset), size, __VA_ARGS__)

#define SUMMARISE(pdu, ...)                                                                        \
    snprintf((pdu)->explainer->result->summary, sizeof(pdu)->explainer->result->summary,           \
             __VA_ARGS__)

static void say_value(const struct pdu *pdu, size_t offset, const char *what)
{
    unsigned value = word_at(pdu->bytes + offset);

    SAY(pdu, offset, 2, "%s %u (%04X%s)", what, value, value,
        value & 0x8000 ? ", signed negative" : "");
}

/* Two registers may be one number: what it would be. */
static void say_pair(const struct pdu *pdu, size_t offset)
{
    uint32_t high = (uint32_t)word_at(pdu->bytes + offset) << 16 | word_at(pdu->bytes + offset + 2);
    uint32_t low = high << 16 | high >> 16;
    float as_float, as_swapped;

    memcpy(&as_float, &high, sizeof as_float);
    memcpy(&as_swapped, &low, sizeof as_swapped);
    SAY(pdu, offset, 0,
        "if both are one number: u32 %" PRIu32 ", f32 %.7g; low word first: u32 %" PRIu32
        ", f32 %.7g",
        high, (double)as_float, low, (double)as_swapped);
}

static void say_registers(const struct pdu *pdu, size_t offset, size_t count, unsigned first)
{
    char what[32];

    for (size_t i = 0; i < count; i++) {
        snprintf(what, sizeof what, "register %s%u", first ? "" : "+",
                 first ? first - 1 + (unsigned)i : (unsigned)i);
        say_value(pdu, offset + 2 * i, what);
    }
    if (count == 2) {
        say_pair(pdu, offset);
    }
}

static void check_count(const struct pdu *pdu, size_t offset, unsigned count, unsigned max,
                        const char *what)
{
    if (count < 1 || count > max) {
        explain_wrong(pdu->explainer, pdu->base + offset, 2, pdu->base + offset,
                      "%u %s, 1 to %u allowed", count, what, max);
    } else {
        SAY(pdu, offset, 2, "%u %s", count, what);
    }
}

static void say_request(const struct pdu *pdu)
{
    static const unsigned most[] = {[READ_COILS] = 2000,
                                    [READ_DISCRETE] = 2000,
                                    [MODBUS_READ_HOLDING] = MODBUS_READ_MAX,
                                    [MODBUS_READ_INPUT] = MODBUS_READ_MAX,
                                    [WRITE_COILS] = 1968,
                                    [MODBUS_WRITE_MULTIPLE] = MODBUS_WRITE_MAX};
    unsigned function = pdu->bytes[0];
    unsigned address = word_at(pdu->bytes + 1), count = word_at(pdu->bytes + 3);

    SAY(pdu, 0, 1, "function %u, %s", function, function_name(function));
    SAY(pdu, 1, 2, "%s %u (%04X)", is_read(function) || is_multiple(function) ? "from" : "address",
        address, address);
    if (is_single(function)) {
        say_value(pdu, 3, "value");
        SUMMARISE(pdu, "%s %u of station %u: %u", function_name(function), address, pdu->station,
                  count);
        return;
    }
    check_count(pdu, 3, count, most[function],
                function == READ_COILS || function == WRITE_COILS ? "coils"
                : function == READ_DISCRETE                       ? "inputs"
                                                                  : "registers");
    SUMMARISE(pdu, "%s %u to %u of station %u", function_name(function), address,
              address + (count ? count - 1 : 0), pdu->station);
    if (is_multiple(function)) {
        SAY(pdu, 5, 1, "%u bytes follow", pdu->bytes[5]);
        if (function == MODBUS_WRITE_MULTIPLE) {
            say_registers(pdu, 6, count, address + 1);
        } else {
            SAY(pdu, 6, pdu->bytes[5], "coils, lowest bit first");
        }
    }
}

/* The values of a reply in its summary, as many as fit. */
static void summarise_values(const struct pdu *pdu, unsigned function)
{
    char text[1200] = "";
    size_t used = 0;

    for (size_t i = 2; i + 1 < pdu->size && used + 8 < sizeof text; i += 2) {
        used += (size_t)snprintf(text + used, sizeof text - used, " %u", word_at(pdu->bytes + i));
    }
    SUMMARISE(pdu, "reply of station %u to %s:%s", pdu->station, function_name(function), text);
}

static void say_reply(const struct pdu *pdu)
{
    unsigned function = pdu->bytes[0] & ~(unsigned)MODBUS_EXCEPTION_BIT;

    if (pdu->bytes[0] & MODBUS_EXCEPTION_BIT) {
        SAY(pdu, 0, 1, "exception to function %u, %s", function, function_name(function));
        SAY(pdu, 1, 1, "exception %u, %s", pdu->bytes[1], modbus_exception_text(pdu->bytes[1]));
        SUMMARISE(pdu, "exception %u of station %u to %s: %s", pdu->bytes[1], pdu->station,
                  function_name(function), modbus_exception_text(pdu->bytes[1]));
        return;
    }
    SAY(pdu, 0, 1, "function %u, %s, reply", function, function_name(function));
    if (is_read(function)) {
        SAY(pdu, 1, 1, "%u bytes follow", pdu->bytes[1]);
        if (function >= MODBUS_READ_HOLDING) {
            say_registers(pdu, 2, pdu->bytes[1] / 2, 0);
            summarise_values(pdu, function);
        } else {
            SAY(pdu, 2, pdu->bytes[1], "states, lowest bit first");
            SUMMARISE(pdu, "reply of station %u to %s, %u bytes", pdu->station,
                      function_name(function), pdu->bytes[1]);
        }
        return;
    }
    SAY(pdu, 1, 2, "address %u (%04X)", word_at(pdu->bytes + 1), word_at(pdu->bytes + 1));
    if (is_multiple(function)) {
        SAY(pdu, 3, 2, "%u written", word_at(pdu->bytes + 3));
    } else {
        say_value(pdu, 3, "value");
    }
    SUMMARISE(pdu, "reply of station %u to %s %u: done", pdu->station, function_name(function),
              word_at(pdu->bytes + 1));
}

/* Which of both readings; when it cannot be known, both are told. */
static void say_pdu(const struct pdu *pdu)
{
    struct explainer *explainer = pdu->explainer;
    bool request = explainer->side != WIRE_REPLY && request_fits(pdu->bytes, pdu->size);
    bool reply = explainer->side != WIRE_REQUEST && reply_fits(pdu->bytes, pdu->size);

    explainer->result->side = request && reply ? WIRE_EITHER : request ? WIRE_REQUEST : WIRE_REPLY;
    if (request && reply && is_single(pdu->bytes[0])) {
        say_request(pdu);
        explain_good(explainer, pdu->base, 0,
                     "a request, or the reply that repeats it: the bytes are the same");
    } else if (request && reply) {
        explain_good(explainer, pdu->base, 0, "these bytes can be read in two ways; as a reply:");
        say_reply(pdu);
        explain_good(explainer, pdu->base, 0, "as a request:");
        say_request(pdu);
    } else if (request) {
        say_request(pdu);
    } else if (reply) {
        say_reply(pdu);
    } else if (!function_name(pdu->bytes[0] & ~(unsigned)MODBUS_EXCEPTION_BIT)) {
        SAY(pdu, 0, 1, "function %u, none of the common ones", pdu->bytes[0]);
        if (pdu->size > 1) {
            SAY(pdu, 1, pdu->size - 1, "data");
        }
        explainer->result->side = WIRE_EITHER;
        SUMMARISE(pdu, "function %u of station %u, %zu bytes", pdu->bytes[0], pdu->station,
                  pdu->size - 1);
    } else {
        explain_wrong(explainer, pdu->base, pdu->size, pdu->base,
                      "%zu bytes fit neither a request nor a reply of function %u%s", pdu->size,
                      pdu->bytes[0], explainer->side == WIRE_EITHER ? "" : " of that side");
    }
}

/* ---- RTU ---------------------------------------------------------------------------------- */

static bool crc_is_right(const uint8_t *bytes, size_t size)
{
    uint16_t crc = modbus_crc16(bytes, size - CRC_SIZE);

    return bytes[size - 2] == (crc & 0xFF) && bytes[size - 1] == crc >> 8;
}

/*
 * The frame that begins at bytes[0]: of a length that its function has, or `any`, since there are
 * more functions than these, then all of the bytes. 0 if none is.
 */
static size_t rtu_size(const uint8_t *bytes, size_t size, bool any)
{
    size_t sizes[2];
    size_t most = size < MODBUS_RTU_MAX ? size : MODBUS_RTU_MAX;

    if (size < MODBUS_RTU_MIN) {
        return 0;
    }
    sizes[0] = request_size(bytes + 1, size - 1);
    sizes[1] = reply_size(bytes + 1, size - 1);
    for (int i = 0; i < 2; i++) {
        size_t whole = sizes[i] + 1 + CRC_SIZE;

        if (sizes[i] > 0 && whole <= most && crc_is_right(bytes, whole)) {
            return whole;
        }
    }
    return any && size == most && crc_is_right(bytes, size) ? size : 0;
}

/* Where a frame of a known function begins, or the size. */
static size_t next_rtu(const uint8_t *bytes, size_t size, size_t from)
{
    while (from < size && rtu_size(bytes + from, size - from, false) == 0) {
        from++;
    }
    return from;
}

bool explain_finds_modbus_rtu(const uint8_t *bytes, size_t size)
{
    return next_rtu(bytes, size, 0) < size;
}

static void say_station(struct explainer *explainer, size_t at)
{
    unsigned station = explainer->bytes[at];

    if (station > STATION_LAST) {
        explain_wrong(explainer, at, 1, at, "station %u, 0 to %d allowed", station, STATION_LAST);
    } else {
        explain_good(explainer, at, 1, station == STATION_BROADCAST ? "all stations" : "station %u",
                     station);
    }
}

static void say_rtu(struct explainer *explainer, size_t at, size_t size)
{
    const struct pdu pdu = {.explainer = explainer,
                            .bytes = explainer->bytes + at + 1,
                            .base = at + 1,
                            .size = size - 1 - CRC_SIZE,
                            .station = explainer->bytes[at]};

    say_station(explainer, at);
    say_pdu(&pdu);
    explain_good(explainer, at + size - CRC_SIZE, CRC_SIZE, "CRC");
}

/* Would the bytes be a PDU if no CRC followed? */
static bool lacks_crc(const uint8_t *bytes, size_t size)
{
    return size >= 3 && (request_fits(bytes + 1, size - 1) || reply_fits(bytes + 1, size - 1));
}

/* What the wrong CRC may come from. */
static const char *crc_hint(const uint8_t *bytes, size_t size)
{
    uint16_t crc = modbus_crc16(bytes, size - CRC_SIZE);

    if (bytes[size - 2] == crc >> 8 && bytes[size - 1] == (crc & 0xFF)) {
        return ": its bytes are swapped, the low one goes first";
    }
    if (lacks_crc(bytes, size)) {
        return ", or it is missing: without it the bytes are a whole message";
    }
    return "";
}

/* Could a master ask this? A count that none may ask for hints at a reply. */
static bool may_be_request(const uint8_t *pdu, size_t size)
{
    return !is_read(pdu[0]) || size < 5 ||
           (word_at(pdu + 3) >= 1 &&
            word_at(pdu + 3) <= (pdu[0] <= READ_DISCRETE ? 2000 : MODBUS_READ_MAX));
}

/* The length that the function wants, to say what is missing; 0 if that cannot be known. */
static size_t wanted_rtu(const struct explainer *explainer, size_t at)
{
    const uint8_t *pdu = explainer->bytes + at + 1;
    size_t size = explainer->size - at - 1;
    size_t request = explainer->side == WIRE_REPLY ? 0 : request_size(pdu, size);
    size_t reply = explainer->side == WIRE_REQUEST ? 0 : reply_size(pdu, size);
    size_t nearest = request;

    if (reply > 0 && (request == 0 || reply + CRC_SIZE == size || !may_be_request(pdu, size))) {
        nearest = reply;
    }
    return nearest > 0 ? nearest + 1 + CRC_SIZE : 0;
}

static void say_broken_rtu(struct explainer *explainer, size_t at, size_t end)
{
    const uint8_t *bytes = explainer->bytes + at;
    size_t size = end - at;
    size_t wanted = size >= 2 ? wanted_rtu(explainer, at) : 0;
    uint16_t crc;

    if (size < MODBUS_RTU_MIN || (wanted > size && !lacks_crc(bytes, size))) {
        size_t whole = wanted > size ? wanted : MODBUS_RTU_MIN;

        explain_wrong(explainer, at, size, end, "%zu byte%s missing: %zu expected, here are %zu",
                      whole - size, whole - size == 1 ? " is" : "s are", whole, size);
        return;
    }
    if (size > MODBUS_RTU_MAX) {
        explain_wrong(explainer, at, size, at + MODBUS_RTU_MAX, "%zu bytes, at most %d allowed",
                      size, MODBUS_RTU_MAX);
        return;
    }
    crc = modbus_crc16(bytes, size - CRC_SIZE);
    explain_wrong(explainer, at, size, at + size - CRC_SIZE, "CRC %02X %02X, computed %02X %02X%s",
                  bytes[size - 2], bytes[size - 1], crc & 0xFF, crc >> 8, crc_hint(bytes, size));
    if (lacks_crc(bytes, size)) {
        crc = modbus_crc16(bytes, size);
        explain_good(explainer, at, 0, "with its CRC it would end in %02X %02X", crc & 0xFF,
                     crc >> 8);
    }
}

size_t explain_modbus_rtu(struct explainer *explainer)
{
    struct explained *result = explainer->result;
    size_t size = rtu_size(explainer->bytes, explainer->size, true);
    size_t at = size > 0 ? 0 : next_rtu(explainer->bytes, explainer->size, 0);
    bool damaged = at == explainer->size || (at >= MODBUS_RTU_MIN && size == 0);

    result->protocol = WIRE_MODBUS_RTU;
    if (damaged) { /* what is before the next frame is long enough to have been one */
        say_broken_rtu(explainer, 0, at);
        result->size = at;
        return at;
    }
    if (size == 0) {
        explain_noise(explainer, 0, at, "");
        size = rtu_size(explainer->bytes + at, explainer->size - at, false);
    }
    result->begin = at;
    result->size = size;
    say_rtu(explainer, at, size);
    return at + size;
}

/* ---- TCP ---------------------------------------------------------------------------------- */

bool explain_finds_modbus_tcp(const uint8_t *bytes, size_t size)
{
    return size > MBAP_SIZE && size <= MBAP_SIZE + MODBUS_PDU_MAX && word_at(bytes + 2) == 0 &&
           word_at(bytes + 4) == size - 6 &&
           (request_fits(bytes + MBAP_SIZE, size - MBAP_SIZE) ||
            reply_fits(bytes + MBAP_SIZE, size - MBAP_SIZE));
}

size_t explain_modbus_tcp(struct explainer *explainer)
{
    struct explained *result = explainer->result;
    const uint8_t *bytes = explainer->bytes;
    size_t whole, size = explainer->size;
    struct pdu pdu;

    result->protocol = WIRE_MODBUS_TCP;
    result->size = size;
    if (size <= MBAP_SIZE) {
        explain_wrong(explainer, 0, size, size, "%zu bytes at least are missing of header and PDU",
                      MBAP_SIZE + 1 - size);
        return size;
    }
    whole = 6 + (size_t)word_at(bytes + 4);
    explain_good(explainer, 0, 2, "transaction %u", word_at(bytes));
    if (word_at(bytes + 2) != 0) {
        explain_wrong(explainer, 2, 2, 2, "protocol %u, 0 expected", word_at(bytes + 2));
    } else {
        explain_good(explainer, 2, 2, "protocol 0, Modbus");
    }
    if (whole <= MBAP_SIZE || whole > MBAP_SIZE + MODBUS_PDU_MAX || whole > size) {
        explain_wrong(explainer, 4, 2, 4, "length %u, %zu bytes follow", word_at(bytes + 4),
                      size - 6);
        return size;
    }
    explain_good(explainer, 4, 2, "length %u", word_at(bytes + 4));
    explain_good(explainer, 6, 1, "unit %u", bytes[6]);
    pdu = (struct pdu){.explainer = explainer,
                       .bytes = bytes + MBAP_SIZE,
                       .base = MBAP_SIZE,
                       .size = whole - MBAP_SIZE,
                       .station = bytes[6]};
    say_pdu(&pdu);
    result->size = whole;
    return whole;
}
