/* Stimuli without a rack: a meter that can fake its inputs for tests has registers for them. A level is written when it
 * changes; the cause took effect at some time between the request and the reply. */
#include "hil/board_internal.h"

static enum profile_register item_of(enum stimulus_channel channel)
{
    return (enum profile_register)(PROFILE_STIMULUS_VOLTAGE + (int)channel);
}

/* Which channel carries a cause, or -1. */
static int carrier(int64_t fault)
{
    switch (fault) {
    case PLANT_FAULT_VOLTAGE:
        return STIMULUS_VOLTAGE;
    case PLANT_FAULT_OVERLOAD:
    case PLANT_FAULT_LOAD:
    case PLANT_FAULT_SHORT_CIRCUIT:
        return STIMULUS_CURRENT;
    case PLANT_FAULT_LEAKAGE:
        return STIMULUS_RESIDUAL;
    case PLANT_FAULT_HEAT:
        return STIMULUS_TEMPERATURE;
    case PLANT_FAULT_SMOKE:
        return STIMULUS_SMOKE;
    default:
        return -1;
    }
}

uint32_t stimulus_items_carry(const struct profile *profile)
{
    uint32_t carried = 0;
    for (int fault = 0; fault < PLANT_FAULT_KINDS; fault++) {
        int channel = carrier(fault);
        if (channel >= 0 && profile_has(profile, item_of((enum stimulus_channel)channel)))
            carried |= UINT32_C(1) << fault;
    }
    return carried;
}

int64_t stimulus_items_level(const struct plant_signals *signals, bool currents,
                             enum stimulus_channel channel)
{
    switch (channel) {
    case STIMULUS_VOLTAGE:
        return signals->voltage_mv;
    case STIMULUS_CURRENT:
        return currents ? signals->demand_ma : 0;
    case STIMULUS_RESIDUAL:
        return currents ? signals->demand_residual_ua : 0;
    case STIMULUS_TEMPERATURE:
        return signals->temperature_mc;
    case STIMULUS_SMOKE:
        return signals->smoke;
    default:
        return 0;
    }
}

static void written(void *user, const struct talk_result *result)
{
    struct hil_board *board = user;
    int channel = (int)(result->job->item - PROFILE_STIMULUS_VOLTAGE);
    struct stimulus_item *item = &board->stimulus_items[channel];
    item->under_way = false;
    poll_note(board, result);
    if (result->error < 0) {
        if (talk_answered(result))
            board_fail(board, ERROR_BOARD_REFUSED, "the board refuses %s = %lld (%s)",
                       profile_register_key(result->job->item), (long long)result->job->value,
                       result->refusal);
        else
            item->known = false; /* again; a board that stays silent is the poll's to tell */
        return;
    }
    if (item->cause < 0)
        return;
    struct fact *fact = board_fact(board, FACT_EVENT, result->answered);
    if (!fact)
        return;
    board_fact_times(board, fact, result->first_sent, result->answered, EVENT_NO_STAMP,
                     EVIDENCE_REGISTER);
    fact->event.kind = (uint16_t)(item->cause_level ? EVENT_CAUSE : EVENT_CAUSE_ENDED);
    fact->event.a = item->cause;
    fact->event.b = item->cause_level;
    item->cause = -1;
    poll_soon(board, result->answered);
}

static void submit(struct hil_board *board, enum stimulus_channel channel)
{
    struct stimulus_item *item = &board->stimulus_items[channel];
    const struct talk_job job = {.kind = TALK_WRITE,
                                 .item = item_of(channel),
                                 .value = item->wanted,
                                 .done = written,
                                 .user = board};
    int result = talk_submit(&board->talk, &job);
    if (result == ERROR_QUEUE_FULL)
        return; /* the next turn has room */
    if (result < 0) {
        board_fail(board, ERROR_BOARD_REFUSED, "the register %s cannot hold %lld %s",
                   profile_register_key(job.item), (long long)job.value,
                   profile_register_unit(job.item));
        return;
    }
    item->under_way = item->known = true;
    item->level = item->wanted;
}

void stimulus_items_service(struct hil_board *board)
{
    if (!board->flat || board->board.has_rack)
        return;
    for (int i = 0; i < STIMULUS_CHANNELS; i++) {
        struct stimulus_item *item = &board->stimulus_items[i];
        if (profile_has(&board->profile, item_of((enum stimulus_channel)i)) && !item->under_way &&
            (!item->known || item->level != item->wanted))
            submit(board, (enum stimulus_channel)i);
    }
}

void stimulus_items_want(struct hil_board *board, const struct plant_signals *signals)
{
    struct flat *flat = board->flat;
    for (int i = 0; i < STIMULUS_CHANNELS; i++)
        board->stimulus_items[i].wanted =
            stimulus_items_level(signals, true, (enum stimulus_channel)i);
    int channel = flat->last_cause >= 0 ? carrier(flat->last_cause) : -1;
    bool carried = channel >= 0 && profile_has(&board->profile, item_of((enum stimulus_channel)channel));
    struct stimulus_item *item = carried ? &board->stimulus_items[channel] : NULL;
    if (item && (item->level != item->wanted || !item->known)) {
        item->cause = flat->last_cause;
        item->cause_level = flat->plant.fault_level[flat->last_cause];
    }
    if (!item || item->cause >= 0)
        flat->last_cause = -1; /* else it changes nothing at the inputs: stimulus_flush_cause tells it */
    stimulus_items_service(board);
}

void stimulus_items_stand(struct hil_board *board, enum stimulus_channel channel, int64_t level)
{
    board->stimulus_items[channel] = (struct stimulus_item){
        .known = true, .level = level, .wanted = level, .cause = -1};
}
