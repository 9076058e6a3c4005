#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION "1.0"

static const char help[] =
    "meterbench-emulator --elf FILE --map FILE [options] (--pty | --lockstep-fd N)\n"
    "Runs a meter board's firmware for AVR, with its relay and a stimulus rack around it.\n"
    "\n"
    "  --elf FILE         the firmware, as avr-gcc links it\n"
    "  --map FILE         what is wired to which pin; see hil/board/reference.map\n"
    "  --pty              run at the wall clock's pace, with serial line and rack on\n"
    "                     pseudo terminals, whose names are printed\n"
    "  --lockstep-fd N    run on time granted over an inherited stream socket\n"
    "  --eeprom FILE      keep the EEPROM's content there\n"
    "  --truth FILE       log what really happened and when\n"
    "  --protocol NAME    modbus or dlt645: how the board is strapped (default modbus)\n"
    "  --seed N           where in the mains period the run starts (default 0: at a zero)\n"
    "  --quiet            no summary at the end, no messages of the processor\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0 good, 3 internal error, 4 usage or configuration.\n";

enum { OPTION_ELF = 256, OPTION_MAP, OPTION_EEPROM, OPTION_TRUTH, OPTION_PROTOCOL, OPTION_SEED,
       OPTION_PTY,
       OPTION_LOCKSTEP, OPTION_QUIET, OPTION_HELP, OPTION_VERSION };

static const struct option table[] = {
    { "elf", required_argument, NULL, OPTION_ELF },
    { "map", required_argument, NULL, OPTION_MAP },
    { "eeprom", required_argument, NULL, OPTION_EEPROM },
    { "truth", required_argument, NULL, OPTION_TRUTH },
    { "protocol", required_argument, NULL, OPTION_PROTOCOL },
    { "seed", required_argument, NULL, OPTION_SEED },
    { "pty", no_argument, NULL, OPTION_PTY },
    { "lockstep-fd", required_argument, NULL, OPTION_LOCKSTEP },
    { "quiet", no_argument, NULL, OPTION_QUIET },
    { "help", no_argument, NULL, OPTION_HELP },
    { "version", no_argument, NULL, OPTION_VERSION },
    { NULL, 0, NULL, 0 },
};

static enum options_result wrong(const char *what, const char *value)
{
    fprintf(stderr, "meterbench-emulator: %s%s%s; try --help\n", what, value ? ": " : "",
            value ? value : "");
    return OPTIONS_WRONG;
}

static bool read_number(const char *text, uint64_t max, uint64_t *number)
{
    char *end;
    unsigned long long value;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    value = strtoull(text, &end, 10);
    *number = value;
    return *end == '\0' && errno == 0 && value <= max;
}

static enum options_result take(int option, struct options *options)
{
    uint64_t number;

    switch (option) {
    case OPTION_ELF:
        options->config.elf_path = optarg;
        return OPTIONS_RUN;
    case OPTION_MAP:
        options->config.map_path = optarg;
        return OPTIONS_RUN;
    case OPTION_EEPROM:
        options->config.eeprom_path = optarg;
        return OPTIONS_RUN;
    case OPTION_TRUTH:
        options->config.truth_path = optarg;
        return OPTIONS_RUN;
    case OPTION_PROTOCOL:
        options->config.dlt645 = strcmp(optarg, "dlt645") == 0;
        if (!options->config.dlt645 && strcmp(optarg, "modbus") != 0)
            return wrong("--protocol is modbus or dlt645", optarg);
        return OPTIONS_RUN;
    case OPTION_SEED:
        if (!read_number(optarg, UINT64_MAX, &options->config.seed))
            return wrong("--seed wants a whole number", optarg);
        return OPTIONS_RUN;
    case OPTION_PTY:
        options->pty = true;
        return OPTIONS_RUN;
    case OPTION_LOCKSTEP:
        if (!read_number(optarg, 1 << 20, &number) || fcntl((int)number, F_GETFD) < 0)
            return wrong("--lockstep-fd wants the number of an open descriptor", optarg);
        options->lockstep_fd = (int)number;
        return OPTIONS_RUN;
    case OPTION_QUIET:
        options->quiet = true;
        return OPTIONS_RUN;
    case OPTION_HELP:
        fputs(help, stdout);
        return OPTIONS_DONE;
    case OPTION_VERSION:
        puts("meterbench-emulator " VERSION " (GPL-3.0-or-later)");
        return OPTIONS_DONE;
    default:
        return wrong("unknown option or missing value", NULL);
    }
}

enum options_result options_read(int argc, char **argv, struct options *options)
{
    enum options_result result = OPTIONS_RUN;
    int option;

    memset(options, 0, sizeof *options);
    options->lockstep_fd = -1;
    while (result == OPTIONS_RUN && (option = getopt_long(argc, argv, "", table, NULL)) != -1)
        result = take(option, options);
    if (result != OPTIONS_RUN)
        return result;
    if (optind < argc)
        return wrong("unexpected argument", argv[optind]);
    if (!options->config.elf_path)
        return wrong("--elf is missing", NULL);
    if (!options->config.map_path)
        return wrong("--map is missing", NULL);
    if (options->pty == (options->lockstep_fd >= 0))
        return wrong("say either --pty or --lockstep-fd", NULL);
    return OPTIONS_RUN;
}
