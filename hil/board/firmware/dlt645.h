/*
 * DL/T 645-2007 slave: frames, addresses and control codes. What the data mean is data.c's, what
 * orders do control.c's.
 */
#ifndef DLT645_H
#define DLT645_H

/* The address, passwords and baud rate that a new meter has. */
void dlt645_defaults(void);

/* Sets the UART up. */
void dlt645_init(void);

/* Call often: takes what came, answers when it is time. */
void dlt645_run(void);

#endif
