#include "sim/kernel/agenda.h"

#include <assert.h>
#include <stdlib.h>

static uint32_t power_of_two_from(uint32_t count)
{
    uint32_t power = 1;
    while (power < count)
        power *= 2;
    return power;
}

bool agenda_init(struct agenda *agenda, uint32_t members)
{
    *agenda = (struct agenda){.members = members, .leaves = power_of_two_from(members)};
    agenda->at = malloc(agenda->leaves * sizeof *agenda->at);
    agenda->winner = malloc(2 * (size_t)agenda->leaves * sizeof *agenda->winner);
    if (!agenda->at || !agenda->winner) {
        agenda_free(agenda);
        return false;
    }
    for (uint32_t i = 0; i < agenda->leaves; i++) {
        agenda->at[i] = TIME_NEVER;
        agenda->winner[agenda->leaves + i] = i;
    }
    for (uint32_t n = agenda->leaves - 1; n >= 1; n--)
        agenda->winner[n] = agenda->winner[2 * n];
    return true;
}

void agenda_free(struct agenda *agenda)
{
    free(agenda->at);
    free(agenda->winner);
    *agenda = (struct agenda){0};
}

void agenda_set(struct agenda *agenda, uint32_t member, int64_t at)
{
    assert(member < agenda->members);
    if (agenda->at[member] == at)
        return;
    agenda->at[member] = at;
    for (uint32_t n = (agenda->leaves + member) / 2; n >= 1; n /= 2) {
        uint32_t left = agenda->winner[2 * n], right = agenda->winner[2 * n + 1];
        agenda->winner[n] = agenda->at[right] < agenda->at[left] ? right : left;
    }
}

int64_t agenda_earliest(const struct agenda *agenda, uint32_t *member)
{
    *member = agenda->winner[1];
    return agenda->at[*member];
}
