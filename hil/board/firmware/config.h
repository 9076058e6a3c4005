/*
 * The reference meter board: ATmega328P at 16 MHz. Pins, scales and fixed limits.
 *
 * Analogue inputs are full scale at 5 V = AVCC = AREF; what full scale means is in the *_FULL
 * constants. A level stands for an rms value: the board's front end rectifies.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>

#define FIRMWARE_VERSION 0x0100 /* BCD major.minor */

/* Port D: inputs from the relay's feedback contact, the smoke detector, the key button. */
#define PIN_FEEDBACK PD2
#define PIN_SMOKE PD3
#define PIN_KEY PD4
/* Port B: the two coils of the latching relay, and the alarm lamp and buzzer. */
#define PIN_COIL_SET PB0
#define PIN_COIL_RESET PB1
#define PIN_ALARM PB2
/* Pulled up on the board; a bridge to ground chooses DL/T 645 instead of Modbus at a reset. */
#define PIN_STRAP PB3

#define ADC_VOLTAGE 0
#define ADC_CURRENT_FINE 1
#define ADC_CURRENT_COARSE 2
#define ADC_RESIDUAL 3
#define ADC_TEMPERATURE 4

#define VOLTAGE_FULL_MV 400000UL
#define CURRENT_FINE_FULL_MA 16000UL
#define CURRENT_COARSE_FULL_MA 128000UL
#define RESIDUAL_FULL_UA 512000UL
#define TEMPERATURE_SPAN_DC 2000L /* 0.1 degC: -40.0 to +160.0 */
#define TEMPERATURE_LOW_DC (-400L)

#define MODBUS_BAUD 9600UL

/* The relay needs 50 ms to latch for certain; meters in the field use 120 ms. */
#define RELAY_PULSE_MS 120
#define RELAY_REDRIVE_MS 1000
#define RELAY_REDRIVES_MAX 5

#define SUPPLY_LOW_MV 60000UL
#define SUPPLY_BACK_MV 80000UL

#define SHORT_CIRCUIT_MA 100000UL
#define OVERVOLTAGE_MV 275000UL
#define OVERVOLTAGE_BACK_MV 265000UL
#define OVERVOLTAGE_MS 500
#define UNDERVOLTAGE_MV 160000UL
#define UNDERVOLTAGE_BACK_MV 180000UL
#define UNDERVOLTAGE_MS 2000
#define SMOKE_MS 100
#define HEAT_MS 500
#define HEAT_HYSTERESIS_DC 50
#define WELD_MA 200
#define WELD_MS 1000
/* This long below the overload limit, and the re-closes are forgotten. */
#define OVERLOAD_FORGIVEN_S 600

#define SEAL_OPEN_S 60
#define SAVE_EVERY_S 600

#endif
