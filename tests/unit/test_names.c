/* SPDX-License-Identifier: MIT */
/* verdict: whether a certificate names the host (RFC 9525), and whether its
 * issuers may speak for its names (RFC 5280 section 4.2.1.10). */
#include "pki.h"

#include <openssl/dsa.h>

/* -- the host -------------------------------------------------------------- */

static const struct {
    const char *host, *names; /* names: one a blank; "IP:" before addresses */
    bool fits;
} hosts[] = {
    {"mail.example.org", "mail.example.org", true},
    {"mail.example.org", "MAIL.Example.ORG", true},
    {"mail.example.org", "www.example.org mail.example.org", true},
    {"mail.example.org", "www.example.org", false},
    {"mail.example.org", "example.org", false},
    {"example.org", "mail.example.org", false},
    {"mail.example.org", "xmail.example.org", false},
    {"mail.example.org", "mail.example.org.evil.example", false},
    {"mail.example.org", "mail.example.orgx", false},
    {"mail.example.org", "mail.example.com", false},
    {"mail.example.org", "mail.example.org.", false},
    {"mail.example.org", ".mail.example.org", false},
    {"mail.example.org", ".example.org", false},
    {"mail.example.org", "mail..example.org", false},
    {"mail.example.org", "mail.example.org:993", false},
    {"mail.example.org", "imap://mail.example.org", false},
    {"mail.example.org", "ann@mail.example.org", false},
    {"mail_1.example.org", "mail_1.example.org", true},
    {"localhost", "localhost", true},
    {"mail", "mail", true},
    {"xn--bcher-kva.example", "xn--bcher-kva.example", true},
    {"xn--bcher-kva.example", "XN--BCHER-KVA.example", true},
    {"xn--bcher-kva.example",
     "b\xc3\xbc"
     "cher.example",
     false},
    {"xn--628h.example.org", "\xf0\x9f\x98\x9c.example.org", false},
    /* Wildcards: the whole first label, and one label only. */
    {"mail.example.org", "*.example.org", true},
    {"MAIL.example.org", "*.example.org", false}, /* not in normal form */
    {"mail.example.org", "*.EXAMPLE.org", true},
    {"xn--bcher-kva.example.org", "*.example.org", true},
    {"a.mail.example.org", "*.example.org", false},
    {"example.org", "*.example.org", false},
    {"mail.example.org", "*.mail.example.org", false},
    {"mail.example.org", "m*.example.org", false},
    {"mail.example.org", "*l.example.org", false},
    {"mail.example.org", "m*l.example.org", false},
    {"mail.example.org", "**.example.org", false},
    {"mail.example.org", "*.*.org", false},
    {"mail.example.org", "mail.*.org", false},
    {"mail.example.org", "mail.example.*", false},
    {"mail.example.org", "*", false},
    {"mail.example.org", "*.", false},
    {"mail.example.org", "*.org", false},
    {"example.co.uk", "*.co.uk", false},
    {"mail.example.co.uk", "*.example.co.uk", true},
    {"ann.github.io", "*.github.io", true},
    {"mail.lan", "*.lan", false},
    {"xn--bliss-1b3c148a.example.org", "xn--*-1b3c148a.example.org", false},
    {"localhost", "*", false},
    /* Addresses. */
    {"192.0.2.1", "IP:192.0.2.1", true},
    {"192.0.2.1", "IP:192.0.2.2", false},
    {"192.0.2.1", "192.0.2.1", false},
    {"192.0.2.1", "*.0.2.1", false},
    {"2001:db8::1", "IP:2001:db8::1", true},
    {"2001:db8::1", "IP:2001:db8:0:0:0:0:0:1", true},
    {"2001:db8::1", "IP:2001:db8::2", false},
    {"::1", "IP:127.0.0.1", false},
    {"::ffff:192.0.2.1", "IP:192.0.2.1", false},
    {"192.0.2.1", "IP:::ffff:192.0.2.1", false},
    {"192.0.2.1", "mail.example.org IP:192.0.2.1", true},
    {"mail.example.org", "IP:192.0.2.1", false},
};

static void add_name(GENERAL_NAMES *names, const char *text, size_t len)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *string;

    if (len > 3 && strncmp(text, "IP:", 3) == 0) {
        char address[60];

        snprintf(address, sizeof(address), "%.*s", (int)len - 3, text + 3);
        string = a2i_IPADDRESS(address);
        assert_non_null(string);
        GENERAL_NAME_set0_value(name, GEN_IPADD, string);
    } else {
        string = ASN1_IA5STRING_new();
        ASN1_STRING_set(string, text, (int)len);
        GENERAL_NAME_set0_value(name, GEN_DNS, string);
    }
    sk_GENERAL_NAME_push(names, name);
}

static X509 *named(const char *list, EVP_PKEY *key, X509 *issuer,
                   EVP_PKEY *issuer_key, bool ca)
{
    const struct recipe recipe = {
        .cn = "mail.example.org", .from = -DAY, .until = DAY, .ca = ca};
    X509 *x = draft(&recipe, key, issuer);
    GENERAL_NAMES *names = GENERAL_NAMES_new();

    while (*list) {
        size_t len = strcspn(list, " ");

        add_name(names, list, len);
        list += len + (list[len] == ' ');
    }
    X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0);
    GENERAL_NAMES_free(names);
    X509_sign(x, issuer_key, EVP_sha256());
    return x;
}

static void the_host(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        X509 *leaf = named(hosts[i].names, leaf_key, middle, middle_key, false);
        STACK_OF(X509) *sent = sk_X509_new_null();
        const struct verdict_request request = {
            .host = hosts[i].host, .store = store, .now = NOW};
        struct verdict v;

        sk_X509_push(sent, leaf);
        sk_X509_push(sent, middle);
        if (verdict_judge(&v, sent, &request, NULL)) {
            if (v.trusted != hosts[i].fits)
                print_message("%s in %s\n", hosts[i].host, hosts[i].names);
            assert_words(&v, hosts[i].fits ? "" : "wrong-host");
        } else {
            assert_false(hosts[i].fits);
        }
        verdict_release(&v);
        sk_X509_free(sent);
        X509_free(leaf);
    }
}

/* Nobody's name: bytes that no host name has. */
static void hostile_names(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } names[] = {
        {"mail.example.org\0.evil.example", 29},
        {"mail.example.org\n", 17},
        {" mail.example.org", 17},
        {"mail\x1b.example.org", 17},
        {"", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        X509 *leaf =
            draft(&(struct recipe){.cn = "mail.example.org", .from = -DAY, DAY},
                  leaf_key, middle);
        GENERAL_NAMES *list = GENERAL_NAMES_new();
        struct verdict v;

        add_name(list, names[i].bytes, names[i].len);
        X509_add1_ext_i2d(leaf, NID_subject_alt_name, list, 0, 0);
        GENERAL_NAMES_free(list);
        X509_sign(leaf, middle_key, EVP_sha256());
        judge(&v, leaf, middle, "mail.example.org", NOW);
        assert_words(&v, "wrong-host");
        verdict_release(&v);
        X509_free(leaf);
    }
}

/* -- what issuers may speak for -------------------------------------------- */

static const struct {
    const char *limits, *names, *host, *wanted;
} limited[] = {
    {"permitted;DNS:example.org", "mail.example.org", "mail.example.org", ""},
    {"permitted;DNS:example.org", "example.org", "example.org", ""},
    {"permitted;DNS:example.org", "mail.notexample.org", "mail.notexample.org",
     "name-constraints"},
    {"permitted;DNS:example.org", "mail.example.org www.example.net",
     "mail.example.org", "name-constraints"},
    {"permitted;DNS:example.org", "mail.example.org .example.org",
     "mail.example.org", "name-constraints"},
    {"permitted;DNS:example.org", "*.example.org", "mail.example.org", ""},
    {"permitted;DNS:mail.example.org", "*.example.org", "mail.example.org",
     "name-constraints"},
    {"permitted;DNS:example.net", "IP:192.0.2.1", "192.0.2.1", ""},
    {"excluded;DNS:example.net", "mail.example.org", "mail.example.org", ""},
    {"excluded;DNS:example.org", "mail.example.org", "mail.example.org",
     "name-constraints"},
    /* The wildcard covers a name that is excluded. */
    {"excluded;DNS:bar.example.org", "*.example.org", "mail.example.org",
     "name-constraints"},
    {"excluded;DNS:BAR.example.org", "*.example.org", "mail.example.org",
     "name-constraints"},
    {"excluded;DNS:a.bar.example.org", "*.example.org", "mail.example.org", ""},
    {"excluded;DNS:bar.example.net", "*.example.org", "mail.example.org", ""},
    {"permitted;DNS:example.org,excluded;DNS:bar.example.org", "*.example.org",
     "mail.example.org", "name-constraints"},
    {"permitted;IP:192.0.2.0/255.255.255.0", "IP:192.0.2.1", "192.0.2.1", ""},
    {"permitted;IP:192.0.2.0/255.255.255.0", "IP:192.0.3.1", "192.0.3.1",
     "name-constraints"},
    {"excluded;IP:192.0.2.0/255.255.255.0", "IP:192.0.2.1", "192.0.2.1",
     "name-constraints"},
    {"permitted;IP:192.0.2.0/255.255.255.0", "mail.example.org",
     "mail.example.org", ""},
};

static void limits_of_issuers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(limited) / sizeof(limited[0]); i++) {
        X509 *issuer = make(&(struct recipe){AUTHORITY("Middle"),
                                             .extra_nid = NID_name_constraints,
                                             .extra = limited[i].limits},
                            middle_key, root, root_key);
        X509 *leaf =
            named(limited[i].names, leaf_key, issuer, middle_key, false);
        struct verdict v;

        judge(&v, leaf, issuer, limited[i].host, NOW);
        assert_words(&v, limited[i].wanted);
        verdict_release(&v);
        X509_free(leaf);
        X509_free(issuer);
    }
}

/* Signs both; key identifiers tell OpenSSL that the lower one, though named
 * like the upper, did not sign itself. */
static X509 *linked(const char *name, const char *names, X509 *upper)
{
    char san[60];
    X509 *lower;

    add(upper, root, NID_subject_key_identifier, "hash");
    X509_sign(upper, root_key, EVP_sha256());
    snprintf(san, sizeof(san), "DNS:%s", names);
    lower =
        draft(&(struct recipe){AUTHORITY(name), .san = san}, other_key, upper);
    add(lower, upper, NID_subject_key_identifier, "hash");
    add(lower, upper, NID_authority_key_identifier, "keyid:always");
    X509_sign(lower, middle_key, EVP_sha256());
    return lower;
}

/* The limits of an issuer hold for the authorities below it as well, but not
 * for its own renewals. */
static void limits_further_up(void **state)
{
    static const struct {
        const char *name, *names, *wanted;
    } cases[] = {
        {"Lower", "mail.example.org", ""},
        {"Lower", "*.example.org", "name-constraints"},
        {"Limited", "*.example.org", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        X509 *upper = draft(
            &(struct recipe){AUTHORITY("Limited"),
                             .extra_nid = NID_name_constraints,
                             .extra = "critical,excluded;DNS:bar.example.org"},
            middle_key, root);
        X509 *lower = linked(cases[i].name, cases[i].names, upper);
        X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, lower, other_key);
        STACK_OF(X509) *sent = sk_X509_new_null();
        const struct verdict_request request = {
            .host = "mail.example.org", .store = store, .now = NOW};
        struct verdict v;

        sk_X509_push(sent, leaf);
        sk_X509_push(sent, lower);
        sk_X509_push(sent, upper);
        assert_true(verdict_judge(&v, sent, &request, NULL));
        assert_words(&v, cases[i].wanted);
        verdict_release(&v);
        sk_X509_free(sent);
        X509_free(leaf);
        X509_free(lower);
        X509_free(upper);
    }
}

/* -- the form -------------------------------------------------------------- */

/* What no working authority issues, and what private ones do every day. */
static const struct {
    struct recipe issuer, leaf;
    const char *wanted, *says;
} forms[] = {
    {{AUTHORITY("Middle")}, {LEAF}, "", NULL},
    {{AUTHORITY("Middle"), .constraints = "CA:TRUE"}, {LEAF}, "", NULL},
    {{AUTHORITY("Middle")},
     {LEAF, .usage = "digitalSignature,keyCertSign"},
     "bad-encoding",
     "contradicts itself"},
    {{AUTHORITY("Middle")},
     {LEAF, .constraints = "CA:FALSE,pathlen:0"},
     "bad-encoding",
     "contradicts itself"},
    {{AUTHORITY("Middle")},
     {LEAF, .extra_nid = NID_name_constraints,
      .extra = "permitted;DNS:example.org"},
     "bad-encoding",
     "sets limits"},
    {{AUTHORITY("Middle")},
     {LEAF, .extra_nid = NID_subject_key_identifier, .extra = "01:02"},
     "",
     NULL},
};

static void form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        X509 *issuer = make(&forms[i].issuer, middle_key, root, root_key);
        X509 *leaf = make(&forms[i].leaf, leaf_key, issuer, middle_key);
        struct verdict v;

        judge(&v, leaf, issuer, "mail.example.org", NOW);
        assert_words(&v, forms[i].wanted);
        if (forms[i].says)
            assert_non_null(
                strstr(v.sentences[FAULT_BAD_ENCODING], forms[i].says));
        verdict_release(&v);
        /* What nobody vouches for may have any form: an exception is about the
         * one certificate. */
        judge(&v, leaf, NULL, "mail.example.org", NOW);
        assert_words(&v, "incomplete-chain");
        verdict_release(&v);
        X509_free(leaf);
        X509_free(issuer);
    }
}

static void names_left_out(void **state)
{
    X509 *leaf = draft(&(struct recipe){LEAF}, leaf_key, middle);
    X509_NAME *empty = X509_NAME_new();
    X509_EXTENSION *names;
    struct verdict v;

    (void)state;
    X509_set_subject_name(leaf, empty);
    X509_sign(leaf, middle_key, EVP_sha256());
    judge(&v, leaf, middle, "mail.example.org", NOW);
    assert_words(&v, "bad-encoding");
    assert_non_null(strstr(v.sentences[FAULT_BAD_ENCODING], "no subject"));
    verdict_release(&v);
    names =
        X509_get_ext(leaf, X509_get_ext_by_NID(leaf, NID_subject_alt_name, -1));
    X509_EXTENSION_set_critical(names, 1);
    X509_sign(leaf, middle_key, EVP_sha256());
    judge(&v, leaf, middle, "mail.example.org", NOW);
    assert_words(&v, "");
    verdict_release(&v);
    X509_NAME_free(empty);
    X509_free(leaf);
}

static void dsa(void **state)
{
    EVP_PKEY *params = NULL, *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_DSA, NULL);
    X509 *leaf;
    struct verdict v;

    (void)state;
    EVP_PKEY_paramgen_init(ctx);
    EVP_PKEY_CTX_set_dsa_paramgen_bits(ctx, 2048);
    assert_true(EVP_PKEY_paramgen(ctx, &params) > 0);
    EVP_PKEY_CTX_free(ctx);
    ctx = EVP_PKEY_CTX_new(params, NULL);
    EVP_PKEY_keygen_init(ctx);
    assert_true(EVP_PKEY_keygen(ctx, &key) > 0);
    leaf = make(&(struct recipe){LEAF}, key, middle, middle_key);
    judge(&v, leaf, middle, "mail.example.org", NOW);
    assert_words(&v, "weak-key");
    assert_non_null(strstr(v.sentences[FAULT_WEAK_KEY], "DSA"));
    verdict_release(&v);
    X509_free(leaf);
    EVP_PKEY_free(key);
    EVP_PKEY_free(params);
    EVP_PKEY_CTX_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host),
        cmocka_unit_test(hostile_names),
        cmocka_unit_test(limits_of_issuers),
        cmocka_unit_test(limits_further_up),
        cmocka_unit_test(form),
        cmocka_unit_test(names_left_out),
        cmocka_unit_test(dsa),
    };

    return cmocka_run_group_tests_name("names", tests, set_up, tear_down);
}
