#include "hil/line/pcapng.h"

#include "sim/error.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_SECTION 0x0A0D0D0Au
#define BLOCK_INTERFACE 1u
#define BLOCK_ENHANCED 6u
#define BYTE_ORDER_MAGIC 0x1A2B3C4Du
#define OPTION_COMMENT 1
#define OPTION_APPLICATION 4 /* of a section */
#define OPTION_NAME 2        /* of an interface */
#define OPTION_RESOLUTION 9
#define OPTION_FLAGS 2 /* of a packet */
#define RESOLUTION_NS 9
#define RESOLUTION_DEFAULT 6
#define INBOUND 1u
#define OUTBOUND 2u

enum { BLOCK_MAX = 1 << 20, BLOCK_HEAD = 8, BLOCK_MIN = 12, TEXT_MAX = 400 };

/* ---- laying out -------------------------------------------------------------------------------
 */

struct block {
    uint8_t bytes[PCAPNG_PACKET_MAX + 2 * TEXT_MAX];
    size_t size;
};

static void put(struct block *block, uint64_t number, size_t size)
{
    assert(block->size + size <= sizeof block->bytes);
    for (size_t i = 0; i < size; i++)
        block->bytes[block->size++] = (uint8_t)(number >> 8 * i);
}

/* Bytes, filled up to a multiple of four. */
static void put_bytes(struct block *block, const void *bytes, size_t size)
{
    assert(block->size + size + 3 <= sizeof block->bytes);
    memcpy(block->bytes + block->size, bytes, size);
    block->size += size;
    while (block->size % 4 != 0)
        block->bytes[block->size++] = 0;
}

static void put_option(struct block *block, unsigned code, const void *bytes, size_t size)
{
    put(block, code, 2);
    put(block, size, 2);
    put_bytes(block, bytes, size);
}

static void put_text_option(struct block *block, unsigned code, const char *text)
{
    put_option(block, code, text, strnlen(text, TEXT_MAX));
}

static void begin(struct block *block, uint32_t type)
{
    block->size = 0;
    put(block, type, 4);
    put(block, 0, 4); /* its length, when that is known */
}

/* Ends options and block, and writes it in one go; a piece that a full disk took is cut off again.
 */
static int finish(struct pcapng_writer *writer, struct block *block)
{
    put(block, 0, 4); /* end of options */
    put(block, block->size + 4, 4);
    for (size_t i = 0; i < 4; i++)
        block->bytes[4 + i] = (uint8_t)(block->size >> 8 * i);
    ssize_t done;
    do
        done = write(writer->fd, block->bytes, block->size);
    while (done < 0 && errno == EINTR);
    if (done == (ssize_t)block->size)
        return 0;
    if (done > 0) {
        off_t end = lseek(writer->fd, 0, SEEK_CUR);
        if (end >= done && ftruncate(writer->fd, end - done) == 0)
            lseek(writer->fd, end - done, SEEK_SET);
        errno = ENOSPC;
    }
    return ERROR_IO;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

int pcapng_create(struct pcapng_writer *writer, const char *path, const char *application)
{
    struct block block;
    for (size_t i = 0; i <= WIRE_ENVELOPE; i++)
        writer->interface_of[i] = -1;
    writer->interfaces = 0;
    writer->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (writer->fd < 0)
        return ERROR_IO;
    begin(&block, BLOCK_SECTION);
    put(&block, BYTE_ORDER_MAGIC, 4);
    put(&block, 1, 2); /* version 1.0 */
    put(&block, 0, 2);
    put(&block, UINT64_MAX, 8); /* length of the section: not said */
    put_text_option(&block, OPTION_APPLICATION, application);
    int result = finish(writer, &block);
    if (result < 0) {
        int error = errno;
        close(writer->fd);
        writer->fd = -1;
        errno = error;
    }
    return result;
}

static int describe_interface(struct pcapng_writer *writer, enum wire_protocol protocol)
{
    const uint8_t resolution = RESOLUTION_NS;
    struct block block;
    begin(&block, BLOCK_INTERFACE);
    put(&block, protocol == WIRE_DLT645 ? PCAPNG_LINK_DLT645 : PCAPNG_LINK_MODBUS, 2);
    put(&block, 0, 2);
    put(&block, 0, 4); /* no limit of length */
    put_text_option(&block, OPTION_NAME, wire_protocol_name(protocol));
    put_option(&block, OPTION_RESOLUTION, &resolution, 1);
    int result = finish(writer, &block);
    if (result == 0)
        writer->interface_of[protocol] = writer->interfaces++;
    return result;
}

int pcapng_write(struct pcapng_writer *writer, const struct wire_packet *packet,
                 const char *comment)
{
    enum wire_protocol protocol = packet->protocol == WIRE_DLT645 ? WIRE_DLT645 : WIRE_MODBUS_RTU;
    if (writer->interface_of[protocol] < 0) {
        int result = describe_interface(writer, protocol);
        if (result < 0)
            return result;
    }
    struct block block;
    uint64_t time = (uint64_t)packet->time_ns;
    begin(&block, BLOCK_ENHANCED);
    put(&block, (uint32_t)writer->interface_of[protocol], 4);
    put(&block, time >> 32, 4);
    put(&block, time & UINT32_MAX, 4);
    put(&block, packet->size, 4);
    put(&block, packet->size, 4);
    put_bytes(&block, packet->bytes, packet->size);
    if (packet->side != WIRE_EITHER) {
        put(&block, OPTION_FLAGS, 2);
        put(&block, 4, 2);
        put(&block, packet->side == WIRE_REQUEST ? OUTBOUND : INBOUND, 4);
    }
    if (comment && comment[0])
        put_text_option(&block, OPTION_COMMENT, comment);
    return finish(writer, &block);
}

int pcapng_close(struct pcapng_writer *writer)
{
    if (writer->fd < 0)
        return 0;
    int result = close(writer->fd);
    writer->fd = -1;
    return result == 0 ? 0 : ERROR_IO;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static uint64_t number_at(const struct pcapng_reader *reader, const uint8_t *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number |= (uint64_t)bytes[reader->swapped ? size - 1 - i : i] << 8 * i;
    return number;
}

bool pcapng_recognise(FILE *file)
{
    static const uint8_t mark[] = {0x0A, 0x0D, 0x0D, 0x0A};
    uint8_t bytes[sizeof mark];
    bool is = fread(bytes, 1, sizeof bytes, file) == sizeof bytes &&
              memcmp(bytes, mark, sizeof mark) == 0;
    rewind(file);
    return is;
}

void pcapng_open(struct pcapng_reader *reader, FILE *file)
{
    *reader = (struct pcapng_reader){.file = file};
}

/* A block as it stands in the file; what is longer than the buffer is passed over, its body cut. */
struct read_block {
    uint32_t type;
    size_t size; /* of the body that is in the buffer */
    uint8_t body[PCAPNG_PACKET_MAX + 4096];
};

static int bad(char *message, size_t size, const char *what)
{
    snprintf(message, size, "%s", what);
    return ERROR_INVALID_ARGUMENT;
}

/* The byte order of a section stands behind its length. */
static int read_section_order(struct pcapng_reader *reader, char *message, size_t size)
{
    uint8_t magic[4];
    if (fread(magic, 1, sizeof magic, reader->file) != sizeof magic)
        return ERROR_TRUNCATED;
    if (fseek(reader->file, -(long)sizeof magic, SEEK_CUR) != 0)
        return bad(message, size, "the file cannot be gone back in");
    reader->swapped = false;
    if (number_at(reader, magic, 4) == BYTE_ORDER_MAGIC)
        return 0;
    reader->swapped = true;
    return number_at(reader, magic, 4) == BYTE_ORDER_MAGIC
               ? 0
               : bad(message, size, "the section's byte order is unknown");
}

/* Reads `size` bytes, keeping those that fit. */
static bool read_body(struct pcapng_reader *reader, struct read_block *block, size_t size)
{
    block->size = size < sizeof block->body ? size : sizeof block->body;
    if (fread(block->body, 1, block->size, reader->file) != block->size)
        return false;
    for (size_t left = size - block->size; left > 0; left--)
        if (getc(reader->file) == EOF)
            return false;
    return true;
}

static int read_block(struct pcapng_reader *reader, struct read_block *block, char *message,
                      size_t size)
{
    uint8_t head[BLOCK_HEAD], tail[4];
    size_t got = fread(head, 1, sizeof head, reader->file);
    snprintf(message, size, "the file ends inside a block");
    if (got < sizeof head)
        return got == 0 && !ferror(reader->file) ? 0 : ERROR_TRUNCATED;
    block->type = (uint32_t)number_at(reader, head, 4);
    if (block->type == BLOCK_SECTION) { /* reads the same in both orders */
        int result = read_section_order(reader, message, size);
        if (result < 0)
            return result;
        reader->interfaces = 0;
    } else if (reader->offset == 0) {
        return bad(message, size, "it is no pcapng file");
    }
    uint64_t length = number_at(reader, head + 4, 4);
    if (length < BLOCK_MIN || length % 4 != 0 || length > BLOCK_MAX)
        return bad(message, size, "a block's length is impossible");
    if (!read_body(reader, block, length - BLOCK_MIN) ||
        fread(tail, 1, sizeof tail, reader->file) != sizeof tail)
        return ERROR_TRUNCATED;
    if (number_at(reader, tail, 4) != length)
        return bad(message, size, "a block's two lengths differ");
    reader->offset += length;
    return 1;
}

/* The value of an option of at least `wanted` bytes, or NULL. */
static const uint8_t *find_option(const struct pcapng_reader *reader,
                                  const struct read_block *block, size_t at, unsigned code,
                                  size_t wanted)
{
    while (at + 4 <= block->size) {
        unsigned is = (unsigned)number_at(reader, block->body + at, 2);
        size_t length = number_at(reader, block->body + at + 2, 2);
        at += 4;
        if (is == 0 || length > block->size - at)
            return NULL;
        if (is == code && length >= wanted)
            return block->body + at;
        at += (length + 3) / 4 * 4;
        if (at > block->size)
            return NULL;
    }
    return NULL;
}

static int take_interface(struct pcapng_reader *reader, const struct read_block *block,
                          char *message, size_t size)
{
    if (block->size < 8 || reader->interfaces == PCAPNG_INTERFACES_MAX)
        return bad(message, size, "too many interfaces, or one cut short");
    uint16_t link = (uint16_t)number_at(reader, block->body, 2);
    const uint8_t *resolution = find_option(reader, block, 8, OPTION_RESOLUTION, 1);
    reader->interface[reader->interfaces].link = link;
    reader->interface[reader->interfaces].resolution =
        resolution ? *resolution : RESOLUTION_DEFAULT;
    reader->interfaces++;
    if (link >= 147 && link <= 162)
        return 0;
    snprintf(message, size,
             "link type %u is of no serial line that is known here; expected USER0 (147) to USER15",
             link);
    return ERROR_INVALID_ARGUMENT;
}

/* Ticks of 10^-n s, or with the top bit 2^-n s. */
static int64_t to_ns(uint64_t ticks, uint8_t resolution)
{
    unsigned exponent = resolution & 0x7F;
    if (resolution & 0x80) {
        double ns = exponent > 63 ? 0 : (double)ticks / (double)(1ull << exponent) * 1e9;
        return ns < (double)INT64_MAX ? (int64_t)ns : INT64_MAX;
    }
    for (; exponent < 9; exponent++)
        ticks *= 10;
    for (; exponent > 9; exponent--)
        ticks /= 10;
    return (int64_t)(ticks & INT64_MAX);
}

static int take_packet(const struct pcapng_reader *reader, const struct read_block *block,
                       struct wire_packet *packet, char *message, size_t size)
{
    if (block->size < 20)
        return bad(message, size, "a packet is cut short");
    uint64_t interface = number_at(reader, block->body, 4);
    uint64_t length = number_at(reader, block->body + 12, 4);
    if (interface >= (uint64_t)reader->interfaces)
        return bad(message, size, "a packet is of an interface that was not described");
    if (length > PCAPNG_PACKET_MAX || length > block->size - 20)
        return bad(message, size, "a packet is longer than its block, or than 4096 bytes");
    uint16_t link = reader->interface[interface].link;
    size_t options = 20 + (length + 3) / 4 * 4;
    const uint8_t *flags = find_option(reader, block, options, OPTION_FLAGS, 4);
    unsigned direction = flags ? number_at(reader, flags, 4) & 3 : 0;
    packet->time_ns =
        to_ns(number_at(reader, block->body + 4, 4) << 32 | number_at(reader, block->body + 8, 4),
              reader->interface[interface].resolution);
    packet->protocol = link == PCAPNG_LINK_DLT645   ? WIRE_DLT645
                       : link == PCAPNG_LINK_MODBUS ? WIRE_MODBUS_RTU
                                                    : WIRE_UNKNOWN;
    packet->side = direction == OUTBOUND  ? WIRE_REQUEST
                   : direction == INBOUND ? WIRE_REPLY
                                          : WIRE_EITHER;
    packet->size = length;
    memcpy(packet->bytes, block->body + 20, length);
    return 1;
}

int pcapng_next(struct pcapng_reader *reader, struct wire_packet *packet, char *message,
                size_t size)
{
    struct read_block block;
    int result;
    while ((result = read_block(reader, &block, message, size)) > 0) {
        if (block.type == BLOCK_INTERFACE)
            result = take_interface(reader, &block, message, size);
        if (result < 0)
            return result;
        if (block.type == BLOCK_ENHANCED)
            return take_packet(reader, &block, packet, message, size);
    }
    return result;
}
