/*
 * A sampling profile of our own process: SIGPROF every few milliseconds of CPU time, the program
 * counter from the interrupted context, its source file from addr2line, its room from the file's
 * path. No call stacks: time belongs to the function that was running, so what a room's callees in
 * other rooms take is theirs.
 *
 * Error: with n samples a share p is known to sqrt(p (1 - p) / n); the kernel's tick may beat with
 * the program's own rhythm, and a sample may fall one instruction late. Both are small against what
 * the figures are used for.
 */
#ifndef METERBENCH_TESTS_BENCH_PROFILE_H
#define METERBENCH_TESTS_BENCH_PROFILE_H

enum room {
    ROOM_LOAD,      /* sim/plant */
    ROOM_METER,     /* sim/meter: protection, metrology, commands */
    ROOM_LINK,      /* sim/link */
    ROOM_ENVELOPE,  /* sim/wire/envelope.c and libcrypto */
    ROOM_FRAMES,    /* the rest of sim/wire */
    ROOM_PLATFORM,  /* sim/platform, tariff and tenant */
    ROOM_KERNEL,    /* sim/kernel without the draws */
    ROOM_DRAWS,     /* sim/kernel/random.c: most are asked for by the household */
    ROOM_SITE,      /* flat, site, fleet */
    ROOM_LOG,       /* the log's tally and hash */
    ROOM_LIBRARIES, /* libc and what else is not ours */
    ROOM_UNKNOWN,   /* no source file found */
    ROOMS
};

struct profile {
    long samples, lost; /* lost: beyond what the buffer holds */
    long in[ROOMS];
};

const char *room_name(int room);

/* From here on; 0 or a negative errno. */
int profile_begin(void);
/* Up to here. 0, or -ENOENT when there is no addr2line to ask. */
int profile_end(struct profile *profile);

#endif
