/* Makes a serial device the kernel's slcan interface, prints its name and keeps it until standard input ends.
 * Usage: attach_slcan DEVICE */
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#ifndef N_SLCAN
#define N_SLCAN 17
#endif

int main(int argc, char **argv)
{
    struct termios raw;
    struct ifreq request = {0};
    int discipline = N_SLCAN;
    char byte;
    int fd = argc == 2 ? open(argv[1], O_RDWR | O_NOCTTY) : -1;
    if (fd < 0 || tcgetattr(fd, &raw) != 0)
        return 1;
    cfmakeraw(&raw);
    cfsetspeed(&raw, B115200);
    if (tcsetattr(fd, TCSANOW, &raw) != 0 || ioctl(fd, TIOCSETD, &discipline) != 0 ||
        ioctl(fd, SIOCGIFNAME, &request) != 0)
        return 1;
    puts(request.ifr_name);
    fflush(stdout);
    while (read(0, &byte, 1) > 0)
        ;
    return 0;
}
