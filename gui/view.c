#include "gui/view.h"

#include "gui/watch.h"

#include <stdlib.h>
#include <string.h>

const int gui_speeds[GUI_SPEEDS] = {1, 10, 100};

struct gui_feed {
    struct run *run;
    struct site *site;
    FILE *log;
    size_t seen; /* events looked at */
    uint32_t board_flat;
    int line_count;
    struct gui_line lines[GUI_LINES];
    struct watch *watches; /* one a flat */
    struct history *histories;
    struct gui_flat *flats;
};

/* ---- watching -------------------------------------------------------------------------------- */

static int32_t power_w(const struct flat *flat)
{
    const struct plant_signals *signals = &flat->plant.signals;
    return (int32_t)(signals->power_mw / 1000);
}

static void clock_in_words(const struct site *site, int64_t at, char *out, size_t size)
{
    struct civil_time civil = civil_from_seconds(site->config.epoch_s + at / NS_PER_S);
    snprintf(out, size, "%02d:%02d:%02d", civil.hour, civil.minute, civil.second);
}

static void add_line(struct gui_feed *feed, int64_t at, uint32_t flat, const struct fact *fact)
{
    if (feed->line_count == GUI_LINES) {
        memmove(feed->lines, feed->lines + 1, (GUI_LINES - 1) * sizeof feed->lines[0]);
        feed->line_count--;
    }
    /* A board's facts are told a little late: each goes where its time puts it. */
    int place = feed->line_count++;
    for (; place > 0 && feed->lines[place - 1].at > at; place--)
        feed->lines[place] = feed->lines[place - 1];
    struct gui_line *line = &feed->lines[place];
    *line = (struct gui_line){.at = at, .flat = flat, .tone = fact->tone};
    char clock[16];
    int64_t shown = at + NS_PER_MS / 2; /* to the nearest millisecond, as measured times are */
    clock_in_words(feed->site, shown, clock, sizeof clock);
    snprintf(line->time, sizeof line->time, "%.8s.%03d", clock,
             (int)(shown % NS_PER_S / NS_PER_MS));
    snprintf(line->text, sizeof line->text, "%s", fact->text);
    if (!feed->log)
        return;
    fprintf(feed->log, "%s  ", line->time);
    if (flat > 0)
        fprintf(feed->log, "flat %u  ", flat);
    fprintf(feed->log, "%s\n", line->text);
    fflush(feed->log);
}

void gui_feed_note(struct gui_feed *feed, uint32_t flat, const char *text)
{
    struct fact fact = {.tone = FACT_WARNING};
    snprintf(fact.text, sizeof fact.text, "%s", text);
    add_line(feed, feed->site->now, flat, &fact);
}

static void log_measured(struct gui_feed *feed, const struct event *event,
                         const struct watch *watch)
{
    static const enum fact_tone tones[] = {
        [JUDGEMENT_HOLDS] = FACT_GOOD,
        [JUDGEMENT_FAILS] = FACT_BAD,
        [JUDGEMENT_INCONCLUSIVE] = FACT_WARNING,
    };
    struct fact fact = {.tone = tones[watch->judgement]};
    char time[80], limit[32];
    interval_format(watch->measured, time, sizeof time);
    duration_format(watch->limit, limit, sizeof limit);
    snprintf(fact.text, sizeof fact.text, "measured %s (%s), limit %s", time,
             evidence_name(watch->evidence), limit);
    add_line(feed, event->at, event->flat, &fact);
}

static void watch_one(struct gui_feed *feed, const struct event *event)
{
    struct fact fact;
    bool of_flat = event->flat >= 1 && event->flat <= feed->site->flat_count;
    if (fact_of_event(event, feed->site->platform.policy.reminders, &fact))
        add_line(feed, event->at, of_flat ? event->flat : 0, &fact);
    if (!of_flat)
        return;
    struct watch *watch = &feed->watches[event->flat - 1];
    enum watch_state before = watch->state;
    watch_event(watch, event, feed->site->config.meter.overload_delay_ns);
    if (before != WATCH_DONE && watch->state == WATCH_DONE)
        log_measured(feed, event, watch);
}

static void look_at_events(struct gui_feed *feed)
{
    size_t count;
    const struct event *events = run_events(feed->run, &count);
    for (; feed->seen < count; feed->seen++)
        watch_one(feed, &events[feed->seen]);
}

static void look_at_plants(struct gui_feed *feed)
{
    for (uint32_t i = 0; i < feed->site->flat_count; i++) {
        const struct flat *flat = &feed->site->flats[i];
        struct history *history = &feed->histories[i];
        int32_t residual_ua = flat->plant.signals.residual_ua;
        if (power_w(flat) != history->power_w || residual_ua != history->residual_ua)
            history_put(history, feed->site->now, power_w(flat), residual_ua);
    }
}

void gui_feed_look(struct gui_feed *feed)
{
    look_at_events(feed);
    look_at_plants(feed);
}

struct gui_feed *gui_feed_new(struct run *run, uint32_t board_flat, FILE *log)
{
    struct gui_feed *feed = calloc(1, sizeof *feed);
    if (!feed)
        return NULL;
    feed->run = run;
    feed->site = run_site(run);
    feed->log = log;
    feed->board_flat = board_flat;
    run_events(run, &feed->seen);
    uint32_t count = feed->site->flat_count;
    feed->watches = calloc(count, sizeof *feed->watches);
    feed->histories = calloc(count, sizeof *feed->histories);
    feed->flats = calloc(count, sizeof *feed->flats);
    if (!feed->watches || !feed->histories || !feed->flats) {
        gui_feed_free(feed);
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct flat *flat = &feed->site->flats[i];
        feed->watches[i] = watch_new();
        history_start(&feed->histories[i], feed->site->now, power_w(flat),
                      flat->plant.signals.residual_ua);
    }
    return feed;
}

void gui_feed_free(struct gui_feed *feed)
{
    if (!feed)
        return;
    free(feed->watches);
    free(feed->histories);
    free(feed->flats);
    free(feed);
}

/* From event to event, so that nothing that lasts only a moment is missed; a board's facts come
 * between them. */
int gui_feed_advance(struct gui_feed *feed, int64_t until)
{
    while (feed->site->now < until) {
        int64_t now = feed->site->now, next = site_next(feed->site);
        int64_t target = next > now ? next : now + 1;
        if (run_has_board(feed->run) && target > now + 20 * NS_PER_MS)
            target = now + 20 * NS_PER_MS;
        int result = run_live_advance(feed->run, target < until ? target : until);
        gui_feed_look(feed);
        if (result < 0)
            return result;
    }
    return 0;
}

/* ---- the house ------------------------------------------------------------------------------- */

static bool protective(const struct flat *flat)
{
    const struct controller_status *status = &flat->controller->status;
    bool stands = (status->causes & ~CAUSES_FORBIDDING) != 0;
    bool last = status->trip_cause_known && status->last_trip >= TRIP_CAUSE_OVERLOAD;
    return stands || (last && !plant_contacts_closed(&flat->plant));
}

static void fill_house(struct gui_view *view, struct gui_feed *feed)
{
    const struct site *site = feed->site;
    uint32_t lit = 0;
    int64_t watts = 0;
    for (uint32_t i = 0; i < site->flat_count; i++) {
        const struct flat *flat = &site->flats[i];
        bool live = flat->plant.load_live;
        feed->flats[i] = (struct gui_flat){
            .number = flat->number,
            .lit = live,
            .alarm = protective(flat),
            .owes = !live && !protective(flat),
            .board = flat->number == feed->board_flat,
        };
        lit += live;
        watts += power_w(flat);
    }
    view->flat_count = site->flat_count;
    view->flats = feed->flats;
    snprintf(view->supplied, sizeof view->supplied, "%u of %u flats supplied", lit,
             site->flat_count);
    snprintf(view->feeder, sizeof view->feeder, "feeder %.1f V, %.1f kW",
             site->terminal_mv / 1e3, (double)watts / 1e3);
}

static void fill_time(struct gui_view *view, const struct site *site)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    struct civil_time civil = civil_from_seconds(site->config.epoch_s + site->now / NS_PER_S);
    clock_in_words(site, site->now, view->clock, sizeof view->clock);
    snprintf(view->date, sizeof view->date, "%d %s %d", civil.day, months[civil.month - 1],
             civil.year);
}

static void fill_rules(struct gui_view *view, const struct run *run)
{
    const struct invariant_tally *tallies = run_invariants(run);
    uint64_t breaches = 0;
    for (int i = 0; i < INVARIANT_COUNT; i++)
        breaches += tallies[i].breaches;
    view->rules_broken = breaches > 0;
    if (breaches)
        snprintf(view->rules, sizeof view->rules, "%d rules watched, %llu broken", INVARIANT_COUNT,
                 (unsigned long long)breaches);
    else
        snprintf(view->rules, sizeof view->rules, "%d rules watched, none broken", INVARIANT_COUNT);
}

/* ---- the selected flat ----------------------------------------------------------------------- */

static void fill_status(struct gui_view *view, const struct flat *flat)
{
    const struct controller_status *status = &flat->controller->status;
    view->closed = plant_contacts_closed(&flat->plant);
    view->live = flat->plant.load_live;
    view->status_tone = view->live ? FACT_GOOD : FACT_BAD;
    if (view->live) {
        snprintf(view->status, sizeof view->status, "supplied");
    } else if (flat->plant.signals.voltage_mv == 0) {
        snprintf(view->status, sizeof view->status, "no mains");
    } else if (!flat->plant.mcb_closed && view->closed) {
        snprintf(view->status, sizeof view->status, "breaker open");
    } else if (flat->account.arrears_trip && !protective(flat)) {
        snprintf(view->status, sizeof view->status, "off: arrears");
        view->status_tone = FACT_WARNING;
    } else if (status->trip_cause_known) {
        snprintf(view->status, sizeof view->status, "tripped: %s",
                 trip_cause_name(status->last_trip));
    } else {
        snprintf(view->status, sizeof view->status, "contacts open");
    }
}

static void fill_account(struct gui_view *view, const struct flat *flat)
{
    const struct account *account = &flat->account;
    const struct billing_policy *policy = &account->platform->policy;
    money_in_words(account->balance, view->balance, sizeof view->balance);
    view->owes_money = account->balance <= -policy->overdraft;
    view->reminders = account->reminders_delivered;
    view->reminders_due = policy->reminders;
}

static void fill_link(struct gui_view *view, const struct flat *flat)
{
    static const int bars[SIGNAL_CLASS_COUNT] = {[SIGNAL_GOOD] = 4,
                                                 [SIGNAL_FAIR] = 3,
                                                 [SIGNAL_POOR] = 2,
                                                 [SIGNAL_EDGE] = 1,
                                                 [SIGNAL_DEAD] = 0};
    view->signal_bars = bars[flat->link.signal];
    snprintf(view->signal, sizeof view->signal, "%s", signal_class_name(flat->link.signal));
    view->link = link_kind_title((int)flat->link.network->config.kind);
}

static int finest_span(int speed)
{
    return speed < HISTORY_SPANS ? speed : HISTORY_SPANS - 1;
}

static void fill_curves(struct gui_view *view, struct gui_feed *feed, const struct flat *flat)
{
    static const char *const spans[HISTORY_SPANS] = {"last minute", "last 10 minutes",
                                                     "last 100 minutes"};
    struct history *history = &feed->histories[flat->number - 1];
    int span = finest_span(view->speed);
    history_put(history, feed->site->now, power_w(flat), flat->plant.signals.residual_ua);
    history_read(history, span, view->powers_w, view->residuals_ua);
    snprintf(view->span, sizeof view->span, "%s", spans[span]);
    snprintf(view->power, sizeof view->power, "%d W", power_w(flat));
    snprintf(view->residual, sizeof view->residual, "%.1f mA",
             flat->plant.signals.residual_ua / 1e3);
    view->residual_limit_ua = feed->site->config.meter.rated_residual_ua;
    snprintf(view->residual_limit, sizeof view->residual_limit, "limit %d mA",
             view->residual_limit_ua / 1000);
}

static void fill_enabled(struct gui_view *view, const struct flat *flat)
{
    const int64_t *level = flat->plant.fault_level;
    bool stands = false;
    for (int i = 0; i < PLANT_FAULT_KINDS; i++)
        stands |= level[i] != 0;
    bool running = view->banner[0] == '\0';
    bool protected_trip = protective(flat);
    view->enabled[GUI_LEAK] = running && view->closed && level[PLANT_FAULT_LEAKAGE] == 0;
    view->enabled[GUI_OVERLOAD] = running && view->closed && level[PLANT_FAULT_OVERLOAD] == 0;
    view->enabled[GUI_ARREARS] = running && !view->owes_money && !protected_trip;
    view->enabled[GUI_PAY] = running;
    view->enabled[GUI_RESET] = running && (stands || !view->live);
}

static void fill_flat(struct gui_view *view, struct gui_feed *feed, const struct flat *flat)
{
    view->board = flat->number == feed->board_flat;
    snprintf(view->name, sizeof view->name, "Flat %u", flat->number);
    snprintf(view->meter, sizeof view->meter, "meter %06u, %s", 100000 + flat->number,
             view->board ? view->badge : "virtual");
    fill_status(view, flat);
    fill_account(view, flat);
    fill_link(view, flat);
    fill_curves(view, feed, flat);
    fill_enabled(view, flat);
}

/* ---- the stopwatch --------------------------------------------------------------------------- */

static void title_of_watch(const struct watch *watch, char *out, size_t size)
{
    char level[32];
    switch (watch->kind) {
    case WATCH_CAUSE:
        level_in_words(watch->fault, watch->level, level, sizeof level);
        snprintf(out, size, "%s%s%s → contacts open",
                 plant_fault_name((enum plant_fault)watch->fault), level[0] ? " of " : "", level);
        out[0] = (char)(out[0] - 'a' + 'A');
        break;
    case WATCH_ARREARS:
        snprintf(out, size, "Arrears order accepted → contacts open");
        break;
    case WATCH_TRIP:
        snprintf(out, size, "Trip order accepted → contacts open");
        break;
    case WATCH_PAYMENT:
        money_in_words(watch->level, level, sizeof level);
        snprintf(out, size, "Payment of %s yuan accepted → light", level);
        break;
    case WATCH_CLOSE:
        snprintf(out, size, "Administrator's order accepted → light");
        break;
    }
}

static void read_ms(int64_t ns, char *out, size_t size)
{
    const char *sign = ns < 0 ? "-" : "";
    int64_t ms = (llabs(ns) + NS_PER_MS / 2) / NS_PER_MS;
    snprintf(out, size, "%s%lld.%03lld", sign, (long long)(ms / 1000), (long long)(ms % 1000));
}

/* "0.060 s ± 0.002 ms": what follows the middle. */
static void fill_width(struct gui_stopwatch *out, const struct watch *watch)
{
    char text[80];
    interval_format(watch->measured, text, sizeof text);
    const char *width = strstr(text, "±");
    snprintf(out->width, sizeof out->width, "%.30s", width ? width : "");
}

static const char *evidence_in_words(const struct watch *watch)
{
    bool opens = watch->kind <= WATCH_TRIP;
    switch (watch->evidence) {
    case EVIDENCE_CONTACT:
        return opens ? "measured by the rack, at the contacts"
                     : "measured by the rack, at the load";
    case EVIDENCE_COIL:
        return "measured by the rack, at the coil";
    case EVIDENCE_REGISTER:
        return "read from the board's register, polled";
    case EVIDENCE_MODEL:
        break;
    }
    return "exact: the event times of a virtual meter";
}

static void fill_verdict(struct gui_stopwatch *out, const struct watch *watch)
{
    static const enum gui_mood moods[] = {
        [JUDGEMENT_HOLDS] = MOOD_GOOD,
        [JUDGEMENT_FAILS] = MOOD_BAD,
        [JUDGEMENT_INCONCLUSIVE] = MOOD_UNSURE,
    };
    static const char *const words[] = {
        [JUDGEMENT_HOLDS] = "in time",
        [JUDGEMENT_FAILS] = "too late",
        [JUDGEMENT_INCONCLUSIVE] = "inconclusive",
    };
    char margin[24];
    out->mood = moods[watch->judgement];
    snprintf(out->verdict, sizeof out->verdict, "%s", words[watch->judgement]);
    snprintf(out->evidence, sizeof out->evidence, "%s", evidence_in_words(watch));
    read_ms(watch->limit - watch->measured.latest, margin, sizeof margin);
    snprintf(out->margin, sizeof out->margin, "%s s", margin);
    fill_width(out, watch);
}

static void add_step(struct gui_stopwatch *out, const char *name, const char *after)
{
    struct gui_step *step = &out->steps[out->step_count++];
    snprintf(step->name, sizeof step->name, "%s", name);
    snprintf(step->after, sizeof step->after, "%s", after);
}

static void fill_steps(struct gui_stopwatch *out, const struct watch *watch)
{
    bool opening = watch->kind <= WATCH_TRIP;
    for (int i = 0; i < watch->mark_count && out->step_count < GUI_STEPS; i++) {
        const char *name = step_name(watch->marks[i].kind, watch->marks[i].evidence, opening);
        if (!name)
            continue;
        char after[20], text[24];
        read_ms(watch->marks[i].after, after, sizeof after);
        snprintf(text, sizeof text, "%s s", after);
        add_step(out, name, text);
    }
}

/* Before the arrears order the policy wants its reminders delivered: nothing runs late
 * meanwhile. */
static void fill_reminding(struct gui_view *view, const struct flat *flat)
{
    struct gui_stopwatch *out = &view->stopwatch;
    out->mood = MOOD_WAITING;
    snprintf(out->title, sizeof out->title, "In arrears: the reminders come first");
    snprintf(out->reading, sizeof out->reading, "%d / %d", flat->account.reminders_delivered,
             view->reminders_due);
    snprintf(out->hint, sizeof out->hint,
             "reminders delivered. After the last one and a time of grace the platform orders the "
             "trip. Pay now (P), and the light stays on.");
    int due = view->reminders_due, delivered = flat->account.reminders_delivered;
    out->fraction = due > 0 ? (double)delivered / due : 0;
    for (int i = 1; i <= due && i < GUI_STEPS; i++) {
        char name[24];
        snprintf(name, sizeof name, "reminder %d", i);
        add_step(out, name, i <= delivered ? "delivered" : "to come");
    }
    char grace[24];
    duration_format(flat->account.platform->policy.grace_ns, grace, sizeof grace);
    add_step(out, "grace", grace);
}

static void fill_idle(struct gui_view *view)
{
    struct gui_stopwatch *out = &view->stopwatch;
    out->mood = MOOD_IDLE;
    add_step(out, "leak, overload", "5 s");
    add_step(out, "arrears order", "5 s");
    add_step(out, "payment", "3 s");
    add_step(out, "admin's order", "5 s");
    snprintf(out->title, sizeof out->title, "Stopwatch: from the cause to contacts open");
    snprintf(out->reading, sizeof out->reading, "0.000");
    snprintf(
        out->hint, sizeof out->hint,
        "Press L: 30 mA leak to earth in %s. The time runs from the cause to open contacts, or "
        "from a payment to light. Limits:",
        view->name);
}

static void fill_refused(struct gui_stopwatch *out)
{
    out->mood = MOOD_BAD;
    snprintf(out->reading, sizeof out->reading, "refused");
    snprintf(
        out->hint, sizeof out->hint,
        "A safety lock stands: after a leak no payment closes the contacts, only an administrator "
        "who knows it mended (R).");
}

static bool reminding(const struct flat *flat, const struct watch *watch)
{
    bool busy = watch->state == WATCH_RUNNING;
    return flat->account.reminding && !flat->account.arrears_trip && flat->plant.load_live && !busy;
}

static void fill_stopwatch(struct gui_view *view, const struct gui_feed *feed,
                           const struct flat *flat)
{
    const struct watch *watch = &feed->watches[flat->number - 1];
    struct gui_stopwatch *out = &view->stopwatch;
    int64_t reading = watch_reading(watch, feed->site->now);
    memset(out, 0, sizeof *out);
    duration_format(watch->limit, out->limit, sizeof out->limit);
    if (reminding(flat, watch)) {
        fill_reminding(view, flat);
        return;
    }
    if (watch->state == WATCH_IDLE) {
        fill_idle(view);
        return;
    }
    title_of_watch(watch, out->title, sizeof out->title);
    fill_steps(out, watch);
    if (watch->state == WATCH_REFUSED) {
        fill_refused(out);
        return;
    }
    read_ms(reading, out->reading, sizeof out->reading);
    out->fraction = reading > 0 ? (double)reading / (double)watch->limit : 0;
    out->mood = reading < 0 ? MOOD_WAITING : MOOD_RUNNING;
    if (watch->state == WATCH_DONE) {
        fill_verdict(out, watch);
        return;
    }
    if (reading > watch->limit && !watch->held)
        out->mood = MOOD_BAD;
    if (reading < 0)
        snprintf(out->evidence, sizeof out->evidence, "the meter's configured delay runs first");
    else if (watch->held)
        snprintf(out->evidence, sizeof out->evidence, "held off by a large current");
    else if (watch->kind != WATCH_CAUSE && out->step_count == 0)
        snprintf(out->evidence, sizeof out->evidence, "the order is on its way by radio");
}

void gui_view_fill(struct gui_view *view, struct gui_feed *feed, uint32_t selected)
{
    const struct flat *flat = site_flat(feed->site, selected);
    view->selected = selected;
    fill_time(view, feed->site);
    fill_rules(view, feed->run);
    fill_house(view, feed);
    fill_flat(view, feed, flat);
    fill_stopwatch(view, feed, flat);
    view->line_count = feed->line_count;
    memcpy(view->lines, feed->lines, sizeof view->lines);
}
