/* SPDX-License-Identifier: MIT */
/* cert_key: the key of a certificate and how it was signed. */
#include "core/trust/cert_private.h"

#include "core/base/alloc.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RSA_WORTHLESS 512  /* bits that one person can break */
#define RSA_WEAK      2048 /* bits below which servers must not go */

/* -- the key --------------------------------------------------------------- */

static char *unreadable_key(X509 *x509)
{
    ASN1_OBJECT *algorithm = NULL;
    char *name, *text;
    int len = 0;

    X509_PUBKEY_get0_param(&algorithm, NULL, &len, NULL,
                           X509_get_X509_PUBKEY(x509));
    if (!algorithm)
        return xstrdup("unreadable");
    name = cert_object_text(algorithm);
    text = xasprintf("unreadable (%s, %d bytes)", name, len);
    free(name);
    return text;
}

static char *curve_text(const EVP_PKEY *key)
{
    static const char *const usual[][2] = {
        {"prime256v1", "P-256"},
        {"secp384r1", "P-384"},
        {"secp521r1", "P-521"},
    };
    char group[80] = "";

    EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        if (strcmp(group, usual[i][0]) == 0)
            return xasprintf("EC %s", usual[i][1]);
    if (*group)
        return xasprintf("EC %s", group);
    return xasprintf("EC (own curve, %d bits)", EVP_PKEY_get_bits(key));
}

static char *key_text(X509 *x509)
{
    EVP_PKEY *key = X509_get0_pubkey(x509);
    int type;

    if (!key)
        return unreadable_key(x509);
    type = EVP_PKEY_get_base_id(key);
    switch (type) {
    case EVP_PKEY_RSA:
        return xasprintf("RSA %d", EVP_PKEY_get_bits(key));
    case EVP_PKEY_RSA_PSS:
        return xasprintf("RSA-PSS %d", EVP_PKEY_get_bits(key));
    case EVP_PKEY_EC:
        return curve_text(key);
    case EVP_PKEY_ED25519:
        return xstrdup("Ed25519");
    case EVP_PKEY_ED448:
        return xstrdup("Ed448");
    default:
        return xasprintf(
            "%s %d", type > 0 ? OBJ_nid2sn(type) : EVP_PKEY_get0_type_name(key),
            EVP_PKEY_get_bits(key));
    }
}

/* -- what is wrong with it ------------------------------------------------- */

static void note_rsa(struct cert *cert, const EVP_PKEY *key)
{
    BIGNUM *n = NULL, *e = NULL;
    int bits = EVP_PKEY_get_bits(key);

    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) && !BN_is_odd(n))
        cert_note(cert, xstrdup("The modulus of its RSA key is even: whoever "
                                "made it, it protects nothing."));
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) &&
        (BN_is_one(e) || !BN_is_odd(e)))
        cert_note(cert, xasprintf("The exponent of its RSA key is %s: it "
                                  "protects nothing.",
                                  BN_is_one(e)    ? "1"
                                  : BN_is_zero(e) ? "0"
                                                  : "even"));
    if (bits <= RSA_WORTHLESS)
        cert_note(cert, xasprintf("Its RSA key of %d bits can be broken by "
                                  "anyone.",
                                  bits));
    else if (bits < RSA_WEAK)
        cert_note(cert, xasprintf("Its RSA key of %d bits is weak; 2048 are "
                                  "the least today.",
                                  bits));
    BN_free(n);
    BN_free(e);
}

static void note_key(struct cert *cert, X509 *x509)
{
    const EVP_PKEY *key = X509_get0_pubkey(x509);
    int explicit = 0;

    if (!key) {
        cert_note(cert, xstrdup("Its key cannot be read, so nothing can be "
                                "proven with it."));
        return;
    }
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ||
        EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS)
        note_rsa(cert, key);
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
        EVP_PKEY_get_int_param(
            key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit) &&
        explicit)
        cert_note(cert, xstrdup("Its key spells out a curve instead of naming "
                                "one, which no certificate may."));
}

/* -- the signature --------------------------------------------------------- */

static char *signature_text(X509 *x509)
{
    const X509_ALGOR *outer = NULL;
    const ASN1_OBJECT *algorithm = NULL;
    int digest = NID_undef, key = NID_undef;

    X509_get0_signature(NULL, &outer, x509);
    X509_ALGOR_get0(&algorithm, NULL, NULL, outer);
    if (X509_get_signature_nid(x509) == NID_rsassaPss &&
        X509_get_signature_info(x509, &digest, &key, NULL, NULL) &&
        digest != NID_undef)
        return xasprintf("rsassaPss with %s", OBJ_nid2sn(digest));
    return cert_object_text(algorithm);
}

static void note_signature(struct cert *cert, X509 *x509)
{
    const X509_ALGOR *outer = NULL;
    const ASN1_BIT_STRING *bits = NULL;
    int digest = NID_undef;

    X509_get0_signature(&bits, &outer, x509);
    if (X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(x509)) != 0)
        cert_note(cert, xstrdup("It names two different signature algorithms, "
                                "one inside and one outside."));
    if (!ASN1_STRING_length(bits))
        cert_note(cert, xstrdup("Its signature is empty."));
    X509_get_signature_info(x509, &digest, NULL, NULL, NULL);
    if (!cert->self_signed &&
        (digest == NID_md5 || digest == NID_sha1 || digest == NID_md4 ||
         digest == NID_md2 || digest == NID_md5_sha1))
        cert_note(cert, xasprintf("It is signed with %s, which can be forged.",
                                  OBJ_nid2ln(digest)));
}

void cert_read_key(struct cert *cert, X509 *x509)
{
    EVP_PKEY *key = X509_get0_pubkey(x509);

    cert->key = key_text(x509);
    cert->signature = signature_text(x509);
    cert->self_signed = cert->self_issued && key && X509_verify(x509, key) == 1;
    note_key(cert, x509);
    note_signature(cert, x509);
}
