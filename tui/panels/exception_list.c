/* SPDX-License-Identifier: MIT */
/*
 * exception_list: the certificates that the person accepted although nobody
 * vouches for them: where, for which faults, until when, and how each stands.
 */
#include "tui/panels/certificates_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"
#include "core/probe/standing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FULL        76
#define WHY_COL     29
#define ADDED_COL   54
#define UNTIL_COL   66
#define UNTIL_CELLS 11

CERT_LIST_OF(exceptions)

static const struct exception *at(const struct screen *screen, size_t index)
{
    return exceptions_at(store_of(screen), index);
}

static const struct exception *selected(const struct screen *screen)
{
    size_t index;

    return cert_list_selected(screen, &index) ? at(screen, index) : NULL;
}

static size_t count(const struct screen *screen)
{
    return exceptions_count(store_of(screen));
}

static void find_standing(const struct screen *screen,
                          const struct exception *x, struct standing *out)
{
    const struct workspace *w = app_workspace(screen->app);
    struct usage usage;

    usage_find(&usage, w->config, x->host, x->port);
    standing_find(out, x, &usage, w->history, app_wall(screen->app));
    usage_release(&usage);
}

/* Of several certificates at one server (they take turns): which is it? */
static size_t place_among(const struct screen *screen,
                          const struct exception *x, size_t *total)
{
    size_t place = 0;

    *total = 0;
    for (size_t i = 0; i < count(screen); i++) {
        const struct exception *other = at(screen, i);

        if (other->port != x->port || strcmp(other->host, x->host) != 0)
            continue;
        (*total)++;
        if (other == x)
            place = *total;
    }
    return place;
}

/* -- rows ------------------------------------------------------------------ */

static void heading(struct area area)
{
    draw_text(area, 0, 2, STYLE_STRONG, "Server");
    draw_text(area, 0,
              area.width >= FULL ? UNTIL_COL : area.width - UNTIL_CELLS,
              STYLE_STRONG, "Until");
    if (area.width < FULL)
        return;
    draw_text(area, 0, WHY_COL, STYLE_STRONG, "Why it needs one");
    draw_text(area, 0, ADDED_COL, STYLE_STRONG, "Accepted");
}

static const char *until_text(const struct exception *x,
                              enum standing_kind kind, char out[DATE_SIZE])
{
    if (kind == STANDING_CHANGED)
        return "blocked";
    if (kind == STANDING_ENDED)
        return "ended";
    if (x->end == EXCEPTION_SESSION)
        return "session end";
    if (x->end == EXCEPTION_REMOVED)
        return "removed";
    return date_format(out, x->until);
}

/* The faults, or what is the matter now. */
static char *why_text(const struct exception *x,
                      const struct standing *standing, char *out, size_t size)
{
    char date[DATE_SIZE];

    if (standing->kind == STANDING_CHANGED)
        snprintf(out, size, "CHANGED on %s", date_format(date, standing->seen));
    else if (standing->kind > STANDING_UNUSED &&
             standing->kind != STANDING_ENDED)
        snprintf(out, size, "%s", standing_label(standing->kind));
    else
        fault_labels(out, size, x->faults);
    return out;
}

static void row(struct screen *screen, struct area area, int line, size_t index)
{
    const struct exception *x = at(screen, index);
    char place[HOST_MAX + 40], text[200], until[DATE_SIZE];
    bool full = area.width >= FULL;
    int end = full ? UNTIL_COL : area.width - UNTIL_CELLS;
    struct standing standing;
    enum style style;
    size_t total, nth = place_among(screen, x, &total);

    find_standing(screen, x, &standing);
    style = standing_needs_you(standing.kind) ? STYLE_CHANGED : STYLE_NORMAL;
    endpoint_host_port(place, sizeof(place), x->host, x->port);
    if (total > 1)
        snprintf(place + strlen(place), sizeof(place) - strlen(place),
                 " (%zu/%zu)", nth, total);
    draw_cut(area, line, 2, (full ? WHY_COL : end) - 3, style, place);
    draw_cut(area, line, end, area.width - end, style,
             until_text(x, standing.kind, until));
    if (!full)
        return;
    draw_cut(area, line, WHY_COL, ADDED_COL - WHY_COL - 1, style,
             why_text(x, &standing, text, sizeof(text)));
    draw_text(area, line, ADDED_COL, style, date_format(until, x->added));
}

static const char *mark(struct screen *screen, size_t index)
{
    struct standing standing;

    find_standing(screen, at(screen, index), &standing);
    return standing_needs_you(standing.kind) ? "!" : " ";
}

static bool matches(const struct screen *screen, size_t index,
                    const char *needle)
{
    const struct exception *x = at(screen, index);
    char place[HOST_MAX + 16], labels[256];

    return text_contains_nocase(
               endpoint_host_port(place, sizeof(place), x->host, x->port),
               needle) ||
           text_contains_nocase(fault_labels(labels, sizeof(labels), x->faults),
                                needle) ||
           text_contains_nocase(x->names, needle) ||
           text_contains_nocase(x->issuer, needle);
}

/* -- details --------------------------------------------------------------- */

static void add_users(struct screen *screen, const struct exception *x,
                      struct details *d)
{
    struct usage usage;

    usage_find(&usage, app_config(screen->app), x->host, x->port);
    details_add_users(d, app_config(screen->app), &usage);
    usage_release(&usage);
}

/* The stored certificate knows more than the list's file. */
static void add_certificate(struct screen *screen, const struct exception *x,
                            struct details *d)
{
    time_t now = app_wall(screen->app);
    struct error e = {0};
    char until[DATE_LEFT_SIZE];
    struct cert cert;
    bool stored = exceptions_load_cert(store_of(screen), x, &cert, &e);

    details_add(d, STYLE_NORMAL, "It claims",
                "%s   (nobody but you vouches for this)",
                *x->names ? x->names : "(no names)");
    details_add(d, STYLE_NORMAL, "Issued by", "%s",
                (x->faults & FAULT_BIT(FAULT_SELF_SIGNED)) ? "itself"
                                                           : x->issuer);
    if (stored)
        details_add_valid(d, &cert, now);
    else if (x->not_after)
        details_add(d, x->not_after < now ? STYLE_CHANGED : STYLE_NORMAL,
                    "Valid", "until %s",
                    date_left_format(until, now, x->not_after));
    details_add_sha256(d, x->sha256);
    if (stored)
        cert_release(&cert);
    else if (x->end != EXCEPTION_SESSION)
        details_add(d, STYLE_CHANGED, "Stored", "%s", e.text);
}

static void details(struct screen *screen, size_t index, struct details *d)
{
    const struct exception *x = at(screen, index);
    char text[600], date[DATE_SIZE], until[DATE_SIZE];
    struct standing standing;
    size_t total, nth = place_among(screen, x, &total);

    details_head(d, endpoint_host_port(text, sizeof(text), x->host, x->port));
    find_standing(screen, x, &standing);
    if (standing.kind != STANDING_IN_USE)
        details_add(
            d, standing_needs_you(standing.kind) ? STYLE_CHANGED : STYLE_NORMAL,
            "State", "%s", standing_sentence(text, sizeof(text), &standing, x));
    details_add(d, STYLE_NORMAL, "Accepted for", "%s",
                fault_labels(text, sizeof(text), x->faults));
    add_certificate(screen, x, d);
    details_add(d, STYLE_NORMAL, "How checked", "%s, %s",
                exception_check_label(x->checked), date_format(date, x->added));
    add_users(screen, x, d);
    if (total > 1)
        details_add(d, STYLE_NORMAL, "Same server",
                    "%zu of %zu certificates accepted there; it may show any "
                    "of them",
                    nth, total);
    /* Where the list's column says something else. */
    if (strcmp(until_text(x, standing.kind, until),
               until_text(x, STANDING_IN_USE, date)) != 0)
        details_add(d, STYLE_NORMAL, "Until", "%s",
                    until_text(x, STANDING_IN_USE, date));
}

/* -- what the person does -------------------------------------------------- */

static void add(struct screen *screen)
{
    add_exception_ask(screen->app);
}

static void view(struct screen *screen)
{
    const struct exception *x = selected(screen);
    char place[HOST_MAX + 16], remark[300], date[DATE_SIZE], labels[200];
    struct error e = {0};
    struct cert cert;

    if (!exceptions_load_cert(store_of(screen), x, &cert, &e)) {
        app_message(screen->app, STYLE_FAULT, "%s",
                    x->end == EXCEPTION_SESSION
                        ? "Of this session's exceptions no certificate is "
                          "kept; t tests, v there shows it."
                        : e.text);
        return;
    }
    snprintf(remark, sizeof(remark), "NOT PROVEN: %s. You accepted it on %s.",
             fault_labels(labels, sizeof(labels), x->faults),
             date_format(date, x->added));
    cert_view_open_single(
        screen->app, endpoint_host_port(place, sizeof(place), x->host, x->port),
        &cert, remark);
    cert_release(&cert);
}

/* All accounts that connect there; without one, the port as it is usually
 * spoken to. */
static void test(struct screen *screen)
{
    const struct exception *x = selected(screen);
    char place[HOST_MAX + 16];
    const char *only =
        endpoint_host_port(place, sizeof(place), x->host, x->port);
    struct usage usage;

    usage_find(&usage, app_config(screen->app), x->host, x->port);
    if (usage.count)
        app_test(screen->app, (const char *const *)usage.targets, usage.count);
    else
        app_test(screen->app, &only, 1);
    usage_release(&usage);
}

/* What tells it from all others: the list may change while a question stands
 * there. */
struct named {
    unsigned number;
    char host[HOST_MAX];
    unsigned port;
    unsigned char sha256[32];
};

static struct named *name_it(const struct exception *x)
{
    struct named *named = xcalloc(1, sizeof(*named));

    named->number = x->number;
    snprintf(named->host, sizeof(named->host), "%s", x->host);
    named->port = x->port;
    memcpy(named->sha256, x->sha256, sizeof(named->sha256));
    return named;
}

static const struct exception *find_named(const struct exceptions *all,
                                          const struct named *named)
{
    for (size_t i = 0; i < exceptions_count(all); i++) {
        const struct exception *x = exceptions_at(all, i);

        if (x->number == named->number && x->port == named->port &&
            strcmp(x->host, named->host) == 0 &&
            memcmp(x->sha256, named->sha256, 32) == 0)
            return x;
    }
    return NULL;
}

static void remove_chosen(struct app *app, size_t button, void *arg)
{
    struct exceptions *all = app_workspace(app)->exceptions;
    const struct exception *x = find_named(all, arg);
    struct error e = {0};

    free(arg);
    if (button == 1 && x)
        cert_list_say(app, exceptions_remove(all, x, &e), "Removed", &e);
}

static void ask_remove(struct screen *screen)
{
    static const char *const buttons[] = {"Keep it", "Remove"};
    const struct exception *x = selected(screen);
    char place[HOST_MAX + 16], labels[200], line[500], since[80];
    char date[DATE_SIZE];
    const char *lines[] = {line, since,
                           "Without it that server lets nobody in again."};
    struct standing standing;

    find_standing(screen, x, &standing);
    snprintf(line, sizeof(line), "%s   %s",
             endpoint_host_port(place, sizeof(place), x->host, x->port),
             fault_labels(labels, sizeof(labels), x->faults));
    snprintf(since, sizeof(since), "accepted on %s",
             date_format(date, x->added));
    confirm_open(screen->app, "Remove this exception?", lines,
                 standing.kind == STANDING_IN_USE ? 3 : 2, buttons, 2,
                 remove_chosen, name_it(x));
}

static void import(struct screen *screen)
{
    exception_import_ask(screen->app);
}

static void export(struct screen *screen)
{
    exception_export_ask(screen->app, selected(screen));
}

/* -- the list -------------------------------------------------------------- */

const struct binding exception_keys[] = {
    {'a', 0, add, "a", "Add", "add an exception for a server",
     cert_list_is_usable},
    CERT_LIST_UNDO,
    {'v', 0, view, "v", "View", "view the certificate that was accepted",
     cert_list_has_row},
    {'d', K_DELETE, ask_remove, "d", "Remove",
     "remove the exception; asks (also Del)", cert_list_has_row},
    {'t', 0, test, "t", "Test", "test the accounts that connect there",
     cert_list_has_row},
    {'e', 0, export, "e", "Export", "write one or all to a file",
     cert_list_has_row},
    {'i', 0, import, "i", "Import",
     "take exceptions from a PEM or Thunderbird's cert_override.txt",
     cert_list_is_usable},
    {K_ENTER, 0, cert_list_open, "Enter", NULL, "all details (also Tab)",
     cert_list_has_row},
    CERT_LIST_KEYS,
    BINDING_END};

const struct cert_list exception_list = {
    .name = "Exceptions",
    .empty = "No exceptions: every certificate must be proven by an authority. "
             "a adds one, i takes them from a file, or a failed test leads "
             "there.",
    .hint = "Exceptions are written at once, not with s.",
    .count = count,
    .refused = refused,
    .problem = problem,
    .heading = heading,
    .row = row,
    .mark = mark,
    .details = details,
    .matches = matches,
    .undo_what = undo_what,
    .undo = undo,
    .refresh = read_anew,
};
