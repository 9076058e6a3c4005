/* The words of bits in DL/T 645-2007, bit by bit. */
#include "sim/wire/dlt645.h"
#include "sim/wire/text_out.h"

#include "sim/error.h"

/* Said when the bits of the mask have this value. */
struct bit_name {
    uint16_t mask, value;
    const char *name;
};

#define BIT(bit, name)                                                                             \
    {                                                                                              \
        (bit), (bit), (name)                                                                       \
    }
#define END_OF_NAMES                                                                               \
    {                                                                                              \
        0, 0, NULL                                                                                 \
    }

static const struct bit_name error_names[] = {
    BIT(DLT645_ERROR_OTHER, "other error"),
    BIT(DLT645_ERROR_NO_DATA, "no such data"),
    BIT(DLT645_ERROR_PASSWORD, "wrong password or not authorised"),
    BIT(DLT645_ERROR_BAUD, "baud rate cannot be changed"),
    BIT(DLT645_ERROR_ZONES, "too many year zones"),
    BIT(DLT645_ERROR_PERIODS, "too many day periods"),
    BIT(DLT645_ERROR_TARIFFS, "too many tariffs"),
    END_OF_NAMES,
};

static const struct bit_name security_names[] = {
    BIT(DLT645_SERR_OTHER, "other error"),
    BIT(DLT645_SERR_REPEATED_RECHARGE, "repeated recharge"),
    BIT(DLT645_SERR_VERIFICATION, "verification failed"),
    BIT(DLT645_SERR_AUTHENTICATION, "authentication failed"),
    BIT(DLT645_SERR_CUSTOMER, "another customer's number"),
    BIT(DLT645_SERR_RECHARGE_COUNT, "wrong recharge count"),
    BIT(DLT645_SERR_HOARDING, "more than the hoarding limit"),
    BIT(DLT645_SERR_ADDRESS, "address abnormal"),
    BIT(DLT645_SERR_HUNG_UP, "meter hung up"),
    BIT(DLT645_SERR_RESTORE, "closing and restoring failed"),
    END_OF_NAMES,
};

static const struct bit_name done_names[] = {
    BIT(DLT645_DONE_CLOSED, "closed"),
    BIT(DLT645_DONE_CLOSE_PERMITTED, "close permitted"),
    BIT(DLT645_DONE_TRIPPED, "tripped"),
    BIT(DLT645_DONE_TRIP_DELAYED, "trip delayed"),
    BIT(DLT645_DONE_TRIP_WILL_RESTORE, "tripped until it restores"),
    BIT(DLT645_DONE_TRIP_HELD_BY_CURRENT, "trip held by large current"),
    BIT(DLT645_DONE_KEEP_POWER_ON, "keep power on"),
    BIT(DLT645_DONE_KEEP_POWER_OFF, "keep power off"),
    BIT(DLT645_DONE_ALARM_ON, "alarm on"),
    BIT(DLT645_DONE_ALARM_OFF, "alarm off"),
    END_OF_NAMES,
};

static const struct bit_name refused_names[] = {
    BIT(DLT645_REFUSED_HUNG_UP, "meter hung up"),
    BIT(DLT645_REFUSED_MAC, "wrong MAC"),
    BIT(DLT645_REFUSED_PASSWORD, "wrong password or not authorised"),
    BIT(DLT645_REFUSED_AUTHENTICATION, "authentication missing or expired"),
    BIT(DLT645_REFUSED_VALID_UNTIL, "valid-until time has passed or is no time"),
    BIT(DLT645_REFUSED_KEEP_POWER, "keep power is on"),
    BIT(DLT645_REFUSED_RESTORE_KEEP_POWER, "keep power is on, no trip with restore"),
    BIT(DLT645_REFUSED_RESTORE_DURATION, "restore time is not valid"),
    BIT(DLT645_REFUSED_RESTORE_ALREADY_OPEN, "already tripped, no trip with restore"),
    END_OF_NAMES,
};

/* Bits 6 to 15 of word 1 are those of newer State Grid meters. */
static const struct bit_name status_1_names[] = {
    {0x0001, 0x0001, "external switch by pulse"},
    {0x0002, 0x0002, "demand by interval"},
    BIT(0x0004, "clock battery low"),
    BIT(0x0008, "outage battery low"),
    BIT(0x0010, "active power reverse"),
    BIT(0x0020, "reactive power reverse"),
    BIT(0x0100, "control loop fault"),
    BIT(0x0200, "security module fault"),
    BIT(0x1000, "program error"),
    BIT(0x2000, "memory fault"),
    BIT(0x4000, "overdraft"),
    BIT(0x8000, "clock fault"),
    END_OF_NAMES,
};

static const struct bit_name status_2_names[] = {
    BIT(0x0001, "active power A reverse"),
    BIT(0x0002, "active power B reverse"),
    BIT(0x0004, "active power C reverse"),
    BIT(0x0010, "reactive power A reverse"),
    BIT(0x0020, "reactive power B reverse"),
    BIT(0x0040, "reactive power C reverse"),
    END_OF_NAMES,
};

static const struct bit_name status_3_names[] = {
    {0x0010, 0x0000, "relay closed"},
    {0x0010, 0x0010, "relay open"},
    {0x0040, 0x0040, "relay ordered open"},
    BIT(0x0080, "trip announced"),
    BIT(0x1000, "keep power"),
    {0x0001, 0x0001, "second day tables"},
    {0x0006, 0x0002, "on auxiliary supply"},
    {0x0006, 0x0004, "on battery"},
    BIT(0x0008, "programming allowed"),
    BIT(0x0020, "second zone tables"),
    {0x0300, 0x0100, "prepays energy"},
    {0x0300, 0x0200, "prepays money"},
    BIT(0x0400, "second tariff prices"),
    BIT(0x0800, "second ladder"),
    BIT(0x2000, "authentication valid"),
    BIT(0x4000, "local account not opened"),
    BIT(0x8000, "remote account not opened"),
    END_OF_NAMES,
};

static const struct bit_name phase_names[] = {
    BIT(0x0001, "loss of voltage"), BIT(0x0002, "under-voltage"), BIT(0x0004, "over-voltage"),
    BIT(0x0008, "loss of current"), BIT(0x0010, "over-current"),  BIT(0x0020, "overload"),
    BIT(0x0040, "reverse flow"),    BIT(0x0080, "phase break"),   BIT(0x0100, "current break"),
    BIT(0x4000, "CT short"),        BIT(0x8000, "CT open"),       END_OF_NAMES,
};

static const struct bit_name status_7_names[] = {
    BIT(0x0001, "voltage reverse sequence"), BIT(0x0002, "current reverse sequence"),
    BIT(0x0004, "voltage unbalance"),        BIT(0x0008, "current unbalance"),
    BIT(0x0010, "auxiliary supply lost"),    BIT(0x0020, "power down"),
    BIT(0x0040, "demand over its limit"),    BIT(0x0080, "total power factor low"),
    BIT(0x0100, "severe current unbalance"), BIT(0x0200, "cover open"),
    BIT(0x0400, "terminal cover open"),      END_OF_NAMES,
};

/* A maker's. */
static const struct bit_name status_8_names[] = {
    BIT(0x0001, "relay ordered open"), BIT(0x0002, "relay open"), BIT(0x0004, "mode"),
    BIT(0x0100, "alarm ordered"),      BIT(0x0200, "alarm on"),   END_OF_NAMES,
};

#define PROTECTOR_CAUSES                                                                           \
    {0x1F, 0x02, "residual current"}, {0x1F, 0x05, "overload"}, {0x1F, 0x06, "short circuit"},     \
        {0x1F, 0x07, "phase loss"}, {0x1F, 0x08, "under-voltage"}, {0x1F, 0x09, "over-voltage"},   \
        {0x1F, 0x0D, "remote order"}, {0x1F, 0x0E, "key test"}, {0x1F, 0x0F, "lock-out"},          \
        {0x1F, 0x10, "transformer fault"}, {0x1F, 0x11, "close failed"}, {0x1F, 0x12, "by hand"},  \
    {                                                                                              \
        0x1F, 0x13, "settings changed"                                                             \
    }

static const struct bit_name protector_names[] = {
    {0x60, 0x00, "gate closed"},
    {0x60, 0x40, "gate recloses"},
    {0x60, 0x60, "gate open"},
    BIT(0x80, "alarm"),
    PROTECTOR_CAUSES,
    END_OF_NAMES,
};

static const struct bit_name cause_names[] = {PROTECTOR_CAUSES, END_OF_NAMES};

static const struct bit_name *const words[DLT645_WORD_COUNT] = {
    [DLT645_WORD_ERROR] = error_names,         [DLT645_WORD_SECURITY_ERROR] = security_names,
    [DLT645_WORD_RELAY_DONE] = done_names,     [DLT645_WORD_RELAY_REFUSED] = refused_names,
    [DLT645_WORD_STATUS_1] = status_1_names,   [DLT645_WORD_STATUS_2] = status_2_names,
    [DLT645_WORD_STATUS_3] = status_3_names,   [DLT645_WORD_STATUS_4] = phase_names,
    [DLT645_WORD_STATUS_5] = phase_names,      [DLT645_WORD_STATUS_6] = phase_names,
    [DLT645_WORD_STATUS_7] = status_7_names,   [DLT645_WORD_STATUS_8] = status_8_names,
    [DLT645_WORD_PROTECTOR] = protector_names, [DLT645_WORD_PROTECTOR_CAUSE] = cause_names,
};

int dlt645_word_text(enum dlt645_word word, unsigned bits, char *text, size_t size)
{
    struct text_out out;
    unsigned unnamed = bits;
    const char *separator = "";

    if (size == 0 || (unsigned)word >= DLT645_WORD_COUNT) {
        return ERROR_INVALID_ARGUMENT;
    }
    out = text_out_begin(text, size);
    for (const struct bit_name *name = words[word]; name->name; name++) {
        if ((bits & name->mask) == name->value) {
            text_out_put(&out, "%s%s", separator, name->name);
            separator = ", ";
            unnamed &= ~(unsigned)name->mask;
        }
    }
    if (unnamed) {
        text_out_put(&out, "%sbits %04X", separator, unnamed);
    }
    return text_out_result(&out);
}
