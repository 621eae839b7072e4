/* SPDX-License-Identifier: MIT */
/*
 * import_exceptions: exceptions out of Thunderbird's cert_override.txt or a
 * certificate. The file is named, each server is asked what it shows now, and
 * every row says what would be taken and what not, and why. Only then, and when
 * the person says so, is anything stored.
 */
#include "core/account/usage.h"
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/exchange/exception_import.h"
#include "tui/dialogs/ask.h"
#include "tui/dialogs/paths.h"
#include "tui/widgets/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FULL         76
#define DETAILS_ROWS 5
#define SHOWN_MAX    20 /* lines of the last question */

struct row {
    struct import_candidate candidate;
    char *target; /* how its server is asked */
    bool asked;   /* the answer is there */
    struct import_decision decision;
    const char
        *refusal; /* a line of the file that is no exception; else NULL */
};

struct state {
    struct app *app;
    char *name;
    struct exception_import file;
    enum import_clash clash;
    struct row *rows;
    size_t count;
    struct list list;
    struct probe_set *set; /* one test a row that is no refusal, in order */
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

static void release(struct state *s)
{
    probe_set_free(s->set);
    for (size_t i = 0; i < s->count; i++)
        free(s->rows[i].target);
    free(s->rows);
    exception_import_release(&s->file);
    free(s->name);
    free(s);
}

static size_t to_store(const struct state *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->count; i++)
        n += s->rows[i].asked && s->rows[i].decision.outcome == IMPORT_ADD;
    return n;
}

static size_t still_asked(const struct state *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->count; i++)
        n += !s->rows[i].refusal && !s->rows[i].asked;
    return n;
}

/* -- drawing --------------------------------------------------------------- */

static const char *row_words(const struct row *row)
{
    static const char *const words[] = {
        [IMPORT_ADD] = "to be stored",
        [IMPORT_THERE] = "accepted already",
        [IMPORT_TRUSTED] = "needs none",
        [IMPORT_DIFFERENT] = "DIFFERENT",
        [IMPORT_NEVER] = "never",
        [IMPORT_TAKEN] = "kept as it is",
        [IMPORT_NO_CERTIFICATE] = "no answer",
        [IMPORT_LISTED] = "...",
        [IMPORT_NOT_STORED] = "not stored",
    };

    if (row->refusal)
        return "not taken";
    return row->asked ? words[row->decision.outcome] : "asking ...";
}

static enum style row_style(const struct row *row)
{
    if (row->refusal)
        return STYLE_CHANGED;
    if (!row->asked)
        return STYLE_NORMAL;
    if (row->decision.outcome == IMPORT_ADD)
        return STYLE_GOOD;
    return import_outcome_ok(row->decision.outcome) ? STYLE_NORMAL
                                                    : STYLE_FAULT;
}

static char *row_place(const struct row *row, char *out, size_t size)
{
    size_t used;

    if (row->refusal) {
        snprintf(out, size, "line %u", row->candidate.line);
        return out;
    }
    endpoint_host_port(out, size, row->candidate.host, row->candidate.port);
    used = strlen(out);
    if (row->candidate.line)
        snprintf(out + used, size - used, "   line %u", row->candidate.line);
    return out;
}

static void draw_rows(struct state *s, struct area area)
{
    char place[HOST_MAX + 40];
    size_t i;

    list_fit(&s->list, s->count, area.height);
    for (int row = 0; row < area.height && list_at(&s->list, row, &i); row++) {
        enum style style = row_style(&s->rows[i]);
        bool here = i == s->list.selected;

        draw_text(area, row, 0, STYLE_FOCUS,
                  here                   ? ">"
                  : style == STYLE_FAULT ? "!"
                                         : " ");
        draw_cut(area, row, 2, area.width - 20, style,
                 row_place(&s->rows[i], place, sizeof(place)));
        draw_text(area, row, area.width - 17, style, row_words(&s->rows[i]));
        if (here)
            draw_cursor(area, row, 0);
    }
}

static void draw_selected(const struct state *s, struct area area)
{
    const struct row *row = &s->rows[s->list.selected];
    char sha256[96];
    int line = 0;

    if (row->refusal) {
        draw_wrapped(area, 0, 1, STYLE_NORMAL, row->refusal);
        return;
    }
    text_hex_groups(sha256, row->candidate.sha256, 32);
    line = draw_wrapped(area, 0, 1, STYLE_NORMAL, sha256);
    draw_wrapped(area, line, 1, row_style(row),
                 row->asked ? row->decision.text
                            : "The server is asked for its certificate.");
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    int below =
        body.height > 2 * DETAILS_ROWS + 2 ? DETAILS_ROWS + 1 : DETAILS_ROWS;

    draw_rows(s, area_rows(body, 0, body.height - below - 1));
    draw_rule(body, body.height - below - 1);
    draw_selected(s, area_rows(body, body.height - below, below));
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct state *s = state_of(screen);
    size_t asked = still_asked(s);

    snprintf(left, left_size, "Import from %s", s->name);
    if (asked)
        snprintf(right, right_size, "asking %zu", asked);
    else
        snprintf(right, right_size, "%zu to store", to_store(s));
}

static bool hint(const struct screen *screen, char *out, size_t size)
{
    const struct state *s = state_of(screen);

    if (still_asked(s))
        snprintf(out, size, "Each server is asked; nothing is stored yet.");
    else if (to_store(s))
        snprintf(out, size, "Nothing is stored yet. Enter asks once more.");
    else
        snprintf(out, size, "There is nothing to store.");
    return true;
}

/* -- asking the servers ---------------------------------------------------- */

/* Thunderbird's file does not say how a port is spoken to. */
static void say_why_none(struct row *row, const struct probe_result *result)
{
    snprintf(row->decision.text, sizeof(row->decision.text), "%.500s%s",
             result->text,
             result->reason == REASON_NOT_TLS
                 ? " With imap://HOST:PORT (pop3, smtp) as the server it is "
                   "asked through STARTTLS."
                 : "");
}

static void answered(void *arg, struct probe_set *set, size_t index)
{
    struct state *s = arg;
    const struct probe_result *result = probe_set_result(set, index);
    struct row *row = &s->rows[index];

    app_redraw(s->app);
    if (!result->finished)
        return;
    row->asked = true;
    if (result->has_verdict)
        exception_import_choose(&s->file, &row->candidate, &result->verdict);
    exception_import_decide(&row->decision, app_workspace(s->app)->exceptions,
                            &row->candidate,
                            result->has_verdict ? &result->verdict : NULL,
                            s->clash, app_wall(s->app));
    if (row->decision.outcome == IMPORT_NO_CERTIFICATE)
        say_why_none(row, result);
}

/* The account's way to that server, else the port's usual one. */
static char *target_of(struct app *app, const struct import_candidate *c)
{
    char place[HOST_MAX + 16];
    struct usage usage;
    char *target;

    usage_find(&usage, app_config(app), c->host, c->port);
    target = xstrdup(usage.count ? usage.targets[0]
                                 : endpoint_host_port(place, sizeof(place),
                                                      c->host, c->port));
    usage_release(&usage);
    return target;
}

static bool start(struct state *s, struct error *e)
{
    const struct probe_set_options options = {.purpose = PROBE_CERTIFICATE};
    struct workspace *workspace = app_workspace(s->app);

    if (!workspace_prepare(workspace, e))
        return false;
    s->set = probe_set_new(workspace, &options, answered, s);
    for (size_t i = 0; i < s->count && !s->rows[i].refusal; i++)
        if (!probe_set_add(s->set, s->rows[i].target, e))
            return false;
    return true;
}

/* -- storing --------------------------------------------------------------- */

static bool store_row(struct state *s, size_t i, struct error *e)
{
    struct row *row = &s->rows[i];
    const struct exception_wish wish = {.host = row->candidate.host,
                                        .port = row->candidate.port,
                                        .checked = CHECKED_PASTED};

    if (!exceptions_add(app_workspace(s->app)->exceptions, &wish,
                        &probe_set_result(s->set, i)->verdict,
                        row->decision.replace, app_wall(s->app), e))
        return false;
    row->decision.outcome = IMPORT_THERE;
    snprintf(row->decision.text, sizeof(row->decision.text),
             "Stored just now.");
    return true;
}

static void store(struct app *app, size_t button, void *arg)
{
    struct state *s = arg;
    struct error e = {0};
    size_t stored = 0;

    for (size_t i = 0; button == 1 && i < s->count; i++) {
        if (s->rows[i].refusal || !s->rows[i].asked ||
            s->rows[i].decision.outcome != IMPORT_ADD)
            continue;
        if (!store_row(s, i, &e)) {
            app_message(app, STYLE_FAULT, "%zu stored, then: %s", stored,
                        e.text);
            return;
        }
        stored++;
    }
    if (button != 1) {
        app_message(app, STYLE_NORMAL, "Nothing was stored.");
        return;
    }
    app_pop(app);
    app_message(app, STYLE_GOOD,
                "%zu stored; written at once. u takes the last one back.",
                stored);
}

static void ask_store(struct screen *screen)
{
    struct state *s = state_of(screen);
    size_t n = to_store(s), used = 0;
    char title_text[60], button[40], *lines[SHOWN_MAX + 1];
    const char *buttons[] = {"Cancel", button};

    for (size_t i = 0; i < s->count && used < SHOWN_MAX; i++) {
        char place[HOST_MAX + 40];

        if (s->rows[i].asked && s->rows[i].decision.outcome == IMPORT_ADD)
            lines[used++] =
                xstrdup(row_place(&s->rows[i], place, sizeof(place)));
    }
    if (n > used)
        lines[used++] = xasprintf("and %zu more", n - SHOWN_MAX);
    snprintf(title_text, sizeof(title_text), "Accept %zu certificate%s?", n,
             n == 1 ? "" : "s");
    snprintf(button, sizeof(button), "Store %zu", n);
    confirm_open(screen->app, title_text, (const char *const *)lines, used,
                 buttons, 2, store, s);
    while (used)
        free(lines[--used]);
}

static bool may_store(const struct screen *screen)
{
    return !still_asked(state_of(screen)) && to_store(state_of(screen));
}

static void leave(struct screen *screen)
{
    app_pop(screen->app);
    app_message(screen->app, STYLE_NORMAL, "Nothing was stored.");
}

static bool key(struct screen *screen, int pressed)
{
    return list_key(&state_of(screen)->list, pressed);
}

static void close_screen(struct screen *screen)
{
    release(state_of(screen));
}

static const struct binding keys[] = {
    {K_ENTER, 0, ask_store, "Enter", "Store", "Store what can be taken; asks.",
     may_store},
    {K_ESCAPE, 'q', leave, "Esc", "Cancel", "Store nothing.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "Import exceptions",
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .hint = hint,
                                      .key = key,
                                      .close = close_screen};

/* -- the file -------------------------------------------------------------- */

enum { ASK_FILE, ASK_SERVER, ASK_CLASH };
static const char *const clashes[] = {
    [IMPORT_KEEP] = "keep what is accepted",
    [IMPORT_ALSO] = "accept both: servers that take turns",
    [IMPORT_REPLACE] = "the new one takes its place",
    [IMPORT_REPLACE + 1] = NULL};

static struct row *add_row(struct state *s)
{
    s->rows = xreallocarray(s->rows, s->count + 1, sizeof(*s->rows));
    s->rows[s->count] = (struct row){.target = NULL};
    return &s->rows[s->count++];
}

/* Those to be asked first, then the lines that are no exception. */
static void fill_rows(struct state *s, const struct endpoint *server,
                      const char *url)
{
    const struct cert_overrides *all = &s->file.overrides;
    struct import_candidate *candidates;
    size_t n = exception_import_candidates(&s->file, server, &candidates);

    for (size_t i = 0; i < n; i++) {
        struct row *row = add_row(s);

        row->candidate = candidates[i];
        row->target = url && strstr(url, "://")
                          ? xstrdup(url)
                          : target_of(s->app, &candidates[i]);
    }
    free(candidates);
    for (size_t i = 0; !server && i < all->refusal_count; i++) {
        struct row *row = add_row(s);

        row->candidate.line = all->refusals[i].line;
        row->refusal = all->refusals[i].text;
    }
}

/* What others may write says nothing about what the person accepted. */
static bool read_file(struct state *s, const char *typed, struct error *e)
{
    char *path = path_expand(typed);
    struct buf bytes;
    bool ok;

    buf_init(&bytes, CERT_OVERRIDE_MAX);
    ok = path_read(typed, &bytes, e) && file_check_trusted(path, e) &&
         exception_import_read(&s->file, path, bytes.data, bytes.len, e);
    buf_release(&bytes);
    free(path);
    return ok;
}

static void review(struct ask *asked, struct state *s)
{
    const char *typed = ask_text(asked, ASK_SERVER);
    struct endpoint server;
    struct error e = {0};

    if (*typed && !endpoint_parse(typed, &server, &e)) {
        ask_refuse(asked, ASK_SERVER, e.text);
    } else if (!*typed && s->file.kind == IMPORT_CERTIFICATES) {
        ask_refuse(asked, ASK_SERVER,
                   "A certificate does not say for which server it was "
                   "accepted: type HOST:PORT or a URL.");
    } else {
        fill_rows(s, *typed ? &server : NULL, *typed ? typed : NULL);
        if (!s->count) {
            ask_refuse(asked, *typed ? ASK_SERVER : ASK_FILE,
                       *typed ? "The file has no exception for that server."
                              : "The file has no exception that could be "
                                "taken.");
        } else if (!start(s, &e)) {
            ask_refuse_error(asked, ASK_SERVER, &e);
        } else {
            ask_done(asked);
            app_push(s->app, &ops, s);
            if (probe_set_count(s->set))
                probe_set_start(s->set);
            return;
        }
    }
    release(s);
}

static void take(struct ask *asked, void *arg)
{
    struct state *s = xcalloc(1, sizeof(*s));
    const char *typed = ask_text(asked, ASK_FILE);
    struct error e = {0};
    char safe[300];

    (void)arg;
    s->app = ask_app(asked);
    s->clash = (enum import_clash)ask_choice(asked, ASK_CLASH);
    s->name = xstrdup(text_safe_string(safe, sizeof(safe), typed));
    if (read_file(s, typed, &e)) {
        review(asked, s);
        return;
    }
    ask_refuse_error(asked, ASK_FILE, &e);
    release(s);
}

void exception_import_ask(struct app *app)
{
    ask_open(app,
             &(struct ask_spec){
                 .title = "Import exceptions",
                 .about = "from a file",
                 .intro = "Thunderbird's cert_override.txt, or a certificate "
                          "(PEM, DER) that somebody handed over. Each server "
                          "is asked now: only what it shows is taken, and "
                          "nothing is stored before you have seen it.",
                 .fields = {{.label = "File"},
                            {.label = "Server"},
                            {.label = "If one is there", .choices = clashes}},
                 .verb = "Ask the servers",
                 .take = take});
}
