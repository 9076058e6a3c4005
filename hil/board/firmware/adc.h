/*
 * Sampling. Every millisecond the residual and the coarse load current are converted, and one of
 * the slower three (voltage, fine current, temperature) in turn.
 */
#ifndef ADC_H
#define ADC_H

#include <stdbool.h>
#include <stdint.h>

void adc_init(void);

/* Starts one round; called by the tick interrupt. */
void adc_start_round(void);

/* The last code of a channel, 0..1023. */
uint16_t adc_code(uint8_t channel);

/* True once after each finished round. */
bool adc_round_done(void);

/* True when every channel has been converted at least once. */
bool adc_ready(void);

#endif
