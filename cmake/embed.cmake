# Writes a file's bytes as a C array, NAME_text and NAME_size.
# usage: cmake -D INPUT=FILE -D OUTPUT=FILE.c -D NAME=NAME -P embed.cmake
file(READ "${INPUT}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${OUTPUT}" "#include <stddef.h>
extern const char ${NAME}_text[];
extern const size_t ${NAME}_size;
const char ${NAME}_text[] = {${bytes}0};
const size_t ${NAME}_size = sizeof ${NAME}_text - 1;
")
