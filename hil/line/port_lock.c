#include "hil/line/port_lock.h"

#include "sim/error.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int refuse(char *message, size_t size, const char *path, const char *what, const char *mend)
{
    snprintf(message, size, "port %s: %s; %s", path, what, mend);
    return ERROR_PORT;
}

/* ---- who has it --------------------------------------------------------------------------------
 */

/* "minicom -D /dev/ttyUSB0 (pid 4711)", as far as it can be read. */
static void describe_process(long pid, char *text, size_t size)
{
    char path[64], line[120] = "";
    snprintf(path, sizeof path, "/proc/%ld/cmdline", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
    if (fd >= 0)
        close(fd);
    for (ssize_t i = 0; i < got - 1; i++)
        if (!isprint((unsigned char)line[i]))
            line[i] = ' ';
    snprintf(text, size, "%s (pid %ld)", line[0] ? line : "a process", pid);
}

/* The process with a flock on this inode, 0 when none is found: lines of /proc/locks are
 * "1: FLOCK  ADVISORY  WRITE 4711 00:18:5 0 EOF". */
static long flock_holder(const struct stat *device)
{
    FILE *file = fopen("/proc/locks", "re");
    char line[200];
    long found = 0;
    while (file && found == 0 && fgets(line, sizeof line, file)) {
        long pid;
        unsigned maj, min;
        unsigned long inode;
        bool read = sscanf(line, "%*s FLOCK %*s %*s %ld %x:%x:%lu", &pid, &maj, &min, &inode) == 4;
        if (read && inode == device->st_ino && makedev(maj, min) == device->st_dev)
            found = pid;
    }
    if (file)
        fclose(file);
    return found > 0 ? found : 0;
}

static bool process_has(long pid, const struct stat *device)
{
    char directory[64], path[340];
    struct stat status;
    bool has = false;
    snprintf(directory, sizeof directory, "/proc/%ld/fd", pid);
    DIR *descriptors = opendir(directory);
    for (struct dirent *entry; descriptors && !has && (entry = readdir(descriptors));) {
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        has = stat(path, &status) == 0 && S_ISCHR(status.st_mode) &&
              status.st_rdev == device->st_rdev;
    }
    if (descriptors)
        closedir(descriptors);
    return has;
}

/* The first other process that has the device open and lets us see it. */
static long open_holder(const struct stat *device)
{
    DIR *processes = opendir("/proc");
    long found = 0;
    for (struct dirent *entry; processes && found == 0 && (entry = readdir(processes));) {
        long pid = strtol(entry->d_name, NULL, 10);
        if (pid > 0 && pid != getpid() && process_has(pid, device))
            found = pid;
    }
    if (processes)
        closedir(processes);
    return found;
}

static int refuse_taken(const char *path, char *message, size_t size)
{
    struct stat device;
    char who[160] = "", what[220];
    long pid = 0;
    if (stat(path, &device) == 0 && (pid = flock_holder(&device)) == 0)
        pid = open_holder(&device);
    if (pid > 0)
        describe_process(pid, who, sizeof who);
    snprintf(what, sizeof what, "another program uses it%s%s", who[0] ? ": " : "", who);
    return refuse(message, size, path, what,
                  pid == getpid() ? "two boards cannot share a port" : "close that program");
}

static int refuse_open(char *message, size_t size, const char *path, int number)
{
    switch (number) {
    case ENOENT:
    case ENXIO:
    case ENODEV:
        return refuse(message, size, path, "there is no such device",
                      "check the cable and the name (ls /dev/serial/by-id)");
    case EACCES:
    case EPERM:
        return refuse(message, size, path, "permission denied",
                      "join the group that owns it, usually dialout");
    case EBUSY:
        return refuse_taken(path, message, size);
    default:
        return refuse(message, size, path, strerror(number), "check the device");
    }
}

/* ---- lock files of others ----------------------------------------------------------------------
 */

/* The name of a lock file: LCK.. and the device's, in one of the two ways that are in use. */
static void lock_file_name(const char *path, bool whole, char *name, size_t size)
{
    char *real = realpath(path, NULL);
    const char *device = real ? real : path;
    const char *slash = strrchr(device, '/');
    if (whole && strncmp(device, "/dev/", 5) == 0)
        device += 5;
    else if (slash)
        device = slash + 1;
    int prefix = snprintf(name, size, "/run/lock/LCK..");
    snprintf(name + prefix, size - (size_t)prefix, "%s", device);
    for (char *p = name + prefix; *p; p++)
        if (*p == '/')
            *p = '_';
    free(real);
}

/* The process that a lock file names, in digits or as an int; 0 when there is no such file, -1 when
 * nobody is named. */
static long lock_file_pid(const char *name)
{
    char text[32] = "";
    int number;
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return 0;
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    long pid = strtol(text, NULL, 10);
    if (got == (ssize_t)sizeof number && pid <= 0) {
        memcpy(&number, text, sizeof number);
        pid = number;
    }
    return pid > 0 ? pid : -1;
}

/* The lock file of a living process other than this one: its pid, else 0. `name` is the file's;
 * a stale one sets *stale. */
static long locked_by_file(const char *path, char *name, size_t size, bool *stale)
{
    *stale = false;
    for (int whole = 0; whole < 2; whole++) {
        lock_file_name(path, whole, name, size);
        long pid = lock_file_pid(name);
        bool lives = pid > 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
        if (lives && pid != getpid())
            return pid;
        if (pid != 0 && !lives) {
            *stale = true;
            return 0;
        }
    }
    return 0;
}

void port_lock_note(const char *path, char *note, size_t size)
{
    char name[200];
    bool stale;
    note[0] = '\0';
    if (locked_by_file(path, name, sizeof name, &stale) == 0 && stale)
        snprintf(note, size, "port %s: %s was left by a process that is gone; it was ignored", path,
                 name);
}

static int check_lock_files(const char *path, char *message, size_t size)
{
    char name[200], who[160], what[420];
    bool stale;
    long pid = locked_by_file(path, name, sizeof name, &stale);
    if (pid == 0)
        return 0;
    describe_process(pid, who, sizeof who);
    snprintf(what, sizeof what, "another program uses it: %s, says %s", who, name);
    return refuse(message, size, path, what, "close that program");
}

/* ---- held devices ------------------------------------------------------------------------------
 */

enum { HELD_MAX = 64 };

/* Of the process, as the kernel's locks are. */
static struct {
    char path[256];
    int fd; /* 0: the place is free; a descriptor here is never 0 */
    int count;
    bool keep_latency;
} held[HELD_MAX];
static pthread_mutex_t held_lock = PTHREAD_MUTEX_INITIALIZER;

static int place_of(const char *path)
{
    for (int i = 0; i < HELD_MAX; i++)
        if (held[i].count > 0 && strcmp(held[i].path, path) == 0)
            return i;
    return -1;
}

bool port_is_pseudo_terminal(int fd)
{
    struct stat status;
    bool known = fstat(fd, &status) == 0 && S_ISCHR(status.st_mode);
    unsigned number = known ? major(status.st_rdev) : 0;
    return number >= 136 && number <= 143; /* UNIX98_PTY_SLAVE_MAJOR and its seven followers */
}

static int open_locked(const char *path, char *message, size_t size)
{
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return refuse_open(message, size, path, errno);
    int result = isatty(fd) ? 0
                            : refuse(message, size, path, "it is not a serial port", "name another");
    if (result == 0 && flock(fd, LOCK_EX | LOCK_NB) != 0)
        result = refuse_taken(path, message, size);
    if (result == 0)
        result = check_lock_files(path, message, size);
    /* a pseudo terminal outlives its user's death with the flag set, and others would be shut out */
    if (result == 0 && !port_is_pseudo_terminal(fd))
        ioctl(fd, TIOCEXCL);
    if (result == 0)
        return fd;
    close(fd);
    return result;
}

static bool hung_up(int fd)
{
    struct pollfd look = {.fd = fd};
    return poll(&look, 1, 0) > 0 && (look.revents & (POLLHUP | POLLERR | POLLNVAL));
}

/* A device that was unplugged is another one when it comes back, also under its old name. */
static bool is_gone(int fd, const char *path)
{
    struct stat is, was;
    bool same = stat(path, &is) == 0 && fstat(fd, &was) == 0 && is.st_rdev == was.st_rdev &&
                is.st_ino == was.st_ino;
    return !same || hung_up(fd);
}

static int renew(int place, char *message, size_t size)
{
    const char *path = held[place].path;
    if (held[place].fd > 0 && !is_gone(held[place].fd, path))
        return 0;
    if (held[place].fd > 0)
        close(held[place].fd);
    held[place].fd = 0;
    int fd = open_locked(path, message, size);
    if (fd < 0)
        return fd;
    held[place].fd = fd;
    return 0;
}

int port_lock_open(const char *path, char *message, size_t size)
{
    pthread_mutex_lock(&held_lock);
    int place = place_of(path);
    int result = place < 0 ? 0 : renew(place, message, size);
    int fd = result < 0    ? result
             : place < 0 ? open_locked(path, message, size)
                         : fcntl(held[place].fd, F_DUPFD_CLOEXEC, 3);
    if (result == 0 && place >= 0 && fd < 0)
        fd = refuse_open(message, size, path, errno);
    pthread_mutex_unlock(&held_lock);
    return fd;
}

void port_lock_close(int fd)
{
    bool shared = false;
    struct stat is, of_held;
    pthread_mutex_lock(&held_lock);
    for (int i = 0; i < HELD_MAX; i++)
        shared |= held[i].count > 0 && held[i].fd > 0 && fstat(fd, &is) == 0 &&
                  fstat(held[i].fd, &of_held) == 0 && is.st_rdev == of_held.st_rdev;
    if (!shared)
        ioctl(fd, TIOCNXCL);
    close(fd);
    pthread_mutex_unlock(&held_lock);
}

static int free_place(void)
{
    for (int i = 0; i < HELD_MAX; i++)
        if (held[i].count == 0)
            return i;
    return -1;
}

int port_lock_hold(const char *path, char *message, size_t size)
{
    int result = 0;
    pthread_mutex_lock(&held_lock);
    int place = place_of(path);
    if (place < 0 && (place = free_place()) >= 0) {
        snprintf(held[place].path, sizeof held[place].path, "%s", path);
        held[place].fd = 0;
        held[place].keep_latency = false;
    }
    if (place < 0)
        result = refuse(message, size, path, "too many ports are held", "use fewer boards");
    else
        result = renew(place, message, size);
    if (result == 0)
        held[place].count++;
    pthread_mutex_unlock(&held_lock);
    return result;
}

void port_lock_release(const char *path)
{
    pthread_mutex_lock(&held_lock);
    int place = place_of(path);
    if (place >= 0 && --held[place].count == 0 && held[place].fd > 0) {
        ioctl(held[place].fd, TIOCNXCL);
        close(held[place].fd);
        held[place].fd = 0;
    }
    pthread_mutex_unlock(&held_lock);
}

void port_lock_keep_latency(const char *path, bool keep)
{
    pthread_mutex_lock(&held_lock);
    int place = place_of(path);
    if (place >= 0)
        held[place].keep_latency = keep;
    pthread_mutex_unlock(&held_lock);
}

bool port_lock_keeps_latency(const char *path)
{
    pthread_mutex_lock(&held_lock);
    int place = place_of(path);
    bool keep = place >= 0 && held[place].keep_latency;
    pthread_mutex_unlock(&held_lock);
    return keep;
}
