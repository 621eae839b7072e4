/* SPDX-License-Identifier: MIT */
/* verdict_trial: everything about one path: OpenSSL's verification with all of
 * its errors gathered, and what it leaves out or gets wrong. */
#include "core/trust/recall.h"
#include "core/trust/verdict_private.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#define CHAIN_MAX      10 /* certificates between leaf and anchor */
#define SECURITY_LEVEL 2  /* as a live TLS connection has it */
#define SECURITY_BITS  112

/* -- findings -------------------------------------------------------------- */

void findings_add(struct findings *found, enum fault fault, int depth, int code)
{
    if (!(found->faults & FAULT_BIT(fault)) || depth < found->depth[fault]) {
        found->depth[fault] = depth;
        found->code[fault] = code;
    }
    found->faults |= FAULT_BIT(fault);
}

void findings_add_code(struct findings *found, int code, int depth)
{
    findings_add(found, verdict_fault_of(code), depth, code);
}

void findings_replace(struct findings *found, enum fault old, enum fault fault)
{
    found->faults &= ~FAULT_BIT(old);
    findings_add(found, fault, 0, 0);
}

bool findings_anchored(const struct findings *found)
{
    return !(found->faults &
             (FAULT_BIT(FAULT_SELF_SIGNED) | FAULT_BIT(FAULT_UNKNOWN_ISSUER) |
              FAULT_BIT(FAULT_INCOMPLETE_CHAIN)));
}

/* -- OpenSSL's verification ------------------------------------------------ */

struct collector {
    struct findings *found;
    const struct verdict_request *request;
};

/* Dates are judged by judge_dates(). OpenSSL checks them all the same, so that
 * of two issuers it takes the valid one. A missing list counts for the leaf
 * only, and only where one is demanded. */
static bool is_passed_over(const struct collector *c, int code, int depth)
{
    enum fault fault = verdict_fault_of(code);

    if (fault == FAULT_EXPIRED || fault == FAULT_NOT_YET_VALID)
        return true;
    return code == X509_V_ERR_UNABLE_TO_GET_CRL &&
           (depth > 0 || !c->request->crls_must_cover);
}

static int collect(int ok, X509_STORE_CTX *ctx)
{
    const struct collector *c = X509_STORE_CTX_get_app_data(ctx);
    int code = X509_STORE_CTX_get_error(ctx);
    int depth = X509_STORE_CTX_get_error_depth(ctx);

    if (ok)
        return 1;
    /* Without this the next check sees the old error and says nothing. */
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    if (!is_passed_over(c, code, depth))
        findings_add_code(c->found, code, depth);
    return 1;
}

static void set_terms(X509_STORE_CTX *ctx,
                      const struct verdict_request *request)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    unsigned long flags = X509_V_FLAG_TRUSTED_FIRST |
                          X509_V_FLAG_PARTIAL_CHAIN |
                          X509_V_FLAG_USE_CHECK_TIME;

    X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_trust(param, X509_TRUST_SSL_SERVER);
    X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
    X509_VERIFY_PARAM_set_depth(param, CHAIN_MAX);
    /* The CN is no name of a host, so it is not held against constraints. */
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (request->crls && sk_X509_CRL_num(request->crls) > 0) {
        X509_STORE_CTX_set0_crls(ctx, request->crls);
        flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
    }
    X509_VERIFY_PARAM_set_flags(param, flags);
    X509_VERIFY_PARAM_set_time(param, request->now);
    X509_STORE_CTX_set_verify_cb(ctx, collect);
}

static void verify(struct trial *trial, X509 *leaf, STACK_OF(X509) * others,
                   X509 *anchor, const struct verdict_request *request)
{
    struct collector collector = {&trial->found, request};
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *only = anchor ? sk_X509_new_null() : NULL;
    int result = 0, code = X509_V_ERR_OUT_OF_MEM;

    if (anchor)
        sk_X509_push(only, anchor);
    if (ctx && X509_STORE_CTX_init(ctx, request->store, leaf, others)) {
        X509_STORE_CTX_set_app_data(ctx, &collector);
        set_terms(ctx, request);
        if (only)
            X509_STORE_CTX_set0_trusted_stack(ctx, only);
        result = X509_verify_cert(ctx);
        trial->x509s = X509_STORE_CTX_get1_chain(ctx);
        code = X509_STORE_CTX_get_error(ctx);
    }
    if (result <= 0 && !trial->found.faults)
        findings_add(&trial->found, FAULT_OTHER, 0, code);
    X509_STORE_CTX_free(ctx);
    sk_X509_free(only);
    ERR_clear_error();
}

/* -- what OpenSSL gets wrong ----------------------------------------------- */

/* The last second of a certificate is valid (RFC 5280 section 4.1.2.5); OpenSSL
 * counts it as expired. */
static void judge_dates(struct trial *trial, time_t now)
{
    for (size_t i = 0; i < trial->certs.count; i++) {
        const struct cert *cert = &trial->certs.certs[i];
        enum fault fault = FAULT_COUNT;

        if (!cert->dates_ok)
            fault = FAULT_BAD_ENCODING;
        else if (i && (now > cert->not_after || now < cert->not_before))
            fault = FAULT_EXPIRED_ISSUER;
        else if (now > cert->not_after)
            fault = FAULT_EXPIRED;
        else if (now < cert->not_before)
            fault = FAULT_NOT_YET_VALID;
        if (fault != FAULT_COUNT)
            findings_add(&trial->found, fault, (int)i, 0);
    }
}

static bool stands_among(const struct cert *leaf, STACK_OF(X509) * others,
                         struct recall *recall)
{
    for (int i = 0; i < sk_X509_num(others); i++) {
        struct cert other;
        bool found;

        recall_cert(recall, &other, sk_X509_value(others, i));
        found = strcmp(other.subject, leaf->issuer) == 0;
        cert_release(&other);
        if (found)
            return true;
    }
    return false;
}

/* No issuer is a family of faults: damage in the leaf, a leaf on its own, or a
 * chain that ends at a stranger. */
static void judge_issuer(struct trial *trial, STACK_OF(X509) * others,
                         struct recall *recall)
{
    const fault_set unknown = FAULT_BIT(FAULT_UNKNOWN_ISSUER);
    const struct cert *leaf = &trial->certs.certs[0];
    struct findings *found = &trial->found;

    if (leaf->self_signed && (found->faults & unknown))
        findings_replace(found, FAULT_UNKNOWN_ISSUER, FAULT_SELF_SIGNED);
    /* OpenSSL goes by the names and leaves this signature unchecked. */
    if (!leaf->self_signed && (found->faults & FAULT_BIT(FAULT_SELF_SIGNED)))
        findings_replace(found, FAULT_SELF_SIGNED, FAULT_BAD_SIGNATURE);
    if (!leaf->extensions_ok)
        findings_replace(found, FAULT_UNKNOWN_ISSUER, FAULT_BAD_ENCODING);
    if ((found->faults & unknown) && trial->certs.count <= 1 &&
        !stands_among(leaf, others, recall))
        findings_replace(found, FAULT_UNKNOWN_ISSUER, FAULT_INCOMPLETE_CHAIN);
}

/* OpenSSL says of an issuer that may not issue at all that it may not issue for
 * servers either: one fault, not two. */
static void judge_purpose(struct findings *found)
{
    const fault_set both =
        FAULT_BIT(FAULT_NOT_A_CA) | FAULT_BIT(FAULT_BAD_PURPOSE);

    if ((found->faults & both) == both &&
        found->depth[FAULT_NOT_A_CA] == found->depth[FAULT_BAD_PURPOSE])
        found->faults &= ~FAULT_BIT(FAULT_BAD_PURPOSE);
}

/* OpenSSL takes the last of the path for an anchor, whose signature does not
 * count; a leaf whose issuer is missing is none. DSA has gone from TLS (RFC
 * 8446 section 4.2.3), and level 2 still takes it. */
static void judge_strength(struct trial *trial)
{
    const fault_set alone =
        FAULT_BIT(FAULT_INCOMPLETE_CHAIN) | FAULT_BIT(FAULT_UNKNOWN_ISSUER);
    X509 *leaf = sk_X509_value(trial->x509s, 0);
    int bits;

    if ((trial->found.faults & alone) &&
        X509_get_signature_info(leaf, NULL, NULL, &bits, NULL) &&
        bits < SECURITY_BITS)
        findings_add(&trial->found, FAULT_WEAK_SIGNATURE, 0, 0);
    for (int i = 0; i < sk_X509_num(trial->x509s); i++) {
        EVP_PKEY *key = X509_get0_pubkey(sk_X509_value(trial->x509s, i));

        if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_DSA)
            findings_add(&trial->found, FAULT_WEAK_KEY, i, 0);
    }
}

/* -- what RFC 5280 demands and OpenSSL lets pass --------------------------- */

static void judge_issuer_form(struct findings *found, const struct cert *cert,
                              X509 *x509, int depth)
{
    NAME_CONSTRAINTS *limits =
        X509_get_ext_d2i(x509, NID_name_constraints, NULL, NULL);

    /* Section 4.2.1.9; a certificate of version 1 has no extensions. */
    if (cert->version == 3 && !cert->has_constraints)
        findings_add_code(found, X509_V_ERR_INVALID_CA, depth);
    if (X509_NAME_entry_count(X509_get_subject_name(x509)) == 0)
        findings_add_code(found, X509_V_ERR_SUBJECT_NAME_EMPTY, depth);
    if (limits && sk_GENERAL_SUBTREE_num(limits->permittedSubtrees) <= 0 &&
        sk_GENERAL_SUBTREE_num(limits->excludedSubtrees) <= 0)
        findings_add_code(found, OWN_CONSTRAINTS_EMPTY, depth);
    NAME_CONSTRAINTS_free(limits);
}

/* Section 4.1.1.2: the same inside of what is signed and beside it. OpenSSL
 * does not look at the signature of an anchor. */
static bool names_two_algorithms(X509 *x509)
{
    const X509_ALGOR *beside;

    X509_get0_signature(NULL, &beside, x509);
    return X509_ALGOR_cmp(beside, X509_get0_tbs_sigalg(x509)) != 0;
}

static void judge_leaf_form(struct findings *found, const struct cert *leaf,
                            X509 *x509)
{
    bool unnamed = X509_NAME_entry_count(X509_get_subject_name(x509)) == 0;
    int names = X509_get_ext_by_NID(x509, NID_subject_alt_name, -1);

    if (unnamed && names >= 0 &&
        !X509_EXTENSION_get_critical(X509_get_ext(x509, names)))
        findings_add_code(found, X509_V_ERR_EMPTY_SUBJECT_SAN_NOT_CRITICAL, 0);
    if (leaf->is_ca)
        return;
    if (X509_get_ext_by_NID(x509, NID_name_constraints, -1) >= 0)
        findings_add_code(found, OWN_CONSTRAINTS_IN_LEAF, 0);
    if ((X509_get_extension_flags(x509) & EXFLAG_KUSAGE) &&
        (X509_get_key_usage(x509) & KU_KEY_CERT_SIGN))
        findings_add_code(found, X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA,
                          0);
    if (leaf->has_constraints && leaf->path_length >= 0)
        findings_add_code(found, X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA, 0);
}

/* OpenSSL's strict mode has these rules, and others that private authorities
 * break every day: key identifiers left out, basic constraints not marked as
 * critical. Those say nothing about who the server is, so they are let pass.
 * What nobody vouches for is not held to them at all: an exception is about one
 * certificate, whatever its form. */
static void judge_form(struct trial *trial)
{
    for (int i = 0; i < sk_X509_num(trial->x509s); i++) {
        X509 *x509 = sk_X509_value(trial->x509s, i);
        const struct cert *cert = &trial->certs.certs[i];

        if (names_two_algorithms(x509))
            findings_add_code(&trial->found,
                              X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY, i);
        if (i)
            judge_issuer_form(&trial->found, cert, x509, i);
        else
            judge_leaf_form(&trial->found, cert, x509);
    }
}

/* -- what the person decided ----------------------------------------------- */

static void judge_rules(struct trial *trial,
                        const struct verdict_request *request)
{
    const struct trust_rules *rules = request->rules;
    size_t last = trial->certs.count - 1;

    for (size_t i = 0; rules && i <= last; i++)
        if (rules->distrusted(rules->arg, trial->certs.certs[i].sha256))
            findings_add(&trial->found, FAULT_DISTRUSTED, (int)i, 0);
    if (rules && findings_anchored(&trial->found) &&
        !rules->vouches(rules->arg, trial->certs.certs[last].sha256,
                        request->host))
        findings_add_code(&trial->found, OWN_OUTSIDE_DOMAINS, (int)last);
}

void trial_judge(struct trial *trial, X509 *leaf, STACK_OF(X509) * others,
                 X509 *anchor, const struct verdict_request *request)
{
    const struct cert *own;

    *trial = (struct trial){0};
    verify(trial, leaf, others, anchor, request);
    if (!trial->x509s || sk_X509_num(trial->x509s) == 0) {
        sk_X509_free(trial->x509s);
        trial->x509s = sk_X509_new_null();
        X509_up_ref(leaf);
        sk_X509_push(trial->x509s, leaf);
    }
    recall_chain(request->recall, &trial->certs, trial->x509s);
    own = &trial->certs.certs[0];
    judge_issuer(trial, others, request->recall);
    judge_purpose(&trial->found);
    judge_strength(trial);
    judge_dates(trial, request->now);
    judge_rules(trial, request);
    names_constraints(trial, &trial->found);
    /* A leaf that is an anchor itself was chosen as such. */
    if (findings_anchored(&trial->found) && trial->certs.count > 1) {
        if (own->is_ca)
            findings_add(&trial->found, FAULT_CA_AS_LEAF, 0, 0);
        judge_form(trial);
    }
    revocation_judge(trial, request);
    ERR_clear_error();
}
