#include "gui/words.h"

#include "sim/error.h"
#include "sim/platform/account.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((format(printf, 3, 4))) static bool say(struct fact *fact, enum fact_tone tone,
                                                      const char *format, ...)
{
    va_list arguments;
    fact->tone = tone;
    va_start(arguments, format);
    vsnprintf(fact->text, sizeof fact->text, format, arguments);
    va_end(arguments);
    return true;
}

void money_in_words(int64_t amount, char *out, size_t size)
{
    int64_t fen = (llabs(amount) + 50) / 100;
    snprintf(out, size, "%s%lld.%02lld", amount < 0 && fen > 0 ? "-" : "", (long long)(fen / 100),
             (long long)(fen % 100));
}

void level_in_words(int fault, int64_t level, char *out, size_t size)
{
    switch (fault) {
    case PLANT_FAULT_LEAKAGE:
        snprintf(out, size, "%lld mA", (long long)(level / 1000));
        break;
    case PLANT_FAULT_OVERLOAD:
    case PLANT_FAULT_SHORT_CIRCUIT:
    case PLANT_FAULT_BYPASS:
        snprintf(out, size, "%lld A", (long long)(level / 1000));
        break;
    case PLANT_FAULT_LOAD:
        snprintf(out, size, "%lld W", (long long)(level / 1000));
        break;
    case PLANT_FAULT_VOLTAGE:
        snprintf(out, size, "%lld V", (long long)(level / 1000));
        break;
    default:
        snprintf(out, size, "%s", "");
        break;
    }
}

static bool cause(const struct event *event, struct fact *fact)
{
    char level[32];
    level_in_words((int)event->a, event->b, level, sizeof level);
    const char *name = plant_fault_name((enum plant_fault)event->a);
    if (event->kind == EVENT_CAUSE_ENDED)
        return say(fact, FACT_PLAIN, "the %s is mended", name);
    return say(fact, FACT_WARNING, level[0] ? "%s of %s begins" : "%s begins%s", name, level);
}

static const char *order_name(int64_t order)
{
    switch (order) {
    case 0:
        return "recharge";
    case DLT645_RELAY_TRIP:
        return "trip";
    case DLT645_RELAY_CLOSE:
        return "close";
    case DLT645_RELAY_PERMIT_CLOSE:
        return "permit to close";
    case DLT645_RELAY_KEEP_POWER_ON:
        return "keep power";
    case DLT645_RELAY_KEEP_POWER_OFF:
        return "end of keep-power";
    case ORDER_SET_CLOCK:
        return "set the clock";
    case ORDER_LIMITS:
        return "limit appliances";
    case ORDER_BROADCAST_TIME:
        return "time of day, to all";
    default:
        return "order";
    }
}

static bool order(const struct event *event, struct fact *fact)
{
    const char *name = order_name(event->a);
    switch (event->kind) {
    case EVENT_ORDER:
        if (event->b == ACTOR_BILLING)
            return say(fact, FACT_PLAIN, "the platform orders: %s", name);
        return say(fact, FACT_PLAIN, "the administrator orders: %s", name);
    case EVENT_ORDER_DONE:
        return say(fact, FACT_PLAIN, "the meter confirms: %s", name);
    default:
        if (event->b == ERROR_TIMEOUT)
            return say(fact, FACT_BAD, "no answer to the order: %s", name);
        return say(fact, FACT_BAD, "the meter refuses: %s", name);
    }
}

static bool money(const struct event *event, int reminders, struct fact *fact)
{
    char amount[32];
    money_in_words(event->kind == EVENT_ARREARS_TRIP ? event->b : event->a, amount, sizeof amount);
    switch (event->kind) {
    case EVENT_ACCOUNT_OPENED:
        return say(fact, FACT_WARNING, "the account stands at %s yuan", amount);
    case EVENT_PAYMENT:
        return say(fact, FACT_GOOD, "payment of %s yuan accepted", amount);
    case EVENT_REMINDER_DELIVERED:
        return say(fact, FACT_WARNING, "reminder %d of %d reached the tenant", (int)event->a,
                   reminders);
    case EVENT_REMINDERS_FALLBACK:
        return say(fact, FACT_BAD, "the tenant cannot be reached: supply stays on");
    default:
        return say(fact, FACT_WARNING, "in arrears (%s yuan) after %d reminders", amount,
                   (int)event->a);
    }
}

static bool alarm(const struct event *event, struct fact *fact)
{
    bool trip = event->a == METER_ALARM_TRIPPED;
    if (event->a == METER_ALARM_CLOSED || event->a == METER_ALARM_POWER_UP)
        return false;
    if (trip && event->b == TRIP_CAUSE_ORDER)
        return say(fact, FACT_PLAIN, "the platform is told: open by order");
    const char *what = trip ? trip_cause_name((int)event->b) : meter_alarm_name((int)event->a);
    const char *who = event->kind == EVENT_ALARM_RECEIVED ? "platform" : "tenant's phone";
    return say(fact, FACT_WARNING, "%s alarm on the %s", what, who);
}

static bool close_reason(const struct event *event, struct fact *fact)
{
    static const char *const reasons[] = {"by order", "by the tenant's key", "credit is back",
                                          "the risk is over", "by the emergency switch"};
    bool known = event->a >= 0 && event->a < (int64_t)(sizeof reasons / sizeof reasons[0]);
    return say(fact, FACT_PLAIN, "the meter closes: %s", known ? reasons[event->a] : "as told");
}

static bool at_the_meter(const struct event *event, struct fact *fact)
{
    switch (event->kind) {
    case EVENT_CONTACTS:
        return say(fact, event->a ? FACT_GOOD : FACT_BAD, "contacts %s",
                   event->a ? "closed" : "open");
    case EVENT_LOAD_LIVE:
        return say(fact, event->a ? FACT_GOOD : FACT_BAD,
                   event->a ? "light: voltage at the load" : "dark: no voltage at the load");
    case EVENT_MCB:
        return say(fact, event->a ? FACT_PLAIN : FACT_BAD, "the breaker is %s",
                   event->a ? "reset" : "open");
    case EVENT_METER_POWER:
        return say(fact, FACT_PLAIN, "the meter %s", event->a ? "is powered" : "lost its supply");
    case EVENT_METER_TRIP:
        return say(fact, FACT_WARNING, "the meter trips: %s", trip_cause_name((int)event->a));
    case EVENT_METER_CLOSE:
        return close_reason(event, fact);
    default:
        return say(fact, FACT_WARNING,
                   event->a ? "large current: the order is held off"
                            : "current fell: the order goes on");
    }
}

bool fact_of_event(const struct event *event, int reminders, struct fact *fact)
{
    switch (event->kind) {
    case EVENT_CAUSE:
    case EVENT_CAUSE_ENDED:
        return cause(event, fact);
    case EVENT_CONTACTS:
    case EVENT_LOAD_LIVE:
    case EVENT_MCB:
    case EVENT_METER_POWER:
    case EVENT_METER_TRIP:
    case EVENT_METER_CLOSE:
    case EVENT_METER_HELD:
        return at_the_meter(event, fact);
    case EVENT_ORDER:
    case EVENT_ORDER_DONE:
    case EVENT_ORDER_FAILED:
        return order(event, fact);
    case EVENT_ACCOUNT_OPENED:
    case EVENT_PAYMENT:
    case EVENT_REMINDER_DELIVERED:
    case EVENT_REMINDERS_FALLBACK:
    case EVENT_ARREARS_TRIP:
        return money(event, reminders, fact);
    case EVENT_ALARM_RECEIVED:
    case EVENT_ALARM_DELIVERED:
        return alarm(event, fact);
    case EVENT_ENVELOPE_REJECTED:
        return say(fact, FACT_BAD, "a frame that is not authentic is refused");
    case EVENT_AUDIT:
        return event->a == AUDIT_SIGNED_IN &&
               say(fact, FACT_PLAIN, "administrator signed in (password, code)");
    default:
        return false;
    }
}

const char *step_name(int kind, enum evidence evidence, bool opening)
{
    bool polled =
        evidence == EVIDENCE_REGISTER; /* seen when the bench asked, not when it was decided */
    switch (kind) {
    case EVENT_COMMAND_ACCEPTED:
        return "order arrives";
    case EVENT_METER_TRIP:
    case EVENT_METER_CLOSE:
        return polled ? "board reports" : "meter decides";
    case EVENT_COIL:
        return "coil pulse";
    case EVENT_CONTACTS:
        return opening ? "contacts open" : "settled";
    case EVENT_LOAD_LIVE:
        return opening ? "dark" : "light";
    case EVENT_ALARM_RECEIVED:
        return "platform told";
    case EVENT_ALARM_DELIVERED:
        return "tenant told";
    default:
        return NULL;
    }
}
