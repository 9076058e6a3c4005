/* How the command line's --board becomes boards for the runner. */
#include "cli/cli.h"

#include "hil/board.h"

#include <stdlib.h>
#include <string.h>

struct maker {
    struct board_maker base; /* first: the runner's view is cast back */
    struct board_spec spec;
};

int cli_read_board_option(struct cli_board_options *options, int id, const char *value)
{
    unsigned long long baud = 0;
    int result = 0;
    switch (id) {
    case CLI_OPTION_BOARD:
        options->board = value;
        break;
    case CLI_OPTION_BENCH:
        options->bench_file = value;
        break;
    case CLI_OPTION_BAUD:
        result = cli_check_number("baud", value, 300, 4000000, &baud);
        options->baud = (int)baud;
        break;
    case CLI_OPTION_LOCKSTEP:
        options->lockstep = true;
        break;
    case CLI_OPTION_FIRMWARE:
        options->elf = value;
        break;
    case CLI_OPTION_TRUTH:
        options->truth = value;
        break;
    }
    return result;
}

static struct board *open_one(struct board_maker *base, char *message, size_t size)
{
    struct maker *maker = (struct maker *)base;
    return board_open(&maker->spec, message, size);
}

static void close_one(struct board_maker *base, struct board *board)
{
    (void)base;
    board_close(board);
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Wrong files are a matter of the command line, found before the first case; a port that fails is not. */
static int check_files(struct maker *maker)
{
    char message[400] = "";
    struct board *board = board_open(&maker->spec, message, sizeof message);
    if (!board)
        return cli_usage_error("%s", message);
    board_close(board);
    return 0;
}

/* An option that would do nothing must not look as if it did. */
static int check_emulated(const struct cli_board_options *options)
{
    if (options->lockstep)
        return cli_usage_error("--lockstep needs --board emulated: a real board keeps its own time");
    if (options->elf)
        return cli_usage_error("--firmware needs --board emulated");
    if (options->truth)
        return cli_usage_error("--truth needs --board emulated");
    return 0;
}

struct board_maker *cli_board_maker_new(const struct cli_board_options *options, int *error)
{
    *error = 0;
    const char *board = options->board;
    const char *bench_file = options->bench_file;
    if (board && ends_in(board, ".lua")) { /* a bench file may be given in the board's place */
        bench_file = board;
        board = NULL;
    }
    bool emulated = board && strcmp(board, "emulated") == 0;
    if (!emulated)
        *error = check_emulated(options);
    if (*error != 0 || (!board && !bench_file))
        return NULL;
    struct maker *maker = calloc(1, sizeof *maker);
    if (!maker) {
        *error = EXIT_INTERNAL;
        return NULL;
    }
    maker->base = (struct board_maker){
        .one_at_a_time = !emulated, .open = open_one, .close = close_one};
    maker->spec = (struct board_spec){
        .kind = emulated ? BOARD_EMULATED : BOARD_PORT,
        .lockstep = options->lockstep,
        .bench_file = bench_file,
        .port = emulated ? NULL : board,
        .elf = options->elf,
        .truth = options->truth,
        .baud = options->baud,
        .seed = options->seed,
    };
    *error = check_files(maker);
    if (*error == 0)
        return &maker->base;
    free(maker);
    return NULL;
}

void cli_board_maker_free(struct board_maker *maker)
{
    free(maker);
}
