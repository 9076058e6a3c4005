/*
 * Runs a fuzz target without libFuzzer: every seed as it is, then a number of mutated ones that are
 * the same on every machine.
 *
 * usage: replay [-n MUTATIONS] [-s SEED] PATH...
 * A path is a table of frames (.hex; every column of bytes is a seed), a file of bytes, or a
 * directory of these.
 */
#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/frames/frames.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX 4096

struct seed {
    uint8_t *bytes;
    size_t size;
};

struct corpus {
    struct seed *seeds;
    size_t count;
};

static void add_seed(struct corpus *corpus, const uint8_t *bytes, size_t size)
{
    struct seed *seeds = realloc(corpus->seeds, (corpus->count + 1) * sizeof *seeds);

    CLAIM(seeds);
    corpus->seeds = seeds;
    seeds[corpus->count].bytes = malloc(size + 1);
    seeds[corpus->count].size = size;
    CLAIM(seeds[corpus->count].bytes);
    memcpy(seeds[corpus->count].bytes, bytes, size);
    corpus->count++;
}

static void add_table(struct corpus *corpus, const char *path)
{
    struct frames_table *table = frames_open(path);

    for (size_t i = 0; i < frames_count(table); i++) {
        for (size_t column = 1; column < FRAMES_COLUMN_MAX; column++) {
            uint8_t bytes[FRAMES_BYTES_MAX];
            int size = frames_parse_hex(frames_text(table, i, column), bytes, sizeof bytes);

            if (size > 0) {
                add_seed(corpus, bytes, (size_t)size);
            }
        }
    }
    frames_close(table);
}

static void add_file(struct corpus *corpus, const char *path)
{
    uint8_t bytes[INPUT_MAX];
    FILE *file = fopen(path, "rb");

    if (!file) {
        perror(path);
        exit(2);
    }
    add_seed(corpus, bytes, fread(bytes, 1, sizeof bytes, file));
    fclose(file);
}

static void add_path(struct corpus *corpus, const char *path);

static void add_directory(struct corpus *corpus, const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);

    for (int i = 0; i < count; i++) {
        char inner[4096];

        if (entries[i]->d_name[0] != '.') {
            snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
            add_path(corpus, inner);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
}

static void add_path(struct corpus *corpus, const char *path)
{
    size_t length = strlen(path);
    struct stat status;

    if (stat(path, &status) != 0) {
        perror(path);
        exit(2);
    }
    if (S_ISDIR(status.st_mode)) {
        add_directory(corpus, path);
    } else if (length > 4 && strcmp(path + length - 4, ".hex") == 0) {
        add_table(corpus, path);
    } else {
        add_file(corpus, path);
    }
}

/* xorshift64*, Vigna 2016. */
static uint32_t draw(uint64_t *state, uint32_t below)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * 0x2545F4914F6CDD1D >> 32) % below;
}

/* Changes, cuts, doubles or joins; input has room for INPUT_MAX bytes. */
static size_t mutate(uint64_t *state, const struct corpus *corpus, uint8_t *input, size_t size)
{
    uint32_t kind = draw(state, 6);
    uint32_t at = draw(state, (uint32_t)size + 1);
    const struct seed *other;
    size_t taken;

    switch (kind) {
    case 0:
        if (at < size) {
            input[at] ^= (uint8_t)(1u << draw(state, 8));
        }
        return size;
    case 1:
        if (at < size) {
            input[at] = (uint8_t)draw(state, 256);
        }
        return size;
    case 2:
        return at;
    case 3:
        if (size == INPUT_MAX) {
            return size;
        }
        memmove(input + at + (at < size), input + at, size - at);
        return size + 1 - (at == size);
    case 4:
        memmove(input, input + at, size - at);
        return size - at;
    default:
        other = &corpus->seeds[draw(state, (uint32_t)corpus->count)];
        taken = other->size < INPUT_MAX - at ? other->size : INPUT_MAX - at;
        memcpy(input + at, other->bytes, taken);
        return at + taken;
    }
}

/* On the heap at its exact size, so that the address sanitizer sees a read one byte beyond. */
static void run_input(const uint8_t *bytes, size_t size)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);

    CLAIM(exact);
    memcpy(exact, bytes, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void run_mutations(const struct corpus *corpus, unsigned long count, uint64_t seed)
{
    uint64_t state = seed ? seed : 1;

    for (unsigned long i = 0; i < count; i++) {
        const struct seed *from = &corpus->seeds[draw(&state, (uint32_t)corpus->count)];
        uint8_t input[INPUT_MAX];
        size_t size = from->size < INPUT_MAX ? from->size : INPUT_MAX;
        uint32_t steps = 1 + draw(&state, 4);

        memcpy(input, from->bytes, size);
        for (uint32_t step = 0; step < steps; step++) {
            size = mutate(&state, corpus, input, size);
        }
        run_input(input, size);
    }
}

int main(int argc, char **argv)
{
    struct corpus corpus = {0};
    unsigned long mutations = 0;
    uint64_t seed = 1;
    int option;

    while ((option = getopt(argc, argv, "n:s:")) != -1) {
        if (option == 'n') {
            mutations = strtoul(optarg, NULL, 10);
        } else if (option == 's') {
            seed = strtoull(optarg, NULL, 0);
        } else {
            return 2;
        }
    }
    for (int i = optind; i < argc; i++) {
        add_path(&corpus, argv[i]);
    }
    if (corpus.count == 0) {
        fprintf(stderr, "replay: no seeds\n");
        return 2;
    }
    run_input((const uint8_t *)"", 0);
    for (size_t i = 0; i < corpus.count; i++) {
        run_input(corpus.seeds[i].bytes, corpus.seeds[i].size);
    }
    run_mutations(&corpus, mutations, seed);
    printf("%zu seeds, %lu mutations of seed %llu\n", corpus.count, mutations,
           (unsigned long long)seed);
    for (size_t i = 0; i < corpus.count; i++) {
        free(corpus.seeds[i].bytes);
    }
    free(corpus.seeds);
    return 0;
}
