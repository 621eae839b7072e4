/* SPDX-License-Identifier: MIT */
/*
 * authority_list: who may vouch for a server: the system's authorities, those
 * of files, and the person's own. Each can be switched off, also one of the
 * system's. The system's are read when the list is shown for the first time.
 * Behind them stand the revocation lists.
 */
#include "tui/panels/certificates_private.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"
#include "core/trust/authority.h"
#include "tui/dialogs/authority_dialogs.h"
#include "tui/panels/crl_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FULL        76
#define ORIGIN_COL  31
#define SCOPE_COL   45
#define END_COL     68
#define NARROW_ENDS 11

CERT_LIST_OF(authorities)

/* NULL: a revocation list is there. */
static const struct authority *at(const struct screen *screen, size_t index)
{
    struct authorities *all = store_of(screen);

    return index < authorities_count(all) ? authorities_at(all, index) : NULL;
}

static const struct crl *crl_at(const struct screen *screen, size_t index)
{
    struct authorities *all = store_of(screen);

    return authorities_crl_at(all, index - authorities_count(all));
}

static const struct authority *selected(const struct screen *screen)
{
    size_t index;

    return cert_list_selected(screen, &index) ? at(screen, index) : NULL;
}

static bool on_authority(const struct screen *screen)
{
    return selected(screen) != NULL;
}

static void show(struct screen *screen)
{
    workspace_authorities(app_workspace(screen->app), NULL);
}

static size_t count(const struct screen *screen)
{
    struct authorities *all = store_of(screen);

    return authorities_count(all) + authorities_crl_count(all);
}

static bool is_off(const struct authority *x)
{
    return x->trust == AUTHORITY_DISTRUSTED;
}

/* -- rows ------------------------------------------------------------------ */

static void heading(struct area area)
{
    bool full = area.width >= FULL;

    draw_text(area, 0, 2, STYLE_STRONG, "Authority");
    draw_text(area, 0, full ? END_COL : area.width - NARROW_ENDS, STYLE_STRONG,
              "Ends");
    if (!full)
        return;
    draw_text(area, 0, ORIGIN_COL, STYLE_STRONG, "Origin");
    draw_text(area, 0, SCOPE_COL, STYLE_STRONG, "Trusted for");
}

static char *origin_text(const struct authority *x, char *out, size_t size)
{
    if (x->source == AUTHORITY_IMPORTED)
        snprintf(out, size, "+ you%s%s", *x->origin ? ", " : "", x->origin);
    else
        snprintf(out, size, "%s",
                 x->source == AUTHORITY_SYSTEM ? "system" : "ca-file");
    return out;
}

static char *scope_text(const struct authority *x, char *out, size_t size)
{
    if (is_off(x))
        snprintf(out, size, "nothing (off)");
    else if (x->trust == AUTHORITY_CHAIN)
        snprintf(out, size, "completing chains");
    else
        authority_scope(out, size, x);
    return out;
}

static bool has_ended(const struct screen *screen, const struct authority *x)
{
    return x->not_after_ok && x->not_after < app_wall(screen->app);
}

/* Name, origin, scope and end. */
static void cells(struct area area, int line, enum style style,
                  const char *const texts[4])
{
    bool full = area.width >= FULL;
    int end = full ? END_COL : area.width - NARROW_ENDS;

    draw_cut(area, line, 2, (full ? ORIGIN_COL : end) - 3, style, texts[0]);
    draw_text(area, line, end, style, texts[3]);
    if (!full)
        return;
    draw_cut(area, line, ORIGIN_COL, SCOPE_COL - ORIGIN_COL - 1, style,
             texts[1]);
    draw_cut(area, line, SCOPE_COL, END_COL - SCOPE_COL - 1, style, texts[2]);
}

static void crl_row(struct screen *screen, struct area area, int line,
                    const struct crl *crl)
{
    char name[300], scope[60], date[DATE_SIZE];
    bool stale = crl_is_stale(crl, app_wall(screen->app));

    if (crl->dates_ok && crl->next_update)
        date_format(date, crl->next_update);
    else
        *date = '\0';
    cells(area, line, stale ? STYLE_CHANGED : STYLE_NORMAL,
          (const char *[]){crl_row_name(name, sizeof(name), crl), "+ you",
                           crl_row_scope(scope, sizeof(scope), crl), date});
}

static void row(struct screen *screen, struct area area, int line, size_t index)
{
    const struct authority *x = at(screen, index);
    char origin[300], scope[300], date[DATE_SIZE] = "";
    bool bad;

    if (!x) {
        crl_row(screen, area, line, crl_at(screen, index));
        return;
    }
    bad = is_off(x) || x->problem || has_ended(screen, x);
    if (x->not_after_ok)
        date_format(date, x->not_after);
    cells(area, line, bad ? STYLE_CHANGED : STYLE_NORMAL,
          (const char *[]){x->name, origin_text(x, origin, sizeof(origin)),
                           scope_text(x, scope, sizeof(scope)), date});
}

static const char *mark(struct screen *screen, size_t index)
{
    const struct authority *x = at(screen, index);

    if (!x)
        return crl_is_stale(crl_at(screen, index), app_wall(screen->app)) ? "!"
                                                                          : " ";
    return x->problem ? "!" : is_off(x) ? "-" : " ";
}

static bool matches(const struct screen *screen, size_t index,
                    const char *needle)
{
    const struct authority *x = at(screen, index);
    char text[300];

    if (!x)
        return crl_row_matches(crl_at(screen, index), needle);
    return text_contains_nocase(x->name, needle) ||
           text_contains_nocase(x->subject, needle) ||
           text_contains_nocase(origin_text(x, text, sizeof(text)), needle) ||
           text_contains_nocase(scope_text(x, text, sizeof(text)), needle);
}

/* -- details --------------------------------------------------------------- */

static void add_origin(struct details *d, const struct authority *x)
{
    char date[DATE_SIZE];

    if (x->source == AUTHORITY_IMPORTED)
        details_add(d, STYLE_NORMAL, "Origin", "imported by you%s%s%s%s",
                    x->added ? " on " : "",
                    x->added ? date_format(date, x->added) : "",
                    *x->origin ? ", from " : "", x->origin);
    else
        details_add(d, STYLE_NORMAL, "Origin", "%s%s",
                    x->source == AUTHORITY_SYSTEM
                        ? "the system's authorities"
                        : "a file named by ca-file or --ca",
                    x->decided ? "; marked by you" : "");
}

static void add_certificate(struct screen *screen, const struct authority *x,
                            struct details *d)
{
    struct error e = {0};
    struct cert cert;

    if (!authorities_load_cert(store_of(screen), x, &cert, &e)) {
        details_add(d, STYLE_CHANGED, "Stored", "%s", e.text);
        details_add_sha256(d, x->sha256);
        return;
    }
    details_add(d, STYLE_NORMAL, "Issued to", "%s", cert.subject);
    details_add(d, STYLE_NORMAL, "Issued by", "%s",
                cert.self_signed ? "itself" : cert.issuer);
    details_add_valid(d, &cert, app_wall(screen->app));
    details_add_sha256(d, x->sha256);
    details_add(d, STYLE_NORMAL, "Key", "%s", cert.key);
    cert_release(&cert);
}

static void add_crls(struct screen *screen, const struct authority *x,
                     struct details *d)
{
    struct authorities *all = store_of(screen);
    char from[DATE_SIZE], until[DATE_SIZE] = "no date";

    for (size_t i = 0; i < authorities_crl_count(all); i++) {
        const struct crl *crl = authorities_crl_at(all, i);

        if (strcmp(crl->issuer, x->subject) != 0)
            continue;
        if (crl->next_update)
            date_format(until, crl->next_update);
        details_add(d,
                    crl_is_stale(crl, app_wall(screen->app)) ? STYLE_CHANGED
                                                             : STYLE_NORMAL,
                    "Revoked", "%zu on its list of %s, good until %s",
                    crl->revoked, date_format(from, crl->this_update), until);
    }
}

static void details(struct screen *screen, size_t index, struct details *d)
{
    const struct authority *x = at(screen, index);
    char text[300];

    if (!x) {
        crl_row_details(d, crl_at(screen, index), app_wall(screen->app));
        return;
    }
    details_head(d, x->name);
    details_add(d, is_off(x) ? STYLE_CHANGED : STYLE_NORMAL, "Trusted for",
                "%s", scope_text(x, text, sizeof(text)));
    if (x->problem)
        details_add(d, STYLE_FAULT, "! Not used", "%s", x->problem);
    add_origin(d, x);
    add_certificate(screen, x, d);
    add_crls(screen, x, d);
}

/* -- what the person does -------------------------------------------------- */

static void switch_it(struct screen *screen)
{
    const struct authority *x = selected(screen);
    char *name = xstrdup(x->name); /* the list is built anew */
    unsigned char sha256[32];
    bool off = is_off(x), ok;
    struct error e = {0};
    char *done;

    memcpy(sha256, x->sha256, sizeof(sha256));
    ok = off ? authorities_trust(store_of(screen), x, &e)
             : authorities_distrust(store_of(screen), x, app_wall(screen->app),
                                    &e);
    done = xasprintf(
        off ? "%s is trusted again" : "%s vouches for nothing any more", name);
    cert_list_say(screen->app, ok, done, &e);
    for (size_t i = 0; at(screen, i); i++)
        if (memcmp(at(screen, i)->sha256, sha256, sizeof(sha256)) == 0)
            cert_list_select(screen, i);
    free(done);
    free(name);
}

static void import(struct screen *screen)
{
    authority_import_ask(screen->app);
}

static void view(struct screen *screen)
{
    const struct authority *x = selected(screen);
    struct error e = {0};
    struct cert cert;
    char text[300];

    if (!authorities_load_cert(store_of(screen), x, &cert, &e)) {
        app_message(screen->app, STYLE_FAULT, "%s", e.text);
        return;
    }
    cert_view_open_single(screen->app, x->name, &cert,
                          is_off(x) ? "Switched off by you: it vouches for "
                                      "nothing."
                                    : scope_text(x, text, sizeof(text)));
    cert_release(&cert);
}

static void export(struct screen *screen)
{
    authority_export_ask(screen->app, selected(screen));
}

static void limit(struct screen *screen)
{
    const struct authority *x = selected(screen);

    if (x->source != AUTHORITY_IMPORTED)
        app_message(screen->app, STYLE_NORMAL,
                    "Only one that you imported can be limited to domains; "
                    "import its file (i) for that.");
    else
        authority_limit_ask(screen->app, x);
}

static const struct authority *by_sha256(struct authorities *all,
                                         const unsigned char sha256[32])
{
    for (size_t i = 0; i < authorities_count(all); i++)
        if (memcmp(authorities_at(all, i)->sha256, sha256, 32) == 0)
            return authorities_at(all, i);
    return NULL;
}

/* The list may change while the question stands there: it is about this one. */
static void remove_chosen(struct app *app, size_t button, void *arg)
{
    struct authorities *all = app_workspace(app)->authorities;
    const struct authority *x = by_sha256(all, arg);
    struct error e = {0};

    free(arg);
    if (button == 1 && x)
        cert_list_say(app, authorities_remove(all, x, &e), "Removed", &e);
}

static void ask_remove_authority(struct screen *screen)
{
    static const char *const buttons[] = {"Keep it", "Remove"};
    const struct authority *x = selected(screen);
    unsigned char *sha256;
    char scope[300], line[700];
    const char *lines[] = {x->name, line,
                           "Servers that only it vouches for are not trusted "
                           "then."};

    if (x->source != AUTHORITY_IMPORTED) {
        app_message(screen->app, STYLE_NORMAL,
                    "It is not yours to remove; Space switches it off, for "
                    "postseal alone.");
        return;
    }
    sha256 = xmalloc(32);
    memcpy(sha256, x->sha256, 32);
    snprintf(line, sizeof(line), "trusted for %s",
             scope_text(x, scope, sizeof(scope)));
    confirm_open(screen->app, "Remove this authority?", lines, 3, buttons, 2,
                 remove_chosen, sha256);
}

static void ask_remove(struct screen *screen)
{
    size_t index;

    if (on_authority(screen))
        ask_remove_authority(screen);
    else if (cert_list_selected(screen, &index))
        crl_row_ask_remove(screen->app, crl_at(screen, index));
}

/* -- the list -------------------------------------------------------------- */

const struct binding authority_keys[] = {
    {' ', 0, switch_it, "Space", "Trust on/off",
     "let it vouch or not, also one of the system", on_authority},
    CERT_LIST_UNDO,
    {'i', 0, import, "i", "Import",
     "take authorities or revocation lists from a file", cert_list_is_usable},
    {'v', 0, view, "v", "View", "view its certificate", on_authority},
    {'e', 0, export, "e", "Export", "write its certificate to a file",
     on_authority},
    {'d', K_DELETE, ask_remove, "d", "Remove",
     "remove one of yours, or a revocation list; asks (also Del)",
     cert_list_has_row},
    {'l', 0, limit, "l", NULL, "the domains that one of yours may vouch for",
     on_authority},
    {K_ENTER, 0, cert_list_open, "Enter", NULL, "all details (also Tab)",
     cert_list_has_row},
    CERT_LIST_KEYS,
    BINDING_END};

const struct cert_list authority_list = {
    .name = "Authorities",
    .empty = "No authorities: the system has none, or its folder is elsewhere "
             "(SSL_CERT_DIR, SSL_CERT_FILE). i imports one from a file.",
    .hint = "An authority may vouch for every server; an exception covers one.",
    .show = show,
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
