/* Profiles of meters other than the reference board: all that come with the program can be read,
 * and what they say about bytes is so. */
#include "cmocka_all.h"

#include "hil/profile.h"
#include "sim/error.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void read_named(const char *name, struct profile *profile)
{
    char path[300], message[400] = "";
    snprintf(path, sizeof path, "%s/%s", PROFILES, name);
    if (profile_read(path, profile, message, sizeof message) != 0)
        fail_msg("%s", message);
}

static int64_t decoded(const struct profile *profile, enum profile_register which,
                       const uint8_t *bytes, size_t size)
{
    int64_t value = INT64_MIN;
    assert_int_equal(profile_decode(&profile->registers[which], bytes, size, &value), 0);
    return value;
}

static void every_profile_that_comes_along_can_be_read(void **state)
{
    DIR *directory = opendir(PROFILES);
    struct dirent *entry;
    struct profile profile;
    int count = 0;
    (void)state;
    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL) {
        if (!strstr(entry->d_name, ".lua"))
            continue;
        read_named(entry->d_name, &profile);
        assert_true(profile.block_count > 0);
        assert_true(profile.source[0] != '\0');
        count++;
    }
    closedir(directory);
    assert_true(count >= 8);
}

static void registers_near_each_other_are_read_at_once(void **state)
{
    struct profile profile;
    struct modbus_request request;
    (void)state;
    read_named("dds238.lua", &profile);
    assert_int_equal(profile.block_count, 1);
    profile_block_request(&profile, 0, &request);
    assert_int_equal(request.function, MODBUS_READ_HOLDING);
    assert_int_equal(request.address, 0);
    assert_int_equal(request.count, 0x1B);
    read_named("sdm120.lua", &profile);
    assert_int_equal(profile.block_count, 2);
    profile_block_request(&profile, 1, &request);
    assert_int_equal(request.address, 0x46);
    assert_int_equal(request.count, 6);
    assert_false(profile.blocks[0].fast);
}

/* Captures of an SDM230: 10909.28 kWh, and 4551.526 W. */
static void a_float_becomes_the_nearest_integer(void **state)
{
    static const uint8_t energy[] = {0x46, 0x2A, 0x75, 0x21}, power[] = {0x45, 0x8E, 0x3C, 0x35};
    static const uint8_t negative[] = {0xC5, 0x8E, 0x3C, 0x35}, none[] = {0x7F, 0xC0, 0, 0};
    static const uint8_t half[] = {0x3A, 0x03, 0x12, 0x6F}, tiny[] = {0, 0, 0, 1};
    struct profile profile;
    int64_t value;
    (void)state;
    read_named("sdm230.lua", &profile);
    assert_int_equal(decoded(&profile, PROFILE_ENERGY, energy, 4), 10909282227);
    assert_int_equal(decoded(&profile, PROFILE_POWER, power, 4), 4551526);
    assert_int_equal(decoded(&profile, PROFILE_POWER, negative, 4), -4551526);
    assert_int_equal(decoded(&profile, PROFILE_VOLTAGE, half, 4), 1); /* 0.5 mV and a little */
    assert_int_equal(decoded(&profile, PROFILE_VOLTAGE, tiny, 4), 0);
    assert_int_equal(profile_decode(&profile.registers[PROFILE_POWER], none, 4, &value),
                     ERROR_OUT_OF_RANGE);
    assert_int_equal(profile_decode(&profile.registers[PROFILE_POWER], power, 3, &value),
                     ERROR_TRUNCATED);
}

static void a_float_of_seven_digits_reads_back(void **state)
{
    const struct profile_entry entry = {.present = true, .type = PROFILE_F32, .scale = 1000};
    static const int64_t values[] = {0, 1, -1, 230500, -4551526, 5000000, 8000001};
    uint8_t bytes[8];
    int64_t value;
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_int_equal(profile_encode(&entry, values[i], bytes), 4);
        assert_int_equal(profile_decode(&entry, bytes, 4, &value), 0);
        assert_int_equal(value, values[i]);
    }
}

static void words_and_bytes_stand_in_the_meters_order(void **state)
{
    static const uint8_t bytes[] = {0x11, 0x22, 0x33, 0x44};
    static const uint32_t expected[2][2] = {{0x11223344, 0x33441122}, {0x22114433, 0x44332211}};
    uint8_t again[8];
    int64_t value;
    (void)state;
    for (int low_byte = 0; low_byte < 2; low_byte++)
        for (int low_word = 0; low_word < 2; low_word++) {
            const struct profile_entry entry = {.type = PROFILE_U32,
                                                .scale = 1,
                                                .low_byte_first = low_byte,
                                                .low_word_first = low_word};
            assert_int_equal(profile_decode(&entry, bytes, 4, &value), 0);
            assert_int_equal(value, expected[low_byte][low_word]);
            assert_int_equal(profile_encode(&entry, value, again), 4);
            assert_memory_equal(again, bytes, 4);
        }
}

static void a_state_may_be_a_value_of_an_item(void **state)
{
    struct profile profile;
    int64_t values[PROFILE_REGISTER_COUNT] = {[PROFILE_STATUS] = 0x01F0};
    (void)state;
    read_named("lx47le_125.lua", &profile);
    assert_true(profile_shows(&profile, values, PROFILE_BIT_CLOSED));
    assert_true(profile_shows(&profile, values, PROFILE_BIT_LOCKED));
    values[PROFILE_STATUS] = 0x000F;
    assert_false(profile_shows(&profile, values, PROFILE_BIT_CLOSED));
    assert_false(profile_shows(&profile, values, PROFILE_BIT_LOCKED));
    assert_false(profile_shows(&profile, values, PROFILE_BIT_KEEP_POWER));
}

static void decimal_digits_are_read_by_their_format(void **state)
{
    static const uint8_t voltage[] = {0x01, 0x23}, wrong[] = {0x0A, 0x23};
    struct profile profile;
    int64_t value;
    (void)state;
    read_named("ddsu666_dlt645.lua", &profile);
    assert_int_equal(profile.serial.parity, 'E');
    assert_int_equal(decoded(&profile, PROFILE_VOLTAGE, voltage, 2), 230100);
    assert_int_equal(profile_decode(&profile.registers[PROFILE_VOLTAGE], wrong, 2, &value),
                     ERROR_BCD_DIGIT);
}

static int read_text(const char *text, struct profile *profile, char *message, size_t size)
{
    char path[] = "/tmp/meterbench-profile-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    int result = profile_read(path, profile, message, size);
    unlink(path);
    return result;
}

static void a_meter_that_is_only_read_needs_a_name_a_slave_and_its_items(void **state)
{
    (void)state;
    char message[400] = "";
    struct profile profile;
    int result = read_text("return board { name = 'small', serial = { baud = 2400, slave = 3 }, registers = "
                           "{ voltage = { address = 0, kind = 'input', unit = 'mV' } } }",
                           &profile, message, sizeof message);
    if (result != 0)
        fail_msg("%s", message);
    assert_int_equal(profile.status_lag_ns, 1000000000);
    assert_false(profile.can[PROFILE_CAN_RELAY]);
}

static void a_meter_that_takes_orders_must_say_what_it_can(void **state)
{
    (void)state;
    char message[400] = "";
    struct profile profile;
    int result = read_text("return board { name = 'orders', serial = { baud = 2400, slave = 3 }, registers = "
                           "{ relay = { address = 0, kind = 'coil' } }, commands = { trip = { register = "
                           "'relay', value = 0 }, close = { register = 'relay', value = 1 } } }",
                           &profile, message, sizeof message);
    assert_int_equal(result, ERROR_PROFILE);
    assert_non_null(strstr(message, "capabilities"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_profile_that_comes_along_can_be_read),
        cmocka_unit_test(registers_near_each_other_are_read_at_once),
        cmocka_unit_test(a_float_becomes_the_nearest_integer),
        cmocka_unit_test(a_float_of_seven_digits_reads_back),
        cmocka_unit_test(words_and_bytes_stand_in_the_meters_order),
        cmocka_unit_test(a_state_may_be_a_value_of_an_item),
        cmocka_unit_test(decimal_digits_are_read_by_their_format),
        cmocka_unit_test(a_meter_that_is_only_read_needs_a_name_a_slave_and_its_items),
        cmocka_unit_test(a_meter_that_takes_orders_must_say_what_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
