/* SPDX-License-Identifier: MIT */
/*
 * identity_list: the person's own certificates, shown to servers that ask for
 * one: who issued them, until when, which accounts use them, and whether the
 * file with the key is safe.
 */
#include "tui/panels/certificates_private.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"
#include "core/trust/identity_usage.h"
#include "tui/dialogs/identity_dialogs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FULL        76
#define ISSUER_COL  36
#define END_COL     58
#define KEY_COL     70
#define NARROW_ENDS 11

CERT_LIST_OF(identities)

static const struct identity *at(const struct screen *screen, size_t index)
{
    return identities_at(store_of(screen), index);
}

static const struct identity *selected(const struct screen *screen)
{
    size_t index;

    return cert_list_selected(screen, &index) ? at(screen, index) : NULL;
}

static size_t count(const struct screen *screen)
{
    return identities_count(store_of(screen));
}

static bool has_ended(const struct screen *screen, const struct identity *x)
{
    return x->cert.dates_ok && x->cert.not_after < app_wall(screen->app);
}

/* -- rows ------------------------------------------------------------------ */

static void heading(struct area area)
{
    bool full = area.width >= FULL;

    draw_text(area, 0, 2, STYLE_STRONG, "Your certificate");
    draw_text(area, 0, full ? END_COL : area.width - NARROW_ENDS, STYLE_STRONG,
              "Ends");
    if (!full)
        return;
    draw_text(area, 0, ISSUER_COL, STYLE_STRONG, "Issued by");
    draw_text(area, 0, KEY_COL, STYLE_STRONG, "Key");
}

/* "file 0640" when others may read it: how it is locked is no matter then. */
static const char *key_text(const struct identity *x, char out[16])
{
    struct stat st;

    if (!x->problem)
        return x->key_encrypted ? "locked" : "file";
    if (stat(x->path, &st) != 0)
        return "file ?";
    snprintf(out, 16, "file %04o", (unsigned)st.st_mode & 07777);
    return out;
}

static void row(struct screen *screen, struct area area, int line, size_t index)
{
    const struct identity *x = at(screen, index);
    enum style style =
        x->problem || has_ended(screen, x) ? STYLE_CHANGED : STYLE_NORMAL;
    bool full = area.width >= FULL;
    int end = full ? END_COL : area.width - NARROW_ENDS;
    char date[DATE_SIZE], key[16];

    draw_cut(area, line, 2, (full ? ISSUER_COL : end) - 3, style, x->label);
    draw_text(area, line, end, style,
              x->cert.dates_ok ? date_format(date, x->cert.not_after)
                               : "unreadable");
    if (!full)
        return;
    draw_cut(area, line, ISSUER_COL, END_COL - ISSUER_COL - 1, style,
             x->cert.self_signed ? "itself" : x->cert.issuer_name);
    draw_cut(area, line, KEY_COL, area.width - KEY_COL, style,
             key_text(x, key));
}

static const char *mark(struct screen *screen, size_t index)
{
    const struct identity *x = at(screen, index);

    return x->problem || has_ended(screen, x) ? "!" : " ";
}

static bool matches(const struct screen *screen, size_t index,
                    const char *needle)
{
    const struct identity *x = at(screen, index);

    return text_contains_nocase(x->label, needle) ||
           text_contains_nocase(x->cert.subject, needle) ||
           text_contains_nocase(x->cert.issuer, needle);
}

static void details(struct screen *screen, size_t index, struct details *d)
{
    const struct identity *x = at(screen, index);
    struct usage usage;
    char safe[300];

    details_head(d, x->label);
    identity_usage_find(&usage, store_of(screen), x, app_config(screen->app));
    details_add_users(d, app_config(screen->app), &usage);
    usage_release(&usage);
    if (x->problem)
        details_add(d, STYLE_FAULT, "! Key", "%s", x->problem);
    else
        details_add(d, STYLE_NORMAL, "Key", "%s, %s", x->cert.key,
                    x->key_encrypted
                        ? "encrypted: its passphrase is needed each time"
                        : "in a file that only you can read");
    details_add(d, STYLE_NORMAL, "Issued to", "%s", x->cert.subject);
    details_add(d, STYLE_NORMAL, "Issued by", "%s",
                x->cert.self_signed ? "itself" : x->cert.issuer);
    details_add_valid(d, &x->cert, app_wall(screen->app));
    details_add_sha256(d, x->sha256);
    details_add(d, STYLE_NORMAL, "File", "%s",
                text_safe_string(safe, sizeof(safe), x->path));
}

/* -- what the person does -------------------------------------------------- */

static void use(struct screen *screen)
{
    const struct identity *x = selected(screen);

    if (x->problem)
        app_message(screen->app, STYLE_FAULT, "%s", x->problem);
    else
        identity_use_ask(screen->app, x);
}

static void import(struct screen *screen)
{
    identity_import_ask(screen->app);
}

static void view(struct screen *screen)
{
    const struct identity *x = selected(screen);

    cert_view_open_single(screen->app, x->label, &x->cert,
                          x->problem ? x->problem
                                     : "Your own; servers that ask for it see "
                                       "it, never its key.");
}

static void export(struct screen *screen)
{
    identity_export_ask(screen->app, selected(screen));
}

static const struct identity *by_sha256(const struct identities *all,
                                        const unsigned char sha256[32])
{
    for (size_t i = 0; i < identities_count(all); i++)
        if (memcmp(identities_at(all, i)->sha256, sha256, 32) == 0)
            return identities_at(all, i);
    return NULL;
}

/* The list may change while the question stands there: it is about this one. */
static void remove_chosen(struct app *app, size_t button, void *arg)
{
    struct identities *all = app_workspace(app)->identities;
    const struct identity *x = by_sha256(all, arg);
    struct error e = {0};

    free(arg);
    if (button == 1 && x)
        cert_list_say(app, identities_remove(all, x, &e), "Removed", &e);
}

static void ask_remove(struct screen *screen)
{
    static const char *const buttons[] = {"Keep it", "Remove"};
    const struct identity *x = selected(screen);
    unsigned char *sha256;
    char line[400], users[600];
    const char *lines[] = {line, users,
                           "Its private key is deleted with it. Export it "
                           "before, if there is no other copy."};
    struct usage usage;

    if (!x)
        return;
    sha256 = xmalloc(32);
    memcpy(sha256, x->sha256, 32);
    snprintf(line, sizeof(line), "%s, from %s", x->label,
             x->cert.self_signed ? "itself" : x->cert.issuer_name);
    identity_usage_find(&usage, store_of(screen), x, app_config(screen->app));
    users_words(users, sizeof(users), "Used by ", app_config(screen->app),
                &usage);
    usage_release(&usage);
    confirm_open(screen->app, "Remove your certificate?", lines, 3, buttons, 2,
                 remove_chosen, sha256);
}

/* -- the list -------------------------------------------------------------- */

const struct binding identity_keys[] = {
    {K_ENTER, 0, use, "Enter", "Use for account",
     "show it to the server of an account", cert_list_has_row},
    CERT_LIST_UNDO,
    {'i', 0, import, "i", "Import", "take one from PKCS#12 or PEM",
     cert_list_is_usable},
    {'v', 0, view, "v", "View", "view the certificate", cert_list_has_row},
    {'e', 0, export, "e", "Export",
     "write it with its key to a PKCS#12 file, under a new password",
     cert_list_has_row},
    {'d', K_DELETE, ask_remove, "d", "Remove",
     "remove it and its key; asks (also Del)", cert_list_has_row},
    CERT_LIST_KEYS,
    BINDING_END};

const struct cert_list identity_list = {
    .name = "Yours",
    .empty = "No certificate of your own. Most servers want none; where one is "
             "demanded, i imports it from a PKCS#12 file (.p12, .pfx) or PEM.",
    .hint = "Your certificates are written at once; who uses one is saved with "
            "s.",
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
