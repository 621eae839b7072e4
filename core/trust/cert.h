/* SPDX-License-Identifier: MIT */
/*
 * cert: X.509 as plain facts, safe to show. The certificate is hostile input:
 * every text here has gone through text_safe() and has a limit.
 */
#ifndef POSTSEAL_CORE_TRUST_CERT_H
#define POSTSEAL_CORE_TRUST_CERT_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include <openssl/x509.h>
#include <time.h>

struct cert {
    unsigned char sha256[32]; /* of the DER */
    unsigned char sha1[20];
    unsigned char spki_sha256[32]; /* of SubjectPublicKeyInfo */
    char *subject;                 /* "CN=mail.example.org, O=Example Org" */
    char *issuer;
    char *subject_name; /* the short name to call it by: CN, else O, else the
                         * first name in it, else "(no name)" */
    char *issuer_name;  /* the same of the issuer */
    char **names;       /* subjectAltName: DNS names, "IP 192.0.2.1", "email
                         * a@b", "URI x:y", "directory CN=x", "other OID: x";
                         * A-labels as they stand */
    size_t name_count;
    size_t name_total; /* how many there are; names holds at most 200 */
    time_t not_before, not_after;
    bool dates_ok; /* both could be read */
    bool not_before_ok, not_after_ok;
    char *not_before_raw; /* as they are written in it */
    char *not_after_raw;
    char *key;       /* "RSA 2048", "EC P-256", "Ed25519" */
    char *signature; /* "sha256WithRSAEncryption" */
    char *serial;    /* upper-case hex, groups of 4 */
    char *key_usage; /* words, or "" */
    char *extended_key_usage;
    char *ocsp_urls; /* blank-separated, or "" */
    char *crl_urls;
    char *ca_issuer_urls; /* AIA caIssuers */
    long version;         /* 1 to 3, or whatever it says; 0: beyond a long */
    bool is_ca;
    bool self_issued; /* subject = issuer */
    bool self_signed; /* and the signature is its own */
    bool must_staple;
    bool extensions_ok;     /* all extensions parse, none stands twice */
    bool has_constraints;   /* basic constraints are in it and can be read */
    long path_length;       /* authorities allowed below it; -1: no limit */
    char *name_constraints; /* "only example.org; never x.example.org", or "" */
    char *policies;         /* OIDs, comma-separated, or "" */
    size_t policy_count;
    char *subject_key_id; /* upper-case hex, groups of 4, or "" */
    char *authority_key_id;
    char *unknown_critical; /* critical extensions that nobody here knows: OIDs,
                             * comma-separated, or "" */
    char **notes;           /* finished sentences about what is odd */
    size_t note_count;      /* at most 20 */
    unsigned char *der;
    size_t der_len;
    unsigned *owners; /* facts never change, so copies share them */
};

/* Reads all facts. Never fails on content: what cannot be read is "" or says
 * so ("unreadable"). */
void cert_read(struct cert *cert, X509 *x509);
void cert_copy(struct cert *to, const struct cert *from);
void cert_release(struct cert *cert);
/* The OpenSSL object again; NULL when it does not decode. Caller
 * X509_free()s.*/
X509 *cert_x509(const struct cert *cert);

struct cert_chain {
    struct cert *certs; /* as sent: the server's own first */
    size_t count;
};
void cert_chain_read(struct cert_chain *chain, STACK_OF(X509) * stack);
void cert_chain_release(struct cert_chain *chain);
void cert_chain_copy(struct cert_chain *to, const struct cert_chain *from);

/* Reads PEM (one or several certificates, other blocks passed over) or DER
 * (one, nothing behind it). At most CERT_LOAD_MAX. ERROR_PARSE says which one
 * is damaged or what it is instead (a key, a request, PKCS#12, nothing). */
#define CERT_LOAD_MAX 1000
bool cert_load(const void *bytes, size_t len, STACK_OF(X509) * *out,
               struct error *e);
/* The same; *passed_over is NULL or a sentence about the other blocks ("It
 * also holds a private key, ..."), which the caller frees. */
bool cert_load_telling(const void *bytes, size_t len, STACK_OF(X509) * *out,
                       char **passed_over, struct error *e);
/* Appends the certificate as PEM. */
bool cert_add_pem(struct buf *out, const struct cert *cert);

/* A name of `names` for people: an A-label with its Unicode form behind it, and
 * the other way round. The caller frees it. */
char *cert_name_display(const char *name);

/* One fact a row, for the viewer and `cert show`; the verdict is not in it. */
struct cert_fact {
    const char *label; /* "Valid until" */
    char *value;       /* may be long; the caller wraps it */
};
struct cert_facts {
    struct cert_fact *rows;
    size_t count;
};
/* `now` serves "98 days left". */
void cert_describe(struct cert_facts *facts, const struct cert *cert,
                   time_t now);
void cert_facts_release(struct cert_facts *facts);

#endif
