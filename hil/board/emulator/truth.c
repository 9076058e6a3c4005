#include "truth.h"

#include "timebase.h"

#include <stdarg.h>

bool truth_open(struct truth *truth, const char *path, uint32_t frequency_hz)
{
    truth->frequency_hz = frequency_hz;
    truth->file = path ? fopen(path, "w") : NULL;
    if (truth->file)
        setvbuf(truth->file, NULL, _IOLBF, 0); /* it may be read while the board runs */
    return !path || truth->file;
}

void truth_event(struct truth *truth, int64_t cycle, const char *format, ...)
{
    va_list arguments;

    if (!truth->file)
        return;
    fprintf(truth->file, "%lld %lld ", (long long)cycle,
            (long long)cycles_to_ns(truth->frequency_hz, cycle));
    va_start(arguments, format);
    vfprintf(truth->file, format, arguments);
    va_end(arguments);
    fputc('\n', truth->file);
}

void truth_wall_lag(struct truth *truth, int64_t now_ns, int64_t lag_ns)
{
    if (truth->file)
        fprintf(truth->file, "%lld wall lag %lld\n", (long long)now_ns, (long long)lag_ns);
}

bool truth_close(struct truth *truth)
{
    bool good = true;

    if (truth->file) {
        good = !ferror(truth->file);
        good = fclose(truth->file) == 0 && good;
    }
    truth->file = NULL;
    return good;
}
