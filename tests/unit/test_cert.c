/* SPDX-License-Identifier: MIT */
/* cert: facts of ordinary and of hostile certificates, and reading files. */
#include "pki.h"

#include <limits.h>
#include <time.h>

static void assert_texts_clean(const struct cert *cert)
{
    struct cert_facts facts;

    assert_clean(cert->subject);
    assert_clean(cert->issuer);
    assert_clean(cert->subject_name);
    assert_clean(cert->issuer_name);
    assert_clean(cert->key);
    assert_clean(cert->signature);
    assert_clean(cert->serial);
    assert_clean(cert->key_usage);
    assert_clean(cert->extended_key_usage);
    assert_clean(cert->ocsp_urls);
    assert_clean(cert->crl_urls);
    assert_clean(cert->ca_issuer_urls);
    for (size_t i = 0; i < cert->name_count; i++)
        assert_clean(cert->names[i]);
    cert_describe(&facts, cert, NOW);
    for (size_t i = 0; i < facts.count; i++)
        assert_clean(facts.rows[i].value);
    cert_facts_release(&facts);
}

/* The value of a row of the viewer; the caller frees it. */
static char *row(const struct cert *cert, const char *label)
{
    struct cert_facts facts;
    char *value = NULL;

    cert_describe(&facts, cert, NOW);
    for (size_t i = 0; i < facts.count && !value; i++)
        if (strcmp(facts.rows[i].label, label) == 0)
            value = strdup(facts.rows[i].value);
    cert_facts_release(&facts);
    assert_non_null(value);
    return value;
}

static void read_signed(struct cert *cert, X509 *x)
{
    assert_true(X509_sign(x, leaf_key, EVP_sha256()) > 0);
    cert_read(cert, x);
    assert_texts_clean(cert);
    X509_free(x);
}

static void ordinary(void **state)
{
    X509 *x = make(
        &(struct recipe){LEAF, .usage = "digitalSignature,keyEncipherment",
                         .extended = "serverAuth", .extra_nid = NID_info_access,
                         .extra = "OCSP;URI:http://o.example/,caIssuers;URI:"
                                  "http://i.example/"},
        leaf_key, middle, middle_key);
    struct cert cert;
    char *until;

    (void)state;
    cert_read(&cert, x);
    assert_texts_clean(&cert);
    assert_string_equal(cert.subject, "CN=mail.example.org");
    assert_string_equal(cert.issuer_name, "Middle");
    assert_int_equal(cert.name_count, 1);
    assert_string_equal(cert.names[0], "mail.example.org");
    assert_int_equal(cert.not_before, NOW - 10 * DAY);
    assert_int_equal(cert.not_after, NOW + 100 * DAY);
    assert_string_equal(cert.key, "EC P-256");
    assert_string_equal(cert.key_usage, "digital signature, key encipherment");
    assert_string_equal(cert.extended_key_usage,
                        "TLS Web Server Authentication");
    assert_string_equal(cert.ocsp_urls, "http://o.example/");
    assert_string_equal(cert.ca_issuer_urls, "http://i.example/");
    assert_int_equal(cert.version, 3);
    assert_true(cert.extensions_ok && cert.dates_ok);
    assert_false(cert.is_ca || cert.self_issued || cert.self_signed ||
                 cert.must_staple);
    until = row(&cert, "Valid until");
    assert_string_equal(until, "2026-12-30 14:13:20 UTC   100 days left");
    free(until);
    cert_release(&cert);
    cert_read(&cert, root);
    assert_true(cert.is_ca && cert.self_signed);
    cert_release(&cert);
    X509_free(x);
}

/* -- names
 * ------------------------------------------------------------------------ */

static void strings_of_all_kinds(void **state)
{
    static const struct {
        int type;
        const char *bytes;
        int len;
        const char *wanted;
    } cases[] = {
        {V_ASN1_UTF8STRING, "plain", 5, "plain"},
        {V_ASN1_UTF8STRING, "a\0b.example", 11, "a\\x00b.example"},
        {V_ASN1_UTF8STRING, "\x1b]0;x\x07", 6, "\\x1B]0;x\\x07"},
        {V_ASN1_UTF8STRING, "a\nb\r\tc", 6, "a\\x0Ab\\x0D\\x09c"},
        {V_ASN1_UTF8STRING, "\xc2\x9b[2J", 5, NULL},
        {V_ASN1_UTF8STRING,
         "\xe2\x80\xae"
         "gro",
         6, "\\u{202E}gro"},
        {V_ASN1_UTF8STRING, "b\xc3\xbc", 3, "b\xc3\xbc"},
        {V_ASN1_UTF8STRING, "\xff\xfe", 2, NULL},
        {V_ASN1_UTF8STRING, "\xed\xa0\x80", 3, NULL},
        {V_ASN1_BMPSTRING, "\0b\0\xfc", 4, "b\xc3\xbc"},
        {V_ASN1_BMPSTRING, "\0\x1b\x20\x2e", 4, "\\x1B\\u{202E}"},
        {V_ASN1_BMPSTRING, "\xd8\x00\0x", 4, NULL},
        {V_ASN1_UNIVERSALSTRING, "\0\0\0b\0\0\0\xfc", 8, "b\xc3\xbc"},
        {V_ASN1_UNIVERSALSTRING, "\0\x11\0\0\x7f\xff\xff\xff", 8, NULL},
        {V_ASN1_T61STRING, "b\xfc", 2, "b\xc3\xbc"},
        {V_ASN1_T61STRING, "\x9b\x1b", 2, NULL},
        {V_ASN1_PRINTABLESTRING, "\x1b[31m", 5, "\\x1B[31m"},
        {V_ASN1_IA5STRING, "\xe9", 1, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        X509 *x = draft(&(struct recipe){LEAF}, leaf_key, middle);
        X509_NAME *name = X509_NAME_new();
        ASN1_STRING *value;
        struct cert cert;

        /* What OpenSSL would not write itself is put there afterwards. */
        X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING,
                                   (const unsigned char *)"x", 1, -1, 0);
        value = ASN1_STRING_type_new(cases[i].type);
        ASN1_STRING_set(value, cases[i].bytes, cases[i].len);
        X509_NAME_ENTRY_set_data(X509_NAME_get_entry(name, 0), cases[i].type,
                                 ASN1_STRING_get0_data(value),
                                 ASN1_STRING_length(value));
        X509_set_subject_name(x, name);
        ASN1_STRING_free(value);
        X509_NAME_free(name);
        read_signed(&cert, x);
        if (cases[i].wanted)
            assert_string_equal(cert.subject_name, cases[i].wanted);
        cert_release(&cert);
    }
}

static void huge_name(void **state)
{
    X509 *x = draft(&(struct recipe){LEAF}, leaf_key, middle);
    X509_NAME *name = X509_NAME_new();
    char *bytes = malloc(65000);
    struct cert cert;

    (void)state;
    memset(bytes, 'a', 65000);
    bytes[100] = '\x1b';
    X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING,
                               (const unsigned char *)"x", 1, -1, 0);
    X509_NAME_ENTRY_set_data(X509_NAME_get_entry(name, 0), V_ASN1_UTF8STRING,
                             (const unsigned char *)bytes, 65000);
    for (int i = 0; i < 500; i++)
        X509_NAME_add_entry_by_NID(name, NID_organizationName,
                                   V_ASN1_UTF8STRING,
                                   (const unsigned char *)"y", 1, -1, 0);
    X509_set_subject_name(x, name);
    read_signed(&cert, x);
    assert_true(strlen(cert.subject) <= 4000);
    assert_true(strlen(cert.subject_name) <= 1010);
    X509_NAME_free(name);
    free(bytes);
    cert_release(&cert);
}

static void no_name(void **state)
{
    X509 *x = draft(&(struct recipe){LEAF}, leaf_key, middle), *y;
    X509_NAME *name = X509_NAME_new();
    struct cert cert;
    char *to;

    (void)state;
    X509_set_subject_name(x, name);
    read_signed(&cert, x);
    assert_string_equal(cert.subject, "");
    assert_string_equal(cert.subject_name, "mail.example.org");
    to = row(&cert, "Issued to");
    assert_string_equal(to, "(empty)");
    free(to);
    cert_release(&cert);
    y = draft(&(struct recipe){.cn = "x", .until = DAY}, leaf_key, middle);
    X509_set_subject_name(y, name);
    X509_set_issuer_name(y, name);
    read_signed(&cert, y);
    assert_string_equal(cert.subject_name, "(no name)");
    assert_string_equal(cert.issuer_name, "(no name)");
    to = row(&cert, "Names");
    assert_string_equal(to, "(none: it names no server)");
    free(to);
    cert_release(&cert);
    X509_NAME_free(name);
}

static GENERAL_NAME *general(int type, const void *bytes, int len)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *value = ASN1_STRING_type_new(
        type == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);

    ASN1_STRING_set(value, bytes, len);
    GENERAL_NAME_set0_value(name, type, value);
    return name;
}

static void many_names(void **state)
{
    X509 *x =
        draft(&(struct recipe){.cn = "x", .until = DAY}, leaf_key, middle);
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    struct verdict v;
    struct cert cert;
    const char *more = NULL;
    struct cert_facts facts;

    (void)state;
    sk_GENERAL_NAME_push(names, general(GEN_DNS, "a\0b.example", 11));
    sk_GENERAL_NAME_push(names, general(GEN_DNS, "\x1b[2J\n", 5));
    sk_GENERAL_NAME_push(names, general(GEN_IPADD, "\x7f\0\0\1", 4));
    sk_GENERAL_NAME_push(names, general(GEN_IPADD, "\x7f", 1));
    sk_GENERAL_NAME_push(names, general(GEN_EMAIL, "a\x07@b", 4));
    sk_GENERAL_NAME_push(names, general(GEN_URI, "x:\x1b", 3));
    for (int i = 0; i < 4994; i++)
        sk_GENERAL_NAME_push(names, general(GEN_DNS, "a.example", 9));
    X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0);
    X509_sign(x, middle_key, EVP_sha256());
    cert_read(&cert, x);
    assert_texts_clean(&cert);
    assert_int_equal(cert.name_total, 5000);
    assert_int_equal(cert.name_count, 200);
    assert_string_equal(cert.names[0], "a\\x00b.example");
    assert_string_equal(cert.names[2], "IP 127.0.0.1");
    assert_string_equal(cert.names[3], "IP (unreadable)");
    cert_describe(&facts, &cert, NOW);
    for (size_t i = 0; i < facts.count; i++)
        if (strncmp(facts.rows[i].value, "and ", 4) == 0)
            more = facts.rows[i].value;
    assert_non_null(more);
    assert_string_equal(more, "and 4800 more");
    cert_facts_release(&facts);
    /* The name before the NUL is not the name. */
    judge(&v, x, middle, "a", NOW);
    assert_true(v.faults & FAULT_BIT(FAULT_WRONG_HOST));
    assert_clean(v.sentences[FAULT_WRONG_HOST]);
    verdict_release(&v);
    cert_release(&cert);
    sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
    X509_free(x);
}

/* -- numbers, keys, dates
 * ------------------------------------------------------------------------ */

static void serials(void **state)
{
    static const struct {
        const char *hex; /* as BN_hex2bn() takes it */
        const char *wanted;
    } cases[] = {
        {"0", "00"},
        {"1F", "1F"},
        {"-1F", "-1F"},
        {"0123456789ABCDEF", "0123 4567 89AB CDEF"},
    };
    unsigned char huge[1000];
    X509 *x;
    struct cert cert;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        BIGNUM *number = NULL;

        x = draft(&(struct recipe){LEAF}, leaf_key, middle);
        BN_hex2bn(&number, cases[i].hex);
        BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
        BN_free(number);
        read_signed(&cert, x);
        assert_string_equal(cert.serial, cases[i].wanted);
        cert_release(&cert);
    }
    memset(huge, 0x7f, sizeof(huge));
    x = draft(&(struct recipe){LEAF}, leaf_key, middle);
    ASN1_STRING_set((ASN1_STRING *)X509_get_serialNumber(x), huge,
                    sizeof(huge));
    read_signed(&cert, x);
    assert_true(strlen(cert.serial) < 200);
    assert_non_null(strstr(cert.serial, " ..."));
    cert_release(&cert);
}

/* A public key of so many bits; nobody has the private one. */
static EVP_PKEY *rsa_of(int bits)
{
    unsigned char n[2048 + 8], e[] = {1, 0, 1};
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    size_t len = (size_t)bits / 8;
    OSSL_PARAM params[3];
    EVP_PKEY *key = NULL;

    memset(n, 0xff, sizeof(n));
    for (size_t i = 0; i < sizeof(e) / 2; i++)
        e[i] = e[sizeof(e) - 1 - i];
    params[0] = OSSL_PARAM_construct_BN("n", n, len);
    params[1] = OSSL_PARAM_construct_BN("e", e, sizeof(e));
    params[2] = OSSL_PARAM_construct_end();
    assert_true(EVP_PKEY_fromdata_init(ctx) > 0);
    assert_true(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) > 0);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static void keys(void **state)
{
    const struct {
        EVP_PKEY *key;
        const char *wanted;
        bool weak;
    } cases[] = {
        {rsa_of(512), "RSA 512", true},
        {rsa_of(1024), "RSA 1024", true},
        {rsa_of(2048), "RSA 2048", false},
        {rsa_of(16384), "RSA 16384", false},
        {EVP_EC_gen("P-192"), "EC prime192v1", true},
        {EVP_EC_gen("P-384"), "EC P-384", false},
        {EVP_EC_gen("P-521"), "EC P-521", false},
        {EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), "Ed25519", false},
        {EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), "Ed448", false},
        {EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), "X25519 253", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        X509 *x =
            make(&(struct recipe){LEAF}, cases[i].key, middle, middle_key);
        struct cert cert;
        struct verdict v;

        cert_read(&cert, x);
        assert_texts_clean(&cert);
        assert_string_equal(cert.key, cases[i].wanted);
        judge(&v, x, middle, "mail.example.org", NOW);
        assert_words(&v, cases[i].weak ? "weak-key" : "");
        verdict_release(&v);
        cert_release(&cert);
        X509_free(x);
        EVP_PKEY_free(cases[i].key);
    }
}

static void ed25519_signs(void **state)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    X509 *x = draft(&(struct recipe){LEAF}, key, NULL);
    struct cert cert;
    struct verdict v;

    (void)state;
    assert_true(X509_sign(x, key, NULL) > 0);
    cert_read(&cert, x);
    assert_true(cert.self_signed);
    assert_string_equal(cert.signature, "ED25519");
    judge(&v, x, NULL, "mail.example.org", NOW);
    assert_words(&v, "self-signed");
    verdict_release(&v);
    cert_release(&cert);
    X509_free(x);
    EVP_PKEY_free(key);
}

static void dates(void **state)
{
    static const struct {
        int type;
        const char *text;
        bool ok;
        const char *shown;
    } cases[] = {
        {V_ASN1_UTCTIME, "500101000000Z", true, "1950-01-01 00:00:00 UTC"},
        {V_ASN1_UTCTIME, "491231235959Z", true, "2049-12-31 23:59:59 UTC"},
        {V_ASN1_GENERALIZEDTIME, "99991231235959Z", true,
         "9999-12-31 23:59:59 UTC"},
        {V_ASN1_GENERALIZEDTIME, "00000101000000Z", true, NULL},
        {V_ASN1_UTCTIME, "999999999999Z", false, NULL},
        {V_ASN1_UTCTIME, "", false, NULL},
        {V_ASN1_UTCTIME, "\x1b[2J", false, NULL},
        {V_ASN1_GENERALIZEDTIME, "20260230000000Z", false, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        X509 *x = draft(&(struct recipe){LEAF}, leaf_key, middle);
        ASN1_TIME *when = ASN1_STRING_type_new(cases[i].type);
        struct cert cert;
        struct verdict v;

        ASN1_STRING_set(when, cases[i].text, -1);
        X509_set1_notAfter(x, when);
        ASN1_STRING_free(when);
        X509_sign(x, middle_key, EVP_sha256());
        judge(&v, x, middle, "mail.example.org", NOW);
        assert_int_equal(v.faults == FAULT_BIT(FAULT_BAD_ENCODING),
                         !cases[i].ok);
        for (int f = 0; f < FAULT_COUNT; f++)
            if (v.sentences[f])
                assert_clean(v.sentences[f]);
        verdict_release(&v);
        cert_read(&cert, x);
        assert_texts_clean(&cert);
        assert_int_equal(cert.dates_ok, cases[i].ok);
        if (cases[i].shown) {
            char *until = row(&cert, "Valid until");

            assert_memory_equal(until, cases[i].shown, strlen(cases[i].shown));
            free(until);
        }
        cert_release(&cert);
        X509_free(x);
    }
}

/* Found by fuzzing: one more than the largest int. */
static void version_without_end(void **state)
{
    static const long versions[] = {5, INT_MAX, LONG_MAX - 1, LONG_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        X509 *x = draft(&(struct recipe){LEAF}, leaf_key, NULL);
        struct cert cert;

        assert_true(X509_set_version(x, versions[i]));
        assert_true(X509_sign(x, leaf_key, EVP_sha256()) > 0);
        cert_read(&cert, x);
        assert_true(cert.version > 3);
        assert_true(cert.note_count > 0);
        cert_release(&cert);
        X509_free(x);
    }
}

static void version_one(void **state)
{
    X509 *x = X509_new();
    struct cert cert;

    (void)state;
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    ASN1_TIME_set(X509_getm_notBefore(x), NOW);
    ASN1_TIME_set(X509_getm_notAfter(x), NOW + DAY);
    X509_set_pubkey(x, leaf_key);
    read_signed(&cert, x);
    assert_int_equal(cert.version, 1);
    assert_int_equal(cert.name_count, 0);
    assert_true(cert.extensions_ok);
    cert_release(&cert);
}

static void damaged_extensions(void **state)
{
    static const int kinds[] = {NID_subject_alt_name, NID_key_usage,
                                NID_ext_key_usage, NID_basic_constraints,
                                NID_name_constraints};

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        X509 *x =
            draft(&(struct recipe){.cn = "x", .until = DAY}, leaf_key, middle);
        ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
        X509_EXTENSION *e;
        struct verdict v;

        /* The draft has basic constraints already: then it stands twice. */
        ASN1_OCTET_STRING_set(value, (const unsigned char *)"\x30\x82\x1b", 3);
        e = X509_EXTENSION_create_by_NID(NULL, kinds[i], 0, value);
        X509_add_ext(x, e, -1);
        X509_sign(x, middle_key, EVP_sha256());
        judge(&v, x, middle, "mail.example.org", NOW);
        assert_false(verdict_leaf(&v)->extensions_ok);
        assert_true(v.faults & FAULT_BIT(FAULT_BAD_ENCODING));
        assert_false(v.faults & FAULT_BIT(FAULT_UNKNOWN_ISSUER));
        assert_false(v.overridable);
        assert_texts_clean(verdict_leaf(&v));
        verdict_release(&v);
        X509_EXTENSION_free(e);
        ASN1_OCTET_STRING_free(value);
        X509_free(x);
    }
}

/* Every byte of a certificate turned over: refused, or read and judged without
 * harm, and never trusted. */
static void every_byte_turned(void **state)
{
    X509 *x = make(&(struct recipe){LEAF, .usage = "digitalSignature",
                                    .extended = "serverAuth"},
                   leaf_key, middle, middle_key);
    unsigned char *der = NULL;
    int len = i2d_X509(x, &der), judged = 0;

    (void)state;
    for (int i = 0; i < len; i++) {
        for (int bit = 0; bit < 8; bit += 7) {
            STACK_OF(X509) *stack = NULL;
            struct error e = {0};
            struct verdict v;

            der[i] ^= (unsigned char)(1u << bit);
            if (cert_load(der, (size_t)len, &stack, &e)) {
                judge(&v, sk_X509_value(stack, 0), middle, "mail.example.org",
                      NOW);
                assert_false(v.trusted);
                assert_texts_clean(verdict_leaf(&v));
                verdict_release(&v);
                sk_X509_pop_free(stack, X509_free);
                judged++;
            } else {
                assert_clean(e.text);
            }
            der[i] ^= (unsigned char)(1u << bit);
        }
    }
    assert_true(judged > len / 2);
    OPENSSL_free(der);
    X509_free(x);
}

/* -- files
 * ------------------------------------------------------------------------ */

static void files(void **state)
{
    struct cert cert;
    struct buf good;
    char both[9000];
    const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"", "It is empty"},
        {"hello", "neither as PEM nor as DER"},
        {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
         "private key"},
        {"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE "
         "REQUEST-----\n",
         "request"},
        {"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
         "revocation list"},
        {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
         "damaged"},
        {"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
         "damaged"},
        {"-----BEGIN CERTIFICATE-----\nAAAA\n", "damaged"},
    };
    STACK_OF(X509) *stack = NULL;
    struct error e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_false(
            cert_load(cases[i].text, strlen(cases[i].text), &stack, &e));
        assert_null(stack);
        assert_non_null(strstr(e.text, cases[i].says));
    }
    cert_read(&cert, root);
    buf_init(&good, 10000);
    assert_true(cert_add_pem(&good, &cert));
    /* A key beside it is passed over, a damaged one behind it is not. */
    snprintf(both, sizeof(both), "text before\n%s%s%s", cases[2].text,
             good.data, good.data);
    assert_true(cert_load(both, strlen(both), &stack, &e));
    assert_int_equal(sk_X509_num(stack), 2);
    sk_X509_pop_free(stack, X509_free);
    for (size_t i = 5; i < 8; i++) {
        snprintf(both, sizeof(both), "%s%s", good.data, cases[i].text);
        assert_false(cert_load(both, strlen(both), &stack, &e));
        assert_non_null(strstr(e.text, "damaged"));
    }
    /* DER, whole, cut short, and with something behind it. */
    memcpy(both, cert.der, cert.der_len);
    assert_true(cert_load(both, cert.der_len, &stack, &e));
    sk_X509_pop_free(stack, X509_free);
    assert_false(cert_load(both, cert.der_len - 1, &stack, &e));
    both[cert.der_len] = 0;
    assert_false(cert_load(both, cert.der_len + 1, &stack, &e));
    buf_release(&good);
    cert_release(&cert);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary),
        cmocka_unit_test(strings_of_all_kinds),
        cmocka_unit_test(huge_name),
        cmocka_unit_test(no_name),
        cmocka_unit_test(many_names),
        cmocka_unit_test(serials),
        cmocka_unit_test(keys),
        cmocka_unit_test(ed25519_signs),
        cmocka_unit_test(dates),
        cmocka_unit_test(version_one),
        cmocka_unit_test(version_without_end),
        cmocka_unit_test(damaged_extensions),
        cmocka_unit_test(every_byte_turned),
        cmocka_unit_test(files),
    };

    return cmocka_run_group_tests_name("cert", tests, set_up, tear_down);
}
