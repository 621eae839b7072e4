/* SPDX-License-Identifier: MIT */
/*
 * test: a connection test as it happens: its stages with words and
 * milliseconds, then the cause and what can be done, best first. It goes on
 * when one looks at another panel.
 */
#include "tui/app.h"
#include "tui/dialogs/test_cures.h"
#include "tui/dialogs/test_lines.h"
#include "tui/dialogs/test_log.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state {
    struct probe_set *set;
    struct name_check **checks; /* one a result; NULL: none (yet) */
    bool *checked;              /* was begun, or there is nothing to check */
    size_t count;
    struct test_lines lines;
    size_t selected, top, height;
    int width;
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

/* -- drawing --------------------------------------------------------------- */

/* The line the person is at: the chosen cure, else what is running, else the
 * last. */
static size_t focus_line(const struct state *s)
{
    size_t running = s->lines.count;

    for (size_t i = 0; i < s->lines.count; i++) {
        if (s->lines.choice_count &&
            s->lines.lines[i].choice == (int)s->selected)
            return i;
        if (s->lines.lines[i].running && running == s->lines.count)
            running = i;
    }
    if (running < s->lines.count)
        return running;
    return s->lines.count ? s->lines.count - 1 : 0;
}

/* All of the focused choice is on the screen, its first line above all. */
static void scroll_to(struct state *s, size_t focus, size_t height)
{
    size_t span = s->lines.count ? s->lines.lines[focus].span : 1;

    if (focus + span > s->top + height)
        s->top = focus + span - height;
    if (focus < s->top)
        s->top = focus;
    if (s->lines.count <= s->top + height)
        s->top = s->lines.count > height ? s->lines.count - height : 0;
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    size_t focus, height = body.height > 0 ? (size_t)body.height : 1;
    size_t full = probe_set_count(s->set);

    /* As much detail as there is room for; the first result keeps it longest.*/
    if (height != s->height || body.width != s->width)
        s->top = 0; /* as little as possible, as if it had always been so */
    s->height = height;
    s->width = body.width;
    test_lines_build(&s->lines, s->set, s->checks, body.width, full);
    while (s->lines.count > height && full > 0)
        test_lines_build(&s->lines, s->set, s->checks, body.width, --full);
    if (s->selected >= s->lines.choice_count)
        s->selected = 0;
    focus = focus_line(s);
    scroll_to(s, focus, height);
    for (size_t i = s->top; i < s->lines.count && i < s->top + height; i++) {
        int row = (int)(i - s->top);

        draw_cut(body, row, 0, body.width, s->lines.lines[i].style,
                 s->lines.lines[i].text);
        if (i == focus) {
            if (s->lines.lines[i].choice >= 0)
                draw_text(body, row, 0, STYLE_FOCUS, ">");
            draw_cursor(body, row, 0);
        }
    }
}

/* What can be chosen and is not on the screen. */
static bool hint(const struct screen *screen, char *out, size_t size)
{
    const struct state *s = state_of(screen);
    size_t below = 0;

    for (size_t i = s->top + s->height; i < s->lines.count; i++)
        below += s->lines.lines[i].choice >= 0;
    if (below)
        snprintf(out, size, " %zu more choice%s below", below,
                 below == 1 ? "" : "s");
    return below > 0;
}

static const char *outcome(const struct state *s)
{
    bool failed = false, cancelled = false;

    if (!probe_set_finished(s->set))
        return "running";
    for (size_t i = 0; i < probe_set_count(s->set); i++) {
        const struct probe_result *r = probe_set_result(s->set, i);

        failed = failed || !r->ok;
        cancelled = cancelled || r->reason == REASON_CANCELLED;
    }
    return cancelled ? "stopped" : failed ? "FAIL" : "OK";
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct state *s = state_of(screen);
    const struct probe_result *r = probe_set_result(s->set, 0);
    const char *slash = strchr(r->target, '/');
    char clock[8] = "", id[200];

    snprintf(id, sizeof(id), "%.*s",
             slash ? (int)(slash - r->target) : (int)strlen(r->target),
             r->target);
    if (config_index(app_config(screen->app), SECTION_ACCOUNT, id) >= 0)
        snprintf(left, left_size, "Test: %s%s%s",
                 config_label(app_config(screen->app), SECTION_ACCOUNT, id),
                 slash && probe_set_count(s->set) == 1 ? ", " : "",
                 slash && probe_set_count(s->set) == 1 ? slash + 1 : "");
    else
        snprintf(left, left_size, "Test: %s", r->target);
    if (r->when)
        clock_format(clock, r->when);
    snprintf(right, right_size, "%s   %s", clock, outcome(s));
}

/* -- what the person does -------------------------------------------------- */

static void up(struct screen *screen)
{
    struct state *s = state_of(screen);

    if (s->selected > 0)
        s->selected--;
    else if (s->top > 0)
        s->top--;
}

static void down(struct screen *screen)
{
    struct state *s = state_of(screen);

    if (s->selected + 1 < s->lines.choice_count)
        s->selected++;
}

static void stop_or_leave(struct screen *screen)
{
    struct state *s = state_of(screen);

    if (probe_set_finished(s->set))
        app_pop(screen->app);
    else
        app_cancel_tests(screen->app);
}

/* The result that v and x are about: that of the chosen cure, else the first
 * with a certificate. */
static const struct probe_result *current(const struct state *s)
{
    if (s->lines.choice_count)
        return probe_set_result(s->set, s->lines.choices[s->selected].result);
    for (size_t i = 0; i < probe_set_count(s->set); i++)
        if (probe_set_result(s->set, i)->has_verdict)
            return probe_set_result(s->set, i);
    return NULL;
}

static void do_it(struct screen *screen)
{
    struct state *s = state_of(screen);

    if (s->lines.choice_count)
        test_cure(screen->app, s->set, &s->lines.choices[s->selected]);
    else if (probe_set_finished(s->set))
        app_pop(screen->app);
}

static void again(struct screen *screen)
{
    test_again(screen->app, state_of(screen)->set);
}

static void view(struct screen *screen)
{
    test_view(screen->app, current(state_of(screen)));
}

static void exception(struct screen *screen)
{
    test_except(screen->app, current(state_of(screen)));
}

static void trust_authority(struct screen *screen)
{
    test_trust_authority(screen->app, current(state_of(screen)));
}

static void write_to_operator(struct screen *screen)
{
    test_write_to_operator(screen->app, current(state_of(screen)));
}

/* The choice about the server name, of the result that is looked at first. */
static void correct_name(struct screen *screen)
{
    struct state *s = state_of(screen);
    size_t about =
        s->lines.choice_count ? s->lines.choices[s->selected].result : 0;

    for (size_t i = 0; i < s->lines.choice_count; i++)
        if (s->lines.choices[i].result == about &&
            s->lines.choices[i].cure.setting == SET_HOST) {
            s->selected = i;
            do_it(screen);
            return;
        }
    app_message(screen->app, STYLE_NORMAL,
                "The server name is not what failed here.");
}

/* -- checking names -------------------------------------------------------- */

static void name_was_checked(void *arg, struct name_check *check)
{
    (void)check;
    app_redraw(arg);
}

/* A certificate for another name: perhaps one in it is the right one. Ends
 * with the screen. */
static void check_names(struct screen *screen)
{
    struct state *s = state_of(screen);

    for (size_t i = 0; i < s->count; i++) {
        const struct probe_result *r = probe_set_result(s->set, i);

        if (!r->finished || s->checked[i])
            continue;
        s->checked[i] = true;
        s->checks[i] = name_check_start(&app_workspace(screen->app)->env, r,
                                        name_was_checked, screen->app);
    }
}

static bool is_over(const struct screen *screen)
{
    return probe_set_finished(state_of(screen)->set);
}

static bool is_running(const struct screen *screen)
{
    return !is_over(screen);
}

/* The chosen cure can be used, though another server is still being tested:
 * nothing will come above it any more. */
static bool can_choose(const struct screen *screen)
{
    const struct state *s = state_of(screen);

    if (is_over(screen) || !s->lines.choice_count)
        return is_over(screen);
    for (size_t i = 0; i <= s->lines.choices[s->selected].result; i++)
        if (!probe_set_result(s->set, i)->finished)
            return false;
    return true;
}

static void close_screen(struct screen *screen)
{
    struct state *s = state_of(screen);

    for (size_t i = 0; i < s->count; i++)
        name_check_free(s->checks[i]);
    free(s->checks);
    free(s->checked);
    test_lines_release(&s->lines);
    free(s);
}

static bool has_code(const struct screen *screen)
{
    struct oauth *oauth = app_workspace(screen->app)->env.oauth;

    return oauth && oauth_prompt_count(oauth);
}

static void permit(struct screen *screen)
{
    permit_open(screen->app);
}

/* Of the result that is looked at: the chosen cure's, else the running one. */
static void show_log(struct screen *screen)
{
    struct state *s = state_of(screen);
    size_t i = 0;

    if (s->lines.choice_count)
        i = s->lines.choices[s->selected].result;
    else
        while (i + 1 < s->count && probe_set_result(s->set, i)->finished)
            i++;
    if (probe_set_finished(s->set) && !s->lines.choice_count)
        i = 0;
    test_log_open(screen->app, s->set, i);
}

static void write_report(struct screen *screen)
{
    test_report_ask(screen->app, state_of(screen)->set);
}

static const struct binding keys[] = {
    {K_ENTER, 0, do_it, "Enter", "Do it", "Do what the cursor is on.",
     can_choose},
    {K_UP, 'k', up, "Up", NULL, "The choice above.", NULL},
    {K_DOWN, 'j', down, "Down", NULL, "The choice below.", NULL},
    {'r', 't', again, "r", "Run again", "Run the test again.", is_over},
    {'p', 0, permit, "p", "Code", "Show the code that is to be typed.",
     has_code},
    {'l', 0, show_log, "l", "Log", "What was said, without secrets.", NULL},
    {'w', 0, write_report, "w", "Write report",
     "Write the result and the log to a file.", NULL},
    {'v', 0, view, "v", "Certificate", "View the certificate that was shown.",
     NULL},
    {'c', 0, correct_name, "c", NULL, "Correct the server name.", can_choose},
    {'a', 0, trust_authority, "a", NULL,
     "Trust the private authority that the server sent.", can_choose},
    {'o', 0, write_to_operator, "o", NULL,
     "A text about the certificate, to send to the server's operator.",
     can_choose},
    {'x', 0, exception, "x", NULL, "Add an exception for it.", can_choose},
    {K_ESCAPE, K_CTRL('c'), stop_or_leave, "Esc", "Stop", "Stop the test.",
     is_running},
    {K_ESCAPE, K_CTRL('c'), stop_or_leave, "Esc", "Back",
     "Back to where you were.", is_over},
    {'q', 0, stop_or_leave, "q", NULL, "Stop the test; then back.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "Test connection",
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .hint = hint,
                                      .tick = check_names,
                                      .close = close_screen};

struct probe_set *test_set(const struct screen *screen)
{
    return screen->ops == &ops ? state_of(screen)->set : test_log_set(screen);
}

void test_open(struct app *app, struct probe_set *set)
{
    struct state *s = xcalloc(1, sizeof(*s));

    s->set = set;
    s->count = probe_set_count(set);
    s->checks = xcalloc(s->count, sizeof(struct name_check *));
    s->checked = xcalloc(s->count, sizeof(bool));
    app_push(app, &ops, s);
}
