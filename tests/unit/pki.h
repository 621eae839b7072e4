/* SPDX-License-Identifier: MIT */
/* pki: certificates made at test time, with every date counted from NOW, and a
 * small authority: Root > Middle > leaves. */
#ifndef POSTSEAL_TESTS_UNIT_PKI_H
#define POSTSEAL_TESTS_UNIT_PKI_H

#include "unit.h"

#include "core/trust/verdict.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#define DAY 86400L
#define NOW ((time_t)1790000000) /* 2026-09-21T14:13:20Z */

struct recipe {
    const char *cn, *san, *usage, *extended;
    long from, until; /* seconds from NOW */
    bool ca;
    bool bare;               /* no basicConstraints */
    bool twice;              /* key usage stands twice */
    const char *constraints; /* basicConstraints, instead of by `ca` */
    int extra_nid;           /* one more extension */
    const char *extra;
    const EVP_MD *digest; /* NULL: SHA-256 */
};

#define LEAF                                                                   \
    .cn = "mail.example.org", .san = "DNS:mail.example.org",                   \
    .from = -10 * DAY, .until = 100 * DAY
#define AUTHORITY(name)                                                        \
    .cn = name, .from = -DAY, .until = 1000 * DAY, .ca = true

static EVP_PKEY *root_key, *middle_key, *leaf_key, *other_key;
static X509 *root, *middle;
static X509_STORE *store;

static inline void add(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *e;

    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    assert_non_null(e);
    X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
}

static inline void set_name(X509 *x, int type, const void *bytes, int len)
{
    X509_NAME *name = X509_NAME_new();

    assert_true(X509_NAME_add_entry_by_NID(name, NID_commonName, type, bytes,
                                           len, -1, 0));
    X509_set_subject_name(x, name);
    X509_NAME_free(name);
}

/* Not signed yet. */
static inline X509 *draft(const struct recipe *r, EVP_PKEY *key, X509 *issuer)
{
    X509 *x = X509_new();
    static long serial;

    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
    ASN1_TIME_set(X509_getm_notBefore(x), NOW + r->from);
    ASN1_TIME_set(X509_getm_notAfter(x), NOW + r->until);
    set_name(x, MBSTRING_UTF8, r->cn, -1);
    X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x));
    X509_set_pubkey(x, key);
    issuer = issuer ? issuer : x;
    if (r->bare)
        ;
    else if (r->constraints)
        add(x, issuer, NID_basic_constraints, r->constraints);
    else
        add(x, issuer, NID_basic_constraints,
            r->ca ? "critical,CA:TRUE" : "CA:FALSE");
    if (r->san)
        add(x, issuer, NID_subject_alt_name, r->san);
    if (r->usage)
        add(x, issuer, NID_key_usage, r->usage);
    if (r->extended)
        add(x, issuer, NID_ext_key_usage, r->extended);
    if (r->extra)
        add(x, issuer, r->extra_nid, r->extra);
    for (int i = 0; r->twice && i < 2; i++)
        add(x, issuer, NID_key_usage, "digitalSignature");
    return x;
}

/* issuer NULL: self-signed. */
static inline X509 *make(const struct recipe *r, EVP_PKEY *key, X509 *issuer,
                         EVP_PKEY *issuer_key)
{
    X509 *x = draft(r, key, issuer);

    assert_true(X509_sign(x, issuer ? issuer_key : key,
                          r->digest ? r->digest : EVP_sha256()) > 0);
    return x;
}

static inline int set_up(void **state)
{
    root_key = EVP_EC_gen("P-256");
    middle_key = EVP_EC_gen("P-256");
    leaf_key = EVP_EC_gen("P-256");
    other_key = EVP_EC_gen("P-256");
    root = make(&(struct recipe){AUTHORITY("Root")}, root_key, NULL, NULL);
    middle =
        make(&(struct recipe){AUTHORITY("Middle")}, middle_key, root, root_key);
    store = X509_STORE_new();
    X509_STORE_add_cert(store, root);
    return make_folder(state);
}

static inline int tear_down(void **state)
{
    X509_STORE_free(store);
    X509_free(root);
    X509_free(middle);
    EVP_PKEY_free(root_key);
    EVP_PKEY_free(middle_key);
    EVP_PKEY_free(leaf_key);
    EVP_PKEY_free(other_key);
    return remove_folder(state);
}

/* Judges [leaf, second]; second may be NULL. */
static inline void judge(struct verdict *v, X509 *leaf, X509 *second,
                         const char *host, time_t now)
{
    STACK_OF(X509) *sent = sk_X509_new_null();
    const struct verdict_request request = {
        .host = host, .store = store, .now = now};
    struct error e = {0};

    sk_X509_push(sent, leaf);
    if (second)
        sk_X509_push(sent, second);
    assert_true(verdict_judge(v, sent, &request, &e));
    sk_X509_free(sent);
}

static inline void assert_words(const struct verdict *v, const char *wanted)
{
    char words[300];

    assert_string_equal(fault_words(words, sizeof(words), v->faults, " "),
                        wanted);
    assert_int_equal(v->trusted, !*wanted);
    for (int f = 0; f < FAULT_COUNT; f++)
        assert_int_equal(v->sentences[f] != NULL,
                         (v->faults & FAULT_BIT(f)) != 0);
}

static inline void assert_clean(const char *text)
{
    assert_non_null(text);
    for (const char *p = text; *p; p++)
        assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
    /* C1 controls, U+0080 to U+009F */
    for (const char *p = text; (p = strstr(p, "\xc2")); p++)
        assert_true((unsigned char)p[1] >= 0xa0);
}

#endif
