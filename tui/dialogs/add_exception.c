/* SPDX-License-Identifier: MIT */
/*
 * add_exception: the decision to accept one certificate at one host and port.
 * The person sees who was asked for, every fault in a sentence, what it means,
 * what the certificate claims, its SHA-256, for how long; and can paste the
 * SHA-256 from a second source or type the server's name. Cancel has the focus.
 */
#include "tui/dialogs/decision.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDE 76

enum keep { KEEP_LATEST, KEEP_DATE, KEEP_SESSION, KEEP_REMOVED, KEEP_COUNT };

struct state {
    struct decision d;
    enum keep keep;
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

/* -- text ------------------------------------------------------------------ */

static void fill_faults(struct state *s)
{
    const struct probe_result *r = &s->d.result;
    fault_set shown = r->exception == EXCEPTION_MORE_FAULTS ? r->new_faults
                                                            : r->verdict.faults;

    for (int f = 0; f < FAULT_COUNT; f++)
        if ((shown & FAULT_BIT(f)) && r->verdict.sentences[f])
            pages_text(&s->d.pages, STYLE_FAULT, "   !", 5,
                       r->verdict.sentences[f]);
    if (r->exception == EXCEPTION_RENEWED)
        pages_text(&s->d.pages, STYLE_NORMAL, "", 1,
                   "It is a new certificate with the same key as before: "
                   "whoever holds it is the one you accepted.");
    if (r->exception == EXCEPTION_MORE_FAULTS)
        pages_text(&s->d.pages, STYLE_NORMAL, "", 1,
                   "You accepted this certificate before, but not this.");
    if (r->exception == EXCEPTION_ENDED)
        pages_text(&s->d.pages, STYLE_NORMAL, "", 1,
                   "You accepted this certificate before; that exception has "
                   "ended.");
}

/* Issuer and dates, on one line where they fit. */
static void fill_origin(struct pages *p, const struct cert *leaf, time_t now)
{
    const char *issuer = leaf->self_signed ? "itself" : leaf->issuer_name;
    char from[DATE_SIZE], until[DATE_LEFT_SIZE], valid[100] = "unreadable";

    if (leaf->dates_ok)
        snprintf(valid, sizeof(valid), "%s to %s",
                 date_format(from, leaf->not_before),
                 date_left_format(until, now, leaf->not_after));
    if (p->width >= WIDE && strlen(issuer) < 17) {
        pages_line(p, STYLE_NORMAL, -1, " Issued by    %-17sValid %s", issuer,
                   valid);
        return;
    }
    pages_text(p, STYLE_NORMAL, " Issued by", 14, issuer);
    pages_text(p, STYLE_NORMAL, " Valid", 14, valid);
}

static void fill_claims(struct state *s, time_t now)
{
    struct pages *p = &s->d.pages;
    const struct cert *leaf = verdict_leaf(&s->d.result.verdict);
    struct buf names;

    buf_init(&names, 4000);
    for (size_t i = 0; i < leaf->name_count; i++)
        if (!buf_addf(&names, "%s%s", i ? ", " : "", leaf->names[i]))
            break;
    pages_line(p, STYLE_NORMAL, -1, " The certificate claims (unchecked):");
    pages_text(p, STYLE_NORMAL, " Names", 14,
               names.len ? names.data : "(none)");
    fill_origin(p, leaf, now);
    decision_sha256(&s->d, leaf->sha256);
    buf_release(&names);
}

static void keep_text(struct state *s, time_t now, char *out, size_t size)
{
    char date[DATE_SIZE];

    switch (s->keep) {
    case KEEP_LATEST:
        snprintf(
            out, size, "until %s, the longest there is",
            date_format(date, exception_latest_end(&s->d.result.verdict, now)));
        return;
    case KEEP_DATE:
        snprintf(out, size, "until a date:");
        return;
    case KEEP_SESSION:
        snprintf(out, size, "until postseal ends (this session only)");
        return;
    default:
        snprintf(out, size, "until you remove it");
    }
}

static void fill_choice(struct state *s, time_t now)
{
    struct pages *p = &s->d.pages;
    char keep[100], place[HOST_MAX + 16], scope[400];

    pages_text(p, STYLE_NORMAL, "", 1,
               "Ask the operator, by phone or from another network, for the "
               "SHA-256.");
    decision_field_line(&s->d, FIELD_PASTE, "Paste it", "");
    pages_text(p, STYLE_NORMAL, "", 2,
               "or, if you can't get it, type the server name to go on "
               "unchecked:");
    decision_field_line(&s->d, FIELD_NAME, "Name", "");
    keep_text(s, now, keep, sizeof(keep));
    decision_field_line(&s->d, FIELD_KEEP, "Keep", keep);
    s->d.offered[FIELD_LIMIT] = s->keep == KEEP_DATE;
    if (s->keep == KEEP_DATE)
        decision_field_line(&s->d, FIELD_LIMIT, "Last day", "");
    snprintf(scope, sizeof(scope),
             "covers this one certificate at %s, nothing else",
             endpoint_host_port(place, sizeof(place), s->d.result.endpoint.host,
                                s->d.result.endpoint.port));
    pages_text(p, STYLE_NORMAL, "", 14, scope);
}

static void fill(struct state *s, struct area area, time_t now)
{
    const struct probe_result *r = &s->d.result;
    struct pages *p = &s->d.pages;
    char host[600], first[800];

    pages_begin(p, area);
    host_display(host, sizeof(host), r->endpoint.host);
    snprintf(first, sizeof(first), "%s port %u could not prove who it is.",
             host, r->endpoint.port);
    pages_text(p, STYLE_STRONG, "", 1, first);
    fill_faults(s);
    pages_text(p, STYLE_NORMAL, "", 1,
               "The connection is encrypted, but you cannot know to whom. "
               "Whoever answers would get your password and your mail. So far "
               "no password was sent.");
    if (area.height > 18)
        pages_blank(p);
    fill_claims(s, now);
    if (r->verdict.overridable) {
        if (area.height > 18)
            pages_blank(p);
        fill_choice(s, now);
        s->d.offered[FIELD_DECIDE] = true;
    } else {
        pages_text(p, STYLE_FAULT, "", 1,
                   "postseal makes no exception for that. Talk to the "
                   "operator.");
    }
}

/* -- drawing --------------------------------------------------------------- */

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);

    fill(s, decision_page_area(body), app_wall(screen->app));
    decision_judge(&s->d, true);
    decision_draw(&s->d, body,
                  s->d.result.verdict.overridable ? "Cancel" : "Back",
                  "Add exception");
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct state *s = state_of(screen);
    size_t pages = pages_count(&s->d.pages);

    snprintf(left, left_size, "Add security exception");
    snprintf(right, right_size, "for %s   page %zu/%zu", s->d.result.target,
             s->d.pages.page + 1, pages);
}

/* -- what the person does -------------------------------------------------- */

static void cancel(struct screen *screen)
{
    app_message(screen->app, STYLE_NORMAL, "Nothing was added.");
    app_pop(screen->app);
}

static bool read_wish(struct screen *screen, struct exception_wish *wish)
{
    struct state *s = state_of(screen);

    *wish = (struct exception_wish){.host = s->d.result.endpoint.host,
                                    .port = s->d.result.endpoint.port,
                                    .checked = s->d.checked};
    if (s->keep == KEEP_SESSION)
        wish->end = EXCEPTION_SESSION;
    if (s->keep == KEEP_REMOVED)
        wish->end = EXCEPTION_REMOVED;
    if (s->keep != KEEP_DATE || date_parse(s->d.limit.text, &wish->until))
        return true;
    s->d.focus = FIELD_LIMIT;
    app_message(screen->app, STYLE_FAULT,
                "Last day: a date is written like 2027-03-01.");
    return false;
}

static void store(struct screen *screen)
{
    struct state *s = state_of(screen);
    struct exception_wish wish;

    if (read_wish(screen, &wish))
        decision_store(&s->d, &wish, false);
}

static void change_keep(struct screen *screen)
{
    struct state *s = state_of(screen);

    s->keep = (s->keep + 1) % KEEP_COUNT;
}

static void view(struct screen *screen)
{
    struct state *s = state_of(screen);
    char place[HOST_MAX + 16];

    cert_view_open(screen->app,
                   endpoint_host_port(place, sizeof(place),
                                      s->d.result.endpoint.host,
                                      s->d.result.endpoint.port),
                   &s->d.result.verdict, "");
}

static void close_screen(struct screen *screen)
{
    struct state *s = state_of(screen);

    decision_release(&s->d);
    free(s);
}

static const struct binding typing_keys[] = {
    DECISION_TYPING_KEYS,
    {K_ESCAPE, K_CTRL('c'), cancel, "Esc", "Cancel", "Add nothing.", NULL},
    BINDING_END};

static const struct binding keys[] = {
    DECISION_KEYS,
    {' ', 0, change_keep, "Space", "Other end", "Choose how long it lasts.",
     decision_on_choice},
    {'v', 0, view, "v", "View certificate", "Show all of the certificate.",
     NULL},
    {K_ESCAPE, K_CTRL('c'), cancel, "Esc", "Cancel", "Add nothing.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "Add security exception",
                                      .decision = true,
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .typing = decision_typing,
                                      .typing_keys = typing_keys,
                                      .key = decision_key,
                                      .close = close_screen};

void add_exception_open(struct app *app, const struct probe_result *result)
{
    struct state *s;

    if (!result->has_verdict || !verdict_leaf(&result->verdict)) {
        app_message(app, STYLE_NORMAL,
                    "There is no certificate to decide about yet: t tests.");
        return;
    }
    if (result->verdict.trusted) {
        app_message(app, STYLE_GOOD,
                    "The certificate is trusted; no exception is needed.");
        return;
    }
    if (result->exception == EXCEPTION_CHANGED) {
        changed_open(app, result);
        return;
    }
    s = xcalloc(1, sizeof(*s));
    decision_init(&s->d, app, result);
    s->d.leave = cancel;
    s->d.decide = store;
    app_push(app, &ops, s);
}
