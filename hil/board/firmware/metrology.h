/* Codes to units, and the energy register. */
#ifndef METROLOGY_H
#define METROLOGY_H

#include <stdint.h>

/* Takes over the newest samples; what follows speaks of them. */
void metrology_update(void);

uint32_t metrology_voltage_mv(void);
uint32_t metrology_current_ma(void);
uint32_t metrology_power_mw(void);
uint32_t metrology_residual_ua(void);
int16_t metrology_temperature_dc(void); /* 0.1 degC */

/* Ten times a second: samples power. Returns how many whole Wh were completed. */
uint16_t metrology_accumulate(void);

#endif
