/* What a CAN controller tells, in numbers and words; interfaces that are not there. */
#include "cmocka_all.h"

#include "hil/rack/can_link.h"
#include "sim/error.h"

#include <fcntl.h>
#include <linux/can/error.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void expect_words(const struct can_health *health, const char *words)
{
    char text[300];
    can_health_describe(health, text, sizeof text);
    if (!strstr(text, words))
        fail_msg("\"%s\" is not in \"%s\"", words, text);
}

static void a_bus_without_trouble_has_nothing_to_tell(void **state)
{
    struct can_health health = {0};
    char text[300];
    (void)state;
    can_health_good(&health);
    can_health_flags(&health, 0);
    can_health_describe(&health, text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(health.reports, 0);
}

static void an_error_frame_tells_kind_place_and_state(void **state)
{
    static const struct {
        uint32_t id;
        uint8_t data[8];
        const char *words;
    } rows[] = {
        {CAN_ERR_ACK, {0}, "no acknowledgement"},
        {CAN_ERR_PROT, {0, 0, CAN_ERR_PROT_TX, CAN_ERR_PROT_LOC_ACK}, "no acknowledgement"},
        {CAN_ERR_PROT, {0, 0, CAN_ERR_PROT_TX, CAN_ERR_PROT_LOC_ACK}, "in the ACK slot"},
        {CAN_ERR_PROT | CAN_ERR_BUSERROR, {0, 0, CAN_ERR_PROT_STUFF, CAN_ERR_PROT_LOC_DATA},
         "bit stuffing error: another bit rate, or disturbance? (in the data)"},
        {CAN_ERR_PROT, {0, 0, CAN_ERR_PROT_BIT0, CAN_ERR_PROT_LOC_SOF}, "short circuit"},
        {CAN_ERR_PROT, {0, 0, CAN_ERR_PROT_FORM, CAN_ERR_PROT_LOC_EOF}, "wrong form"},
        {CAN_ERR_PROT, {0, 0, 0, CAN_ERR_PROT_LOC_CRC_SEQ}, "wrong CRC"},
        {CAN_ERR_PROT, {0, 0, CAN_ERR_PROT_BIT, CAN_ERR_PROT_LOC_CRC_SEQ}, "wrong CRC"},
        {CAN_ERR_PROT, {0, 0, CAN_ERR_PROT_BIT1, CAN_ERR_PROT_LOC_CRC_SEQ}, "what was sent"},
        {CAN_ERR_PROT | CAN_ERR_ACK, {0, 0, 0, CAN_ERR_PROT_LOC_ACK}, "no acknowledgement"},
        {CAN_ERR_BUSERROR, {0}, "no named kind"},
        {CAN_ERR_LOSTARB, {9}, "arbitration was lost"},
        {CAN_ERR_TRX, {0, 0, 0, 0, CAN_ERR_TRX_CANH_NO_WIRE}, "broken or shorted wire"},
        {CAN_ERR_TX_TIMEOUT, {0}, "did not get a frame out"},
        {CAN_ERR_CRTL, {0, CAN_ERR_CRTL_RX_OVERFLOW}, "lost in the adapter"},
        {CAN_ERR_CRTL, {0, CAN_ERR_CRTL_TX_WARNING}, "is error warning"},
        {CAN_ERR_CRTL | CAN_ERR_CNT, {0, CAN_ERR_CRTL_TX_PASSIVE, 0, 0, 0, 0, 136, 3},
         "is error passive (error counters: transmit 136, receive 3)"},
        {CAN_ERR_BUSOFF, {0}, "bus-off 1 time, restarted 0; the controller is bus-off"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct can_health health = {0};
        can_health_error_frame(&health, rows[i].id, rows[i].data);
        uint64_t told = 0;
        for (int j = 0; j < CAN_TROUBLES_COUNT; j++)
            told += health.troubles[j];
        assert_int_equal(health.reports, 1);
        assert_in_range(told, 0, 1); /* one frame, one trouble */
        expect_words(&health, rows[i].words);
    }
}

static void any_error_frame_is_read_without_harm(void **state)
{
    char text[300];
    (void)state;
    for (unsigned id = 0; id < 0x400; id++) {
        for (unsigned byte = 0; byte < 256; byte += 5) {
            struct can_health health = {0};
            uint8_t data[8];
            memset(data, (int)byte, sizeof data);
            can_health_error_frame(&health, id, data);
            can_health_describe(&health, text, sizeof text);
        }
    }
}

static void a_controller_that_comes_back_has_restarted(void **state)
{
    const uint8_t none[8] = {0};
    struct can_health health = {0};
    (void)state;
    for (int i = 0; i < 2; i++) {
        can_health_error_frame(&health, CAN_ERR_BUSOFF, none);
        can_health_error_frame(&health, CAN_ERR_BUSOFF, none); /* told twice, happened once */
        can_health_error_frame(&health, CAN_ERR_RESTARTED, none);
    }
    assert_int_equal(health.bus_offs, 2);
    assert_int_equal(health.restarts, 2);
    assert_int_equal(health.bus_offs_in_a_row, 2);
    can_health_good(&health);
    assert_int_equal(health.bus_offs_in_a_row, 0);
    expect_words(&health, "bus-off 2 times, restarted 2");
}

static void the_flags_of_an_slcan_adapter_are_told(void **state)
{
    struct can_health health = {0};
    (void)state;
    can_health_flags(&health, 0x24); /* warning and passive */
    assert_int_equal(health.state, CAN_BUS_PASSIVE);
    can_health_flags(&health, 0x88); /* bus error, overrun */
    assert_int_equal(health.state, CAN_BUS_ACTIVE);
    assert_int_equal(health.troubles[CAN_TROUBLE_BUS], 1);
    assert_int_equal(health.troubles[CAN_TROUBLE_RX_OVERFLOW], 1);
    expect_words(&health, "the controller was error passive");
}

static void a_status_line_gives_state_and_counters(void **state)
{
    static const char *const wrong[] = {"sx000000", "sp13000", "sp1300044", "sp13o004", "tp130004"};
    struct can_health health = {0};
    (void)state;
    assert_true(can_health_status_line(&health, "sw097003", 8));
    assert_int_equal(health.state, CAN_BUS_WARNING);
    assert_int_equal(health.rx_errors, 97);
    assert_int_equal(health.tx_errors, 3);
    assert_true(can_health_status_line(&health, "sb000256", 8));
    assert_int_equal(health.state, CAN_BUS_OFF);
    assert_int_equal(health.tx_errors, 255);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(can_health_status_line(&health, wrong[i], strlen(wrong[i])));
    assert_int_equal(health.reports, 2);
}

/* What this machine's kernel can is told; none of it may look like a rack. */
static void an_interface_that_is_not_there_is_refused_with_a_way_out(void **state)
{
    char message[400] = "";
    int error = 0;
    int fd = socket(PF_CAN, SOCK_RAW, 1);
    (void)state;
    assert_null(can_link_open("nocan7", 0, &error, message, sizeof message));
    assert_int_equal(error, ERROR_RACK_LOST);
    assert_non_null(strstr(message, "rack on nocan7: "));
    assert_non_null(strstr(message, fd < 0 ? "no CAN sockets" : "no such interface"));
    if (fd >= 0)
        close(fd);
}

static void an_adapter_that_has_no_such_bit_rate_is_refused(void **state)
{
    char message[400] = "";
    int error = 0;
    (void)state;
    assert_null(can_link_open("/dev/null", 123456, &error, message, sizeof message));
    assert_int_equal(error, ERROR_RACK_LOST);
    assert_non_null(strstr(message, "123456 bit/s"));
}

/* An adapter on a serial port, played by this test on the other end of a pseudo-terminal. */
static struct can_link *open_adapter(int *master)
{
    char path[64], message[400] = "";
    int error = 0;
    *master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    assert_true(*master >= 0 && grantpt(*master) == 0 && unlockpt(*master) == 0);
    assert_int_equal(ptsname_r(*master, path, sizeof path), 0);
    struct can_link *link = can_link_open(path, 250000, &error, message, sizeof message);
    if (!link)
        fail_msg("%s", message);
    return link;
}

static void expect_heard(int master, const char *text)
{
    char heard[200] = "";
    ssize_t got = read(master, heard, sizeof heard - 1);
    assert_true(got > 0);
    if (!strstr(heard, text))
        fail_msg("\"%s\" is not in \"%s\"", text, heard);
}

static void count_frame(void *user, int64_t stamp, const struct can_frame *frame)
{
    (void)stamp;
    *(int *)user += frame->id == 0x214;
}

static void an_adapter_is_opened_at_its_bit_rate_and_asked_for_its_errors(void **state)
{
    int master, frames = 0;
    struct can_link *link = open_adapter(&master);
    const struct can_link_listener listener = {count_frame, &frames};
    static const char answers[] = "F24\rt2140\r\asb000256\r";
    (void)state;
    expect_heard(master, "C\rS5\rO\r");
    assert_int_equal(link->ops->service(link, link->due - 1), 0);
    assert_true(read(master, &(char){0}, 1) <= 0);
    assert_int_equal(link->ops->service(link, link->due), 0);
    expect_heard(master, "F\r");
    assert_int_equal(write(master, answers, sizeof answers - 1), sizeof answers - 1);
    struct pollfd ready = {.fd = link->fd, .events = POLLIN};
    while (link->health.state != CAN_BUS_OFF && poll(&ready, 1, 2000) > 0)
        assert_int_equal(link->ops->receive(link, &listener, false), 0);
    assert_int_equal(frames, 1);
    assert_int_equal(link->health.refused, 1);
    assert_int_equal(link->health.bus_offs, 1);
    assert_int_equal(link->health.reports, 2);
    link->ops->close(link);
    expect_heard(master, "C\r");
    close(master);
}

static void an_adapter_that_is_unplugged_is_a_rack_that_is_lost(void **state)
{
    int master, frames = 0;
    struct can_link *link = open_adapter(&master);
    const struct can_link_listener listener = {count_frame, &frames};
    (void)state;
    close(master);
    assert_int_equal(link->ops->receive(link, &listener, true), ERROR_RACK_LOST);
    assert_non_null(strstr(link->message, "went away"));
    link->ops->close(link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bus_without_trouble_has_nothing_to_tell),
        cmocka_unit_test(an_error_frame_tells_kind_place_and_state),
        cmocka_unit_test(any_error_frame_is_read_without_harm),
        cmocka_unit_test(a_controller_that_comes_back_has_restarted),
        cmocka_unit_test(the_flags_of_an_slcan_adapter_are_told),
        cmocka_unit_test(a_status_line_gives_state_and_counters),
        cmocka_unit_test(an_interface_that_is_not_there_is_refused_with_a_way_out),
        cmocka_unit_test(an_adapter_is_opened_at_its_bit_rate_and_asked_for_its_errors),
        cmocka_unit_test(an_adapter_that_is_unplugged_is_a_rack_that_is_lost),
        cmocka_unit_test(an_adapter_that_has_no_such_bit_rate_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
