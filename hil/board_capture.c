/* What passes on a board's port, kept as pcapng when the run asks for it. */
#include "hil/board_internal.h"
#include "hil/line/capture.h"
#include "hil/line/serial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct board_capture {
    struct hil_board *board;
    struct capture capture;
    struct pcapng_writer file;
};

static void keep(void *user, const struct captured *captured)
{
    struct board_capture *capture = user;
    const char *reason = captured->explained.wrong ? captured->explained.reason : NULL;
    if (capture->file.fd < 0 || pcapng_write(&capture->file, &captured->packet, reason) == 0)
        return;
    board_fail(capture->board, ERROR_IO, "%s: %s; frames before this one are kept",
               capture->board->board.capture_path, strerror(errno));
    pcapng_close(&capture->file);
}

/* Emulated time begins at 0; the wall clock's stamps are dated. */
int board_capture_open(struct hil_board *board)
{
    struct board_capture *capture = board->capture;
    enum wire_protocol protocol =
        board->profile.protocol == PROFILE_DLT645 ? WIRE_DLT645 : WIRE_MODBUS_RTU;
    if (capture || !board->board.capture_path[0])
        return 0;
    capture = calloc(1, sizeof *capture);
    if (!capture)
        return ERROR_NO_MEMORY;
    if (pcapng_create(&capture->file, board->board.capture_path, "meterbench") < 0) {
        snprintf(board->board.message, sizeof board->board.message, "%.200s: %s",
                 board->board.capture_path, strerror(errno));
        free(capture);
        return ERROR_IO;
    }
    capture->board = board;
    capture_begin(&capture->capture, protocol, keep, capture);
    capture->capture.epoch_ns = board->spec.lockstep ? 0 : serial_epoch_ns();
    board->capture = capture;
    return 0;
}

void board_capture_bytes(struct hil_board *board, int64_t stamp, bool to_board,
                         const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; board->capture && i < size; i++)
        capture_byte(&board->capture->capture, stamp, to_board ? WIRE_REQUEST : WIRE_REPLY,
                     bytes[i]);
}

void board_capture_flush(struct hil_board *board)
{
    if (board->capture)
        capture_flush(&board->capture->capture);
}

void board_capture_free(struct hil_board *board)
{
    if (!board->capture)
        return;
    capture_flush(&board->capture->capture);
    pcapng_close(&board->capture->file);
    free(board->capture);
    board->capture = NULL;
}
