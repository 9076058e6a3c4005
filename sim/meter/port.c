#include "sim/meter/port.h"

#include "sim/error.h"
#include "sim/meter/internal.h"
#include "sim/wire/dlt645_blocks.h"
#include "sim/wire/dlt645_service.h"

#include <assert.h>
#include <string.h>

enum {
    WRONG_MAX = 3, /* passwords, then the level is locked */
    LEVEL_ADMINISTRATOR = 2,
    LEVEL_CONTROL = 4,
    ENERGY_SIZE = 4,
    OPERATOR_SIZE = 4,
    RESIDUAL_CAUSE = 2, /* of a protector's record: residual current */
};

#define LOCKED_NS (24 * NS_PER_HOUR)
#define DEMAND_NS (15 * NS_PER_MIN)

static const struct {
    uint32_t count, record;
    uint8_t size;
} rings[PORT_RINGS] = {
#define X(id, count, record, size) [PORT_##id] = {count, record, size},
    PORT_RINGS_LIST(X)
#undef X
};

void meter_port_init(struct meter_port *port, struct meter *meter, int64_t now,
                     enum port_dialect dialect, int baud)
{
    memset(port, 0, sizeof *port);
    port->config = *meter->config;
    port->dialect = dialect;
    port->baud = baud;
    for (int i = 0; i < PORT_LEVELS; i++)
        port->passwords[i] = UINT32_MAX;
    port->passwords[LEVEL_ADMINISTRATOR] = port->config.administrator_password;
    port->passwords[LEVEL_CONTROL] = port->config.control_password;
    port->demand.window_ends = now + DEMAND_NS;
    port->demand.window_began_mwh = meter->memory.energy.mwh;
    port->hourly = (struct dlt645_freeze){DLT645_EVERY, DLT645_EVERY, DLT645_EVERY, 0};
    port->daily = (struct dlt645_freeze){DLT645_EVERY, DLT645_EVERY, 0, 0};
    port->monthly = (struct dlt645_freeze){DLT645_EVERY, 1, 0, 0};
    port->looked_s = meter_clock_s(meter, now);
    meter->port = port;
    meter->config = &port->config;
}

/* ---- records ----------------------------------------------------------------------------------- */

/* A record under way: parts are put behind each other; what is left stays 0. */
struct record {
    struct port_ring *ring;
    uint8_t *bytes;
    int size, used;
};

static struct record begin(struct meter *meter, enum port_ring_id which)
{
    struct port_ring *ring = &meter->port->rings[which];
    uint8_t *bytes = ring->records[ring->count++ % PORT_RECORDS_MAX];
    memset(bytes, 0, PORT_RECORD_MAX);
    return (struct record){ring, bytes, rings[which].size, 0};
}

static void put(struct record *record, const uint8_t *bytes, int size)
{
    assert(size >= 0 && record->used + size <= record->size);
    memcpy(record->bytes + record->used, bytes, (size_t)size);
    record->used += size;
}

static void put_time(struct record *record, enum dlt645_time_layout layout, int64_t clock_s)
{
    uint8_t bytes[DLT645_TIME_SIZE_MAX];
    struct dlt645_time time = controller_wire_time(clock_s);
    put(record, bytes, dlt645_time_write(layout, &time, bytes, sizeof bytes));
}

static void put_number(struct record *record, uint32_t number)
{
    uint8_t bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(number >> 8 * i);
    put(record, bytes, sizeof bytes);
}

/* What a register cannot show is left 0. */
static void put_quantity(struct record *record, enum dlt645_quantity quantity, int64_t value)
{
    uint8_t bytes[8] = {0};
    int size = (int)dlt645_quantity_size(quantity);
    dlt645_quantity_write(quantity, value, bytes, sizeof bytes);
    put(record, bytes, size);
}

static void put_who_and_when(struct record *record, const struct meter *meter, int64_t now)
{
    put_time(record, DLT645_TIME_SECOND_TO_YEAR, meter_clock_s(meter, now));
    put_number(record, meter->port->operator_code);
}

/* Time, operator, forward energy; reverse and reactive ones are 0. */
static void note_relay(struct meter *meter, int64_t now, enum port_ring_id which)
{
    struct record record = begin(meter, which);
    put_who_and_when(&record, meter, now);
    put_quantity(&record, DLT645_ENERGY, meter->memory.energy.mwh);
}

static void note_residual(struct meter *meter, int64_t now)
{
    const uint8_t head[] = {RESIDUAL_CAUSE, 1};
    struct record record = begin(meter, PORT_RESIDUAL_TRIPS);
    put(&record, head, sizeof head);
    put_time(&record, DLT645_TIME_SECOND_TO_YEAR, meter_clock_s(meter, now));
    put_quantity(&record, DLT645_RESIDUAL_CURRENT, meter->signals.residual_ua);
    put_quantity(&record, DLT645_VOLTAGE, meter->signals.voltage_mv);
    put_quantity(&record, DLT645_VOLTAGE, 0);
    put_quantity(&record, DLT645_VOLTAGE, 0);
    put_quantity(&record, DLT645_CURRENT, meter->signals.current_ma);
}

void port_note_trip(struct meter *meter, int64_t now, enum trip_cause cause)
{
    if (!meter->port)
        return;
    note_relay(meter, now, PORT_TRIPS);
    if (cause == TRIP_CAUSE_LEAKAGE)
        note_residual(meter, now);
}

void port_note_close(struct meter *meter, int64_t now)
{
    if (meter->port)
        note_relay(meter, now, PORT_CLOSES);
}

void port_note_supply(struct meter *meter, int64_t now, bool on)
{
    if (!meter->port)
        return;
    if (!on) {
        meter->port->cut_s = meter_clock_s(meter, now);
        return;
    }
    struct record record = begin(meter, PORT_POWER_CUTS);
    put_time(&record, DLT645_TIME_SECOND_TO_YEAR, meter->port->cut_s);
    put_time(&record, DLT645_TIME_SECOND_TO_YEAR, meter_clock_s(meter, now));
}

void port_note_write(struct meter *meter, int64_t now, uint32_t identifier)
{
    if (!meter->port)
        return;
    struct record record = begin(meter, PORT_WRITES);
    put_who_and_when(&record, meter, now);
    put_number(&record, identifier);
}

void port_note_clock(struct meter *meter, int64_t before_s, int64_t after_s)
{
    if (!meter->port)
        return;
    struct record record = begin(meter, PORT_CLOCK_SETS);
    put_number(&record, meter->port->operator_code);
    put_time(&record, DLT645_TIME_SECOND_TO_YEAR, before_s);
    put_time(&record, DLT645_TIME_SECOND_TO_YEAR, after_s);
}

/* ---- freezes ----------------------------------------------------------------------------------- */

static void freeze(struct meter *meter, enum port_ring_id which, int64_t clock_s)
{
    struct record record = begin(meter, which);
    put_time(&record, DLT645_TIME_MINUTE_TO_YEAR, clock_s);
    put_quantity(&record, DLT645_ENERGY, meter->memory.energy.mwh);
    for (int rate = 0; rate < TARIFF_RATES && which != PORT_FREEZE_HOURLY; rate++)
        put_quantity(&record, DLT645_ENERGY, meter_rate_mwh(meter, (enum tariff_rate)rate));
    put_quantity(&record, DLT645_ENERGY, 0); /* reverse */
}

/* The last time, at or before `now_s`, that every field of a freeze agrees with; -1 when the year has none yet. */
static int64_t last_time(const struct dlt645_freeze *freeze, int64_t now_s)
{
    struct civil_time civil = civil_from_seconds(now_s);
    bool hourly = freeze->hour == DLT645_EVERY, daily = freeze->day == DLT645_EVERY;
    civil.second = 0;
    civil.minute = freeze->minute;
    civil.hour = hourly ? civil.hour : freeze->hour;
    civil.day = daily ? civil.day : freeze->day;
    civil.month = freeze->month == DLT645_EVERY ? civil.month : freeze->month;
    int64_t at = civil_to_seconds(&civil);
    if (at > now_s && hourly)
        at -= 3600;
    else if (at > now_s && daily)
        at -= 86400;
    return at > now_s ? -1 : at;
}

static void freeze_when_due(struct meter *meter, int64_t now_s, const struct dlt645_freeze *when,
                            enum port_ring_id which)
{
    enum dlt645_freeze_kind kind = dlt645_freeze_kind(when);
    if (kind == DLT645_FREEZE_NEVER || kind == DLT645_FREEZE_NOW)
        return;
    int64_t at = last_time(when, now_s);
    if (at > meter->port->looked_s)
        freeze(meter, which, at);
}

static void look_at_freezes(struct meter *meter, int64_t now)
{
    struct meter_port *port = meter->port;
    int64_t now_s = meter_clock_s(meter, now);
    if (now_s / 60 == port->looked_s / 60)
        return;
    freeze_when_due(meter, now_s, &port->hourly, PORT_FREEZE_HOURLY);
    freeze_when_due(meter, now_s, &port->daily, PORT_FREEZE_DAILY);
    freeze_when_due(meter, now_s, &port->monthly, PORT_FREEZE_MONTHLY);
    if (port->once.month != 0)
        freeze_when_due(meter, now_s, &port->once, PORT_FREEZE_NOW);
    port->looked_s = now_s;
}

bool port_freeze(struct meter *meter, int64_t now, const struct dlt645_freeze *when)
{
    struct meter_port *port = meter->port;
    switch (dlt645_freeze_kind(when)) {
    case DLT645_FREEZE_NOW:
        freeze(meter, PORT_FREEZE_NOW, meter_clock_s(meter, now));
        return true;
    case DLT645_FREEZE_HOURLY:
        port->hourly = *when;
        return true;
    case DLT645_FREEZE_DAILY:
        port->daily = *when;
        return true;
    case DLT645_FREEZE_MONTHLY:
        port->monthly = *when;
        return true;
    case DLT645_FREEZE_ONCE:
        port->once = *when;
        return true;
    case DLT645_FREEZE_NEVER:
        break;
    }
    return false;
}

/* ---- demand ------------------------------------------------------------------------------------ */

static void end_window(struct meter *meter, int64_t mwh)
{
    struct port_demand *demand = &meter->port->demand;
    demand->last_mw = (mwh - demand->window_began_mwh) * (NS_PER_HOUR / DEMAND_NS);
    if (demand->last_mw > demand->max_mw) {
        demand->max_mw = demand->last_mw;
        demand->max_clock_s = meter_clock_s(meter, demand->window_ends);
    }
    demand->window_began_mwh = mwh;
    demand->window_ends += DEMAND_NS;
}

/* Power was the same from `from` on, so energy grew evenly. */
void port_account(struct meter *meter, int64_t from, int64_t now, int64_t before_mwh)
{
    if (!meter->port || now <= from)
        return;
    struct port_demand *demand = &meter->port->demand;
    int64_t grown = meter->memory.energy.mwh - before_mwh;
    while (demand->window_ends <= now) {
        __extension__ __int128 part = (__int128)grown * (demand->window_ends - from) / (now - from);
        end_window(meter, before_mwh + (int64_t)part);
    }
    look_at_freezes(meter, now);
}

static void forget_demand(struct meter_port *port, int64_t mwh)
{
    port->demand.max_mw = port->demand.last_mw = port->demand.max_clock_s = 0;
    port->demand.window_began_mwh = mwh;
}

/* ---- who asks ---------------------------------------------------------------------------------- */

bool port_authorises(struct meter *meter, int64_t now, const struct dlt645_authority *authority)
{
    struct meter_port *port = meter->port;
    unsigned level = authority->level;
    port->operator_code = authority->operator_code;
    if (level >= PORT_LEVELS || port->passwords[level] == UINT32_MAX ||
        now < port->locked_until[level])
        return false;
    if (authority->password == port->passwords[level]) {
        port->wrong[level] = 0;
        return true;
    }
    if (++port->wrong[level] == WRONG_MAX) {
        port->wrong[level] = 0;
        port->locked_until[level] = now + LOCKED_NS;
    }
    return false;
}

/* ---- reading ----------------------------------------------------------------------------------- */

static int read_quantity(enum dlt645_quantity quantity, int64_t number, uint8_t *value)
{
    return dlt645_quantity_write(quantity, number, value, PORT_VALUE_MAX);
}

static uint32_t kept(const struct port_ring *ring)
{
    return ring->count < PORT_RECORDS_MAX ? ring->count : PORT_RECORDS_MAX;
}

/* The n-th newest, n from 1; NULL when there are fewer. */
static const uint8_t *newest(const struct port_ring *ring, uint32_t n)
{
    return n >= 1 && n <= kept(ring) ? ring->records[(ring->count - n) % PORT_RECORDS_MAX] : NULL;
}

/* Record n, or with n = FF all that are kept, the newest first; `from` and `size` say which part. */
static int read_records(const struct port_ring *ring, uint32_t n, int from, int size, uint8_t *value)
{
    int used = 0;
    uint32_t first = n == 0xff ? 1 : n, last = n == 0xff ? kept(ring) : n;
    for (uint32_t i = first; i <= last; i++) {
        const uint8_t *record = newest(ring, i);
        if (!record)
            return ERROR_DLT645_IDENTIFIER;
        memcpy(value + used, record + from, (size_t)size);
        used += size;
    }
    return used > 0 ? used : ERROR_DLT645_IDENTIFIER;
}

/* DI1 names one item of a relay's record: 01 the time, 02 the operator, from 03 on the energies. */
static int read_relay_item(const struct port_ring *ring, unsigned item, uint32_t n, uint8_t *value)
{
    if (item == 1)
        return read_records(ring, n, 0, 6, value);
    if (item == 2)
        return read_records(ring, n, 6, OPERATOR_SIZE, value);
    if (item >= 3 && item <= 8)
        return read_records(ring, n, 10 + ENERGY_SIZE * ((int)item - 3), ENERGY_SIZE, value);
    return ERROR_DLT645_IDENTIFIER;
}

/* And of a freeze: 00 the time, 01 forward and 02 reverse energy. */
static int read_freeze_item(const struct port_ring *ring, int size, unsigned item, uint32_t n,
                            uint8_t *value)
{
    int forward = size - 5 - ENERGY_SIZE;
    if (item == 0)
        return read_records(ring, n, 0, 5, value);
    if (item == 1)
        return read_records(ring, n, 5, forward, value);
    return item == 2 ? read_records(ring, n, 5 + forward, ENERGY_SIZE, value)
                     : ERROR_DLT645_IDENTIFIER;
}

static int read_item(const struct meter_port *port, int which, uint32_t identifier, uint8_t *value)
{
    const struct port_ring *ring = &port->rings[which];
    unsigned item = identifier >> 8 & 0xff, n = identifier & 0xff;
    if (which == PORT_TRIPS || which == PORT_CLOSES)
        return read_relay_item(ring, item, n, value);
    if (which >= PORT_FREEZE_NOW)
        return read_freeze_item(ring, rings[which].size, item, n, value);
    return ERROR_DLT645_IDENTIFIER;
}

static int read_ring(const struct meter_port *port, uint32_t identifier, uint8_t *value)
{
    for (int i = 0; i < PORT_RINGS; i++) {
        bool has_items = (rings[i].record & 0xff00) == 0xff00; /* the whole has DI1 FF, items others */
        if (rings[i].count != 0 && identifier == rings[i].count)
            return read_quantity(DLT645_COUNT, port->rings[i].count % 1000000, value);
        if ((identifier & 0xffffff00) == rings[i].record && (identifier & 0xff) != 0)
            return read_records(&port->rings[i], identifier & 0xff, 0, rings[i].size, value);
        if (has_items && (identifier & 0xffff0000) == (rings[i].record & 0xffff0000))
            return read_item(port, i, identifier, value);
    }
    return ERROR_DLT645_IDENTIFIER;
}

/* 01010000: the largest demand and when it ended. */
static int read_demand(const struct port_demand *demand, uint8_t *value)
{
    struct dlt645_time time = controller_wire_time(demand->max_clock_s);
    int size = read_quantity(DLT645_POWER, demand->max_mw, value);
    if (size < 0)
        return size;
    if (demand->max_clock_s == 0) {
        memset(value + size, 0, 5);
        return size + 5;
    }
    return size + dlt645_time_write(DLT645_TIME_MINUTE_TO_YEAR, &time, value + size, 5);
}

static int port_read(const struct meter *meter, uint32_t identifier, uint8_t *value)
{
    const struct meter_port *port = meter->port;
    switch (identifier) {
    case 0x01010000:
        return read_demand(&port->demand, value);
    case 0x02800003:
        return read_quantity(DLT645_POWER, meter->signals.power_mw, value);
    case 0x02800004:
        return read_quantity(DLT645_POWER, port->demand.last_mw, value);
    case 0x04000703:
        value[0] = dlt645_baud_byte(port->baud);
        return 1;
    default:
        return read_ring(port, identifier, value);
    }
}

bool port_answers_read(struct meter *meter, uint32_t identifier, struct dlt645_frame *reply)
{
    struct meter_port *port = meter->port;
    uint8_t value[PORT_VALUE_MAX];
    int size = port_read(meter, identifier, value);
    if (size < 0)
        return false;
    port->more_identifier = identifier;
    port->more_size = (size_t)size;
    memcpy(port->more, value, (size_t)size);
    return dlt645_block_reply(reply, &meter->address, identifier, value, (size_t)size, 0) == 0;
}

static void answer_more(struct meter *meter, const struct dlt645_frame *request,
                        struct dlt645_frame *reply)
{
    struct meter_port *port = meter->port;
    uint32_t identifier;
    uint8_t sequence;
    if (dlt645_read_more_request_parse(request, &identifier, &sequence) < 0)
        dlt645_refusal(reply, &meter->address, DLT645_READ_MORE, DLT645_ERROR_OTHER);
    else if (port->more_size == 0 || identifier != port->more_identifier || sequence == 0 ||
             dlt645_block_reply(reply, &meter->address, identifier, port->more, port->more_size,
                                sequence) < 0)
        dlt645_refusal(reply, &meter->address, DLT645_READ_MORE, DLT645_ERROR_NO_DATA);
}

/* ---- writing ----------------------------------------------------------------------------------- */

/* 0, the bits of a refusal, or ERROR_NOT_FOUND when the identifier is none of the port's. */
int port_write(struct meter *meter, const struct dlt645_write *write)
{
    struct meter_config *config = &meter->port->config;
    static const struct {
        uint32_t identifier;
        enum dlt645_quantity quantity;
        int64_t low, high;
    } settings[] = {
        {0x02910100, DLT645_RESIDUAL_CURRENT, 6000, 500000},
        {0x04001003, DLT645_MONEY, 0, INT64_C(9999999900)},
        {0x04001402, DLT645_CURRENT, 1000, 100000},
        {0x04001403, DLT645_MINUTES, 1, 1440},
        {0x04050101, DLT645_PRICE, 0, 99999999},
    };
    int64_t value = 0;
    size_t i = 0, count = sizeof settings / sizeof settings[0];
    while (i < count && settings[i].identifier != write->identifier)
        i++;
    if (i == count)
        return ERROR_NOT_FOUND;
    if (dlt645_quantity_read(settings[i].quantity, write->value, write->value_size, &value, NULL) < 0 ||
        value < settings[i].low || value > settings[i].high)
        return DLT645_ERROR_OTHER;
    switch (write->identifier) {
    case 0x02910100:
        config->rated_residual_ua = (int32_t)value;
        break;
    case 0x04001003:
        config->overdraft = value;
        break;
    case 0x04001402:
        config->holdoff_ma = (int32_t)value;
        break;
    case 0x04001403:
        config->holdoff_max_ns = value * NS_PER_MIN;
        break;
    default:
        config->price = value;
        break;
    }
    return 0;
}

/* ---- service ----------------------------------------------------------------------------------- */

static void refuse(struct meter *meter, int64_t now, enum dlt645_function function, uint8_t bits,
                   struct dlt645_frame *reply)
{
    dlt645_refusal(reply, &meter->address, function, bits);
    event_put(&meter->events, now, EVENT_METER_REFUSED, function, bits);
}

static void answer_freeze(struct meter *meter, int64_t now, const struct dlt645_frame *request,
                          struct dlt645_frame *reply)
{
    struct dlt645_freeze when;
    if (dlt645_freeze_request_parse(request, &when) == 0 && port_freeze(meter, now, &when))
        dlt645_done(reply, &meter->address, DLT645_FREEZE);
    else
        refuse(meter, now, DLT645_FREEZE, DLT645_ERROR_OTHER, reply);
}

static void answer_baud(struct meter *meter, int64_t now, const struct dlt645_frame *request,
                        struct dlt645_frame *reply)
{
    int baud = 0;
    if (dlt645_baud_parse(request, &baud) < 0 || baud == 0 || meter->port->keeps_baud) {
        refuse(meter, now, DLT645_SET_BAUD, DLT645_ERROR_BAUD, reply);
        return;
    }
    meter->port->baud = baud;
    dlt645_baud_reply(reply, &meter->address, baud);
}

/* Whoever knows a password may change it and those of less authority, which have greater numbers. */
static void answer_password(struct meter *meter, int64_t now, const struct dlt645_frame *request,
                            struct dlt645_frame *reply)
{
    struct dlt645_password_change change;
    if (dlt645_password_request_parse(request, &change) < 0) {
        refuse(meter, now, DLT645_SET_PASSWORD, DLT645_ERROR_OTHER, reply);
        return;
    }
    uint32_t target = change.identifier - DLT645_PASSWORD_IDENTIFIER(0);
    const struct dlt645_authority authority = {.level = change.old_one.level,
                                               .password = change.old_one.password};
    bool allowed = target < PORT_LEVELS && change.new_one.level == target &&
                   change.old_one.level <= target && port_authorises(meter, now, &authority);
    if (!allowed) {
        refuse(meter, now, DLT645_SET_PASSWORD, DLT645_ERROR_PASSWORD, reply);
        return;
    }
    meter->port->passwords[target] = change.new_one.password;
    port_note_write(meter, now, change.identifier);
    dlt645_password_reply(reply, &meter->address, &change.new_one);
}

/* Records of clears are not cleared. */
static void clear_events(struct meter *meter, int64_t now, uint32_t identifier)
{
    struct record record = begin(meter, PORT_EVENT_CLEARS);
    put_who_and_when(&record, meter, now);
    put_number(&record, identifier);
    for (int i = 0; i < PORT_FREEZE_NOW; i++) {
        bool kept_always = i >= PORT_METER_CLEARS && i <= PORT_EVENT_CLEARS;
        bool named = identifier == DLT645_ALL_EVENTS ||
                     (identifier & 0xffffff00) == (rings[i].record & 0xffffff00);
        if (named && !kept_always)
            memset(&meter->port->rings[i], 0, sizeof meter->port->rings[i]);
    }
}

static void clear_demand(struct meter *meter, int64_t now)
{
    struct record record = begin(meter, PORT_DEMAND_CLEARS);
    put_who_and_when(&record, meter, now);
    put_quantity(&record, DLT645_POWER, meter->port->demand.max_mw);
    forget_demand(meter->port, meter->memory.energy.mwh);
}

static void clear_meter(struct meter *meter, int64_t now)
{
    note_relay(meter, now, PORT_METER_CLEARS);
    const struct port_ring keep = meter->port->rings[PORT_METER_CLEARS];
    memset(meter->port->rings, 0, sizeof meter->port->rings);
    meter->port->rings[PORT_METER_CLEARS] = keep;
    const struct tariff_moment moment = meter->memory.rates.moment;
    meter->memory.energy = (struct energy){0};
    meter->memory.rates = (struct meter_rates){.moment = moment};
    meter->controller.status.register_mwh = 0;
    forget_demand(meter->port, 0);
}

static void answer_clear(struct meter *meter, int64_t now, const struct dlt645_frame *request,
                         struct dlt645_frame *reply)
{
    struct dlt645_clear clear;
    enum dlt645_function function = (enum dlt645_function)request->control;
    if (dlt645_clear_request_parse(request, &clear) < 0) {
        refuse(meter, now, function, DLT645_ERROR_OTHER, reply);
        return;
    }
    bool level = clear.authority.level == LEVEL_ADMINISTRATOR ||
                 (function == DLT645_CLEAR_DEMAND && clear.authority.level == LEVEL_CONTROL);
    if (!level || !port_authorises(meter, now, &clear.authority)) {
        refuse(meter, now, function, DLT645_ERROR_PASSWORD, reply);
        return;
    }
    if (function == DLT645_CLEAR_DEMAND)
        clear_demand(meter, now);
    else if (function == DLT645_CLEAR_METER)
        clear_meter(meter, now);
    else
        clear_events(meter, now, clear.identifier);
    dlt645_done(reply, &meter->address, function);
}

static void answer_terminal(struct meter *meter, int64_t now, const struct dlt645_frame *request,
                            struct dlt645_frame *reply)
{
    uint8_t output;
    if (dlt645_terminal_parse(request, &output) < 0 || output > DLT645_TERMINAL_TARIFF_SWITCH) {
        refuse(meter, now, DLT645_MULTIFUNCTION_TERMINAL, DLT645_ERROR_OTHER, reply);
        return;
    }
    meter->port->terminal = output;
    dlt645_terminal_reply(reply, &meter->address, output);
}

/* Only while the programming key is pressed; otherwise silence. */
static bool answer_address(struct meter *meter, const struct dlt645_frame *request,
                           struct dlt645_frame *reply)
{
    struct dlt645_address address;
    if (!meter->signals.key_pressed || dlt645_set_address_parse(request, &address) < 0)
        return false;
    meter->address = address;
    dlt645_done(reply, &meter->address, DLT645_WRITE_ADDRESS);
    return true;
}

bool port_answers(struct meter *meter, int64_t now, const struct dlt645_frame *request,
                  struct dlt645_frame *reply)
{
    switch (request->control) {
    case DLT645_SECURITY: /* there is no security module to authenticate with */
        dlt645_security_refusal(reply, &meter->address, DLT645_SERR_VERIFICATION);
        return true;
    case DLT645_READ_MORE:
        answer_more(meter, request, reply);
        return true;
    case DLT645_WRITE_ADDRESS:
        return answer_address(meter, request, reply);
    case DLT645_FREEZE:
        answer_freeze(meter, now, request, reply);
        return true;
    case DLT645_SET_BAUD:
        answer_baud(meter, now, request, reply);
        return true;
    case DLT645_SET_PASSWORD:
        answer_password(meter, now, request, reply);
        return true;
    case DLT645_CLEAR_DEMAND:
    case DLT645_CLEAR_METER:
    case DLT645_CLEAR_EVENTS:
        answer_clear(meter, now, request, reply);
        return true;
    case DLT645_MULTIFUNCTION_TERMINAL:
        answer_terminal(meter, now, request, reply);
        return true;
    default:
        return false;
    }
}
