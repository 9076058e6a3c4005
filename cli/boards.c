/* How the command line's --board becomes boards for the runner. */
#include "cli/cli.h"

#include "hil/bench_file.h"
#include "hil/board.h"
#include "hil/station.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct maker {
    struct board_maker base; /* first: the runner's view is cast back */
    struct board_spec spec;
    struct station *station; /* of a board on a port */
    uint64_t line_faults[LINE_FAULT_KINDS]; /* that happened to all its boards */
};

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* What is given to --board is a board by itself, or the name of one of the bench file's. */
static int add_board(struct cli_board_options *options, const char *value)
{
    bool by_itself = strcmp(value, "emulated") == 0 || strchr(value, '/') || ends_in(value, ".lua");
    if (by_itself && options->board)
        return cli_usage_error("--board %s, --board %s: several boards stand in one bench file "
                               "(--bench)", options->board, value);
    if (by_itself)
        options->board = value;
    else if (options->id_count == CLI_BOARDS_MAX)
        return cli_usage_error("at most %d of --board", CLI_BOARDS_MAX);
    else
        options->ids[options->id_count++] = value;
    return 0;
}

int cli_read_line_faults(const char *text, struct line_faults *faults)
{
    char message[400];
    if (line_faults_parse(text, faults, message, sizeof message) == 0)
        return 0;
    return cli_usage_error("--line-faults %s", message);
}

int cli_read_board_option(struct cli_board_options *options, int id, const char *value)
{
    int result = 0;
    switch (id) {
    case CLI_OPTION_BOARD:
        result = add_board(options, value);
        break;
    case CLI_OPTION_BENCH:
        options->bench_file = value;
        break;
    case CLI_OPTION_PROFILE:
        options->profile = value;
        break;
    case CLI_OPTION_BAUD:
        result = cli_read_int("baud", value, 300, 4000000, &options->baud);
        break;
    case CLI_OPTION_LOCKSTEP:
        options->lockstep = true;
        break;
    case CLI_OPTION_FIRMWARE:
        options->elf = value;
        break;
    case CLI_OPTION_NO_FLASH:
        options->no_flash = true;
        break;
    case CLI_OPTION_TRUTH:
        options->truth = value;
        break;
    case CLI_OPTION_LINE_FAULTS:
        result = cli_read_line_faults(value, &options->line_faults);
        break;
    }
    return result;
}

int cli_read_twin(const char *value, enum twin_use *twin)
{
    if (value && strcmp(value, "strict") != 0)
        return cli_usage_error("--twin=%s: expected --twin or --twin=strict", value);
    *twin = value ? TWIN_STRICT : TWIN_TOLD;
    return 0;
}

static struct board *open_one(struct board_maker *base, char *message, size_t size)
{
    struct maker *maker = (struct maker *)base;
    if (maker->station && station_ready(maker->station, &base->properties, message, size) < 0)
        return NULL;
    return board_open(&maker->spec, message, size);
}

static void close_one(struct board_maker *base, struct board *board)
{
    struct maker *maker = (struct maker *)base;
    struct board_statistics statistics;
    board_statistics(board, &statistics);
    for (int i = 0; i < LINE_FAULT_KINDS; i++)
        maker->line_faults[i] += statistics.line_faults[i];
    if (maker->station)
        station_case_over(maker->station, board_error(board));
    board_close(board);
}

void cli_boards_end(struct board_maker *base)
{
    for (; base; base = base->next) {
        struct maker *maker = (struct maker *)base;
        char message[500];
        if (!maker->station ||
            station_end(maker->station, &base->properties, message, sizeof message) == 0)
            continue;
        base->failed = true;
        fprintf(stderr, "meterbench: %s\n", message);
    }
}

/* Wrong files are a matter of the command line, found before the first case; a port that fails is not. */
static int check_files(struct maker *maker)
{
    char message[400] = "";
    struct board *board = board_open(&maker->spec, message, sizeof message);
    if (!board)
        return cli_usage_error("%s", message);
    maker->base.properties = board->properties;
    board_close(board);
    return 0;
}

/* An option that would do nothing must not look as if it did. */
static int check_emulated(const struct cli_board_options *options)
{
    if (options->lockstep)
        return cli_usage_error("--lockstep needs --board emulated: a real board keeps its own time");
    if (options->elf && !options->board && !options->bench_file)
        return cli_usage_error("--firmware needs a board: --board or --bench");
    if (options->no_flash && !options->board && !options->bench_file)
        return cli_usage_error("--no-flash needs a board: --board or --bench");
    if (options->truth)
        return cli_usage_error("--truth needs --board emulated");
    return 0;
}

/* NULL with *error set. */
static struct maker *maker_new(const struct board_spec *spec, const char *id, int *error)
{
    struct maker *maker = calloc(1, sizeof *maker);
    if (!maker) {
        *error = EXIT_INTERNAL;
        return NULL;
    }
    maker->base = (struct board_maker){
        .one_at_a_time = spec->kind == BOARD_PORT, .open = open_one, .close = close_one};
    snprintf(maker->base.id, sizeof maker->base.id, "%s", id);
    maker->spec = *spec;
    maker->spec.bench_id = maker->base.id[0] ? maker->base.id : NULL;
    *error = check_files(maker);
    if (*error == 0 && spec->kind == BOARD_PORT) {
        maker->station = station_new(&maker->spec, &cli_interrupted);
        *error = maker->station ? 0 : EXIT_INTERNAL;
    }
    if (*error == 0)
        return maker;
    free(maker);
    return NULL;
}

bool cli_board_is_named(const struct cli_board_options *options, const char *id)
{
    for (int i = 0; i < options->id_count; i++)
        if (strcmp(options->ids[i], id) == 0)
            return true;
    return options->id_count == 0;
}

/* Every id that was named must be there; a port or the emulator in a board's place is for one. */
static int check_choice(const struct cli_board_options *options, const char *path,
                        const struct bench_file *boards, int count)
{
    struct bench_file one;
    char message[400];
    int chosen = 0;
    for (int i = 0; i < options->id_count; i++)
        if (bench_file_read(path, options->ids[i], &one, message, sizeof message) < 0)
            return cli_usage_error("%s", message);
    for (int i = 0; i < count; i++)
        chosen += cli_board_is_named(options, boards[i].id);
    if (chosen > 1 && options->board && !ends_in(options->board, ".lua"))
        return cli_usage_error("--board %s is one board, %s has %d: name one more by its id",
                               options->board, path, chosen);
    return 0;
}

static struct board_maker *makers_of_bench(const struct cli_board_options *options,
                                           struct board_spec *spec, int *error)
{
    struct bench_file boards[BENCH_BOARDS_MAX];
    struct board_maker *first = NULL, **last = &first;
    char message[400];
    int count = bench_file_read_all(spec->bench_file, boards, message, sizeof message);
    *error = count < 0 ? cli_usage_error("%s", message)
                       : check_choice(options, spec->bench_file, boards, count);
    for (int i = 0; i < count && *error == 0; i++) {
        if (!cli_board_is_named(options, boards[i].id))
            continue;
        struct maker *maker = maker_new(spec, boards[i].id, error);
        *last = maker ? &maker->base : NULL;
        last = maker ? &maker->base.next : last;
    }
    if (*error == 0)
        return first;
    cli_board_maker_free(first);
    return NULL;
}

int cli_board_spec(const struct cli_board_options *options, struct board_spec *spec)
{
    const char *board = options->board;
    const char *bench_file = options->bench_file;
    if (board && ends_in(board, ".lua")) { /* a bench file may be given in the board's place */
        bench_file = board;
        board = NULL;
    }
    bool emulated = board && strcmp(board, "emulated") == 0;
    int error = emulated ? 0 : check_emulated(options);
    if (error == 0 && options->id_count > 0 && !bench_file)
        error = cli_usage_error("--board %s: not \"emulated\", no device (a path, as /dev/ttyUSB0) and no "
                                "bench file (.lua); the id of a board needs --bench", options->ids[0]);
    *spec = (struct board_spec){
        .kind = emulated ? BOARD_EMULATED : BOARD_PORT,
        .lockstep = options->lockstep,
        .bench_file = bench_file,
        .bench_id = bench_file && options->id_count == 1 ? options->ids[0] : NULL,
        .port = emulated ? NULL : board,
        .profile = options->profile,
        .elf = options->elf,
        .no_flash = options->no_flash,
        .truth = options->truth,
        .baud = options->baud,
        .line_faults = options->line_faults,
        .seed = options->seed,
    };
    return error;
}

struct board_maker *cli_board_maker_new(const struct cli_board_options *options, int *error)
{
    struct board_spec spec;
    *error = cli_board_spec(options, &spec);
    bool asked = spec.kind == BOARD_EMULATED || spec.port || spec.bench_file;
    if (*error != 0 || !asked)
        return NULL;
    if (spec.bench_file)
        return makers_of_bench(options, &spec, error);
    struct maker *maker = maker_new(&spec, "", error);
    return maker ? &maker->base : NULL;
}

/* A line that was made worse has to show that it was. */
static void tell_line_faults(const struct maker *maker)
{
    uint64_t sum = 0;
    for (int i = 0; i < LINE_FAULT_KINDS; i++)
        sum += maker->line_faults[i];
    if (sum == 0 && !line_faults_any(&maker->spec.line_faults))
        return;
    fprintf(stderr, "meterbench: line faults%s%s:", maker->base.id[0] ? " of " : "", maker->base.id);
    for (int i = 0; i < LINE_FAULT_KINDS; i++)
        fprintf(stderr, "%s %llu %s", i ? "," : "", (unsigned long long)maker->line_faults[i],
                line_fault_name(i));
    fprintf(stderr, "\n");
}

void cli_board_maker_free(struct board_maker *maker)
{
    cli_boards_end(maker);
    while (maker) {
        tell_line_faults((struct maker *)maker);
        struct board_maker *next = maker->next;
        station_free(((struct maker *)maker)->station);
        free(maker);
        maker = next;
    }
}
