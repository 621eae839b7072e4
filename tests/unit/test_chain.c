/* SPDX-License-Identifier: MIT */
/* verdict: chains that lack something, issuers that do wrong, weakness and
 * forgery. */
#include "pki.h"

/* -- chains ---------------------------------------------------------------- */

static X509_STORE *store_of(X509 *anchor)
{
    X509_STORE *other = X509_STORE_new();

    if (anchor)
        X509_STORE_add_cert(other, anchor);
    return other;
}

static void judge_by(struct verdict *v, X509 *leaf, X509 *second,
                     X509_STORE *anchors)
{
    STACK_OF(X509) *sent = sk_X509_new_null();
    const struct verdict_request request = {
        .host = "mail.example.org", .store = anchors, .now = NOW};

    sk_X509_push(sent, leaf);
    if (second)
        sk_X509_push(sent, second);
    assert_true(verdict_judge(v, sent, &request, NULL));
    sk_X509_free(sent);
}

/* The same leaf, more or less of its chain sent, other anchors. */
static void missing_links(void **state)
{
    X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, middle, middle_key);
    X509 *twin =
        make(&(struct recipe){AUTHORITY("Middle")}, other_key, root, root_key);
    X509 *own = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    const struct {
        X509 *leaf, *second, *anchor;
        const char *wanted;
    } cases[] = {
        {leaf, middle, root, ""},
        {leaf, NULL, root, "incomplete-chain"},
        {leaf, NULL, NULL, "incomplete-chain"},
        {leaf, root, root, "incomplete-chain"},
        {leaf, middle, NULL, "unknown-issuer"},
        /* An intermediate that the person gave is an anchor, and so is a
         * server's own certificate. */
        {leaf, NULL, middle, ""},
        {leaf, NULL, leaf, ""},
        {own, NULL, own, ""},
        {own, NULL, NULL, "self-signed"},
        /* The right name with another key. */
        {leaf, twin, root, "bad-signature"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        X509_STORE *anchors = store_of(cases[i].anchor);
        struct verdict v;

        judge_by(&v, cases[i].leaf, cases[i].second, anchors);
        assert_words(&v, cases[i].wanted);
        verdict_release(&v);
        X509_STORE_free(anchors);
    }
    X509_free(leaf);
    X509_free(twin);
    X509_free(own);
}

/* What an issuer does wrong. */
static void bad_issuers(void **state)
{
    static const struct {
        struct recipe middle;
        const char *wanted, *says;
    } cases[] = {
        {{AUTHORITY("Middle"), .constraints = "CA:FALSE"},
         "not-a-ca",
         "\"Middle\""},
        {{AUTHORITY("Middle"), .usage = "digitalSignature"},
         "not-a-ca",
         "\"Middle\""},
        {{AUTHORITY("Middle"), .extended = "clientAuth"},
         "bad-purpose",
         "\"Middle\""},
        {{AUTHORITY("Middle"), .extra_nid = NID_name_constraints,
          .extra = "critical,permitted;DNS:example.net"},
         "name-constraints",
         NULL},
        {{AUTHORITY("Middle"), .extra_nid = NID_name_constraints,
          .extra = "critical,excluded;DNS:example.org"},
         "name-constraints",
         NULL},
        {{AUTHORITY("Middle"), .extra_nid = NID_name_constraints,
          .extra = "critical,permitted;DNS:example.org"},
         "",
         NULL},
        {{AUTHORITY("Middle"), .digest = NULL}, "", NULL},
        {{.cn = "Middle", .from = -DAY, .until = -1, .ca = true},
         "expired-issuer",
         "\"Middle\" ended on 2026-09-21"},
        {{.cn = "Middle", .from = 2 * DAY, .until = 9 * DAY, .ca = true},
         "expired-issuer",
         "\"Middle\" starts on 2026-09-23"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        X509 *issuer = make(&cases[i].middle, middle_key, root, root_key);
        X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, issuer, middle_key);
        struct verdict v;

        judge(&v, leaf, issuer, "mail.example.org", NOW);
        assert_words(&v, cases[i].wanted);
        for (int f = 0; cases[i].says && f < FAULT_COUNT; f++)
            if (v.sentences[f])
                assert_non_null(strstr(v.sentences[f], cases[i].says));
        verdict_release(&v);
        X509_free(leaf);
        X509_free(issuer);
    }
}

static void path_length_and_unknown_limits(void **state)
{
    X509 *top =
        make(&(struct recipe){AUTHORITY("Top"),
                              .constraints = "critical,CA:TRUE,pathlen:0"},
             root_key, NULL, NULL);
    X509 *issuer =
        make(&(struct recipe){AUTHORITY("Below")}, middle_key, top, root_key);
    X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, issuer, middle_key);
    X509 *odd = draft(&(struct recipe){LEAF}, leaf_key, middle);
    X509_STORE *anchors = store_of(top);
    struct verdict v;
    ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4.5", 1);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    X509_EXTENSION *e;

    (void)state;
    judge_by(&v, leaf, issuer, anchors);
    assert_words(&v, "path-length");
    verdict_release(&v);
    ASN1_OCTET_STRING_set(value, (const unsigned char *)"\x05\x00", 2);
    e = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, value);
    X509_add_ext(odd, e, -1);
    X509_sign(odd, middle_key, EVP_sha256());
    judge(&v, odd, middle, "mail.example.org", NOW);
    assert_words(&v, "critical-extension");
    assert_false(v.overridable);
    verdict_release(&v);
    X509_EXTENSION_free(e);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(oid);
    X509_STORE_free(anchors);
    X509_free(odd);
    X509_free(leaf);
    X509_free(issuer);
    X509_free(top);
}

static void long_chain(void **state)
{
    STACK_OF(X509) *sent = sk_X509_new_null();
    const struct verdict_request request = {
        .host = "mail.example.org", .store = store, .now = NOW};
    X509 *issuer = root, *made[30];
    EVP_PKEY *key = root_key;
    struct verdict v;

    (void)state;
    for (int i = 29; i >= 0; i--) {
        char name[20];
        struct recipe authority = {AUTHORITY(name)};

        snprintf(name, sizeof(name), "Middle %d", i);
        made[i] = make(i ? &authority : &(struct recipe){LEAF}, middle_key,
                       issuer, key);
        issuer = made[i];
        key = middle_key;
    }
    for (int i = 0; i < 30; i++)
        sk_X509_push(sent, made[i]);
    assert_true(verdict_judge(&v, sent, &request, NULL));
    assert_true(v.faults & FAULT_BIT(FAULT_TOO_COMPLEX));
    assert_false(v.overridable);
    verdict_release(&v);
    sk_X509_pop_free(sent, X509_free);
}

/* Two certificates of one issuer: the one that is valid now is taken. */
static void twin_issuers(void **state)
{
    X509 *old = make(
        &(struct recipe){
            .cn = "Middle", .from = -9 * DAY, .until = -DAY, .ca = true},
        middle_key, root, root_key);
    X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, middle, middle_key);
    STACK_OF(X509) *sent = sk_X509_new_null();
    const struct verdict_request request = {
        .host = "mail.example.org", .store = store, .now = NOW};
    struct verdict v;

    (void)state;
    sk_X509_push(sent, leaf);
    sk_X509_push(sent, old);
    sk_X509_push(sent, middle);
    assert_true(verdict_judge(&v, sent, &request, NULL));
    assert_words(&v, "");
    assert_string_equal(v.proven_by, "Root");
    assert_int_equal(v.path.count, 3);
    verdict_release(&v);
    sk_X509_free(sent);
    X509_free(leaf);
    X509_free(old);
}

/* -- weakness and forgery -------------------------------------------------- */

/* Each sentence is about the certificate that has the fault. */
static void weak_leaf_of_expired_issuer(void **state)
{
    EVP_PKEY *weak = EVP_RSA_gen(1024);
    X509 *issuer = make(
        &(struct recipe){
            .cn = "Middle", .from = -9 * DAY, .until = -DAY, .ca = true},
        middle_key, root, root_key);
    X509 *leaf = make(&(struct recipe){LEAF}, weak, issuer, middle_key);
    struct verdict v;

    (void)state;
    judge(&v, leaf, issuer, "mail.example.org", NOW);
    assert_words(&v, "expired-issuer weak-key");
    assert_non_null(
        strstr(v.sentences[FAULT_WEAK_KEY], "\"mail.example.org\" (RSA 1024)"));
    assert_non_null(strstr(v.sentences[FAULT_EXPIRED_ISSUER], "\"Middle\""));
    verdict_release(&v);
    X509_free(leaf);
    X509_free(issuer);
    EVP_PKEY_free(weak);
}

static void weak_signatures(void **state)
{
    X509 *leaf = make(&(struct recipe){LEAF, .digest = EVP_sha1()}, leaf_key,
                      middle, middle_key);
    X509 *own = make(&(struct recipe){LEAF, .digest = EVP_sha1()}, leaf_key,
                     NULL, NULL);
    X509_STORE *none = store_of(NULL);
    struct verdict v;

    (void)state;
    judge(&v, leaf, middle, "mail.example.org", NOW);
    assert_words(&v, "weak-signature");
    assert_true(v.overridable);
    assert_non_null(strstr(v.sentences[FAULT_WEAK_SIGNATURE], "SHA1"));
    verdict_release(&v);
    judge_by(&v, leaf, NULL, none);
    assert_words(&v, "incomplete-chain weak-signature");
    verdict_release(&v);
    /* A signature by itself vouches for nothing, however strong. */
    judge_by(&v, own, NULL, none);
    assert_words(&v, "self-signed");
    verdict_release(&v);
    X509_STORE_free(none);
    X509_free(leaf);
    X509_free(own);
}

static void forged_self_signed(void **state)
{
    X509 *x = draft(&(struct recipe){LEAF}, leaf_key, NULL);
    struct verdict v;

    (void)state;
    X509_sign(x, other_key, EVP_sha256());
    judge(&v, x, NULL, "mail.example.org", NOW);
    assert_words(&v, "bad-signature");
    assert_false(v.overridable);
    verdict_release(&v);
    X509_free(x);
}

static void malformed_dates(void **state)
{
    X509 *x = draft(&(struct recipe){LEAF}, leaf_key, middle);
    struct verdict v;

    (void)state;
    ASN1_STRING_set((ASN1_STRING *)X509_getm_notAfter(x), "\x1b[2Jnever", 9);
    X509_sign(x, middle_key, EVP_sha256());
    judge(&v, x, middle, "mail.example.org", NOW);
    assert_words(&v, "bad-encoding");
    assert_false(v.overridable);
    verdict_release(&v);
    X509_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_links),
        cmocka_unit_test(bad_issuers),
        cmocka_unit_test(path_length_and_unknown_limits),
        cmocka_unit_test(long_chain),
        cmocka_unit_test(twin_issuers),
        cmocka_unit_test(weak_leaf_of_expired_issuer),
        cmocka_unit_test(weak_signatures),
        cmocka_unit_test(forged_self_signed),
        cmocka_unit_test(malformed_dates),
    };

    return cmocka_run_group_tests_name("chain", tests, set_up, tear_down);
}
