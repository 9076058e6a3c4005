/* Modbus: what is answered, and how what cannot be done is refused. */
#include "hil/check/check_internal.h"

#include <stdio.h>
#include <string.h>

#define APPLICATION "Modbus Application Protocol V1.1b3, "

enum { LAST_ADDRESS = 0xffff };

static const char *said(const struct modbus_heard *heard, char *text, size_t size)
{
    if (heard->kind == HEARD_REFUSED)
        snprintf(text, size, "exception %d (%s)", heard->exception,
                 modbus_exception_text(heard->exception));
    else
        snprintf(text, size, "a normal answer");
    return text;
}

/* The PDU must be refused with `wanted`, or with `also` (0: with nothing else). */
static void refused(struct check *check, const uint8_t *pdu, size_t size, int wanted, int also)
{
    struct modbus_heard heard;
    char hex[60], text[80];
    if (!check_goes_on(check) || !modbus_ask_pdu(check, pdu, size, &heard))
        return;
    bool good = heard.kind == HEARD_REFUSED && (heard.exception == wanted || heard.exception == also);
    if (!good)
        check_fail(check, "PDU %s met %s, not exception %d", check_hex(pdu, size, hex, sizeof hex),
                   said(&heard, text, sizeof text), wanted);
}

static void read_pdu(uint8_t function, unsigned address, unsigned count, uint8_t pdu[5])
{
    pdu[0] = function;
    pdu[1] = (uint8_t)(address >> 8);
    pdu[2] = (uint8_t)address;
    pdu[3] = (uint8_t)(count >> 8);
    pdu[4] = (uint8_t)count;
}

/* Functions that no edition of the specification defines, and none for users. */
static void unknown_function(struct check *check)
{
    static const uint8_t functions[] = {0x19, 0x33, 0x5a, 0x7f};
    for (size_t i = 0; i < sizeof functions && check_goes_on(check); i++) {
        uint8_t pdu[5];
        read_pdu(functions[i], 0, 1, pdu);
        refused(check, pdu, sizeof pdu, MODBUS_EXCEPTION_ILLEGAL_FUNCTION, 0);
    }
}

static bool has_function(struct check *check, uint8_t function)
{
    struct modbus_heard heard;
    uint8_t pdu[5];
    read_pdu(function, check->anchor.address, 1, pdu);
    return modbus_ask_pdu(check, pdu, sizeof pdu, &heard) &&
           !(heard.kind == HEARD_REFUSED &&
             heard.exception == MODBUS_EXCEPTION_ILLEGAL_FUNCTION);
}

static void of_both_reads(struct check *check, unsigned address, unsigned count, int wanted, int also)
{
    for (int function = MODBUS_READ_HOLDING; function <= MODBUS_READ_INPUT; function++) {
        uint8_t pdu[5];
        if (!check_goes_on(check) || !has_function(check, (uint8_t)function))
            continue;
        read_pdu((uint8_t)function, address, count, pdu);
        refused(check, pdu, sizeof pdu, wanted, also);
    }
}

static void beyond_the_end(struct check *check)
{
    of_both_reads(check, LAST_ADDRESS, 2, MODBUS_EXCEPTION_ILLEGAL_ADDRESS, 0);
    of_both_reads(check, LAST_ADDRESS - 5, 100, MODBUS_EXCEPTION_ILLEGAL_ADDRESS, 0);
}

static void absent_register(struct check *check)
{
    static const unsigned places[] = {0xfff0, 0xbeef, 0x7ffe};
    int there = 0;
    for (size_t i = 0; i < sizeof places / sizeof places[0] && check_goes_on(check); i++) {
        struct modbus_heard heard;
        uint8_t pdu[5];
        read_pdu((uint8_t)check->anchor.function, places[i], 1, pdu);
        if (!modbus_ask_pdu(check, pdu, sizeof pdu, &heard))
            return;
        there += heard.kind == HEARD_NORMAL;
        if (heard.kind == HEARD_REFUSED && heard.exception != MODBUS_EXCEPTION_ILLEGAL_ADDRESS)
            check_fail(check, "a read of register %04X was refused with exception %d, not 2",
                       places[i], heard.exception);
    }
    if (there > 0)
        check_not_judged(check, "the registers that it was asked for exist, or read as if they did");
}

/* One register more than the block that the profile knows exists may exist; across the end of the
 * known ones nothing can be said without the profile. */
static void count_of_zero(struct check *check)
{
    of_both_reads(check, check->anchor.address, 0, MODBUS_EXCEPTION_ILLEGAL_VALUE, 0);
}

static void count_too_large(struct check *check)
{
    static const unsigned counts[] = {126, 127, 255, 256, 1000, 65535};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0] && check_goes_on(check); i++) {
        uint8_t pdu[5];
        read_pdu((uint8_t)check->anchor.function, check->anchor.address, counts[i], pdu);
        refused(check, pdu, sizeof pdu, MODBUS_EXCEPTION_ILLEGAL_VALUE, 0);
    }
}

/* A request whose PDU is too short, in a frame that is sound. */
static void short_request(struct check *check)
{
    for (size_t size = 1; size < 5 && check_goes_on(check); size++) {
        struct modbus_heard heard;
        uint8_t pdu[5], frame[RTU_MAX];
        read_pdu((uint8_t)check->anchor.function, check->anchor.address, 1, pdu);
        const struct piece piece = {frame, modbus_frame(check->slave, pdu, size, frame),
                                    exchanger_characters(&check->wire, 5)};
        if (!check_send_for_silence(check, &piece, 1))
            return;
        modbus_judge_answer(check, NULL, pdu[0], &heard);
        if (heard.kind == HEARD_NORMAL)
            check_fail(check, "a request of %zu bytes was answered as if it were whole", size);
        else if (heard.kind == HEARD_DAMAGED)
            check_lost(check, "a request of %zu bytes: %s", size, heard.why);
        else if (heard.kind == HEARD_REFUSED && heard.exception != MODBUS_EXCEPTION_ILLEGAL_VALUE)
            check_fail(check, "a request of %zu bytes met exception %d, not 3", size, heard.exception);
    }
    if (check_goes_on(check) && !check_answers(check))
        check_lost(check, "after short requests it answers no more");
}

/* Writes that must not be obeyed whatever the register: to one that hardly exists, so that a meter
 * that obeys changes nothing it has. A meter may look at the address first. */
static void broken_write(struct check *check)
{
    static const uint8_t none[] = {16, 0xff, 0xf0, 0, 0, 0};
    static const uint8_t too_few[] = {16, 0xff, 0xf0, 0, 2, 2, 0, 0};
    static const uint8_t odd[] = {16, 0xff, 0xf0, 0, 1, 1, 0};
    static const uint8_t too_many[] = {16, 0xff, 0xf0, 0, 1, 4, 0, 0, 0, 0};
    static const uint8_t lying[] = {16, 0xff, 0xf0, 0, 2, 4, 0, 0};
    static const struct {
        const uint8_t *pdu;
        size_t size;
    } all[] = {{none, sizeof none},
               {too_few, sizeof too_few},
               {odd, sizeof odd},
               {too_many, sizeof too_many},
               {lying, sizeof lying}};
    for (size_t i = 0; i < sizeof all / sizeof all[0] && check_goes_on(check); i++) {
        struct modbus_heard heard;
        char hex[60], text[80];
        if (!modbus_ask_pdu(check, all[i].pdu, all[i].size, &heard))
            return;
        if (heard.kind == HEARD_REFUSED && heard.exception == MODBUS_EXCEPTION_ILLEGAL_FUNCTION) {
            check_not_judged(check, "the meter has no function 16");
            return;
        }
        if (heard.kind != HEARD_REFUSED || heard.exception < 2 || heard.exception > 3)
            check_fail(check, "PDU %s met %s, not exception 3",
                       check_hex(all[i].pdu, all[i].size, hex, sizeof hex),
                       said(&heard, text, sizeof text));
    }
}

static void write_to_absent(struct check *check)
{
    static const uint8_t pdus[][9] = {{6, 0xff, 0xf0, 0, 0}, {16, 0xff, 0xf0, 0, 1, 2, 0, 0}};
    static const size_t sizes[] = {5, 8};
    for (int i = 0; i < 2 && check_goes_on(check); i++) {
        struct modbus_heard heard;
        if (!modbus_ask_pdu(check, pdus[i], sizes[i], &heard))
            return;
        if (heard.kind == HEARD_NORMAL)
            check_fail(check, "a write to register FFF0 was acknowledged (function %d)", pdus[i][0]);
        else if (heard.exception != MODBUS_EXCEPTION_ILLEGAL_ADDRESS &&
                 heard.exception != MODBUS_EXCEPTION_ILLEGAL_FUNCTION)
            check_fail(check, "a write to register FFF0 met exception %d, not 2 (function %d)",
                       heard.exception, pdus[i][0]);
    }
}

/* ---- what the profile knows ---------------------------------------------------------------------
 */

static bool readable(const struct check *check, int which)
{
    return check->profile->registers[which].present && which != PROFILE_CONTROL;
}

static void all_items(struct check *check)
{
    int count = 0;
    for (int i = 0; i < PROFILE_REGISTER_COUNT && check_goes_on(check); i++) {
        struct modbus_request request;
        struct modbus_heard heard;
        if (!readable(check, i))
            continue;
        profile_read_request(check->profile, (enum profile_register)i, &request);
        if (!modbus_ask(check, &request, &heard))
            return;
        count++;
        if (heard.kind == HEARD_REFUSED)
            check_fail(check, "the profile's %s (register %u) is refused with exception %d",
                       profile_register_key((enum profile_register)i), request.address,
                       heard.exception);
    }
    check_note(check, "%d items", count);
}

/* Settings do not change by themselves. */
static void reads_agree(struct check *check)
{
    static const int settings[] = {PROFILE_VERSION,        PROFILE_RATED_RESIDUAL,
                                   PROFILE_OVERLOAD_LIMIT, PROFILE_OVERLOAD_DELAY,
                                   PROFILE_HOLDOFF_CURRENT, PROFILE_HEAT_TRIP,
                                   PROFILE_PRICE,          PROFILE_OVERDRAFT};
    int count = 0;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0] && check_goes_on(check); i++) {
        struct modbus_request request;
        struct modbus_heard first, again;
        if (!readable(check, settings[i]))
            continue;
        profile_read_request(check->profile, (enum profile_register)settings[i], &request);
        for (int round = 0; round < 5 && check_goes_on(check); round++) {
            if (!modbus_ask(check, &request, round == 0 ? &first : &again))
                return;
            if (round > 0 && memcmp(first.response.values, again.response.values,
                                    request.count * sizeof(uint16_t)) != 0)
                check_fail(check, "two reads of %s differ",
                           profile_register_key((enum profile_register)settings[i]));
        }
        count++;
    }
    if (count == 0)
        check_not_judged(check, "the profile knows nothing that stays as it is");
}

static bool holding_at(const struct profile *profile, unsigned address)
{
    for (int i = 0; i < PROFILE_REGISTER_COUNT; i++) {
        const struct profile_entry *entry = &profile->registers[i];
        if (entry->present && i != PROFILE_CONTROL && entry->kind == PROFILE_HOLDING &&
            address >= entry->address &&
            address < (unsigned)entry->address + (unsigned)profile_width(entry))
            return true;
    }
    return false;
}

/* A value read in a block is the value read alone. */
static void block_agrees(struct check *check)
{
    int best = 0, start = 0;
    for (unsigned address = 0; address < LAST_ADDRESS; address++) {
        int count = 0;
        while (count < MODBUS_READ_MAX &&
               holding_at(check->profile, address + (unsigned)count))
            count++;
        if (count > best) {
            best = count;
            start = (int)address;
        }
        address += (unsigned)count;
    }
    if (best < 2) {
        check_not_judged(check, "the profile has no holding registers beside each other");
        return;
    }
    struct modbus_request request = {.function = MODBUS_READ_HOLDING,
                                     .address = (uint16_t)start,
                                     .count = (uint16_t)best};
    struct modbus_heard block, single;
    if (!modbus_ask(check, &request, &block))
        return;
    if (block.kind == HEARD_REFUSED)
        check_fail(check, "%d registers from %d are refused in one read with exception %d", best, start,
                   block.exception);
    for (int i = 0; i < best && check_goes_on(check); i++) {
        request = (struct modbus_request){
            .function = MODBUS_READ_HOLDING, .address = (uint16_t)(start + i), .count = 1};
        if (!modbus_ask(check, &request, &single) || single.kind == HEARD_REFUSED)
            continue;
        int difference = single.response.values[0] - block.response.values[i];
        if (difference < -2 || difference > 2) /* a clock or a count may go on meanwhile */
            check_fail(check, "register %d reads %u in a block and %u alone", start + i,
                       block.response.values[i], single.response.values[0]);
    }
    check_note(check, "%d registers from %d", best, start);
}

static const struct check_row rows[] = {
    {"modbus.unknown_function", "an unknown function is refused with exception 1",
     APPLICATION "7: illegal function", 0, unknown_function},
    {"modbus.beyond_the_end", "a read across the end of the address space is refused with exception 2",
     APPLICATION "7: illegal data address", 0, beyond_the_end},
    {"modbus.absent_register", "a read of a register that is not there is refused with exception 2",
     APPLICATION "7: illegal data address", 0, absent_register},
    {"modbus.count_of_zero", "a read of no registers is refused with exception 3",
     APPLICATION "6.3, 6.4: quantity 1 to 125", 0, count_of_zero},
    {"modbus.count_too_large", "a read of more than 125 registers is refused with exception 3",
     APPLICATION "6.3, 6.4: quantity 1 to 125", 0, count_too_large},
    {"modbus.short_request", "a request that is too short is not obeyed",
     APPLICATION "7: illegal data value", 0, short_request},
    {"modbus.broken_write", "a write whose counts contradict each other is refused",
     APPLICATION "6.12", 0, broken_write},
    {"modbus.write_to_absent", "a write to a register that is not there is refused with exception 2",
     APPLICATION "6.6, 6.12", CHECK_WRITES, write_to_absent},
    {"modbus.all_items", "every item of the profile is read", "the profile", CHECK_PROFILE, all_items},
    {"modbus.reads_agree", "settings read the same each time", "sound behaviour", CHECK_PROFILE,
     reads_agree},
    {"modbus.block_agrees", "a register reads the same alone and in a block",
     APPLICATION "6.3", CHECK_PROFILE, block_agrees},
};

const struct check_rows check_modbus_rules = {rows, sizeof rows / sizeof rows[0]};
