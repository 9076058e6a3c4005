#include "sim/platform/notices.h"

#include "sim/error.h"

static void arm_next(struct account *account)
{
    const struct notice_pool *pool = &account->platform->notices;
    int64_t next = TIME_NEVER;
    for (int i = 0; i < NOTICES_MAX; i++)
        if (pool->notices[i].flat == account->events.flat && pool->notices[i].at < next)
            next = pool->notices[i].at;
    if (next != TIME_NEVER)
        timer_arm(&account->timers, ACCOUNT_TIMER_NOTICE, next);
}

int notices_send(struct account *account, int64_t at, int64_t amount, uint32_t number)
{
    struct notice_pool *pool = &account->platform->notices;
    for (int i = 0; i < NOTICES_MAX; i++) {
        if (pool->notices[i].flat != 0)
            continue;
        pool->notices[i] = (struct notice){at, amount, number, account->events.flat};
        arm_next(account);
        return 0;
    }
    return ERROR_QUEUE_FULL;
}

void notices_timer(struct account *account, int64_t now)
{
    struct notice_pool *pool = &account->platform->notices;
    for (int i = 0; i < NOTICES_MAX; i++) {
        struct notice *notice = &pool->notices[i];
        if (notice->flat != account->events.flat || notice->at > now)
            continue;
        notice->flat = 0;
        account_pay(account, now, notice->amount, notice->number);
    }
    arm_next(account);
}
