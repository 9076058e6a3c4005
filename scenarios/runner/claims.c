#include "scenarios/runner/claims.h"

#include <stdio.h>

const char *claim_text(int number)
{
    static const char *const texts[CLAIMS] = {
        "remote trip and close through a latching relay, over 4G Cat.1, NB-IoT, LoRa (and a wired RS-485 gateway)",
        "Modbus and DL/T 645-2007 carry the commands, accurately and safely",
        "AES-128 on the uplink; forged, altered, replayed or wrongly keyed frames change nothing and raise an alarm",
        "trips on arrears, overload, short circuit, leakage, abnormal power (malign load, over/under-voltage), smoke, heat",
        "closes by itself after payment, or when the risk is over and it is safe to (never by itself after leakage or a "
        "short)",
        "arrears trip pushes reminders: at least 3 delivered (SMS/app) before the trip; supply back < 3 s after payment",
        "protection trips push an alarm to tenant and administrator; smoke and temperature sensors take part",
        "time-of-use price; high-power appliances (AC, water heater) limited in peak hours; the saving measured (claim to "
        "check: 18 %)",
        "administrators act by phone or PC: switch off for maintenance, restore in one click, for one flat or a whole "
        "building",
        "average response < 5 s with weak signal in an underground garage on Cat.1; how NB-IoT and LoRa do there instead",
        "administrators need password + one-time code (TOTP); tenants hold no switching right; every attempt is in an "
        "audit log",
        "a manual emergency switch keeps basic supply when platform or link is down",
        "cost: meter hardware 200-400 yuan, communication 20-50 yuan a year, operation; collection cycle 30 -> 7 days",
    };
    return number >= 1 && number <= CLAIMS ? texts[number - 1] : NULL;
}

void claims_format(uint32_t claims, char out[CLAIM_LIST_SIZE])
{
    size_t used = 0;
    out[0] = '\0';
    for (int n = 1; n <= CLAIMS; n++)
        if (claims >> n & 1)
            used += (size_t)snprintf(out + used, CLAIM_LIST_SIZE - used, "%s%d", used ? ", " : "", n);
}
