/* SPDX-License-Identifier: MIT */
/* cert_describe: a certificate as rows for people, most wanted first. */
#include "core/trust/cert.h"

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

static void add_dates(struct cert_facts *facts, const struct cert *cert,
                      time_t now)
{
    char *from, *until;
    long days;

    if (!cert->dates_ok) {
        add(facts, "Valid", xstrdup("its dates cannot be read"));
        return;
    }
    from = date_text(cert->not_before);
    until = date_text(cert->not_after);
    days = days_between(now, cert->not_after);
    add(facts, "Valid from", from);
    add(facts, "Valid until",
        now <= cert->not_after
            ? xasprintf("%s   %ld days left", until, days)
            : xasprintf("%s   ended %ld days ago", until, -days));
    free(until);
}

static void add_names(struct cert_facts *facts, const struct cert *cert)
{
    if (!cert->name_count)
        add(facts, "Names", xstrdup("(none: it names no server)"));
    for (size_t i = 0; i < cert->name_count; i++)
        add(facts, i ? "" : "Names", xstrdup(cert->names[i]));
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

static char *revocation_text(const struct cert *cert)
{
    if (*cert->ocsp_urls || *cert->crl_urls)
        return xasprintf("not checked; %s%s%s", cert->ocsp_urls,
                         *cert->ocsp_urls && *cert->crl_urls ? " " : "",
                         cert->crl_urls);
    return xstrdup("no address in it; cannot be checked");
}

static char *usage_text(const struct cert *cert)
{
    if (!*cert->key_usage && !*cert->extended_key_usage)
        return xstrdup("(no limits stated)");
    return xasprintf("%s%s%s", cert->key_usage,
                     *cert->key_usage && *cert->extended_key_usage ? "; " : "",
                     cert->extended_key_usage);
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
    add_dates(facts, cert, now);
    add(facts, "SHA-256", groups(cert->sha256, 32));
    add(facts, "SHA-1", groups(cert->sha1, 20));
    add(facts, "Key", xstrdup(cert->key));
    add(facts, "Key SHA-256", groups(cert->spki_sha256, 32));
    add(facts, "Signature", xstrdup(cert->signature));
    add(facts, "Serial", xstrdup(cert->serial));
    add(facts, "May be used", usage_text(cert));
    add(facts, "Is authority", xstrdup(cert->is_ca ? "yes" : "no"));
    add(facts, "Revocation", revocation_text(cert));
    if (*cert->ca_issuer_urls)
        add(facts, "Issuer at", xstrdup(cert->ca_issuer_urls));
    if (!cert->extensions_ok)
        add(facts, "Extensions",
            xstrdup("damaged or doubled: do not use this certificate"));
}

void cert_facts_release(struct cert_facts *facts)
{
    for (size_t i = 0; i < facts->count; i++)
        free(facts->rows[i].value);
    free(facts->rows);
    *facts = (struct cert_facts){0};
}
