/* SPDX-License-Identifier: MIT */
/* recall: what was found out is found out once, and never answers another
 * question. */
#include "authorities.h"

#include "core/trust/recall.h"

#define HOST "mail.example.org"

static X509 *leaf;

static int set_up_recall(void **state)
{
    int result = set_up(state);

    leaf = make(&(struct recipe){LEAF}, leaf_key, middle, middle_key);
    return result;
}

static int tear_down_recall(void **state)
{
    X509_free(leaf);
    return tear_down(state);
}

static void same_facts(void **state)
{
    struct recall *recall = recall_new();
    struct cert first, again, other;

    (void)state;
    recall_cert(recall, &first, leaf);
    recall_cert(recall, &again, leaf);
    recall_cert(recall, &other, middle);
    assert_ptr_equal(first.der, again.der);
    assert_string_equal(other.subject_name, "Middle");
    cert_release(&first);
    recall_free(recall);
    assert_string_equal(again.subject_name, "mail.example.org");
    cert_release(&again);
    cert_release(&other);
    recall_cert(NULL, &first, leaf);
    assert_string_equal(first.subject_name, "mail.example.org");
    cert_release(&first);
}

/* More than it keeps: the first is gone, and read anew. */
static void bounded(void **state)
{
    struct recall *recall = recall_new();
    struct cert first, again, cert;

    (void)state;
    recall_cert(recall, &first, leaf);
    for (int i = 0; i < 100; i++) {
        X509 *one = make(&(struct recipe){AUTHORITY("One of many")}, root_key,
                         NULL, NULL);

        recall_cert(recall, &cert, one);
        assert_string_equal(cert.subject_name, "One of many");
        cert_release(&cert);
        X509_free(one);
    }
    recall_cert(recall, &again, leaf);
    assert_ptr_not_equal(first.der, again.der);
    assert_string_equal(first.subject, again.subject);
    cert_release(&first);
    cert_release(&again);
    recall_free(recall);
}

/* -- verdicts -------------------------------------------------------------- */

/* Judges [leaf, middle], or only the leaf. */
static void ask(const struct verdict_request *request, bool whole,
                const char *wanted, struct verdict *v)
{
    STACK_OF(X509) *sent = sk_X509_new_null();

    sk_X509_push(sent, leaf);
    if (whole)
        sk_X509_push(sent, middle);
    assert_true(verdict_judge(v, sent, request, NULL));
    assert_words(v, wanted);
    sk_X509_free(sent);
}

static void same_question(void **state)
{
    const struct verdict_request request = {
        .host = HOST, .store = store, .now = NOW, .recall = recall_new()};
    struct recall_question question;
    STACK_OF(X509) *sent = sk_X509_new_null();
    struct verdict first, again;

    (void)state;
    sk_X509_push(sent, leaf);
    sk_X509_push(sent, middle);
    recall_ask(request.recall, &question, sent, &request);
    assert_false(recall_verdict(request.recall, &question, &again));
    ask(&request, true, "", &first);
    assert_true(recall_verdict(request.recall, &question, &again));
    verdict_release(&again);
    sk_X509_free(sent);
    ask(&request, true, "", &again);
    assert_int_equal(again.path.count, 3);
    assert_ptr_equal(first.path.certs[2].der, again.path.certs[2].der);
    assert_ptr_equal(first.path.certs[0].der, first.sent.certs[0].der);
    assert_string_equal(again.proven_by, "Root");
    verdict_release(&first);
    recall_free(request.recall);
    assert_string_equal(again.sent.certs[1].subject_name, "Middle");
    verdict_release(&again);
}

/* Each differs from the first in one thing that a verdict depends on. */
static void other_questions(void **state)
{
    const unsigned char staple[] = "no answer";
    struct recall *recall = recall_new();
    const struct {
        struct verdict_request request;
        bool whole;
        const char *wanted;
    } rows[] = {
        {{.host = HOST, .now = NOW}, true, ""},
        {{.host = "www.example.org", .now = NOW}, true, "wrong-host"},
        {{.host = HOST, .now = NOW + 200 * DAY}, true, "expired"},
        {{.host = HOST, .now = NOW - 20 * DAY},
         true,
         "expired-issuer not-yet-valid"},
        {{.host = HOST, .now = NOW}, false, "incomplete-chain"},
        {{.host = HOST,
          .now = NOW,
          .staple = staple,
          .staple_len = sizeof(staple)},
         true,
         ""},
        {{.host = HOST, .now = NOW}, true, ""},
    };
    struct recall_question first, second;
    STACK_OF(X509) *sent = sk_X509_new_null();

    (void)state;
    sk_X509_push(sent, leaf);
    recall_ask(recall, &first, sent, &rows[0].request);
    assert_true(first.is);
    for (size_t turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct verdict_request request = rows[i].request;
            struct verdict v;

            request.store = store;
            request.recall = recall;
            ask(&request, rows[i].whole, rows[i].wanted, &v);
            verdict_release(&v);
            recall_ask(recall, &second, sent, &request);
            assert_int_equal(
                memcmp(first.digest, second.digest, sizeof(first.digest)) == 0,
                strcmp(request.host, HOST) == 0 && request.now == NOW &&
                    !request.staple);
        }
    sk_X509_free(sent);
    recall_free(recall);
}

static void must_cover(void **state)
{
    struct verdict_request request = {.host = HOST, .now = NOW};
    struct recall *recall = recall_new();
    struct recall_question without, with;
    STACK_OF(X509) *sent = sk_X509_new_null();

    (void)state;
    sk_X509_push(sent, leaf);
    recall_ask(recall, &without, sent, &request);
    request.crls_must_cover = true;
    recall_ask(recall, &with, sent, &request);
    assert_memory_not_equal(without.digest, with.digest, 32);
    sk_X509_free(sent);
    recall_free(recall);
}

/* What the person decides counts at once. */
static void other_rules(void **state)
{
    struct verdict_request request = {.host = HOST, .now = NOW};
    struct authorities *a;
    struct verdict v;

    fresh_folder(state);
    a = open_store();
    authorities_terms(a, &request);
    assert_non_null(request.recall);
    ask(&request, true, "unknown-issuer", &v);
    verdict_release(&v);
    import_cert(a, root, NULL, FATE_STORE);
    authorities_terms(a, &request);
    ask(&request, true, "", &v);
    verdict_release(&v);
    assert_true(authorities_distrust(a, authorities_at(a, 0), NOW, NULL));
    authorities_terms(a, &request);
    ask(&request, true, "distrusted", &v);
    verdict_release(&v);
    authorities_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_facts),    cmocka_unit_test(bounded),
        cmocka_unit_test(same_question), cmocka_unit_test(other_questions),
        cmocka_unit_test(must_cover),    cmocka_unit_test(other_rules),
    };

    return cmocka_run_group_tests_name("recall", tests, set_up_recall,
                                       tear_down_recall);
}
