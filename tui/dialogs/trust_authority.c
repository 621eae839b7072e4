/* SPDX-License-Identifier: MIT */
/*
 * trust_authority: the decision to trust the private authority whose root a
 * server sent. The person sees what the root claims and its SHA-256, and for
 * which servers it shall vouch: those of the server's domain, all, or domains
 * of their choice. The SHA-256 from a second source allows each; the typed
 * domain allows that domain alone. Cancel has the focus.
 */
#include "tui/dialogs/decision.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/trust/authority.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOMAINS_MAX 300

enum reach { REACH_DOMAIN, REACH_ALL, REACH_CHOSEN, REACH_COUNT };

struct state {
    struct decision d;
    const struct cert *root; /* within d.result */
    enum reach reach;
    char domain[HOST_MAX]; /* the server's */
    char place[HOST_MAX + 16];
    char *refused; /* NULL, or why it cannot be trusted at all */
    char *odd;     /* NULL, or what is odd about it */
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

/* -- text ------------------------------------------------------------------ */

static void fill_claims(struct state *s, time_t now)
{
    struct pages *p = &s->d.pages;
    char from[DATE_SIZE], until[DATE_LEFT_SIZE], valid[100] = "unreadable";

    if (s->root->dates_ok)
        snprintf(valid, sizeof(valid), "%s to %s",
                 date_format(from, s->root->not_before),
                 date_left_format(until, now, s->root->not_after));
    pages_line(p, STYLE_NORMAL, -1, " The authority claims (unchecked):");
    pages_text(p, STYLE_NORMAL, " Name", 14, s->root->subject);
    pages_text(p, STYLE_NORMAL, " Valid", 14, valid);
    if (*s->root->name_constraints)
        pages_text(p, STYLE_NORMAL, " Own limit", 14,
                   s->root->name_constraints);
    decision_sha256(&s->d, s->root->sha256);
    if (s->odd)
        pages_text(p, STYLE_FAULT, "   !", 5, s->odd);
}

static void reach_text(const struct state *s, char *out, size_t size)
{
    switch (s->reach) {
    case REACH_DOMAIN:
        snprintf(out, size, "%s and below", s->domain);
        return;
    case REACH_ALL:
        snprintf(out, size, "all mail servers");
        return;
    default:
        snprintf(out, size, "these and below:");
    }
}

static void fill_choice(struct state *s)
{
    struct pages *p = &s->d.pages;
    char reach[HOST_MAX + 20], typing[HOST_MAX + 100];

    pages_text(p, STYLE_NORMAL, "", 1,
               "Ask the operator, by phone or from another network, for the "
               "authority's SHA-256.");
    decision_field_line(&s->d, FIELD_PASTE, "Paste it", "");
    s->d.offered[FIELD_NAME] = s->reach == REACH_DOMAIN;
    if (s->reach == REACH_DOMAIN) {
        snprintf(
            typing, sizeof(typing),
            "or, if you can't get it, type %s to go on unchecked:", s->domain);
        pages_text(p, STYLE_NORMAL, "", 2, typing);
        decision_field_line(&s->d, FIELD_NAME, "Domain", "");
    }
    reach_text(s, reach, sizeof(reach));
    decision_field_line(&s->d, FIELD_KEEP, "Trust for", reach);
    s->d.offered[FIELD_LIMIT] = s->reach == REACH_CHOSEN;
    if (s->reach == REACH_CHOSEN)
        decision_field_line(&s->d, FIELD_LIMIT, "Domains", "");
}

static void fill(struct state *s, struct area area, time_t now)
{
    struct pages *p = &s->d.pages;
    char first[800];

    pages_begin(p, area);
    snprintf(first, sizeof(first),
             "%s is vouched for by \"%s\", which is not among your "
             "authorities.",
             s->place, s->root->subject_name);
    pages_text(p, STYLE_STRONG, "", 1, first);
    pages_text(p, STYLE_NORMAL, "", 1,
               "Anybody can send such a certificate. Whoever holds its key can "
               "pose as each server that you trust it for, so make sure that "
               "it is the one of your organisation. So far no password was "
               "sent.");
    if (area.height > 18)
        pages_blank(p);
    fill_claims(s, now);
    if (area.height > 18)
        pages_blank(p);
    s->d.offered[FIELD_DECIDE] = !s->refused;
    if (s->refused)
        pages_text(p, STYLE_FAULT, "", 1, s->refused);
    else
        fill_choice(s);
}

/* -- drawing --------------------------------------------------------------- */

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    const struct trust_form form = {.sha256 = s->root->sha256,
                                    .host = s->reach == REACH_DOMAIN ? s->domain
                                                                     : NULL};

    fill(s, decision_page_area(body), app_wall(screen->app));
    decision_judge_form(&s->d, &form);
    decision_draw(&s->d, body, s->refused ? "Back" : "Cancel",
                  "Trust authority");
}

static void title(const struct screen *screen, char *left, size_t left_size,
                  char *right, size_t right_size)
{
    const struct state *s = state_of(screen);
    size_t pages = pages_count(&s->d.pages);

    snprintf(left, left_size, "Trust an authority");
    snprintf(right, right_size, "for %s   page %zu/%zu", s->d.result.target,
             s->d.pages.page + 1, pages);
}

/* -- storing --------------------------------------------------------------- */

/* False with the message told. *domains NULL: all. */
static bool read_domains(struct screen *screen, char **domains)
{
    struct state *s = state_of(screen);
    struct error e = {0};

    *domains = s->reach == REACH_DOMAIN ? xstrdup(s->domain) : NULL;
    if (s->reach != REACH_CHOSEN ||
        authority_domains(s->d.limit.text, domains, &e))
        return true;
    s->d.focus = FIELD_LIMIT;
    app_message(screen->app, STYLE_FAULT, "Domains: %s", e.text);
    return false;
}

static bool import(struct screen *screen, const char *domains, struct error *e)
{
    struct state *s = state_of(screen);
    struct authorities *all =
        workspace_authorities(app_workspace(screen->app), e);
    const struct authority_wish wish = {.domains = domains, .origin = s->place};
    time_t now = app_wall(screen->app);
    struct authority_plan plan;
    bool ok;

    if (!all)
        return false;
    authorities_plan_cert(all, &plan, s->root, &wish, now);
    ok = plan.count == 1 && plan.offers[0].fate != FATE_REFUSED;
    if (!ok)
        error_set(e, ERROR_INPUT, "%s",
                  plan.count ? plan.offers[0].text : "It cannot be decoded.");
    ok = ok && authorities_import(all, &plan, &wish, now, e);
    authority_plan_release(&plan);
    return ok;
}

static void store_again(void *arg);

static void store(struct screen *screen)
{
    struct state *s = state_of(screen);
    struct error e = {0};
    char *domains;
    bool ok;

    if (!read_domains(screen, &domains))
        return;
    ok = import(screen, domains, &e);
    free(domains);
    if (!ok) {
        decision_not_stored(&s->d, &e, store_again, screen);
        return;
    }
    app_message(screen->app, STYLE_GOOD,
                "Authority \"%s\" is trusted; stored now. 4, Authorities, u "
                "takes it back.",
                s->root->subject_name);
    decision_test_again(&s->d);
}

static void store_again(void *arg)
{
    struct screen *screen = arg;

    state_of(screen)->d.retry = NULL;
    store(screen);
}

static void decide(struct screen *screen)
{
    struct state *s = state_of(screen);

    s->d.tries = 0;
    if (!s->d.retry)
        store(screen);
}

/* -- what the person does -------------------------------------------------- */

static void cancel(struct screen *screen)
{
    app_message(screen->app, STYLE_NORMAL, "No authority was added.");
    app_pop(screen->app);
}

static void change_reach(struct screen *screen)
{
    struct state *s = state_of(screen);

    s->reach = (s->reach + 1) % REACH_COUNT;
    if (s->reach == REACH_CHOSEN && !s->d.limit.len)
        lineedit_set(&s->d.limit, s->domain);
}

static void view(struct screen *screen)
{
    const struct state *s = state_of(screen);

    cert_view_open_single(screen->app, s->root->subject_name, s->root, "");
}

static void close_screen(struct screen *screen)
{
    struct state *s = state_of(screen);

    decision_release(&s->d);
    free(s->refused);
    free(s->odd);
    free(s);
}

static const struct binding typing_keys[] = {
    DECISION_TYPING_KEYS,
    {K_ESCAPE, K_CTRL('c'), cancel, "Esc", "Cancel", "Trust nothing.", NULL},
    BINDING_END};

static const struct binding keys[] = {
    DECISION_KEYS,
    {' ', 0, change_reach, "Space", "Other limit",
     "Choose which servers it may vouch for.", decision_on_choice},
    {'v', 0, view, "v", "View certificate", "Show all of the root.", NULL},
    {K_ESCAPE, K_CTRL('c'), cancel, "Esc", "Cancel", "Trust nothing.", NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "Trust an authority",
                                      .decision = true,
                                      .keys = keys,
                                      .title = title,
                                      .draw = draw,
                                      .typing = decision_typing,
                                      .typing_keys = typing_keys,
                                      .key = decision_key,
                                      .close = close_screen};

/* What would become of it, before anything is decided. */
static bool look(struct app *app, struct state *s)
{
    const struct authority_wish wish = {.domains = s->domain};
    struct authority_plan plan;
    struct authorities *all;
    struct error e = {0};

    all = workspace_authorities(app_workspace(app), &e);
    if (!all) {
        app_message(app, STYLE_FAULT, "%s", e.text);
        return false;
    }
    authorities_plan_cert(all, &plan, s->root, &wish, app_wall(app));
    if (plan.count && plan.offers[0].fate == FATE_REFUSED)
        s->refused = xstrdup(plan.offers[0].text);
    else if (plan.count)
        s->odd = xstrdup_or_null(plan.offers[0].text);
    authority_plan_release(&plan);
    return true;
}

void trust_authority_open(struct app *app, const struct probe_result *result)
{
    struct state *s;

    if (!probe_private_root(result)) {
        app_message(app, STYLE_NORMAL,
                    "The server sent no root of a private authority.");
        return;
    }
    s = xcalloc(1, sizeof(*s));
    decision_init(&s->d, app, result);
    s->d.leave = cancel;
    s->d.decide = decide;
    lineedit_release(&s->d.limit);
    lineedit_init(&s->d.limit, DOMAINS_MAX, "");
    s->root = probe_private_root(&s->d.result);
    authority_domain_for(s->domain, s->d.result.endpoint.host);
    endpoint_host_port(s->place, sizeof(s->place), s->d.result.endpoint.host,
                       s->d.result.endpoint.port);
    if (look(app, s)) {
        app_push(app, &ops, s);
        return;
    }
    decision_release(&s->d);
    free(s);
}
