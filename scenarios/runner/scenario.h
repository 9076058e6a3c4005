/*
 * A scenario file: a Lua table with a name, a fleet, a matrix of cases and a run function. This room finds the files,
 * reads what they declare and expands their cases; run.h runs one case.
 */
#ifndef METERBENCH_RUNNER_SCENARIO_H
#define METERBENCH_RUNNER_SCENARIO_H

#include "scenarios/runner/sandbox.h"
#include "sim/site.h"

#include <stdbool.h>

enum { SCENARIO_TAGS_MAX = 8, SCENARIO_TAG_SIZE = 32, SCENARIO_CASES_MAX = 512, CASE_LABEL_SIZE = 160 };

/* What a case's outcome counts for. */
enum requirement { REQUIREMENT_REQUIRED, REQUIREMENT_MEASURED, REQUIREMENT_EXCLUDED };

const char *requirement_name(enum requirement requirement);

struct scenario {
    char path[512];
    char name[160];
    int tag_count;
    char tags[SCENARIO_TAGS_MAX][SCENARIO_TAG_SIZE];
    uint32_t claims; /* which it stands for: bit n for claim n (claims.h) */
    uint32_t board; /* this flat's meter may be a real board; 0: none */
    int case_count;
    char (*labels)[CASE_LABEL_SIZE]; /* "leak=30 mA", "" when there is one case */
    char error[600]; /* not empty: the file is wrong; it has one case, which fails with this */
};

struct scenario_list {
    struct scenario *items;
    int count;
};

/* Every scenario of a file or, recursively and in sorted order, a directory (its lib, boards, fleets and
 * runner folders and hidden ones aside). A file that is wrong is listed with its error.
 * 0, or ERROR_NOT_FOUND / ERROR_NO_MEMORY. */
int scenario_find(struct scenario_list *list, const char *path);
/* One file. */
int scenario_add(struct scenario_list *list, const char *path);
void scenario_list_free(struct scenario_list *list);

/* Load a scenario's table onto the stack of a sandbox, checked field by field. 0 or ERROR_INVALID_ARGUMENT with
 * sandbox->error. */
int scenario_load(struct sandbox *sandbox, const char *path);

/* Push the table of case `index` (from 0) of the scenario at stack index `at`. */
void scenario_push_case(lua_State *lua, int at, int index);

/* Read the scenario's fleet, a table or a function of case `index` that returns one, into a site. 0 or
 * ERROR_INVALID_ARGUMENT with sandbox->error. */
int scenario_fleet(struct sandbox *sandbox, int at, int index, struct site_config *config);

#endif
