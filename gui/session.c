#include "gui/session.h"

#include "sim/error.h"

#include <stdlib.h>
#include <string.h>

#define EVENING_NS (90 * NS_PER_MIN) /* so that fridges and heaters run when the window opens */

enum { LEAK_UA = 30000, OVERLOAD_MA = 60000, ARREARS = -10000, PAYMENT = 500000 };

/* ---- the script ------------------------------------------------------------------------------ */

static int action_of_name(const char *name, size_t length)
{
    static const char *const names[GUI_ACTIONS] = {
#define X(id, name_, label, detail, key) [GUI_##id] = name_,
        GUI_ACTIONS_LIST(X)
#undef X
    };
    for (int i = 0; i < GUI_ACTIONS; i++)
        if (strlen(names[i]) == length && strncmp(names[i], name, length) == 0)
            return i;
    return -1;
}

static int parse_cue(const char *text, size_t length, struct gui_cue *cue)
{
    char time[32];
    const char *at = memchr(text, '@', length);
    size_t rest = at ? length - (size_t)(at - text) - 1 : 0;
    if (!at || rest == 0 || rest >= sizeof time)
        return ERROR_INVALID_ARGUMENT;
    memcpy(time, at + 1, rest);
    time[rest] = '\0';
    cue->action = action_of_name(text, (size_t)(at - text));
    return cue->action < 0 ? ERROR_INVALID_ARGUMENT : duration_parse(time, &cue->at);
}

static int by_time(const void *a, const void *b)
{
    const struct gui_cue *left = a, *right = b;
    return (left->at > right->at) - (left->at < right->at);
}

int gui_script_parse(struct gui_options *options, const char *text)
{
    for (;;) {
        size_t length = strcspn(text, ",");
        if (options->cue_count == GUI_SCRIPT_MAX)
            return ERROR_QUEUE_FULL;
        int result = parse_cue(text, length, &options->cues[options->cue_count]);
        if (result < 0)
            return result;
        options->cue_count++;
        text += length;
        if (*text++ == '\0')
            break;
    }
    qsort(options->cues, (size_t)options->cue_count, sizeof options->cues[0], by_time);
    return 0;
}

/* ---- opening and closing --------------------------------------------------------------------- */

static enum gui_end attach(struct gui_session *session, char *message, size_t size)
{
    const struct gui_options *options = session->options;
    if (run_live_attach(session->run, options->flat, message, size) < 0)
        return GUI_BENCH_FAILED;
    gui_feed_look(session->feed);
    return GUI_CLOSED;
}

static void name_place(struct gui_session *session)
{
    const struct gui_options *options = session->options;
    const char *path = options->scenario;
    const char *slash = path ? strrchr(path, '/') : NULL;
    snprintf(session->view.place, sizeof session->view.place, "%s",
             path ? (slash ? slash + 1 : path) : "A rented house, 40 flats");
}

static enum gui_end start(struct gui_session *session, char *message, size_t size)
{
    const struct gui_options *options = session->options;
    struct site *site = run_site(session->run);
    if (!site_flat(site, options->flat)) {
        snprintf(message, size, "there is no flat %u: the house has flats 1 to %u", options->flat,
                 site->flat_count);
        return GUI_BAD_SCENARIO;
    }
    bool has_board = options->run.boards != NULL;
    session->feed = gui_feed_new(session->run, has_board ? options->flat : 0, options->log);
    if (!session->feed || (!options->scenario && gui_feed_advance(session->feed, EVENING_NS) < 0)) {
        snprintf(message, size, "out of memory");
        return GUI_BENCH_FAILED;
    }
    enum gui_end end = attach(session, message, size);
    session->started = site->now;
    return end;
}

enum gui_end gui_session_open(struct gui_session *session, const struct gui_options *options,
                              char *message, size_t size)
{
    memset(session, 0, sizeof *session);
    session->options = options;
    session->run = run_live_new(options->scenario, &options->run, message, size);
    if (!session->run)
        return GUI_BAD_SCENARIO;
    enum gui_end end = start(session, message, size);
    if (end != GUI_CLOSED) {
        gui_session_close(session);
        return end;
    }
    name_place(session);
    snprintf(session->view.badge, sizeof session->view.badge, "%s",
             options->badge ? options->badge : "");
    session->view.paced = options->paced;
    session->view.speed = options->paced ? 0 : options->speed;
    session->view.selected = options->flat;
    session->view.pulse = 0.75;
    gui_session_look(session);
    return GUI_CLOSED;
}

void gui_session_close(struct gui_session *session)
{
    gui_feed_free(session->feed);
    run_live_free(session->run);
    session->feed = NULL;
    session->run = NULL;
}

/* ---- time and deeds -------------------------------------------------------------------------- */

static int advance(struct gui_session *session, int64_t until)
{
    int result = session->error ? session->error : gui_feed_advance(session->feed, until);
    if (result < 0 && !session->error) {
        session->error = result;
        snprintf(session->view.banner, sizeof session->view.banner, "The bench stopped: %s",
                 run_live_complaint(session->run));
    }
    return result;
}

int gui_session_advance(struct gui_session *session, int64_t until)
{
    const struct gui_options *options = session->options;
    while (session->next_cue < options->cue_count) {
        const struct gui_cue *cue = &options->cues[session->next_cue];
        if (session->started + cue->at > until)
            break;
        int result = advance(session, session->started + cue->at);
        if (result < 0)
            return result;
        session->next_cue++;
        gui_session_act(session, (enum gui_action)cue->action);
    }
    return advance(session, until);
}

static int reset(struct run *run, uint32_t flat)
{
    int result = run_live_mend(run, flat);
    if (result < 0 || site_flat(run_site(run), flat)->plant.load_live)
        return result;
    return run_live_order(run, flat, DLT645_RELAY_CLOSE);
}

static int act(struct run *run, uint32_t flat, enum gui_action action)
{
    switch (action) {
    case GUI_LEAK:
        return run_live_fault(run, flat, PLANT_FAULT_LEAKAGE, LEAK_UA);
    case GUI_OVERLOAD:
        return run_live_fault(run, flat, PLANT_FAULT_OVERLOAD, OVERLOAD_MA);
    case GUI_ARREARS:
        return run_live_set_balance(run, flat, ARREARS);
    case GUI_PAY:
        return run_live_pay(run, flat, PAYMENT);
    case GUI_RESET:
        return reset(run, flat);
    case GUI_ACTIONS:
        break;
    }
    return ERROR_INVALID_ARGUMENT;
}

void gui_session_act(struct gui_session *session, enum gui_action action)
{
    uint32_t flat = session->view.selected;
    gui_session_look(session);
    if (!session->view.enabled[action])
        return;
    int result = act(session->run, flat, action);
    gui_feed_look(session->feed);
    if (result < 0) {
        char text[120];
        snprintf(text, sizeof text, "that cannot be done now: %s", error_text(result));
        gui_feed_note(session->feed, flat, text);
    }
    gui_session_look(session);
}

void gui_session_select(struct gui_session *session, uint32_t flat)
{
    if (!site_flat(run_site(session->run), flat))
        return;
    session->view.selected = flat;
    gui_session_look(session);
}

void gui_session_look(struct gui_session *session)
{
    gui_view_fill(&session->view, session->feed, session->view.selected);
}
