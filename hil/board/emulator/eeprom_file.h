/* The EEPROM's content between two runs: a plain image of its bytes. */
#ifndef EMULATOR_EEPROM_FILE_H
#define EMULATOR_EEPROM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A missing file leaves the bytes as they are; one of the wrong size is an error. */
bool eeprom_file_load(const char *path, uint8_t *bytes, size_t size, char *error,
                      size_t error_size);

/* Replaces the file as a whole, or not at all. */
bool eeprom_file_save(const char *path, const uint8_t *bytes, size_t size, char *error,
                      size_t error_size);

#endif
