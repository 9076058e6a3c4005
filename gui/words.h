/* Facts of the event log in plain English, for the window's log. */
#ifndef METERBENCH_GUI_WORDS_H
#define METERBENCH_GUI_WORDS_H

#include "sim/event.h"

#include <stdbool.h>

/* How loud a fact is. */
enum fact_tone { FACT_PLAIN, FACT_GOOD, FACT_BAD, FACT_WARNING };

struct fact {
    enum fact_tone tone;
    char text[160];
};

/* A fact in words; `reminders` is how many the policy asks for. False when it is not news to a
 * visitor. */
bool fact_of_event(const struct event *event, int reminders, struct fact *fact);

/* The name of a step on the stopwatch's way, as in "coil pulse"; NULL when it is none. */
const char *step_name(int kind, enum evidence evidence, bool opening);

/* "30 mA", "60 A": the level of a cause; empty when it has none. `fault` is an enum plant_fault. */
void level_in_words(int fault, int64_t level, char *out, size_t size);

/* "-1.00": 1/10000 yuan with two decimals. */
void money_in_words(int64_t amount, char *out, size_t size);

#endif
