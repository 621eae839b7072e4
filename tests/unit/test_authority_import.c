/* SPDX-License-Identifier: MIT */
/* authority_plan, authority_file, authority_crl: what of a file becomes an
 * authority, what does not and why; revocation lists. */
#include "authorities.h"

#include "core/base/file.h"
#include "core/trust/crl.h"

#include <openssl/pkcs7.h>

/* -- files ----------------------------------------------------------------- */

static void add_pem(BIO *bio, X509 *x509)
{
    assert_true(PEM_write_bio_X509(bio, x509));
}

/* Plans what stands in `bio` and frees that. */
static bool plan_bio(struct authorities *a, struct authority_plan *plan,
                     BIO *bio, const struct authority_wish *wish,
                     struct error *e)
{
    char *bytes;
    long len = BIO_get_mem_data(bio, &bytes);
    bool ok = authorities_plan(a, plan, bytes, (size_t)len, wish, NOW, e);

    BIO_free(bio);
    return ok;
}

static const struct authority_wish plain = {.origin = "file.pem"};

/* A plan of one certificate. */
static void plan_cert(struct authorities *a, struct authority_plan *plan,
                      X509 *x509, const struct authority_wish *wish)
{
    BIO *bio = BIO_new(BIO_s_mem());

    add_pem(bio, x509);
    assert_true(plan_bio(a, plan, bio, wish, NULL));
    assert_int_equal(plan->count, 1);
}

static void assert_refused(struct authorities *a, X509 *x509, const char *why)
{
    struct authority_plan plan;

    plan_cert(a, &plan, x509, &plain);
    assert_int_equal(plan.offers[0].fate, FATE_REFUSED);
    if (!strstr(plan.offers[0].text, why))
        fail_msg("%s", plan.offers[0].text);
    assert_int_equal(authority_plan_news(&plan), 0);
    assert_true(authorities_import(a, &plan, &plain, NOW, NULL));
    assert_int_equal(authorities_own_count(a), 0);
    authority_plan_release(&plan);
    X509_free(x509);
}

static void assert_told(struct authorities *a, X509 *x509, const char *what)
{
    struct authority_plan plan;

    plan_cert(a, &plan, x509, &plain);
    assert_int_equal(plan.offers[0].fate, FATE_STORE);
    assert_non_null(plan.offers[0].text);
    assert_non_null(strstr(plan.offers[0].text, what));
    authority_plan_release(&plan);
    X509_free(x509);
}

static void refused(void **state)
{
    struct authorities *a = open_store();

    (void)state;
    assert_refused(a, make(&(struct recipe){LEAF}, leaf_key, root, root_key),
                   "no authority");
    assert_refused(a, make(&(struct recipe){LEAF}, leaf_key, NULL, NULL),
                   "no authority");
    assert_refused(
        a,
        make(&(struct recipe){AUTHORITY("A"), .usage = "digitalSignature"},
             other_key, NULL, NULL),
        "does not allow it to sign");
    assert_refused(a,
                   make(&(struct recipe){AUTHORITY("A"), .twice = true},
                        other_key, NULL, NULL),
                   "damaged");
    assert_refused(
        a, make(&(struct recipe){AUTHORITY("A")}, other_key, root, root_key),
        "issued by \"Root\", which is not known here");
    authorities_free(a);
}

static void told(void **state)
{
    struct authorities *a = open_store();
    EVP_PKEY *weak = EVP_RSA_gen(1024);

    (void)state;
    assert_told(a,
                make(
                    &(struct recipe){
                        .cn = "A", .ca = true, .from = -9 * DAY, .until = -DAY},
                    other_key, NULL, NULL),
                "It ended on 2026-09-20");
    assert_told(a,
                make(
                    &(struct recipe){
                        .cn = "A", .ca = true, .from = DAY, .until = 9 * DAY},
                    other_key, NULL, NULL),
                "It begins on");
    assert_told(a, make(&(struct recipe){AUTHORITY("A")}, weak, NULL, NULL),
                "too weak");
    assert_told(a,
                make(&(struct recipe){AUTHORITY("A"), .extended = "clientAuth"},
                     other_key, NULL, NULL),
                "may not issue certificates for servers");
    EVP_PKEY_free(weak);
    authorities_free(a);
}

static void chains(void **state)
{
    struct authorities *a = open_store();
    const struct authority_wish anchor = {.origin = "x", .anchor = true};
    struct verdict_request request = {0};
    struct authority_plan plan;
    BIO *bio = BIO_new(BIO_s_mem());

    (void)state;
    /* With its issuer it completes chains; the order does not matter. */
    add_pem(bio, middle);
    add_pem(bio, root);
    add_pem(bio, root);
    assert_true(plan_bio(a, &plan, bio, &plain, NULL));
    assert_int_equal(plan.count, 2);
    assert_int_equal(plan.offers[0].trust, AUTHORITY_CHAIN);
    assert_int_equal(plan.offers[0].fate, FATE_STORE);
    assert_int_equal(plan.offers[1].trust, AUTHORITY_TRUSTED);
    assert_true(authorities_import(a, &plan, &plain, NOW, NULL));
    authority_plan_release(&plan);
    authorities_terms(a, &request);
    assert_true(among(request.intermediates, middle));
    assert_false(in_store(a, middle));
    assert_true(in_store(a, root));
    assert_false(vouches_for(a, middle, "mail.example.org"));
    assert_false(authorities_limit(a, authorities_at(a, 0), "a.example", NULL));

    /* Distrusted and trusted again it is what it was. */
    assert_string_equal(authorities_at(a, 0)->name, "Middle");
    assert_true(authorities_distrust(a, authorities_at(a, 0), NOW, NULL));
    assert_true(is_distrusted_here(a, middle));
    assert_true(authorities_trust(a, authorities_at(a, 0), NULL));
    assert_int_equal(authorities_at(a, 0)->trust, AUTHORITY_CHAIN);

    /* On purpose it vouches by itself. */
    plan_cert(a, &plan, middle, &anchor);
    assert_int_equal(plan.offers[0].fate, FATE_CHANGE);
    assert_int_equal(plan.offers[0].trust, AUTHORITY_TRUSTED);
    assert_true(authorities_import(a, &plan, &anchor, NOW, NULL));
    authority_plan_release(&plan);
    assert_true(in_store(a, middle));
    assert_true(vouches_for(a, middle, "mail.example.org"));
    authorities_free(a);
}

static PKCS7 *make_bundle(X509_CRL *crl)
{
    PKCS7 *bundle = PKCS7_new();

    PKCS7_set_type(bundle, NID_pkcs7_signed);
    PKCS7_content_new(bundle, NID_pkcs7_data);
    PKCS7_add_certificate(bundle, root);
    PKCS7_add_certificate(bundle, middle);
    if (crl)
        PKCS7_add_crl(bundle, crl);
    return bundle;
}

static void kinds_of_file(void **state)
{
    struct authorities *a = open_store();
    struct authority_plan plan;
    PKCS7 *bundle = make_bundle(NULL);
    BIO *bio = BIO_new(BIO_s_mem());

    (void)state;
    assert_true(i2d_X509_bio(bio, root));
    assert_true(plan_bio(a, &plan, bio, &plain, NULL));
    assert_int_equal(plan.count, 1);
    authority_plan_release(&plan);

    bio = BIO_new(BIO_s_mem());
    assert_true(PEM_write_bio_PKCS7(bio, bundle));
    assert_true(plan_bio(a, &plan, bio, &plain, NULL));
    assert_int_equal(plan.count, 2);
    assert_null(plan.note);
    authority_plan_release(&plan);

    bio = BIO_new(BIO_s_mem());
    assert_true(i2d_PKCS7_bio(bio, bundle));
    assert_true(plan_bio(a, &plan, bio, &plain, NULL));
    assert_int_equal(plan.count, 2);
    authority_plan_release(&plan);
    PKCS7_free(bundle);

    bio = BIO_new(BIO_s_mem());
    add_pem(bio, root);
    PEM_write_bio_PrivateKey(bio, root_key, NULL, NULL, 0, NULL, NULL);
    assert_true(plan_bio(a, &plan, bio, &plain, NULL));
    assert_int_equal(plan.count, 1);
    assert_non_null(strstr(plan.note, "private key"));
    authority_plan_release(&plan);
    authorities_free(a);
}

static void hostile_files(void **state)
{
    static const struct {
        const char *bytes, *say;
    } cases[] = {
        {"", "empty"},
        {"hello\n", "no certificate"},
        {"-----BEGIN CERTIFICATE-----\nAAAA\n", "END line is missing"},
        {"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
         "no base64"},
        {"-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n",
         "Revocation list 1 in it is damaged"},
        {"-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n",
         "PKCS#7 bundle 1 in it is damaged"},
        {"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
         "private key"},
        {"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", "PKCS#7"},
        {"\x30\x84\xff\xff\xff\xff\x30", "too early"},
    };
    struct authorities *a = open_store();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct authority_plan plan;
        struct error e = {0};

        assert_false(authorities_plan(a, &plan, cases[i].bytes,
                                      strlen(cases[i].bytes), &plain, NOW, &e));
        assert_int_equal(e.code, ERROR_PARSE);
        assert_non_null(strstr(e.text, cases[i].say));
        assert_clean(e.text);
        authority_plan_release(&plan);
    }
    authorities_free(a);
}

/* Every truncation and many a flipped bit of a bundle: refused or planned, and
 * nothing is read past the end (the sanitizers watch). */
static void damaged_bundles(void **state)
{
    struct authorities *a = open_store();
    PKCS7 *bundle = make_bundle(NULL);
    unsigned char *der = NULL, *copy;
    int len = i2d_PKCS7(bundle, &der);
    struct authority_plan plan;

    (void)state;
    PKCS7_free(bundle);
    assert_true(len > 0);
    for (int cut = 0; cut < len; cut += 7) {
        copy = malloc((size_t)cut + 1);
        memcpy(copy, der, (size_t)cut);
        assert_false(
            authorities_plan(a, &plan, copy, (size_t)cut, &plain, NOW, NULL));
        authority_plan_release(&plan);
        free(copy);
    }
    for (int at = 0; at < len; at += 5) {
        der[at] ^= 0x10;
        authorities_plan(a, &plan, der, (size_t)len, &plain, NOW, NULL);
        for (size_t i = 0; i < plan.count; i++)
            assert_clean(plan.offers[i].cert.subject);
        authority_plan_release(&plan);
        der[at] ^= 0x10;
    }
    OPENSSL_free(der);
    authorities_free(a);
}

/* -- domains --------------------------------------------------------------- */

static void domains(void **state)
{
    static const struct {
        const char *text, *wanted; /* NULL: refused */
    } cases[] = {
        {"example.org", "example.org"},
        {" Example.ORG. , b\xc3\xbc"
         "cher.example",
         "example.org xn--bcher-kva.example"},
        {"2001:DB8::1 intranet", "2001:db8::1 intranet"},
        {"", NULL},
        {" , ", NULL},
        {"*.example.org", NULL},
        {".example.org", NULL},
        {"com", NULL},
        {"example.org co.uk", NULL},
        {"a b..c", NULL},
    };
    char out[HOST_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *got = NULL;
        struct error e = {0};
        bool ok = authority_domains(cases[i].text, &got, &e);

        assert_int_equal(ok, cases[i].wanted != NULL);
        if (ok)
            assert_string_equal(got, cases[i].wanted);
        else
            assert_int_equal(e.code, ERROR_INPUT);
        free(got);
    }
    assert_string_equal(authority_domain_for(out, "imap.example.co.uk"),
                        "example.co.uk");
    assert_string_equal(authority_domain_for(out, "192.0.2.1"), "192.0.2.1");
    assert_string_equal(authority_domain_for(out, "intranet"), "intranet");
}

/* -- revocation lists ------------------------------------------------------ */

/* number 0: none. */
static X509_CRL *make_crl(X509 *issuer, EVP_PKEY *key, long number, long from,
                          long until, long serial)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *when = ASN1_TIME_set(NULL, NOW + from);
    ASN1_INTEGER *value = ASN1_INTEGER_new();
    X509_REVOKED *entry = X509_REVOKED_new();

    X509_CRL_set_version(crl, 1);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer));
    X509_CRL_set1_lastUpdate(crl, when);
    X509_REVOKED_set_revocationDate(entry, when);
    ASN1_TIME_set(when, NOW + until);
    X509_CRL_set1_nextUpdate(crl, when);
    ASN1_INTEGER_set(value, serial);
    X509_REVOKED_set_serialNumber(entry, value);
    X509_CRL_add0_revoked(crl, entry);
    ASN1_INTEGER_set(value, number);
    if (number)
        assert_true(X509_CRL_add1_ext_i2d(crl, NID_crl_number, value, 0, 0));
    ASN1_INTEGER_free(value);
    ASN1_TIME_free(when);
    assert_true(X509_CRL_sign(crl, key, EVP_sha256()) > 0);
    return crl;
}

/* Plans a list, which must have that fate and that text (NULL: none), imports
 * it, frees it. */
static void import_crl(struct authorities *a, X509_CRL *crl,
                       enum authority_fate fate, const char *text)
{
    struct authority_plan plan;
    BIO *bio = BIO_new(BIO_s_mem());

    assert_true(PEM_write_bio_X509_CRL(bio, crl));
    assert_true(plan_bio(a, &plan, bio, &plain, NULL));
    assert_int_equal(plan.crl_count, 1);
    assert_int_equal(plan.crls[0].fate, fate);
    if (text)
        assert_non_null(strstr(plan.crls[0].text, text));
    else
        assert_null(plan.crls[0].text);
    assert_true(authorities_import(a, &plan, &plain, NOW, NULL));
    authority_plan_release(&plan);
    X509_CRL_free(crl);
}

static int lists_for_verdict(struct authorities *a)
{
    struct verdict_request request = {0};

    authorities_terms(a, &request);
    assert_false(request.crls_must_cover);
    return request.crls ? sk_X509_CRL_num(request.crls) : 0;
}

static void lists(void **state)
{
    struct authorities *a = open_store(), *other = open_store();
    const struct crl *crl;
    char what[300];

    (void)state;
    assert_int_equal(lists_for_verdict(a), 0);
    assert_int_equal(lists_for_verdict(other), 0);
    import_cert(a, root, NULL, FATE_STORE);
    import_crl(a, make_crl(root, root_key, 5, -DAY, DAY, 77), FATE_STORE, NULL);
    assert_int_equal(lists_for_verdict(a), 1);
    assert_int_equal(authorities_crl_count(a), 1);
    crl = authorities_crl_at(a, 0);
    assert_string_equal(crl->issuer, "CN=Root");
    assert_string_equal(crl->number, "05");
    assert_int_equal(crl->revoked, 1);
    assert_true(crl->checked);
    assert_false(crl_is_stale(crl, NOW));
    assert_true(crl_is_stale(crl, NOW + 2 * DAY));
    assert_ptr_equal(authorities_crl_find(a, "root", NULL), crl);

    /* An older one is not taken, the same neither; a newer one replaces. */
    import_crl(a, make_crl(root, root_key, 4, 0, DAY, 77), FATE_KNOWN,
               "One of 2026-09-20 is here already");
    import_crl(a, make_crl(root, root_key, 256, -2 * DAY, DAY, 77), FATE_CHANGE,
               NULL);
    assert_int_equal(authorities_crl_count(a), 1);
    assert_string_equal(authorities_crl_at(a, 0)->number, "0100");
    assert_true(authorities_undo(a, what, sizeof(what), NULL));
    assert_int_equal(authorities_crl_count(a), 1);
    assert_string_equal(authorities_crl_at(a, 0)->number, "05");

    /* Another session uses it as well. */
    assert_int_equal(lists_for_verdict(other), 0);
    assert_true(authorities_refresh(other, NULL));
    assert_int_equal(lists_for_verdict(other), 1);
    assert_true(
        authorities_remove_crl(other, authorities_crl_at(other, 0), NULL));
    assert_true(authorities_refresh(a, NULL));
    assert_int_equal(lists_for_verdict(a), 0);
    authorities_free(other);
    authorities_free(a);
}

static void doubtful_lists(void **state)
{
    struct authorities *a = open_store();

    (void)state;
    import_crl(a, make_crl(middle, middle_key, 1, -DAY, DAY, 77), FATE_STORE,
               "\"Middle\", which issued it, is not known here");
    assert_false(authorities_crl_count(a) != 1);
    assert_false(authorities_crl_at(a, 0)->checked);
    import_cert(a, root, NULL, FATE_STORE);
    import_crl(a, make_crl(root, other_key, 1, -DAY, DAY, 77), FATE_REFUSED,
               "not signed by \"Root\"");
    import_crl(a, make_crl(root, root_key, 0, -DAY, DAY, 77), FATE_REFUSED,
               "no number");
    import_crl(a, make_crl(root, root_key, 1, -9 * DAY, -DAY, 77), FATE_STORE,
               "A newer one should be out since 2026-09-20");
    /* Once its issuer is known it can be checked. */
    import_cert(a, middle, NULL, FATE_STORE);
    assert_int_equal(authorities_crl_count(a), 2);
    assert_string_equal(authorities_crl_at(a, 0)->issuer_name, "Middle");
    assert_true(authorities_crl_at(a, 0)->checked);
    authorities_free(a);
}

/* Another program may keep lists there. */
static void foreign_lists(void **state)
{
    struct authorities *a = open_store();
    X509_CRL *crl = make_crl(root, root_key, 1, -DAY, DAY, 77);
    struct buf pem;

    (void)state;
    buf_init(&pem, 20000);
    assert_true(crl_add_pem(&pem, crl));
    X509_CRL_free(crl);
    assert_int_equal(mkdir(in_store_folder("crls"), 0700), 0);
    write_file(in_store_folder("crls/fetched.pem"), pem.data);
    write_file(in_store_folder("crls/broken.pem"), "hello\n");
    chmod(in_store_folder("crls/fetched.pem"), 0600);
    chmod(in_store_folder("crls/broken.pem"), 0600);
    assert_true(authorities_refresh(a, NULL));
    assert_int_equal(lists_for_verdict(a), 1);
    assert_int_equal(authorities_problem_count(a), 1);
    assert_non_null(strstr(authorities_problem_at(a, 0), "broken.pem"));
    /* A newer one beside it leaves that file alone. */
    import_cert(a, root, NULL, FATE_STORE);
    import_crl(a, make_crl(root, root_key, 2, -DAY, DAY, 77), FATE_CHANGE,
               NULL);
    assert_int_equal(authorities_crl_count(a), 2);
    assert_int_equal(access(in_store_folder("crls/fetched.pem"), F_OK), 0);
    buf_release(&pem);
    authorities_free(a);
}

/* A list that the person has imported counts for the next certificate. */
static void revoked(void **state)
{
    struct authorities *a = open_store();
    X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, root, root_key);
    long serial = ASN1_INTEGER_get(X509_get0_serialNumber(leaf));
    struct verdict_request request = {.host = "mail.example.org", .now = NOW};
    STACK_OF(X509) *sent = sk_X509_new_null();
    struct verdict v;

    (void)state;
    sk_X509_push(sent, leaf);
    import_cert(a, root, NULL, FATE_STORE);
    authorities_terms(a, &request);
    assert_true(verdict_judge(&v, sent, &request, NULL));
    assert_words(&v, "");
    verdict_release(&v);
    import_crl(a, make_crl(root, root_key, 1, -DAY, DAY, serial), FATE_STORE,
               NULL);
    authorities_terms(a, &request);
    assert_true(verdict_judge(&v, sent, &request, NULL));
    assert_words(&v, "revoked");
    verdict_release(&v);
    /* Out of date it does not count as good news. */
    import_crl(a, make_crl(root, root_key, 2, -DAY, -1, serial + 1),
               FATE_CHANGE, "A newer one should be out");
    authorities_terms(a, &request);
    assert_true(verdict_judge(&v, sent, &request, NULL));
    assert_words(&v, "bad-crl");
    verdict_release(&v);
    sk_X509_free(sent);
    X509_free(leaf);
    authorities_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refused, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(told, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(chains, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(kinds_of_file, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(hostile_files, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(damaged_bundles, fresh_folder, NULL),
        cmocka_unit_test(domains),
        cmocka_unit_test_setup_teardown(lists, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(doubtful_lists, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(foreign_lists, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(revoked, fresh_folder, NULL),
    };

    return cmocka_run_group_tests_name("authority_import", tests, set_up,
                                       tear_down);
}
