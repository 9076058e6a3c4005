#include "hil/station_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The XDG base directory specification's place for what should outlive a restart; made if wanted. */
static bool directory_of(char *path, size_t size, bool make)
{
    const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    bool given = base && base[0] == '/';
    if (!given && (!home || home[0] != '/'))
        return false;
    int length = given ? snprintf(path, size, "%s/meterbench", base)
                       : snprintf(path, size, "%s/.local/state/meterbench", home);
    if (length < 0 || (size_t)length >= size)
        return false;
    for (char *p = path + 1; make && (p = strchr(p, '/')); p++) {
        *p = '\0';
        mkdir(path, 0777);
        *p = '/';
    }
    if (make)
        mkdir(path, 0777);
    return true;
}

/* By the device, whatever link leads to it. */
static bool file_of(const char *port, char path[STATION_STATE_PATH], bool make)
{
    char directory[STATION_STATE_PATH - 200];
    char *real = realpath(port, NULL);
    bool found = directory_of(directory, sizeof directory, make);
    int start = (int)strlen(directory) + 1;
    const char *name = real ? real : port;
    if (found)
        snprintf(path, STATION_STATE_PATH, "%s/%.180s", directory, name + (name[0] == '/'));
    free(real);
    for (char *p = found ? path + start : NULL; p && *p; p++)
        if (*p == '/')
            *p = '_';
    return found;
}

bool station_state_read(const char *port, struct station_state *state)
{
    char path[STATION_STATE_PATH], word[16] = "";
    if (!file_of(port, path, false))
        return false;
    FILE *file = fopen(path, "re");
    long pid = 0;
    bool read = file && fscanf(file, "pid %ld found %15s", &pid, word) == 2;
    if (file)
        fclose(file);
    if (!read)
        return false;
    strcpy(state->file, path);
    state->pid = pid;
    state->found = strcmp(word, "closed") == 0 ? 1 : strcmp(word, "open") == 0 ? 0 : -1;
    return true;
}

void station_state_forget(struct station_state *state)
{
    if (state->file[0])
        unlink(state->file);
    state->file[0] = '\0';
}

bool station_state_write(const char *port, struct station_state *state)
{
    char path[STATION_STATE_PATH], part[STATION_STATE_PATH + 8];
    if (!file_of(port, path, true))
        return false;
    snprintf(part, sizeof part, "%s.part", path);
    FILE *file = fopen(part, "we");
    if (!file)
        return false;
    fprintf(file, "pid %ld\nfound %s\n", (long)getpid(),
            state->found < 0 ? "unknown" : state->found ? "closed" : "open");
    bool written = fclose(file) == 0 && rename(part, path) == 0;
    if (!written) {
        unlink(part);
        return false;
    }
    if (strcmp(state->file, path) != 0)
        station_state_forget(state);
    strcpy(state->file, path);
    return true;
}
