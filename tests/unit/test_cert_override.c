/* SPDX-License-Identifier: MIT */
/* cert_override: line by line what the measured Thunderbird takes and refuses,
 * and that writing into a file leaves the rest of it alone. */
#include "unit.h"

#include "core/exchange/cert_override.h"

#define OID "OID.2.16.840.1.101.3.4.2.1"
#define FP                                                                     \
    "E5:AA:E0:CC:42:F2:C7:5A:71:67:B6:56:AD:75:B8:49:E7:74:99:46:56:FF:1C:7B:" \
    "72:10:09:E9:E2:19:A0:A7"
#define OTHER                                                                  \
    "00:AA:E0:CC:42:F2:C7:5A:71:67:B6:56:AD:75:B8:49:E7:74:99:46:56:FF:1C:7B:" \
    "72:10:09:E9:E2:19:A0:A7"
#define HEADER                                                                 \
    "# PSM Certificate Override Settings file\n"                               \
    "# This is a generated file!  Do not edit.\n"
#define LINE(place, fingerprint) place "\t" OID "\t" fingerprint "\t"
#define GOOD                     LINE("localhost:10993:", FP)

static const unsigned char digest[32] = {
    0xe5, 0xaa, 0xe0, 0xcc, 0x42, 0xf2, 0xc7, 0x5a, 0x71, 0x67, 0xb6,
    0x56, 0xad, 0x75, 0xb8, 0x49, 0xe7, 0x74, 0x99, 0x46, 0x56, 0xff,
    0x1c, 0x7b, 0x72, 0x10, 0x09, 0xe9, 0xe2, 0x19, 0xa0, 0xa7};

/* Whether the file has the good line in force. */
static bool covers(const struct cert_overrides *all, const char *host,
                   unsigned port)
{
    bool found = false;

    for (size_t i = 0; i < all->count; i++)
        found = found || (strcmp(all->entries[i].host, host) == 0 &&
                          all->entries[i].port == port &&
                          memcmp(all->entries[i].sha256, digest, 32) == 0);
    return found;
}

static const struct {
    const char *text;
    bool taken;
    size_t refused;
} rows[] = {
    {HEADER GOOD "\n", true, 0},
    {GOOD "\n", true, 0},
    {GOOD, true, 0},
    {"localhost:10993:\t" OID "\t" FP "\n", false, 1},
    {"localhost:10993:\t" OID "\t" FP "\r\n", false, 1},
    {"localhost:10993:\t" OID "\t" FP, false, 1},
    {"localhost:10993: " OID " " FP " \n", true, 0},
    {"localhost:10993:\t\t" OID "\t" FP "\t\n", false, 1},
    {"localhost:10993:\t" OID "\t\t" FP "\t\n", false, 1},
    {" " GOOD "\n", false, 1},
    {HEADER GOOD "\r\n", true, 0},
    {GOOD "\r", true, 0},
    {"x\r" GOOD "\r\r\ny\n", true, 2},
    {"\xef\xbb\xbf" HEADER GOOD "\n", true, 0},
    {"\xef\xbb\xbf" GOOD "\n", false, 1},
    {LINE("localhost:10993", FP) "MU\tAAAA\n", true, 0},
    {LINE("localhost:10993", FP) "T\n", true, 0},
    {GOOD "more\tand more\n", true, 0},
    {"\x01\x02\xff\xfe rubbish\n\n:::\n" GOOD "\n", true, 2},
    {GOOD "\n" LINE("localhost:10993:", OTHER) "\n", false, 1},
    {LINE("localhost:10993:", OTHER) "\n" GOOD "\n", true, 1},
    {GOOD "\nlocalhost:10993:\tbroken\n", true, 1},
    {GOOD "\n" LINE("localhost:10993:", "not-a-fingerprint") "\n", false, 2},
    {LINE("localhost:10993:", "e5:aa") "\n", false, 1},
    {LINE("localhost:10993:", "") "\n", false, 1},
    {LINE("localhost:10993:", "E5:AA:E0") "\n", false, 1},
    {LINE("localhost:10993:", FP ":00") "\n", false, 1},
    {"localhost:10993:\t2.16.840.1.101.3.4.2.1\t" FP "\t\n", false, 1},
    {"localhost:10993:\toid.2.16.840.1.101.3.4.2.1\t" FP "\t\n", false, 1},
    {"localhost:10993:\tOID.1.3.14.3.2.26\t" FP "\t\n", false, 1},
    {LINE("localhost:10993:^userContextId=1", FP) "\n", true, 0},
    {LINE("localhost:10993:^userContextId=", FP) "\n", false, 1},
    {LINE("localhost:10993:^privateBrowsingId=1", FP) "\n", false, 1},
    {LINE("localhost:10993:nonsense", FP) "\n", false, 1},
    {LINE("localhost:10994:", FP) "\n", false, 0},
    {LINE("localhost", FP) "\n", false, 1},
    {LINE("localhost:", FP) "\n", false, 1},
    {LINE("localhost::", FP) "\n", false, 1},
    {LINE("localhost:10993x:", FP) "\n", false, 1},
    {LINE("localhost:010993:", FP) "\n", true, 0},
    {LINE("localhost:-1:", FP) "\n", false, 1},
    {LINE("localhost:0:", FP) "\n", false, 1},
    {LINE("localhost:99999:", FP) "\n", false, 1},
    {LINE("localhost:99999999999999999999:", FP) "\n", false, 1},
    {LINE("127.0.0.1:10993:", FP) "\n", false, 0},
    {LINE("*:10993:", FP) "\n", false, 1},
    {LINE("imaps://localhost:10993:", FP) "\n", false, 1},
    {LINE("localhost.:10993:", FP) "\n", false, 1},
    {LINE("m\xc3\xbcnchen.test:10993:", FP) "\n", false, 1},
    {LINE(":10993:", FP) "\n", false, 1},
    {LINE("::1:10993:", FP) "\n", false, 1},
    {LINE("[]:10993:", FP) "\n", false, 1},
    {LINE("[::1:10993:", FP) "\n", false, 1},
    {LINE("[[::1]:10993:", FP) "\n", false, 1},
    {"", false, 0},
    {"\n\n", false, 0},
    {"#\n# " GOOD "\n", false, 0},
};

/* The table of what the real program did, row by row: localhost:10993. */
static void what_thunderbird_takes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cert_overrides all;

        cert_overrides_read(&all, rows[i].text, strlen(rows[i].text));
        if (covers(&all, "localhost", 10993) != rows[i].taken ||
            all.refusal_count != rows[i].refused)
            fail_msg("case %zu: %s: taken %d, refused %zu", i, rows[i].text,
                     covers(&all, "localhost", 10993), all.refusal_count);
        cert_overrides_release(&all);
    }
}

static void hosts(void **state)
{
    static const char text[] =
        LINE("[::1]:993:", FP) "\n" LINE("Mail.Lab.Test:993:", FP) "\n" LINE(
            "mail.lab.test:993:", FP) "\n" LINE("xn--mnchen-3ya.test:993:",
                                                FP) "\n";
    struct cert_overrides all;

    (void)state;
    cert_overrides_read(&all, text, strlen(text));
    assert_int_equal(all.count, 4);
    assert_int_equal(all.refusal_count, 0);
    assert_false(all.has_header);
    assert_true(covers(&all, "::1", 993));
    assert_true(covers(&all, "Mail.Lab.Test", 993));
    assert_true(covers(&all, "mail.lab.test", 993));
    assert_int_equal(all.entries[3].line, 4);
    cert_overrides_release(&all);
}

static void lines_and_reasons(void **state)
{
    static const char text[] =
        HEADER "nonsense\r\n" GOOD "\r\n" LINE("a:1:", "x") "\n" GOOD "\n"
                                                            "b:2:\t" OID "\t" FP
                                                            "\n" GOOD;
    static const struct {
        unsigned line;
        enum cert_override_refused kind;
        const char *part;
    } wanted[] = {
        {3, CERT_OVERRIDE_DROPPED, "no HOST:PORT"},
        {4, CERT_OVERRIDE_SUPERSEDED, "Line 8"},
        {5, CERT_OVERRIDE_NEVER, "32 upper-case pairs"},
        {6, CERT_OVERRIDE_SUPERSEDED, "Line 8"},
        {7, CERT_OVERRIDE_DROPPED, "tab behind the fingerprint"},
    };
    struct cert_overrides all;

    (void)state;
    cert_overrides_read(&all, text, strlen(text));
    assert_true(all.has_header);
    assert_int_equal(all.count, 1);
    assert_int_equal(all.entries[0].line, 8);
    assert_int_equal(all.refusal_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(all.refusals[i].line, wanted[i].line);
        assert_int_equal(all.refusals[i].kind, wanted[i].kind);
        assert_non_null(strstr(all.refusals[i].text, wanted[i].part));
    }
    cert_overrides_release(&all);
}

/* Any bytes: cut, changed, doubled, huge. */
static void rubbish(void **state)
{
    static const char good[] =
        HEADER LINE("[::1]:993:^userContextId=1", FP) "\r\n" GOOD "MU\tx\n";
    char bytes[sizeof(good)], *big;
    struct cert_overrides all;
    unsigned seed = 1;

    (void)state;
    for (size_t cut = 0; cut < sizeof(good); cut++) {
        cert_overrides_read(&all, good, cut);
        cert_overrides_release(&all);
    }
    for (int round = 0; round < 20000; round++) {
        memcpy(bytes, good, sizeof(good));
        for (int k = 0; k < 3; k++) {
            seed = seed * 1103515245 + 12345;
            bytes[(seed >> 8) % sizeof(good)] = (char)(seed >> 20);
        }
        cert_overrides_read(&all, bytes, sizeof(good) - 1);
        assert_true(all.count <= 2);
        cert_overrides_release(&all);
    }
    /* A NUL in the host is no end of it. */
    cert_overrides_read(&all, "a\0b:993:\t" OID "\t" FP "\t",
                        sizeof("a\0b:993:\t" OID "\t" FP "\t") - 1);
    assert_int_equal(all.count, 0);
    assert_int_equal(all.refusal_count, 1);
    cert_overrides_release(&all);
    /* As many bad lines as a file can hold. */
    big = calloc(1, CERT_OVERRIDE_MAX);
    for (size_t i = 0; i < CERT_OVERRIDE_MAX; i++)
        big[i] = i % 2 ? '\n' : 'x';
    cert_overrides_read(&all, big, CERT_OVERRIDE_MAX);
    assert_int_equal(all.refusal_count, CERT_OVERRIDE_REFUSALS);
    assert_int_equal(all.more_refusals,
                     CERT_OVERRIDE_MAX / 2 - CERT_OVERRIDE_REFUSALS);
    cert_overrides_release(&all);
    memset(big, 'x', CERT_OVERRIDE_MAX);
    memcpy(big + 5000, "\n" GOOD "\n", strlen("\n" GOOD "\n"));
    cert_overrides_read(&all, big, CERT_OVERRIDE_MAX);
    assert_true(covers(&all, "localhost", 10993));
    cert_overrides_release(&all);
    free(big);
}

static void writing(void **state)
{
    struct cert_overrides all;
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    assert_true(cert_override_add_header(&out));
    assert_true(cert_override_add(&out, "localhost", 10993, digest));
    assert_true(cert_override_add(&out, "::1", 993, digest));
    assert_string_equal(out.data, HEADER GOOD "\n" LINE("[::1]:993:", FP) "\n");
    cert_overrides_read(&all, out.data, out.len);
    assert_int_equal(all.count, 2);
    assert_int_equal(all.refusal_count, 0);
    cert_overrides_release(&all);
    buf_release(&out);
    buf_init(&out, 60);
    assert_false(cert_override_add(&out, "localhost", 10993, digest));
    buf_release(&out);
}

static void merging(void **state)
{
    static char host[] = "localhost";
    const struct cert_override entry = {.host = host, .port = 10993};
    static const struct {
        const char *old, *merged;
    } cases[] = {
        {"", HEADER GOOD "\n"},
        {HEADER, HEADER GOOD "\n"},
        {GOOD "\n", GOOD "\n"},
        {GOOD, GOOD "\n"},
        {"# mine\nrubbish \x01\n\n" LINE("x:1:", OTHER) "\n",
         "# mine\nrubbish \x01\n\n" LINE("x:1:", OTHER) "\n" GOOD "\n"},
        {"# mine\r\n", "# mine\r\n" GOOD "\r\n"},
        {"# mine\r", "# mine\r" GOOD "\r"},
        {"# mine", "# mine\n" GOOD "\n"},
        {"a\n" LINE("localhost:10993:", OTHER) "\nb\n", "a\nb\n" GOOD "\n"},
        {"a\n" LINE("localhost:10993", FP) "MU\tx\nb\n",
         "a\n" LINE("localhost:10993", FP) "MU\tx\nb\n"},
        {GOOD "\nb\n" LINE("localhost:10993:", OTHER) "\n", "b\n" GOOD "\n"},
        {LINE("localhost:10993:", OTHER) "\nb\n" GOOD "\n", "b\n" GOOD "\n"},
        {LINE("localhost:10993:", "x") "\nb\n", "b\n" GOOD "\n"},
        {LINE("Localhost:10993:", FP) "\n",
         LINE("Localhost:10993:", FP) "\n" GOOD "\n"},
    };
    struct cert_override entries[1] = {entry};

    (void)state;
    memcpy(entries[0].sha256, digest, 32);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out;

        buf_init(&out, 8192);
        assert_true(cert_override_merge(&out, cases[i].old,
                                        strlen(cases[i].old), entries, 1));
        assert_string_equal(out.data, cases[i].merged);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_thunderbird_takes),
        cmocka_unit_test(hosts),
        cmocka_unit_test(lines_and_reasons),
        cmocka_unit_test(rubbish),
        cmocka_unit_test(writing),
        cmocka_unit_test(merging),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
