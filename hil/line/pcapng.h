/*
 * Capture files of serial lines in pcapng, which Wireshark and tshark open. Source: the pcapng
 * specification (draft-ietf-opsawg-pcapng): section header, interface description and enhanced
 * packet blocks, little endian, times in ns.
 *
 * One interface a protocol: link type 147 (USER0) for DL/T 645, 148 (USER1) for Modbus RTU, for
 * neither has a link type of its own. A packet is a run of bytes of one direction; its direction
 * stands in the flags, what is wrong with it in a comment. Each block leaves in one write, so a
 * killed bench leaves a valid file.
 */
#ifndef METERBENCH_HIL_LINE_PCAPNG_H
#define METERBENCH_HIL_LINE_PCAPNG_H

#include "sim/wire/explain.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { PCAPNG_PACKET_MAX = 4096, PCAPNG_LINK_DLT645 = 147, PCAPNG_LINK_MODBUS = 148 };

struct wire_packet {
    int64_t time_ns;             /* since 1970, of the first byte */
    enum wire_protocol protocol; /* WIRE_UNKNOWN: the file does not say */
    enum wire_side side;         /* WIRE_REQUEST: to the meter; WIRE_EITHER: not known */
    size_t size;
    uint8_t bytes[PCAPNG_PACKET_MAX];
};

/* ---- writing ----------------------------------------------------------------------------------
 */

struct pcapng_writer {
    int fd;                              /* -1: closed */
    int interface_of[WIRE_ENVELOPE + 1]; /* by protocol; -1: not described yet */
    int interfaces;
};

/* Makes or empties the file and writes its header. 0, or ERROR_IO with errno. */
int pcapng_create(struct pcapng_writer *writer, const char *path, const char *application);

/* comment may be NULL. 0, or ERROR_IO with errno: the disk is full; nothing half is left. */
int pcapng_write(struct pcapng_writer *writer, const struct wire_packet *packet,
                 const char *comment);

/* 0, or ERROR_IO with errno. */
int pcapng_close(struct pcapng_writer *writer);

/* ---- reading ----------------------------------------------------------------------------------
 */

enum { PCAPNG_INTERFACES_MAX = 32 };

struct pcapng_reader {
    FILE *file;      /* the caller's */
    bool swapped;    /* written by a machine of the other byte order */
    uint64_t offset; /* of the next block */
    int interfaces;
    struct {
        uint16_t link;
        uint8_t resolution; /* if_tsresol */
    } interface[PCAPNG_INTERFACES_MAX];
};

/* Does the file begin as pcapng does? It is left at its beginning. */
bool pcapng_recognise(FILE *file);

void pcapng_open(struct pcapng_reader *reader, FILE *file);

/*
 * 1 and a packet; 0 at the end; ERROR_TRUNCATED: the file ends inside a block;
 * ERROR_INVALID_ARGUMENT: it is not pcapng, damaged, or of no serial line. reader->offset is then
 * where the block begins and `message` says what is wrong.
 */
int pcapng_next(struct pcapng_reader *reader, struct wire_packet *packet, char *message,
                size_t size);

#endif
