/* Keys under other keys: RFC 3394, and the frames of a key change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/error.h"
#include "sim/wire/key_wrap.h"
#include "tests/frames/frames.h"

static const struct envelope_key wrapping = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};

static void a_key_is_wrapped_as_rfc_3394_4_1_says(void **state)
{
    (void)state;
    uint8_t plain[16], expected[24], wrapped[24], back[16];
    frames_parse_hex("00112233445566778899AABBCCDDEEFF", plain, sizeof plain);
    frames_parse_hex("1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5", expected, sizeof expected);
    assert_int_equal(key_wrap(&wrapping, plain, sizeof plain, wrapped), 0);
    assert_memory_equal(wrapped, expected, sizeof expected);
    assert_int_equal(key_unwrap(&wrapping, expected, sizeof expected, back), 0);
    assert_memory_equal(back, plain, sizeof plain);
}

static void a_changed_bit_or_another_key_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    uint8_t plain[24] = {1, 2, 3}, wrapped[32], back[24], untouched[24];
    memset(untouched, 0xa5, sizeof untouched);
    assert_int_equal(key_wrap(&wrapping, plain, sizeof plain, wrapped), 0);
    for (int bit = 0; bit < 8 * 32; bit++) {
        memcpy(back, untouched, sizeof back);
        wrapped[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(key_unwrap(&wrapping, wrapped, sizeof wrapped, back), ERROR_ENVELOPE_AUTHENTICATION);
        assert_memory_equal(back, untouched, sizeof back);
        wrapped[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    struct envelope_key other = wrapping;
    other.bytes[15] ^= 1;
    assert_int_equal(key_unwrap(&other, wrapped, sizeof wrapped, back), ERROR_ENVELOPE_AUTHENTICATION);
    assert_int_equal(key_unwrap(&wrapping, wrapped, sizeof wrapped, back), 0);
}

static void sizes_that_are_none_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[KEY_WRAP_MAX + 16] = {0}, out[KEY_WRAP_MAX + 16];
    static const size_t sizes[] = {0, 8, 15, 17, KEY_WRAP_MAX + 8};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(key_wrap(&wrapping, bytes, sizes[i], out), ERROR_INVALID_ARGUMENT);
        assert_int_equal(key_unwrap(&wrapping, bytes, sizes[i] + 8, out), ERROR_INVALID_ARGUMENT);
    }
    assert_int_equal(key_unwrap(&wrapping, bytes, 0, out), ERROR_INVALID_ARGUMENT);
    assert_int_equal(key_wrap(&wrapping, bytes, KEY_WRAP_MAX, out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_wrapped_as_rfc_3394_4_1_says),
        cmocka_unit_test(a_changed_bit_or_another_key_is_refused_and_leaves_nothing),
        cmocka_unit_test(sizes_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
