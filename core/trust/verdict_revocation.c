/* SPDX-License-Identifier: MIT */
/* verdict_revocation: whether a certificate was taken back: by the lists that
 * are known here, and by the OCSP answer that the server sent along (RFC 6960,
 * RFC 6066 section 8). Nobody is asked over the network. */
#include "core/trust/verdict_private.h"

#include "core/base/date.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define CLOCK_SLACK 300 /* seconds that an answer may come from the future */

/* -- lists ----------------------------------------------------------------- */

static bool issues_list(X509_CRL *crl, X509 *x509)
{
    return X509_NAME_cmp(X509_CRL_get_issuer(crl),
                         X509_get_issuer_name(x509)) == 0;
}

static time_t time_of(const ASN1_TIME *time)
{
    struct tm tm;

    return time && ASN1_TIME_to_tm(time, &tm) ? timegm(&tm) : 0;
}

/* RFC 5280 section 5.2.3: without a number nobody can tell an old list from the
 * newest. */
static void judge_list_form(struct trial *trial, X509_CRL *crl, int depth)
{
    int at = X509_CRL_get_ext_by_NID(crl, NID_crl_number, -1);

    if (at < 0)
        findings_add_code(&trial->found, OWN_CRL_WITHOUT_NUMBER, depth);
    else if (X509_EXTENSION_get_critical(X509_CRL_get_ext(crl, at)))
        findings_add_code(&trial->found,
                          X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION, depth);
}

/* OpenSSL says of a list that is not in order that there is none, too. */
static void judge_missing_list(struct findings *found)
{
    if ((found->faults & FAULT_BIT(FAULT_BAD_CRL)) &&
        found->code[FAULT_REVOCATION_UNKNOWN] == X509_V_ERR_UNABLE_TO_GET_CRL)
        found->faults &= ~FAULT_BIT(FAULT_REVOCATION_UNKNOWN);
}

static void judge_lists(struct trial *trial,
                        const struct verdict_request *request)
{
    for (int i = 0; i < sk_X509_num(trial->x509s); i++)
        for (int k = 0; k < sk_X509_CRL_num(request->crls); k++) {
            X509_CRL *crl = sk_X509_CRL_value(request->crls, k);

            if (!issues_list(crl, sk_X509_value(trial->x509s, i)))
                continue;
            judge_list_form(trial, crl, i);
            if (i == 0) {
                trial->revocation = REVOCATION_BY_LIST;
                trial->revocation_date = time_of(X509_CRL_get0_lastUpdate(crl));
            }
        }
}

/* -- the stapled answer ---------------------------------------------------- */

static bool may_answer(X509 *signer, X509 *issuer, time_t now)
{
    if (X509_cmp(signer, issuer) == 0)
        return true;
    return X509_check_issued(issuer, signer) == X509_V_OK &&
           X509_verify(signer, X509_get0_pubkey(issuer)) == 1 &&
           (X509_get_extended_key_usage(signer) & XKU_OCSP_SIGN) &&
           (X509_get_extension_flags(signer) & EXFLAG_XKUSAGE) &&
           X509_cmp_time(X509_get0_notBefore(signer), &now) < 0 &&
           X509_cmp_time(X509_get0_notAfter(signer), &now) > 0;
}

/* Signed by the issuer, or by one whom it appointed for that. */
static bool is_authentic(OCSP_BASICRESP *answer, X509 *issuer, time_t now)
{
    STACK_OF(X509) *known = sk_X509_new_null();
    X509 *signer = NULL;
    bool ok;

    sk_X509_push(known, issuer);
    ok = OCSP_resp_get0_signer(answer, &signer, known) == 1 &&
         may_answer(signer, issuer, now) &&
         OCSP_basic_verify(answer, known, NULL, OCSP_NOVERIFY) == 1;
    sk_X509_free(known);
    return ok;
}

struct staple {
    int status; /* V_OCSP_CERTSTATUS_...; -1: the answer is of no use */
    time_t date;
};

/* The answer about just this certificate that is valid now. */
static struct staple about_leaf(OCSP_BASICRESP *answer, X509 *leaf,
                                X509 *issuer, time_t now)
{
    struct staple staple = {.status = -1};
    OCSP_CERTID *asked = NULL;

    for (int i = 0; i < OCSP_resp_count(answer); i++) {
        OCSP_SINGLERESP *single = OCSP_resp_get0(answer, i);
        const OCSP_CERTID *id = OCSP_SINGLERESP_get0_id(single);
        ASN1_OBJECT *digest = NULL;
        ASN1_GENERALIZEDTIME *revoked, *from, *until;
        time_t latest = now + CLOCK_SLACK;
        int reason, status;

        OCSP_id_get0_info(NULL, &digest, NULL, NULL, (OCSP_CERTID *)id);
        OCSP_CERTID_free(asked);
        asked = OCSP_cert_to_id(EVP_get_digestbyobj(digest), leaf, issuer);
        if (!asked || OCSP_id_cmp(asked, id) != 0)
            continue;
        status =
            OCSP_single_get0_status(single, &reason, &revoked, &from, &until);
        if (X509_cmp_time(from, &latest) >= 0 ||
            (until && X509_cmp_time(until, &now) <= 0))
            continue;
        staple.status = status;
        staple.date =
            time_of(status == V_OCSP_CERTSTATUS_REVOKED ? revoked : from);
        break;
    }
    OCSP_CERTID_free(asked);
    return staple;
}

static struct staple read_staple(const struct trial *trial,
                                 const struct verdict_request *request)
{
    const unsigned char *bytes = request->staple;
    struct staple staple = {.status = -1};
    X509 *leaf = sk_X509_value(trial->x509s, 0);
    X509 *issuer = sk_X509_value(trial->x509s, 1);
    OCSP_RESPONSE *response;
    OCSP_BASICRESP *answer = NULL;

    if (!issuer || !request->staple_len)
        return staple;
    response = d2i_OCSP_RESPONSE(NULL, &bytes, (long)request->staple_len);
    if (response &&
        OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
        answer = OCSP_response_get1_basic(response);
    if (answer && is_authentic(answer, issuer, request->now))
        staple = about_leaf(answer, leaf, issuer, request->now);
    OCSP_BASICRESP_free(answer);
    OCSP_RESPONSE_free(response);
    return staple;
}

static void judge_staple(struct trial *trial,
                         const struct verdict_request *request)
{
    struct staple staple = read_staple(trial, request);

    if (staple.status == V_OCSP_CERTSTATUS_GOOD ||
        staple.status == V_OCSP_CERTSTATUS_REVOKED) {
        trial->revocation = REVOCATION_BY_STAPLE;
        trial->revocation_date = staple.date;
    }
    if (staple.status == V_OCSP_CERTSTATUS_REVOKED)
        findings_add(&trial->found, FAULT_REVOKED, 0, X509_V_ERR_CERT_REVOKED);
    else if (trial->certs.certs[0].must_staple &&
             staple.status != V_OCSP_CERTSTATUS_GOOD)
        findings_add_code(&trial->found,
                          request->staple_len ? X509_V_ERR_OCSP_VERIFY_FAILED
                                              : X509_V_ERR_OCSP_VERIFY_NEEDED,
                          0);
}

void revocation_judge(struct trial *trial,
                      const struct verdict_request *request)
{
    judge_lists(trial, request);
    judge_missing_list(&trial->found);
    judge_staple(trial, request);
    ERR_clear_error();
}

const char *revocation_word(enum revocation revocation)
{
    static const char *const words[REVOCATION_COUNT] = {
        [REVOCATION_NOT_CHECKED] = "not-checked",
        [REVOCATION_BY_LIST] = "crl",
        [REVOCATION_BY_STAPLE] = "ocsp",
    };

    return words[revocation];
}

char *verdict_revocation(char *out, size_t size, const struct verdict *verdict)
{
    const char *by = verdict->revocation == REVOCATION_BY_LIST
                         ? "its issuer's list"
                         : "the proof that the server sent along";
    char date[DATE_SIZE];

    if (verdict->faults & FAULT_BIT(FAULT_REVOKED))
        snprintf(out, size, "REVOKED, says %s.", by);
    else if (verdict->revocation == REVOCATION_NOT_CHECKED ||
             (verdict->faults & FAULT_BIT(FAULT_BAD_CRL)))
        snprintf(out, size,
                 "Not checked: the server sent no proof along, and no list of "
                 "its issuer is of use here.");
    else
        snprintf(out, size, "Not revoked, says %s of %s.", by,
                 date_format(date, verdict->revocation_date));
    return out;
}
