/* SPDX-License-Identifier: MIT */
/* The mechanisms with the examples of their RFCs. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "core/base/text.h"
#include "core/mail/mechanism.h"
#include "core/mail/scram.h"
#include "tests/server/scram_server.h"

#include <gsasl.h>

/* Instead of libgsasl's own: a nonce that can be written down. */
static const unsigned char *nonce = (const unsigned char *)"0123456789abcdefgh";
int gsasl_nonce(char *data, size_t datalen)
{
    for (size_t i = 0; i < datalen; i++)
        data[i] = (char)nonce[i % 18];
    return GSASL_OK;
}

static const struct mechanism *named(const char *name)
{
    for (size_t i = 0; i < mechanism_count(); i++)
        if (strcmp(mechanism_at(i)->name, name) == 0)
            return mechanism_at(i);
    fail_msg("no mechanism %s", name);
    return NULL;
}

static struct failure failure;

/* Plays one step and compares with `wanted`; NULL: must fail. */
static void step(struct exchange *x, const char *challenge, const char *wanted,
                 size_t wanted_len)
{
    struct buf out;
    bool ok;

    buf_init(&out, MECHANISM_MESSAGE_MAX);
    failure = (struct failure){0};
    ok = exchange_step(x, challenge, strlen(challenge), &out, &failure);
    if (!wanted) {
        assert_false(ok);
        assert_int_equal(out.len, 0);
        assert_true(strlen(failure.text) > 10);
    } else {
        if (!ok)
            fail_msg("%s", failure.text);
        assert_int_equal(out.len, wanted_len);
        assert_memory_equal(out.data, wanted, wanted_len);
    }
    buf_release(&out);
}

static void step_text(struct exchange *x, const char *challenge,
                      const char *wanted)
{
    step(x, challenge, wanted, wanted ? strlen(wanted) : 0);
}

/* -- the simple ones ------------------------------------------------------- */

static const struct credentials tim = {.user = "tim",
                                       .password = "tanstaaftanstaaf"};

/* RFC 4616 section 4. */
static void test_plain(void **state)
{
    struct exchange x = {.mechanism = named("PLAIN"), .credentials = &tim};

    (void)state;
    assert_false(exchange_accept(&x, &failure));
    step(&x, "", "\0tim\0tanstaaftanstaaf", 21);
    assert_true(exchange_accept(&x, &failure));
    step(&x, "", NULL, 0);
    assert_int_equal(failure.reason, REASON_PROTOCOL);
    exchange_release(&x);
}

static void test_login(void **state)
{
    struct exchange x = {.mechanism = named("LOGIN"), .credentials = &tim};

    (void)state;
    step_text(&x, "Username:", "tim");
    assert_false(exchange_accept(&x, &failure));
    step_text(&x, "Password:", "tanstaaftanstaaf");
    assert_true(exchange_accept(&x, &failure));
    step_text(&x, "And?", NULL);
    exchange_release(&x);
}

/* RFC 2195 section 2. */
static void test_cram_md5(void **state)
{
    struct exchange x = {.mechanism = named("CRAM-MD5"), .credentials = &tim};

    (void)state;
    assert_false(x.mechanism->client_first);
    assert_false(x.mechanism->clear);
    step_text(&x, "<1896.697170952@postoffice.reston.mci.net>",
              "tim b913a602c7eda7a495b4e6e7334d3890");
    assert_true(exchange_accept(&x, &failure));
    step_text(&x, "<again>", NULL);
    exchange_release(&x);
    x = (struct exchange){.mechanism = named("CRAM-MD5"), .credentials = &tim};
    step_text(&x, "", NULL);
    exchange_release(&x);
}

/* RFC 4422 appendix A. */
static void test_external(void **state)
{
    static const struct credentials nobody = {0};
    struct exchange x = {.mechanism = named("EXTERNAL"),
                         .credentials = &nobody};

    (void)state;
    step_text(&x, "", "");
    assert_true(exchange_accept(&x, &failure));
    exchange_release(&x);
    x = (struct exchange){.mechanism = named("EXTERNAL"), .credentials = &tim};
    step_text(&x, "", "tim");
    exchange_release(&x);
}

/* RFC 7628 sections 4.1 and 4.3. */
static void test_oauthbearer(void **state)
{
    static const struct credentials c = {
        .user = "user@example.com",
        .token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="};
    static const char message[] =
        "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9M"
        "TQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMj"
        "l0Q2c9PQEB";
    static const char json[] =
        "{\"status\":\"invalid_token\",\"scope\":\"example_scope\"}";
    struct exchange x = {.mechanism = named("OAUTHBEARER"),
                         .credentials = &c,
                         .host = "server.example.com",
                         .port = 143};
    unsigned char wanted[300];
    size_t len;

    (void)state;
    assert_true(text_base64_decode(message, wanted, sizeof(wanted), &len));
    step(&x, "", (const char *)wanted, len);
    assert_true(exchange_accept(&x, &failure));
    step(&x, json, "\001", 1);
    assert_string_equal(x.refusal, json);
    assert_false(exchange_accept(&x, &failure));
    step_text(&x, "more", NULL);
    exchange_release(&x);
}

static void test_oauthbearer_name(void **state)
{
    static const struct credentials c = {.user = "a=b,c", .token = "t"};
    struct exchange x = {.mechanism = named("OAUTHBEARER"), .credentials = &c};

    (void)state;
    step_text(&x, "", "n,a=a=3Db=2Cc,\001auth=Bearer t\001\001");
    exchange_release(&x);
}

/* The example of Google's description. */
static void test_xoauth2(void **state)
{
    static const struct credentials c = {
        .user = "someuser@example.com",
        .token = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"};
    static const char message[] =
        "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxb"
        "VRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==";
    struct exchange x = {.mechanism = named("XOAUTH2"), .credentials = &c};
    unsigned char wanted[300];
    size_t len;

    (void)state;
    assert_true(text_base64_decode(message, wanted, sizeof(wanted), &len));
    step(&x, "", (const char *)wanted, len);
    step_text(&x, "{\"status\":\"400\"}\x1b[2J", "");
    assert_string_equal(x.refusal, "{\"status\":\"400\"}\\x1B[2J");
    exchange_release(&x);
}

/* -- SCRAM ----------------------------------------------------------------- */

static const struct credentials pencil = {.user = "user", .password = "pencil"};

/* RFC 5802 section 5. */
static void test_scram_sha_1(void **state)
{
    struct exchange x = {.mechanism = named("SCRAM-SHA-1"),
                         .credentials = &pencil,
                         .secure = true};
    unsigned char own[18];
    size_t len;

    (void)state;
    assert_true(
        text_base64_decode("fyko+d2lbbFgONRv9qkxdawL", own, sizeof(own), &len));
    nonce = own;
    step_text(&x, "", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
    step_text(&x,
              "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
              "s=QSXCR+Q6sek8bf92,i=4096",
              "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
              "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    assert_false(exchange_accept(&x, &failure));
    assert_int_equal(failure.reason, REASON_LOGIN);
    assert_non_null(strstr(failure.text, "did not prove that it knows"));
    step_text(&x, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "");
    assert_true(exchange_accept(&x, &failure));
    step_text(&x, "", NULL);
    exchange_release(&x);
    nonce = (const unsigned char *)"0123456789abcdefgh";
}

/* RFC 7677 section 3, against the server of the tests (libgsasl's nonces have
 * another length than the example's). */
static void test_scram_server(void **state)
{
    struct scram_server s = {.sha256 = true,
                             .user = "user",
                             .password = "pencil",
                             .salt = "W22ZaJ0SNY7soEsUEjb6gQ==",
                             .nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
                             .iterations = 4096};
    char out[200];

    (void)state;
    assert_true(scram_server_begin(&s, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"));
    assert_string_equal(s.first,
                        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
    assert_true(scram_server_end(
        &s,
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        out));
    assert_string_equal(out, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

static const struct {
    const char *mechanism;
    const char *binding; /* the type of both sides, or NULL */
    bool offers_plus;
    const char *user, *password;
    const char *header;
} exchanges[] = {
    {"SCRAM-SHA-1", NULL, false, "ann", "secret", "n,,"},
    {"SCRAM-SHA-256", NULL, false, "ann", "secret", "n,,"},
    {"SCRAM-SHA-256", NULL, true, "ann", "secret", "n,,"},
    /* could bind, and the server does not say that it can */
    {"SCRAM-SHA-1", "tls-exporter", false, "ann", "secret", "y,,"},
    {"SCRAM-SHA-256", "tls-exporter", false, "ann", "secret", "y,,"},
    {"SCRAM-SHA-256", "tls-unique", false, "ann", "secret", "y,,"},
    /* it does, but something else was asked for */
    {"SCRAM-SHA-256", "tls-exporter", true, "ann", "secret", "n,,"},
    {"SCRAM-SHA-1-PLUS", "tls-exporter", true, "ann", "secret",
     "p=tls-exporter,,"},
    {"SCRAM-SHA-256-PLUS", "tls-exporter", true, "ann", "secret",
     "p=tls-exporter,,"},
    {"SCRAM-SHA-1-PLUS", "tls-unique", true, "ann", "secret", "p=tls-unique,,"},
    {"SCRAM-SHA-256-PLUS", "tls-unique", true, "ann", "secret",
     "p=tls-unique,,"},
    /* SASLprep: the ligature is "fi", the soft hyphen is nothing */
    {"SCRAM-SHA-256", NULL, false, "ann",
     "\xef\xac\x81\xc2\xad"
     "n",
     "n,,"},
};

static struct scram_server server_for(const struct exchange *x)
{
    const char *name = x->mechanism->name;
    struct scram_server s = {.sha256 = strstr(name, "256") != NULL,
                             .plus = x->mechanism->bound,
                             .offers_plus = x->plus_offered,
                             .user = "ann",
                             .password = x->credentials->password,
                             .salt = "QSXCR+Q6sek8bf92",
                             .nonce = "theirs",
                             .iterations = 4096,
                             .binding_type = x->binding.type,
                             .binding_len = x->binding.len};

    memcpy(s.binding, x->binding.bytes, x->binding.len);
    return s;
}

static struct exchange exchange_for(size_t i, const struct credentials *c)
{
    struct exchange x = {.mechanism = named(exchanges[i].mechanism),
                         .credentials = c,
                         .plus_offered = exchanges[i].offers_plus,
                         .secure = true};

    if (exchanges[i].binding) {
        x.binding.type = exchanges[i].binding;
        x.binding.len = 32;
        memset(x.binding.bytes, 0xb1, 32);
        x.binding.bytes[7] = 0; /* any byte may be in it */
    }
    return x;
}

/* The exchange with the server of the tests up to the client's final message,
 * which `out` then holds. */
static void play(struct exchange *x, struct scram_server *s, struct buf *out)
{
    assert_true(exchange_step(x, "", 0, out, &failure));
    if (!scram_server_begin(s, out->data))
        fail_msg("the server refuses %s: %s", out->data, s->first);
    if (!exchange_step(x, s->first, strlen(s->first), out, &failure))
        fail_msg("%s", failure.text);
}

static void test_scram_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(exchanges) / sizeof(exchanges[0]); i++) {
        const struct credentials c = {.user = exchanges[i].user,
                                      .password = exchanges[i].password};
        struct exchange x = exchange_for(i, &c);
        struct scram_server s = server_for(&x);
        struct buf out;
        char final[200];

        buf_init(&out, MECHANISM_MESSAGE_MAX);
        if ((unsigned char)s.password[0] >= 0x80)
            s.password = "fin";
        play(&x, &s, &out);
        assert_string_equal(s.header, exchanges[i].header);
        if (!scram_server_end(&s, out.data, final))
            fail_msg("case %zu: %s", i, final);
        assert_true(exchange_step(&x, final, strlen(final), &out, &failure));
        assert_int_equal(out.len, 0);
        assert_true(exchange_accept(&x, &failure));
        exchange_release(&x);
        buf_release(&out);
    }
}

/* Another TLS connection than the server's: somebody is in between. */
static void test_scram_binding(void **state)
{
    const struct credentials c = {.user = "ann", .password = "secret"};
    struct exchange x = exchange_for(8, &c);
    struct scram_server s = server_for(&x);
    struct buf out;
    char final[200];

    (void)state;
    buf_init(&out, MECHANISM_MESSAGE_MAX);
    s.binding[3] ^= 1;
    play(&x, &s, &out);
    assert_false(scram_server_end(&s, out.data, final));
    assert_string_equal(final, "e=channel-bindings-dont-match");
    step_text(&x, final, NULL);
    assert_int_equal(failure.reason, REASON_LOGIN);
    assert_non_null(strstr(failure.text, "in between"));
    exchange_release(&x);
    buf_release(&out);
}

/* Somebody struck -PLUS from the list: the server sees the flag y. */
static void test_scram_downgrade(void **state)
{
    const struct credentials c = {.user = "ann", .password = "secret"};
    struct exchange x = exchange_for(4, &c);
    struct scram_server s = server_for(&x);
    struct buf out;

    (void)state;
    buf_init(&out, MECHANISM_MESSAGE_MAX);
    s.offers_plus = true;
    assert_true(exchange_step(&x, "", 0, &out, &failure));
    assert_false(scram_server_begin(&s, out.data));
    step_text(&x, s.first, NULL);
    assert_non_null(strstr(failure.text, "in between"));
    exchange_release(&x);
    buf_release(&out);
}

static const struct {
    const char *first, *final; /* %s: what is right; NULL: not that far */
    enum reason reason;
    const char *text;
} lies[] = {
    {"%s", "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", REASON_LOGIN,
     "did not prove that it knows the password"},
    {"%s", "v=", REASON_LOGIN, "did not prove"},
    {"%s", "", REASON_LOGIN, "did not prove"},
    {"%s", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", REASON_LOGIN, "did not prove"},
    {"%s", "e=invalid-proof", REASON_LOGIN, "password is wrong"},
    {"%s", "e=\x1b[2J", REASON_LOGIN, "\\x1B"},
    {"%s", "e=unsupported-channel-binding-type", REASON_MECHANISM,
     "in this way"},
    {"%s", "e=no-resources", REASON_LOGIN_UNAVAILABLE, "right now"},
    {"", NULL, REASON_PROTOCOL, "SCRAM"},
    {"nonsense", NULL, REASON_PROTOCOL, "SCRAM"},
    {"m=x,%s", NULL, REASON_PROTOCOL, "SCRAM"},
    {"r=theirs,s=QSXCR+Q6sek8bf92,i=4096", NULL, REASON_PROTOCOL, "SCRAM"},
    {"%s,i=1", "v=AAAA", REASON_LOGIN, "did not prove"},
    {"r=MDEyMzQ1Njc4OWFiY2RlZmdoX,s=,i=4096", NULL, REASON_PROTOCOL, "salt"},
    {"r=MDEyMzQ1Njc4OWFiY2RlZmdoX,s=!!!!,i=4096", NULL, REASON_PROTOCOL,
     "salt"},
    {"r=MDEyMzQ1Njc4OWFiY2RlZmdoX,s=QSXC,i=0", NULL, REASON_PROTOCOL, "SCRAM"},
    {"r=MDEyMzQ1Njc4OWFiY2RlZmdoX,s=QSXC,i=-1", NULL, REASON_PROTOCOL, "SCRAM"},
    /* it would keep everything else waiting */
    {"r=MDEyMzQ1Njc4OWFiY2RlZmdoX,s=QSXC,i=2000000000", NULL, REASON_PROTOCOL,
     "2000000000 times"},
};

static void test_scram_lies(void **state)
{
    const struct credentials c = {.user = "ann", .password = "secret"};

    (void)state;
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct exchange x = exchange_for(1, &c);
        struct scram_server s = server_for(&x);
        const char *place = strstr(lies[i].first, "%s");
        char first[1200];
        struct buf out;
        bool ok;

        buf_init(&out, MECHANISM_MESSAGE_MAX);
        assert_true(exchange_step(&x, "", 0, &out, &failure));
        assert_true(scram_server_begin(&s, out.data));
        snprintf(first, sizeof(first), "%.*s%s%s",
                 place ? (int)(place - lies[i].first) : 0, lies[i].first,
                 place ? s.first : lies[i].first, place ? place + 2 : "");
        failure = (struct failure){0};
        ok = exchange_step(&x, first, strlen(first), &out, &failure);
        if (ok && lies[i].final)
            ok = exchange_step(&x, lies[i].final, strlen(lies[i].final), &out,
                               &failure);
        if (ok || failure.reason != lies[i].reason ||
            !strstr(failure.text, lies[i].text))
            fail_msg("lie %zu: %s, reason %d: %s", i, ok ? "taken" : "refused",
                     (int)failure.reason, failure.text);
        assert_false(exchange_accept(&x, &failure));
        exchange_release(&x);
        buf_release(&out);
    }
}

/* Outside TLS a listener could guess at the answer. */
static void test_scram_weak(void **state)
{
    const struct credentials c = {.user = "ann", .password = "secret"};

    (void)state;
    for (int secure = 0; secure < 2; secure++) {
        struct exchange x = exchange_for(1, &c);
        struct scram_server s = server_for(&x);
        struct buf out;

        buf_init(&out, MECHANISM_MESSAGE_MAX);
        x.secure = secure;
        s.iterations = 1000;
        assert_true(exchange_step(&x, "", 0, &out, &failure));
        assert_true(scram_server_begin(&s, out.data));
        assert_int_equal(
            exchange_step(&x, s.first, strlen(s.first), &out, &failure),
            secure);
        exchange_release(&x);
        buf_release(&out);
    }
}

static void test_scram_credentials(void **state)
{
    static const struct credentials bad[] = {
        {.user = "ann",
         .password = "\xd8\xa7"
                     "1"},                         /* directions mixed */
        {.user = "ann", .password = "gr\xfc\xdf"}, /* Latin-1 */
    };
    static const char *const why[] = {"RFC 4013", "not in UTF-8"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct exchange x = exchange_for(1, &bad[i]);

        step_text(&x, "", "n,,n=ann,r=MDEyMzQ1Njc4OWFiY2RlZmdo");
        step_text(&x, "r=MDEyMzQ1Njc4OWFiY2RlZmdoX,s=QSXC,i=4096", NULL);
        assert_int_equal(failure.reason, REASON_CREDENTIALS);
        assert_non_null(strstr(failure.text, why[i]));
        exchange_release(&x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_login),
        cmocka_unit_test(test_cram_md5),
        cmocka_unit_test(test_external),
        cmocka_unit_test(test_oauthbearer),
        cmocka_unit_test(test_oauthbearer_name),
        cmocka_unit_test(test_xoauth2),
        cmocka_unit_test(test_scram_sha_1),
        cmocka_unit_test(test_scram_server),
        cmocka_unit_test(test_scram_all),
        cmocka_unit_test(test_scram_binding),
        cmocka_unit_test(test_scram_downgrade),
        cmocka_unit_test(test_scram_lies),
        cmocka_unit_test(test_scram_weak),
        cmocka_unit_test(test_scram_credentials),
    };

    return cmocka_run_group_tests_name("mechanism", tests, NULL, NULL);
}
