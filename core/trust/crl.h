/* SPDX-License-Identifier: MIT */
/*
 * crl: a revocation list as plain facts, safe to show. Those that the person
 * imported lie in crls/ beside accounts.ini; see authority.h for the store.
 */
#ifndef POSTSEAL_CORE_TRUST_CRL_H
#define POSTSEAL_CORE_TRUST_CRL_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include <openssl/x509.h>
#include <time.h>

struct crl {
    unsigned char sha256[32]; /* of the DER */
    char *issuer;             /* "CN=Example CA, O=Example Org" */
    char *issuer_name;        /* the short name to call it by */
    time_t this_update;
    time_t next_update; /* 0: it does not say */
    bool dates_ok;      /* what is there could be read */
    char *number;       /* CRL number: hex digits, or "" */
    size_t revoked;     /* certificates on it */
    bool is_delta;      /* only what changed since another list */
    bool is_part;       /* says itself that it covers only some certificates */
    bool checked;       /* signed by an authority that is known here. Else the
                         * signature is checked when a certificate is judged */
    char *path;         /* NULL: not stored */
};

/* Reads all facts but `checked` and `path`; never fails on content. */
void crl_read(struct crl *crl, X509_CRL *x509);
void crl_release(struct crl *crl);
/* Whether a newer one should be there by now. */
bool crl_is_stale(const struct crl *crl, time_t now);
/* Appends it as PEM. */
bool crl_add_pem(struct buf *out, X509_CRL *x509);

#endif
