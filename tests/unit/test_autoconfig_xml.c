/* SPDX-License-Identifier: MIT */
/* autoconfig_xml: documents, good and hostile. */
#include "tests/unit/documents.h"
#include "tests/unit/unit.h"

#include "core/base/buf.h"
#include "core/base/text.h"
#include "core/setup/autoconfig_xml.h"

static const struct document {
    const char *name, *text;
    const char *servers; /* NULL: it is refused */
    const char *words;   /* what is left out, or why it is refused */
} documents[] = {
    {"usual", DOC(""), USUAL, ""},
    {"without a declaration", BEGIN IN("imap.a.test") OUT("smtp.a.test") END,
     USUAL, ""},
    {"comments, blanks, CDATA",
     "<!-- a --><clientConfig version='1.1'>\n <emailProvider id='x'>\n"
     "<incomingServer type='imap'><!-- b --> <hostname> imap.<!-- c -->a.test "
     "\n</hostname><port><![CDATA[993]]></port><socketType>ssl</socketType>"
     "</incomingServer>" OUT("smtp.a.test") END,
     USUAL, ""},
    {"placeholders",
     BEGIN SERVER("incomingServer", "imap", "%EMAILLOCALPART%.%EMAILDOMAIN%",
                  "993", "SSL", "plain")
         SERVER("incomingServer", "imap", "imap.%EMAILDOMAIN%", "143",
                "STARTTLS", "secure") OUT("smtp.a.test") END,
     "imaps://ann.example.org:993 ann@example.org auto password; "
     "imap://imap.example.org:143 ann@example.org auto password; "
     "smtps://smtp.a.test:465 ann@example.org auto password",
     ""},
    {"an unknown placeholder",
     DOC(SERVER("incomingServer", "imap", "%CUSTOMER%.a.test", "993", "SSL",
                "plain")),
     USUAL, "%CUSTOMER%.a.test (%CUSTOMER% is none of"},
    {"the first socketType that is known",
     BEGIN "<incomingServer type='imap'><hostname>imap.a.test</hostname>"
           "<port>143</port><socketType>QUIC</socketType><socketType>STARTTLS"
           "</socketType><socketType>plain</socketType></incomingServer>" OUT(
               "smtp.a.test") END,
     "imap://imap.a.test:143 ann@example.org auto password; "
     "smtps://smtp.a.test:465 ann@example.org auto password",
     ""},
    {"no socketType that is known",
     DOC(SERVER("incomingServer", "imap", "b.test", "993", "QUIC", "plain")),
     USUAL, "b.test (no known socketType)"},
    {"the first authentication that is known",
     BEGIN "<incomingServer type='imap'><hostname>imap.a.test</hostname>"
           "<port>993</port><socketType>SSL</socketType><authentication>GSSAPI"
           "</authentication><authentication>OAuth2</authentication>"
           "<authentication>password-cleartext</authentication>"
           "</incomingServer>" OUT("smtp.a.test") END,
     "imaps://imap.a.test:993 ann@example.org auto oauth; "
     "smtps://smtp.a.test:465 ann@example.org auto password",
     ""},
    {"NTLM alone",
     DOC(SERVER("incomingServer", "imap", "b.test", "993", "SSL", "NTLM")),
     USUAL, "b.test (NTLM is not spoken here)"},
    {"GSSAPI alone",
     DOC(SERVER("outgoingServer", "smtp", "b.test", "465", "SSL", "GSSAPI")),
     USUAL, "b.test (GSSAPI is not spoken here)"},
    {"no login",
     BEGIN IN("imap.a.test") SERVER("outgoingServer", "smtp", "smtp.a.test",
                                    "25", "plain", "client-IP-address") END,
     "imaps://imap.a.test:993 ann@example.org auto password; "
     "smtp://smtp.a.test:25/?security=none - none password",
     ""},
    {"none to get mail",
     DOC(SERVER("incomingServer", "imap", "b.test", "993", "SSL", "none")),
     USUAL, "b.test (none is not spoken here)"},
    {"POP3, Exchange, news",
     DOC(SERVER("incomingServer", "exchange", "b.test", "443", "SSL", "NTLM")
             SERVER("incomingServer", "nntp", "b.test", "119", "plain", "none")
                 SERVER("incomingServer", "pop3", "pop.a.test", "995", "SSL",
                        "plain")),
     "pop3s://pop.a.test:995 ann@example.org auto password; " USUAL,
     "exchange (not spoken here), nntp (not spoken here)"},
    {"an smtp server to get mail",
     DOC(SERVER("incomingServer", "smtp", "b.test", "465", "SSL", "plain")),
     USUAL, "smtp (not spoken here)"},
    {"another account's",
     DOC("<outgoingServer type='smtp'><useGlobalPreferredServer>true"
         "</useGlobalPreferredServer></outgoingServer>"),
     USUAL, "a server of another account"},
    {"no hostname",
     DOC("<incomingServer type='imap'><port>993</port>"
         "<socketType>SSL</socketType></incomingServer>"),
     USUAL, "imap (no hostname)"},
    {"a wrong hostname",
     DOC(SERVER("incomingServer", "imap", "a b", "993", "SSL", "plain")), USUAL,
     "a b (no usable hostname)"},
    {"a wrong port",
     DOC(SERVER("incomingServer", "imap", "b.test", "0", "SSL", "plain")),
     USUAL, "b.test (no usable port)"},
    {"a port that is too large",
     DOC(SERVER("incomingServer", "imap", "b.test", "65536", "SSL", "plain")),
     USUAL, "b.test (no usable port)"},
    {"what is not read",
     DOC("<domain>a.test</domain><displayShortName>A</displayShortName>"
         "<x><y><hostname>z</hostname></y></x>"),
     USUAL, ""},
    {"a second provider",
     XML BEGIN IN("imap.a.test")
         OUT("smtp.a.test") "</emailProvider>"
                            "<emailProvider id='y'>" IN("imap.b.test")
                                OUT("smtp.b.test") END,
     USUAL, ""},
    {"the same server twice", DOC(IN("imap.a.test")), USUAL, ""},
    {"letters of other scripts",
     DOC(SERVER("incomingServer", "imap",
                "b\xc3\xbc"
                "cher.test",
                "993", "SSL", "plain")),
     "imaps://xn--bcher-kva.test:993 ann@example.org auto password; " USUAL,
     ""},
    {"latin-1",
     "<?xml version='1.0' encoding='ISO-8859-1'?>" BEGIN SERVER(
         "incomingServer", "imap",
         "b\xfc"
         "cher.test",
         "993", "SSL", "plain") OUT("smtp.a.test") END,
     "imaps://xn--bcher-kva.test:993 ann@example.org auto password; "
     "smtps://smtp.a.test:465 ann@example.org auto password",
     ""},
    /* refused */
    {"nothing", "", NULL, "Line 1, column 1: It is not well-formed XML"},
    {"text", "hello", NULL, "Line 1, column 1: It is not well-formed XML"},
    {"cut off", XML BEGIN IN("imap.a.test"), NULL,
     "Line 2, column 258: It is not well-formed XML"},
    {"something behind", DOC("") "<x/>", NULL, "not well-formed"},
    {"another document", XML "<rss version='2.0'/>", NULL,
     "Line 2, column 1: It is a rss, not a clientConfig."},
    {"no version", XML "<clientConfig/>", NULL, "does not say its version"},
    {"another version", XML "\n<clientConfig version='2.0'/>", NULL,
     "Line 3, column 1: Version 2.0 is not known here"},
    {"no provider", XML "<clientConfig version='1.1'/>", NULL,
     "holds no emailProvider"},
    {"no incoming server", BEGIN OUT("smtp.a.test") END, NULL,
     "It names no incoming server."},
    {"no outgoing server", BEGIN IN("imap.a.test") END, NULL,
     "It names no outgoing server."},
    {"only Exchange",
     BEGIN SERVER("incomingServer", "exchange", "b.test", "443", "SSL", "NTLM")
         OUT("smtp.a.test") END,
     NULL, "that can be used here; left out: exchange (not spoken here)."},
    {"an unknown encoding", "<?xml version='1.0' encoding='KOI8-X'?>" BEGIN END,
     NULL, "not well-formed"},
    {"wrong UTF-8", BEGIN "<displayName>\xff\xfe</displayName>" END, NULL,
     "not well-formed"},
    {"a document type", XML "<!DOCTYPE clientConfig SYSTEM 'x.dtd'>" BEGIN END,
     NULL, "Line 2, column 38: It declares a document type"},
    {"an entity",
     XML "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>"
         "<clientConfig version='1.1'>&b;</clientConfig>",
     NULL, "It declares a document type"},
    {"laughs",
     XML "<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>"
         "<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'><!ENTITY e '&d;&d;&d;&d;&d;'>"
         "]><clientConfig version='1.1'>&e;</clientConfig>",
     NULL, "It declares a document type"},
    {"an entity without a declaration", BEGIN "<displayName>&b;</displayName>",
     NULL, "not well-formed"},
    {"a web page", "<!DOCTYPE html><html><head><meta charset=utf-8>", NULL,
     "web page"},
    {"an older web page", "<HTML><BODY><P>Hello", NULL, "web page"},
};

static void read_one(const struct document *doc, const char *text, size_t len)
{
    struct offer offer = {0};
    struct error e = {0};
    char servers[1000];
    bool ok = autoconfig_xml_read(text, len, &ann, &offer, &e);

    tell_offer(&offer, servers, sizeof(servers));
    if (ok != (doc->servers != NULL) ||
        (ok && strcmp(servers, doc->servers) != 0) ||
        !strstr(ok ? offer.left_out : e.text, doc->words) ||
        (ok && !*doc->words && *offer.left_out))
        fail_msg("%s: %s %s %s", doc->name, servers, offer.left_out, e.text);
    if (!ok) {
        assert_true(e.code == ERROR_PARSE || e.code == ERROR_NOT_FOUND);
        assert_int_equal(e.code == ERROR_NOT_FOUND,
                         strcmp(doc->words, "web page") == 0);
        assert_null(offer.provider);
        assert_int_equal(offer.count[SETUP_INCOMING], 0);
    }
    offer_release(&offer);
}

static void test_documents(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
        read_one(&documents[i], documents[i].text, strlen(documents[i].text));
}

static void test_utf16(void **state)
{
    const char *text = &DOC("")[strlen(XML)];
    size_t len = strlen(text);
    char *wide = malloc(2 * len + 2);

    (void)state;
    for (int little = 0; little < 2; little++) {
        wide[little ? 0 : 1] = '\xff';
        wide[little ? 1 : 0] = '\xfe';
        for (size_t i = 0; i < len; i++) {
            wide[2 + 2 * i + (little ? 0 : 1)] = text[i];
            wide[2 + 2 * i + (little ? 1 : 0)] = '\0';
        }
        read_one(&documents[0], wide, 2 * len + 2);
    }
    free(wide);
}

/* Cut at every byte, and with every byte another: refused or read, and every
 * sentence safe. */
static void test_damaged(void **state)
{
    static const char text[] = DOC("<displayName>A &amp; B</displayName>");
    char *copy = malloc(sizeof(text));

    (void)state;
    for (size_t i = 0; i < sizeof(text) - 1; i++)
        for (int c = -1; c < 256; c += 51) {
            struct offer offer = {0};
            struct error e = {0};

            memcpy(copy, text, sizeof(text));
            if (c >= 0)
                copy[i] = (char)c;
            if (autoconfig_xml_read(copy, c < 0 ? i : sizeof(text) - 1, &ann,
                                    &offer, &e))
                assert_true(c >= 0);
            assert_false(text_contains_control(e.text));
            assert_false(text_contains_control(offer.left_out));
            offer_release(&offer);
        }
    free(copy);
}

static void refused(const struct buf *text, const char *words)
{
    struct offer offer = {0};
    struct error e = {0};

    assert_false(autoconfig_xml_read(text->data, text->len, &ann, &offer, &e));
    if (!strstr(e.text, words))
        fail_msg("%s, not %s", e.text, words);
    offer_release(&offer);
}

static void many(struct buf *b, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buf_add_text(b, text);
}

static void test_bounds(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 6 << 20);
    many(&b, BEGIN "<displayName>", 1);
    many(&b, "0123456789", (5 << 20) / 10);
    refused(&b, "larger than 256 KiB");
    buf_clear(&b);
    many(&b, BEGIN "<displayName>", 1);
    many(&b, "0123456789", 200);
    refused(&b, "longer than 1000 bytes");
    buf_clear(&b);
    many(&b, BEGIN, 1);
    many(&b, "<x>", 20);
    refused(&b, "too deeply");
    buf_clear(&b);
    many(&b, BEGIN, 1);
    many(&b, "<x/>", 5000);
    refused(&b, "too many elements");
    buf_clear(&b);
    many(&b, BEGIN, 1);
    many(&b, IN("a.test"), 200);
    refused(&b, "More than 100 servers");
    /* One name of 200 KB, and attributes without end. */
    buf_clear(&b);
    many(&b, "<", 1);
    many(&b, "abcdefghij", 20000);
    many(&b, "/>", 1);
    refused(&b, "not a clientConfig");
    buf_clear(&b);
    many(&b, "<clientConfig version='1.1'", 1);
    for (int i = 0; i < 10000; i++)
        buf_addf(&b, " a%d='b'", i);
    many(&b, "/>", 1);
    refused(&b, "no emailProvider");
    buf_release(&b);
}

/* More servers than an offer holds: the first ones. */
static void test_full(void **state)
{
    struct offer offer = {0};
    struct error e = {0};
    struct buf b;

    (void)state;
    buf_init(&b, 1 << 20);
    many(&b, BEGIN OUT("smtp.a.test"), 1);
    for (int i = 0; i < 40; i++)
        buf_addf(&b,
                 "<incomingServer type='imap'><hostname>h%d.test</hostname>"
                 "<port>993</port><socketType>SSL</socketType>"
                 "</incomingServer>",
                 i);
    for (int i = 0; i < 40; i++)
        buf_addf(&b, "<incomingServer type='kind%d'/>", i);
    many(&b, END, 1);
    assert_true(autoconfig_xml_read(b.data, b.len, &ann, &offer, &e));
    assert_int_equal(offer.count[SETUP_INCOMING], OFFER_MAX);
    assert_string_equal(offer.servers[SETUP_INCOMING][0].endpoint.host,
                        "h0.test");
    assert_true(strlen(offer.left_out) < sizeof(offer.left_out));
    assert_non_null(strstr(offer.left_out, "..."));
    offer_release(&offer);
    buf_release(&b);
}

/* A name that is cut for the line of what was left out is cut between letters.
 */
static void test_long_names(void **state)
{
    (void)state;
    for (int blanks = 0; blanks < 3; blanks++) {
        struct offer offer = {0};
        struct buf b;
        char host[200] = "";

        for (int i = 0; i < 50; i++)
            snprintf(host + strlen(host), sizeof(host) - strlen(host), "%s",
                     i < blanks ? "x" : "\xe6\xbc\xa2");
        buf_init(&b, 10000);
        buf_addf(&b, "%s%s%s", BEGIN, IN("imap.a.test"), OUT("smtp.a.test"));
        buf_addf(&b,
                 "<incomingServer type='imap'><hostname>%s..</hostname>"
                 "<port>993</port><socketType>SSL</socketType>"
                 "</incomingServer>%s",
                 host, END);
        assert_true(autoconfig_xml_read(b.data, b.len, &ann, &offer, NULL));
        assert_non_null(strstr(offer.left_out, "(no usable hostname)"));
        assert_true(text_is_safe(offer.left_out));
        offer_release(&offer);
        buf_release(&b);
    }
}

static void test_names(void **state)
{
    static const struct {
        const char *more, *provider, *help;
    } cases[] = {
        {"", NULL, NULL},
        {"<displayName>A &amp; B</displayName>", "A & B", NULL},
        {"<displayName>%EMAILDOMAIN%</displayName>", "example.org", NULL},
        {"<displayName>100 % Mail</displayName>", "100 % Mail", NULL},
        {"<displayName/><displayName>B</displayName>", "B", NULL},
        {"<displayName>a&#x1b;[31m</displayName>", "refused", NULL},
        {"<displayName>a&#x9b;31m</displayName>", "a\\xC2\\x9B31m", NULL},
        {"<documentation url='https://a.test/x?y=z'/>", NULL,
         "https://a.test/x?y=z"},
        {"<documentation url='http://a.test/'/>", NULL, NULL},
        {"<documentation url='http://a.test/'/><documentation "
         "url='https://b.test/'><descr lang='en'>x</descr></documentation>",
         NULL, "https://b.test/"},
        {"<documentation url='javascript:x'/>", NULL, NULL},
        {"<documentation/>", NULL, NULL},
        {"<documentation url='https://'/>", NULL, NULL},
        {"<documentation url='https://a.test/ b'/>", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct offer offer = {0};
        struct buf b;
        bool ok;

        buf_init(&b, 10000);
        buf_addf(&b, "%s%s%s%s%s", BEGIN, cases[i].more, IN("imap.a.test"),
                 OUT("smtp.a.test"), END);
        ok = autoconfig_xml_read(b.data, b.len, &ann, &offer, NULL);
        buf_release(&b);
        if (cases[i].provider && strcmp(cases[i].provider, "refused") == 0) {
            assert_false(ok);
            continue;
        }
        assert_true(ok);
        if ((offer.provider == NULL) != (cases[i].provider == NULL) ||
            (offer.provider && strcmp(offer.provider, cases[i].provider) != 0))
            fail_msg("%s: %s", cases[i].more, offer.provider);
        if ((offer.help_url == NULL) != (cases[i].help == NULL) ||
            (offer.help_url && strcmp(offer.help_url, cases[i].help) != 0))
            fail_msg("%s: %s", cases[i].more, offer.help_url);
        offer_release(&offer);
    }
}

/* -- URLs ---------------------------------------------------------------------
 */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents),  cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_damaged),    cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_full),       cmocka_unit_test(test_names),
        cmocka_unit_test(test_long_names),
    };

    return cmocka_run_group_tests_name("autoconfig_xml", tests, NULL, NULL);
}
