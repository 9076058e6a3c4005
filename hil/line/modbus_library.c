#include "hil/line/modbus_library.h"

#include "sim/error.h"

#include <errno.h>
#include <modbus/modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

/* libmodbus only looks at bytes that are there already; what is missing then will not come. */
enum { TIMEOUT_US = 1000 };
/* Crossing takes microseconds; a second means that the machine is on its knees. */
enum { CROSSING_WAITS = 20000, CROSSING_WAIT_NS = 50000 };

struct modbus_library {
    modbus_t *modbus;
};

struct modbus_library *modbus_library_open(const char *path, int slave, char *message, size_t size)
{
    struct modbus_library *library = calloc(1, sizeof *library);
    if (!library)
        return NULL;
    /* The pair has no speed of its own; 9600 is one that every libmodbus knows. */
    library->modbus = modbus_new_rtu(path, 9600, 'N', 8, 1);
    if (library->modbus && modbus_set_slave(library->modbus, slave) == 0 &&
        modbus_connect(library->modbus) == 0) {
        modbus_set_response_timeout(library->modbus, 0, TIMEOUT_US);
        modbus_set_byte_timeout(library->modbus, 0, TIMEOUT_US);
        return library;
    }
    snprintf(message, size, "libmodbus cannot open the line to slave %d: %s", slave,
             modbus_strerror(errno));
    modbus_library_close(library);
    return NULL;
}

void modbus_library_close(struct modbus_library *library)
{
    if (!library)
        return;
    if (library->modbus) {
        modbus_close(library->modbus);
        modbus_free(library->modbus);
    }
    free(library);
}

void modbus_library_flush(struct modbus_library *library)
{
    modbus_flush(library->modbus);
}

int modbus_library_send(struct modbus_library *library, const uint8_t *raw, int size)
{
    int sent = modbus_send_raw_request(library->modbus, raw, size);
    return sent < 0 ? ERROR_IO : sent;
}

static void let_bytes_cross(struct modbus_library *library, int received)
{
    int fd = modbus_get_socket(library->modbus);
    for (int waits = 0; waits < CROSSING_WAITS; waits++) {
        int there = 0;
        if (ioctl(fd, FIONREAD, &there) != 0 || there >= received)
            return;
        nanosleep(&(struct timespec){0, CROSSING_WAIT_NS}, NULL);
    }
}

int modbus_library_receive(struct modbus_library *library, int received,
                           uint8_t frame[MODBUS_LIBRARY_FRAME_MAX])
{
    _Static_assert(MODBUS_RTU_MAX_ADU_LENGTH <= MODBUS_LIBRARY_FRAME_MAX, "a frame fits");
    let_bytes_cross(library, received);
    int size = modbus_receive_confirmation(library->modbus, frame);
    if (size > 0)
        return size;
    if (size == 0) /* libmodbus passes over frames of other stations */
        return ERROR_MODBUS_STATION;
    return errno == EMBBADCRC ? ERROR_MODBUS_CRC : ERROR_MODBUS_LENGTH;
}
