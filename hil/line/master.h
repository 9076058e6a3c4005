/* What the masters of both protocols have in common (hil/line/modbus_master.h, hil/line/dlt645_master.h). */
#ifndef METERBENCH_HIL_LINE_MASTER_H
#define METERBENCH_HIL_LINE_MASTER_H

#include <stdint.h>

enum { MASTER_QUEUE_MAX = 12, MASTER_ATTEMPTS = 3 };

struct master_statistics {
    uint64_t requests; /* sent, retries included */
    uint64_t answers;  /* refusals included */
    uint64_t timeouts; /* requests that met silence */
    uint64_t damaged;  /* requests that met something else than a sound reply */
};

#endif
