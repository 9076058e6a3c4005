/* CMocka wants these before it. */
#ifndef METERBENCH_TESTS_HIL_CMOCKA_ALL_H
#define METERBENCH_TESTS_HIL_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
