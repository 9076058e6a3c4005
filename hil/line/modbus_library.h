/*
 * libmodbus behind five calls: its header and sim/wire/modbus_pdu.h give the same names to
 * exception codes, so no file can include both.
 */
#ifndef METERBENCH_HIL_LINE_MODBUS_LIBRARY_H
#define METERBENCH_HIL_LINE_MODBUS_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

enum { MODBUS_LIBRARY_FRAME_MAX = 256 };

struct modbus_library;

/* An RTU master on a pseudo terminal. NULL with a message. */
struct modbus_library *modbus_library_open(const char *path, int slave, char *message, size_t size);
void modbus_library_close(struct modbus_library *library);

/* Throw away what nobody asked for. */
void modbus_library_flush(struct modbus_library *library);

/* Send slave and PDU; the CRC is added. Bytes written, CRC included, or ERROR_IO. */
int modbus_library_send(struct modbus_library *library, const uint8_t *raw, int size);

/*
 * Take a reply of which `received` bytes were written to the line already: this waits for them to
 * cross the pseudo terminal, not for the device. Its size, CRC included; ERROR_MODBUS_CRC,
 * ERROR_MODBUS_STATION, or ERROR_MODBUS_LENGTH (it is shorter than it says).
 */
int modbus_library_receive(struct modbus_library *library, int received,
                           uint8_t frame[MODBUS_LIBRARY_FRAME_MAX]);

#endif
