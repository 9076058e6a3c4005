/*
 * What the window shows, as plain data. view.c fills it from a live run by observation only; the
 * draw_*.c files turn it into pixels and know nothing of runs. A scene can so be tested, and
 * pictured, without a window.
 */
#ifndef METERBENCH_GUI_VIEW_H
#define METERBENCH_GUI_VIEW_H

#include "gui/history.h"
#include "gui/words.h"
#include "scenarios/runner/run.h"

#include <stdio.h>

/* What the visitor can do to the selected flat: name, what it says below, key. */
#define GUI_ACTIONS_LIST(X)                                                                        \
    X(LEAK, "leak", "Leak", "30 mA", 'L')                                                          \
    X(OVERLOAD, "overload", "Overload", "60 A", 'O')                                               \
    X(ARREARS, "arrears", "Arrears", "-1 yuan", 'A')                                               \
    X(PAY, "pay", "Pay", "50 yuan", 'P')                                                           \
    X(RESET, "reset", "Reset", "restore", 'R')

enum gui_action {
#define X(id, name, label, detail, key) GUI_##id,
    GUI_ACTIONS_LIST(X)
#undef X
        GUI_ACTIONS
};

enum { GUI_LINES = 8, GUI_STEPS = 7, GUI_SPEEDS = 3, GUI_TEXT = 96 };

/* Speeds that one can choose: simulated seconds a second. */
extern const int gui_speeds[GUI_SPEEDS];

struct gui_flat {
    uint32_t number;
    bool lit;   /* voltage stands at its load terminals */
    bool alarm; /* a protective cause stands */
    bool owes;  /* it is off for arrears or by order */
    bool board; /* a real board is its meter */
};

struct gui_line {
    int64_t at;
    char time[16];
    uint32_t flat; /* 0: of the house */
    enum fact_tone tone;
    char text[160];
};

enum gui_mood { MOOD_IDLE, MOOD_WAITING, MOOD_RUNNING, MOOD_GOOD, MOOD_BAD, MOOD_UNSURE };

struct gui_step {
    char name[24];
    char after[24];
};

struct gui_stopwatch {
    enum gui_mood mood;
    char title[GUI_TEXT];   /* "leak of 30 mA → contacts open" */
    char reading[24];       /* "0.130" */
    char width[32];         /* "± 0.001 s", empty when exact */
    char verdict[32];       /* "within its limit" */
    char limit[32];
    char margin[32];
    char evidence[GUI_TEXT];
    char hint[GUI_TEXT * 2];
    double fraction;        /* of the limit, from 0 */
    int step_count;
    struct gui_step steps[GUI_STEPS];
};

struct gui_view {
    char place[GUI_TEXT], clock[16], date[32], rules[GUI_TEXT];
    char banner[GUI_TEXT * 3]; /* why the bench stopped; empty when it runs */
    bool rules_broken;
    bool paused, paced; /* paced: a board keeps real time */
    int speed;          /* index into gui_speeds */
    double pulse;       /* 0 to 1 and back, for what asks for attention */

    uint32_t flat_count;
    const struct gui_flat *flats;
    char supplied[GUI_TEXT], feeder[GUI_TEXT];

    uint32_t selected; /* the flat that the rest is about */
    char name[32], meter[GUI_TEXT], status[48];
    char badge[32]; /* what the board's flat wears: "real board", "emulated board" */
    enum fact_tone status_tone;
    bool closed, live, board;
    char balance[32];
    bool owes_money;
    int reminders, reminders_due;
    int signal_bars; /* 0 to 4 */
    char signal[32];
    const char *link; /* the technology, for people */
    char power[32], residual[32], residual_limit[32], span[32];
    int32_t residual_limit_ua;
    int32_t powers_w[HISTORY_BUCKETS], residuals_ua[HISTORY_BUCKETS];
    bool enabled[GUI_ACTIONS];

    struct gui_stopwatch stopwatch;
    int line_count; /* newest last */
    struct gui_line lines[GUI_LINES];
};

/* The watcher of a run: its stopwatches, curves and log. */
struct gui_feed;

/* Watches a run from now on; `board_flat` (0: none) wears a badge. `log` is NULL or gets every
 * line. NULL when memory is out. */
struct gui_feed *gui_feed_new(struct run *run, uint32_t board_flat, FILE *log);
void gui_feed_free(struct gui_feed *feed);

/* Bring the run to a time and watch all that happens on the way. 0 or the run's error. */
int gui_feed_advance(struct gui_feed *feed, int64_t until);

/* Look at what a verb just did. */
void gui_feed_look(struct gui_feed *feed);

/* A line of the window's own in the log. */
void gui_feed_note(struct gui_feed *feed, uint32_t flat, const char *text);

/* Fill in everything that a run knows; paused, paced, speed, pulse, place, badge and banner are
 * the caller's. The flats stay the feed's and are good until the next call. */
void gui_view_fill(struct gui_view *view, struct gui_feed *feed, uint32_t selected);

#endif
