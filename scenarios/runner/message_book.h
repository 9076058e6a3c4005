/*
 * The messages about one flat, for invariants 6 and 9: which reminders really stood on the tenant's phone, whatever the platform
 * says, and whether each alarm that came in went out to everybody who must know.
 */
#ifndef METERBENCH_RUNNER_MESSAGE_BOOK_H
#define METERBENCH_RUNNER_MESSAGE_BOOK_H

#include "sim/site.h"

struct message_book {
    int reminders; /* shown in this reminding, in their order and as far apart as the policy wants */
    int64_t reminded_at;
    int64_t alarm_at, alarm; /* the last that came in, alarm x 256 + detail */
    bool owes_tenant, owes_administrator;
};

/* What the event is to the messages. False: an alarm that came in before it did not go out to `whom`. */
bool message_book_event(struct message_book *book, const struct site *site, const struct event *event,
                        const char **whom);
/* At the end, or before: is anybody owed one that came in before `now`? */
bool message_book_settled(const struct message_book *book, int64_t now, const char **whom);

#endif
