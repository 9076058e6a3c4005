/* Board profiles and bench files: what they say, and that a complaint names file and field. */
#include "cmocka_all.h"

#include "hil/bench_file.h"
#include "hil/profile.h"
#include "sim/error.h"
#include "sim/kernel/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scratch {
    char directory[64], path[96];
};

static int make_scratch(void **state)
{
    struct scratch *scratch = calloc(1, sizeof *scratch);
    strcpy(scratch->directory, "/tmp/meterbench-test-XXXXXX");
    if (!mkdtemp(scratch->directory))
        return -1;
    snprintf(scratch->path, sizeof scratch->path, "%s/bench.lua", scratch->directory);
    *state = scratch;
    return 0;
}

static int remove_scratch(void **state)
{
    struct scratch *scratch = *state;
    unlink(scratch->path);
    rmdir(scratch->directory);
    free(scratch);
    return 0;
}

static void write_text(const struct scratch *scratch, const char *text)
{
    FILE *file = fopen(scratch->path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int64_t value_of(const struct profile *profile, const struct modbus_response *response,
                        enum profile_register which)
{
    const struct profile_entry *entry = &profile->registers[which];
    const struct modbus_request request = {.function = MODBUS_READ_INPUT};
    uint8_t bytes[PROFILE_BLOCK_BYTES_MAX];
    int64_t value = INT64_MIN;
    int size = profile_response_bytes(&request, response, bytes);
    profile_decode(entry, bytes + entry->at, (size_t)(size - entry->at), &value);
    return value;
}

static void the_reference_profile_scales_what_it_reads(void **state)
{
    struct profile profile;
    char message[400] = "";
    struct modbus_response block = {.count = 24};
    struct modbus_request request;
    (void)state;
    assert_int_equal(profile_read(PROFILE, &profile, message, sizeof message), 0);
    assert_int_equal(profile.block_count, 1);
    profile_block_request(&profile, 0, &request);
    assert_int_equal(request.function, MODBUS_READ_INPUT);
    assert_int_equal(request.address, 0);
    assert_int_equal(request.count, 24);
    block.values[4] = 2305;
    block.values[10] = 1;
    block.values[11] = 2;
    block.values[12] = block.values[13] = 0xffff;
    assert_int_equal(value_of(&profile, &block, PROFILE_VOLTAGE), 230500);
    assert_int_equal(value_of(&profile, &block, PROFILE_ENERGY), 65538000);
    assert_int_equal(value_of(&profile, &block, PROFILE_BALANCE), -100);
}

static void a_written_value_is_cut_to_the_registers_step(void **state)
{
    struct profile profile;
    struct modbus_request request;
    char message[400];
    (void)state;
    assert_int_equal(profile_read(PROFILE, &profile, message, sizeof message), 0);
    assert_int_equal(profile_write_request(&profile, PROFILE_SET_BALANCE, -101, &request), 0);
    assert_int_equal(request.count, 2);
    assert_int_equal(request.values[0], 0xffff);
    assert_int_equal(request.values[1], 0xfffe);
    assert_int_equal(profile_write_request(&profile, PROFILE_OVERLOAD_LIMIT, 655360, &request),
                     ERROR_OUT_OF_RANGE);
}

static void a_bench_file_says_where_the_board_is(void **state)
{
    struct scratch *scratch = *state;
    struct bench_file bench;
    char message[400], profile[128];
    write_text(scratch, "local speed = 19200\nreturn bench { profile = 'mine.lua', "
                        "port = '/dev/ttyUSB0', baud = speed, parity = 'even', stop_bits = 2, "
                        "slave = 17, rack = '/dev/ttyACM0', response_timeout = '250 ms' }");
    assert_int_equal(bench_file_read(scratch->path, NULL, &bench, message, sizeof message), 0);
    snprintf(profile, sizeof profile, "%s/mine.lua", scratch->directory);
    assert_string_equal(bench.profile, profile);
    assert_string_equal(bench.port, "/dev/ttyUSB0");
    assert_string_equal(bench.rack, "/dev/ttyACM0");
    assert_int_equal(bench.baud, 19200);
    assert_int_equal(bench.parity, 'E');
    assert_int_equal(bench.stop_bits, 2);
    assert_int_equal(bench.slave, 17);
    assert_int_equal(bench.response_timeout_ns, 250 * NS_PER_MS);
}

static void a_bench_file_says_how_a_board_is_switched_and_left(void **state)
{
    struct scratch *scratch = *state;
    struct bench_file bench;
    char message[400];
    write_text(scratch,
               "return bench { id = 'left', port = '/dev/ttyUSB0', address = '000000000001',"
               " rack = { port = 'can0', bitrate = 250000 }, replug = '3 s', low_latency = false,"
               " power = { relay = '/dev/ttyUSB1', on = 'A0 01 01 A2', off = 'A00100A1' },"
               " safe = { contacts = 'open', power = 'off' }, flash = 'prog {firmware}',"
               " firmware = 'meter.elf' }");
    assert_int_equal(bench_file_read(scratch->path, NULL, &bench, message, sizeof message), 0);
    assert_string_equal(bench.id, "left");
    assert_string_equal(bench.address, "000000000001");
    assert_string_equal(bench.rack, "can0");
    assert_int_equal(bench.rack_bitrate, 250000);
    assert_int_equal(bench.power.kind, BENCH_POWER_RELAY);
    assert_int_equal(bench.power.on_size, 4);
    assert_memory_equal(bench.power.off, "\xa0\x01\x00\xa1", 4);
    assert_int_equal(bench.safe.contacts, BENCH_SAFE_OPEN);
    assert_true(bench.safe.power_off);
    assert_false(bench.low_latency);
    assert_int_equal(bench.replug_ns, 3 * NS_PER_S);
}

static void several_boards_take_what_they_do_not_say_from_the_file(void **state)
{
    struct scratch *scratch = *state;
    struct bench_file boards[BENCH_BOARDS_MAX], one;
    char message[400];
    write_text(scratch, "return bench { baud = 19200, safe = { contacts = 'open' }, boards = {"
                        " { id = 'left', port = '/dev/ttyUSB0' },"
                        " { port = '/dev/ttyUSB1', baud = 2400, safe = { power = 'off' } } } }");
    assert_int_equal(bench_file_read_all(scratch->path, boards, message, sizeof message), 2);
    assert_string_equal(boards[0].id, "left");
    assert_int_equal(boards[0].baud, 19200);
    assert_string_equal(boards[1].id, "2");
    assert_int_equal(boards[1].baud, 2400);
    assert_int_equal(boards[1].safe.contacts, BENCH_SAFE_OPEN);
    assert_true(boards[1].safe.power_off);
    assert_true(boards[1].low_latency);
    assert_int_equal(boards[1].replug_ns, -1);
    assert_int_equal(bench_file_read(scratch->path, NULL, &one, message, sizeof message), ERROR_PROFILE);
    assert_non_null(strstr(message, "left, 2"));
    assert_int_equal(bench_file_read(scratch->path, "2", &one, message, sizeof message), 0);
    assert_string_equal(one.port, "/dev/ttyUSB1");
    assert_int_equal(bench_file_read(scratch->path, "up", &one, message, sizeof message),
                     ERROR_PROFILE);
    assert_non_null(strstr(message, "\"up\"; it has left, 2"));
}

/* A text and what the complaint about it must mention beside the file. */
static const struct {
    const char *text, *mentions[2];
} bad_benches[] = {
    {"return bench { bauds = 9600 }", {"bauds", "not known"}},
    {"return bench { baud = '9600' }", {"baud", "whole number"}},
    {"return bench { baud = 9600.5 }", {"baud", "whole number"}},
    {"return bench { baud = 50 }", {"baud", "300 to"}},
    {"return bench { parity = 'mark' }", {"parity", "mark"}},
    {"return bench { slave = 300 }", {"slave", "300"}},
    {"return bench { response_timeout = '5' }", {"response_timeout", "0.001 s"}},
    {"return bench { address = '12' }", {"address", "12 digits"}},
    {"return bench { rack = { bitrate = 5 } }", {"rack.port", "missing"}},
    {"return bench { power = {} }", {"power.", "not 0"}},
    {"return bench { power = { relay = 'x', on = 'A', off = '00' } }", {"power.on", "hex"}},
    {"return bench { power = { gpio = 'x', line = 1, active = 'no' } }", {"power.active", "low"}},
    {"return bench { safe = { contacts = 'shut' } }", {"safe.contacts", "as found"}},
    {"return bench { boards = {} }", {"boards[..]", "1 to 16"}},
    {"return bench { boards = { 5 } }", {"boards[1]", "table"}},
    {"return bench { boards = { { baud = 1 } } }", {"boards[1].baud", "300"}},
    {"return bench { boards = { { id = 'a' }, { id = 'a' } } }", {"boards[2].id", "two boards"}},
    {"return bench { boards = { { port = 'x' }, { port = 'x' } } }", {"boards[2].port", "both"}},
    {"return bench {\n\n nonsense here }", {":3:", ""}},
    {"return bench { port = 7 }", {"port", "string"}},
    {"return bench { 9600 }", {"named fields", ""}},
    {"return 5", {"does not return a table", ""}},
    {"return bench {", {"expected", ""}},
    {"os.exit(0)", {"os", ""}},
    {"return io.open('/etc/passwd')", {"io", ""}},
    {"while true do end", {"too long", ""}},
    {"local t = 'x' while true do t = t .. t end", {"memory", ""}},
    {"\x1bLua", {"binary", ""}},
};

static void a_wrong_bench_file_is_named_with_its_field(void **state)
{
    struct scratch *scratch = *state;
    struct bench_file bench;
    for (size_t i = 0; i < sizeof bad_benches / sizeof bad_benches[0]; i++) {
        char message[400] = "";
        write_text(scratch, bad_benches[i].text);
        int result = bench_file_read(scratch->path, NULL, &bench, message, sizeof message);
        assert_int_equal(result, ERROR_PROFILE);
        for (int k = 0; k < 2; k++)
            if (!strstr(message, bad_benches[i].mentions[k]))
                fail_msg("\"%s\" does not mention \"%s\"", message, bad_benches[i].mentions[k]);
        if (!strstr(message, "bench.lua"))
            fail_msg("\"%s\" does not name the file", message);
    }
}

static void a_missing_file_is_named(void **state)
{
    struct bench_file bench;
    char message[400] = "";
    (void)state;
    assert_int_equal(bench_file_read("/nowhere/bench.lua", NULL, &bench, message, sizeof message),
                     ERROR_PROFILE);
    assert_non_null(strstr(message, "/nowhere/bench.lua"));
}

/* The reference profile with one line replaced. */
static void spoil_profile(const struct scratch *scratch, const char *old, const char *new)
{
    FILE *from = fopen(PROFILE, "r"), *to = fopen(scratch->path, "w");
    char line[512];
    bool found = false;
    assert_non_null(from);
    assert_non_null(to);
    while (fgets(line, sizeof line, from)) {
        bool this_one = strstr(line, old) != NULL;
        found |= this_one;
        fputs(this_one ? new : line, to);
    }
    fclose(from);
    fclose(to);
    assert_true(found);
}

static void a_wrong_profile_is_named_with_its_field(void **state)
{
    static const struct {
        const char *old, *new, *mentions;
    } cases[] = {
        {"status        =", "", "status_bits.contacts_closed: the profile has no registers.status"},
        {"balance       =", "", "credit: is claimed, so registers.balance is needed"},
        {"price  ", "price = holding(10, 'u32', 100, 'yuan'),", "registers.price.unit"},
        {"voltage  ", "voltage = input(4, 'u17', 100, 'mV'),", "registers.voltage.type"},
        {"control  ", "control = { address = 32, kind = 'holding', write = 5 },",
         "registers.control.write: a holding register is written by 6 or 16"},
        {"seal  ", "seal = { address = 40, kind = 'coil', type = 'u16' },", "registers.seal.type"},
        {"smoke = true", "colour = true, smoke = true,", "capabilities.colour"},
        {"trip = 0x1A1A", "close = 1,", "relay: is claimed, so commands.trip and commands.close"},
        {"seal_key", "seal_key = 70000,", "seal_key"},
        {"status_lag_ms", "status_lag_ms = -1,", "status_lag_ms"},
        {"name = \"ref", "name = 'x', protocol = 'iec62056',", "protocol: \"iec62056\""},
    };
    struct scratch *scratch = *state;
    struct profile profile;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char message[400] = "";
        spoil_profile(scratch, cases[i].old, cases[i].new);
        assert_int_equal(profile_read(scratch->path, &profile, message, sizeof message),
                         ERROR_PROFILE);
        if (!strstr(message, cases[i].mentions))
            fail_msg("\"%s\" does not mention \"%s\"", message, cases[i].mentions);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_profile_scales_what_it_reads),
        cmocka_unit_test(a_written_value_is_cut_to_the_registers_step),
        cmocka_unit_test_setup_teardown(a_bench_file_says_where_the_board_is, make_scratch,
                                        remove_scratch),
        cmocka_unit_test_setup_teardown(a_bench_file_says_how_a_board_is_switched_and_left,
                                        make_scratch, remove_scratch),
        cmocka_unit_test_setup_teardown(several_boards_take_what_they_do_not_say_from_the_file,
                                        make_scratch, remove_scratch),
        cmocka_unit_test_setup_teardown(a_wrong_bench_file_is_named_with_its_field, make_scratch,
                                        remove_scratch),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test_setup_teardown(a_wrong_profile_is_named_with_its_field, make_scratch,
                                        remove_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
