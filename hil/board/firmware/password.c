#include "password.h"

#include "state.h"
#include "storage.h"

#include <string.h>

#define WRONG_MAX 3
#define LOCKED_MIN (24 * 60)
/* A power cut takes at most this much off a lock. */
#define LOCK_SAVED_EVERY_MIN 15

/* The index of a level's password, or PASSWORD_LEVELS. */
static uint8_t index_of(uint8_t level)
{
    if (level == LEVEL_PROGRAM)
        return 0;
    return level == LEVEL_ORDINARY ? 1 : PASSWORD_LEVELS;
}

static void count_wrong(uint8_t index)
{
    if (++line.wrong[index] >= WRONG_MAX) {
        line.wrong[index] = 0;
        line.locked_min[index] = LOCKED_MIN;
    }
    storage_save_line();
}

bool password_opens(const uint8_t pa[4], uint8_t needed)
{
    uint8_t index = index_of(pa[0]);

    if (index == PASSWORD_LEVELS || line.locked_min[index])
        return false;
#if defined(BUG_NO_PASSWORD)
    return pa[0] <= needed;
#endif
    if (memcmp(line.passwords[index], pa + 1, 3) != 0) {
        count_wrong(index);
        return false;
    }
    if (line.wrong[index]) {
        line.wrong[index] = 0;
        storage_save_line();
    }
    return pa[0] <= needed;
}

bool password_change(const uint8_t pa[4])
{
    uint8_t index = index_of(pa[0]);

    if (index == PASSWORD_LEVELS)
        return false;
    memcpy(line.passwords[index], pa + 1, 3);
    storage_save_line();
    return true;
}

void password_minute(void)
{
    uint8_t i;

    for (i = 0; i < PASSWORD_LEVELS; i++)
        if (line.locked_min[i] && --line.locked_min[i] % LOCK_SAVED_EVERY_MIN == 0)
            storage_save_line();
}
