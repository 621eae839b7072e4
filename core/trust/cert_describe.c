/* SPDX-License-Identifier: MIT */
/* cert_describe: a certificate as rows for people, most wanted first. */
#include "core/trust/cert_private.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct cert_facts *facts, const char *label, char *value)
{
    facts->rows =
        xreallocarray(facts->rows, facts->count + 1, sizeof(struct cert_fact));
    facts->rows[facts->count++] = (struct cert_fact){label, value};
}

static char *date_text(time_t when)
{
    char text[TIMESTAMP_SIZE];

    timestamp_format(text, when);
    if (strlen(text) == 20) {
        text[10] = ' ';
        text[19] = '\0';
    }
    return xasprintf("%s UTC", text);
}

static char *bad_date(const char *raw)
{
    return xasprintf("cannot be read: \"%s\"", raw);
}

static char *from_text(const struct cert *cert, time_t now)
{
    char *date, *text;

    if (!cert->not_before_ok)
        return bad_date(cert->not_before_raw);
    date = date_text(cert->not_before);
    if (now >= cert->not_before)
        return date;
    text = xasprintf("%s   starts in %ld days", date,
                     days_between(now, cert->not_before));
    free(date);
    return text;
}

static char *until_text(const struct cert *cert, time_t now)
{
    char *date, *text;
    long days;

    if (!cert->not_after_ok)
        return bad_date(cert->not_after_raw);
    date = date_text(cert->not_after);
    days = days_between(now, cert->not_after);
    text = now <= cert->not_after
               ? xasprintf("%s   %ld days left", date, days)
               : xasprintf("%s   ended %ld days ago", date, -days);
    free(date);
    return text;
}

static void add_names(struct cert_facts *facts, const struct cert *cert)
{
    if (!cert->name_count)
        add(facts, "Names", xstrdup("(none: it names no server)"));
    for (size_t i = 0; i < cert->name_count; i++)
        add(facts, i ? "" : "Names", cert_name_display(cert->names[i]));
    if (cert->name_total > cert->name_count)
        add(facts, "",
            xasprintf("and %zu more", cert->name_total - cert->name_count));
}

static char *groups(const unsigned char *digest, size_t len)
{
    char text[100];

    text_hex_groups(text, digest, len);
    return xstrdup(text);
}

static char *weak_groups(const unsigned char *digest, size_t len)
{
    char text[100];

    text_hex_groups(text, digest, len);
    return xasprintf("%s  (weak)", text);
}

static char *revocation_text(const struct cert *cert)
{
    if (*cert->ocsp_urls || *cert->crl_urls)
        return xasprintf("is told at %s%s%s", cert->ocsp_urls,
                         *cert->ocsp_urls && *cert->crl_urls ? " " : "",
                         cert->crl_urls);
    return xstrdup("no address in it");
}

static char *usage_text(const struct cert *cert)
{
    if (!*cert->key_usage && !*cert->extended_key_usage)
        return xstrdup("(no limits stated)");
    return xasprintf("%s%s%s", cert->key_usage,
                     *cert->key_usage && *cert->extended_key_usage ? "; " : "",
                     cert->extended_key_usage);
}

static char *authority_text(const struct cert *cert)
{
    if (!cert->is_ca)
        return xstrdup(cert->version < 3 ? "not stated (no version 3)" : "no");
    if (cert->path_length < 0)
        return xstrdup("yes");
    if (cert->path_length == 0)
        return xstrdup("yes, for servers; for no further authority");
    return xasprintf("yes, with at most %ld further %s below it",
                     cert->path_length,
                     cert->path_length == 1 ? "authority" : "authorities");
}

/* Rows that only some certificates have. */
static void add_rest(struct cert_facts *facts, const struct cert *cert)
{
    if (*cert->name_constraints)
        add(facts, "Vouches for", xstrdup(cert->name_constraints));
    if (cert->policy_count)
        add(facts, "Policies",
            xasprintf("%zu: %s", cert->policy_count, cert->policies));
    add(facts, "Revocation", revocation_text(cert));
    if (cert->must_staple)
        add(facts, "Must staple",
            xstrdup("yes: the server has to send a fresh word of its issuer"));
    if (*cert->ca_issuer_urls)
        add(facts, "Issuer at", xstrdup(cert->ca_issuer_urls));
    if (*cert->subject_key_id)
        add(facts, "Key ID", xstrdup(cert->subject_key_id));
    if (*cert->authority_key_id)
        add(facts, "Issuer key ID", xstrdup(cert->authority_key_id));
    if (*cert->unknown_critical)
        add(facts, "Critical", xstrdup(cert->unknown_critical));
    add(facts, "Version", xasprintf("%ld", cert->version));
    for (size_t i = 0; i < cert->note_count; i++)
        add(facts, i ? "" : "Look out", xstrdup(cert->notes[i]));
    if (!cert->extensions_ok)
        add(facts, "Extensions",
            xstrdup("damaged or doubled: do not use this certificate"));
}

void cert_describe(struct cert_facts *facts, const struct cert *cert,
                   time_t now)
{
    *facts = (struct cert_facts){0};
    add_names(facts, cert);
    add(facts, "Issued to",
        xstrdup(*cert->subject ? cert->subject : "(empty)"));
    add(facts, "Issued by",
        xstrdup(cert->self_signed ? "itself"
                : *cert->issuer   ? cert->issuer
                                  : "(empty)"));
    add(facts, "Valid from", from_text(cert, now));
    add(facts, "Valid until", until_text(cert, now));
    add(facts, "SHA-256", groups(cert->sha256, 32));
    add(facts, "SHA-1", weak_groups(cert->sha1, 20));
    add(facts, "Key", xstrdup(cert->key));
    add(facts, "Key SHA-256", groups(cert->spki_sha256, 32));
    add(facts, "Signature", xstrdup(cert->signature));
    add(facts, "Serial", xstrdup(cert->serial));
    add(facts, "May be used", usage_text(cert));
    add(facts, "Is authority", authority_text(cert));
    add_rest(facts, cert);
}

void cert_facts_release(struct cert_facts *facts)
{
    for (size_t i = 0; i < facts->count; i++)
        free(facts->rows[i].value);
    free(facts->rows);
    *facts = (struct cert_facts){0};
}
