/* The scene without a window: a live run, the view of it, its pixels and the room that its
 * texts take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gui/draw.h"
#include "gui/session.h"
#include "sim/error.h"

static const int sizes[][2] = {{1024, 640}, {1600, 1000}, {2560, 1440}, {1920, 800}, {1100, 1300}};

/* A house with what its visitor does, brought to a time after the window opened. */
static void play(struct gui_session *session, struct gui_options *options, const char *script,
                 int64_t until)
{
    char message[300] = "";
    *options = (struct gui_options){.run = {.seed = 1}, .flat = 7, .badge = "emulated board"};
    if (script)
        assert_int_equal(gui_script_parse(options, script), 0);
    assert_int_equal(gui_session_open(session, options, message, sizeof message), GUI_CLOSED);
    assert_int_equal(gui_session_advance(session, session->started + until), 0);
    gui_session_look(session);
}

/* ---- what the view says ---------------------------------------------------------------------- */

static void a_leak_shows_a_trip_in_under_5_s(void **state)
{
    (void)state;
    struct gui_session session;
    struct gui_options options;
    play(&session, &options, "leak@2s", 4 * NS_PER_S);
    const struct gui_view *view = &session.view;
    assert_int_equal(view->stopwatch.mood, MOOD_GOOD);
    assert_true(atof(view->stopwatch.reading) > 0 && atof(view->stopwatch.reading) < 5);
    assert_string_equal(view->stopwatch.limit, "5 s");
    assert_string_equal(view->status, "tripped: leakage");
    assert_false(view->closed);
    assert_false(view->flats[6].lit);
    assert_true(view->flats[6].alarm);
    assert_true(view->flats[5].lit && view->flats[7].lit);
    assert_string_equal(view->supplied, "39 of 40 flats supplied");
    assert_false(view->rules_broken);
    gui_session_close(&session);
}

static void arrears_trip_after_three_reminders_and_payment_brings_light(void **state)
{
    (void)state;
    struct gui_session session;
    struct gui_options options;
    play(&session, &options, "arrears@1s", 7 * NS_PER_S);
    assert_int_equal(session.view.stopwatch.mood, MOOD_WAITING);
    assert_true(session.view.live);
    assert_int_equal(gui_session_advance(&session, session.started + 20 * NS_PER_S), 0);
    gui_session_look(&session);
    assert_string_equal(session.view.status, "off: arrears");
    assert_int_equal(session.view.reminders, 3);
    gui_session_act(&session, GUI_PAY);
    assert_int_equal(gui_session_advance(&session, session.started + 30 * NS_PER_S), 0);
    gui_session_look(&session);
    assert_true(session.view.live);
    assert_int_equal(session.view.stopwatch.mood, MOOD_GOOD);
    assert_string_equal(session.view.stopwatch.limit, "3 s");
    gui_session_close(&session);
}

static void after_a_leak_payment_is_refused_and_the_administrator_restores(void **state)
{
    (void)state;
    struct gui_session session;
    struct gui_options options;
    play(&session, &options, "arrears@1s,leak@10s,pay@20s", 25 * NS_PER_S);
    assert_string_equal(session.view.stopwatch.reading, "refused");
    assert_false(session.view.live);
    gui_session_act(&session, GUI_RESET);
    assert_int_equal(gui_session_advance(&session, session.started + 35 * NS_PER_S), 0);
    gui_session_look(&session);
    assert_true(session.view.live);
    gui_session_close(&session);
}

/* The window must show a product that fails as failing. */
static void a_meter_that_is_blind_to_leakage_shows_red(void **state)
{
    (void)state;
    struct gui_session session;
    struct gui_options options;
    play(&session, &options, NULL, 0);
    site_flat(run_site(session.run), 7)->meter.faults.leakage_blind = true;
    gui_session_act(&session, GUI_LEAK);
    assert_int_equal(gui_session_advance(&session, session.started + 6 * NS_PER_S), 0);
    gui_session_look(&session);
    assert_int_equal(session.view.stopwatch.mood, MOOD_BAD);
    assert_true(session.view.rules_broken);
    gui_session_close(&session);
}

static void what_makes_no_sense_now_is_disabled(void **state)
{
    (void)state;
    struct gui_session session;
    struct gui_options options;
    play(&session, &options, NULL, 0);
    assert_true(session.view.enabled[GUI_LEAK]);
    assert_false(session.view.enabled[GUI_RESET]);
    gui_session_act(&session, GUI_LEAK);
    assert_int_equal(gui_session_advance(&session, session.started + NS_PER_S), 0);
    gui_session_look(&session);
    assert_false(session.view.enabled[GUI_LEAK]);
    assert_true(session.view.enabled[GUI_RESET]);
    gui_session_close(&session);
}

static void a_script_is_read_and_a_wrong_one_is_told(void **state)
{
    (void)state;
    struct gui_options options = {0};
    assert_int_equal(gui_script_parse(&options, "pay@20s,leak@250ms"), 0);
    assert_int_equal(options.cue_count, 2);
    assert_int_equal(options.cues[0].action, GUI_LEAK);
    assert_int_equal(options.cues[0].at, 250 * NS_PER_MS);
    static const char *const wrong[] = {"",        "leak",     "leak@", "leak@5",
                                        "melt@5s", "leak@2s,", "@2s"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(gui_script_parse(&options, wrong[i]), ERROR_INVALID_ARGUMENT);
}

/* ---- pixels and texts ------------------------------------------------------------------------ */

enum { TEXTS_MAX = 512 };

struct texts {
    int count, wrong;
    struct box ink[TEXTS_MAX];
    char text[TEXTS_MAX][64];
    const char *family;
    int width, height;
};

static void collect(void *owner, const struct text_report *report)
{
    struct texts *texts = owner;
    if (report->cut) {
        texts->wrong++;
        print_error("\"%s\" does not fit its box at %dx%d in %s\n", report->text, texts->width,
                    texts->height, texts->family ? texts->family : "the default type");
    }
    assert_true(texts->count < TEXTS_MAX);
    texts->ink[texts->count] = report->ink;
    snprintf(texts->text[texts->count++], 64, "%s", report->text);
}

static bool meet(const struct box *a, const struct box *b)
{
    return a->x + a->w > b->x && b->x + b->w > a->x && a->y + a->h > b->y && b->y + b->h > a->y;
}

static void check_apart(struct texts *texts)
{
    for (int i = 0; i < texts->count; i++) {
        for (int k = 0; k < i; k++) {
            if (!meet(&texts->ink[i], &texts->ink[k]))
                continue;
            texts->wrong++;
            print_error("\"%s\" and \"%s\" overlap at %dx%d\n", texts->text[i], texts->text[k],
                        texts->width, texts->height);
        }
    }
}

static cairo_surface_t *paint_with(struct painter *painter, const struct gui_view *view, int width,
                                   int height)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cairo_t *cr = cairo_create(surface);
    painter_begin(painter, cr);
    gui_draw(painter, view, width, height);
    cairo_destroy(cr);
    return surface;
}

static cairo_surface_t *paint(const struct gui_view *view, int width, int height)
{
    struct painter painter;
    assert_true(painter_init(&painter, NULL));
    cairo_surface_t *surface = paint_with(&painter, view, width, height);
    painter_free(&painter);
    return surface;
}

static const struct {
    const char *script;
    int64_t until;
} scenes[] = {
    {NULL, 3 * NS_PER_S},
    {"leak@2s", 6 * NS_PER_S},
    {"arrears@1s", 6 * NS_PER_S},
    {"arrears@1s,leak@10s,pay@20s", 24 * NS_PER_S},
    {"overload@1s", 2500 * NS_PER_MS},
    {"overload@1s,reset@8s", 14 * NS_PER_S},
};

static const char *const families[] = {NULL, "DejaVu Sans"}; /* the widest that is likely */

/* Text that is cut or meets another, at every size and in both types, told on stderr. */
static int count_misfits(const struct gui_view *const *views, int count)
{
    static struct texts texts;
    int wrong = 0;
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
        struct painter painter; /* one a size: it keeps the house's layers */
        int width = sizes[i / 2][0], height = sizes[i / 2][1];
        assert_true(painter_init(&painter, families[i % 2]));
        painter.report = collect;
        painter.report_owner = &texts;
        for (int k = 0; k < count; k++) {
            texts = (struct texts){.family = families[i % 2], .width = width, .height = height};
            cairo_surface_destroy(paint_with(&painter, views[k], width, height));
            check_apart(&texts);
            wrong += texts.wrong;
        }
        painter_free(&painter);
    }
    return wrong;
}

enum { SCENES = sizeof scenes / sizeof scenes[0] };

static void every_text_fits_its_box_and_no_two_overlap(void **state)
{
    (void)state;
    static struct gui_session sessions[SCENES];
    static struct gui_options options[SCENES];
    const struct gui_view *views[SCENES];
    for (int s = 0; s < SCENES; s++) {
        play(&sessions[s], &options[s], scenes[s].script, scenes[s].until);
        views[s] = &sessions[s].view;
    }
    assert_int_equal(count_misfits(views, SCENES), 0);
    for (int s = 0; s < SCENES; s++)
        gui_session_close(&sessions[s]);
}

/* The longest texts: a board's time with its width and evidence, and a bench that stopped. */
static void the_texts_of_a_board_fit_too(void **state)
{
    (void)state;
    struct gui_session session;
    struct gui_options options;
    play(&session, &options, "leak@2s", 6 * NS_PER_S);
    static struct gui_flat flats[40];
    struct gui_view view = session.view;
    memcpy(flats, view.flats, sizeof flats);
    flats[6].board = true;
    view.flats = flats;
    view.board = view.paced = true;
    snprintf(view.stopwatch.width, sizeof view.stopwatch.width, "± 0.002 ms");
    snprintf(view.stopwatch.reading, sizeof view.stopwatch.reading, "12.345");
    snprintf(view.stopwatch.verdict, sizeof view.stopwatch.verdict, "inconclusive");
    snprintf(view.stopwatch.evidence, sizeof view.stopwatch.evidence,
             "read from the board's register, polled");
    snprintf(view.lines[0].text, sizeof view.lines[0].text,
             "measured 0.115 s ± 0.002 ms (contact), limit 5 s");
    snprintf(view.balance, sizeof view.balance, "-1234.56");
    snprintf(view.status, sizeof view.status, "tripped: abnormal power");
    const struct gui_view *views[] = {&view};
    assert_int_equal(count_misfits(views, 1), 0);
    gui_session_close(&session);
}

static void two_drawings_of_one_view_are_identical(void **state)
{
    (void)state;
    struct gui_session session;
    struct gui_options options;
    play(&session, &options, "leak@2s", 4 * NS_PER_S);
    cairo_surface_t *a = paint(&session.view, 1600, 1000);
    cairo_surface_t *b = paint(&session.view, 1600, 1000);
    size_t size = (size_t)cairo_image_surface_get_stride(a) * 1000;
    assert_memory_equal(cairo_image_surface_get_data(a), cairo_image_surface_get_data(b), size);
    cairo_surface_destroy(a);
    cairo_surface_destroy(b);
    gui_session_close(&session);
}

static uint32_t pixel(cairo_surface_t *surface, double x, double y)
{
    const uint8_t *data = cairo_image_surface_get_data(surface);
    uint32_t value;
    memcpy(&value,
           data + (size_t)y * (size_t)cairo_image_surface_get_stride(surface) + (size_t)x * 4,
           sizeof value);
    return value & 0xffffff;
}

/* The middle of a room is warm when it is lit: much more red than blue. */
static void a_tripped_flat_is_dark_and_the_others_are_lit(void **state)
{
    (void)state;
    struct gui_session session;
    struct gui_options options;
    struct gui_layout layout;
    play(&session, &options, "leak@2s", 4 * NS_PER_S);
    gui_layout_make(&layout, 1600, 1000, session.view.flat_count);
    cairo_surface_t *surface = paint(&session.view, 1600, 1000);
    for (uint32_t i = 0; i < session.view.flat_count; i++) {
        struct box room = gui_room(&layout, i);
        uint32_t colour = pixel(surface, (room.x + room.w * 0.97) * layout.scale,
                                (room.y + room.h * 0.12) * layout.scale);
        int warmth = (int)(colour >> 16) - (int)(colour & 0xff);
        assert_int_equal(warmth > 50 && (colour >> 16) > 150, session.view.flats[i].lit);
    }
    cairo_surface_destroy(surface);
    gui_session_close(&session);
}

static struct gui_hit at_middle(const struct gui_layout *layout, const struct box *box)
{
    return gui_hit_test(layout, (box->x + box->w / 2) * layout->scale,
                        (box->y + box->h / 2) * layout->scale);
}

static void the_mouse_meets_what_is_drawn(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct gui_layout layout;
        gui_layout_make(&layout, sizes[s][0], sizes[s][1], 40);
        for (uint32_t i = 0; i < 40; i++) {
            struct box room = gui_room(&layout, i);
            struct gui_hit hit = at_middle(&layout, &room);
            assert_int_equal(hit.target, TARGET_FLAT);
            assert_int_equal(hit.which, i + 1);
        }
        for (uint32_t i = 0; i < GUI_ACTIONS; i++) {
            struct gui_hit hit = at_middle(&layout, &layout.buttons[i]);
            assert_int_equal(hit.target, TARGET_ACTION);
            assert_int_equal(hit.which, i);
        }
        assert_int_equal(at_middle(&layout, &layout.pause).target, TARGET_PAUSE);
        assert_int_equal(at_middle(&layout, &layout.speeds[2]).target, TARGET_SPEED);
        assert_int_equal(at_middle(&layout, &layout.log).target, TARGET_NOTHING);
    }
}

static void houses_of_any_number_of_flats_are_drawn(void **state)
{
    (void)state;
    static struct gui_flat flats[5000];
    struct gui_session session;
    struct gui_options options;
    play(&session, &options, NULL, 0);
    struct gui_view view = session.view;
    view.flats = flats;
    static const uint32_t counts[] = {1, 2, 7, 120, 5000};
    for (uint32_t i = 0; i < 5000; i++)
        flats[i] = (struct gui_flat){.number = i + 1, .lit = i % 3 != 0};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        view.flat_count = counts[i];
        cairo_surface_destroy(paint(&view, 1024, 640));
    }
    gui_session_close(&session);
}

static void without_a_display_the_window_says_so(void **state)
{
    (void)state;
    char message[300] = "";
    struct gui_options options = {
        .run = {.seed = 1}, .flat = 7, .width = 1600, .height = 1000, .scale = 1};
    setenv("SDL_VIDEODRIVER", "nowhere", 1);
    assert_int_equal(gui_run(&options, message, sizeof message), GUI_NO_DISPLAY);
    assert_non_null(strstr(message, "no display: set DISPLAY or use --screenshot"));
    unsetenv("SDL_VIDEODRIVER");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leak_shows_a_trip_in_under_5_s),
        cmocka_unit_test(arrears_trip_after_three_reminders_and_payment_brings_light),
        cmocka_unit_test(after_a_leak_payment_is_refused_and_the_administrator_restores),
        cmocka_unit_test(a_meter_that_is_blind_to_leakage_shows_red),
        cmocka_unit_test(what_makes_no_sense_now_is_disabled),
        cmocka_unit_test(a_script_is_read_and_a_wrong_one_is_told),
        cmocka_unit_test(every_text_fits_its_box_and_no_two_overlap),
        cmocka_unit_test(the_texts_of_a_board_fit_too),
        cmocka_unit_test(two_drawings_of_one_view_are_identical),
        cmocka_unit_test(a_tripped_flat_is_dark_and_the_others_are_lit),
        cmocka_unit_test(the_mouse_meets_what_is_drawn),
        cmocka_unit_test(houses_of_any_number_of_flats_are_drawn),
        cmocka_unit_test(without_a_display_the_window_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
