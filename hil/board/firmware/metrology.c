#include "metrology.h"

#include "adc.h"
#include "config.h"
#include "state.h"

/* From here on the fine range may be clipped. */
#define FINE_LIMIT 1000
/* From this coarse code on the load is beyond the fine range. */
#define COARSE_LIMIT 127
#define MWS_PER_WH 3600000UL

/*
 * A full scale as a factor for half steps of the converter (2046 of them), shifted left. There is
 * no divider in this chip, and 2047 times a factor below 2^21 fits in 32 bits.
 */
#define FACTOR(full, shift) ((uint32_t)((((uint64_t)(full) << (shift)) + 1023) / 2046))
#define VOLTAGE_SHIFT 13
#define FINE_SHIFT 18
#define COARSE_SHIFT 15
#define RESIDUAL_SHIFT 13
#define TEMPERATURE_SHIFT 20

static uint32_t voltage_mv;
static uint32_t current_ma;
static uint32_t residual_ua;
static int16_t temperature_dc;

/*
 * The converter truncates, so half a step is added, except at nothing at all: an idle input must
 * read zero.
 */
static uint32_t scaled(uint16_t code, uint32_t factor, uint8_t shift)
{
    if (code == 0)
        return 0;
    return (2UL * code + 1) * factor >> shift;
}

static uint32_t load_current_ma(void)
{
    uint16_t fine = adc_code(ADC_CURRENT_FINE);
    uint16_t coarse = adc_code(ADC_CURRENT_COARSE);

    /* The coarse range is sampled more often: when it is high, do not wait for the fine one. */
    if (fine < FINE_LIMIT && coarse < COARSE_LIMIT)
        return scaled(fine, FACTOR(CURRENT_FINE_FULL_MA, FINE_SHIFT), FINE_SHIFT);
    return scaled(coarse, FACTOR(CURRENT_COARSE_FULL_MA, COARSE_SHIFT), COARSE_SHIFT);
}

void metrology_update(void)
{
    uint32_t span_dc;

    voltage_mv = scaled(adc_code(ADC_VOLTAGE), FACTOR(VOLTAGE_FULL_MV, VOLTAGE_SHIFT),
                        VOLTAGE_SHIFT);
    current_ma = load_current_ma();
    residual_ua = scaled(adc_code(ADC_RESIDUAL), FACTOR(RESIDUAL_FULL_UA, RESIDUAL_SHIFT),
                         RESIDUAL_SHIFT);
    span_dc = scaled(adc_code(ADC_TEMPERATURE), FACTOR(TEMPERATURE_SPAN_DC, TEMPERATURE_SHIFT),
                     TEMPERATURE_SHIFT);
    temperature_dc = (int16_t)(TEMPERATURE_LOW_DC + (int32_t)span_dc);
}

uint32_t metrology_voltage_mv(void)
{
    return voltage_mv;
}

uint32_t metrology_current_ma(void)
{
    return current_ma;
}

uint32_t metrology_residual_ua(void)
{
    return residual_ua;
}

int16_t metrology_temperature_dc(void)
{
    return temperature_dc;
}

uint32_t metrology_power_mw(void)
{
    /* 0.1 V times mA: 4000 * 128000 fits in 32 bits. */
    return voltage_mv / 100 * current_ma / 10;
}

uint16_t metrology_accumulate(void)
{
    uint16_t whole = 0;

    state.energy_rest_mws += (metrology_power_mw() + 5) / 10;
    while (state.energy_rest_mws >= MWS_PER_WH) {
        state.energy_rest_mws -= MWS_PER_WH;
        state.energy_wh++;
        whole++;
    }
    return whole;
}
