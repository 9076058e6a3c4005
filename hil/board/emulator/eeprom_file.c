#include "eeprom_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool eeprom_file_load(const char *path, uint8_t *bytes, size_t size, char *error,
                      size_t error_size)
{
    uint8_t image[65536];
    FILE *file = fopen(path, "rb");
    size_t got;

    if (!file && errno == ENOENT)
        return true;
    if (!file) {
        snprintf(error, error_size, "%s: %s; --eeprom wants a file that can be read and written",
                 path, strerror(errno));
        return false;
    }
    got = fread(image, 1, sizeof image, file);
    fclose(file);
    if (got != size) {
        snprintf(error, error_size, "%s: an EEPROM of %zu bytes was expected, the file has %s%zu; "
                 "remove it to start with an erased one", path, size,
                 got == sizeof image ? "at least " : "", got);
        return false;
    }
    memcpy(bytes, image, size);
    return true;
}

bool eeprom_file_save(const char *path, const uint8_t *bytes, size_t size, char *error,
                      size_t error_size)
{
    char temporary[4096];
    FILE *file;
    bool good;
    int length = snprintf(temporary, sizeof temporary, "%s.new", path);

    if (length < 0 || (size_t)length >= sizeof temporary) {
        snprintf(error, error_size, "the path given to --eeprom is too long");
        return false;
    }
    file = fopen(temporary, "wb");
    good = file && fwrite(bytes, 1, size, file) == size;
    if (file)
        good = fclose(file) == 0 && good;
    if (good && rename(temporary, path) == 0)
        return true;
    snprintf(error, error_size, "%s: %s; the EEPROM was not saved", path, strerror(errno));
    return false;
}
