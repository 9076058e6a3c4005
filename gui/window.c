/* The window itself: SDL for the screen, the mouse and the keys. All pixels come from draw.c. */
#include "gui/draw.h"
#include "gui/session.h"

#include "sim/error.h"

#include <SDL.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAME_MS = 33,
    BUDGET_MS = 25, /* of a frame for the run; beyond it simulated time lags behind its speed */
    LAG_MS_MAX = 250,
};

struct window {
    struct gui_session *session;
    struct painter painter;
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    int width, height;          /* in window units */
    int pixels_w, pixels_h;     /* of the texture */
    struct gui_layout layout;
    uint64_t last_tick;
    int64_t paced_start;        /* simulated time at wall_start, when a board keeps real time */
    uint64_t wall_start;
    bool wants_to_close;
};

static bool interrupted(const struct window *window)
{
    const atomic_bool *flag = window->session->options->run.interrupted;
    return flag && atomic_load(flag);
}

/* ---- opening --------------------------------------------------------------------------------- */

static enum gui_end no_display(char *message, size_t size)
{
    snprintf(message, size, "no display: set DISPLAY or use --screenshot (%s)", SDL_GetError());
    SDL_Quit();
    return GUI_NO_DISPLAY;
}

static bool create(struct window *window, const struct gui_options *options)
{
    uint32_t flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    window->window = SDL_CreateWindow("meterbench", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                      options->width, options->height, flags);
    if (!window->window)
        return false;
    SDL_SetWindowMinimumSize(window->window, GUI_WIDTH_MIN, GUI_HEIGHT_MIN);
    window->renderer = SDL_CreateRenderer(window->window, -1, 0);
    return window->renderer != NULL;
}

static enum gui_end open_window(struct window *window, struct gui_session *session, char *message,
                                size_t size)
{
    /* Cairo does the work; a GPU would only copy the result. SDL_RENDER_DRIVER overrides. */
    SDL_SetHint(SDL_HINT_RENDER_DRIVER, "software");
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); /* Ctrl-C is the command line's */
    *window = (struct window){.session = session};
    if (SDL_Init(SDL_INIT_VIDEO) < 0)
        return no_display(message, size);
    if (!create(window, session->options) || !painter_init(&window->painter, NULL)) {
        SDL_DestroyRenderer(window->renderer);
        SDL_DestroyWindow(window->window);
        return no_display(message, size);
    }
    window->last_tick = window->wall_start = SDL_GetTicks64();
    window->paced_start = run_site(session->run)->now;
    return GUI_CLOSED;
}

static void close_window(struct window *window)
{
    painter_free(&window->painter);
    SDL_DestroyTexture(window->texture);
    SDL_DestroyRenderer(window->renderer);
    SDL_DestroyWindow(window->window);
    SDL_Quit();
}

/* ---- input ----------------------------------------------------------------------------------- */

static void set_speed(struct window *window, int speed)
{
    struct gui_view *view = &window->session->view;
    if (!view->paced && speed >= 0 && speed < GUI_SPEEDS)
        view->speed = speed;
}

static void toggle_pause(struct window *window)
{
    struct gui_view *view = &window->session->view;
    view->paused = !view->paced && !view->paused;
}

static void select_beside(struct window *window, int step)
{
    int64_t wanted = (int64_t)window->session->view.selected + step;
    if (wanted >= 1)
        gui_session_select(window->session, (uint32_t)wanted);
}

static void toggle_fullscreen(struct window *window)
{
    bool full = SDL_GetWindowFlags(window->window) & SDL_WINDOW_FULLSCREEN_DESKTOP;
    SDL_SetWindowFullscreen(window->window, full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
}

static void action_key(struct window *window, SDL_Keycode key)
{
    static const char keys[GUI_ACTIONS] = {
#define X(id, name, label, detail, letter) [GUI_##id] = letter,
        GUI_ACTIONS_LIST(X)
#undef X
    };
    for (int i = 0; i < GUI_ACTIONS; i++)
        if (key == tolower(keys[i]))
            gui_session_act(window->session, (enum gui_action)i);
}

static void key_pressed(struct window *window, SDL_Keycode key)
{
    switch (key) {
    case SDLK_ESCAPE:
    case SDLK_q:
        window->wants_to_close = true;
        break;
    case SDLK_SPACE:
        toggle_pause(window);
        break;
    case SDLK_1:
    case SDLK_2:
    case SDLK_3:
        set_speed(window, key - SDLK_1);
        break;
    case SDLK_LEFT:
        select_beside(window, -1);
        break;
    case SDLK_RIGHT:
        select_beside(window, 1);
        break;
    case SDLK_UP:
        select_beside(window, window->layout.columns);
        break;
    case SDLK_DOWN:
        select_beside(window, -window->layout.columns);
        break;
    case SDLK_F11:
        toggle_fullscreen(window);
        break;
    default:
        action_key(window, key);
        break;
    }
}

static void clicked(struct window *window, int x, int y)
{
    struct gui_hit hit = gui_hit_test(&window->layout, x, y);
    switch (hit.target) {
    case TARGET_FLAT:
        gui_session_select(window->session, hit.which);
        break;
    case TARGET_ACTION:
        gui_session_act(window->session, (enum gui_action)hit.which);
        break;
    case TARGET_PAUSE:
        toggle_pause(window);
        break;
    case TARGET_SPEED:
        set_speed(window, (int)hit.which);
        break;
    case TARGET_NOTHING:
        break;
    }
}

static void take_input(struct window *window)
{
    SDL_Event event;
    while (SDL_PollEvent(&event)) {
        bool once = event.type == SDL_KEYDOWN && !event.key.repeat;
        bool arrow = event.type == SDL_KEYDOWN && event.key.keysym.sym > SDLK_DELETE;
        if (event.type == SDL_QUIT)
            window->wants_to_close = true;
        else if (once || arrow)
            key_pressed(window, event.key.keysym.sym);
        else if (event.type == SDL_MOUSEBUTTONDOWN && event.button.button == SDL_BUTTON_LEFT)
            clicked(window, event.button.x, event.button.y);
    }
}

/* ---- time ------------------------------------------------------------------------------------ */

/* A board keeps real time: the run is brought to where the wall clock is, however long the
 * drawing took. */
static void follow_wall(struct window *window)
{
    uint64_t elapsed = SDL_GetTicks64() - window->wall_start;
    gui_session_advance(window->session, window->paced_start + (int64_t)elapsed * NS_PER_MS);
}

static void follow_speed(struct window *window, uint64_t elapsed)
{
    const struct gui_view *view = &window->session->view;
    int64_t speed = gui_speeds[view->speed];
    int64_t slice = 2 * NS_PER_MS * speed, left = (int64_t)elapsed * NS_PER_MS * speed;
    uint64_t until = SDL_GetTicks64() + BUDGET_MS;
    for (; left > 0 && SDL_GetTicks64() < until; left -= slice) {
        int64_t now = run_site(window->session->run)->now;
        if (gui_session_advance(window->session, now + (left < slice ? left : slice)) < 0)
            return;
    }
}

static void let_time_pass(struct window *window)
{
    uint64_t now = SDL_GetTicks64(), elapsed = now - window->last_tick;
    struct gui_view *view = &window->session->view;
    window->last_tick = now;
    view->pulse = 0.5 + 0.5 * sin((double)now * 0.006);
    if (window->session->error || view->paused)
        return;
    if (view->paced)
        follow_wall(window);
    else
        follow_speed(window, elapsed < LAG_MS_MAX ? elapsed : LAG_MS_MAX);
}

/* ---- pixels ---------------------------------------------------------------------------------- */

static bool fit_texture(struct window *window)
{
    int w, h;
    SDL_GetWindowSize(window->window, &window->width, &window->height);
    if (SDL_GetRendererOutputSize(window->renderer, &w, &h) < 0 || w < 1 || h < 1)
        return false;
    if (window->texture && w == window->pixels_w && h == window->pixels_h)
        return true;
    SDL_DestroyTexture(window->texture);
    window->texture = SDL_CreateTexture(window->renderer, SDL_PIXELFORMAT_ARGB8888,
                                        SDL_TEXTUREACCESS_STREAMING, w, h);
    window->pixels_w = w;
    window->pixels_h = h;
    return window->texture != NULL;
}

static void draw_into(struct window *window, unsigned char *pixels, int pitch)
{
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        pixels, CAIRO_FORMAT_RGB24, window->pixels_w, window->pixels_h, pitch);
    cairo_t *cr = cairo_create(surface);
    /* On a dense screen a unit of the window is several pixels. */
    double dense = (double)window->pixels_w / window->width;
    cairo_scale(cr, dense, dense);
    painter_begin(&window->painter, cr);
    gui_draw(&window->painter, &window->session->view, window->width, window->height);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    cairo_surface_destroy(surface);
}

static void show(struct window *window)
{
    void *pixels;
    int pitch;
    if (!fit_texture(window) || SDL_LockTexture(window->texture, NULL, &pixels, &pitch) < 0)
        return;
    gui_layout_make(&window->layout, window->width, window->height,
                    window->session->view.flat_count);
    draw_into(window, pixels, pitch);
    SDL_UnlockTexture(window->texture);
    SDL_RenderCopy(window->renderer, window->texture, NULL, NULL);
    SDL_RenderPresent(window->renderer);
}

static void wait_for_next_frame(uint64_t began)
{
    uint64_t taken = SDL_GetTicks64() - began;
    if (taken < FRAME_MS)
        SDL_Delay((uint32_t)(FRAME_MS - taken));
}

static void keep_open(struct window *window)
{
    while (!window->wants_to_close && !interrupted(window)) {
        uint64_t began = SDL_GetTicks64();
        take_input(window);
        let_time_pass(window);
        gui_session_look(window->session);
        show(window);
        wait_for_next_frame(began);
    }
}

/* ---- the two ways to run --------------------------------------------------------------------- */

static enum gui_end bench_failed(const struct gui_session *session, char *message, size_t size)
{
    snprintf(message, size, "%s", session->view.banner);
    return GUI_BENCH_FAILED;
}

static enum gui_end run_window(struct gui_session *session, char *message, size_t size)
{
    struct window window;
    enum gui_end end = open_window(&window, session, message, size);
    if (end != GUI_CLOSED)
        return end;
    keep_open(&window);
    close_window(&window);
    return session->error ? bench_failed(session, message, size) : GUI_CLOSED;
}

static enum gui_end draw_picture(struct gui_session *session, char *message, size_t size)
{
    const struct gui_options *options = session->options;
    if (gui_session_advance(session, session->started + options->picture_at) < 0)
        return bench_failed(session, message, size);
    gui_session_look(session);
    int result = gui_picture(&session->view, options->width, options->height, options->scale,
                             options->picture);
    if (result == 0)
        return GUI_CLOSED;
    snprintf(message, size, "%s: %s", options->picture, error_text(result));
    return GUI_NO_PICTURE;
}

enum gui_end gui_run(const struct gui_options *options, char *message, size_t size)
{
    struct gui_session session;
    enum gui_end end = gui_session_open(&session, options, message, size);
    if (end != GUI_CLOSED)
        return end;
    end = options->picture ? draw_picture(&session, message, size)
                           : run_window(&session, message, size);
    gui_session_close(&session);
    return end;
}
