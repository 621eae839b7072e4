/* SPDX-License-Identifier: MIT */
/*
 * test: a connection test as it happens: its stages with words and
 * milliseconds, then the cause and what can be done, best first. It goes on
 * when one looks at another panel.
 */
#include "tui/app.h"
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
    s->height = height;
    test_lines_build(&s->lines, s->set, s->checks, body.width, full);
    while (s->lines.count > height && full > 0)
        test_lines_build(&s->lines, s->set, s->checks, body.width, --full);
    if (s->selected >= s->lines.choice_count)
        s->selected = 0;
    focus = focus_line(s);
    scroll_to(s, focus, height);
    for (size_t i = s->top; i < s->lines.count && i < s->top + height; i++) {
        int row = (int)(i - s->top);

        draw_text(body, row, 0, s->lines.lines[i].style,
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

static void again(struct screen *screen)
{
    struct state *s = state_of(screen);
    size_t count = probe_set_count(s->set);
    char **targets = xcalloc(count, sizeof(char *));
    struct app *app = screen->app;

    for (size_t i = 0; i < count; i++)
        targets[i] = xstrdup(probe_set_result(s->set, i)->target);
    app_test(app, (const char *const *)targets, count);
    for (size_t i = 0; i < count; i++)
        free(targets[i]);
    free(targets);
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

static void view(struct screen *screen)
{
    const struct probe_result *r = current(state_of(screen));
    char place[HOST_MAX + 16];

    if (!r || !r->has_verdict) {
        app_message(screen->app, STYLE_NORMAL, "No certificate came yet.");
        return;
    }
    cert_view_open(screen->app,
                   endpoint_host_port(place, sizeof(place), r->endpoint.host,
                                      r->endpoint.port),
                   &r->verdict,
                   r->exception == EXCEPTION_USED ? "You accepted it." : "");
}

static void exception(struct screen *screen)
{
    const struct probe_result *r = current(state_of(screen));

    if (!r || r->reason != REASON_CERTIFICATE)
        app_message(screen->app, STYLE_NORMAL,
                    "No exception is needed here: the certificate is not what "
                    "failed.");
    else
        add_exception_open(screen->app, r);
}

/* "work/outgoing" is about the outgoing server's section. */
static bool section_of(struct app *app, const char *target,
                       enum section *section, char id[200])
{
    const char *slash = strrchr(target, '/');
    const char *smtp;

    *section = SECTION_SMTP;
    if (strncmp(target, "smtp:", 5) == 0) {
        snprintf(id, 200, "%s", target + 5);
        return true;
    }
    if (!slash)
        return false;
    snprintf(id, 200, "%.*s", (int)(slash - target), target);
    if (strcmp(slash, "/outgoing") == 0) {
        smtp = config_smtp_of(app_config(app), id);
        snprintf(id, 200, "%s", smtp ? smtp : "");
        return smtp != NULL;
    }
    *section = SECTION_ACCOUNT;
    return true;
}

static void set_and_test(struct screen *screen,
                         const struct test_choice *choice)
{
    struct state *s = state_of(screen);
    const char *target = probe_set_result(s->set, choice->result)->target;
    struct app *app = screen->app;
    enum section section;
    struct error e = {0};
    char id[200];
    bool moved;

    if (!section_of(app, target, &section, id) ||
        !config_set(app_config(app), section, id, choice->cure.setting,
                    choice->cure.value, &moved, &e)) {
        app_message(app, STYLE_FAULT, "%s", e.text);
        return;
    }
    app_message(app, STYLE_CHANGED, "Changed, not saved: %s%s.",
                choice->cure.text, moved ? "; the port followed" : "");
    again(screen);
}

static void clock_answered(struct app *app, size_t button, void *arg)
{
    (void)app;
    if (button == 1)
        again(arg);
}

static void show_clock(struct screen *screen)
{
    static const char *const buttons[] = {"Back", "Run the test again"};
    char now[TIMESTAMP_SIZE], line[100];
    const char *const lines[] = {
        line, "Is that right? If not, set it, as root, with one of these:",
        "  timedatectl set-ntp true", "  date -u -s \"2027-01-31 16:02\"",
        "A test reads the clock anew. If the clock is right, the operator has "
        "to be asked."};

    timestamp_format(now, app_wall(screen->app));
    snprintf(line, sizeof(line), "This computer's clock says %s (UTC).", now);
    confirm_open(screen->app, "Correct the clock", lines,
                 sizeof(lines) / sizeof(lines[0]), buttons, 2, clock_answered,
                 screen);
}

/* Staged like any other change; both of its servers are passed over then. */
static void stop_using(struct screen *screen, const char *target,
                       const struct cure *cure)
{
    const char *slash = strrchr(target, '/');
    struct app *app = screen->app;
    struct error e = {0};
    char id[200];

    snprintf(id, sizeof(id), "%.*s", slash ? (int)(slash - target) : 0, target);
    if (!config_set(app_config(app), SECTION_ACCOUNT, id, cure->setting,
                    cure->value, NULL, &e)) {
        app_message(app, STYLE_FAULT, "%s", e.text);
        return;
    }
    app_panel(app, PANEL_ACCOUNTS);
    app_select_account(app, id);
    app_message(app, STYLE_CHANGED,
                "%s is not used any more: not saved. u takes it back.",
                config_label(app_config(app), SECTION_ACCOUNT, id));
}

static void write_to_operator(struct screen *screen)
{
    const struct probe_result *r = current(state_of(screen));

    if (!r || r->reason != REASON_CERTIFICATE || !r->has_verdict)
        app_message(screen->app, STYLE_NORMAL,
                    "There is nothing to tell the operator: the certificate is "
                    "not what failed.");
    else
        operator_open(screen->app, r);
}

static void trust_authority(struct screen *screen)
{
    const struct probe_result *r = current(state_of(screen));

    if (!r || !probe_private_root(r))
        app_message(screen->app, STYLE_NORMAL,
                    "The server sent no root of a private authority that would "
                    "cure this.");
    else
        trust_authority_open(screen->app, r);
}

static void do_it(struct screen *screen)
{
    struct state *s = state_of(screen);
    const struct probe_result *r;
    const struct test_choice *choice;

    if (!s->lines.choice_count) {
        if (probe_set_finished(s->set))
            app_pop(screen->app);
        return;
    }
    choice = &s->lines.choices[s->selected];
    r = probe_set_result(s->set, choice->result);
    switch (choice->cure.kind) {
    case CURE_EDIT:
        app_goto_target(screen->app, r->target, choice->cure.setting, true);
        return;
    case CURE_SET:
        set_and_test(screen, choice);
        return;
    case CURE_CLOCK:
        show_clock(screen);
        return;
    case CURE_AUTHORITY:
        trust_authority_open(screen->app, r);
        return;
    case CURE_OPERATOR:
        write_to_operator(screen);
        return;
    case CURE_DISABLE:
        stop_using(screen, r->target, &choice->cure);
        return;
    case CURE_VIEW:
        view(screen);
        return;
    case CURE_EXCEPTION:
        exception(screen);
        return;
    case CURE_COMPARE:
        changed_open(screen->app, r);
        return;
    case CURE_RETRY:
        again(screen);
    }
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
    {K_ENTER, 0, do_it, "Enter", "Do it", "Do what the cursor is on.", is_over},
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
    {'c', 0, correct_name, "c", NULL, "Correct the server name.", is_over},
    {'a', 0, trust_authority, "a", NULL,
     "Trust the private authority that the server sent.", is_over},
    {'o', 0, write_to_operator, "o", NULL,
     "A text about the certificate, to send to the server's operator.",
     is_over},
    {'x', 0, exception, "x", NULL, "Add an exception for it.", is_over},
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
