/*
 * What is claimed of the product under test: the one list of the claims, by number from 1. Scenarios name theirs (`claim`).
 */
#ifndef METERBENCH_RUNNER_CLAIMS_H
#define METERBENCH_RUNNER_CLAIMS_H

#include <stddef.h>
#include <stdint.h>

enum { CLAIMS = 13, CLAIM_LIST_SIZE = 40 };

/* The words of claim `number`, NULL if there is none. */
const char *claim_text(int number);

/* Of a set of claims, bit n for claim n: "1, 9"; "" for none. */
void claims_format(uint32_t claims, char out[CLAIM_LIST_SIZE]);

#endif
