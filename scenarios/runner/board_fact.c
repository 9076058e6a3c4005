#include "scenarios/runner/board_fact.h"

#include <string.h>

static const char *const names[BOARD_FACT_KINDS] = {
#define X(kind, name) [BOARD_FACT_##kind] = name,
    BOARD_FACTS(X)
#undef X
};

const char *board_fact_name(int kind)
{
    return kind >= 0 && kind < BOARD_FACT_KINDS ? names[kind] : "unknown";
}

int board_fact_kind(const char *name)
{
    for (int kind = 0; kind < BOARD_FACT_KINDS; kind++)
        if (strcmp(names[kind], name) == 0)
            return kind;
    return -1;
}
