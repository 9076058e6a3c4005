/* meterbench gui: the house in a window, or a picture of it. */
#include "cli/cli.h"
#include "gui/gui.h"
#include "gui/layout.h"

#include "sim/kernel/time.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FLAT_DEFAULT = 7, SIZE_MAX_PIXELS = 8192 };

static const char help[] =
    "usage: meterbench gui [OPTION...] [SCENARIO]\n"
    "\n"
    "The house in a window: cause a leak, pay, watch the stopwatch. With a scenario, its house.\n"
    "\n"
    "the house\n"
    "  --flat N             the flat selected at first, and the board's (default 7)\n"
    "  --seed N             root seed (default 1)\n"
    "  --speed X            1, 10 or 100 simulated seconds a second; 1 with a board in real time\n"
    "  --script CUES        what to do when, as in leak@2s,pay@20s (again: more of it);\n"
    "                       leak, overload, arrears, pay, reset; times from the opening\n"
    "  --log                tell every fact on standard output\n"
    CLI_BOARD_HELP
    "the picture\n"
    "  --size WxH           of the window or picture (default 1600x1000, at least 1024x640)\n"
    "  --screenshot FILE    draw a PNG instead of opening a window\n"
    "  --at DUR             simulated time of the picture (default 30s)\n"
    "  --scale X            pixels of the picture to one of the window, 1 to 4 (default 1)\n"
    "  -h, --help           this text\n"
    "\n"
    "keys\n"
    "  L leak   O overload   A arrears   P pay   R reset   arrows: another flat\n"
    "  space pause   1 2 3 speed   F11 full screen   Esc or Q close\n"
    "\n"
    "exit: 0 closed, 3 internal error, 4 usage, 10 the bench failed or there is no display\n";

struct arguments {
    struct gui_options gui;
    struct cli_board_options board;
};

enum option_id { OPTION_FLAT = 256, OPTION_SEED, OPTION_SPEED, OPTION_SCRIPT, OPTION_LOG,
                 OPTION_SIZE,
                 OPTION_SCREENSHOT, OPTION_AT, OPTION_SCALE };

static const struct option options[] = {
    {"flat", required_argument, NULL, OPTION_FLAT},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"speed", required_argument, NULL, OPTION_SPEED},
    {"script", required_argument, NULL, OPTION_SCRIPT},
    {"log", no_argument, NULL, OPTION_LOG},
    CLI_BOARD_OPTIONS,
    {"size", required_argument, NULL, OPTION_SIZE},
    {"screenshot", required_argument, NULL, OPTION_SCREENSHOT},
    {"at", required_argument, NULL, OPTION_AT},
    {"scale", required_argument, NULL, OPTION_SCALE},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int read_speed(struct arguments *arguments, const char *value)
{
    for (int i = 0; i < GUI_SPEEDS; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", gui_speeds[i]);
        if (strcmp(value, text) == 0) {
            arguments->gui.speed = i;
            return 0;
        }
    }
    return cli_usage_error("--speed %s: 1, 10 or 100", value);
}

static int read_size(struct arguments *arguments, const char *value)
{
    int width, height, used = 0;
    bool read = sscanf(value, "%5dx%5d%n", &width, &height, &used) == 2 && value[used] == '\0';
    if (!read || width < GUI_WIDTH_MIN || height < GUI_HEIGHT_MIN || width > SIZE_MAX_PIXELS ||
        height > SIZE_MAX_PIXELS)
        return cli_usage_error(
            "--size %s: expected width x height, as in 1600x1000, from %dx%d to %dx%d", value,
            GUI_WIDTH_MIN, GUI_HEIGHT_MIN, SIZE_MAX_PIXELS, SIZE_MAX_PIXELS);
    arguments->gui.width = width;
    arguments->gui.height = height;
    return 0;
}

static int read_script(struct arguments *arguments, const char *value)
{
    if (gui_script_parse(&arguments->gui, value) == 0)
        return 0;
    return cli_usage_error("--script %s: expected up to %d cues such as leak@2s,pay@20s", value,
                           GUI_SCRIPT_MAX);
}

static int read_house(struct arguments *arguments, int id, const char *value)
{
    unsigned long long number = 0;
    int result = 0;
    switch (id) {
    case OPTION_FLAT:
        result = cli_check_number("flat", value, 1, 5000, &number);
        arguments->gui.flat = (uint32_t)number;
        break;
    case OPTION_SEED:
        result = cli_read_seed(value, &arguments->gui.run.seed);
        arguments->board.seed = arguments->gui.run.seed;
        break;
    case OPTION_SPEED:
        return read_speed(arguments, value);
    case OPTION_SCRIPT:
        return read_script(arguments, value);
    case OPTION_LOG:
        arguments->gui.log = stdout;
        break;
    }
    return result;
}

static int read_picture(struct arguments *arguments, int id, const char *value)
{
    unsigned long long number = 0;
    int result = 0;
    switch (id) {
    case OPTION_SIZE:
        return read_size(arguments, value);
    case OPTION_SCREENSHOT:
        arguments->gui.picture = value;
        break;
    case OPTION_AT:
        if (duration_parse(value, &arguments->gui.picture_at) < 0)
            return cli_usage_error("--at %s: expected a duration with its unit, as in 30s", value);
        break;
    case OPTION_SCALE:
        result = cli_check_number("scale", value, 1, 4, &number);
        arguments->gui.scale = (double)number;
        break;
    }
    return result;
}

static int read_option(void *user, int id, const char *value)
{
    struct arguments *arguments = user;
    if (id <= OPTION_LOG)
        return read_house(arguments, id, value);
    if (id >= CLI_OPTION_BOARD)
        return cli_read_board_option(&arguments->board, id, value);
    return read_picture(arguments, id, value);
}

static const struct cli_command command = {"gui", help, options, read_option};

static int read_arguments(struct arguments *arguments, int argc, char **argv)
{
    *arguments = (struct arguments){
        .gui = {.run = {.seed = 1}, .flat = FLAT_DEFAULT, .width = 1600, .height = 1000, .scale = 1,
                .picture_at = 30 * NS_PER_S},
        .board = {.seed = 1},
    };
    int result = cli_read_options(&command, argc, argv, arguments);
    if (result != 0)
        return result;
    if (argc - optind > 1)
        return cli_usage_error("one scenario at most; meterbench gui --help tells more");
    arguments->gui.scenario = argv[optind];
    if (arguments->gui.scenario && access(arguments->gui.scenario, R_OK) < 0)
        return cli_usage_error("%s: %s", arguments->gui.scenario, strerror(errno));
    return 0;
}

static int exit_code(enum gui_end end)
{
    switch (end) {
    case GUI_CLOSED:
        return EXIT_ALL_PASSED;
    case GUI_BAD_SCENARIO:
        return EXIT_USAGE;
    case GUI_NO_PICTURE:
        return EXIT_INTERNAL;
    case GUI_NO_DISPLAY:
    case GUI_BENCH_FAILED:
        break;
    }
    return EXIT_BENCH_FAULT;
}

int cli_gui(int argc, char **argv)
{
    struct arguments arguments;
    char message[600] = "";
    int result = read_arguments(&arguments, argc, argv);
    if (result != 0)
        return result;
    struct board_maker *maker = cli_board_maker_new(&arguments.board, &result);
    if (maker && maker->next) {
        cli_board_maker_free(maker);
        return cli_usage_error("the window shows one board: name it by --board ID");
    }
    if (result != 0)
        return result;
    arguments.gui.run.boards = maker;
    arguments.gui.run.interrupted = &cli_interrupted;
    bool emulated = arguments.board.board && strcmp(arguments.board.board, "emulated") == 0;
    arguments.gui.badge = emulated ? "emulated board" : "real board";
    arguments.gui.paced = maker && !arguments.board.lockstep;
    cli_catch_signals();
    enum gui_end end = gui_run(&arguments.gui, message, sizeof message);
    cli_board_maker_free(maker);
    if (end != GUI_CLOSED)
        fprintf(stderr, "meterbench: %s\n", message);
    return exit_code(end);
}
