/* SPDX-License-Identifier: MIT */
/* verdict and exception: faults alone and together, dates to the second, and
 * every state of an exception. Certificates are made here. */
#include "unit.h"

#include "core/account/endpoint.h"
#include "core/base/date.h"
#include "core/trust/exception.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#define DAY 86400L
#define NOW ((time_t)1790000000) /* 2026-09-21 */

struct recipe {
    const char *cn, *san, *usage, *extended;
    long from, until; /* seconds from NOW */
    bool ca, no_constraints;
    bool twice; /* key usage stands twice */
};

static EVP_PKEY *root_key, *middle_key, *leaf_key, *other_key;
static X509 *root, *middle;
static X509_STORE *store;

static void add(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *e;

    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    assert_non_null(e);
    X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
}

static X509 *make(const struct recipe *r, EVP_PKEY *key, X509 *issuer,
                  EVP_PKEY *issuer_key)
{
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);
    static long serial;

    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
    ASN1_TIME_set(X509_getm_notBefore(x), NOW + r->from);
    ASN1_TIME_set(X509_getm_notAfter(x), NOW + r->until);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               (const unsigned char *)r->cn, -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x));
    X509_set_pubkey(x, key);
    if (!r->no_constraints)
        add(x, issuer ? issuer : x, NID_basic_constraints,
            r->ca ? "critical,CA:TRUE" : "CA:FALSE");
    if (r->san)
        add(x, issuer ? issuer : x, NID_subject_alt_name, r->san);
    if (r->usage)
        add(x, issuer ? issuer : x, NID_key_usage, r->usage);
    if (r->extended)
        add(x, issuer ? issuer : x, NID_ext_key_usage, r->extended);
    for (int i = 0; r->twice && i < 2; i++)
        add(x, issuer ? issuer : x, NID_key_usage, "digitalSignature");
    X509_sign(x, issuer ? issuer_key : key, EVP_sha256());
    return x;
}

#define LEAF                                                                   \
    .cn = "mail.example.org", .san = "DNS:mail.example.org",                   \
    .from = -10 * DAY, .until = 100 * DAY

static int set_up(void **state)
{
    root_key = EVP_EC_gen("P-256");
    middle_key = EVP_EC_gen("P-256");
    leaf_key = EVP_EC_gen("P-256");
    other_key = EVP_EC_gen("P-256");
    root = make(
        &(struct recipe){
            .cn = "Root", .from = -DAY, .until = 3650 * DAY, .ca = true},
        root_key, NULL, NULL);
    middle = make(
        &(struct recipe){
            .cn = "Middle", .from = -DAY, .until = 1000 * DAY, .ca = true},
        middle_key, root, root_key);
    store = X509_STORE_new();
    X509_STORE_add_cert(store, root);
    return make_folder(state);
}

static int tear_down(void **state)
{
    X509_STORE_free(store);
    X509_free(root);
    X509_free(middle);
    EVP_PKEY_free(root_key);
    EVP_PKEY_free(middle_key);
    EVP_PKEY_free(leaf_key);
    EVP_PKEY_free(other_key);
    return remove_folder(state);
}

static void judge(struct verdict *v, X509 *leaf, X509 *second, const char *host,
                  time_t now)
{
    STACK_OF(X509) *sent = sk_X509_new_null();
    const struct verdict_request request = {host, store, now, NULL};
    struct error e = {0};

    sk_X509_push(sent, leaf);
    if (second)
        sk_X509_push(sent, second);
    assert_true(verdict_judge(v, sent, &request, &e));
    sk_X509_free(sent);
}

static void assert_faults(const struct recipe *r, bool self_signed, bool whole,
                          const char *host, long offset, const char *wanted)
{
    X509 *leaf = self_signed ? make(r, leaf_key, NULL, NULL)
                             : make(r, leaf_key, middle, middle_key);
    struct verdict v;
    char words[300];

    judge(&v, leaf, whole && !self_signed ? middle : NULL, host, NOW + offset);
    assert_string_equal(fault_words(words, sizeof(words), v.faults, " "),
                        wanted);
    assert_int_equal(v.trusted, !*wanted);
    for (int f = 0; f < FAULT_COUNT; f++)
        assert_int_equal(v.sentences[f] != NULL,
                         (v.faults & FAULT_BIT(f)) != 0);
    verdict_release(&v);
    X509_free(leaf);
}

static void faults(void **state)
{
    static const struct {
        struct recipe recipe;
        bool self_signed, whole;
        const char *host;
        long offset;
        const char *wanted;
    } cases[] = {
        {{LEAF}, false, true, "mail.example.org", 0, ""},
        {{LEAF}, false, true, "www.example.org", 0, "wrong-host"},
        {{LEAF}, false, false, "mail.example.org", 0, "incomplete-chain"},
        {{LEAF}, true, false, "mail.example.org", 0, "self-signed"},
        {{LEAF, .ca = true}, true, false, "mail.example.org", 0, "self-signed"},
        {{LEAF, .ca = true}, false, true, "mail.example.org", 0, "ca-as-leaf"},
        {{LEAF}, false, true, "mail.example.org", 100 * DAY, ""},
        {{LEAF}, false, true, "mail.example.org", 100 * DAY + 1, "expired"},
        {{LEAF}, false, true, "mail.example.org", -DAY, ""},
        {{LEAF}, false, true, "mail.example.org", -DAY - 1, "expired-issuer"},
        {{LEAF},
         true,
         false,
         "mail.example.org",
         -10 * DAY - 1,
         "self-signed not-yet-valid"},
        {{LEAF},
         true,
         false,
         "x.org",
         200 * DAY,
         "wrong-host self-signed expired"},
        {{LEAF, .extended = "clientAuth"},
         false,
         true,
         "mail.example.org",
         0,
         "bad-purpose"},
        {{LEAF, .twice = true},
         false,
         true,
         "mail.example.org",
         0,
         "bad-encoding"},
        /* Names by RFC 9525. */
        {{.cn = "mail.example.org", .from = -DAY, .until = DAY},
         false,
         true,
         "mail.example.org",
         0,
         "wrong-host"},
        {{.cn = "x", .san = "DNS:*.example.org", .from = -DAY, .until = DAY},
         false,
         true,
         "mail.example.org",
         0,
         ""},
        {{.cn = "x", .san = "DNS:*.example.org", .from = -DAY, .until = DAY},
         false,
         true,
         "a.mail.example.org",
         0,
         "wrong-host"},
        {{.cn = "x", .san = "DNS:m*.example.org", .from = -DAY, .until = DAY},
         false,
         true,
         "mail.example.org",
         0,
         "wrong-host"},
        {{.cn = "x", .san = "DNS:MAIL.example.ORG", .from = -DAY, .until = DAY},
         false,
         true,
         "mail.example.org",
         0,
         ""},
        {{.cn = "x", .san = "IP:192.0.2.1", .from = -DAY, .until = DAY},
         false,
         true,
         "192.0.2.1",
         0,
         ""},
        {{.cn = "x", .san = "DNS:192.0.2.1", .from = -DAY, .until = DAY},
         false,
         true,
         "192.0.2.1",
         0,
         "wrong-host"},
        {{.cn = "x", .san = "IP:2001:db8::1", .from = -DAY, .until = DAY},
         false,
         true,
         "2001:db8::1",
         0,
         ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_faults(&cases[i].recipe, cases[i].self_signed, cases[i].whole,
                      cases[i].host, cases[i].offset, cases[i].wanted);
}

static void weak_key_among_others(void **state)
{
    EVP_PKEY *weak = EVP_RSA_gen(1024);
    X509 *leaf = make(&(struct recipe){LEAF}, weak, NULL, NULL);
    struct verdict v;
    char words[300];

    (void)state;
    judge(&v, leaf, NULL, "x.org", NOW + 200 * DAY);
    assert_string_equal(fault_words(words, sizeof(words), v.faults, " "),
                        "wrong-host self-signed weak-key expired");
    verdict_release(&v);
    X509_free(leaf);
    EVP_PKEY_free(weak);
}

static void forged(void **state)
{
    X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, middle, other_key);
    struct verdict v;

    (void)state;
    judge(&v, leaf, middle, "mail.example.org", NOW);
    assert_true(v.faults & FAULT_BIT(FAULT_BAD_SIGNATURE));
    assert_false(v.overridable);
    verdict_release(&v);
    X509_free(leaf);
}

static void names_refused(void **state)
{
    static const char *const hosts[] = {"",
                                        ".example.org",
                                        "*.example.org",
                                        "mail..example.org",
                                        "mail.example.org.",
                                        "MAIL.example.org",
                                        NULL};
    X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, middle, middle_key);
    STACK_OF(X509) *sent = sk_X509_new_null();
    struct verdict v;

    (void)state;
    sk_X509_push(sent, leaf);
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        const struct verdict_request request = {hosts[i], store, NOW, NULL};
        struct error e = {0};

        assert_false(verdict_judge(&v, sent, &request, &e));
        verdict_release(&v);
    }
    assert_false(verdict_judge(
        &v, NULL, &(struct verdict_request){"a.org", store, NOW, NULL}, NULL));
    sk_X509_free(sent);
    X509_free(leaf);
}

static void hostile_names(void **state)
{
    char name[2000] = "\x1b[2J\r\n\xe2\x80\xae";
    X509 *x;
    struct cert cert;
    struct cert_facts facts;

    (void)state;
    x = make(&(struct recipe){.cn = name, .from = 0, .until = DAY}, leaf_key,
             NULL, NULL);
    cert_read(&cert, x);
    cert_describe(&facts, &cert, NOW);
    for (size_t i = 0; i < facts.count; i++)
        for (const char *p = facts.rows[i].value; *p; p++)
            assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
    assert_non_null(strstr(cert.subject, "\\x1B[2J\\x0D\\x0A\\u{202E}"));
    assert_string_equal(cert.subject_name, "\\x1B[2J\\x0D\\x0A\\u{202E}");
    cert_facts_release(&facts);
    cert_release(&cert);
    X509_free(x);
}

static void files(void **state)
{
    static const char key[] = "-----BEGIN PRIVATE KEY-----\nAAAA\n"
                              "-----END PRIVATE KEY-----\n";
    STACK_OF(X509) *stack = NULL;
    struct error e = {0};
    struct cert cert;
    struct buf pem;

    (void)state;
    assert_false(cert_load(key, strlen(key), &stack, &e));
    assert_non_null(strstr(e.text, "private key"));
    assert_false(cert_load("hello", 5, &stack, &e));
    cert_read(&cert, root);
    buf_init(&pem, 10000);
    assert_true(cert_add_pem(&pem, &cert));
    assert_true(cert_add_pem(&pem, &cert));
    assert_true(cert_load(pem.data, pem.len, &stack, &e));
    assert_int_equal(sk_X509_num(stack), 2);
    sk_X509_pop_free(stack, X509_free);
    assert_true(cert_load(cert.der, cert.der_len, &stack, &e));
    assert_int_equal(sk_X509_num(stack), 1);
    sk_X509_pop_free(stack, X509_free);
    assert_false(cert_load(cert.der, cert.der_len - 1, &stack, &e));
    buf_release(&pem);
    cert_release(&cert);
}

/* -- exceptions
 * ------------------------------------------------------------------------- */

static struct exceptions *fresh(void)
{
    struct error e = {0};
    struct exceptions *s;

    unlink(in_folder("exceptions.ini"));
    s = exceptions_open(in_folder("accounts.ini"), &e);
    assert_non_null(s);
    return s;
}

static enum exception_state state_at(struct exceptions *s,
                                     const struct verdict *v, time_t now)
{
    return exceptions_judge(s, "mail.example.org", 993, v, now, NULL, NULL);
}

static void states(void **state)
{
    const struct exception_wish wish = {
        .host = "mail.example.org", .port = 993, .checked = CHECKED_PASTED};
    struct recipe renewed = {LEAF};
    struct exceptions *s = fresh(), *again;
    struct verdict v, other, more, same_key, good;
    struct error e = {0};
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    X509 *y = make(&(struct recipe){LEAF}, other_key, NULL, NULL), *z, *g;
    fault_set extra;

    (void)state;
    renewed.until = 300 * DAY;
    z = make(&renewed, leaf_key, NULL, NULL);
    g = make(&(struct recipe){LEAF}, leaf_key, middle, middle_key);
    judge(&v, x, NULL, "mail.example.org", NOW);
    judge(&other, y, NULL, "mail.example.org", NOW);
    judge(&more, x, NULL, "mail.example.org", NOW + 100 * DAY + 1);
    judge(&same_key, z, NULL, "mail.example.org", NOW);
    judge(&good, g, middle, "mail.example.org", NOW);

    assert_int_equal(state_at(s, &v, NOW), EXCEPTION_NONE);
    assert_true(exceptions_add(s, &wish, &v, false, NOW, &e));
    assert_int_equal(state_at(s, &v, NOW), EXCEPTION_USED);
    assert_int_equal(state_at(s, &other, NOW), EXCEPTION_CHANGED);
    assert_int_equal(state_at(s, &same_key, NOW), EXCEPTION_RENEWED);
    assert_int_equal(state_at(s, &good, NOW), EXCEPTION_NOT_NEEDED);
    assert_int_equal(exceptions_judge(s, "mail.example.org", 993, &more,
                                      NOW + 90 * DAY, NULL, &extra),
                     EXCEPTION_MORE_FAULTS);
    assert_int_equal(extra, FAULT_BIT(FAULT_EXPIRED));
    assert_int_equal(state_at(s, &v, NOW + 400 * DAY), EXCEPTION_ENDED);
    assert_int_equal(state_at(s, &other, NOW + 400 * DAY), EXCEPTION_CHANGED);
    assert_int_equal(
        exceptions_judge(s, "mail.example.org", 465, &v, NOW, NULL, NULL),
        EXCEPTION_NONE);
    assert_int_equal(exceptions_judge(s, "x.org", 993, &v, NOW, NULL, NULL),
                     EXCEPTION_NONE);

    /* Another process reads the same. */
    again = exceptions_open(in_folder("accounts.ini"), &e);
    assert_int_equal(exceptions_count(again), 1);
    assert_int_equal(state_at(again, &v, NOW), EXCEPTION_USED);
    assert_true(exceptions_add(again, &wish, &other, false, NOW, &e));
    exceptions_free(again);
    assert_true(exceptions_refresh(s, &e));
    assert_int_equal(state_at(s, &other, NOW), EXCEPTION_USED);
    assert_int_equal(state_at(s, &v, NOW), EXCEPTION_USED);
    assert_true(exceptions_add(s, &wish, &same_key, true, NOW, &e));
    assert_int_equal(exceptions_count(s), 1);
    exceptions_free(s);
    verdict_release(&v);
    verdict_release(&other);
    verdict_release(&more);
    verdict_release(&same_key);
    verdict_release(&good);
    X509_free(x);
    X509_free(y);
    X509_free(z);
    X509_free(g);
}

static void ends(void **state)
{
    struct exception_wish wish = {.host = "mail.example.org", .port = 993};
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    struct exceptions *s = fresh();
    struct verdict v, late;
    struct error e = {0};
    char date[DATE_SIZE], wanted[DATE_SIZE];

    (void)state;
    judge(&v, x, NULL, "mail.example.org", NOW);
    judge(&late, x, NULL, "mail.example.org", NOW + 101 * DAY);
    assert_string_equal(date_format(date, exception_latest_end(&v, NOW)),
                        date_format(wanted, NOW + 100 * DAY));
    assert_string_equal(
        date_format(date, exception_latest_end(&late, NOW + 101 * DAY)),
        date_format(wanted, NOW + 131 * DAY));
    wish.until = NOW + 5000 * DAY;
    assert_true(exceptions_add(s, &wish, &v, false, NOW, &e));
    assert_true(exceptions_at(s, 0)->until <= NOW + 101 * DAY);
    wish.until = NOW - DAY;
    assert_false(exceptions_add(s, &wish, &v, false, NOW, &e));
    wish.end = EXCEPTION_REMOVED;
    wish.until = 0;
    assert_true(exceptions_add(s, &wish, &v, false, NOW, &e));
    assert_int_equal(exceptions_count(s), 1);
    assert_false(exception_has_ended(exceptions_at(s, 0), NOW + 9999 * DAY));
    exceptions_free(s);
    verdict_release(&v);
    verdict_release(&late);
    X509_free(x);
}

static void session_and_undo(void **state)
{
    struct exception_wish wish = {
        .host = "mail.example.org", .port = 993, .end = EXCEPTION_SESSION};
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    struct exceptions *s = fresh();
    struct verdict v;
    struct error e = {0};
    struct cert cert;
    char what[200];

    (void)state;
    judge(&v, x, NULL, "mail.example.org", NOW);
    assert_true(exceptions_add(s, &wish, &v, false, NOW, &e));
    assert_int_equal(state_at(s, &v, NOW), EXCEPTION_USED);
    assert_int_equal(access(in_folder("exceptions.ini"), F_OK), -1);
    assert_true(exceptions_undo(s, what, sizeof(what), &e));
    assert_int_equal(exceptions_count(s), 0);
    assert_false(exceptions_undo(s, what, sizeof(what), &e));

    wish.end = EXCEPTION_UNTIL;
    assert_true(exceptions_add(s, &wish, &v, false, NOW, &e));
    assert_true(exceptions_load_cert(s, exceptions_at(s, 0), &cert, &e));
    assert_memory_equal(cert.sha256, exceptions_at(s, 0)->sha256, 32);
    cert_release(&cert);
    assert_true(exceptions_remove(s, exceptions_at(s, 0), &e));
    assert_int_equal(exceptions_count(s), 0);
    assert_true(exceptions_undo(s, what, sizeof(what), &e));
    assert_int_equal(exceptions_count(s), 1);
    assert_true(exceptions_note_change(s, exceptions_at(s, 0), NOW, &e));
    assert_int_equal(exceptions_at(s, 0)->changed_seen, NOW);
    exceptions_free(s);
    verdict_release(&v);
    X509_free(x);
}

static void never_for_some(void **state)
{
    const struct exception_wish wish = {.host = "mail.example.org",
                                        .port = 993};
    X509 *leaf = make(&(struct recipe){LEAF, .extended = "clientAuth"},
                      leaf_key, middle, middle_key);
    struct exceptions *s = fresh();
    struct verdict v;
    struct error e = {0};
    char line[300], hex[65];

    (void)state;
    judge(&v, leaf, middle, "mail.example.org", NOW);
    assert_false(exceptions_add(s, &wish, &v, false, NOW, &e));
    exceptions_free(s);
    /* Nor by writing it into the file by hand. */
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", verdict_leaf(&v)->sha256[i]);
    snprintf(line, sizeof(line),
             "[exception 1]\nhost = mail.example.org\nport = 993\nsha256 = "
             "%s\nfaults = bad-purpose\nuntil = removed\n",
             hex);
    write_file(in_folder("exceptions.ini"), line);
    chmod(in_folder("exceptions.ini"), 0600);
    s = exceptions_open(in_folder("accounts.ini"), &e);
    assert_int_equal(exceptions_count(s), 1);
    assert_int_not_equal(state_at(s, &v, NOW), EXCEPTION_USED);
    exceptions_free(s);
    chmod(in_folder("exceptions.ini"), 0622);
    assert_null(exceptions_open(in_folder("accounts.ini"), &e));
    assert_int_equal(e.code, ERROR_TRUST);
    verdict_release(&v);
    X509_free(leaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults),
        cmocka_unit_test(weak_key_among_others),
        cmocka_unit_test(forged),
        cmocka_unit_test(names_refused),
        cmocka_unit_test(hostile_names),
        cmocka_unit_test(files),
        cmocka_unit_test(states),
        cmocka_unit_test(ends),
        cmocka_unit_test(session_and_undo),
        cmocka_unit_test(never_for_some),
    };

    return cmocka_run_group_tests_name("verdict", tests, set_up, tear_down);
}
