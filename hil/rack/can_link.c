#include "hil/rack/can_link.h"

#include <string.h>

struct can_link *can_link_open(const char *name, int bitrate, int *error, char *message,
                               size_t size)
{
    int rate = bitrate ? bitrate : CAN_LINK_BITRATE;
    return strchr(name, '/') ? slcan_link_open(name, rate, error, message, size)
                             : socketcan_open(name, rate, error, message, size);
}
