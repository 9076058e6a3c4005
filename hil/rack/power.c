#include "hil/rack/power.h"

#include "sim/error.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { RELAY_BAUD = 9600 }; /* of the CH340 relay modules of the trade */

/* ---- a GPIO line -------------------------------------------------------------------------------
 */

static int refuse(const struct power *power, const char *what, char *message, size_t size)
{
    snprintf(message, size, "power: %s, line %d: %s", power->config.device, power->config.line,
             what);
    return ERROR_PORT;
}

static const char *open_failed(int number)
{
    switch (number) {
    case ENOENT:
        return "there is no such chip (gpiodetect lists them)";
    case EACCES:
        return "permission denied; join the group that owns it, usually gpio";
    case EBUSY:
        return "another program has it";
    case EINVAL:
        return "the chip has no such line, or it cannot be an output";
    case ENOTTY:
        return "it is not a GPIO chip";
    default:
        return strerror(number);
    }
}

/* The line is an output that is on from its first moment. */
static int open_gpio(struct power *power, char *message, size_t size)
{
    struct gpio_v2_line_request request = {.num_lines = 1, .consumer = "meterbench power"};
    request.offsets[0] = (uint32_t)power->config.line;
    request.config.flags =
        GPIO_V2_LINE_FLAG_OUTPUT | (power->config.active_low ? GPIO_V2_LINE_FLAG_ACTIVE_LOW : 0);
    request.config.num_attrs = 1;
    request.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
    request.config.attrs[0].attr.values = 1;
    request.config.attrs[0].mask = 1;
    int chip = open(power->config.device, O_RDWR | O_CLOEXEC);
    if (chip < 0)
        return refuse(power, open_failed(errno), message, size);
    int result = ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request);
    int number = errno;
    close(chip);
    if (result < 0)
        return refuse(power, open_failed(number), message, size);
    power->line_fd = request.fd;
    return 0;
}

static bool set_gpio(struct power *power, bool on)
{
    struct gpio_v2_line_values values = {.bits = on, .mask = 1};
    return ioctl(power->line_fd, GPIO_V2_LINE_SET_VALUES_IOCTL, &values) == 0 &&
           ioctl(power->line_fd, GPIO_V2_LINE_GET_VALUES_IOCTL, &values) == 0 &&
           (values.bits & 1) == on;
}

/* ---- either ------------------------------------------------------------------------------------
 */

bool power_is_open(const struct power *power)
{
    return power->line_fd >= 0 || power->relay.fd >= 0;
}

static bool set_relay(struct power *power, bool on)
{
    const struct bench_power *config = &power->config;
    return on ? serial_write(&power->relay, config->on, (size_t)config->on_size) == 0
              : serial_write(&power->relay, config->off, (size_t)config->off_size) == 0;
}

int power_switch(struct power *power, bool on, char *message, size_t size)
{
    bool gpio = power->line_fd >= 0;
    bool done = gpio ? set_gpio(power, on) : set_relay(power, on);
    power->on = on;
    if (done)
        return 0;
    snprintf(message, size, "power: %s does not switch %s; check %s", power->config.device,
             on ? "on" : "off", gpio ? "what else drives the line" : "its cable");
    return ERROR_PORT_LOST;
}

int power_open(struct power *power, const struct bench_power *config, char *message, size_t size)
{
    const struct serial_settings settings = {RELAY_BAUD, 'N', 1};
    power->config = *config;
    power->line_fd = power->relay.fd = -1;
    power->on = true;
    int result = 0;
    if (config->kind == BENCH_POWER_GPIO)
        result = open_gpio(power, message, size);
    if (config->kind == BENCH_POWER_RELAY)
        result = serial_open(&power->relay, config->device, &settings, message, size);
    if (result == 0 && power_is_open(power))
        result = power_switch(power, true, message, size);
    if (result < 0)
        power_close(power);
    return result;
}

void power_close(struct power *power)
{
    if (power->line_fd >= 0)
        close(power->line_fd);
    power->line_fd = -1;
    serial_close(&power->relay);
}
