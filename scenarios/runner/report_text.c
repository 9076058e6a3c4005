#include "scenarios/runner/report_text.h"

#include <libxml/chvalid.h>
#include <libxml/xmlstring.h>
#include <stdbool.h>
#include <string.h>

/* The length of the character that starts here, 0 when it may not stand in a report. */
static int character(const char *text)
{
    static const int smallest[] = {0, 0, 0x80, 0x800, 0x10000}; /* a longer form than needed is no UTF-8 */
    unsigned char lead = (unsigned char)*text;
    if (lead >= 0x80 && lead < 0xc2)
        return 0; /* the middle of a character, or a form that is longer than needed */
    int length = (int)strnlen(text, 4);
    int c = xmlGetUTF8Char(BAD_CAST text, &length);
    bool good = c >= 0 && xmlIsCharQ((unsigned)c) && c != '\r' && c != 0x7f && c >= smallest[length];
    return good ? length : 0;
}

const char *report_clean(const char *text, char *out, size_t size)
{
    enum { LONGEST = 4 };
    size_t used = 0;
    while (*text && used + LONGEST < size) {
        int length = character(text);
        if (length > 0)
            memcpy(out + used, text, (size_t)length);
        else
            out[used] = '?';
        text += length > 0 ? length : 1;
        used += length > 0 ? (size_t)length : 1;
    }
    out[used] = '\0';
    return out;
}
