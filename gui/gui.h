/*
 * The house in a window: what the command line hands over. The window observes a live run and
 * sends the verbs that a scenario has; it judges nothing by itself.
 */
#ifndef METERBENCH_GUI_GUI_H
#define METERBENCH_GUI_GUI_H

#include "gui/view.h"

enum { GUI_SCRIPT_MAX = 64 };

/* Something to do at a simulated time after the window opened, as in "leak@2s". */
struct gui_cue {
    int64_t at;
    int action; /* enum gui_action */
};

struct gui_options {
    const char *scenario; /* NULL: the house to show */
    struct run_options run;
    uint32_t flat;        /* selected at first, and the board's */
    const char *badge;    /* what the board's flat wears: "real board", "emulated board" */
    bool paced;           /* the board keeps real time: no pause, no other speed */
    int speed;            /* index into gui_speeds */
    int width, height;
    double scale;         /* pixels of a picture to one of the window */
    FILE *log;            /* NULL, or where facts are told */
    const char *picture;  /* NULL, or the PNG to draw instead of opening a window */
    int64_t picture_at;   /* simulated time after the start */
    int cue_count;
    struct gui_cue cues[GUI_SCRIPT_MAX];
};

/* How it ended. */
enum gui_end { GUI_CLOSED, GUI_NO_DISPLAY, GUI_BAD_SCENARIO, GUI_BENCH_FAILED, GUI_NO_PICTURE };

/* Run until the window is closed (or the picture is drawn). Anything but GUI_CLOSED leaves a
 * line in message. */
enum gui_end gui_run(const struct gui_options *options, char *message, size_t size);

/* Cues from "leak@2s,pay@20s", added to the options. 0 or ERROR_INVALID_ARGUMENT,
 * ERROR_QUEUE_FULL. */
int gui_script_parse(struct gui_options *options, const char *text);

#endif
