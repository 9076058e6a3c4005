/* A live run with its watcher and the visitor's choices: everything of the window but SDL. */
#ifndef METERBENCH_GUI_SESSION_H
#define METERBENCH_GUI_SESSION_H

#include "gui/gui.h"

struct gui_session {
    const struct gui_options *options;
    struct run *run;
    struct gui_feed *feed;
    struct gui_view view;
    int64_t started; /* the simulated time at which the window opened */
    int next_cue;
    int error; /* the run stopped */
};

/* Build the house, let its evening begin, attach the board. GUI_CLOSED when all is well. */
enum gui_end gui_session_open(struct gui_session *session, const struct gui_options *options,
                              char *message, size_t size);
/* Detaches the board. */
void gui_session_close(struct gui_session *session);

/* Bring the run to a time, the cues on the way carried out. 0 or the run's error, which then
 * stands in the banner. */
int gui_session_advance(struct gui_session *session, int64_t until);

/* Do something to the selected flat; what cannot be done leaves a line in the log. */
void gui_session_act(struct gui_session *session, enum gui_action action);

void gui_session_select(struct gui_session *session, uint32_t flat);

/* Bring the view up to the run. */
void gui_session_look(struct gui_session *session);

#endif
