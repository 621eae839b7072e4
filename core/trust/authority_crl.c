/* SPDX-License-Identifier: MIT */
/* authority_crl: the revocation lists in crls/. Each *.pem there counts, also
 * one that another program puts there. */
#include "core/trust/authority_private.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MAX 1000 /* files looked at */

/* -- reading --------------------------------------------------------------- */

static void append(struct authorities *a, X509_CRL *x509, const char *path)
{
    struct stored_crl one = {.x509 = x509};

    X509_CRL_up_ref(x509);
    crl_read(&one.facts, x509);
    one.facts.path = xstrdup(path);
    a->crls = xreallocarray(a->crls, a->crl_count + 1, sizeof(one));
    a->crls[a->crl_count++] = one;
}

static bool read_one(struct authorities *a, const char *path, struct error *e)
{
    struct authority_file file;
    struct buf bytes;
    bool ok;

    buf_init(&bytes, FILE_MAX);
    ok = file_check_trusted(path, e) &&
         file_read(path, FILE_MAX, &bytes, NULL, e);
    if (!ok) {
        buf_release(&bytes);
        return false;
    }
    ok = authority_file_read(&file, bytes.data, bytes.len, e);
    for (int i = 0; ok && i < sk_X509_CRL_num(file.crls); i++)
        append(a, sk_X509_CRL_value(file.crls, i), path);
    if (ok && sk_X509_CRL_num(file.crls) == 0)
        ok = error_set(e, ERROR_PARSE, "It holds no revocation list.");
    authority_file_release(&file);
    buf_release(&bytes);
    return ok;
}

static int by_issuer(const void *a, const void *b)
{
    const struct stored_crl *left = a, *right = b;
    int order =
        text_compare_nocase(left->facts.issuer_name, right->facts.issuer_name);

    return order ? order : memcmp(left->facts.sha256, right->facts.sha256, 32);
}

void authorities_need_crls(struct authorities *a)
{
    unsigned char digest[32];
    size_t count;
    char **paths;

    if (a->crls_read || !a->crl_folder)
        return;
    a->crls_read = true;
    paths = file_list(a->crl_folder, ".pem", COUNT_MAX, &count, digest);
    for (size_t i = 0; i < count; i++) {
        struct error why = {0};

        if (!read_one(a, paths[i], &why))
            authorities_note(
                a, xasprintf("%s is not used: %s", paths[i], why.text));
    }
    file_list_free(paths, count);
    if (a->crl_count > 1)
        qsort(a->crls, a->crl_count, sizeof(*a->crls), by_issuer);
}

void authorities_forget_crls(struct authorities *a)
{
    for (size_t i = 0; i < a->crl_count; i++) {
        crl_release(&a->crls[i].facts);
        X509_CRL_free(a->crls[i].x509);
    }
    free(a->crls);
    a->crls = NULL;
    a->crl_count = 0;
    a->crls_read = a->crls_checked = false;
}

/* -- who signed it --------------------------------------------------------- */

enum signer { SIGNER_UNKNOWN, SIGNER_OTHER, SIGNER_RIGHT };

/* Whether a certificate of that name may be the signer: an authority can have
 * several keys. */
static bool may_be_signer(X509 *x509, X509_CRL *crl)
{
    AUTHORITY_KEYID *wanted =
        X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, NULL, NULL);
    const ASN1_OCTET_STRING *has = X509_get0_subject_key_id(x509);
    bool other = wanted && wanted->keyid && has &&
                 ASN1_OCTET_STRING_cmp(wanted->keyid, has) != 0;

    AUTHORITY_KEYID_free(wanted);
    return !other;
}

static enum signer ask(STACK_OF(X509) * certs, X509_CRL *crl)
{
    const X509_NAME *issuer = X509_CRL_get_issuer(crl);
    enum signer best = SIGNER_UNKNOWN;

    for (int i = 0; i < sk_X509_num(certs) && best != SIGNER_RIGHT; i++) {
        X509 *x509 = sk_X509_value(certs, i);
        EVP_PKEY *key = X509_get0_pubkey(x509);

        if (X509_NAME_cmp(X509_get_subject_name(x509), issuer) != 0 ||
            !may_be_signer(x509, crl))
            continue;
        best =
            key && X509_CRL_verify(crl, key) == 1 ? SIGNER_RIGHT : SIGNER_OTHER;
    }
    return best;
}

/* Among the authorities, what completes chains, and `more` (may be NULL). */
static enum signer find_signer(struct authorities *a, X509_CRL *crl,
                               STACK_OF(X509) * more)
{
    STACK_OF(X509) *named = authorities_named(a, X509_CRL_get_issuer(crl));
    enum signer best = ask(named, crl), other;

    sk_X509_pop_free(named, X509_free);
    other = ask(more, crl);
    ERR_clear_error();
    return other > best ? other : best;
}

size_t authorities_crl_count(struct authorities *a)
{
    authorities_need_crls(a);
    for (size_t i = 0; !a->crls_checked && i < a->crl_count; i++)
        a->crls[i].facts.checked =
            find_signer(a, a->crls[i].x509, NULL) == SIGNER_RIGHT;
    a->crls_checked = true;
    return a->crl_count;
}

const struct crl *authorities_crl_at(struct authorities *a, size_t i)
{
    return &a->crls[i].facts;
}

const struct crl *authorities_crl_find(struct authorities *a, const char *name,
                                       struct error *e)
{
    size_t count = authorities_crl_count(a), hits = 0;
    const struct crl *found = NULL;
    char safe[120];

    for (size_t i = 0; i < count; i++) {
        const struct crl *one = authorities_crl_at(a, i);

        if (authority_is_meant(name, one->sha256, one->issuer_name)) {
            found = one;
            hits++;
        }
    }
    if (hits == 1)
        return found;
    text_safe_string(safe, sizeof(safe), name);
    if (hits)
        error_set(e, ERROR_INPUT,
                  "%zu revocation lists are meant by \"%s\"; name one by its "
                  "SHA-256 or its first digits.",
                  hits, safe);
    else
        error_set(e, ERROR_NOT_FOUND, "No revocation list is from \"%s\".",
                  safe);
    return NULL;
}

/* -- importing ------------------------------------------------------------- */

static bool same_extension(X509_CRL *one, X509_CRL *other, int nid)
{
    X509_EXTENSION *a =
        X509_CRL_get_ext(one, X509_CRL_get_ext_by_NID(one, nid, -1));
    X509_EXTENSION *b =
        X509_CRL_get_ext(other, X509_CRL_get_ext_by_NID(other, nid, -1));

    if (!a || !b)
        return !a && !b;
    return ASN1_OCTET_STRING_cmp(X509_EXTENSION_get_data(a),
                                 X509_EXTENSION_get_data(b)) == 0;
}

/* Of two with one scope only the newer counts. */
static bool same_scope(X509_CRL *one, X509_CRL *other)
{
    return X509_NAME_cmp(X509_CRL_get_issuer(one),
                         X509_CRL_get_issuer(other)) == 0 &&
           same_extension(one, other, NID_authority_key_identifier) &&
           same_extension(one, other, NID_issuing_distribution_point);
}

/* Hex numbers of any length. */
static int compare_numbers(const char *a, const char *b)
{
    size_t a_len, b_len;

    a += strspn(a, "0");
    b += strspn(b, "0");
    a_len = strlen(a);
    b_len = strlen(b);
    return a_len != b_len ? (a_len > b_len) - (a_len < b_len) : strcmp(a, b);
}

static bool is_newer(const struct crl *one, const struct crl *other)
{
    int order = *one->number && *other->number
                    ? compare_numbers(one->number, other->number)
                    : 0;

    return order ? order > 0 : one->this_update > other->this_update;
}

static void refuse(struct crl_offer *offer, const char *why)
{
    offer->fate = FATE_REFUSED;
    offer->text = xstrdup(why);
}

static void compare_stored(struct authorities *a, struct crl_offer *offer)
{
    char date[DATE_SIZE];

    for (size_t i = 0; i < a->crl_count; i++) {
        const struct crl *old = &a->crls[i].facts;
        bool same = memcmp(old->sha256, offer->crl.sha256, 32) == 0;

        if (!same && !same_scope(a->crls[i].x509, offer->x509))
            continue;
        if (!same && is_newer(&offer->crl, old)) {
            offer->fate = FATE_CHANGE;
            continue;
        }
        offer->fate = FATE_KNOWN;
        free(offer->text);
        offer->text = same ? xstrdup("It is here already.")
                           : xasprintf("One of %s is here already.",
                                       date_format(date, old->this_update));
        return;
    }
}

static void tell_odd(struct crl_offer *offer, enum signer signer, time_t now)
{
    char date[DATE_SIZE];
    struct buf text;

    buf_init(&text, 1000);
    if (signer == SIGNER_UNKNOWN)
        buf_addf(&text,
                 "\"%s\", which issued it, is not known here: its signature is "
                 "checked when a certificate of that authority is judged.",
                 offer->crl.issuer_name);
    if (crl_is_stale(&offer->crl, now))
        buf_addf(&text,
                 "%sA newer one should be out since %s. Until you import that, "
                 "certificates of its issuer are not accepted.",
                 text.len ? " " : "",
                 date_format(date, offer->crl.next_update));
    offer->text = text.len ? buf_take(&text) : NULL;
    buf_release(&text);
}

void authorities_plan_crl(struct authorities *a, struct crl_offer *offer,
                          X509_CRL *x509, STACK_OF(X509) * more, time_t now)
{
    enum signer signer;

    *offer = (struct crl_offer){.x509 = x509, .fate = FATE_STORE};
    X509_CRL_up_ref(x509);
    crl_read(&offer->crl, x509);
    if (!offer->crl.dates_ok) {
        refuse(offer, "Its dates cannot be read.");
        return;
    }
    if (offer->crl.is_delta) {
        refuse(offer, "It lists only what changed since another list; import "
                      "the complete one.");
        return;
    }
    if (!*offer->crl.number) {
        refuse(offer, "It has no number, as lists must have (RFC 5280 section "
                      "5.2.3): nothing of its issuer could be trusted.");
        return;
    }
    signer = find_signer(a, x509, more);
    if (signer == SIGNER_OTHER) {
        offer->fate = FATE_REFUSED;
        offer->text = xasprintf("It was not signed by \"%s\" that is known "
                                "here: it is damaged or forged.",
                                offer->crl.issuer_name);
        return;
    }
    offer->crl.checked = signer == SIGNER_RIGHT;
    tell_odd(offer, signer, now);
    authorities_need_crls(a);
    compare_stored(a, offer);
}

static char *crl_path(const struct authorities *a, const struct crl *crl)
{
    char hex[65];

    text_hex(hex, crl->sha256, 32);
    return xasprintf("%s/%s.pem", a->crl_folder, hex);
}

/* Only files of ours: what another program puts there is its own business. */
static bool drop_replaced(struct authorities *a, const struct crl_offer *offer,
                          struct error *e)
{
    bool ok = true;

    authorities_need_crls(a);
    for (size_t i = 0; ok && i < a->crl_count; i++) {
        const struct crl *old = &a->crls[i].facts;
        char *path = crl_path(a, old);

        if (strcmp(path, old->path) == 0 &&
            memcmp(old->sha256, offer->crl.sha256, 32) != 0 &&
            same_scope(a->crls[i].x509, offer->x509) &&
            is_newer(&offer->crl, old))
            ok = authorities_put_file(a, path, NULL, e);
        free(path);
    }
    return ok;
}

bool authorities_store_crl(struct authorities *a, const struct crl_offer *offer,
                           struct error *e)
{
    char *path = crl_path(a, &offer->crl);
    struct buf pem;
    bool ok;

    buf_init(&pem, FILE_MAX);
    ok = crl_add_pem(&pem, offer->x509) ||
         error_set(e, ERROR_INPUT,
                   "The revocation list of \"%s\" is too big to be kept.",
                   offer->crl.issuer_name);
    ok = ok && authorities_put_file(a, path, &pem, e) &&
         drop_replaced(a, offer, e);
    buf_release(&pem);
    free(path);
    return ok;
}

bool authorities_remove_crl(struct authorities *a, const struct crl *crl,
                            struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    char *path = xstrdup(crl->path); /* the list is read anew */
    char *name = xstrdup(crl->issuer_name);
    bool ok = authorities_begin(a, &lock, e);

    if (ok)
        ok = authorities_end(a, &lock, authorities_put_file(a, path, NULL, e),
                             "removing the revocation list of", name, e);
    free(path);
    free(name);
    return ok;
}
