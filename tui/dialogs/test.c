/* SPDX-License-Identifier: MIT */
/*
 * test: a connection test as it happens: its stages with words and
 * milliseconds, then the cause and what can be done, best first. It goes on
 * when one looks at another panel.
 */
#include "tui/app.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHOICES_MAX 24

struct line {
    char *text;
    enum style style;
    int choice; /* -1: none */
    bool running;
};

struct choice {
    size_t result; /* index in the set */
    struct cure cure;
};

struct state {
    struct probe_set *set;
    struct line *lines;
    size_t line_count;
    struct choice choices[CHOICES_MAX];
    size_t choice_count, selected, top;
    int height;
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

/* -- lines ----------------------------------------------------------------- */

static void clear(struct state *s)
{
    for (size_t i = 0; i < s->line_count; i++)
        free(s->lines[i].text);
    s->line_count = 0;
}

static struct line *add(struct state *s, enum style style, char *text)
{
    s->lines = xreallocarray(s->lines, s->line_count + 1, sizeof(*s->lines));
    s->lines[s->line_count] = (struct line){text, style, -1, false};
    return &s->lines[s->line_count++];
}

static void add_wrapped(struct state *s, int width, enum style style,
                        const char *mark, const char *text)
{
    int indent = (int)strlen(mark);
    size_t count;
    char **parts =
        draw_break(text, width > indent + 8 ? width - indent : 8, &count);

    for (size_t i = 0; i < count; i++) {
        add(s, style, xasprintf("%-*s%s", indent, i ? "" : mark, parts[i]));
        free(parts[i]);
    }
    free(parts);
}

/* A failed stage's sentence stands below, with the cause. */
static const char *stage_text(const struct probe_result *r,
                              const struct probe_stage *stage, char labels[200])
{
    if (stage->state != STAGE_FAILED)
        return stage->text;
    if (stage->stage == STAGE_CERTIFICATE && r->has_verdict)
        return fault_labels(labels, 200, r->verdict.faults);
    return reason_label(r->reason);
}

static void add_stage(struct state *s, const struct probe_result *r, size_t i)
{
    const struct probe_stage *stage = &r->stages[i];
    char ms[24] = "", labels[200];
    enum style style =
        stage->state == STAGE_FAILED ? STYLE_FAULT : STYLE_NORMAL;
    struct line *line;

    if (stage->state == STAGE_WAITING)
        return;
    if (stage->state == STAGE_OK || stage->state == STAGE_FAILED)
        snprintf(ms, sizeof(ms), "%lld ms", (long long)stage->ms);
    line = add(s, style,
               xasprintf("%s%2zu %-16s %-8s%9s   %s",
                         stage->state == STAGE_FAILED ? "! " : "  ", i + 1,
                         stage_label(stage->stage),
                         stage_state_label(stage->state), ms,
                         stage_text(r, stage, labels)));
    line->running = stage->state == STAGE_RUNNING;
}

static const char *side_of(const struct probe_result *r)
{
    size_t len = strlen(r->target);

    if (len > 9 && strcmp(r->target + len - 9, "/incoming") == 0)
        return "Incoming";
    if (len > 9 && strcmp(r->target + len - 9, "/outgoing") == 0)
        return "Outgoing";
    return r->endpoint.service == SERVICE_SMTP ? "Outgoing" : "Server";
}

static void add_head(struct state *s, const struct probe_result *r)
{
    char host[600];

    if (!r->endpoint.host[0]) {
        add(s, STYLE_STRONG, xasprintf(" %s", side_of(r)));
        return;
    }
    add(s, STYLE_STRONG,
        xasprintf(" %s  %s port %u, %s", side_of(r),
                  host_display(host, sizeof(host), r->endpoint.host),
                  r->endpoint.port, security_label(r->endpoint.security)));
}

/* Stages in order; with `brief` those that went well share a line. */
static void add_stages(struct state *s, const struct probe_result *r,
                       bool brief)
{
    size_t i = 0, good = 0;
    int64_t ms = 0;

    while (brief && good < r->stage_count && r->stages[good].state == STAGE_OK)
        ms += r->stages[good++].ms;
    if (good > 2) {
        const char *text = r->ok ? r->text : r->stages[good - 1].text;

        add(s, STYLE_NORMAL,
            xasprintf("   1-%-14zu %-8s%6lld ms   %s", good, "OK",
                      (long long)ms, text));
        i = good;
    }
    for (; i < r->stage_count; i++)
        add_stage(s, r, i);
}

/* -- cause and cures ------------------------------------------------------- */

static void add_cause(struct state *s, int width, const struct probe_result *r)
{
    bool certificate = r->reason == REASON_CERTIFICATE && r->has_verdict;

    if (!certificate) {
        add_wrapped(s, width, STYLE_FAULT, " ! ", r->text);
        return;
    }
    for (int f = 0; f < FAULT_COUNT; f++)
        if (r->verdict.sentences[f])
            add_wrapped(s, width, STYLE_FAULT, " ! ", r->verdict.sentences[f]);
    if (r->exception == EXCEPTION_CHANGED)
        add_wrapped(s, width, STYLE_CHANGED, " ! ",
                    "It is not the certificate that you accepted.");
    add_wrapped(s, width, STYLE_NORMAL, "   ",
                "The connection is encrypted, but you cannot know to whom. No "
                "password was sent.");
}

/* A target that is no account has no settings to mend. */
static bool applies(const struct probe_result *r, const struct cure *cure)
{
    bool settings = cure->kind == CURE_EDIT || cure->kind == CURE_SET;

    return !settings || !endpoint_looks_like_url(r->target) ||
           strncmp(r->target, "smtp:", 5) == 0;
}

static const char *cure_key(const struct cure *cure)
{
    switch (cure->kind) {
    case CURE_VIEW:
        return "v";
    case CURE_EXCEPTION:
        return "x";
    case CURE_RETRY:
        return "r";
    default:
        return " ";
    }
}

static void add_cures(struct state *s, size_t index,
                      const struct probe_result *r)
{
    struct cure cures[CURE_MAX];
    size_t count = probe_cures(r, cures);

    for (size_t i = 0; i < count && s->choice_count < CHOICES_MAX; i++) {
        struct line *line;

        if (!applies(r, &cures[i]))
            continue;
        line = add(s, STYLE_NORMAL,
                   xasprintf("  %s  %s", cure_key(&cures[i]), cures[i].text));
        line->choice = (int)s->choice_count;
        s->choices[s->choice_count++] = (struct choice){index, cures[i]};
    }
}

/* Results from `brief_from` on tell their good stages in one line. */
static void build(struct state *s, int width, size_t brief_from)
{
    size_t count = probe_set_count(s->set);

    clear(s);
    s->choice_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct probe_result *r = probe_set_result(s->set, i);

        add_head(s, r);
        add_stages(s, r, i >= brief_from);
        if (r->ok && i < brief_from)
            add(s, STYLE_GOOD, xasprintf("   %s", r->text));
        if (r->exception == EXCEPTION_NOT_NEEDED)
            add_wrapped(s, width, STYLE_NORMAL, "   ",
                        "The certificate is proven now: the exception you made "
                        "is not needed any more. 4, then d removes it.");
        if (!r->finished || r->ok)
            continue;
        add_cause(s, width, r);
        if (r->reason != REASON_CANCELLED)
            add_cures(s, i, r);
    }
    if (s->selected >= s->choice_count)
        s->selected = 0;
}

/* -- drawing --------------------------------------------------------------- */

/* The line the person is at: the chosen cure, else what is running, else the
 * last. */
static size_t focus_line(const struct state *s)
{
    size_t running = s->line_count;

    for (size_t i = 0; i < s->line_count; i++) {
        if (s->choice_count && s->lines[i].choice == (int)s->selected)
            return i;
        if (s->lines[i].running && running == s->line_count)
            running = i;
    }
    if (running < s->line_count)
        return running;
    return s->line_count ? s->line_count - 1 : 0;
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    size_t focus, height = body.height > 0 ? (size_t)body.height : 1;
    size_t full = probe_set_count(s->set);

    /* As much detail as there is room for; the first result keeps it longest.*/
    build(s, body.width, full);
    while (s->line_count > height && full > 0)
        build(s, body.width, --full);
    focus = focus_line(s);
    s->height = body.height;
    if (focus < s->top)
        s->top = focus;
    if (focus >= s->top + height)
        s->top = focus - height + 1;
    if (s->line_count <= s->top + height)
        s->top = s->line_count > height ? s->line_count - height : 0;
    for (size_t i = s->top; i < s->line_count && i < s->top + height; i++) {
        int row = (int)(i - s->top);

        draw_text(body, row, 0, s->lines[i].style, s->lines[i].text);
        if (i == focus) {
            if (s->lines[i].choice >= 0)
                draw_text(body, row, 0, STYLE_FOCUS, ">");
            draw_cursor(body, row, 0);
        }
    }
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

    if (s->selected + 1 < s->choice_count)
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
    if (s->choice_count)
        return probe_set_result(s->set, s->choices[s->selected].result);
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

static void set_and_test(struct screen *screen, const struct choice *choice)
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

static void do_it(struct screen *screen)
{
    struct state *s = state_of(screen);
    const struct probe_result *r;
    const struct choice *choice;

    if (!s->choice_count) {
        if (probe_set_finished(s->set))
            app_pop(screen->app);
        return;
    }
    choice = &s->choices[s->selected];
    r = probe_set_result(s->set, choice->result);
    switch (choice->cure.kind) {
    case CURE_EDIT:
        app_goto_target(screen->app, r->target, choice->cure.setting, true);
        return;
    case CURE_SET:
        set_and_test(screen, choice);
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

    clear(s);
    free(s->lines);
    free(s);
}

static const struct binding keys[] = {
    {K_ENTER, 0, do_it, "Enter", "Do it", "Do what the cursor is on.", is_over},
    {K_UP, 'k', up, "Up", NULL, "The choice above.", NULL},
    {K_DOWN, 'j', down, "Down", NULL, "The choice below.", NULL},
    {'r', 't', again, "r", "Run again", "Run the test again.", is_over},
    {'v', 0, view, "v", "Certificate", "View the certificate that was shown.",
     NULL},
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
                                      .close = close_screen};

void test_open(struct app *app, struct probe_set *set)
{
    struct state *s = xcalloc(1, sizeof(*s));

    s->set = set;
    app_push(app, &ops, s);
}
