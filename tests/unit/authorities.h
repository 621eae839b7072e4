/* SPDX-License-Identifier: MIT */
/* authorities: a store of authorities in a folder of its own, without the
 * machine's. */
#ifndef POSTSEAL_TESTS_UNIT_AUTHORITIES_H
#define POSTSEAL_TESTS_UNIT_AUTHORITIES_H

#include "pki.h"

#include "core/trust/authority.h"

#include <openssl/evp.h>
#include <sys/stat.h>

static int folder_number;

/* The next store begins empty. */
static inline int fresh_folder(void **state)
{
    char name[32];

    (void)state;
    setenv("SSL_CERT_FILE", "/nonexistent", 1);
    setenv("SSL_CERT_DIR", "/nonexistent", 1);
    folder_number++;
    snprintf(name, sizeof(name), "store%d", folder_number);
    return mkdir(in_folder(name), 0700);
}

/* A path beside the store. */
static inline const char *in_store_folder(const char *name)
{
    char path[160];

    snprintf(path, sizeof(path), "store%d/%.120s", folder_number, name);
    return in_folder(path);
}

static inline struct authorities *open_store(void)
{
    struct error e = {0};
    struct authorities *a =
        authorities_open(in_store_folder("accounts.ini"), &e);

    assert_string_equal(e.text, "");
    assert_non_null(a);
    return a;
}

static inline void digest_of(X509 *x509, unsigned char sha256[32])
{
    assert_true(X509_digest(x509, EVP_sha256(), sha256, NULL));
}

/* Plans one certificate, which must have that fate, and imports it. */
static inline void import_cert(struct authorities *a, X509 *x509,
                               const char *domains, enum authority_fate fate)
{
    const struct authority_wish wish = {.domains = domains,
                                        .origin = "root.pem"};
    struct authority_plan plan;
    struct error e = {0};
    struct cert cert;

    cert_read(&cert, x509);
    authorities_plan_cert(a, &plan, &cert, &wish, NOW);
    cert_release(&cert);
    assert_int_equal(plan.count, 1);
    assert_int_equal(plan.offers[0].fate, fate);
    assert_true(authorities_import(a, &plan, &wish, NOW, &e));
    authority_plan_release(&plan);
}

/* -- what a verdict gets --------------------------------------------------- */

static inline bool is_distrusted_here(struct authorities *a, X509 *x509)
{
    struct verdict_request request = {0};
    unsigned char sha256[32];

    digest_of(x509, sha256);
    authorities_terms(a, &request);
    return request.rules->distrusted(request.rules->arg, sha256);
}

static inline bool vouches_for(struct authorities *a, X509 *x509,
                               const char *host)
{
    struct verdict_request request = {0};
    unsigned char sha256[32];

    digest_of(x509, sha256);
    authorities_terms(a, &request);
    return request.rules->vouches(request.rules->arg, sha256, host);
}

static inline bool among(STACK_OF(X509) * stack, X509 *x509)
{
    for (int i = 0; i < sk_X509_num(stack); i++)
        if (X509_cmp(sk_X509_value(stack, i), x509) == 0)
            return true;
    return false;
}

static inline bool in_store(struct authorities *a, X509 *x509)
{
    STACK_OF(X509) *all = X509_STORE_get1_all_certs(authorities_store(a));
    bool found = among(all, x509);

    sk_X509_pop_free(all, X509_free);
    return found;
}

/* As an anchor for any server. */
static inline void assert_vouches(struct authorities *a, X509 *x509,
                                  bool wanted)
{
    assert_int_equal(in_store(a, x509) && !is_distrusted_here(a, x509) &&
                         vouches_for(a, x509, "mail.example.org"),
                     wanted);
}

#endif
