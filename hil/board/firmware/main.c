/*
 * Reference firmware of the meter board.
 *
 * Interrupts gather samples and bytes; this loop does everything else and then sleeps until the
 * next interrupt. Nothing in the loop waits, so a protection decision is never more than a few
 * milliseconds behind its sample.
 */
#include "adc.h"
#include "bugs.h"
#include "config.h"
#include "control.h"
#include "credit.h"
#include "dlt645.h"
#include "events.h"
#include "metrology.h"
#include "modbus.h"
#include "password.h"
#include "protection.h"
#include "registers.h"
#include "relay.h"
#include "state.h"
#include "storage.h"
#include "supply.h"
#include "uart.h"

#include <avr/interrupt.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

struct saved_state state;
struct saved_settings settings;
struct saved_line line;
struct live_state live;

static volatile uint8_t ticks;
static bool speaks_dlt645;

ISR(TIMER1_COMPA_vect)
{
    ticks++;
    uart_tick();
    adc_start_round();
}

static void timer_init(void)
{
    OCR1A = F_CPU / 64 / 1000 - 1;
    TCCR1B = (1 << WGM12) | (1 << CS11) | (1 << CS10);
    TIMSK1 = 1 << OCIE1A;
}

/*
 * After a reset the contacts are where they were: latching. A saved state says where they should
 * be; without one they stay as found.
 */
static void restore(void)
{
    registers_defaults();
    dlt645_defaults();
    if (!storage_load() && !relay_feedback_closed())
        state.flags |= FLAG_HOLD_OPEN;
    state.reset_count++;
    storage_save_state();
    relay_init(relay_feedback_closed());
}

/* A trip that waited for a large current to fall before the reset goes on waiting. */
static void resume(void)
{
    if (relay_feedback_closed() && !(state.causes & (uint8_t)~(CAUSE_ORDER | CAUSE_ARREARS)))
        live.deferred = state.causes;
    supply_apply();
}

/* The supply is watched with hysteresis; when it fails there is just time to save. */
static void watch_supply(void)
{
    uint32_t voltage_mv = metrology_voltage_mv();

    if (!live.supply_low && voltage_mv < SUPPLY_LOW_MV) {
        live.supply_low = true;
        storage_save_state();
        events_supply_fails();
    } else if (live.supply_low && voltage_mv > SUPPLY_BACK_MV) {
        live.supply_low = false;
        events_supply_is_back();
    }
}

static void every_minute(void)
{
    control_minute();
    password_minute();
}

static void every_second(void)
{
    static uint16_t unsaved_s;
    static uint8_t second;

    live.uptime_s++;
    live.clock_s++;
#if defined(BUG_FAST_CLOCK)
    if (live.uptime_s % 50 == 0)
        live.clock_s++;
#endif
    if (live.seal_s)
        live.seal_s--;
    if (live.supply_low)
        return;
    credit_judge();
    supply_second();
    protection_second();
    if (++second == 60) {
        second = 0;
        every_minute();
    }
    if (++unsaved_s >= SAVE_EVERY_S) {
        unsaved_s = 0;
        storage_save_state();
    }
}

static void every_100_ms(void)
{
    static uint8_t tenths;

    credit_charge(metrology_accumulate());
    control_alarm();
    if (++tenths == 10) {
        tenths = 0;
        every_second();
    }
}

/* One call a millisecond, made up for if the loop was late. */
static void every_ms(void)
{
    static uint8_t ms_of_10, ms_of_100;

    relay_tick(live.supply_low);
    if (++ms_of_10 == 10) {
        ms_of_10 = 0;
        if (!live.supply_low)
            control_key_tick();
    }
    if (++ms_of_100 == 100) {
        ms_of_100 = 0;
        every_100_ms();
    }
}

static void sample(uint8_t now)
{
    static uint8_t sampled_at;
    uint8_t elapsed_ms = (uint8_t)(now - sampled_at);

    sampled_at = now;
    if (!adc_ready())
        return;
    metrology_update();
    watch_supply();
    if (!live.supply_low)
        protection_sample(elapsed_ms);
}

static void run_once(void)
{
    static uint8_t handled;
    uint8_t now = ticks;

    if (adc_round_done())
        sample(now);
    while (adc_ready() && handled != now) {
        handled++;
        every_ms();
    }
    if (speaks_dlt645)
        dlt645_run();
    else
        modbus_run();
    storage_run();
}

static void link_init(void)
{
    speaks_dlt645 = !(PINB & (1 << PIN_STRAP));
    if (speaks_dlt645)
        dlt645_init();
    else
        uart_init_frames(MODBUS_BAUD);
}

int main(void)
{
    live.reset_flags = MCUSR;
    MCUSR = 0;
#if defined(BUG_HANGS_ON_BAD_FRAME)
    wdt_disable();
#else
    wdt_enable(WDTO_500MS);
#endif
    DDRB |= 1 << PIN_ALARM;
    restore();
    adc_init();
    link_init();
    timer_init();
    set_sleep_mode(SLEEP_MODE_IDLE);
    sei();
    /* Until every channel has been sampled there is nothing to decide on. */
    while (!adc_ready())
        sleep_mode();
    metrology_update();
    resume();
    for (;;) {
        wdt_reset();
        run_once();
        sleep_mode();
    }
}
