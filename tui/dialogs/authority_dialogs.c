/* SPDX-License-Identifier: MIT */
#include "tui/dialogs/authority_dialogs.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "tui/dialogs/ask.h"
#include "tui/dialogs/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEM_MAX (256u << 10)

static const char gone[] = "It is not there any more.";

static struct authorities *store_of(struct app *app)
{
    return app_workspace(app)->authorities;
}

static const struct authority *find(struct app *app,
                                    const unsigned char sha256[32])
{
    struct authorities *all = store_of(app);

    for (size_t i = 0; all && i < authorities_count(all); i++)
        if (memcmp(authorities_at(all, i)->sha256, sha256, 32) == 0)
            return authorities_at(all, i);
    return NULL;
}

static unsigned char *digest_of(const struct authority *x)
{
    unsigned char *sha256 = xmalloc(32);

    memcpy(sha256, x->sha256, 32);
    return sha256;
}

static void say_stored(struct app *app, const char *done)
{
    app_message(app, STYLE_GOOD,
                "%s; written at once. u, as the next key, takes it back.",
                done);
}

/* Nothing typed: all mail servers. */
static bool read_domains(const char *typed, char **out, struct error *e)
{
    *out = NULL;
    return typed[strspn(typed, " ,")] == '\0' ||
           authority_domains(typed, out, e);
}

/* -- import ---------------------------------------------------------------- */

enum { IMPORT_FILE, IMPORT_DOMAINS, IMPORT_ISSUED };
static const char *const roles[] = {"completes chains",
                                    "vouches by itself as well", NULL};

struct import {
    struct authority_plan plan;
    struct authority_wish wish;
    char *domains, *origin; /* what wish points to */
};

static void import_free(struct import *import)
{
    authority_plan_release(&import->plan);
    free(import->domains);
    free(import->origin);
    free(import);
}

static void store_import(struct app *app, size_t button, void *arg)
{
    struct import *import = arg;
    struct error e = {0};

    if (button != 1)
        app_message(app, STYLE_NORMAL, "Nothing was stored.");
    else if (authorities_import(store_of(app), &import->plan, &import->wish,
                                app_wall(app), &e))
        say_stored(app, "Imported");
    else
        app_message(app, STYLE_FAULT, "Not stored: %s",
                    e.code == ERROR_LOCKED
                        ? "another session is writing there just now. i again."
                        : e.text);
    import_free(import);
}

static const char *fate_words(enum authority_fate fate,
                              enum authority_trust trust)
{
    if (fate == FATE_REFUSED)
        return "NOT taken";
    if (fate == FATE_KNOWN)
        return "there already";
    if (fate == FATE_CHANGE)
        return "to be changed";
    return trust == AUTHORITY_CHAIN ? "to complete chains" : "to vouch";
}

static char *offer_line(const struct authority_offer *offer)
{
    char groups[96];

    text_hex_groups(groups, offer->cert.sha256, 32);
    return xasprintf("%s: %s. SHA-256 %s%s%s",
                     fate_words(offer->fate, offer->trust),
                     offer->cert.subject_name, groups, offer->text ? ". " : "",
                     offer->text ? offer->text : "");
}

static char *crl_line(const struct crl_offer *offer)
{
    return xasprintf("%s: list of %zu revoked by %s%s%s",
                     offer->fate == FATE_STORE    ? "to be used"
                     : offer->fate == FATE_CHANGE ? "to be changed"
                                                  : fate_words(offer->fate, 0),
                     offer->crl.revoked, offer->crl.issuer_name,
                     offer->text ? ". " : "", offer->text ? offer->text : "");
}

/* What would be stored and what not, each with its fingerprint. */
static void ask_import(struct app *app, struct import *import)
{
    static const char *const buttons[] = {"Cancel", "Import"};
    const struct authority_plan *plan = &import->plan;
    char **lines = xcalloc(plan->count + plan->crl_count + 2, sizeof(*lines));
    size_t n = 0;

    lines[n++] =
        xasprintf("May vouch for: %s.",
                  import->domains ? import->domains : "every mail server");
    for (size_t i = 0; i < plan->count; i++)
        lines[n++] = offer_line(&plan->offers[i]);
    for (size_t i = 0; i < plan->crl_count; i++)
        lines[n++] = crl_line(&plan->crls[i]);
    if (plan->note)
        lines[n++] = xstrdup(plan->note);
    confirm_open(app, "Import from this file?", (const char *const *)lines, n,
                 buttons, 2, store_import, import);
    while (n)
        free(lines[--n]);
    free(lines);
}

/* Why nothing of it would be stored. */
static const char *why_nothing(const struct authority_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->offers[i].text)
            return plan->offers[i].text;
    for (size_t i = 0; i < plan->crl_count; i++)
        if (plan->crls[i].text)
            return plan->crls[i].text;
    return "All of it is there already; nothing would change.";
}

static bool plan_import(struct ask *asked, struct import *import,
                        struct error *e)
{
    struct app *app = ask_app(asked);
    const char *typed = ask_text(asked, IMPORT_FILE);
    char *path = path_expand(typed);
    const char *slash = strrchr(typed, '/');
    struct buf bytes;
    char safe[200];
    bool ok;

    import->origin = xstrdup(
        text_safe_string(safe, sizeof(safe), slash ? slash + 1 : typed));
    import->wish =
        (struct authority_wish){.domains = import->domains,
                                .anchor = ask_choice(asked, IMPORT_ISSUED),
                                .origin = import->origin};
    buf_init(&bytes, AUTHORITY_FILE_MAX);
    ok = path_read(typed, &bytes, e) && file_check_trusted(path, e) &&
         authorities_plan(store_of(app), &import->plan, bytes.data, bytes.len,
                          &import->wish, app_wall(app), e);
    buf_release(&bytes);
    free(path);
    return ok;
}

static void take_import(struct ask *asked, void *arg)
{
    struct import *import = xcalloc(1, sizeof(*import));
    struct app *app = ask_app(asked);
    struct error e = {0};

    (void)arg;
    if (!read_domains(ask_text(asked, IMPORT_DOMAINS), &import->domains, &e)) {
        ask_refuse_error(asked, IMPORT_DOMAINS, &e);
    } else if (!plan_import(asked, import, &e)) {
        ask_refuse_error(asked, IMPORT_FILE, &e);
    } else if (!authority_plan_news(&import->plan)) {
        ask_refuse(asked, IMPORT_FILE, why_nothing(&import->plan));
    } else {
        ask_done(asked);
        ask_import(app, import);
        return;
    }
    import_free(import);
}

void authority_import_ask(struct app *app)
{
    ask_open(app,
             &(struct ask_spec){
                 .title = "Import authorities",
                 .about = "from a file",
                 .intro = "PEM, DER or PKCS#7: authorities and revocation "
                          "lists. Limit a private one to the domains of "
                          "its organisation: example.org means that name "
                          "and all below it. Nothing: every server.",
                 .fields = {{.label = "File"},
                            {.label = "Domains"},
                            {.label = "One with an issuer", .choices = roles}},
                 .verb = "Look at it",
                 .take = take_import});
}

/* -- export ---------------------------------------------------------------- */

static bool write_pem(struct app *app, const struct authority *x,
                      const char *path, struct error *e)
{
    struct cert cert;
    struct buf pem;
    bool ok;

    if (!authorities_load_cert(store_of(app), x, &cert, e))
        return false;
    buf_init(&pem, PEM_MAX);
    ok = cert_add_pem(&pem, &cert) ||
         error_set(e, ERROR_INTERNAL, "The certificate cannot be written.");
    ok = ok && path_write_new(path, &pem, e);
    buf_release(&pem);
    cert_release(&cert);
    return ok;
}

static void take_export(struct ask *asked, void *arg)
{
    struct app *app = ask_app(asked);
    const struct authority *x = find(app, arg);
    const char *path = ask_text(asked, 0);
    struct error e = {0};
    char safe[300];

    if (!x) {
        ask_refuse(asked, 0, gone);
    } else if (!write_pem(app, x, path, &e)) {
        ask_refuse_error(asked, 0, &e);
    } else {
        ask_done(asked);
        app_message(app, STYLE_GOOD, "%s was written to %s.", x->name,
                    text_safe_string(safe, sizeof(safe), path));
    }
}

void authority_export_ask(struct app *app, const struct authority *x)
{
    ask_open(app, &(struct ask_spec){
                      .title = "Export an authority",
                      .about = x->name,
                      .intro = "Its certificate in a new file, as PEM.",
                      .fields = {{.label = "File", .text = "authority.pem"}},
                      .verb = "Write",
                      .take = take_export,
                      .drop = free,
                      .arg = digest_of(x)});
}

/* -- limit ----------------------------------------------------------------- */

static void take_limit(struct ask *asked, void *arg)
{
    struct app *app = ask_app(asked);
    const struct authority *x = find(app, arg);
    struct error e = {0};
    char *domains = NULL;

    if (!x) {
        ask_refuse(asked, 0, gone);
    } else if (!read_domains(ask_text(asked, 0), &domains, &e) ||
               !authorities_limit(store_of(app), x, domains, &e)) {
        ask_refuse_error(asked, 0, &e);
    } else {
        ask_done(asked);
        say_stored(app, domains ? "Limited to those domains"
                                : "It may vouch for every mail server");
    }
    free(domains);
}

void authority_limit_ask(struct app *app, const struct authority *x)
{
    ask_open(app, &(struct ask_spec){
                      .title = "Limit an authority",
                      .about = x->name,
                      .intro = "The domains that it may vouch for: example.org "
                               "means that name and all below it. Nothing: "
                               "every mail server.",
                      .fields = {{.label = "Domains", .text = x->domains}},
                      .verb = "Limit it",
                      .take = take_limit,
                      .drop = free,
                      .arg = digest_of(x)});
}
