#include "relay.h"

#include "config.h"

#define COILS ((1 << PIN_COIL_SET) | (1 << PIN_COIL_RESET))
#define SETTLE_MS 200

static bool wanted;
static bool pulse_due;
static uint8_t pulse_ms;
static uint8_t redrives;
static uint16_t since_pulse_ms;

static void coils_off(void)
{
    PORTB &= (uint8_t)~COILS;
}

static void start_pulse(void)
{
    coils_off();
    PORTB |= (uint8_t)(wanted ? 1 << PIN_COIL_SET : 1 << PIN_COIL_RESET);
    pulse_ms = RELAY_PULSE_MS;
    since_pulse_ms = 0;
    pulse_due = false;
}

void relay_init(bool closed)
{
    coils_off();
    DDRB |= COILS;
    wanted = closed;
    since_pulse_ms = 0;
}

void relay_want(bool closed)
{
    if (closed == wanted)
        return;
    wanted = closed;
    redrives = 0;
    pulse_ms = 0;
    coils_off();
    pulse_due = true;
}

bool relay_wanted_closed(void)
{
    return wanted;
}

bool relay_feedback_closed(void)
{
    return PIND & (1 << PIN_FEEDBACK);
}

bool relay_settled(void)
{
    return pulse_ms == 0 && !pulse_due && since_pulse_ms > SETTLE_MS;
}

static void redrive(void)
{
    if (relay_feedback_closed() == wanted || redrives >= RELAY_REDRIVES_MAX)
        return;
    if (since_pulse_ms < RELAY_REDRIVE_MS - RELAY_PULSE_MS)
        return;
    redrives++;
    start_pulse();
}

void relay_tick(bool supply_low)
{
    if (supply_low) {
        if (pulse_ms)
            pulse_due = true;
        pulse_ms = 0;
        coils_off();
        return;
    }
    if (pulse_due) {
        start_pulse();
    } else if (pulse_ms) {
        if (--pulse_ms == 0)
            coils_off();
    } else {
        if (since_pulse_ms < 0xffff)
            since_pulse_ms++;
        redrive();
    }
}
