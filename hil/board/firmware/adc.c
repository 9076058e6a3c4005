#include "adc.h"

#include "config.h"

#include <avr/interrupt.h>
#include <util/atomic.h>

#define CHANNELS 5
#define ROUND_LENGTH 3

static const uint8_t slow_channels[3] = { ADC_VOLTAGE, ADC_CURRENT_FINE, ADC_TEMPERATURE };

static volatile uint16_t codes[CHANNELS];
static volatile bool done;
static volatile uint8_t rounds; /* counts up to 3: then every slow channel had its turn */
static uint8_t position;
static uint8_t slow;
static uint8_t channel;

static void convert(uint8_t next)
{
    channel = next;
    ADMUX = (uint8_t)((1 << REFS0) | next);
    ADCSRA |= 1 << ADSC;
}

void adc_init(void)
{
    /* The analogue comparator has no use here and would only draw current. */
    ACSR = 1 << ACD;
    /* 125 kHz: a conversion takes 104 us. */
    ADCSRA = (1 << ADEN) | (1 << ADIE) | (1 << ADPS2) | (1 << ADPS1) | (1 << ADPS0);
}

void adc_start_round(void)
{
    if (ADCSRA & (1 << ADSC))
        return;
    position = 0;
    convert(ADC_RESIDUAL);
}

ISR(ADC_vect)
{
    /* The result is read before ADMUX changes: the multiplexer belongs to the next conversion. */
    codes[channel] = ADC;
    position++;
    if (position == 1) {
        convert(ADC_CURRENT_COARSE);
    } else if (position < ROUND_LENGTH) {
        convert(slow_channels[slow]);
        slow = (uint8_t)((slow + 1) % 3);
    } else {
        if (rounds < 3)
            rounds++;
        done = true;
    }
}

uint16_t adc_code(uint8_t which)
{
    uint16_t code;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        code = codes[which];
    }
    return code;
}

bool adc_round_done(void)
{
    if (!done)
        return false;
    done = false;
    return true;
}

bool adc_ready(void)
{
    return rounds >= 3;
}
