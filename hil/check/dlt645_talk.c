/* Requests and answers of DL/T 645. */
#include "hil/check/check_internal.h"

bool dlt645_whole(const void *user, const uint8_t *bytes, size_t size)
{
    (void)user;
    (void)bytes;
    (void)size;
    return false;
}
bool dlt645_find_anchor(struct check *check)
{
    (void)check;
    return false;
}
