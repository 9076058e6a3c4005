#include "scenarios/runner/message_book.h"

static void reminder_shown(struct message_book *book, const struct site *site, const struct event *event)
{
    bool next = event->a == book->reminders + 1;
    bool apart = book->reminders == 0 ||
                 event->at - book->reminded_at >= site->platform.policy.reminder_spacing_ns;
    if (!next || !apart)
        return;
    book->reminders++;
    book->reminded_at = event->at;
}

/* All but news of closing and of power, and of trips those that protect. */
static bool concerns_people(const struct event *event)
{
    if (event->a == METER_ALARM_TRIPPED)
        return event->b != TRIP_CAUSE_ORDER && event->b != TRIP_CAUSE_ARREARS;
    return event->a != METER_ALARM_CLOSED && event->a != METER_ALARM_POWER_UP;
}

static bool has_administrator(const struct site *site, uint32_t flat)
{
    const struct people *people = &site->platform.people;
    for (int i = 0; i < people->count; i++) {
        const struct user *user = &people->users[i];
        if (user->role == ROLE_ADMINISTRATOR && !user->revoked && scope_has(&user->scope, flat))
            return true;
    }
    return false;
}

static void alarm_came(struct message_book *book, const struct site *site, const struct event *event)
{
    if (!concerns_people(event))
        return;
    book->alarm_at = event->at;
    book->alarm = event->a << 8 | (event->b & 0xff);
    book->owes_tenant = !(event->b & ALARM_OF_PLATFORM); /* what the platform itself suspects is the administrators' */
    book->owes_administrator = has_administrator(site, event->flat);
}

static void alarm_went(struct message_book *book, const struct event *event)
{
    if (event->a != book->alarm)
        return;
    if (event->b & 0x100)
        book->owes_administrator = false;
    else
        book->owes_tenant = false;
}

bool message_book_settled(const struct message_book *book, int64_t now, const char **whom)
{
    *whom = book->owes_tenant ? "tenant" : "administrator";
    return now <= book->alarm_at || !(book->owes_tenant || book->owes_administrator);
}

bool message_book_event(struct message_book *book, const struct site *site, const struct event *event,
                        const char **whom)
{
    bool another = event->kind == EVENT_ALARM_RECEIVED;
    bool settled = message_book_settled(book, another ? INT64_MAX : event->at, whom);
    if (!settled)
        book->owes_tenant = book->owes_administrator = false;
    switch (event->kind) {
    case EVENT_REMINDING:
        book->reminders = 0;
        break;
    case EVENT_REMINDER_SHOWN:
        reminder_shown(book, site, event);
        break;
    case EVENT_ALARM_RECEIVED:
        alarm_came(book, site, event);
        break;
    case EVENT_ALARM_SENT:
        alarm_went(book, event);
        break;
    }
    return settled;
}
