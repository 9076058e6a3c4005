/* The audit log: what its lines say, and that nothing can be done to them unseen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/kernel/time.h"
#include "sim/platform/account.h"
#include "sim/platform/audit_chain.h"
#include "tests/unit/recorder.h"

enum { LINES_MAX = 64, LINE_SIZE = 4096, MESSAGES = 6 };

/* A log in memory: lines 0 and the last are the chain's own, those between are of people. */
struct bench {
    struct audit_sink sink;
    struct audit_chain chain;
    struct recorder log;
    struct platform platform;
    int count;
    char lines[LINES_MAX][LINE_SIZE];
    struct audit_line last;
};

static const uint8_t key[] = "a key of thirty-two bytes, or so";

static void keep(struct audit_sink *sink, const struct audit_line *line, const char *text, size_t size)
{
    struct bench *bench = (struct bench *)sink;
    assert_in_range(bench->count, 0, LINES_MAX - 1);
    assert_int_equal(strlen(text), size);
    assert_true(size < LINE_SIZE);
    memcpy(bench->lines[bench->count++], text, size + 1);
    if (line)
        bench->last = *line;
}

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    const struct civil_time noon = {2026, 7, 15, 12, 0, 0, 0};
    bench->sink.put = keep;
    recorder_init(&bench->log);
    platform_init(&bench->platform, (struct event_source){&bench->log.sink, EVENT_NO_FLAT}, 1,
                  civil_to_seconds(&noon));
    bench->platform.people.policy.password_cost = 16;
    audit_chain_begin(&bench->chain, &bench->sink, "a run", 7, bench->platform.epoch_s);
    bench->platform.audit = &bench->chain;
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    platform_free(&bench->platform);
    recorder_free(&bench->log);
    free(bench);
    return 0;
}

static void write_messages(struct bench *bench, const uint8_t *seal_key)
{
    for (int i = 0; i < MESSAGES; i++)
        platform_audit(&bench->platform, i * NS_PER_S, 7, AUDIT_TRIP_REPORTED, ACTOR_BILLING);
    audit_chain_end(&bench->chain, seal_key, seal_key ? sizeof key - 1 : 0);
    assert_int_equal(bench->count, MESSAGES + 2);
}

/* The number of the first wrong line, 0 when there is none. */
static int broken_line(struct bench *bench, const uint8_t *with_key, struct audit_verifier *verifier)
{
    audit_verify_begin(verifier, with_key, with_key ? sizeof key - 1 : 0);
    for (int i = 0; i < bench->count; i++)
        if (!audit_verify_line(verifier, bench->lines[i], strlen(bench->lines[i])))
            return (int)verifier->lines;
    return audit_verify_end(verifier) ? 0 : (int)verifier->lines;
}

static void expect_broken(struct bench *bench, int line, const char *why)
{
    struct audit_verifier verifier;
    assert_int_equal(broken_line(bench, NULL, &verifier), line);
    assert_non_null(strstr(verifier.why, why));
}

static void remove_line(struct bench *bench, int at)
{
    memmove(bench->lines[at], bench->lines[at + 1], (size_t)(bench->count - at - 1) * LINE_SIZE);
    bench->count--;
}

/* ---- the chain -------------------------------------------------------------------------------- */

static void a_log_that_nobody_touched_is_whole(void **state)
{
    struct bench *bench = *state;
    struct audit_verifier verifier;
    write_messages(bench, NULL);
    assert_int_equal(broken_line(bench, NULL, &verifier), 0);
    assert_false(verifier.sealed);
    assert_int_equal(verifier.lines, MESSAGES + 2);
    assert_string_equal(verifier.head, bench->chain.head);
}

static void each_line_that_is_removed_shows(void **state)
{
    struct bench *bench = *state;
    write_messages(bench, NULL);
    struct bench *copy = malloc(sizeof *copy);
    for (int i = 0; i < bench->count - 1; i++) {
        memcpy(copy, bench, sizeof *copy);
        remove_line(copy, i);
        expect_broken(copy, i + 1, "lines are missing before it");
    }
    free(copy);
}

static void an_end_that_is_cut_off_shows(void **state)
{
    struct bench *bench = *state;
    write_messages(bench, NULL);
    while (bench->count > 0) {
        bench->count--;
        expect_broken(bench, bench->count + 1, "the end is missing");
    }
}

/* Whatever byte it is, and whatever bit of it. */
static void each_byte_that_is_changed_shows(void **state)
{
    struct bench *bench = *state;
    struct audit_verifier verifier;
    write_messages(bench, key);
    for (int line = 0; line < bench->count; line++) {
        size_t length = strlen(bench->lines[line]);
        for (size_t at = 0; at < length; at++)
            for (int bit = 0; bit < 7; bit++) {
                char was = bench->lines[line][at];
                bench->lines[line][at] = (char)(was ^ 1 << bit);
                assert_int_equal(broken_line(bench, key, &verifier), line + 1);
                bench->lines[line][at] = was;
            }
    }
    assert_int_equal(broken_line(bench, key, &verifier), 0);
}

static void lines_that_change_places_show(void **state)
{
    struct bench *bench = *state;
    char line[LINE_SIZE];
    write_messages(bench, NULL);
    memcpy(line, bench->lines[3], LINE_SIZE);
    memcpy(bench->lines[3], bench->lines[4], LINE_SIZE);
    memcpy(bench->lines[4], line, LINE_SIZE);
    expect_broken(bench, 4, "lines are missing before it");
}

static void a_line_that_is_put_in_shows(void **state)
{
    struct bench *bench = *state;
    write_messages(bench, NULL);
    memmove(bench->lines[4], bench->lines[3], (size_t)(bench->count - 3) * LINE_SIZE);
    bench->count++;
    expect_broken(bench, 5, "it was put in, or moved");
}

static void a_line_behind_the_end_shows(void **state)
{
    struct bench *bench = *state;
    write_messages(bench, NULL);
    memcpy(bench->lines[bench->count], bench->lines[1], LINE_SIZE);
    bench->count++;
    expect_broken(bench, bench->count, "behind the end");
}

static void what_is_no_audit_line_is_told(void **state)
{
    struct bench *bench = *state;
    static const char *const lines[] = {
        "", "{}", "{\"seq\":0}", "hello", "}",
        "{\"seq\":0,\"hash\":\"26cb\"}",
        "{\"seq\":,\"hash\":\"26cbff9997a8c6aca2934d83d8bbe8a578989385ba1d4ee8c3a0d2b4e605805d\"}",
        "{\"seq\":99999999999999999999999,\"hash\":\"26cbff9997a8c6aca2934d83d8bbe8a578989385ba1d4ee8c3a0d2b4e605805d\"}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        strcpy(bench->lines[0], lines[i]);
        bench->count = 1;
        expect_broken(bench, 1, i < 7 ? "no line of an audit log" : "no line");
    }
}

static void a_log_that_is_written_anew_shows_by_its_seal(void **state)
{
    struct bench *bench = *state;
    struct audit_verifier verifier;
    write_messages(bench, key);
    assert_int_equal(broken_line(bench, key, &verifier), 0);
    assert_true(verifier.sealed);
    static const uint8_t other[] = "another key of thirty-two bytes.";
    bench->count = 0;
    audit_chain_begin(&bench->chain, &bench->sink, "a run", 7, bench->platform.epoch_s);
    write_messages(bench, other);
    assert_int_equal(broken_line(bench, NULL, &verifier), 0); /* the hashes are right */
    assert_int_equal(broken_line(bench, key, &verifier), bench->count);
    assert_non_null(strstr(verifier.why, "seal"));
    bench->count = 0;
    audit_chain_begin(&bench->chain, &bench->sink, "a run", 7, bench->platform.epoch_s);
    write_messages(bench, NULL);
    assert_int_equal(broken_line(bench, key, &verifier), bench->count);
    assert_non_null(strstr(verifier.why, "no seal"));
}

static void another_run_or_seed_begins_with_another_hash(void **state)
{
    struct bench *bench = *state;
    struct audit_chain other;
    audit_chain_begin(&other, &bench->sink, "another", 7, bench->platform.epoch_s);
    assert_string_not_equal(other.head, bench->chain.head);
    audit_chain_begin(&other, &bench->sink, "a run", 8, bench->platform.epoch_s);
    assert_string_not_equal(other.head, bench->chain.head);
    audit_chain_begin(&other, &bench->sink, "a run", 7, bench->platform.epoch_s);
    assert_string_equal(other.head, bench->chain.head);
}

/* ---- what lines say --------------------------------------------------------------------------- */

static void a_wrong_password_says_so_and_not_what_it_was(void **state)
{
    struct bench *bench = *state;
    struct session session;
    platform_add_user(&bench->platform, "lin", ROLE_ADMINISTRATOR, "correct horse");
    assert_int_equal(platform_sign_in(&bench->platform, 0, "lin", "a secret guess", "123456", &session), ERROR_NOT_ALLOWED);
    assert_string_equal(bench->last.who, "lin");
    assert_string_equal(bench->last.role, "administrator");
    assert_string_equal(bench->last.action, "sign in");
    assert_string_equal(bench->last.result, "refused");
    assert_string_equal(bench->last.why, error_text(ERROR_PASSWORD_WRONG));
    assert_null(strstr(bench->lines[bench->count - 1], "secret"));
    assert_null(strstr(bench->lines[bench->count - 1], "123456"));
}

static void a_name_that_nobody_has_is_not_kept(void **state)
{
    struct bench *bench = *state;
    struct session session;
    assert_int_equal(platform_sign_in(&bench->platform, 0, "my password", "", "", &session), ERROR_NOT_ALLOWED);
    assert_string_equal(bench->last.who, "(unknown)");
    assert_string_equal(bench->last.why, error_text(ERROR_NAME_UNKNOWN));
    assert_null(strstr(bench->lines[bench->count - 1], "my password"));
}

static void each_reason_of_a_refused_sign_in_is_in_its_line(void **state)
{
    struct bench *bench = *state;
    struct platform *platform = &bench->platform;
    struct session session;
    char code[TOTP_DIGITS + 1];
    platform_add_user(platform, "lin", ROLE_ADMINISTRATOR, "correct horse");
    platform_code(platform, 0, 0, code);
    platform_sign_in(platform, 0, "lin", "correct horse", "", &session);
    assert_string_equal(bench->last.why, error_text(ERROR_CODE_WRONG));
    assert_int_equal(platform_sign_in(platform, 0, "lin", "correct horse", code, &session), 0);
    assert_string_equal(bench->last.result, "accepted");
    platform_sign_in(platform, 0, "lin", "correct horse", code, &session);
    assert_string_equal(bench->last.why, error_text(ERROR_CODE_USED));
    for (int i = 0; i < 4; i++)
        platform_sign_in(platform, 0, "lin", "", "", &session);
    assert_string_equal(bench->last.action, "locked out");
    platform_sign_in(platform, 0, "lin", "correct horse", code, &session);
    assert_string_equal(bench->last.why, error_text(ERROR_LOCKED_OUT));
}

static void an_order_names_right_flat_and_reason(void **state)
{
    struct bench *bench = *state;
    struct platform *platform = &bench->platform;
    struct session session;
    platform_add_user(platform, "wu", ROLE_TENANT, "battery staple");
    assert_int_equal(platform_sign_in(platform, 0, "wu", "battery staple", "", &session), 0);
    platform_authorise(platform, NS_PER_S, &session, RIGHT_TRIP, 12);
    assert_string_equal(bench->last.action, "trip");
    assert_string_equal(bench->last.target, "flat 12");
    assert_string_equal(bench->last.why, error_text(ERROR_NO_RIGHT));
    platform_authorise(platform, NS_PER_S, &session, RIGHT_READ_AUDIT, EVENT_NO_FLAT);
    assert_string_equal(bench->last.action, "read audit");
    assert_string_equal(bench->last.target, "building");
    assert_string_equal(bench->last.result, "refused");
}

static void what_is_done_to_people_names_both(void **state)
{
    struct bench *bench = *state;
    struct platform *platform = &bench->platform;
    struct session session;
    char code[TOTP_DIGITS + 1];
    platform_add_user(platform, "lin", ROLE_ADMINISTRATOR, "correct horse");
    platform_add_user(platform, "wu", ROLE_TENANT, "battery staple");
    platform_code(platform, 0, 0, code);
    assert_int_equal(platform_sign_in(platform, 0, "lin", "correct horse", code, &session), 0);
    assert_int_equal(platform_revoke(platform, 0, &session, 1), 0);
    assert_string_equal(bench->last.who, "lin");
    assert_string_equal(bench->last.action, "revoke");
    assert_string_equal(bench->last.person, "wu");
    assert_int_equal(platform_revoke(platform, 0, &session, 0), ERROR_LAST_ADMINISTRATOR);
    assert_string_equal(bench->last.action, "revoke");
    assert_string_equal(bench->last.result, "refused");
    assert_string_equal(bench->last.person, "lin");
}

static void each_line_is_json_whatever_a_person_is_called(void **state)
{
    struct bench *bench = *state;
    struct session session;
    struct audit_verifier verifier;
    platform_add_user(&bench->platform, "a \"b\" \\c\n", ROLE_TENANT, "battery staple");
    platform_sign_in(&bench->platform, 0, "a \"b\" \\c\n", "battery staple", "", &session);
    assert_non_null(strstr(bench->lines[bench->count - 1], "\"who\":\"a \\u0022b\\u0022 \\u005cc\\u000a\""));
    audit_chain_end(&bench->chain, NULL, 0);
    assert_int_equal(broken_line(bench, NULL, &verifier), 0);
}

static void each_event_of_the_log_has_its_line(void **state)
{
    struct bench *bench = *state;
    write_messages(bench, NULL);
    assert_int_equal(recorder_count(&bench->log, EVENT_AUDIT, RECORDER_ANY), MESSAGES);
    assert_string_equal(bench->last.who, "meter");
    assert_string_equal(bench->last.result, "noted");
}

static void a_platform_that_audits_nothing_writes_no_line(void **state)
{
    struct bench *bench = *state;
    bench->platform.faults.audits_nothing = true;
    platform_audit(&bench->platform, 0, 7, AUDIT_TRIP_REPORTED, ACTOR_BILLING);
    assert_int_equal(bench->count, 1);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_log_that_nobody_touched_is_whole),
        test(each_line_that_is_removed_shows),
        test(an_end_that_is_cut_off_shows),
        test(each_byte_that_is_changed_shows),
        test(lines_that_change_places_show),
        test(a_line_that_is_put_in_shows),
        test(a_line_behind_the_end_shows),
        test(what_is_no_audit_line_is_told),
        test(a_log_that_is_written_anew_shows_by_its_seal),
        test(another_run_or_seed_begins_with_another_hash),
        test(a_wrong_password_says_so_and_not_what_it_was),
        test(a_name_that_nobody_has_is_not_kept),
        test(each_reason_of_a_refused_sign_in_is_in_its_line),
        test(an_order_names_right_flat_and_reason),
        test(what_is_done_to_people_names_both),
        test(each_line_is_json_whatever_a_person_is_called),
        test(each_event_of_the_log_has_its_line),
        test(a_platform_that_audits_nothing_writes_no_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
