#include "metrology.h"

#include "adc.h"
#include "config.h"
#include "state.h"

#define CODE_MAX 1023UL
/* From here on the fine range may be clipped. */
#define FINE_LIMIT 1000
#define MWS_PER_WH 3600000UL

/*
 * The converter truncates, so half a step is added, except at nothing at all: an idle input must
 * read zero. full * 2047 stays below 2^32 for every full scale of this board except current
 * coarse in mA (262 million) and residual in uA (1048 million), which fit as well.
 */
static uint32_t scaled(uint16_t code, uint32_t full)
{
    if (code == 0)
        return 0;
    return full * (2UL * code + 1) / (2 * CODE_MAX);
}

uint32_t metrology_voltage_mv(void)
{
    return scaled(adc_code(ADC_VOLTAGE), VOLTAGE_FULL_MV);
}

uint32_t metrology_current_ma(void)
{
    uint16_t fine = adc_code(ADC_CURRENT_FINE);
    uint16_t coarse = adc_code(ADC_CURRENT_COARSE);

    /* The coarse range is sampled more often: when it is high, do not wait for the fine one. */
    if (fine < FINE_LIMIT && coarse < 127)
        return scaled(fine, CURRENT_FINE_FULL_MA);
    return scaled(coarse, CURRENT_COARSE_FULL_MA);
}

uint32_t metrology_power_mw(void)
{
    /* 0.1 V times mA: 4000 * 128000 fits in 32 bits. */
    return metrology_voltage_mv() / 100 * metrology_current_ma() / 10;
}

uint32_t metrology_residual_ua(void)
{
    return scaled(adc_code(ADC_RESIDUAL), RESIDUAL_FULL_UA);
}

int16_t metrology_temperature_dc(void)
{
    int32_t code = adc_code(ADC_TEMPERATURE);

    return (int16_t)(TEMPERATURE_LOW_DC + TEMPERATURE_SPAN_DC * (2 * code + 1) / 2046);
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
