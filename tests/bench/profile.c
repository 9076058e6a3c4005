#include "tests/bench/profile.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

enum { SAMPLES_MAX = 200000, PERIOD_US = 1000 };

static uintptr_t samples[SAMPLES_MAX]; /* a signal handler has no argument */
static volatile sig_atomic_t sample_count, lost_count;

static const char *const names[ROOMS] = {
    "load (plant, household)",
    "meter, protection",
    "link",
    "envelope, cipher",
    "frames",
    "platform",
    "kernel, queue",
    "random draws",
    "flat, site",
    "log: tally, hash",
    "libraries",
    "unknown",
};

const char *room_name(int room)
{
    return names[room];
}

static uintptr_t program_counter(void *context)
{
#if defined __x86_64__
    return (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#elif defined __aarch64__
    return (uintptr_t)((ucontext_t *)context)->uc_mcontext.pc;
#else
    (void)context;
    return 0; /* counted as unknown */
#endif
}

static void on_tick(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    if (sample_count == SAMPLES_MAX)
        lost_count = lost_count + 1;
    else
        samples[sample_count++] = program_counter(context);
}

static int set_timer(long period_us)
{
    const struct itimerval timer = {{0, period_us}, {0, period_us}};
    return setitimer(ITIMER_PROF, &timer, NULL) < 0 ? -errno : 0;
}

int profile_begin(void)
{
    struct sigaction action = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigemptyset(&action.sa_mask);
    sample_count = lost_count = 0;
    return sigaction(SIGPROF, &action, NULL) < 0 ? -errno : set_timer(PERIOD_US);
}

static enum room room_of_source(const char *file)
{
    static const struct {
        const char *part;
        enum room room;
    } rooms[] = {
        {"/sim/plant/", ROOM_LOAD},          {"/sim/meter/", ROOM_METER},
        {"/sim/link/", ROOM_LINK},           {"/sim/wire/envelope.", ROOM_ENVELOPE},
        {"/sim/wire/lorawan.", ROOM_ENVELOPE}, {"/sim/wire/uplink.", ROOM_ENVELOPE},
        {"/sim/wire/", ROOM_FRAMES},         {"/sim/platform/", ROOM_PLATFORM},
        {"/sim/tariff.", ROOM_PLATFORM},     {"/sim/tenant.", ROOM_PLATFORM},
        {"/sim/kernel/random.", ROOM_DRAWS}, {"/sim/kernel/histogram.", ROOM_LOG},
        {"/sim/kernel/", ROOM_KERNEL},       {"/sim/event.", ROOM_LOG},
        {"/sim/fleet_tally.", ROOM_LOG},     {"/sim/", ROOM_SITE},
    };
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++)
        if (strstr(file, rooms[i].part))
            return rooms[i].room;
    return ROOM_UNKNOWN;
}

/* True for the program itself; otherwise *room is told by the library's name. */
static bool is_ours(uintptr_t address, const void *own_base, enum room *room)
{
    Dl_info info;
    if (!dladdr((void *)address, &info) || !info.dli_fname) {
        *room = address ? ROOM_LIBRARIES : ROOM_UNKNOWN; /* the kernel's page of clocks */
        return false;
    }
    *room = strstr(info.dli_fname, "libcrypto") ? ROOM_ENVELOPE : ROOM_LIBRARIES;
    return info.dli_fbase == own_base;
}

/* Where the program was loaded: what addr2line does not know of. */
static int load_offset(struct dl_phdr_info *info, size_t size, void *offset)
{
    (void)size;
    *(uintptr_t *)offset = info->dlpi_addr;
    return 1; /* the first one is the program */
}

/* Ask addr2line about all addresses of the file; a line each comes back, in their order. */
static int ask(const char *path, const char *program, struct profile *profile)
{
    char command[600], line[2048];
    snprintf(command, sizeof command, "addr2line -e %s <%s 2>/dev/null", program, path);
    FILE *answers = popen(command, "r");
    long answered = 0;
    if (!answers)
        return -errno;
    while (fgets(line, sizeof line, answers)) {
        profile->in[room_of_source(line)]++;
        answered++;
    }
    pclose(answers);
    return answered > 0 ? 0 : -ENOENT;
}

int profile_end(struct profile *profile)
{
    char path[] = "/tmp/meterbench-profile-XXXXXX", program[400] = "";
    Dl_info own;
    uintptr_t offset = 0;
    long ours = 0;
    set_timer(0);
    *profile = (struct profile){.samples = sample_count, .lost = lost_count};
    int file = mkstemp(path);
    FILE *addresses = file >= 0 ? fdopen(file, "w") : NULL;
    if (!addresses || readlink("/proc/self/exe", program, sizeof program - 1) < 0 ||
        !dladdr((void *)(uintptr_t)profile_end, &own))
        return -ENOENT;
    dl_iterate_phdr(load_offset, &offset);
    for (long i = 0; i < profile->samples; i++) {
        enum room room;
        if (is_ours(samples[i], own.dli_fbase, &room)) {
            fprintf(addresses, "%#lx\n", (unsigned long)(samples[i] - offset));
            ours++;
        } else {
            profile->in[room]++;
        }
    }
    fclose(addresses);
    int result = ours > 0 ? ask(path, program, profile) : 0;
    unlink(path);
    return result;
}
