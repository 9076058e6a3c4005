#include "hil/serve/serve_internal.h"

#include "sim/error.h"
#include "sim/kernel/time.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_NS (100 * NS_PER_MS) /* at the longest, whether somebody interrupts */
#define STEP_NS (10 * NS_PER_MS)  /* how far the building may lag behind the wall while nothing comes */

struct serve_config serve_config_default(void)
{
    return (struct serve_config){
        .site = site_config_default(),
        .line = {.baud = 9600, .parity = 'E', .stop_bits = 1},
        .preambles = 4,
        .delay_low_ns = 20 * NS_PER_MS,
        .delay_high_ns = 80 * NS_PER_MS,
        .speed = 1,
        .seed = 1,
    };
}

/* ---- the building ------------------------------------------------------------------------------ */

static void put_event(struct event_sink *sink, const struct event *event)
{
    const struct serve_config *config = ((struct serve *)sink)->config;
    if (config->fact)
        config->fact(config->user, event);
}

static void run_to_now(struct serve *serve, int64_t wall)
{
    int64_t now = (wall - serve->began) * serve->config->speed;
    if (now > serve->site->now)
        site_run_until(serve->site, now);
}

void serve_settle(struct serve *serve, struct flat *flat)
{
    flat_settle(flat, serve->site->now);
    site_touched(serve->site, flat);
}

/* ---- the wire ---------------------------------------------------------------------------------- */

void serve_reply(struct serve *serve, struct serve_channel *channel, const uint8_t *bytes,
                 size_t size)
{
    const struct serve_config *config = serve->config;
    int64_t delay = random_between(&serve->random, config->delay_low_ns, config->delay_high_ns);
    serve->statistics->bytes_out += size;
    int64_t at = channel->heard_at + delay + config->faults.delay_ns;
    for (size_t i = 0; i < size; i++) {
        struct line_spoiled out[LINE_SPOILED_MAX];
        int64_t leaves = at > channel->quiet_at ? at : channel->quiet_at;
        int count = line_spoil(&serve->spoiler, leaves, LINE_FROM_DEVICE, bytes[i], out);
        for (int n = 0; n < count; n++)
            serve_channel_put(&serve->wire, channel, leaves + out[n].late_ns, out[n].byte);
    }
}

/* A pseudo terminal carries bytes at once; on the line that it stands for the last would come this late. */
static void hear(struct serve *serve, struct serve_channel *channel, int64_t now, int count)
{
    bool paced_by_wire = serve->config->port != NULL;
    int64_t from = channel->heard_at > now ? channel->heard_at : now;
    channel->heard_at = paced_by_wire ? now : from + count * channel->character_ns;
}

/* What arrives of what was sent; an echoing adapter gives it back to whoever sent it. */
static void spoil(struct serve *serve, struct serve_channel *channel, int64_t now, const uint8_t *bytes,
                  int size)
{
    const struct line_faults *faults = &serve->config->faults;
    for (int i = 0; i < size; i++) {
        struct line_spoiled in[LINE_SPOILED_MAX];
        int count = line_spoil(&serve->spoiler, now, LINE_TO_DEVICE, bytes[i], in);
        for (int n = 0; n < count; n++)
            serve->wire.overrun += !serve_queue_put(&channel->in, now + faults->delay_ns + in[n].late_ns,
                                                    in[n].byte);
        if (faults->echo)
            serve_channel_put(&serve->wire, channel, now, bytes[i]);
    }
}

static void take_bytes(struct serve *serve, struct serve_channel *channel, int64_t now)
{
    uint8_t bytes[SERVE_OUT_MAX];
    int size = 0;
    while (size < SERVE_OUT_MAX && serve_queue_take(&channel->in, now, &bytes[size]))
        size++;
    if (size == 0)
        return;
    hear(serve, channel, now, size);
    serve->protocol->bytes(serve, channel, bytes, (size_t)size);
}

static int serve_channel(struct serve *serve, struct serve_channel *channel, int64_t now)
{
    uint8_t bytes[256];
    int got = channel->ended ? 0 : serve_channel_read(&serve->wire, channel, bytes, sizeof bytes);
    if (got < 0 || channel->fd < 0)
        return got;
    if (got > 0) {
        serve->statistics->bytes_in += (uint64_t)got;
        spoil(serve, channel, now, bytes, got);
    }
    take_bytes(serve, channel, now);
    serve->protocol->silence(serve, channel, now);
    return serve_channel_flush(&serve->wire, channel, now);
}

static int serve_channels(struct serve *serve, int64_t now)
{
    int result = 0;
    for (int i = 0; i < SERVE_CHANNELS_MAX && result >= 0; i++)
        if (serve->wire.channels[i].fd >= 0)
            result = serve_channel(serve, &serve->wire.channels[i], now);
    return result < 0 ? result : 0;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When the loop must look again. */
static int64_t next_turn(struct serve *serve, int64_t now, int64_t ends)
{
    int64_t due = earlier(ends, now + LOOK_NS);
    int64_t next = site_next(serve->site);
    if (next != TIME_NEVER) {
        int64_t wall = serve->began + next / serve->config->speed;
        due = earlier(due, wall > now + STEP_NS ? wall : now + STEP_NS);
    }
    for (int i = 0; i < SERVE_CHANNELS_MAX; i++) {
        const struct serve_channel *channel = &serve->wire.channels[i];
        if (channel->fd < 0)
            continue;
        due = earlier(due, earlier(serve_queue_due(&channel->in), serve_queue_due(&channel->out)));
        due = earlier(due, serve->protocol->due(channel));
    }
    return due;
}

/* ---- words ------------------------------------------------------------------------------------- */

struct words {
    int fd; /* -1: over */
    char line[200];
    size_t size;
};

static void take_words(struct serve *serve, struct words *words)
{
    char bytes[200];
    ssize_t got = read(words->fd, bytes, sizeof bytes);
    if (got <= 0)
        words->fd = -1;
    for (ssize_t i = 0; i < got; i++) {
        if (bytes[i] != '\n' && words->size < sizeof words->line - 1) {
            words->line[words->size++] = bytes[i];
            continue;
        }
        words->line[words->size] = '\0';
        words->size = 0;
        serve->config->words(serve->config->user, serve->site, words->line);
    }
}

/* ---- running ----------------------------------------------------------------------------------- */

static bool interrupted(const struct serve_config *config)
{
    return config->interrupted && atomic_load(config->interrupted);
}

static int loop(struct serve *serve)
{
    const struct serve_config *config = serve->config;
    struct words words = {.fd = config->words ? STDIN_FILENO : -1};
    int64_t ends = config->for_ns > 0 ? serve->began + config->for_ns : TIME_NEVER;
    int64_t now = serve->began;
    int result = 0;
    while (result >= 0 && !interrupted(config) && now < ends) {
        bool said = serve_wire_wait(&serve->wire, next_turn(serve, now, ends), words.fd);
        now = serial_clock_ns();
        run_to_now(serve, now);
        if (said)
            take_words(serve, &words);
        serve_wire_accept(&serve->wire, config);
        result = serve_channels(serve, now);
    }
    return result;
}

static bool make_ports(struct serve *serve)
{
    const struct serve_config *config = serve->config;
    uint32_t count = serve->site->flat_count;
    serve->ports = calloc(count, sizeof *serve->ports);
    for (uint32_t i = 1; serve->ports && i <= count; i++) {
        meter_port_init(&serve->ports[i - 1], &site_flat(serve->site, i)->meter, 0, config->dialect,
                        config->line.baud);
        serve->ports[i - 1].keeps_baud = config->port != NULL;
    }
    return serve->ports != NULL;
}

static bool make_slaves(struct serve *serve)
{
    uint32_t count = serve->site->flat_count;
    serve->slaves = calloc(count, sizeof *serve->slaves);
    for (uint32_t i = 1; serve->slaves && i <= count; i++)
        modbus_slave_init(&serve->slaves[i - 1], serve->config->profile, site_flat(serve->site, i));
    return serve->slaves != NULL;
}

static int serve_site(struct serve *serve, char *message, size_t size)
{
    const struct serve_config *config = serve->config;
    int result = serve_wire_open(&serve->wire, config, message, size);
    if (result < 0)
        return result;
    serve->began = serial_clock_ns();
    if (config->ready)
        config->ready(config->user, serve->wire.where);
    result = loop(serve);
    if (result < 0)
        snprintf(message, size, "%s: %s", serve->wire.where, error_text(result));
    serve->statistics->simulated_ns = serve->site->now;
    serve->statistics->overrun = serve->wire.overrun;
    memcpy(serve->statistics->faults, serve->spoiler.counts, sizeof serve->spoiler.counts);
    line_spoiler_describe(&serve->spoiler, serve->statistics->faults_text,
                          sizeof serve->statistics->faults_text);
    serve_wire_close(&serve->wire);
    return result;
}

int serve_run(const struct serve_config *config, struct serve_statistics *statistics, char *message,
              size_t size)
{
    struct serve serve = {
        .sink = {put_event},
        .config = config,
        .statistics = statistics,
        .protocol = config->protocol == SERVE_MODBUS ? &serve_modbus : &serve_dlt645,
        .random = random_stream(config->seed, RANDOM_NO_FLAT, RANDOM_METER_LINK),
    };
    int error = 0;
    line_spoiler_init(&serve.spoiler, &config->faults, serve.random);
    memset(statistics, 0, sizeof *statistics);
    serve.site = site_new(&config->site, &serve.sink, &error);
    if (!serve.site) {
        snprintf(message, size, "the building: %s", error_text(error));
        return error;
    }
    int result = ERROR_NO_MEMORY;
    if (config->protocol == SERVE_DLT645 ? make_ports(&serve) : make_slaves(&serve))
        result = serve_site(&serve, message, size);
    else
        snprintf(message, size, "the meters: %s", error_text(result));
    site_free(serve.site);
    free(serve.slaves);
    free(serve.ports);
    return result;
}
