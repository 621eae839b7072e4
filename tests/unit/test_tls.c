/* SPDX-License-Identifier: MIT */
/* tls and stream over it: what is judged, when, and what leaves before. */
#include "tests/unit/peer.h"

#include "core/net/stream.h"

#include <openssl/ocsp.h>
#include <openssl/rsa.h>
#include <time.h>

#define PATIENCE_MS 20000 /* nothing here waits for a deadline */

static struct peer_pki pki;
static struct authorities *authorities;
static struct tls_context *context;
static struct loop *loop;

static int set_up(void **state)
{
    signal(SIGPIPE, SIG_IGN);
    alarm(100);
    (void)state;
    peer_pki_make(&pki);
    loop = loop_new(NULL, NULL);
    authorities = authorities_new(false);
    X509_STORE_add_cert(authorities_store(authorities), pki.ca);
    context = tls_context_new(authorities, NULL);
    return context ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    tls_context_free(context);
    authorities_free(authorities);
    loop_free(loop);
    peer_pki_free(&pki);
    return 0;
}

struct client {
    struct stream *stream;
    struct tls_request request;
    bool allow;  /* what accept answers */
    bool follow; /* it answers what the verdict says */
    unsigned asked;
    fault_set faults;
    bool secured, closed, over;
    enum reason reason;
    char text[640], version[16];
    size_t got, wanted; /* bytes, taken at once */
};

static bool accept_it(void *arg, const struct verdict *verdict)
{
    struct client *c = arg;

    c->asked++;
    c->faults = verdict->faults;
    assert_false(c->secured);
    return c->follow ? verdict->trusted : c->allow;
}

static void connected(void *arg)
{
    struct client *c = arg;
    struct error e = {0};

    assert_true(stream_start_tls(c->stream, context, &c->request, &e));
}

static void secured(void *arg)
{
    struct client *c = arg;

    c->secured = true;
    snprintf(c->version, sizeof(c->version), "%s",
             tls_version(stream_tls(c->stream)));
    assert_non_null(tls_verdict(stream_tls(c->stream)));
    assert_true(*tls_cipher(stream_tls(c->stream)) != '\0');
    stream_write(c->stream, "hello\r\n", 7);
}

static void readable(void *arg)
{
    struct client *c = arg;

    c->got += stream_input(c->stream)->len;
    buf_consume(stream_input(c->stream), stream_input(c->stream)->len);
    c->over = c->over || (c->wanted && c->got >= c->wanted);
}

static void closed(void *arg)
{
    struct client *c = arg;

    c->closed = c->over = true;
}

static void failed(void *arg, const struct failure *failure)
{
    struct client *c = arg;

    c->reason = failure->reason;
    snprintf(c->text, sizeof(c->text), "%s", failure->text);
    c->over = true;
}

static const struct stream_events events = {.connected = connected,
                                            .secured = secured,
                                            .readable = readable,
                                            .closed = closed,
                                            .failed = failed};

/* Connects, and turns until it is over. */
static void talk(struct client *c, unsigned port, const char *host,
                 size_t max_input)
{
    struct address address;

    assert_true(address_parse("127.0.0.1", &address));
    c->request.host = host;
    c->request.now = time(NULL);
    c->request.accept = accept_it;
    c->request.arg = c;
    c->stream = stream_new(loop, &events, c, max_input);
    stream_connect(c->stream, &address, 1, port, true);
    while (!c->over)
        loop_turn(loop, -1);
    stream_free(c->stream);
}

static const char *const greet[1][PEER_LINES] = {
    {"T", "H hello", "S hi", "H bye"}};

static const struct {
    const char *name, *host;
    struct peer_terms terms;
    enum tls_minimum minimum;
    bool allow;
    enum reason reason;
    fault_set faults;
    const char *version, *sni;
} handshakes[] = {
    {"good",
     "localhost",
     {0},
     TLS_MINIMUM_1_2,
     true,
     REASON_NONE,
     0,
     "TLS 1.3",
     "sni localhost\n"},
    {"good 1.2",
     "localhost",
     {.max_version = TLS1_2_VERSION},
     TLS_MINIMUM_1_2,
     true,
     REASON_NONE,
     0,
     "TLS 1.2",
     "sni localhost\n"},
    {"an address has no SNI",
     "127.0.0.1",
     {0},
     TLS_MINIMUM_1_2,
     true,
     REASON_NONE,
     0,
     "TLS 1.3",
     "sni -\n"},
    {"another name",
     "mail.example.org",
     {0},
     TLS_MINIMUM_1_2,
     false,
     REASON_CERTIFICATE,
     FAULT_BIT(FAULT_WRONG_HOST),
     NULL,
     "sni mail.example.org\n"},
    {"faulty, but accepted",
     "mail.example.org",
     {.certificate = PEER_SELF},
     TLS_MINIMUM_1_2,
     true,
     REASON_NONE,
     FAULT_BIT(FAULT_WRONG_HOST) | FAULT_BIT(FAULT_SELF_SIGNED),
     "TLS 1.3",
     NULL},
    {"trusted, but not accepted",
     "localhost",
     {0},
     TLS_MINIMUM_1_2,
     false,
     REASON_CERTIFICATE,
     0,
     NULL,
     NULL},
    {"1.3 wanted, 1.2 there",
     "localhost",
     {.max_version = TLS1_2_VERSION},
     TLS_MINIMUM_1_3,
     true,
     REASON_TLS_VERSION,
     0,
     NULL,
     NULL},
    {"1.1 there",
     "localhost",
     {.old = true},
     TLS_MINIMUM_1_2,
     true,
     REASON_TLS_VERSION,
     0,
     NULL,
     NULL},
};

static void test_handshakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(handshakes) / sizeof(handshakes[0]); i++) {
        struct client c = {.allow = handshakes[i].allow,
                           .request.minimum = handshakes[i].minimum,
                           .wanted = 4};
        struct peer peer;

        peer_start(&peer, &pki, &handshakes[i].terms, greet, 1);
        talk(&c, peer.port, handshakes[i].host, PATIENCE_MS);
        if (c.reason != handshakes[i].reason ||
            c.faults != handshakes[i].faults)
            fail_msg("%s: reason %d, faults %x: %s", handshakes[i].name,
                     (int)c.reason, (unsigned)c.faults, c.text);
        assert_int_equal(c.asked,
                         handshakes[i].reason == REASON_TLS_VERSION ? 0 : 1);
        assert_int_equal(c.secured, handshakes[i].version != NULL);
        assert_string_equal(c.version,
                            handshakes[i].version ? handshakes[i].version : "");
        /* Not one byte of ours goes over a connection that is not accepted. */
        assert_int_equal(strstr(peer.heard, "hello") != NULL, c.secured);
        for (int k = 0;
             k < 200 && handshakes[i].sni && !strchr(peer.heard, '\n'); k++)
            usleep(10000);
        if (handshakes[i].sni && strncmp(peer.heard, handshakes[i].sni,
                                         strlen(handshakes[i].sni)) != 0)
            fail_msg("%s: %s", handshakes[i].name, peer.heard);
        peer_stop(&peer);
    }
}

/* A weak certificate must come as far as the verdict, which can say what is
 * wrong with it. */
static void test_weak_certificates(void **state)
{
    EVP_PKEY *weak = EVP_RSA_gen(1024), *strong = EVP_RSA_gen(2048);
    const struct {
        const char *name;
        EVP_PKEY *key;
        const EVP_MD *digest;
        enum fault fault;
    } cases[] = {
        {"RSA 1024", weak, EVP_sha256(), FAULT_WEAK_KEY},
        {"SHA-1", strong, EVP_sha1(), FAULT_WEAK_SIGNATURE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (int version = 0; version < 2; version++) {
            struct client c = {.allow = false};
            struct peer_terms terms = {
                .own =
                    peer_certificate(cases[i].key, "localhost", "DNS:localhost",
                                     pki.ca, pki.ca_key, cases[i].digest),
                .own_key = cases[i].key,
                .max_version = version ? TLS1_2_VERSION : 0};
            struct peer peer;

            peer_start(&peer, &pki, &terms, greet, 1);
            talk(&c, peer.port, "localhost", PATIENCE_MS);
            if (c.reason != REASON_CERTIFICATE ||
                c.faults != FAULT_BIT(cases[i].fault))
                fail_msg("%s: reason %d, faults %x: %s", cases[i].name,
                         (int)c.reason, (unsigned)c.faults, c.text);
            peer_stop(&peer);
            X509_free(terms.own);
        }
    EVP_PKEY_free(weak);
    EVP_PKEY_free(strong);
}

static unsigned char *make_proof(X509 *leaf, int status, size_t *len)
{
    OCSP_BASICRESP *answer = OCSP_BASICRESP_new();
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), leaf, pki.ca);
    ASN1_TIME *from = ASN1_GENERALIZEDTIME_set(NULL, time(NULL) - 60);
    ASN1_TIME *until = ASN1_GENERALIZEDTIME_set(NULL, time(NULL) + 3600);
    OCSP_RESPONSE *response;
    unsigned char *der = NULL;

    OCSP_basic_add1_status(answer, id, status, 0, from, from, until);
    OCSP_basic_sign(answer, pki.ca, pki.ca_key, EVP_sha256(), NULL, 0);
    response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, answer);
    *len = (size_t)i2d_OCSP_RESPONSE(response, &der);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(answer);
    OCSP_CERTID_free(id);
    ASN1_GENERALIZEDTIME_free(from);
    ASN1_GENERALIZEDTIME_free(until);
    return der;
}

/* The proof is there when it is judged, in both versions. */
static void test_stapled_proof(void **state)
{
    static const struct {
        int status; /* -1: no proof is sent */
        enum reason reason;
        fault_set faults;
    } cases[] = {
        {V_OCSP_CERTSTATUS_GOOD, REASON_NONE, 0},
        {V_OCSP_CERTSTATUS_REVOKED, REASON_CERTIFICATE,
         FAULT_BIT(FAULT_REVOKED)},
        {-1, REASON_CERTIFICATE, FAULT_BIT(FAULT_REVOCATION_UNKNOWN)},
    };
    X509 *leaf = X509_dup(pki.good);
    X509_EXTENSION *demand =
        X509V3_EXT_conf_nid(NULL, NULL, NID_tlsfeature, "status_request");

    (void)state;
    X509_add_ext(leaf, demand, -1);
    X509_sign(leaf, pki.ca_key, EVP_sha256());
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        struct client c = {.follow = true, .wanted = 1};
        struct peer_terms terms = {.own = leaf,
                                   .own_key = pki.key,
                                   .max_version = i % 2 ? TLS1_2_VERSION : 0};
        unsigned char *der = NULL;
        struct peer peer;

        if (cases[i / 2].status >= 0)
            der = make_proof(leaf, cases[i / 2].status, &terms.staple_len);
        terms.staple = der;
        peer_start(&peer, &pki, &terms, greet, 1);
        talk(&c, peer.port, "localhost", PATIENCE_MS);
        assert_int_equal(c.faults, cases[i / 2].faults);
        assert_int_equal(c.reason, cases[i / 2].reason);
        assert_int_equal(c.secured, !cases[i / 2].faults);
        peer_stop(&peer);
        OPENSSL_free(der);
    }
    X509_EXTENSION_free(demand);
    X509_free(leaf);
}

/* Whether and when the person's own certificate is shown. */
static void test_own_certificate(void **state)
{
    EVP_PKEY *strong = EVP_EC_gen("P-256"), *weak = EVP_RSA_gen(512);
    const struct {
        EVP_PKEY *key; /* NULL: none is set */
        bool asked, demanded, allow;
        enum reason reason;
        const char *heard, *text;
    } cases[] = {
        {strong, true, false, true, 0, "client Ann\n", ""},
        {NULL, true, false, true, 0, "client -\n", ""},
        {strong, false, false, true, 0, "sni localhost\nhello", ""},
        {weak, true, false, true, 0, "client -\n", ""},
        {strong, true, false, false, REASON_CERTIFICATE, "", "could not prove"},
        {strong, false, true, false, REASON_CERTIFICATE, "", "could not prove"},
        {NULL, false, true, true, REASON_CLIENT_CERTIFICATE, "", "none is set"},
        {weak, false, true, true, REASON_CLIENT_CERTIFICATE, "", "too weak"},
        {strong, false, true, true, REASON_CLIENT_CERTIFICATE, "",
         "refuses your certificate \"Ann's\": "},
    };

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        EVP_PKEY *key = cases[i / 2].key;
        struct client_identity own = {
            .x509 = key ? peer_certificate(key, "Ann", "email:a@b", NULL, key,
                                           EVP_sha256())
                        : NULL,
            .chain = key ? sk_X509_new_null() : NULL,
            .key = key,
            .label = (char *)"Ann's"};
        struct client c = {
            .allow = cases[i / 2].allow, .request.identity = &own, .wanted = 1};
        struct peer_terms terms = {.max_version = i % 2 ? TLS1_2_VERSION : 0,
                                   .asks_certificate = cases[i / 2].asked,
                                   .wants_certificate = cases[i / 2].demanded};
        struct peer peer;

        peer_start(&peer, &pki, &terms, greet, 1);
        talk(&c, peer.port, "localhost", PATIENCE_MS);
        print_message("# %zu: %s %s\n", i, peer.heard, c.text);
        assert_int_equal(c.reason, cases[i / 2].reason);
        assert_non_null(strstr(c.text, cases[i / 2].text));
        assert_non_null(strstr(peer.heard, cases[i / 2].heard));
        if (!cases[i / 2].allow)
            assert_null(strstr(peer.heard, "client Ann"));
        peer_stop(&peer);
        X509_free(own.x509);
        sk_X509_free(own.chain);
    }
    EVP_PKEY_free(strong);
    EVP_PKEY_free(weak);
}

/* More comes than the input holds: what is left inside the TLS library must
 * not be forgotten there. */
static void test_more_than_fits(void **state)
{
    static char line[4000];
    static const char *script[1][PEER_LINES] = {{"T", "H hello"}};
    const struct peer_terms terms = {0};
    struct client c = {.allow = true, .wanted = 30 * 4000};
    struct peer peer;

    (void)state;
    memset(line, 'x', sizeof(line) - 1);
    memcpy(line, "S ", 2);
    for (int i = 2; i < 32; i++)
        script[0][i] = line;
    script[0][32] = "Z";
    peer_start(&peer, &pki, &terms, script, 1);
    c.wanted = 30 * (strlen(line) - 2 + 2);
    talk(&c, peer.port, "localhost", PATIENCE_MS);
    assert_int_equal(c.got, c.wanted);
    peer_stop(&peer);
}

static void test_end_without_notice(void **state)
{
    static const char *const script[1][PEER_LINES] = {{"T", "H hello", "S hi"}};
    const struct peer_terms terms = {0};
    struct client c = {.allow = true};
    struct peer peer;

    (void)state;
    peer_start(&peer, &pki, &terms, script, 1);
    talk(&c, peer.port, "localhost", PATIENCE_MS);
    assert_true(c.closed);
    assert_int_equal(c.got, 4);
    assert_int_equal(c.reason, REASON_NONE);
    peer_stop(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handshakes),
        cmocka_unit_test(test_stapled_proof),
        cmocka_unit_test(test_own_certificate),
        cmocka_unit_test(test_weak_certificates),
        cmocka_unit_test(test_more_than_fits),
        cmocka_unit_test(test_end_without_notice),
    };

    return cmocka_run_group_tests_name("tls", tests, set_up, tear_down);
}
