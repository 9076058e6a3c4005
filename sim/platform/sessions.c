/* Who has signed in, and what they may do meanwhile. */
#include "sim/platform/people_internal.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <stdlib.h>
#include <string.h>

enum {
    SECONDS_1970_TO_2000 = 946684800,
    TOTP_WINDOW = 1, /* steps of clock difference that are forgiven, RFC 6238 section 5.2 */
};

int64_t platform_unix_seconds(const struct platform *platform, int64_t now)
{
    return platform->epoch_s + now / NS_PER_S + SECONDS_1970_TO_2000;
}

int platform_code_at(const struct platform *platform, int64_t unix_s, int user, char *code)
{
    const struct user *of = &platform->people.users[user];
    return totp_code(of->secret, of->secret_size, unix_s, TOTP_DIGITS, TOTP_SHA1, code);
}

int platform_code(const struct platform *platform, int64_t now, int user, char *code)
{
    return platform_code_at(platform, platform_unix_seconds(platform, now), user, code);
}

/* ---- signing in ------------------------------------------------------------------------------- */

void people_count_failure(struct platform *platform, int64_t now, int number)
{
    const struct people_policy *policy = &platform->people.policy;
    struct user *user = &platform->people.users[number];
    if (++user->failures < policy->failures_max || platform->faults.never_locks_out)
        return;
    user->failures = 0;
    user->locked_until = now + policy->lock_ns;
    platform_audit(platform, now, EVENT_NO_FLAT, AUDIT_LOCKED_OUT, number);
}

/* 0, or what is wrong. Password and code are both looked at, whatever the other says: an answer takes as long for a
 * wrong password as for a wrong code. */
static int check_credentials(const struct platform *platform, const struct user *user, int64_t now,
                             const char *password, const char *code, int64_t *step)
{
    int64_t present = platform_unix_seconds(platform, now) / TOTP_STEP_S;
    bool right = people_password_matches(&platform->people.policy, user, password);
    *step = totp_step(user->secret, user->secret_size, present - TOTP_WINDOW, present + TOTP_WINDOW, code);
    if (!right)
        return ERROR_PASSWORD_WRONG;
    if (!role_has_second_factor(user->role) || platform->faults.codes_unchecked)
        return 0;
    if (*step < 0)
        return ERROR_CODE_WRONG;
    bool used = *step <= user->last_code_step && !platform->faults.codes_reusable;
    return used ? ERROR_CODE_USED : 0;
}

static bool is_open(const struct platform *platform, int64_t now, const struct session_place *place)
{
    const struct people_policy *policy = &platform->people.policy;
    if (!place->open || platform->faults.sessions_never_end)
        return place->open;
    return now - place->used < policy->session_idle_ns && now - place->began < policy->session_longest_ns;
}

/* A place for a session: one that is over, or a new one. Its number, ERROR_QUEUE_FULL or ERROR_NO_MEMORY. */
static int find_place(struct platform *platform, int64_t now)
{
    struct people *people = &platform->people;
    for (int i = 0; i < people->session_count; i++)
        if (!is_open(platform, now, &people->sessions[i]))
            return i;
    if (people->session_count == SESSIONS_MAX)
        return ERROR_QUEUE_FULL;
    size_t size = ((size_t)people->session_count + 1) * sizeof *people->sessions;
    struct session_place *sessions = realloc(people->sessions, size);
    if (!sessions)
        return ERROR_NO_MEMORY;
    people->sessions = sessions;
    return people->session_count++;
}

static int open_session(struct platform *platform, int64_t now, int user, struct session *session)
{
    int place = find_place(platform, now);
    if (place < 0)
        return place;
    struct people *people = &platform->people;
    people->sessions[place] = (struct session_place){true, ++people->serial, user, now, now};
    *session = (struct session){user, place, people->serial};
    return 0;
}

static void audit_sign_in(struct platform *platform, int64_t now, int number, int why)
{
    const struct audit_fact fact = {
        .action = why < 0 ? AUDIT_SIGN_IN_REFUSED : AUDIT_SIGNED_IN,
        .actor = number < 0 ? ACTOR_UNKNOWN : number,
        .flat = EVENT_NO_FLAT,
        .right = -1,
        .person = -1,
        .why = why,
    };
    event_put(&platform->events, now, EVENT_SIGN_IN, number < 0 ? ACTOR_UNKNOWN : number, why == 0);
    platform_audit_fact(platform, now, &fact);
}

/* A locked or revoked person's password and code are looked at as well, so that the time tells nothing. */
static int check_person(struct platform *platform, int64_t now, struct user *user, const char *password,
                        const char *code)
{
    int64_t step = -1;
    int result = check_credentials(platform, user, now, password, code, &step);
    if (user->revoked)
        return ERROR_REVOKED;
    if (now < user->locked_until)
        return ERROR_LOCKED_OUT;
    if (result == 0 && step > user->last_code_step && role_has_second_factor(user->role))
        user->last_code_step = step;
    return result;
}

int platform_sign_in(struct platform *platform, int64_t now, const char *name,
                     const char *password, const char *code, struct session *session)
{
    struct user nobody = {.role = ROLE_ADMINISTRATOR, .secret_size = TOTP_SECRET_SIZE};
    int number = platform_find_user(platform, name);
    struct user *user = number < 0 ? &nobody : &platform->people.users[number];
    int why = check_person(platform, now, user, password, code);
    if (number < 0)
        why = ERROR_NAME_UNKNOWN;
    int opened = why < 0 ? 0 : open_session(platform, now, number, session);
    audit_sign_in(platform, now, number, why < 0 ? why : opened);
    if (number >= 0 && why < 0 && why != ERROR_REVOKED && why != ERROR_LOCKED_OUT)
        people_count_failure(platform, now, number);
    if (why == 0)
        user->failures = 0;
    return why < 0 ? ERROR_NOT_ALLOWED : opened;
}

/* ---- sessions --------------------------------------------------------------------------------- */

static struct session_place *place_of(const struct platform *platform, const struct session *session)
{
    struct session_place *place = &platform->people.sessions[session->place];
    return place->serial == session->serial ? place : NULL;
}

bool platform_session_open(const struct platform *platform, int64_t now, const struct session *session)
{
    const struct session_place *place = place_of(platform, session);
    return place && is_open(platform, now, place);
}

void people_end_sessions(struct people *people, int user)
{
    for (int i = 0; i < people->session_count; i++)
        if (people->sessions[i].user == user)
            people->sessions[i].open = false;
}

int platform_sign_out(struct platform *platform, int64_t now, const struct session *session)
{
    bool open = platform_session_open(platform, now, session);
    if (open)
        place_of(platform, session)->open = false;
    const struct audit_fact fact = {.action = AUDIT_SIGNED_OUT,
                                    .actor = session->user,
                                    .flat = EVENT_NO_FLAT,
                                    .right = -1,
                                    .person = -1,
                                    .why = open ? 0 : ERROR_SESSION_OVER};
    platform_audit_fact(platform, now, &fact);
    return fact.why;
}

/* ---- rights ----------------------------------------------------------------------------------- */

static bool has_right(const struct platform *platform, enum role role, enum right right)
{
    return (platform->people.policy.rights[role] >> right & 1) ||
           (role == ROLE_TENANT && platform->faults.tenants_may_switch);
}

int people_check(const struct platform *platform, int number, enum right right, uint32_t flat)
{
    const struct user *user = &platform->people.users[number];
    if (!has_right(platform, user->role, right))
        return ERROR_NO_RIGHT;
    if (platform->faults.scopes_ignored || (user->role == ROLE_TENANT && platform->faults.tenants_may_switch))
        return 0;
    bool within = flat == EVENT_NO_FLAT ? scope_is_building(&user->scope) : scope_has(&user->scope, flat);
    return within ? 0 : ERROR_OUT_OF_SCOPE;
}

static bool touch(struct platform *platform, int64_t now, const struct session *session)
{
    if (!platform_session_open(platform, now, session))
        return false;
    place_of(platform, session)->used = now;
    return true;
}

int people_check_session(struct platform *platform, int64_t now, const struct session *session,
                         enum right right)
{
    if (!touch(platform, now, session))
        return ERROR_SESSION_OVER;
    return has_right(platform, platform->people.users[session->user].role, right) ? 0 : ERROR_NO_RIGHT;
}

/* Writes down what was answered. */
static int write_down(struct platform *platform, int64_t now, const struct session *session, enum right right,
                  uint32_t flat, int result)
{
    bool order = right_switches(right);
    const struct audit_fact fact = {
        .action = result < 0 ? (order ? AUDIT_ORDER_REFUSED : AUDIT_REFUSED)
                             : (order ? AUDIT_ORDER_ACCEPTED : AUDIT_ALLOWED),
        .actor = session->user,
        .flat = flat,
        .right = (int)right,
        .person = -1,
        .why = result,
    };
    platform_audit_fact(platform, now, &fact);
    return result;
}

int platform_authorise(struct platform *platform, int64_t now, const struct session *session,
                       enum right right, uint32_t flat)
{
    bool open = touch(platform, now, session);
    int result = open ? people_check(platform, session->user, right, flat) : ERROR_SESSION_OVER;
    return write_down(platform, now, session, right, flat, result);
}

int platform_read_audit(struct platform *platform, int64_t now, const struct session *session)
{
    int result = people_check_session(platform, now, session, RIGHT_READ_AUDIT);
    return write_down(platform, now, session, RIGHT_READ_AUDIT, EVENT_NO_FLAT, result);
}
