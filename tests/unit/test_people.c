/* People: signing in, sessions, rights, what administrators do to them; one-time codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/kernel/time.h"
#include "sim/platform/account.h"
#include "tests/unit/recorder.h"

struct bench {
    struct recorder log;
    struct platform platform;
    int64_t now;
};

static int64_t epoch(void)
{
    const struct civil_time noon = {2026, 7, 15, 12, 0, 0, 0};
    return civil_to_seconds(&noon);
}

static int setup(void **state)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    recorder_init(&bench.log);
    platform_init(&bench.platform, (struct event_source){&bench.log.sink, EVENT_NO_FLAT}, 1, epoch());
    bench.platform.people.policy.password_cost = 16; /* it is not what is tested here */
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    platform_free(&bench->platform);
    recorder_free(&bench->log);
    return 0;
}

/* ---- sign-in --------------------------------------------------------------------------------- */

static int sign_in(struct bench *bench, const char *name, const char *password, const char *code,
                   struct session *session)
{
    struct session mine;
    return platform_sign_in(&bench->platform, bench->now, name, password, code,
                            session ? session : &mine);
}

static int add_users(struct bench *bench)
{
    int administrator =
        platform_add_user(&bench->platform, "lin", ROLE_ADMINISTRATOR, "correct horse");
    assert_int_equal(administrator, 0);
    assert_int_equal(platform_add_user(&bench->platform, "wu", ROLE_TENANT, "battery staple"), 1);
    return administrator;
}

static void code_at(const struct bench *bench, int64_t now, char code[7])
{
    assert_int_equal(platform_code(&bench->platform, now, 0, code), 0);
}

/* RFC 6238, appendix B: SHA-1, secret "12345678901234567890", last six of the eight digits. */
static void one_time_codes_are_those_of_rfc_6238(void **state)
{
    struct bench *bench = *state;
    static const struct {
        int64_t unix_s;
        const char *code;
    } vectors[] = {
        {59, "287082"},         {1111111109, "081804"},  {1111111111, "050471"},
        {1234567890, "005924"}, {2000000000, "279037"}, {INT64_C(20000000000), "353130"},
    };
    add_users(bench);
    memcpy(bench->platform.people.users[0].secret, "12345678901234567890", TOTP_SECRET_SIZE);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        char code[7];
        bench->platform.epoch_s = vectors[i].unix_s - 946684800;
        code_at(bench, 0, code);
        assert_string_equal(code, vectors[i].code);
    }
}

static void password_and_code_together_sign_in(void **state)
{
    struct bench *bench = *state;
    struct session session;
    char code[7];
    add_users(bench);
    code_at(bench, 0, code);
    assert_int_equal(sign_in(bench, "lin", "correct horse", code, &session), 0);
    assert_int_equal(session.user, 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_SIGNED_IN), 1);
    assert_int_equal(platform_authorise(&bench->platform, 0, &session, RIGHT_TRIP, 1), 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_ORDER_ACCEPTED), 1);
}

static void a_wrong_password_or_code_or_name_does_not_sign_in(void **state)
{
    struct bench *bench = *state;
    char code[7], wrong[7];
    add_users(bench);
    code_at(bench, 0, code);
    memcpy(wrong, code, sizeof wrong);
    wrong[5] = wrong[5] == '0' ? '1' : '0';
    assert_int_equal(sign_in(bench, "lin", "correct horsf", code, NULL), ERROR_NOT_ALLOWED);
    assert_int_equal(sign_in(bench, "lin", "correct horse", wrong, NULL), ERROR_NOT_ALLOWED);
    assert_int_equal(sign_in(bench, "lin", "correct horse", "", NULL), ERROR_NOT_ALLOWED);
    assert_int_equal(sign_in(bench, "lan", "correct horse", code, NULL), ERROR_NOT_ALLOWED);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_SIGN_IN_REFUSED), 4);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_SIGNED_IN), 0);
    /* the right code was not used up by the wrong passwords */
    assert_int_equal(sign_in(bench, "lin", "correct horse", code, NULL), 0);
}

static void a_longer_code_that_begins_rightly_does_not_sign_in(void **state)
{
    struct bench *bench = *state;
    char code[9];
    add_users(bench);
    code_at(bench, 0, code);
    strcpy(code + 6, "0");
    assert_int_equal(sign_in(bench, "lin", "correct horse", code, NULL), ERROR_NOT_ALLOWED);
}

static void a_code_serves_once(void **state)
{
    struct bench *bench = *state;
    char code[7];
    add_users(bench);
    code_at(bench, 0, code);
    assert_int_equal(sign_in(bench, "lin", "correct horse", code, NULL), 0);
    assert_int_equal(sign_in(bench, "lin", "correct horse", code, NULL), ERROR_NOT_ALLOWED);
    char earlier[7];
    bench->now = 10 * NS_PER_MIN;
    code_at(bench, bench->now, code);
    code_at(bench, bench->now - 30 * NS_PER_S, earlier);
    assert_int_equal(sign_in(bench, "lin", "correct horse", code, NULL), 0);
    assert_int_equal(sign_in(bench, "lin", "correct horse", earlier, NULL), ERROR_NOT_ALLOWED);
}

static void a_code_is_forgiven_one_step_of_30_s_either_way(void **state)
{
    struct bench *bench = *state;
    static const struct {
        int64_t offset_s;
        bool ok;
    } codes[] = {{-90, false}, {-60, false}, {-30, true}, {0, true}, {30, true}, {60, false}};
    add_users(bench);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        char code[7];
        bench->now += NS_PER_HOUR;
        code_at(bench, bench->now + codes[i].offset_s * NS_PER_S, code);
        int result = sign_in(bench, "lin", "correct horse", code, NULL);
        assert_int_equal(result, codes[i].ok ? 0 : ERROR_NOT_ALLOWED);
    }
}

static void five_failures_lock_for_a_quarter_of_an_hour(void **state)
{
    struct bench *bench = *state;
    char code[7];
    add_users(bench);
    for (int i = 0; i < 5; i++)
        sign_in(bench, "lin", "guess", "000000", NULL);
    bench->now = 15 * NS_PER_MIN - 1;
    code_at(bench, bench->now, code);
    assert_int_equal(sign_in(bench, "lin", "correct horse", code, NULL), ERROR_NOT_ALLOWED);
    bench->now = 15 * NS_PER_MIN;
    code_at(bench, bench->now, code);
    assert_int_equal(sign_in(bench, "lin", "correct horse", code, NULL), 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_SIGN_IN_REFUSED), 6);
}

static void after_a_lock_five_failures_are_needed_for_the_next(void **state)
{
    struct bench *bench = *state;
    char code[7];
    add_users(bench);
    for (int i = 0; i < 5; i++)
        sign_in(bench, "lin", "guess", "000000", NULL);
    bench->now = NS_PER_HOUR;
    for (int i = 0; i < 4; i++)
        sign_in(bench, "lin", "guess", "000000", NULL);
    code_at(bench, bench->now, code);
    assert_int_equal(sign_in(bench, "lin", "correct horse", code, NULL), 0);
}

static void a_success_forgives_four_failures(void **state)
{
    struct bench *bench = *state;
    char code[7];
    add_users(bench);
    for (int round = 0; round < 3; round++) {
        bench->now += NS_PER_HOUR;
        for (int i = 0; i < 4; i++)
            sign_in(bench, "lin", "guess", "000000", NULL);
        code_at(bench, bench->now, code);
        assert_int_equal(sign_in(bench, "lin", "correct horse", code, NULL), 0);
    }
}

static void one_users_lock_is_not_anothers(void **state)
{
    struct bench *bench = *state;
    add_users(bench);
    for (int i = 0; i < 10; i++)
        sign_in(bench, "lin", "guess", "000000", NULL);
    assert_int_equal(sign_in(bench, "wu", "battery staple", "", NULL), 0);
}

static void a_session_ends_after_a_quarter_of_an_hour_without_an_act(void **state)
{
    struct bench *bench = *state;
    struct session session;
    char code[7];
    struct platform *platform = &bench->platform;
    add_users(bench);
    code_at(bench, 0, code);
    assert_int_equal(sign_in(bench, "lin", "correct horse", code, &session), 0);
    int64_t end = 15 * NS_PER_MIN;
    assert_int_equal(platform_authorise(platform, end - 1, &session, RIGHT_TRIP, 1), 0);
    /* an act begins the quarter anew */
    assert_int_equal(platform_authorise(platform, 2 * end - 2, &session, RIGHT_TRIP, 1), 0);
    assert_int_equal(platform_authorise(platform, 3 * end - 2, &session, RIGHT_TRIP, 1),
                     ERROR_SESSION_OVER);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_ORDER_REFUSED), 1);
}

static void a_tenant_may_sign_in_and_not_switch(void **state)
{
    struct bench *bench = *state;
    struct session session;
    add_users(bench);
    assert_int_equal(sign_in(bench, "wu", "battery staple", "", &session), 0);
    assert_int_equal(platform_authorise(&bench->platform, 0, &session, RIGHT_CLOSE, 1),
                     ERROR_NO_RIGHT);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_ORDER_REFUSED), 1);
    assert_int_equal(sign_in(bench, "wu", "battery", "", NULL), ERROR_NOT_ALLOWED);
    bench->platform.faults.tenants_may_switch = true;
    assert_int_equal(platform_authorise(&bench->platform, 0, &session, RIGHT_CLOSE, 1), 0);
}

static void an_operator_may_switch_with_password_and_code(void **state)
{
    struct bench *bench = *state;
    struct session session;
    char code[7];
    int user = platform_add_user(&bench->platform, "he", ROLE_OPERATOR, "seven deep");
    assert_int_equal(sign_in(bench, "he", "seven deep", "", NULL), ERROR_NOT_ALLOWED);
    assert_int_equal(platform_code(&bench->platform, 0, user, code), 0);
    assert_int_equal(sign_in(bench, "he", "seven deep", code, &session), 0);
    assert_int_equal(platform_authorise(&bench->platform, 0, &session, RIGHT_CLOSE, 1), 0);
}

static void a_platform_that_does_not_check_codes_lets_in_without(void **state)
{
    struct bench *bench = *state;
    add_users(bench);
    bench->platform.faults.codes_unchecked = true;
    assert_int_equal(sign_in(bench, "lin", "correct horse", "", NULL), 0);
    assert_int_equal(sign_in(bench, "lin", "wrong", "", NULL), ERROR_NOT_ALLOWED);
}

static void a_platform_that_audits_nothing_does_not(void **state)
{
    struct bench *bench = *state;
    add_users(bench);
    bench->platform.faults.audits_nothing = true;
    sign_in(bench, "lin", "guess", "", NULL);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, RECORDER_ANY), 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_SIGN_IN, RECORDER_ANY), 1);
}

static void users_have_names_of_their_own(void **state)
{
    struct bench *bench = *state;
    struct platform *platform = &bench->platform;
    assert_int_equal(platform_add_user(platform, "user 0", ROLE_TENANT, "one of mine"), 0);
    assert_int_equal(platform_add_user(platform, "user 0", ROLE_TENANT, "one of mine"),
                     ERROR_INVALID_ARGUMENT);
    assert_int_equal(platform_add_user(platform, "a name of thirty-two characters!", ROLE_TENANT, "one of mine"),
                     ERROR_INVALID_ARGUMENT);
    assert_int_equal(platform_add_user(platform, "", ROLE_TENANT, "one of mine"), ERROR_INVALID_ARGUMENT);
    assert_int_equal(platform_add_user(platform, "user 1", ROLE_TENANT, "one of mine"), 1);
    assert_int_equal(platform_find_user(platform, "user 1"), 1);
    assert_int_equal(platform_find_user(platform, "nobody"), ERROR_NOT_FOUND);
    /* each with a salt and a secret of its own */
    const struct user *users = platform->people.users;
    assert_memory_not_equal(users[0].salt, users[1].salt, SALT_SIZE);
    assert_memory_not_equal(users[0].hash, users[1].hash, PASSWORD_HASH_SIZE);
    assert_memory_not_equal(users[0].secret, users[1].secret, TOTP_SECRET_SIZE);
}

static void another_seed_gives_other_secrets(void **state)
{
    struct bench *bench = *state;
    struct platform other;
    platform_init(&other, bench->platform.events, 2, epoch());
    platform_add_user(&bench->platform, "lin", ROLE_ADMINISTRATOR, "correct horse");
    platform_add_user(&other, "lin", ROLE_ADMINISTRATOR, "correct horse");
    assert_memory_not_equal(bench->platform.people.users[0].secret, other.people.users[0].secret,
                            TOTP_SECRET_SIZE);
    platform_free(&other);
}

static void every_audit_action_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < AUDIT_ACTION_COUNT; i++)
        assert_string_not_equal(audit_action_name(i), "unknown");
    assert_string_equal(audit_action_name(AUDIT_ACTION_COUNT), "unknown");
    assert_string_equal(audit_action_name(-1), "unknown");
}

/* ---- one-time codes --------------------------------------------------------------------------- */

static const uint8_t rfc_secret[64] = "1234567890123456789012345678901234567890123456789012345678901234";

/* RFC 6238, appendix B: 20, 32 and 64 bytes of secret, eight digits. */
static void eight_digits_by_three_hashes_are_those_of_rfc_6238(void **state)
{
    (void)state;
    static const struct {
        int64_t unix_s;
        const char *codes[3];
    } vectors[] = {
        {59, {"94287082", "46119246", "90693936"}},
        {1111111109, {"07081804", "68084774", "25091201"}},
        {1111111111, {"14050471", "67062674", "99943326"}},
        {1234567890, {"89005924", "91819424", "93441116"}},
        {2000000000, {"69279037", "90698825", "38618901"}},
        {INT64_C(20000000000), {"65353130", "77737706", "47863826"}},
    };
    static const size_t sizes[3] = {20, 32, 64};
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        for (int hash = TOTP_SHA1; hash <= TOTP_SHA512; hash++) {
            char code[TOTP_DIGITS_MAX + 1];
            assert_int_equal(totp_code(rfc_secret, sizes[hash], vectors[i].unix_s, 8, (enum totp_hash)hash, code), 0);
            assert_string_equal(code, vectors[i].codes[hash]);
        }
}

/* RFC 4226, appendix D: the counter is the step. */
static void the_first_ten_steps_are_those_of_rfc_4226(void **state)
{
    (void)state;
    static const char *const codes[] = {"755224", "287082", "359152", "969429", "338314",
                                        "254676", "287922", "162583", "399871", "520489"};
    for (int step = 0; step < 10; step++) {
        char code[TOTP_DIGITS + 1];
        assert_int_equal(totp_code(rfc_secret, 20, step * TOTP_STEP_S, 6, TOTP_SHA1, code), 0);
        assert_string_equal(code, codes[step]);
        assert_int_equal(totp_step(rfc_secret, 20, 0, 9, code), step);
        assert_int_equal(totp_step(rfc_secret, 20, step + 1, step + 9, code), -1);
    }
}

static void a_code_is_of_six_to_eight_digits_after_1970(void **state)
{
    (void)state;
    char code[16];
    assert_int_equal(totp_code(rfc_secret, 20, 59, 5, TOTP_SHA1, code), ERROR_INVALID_ARGUMENT);
    assert_int_equal(totp_code(rfc_secret, 20, 59, 9, TOTP_SHA1, code), ERROR_INVALID_ARGUMENT);
    assert_int_equal(totp_code(rfc_secret, 20, -1, 6, TOTP_SHA1, code), ERROR_INVALID_ARGUMENT);
}

/* RFC 4648, section 10, and the secret above. */
static void secrets_go_to_base32_and_back(void **state)
{
    (void)state;
    char text[TOTP_BASE32_SIZE];
    uint8_t secret[TOTP_SECRET_MAX];
    assert_int_equal(totp_to_base32((const uint8_t *)"foobar", 6, text), 0);
    assert_string_equal(text, "MZXW6YTBOI");
    assert_int_equal(totp_from_base32(text, secret), 6);
    assert_memory_equal(secret, "foobar", 6);
    assert_int_equal(totp_to_base32(rfc_secret, 64, text), 0);
    assert_int_equal(totp_from_base32(text, secret), 64);
    assert_memory_equal(secret, rfc_secret, 64);
    assert_int_equal(totp_from_base32("GEZD GNBV GY3T QOJQ", secret), 10);
    assert_int_equal(totp_from_base32("GEZ1", secret), ERROR_INVALID_ARGUMENT);
    assert_int_equal(totp_from_base32("", secret), ERROR_INVALID_ARGUMENT);
}

/* ---- rights ----------------------------------------------------------------------------------- */

static struct session signed_in(struct bench *bench, const char *name, const char *password)
{
    struct session session;
    char code[TOTP_DIGITS + 1] = "";
    bench->now += NS_PER_MIN; /* past the codes that served */
    platform_code(&bench->platform, bench->now, platform_find_user(&bench->platform, name), code);
    assert_int_equal(sign_in(bench, name, password, code, &session), 0);
    return session;
}

static int add(struct bench *bench, const char *name, enum role role, uint32_t first, uint32_t last)
{
    struct scope scope = {0};
    assert_int_equal(scope_add(&scope, (struct flat_range){first, last}), 0);
    const struct person person = {
        .name = name, .role = role, .password = "one of many", .scope = first ? &scope : NULL};
    int number = platform_add_person(&bench->platform, bench->now, NULL, &person);
    scope_free(&scope);
    assert_true(number >= 0);
    return number;
}

static int ask(struct bench *bench, const struct session *session, enum right right, uint32_t flat)
{
    return platform_authorise(&bench->platform, bench->now, session, right, flat);
}

/* The table of docs/scenarios.md, "Rights", once more: one string a role, one letter a right in the table's order. */
static void each_role_has_the_rights_of_the_table(void **state)
{
    (void)state;
    static const struct {
        enum role role;
        const char *rights;
    } roles[] = {
        {ROLE_ADMINISTRATOR, "yyyyyyyyyyyyyyyy"},
        {ROLE_OPERATOR, "yy-yyy-yyy--y---"},
        {ROLE_LANDLORD, "---yy-------y---"},
        {ROLE_TENANT, "------------y---"},
        {ROLE_SYSTEM, "----------------"},
    };
    assert_int_equal(RIGHT_COUNT, 16);
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        for (int right = 0; right < RIGHT_COUNT; right++)
            assert_int_equal(role_rights(roles[i].role) >> right & 1, roles[i].rights[right] == 'y');
}

static void no_tenant_can_be_given_a_right_that_switches(void **state)
{
    (void)state;
    for (int right = 0; right < RIGHT_COUNT; right++)
        assert_int_equal(role_may_be_given(ROLE_TENANT, (enum right)right), right >= RIGHT_REFUND);
}

static void a_person_acts_on_the_flats_of_the_own_scope(void **state)
{
    struct bench *bench = *state;
    add(bench, "floor", ROLE_OPERATOR, 5, 8);
    struct session session = signed_in(bench, "floor", "one of many");
    assert_int_equal(ask(bench, &session, RIGHT_TRIP, 4), ERROR_OUT_OF_SCOPE);
    assert_int_equal(ask(bench, &session, RIGHT_TRIP, 5), 0);
    assert_int_equal(ask(bench, &session, RIGHT_TRIP, 8), 0);
    assert_int_equal(ask(bench, &session, RIGHT_TRIP, 9), ERROR_OUT_OF_SCOPE);
    assert_int_equal(ask(bench, &session, RIGHT_TRIP, EVENT_NO_FLAT), ERROR_OUT_OF_SCOPE);
    assert_int_equal(ask(bench, &session, RIGHT_CHANGE_TARIFF, 5), ERROR_NO_RIGHT);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_ORDER_ACCEPTED), 2);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_ORDER_REFUSED), 3);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_REFUSED), 1);
}

static void a_scope_is_the_union_of_what_was_added(void **state)
{
    (void)state;
    struct scope scope = {0};
    const struct flat_range ranges[] = {{10, 12}, {1, 2}, {5, 5}, {3, 3}, {4, 6}, {20, 20}, {11, 25}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        assert_int_equal(scope_add(&scope, ranges[i]), 0);
    assert_int_equal(scope.count, 2);
    for (uint32_t flat = 0; flat < 30; flat++)
        assert_int_equal(scope_has(&scope, flat), (flat >= 1 && flat <= 6) || (flat >= 10 && flat <= 25));
    assert_int_equal(scope_add(&scope, (struct flat_range){0, 3}), ERROR_INVALID_ARGUMENT);
    assert_int_equal(scope_add(&scope, (struct flat_range){3, 2}), ERROR_INVALID_ARGUMENT);
    assert_false(scope_is_building(&scope));
    assert_int_equal(scope_add(&scope, SCOPE_BUILDING), 0);
    assert_int_equal(scope.count, 1);
    assert_true(scope_is_building(&scope));
    scope_free(&scope);
}

/* ---- sessions --------------------------------------------------------------------------------- */

static void a_session_ends_after_twelve_hours_whatever_is_done(void **state)
{
    struct bench *bench = *state;
    add_users(bench);
    struct session session = signed_in(bench, "lin", "correct horse");
    for (int minutes = 10; minutes < 12 * 60; minutes += 10) {
        bench->now += 10 * NS_PER_MIN;
        assert_int_equal(ask(bench, &session, RIGHT_TRIP, 1), 0);
    }
    bench->now += 10 * NS_PER_MIN;
    assert_int_equal(ask(bench, &session, RIGHT_TRIP, 1), ERROR_SESSION_OVER);
}

static void who_signed_out_has_to_sign_in_again(void **state)
{
    struct bench *bench = *state;
    struct platform *platform = &bench->platform;
    add_users(bench);
    struct session session = signed_in(bench, "lin", "correct horse");
    assert_int_equal(platform_sign_out(platform, bench->now, &session), 0);
    assert_int_equal(platform_sign_out(platform, bench->now, &session), ERROR_SESSION_OVER);
    assert_int_equal(ask(bench, &session, RIGHT_TRIP, 1), ERROR_SESSION_OVER);
    /* a later session has the place of the first, which is over nevertheless */
    struct session later = signed_in(bench, "lin", "correct horse");
    assert_int_equal(later.place, session.place);
    assert_int_equal(ask(bench, &session, RIGHT_TRIP, 1), ERROR_SESSION_OVER);
    assert_int_equal(ask(bench, &later, RIGHT_TRIP, 1), 0);
}

static void sessions_are_bounded_and_their_places_serve_again(void **state)
{
    struct bench *bench = *state;
    struct session session;
    add_users(bench);
    for (int i = 0; i < SESSIONS_MAX; i++)
        assert_int_equal(sign_in(bench, "wu", "battery staple", "", &session), 0);
    assert_int_equal(sign_in(bench, "wu", "battery staple", "", &session), ERROR_QUEUE_FULL);
    bench->now += 15 * NS_PER_MIN;
    assert_int_equal(sign_in(bench, "wu", "battery staple", "", &session), 0);
    assert_int_equal(bench->platform.people.session_count, SESSIONS_MAX);
}

/* ---- what is done to people ------------------------------------------------------------------- */

static void who_is_revoked_is_out_at_once_and_stays_out(void **state)
{
    struct bench *bench = *state;
    struct platform *platform = &bench->platform;
    int lin = add_users(bench), he = add(bench, "he", ROLE_OPERATOR, 1, 9);
    struct session his = signed_in(bench, "he", "one of many");
    struct session hers = signed_in(bench, "lin", "correct horse");
    assert_int_equal(platform_revoke(platform, bench->now, &his, lin), ERROR_NO_RIGHT);
    assert_int_equal(platform_revoke(platform, bench->now, &hers, lin), ERROR_LAST_ADMINISTRATOR);
    assert_int_equal(platform_revoke(platform, bench->now, &hers, he), 0);
    assert_int_equal(ask(bench, &his, RIGHT_TRIP, 1), ERROR_SESSION_OVER);
    char code[TOTP_DIGITS + 1];
    bench->now += NS_PER_MIN;
    platform_code(platform, bench->now, he, code);
    assert_int_equal(sign_in(bench, "he", "one of many", code, NULL), ERROR_NOT_ALLOWED);
    assert_int_equal(platform_readmit(platform, bench->now, &hers, he), 0);
    assert_int_equal(sign_in(bench, "he", "one of many", code, NULL), 0);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_PERSON_REVOKED), 1);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_REFUSED), 2);
}

static void nobody_gives_flats_away_that_are_not_the_own(void **state)
{
    struct bench *bench = *state;
    struct platform *platform = &bench->platform;
    add(bench, "caretaker", ROLE_ADMINISTRATOR, 1, 9);
    add(bench, "he", ROLE_OPERATOR, 5, 12);
    struct session session = signed_in(bench, "caretaker", "one of many");
    const struct person all = {.name = "a", .role = ROLE_OPERATOR, .password = "one of many"};
    struct scope some = {0};
    scope_add(&some, (struct flat_range){3, 4});
    const struct person few = {.name = "b", .role = ROLE_OPERATOR, .password = "one of many", .scope = &some};
    assert_int_equal(platform_add_person(platform, bench->now, &session, &all), ERROR_OUT_OF_SCOPE);
    assert_int_equal(platform_add_person(platform, bench->now, &session, &few), 2);
    assert_int_equal(platform_revoke(platform, bench->now, &session, 1), ERROR_OUT_OF_SCOPE);
    assert_int_equal(platform_revoke(platform, bench->now, &session, 2), 0);
    scope_free(&some);
}

/* By a policy that lets operators manage people. */
static void nobody_gives_or_manages_a_role_above_the_own(void **state)
{
    struct bench *bench = *state;
    struct platform *platform = &bench->platform;
    int lin = add_users(bench);
    platform->people.policy.rights[ROLE_OPERATOR] |= 1 << RIGHT_MANAGE_PEOPLE;
    add(bench, "he", ROLE_OPERATOR, SCOPE_BUILDING.first, SCOPE_BUILDING.last);
    struct session his = signed_in(bench, "he", "one of many");
    const struct person above = {.name = "a", .role = ROLE_ADMINISTRATOR, .password = "one of many"};
    const struct person beside = {.name = "b", .role = ROLE_OPERATOR, .password = "one of many"};
    assert_int_equal(platform_add_person(platform, bench->now, &his, &above), ERROR_NO_RIGHT);
    assert_true(platform_add_person(platform, bench->now, &his, &beside) > 0);
    assert_int_equal(platform_change_password(platform, bench->now, &his, lin, NULL, "a longer one"), ERROR_NO_RIGHT);
    assert_int_equal(platform_renew_factor(platform, bench->now, &his, lin), ERROR_NO_RIGHT);
    assert_int_equal(platform_revoke(platform, bench->now, &his, lin), ERROR_NO_RIGHT);
}

static void a_changed_password_ends_sessions_and_the_old_one(void **state)
{
    struct bench *bench = *state;
    struct platform *platform = &bench->platform;
    int lin = add_users(bench);
    struct session first = signed_in(bench, "lin", "correct horse");
    struct session second = signed_in(bench, "lin", "correct horse");
    int64_t now = bench->now;
    assert_int_equal(platform_change_password(platform, now, &second, lin, "wrong horse", "a longer one"),
                     ERROR_NOT_ALLOWED);
    assert_int_equal(platform_change_password(platform, now, &second, lin, "correct horse", "short"),
                     ERROR_PASSWORD_WEAK);
    assert_int_equal(ask(bench, &first, RIGHT_TRIP, 1), 0);
    assert_int_equal(platform_change_password(platform, now, &second, lin, "correct horse", "a longer one"), 0);
    assert_int_equal(ask(bench, &first, RIGHT_TRIP, 1), ERROR_SESSION_OVER);
    assert_int_equal(ask(bench, &second, RIGHT_TRIP, 1), ERROR_SESSION_OVER);
    bench->now += NS_PER_MIN;
    char code[TOTP_DIGITS + 1];
    code_at(bench, bench->now, code);
    assert_int_equal(sign_in(bench, "lin", "correct horse", code, NULL), ERROR_NOT_ALLOWED);
    assert_int_equal(sign_in(bench, "lin", "a longer one", code, NULL), 0);
}

static void guessing_the_old_password_in_a_session_locks_too(void **state)
{
    struct bench *bench = *state;
    int lin = add_users(bench);
    struct session session = signed_in(bench, "lin", "correct horse");
    for (int i = 0; i < 5; i++)
        platform_change_password(&bench->platform, bench->now, &session, lin, "a guess", "a longer one");
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, AUDIT_LOCKED_OUT), 1);
    assert_true(bench->platform.people.users[lin].locked_until > bench->now);
}

static void administrators_set_the_passwords_of_others_and_nobody_else_does(void **state)
{
    struct bench *bench = *state;
    struct platform *platform = &bench->platform;
    int lin = add_users(bench);
    struct session admin = signed_in(bench, "lin", "correct horse");
    struct session tenant = signed_in(bench, "wu", "battery staple");
    int64_t now = bench->now;
    assert_int_equal(platform_change_password(platform, now, &tenant, lin, NULL, "mine from now"), ERROR_NO_RIGHT);
    assert_int_equal(platform_change_password(platform, now, &tenant, 1, NULL, "mine from now"), ERROR_NO_RIGHT);
    assert_int_equal(platform_change_password(platform, now, &admin, 1, NULL, "yours from now"), 0);
    assert_int_equal(sign_in(bench, "wu", "yours from now", "", NULL), 0);
}

static void passwords_follow_the_policy(void **state)
{
    struct bench *bench = *state;
    struct platform *platform = &bench->platform;
    char longest[PASSWORD_SIZE_MAX + 2];
    memset(longest, 'x', sizeof longest);
    longest[PASSWORD_SIZE_MAX + 1] = '\0';
    static const char *const weak[] = {"", "seven77", "password", "88888888", "my name is Lin"};
    for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++)
        assert_int_equal(platform_add_user(platform, "lin", ROLE_OPERATOR, weak[i]), ERROR_PASSWORD_WEAK);
    assert_int_equal(platform_add_user(platform, "lin", ROLE_OPERATOR, longest), ERROR_PASSWORD_WEAK);
    longest[PASSWORD_SIZE_MAX] = '\0';
    assert_int_equal(platform_add_user(platform, "lin", ROLE_OPERATOR, longest), 0);
    /* characters count, not bytes */
    assert_int_equal(platform_add_user(platform, "wang", ROLE_OPERATOR, "電表電表電表電"), ERROR_PASSWORD_WEAK);
    assert_int_equal(platform_add_user(platform, "wang", ROLE_OPERATOR, "電表電表電表電表"), 1);
    assert_int_equal(platform->people.count, 2);
}

static void a_renewed_factor_ends_the_old_codes_and_the_sessions(void **state)
{
    struct bench *bench = *state;
    struct platform *platform = &bench->platform;
    int lin = add_users(bench);
    struct session session = signed_in(bench, "lin", "correct horse");
    char before[TOTP_DIGITS + 1], after[TOTP_DIGITS + 1];
    bench->now += NS_PER_MIN;
    code_at(bench, bench->now, before);
    assert_int_equal(platform_renew_factor(platform, bench->now, &session, lin), 0);
    code_at(bench, bench->now, after);
    assert_string_not_equal(before, after);
    assert_int_equal(ask(bench, &session, RIGHT_TRIP, 1), ERROR_SESSION_OVER);
    assert_int_equal(sign_in(bench, "lin", "correct horse", before, NULL), ERROR_NOT_ALLOWED);
    assert_int_equal(sign_in(bench, "lin", "correct horse", after, NULL), 0);
}

static void anothers_code_does_not_sign_in(void **state)
{
    struct bench *bench = *state;
    add_users(bench);
    int he = add(bench, "he", ROLE_OPERATOR, 1, 9);
    char code[TOTP_DIGITS + 1];
    platform_code(&bench->platform, bench->now, he, code);
    assert_int_equal(sign_in(bench, "lin", "correct horse", code, NULL), ERROR_NOT_ALLOWED);
    assert_int_equal(sign_in(bench, "he", "one of many", code, NULL), 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(one_time_codes_are_those_of_rfc_6238),
        test(password_and_code_together_sign_in),
        test(a_wrong_password_or_code_or_name_does_not_sign_in),
        test(a_longer_code_that_begins_rightly_does_not_sign_in),
        test(a_code_serves_once),
        test(a_code_is_forgiven_one_step_of_30_s_either_way),
        test(five_failures_lock_for_a_quarter_of_an_hour),
        test(after_a_lock_five_failures_are_needed_for_the_next),
        test(a_success_forgives_four_failures),
        test(one_users_lock_is_not_anothers),
        test(a_session_ends_after_a_quarter_of_an_hour_without_an_act),
        test(a_tenant_may_sign_in_and_not_switch),
        test(an_operator_may_switch_with_password_and_code),
        test(a_platform_that_does_not_check_codes_lets_in_without),
        test(a_platform_that_audits_nothing_does_not),
        test(users_have_names_of_their_own),
        test(another_seed_gives_other_secrets),
        test(every_audit_action_has_a_name),
        test(eight_digits_by_three_hashes_are_those_of_rfc_6238),
        test(the_first_ten_steps_are_those_of_rfc_4226),
        test(a_code_is_of_six_to_eight_digits_after_1970),
        test(secrets_go_to_base32_and_back),
        test(each_role_has_the_rights_of_the_table),
        test(no_tenant_can_be_given_a_right_that_switches),
        test(a_person_acts_on_the_flats_of_the_own_scope),
        test(a_scope_is_the_union_of_what_was_added),
        test(a_session_ends_after_twelve_hours_whatever_is_done),
        test(who_signed_out_has_to_sign_in_again),
        test(sessions_are_bounded_and_their_places_serve_again),
        test(who_is_revoked_is_out_at_once_and_stays_out),
        test(nobody_gives_flats_away_that_are_not_the_own),
        test(nobody_gives_or_manages_a_role_above_the_own),
        test(a_changed_password_ends_sessions_and_the_old_one),
        test(guessing_the_old_password_in_a_session_locks_too),
        test(administrators_set_the_passwords_of_others_and_nobody_else_does),
        test(passwords_follow_the_policy),
        test(a_renewed_factor_ends_the_old_codes_and_the_sessions),
        test(anothers_code_does_not_sign_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
