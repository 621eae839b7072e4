/* SPDX-License-Identifier: MIT */
/* cert_extensions: what the extensions of a certificate say. */
#include "core/trust/cert_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <arpa/inet.h>
#include <openssl/objects.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_ID_MAX 64 /* bytes shown */

/* -- usage ----------------------------------------------------------------- */

static char *key_usage_text(X509 *x509)
{
    static const struct {
        uint32_t bit;
        const char *word;
    } words[] = {
        {KU_DIGITAL_SIGNATURE, "digital signature"},
        {KU_NON_REPUDIATION, "non-repudiation"},
        {KU_KEY_ENCIPHERMENT, "key encipherment"},
        {KU_DATA_ENCIPHERMENT, "data encipherment"},
        {KU_KEY_AGREEMENT, "key agreement"},
        {KU_KEY_CERT_SIGN, "certificate signing"},
        {KU_CRL_SIGN, "CRL signing"},
        {KU_ENCIPHER_ONLY, "encipher only"},
        {KU_DECIPHER_ONLY, "decipher only"},
    };
    uint32_t usage = X509_get_key_usage(x509);
    struct buf out;

    buf_init(&out, CERT_TEXT_MAX);
    for (size_t i = 0;
         usage != UINT32_MAX && i < sizeof(words) / sizeof(words[0]); i++)
        if (usage & words[i].bit)
            cert_list_add(&out, ", ", words[i].word);
    return buf_take(&out);
}

static void add_object(struct buf *out, const ASN1_OBJECT *object)
{
    char *text = cert_object_text(object);

    cert_list_add(out, ", ", text);
    free(text);
}

static void add_more(struct buf *out, int count)
{
    char text[40];

    if (count <= CERT_LIST_MAX)
        return;
    snprintf(text, sizeof(text), "and %d more", count - CERT_LIST_MAX);
    cert_list_add(out, ", ", text);
}

static char *extended_usage_text(X509 *x509)
{
    EXTENDED_KEY_USAGE *usage =
        X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
    int count = sk_ASN1_OBJECT_num(usage);
    struct buf out;

    buf_init(&out, CERT_TEXT_MAX);
    for (int i = 0; i < count && i < CERT_LIST_MAX; i++)
        add_object(&out, sk_ASN1_OBJECT_value(usage, i));
    add_more(&out, count);
    sk_ASN1_OBJECT_pop_free(usage, ASN1_OBJECT_free);
    return buf_take(&out);
}

static void read_policies(struct cert *cert, X509 *x509)
{
    CERTIFICATEPOLICIES *policies =
        X509_get_ext_d2i(x509, NID_certificate_policies, NULL, NULL);
    int count = sk_POLICYINFO_num(policies);
    struct buf out;

    buf_init(&out, CERT_TEXT_MAX);
    for (int i = 0; i < count && i < CERT_LIST_MAX; i++)
        add_object(&out, sk_POLICYINFO_value(policies, i)->policyid);
    add_more(&out, count);
    cert->policy_count = count > 0 ? (size_t)count : 0;
    cert->policies = buf_take(&out);
    CERTIFICATEPOLICIES_free(policies);
}

/* -- constraints ----------------------------------------------------------- */

static void read_basic_constraints(struct cert *cert, X509 *x509)
{
    BASIC_CONSTRAINTS *basic =
        X509_get_ext_d2i(x509, NID_basic_constraints, NULL, NULL);

    cert->path_length = -1;
    cert->has_constraints = basic != NULL;
    if (basic && basic->pathlen)
        cert->path_length = ASN1_INTEGER_get(basic->pathlen);
    if (basic && basic->pathlen && cert->path_length < 0)
        cert_note(cert, xstrdup("Its path length makes no sense."));
    BASIC_CONSTRAINTS_free(basic);
}

/* Leading ones of a mask; -1 when ones come after a zero. */
static int prefix_length(const unsigned char *mask, int len)
{
    int bits = 0;

    while (bits < len * 8 && mask[bits / 8] & (0x80 >> bits % 8))
        bits++;
    for (int i = bits; i < len * 8; i++)
        if (mask[i / 8] & (0x80 >> i % 8))
            return -1;
    return bits;
}

static char *range_text(const ASN1_OCTET_STRING *range)
{
    const unsigned char *bytes = ASN1_STRING_get0_data(range);
    int len = ASN1_STRING_length(range) / 2, bits;
    char address[INET6_ADDRSTRLEN], mask[INET6_ADDRSTRLEN];
    int family = len == 4 ? AF_INET : AF_INET6;

    if ((ASN1_STRING_length(range) != 8 && ASN1_STRING_length(range) != 32) ||
        !inet_ntop(family, bytes, address, sizeof(address)) ||
        !inet_ntop(family, bytes + len, mask, sizeof(mask)))
        return xstrdup("IP (unreadable)");
    bits = prefix_length(bytes + len, len);
    return bits < 0 ? xasprintf("IP %s mask %s", address, mask)
                    : xasprintf("IP %s/%d", address, bits);
}

static char *subtree_text(const GENERAL_NAME *base)
{
    char *text;

    if (base->type == GEN_IPADD)
        return range_text(base->d.iPAddress);
    if (base->type == GEN_DNS && !ASN1_STRING_length(base->d.dNSName))
        return xstrdup("all host names");
    if (base->type == GEN_EMAIL && !ASN1_STRING_length(base->d.rfc822Name))
        return xstrdup("all email addresses");
    text = cert_general_name(base);
    if (base->type == GEN_DNS) {
        char *shown = cert_name_display(text);

        free(text);
        return shown;
    }
    return text;
}

static void add_subtrees(struct buf *out, const char *word,
                         const STACK_OF(GENERAL_SUBTREE) * trees)
{
    int count = sk_GENERAL_SUBTREE_num(trees);
    struct buf list;

    if (count <= 0)
        return;
    buf_init(&list, CERT_TEXT_MAX);
    for (int i = 0; i < count && i < CERT_LIST_MAX; i++) {
        char *text = subtree_text(sk_GENERAL_SUBTREE_value(trees, i)->base);

        cert_list_add(&list, ", ", text);
        free(text);
    }
    add_more(&list, count);
    buf_addf(out, "%s%s %s", out->len ? "; " : "", word, list.data);
    buf_release(&list);
}

static char *name_constraints_text(X509 *x509)
{
    NAME_CONSTRAINTS *limits =
        X509_get_ext_d2i(x509, NID_name_constraints, NULL, NULL);
    struct buf out;

    buf_init(&out, 3 * CERT_TEXT_MAX);
    if (limits) {
        add_subtrees(&out, "only", limits->permittedSubtrees);
        add_subtrees(&out, "never", limits->excludedSubtrees);
    }
    NAME_CONSTRAINTS_free(limits);
    return buf_take(&out);
}

/* -- addresses ------------------------------------------------------------- */

static void add_url(struct buf *out, const GENERAL_NAME *name)
{
    char *text;

    if (name->type != GEN_URI)
        return;
    text = cert_string_text(name->d.uniformResourceIdentifier);
    cert_list_add(out, " ", text);
    free(text);
}

static char *access_urls(X509 *x509, int method)
{
    AUTHORITY_INFO_ACCESS *access =
        X509_get_ext_d2i(x509, NID_info_access, NULL, NULL);
    struct buf out;

    buf_init(&out, 2 * CERT_TEXT_MAX);
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access) && i < CERT_LIST_MAX;
         i++) {
        ACCESS_DESCRIPTION *entry = sk_ACCESS_DESCRIPTION_value(access, i);

        if (OBJ_obj2nid(entry->method) == method)
            add_url(&out, entry->location);
    }
    AUTHORITY_INFO_ACCESS_free(access);
    return buf_take(&out);
}

static char *crl_urls(X509 *x509)
{
    CRL_DIST_POINTS *points =
        X509_get_ext_d2i(x509, NID_crl_distribution_points, NULL, NULL);
    struct buf out;

    buf_init(&out, 2 * CERT_TEXT_MAX);
    for (int i = 0; i < sk_DIST_POINT_num(points) && i < CERT_LIST_MAX; i++) {
        DIST_POINT_NAME *name = sk_DIST_POINT_value(points, i)->distpoint;

        for (int k = 0; name && name->type == 0 && k < CERT_LIST_MAX &&
                        k < sk_GENERAL_NAME_num(name->name.fullname);
             k++)
            add_url(&out, sk_GENERAL_NAME_value(name->name.fullname, k));
    }
    CRL_DIST_POINTS_free(points);
    return buf_take(&out);
}

static char *key_id_text(const ASN1_OCTET_STRING *id)
{
    char groups[KEY_ID_MAX * 3];
    int len = id ? ASN1_STRING_length(id) : 0;

    if (len <= 0)
        return xstrdup("");
    text_hex_groups(groups, ASN1_STRING_get0_data(id),
                    (size_t)(len > KEY_ID_MAX ? KEY_ID_MAX : len));
    return xasprintf("%s%s", groups, len > KEY_ID_MAX ? " ..." : "");
}

/* -- whether they can be read ---------------------------------------------- */

static bool extension_parses(X509_EXTENSION *extension)
{
    const X509V3_EXT_METHOD *method = X509V3_EXT_get(extension);
    void *value;

    if (!method)
        return true;
    value = X509V3_EXT_d2i(extension);
    if (!value)
        return false;
    if (method->it)
        ASN1_item_free(value, ASN1_ITEM_ptr(method->it));
    else if (method->ext_free)
        method->ext_free(value);
    return true;
}

static int compare_types(const void *a, const void *b)
{
    return OBJ_cmp(X509_EXTENSION_get_object(*(X509_EXTENSION *const *)a),
                   X509_EXTENSION_get_object(*(X509_EXTENSION *const *)b));
}

static void note_extension(struct cert *cert, X509_EXTENSION *extension,
                           const char *what)
{
    char *name = cert_object_text(X509_EXTENSION_get_object(extension));

    cert->extensions_ok = false;
    cert_note(cert, xasprintf("Its extension %s %s.", name, what));
    free(name);
}

/* Every extension that OpenSSL knows must parse, and none may stand twice (RFC
 * 5280 section 4.2). OpenSSL itself ends up at "unknown issuer" then. Sorted,
 * because a hostile certificate may have a hundred thousand. */
static void check_extensions(struct cert *cert, X509 *x509)
{
    int count = X509_get_ext_count(x509);
    X509_EXTENSION **sorted;
    struct buf unknown;

    cert->extensions_ok = !(X509_get_extension_flags(x509) & EXFLAG_INVALID);
    sorted = xcalloc(count > 0 ? (size_t)count : 1, sizeof(X509_EXTENSION *));
    buf_init(&unknown, CERT_TEXT_MAX);
    for (int i = 0; i < count; i++) {
        sorted[i] = X509_get_ext(x509, i);
        if (!extension_parses(sorted[i]))
            note_extension(cert, sorted[i], "is damaged");
        if (X509_EXTENSION_get_critical(sorted[i]) &&
            !X509_supported_extension(sorted[i]))
            add_object(&unknown, X509_EXTENSION_get_object(sorted[i]));
    }
    if (count > 1)
        qsort(sorted, (size_t)count, sizeof(X509_EXTENSION *), compare_types);
    for (int i = 1; i < count; i++)
        if (compare_types(&sorted[i - 1], &sorted[i]) == 0 &&
            (i == 1 || compare_types(&sorted[i - 2], &sorted[i]) != 0))
            note_extension(cert, sorted[i], "stands in it twice");
    cert->unknown_critical = buf_take(&unknown);
    free(sorted);
}

static bool wants_staple(X509 *x509)
{
    TLS_FEATURE *features = X509_get_ext_d2i(x509, NID_tlsfeature, NULL, NULL);
    bool found = false;

    for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++)
        found =
            found || ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) == 5;
    sk_ASN1_INTEGER_pop_free(features, ASN1_INTEGER_free);
    return found;
}

void cert_read_extensions(struct cert *cert, X509 *x509)
{
    check_extensions(cert, x509);
    cert->is_ca = X509_check_ca(x509) == 1;
    read_basic_constraints(cert, x509);
    cert->name_constraints = name_constraints_text(x509);
    cert->key_usage = key_usage_text(x509);
    cert->extended_key_usage = extended_usage_text(x509);
    read_policies(cert, x509);
    cert->subject_key_id = key_id_text(X509_get0_subject_key_id(x509));
    cert->authority_key_id = key_id_text(X509_get0_authority_key_id(x509));
    cert->ocsp_urls = access_urls(x509, NID_ad_OCSP);
    cert->ca_issuer_urls = access_urls(x509, NID_ad_ca_issuers);
    cert->crl_urls = crl_urls(x509);
    cert->must_staple = wants_staple(x509);
}
