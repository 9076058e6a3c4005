/* Modbus RTU slave: functions 3, 4, 6 and 16. */
#ifndef MODBUS_H
#define MODBUS_H

/* Call often: answers a frame if one has arrived. */
void modbus_run(void);

#endif
