/* Local credit: energy is charged at the price, and arrears open the contacts. */
#ifndef CREDIT_H
#define CREDIT_H

#include <stdint.h>

/* Charges whole Wh; in remote mode the platform owns the money and nothing happens. */
void credit_charge(uint16_t energy_wh);

/* Trips on arrears or lifts them; after a charge, a write to the balance or a change of mode. */
void credit_judge(void);

#endif
