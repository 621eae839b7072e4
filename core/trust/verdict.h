/* SPDX-License-Identifier: MIT */
/*
 * verdict: all faults of a certificate chain at once, each with its sentence
 * and whether a person may make an exception. Live tests and `cert verify`
 * call the same function. It knows no connection and no exception.
 */
#ifndef POSTSEAL_CORE_TRUST_VERDICT_H
#define POSTSEAL_CORE_TRUST_VERDICT_H

#include "core/trust/cert.h"
#include <stdint.h>

/* In the order in which they are told, worst first. The words are a contract
 * (design §5) and come from one table. */
enum fault {
    /* never overridable */
    FAULT_BAD_ENCODING,
    FAULT_BAD_SIGNATURE,
    FAULT_REVOKED,
    FAULT_DISTRUSTED,
    FAULT_BAD_PURPOSE,
    FAULT_NOT_A_CA,
    FAULT_NAME_CONSTRAINTS,
    FAULT_PATH_LENGTH,
    FAULT_CRITICAL_EXTENSION,
    FAULT_BAD_CRL,
    FAULT_REVOCATION_UNKNOWN,
    FAULT_TOO_COMPLEX,
    FAULT_OTHER,
    /* may be overridden */
    FAULT_WRONG_HOST,
    FAULT_SELF_SIGNED,
    FAULT_UNKNOWN_ISSUER,
    FAULT_INCOMPLETE_CHAIN,
    FAULT_EXPIRED_ISSUER,
    FAULT_CA_AS_LEAF,
    FAULT_WEAK_KEY,
    FAULT_WEAK_SIGNATURE,
    FAULT_EXPIRED,
    FAULT_NOT_YET_VALID,
    FAULT_COUNT
};
typedef uint32_t fault_set; /* bit 1u << enum fault */
#define FAULT_BIT(fault) (UINT32_C(1) << (fault))

const char *fault_word(enum fault fault);  /* "wrong-host" */
const char *fault_label(enum fault fault); /* "wrong name", for columns */
bool fault_parse(const char *word, enum fault *fault);
bool fault_overridable(enum fault fault);
/* "wrong-host, expired" (separator given) into out; "" for none. */
char *fault_words(char *out, size_t size, fault_set faults,
                  const char *separator);
char *fault_labels(char *out, size_t size, fault_set faults);
/* Blank- or comma-separated words; false on an unknown one. */
bool fault_parse_words(const char *text, fault_set *faults);

/* What the person decided about authorities, asked for every path found. */
struct trust_rules {
    void *arg;
    /* Whether that certificate (SHA-256 of its DER) is marked as distrusted. */
    bool (*distrusted)(void *arg, const unsigned char sha256[32]);
    /* Whether that anchor may vouch for the host; an authority can be limited
     * to domains. */
    bool (*vouches)(void *arg, const unsigned char sha256[32],
                    const char *host);
};

struct recall;

/* Nothing in it is freed here; authorities_terms() fills what belongs to the
 * trust anchors. */
struct verdict_request {
    const char *host;  /* from host_normalise(): A-labels or an address. Empty
                        * or malformed is an error, never "no check" */
    X509_STORE *store; /* trust anchors; see authority.h */
    time_t now;
    STACK_OF(X509_CRL) * crls; /* NULL: none */
    bool crls_must_cover;      /* a CRL that says nothing about a certificate
                                * is a fault: revocation-unknown */
    STACK_OF(X509) * intermediates;  /* complete chains, no anchors; or NULL */
    const struct trust_rules *rules; /* NULL: none */
    const unsigned char *staple;     /* the OCSP answer sent along, DER */
    size_t staple_len;               /* 0: none was sent */
    struct recall *recall;           /* of these anchors and rules; NULL: none,
                                      * each time is the first; see recall.h */
};

/* How it was found out whether the certificate was revoked. */
enum revocation {
    REVOCATION_NOT_CHECKED, /* nobody was asked, and no list is known */
    REVOCATION_BY_LIST,     /* by a CRL that covers it */
    REVOCATION_BY_STAPLE,   /* by the OCSP answer that the server sent along */
    REVOCATION_COUNT
};
/* "not-checked", "crl", "ocsp": a contract, for JSON. */
const char *revocation_word(enum revocation revocation);

struct verdict {
    fault_set faults;
    bool trusted;     /* no fault at all */
    bool overridable; /* faults, and all of them may be overridden */
    char *sentences[FAULT_COUNT]; /* finished, safe; NULL for absent faults */
    char *proven_by; /* trust anchor's name when trusted, else NULL */
    enum revocation revocation;
    time_t revocation_date; /* since when that is known; 0: not checked */
    struct cert_chain sent; /* what the server sent, its own first */
    struct cert_chain path; /* leaf to anchor, when one was found */
};

/* Judges the chain (leaf first, as sent). False only when the request itself
 * is wrong (ERROR_INPUT: host) or there is no certificate (ERROR_TLS); the
 * faults are never an error. *out is to be released either way. */
bool verdict_judge(struct verdict *out, STACK_OF(X509) * sent,
                   const struct verdict_request *request, struct error *e);
void verdict_release(struct verdict *verdict);
void verdict_copy(struct verdict *to, const struct verdict *from);
/* The server's own certificate. */
const struct cert *verdict_leaf(const struct verdict *verdict);
/* "Not revoked, says the server's proof of 2026-11-20." or that nobody was
 * asked. */
char *verdict_revocation(char *out, size_t size, const struct verdict *verdict);
/* "proven by ISRG Root X1, 61 days left" or "self-signed, expired". */
char *verdict_summary(char *out, size_t size, const struct verdict *verdict,
                      time_t now);

#endif
