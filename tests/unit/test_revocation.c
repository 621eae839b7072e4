/* SPDX-License-Identifier: MIT */
/* verdict: revocation, by lists and by the server's own proof (OCSP). */
#include "pki.h"

#include "core/trust/authority_bundle.h"

#include <openssl/ocsp.h>

/* -- lists ----------------------------------------------------------------- */

enum number { NUMBERED, NUMBER_MISSING, NUMBER_CRITICAL };

struct list {
    X509 *issuer;
    EVP_PKEY *key;
    const X509 *revoked;
    long from, until;
    enum number number;
    const char *scope; /* issuing distribution point */
};

static void add_list_extension(X509_CRL *crl, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *e;

    X509V3_set_ctx(&ctx, NULL, NULL, NULL, crl, 0);
    e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    assert_non_null(e);
    X509_CRL_add_ext(crl, e, -1);
    X509_EXTENSION_free(e);
}

static void number_list(X509_CRL *crl, enum number number)
{
    ASN1_INTEGER *seven = ASN1_INTEGER_new();

    ASN1_INTEGER_set(seven, 7);
    if (number != NUMBER_MISSING)
        X509_CRL_add1_ext_i2d(crl, NID_crl_number, seven,
                              number == NUMBER_CRITICAL, 0);
    ASN1_INTEGER_free(seven);
}

/* OpenSSL understands the extensions of a list when it decodes one. */
static X509_CRL *as_read(X509_CRL *crl)
{
    unsigned char *der = NULL;
    const unsigned char *at;
    int len = i2d_X509_CRL(crl, &der);
    X509_CRL *read;

    at = der;
    read = d2i_X509_CRL(NULL, &at, len);
    assert_non_null(read);
    OPENSSL_free(der);
    X509_CRL_free(crl);
    return read;
}

static X509_CRL *make_list(const struct list *list)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *when = ASN1_TIME_set(NULL, NOW + list->from);

    X509_CRL_set_version(crl, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(list->issuer));
    X509_CRL_set1_lastUpdate(crl, when);
    if (list->revoked) {
        X509_REVOKED *entry = X509_REVOKED_new();

        X509_REVOKED_set_serialNumber(
            entry, (ASN1_INTEGER *)X509_get0_serialNumber(list->revoked));
        X509_REVOKED_set_revocationDate(entry, when);
        X509_CRL_add0_revoked(crl, entry);
    }
    ASN1_TIME_set(when, NOW + list->until);
    X509_CRL_set1_nextUpdate(crl, when);
    number_list(crl, list->number);
    if (list->scope)
        add_list_extension(crl, NID_issuing_distribution_point, list->scope);
    X509_CRL_sort(crl);
    X509_CRL_sign(crl, list->key, EVP_sha256());
    ASN1_TIME_free(when);
    return as_read(crl);
}

/* `chain`: leaf, its issuer. */
static void judge_by(struct verdict *v, X509 *leaf, X509 *issuer,
                     STACK_OF(X509_CRL) * crls, bool must_cover)
{
    STACK_OF(X509) *sent = sk_X509_new_null();
    const struct verdict_request request = {.host = "mail.example.org",
                                            .store = store,
                                            .now = NOW,
                                            .crls = crls,
                                            .crls_must_cover = must_cover};

    sk_X509_push(sent, leaf);
    sk_X509_push(sent, issuer);
    assert_true(verdict_judge(v, sent, &request, NULL));
    sk_X509_free(sent);
}

struct list_case {
    struct list list;
    bool optional; /* a list imported once need not cover all servers */
    const char *wanted, *says;
    enum revocation by;
};

static void check_list(const struct list_case *c, X509 *leaf)
{
    STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
    struct verdict v;

    sk_X509_CRL_push(crls, make_list(&c->list));
    judge_by(&v, leaf, middle, crls, !c->optional);
    assert_words(&v, c->wanted);
    assert_true(v.trusted || !v.overridable);
    assert_int_equal(v.revocation, c->by);
    for (int f = 0; c->says && f < FAULT_COUNT; f++)
        if (v.sentences[f])
            assert_non_null(strstr(v.sentences[f], c->says));
    verdict_release(&v);
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
}

/* Takes the leaf over. */
static void check_lists(const struct list_case *cases, size_t count, X509 *leaf)
{
    for (size_t i = 0; i < count; i++)
        check_list(&cases[i], leaf);
    X509_free(leaf);
}

static void lists(void **state)
{
    X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, middle, middle_key);
    const struct list_case cases[] = {
        {{middle, middle_key, NULL, -DAY, DAY, NUMBERED, NULL},
         false,
         "",
         NULL,
         REVOCATION_BY_LIST},
        {{middle, middle_key, leaf, -DAY, DAY, NUMBERED, NULL},
         false,
         "revoked",
         "It was revoked by its issuer on 2026-09-20.",
         REVOCATION_BY_LIST},
        {{middle, middle_key, middle, -DAY, DAY, NUMBERED, NULL},
         false,
         "",
         NULL,
         REVOCATION_BY_LIST},
        {{middle, middle_key, NULL, -DAY, -1, NUMBERED, NULL},
         false,
         "bad-crl",
         "out of date",
         REVOCATION_BY_LIST},
        {{middle, middle_key, NULL, DAY, 2 * DAY, NUMBERED, NULL},
         false,
         "bad-crl",
         "from the future",
         REVOCATION_BY_LIST},
        {{middle, other_key, NULL, -DAY, DAY, NUMBERED, NULL},
         false,
         "bad-crl",
         "not signed by its issuer",
         REVOCATION_BY_LIST},
        {{middle, middle_key, NULL, -DAY, DAY, NUMBER_MISSING, NULL},
         false,
         "bad-crl",
         "has no number",
         REVOCATION_BY_LIST},
        {{middle, middle_key, NULL, -DAY, DAY, NUMBER_CRITICAL, NULL},
         false,
         "bad-crl",
         "not in order",
         REVOCATION_BY_LIST},
        {{middle, middle_key, NULL, -DAY, DAY, NUMBERED, "onlyCA:TRUE"},
         false,
         "bad-crl",
         "for other certificates",
         REVOCATION_BY_LIST},
        {{middle, middle_key, NULL, -DAY, DAY, NUMBERED, "onlyuser:TRUE"},
         false,
         "",
         NULL,
         REVOCATION_BY_LIST},
    };

    (void)state;
    check_lists(cases, sizeof(cases) / sizeof(cases[0]), leaf);
}

/* What the root says, who did not issue the server's certificate. */
static void lists_of_another(void **state)
{
    X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, middle, middle_key);
    const struct list_case cases[] = {
        {{root, root_key, NULL, -DAY, DAY, NUMBERED, NULL},
         false,
         "revocation-unknown",
         "not its issuer's",
         REVOCATION_NOT_CHECKED},
        {{root, root_key, NULL, -DAY, DAY, NUMBERED, NULL},
         true,
         "",
         NULL,
         REVOCATION_NOT_CHECKED},
        /* The issuer itself was revoked. */
        {{root, root_key, middle, -DAY, DAY, NUMBERED, NULL},
         true,
         "revoked",
         "revoked by its issuer on 2026-09-20",
         REVOCATION_NOT_CHECKED},
        {{root, root_key, NULL, -DAY, DAY, NUMBERED, "onlyuser:TRUE"},
         true,
         "bad-crl",
         NULL,
         REVOCATION_NOT_CHECKED},
    };

    (void)state;
    check_lists(cases, sizeof(cases) / sizeof(cases[0]), leaf);
}

/* RFC 5280 section 6.3.3 (f): an issuer without key usage may sign lists; one
 * whose key usage leaves it out may not. */
static void who_may_sign(void **state)
{
    static const struct {
        const char *usage, *wanted;
    } cases[] = {
        {NULL, ""}, {"keyCertSign,cRLSign", ""}, {"keyCertSign", "bad-crl"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        X509 *issuer =
            make(&(struct recipe){AUTHORITY("Middle"), .usage = cases[i].usage},
                 middle_key, root, root_key);
        X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, issuer, middle_key);
        STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
        struct verdict v;

        sk_X509_CRL_push(crls,
                         make_list(&(struct list){issuer, middle_key, NULL,
                                                  -DAY, DAY, NUMBERED, NULL}));
        judge_by(&v, leaf, issuer, crls, true);
        assert_words(&v, cases[i].wanted);
        verdict_release(&v);
        sk_X509_CRL_pop_free(crls, X509_CRL_free);
        X509_free(leaf);
        X509_free(issuer);
    }
}

/* What OpenSSL says of [leaf, middle], with lists demanded. */
static int verify_by_bundle(const char *path, X509 *leaf)
{
    X509_STORE *bundled = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *sent = sk_X509_new_null();
    int said;

    authority_bundle_add(bundled, path);
    sk_X509_push(sent, middle);
    assert_true(X509_STORE_CTX_init(ctx, bundled, leaf, sent));
    X509_STORE_CTX_set_time(ctx, 0, NOW);
    X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_CRL_CHECK);
    X509_verify_cert(ctx);
    said = X509_STORE_CTX_get_error(ctx);
    sk_X509_free(sent);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(bundled);
    return said;
}

/* A file of authorities may hold their lists, too. */
static void in_a_bundle(void **state)
{
    X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, middle, middle_key);
    struct list list = {middle, middle_key, NULL, -DAY, DAY, NUMBERED, NULL};
    const X509 *revoked[] = {NULL, leaf};
    const int said[] = {X509_V_OK, X509_V_ERR_CERT_REVOKED};
    BIO *file = BIO_new_file(in_folder("lists.pem"), "w");

    (void)state;
    PEM_write_bio_X509(file, root);
    BIO_free(file);
    assert_int_equal(verify_by_bundle(in_folder("lists.pem"), leaf),
                     X509_V_ERR_UNABLE_TO_GET_CRL);
    for (int i = 0; i < 2; i++) {
        X509_CRL *crl;

        list.revoked = revoked[i];
        crl = make_list(&list);
        file = BIO_new_file(in_folder("lists.pem"), "w");
        PEM_write_bio_X509_CRL(file, crl);
        PEM_write_bio_X509(file, root);
        BIO_free(file);
        X509_CRL_free(crl);
        assert_int_equal(verify_by_bundle(in_folder("lists.pem"), leaf),
                         said[i]);
    }
    X509_free(leaf);
}

/* -- the server's proof ---------------------------------------------------- */

struct proof {
    int status;
    X509 *signer;
    EVP_PKEY *key;
    X509 *about; /* NULL: the leaf */
    long from, until;
    bool with_signer; /* its certificate comes along */
};

static size_t make_proof(const struct proof *proof, X509 *leaf, X509 *issuer,
                         unsigned char **der)
{
    OCSP_BASICRESP *answer = OCSP_BASICRESP_new();
    OCSP_CERTID *id =
        OCSP_cert_to_id(EVP_sha1(), proof->about ? proof->about : leaf, issuer);
    ASN1_TIME *from = ASN1_GENERALIZEDTIME_set(NULL, NOW + proof->from);
    ASN1_TIME *until = ASN1_GENERALIZEDTIME_set(NULL, NOW + proof->until);
    OCSP_RESPONSE *response;
    int len;

    OCSP_basic_add1_status(answer, id, proof->status, 0, from, from, until);
    assert_true(OCSP_basic_sign(answer, proof->signer, proof->key, EVP_sha256(),
                                NULL, proof->with_signer ? 0 : OCSP_NOCERTS));
    response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, answer);
    *der = NULL;
    len = i2d_OCSP_RESPONSE(response, der);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(answer);
    OCSP_CERTID_free(id);
    ASN1_GENERALIZEDTIME_free(from);
    ASN1_GENERALIZEDTIME_free(until);
    return (size_t)len;
}

static void judge_with(struct verdict *v, X509 *leaf, const unsigned char *der,
                       size_t len)
{
    STACK_OF(X509) *sent = sk_X509_new_null();
    const struct verdict_request request = {.host = "mail.example.org",
                                            .store = store,
                                            .now = NOW,
                                            .staple = der,
                                            .staple_len = len};

    sk_X509_push(sent, leaf);
    sk_X509_push(sent, middle);
    assert_true(verdict_judge(v, sent, &request, NULL));
    sk_X509_free(sent);
}

static const struct recipe plain = {LEAF},
                           demanding = {LEAF, .extra_nid = NID_tlsfeature,
                                        .extra = "status_request"};

struct proof_case {
    struct proof proof;
    const char *plain, *demanding; /* faults */
};

static void check_proof(const struct proof *proof, const struct recipe *recipe,
                        const char *wanted)
{
    X509 *leaf = make(recipe, leaf_key, middle, middle_key);
    unsigned char *der;
    size_t len = make_proof(proof, leaf, middle, &der);
    struct verdict v;

    judge_with(&v, leaf, der, len);
    assert_words(&v, wanted);
    verdict_release(&v);
    OPENSSL_free(der);
    X509_free(leaf);
}

static void check_proofs(const struct proof_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_proof(&cases[i].proof, &plain, cases[i].plain);
        check_proof(&cases[i].proof, &demanding, cases[i].demanding);
    }
}

/* Whom the issuer has appointed to answer for it. */
static X509 *answerer(long from, long until)
{
    return make(&(struct recipe){.cn = "Answers",
                                 .extended = "OCSPSigning",
                                 .from = from,
                                 .until = until},
                other_key, middle, middle_key);
}

static void proofs(void **state)
{
    X509 *appointed = answerer(-DAY, DAY);
    const int good = V_OCSP_CERTSTATUS_GOOD, bad = V_OCSP_CERTSTATUS_REVOKED;
    const struct proof_case cases[] = {
        {{good, middle, middle_key, NULL, -60, DAY, false}, "", ""},
        {{good, appointed, other_key, NULL, -60, DAY, true}, "", ""},
        {{bad, middle, middle_key, NULL, -60, DAY, false},
         "revoked",
         "revoked"},
        {{bad, appointed, other_key, NULL, -60, DAY, true},
         "revoked",
         "revoked"},
    };

    (void)state;
    check_proofs(cases, sizeof(cases) / sizeof(cases[0]));
    X509_free(appointed);
}

/* No harm, unless a proof is demanded. */
static void proofs_of_no_use(void **state)
{
    X509 *appointed = answerer(-DAY, DAY);
    X509 *old = answerer(-9 * DAY, -DAY);
    X509 *stranger = make(
        &(struct recipe){
            .cn = "Answers", .extended = "OCSPSigning", .from = -DAY, DAY},
        other_key, NULL, NULL);
    X509 *server = make(&(struct recipe){LEAF, .extended = "serverAuth"},
                        other_key, middle, middle_key);
    const int good = V_OCSP_CERTSTATUS_GOOD, bad = V_OCSP_CERTSTATUS_REVOKED;
    const struct proof_case cases[] = {
        {{V_OCSP_CERTSTATUS_UNKNOWN, middle, middle_key, NULL, -60, DAY, false},
         "",
         "revocation-unknown"},
        {{good, middle, middle_key, NULL, -DAY, -60, false},
         "",
         "revocation-unknown"},
        {{good, middle, middle_key, NULL, DAY, 2 * DAY, false},
         "",
         "revocation-unknown"},
        {{good, middle, middle_key, root, -60, DAY, false},
         "",
         "revocation-unknown"},
        {{good, root, root_key, NULL, -60, DAY, true},
         "",
         "revocation-unknown"},
        {{bad, stranger, other_key, NULL, -60, DAY, true},
         "",
         "revocation-unknown"},
        {{bad, old, other_key, NULL, -60, DAY, true}, "", "revocation-unknown"},
        {{bad, server, other_key, NULL, -60, DAY, true},
         "",
         "revocation-unknown"},
        /* The appointed one's certificate is not there. */
        {{bad, appointed, other_key, NULL, -60, DAY, false},
         "",
         "revocation-unknown"},
    };

    (void)state;
    check_proofs(cases, sizeof(cases) / sizeof(cases[0]));
    X509_free(appointed);
    X509_free(old);
    X509_free(stranger);
    X509_free(server);
}

static void no_proof(void **state)
{
    X509 *leaf = make(&demanding, leaf_key, middle, middle_key);
    X509 *other = make(&plain, leaf_key, middle, middle_key);
    unsigned char *der, rubbish[] = {0x30, 0x03, 0x0a, 0x01, 0x00};
    size_t len = make_proof(&(struct proof){V_OCSP_CERTSTATUS_GOOD, middle,
                                            middle_key, NULL, -60, DAY, false},
                            leaf, middle, &der);
    char text[200];
    struct verdict v;

    (void)state;
    judge_with(&v, leaf, NULL, 0);
    assert_words(&v, "revocation-unknown");
    assert_non_null(
        strstr(v.sentences[FAULT_REVOCATION_UNKNOWN], "sent no proof"));
    assert_string_equal(revocation_word(v.revocation), "not-checked");
    verdict_release(&v);
    judge_with(&v, leaf, rubbish, sizeof(rubbish));
    assert_words(&v, "revocation-unknown");
    assert_non_null(strstr(v.sentences[FAULT_REVOCATION_UNKNOWN], "no use"));
    verdict_release(&v);
    judge_with(&v, other, rubbish, sizeof(rubbish));
    assert_words(&v, "");
    assert_non_null(
        strstr(verdict_revocation(text, sizeof(text), &v), "Not checked"));
    verdict_release(&v);
    judge_with(&v, leaf, der, len);
    assert_string_equal(revocation_word(v.revocation), "ocsp");
    assert_string_equal(verdict_revocation(text, sizeof(text), &v),
                        "Not revoked, says the proof that the server sent "
                        "along of 2026-09-21.");
    verdict_release(&v);
    /* A truncated or changed proof is none. */
    for (size_t i = 0; i < len; i++) {
        der[i] ^= 0x55;
        judge_with(&v, other, der, i % 2 ? len : i);
        assert_true(v.revocation == REVOCATION_NOT_CHECKED || v.trusted);
        verdict_release(&v);
        der[i] ^= 0x55;
    }
    OPENSSL_free(der);
    X509_free(leaf);
    X509_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists),        cmocka_unit_test(lists_of_another),
        cmocka_unit_test(who_may_sign), cmocka_unit_test(in_a_bundle),
        cmocka_unit_test(proofs),       cmocka_unit_test(proofs_of_no_use),
        cmocka_unit_test(no_proof),
    };

    return cmocka_run_group_tests_name("revocation", tests, set_up, tear_down);
}
