/* SPDX-License-Identifier: MIT */
/* verdict: judging a chain. What the faults mean in words: verdict_words.c. */
#include "core/trust/verdict_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define CHAIN_MAX      10 /* certificates between leaf and anchor */
#define SECURITY_LEVEL 2  /* as a live TLS connection has it */
#define SECURITY_BITS  112

/* -- OpenSSL's codes ------------------------------------------------------- */

/* Every code that says something about a certificate; what is not here (out of
 * memory, a wrong call, policies, proxies, DANE) is FAULT_OTHER. */
static const struct {
    int code;
    enum fault fault;
} codes[] = {
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, FAULT_UNKNOWN_ISSUER},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, FAULT_UNKNOWN_ISSUER},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, FAULT_UNKNOWN_ISSUER},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, FAULT_UNKNOWN_ISSUER},
    {X509_V_ERR_CERT_UNTRUSTED, FAULT_UNKNOWN_ISSUER},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, FAULT_SELF_SIGNED},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, FAULT_BAD_SIGNATURE},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, FAULT_BAD_SIGNATURE},
    {X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, FAULT_BAD_ENCODING},
    {X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY, FAULT_BAD_ENCODING},
    {X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM, FAULT_BAD_SIGNATURE},
    {X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, FAULT_BAD_ENCODING},
    {X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, FAULT_BAD_ENCODING},
    {X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, FAULT_BAD_ENCODING},
    {X509_V_ERR_INVALID_EXTENSION, FAULT_BAD_ENCODING},
    {X509_V_ERR_INVALID_POLICY_EXTENSION, FAULT_BAD_ENCODING},
    {X509_V_ERR_CERT_REVOKED, FAULT_REVOKED},
    {X509_V_ERR_CERT_REJECTED, FAULT_DISTRUSTED},
    {X509_V_ERR_INVALID_PURPOSE, FAULT_BAD_PURPOSE},
    {X509_V_ERR_INVALID_CA, FAULT_NOT_A_CA},
    {X509_V_ERR_NO_ISSUER_PUBLIC_KEY, FAULT_NOT_A_CA},
    {X509_V_ERR_INVALID_NON_CA, FAULT_BAD_PURPOSE},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, FAULT_NOT_A_CA},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, FAULT_PATH_LENGTH},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG, FAULT_TOO_COMPLEX},
    {X509_V_ERR_PERMITTED_VIOLATION, FAULT_NAME_CONSTRAINTS},
    {X509_V_ERR_EXCLUDED_VIOLATION, FAULT_NAME_CONSTRAINTS},
    {X509_V_ERR_SUBTREE_MINMAX, FAULT_NAME_CONSTRAINTS},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, FAULT_NAME_CONSTRAINTS},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, FAULT_NAME_CONSTRAINTS},
    {X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, FAULT_NAME_CONSTRAINTS},
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, FAULT_CRITICAL_EXTENSION},
    {X509_V_ERR_EE_KEY_TOO_SMALL, FAULT_WEAK_KEY},
    {X509_V_ERR_CA_KEY_TOO_SMALL, FAULT_WEAK_KEY},
    {X509_V_ERR_CA_MD_TOO_WEAK, FAULT_WEAK_SIGNATURE},
    {X509_V_ERR_UNABLE_TO_GET_CRL, FAULT_REVOCATION_UNKNOWN},
    {X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, FAULT_BAD_CRL},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE, FAULT_BAD_CRL},
    {X509_V_ERR_CRL_SIGNATURE_FAILURE, FAULT_BAD_CRL},
    {X509_V_ERR_CRL_NOT_YET_VALID, FAULT_BAD_CRL},
    {X509_V_ERR_CRL_HAS_EXPIRED, FAULT_BAD_CRL},
    {X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD, FAULT_BAD_CRL},
    {X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD, FAULT_BAD_CRL},
    {X509_V_ERR_KEYUSAGE_NO_CRL_SIGN, FAULT_BAD_CRL},
    {X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION, FAULT_BAD_CRL},
    {X509_V_ERR_DIFFERENT_CRL_SCOPE, FAULT_BAD_CRL},
    {X509_V_ERR_CRL_PATH_VALIDATION_ERROR, FAULT_BAD_CRL},
    {X509_V_ERR_OCSP_VERIFY_NEEDED, FAULT_REVOCATION_UNKNOWN},
    {X509_V_ERR_OCSP_VERIFY_FAILED, FAULT_REVOCATION_UNKNOWN},
    {X509_V_ERR_CERT_HAS_EXPIRED, FAULT_EXPIRED},
    {X509_V_ERR_CERT_NOT_YET_VALID, FAULT_NOT_YET_VALID},
    {X509_V_ERR_HOSTNAME_MISMATCH, FAULT_WRONG_HOST},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, FAULT_WRONG_HOST},
    {X509_V_ERR_PATH_LOOP, FAULT_TOO_COMPLEX},
    {X509_V_ERR_EC_KEY_EXPLICIT_PARAMS, FAULT_BAD_ENCODING},
    {X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA, FAULT_BAD_ENCODING},
    {X509_V_ERR_PATHLEN_WITHOUT_KU_KEY_CERT_SIGN, FAULT_BAD_ENCODING},
    {X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA, FAULT_BAD_ENCODING},
    {X509_V_ERR_CA_BCONS_NOT_CRITICAL, FAULT_BAD_ENCODING},
    {X509_V_ERR_ISSUER_NAME_EMPTY, FAULT_BAD_ENCODING},
    {X509_V_ERR_SUBJECT_NAME_EMPTY, FAULT_BAD_ENCODING},
    {X509_V_ERR_EMPTY_SUBJECT_ALT_NAME, FAULT_BAD_ENCODING},
    {X509_V_ERR_EMPTY_SUBJECT_SAN_NOT_CRITICAL, FAULT_BAD_ENCODING},
    {X509_V_ERR_CA_CERT_MISSING_KEY_USAGE, FAULT_BAD_ENCODING},
    {X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER, FAULT_BAD_ENCODING},
    {X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER, FAULT_BAD_ENCODING},
    {X509_V_ERR_AUTHORITY_KEY_IDENTIFIER_CRITICAL, FAULT_BAD_ENCODING},
    {X509_V_ERR_SUBJECT_KEY_IDENTIFIER_CRITICAL, FAULT_BAD_ENCODING},
    {X509_V_ERR_EXTENSIONS_REQUIRE_VERSION_3, FAULT_BAD_ENCODING},
};

static enum fault fault_of(int code)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].code == code)
            return codes[i].fault;
    return FAULT_OTHER;
}

/* -- collecting ------------------------------------------------------------ */

/* What the verification found, gathered by its callback. */
struct collected {
    fault_set faults;
    int depth[FAULT_COUNT]; /* nearest to the leaf where it was seen */
    int other_code;
};

static void add_fault(struct collected *found, enum fault fault, int depth)
{
    if (!(found->faults & FAULT_BIT(fault)) || depth < found->depth[fault])
        found->depth[fault] = depth;
    found->faults |= FAULT_BIT(fault);
}

static int collect(int ok, X509_STORE_CTX *ctx)
{
    struct collected *found = X509_STORE_CTX_get_app_data(ctx);
    int code = X509_STORE_CTX_get_error(ctx);
    enum fault fault = fault_of(code);

    if (ok)
        return 1;
    /* Without this the next check sees the old error and says nothing. */
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    /* Dates are judged by judge_dates(). OpenSSL checks them all the same, so
     * that of two issuers it takes the valid one. */
    if (fault == FAULT_EXPIRED || fault == FAULT_NOT_YET_VALID)
        return 1;
    add_fault(found, fault, X509_STORE_CTX_get_error_depth(ctx));
    if (fault == FAULT_OTHER)
        found->other_code = code;
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
    if (request->crls && sk_X509_CRL_num(request->crls) > 0) {
        X509_STORE_CTX_set0_crls(ctx, request->crls);
        flags |= X509_V_FLAG_CRL_CHECK;
    }
    X509_VERIFY_PARAM_set_flags(param, flags);
    X509_VERIFY_PARAM_set_time(param, request->now);
    X509_STORE_CTX_set_verify_cb(ctx, collect);
}

/* Runs OpenSSL's verification; the path it took goes to the verdict. */
static void verify(struct verdict *v, STACK_OF(X509) * sent,
                   const struct verdict_request *request,
                   struct collected *found)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    int result = 0;

    if (ctx && X509_STORE_CTX_init(ctx, request->store, sk_X509_value(sent, 0),
                                   sent)) {
        X509_STORE_CTX_set_app_data(ctx, found);
        set_terms(ctx, request);
        result = X509_verify_cert(ctx);
        cert_chain_read(&v->path, X509_STORE_CTX_get0_chain(ctx));
    }
    if (result <= 0 && !found->faults) {
        add_fault(found, FAULT_OTHER, 0);
        found->other_code =
            ctx ? X509_STORE_CTX_get_error(ctx) : X509_V_ERR_OUT_OF_MEM;
    }
    X509_STORE_CTX_free(ctx);
    ERR_clear_error();
}

/* -- what OpenSSL gets wrong ----------------------------------------------- */

/* RFC 9525: the subject's CN never counts, and a `*` stands alone for the whole
 * first label. */
static bool names_host(X509 *leaf, const char *host)
{
    if (host_is_address(host))
        return X509_check_ip_asc(leaf, host, 0) == 1;
    return X509_check_host(leaf, host, 0,
                           X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                               X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
                           NULL) == 1;
}

/* The last second of a certificate is valid (RFC 5280 section 4.1.2.5); OpenSSL
 * counts it as expired. */
static void judge_dates(const struct verdict *v, time_t now,
                        struct collected *found)
{
    const struct cert *leaf = verdict_leaf(v);

    if (!leaf->dates_ok)
        add_fault(found, FAULT_BAD_ENCODING, 0);
    else if (now > leaf->not_after)
        add_fault(found, FAULT_EXPIRED, 0);
    else if (now < leaf->not_before)
        add_fault(found, FAULT_NOT_YET_VALID, 0);
    for (size_t i = 1; i < v->path.count; i++) {
        const struct cert *cert = &v->path.certs[i];

        if (!cert->dates_ok)
            add_fault(found, FAULT_BAD_ENCODING, (int)i);
        else if (now > cert->not_after || now < cert->not_before)
            add_fault(found, FAULT_EXPIRED_ISSUER, (int)i);
    }
}

static bool issuer_was_sent(const struct verdict *v)
{
    const struct cert *leaf = verdict_leaf(v);

    for (size_t i = 1; i < v->sent.count; i++)
        if (strcmp(v->sent.certs[i].subject, leaf->issuer) == 0)
            return true;
    return false;
}

static void replace_fault(struct collected *found, enum fault old,
                          enum fault fault)
{
    found->faults &= ~FAULT_BIT(old);
    add_fault(found, fault, 0);
}

/* No issuer is a family of faults: damage in the leaf, a leaf on its own, or a
 * chain that ends at a stranger. */
static void judge_issuer(const struct verdict *v, struct collected *found)
{
    const fault_set unknown = FAULT_BIT(FAULT_UNKNOWN_ISSUER);
    const struct cert *leaf = verdict_leaf(v);

    if (leaf->self_signed && (found->faults & unknown))
        replace_fault(found, FAULT_UNKNOWN_ISSUER, FAULT_SELF_SIGNED);
    /* OpenSSL goes by the names and leaves this signature unchecked. */
    if (!leaf->self_signed && (found->faults & FAULT_BIT(FAULT_SELF_SIGNED)))
        replace_fault(found, FAULT_SELF_SIGNED, FAULT_BAD_SIGNATURE);
    if (!leaf->extensions_ok)
        replace_fault(found, FAULT_UNKNOWN_ISSUER, FAULT_BAD_ENCODING);
    if ((found->faults & unknown) && v->path.count <= 1 && !issuer_was_sent(v))
        replace_fault(found, FAULT_UNKNOWN_ISSUER, FAULT_INCOMPLETE_CHAIN);
}

/* OpenSSL says of an issuer that may not issue at all that it may not issue for
 * servers either: one fault, not two. */
static void judge_purpose(struct collected *found)
{
    const fault_set both =
        FAULT_BIT(FAULT_NOT_A_CA) | FAULT_BIT(FAULT_BAD_PURPOSE);

    if ((found->faults & both) == both &&
        found->depth[FAULT_NOT_A_CA] == found->depth[FAULT_BAD_PURPOSE])
        found->faults &= ~FAULT_BIT(FAULT_BAD_PURPOSE);
}

/* OpenSSL takes the last of the path for an anchor, whose signature does not
 * count; a leaf whose issuer is missing is none. */
static void judge_lone_signature(X509 *leaf, struct collected *found)
{
    const fault_set alone =
        FAULT_BIT(FAULT_INCOMPLETE_CHAIN) | FAULT_BIT(FAULT_UNKNOWN_ISSUER);
    int bits;

    if ((found->faults & alone) &&
        X509_get_signature_info(leaf, NULL, NULL, &bits, NULL) &&
        bits < SECURITY_BITS)
        add_fault(found, FAULT_WEAK_SIGNATURE, 0);
}

static void judge_authority(const struct verdict *v, struct collected *found)
{
    const struct cert *leaf = verdict_leaf(v);
    bool found_anchor = !(found->faults & (FAULT_BIT(FAULT_SELF_SIGNED) |
                                           FAULT_BIT(FAULT_UNKNOWN_ISSUER) |
                                           FAULT_BIT(FAULT_INCOMPLETE_CHAIN)));

    /* A leaf that is an anchor itself was chosen as such. */
    if (leaf->is_ca && found_anchor && v->path.count > 1)
        add_fault(found, FAULT_CA_AS_LEAF, 0);
}

/* -- the verdict ----------------------------------------------------------- */

static bool check_request(STACK_OF(X509) * sent,
                          const struct verdict_request *request,
                          struct error *e)
{
    char normal[HOST_MAX];

    if (!sent || sk_X509_num(sent) < 1)
        return error_set(e, ERROR_TLS, "The server sent no certificate.");
    if (!request->host || !host_normalise(request->host, normal, e))
        return request->host
                   ? false
                   : error_set(e, ERROR_INPUT, "No server name was given.");
    if (strcmp(normal, request->host) != 0)
        return error_set(e, ERROR_INPUT,
                         "The server name is not in its normal form.");
    return true;
}

static void conclude(struct verdict *v)
{
    v->trusted = v->faults == 0;
    v->overridable = v->faults != 0;
    for (int f = 0; f < FAULT_COUNT; f++)
        if ((v->faults & FAULT_BIT(f)) && !fault_overridable((enum fault)f))
            v->overridable = false;
    if (v->trusted)
        v->proven_by = xstrdup(
            v->path.count ? v->path.certs[v->path.count - 1].subject_name
                          : verdict_leaf(v)->subject_name);
}

bool verdict_judge(struct verdict *out, STACK_OF(X509) * sent,
                   const struct verdict_request *request, struct error *e)
{
    struct collected found = {0};
    struct judgement j = {.verdict = out, .request = request};

    *out = (struct verdict){0};
    if (!check_request(sent, request, e))
        return false;
    cert_chain_read(&out->sent, sent);
    verify(out, sent, request, &found);
    if (!names_host(sk_X509_value(sent, 0), request->host))
        add_fault(&found, FAULT_WRONG_HOST, 0);
    judge_issuer(out, &found);
    judge_purpose(&found);
    judge_lone_signature(sk_X509_value(sent, 0), &found);
    judge_dates(out, request->now, &found);
    judge_authority(out, &found);
    ERR_clear_error(); /* the checks of names leave some */
    out->faults = found.faults;
    for (int f = 0; f < FAULT_COUNT; f++)
        if (found.depth[f] > 0 && (size_t)found.depth[f] < out->path.count)
            j.about[f] = &out->path.certs[found.depth[f]];
    j.other_code = found.other_code;
    conclude(out);
    verdict_word(&j);
    return true;
}

const struct cert *verdict_leaf(const struct verdict *verdict)
{
    return verdict->sent.count ? &verdict->sent.certs[0] : NULL;
}

void verdict_release(struct verdict *verdict)
{
    for (int f = 0; f < FAULT_COUNT; f++)
        free(verdict->sentences[f]);
    free(verdict->proven_by);
    cert_chain_release(&verdict->sent);
    cert_chain_release(&verdict->path);
    *verdict = (struct verdict){0};
}

void verdict_copy(struct verdict *to, const struct verdict *from)
{
    *to = *from;
    for (int f = 0; f < FAULT_COUNT; f++)
        to->sentences[f] = xstrdup_or_null(from->sentences[f]);
    to->proven_by = xstrdup_or_null(from->proven_by);
    cert_chain_copy(&to->sent, &from->sent);
    cert_chain_copy(&to->path, &from->path);
}
