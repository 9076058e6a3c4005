#include "sim/money.h"

#include <string.h>

static const char *const refusal_names[MONEY_REFUSAL_COUNT] = {
#define X(id, name) [MONEY_REFUSED_##id] = name,
    MONEY_REFUSALS(X)
#undef X
};

static const char *const level_names[CREDIT_LEVEL_COUNT] = {
#define X(id, name) [CREDIT_LEVEL_##id] = name,
    CREDIT_LEVELS(X)
#undef X
};

const char *money_refusal_name(int refusal)
{
    return refusal >= 0 && refusal < MONEY_REFUSAL_COUNT ? refusal_names[refusal] : "unknown";
}

const char *credit_level_name(int level)
{
    return level >= 0 && level < CREDIT_LEVEL_COUNT ? level_names[level] : "unknown";
}

enum money_refusal money_seen_check(const struct money_seen *seen, uint32_t number)
{
    for (int i = 0; i < seen->count; i++)
        if (seen->numbers[i] == number)
            return MONEY_REFUSED_DUPLICATE;
    return number <= seen->floor ? MONEY_REFUSED_TOO_OLD : MONEY_REFUSED_NONE;
}

void money_seen_add(struct money_seen *seen, uint32_t number)
{
    if (seen->count == MONEY_SEEN_MAX) {
        uint32_t lowest = seen->numbers[0];
        seen->floor = lowest;
        if (number < lowest) { /* it would be the first to be forgotten */
            seen->floor = number;
            return;
        }
        memmove(seen->numbers, seen->numbers + 1, (MONEY_SEEN_MAX - 1) * sizeof seen->numbers[0]);
        seen->count--;
    }
    int i = seen->count++;
    for (; i > 0 && seen->numbers[i - 1] > number; i--)
        seen->numbers[i] = seen->numbers[i - 1];
    seen->numbers[i] = number;
}
