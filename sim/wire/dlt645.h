/*
 * DL/T 645-2007, the protocol of Chinese electricity meters, whole: one header a subject.
 */
#ifndef METERBENCH_SIM_WIRE_DLT645_H
#define METERBENCH_SIM_WIRE_DLT645_H

#include "sim/wire/dlt645_blocks.h"
#include "sim/wire/dlt645_link.h"
#include "sim/wire/dlt645_messages.h"
#include "sim/wire/dlt645_service.h"
#include "sim/wire/dlt645_values.h"
#include "sim/wire/dlt645_words.h"

#endif
