/* SPDX-License-Identifier: MIT */
/* verdict_words: each fault in a sentence, with the real names and dates. */
#include "core/trust/verdict_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

#define NAMES_SHOWN 5

/* "www.hoster.example, hoster.example and 3 more" */
static void list_names(char *out, size_t size, const struct cert *cert)
{
    size_t used = 0;

    snprintf(out, size, "no server at all (its subject, %s, does not count)",
             *cert->subject ? cert->subject : "which is empty");
    for (size_t i = 0; i < cert->name_count && i < NAMES_SHOWN && used < size;
         i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s",
                                 used ? ", " : "", cert->names[i]);
    if (cert->name_total > NAMES_SHOWN && used < size)
        snprintf(out + used, size - used, " and %zu more",
                 cert->name_total - NAMES_SHOWN);
}

static char *wrong_host(const struct judgement *j, const struct cert *leaf)
{
    char names[1400], host[600];

    list_names(names, sizeof(names), leaf);
    host_display(host, sizeof(host), j->request->host);
    return xasprintf(
        "You asked for %s. This certificate is for %s. Most often the server "
        "name in the settings is not the one to use: look it up in your "
        "provider's instructions.",
        host, names);
}

static void clock_text(char out[40], time_t now)
{
    timestamp_format(out, now);
    if (strlen(out) == 20)
        snprintf(out + 16, 24, " UTC");
    if (strlen(out) > 10 && out[10] == 'T')
        out[10] = ' ';
}

static char *count_days(char out[40], long days)
{
    if (days == 0)
        snprintf(out, 40, "less than a day");
    else
        snprintf(out, 40, "%ld day%s", days, days == 1 ? "" : "s");
    return out;
}

static char *expired(const struct judgement *j, const struct cert *leaf)
{
    char date[DATE_SIZE], now[40];
    char days[40];

    clock_text(now, j->request->now);
    return xasprintf(
        "It ended on %s, %s ago (this computer's clock: %s). An operator who "
        "takes care would have renewed it.",
        date_format(date, leaf->not_after),
        count_days(days, days_between(leaf->not_after, j->request->now)), now);
}

static char *not_yet_valid(const struct judgement *j, const struct cert *leaf)
{
    char date[DATE_SIZE], days[40];

    return xasprintf(
        "It starts on %s, in %s by this computer's clock. Check the clock "
        "first: date.",
        date_format(date, leaf->not_before),
        count_days(days, days_between(j->request->now, leaf->not_before)));
}

static char *unknown_issuer(const struct judgement *j, const struct cert *leaf)
{
    const struct cert_chain *path = &j->verdict->path;
    const struct cert *top = path->count ? &path->certs[path->count - 1] : leaf;
    char host[600];

    if (j->found->code[FAULT_UNKNOWN_ISSUER] == OWN_OUTSIDE_DOMAINS)
        return xasprintf(
            "Your authority \"%s\" vouches for it, but you limited that "
            "authority to other domains than that of %s.",
            top->subject_name,
            host_display(host, sizeof(host), j->request->host));
    if (top == leaf || strcmp(top->issuer_name, leaf->issuer_name) == 0)
        return xasprintf(
            "It was issued by \"%s\", which is not among your authorities. If "
            "that is your organisation, import its certificate instead.",
            leaf->issuer_name);
    return xasprintf(
        "It was issued by \"%s\", which leads to \"%s\", and that is not among "
        "your authorities. If that is your organisation, import its "
        "certificate instead.",
        leaf->issuer_name,
        top->self_issued ? top->subject_name : top->issuer_name);
}

static char *incomplete_chain(const struct judgement *j,
                              const struct cert *leaf)
{
    return xasprintf(
        "The server sent %s, and the one that issued it (%s) is not known "
        "here. %s",
        j->verdict->sent.count > 1 ? "others with its own certificate"
                                   : "only its own certificate",
        leaf->issuer_name,
        *leaf->ca_issuer_urls
            ? "Its operator forgot to install the intermediate certificate; "
              "they can repair it."
            : "Either its operator forgot the intermediate, or it comes from a "
              "private authority.");
}

static char *expired_issuer(const struct judgement *j)
{
    const struct cert *issuer = j->about[FAULT_EXPIRED_ISSUER];
    char date[DATE_SIZE];

    if (!issuer)
        return xstrdup("A certificate that issued it is not valid now.");
    if (j->request->now < issuer->not_before)
        return xasprintf("The certificate of its issuer \"%s\" starts on %s "
                         "only. Check the clock first: date.",
                         issuer->subject_name,
                         date_format(date, issuer->not_before));
    return xasprintf("The certificate of its issuer \"%s\" ended on %s.",
                     issuer->subject_name,
                     date_format(date, issuer->not_after));
}

static const char *const fixed[FAULT_COUNT] = {
    [FAULT_BAD_SIGNATURE] =
        "Its signature does not fit: it was changed after it was signed, or it "
        "is a forgery.",
    [FAULT_BAD_PURPOSE] =
        "It was not issued for servers, so it proves nothing about one.",
    [FAULT_NAME_CONSTRAINTS] = "Its issuer may not speak for the names in it.",
    [FAULT_PATH_LENGTH] =
        "There are more certificates between it and the authority than the "
        "authority allows.",
    [FAULT_CRITICAL_EXTENSION] =
        "It states limits that must be understood, and postseal does not know "
        "them.",
    [FAULT_TOO_COMPLEX] =
        "Its chain is too long or too entangled to be judged.",
    [FAULT_SELF_SIGNED] = "It signed its own certificate. No authority vouches "
                          "for the name in it.",
    [FAULT_CA_AS_LEAF] =
        "The server shows the certificate of an authority as its own. An "
        "authority's key does not belong on a mail server.",
};

static const struct cert *about(const struct judgement *j, enum fault fault)
{
    return j->about[fault] ? j->about[fault] : verdict_leaf(j->verdict);
}

static char *weak_key(const struct cert *about)
{
    return xasprintf("The key of \"%s\" (%s) is too weak for today: it can be "
                     "computed with enough effort.",
                     about->subject_name, about->key);
}

static char *weak_signature(const struct cert *about)
{
    return xasprintf("The certificate of \"%s\" is signed with %s, which can "
                     "be forged today.",
                     about->subject_name, about->signature);
}

/* The date stands in the list that said so. */
static char *revoked(const struct judgement *j)
{
    STACK_OF(X509_CRL) *crls = j->request->crls;
    X509 *x509 = cert_x509(about(j, FAULT_REVOKED));
    char date[DATE_SIZE] = "";

    for (int i = 0; x509 && crls && i < sk_X509_CRL_num(crls); i++) {
        X509_CRL *crl = sk_X509_CRL_value(crls, i);
        X509_REVOKED *entry = NULL;
        struct tm tm;

        if (X509_NAME_cmp(X509_CRL_get_issuer(crl),
                          X509_get_issuer_name(x509)) == 0 &&
            X509_CRL_get0_by_cert(crl, &entry, x509) == 1 && entry &&
            ASN1_TIME_to_tm(X509_REVOKED_get0_revocationDate(entry), &tm))
            date_format(date, timegm(&tm));
    }
    X509_free(x509);
    if (!*date && j->verdict->revocation == REVOCATION_BY_STAPLE)
        date_format(date, j->verdict->revocation_date);
    return *date ? xasprintf("It was revoked by its issuer on %s.", date)
                 : xstrdup("It was revoked by its issuer.");
}

/* The same fault for different causes. The last row of a fault serves for all
 * others. */
static const struct {
    enum fault fault;
    int code; /* 0: any */
    const char *text;
} causes[] = {
    {FAULT_BAD_ENCODING, OWN_CONSTRAINTS_IN_LEAF,
     "It sets limits for certificates that it would issue, and may not issue "
     "any. No authority that takes care issues such a certificate."},
    {FAULT_BAD_ENCODING, OWN_CONSTRAINTS_EMPTY,
     "An issuer in its chain claims to be limited to certain names and names "
     "none."},
    {FAULT_BAD_ENCODING, X509_V_ERR_SUBJECT_NAME_EMPTY,
     "An issuer in its chain has no name."},
    {FAULT_BAD_ENCODING, X509_V_ERR_EMPTY_SUBJECT_SAN_NOT_CRITICAL,
     "It has no subject, and does not mark the names that stand for it as "
     "binding (critical), which it then has to."},
    {FAULT_BAD_ENCODING, X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA,
     "It contradicts itself: its key may sign certificates, but it is no "
     "authority."},
    {FAULT_BAD_ENCODING, X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA,
     "It contradicts itself: it limits the authorities below it, but is no "
     "authority."},
    {FAULT_BAD_ENCODING, 0,
     "It is damaged: parts of it cannot be read or stand in it twice. No "
     "authority issues such a certificate."},
    {FAULT_BAD_CRL, X509_V_ERR_CRL_HAS_EXPIRED,
     "The revocation list of its issuer is out of date. Import a newer one, or "
     "remove it."},
    {FAULT_BAD_CRL, X509_V_ERR_CRL_NOT_YET_VALID,
     "The revocation list of its issuer is from the future. Check the clock "
     "first: date."},
    {FAULT_BAD_CRL, X509_V_ERR_CRL_SIGNATURE_FAILURE,
     "The revocation list for it was not signed by its issuer."},
    {FAULT_BAD_CRL, X509_V_ERR_KEYUSAGE_NO_CRL_SIGN,
     "Its issuer may not sign revocation lists, and has signed one."},
    {FAULT_BAD_CRL, X509_V_ERR_DIFFERENT_CRL_SCOPE,
     "The revocation list of its issuer is for other certificates than this "
     "one."},
    {FAULT_BAD_CRL, OWN_CRL_WITHOUT_NUMBER,
     "The revocation list of its issuer has no number, so nobody can tell "
     "whether it is the newest (RFC 5280)."},
    {FAULT_BAD_CRL, 0,
     "The revocation list for it is not in order. Import another one, or "
     "remove it."},
    {FAULT_REVOCATION_UNKNOWN, X509_V_ERR_OCSP_VERIFY_NEEDED,
     "It demands that the server prove at once that it was not revoked (OCSP "
     "stapling), and the server sent no proof. Its operator can repair it."},
    {FAULT_REVOCATION_UNKNOWN, X509_V_ERR_OCSP_VERIFY_FAILED,
     "It demands that the server prove at once that it was not revoked (OCSP "
     "stapling), and the proof that the server sent is of no use: not valid "
     "now, not signed by its issuer, or about another certificate."},
    {FAULT_REVOCATION_UNKNOWN, 0,
     "Whether it was revoked cannot be told: the revocation lists that were "
     "given are not its issuer's."},
};

static char *by_cause(const struct judgement *j, enum fault fault)
{
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
        if (causes[i].fault == fault &&
            (!causes[i].code || causes[i].code == j->found->code[fault]))
            return xstrdup(causes[i].text);
    return xstrdup(fixed[fault]);
}

static char *bad_encoding(const struct judgement *j)
{
    if (j->about[FAULT_BAD_ENCODING] && !j->found->code[FAULT_BAD_ENCODING])
        return xasprintf(
            "The certificate of its issuer \"%s\" is damaged: parts of it "
            "cannot be read or stand in it twice.",
            j->about[FAULT_BAD_ENCODING]->subject_name);
    return by_cause(j, FAULT_BAD_ENCODING);
}

static char *distrusted(const struct judgement *j)
{
    return j->about[FAULT_DISTRUSTED]
               ? xasprintf("You marked \"%s\", which vouches for it, as not "
                           "to be trusted.",
                           j->about[FAULT_DISTRUSTED]->subject_name)
               : xstrdup("You marked it as not to be trusted.");
}

static char *sentence(const struct judgement *j, enum fault fault)
{
    const struct cert *leaf = verdict_leaf(j->verdict);

    switch (fault) {
    case FAULT_WRONG_HOST:
        return wrong_host(j, leaf);
    case FAULT_EXPIRED:
        return expired(j, leaf);
    case FAULT_NOT_YET_VALID:
        return not_yet_valid(j, leaf);
    case FAULT_UNKNOWN_ISSUER:
        return unknown_issuer(j, leaf);
    case FAULT_INCOMPLETE_CHAIN:
        return incomplete_chain(j, leaf);
    case FAULT_EXPIRED_ISSUER:
        return expired_issuer(j);
    case FAULT_WEAK_KEY:
        return weak_key(about(j, fault));
    case FAULT_WEAK_SIGNATURE:
        return weak_signature(about(j, fault));
    case FAULT_NOT_A_CA:
        return xasprintf("\"%s\", which stands in its chain as an issuer, may "
                         "not issue certificates.",
                         about(j, fault)->subject_name);
    case FAULT_BAD_PURPOSE:
        return j->about[fault]
                   ? xasprintf("Its issuer \"%s\" may not vouch for servers, "
                               "so it proves nothing about one.",
                               j->about[fault]->subject_name)
                   : xstrdup(fixed[fault]);
    case FAULT_REVOKED:
        return revoked(j);
    case FAULT_BAD_ENCODING:
        return bad_encoding(j);
    case FAULT_DISTRUSTED:
        return distrusted(j);
    case FAULT_OTHER:
        return xasprintf(
            "It cannot be judged: %s (%d).",
            X509_verify_cert_error_string(j->found->code[FAULT_OTHER]),
            j->found->code[FAULT_OTHER]);
    default:
        return by_cause(j, fault);
    }
}

void verdict_word(const struct judgement *j)
{
    for (int f = 0; f < FAULT_COUNT; f++)
        if (j->verdict->faults & FAULT_BIT(f))
            j->verdict->sentences[f] = sentence(j, (enum fault)f);
}

char *verdict_summary(char *out, size_t size, const struct verdict *verdict,
                      time_t now)
{
    char labels[400], days[40];
    const struct cert *leaf = verdict_leaf(verdict);

    if (verdict->trusted)
        snprintf(out, size, "proven by %s, %s left", verdict->proven_by,
                 count_days(days, days_between(now, leaf->not_after)));
    else
        snprintf(out, size, "%s",
                 fault_labels(labels, sizeof(labels), verdict->faults));
    return out;
}
