/* SPDX-License-Identifier: MIT */
/*
 * changed: another certificate than the accepted one. Old and new side by side,
 * and no easy way on: only the matching SHA-256 from a second source replaces
 * the old one, or is accepted beside it where servers take turns. Keep blocked
 * has the focus.
 */
#include "tui/dialogs/decision.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDE       76
#define LEFT_CELLS 31

struct state {
    struct decision d;
    struct exception old; /* texts are not owned: only numbers and digests */
    struct cert old_cert;
    bool has_old_cert;
    bool both; /* the old one stays accepted */
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

/* -- text ------------------------------------------------------------------ */

struct columns {
    char old[80], shown[80];
};

static void pair(struct state *s, const char *label, const char *old,
                 const char *shown)
{
    if (s->d.pages.width >= WIDE) {
        pages_line(&s->d.pages, STYLE_NORMAL, -1, " %-13s%-*.*s%s", label,
                   LEFT_CELLS, LEFT_CELLS - 1, old, shown);
        return;
    }
    if (*old)
        pages_line(&s->d.pages, STYLE_NORMAL, -1, " %-9s%s", label, old);
    pages_line(&s->d.pages, STYLE_NORMAL, -1, " %-9s%s", *old ? "  now" : label,
               shown);
}

/* Four groups a line in each column: all 64 digits of both. */
static void add_digests(struct state *s, const struct cert *leaf)
{
    for (size_t i = 0; i < 32; i += 8) {
        struct columns c;

        text_hex_groups(c.old, s->old.sha256 + i, 8);
        text_hex_groups(c.shown, leaf->sha256 + i, 8);
        pair(s, i ? "" : "SHA-256", c.old, c.shown);
    }
}

static void valid_text(char *out, size_t size, time_t not_after, time_t now)
{
    char left[DATE_LEFT_SIZE];

    snprintf(out, size, "%s",
             not_after ? date_left_format(left, now, not_after) : "--");
}

static void add_facts(struct state *s, const struct cert *leaf, time_t now)
{
    const struct cert *old = s->has_old_cert ? &s->old_cert : NULL;
    struct columns c = {"", ""};
    bool same_key = memcmp(s->old.spki_sha256, leaf->spki_sha256, 32) == 0;

    pair(s, "Names", old && old->name_count ? old->names[0] : "--",
         leaf->name_count ? leaf->names[0] : "(none)");
    pair(s, "Issued by",
         !old               ? "--"
         : old->self_signed ? "itself"
                            : old->issuer_name,
         leaf->self_signed ? "itself" : leaf->issuer_name);
    valid_text(c.old, sizeof(c.old), s->old.not_after, now);
    valid_text(c.shown, sizeof(c.shown), leaf->not_after, now);
    pair(s, "Valid until", c.old, c.shown);
    pair(s, "Key", "--",
         same_key ? "same key as before" : "ANOTHER key than before");
}

static void fill(struct state *s, struct area area, time_t now)
{
    const struct probe_result *r = &s->d.result;
    const struct cert *leaf = verdict_leaf(&r->verdict);
    struct pages *p = &s->d.pages;
    char place[HOST_MAX + 16], accepted[DATE_SIZE], text[600];
    bool near_end = days_between(now, s->old.not_after) < 30;

    pages_begin(p, area);
    snprintf(text, sizeof(text),
             "%s port %u. The connection was closed; no password was sent.",
             r->endpoint.host, r->endpoint.port);
    pages_text(p, STYLE_STRONG, "", 1, text);
    snprintf(place, sizeof(place), "Accepted %s",
             date_format(accepted, s->old.added));
    pair(s, "", place, "Shown now");
    add_digests(s, leaf);
    add_facts(s, leaf, now);
    snprintf(text, sizeof(text),
             "Either the operator replaced it (the old one was %s its end), or "
             "someone between you and the server is answering instead. From "
             "here the two look the same. Ask the operator for the SHA-256 of "
             "the new certificate.",
             near_end ? "near" : "not near");
    pages_text(p, STYLE_NORMAL, "", 1, text);
    if (!r->verdict.overridable) {
        pages_text(p, STYLE_FAULT, "", 1,
                   "The new one has a fault for which postseal makes no "
                   "exception. Talk to the operator.");
        return;
    }
    decision_field_line(&s->d, FIELD_PASTE, "Paste it", "");
    decision_field_line(&s->d, FIELD_KEEP, "The old one",
                        s->both ? "stays accepted: servers that take turns"
                                : "is replaced and accepted no more");
    pages_text(p, STYLE_NORMAL, "", 1,
               "No second source? Remove the old exception in 4 Certificates, "
               "then start new.");
    s->d.offered[FIELD_DECIDE] = true;
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);

    fill(s, decision_page_area(body), app_wall(screen->app));
    decision_judge(&s->d, false);
    decision_draw(&s->d, body, "Keep blocked",
                  s->both ? "Accept both" : "Replace");
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    snprintf(left, left_size,
             "STOP: this certificate is not the one you accepted");
    snprintf(right, right_size, "for %s", state_of(screen)->d.result.target);
}

/* -- what the person does -------------------------------------------------- */

static void keep_blocked(struct screen *screen)
{
    app_message(screen->app, STYLE_NORMAL,
                "It stays blocked. Nothing was changed.");
    app_pop(screen->app);
}

static void replace(struct screen *screen)
{
    struct state *s = state_of(screen);
    const struct exception_wish wish = {.host = s->d.result.endpoint.host,
                                        .port = s->d.result.endpoint.port,
                                        .checked = CHECKED_PASTED};

    decision_store(&s->d, &wish, !s->both);
}

static void change_both(struct screen *screen)
{
    struct state *s = state_of(screen);

    s->both = !s->both;
}

static void view_new(struct screen *screen)
{
    struct state *s = state_of(screen);

    cert_view_open(screen->app, "shown now", &s->d.result.verdict,
                   "NOT the one you accepted.");
}

static void view_old(struct screen *screen)
{
    struct state *s = state_of(screen);

    cert_view_open_single(screen->app, "accepted before", &s->old_cert,
                          "The one you accepted.");
}

static bool has_old(const struct screen *screen)
{
    return state_of(screen)->has_old_cert;
}

static void close_screen(struct screen *screen)
{
    struct state *s = state_of(screen);

    if (s->has_old_cert)
        cert_release(&s->old_cert);
    decision_release(&s->d);
    free(s);
}

static const struct binding typing_keys[] = {
    DECISION_TYPING_KEYS,
    {K_ESCAPE, K_CTRL('c'), keep_blocked, "Esc", "Keep blocked",
     "Change nothing.", NULL},
    BINDING_END};

static const struct binding keys[] = {
    DECISION_KEYS,
    {' ', 0, change_both, "Space", "Old one",
     "Whether the old one stays accepted as well.", decision_on_choice},
    {'v', 0, view_new, "v", "View new", "Show the certificate of now.", NULL},
    {'o', 0, view_old, "o", "View old", "Show the one you accepted.", has_old},
    {K_ESCAPE, K_CTRL('c'), keep_blocked, "Esc", "Keep blocked",
     "Change nothing.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "Changed certificate",
                                      .decision = true,
                                      .stop = true,
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .typing = decision_typing,
                                      .typing_keys = typing_keys,
                                      .key = decision_key,
                                      .close = close_screen};

void changed_open(struct app *app, const struct probe_result *result)
{
    struct exceptions *all = app_workspace(app)->exceptions;
    const struct exception *old = NULL;
    struct state *s;

    if (!result->has_verdict || !verdict_leaf(&result->verdict))
        return;
    exceptions_judge(all, result->endpoint.host, result->endpoint.port,
                     &result->verdict, app_wall(app), &old, NULL);
    if (!old) {
        app_message(app, STYLE_NORMAL,
                    "The old exception is gone; test again with t.");
        return;
    }
    s = xcalloc(1, sizeof(*s));
    decision_init(&s->d, app, result);
    s->d.leave = keep_blocked;
    s->d.decide = replace;
    s->old = *old;
    s->has_old_cert = exceptions_load_cert(all, old, &s->old_cert, NULL);
    app_push(app, &ops, s);
}
