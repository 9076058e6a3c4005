/*
 * meterbench-emulator: runs a meter board's firmware with simavr.
 *
 * It links libsimavr, which is under the GNU General Public License, version 3 or later, and so
 * this program is under that licence as well. It is a program of its own for that reason: the
 * rest of the bench speaks to it over pseudo terminals or a socket and links none of it.
 */
#include "exit_codes.h"
#include "lockstep.h"
#include "options.h"
#include "paced.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

static bool quiet;

/* simavr's own messages: only errors, and never on standard output, which others parse. */
static void log_simavr(avr_t *avr, const int level, const char *format, va_list arguments)
{
    (void)avr;
    if (level <= LOG_ERROR && level != LOG_OUTPUT && !quiet)
        vfprintf(stderr, format, arguments);
}

int main(int argc, char **argv)
{
    struct options options;

    switch (options_read(argc, argv, &options)) {
    case OPTIONS_DONE:
        return EXIT_GOOD;
    case OPTIONS_WRONG:
        return EXIT_USAGE;
    case OPTIONS_RUN:
        break;
    }
    quiet = options.quiet;
    avr_global_logger_set(log_simavr);
    signal(SIGPIPE, SIG_IGN);
    if (options.pty)
        return paced_run(&options.config, options.quiet);
    return lockstep_run(&options.config, options.lockstep_fd);
}
