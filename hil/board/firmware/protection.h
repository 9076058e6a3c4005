/* Local protection. Needs no link, and nothing on the link can inhibit it. */
#ifndef PROTECTION_H
#define PROTECTION_H

#include <stdint.h>

/* After each sampling round, elapsed_ms since the last one. */
void protection_sample(uint8_t elapsed_ms);

/* Every second: re-closing when the risk is over. */
void protection_second(void);

#endif
