/* SPDX-License-Identifier: MIT */
/* cures: what is offered about a certificate and in which order, which of its
 * names are worth trying, and the text for the operator. */
#include "tests/unit/pki.h"

#include "core/base/text.h"
#include "core/probe/name_check.h"
#include "core/probe/operator_text.h"

#define LATER (1795478400 + 100 * DAY) /* a clock that can be right */

/* A finished result with these faults, the chain as sent. */
static void result_of(struct probe_result *r, const char *target,
                      const char *host, const char *faults, X509 *const *chain)
{
    STACK_OF(X509) *sent = sk_X509_new_null();

    *r = (struct probe_result){.target = strdup(target),
                               .finished = true,
                               .reason = REASON_CERTIFICATE,
                               .failed_stage = STAGE_CERTIFICATE,
                               .has_verdict = true,
                               .when = LATER};
    r->endpoint = (struct endpoint){.service = SERVICE_IMAP, .port = 993};
    snprintf(r->endpoint.host, sizeof(r->endpoint.host), "%s", host);
    assert_true(fault_parse_words(faults, &r->verdict.faults));
    r->verdict.overridable = true;
    for (int f = 0; f < FAULT_COUNT; f++)
        if ((r->verdict.faults & FAULT_BIT(f)) && !fault_overridable(f))
            r->verdict.overridable = false;
    for (; *chain; chain++)
        sk_X509_push(sent, *chain);
    cert_chain_read(&r->verdict.sent, sent);
    sk_X509_free(sent);
}

/* "edit operator exception"; a value behind "=" */
static void kinds(const struct probe_result *r, const char *proven,
                  const char *wanted)
{
    struct cure cures[CURE_MAX];
    size_t count = probe_cures(r, proven, cures);
    char got[600] = "";

    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(got);

        assert_true(*cures[i].text != '\0');
        snprintf(got + len, sizeof(got) - len, "%s%s%s%s", i ? " " : "",
                 cure_word(cures[i].kind), *cures[i].value ? "=" : "",
                 cures[i].value);
    }
    assert_string_equal(got, wanted);
}

static X509 *leaf_for(const char *san)
{
    return make(
        &(struct recipe){
            .cn = "x", .san = san, .from = -10 * DAY, .until = 1000 * DAY},
        leaf_key, middle, middle_key);
}

static void order(void **state)
{
    static const struct {
        const char *faults, *proven, *target, *cures;
        long when; /* 0: LATER */
        enum exception_state exception;
    } cases[] = {
        {.faults = "not-yet-valid",
         .cures = "clock view operator disable=no exception"},
        {.faults = "wrong-host not-yet-valid",
         .cures = "clock edit view operator disable=no exception"},
        {.faults = "wrong-host",
         .proven = "mail.example.org",
         .cures = "set=mail.example.org view operator disable=no exception"},
        {.faults = "self-signed",
         .cures = "view operator disable=no exception"},
        {.faults = "self-signed",
         .target = "smtp:relay",
         .cures = "view operator exception"},
        {.faults = "self-signed",
         .target = "imaps://a.example/incoming",
         .cures = "view operator exception"},
        /* a proven name is nothing where the name was not what failed */
        {.faults = "self-signed",
         .proven = "mail.example.org",
         .cures = "view operator disable=no exception"},
        {.faults = "expired", .cures = "view operator disable=no exception"},
        {.faults = "expired",
         .when = 1000000000,
         .cures = "clock view operator disable=no exception"},
        {.faults = "expired",
         .when = 4000000000,
         .cures = "clock view operator disable=no exception"},
        {.faults = "self-signed",
         .when = 1000000000,
         .cures = "view operator disable=no exception"},
        /* never overridable: the other cures stay */
        {.faults = "revoked", .cures = "view operator disable=no"},
        {.faults = "bad-purpose wrong-host",
         .cures = "edit view operator disable=no"},
        {.faults = "wrong-host",
         .exception = EXCEPTION_CHANGED,
         .cures = "compare edit view operator disable=no"},
    };
    X509 *leaf = leaf_for("DNS:www.example.org");

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct probe_result r;

        result_of(&r, cases[i].target ? cases[i].target : "work/incoming",
                  "imap.example.org", cases[i].faults, (X509 *[]){leaf, NULL});
        r.when = cases[i].when ? cases[i].when : LATER;
        r.exception = cases[i].exception;
        kinds(&r, cases[i].proven, cases[i].cures);
        probe_result_release(&r);
    }
    X509_free(leaf);
}

static void clock_words(void **state)
{
    X509 *leaf = leaf_for("DNS:imap.example.org");
    struct cure cures[CURE_MAX];
    struct probe_result r;

    (void)state;
    result_of(&r, "work/incoming", "imap.example.org", "not-yet-valid",
              (X509 *[]){leaf, NULL});
    r.when = NOW;
    assert_true(probe_cures(&r, NULL, cures) > 0);
    assert_string_equal(
        cures[0].text,
        "Correct this computer's clock: it says 2026-09-21 14:13 UTC");
    /* An issuer that begins later is the clock's fault, one that ended is
     * not. */
    r.verdict.faults = FAULT_BIT(FAULT_EXPIRED_ISSUER);
    r.when = LATER;
    kinds(&r, NULL, "view operator disable=no exception");
    r.verdict.sent.certs[0].not_before = LATER + DAY;
    kinds(&r, NULL, "clock view operator disable=no exception");
    probe_result_release(&r);
    X509_free(leaf);
}

static void private_roots(void **state)
{
    X509 *leaf = leaf_for("DNS:imap.example.org");
    X509 *other =
        make(&(struct recipe){AUTHORITY("Root")}, other_key, NULL, NULL);
    static const char *const hopeless[] = {
        "unknown-issuer bad-signature", "unknown-issuer distrusted",
        "unknown-issuer revoked", "self-signed", "incomplete-chain"};
    struct probe_result r;

    (void)state;
    result_of(&r, "work/incoming", "imap.example.org", "unknown-issuer",
              (X509 *[]){leaf, middle, root, NULL});
    assert_ptr_equal(probe_private_root(&r), &r.verdict.sent.certs[2]);
    for (size_t i = 0; i < sizeof(hopeless) / sizeof(hopeless[0]); i++) {
        assert_true(fault_parse_words(hopeless[i], &r.verdict.faults));
        assert_null(probe_private_root(&r));
    }
    probe_result_release(&r);
    /* in any order */
    result_of(&r, "work/incoming", "imap.example.org",
              "unknown-issuer wrong-host",
              (X509 *[]){leaf, root, middle, NULL});
    assert_ptr_equal(probe_private_root(&r), &r.verdict.sent.certs[1]);
    probe_result_release(&r);
    /* not sent; of that name, but another key; nothing but itself */
    result_of(&r, "work/incoming", "imap.example.org", "unknown-issuer",
              (X509 *[]){leaf, middle, NULL});
    assert_null(probe_private_root(&r));
    probe_result_release(&r);
    result_of(&r, "work/incoming", "imap.example.org", "unknown-issuer",
              (X509 *[]){leaf, middle, other, NULL});
    assert_null(probe_private_root(&r));
    probe_result_release(&r);
    result_of(&r, "work/incoming", "imap.example.org", "unknown-issuer",
              (X509 *[]){root, NULL});
    assert_null(probe_private_root(&r));
    probe_result_release(&r);
    X509_free(other);
    X509_free(leaf);
}

static void candidates(void **state)
{
    static const struct {
        const char *names, *wanted, *found;
    } cases[] = {
        {"DNS:www.example.org,DNS:example.org", "imap.example.org",
         "www.example.org example.org "},
        {"DNS:www.evil.example,DNS:mail.example.org", "imap.example.org",
         "mail.example.org "},
        {"DNS:*.mail.example.org", "imap.example.org",
         "imap.mail.example.org mail.example.org "},
        {"DNS:*.example.org", "imap.mail.example.org",
         "imap.example.org "
         "example.org "},
        {"DNS:*.org", "imap.example.org", ""},
        {"DNS:*.evil.example", "imap.example.org", ""},
        {"DNS:mail.example.co.uk,DNS:mail.other.co.uk", "imap.example.co.uk",
         "mail.example.co.uk "},
        {"DNS:ben.github.io", "ann.github.io", ""},
        {"IP:127.0.0.1,email:a@example.org", "imap.example.org", ""},
        {"DNS:MAIL.example.org,DNS:mail.example.org.,DNS:mail.example.org",
         "imap.example.org", "mail.example.org "},
        {"DNS:www.example.org", "127.0.0.1", ""},
        {"DNS:www.example.org", "localhost", ""},
        {"DNS:a*.example.org,DNS:a b.example.org,DNS:-.example.org",
         "imap.example.org", ""},
        {"DNS:a.example.org,DNS:b.example.org,DNS:c.example.org,"
         "DNS:d.example.org,DNS:e.example.org,DNS:f.example.org",
         "imap.example.org",
         "a.example.org b.example.org c.example.org d.example.org "
         "e.example.org "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        X509 *leaf = leaf_for(cases[i].names);
        char found[NAME_CHECK_MAX][HOST_MAX];
        char got[NAME_CHECK_MAX * (HOST_MAX + 1) + 1] = "";
        struct cert cert;
        size_t count;

        cert_read(&cert, leaf);
        count = name_candidates(&cert, cases[i].wanted, found);
        assert_true(count <= NAME_CHECK_MAX);
        for (size_t k = 0; k < count; k++) {
            size_t len = strlen(got);

            snprintf(got + len, sizeof(got) - len, "%s ", found[k]);
        }
        if (strcmp(got, cases[i].found) != 0)
            fail_msg("%s for %s: %s", cases[i].names, cases[i].wanted, got);
        cert_release(&cert);
        X509_free(leaf);
    }
}

/* -- the text for the operator --------------------------------------------- */

static void check_lines(const char *text, size_t widest)
{
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, "\n");

        if (len > widest)
            fail_msg("too long: %.*s", (int)len, p);
        for (size_t i = 0; i < len; i++)
            assert_true((unsigned char)p[i] >= ' ' && p[i] != 0x7f);
        p += len + (p[len] == '\n');
    }
}

static void contains(const struct buf *text, const char *part)
{
    if (!strstr(text->data, part))
        fail_msg("\"%s\" is not in\n%s", part, text->data);
}

static void operator_words(void **state)
{
    X509 *leaf = leaf_for("DNS:www.example.org");
    char groups[96];
    struct probe_result r;
    struct buf text;

    (void)state;
    result_of(&r, "work/incoming", "imap.example.org",
              "wrong-host unknown-issuer expired",
              (X509 *[]){leaf, middle, root, NULL});
    snprintf(r.address, sizeof(r.address), "192.0.2.7");
    buf_init(&text, OPERATOR_TEXT_MAX);
    operator_text(&text, &r, OPERATOR_TEXT_WIDTH);
    check_lines(text.data, 72);
    contains(&text, "Subject: The certificate of imap.example.org, port 993\n");
    contains(&text, "imap.example.org port 993 (IMAP, TLS)\n");
    contains(&text, "192.0.2.7\n");
    contains(&text, "Seen          2027-03-04 00:00:00 UTC\n");
    contains(&text,
             "It is not for the name imap.example.org. The names in it:\n"
             "    www.example.org.");
    contains(&text, "It was issued by \"Middle\"");
    contains(&text, "It ended on 2029-06-17 14:13:20 UTC");
    contains(&text, "If \"Root\" is your own authority");
    contains(&text, "Valid until   2029-06-17 14:13:20 UTC\n");
    contains(&text, "Certificate 3\n");
    for (size_t i = 0; i < 3; i++)
        for (size_t half = 0; half < 32; half += 16) {
            text_hex_groups(groups, r.verdict.sent.certs[i].sha256 + half, 16);
            contains(&text, groups);
        }
    buf_clear(&text);
    operator_text(&text, &r, 40); /* a small screen */
    check_lines(text.data, 54);   /* the subject is not wrapped */
    text_hex_groups(groups, r.verdict.sent.certs[0].sha256, 8);
    contains(&text, groups);
    buf_release(&text);
    probe_result_release(&r);
    X509_free(leaf);
}

/* Every fault has its sentence; what a certificate holds cannot spoil the
 * text. */
static void operator_limits(void **state)
{
    static const char evil[] = "\x1b[2J\nSubject: no\xe2\x80\xae";
    X509 *leaf = leaf_for("DNS:www.example.org");
    struct probe_result r;
    struct buf text;

    (void)state;
    set_name(leaf, MBSTRING_UTF8, evil, -1);
    X509_sign(leaf, middle_key, EVP_sha256());
    for (int f = 0; f < FAULT_COUNT; f++) {
        result_of(&r, "x", "imap.example.org", fault_word((enum fault)f),
                  (X509 *[]){leaf, NULL});
        buf_init(&text, OPERATOR_TEXT_MAX);
        operator_text(&text, &r, OPERATOR_TEXT_WIDTH);
        check_lines(text.data, 72);
        contains(&text, "\n  - ");
        assert_null(strstr(text.data, "\nSubject: no"));
        assert_null(strstr(text.data, "\xe2\x80\xae"));
        buf_release(&text);
        probe_result_release(&r);
    }
    /* no certificate could be decoded */
    result_of(&r, "x", "imap.example.org", "bad-encoding", (X509 *[]){NULL});
    buf_init(&text, OPERATOR_TEXT_MAX);
    operator_text(&text, &r, OPERATOR_TEXT_WIDTH);
    contains(&text, "cannot be decoded");
    kinds(&r, NULL, "operator");
    buf_release(&text);
    /* a small buf cuts, no more */
    buf_init(&text, 100);
    operator_text(&text, &r, OPERATOR_TEXT_WIDTH);
    assert_true(text.len <= 100);
    buf_release(&text);
    probe_result_release(&r);
    X509_free(leaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order),          cmocka_unit_test(clock_words),
        cmocka_unit_test(private_roots),  cmocka_unit_test(candidates),
        cmocka_unit_test(operator_words), cmocka_unit_test(operator_limits),
    };

    return cmocka_run_group_tests_name("cures", tests, set_up, tear_down);
}
