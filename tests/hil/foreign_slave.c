/*
 * A meter of another make on a pseudo terminal, for tests: the registers of a Hiking DDS238-2 ZN/SR
 * behind libmodbus. Prints the device to open; each line on stdin sets a register, "26 0"; ends with
 * its stdin. What is written to it is told on stdout.
 */
#include <errno.h>
#include <fcntl.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { REGISTERS = 32, RELAY = 0x1A };

static int open_terminal(int *kept)
{
    struct termios raw;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    char path[64];
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 ||
        ptsname_r(master, path, sizeof path) != 0)
        return -1;
    *kept = open(path, O_RDWR | O_NOCTTY); /* the pair outlives whoever opens it */
    if (*kept < 0 || tcgetattr(*kept, &raw) != 0)
        return -1;
    cfmakeraw(&raw);
    tcsetattr(*kept, TCSANOW, &raw);
    printf("%s\n", path);
    fflush(stdout);
    return master;
}

static void fill(modbus_mapping_t *map)
{
    map->tab_registers[1] = 1234;       /* 12.34 kWh */
    map->tab_registers[0x0C] = 2305;    /* 230.5 V */
    map->tab_registers[0x0F] = 0;
    map->tab_registers[0x10] = 1000;
    map->tab_registers[0x11] = 5001;    /* 50.01 Hz */
    map->tab_registers[RELAY] = 1;
}

/* The meter knows 03 and 16. */
static void answer(modbus_t *modbus, modbus_mapping_t *map, const uint8_t *query, int size)
{
    int function = query[1];
    if (function != 3 && function != 16) {
        modbus_reply_exception(modbus, query, MODBUS_EXCEPTION_ILLEGAL_FUNCTION);
        return;
    }
    uint16_t before = map->tab_registers[RELAY];
    modbus_reply(modbus, query, size, map);
    if (map->tab_registers[RELAY] != before) {
        printf("relay %d\n", map->tab_registers[RELAY]);
        fflush(stdout);
    }
}

static int take_line(modbus_mapping_t *map)
{
    char line[64];
    unsigned at, value;
    ssize_t size = read(STDIN_FILENO, line, sizeof line - 1);
    if (size <= 0)
        return -1;
    line[size] = '\0';
    if (sscanf(line, "%u %u", &at, &value) == 2 && at < REGISTERS)
        map->tab_registers[at] = (uint16_t)value;
    return 0;
}

int main(void)
{
    int kept;
    int master = open_terminal(&kept);
    modbus_t *modbus = modbus_new_rtu("/dev/null", 9600, 'N', 8, 1);
    modbus_mapping_t *map = modbus_mapping_new(0, 0, REGISTERS, 0);
    uint8_t query[MODBUS_RTU_MAX_ADU_LENGTH];
    if (master < 0 || !modbus || !map)
        return 1;
    fill(map);
    modbus_set_slave(modbus, 1);
    modbus_set_socket(modbus, master);
    for (;;) {
        struct pollfd ready[] = {{.fd = master, .events = POLLIN},
                                 {.fd = STDIN_FILENO, .events = POLLIN}};
        if (poll(ready, 2, -1) < 0 && errno != EINTR)
            return 1;
        if ((ready[1].revents & (POLLIN | POLLHUP)) && take_line(map) < 0)
            return 0;
        if (ready[0].revents & POLLIN) {
            int size = modbus_receive(modbus, query);
            if (size > 0)
                answer(modbus, map, query, size);
        }
    }
}
