/* The project's exit codes, as far as this program has use for them. */
#ifndef EMULATOR_EXIT_CODES_H
#define EMULATOR_EXIT_CODES_H

enum { EXIT_GOOD = 0, EXIT_INTERNAL = 3, EXIT_USAGE = 4 };

#endif
