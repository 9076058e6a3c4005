#include "sim/error.h"

const char *error_name(int number)
{
    if (number >= 0) {
        return "OK";
    }
    switch (number) {
#define METERBENCH_ERROR_NAME(n, name, text)                                                       \
    case (n):                                                                                      \
        return #name;
        METERBENCH_ERRORS(METERBENCH_ERROR_NAME)
#undef METERBENCH_ERROR_NAME
    default:
        return "UNKNOWN";
    }
}

const char *error_text(int number)
{
    if (number >= 0) {
        return "ok";
    }
    switch (number) {
#define METERBENCH_ERROR_TEXT(n, name, text)                                                       \
    case (n):                                                                                      \
        return text;
        METERBENCH_ERRORS(METERBENCH_ERROR_TEXT)
#undef METERBENCH_ERROR_TEXT
    default:
        return "unknown error";
    }
}
