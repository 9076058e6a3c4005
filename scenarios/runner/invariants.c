#include "scenarios/runner/invariants.h"

#include "scenarios/runner/message_book.h"
#include "scenarios/runner/money_book.h"

#include "sim/kernel/time.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOARD_LATENESS_NS (2 * NS_PER_S) /* how late a polled fact of a board may be known */
#define WELD_ALARM_LIMIT_NS (5 * NS_PER_S)

enum {
    LEAKAGE_BANDS = 3,
    FLOWING_MA = 50,         /* less through open contacts is measuring noise */
    REGISTER_CLASS_PPM = 10000,
    BOARD_CLASS_PPM = 20000, /* 10-bit converter of the reference board: docs/board.md */
};

/* The books of one flat. */
struct book {
    bool is_board;
    bool counts_elsewhere; /* no rack brings the model's currents to the board's terminals */
    int64_t told_late_ns;
    int64_t board_since;
    int64_t band_since[LEAKAGE_BANDS]; /* residual beyond 1, 2, 5 x IdN, or TIME_NEVER */
    bool band_reported[LEAKAGE_BANDS];
    bool keep_power, forbidden, emergency;
    int64_t closed_while_forbidden; /* since when, or TIME_NEVER */
    bool ordered_close;             /* a close that somebody authorised is under way */
    int64_t opened_without_trip;    /* contacts opened at, with no trip told yet, or TIME_NEVER */
    int64_t last_trip_at, last_close_at;
    bool trip_told; /* and the contacts did not open yet: without supply the coil waits */
    int64_t should_be_open_since;   /* reset pulse given, contacts still closed */
    int64_t flows_since;            /* current through them, or TIME_NEVER */
    bool weld_alarmed, weld_reported;
    struct message_book messages;
    bool arrears_tripped;
    struct money_book money;
    uint64_t alarms_raised, alarms_received, reports_received, reports_audited;
    uint64_t orders, orders_audited;
    int64_t register_base_mwh, terminal_base_mwh;
    int64_t unpowered_mwh; /* at the terminals when the meter's supply last failed */
    uint64_t *sent;     /* digests of envelopes that the platform sealed */
    size_t sent_count, sent_capacity;
    uint64_t *accepted; /* with their counters: a digest alone meets its like in some months */
    size_t accepted_count, accepted_capacity;
    uint64_t *reports;  /* digests of what the modem sealed */
    size_t reports_count, reports_capacity;
    int64_t report_counter; /* of the last one that the platform believed */
};

struct invariants {
    struct site *site;
    const struct observer *observer;
    struct invariant_tally *tallies;
    struct book *books; /* one a flat */
    size_t seen;        /* events looked at */
    int64_t next_audit; /* of the slow checks */
    uint64_t *pending;  /* a bit a flat: look at it whether or not it changed */
};

static void applied(struct invariants *invariants, enum invariant which)
{
    invariants->tallies[which].applied++;
}

__attribute__((format(printf, 4, 5))) static void breach(struct invariants *invariants,
                                                         enum invariant which, uint32_t flat,
                                                         const char *format, ...)
{
    struct invariant_tally *tally = &invariants->tallies[which];
    if (tally->breaches++ > 0)
        return;
    char at[32];
    duration_format(invariants->site->now, at, sizeof at);
    int used = snprintf(tally->first, sizeof tally->first, "flat %u at %s: ", flat, at);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(tally->first + used, sizeof tally->first - (size_t)used, format, arguments);
    va_end(arguments);
}

struct invariants *invariants_new(struct site *site, const struct observer *observer,
                                  struct invariant_tally *tallies)
{
    struct invariants *invariants = calloc(1, sizeof *invariants);
    struct book *books = calloc(site->flat_count, sizeof *books);
    uint64_t *pending = calloc(site->flat_count / 64 + 1, sizeof *pending);
    if (!invariants || !books || !pending) {
        free(invariants);
        free(books);
        free(pending);
        return NULL;
    }
    *invariants = (struct invariants){.site = site, .observer = observer, .tallies = tallies,
                                      .books = books, .pending = pending};
    for (uint32_t i = 0; i < site->flat_count; i++) {
        struct book *book = &books[i];
        for (int k = 0; k < LEAKAGE_BANDS; k++)
            book->band_since[k] = TIME_NEVER;
        book->closed_while_forbidden = TIME_NEVER;
        book->opened_without_trip = TIME_NEVER;
        book->should_be_open_since = TIME_NEVER;
        book->flows_since = TIME_NEVER;
        book->last_trip_at = book->last_close_at = -NS_PER_DAY;
        money_book_init(&book->money, &site->flats[i]);
        book->keep_power = site->flats[i].controller->status.keep_power;
    }
    return invariants;
}

void invariants_free(struct invariants *invariants)
{
    if (!invariants)
        return;
    for (uint32_t i = 0; i < invariants->site->flat_count; i++) {
        free(invariants->books[i].sent);
        free(invariants->books[i].accepted);
        free(invariants->books[i].reports);
        money_book_free(&invariants->books[i].money);
    }
    free(invariants->books);
    free(invariants->pending);
    free(invariants);
}

void invariants_board(struct invariants *invariants, uint32_t number, const struct board *board)
{
    struct flat *flat = site_flat(invariants->site, number);
    struct book *book = &invariants->books[number - 1];
    plant_account(&flat->plant, invariants->site->now);
    book->is_board = true;
    book->told_late_ns = board->told_late_ns;
    book->counts_elsewhere = !board->has_rack;
    invariants->pending[(number - 1) / 64] |= UINT64_C(1) << ((number - 1) % 64);
    book->board_since = invariants->site->now;
    book->register_base_mwh = flat->controller->status.register_mwh;
    book->terminal_base_mwh = flat->plant.terminal_energy.mwh;
    book->opened_without_trip = TIME_NEVER;
    book->closed_while_forbidden = TIME_NEVER;
    for (int k = 0; k < LEAKAGE_BANDS; k++)
        book->band_since[k] = TIME_NEVER;
}

static int64_t lateness(const struct book *book)
{
    return book->is_board ? BOARD_LATENESS_NS + book->told_late_ns : 0;
}

/* ---- digests -------------------------------------------------------------------------------- */

static void add_digest(uint64_t **digests, size_t *count, size_t *capacity, uint64_t digest)
{
    if (*count == *capacity) {
        size_t grown = *capacity ? *capacity * 2 : 64;
        uint64_t *moved = realloc(*digests, grown * sizeof **digests);
        if (!moved)
            abort(); /* an invariant that forgets would be worse than no run */
        *digests = moved;
        *capacity = grown;
    }
    (*digests)[(*count)++] = digest;
}

static bool has_digest(const uint64_t *digests, size_t count, uint64_t digest)
{
    for (size_t i = count; i > 0; i--)
        if (digests[i - 1] == digest)
            return true;
    return false;
}

static void frame_accepted(struct invariants *invariants, struct book *book,
                           const struct event *event)
{
    uint64_t digest = (uint32_t)event->b;
    uint64_t frame = (uint64_t)event->a << 32 | digest;
    applied(invariants, INVARIANT_AUTHENTIC);
    if (!has_digest(book->sent, book->sent_count, digest))
        breach(invariants, INVARIANT_AUTHENTIC, event->flat,
               "the meter acted on a frame that the platform never sent");
    else if (has_digest(book->accepted, book->accepted_count, frame))
        breach(invariants, INVARIANT_AUTHENTIC, event->flat,
               "the meter acted twice on one frame (a replay)");
    add_digest(&book->accepted, &book->accepted_count, &book->accepted_capacity, frame);
}

/* ---- events --------------------------------------------------------------------------------- */

static void contacts_changed(struct invariants *invariants, struct book *book,
                             const struct event *event)
{
    applied(invariants, INVARIANT_ACCOUNTED);
    if (event->a) {
        if (book->forbidden && !book->emergency && !book->ordered_close)
            book->closed_while_forbidden = event->at;
        return;
    }
    applied(invariants, INVARIANT_OPEN_CONTACTS);
    book->should_be_open_since = TIME_NEVER;
    book->closed_while_forbidden = TIME_NEVER;
    if (book->last_trip_at < event->at - 10 * NS_PER_S && !book->trip_told)
        book->opened_without_trip = event->at;
    book->trip_told = false;
}

static void meter_tripped(struct invariants *invariants, struct book *book,
                          const struct event *event)
{
    book->last_trip_at = event->at;
    book->trip_told = true;
    book->opened_without_trip = TIME_NEVER;
    book->ordered_close = false;
    if (event->a == TRIP_CAUSE_NONE || event->a >= TRIP_CAUSE_COUNT)
        breach(invariants, INVARIANT_ACCOUNTED, event->flat, "a trip without a cause");
    if (CAUSE_BIT(event->a) & CAUSES_FORBIDDING)
        applied(invariants, INVARIANT_FORBIDDEN_CLOSE);
    if (event->a == TRIP_CAUSE_ARREARS && book->messages.reminders < invariants->site->platform.policy.reminders)
        breach(invariants, INVARIANT_REMINDERS, event->flat,
               "the meter tripped for arrears after %d delivered reminders", book->messages.reminders);
}

static void meter_closed(struct invariants *invariants, struct book *book, const struct event *event)
{
    bool by_itself = event->a == CLOSE_RISK_OVER || event->a == CLOSE_BY_CREDIT;
    book->last_close_at = event->at;
    if (by_itself && book->forbidden && !book->emergency && !book->is_board)
        breach(invariants, INVARIANT_FORBIDDEN_CLOSE, event->flat,
               "the meter closed by itself although supply is forbidden");
    book->ordered_close = !by_itself;
}

static bool is_friendly(const struct site *site, int64_t at)
{
    const struct billing_policy *policy = &site->platform.policy;
    const struct friendly_hours *friendly = &policy->friendly;
    int64_t clock_s = site->config.epoch_s + at / NS_PER_S;
    struct civil_time civil = civil_from_seconds(clock_s);
    int minute = civil.hour * 60 + civil.minute, from = friendly->from_minute, until = friendly->until_minute;
    bool night = from > until ? minute >= from || minute < until : minute >= from && minute < until;
    for (int i = 0; i < policy->holidays.count; i++)
        night |= friendly->holidays && policy->holidays.days[i] == clock_s / 86400;
    return night || (friendly->weekends && (civil.weekday == 0 || civil.weekday == 6));
}

static void arrears_trip(struct invariants *invariants, struct book *book, const struct event *event)
{
    int wanted = invariants->site->platform.policy.reminders;
    applied(invariants, INVARIANT_REMINDERS);
    book->arrears_tripped = true;
    if (book->messages.reminders < wanted)
        breach(invariants, INVARIANT_REMINDERS, event->flat,
               "the platform ordered an arrears trip after %d of %d delivered reminders",
               book->messages.reminders, wanted);
    char complaint[MONEY_COMPLAINT_MAX];
    int64_t clock_s = invariants->site->config.epoch_s + event->at / NS_PER_S;
    if (!money_book_lets_trip(&book->money, &invariants->site->platform.policy, clock_s, complaint))
        breach(invariants, INVARIANT_REMINDERS, event->flat, "%s", complaint);
    if (is_friendly(invariants->site, event->at))
        breach(invariants, INVARIANT_REMINDERS, event->flat,
               "the platform ordered an arrears trip in friendly hours");
}

/* A payment that lifts the account out of arrears starts the count of reminders anew. */
static void payment_accepted(struct invariants *invariants, struct book *book)
{
    if (money_book_is_lifted(&book->money, &invariants->site->platform.policy, book->arrears_tripped)) {
        book->messages.reminders = 0;
        book->arrears_tripped = false;
    }
}

static void check_money(struct invariants *invariants, struct book *book, uint32_t number)
{
    char complaint[MONEY_COMPLAINT_MAX];
    applied(invariants, INVARIANT_MONEY);
    if (!money_book_agrees(&book->money, invariants->site, number, complaint))
        breach(invariants, INVARIANT_MONEY, number, "%s", complaint);
}

static void watch_money(struct invariants *invariants, struct book *book, const struct event *event)
{
    char complaint[MONEY_COMPLAINT_MAX];
    if (!money_book_event(&book->money, invariants->site, event, complaint))
        breach(invariants, INVARIANT_MONEY, event->flat, "%s", complaint);
}

static void report_accepted(struct invariants *invariants, struct book *book, const struct event *event)
{
    applied(invariants, INVARIANT_AUTHENTIC);
    if (!has_digest(book->reports, book->reports_count, (uint32_t)event->b))
        breach(invariants, INVARIANT_AUTHENTIC, event->flat,
               "the platform believed a frame that the meter never sent");
    else if (event->a <= book->report_counter)
        breach(invariants, INVARIANT_AUTHENTIC, event->flat, "the platform believed a frame twice (a replay)");
    book->report_counter = event->a;
}

static void alarm_received(struct book *book, const struct event *event)
{
    if (event->b & ALARM_OF_PLATFORM)
        return;
    book->alarms_received++;
    if (event->a == METER_ALARM_TRIPPED || event->a == METER_ALARM_CLOSED)
        book->reports_received++;
}

static void audited(struct invariants *invariants, struct book *book, const struct event *event)
{
    applied(invariants, INVARIANT_ACCOUNTED);
    if (event->a == AUDIT_TRIP_REPORTED || event->a == AUDIT_CLOSE_REPORTED)
        book->reports_audited++;
    if (event->a == AUDIT_ORDER_ACCEPTED)
        book->orders_audited++;
}

/* A meter that boots counts nothing: what flows meanwhile is not the register's. */
static void powered(struct invariants *invariants, struct book *book, const struct event *event)
{
    struct plant *plant = &invariants->site->flats[event->flat - 1].plant;
    plant_account(plant, invariants->site->now);
    if (!event->a)
        book->unpowered_mwh = plant->terminal_energy.mwh;
    else if (!book->is_board)
        book->terminal_base_mwh += plant->terminal_energy.mwh - book->unpowered_mwh;
}

static void watch_messages(struct invariants *invariants, struct book *book, const struct event *event)
{
    const char *whom;
    if (!message_book_event(&book->messages, invariants->site, event, &whom))
        breach(invariants, INVARIANT_ACCOUNTED, event->flat, "an alarm was not sent to the %s", whom);
}

static void watch_event(struct invariants *invariants, const struct event *event)
{
    if (event->flat == EVENT_NO_FLAT)
        return;
    struct book *book = &invariants->books[event->flat - 1];
    watch_money(invariants, book, event);
    watch_messages(invariants, book, event);
    switch (event->kind) {
    case EVENT_CONTACTS:
        contacts_changed(invariants, book, event);
        break;
    case EVENT_COIL:
        if (!event->a && book->should_be_open_since == TIME_NEVER)
            book->should_be_open_since = event->at;
        if (event->a)
            book->should_be_open_since = TIME_NEVER;
        break;
    case EVENT_METER_TRIP:
        meter_tripped(invariants, book, event);
        break;
    case EVENT_METER_CLOSE:
        book->trip_told = false;
        meter_closed(invariants, book, event);
        break;
    case EVENT_METER_POWER:
        powered(invariants, book, event);
        break;
    case EVENT_METER_CAUSES:
        book->forbidden = event->b != 0;
        if (!book->forbidden)
            book->closed_while_forbidden = TIME_NEVER;
        break;
    case EVENT_METER_KEEP_POWER:
        book->keep_power = event->a != 0;
        break;
    case EVENT_METER_EMERGENCY:
        book->emergency = event->a != 0;
        break;
    case EVENT_METER_ALARM:
        book->alarms_raised++;
        book->weld_alarmed |= event->a == METER_ALARM_WELDED;
        break;
    case EVENT_ALARM_RECEIVED:
        alarm_received(book, event);
        break;
    case EVENT_AUDIT:
        audited(invariants, book, event);
        break;
    case EVENT_ORDER:
        book->orders += event->b >= 0;
        break;
    case EVENT_FRAME_SENT:
        if (event->a == LINK_DOWN)
            add_digest(&book->sent, &book->sent_count, &book->sent_capacity, (uint32_t)event->b);
        else
            add_digest(&book->reports, &book->reports_count, &book->reports_capacity, (uint32_t)event->b);
        break;
    case EVENT_FRAME_FOREIGN:
        applied(invariants, INVARIANT_AUTHENTIC);
        break;
    case EVENT_COMMAND_ACCEPTED:
        frame_accepted(invariants, book, event);
        break;
    case EVENT_KEY_CHANGE:
        book->report_counter = event->a == KEY_SWITCHED ? 0 : book->report_counter;
        break;
    case EVENT_REPORT_ACCEPTED:
        report_accepted(invariants, book, event);
        break;
    case EVENT_ARREARS_TRIP:
        arrears_trip(invariants, book, event);
        break;
    case EVENT_PAYMENT:
        payment_accepted(invariants, book);
        break;
    }
}

/* ---- states --------------------------------------------------------------------------------- */

static void watch_leakage(struct invariants *invariants, struct book *book, struct flat *flat)
{
    static const int64_t severities[LEAKAGE_BANDS] = {1000, 2000, 5000};
    int64_t now = invariants->site->now;
    const struct residual_rating rating = meter_residual_rating(flat->meter.config);
    int64_t severity = residual_severity_permille(&rating, &flat->plant.signals);
    int64_t residual = flat->plant.signals.residual_ua;
    bool watching = flat->controller->status.powered && flat->plant.signals.voltage_mv > 0;
    for (int k = 0; k < LEAKAGE_BANDS; k++) {
        if (!watching || severity < severities[k]) {
            book->band_since[k] = TIME_NEVER;
            book->band_reported[k] = false;
            continue;
        }
        if (book->band_since[k] == TIME_NEVER) {
            book->band_since[k] = now;
            applied(invariants, INVARIANT_LEAKAGE);
            if (book->keep_power || book->emergency)
                applied(invariants, INVARIANT_PROTECTION_FREE);
        }
        int64_t limit = residual_break_time_limit(&rating, severities[k]) + lateness(book);
        if (now - book->band_since[k] <= limit || book->band_reported[k])
            continue;
        book->band_reported[k] = true;
        breach(invariants, INVARIANT_LEAKAGE, flat->number, "%lld uA flow for longer than %lld ms",
               (long long)residual, (long long)(limit / NS_PER_MS));
        if (book->keep_power || book->emergency)
            breach(invariants, INVARIANT_PROTECTION_FREE, flat->number,
                   "keep-power or the emergency switch is on and %lld uA of leakage are not broken", (long long)residual);
    }
}

static void watch_pending(struct invariants *invariants, struct book *book, struct flat *flat)
{
    int64_t now = invariants->site->now;
    int64_t late = lateness(book);
    if (book->closed_while_forbidden != TIME_NEVER && now - book->closed_while_forbidden >= late) {
        book->closed_while_forbidden = TIME_NEVER;
        breach(invariants, INVARIANT_FORBIDDEN_CLOSE, flat->number,
               "the contacts closed although the meter's own state forbids supply");
    }
    if (book->opened_without_trip != TIME_NEVER && now - book->opened_without_trip > late) {
        book->opened_without_trip = TIME_NEVER;
        breach(invariants, INVARIANT_ACCOUNTED, flat->number,
               "the contacts opened and no cause was ever told");
    }
}

static void watch_contacts(struct invariants *invariants, struct book *book, struct flat *flat)
{
    int64_t now = invariants->site->now;
    const struct plant *plant = &flat->plant;
    bool open = !plant_contacts_closed(plant);
    if (open && plant->signals.current_ma > FLOWING_MA)
        breach(invariants, INVARIANT_OPEN_CONTACTS, flat->number, "%d mA through open contacts",
               plant->signals.current_ma);
    bool should_be_open = book->should_be_open_since != TIME_NEVER && !open;
    bool watched = flat->controller->status.powered && !book->weld_alarmed && !book->weld_reported;
    if (!should_be_open || plant->signals.current_ma <= 200 || !watched) {
        book->flows_since = TIME_NEVER;
        return;
    }
    if (book->flows_since == TIME_NEVER)
        book->flows_since = now;
    if (now - book->flows_since > WELD_ALARM_LIMIT_NS + lateness(book)) {
        book->weld_reported = true;
        breach(invariants, INVARIANT_OPEN_CONTACTS, flat->number,
               "contacts that should be open carry current and no weld is alarmed");
    }
}

static void watch_register(struct invariants *invariants, struct book *book, struct flat *flat)
{
    if (book->counts_elsewhere)
        return;
    int64_t now = invariants->site->now;
    struct plant *plant = &flat->plant;
    plant_account(plant, now);
    int64_t told = flat->controller->status.register_mwh - book->register_base_mwh;
    if (flat->controller == &flat->meter.controller) {
        meter_account(&flat->meter, now);
        told = flat->controller->status.register_mwh - book->register_base_mwh;
    }
    int64_t flowed = plant->terminal_energy.mwh - book->terminal_base_mwh;
    int64_t ppm = book->is_board ? BOARD_CLASS_PPM : REGISTER_CLASS_PPM;
    int64_t resolution_mwh = book->is_board ? 5000 : 20;
    int64_t allowed = flowed * ppm / 1000000 + resolution_mwh;
    applied(invariants, INVARIANT_ENERGY);
    if (llabs(told - flowed) > allowed)
        breach(invariants, INVARIANT_ENERGY, flat->number,
               "the register counted %lld mWh, %lld mWh went through the terminals",
               (long long)told, (long long)flowed);
}

/* Balances are looked at once a simulated minute: they are sums, a breach stays visible. */
static void watch_balances(struct invariants *invariants)
{
    struct site *site = invariants->site;
    int64_t imbalance = site_energy_imbalance_mw_ns(site);
    applied(invariants, INVARIANT_ENERGY);
    if (imbalance != 0)
        breach(invariants, INVARIANT_ENERGY, 0,
               "the feeder gave %lld mW*ns more than terminals and line took",
               (long long)imbalance);
    for (uint32_t i = 0; i < site->flat_count; i++) {
        watch_register(invariants, &invariants->books[i], &site->flats[i]);
        check_money(invariants, &invariants->books[i], i + 1);
    }
}

/* Does something of this flat run against a limit, whether or not anything happens in it? */
static bool is_pending(const struct book *book)
{
    for (int k = 0; k < LEAKAGE_BANDS; k++)
        if (book->band_since[k] != TIME_NEVER)
            return true;
    return book->is_board || book->closed_while_forbidden != TIME_NEVER ||
           book->opened_without_trip != TIME_NEVER || book->should_be_open_since != TIME_NEVER;
}

static void watch_flat(struct invariants *invariants, uint32_t i)
{
    struct book *book = &invariants->books[i];
    struct flat *flat = &invariants->site->flats[i];
    uint64_t bit = UINT64_C(1) << (i % 64);
    money_book_first_reading(&book->money, flat);
    if (book->money.moved)
        check_money(invariants, book, i + 1);
    watch_leakage(invariants, book, flat);
    watch_contacts(invariants, book, flat);
    watch_pending(invariants, book, flat);
    if (is_pending(book))
        invariants->pending[i / 64] |= bit;
    else
        invariants->pending[i / 64] &= ~bit;
}

/* Of thousands of flats few change in one instant: the others are not looked at. */
static void watch_changed(struct invariants *invariants)
{
    struct site *site = invariants->site;
    for (uint32_t word = 0; word <= site->flat_count / 64; word++) {
        uint64_t bits = site->changed[word] | invariants->pending[word];
        site->changed[word] = 0;
        for (; bits; bits &= bits - 1)
            watch_flat(invariants, word * 64 + (uint32_t)__builtin_ctzll(bits));
    }
}

void invariants_watch(struct invariants *invariants)
{
    struct site *site = invariants->site;
    const struct observer *observer = invariants->observer;
    for (; invariants->seen < observer->count; invariants->seen++)
        watch_event(invariants, &observer->events[invariants->seen]);
    watch_changed(invariants);
    if (site->now >= invariants->next_audit) {
        invariants->next_audit = site->now + NS_PER_MIN;
        watch_balances(invariants);
    }
}

static void settle_debts(struct invariants *invariants, struct book *book, const struct flat *flat)
{
    const char *whom;
    if (!message_book_settled(&book->messages, INT64_MAX, &whom))
        breach(invariants, INVARIANT_ACCOUNTED, flat->number, "an alarm was not sent to the %s", whom);
    uint64_t waiting = (uint64_t)link_waiting(&flat->link, LINK_UP) +
                       (uint64_t)flat->controller->outbox->count +
                       (flat->attacker ? attacker_waiting(flat->attacker, LINK_UP) : 0);
    if (book->alarms_raised > book->alarms_received + waiting)
        breach(invariants, INVARIANT_ACCOUNTED, flat->number,
               "%llu alarms were raised, %llu reached the platform, %llu messages still wait",
               (unsigned long long)book->alarms_raised, (unsigned long long)book->alarms_received,
               (unsigned long long)waiting);
    if (book->reports_audited != book->reports_received)
        breach(invariants, INVARIANT_ACCOUNTED, flat->number,
               "%llu trips and closes were reported, %llu have an audit line",
               (unsigned long long)book->reports_received,
               (unsigned long long)book->reports_audited);
    if (book->orders > book->orders_audited)
        breach(invariants, INVARIANT_ACCOUNTED, flat->number,
               "%llu orders of people went out, %llu have an audit line",
               (unsigned long long)book->orders, (unsigned long long)book->orders_audited);
}

void invariants_finish(struct invariants *invariants)
{
    invariants->next_audit = 0;
    invariants_watch(invariants);
    for (uint32_t i = 0; i < invariants->site->flat_count; i++)
        settle_debts(invariants, &invariants->books[i], &invariants->site->flats[i]);
}
