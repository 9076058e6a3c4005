/* The command that writes firmware: what a shell makes of it, and what is told when it fails. */
#include "cmocka_all.h"

#include "hil/flash.h"
#include "sim/error.h"

#include <string.h>

static void marks_are_replaced_and_quoted(void **state)
{
    char out[200];
    (void)state;
    assert_int_equal(flash_command("prog -P {port} {firmware}", "it's.hex", "/dev/a b", out,
                                   sizeof out),
                     0);
    assert_string_equal(out, "prog -P '/dev/a b' 'it'\\''s.hex'");
}

static void a_command_that_does_not_fit_is_refused(void **state)
{
    char out[16];
    (void)state;
    assert_int_equal(flash_command("prog {firmware}", "much too long.hex", "", out, sizeof out),
                     ERROR_BUFFER_TOO_SMALL);
}

static void a_name_is_no_command(void **state)
{
    char command[200], message[400] = "";
    (void)state;
    assert_int_equal(flash_command("echo {firmware} >&2; exit 1", "$(echo run); `echo run`", "",
                                   command, sizeof command),
                     0);
    assert_int_equal(flash_run(command, message, sizeof message), ERROR_FLASH);
    assert_non_null(strstr(message, "exit code 1"));
    assert_non_null(strstr(message, "$(echo run); `echo run`"));
}

static void the_last_words_of_much_are_kept(void **state)
{
    char message[400] = "";
    (void)state;
    assert_int_equal(flash_run("seq 100000; kill -KILL $$", message, sizeof message), ERROR_FLASH);
    assert_non_null(strstr(message, "signal 9"));
    assert_non_null(strstr(message, " 99999 100000"));
    assert_int_equal(flash_run("true", message, sizeof message), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_are_replaced_and_quoted),
        cmocka_unit_test(a_command_that_does_not_fit_is_refused),
        cmocka_unit_test(a_name_is_no_command),
        cmocka_unit_test(the_last_words_of_much_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
