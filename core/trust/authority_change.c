/* SPDX-License-Identifier: MIT */
/* authority_change: importing, and what the person decides. */
#include "core/trust/authority_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- importing ------------------------------------------------------------- */

static bool write_pem(struct authorities *a, const struct cert *cert,
                      struct error *e)
{
    char *path = authorities_pem_path(a, cert->sha256);
    struct buf pem;
    bool ok;

    buf_init(&pem, AUTHORITY_PEM_MAX);
    ok = cert_add_pem(&pem, cert) ||
         error_set(e, ERROR_INPUT, "\"%s\" is too big to be kept.",
                   cert->subject_name);
    ok = ok && authorities_put_file(a, path, &pem, e);
    buf_release(&pem);
    free(path);
    return ok;
}

static bool store_offer(struct authorities *a,
                        const struct authority_offer *offer,
                        const struct authority_wish *wish, time_t now,
                        struct error *e)
{
    const struct cert *cert = &offer->cert;
    struct holding *h = holding_new(NULL);
    bool ok;

    memcpy(h->facts.sha256, cert->sha256, 32);
    xreplace(&h->facts.name, cert->subject_name);
    xreplace(&h->facts.origin,
             wish->origin && *wish->origin ? wish->origin : "a file");
    if (offer->trust == AUTHORITY_TRUSTED)
        xreplace(&h->facts.domains, wish->domains);
    h->facts.trust = offer->trust;
    h->facts.not_after = cert->not_after;
    h->facts.not_after_ok = cert->dates_ok;
    h->facts.added = now;
    ok = write_pem(a, cert, e) && authority_section_write(a->ini, h, e);
    holding_free(h);
    return ok;
}

static bool is_news(enum authority_fate fate)
{
    return fate == FATE_STORE || fate == FATE_CHANGE;
}

/* What undoing will call it. */
static void name_import(const struct authority_plan *plan, char *out,
                        size_t size)
{
    const char *name = "";

    for (size_t i = 0; i < plan->crl_count; i++)
        if (is_news(plan->crls[i].fate))
            name = plan->crls[i].crl.issuer_name;
    for (size_t i = 0; i < plan->count; i++)
        if (is_news(plan->offers[i].fate))
            name = plan->offers[i].cert.subject_name;
    if (authority_plan_news(plan) > 1)
        snprintf(out, size, "%s and %zu more", name,
                 authority_plan_news(plan) - 1);
    else
        snprintf(out, size, "%s", name);
}

static bool store_all(struct authorities *a, const struct authority_plan *plan,
                      const struct authority_wish *wish, time_t now,
                      struct error *e)
{
    bool ok = true, sections = false;

    for (size_t i = 0; ok && i < plan->count; i++)
        if (is_news(plan->offers[i].fate)) {
            ok = store_offer(a, &plan->offers[i], wish, now, e);
            sections = true;
        }
    for (size_t i = 0; ok && i < plan->crl_count; i++)
        if (is_news(plan->crls[i].fate))
            ok = authorities_store_crl(a, &plan->crls[i], e);
    return ok && (!sections || authorities_save_ini(a, e));
}

bool authorities_import(struct authorities *a,
                        const struct authority_plan *plan,
                        const struct authority_wish *wish, time_t now,
                        struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    char name[300];

    if (!authority_plan_news(plan))
        return true;
    name_import(plan, name, sizeof(name));
    return authorities_begin(a, &lock, e) &&
           authorities_end(a, &lock, store_all(a, plan, wish, now, e),
                           "importing", name, e);
}

/* -- deciding -------------------------------------------------------------- */

/* What is there now about that certificate, for writing it changed; without
 * the certificate, which stays in its file. */
static struct holding *draft(const struct authorities *a,
                             const unsigned char sha256[32], const char *name)
{
    const struct holding *old = authorities_holding(a, sha256);
    struct holding *h = holding_new(NULL);

    memcpy(h->facts.sha256, sha256, 32);
    xreplace(&h->facts.name, old ? old->facts.name : name);
    if (!old)
        return h;
    h->before = old->before;
    h->facts.trust = old->facts.trust;
    h->facts.source = old->facts.source;
    h->facts.not_after = old->facts.not_after;
    h->facts.not_after_ok = old->facts.not_after_ok;
    h->facts.added = old->facts.added;
    h->facts.decided = old->facts.decided;
    xreplace(&h->facts.domains, old->facts.domains);
    if (old->facts.source == AUTHORITY_IMPORTED)
        xreplace(&h->facts.origin, old->facts.origin);
    return h;
}

static bool remove_section(struct authorities *a,
                           const unsigned char sha256[32], struct error *e)
{
    char *section = authority_section_name(sha256);
    bool ok = !ini_has_section(a->ini, section) ||
              ini_remove_section(a->ini, section, e);

    free(section);
    return ok;
}

/* An entry that says what holds without one goes. */
static bool write_decision(struct authorities *a, const struct holding *h,
                           struct error *e)
{
    bool is_needed = h->facts.source == AUTHORITY_IMPORTED ||
                     h->facts.trust != AUTHORITY_TRUSTED || h->facts.domains;

    return (is_needed ? authority_section_write(a->ini, h, e)
                      : remove_section(a, h->facts.sha256, e)) &&
           authorities_save_ini(a, e);
}

bool authorities_distrust_cert(struct authorities *a,
                               const unsigned char sha256[32], const char *name,
                               time_t now, struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    struct holding *h;
    bool ok;

    if (!authorities_begin(a, &lock, e))
        return false;
    h = draft(a, sha256, name);
    if (h->facts.trust != AUTHORITY_DISTRUSTED)
        h->before = h->facts.trust;
    h->facts.trust = AUTHORITY_DISTRUSTED;
    h->facts.added = now;
    ok = authorities_end(a, &lock, write_decision(a, h, e), "distrusting",
                         h->facts.name, e);
    holding_free(h);
    return ok;
}

bool authorities_distrust(struct authorities *a,
                          const struct authority *authority, time_t now,
                          struct error *e)
{
    unsigned char sha256[32]; /* the list may be built anew */
    char *name = xstrdup(authority->name);
    bool ok;

    memcpy(sha256, authority->sha256, 32);
    ok = authorities_distrust_cert(a, sha256, name, now, e);
    free(name);
    return ok;
}

bool authorities_trust(struct authorities *a, const struct authority *authority,
                       struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    unsigned char sha256[32];
    struct holding *h;
    bool ok;

    memcpy(sha256, authority->sha256, 32);
    if (!authorities_begin(a, &lock, e))
        return false;
    h = draft(a, sha256, "");
    if (h->facts.trust == AUTHORITY_DISTRUSTED)
        h->facts.trust = h->facts.source == AUTHORITY_IMPORTED
                             ? h->before
                             : AUTHORITY_TRUSTED;
    ok = authorities_end(a, &lock, write_decision(a, h, e), "trusting",
                         h->facts.name, e);
    holding_free(h);
    return ok;
}

bool authorities_limit(struct authorities *a, const struct authority *authority,
                       const char *domains, struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    unsigned char sha256[32];
    struct holding *h;
    bool ok;

    memcpy(sha256, authority->sha256, 32);
    if (authority->trust == AUTHORITY_CHAIN)
        return error_set(e, ERROR_INPUT,
                         "\"%s\" vouches for nothing by itself, so there is "
                         "nothing to limit.",
                         authority->name);
    if (!authorities_begin(a, &lock, e))
        return false;
    h = draft(a, sha256, "");
    xreplace(&h->facts.domains, domains);
    ok = authorities_end(a, &lock, write_decision(a, h, e), "limiting",
                         h->facts.name, e);
    holding_free(h);
    return ok;
}

static bool remove_decided(struct authorities *a, const struct holding *h,
                           struct error *e)
{
    char *path = authorities_pem_path(a, h->facts.sha256);
    bool ok = remove_section(a, h->facts.sha256, e) &&
              authorities_save_ini(a, e) &&
              authorities_put_file(a, path, NULL, e);

    free(path);
    return ok;
}

bool authorities_remove(struct authorities *a,
                        const struct authority *authority, struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    unsigned char sha256[32];
    const struct holding *h;

    memcpy(sha256, authority->sha256, 32);
    if (!authority->decided)
        return error_set(
            e, ERROR_INPUT,
            authority->source == AUTHORITY_SYSTEM
                ? "\"%s\" comes with the system and cannot be removed here; "
                  "it can be distrusted."
                : "\"%s\" comes from a file that is not postseal's and cannot "
                  "be removed here; it can be distrusted.",
            authority->name);
    if (!authorities_begin(a, &lock, e))
        return false;
    h = authorities_decided(a, sha256);
    if (!h) { /* somebody else was faster */
        file_lock_release(&lock);
        return true;
    }
    return authorities_end(a, &lock, remove_decided(a, h, e), "removing",
                           h->facts.name, e);
}
