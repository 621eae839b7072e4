/* SPDX-License-Identifier: MIT */
/* verdict: faults alone and together, dates to the second, names by RFC 9525,
 * and the sentences. Chains: test_chain.c. */
#include "pki.h"

static void assert_faults(const struct recipe *r, bool self_signed, bool whole,
                          const char *host, long offset, const char *wanted)
{
    X509 *leaf = self_signed ? make(r, leaf_key, NULL, NULL)
                             : make(r, leaf_key, middle, middle_key);
    struct verdict v;

    judge(&v, leaf, whole && !self_signed ? middle : NULL, host, NOW + offset);
    assert_words(&v, wanted);
    verdict_release(&v);
    X509_free(leaf);
}

static const struct {
    struct recipe recipe;
    bool self_signed, whole;
    const char *host;
    long offset;
    const char *wanted;
} fault_cases[] = {
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
    {{LEAF}, true, false, "x.org", 200 * DAY, "wrong-host self-signed expired"},
    {{LEAF, .extended = "clientAuth"},
     false,
     true,
     "mail.example.org",
     0,
     "bad-purpose"},
    {{LEAF, .twice = true}, false, true, "mail.example.org", 0, "bad-encoding"},
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
    {{.cn = "x", .san = "DNS:*.org", .from = -DAY, .until = DAY},
     false,
     true,
     "example.org",
     0,
     "wrong-host"},
    {{.cn = "x", .san = "DNS:.example.org", .from = -DAY, .until = DAY},
     false,
     true,
     "mail.example.org",
     0,
     "wrong-host"},
    {{.cn = "x", .san = "DNS:*.example.org", .from = -DAY, .until = DAY},
     false,
     true,
     "example.org",
     0,
     "wrong-host"},
    {{.cn = "x",
      .san = "DNS:xn--bcher-kva.example",
      .from = -DAY,
      .until = DAY},
     false,
     true,
     "xn--bcher-kva.example",
     0,
     ""},
    {{.cn = "mail.example.org",
      .san = "email:a@mail.example.org,URI:imap://mail.example.org",
      .from = -DAY,
      .until = DAY},
     false,
     true,
     "mail.example.org",
     0,
     "wrong-host"},
    {{.cn = "192.0.2.1", .san = "IP:192.0.2.2", .from = -DAY, .until = DAY},
     false,
     true,
     "192.0.2.1",
     0,
     "wrong-host"},
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

static void faults(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(fault_cases) / sizeof(fault_cases[0]); i++)
        assert_faults(&fault_cases[i].recipe, fault_cases[i].self_signed,
                      fault_cases[i].whole, fault_cases[i].host,
                      fault_cases[i].offset, fault_cases[i].wanted);
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
                                        "b\303\274cher.example",
                                        "mail.example.org\n",
                                        "a b.org",
                                        "[::1]",
                                        "192.0.2.256",
                                        NULL};
    X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, middle, middle_key);
    STACK_OF(X509) *sent = sk_X509_new_null();
    struct verdict v;

    (void)state;
    sk_X509_push(sent, leaf);
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        const struct verdict_request request = {
            .host = hosts[i], .store = store, .now = NOW};
        struct error e = {0};

        assert_false(verdict_judge(&v, sent, &request, &e));
        verdict_release(&v);
    }
    assert_false(verdict_judge(
        &v, NULL,
        &(struct verdict_request){.host = "a.org", .store = store, .now = NOW},
        NULL));
    sk_X509_free(sent);
    X509_free(leaf);
}

/* -- words ----------------------------------------------------------------- */

static const struct {
    struct recipe recipe;
    bool whole;
    const char *host;
    long offset;
    enum fault fault;
    const char *wanted;
} sentence_cases[] = {
    {{LEAF},
     true,
     "mail.example.org",
     100 * DAY + 1,
     FAULT_EXPIRED,
     "It ended on 2026-12-30, less than a day ago (this computer's clock: "
     "2026-12-30 14:13 UTC). An operator who takes care would have renewed "
     "it."},
    {{LEAF},
     true,
     "mail.example.org",
     102 * DAY,
     FAULT_EXPIRED,
     "It ended on 2026-12-30, 2 days ago (this computer's clock: "
     "2027-01-01 14:13 UTC). An operator who takes care would have renewed "
     "it."},
    {{LEAF},
     true,
     "mail.example.org",
     -11 * DAY,
     FAULT_NOT_YET_VALID,
     "It starts on 2026-09-11, in 1 day by this computer's clock. Check "
     "the clock first: date."},
    {{LEAF},
     true,
     "www.example.org",
     0,
     FAULT_WRONG_HOST,
     "You asked for www.example.org. This certificate is for "
     "mail.example.org. Most often the server name in the settings is not "
     "the one to use: look it up in your provider's instructions."},
    {{.cn = "mail.example.org", .from = -DAY, .until = DAY},
     true,
     "mail.example.org",
     0,
     FAULT_WRONG_HOST,
     "You asked for mail.example.org. This certificate is for no server at "
     "all (its subject, CN=mail.example.org, does not count). Most often "
     "the server name in the settings is not the one to use: look it up in "
     "your provider's instructions."},
    {{LEAF},
     false,
     "mail.example.org",
     0,
     FAULT_INCOMPLETE_CHAIN,
     "The server sent only its own certificate, and the one that issued it "
     "(Middle) is not known here. Either its operator forgot the "
     "intermediate, or it comes from a private authority."},
    {{LEAF, .extra_nid = NID_info_access,
      .extra = "caIssuers;URI:http://example.org/ca"},
     false,
     "mail.example.org",
     0,
     FAULT_INCOMPLETE_CHAIN,
     "The server sent only its own certificate, and the one that issued it "
     "(Middle) is not known here. Its operator forgot to install the "
     "intermediate certificate; they can repair it."},
};

static void sentences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(sentence_cases) / sizeof(sentence_cases[0]);
         i++) {
        X509 *leaf =
            make(&sentence_cases[i].recipe, leaf_key, middle, middle_key);
        struct verdict v;

        judge(&v, leaf, sentence_cases[i].whole ? middle : NULL,
              sentence_cases[i].host, NOW + sentence_cases[i].offset);
        assert_non_null(v.sentences[sentence_cases[i].fault]);
        assert_string_equal(v.sentences[sentence_cases[i].fault],
                            sentence_cases[i].wanted);
        verdict_release(&v);
        X509_free(leaf);
    }
}

static void copies(void **state)
{
    X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, middle, middle_key);
    struct verdict v, copy;
    char text[200];

    (void)state;
    judge(&v, leaf, middle, "mail.example.org", NOW);
    verdict_copy(&copy, &v);
    assert_string_equal(verdict_summary(text, sizeof(text), &v, NOW),
                        "proven by Root, 100 days left");
    assert_string_equal(verdict_summary(text, sizeof(text), &v, NOW + 99 * DAY),
                        "proven by Root, 1 day left");
    verdict_release(&v);
    assert_true(copy.trusted);
    assert_int_equal(copy.path.count, 3);
    assert_string_equal(verdict_leaf(&copy)->subject_name, "mail.example.org");
    verdict_release(&copy);
    judge(&v, leaf, NULL, "x.example", NOW + 200 * DAY);
    assert_string_equal(verdict_summary(text, sizeof(text), &v, NOW),
                        "wrong name, chain incomplete, expired");
    verdict_release(&v);
    X509_free(leaf);
}

static void words(void **state)
{
    fault_set set;
    char text[800];

    (void)state;
    for (int f = 0; f < FAULT_COUNT; f++) {
        enum fault back;

        assert_true(fault_parse(fault_word((enum fault)f), &back));
        assert_int_equal(back, f);
        assert_int_equal(fault_overridable((enum fault)f),
                         f >= FAULT_WRONG_HOST);
    }
    assert_true(fault_parse_words("expired, self-signed\twrong-host", &set));
    assert_string_equal(fault_words(text, sizeof(text), set, ", "),
                        "wrong-host, self-signed, expired");
    assert_true(fault_parse_words("", &set));
    assert_int_equal(set, 0);
    assert_false(fault_parse_words("expired never", &set));
    /* Too small a buffer is cut, not passed. */
    fault_words(text, 8, UINT32_MAX, " ");
    assert_int_equal(strlen(text), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults),    cmocka_unit_test(weak_key_among_others),
        cmocka_unit_test(forged),    cmocka_unit_test(names_refused),
        cmocka_unit_test(sentences), cmocka_unit_test(copies),
        cmocka_unit_test(words),
    };

    return cmocka_run_group_tests_name("verdict", tests, set_up, tear_down);
}
