/*
 * What a technology is to link.c: constants, and the five things that each does its own way. For
 * the files of sim/link and for tests of a technology's parts.
 */
#ifndef METERBENCH_SIM_LINK_PROFILE_H
#define METERBENCH_SIM_LINK_PROFILE_H

#include "sim/link/link.h"

struct link_profile {
    int64_t boot_min_ns, boot_max_ns; /* from power to the first attempt to attach */
    bool attaches;                    /* false: on the air (or the bus) once it has booted */
    int64_t keep_alive_ns;            /* default of link_config.keep_alive_ns */
    int64_t inactivity_ns;            /* cellular: connected for so long after a message */
    int32_t burst_offset_cdb;         /* bursts are those of Cat.1 at a level so much higher */
    const struct cell_resource *resources;
    int resource_count;
    int64_t keep_alive_airtime_ns; /* of one, where keep-alives load the cell's first resource */

    /* The level changed: choose what follows from it (mode, rssi). May be NULL. */
    void (*tune)(struct link *link);
    /* The earliest time, not before `now`, at which this direction can be tried. */
    int64_t (*opens)(struct link *link, int64_t now, enum link_direction direction);
    /* Get a word in. May be NULL: nothing to ask for. */
    enum link_entry {
        LINK_ENTERED,  /* *wait: until the cell comes to it */
        LINK_COLLIDED, /* try again after *wait */
        LINK_REFUSED,  /* as good as lost */
    } (*enter)(struct link *link, int64_t now, enum link_direction direction, uint32_t size,
               int64_t *wait);
    /* Is this attempt lost? Besides the bursts, which all have. May be NULL. */
    bool (*lost)(struct link *link, int64_t now, enum link_direction direction, uint32_t size);
    /* From now to arrival. size 0: attaching. */
    int64_t (*delay)(struct link *link, int64_t now, enum link_direction direction, uint32_t size);
    /* From a lost attempt (counted from 0) to the next. */
    int64_t (*retry)(struct link *link, enum link_direction direction, int attempt);
};

extern const struct link_profile link_cat1, link_cat1bis, link_nbiot, link_lora, link_rs485;

/* Is the radio connected: no paging, no random access? */
bool link_connected(const struct link *link, int64_t now);
/* Does it listen only after it has sent something (PSM, LoRa class A)? */
bool link_listens_after_sending(const struct link *link);
/* The first keep-alive at or after `now`. They have a phase of their own in each flat and are no
 * events. */
int64_t link_next_keep_alive(const struct link *link, int64_t now);
/* Full jitter: uniform up to 1 s, 2 s, .. doubling to 120 s (row "reconnecting"). */
int64_t link_reconnect_after(struct link *link, int doublings);

/* ---- cellular: what Cat.1 and NB-IoT have in common ---- */

/* Row "PSM active time". */
#define LINK_ACTIVE_TIME_NS (3500 * NS_PER_MS)

int64_t cellular_opens(struct link *link, int64_t now, enum link_direction direction);
/* The wait until a sleeping modem hears its page. */
int64_t cellular_page_wait(struct link *link, int64_t drx_ns, int64_t edrx_ns);
/* Random access and admission for a session that needs `work_ns` of the cell. */
enum link_entry cellular_enter(struct link *link, int64_t now, int resource, int tries_max,
                               int64_t work_ns, int64_t *wait);

/* One way through a connected Cat.1 modem: half a round trip, block errors, air time. Also the
 * gateway's. */
int64_t cat1_connected_delay(struct link *link, uint32_t size);
/* The channel quality indicator (1 to 15, 0 below all) at a level. */
int cat1_cqi(int32_t rsrp_cdbm);
/* Chance of a block error at a level. */
uint32_t cat1_block_error_ppm(int32_t rsrp_cdbm);

/* ---- NB-IoT ---- */

/* The coverage level (0 to 2) of a session at a level: as often as measured. */
int nbiot_coverage_level(struct random *random, int32_t rsrp_cdbm);
/* How long the radio of a session from idle is active. */
int64_t nbiot_session(struct random *random, int coverage_level, uint32_t size);

/* ---- LoRa ---- */

struct lora_modulation {
    uint8_t spreading_factor; /* 7 to 12 */
    uint16_t bandwidth_khz;   /* 125, 250, 500 */
    uint8_t coding_rate;      /* 1 to 4: 4/5 to 4/8 */
    uint8_t preamble;         /* symbols, 8 of LoRaWAN */
    bool implicit_header, crc;
};

/* Exact time on air of `size` bytes of PHY payload (Semtech AN1200.13; integer form as in
 * LoRaMac-node). */
int64_t lora_airtime_ns(const struct lora_modulation *modulation, uint32_t size);
/* A LoRaWAN uplink of `size` bytes of PHY payload at a spreading factor: 125 kHz, 4/5, CRC. */
int64_t lora_uplink_airtime_ns(int spreading_factor, uint32_t size);
/* Packet error at a margin above the sensitivity, floor of 1 % included. */
uint32_t lora_packet_error_ppm(int32_t margin_cdb);
/* Frames that a message of `size` bytes needs so that none is longer than the region allows. */
int lora_frames(enum lora_region region, int spreading_factor, uint32_t size, uint32_t *bytes_each);
/* Silence that a duty cycle demands after so much time on air. */
int64_t lora_off_time_ns(enum lora_region region, int64_t airtime_ns);

/* ---- RS-485 ---- */

/* Exact time of bytes on the bus, rounded down: 2400 baud, 8E1, eleven bits a byte. */
int64_t rs485_bytes_ns(uint32_t bytes);
/* The beginning of this meter's next turn, at or after `now`. */
int64_t rs485_next_turn(uint32_t flat, uint32_t members, int64_t now);
/* How long one meter's turn is. */
int64_t rs485_turn_ns(void);

#endif
