/* SPDX-License-Identifier: MIT */
/* name_check: how it begins and ends. What it finds is tested by the commands,
 * with a name server and servers (tests/cli/cures.test.sh). */
#include "tests/unit/probing.h"

#include "core/probe/name_check.h"

static struct probe_result result;

static void result_for(const char *host, const char *names)
{
    X509 *leaf =
        peer_certificate(pki.key, "x", names, pki.ca, pki.ca_key, EVP_sha256());
    STACK_OF(X509) *sent = sk_X509_new_null();

    probe_result_release(&result);
    result = (struct probe_result){.target = strdup("x"),
                                   .finished = true,
                                   .reason = REASON_CERTIFICATE,
                                   .has_verdict = true};
    result.endpoint = (struct endpoint){.service = SERVICE_TLS, .port = 9};
    snprintf(result.endpoint.host, sizeof(result.endpoint.host), "%s", host);
    result.verdict.faults = FAULT_BIT(FAULT_WRONG_HOST);
    sk_X509_push(sent, leaf);
    cert_chain_read(&result.verdict.sent, sent);
    sk_X509_free(sent);
    X509_free(leaf);
}

static void count_end(void *arg, struct name_check *check)
{
    assert_true(name_check_finished(check));
    (*(int *)arg)++;
}

static void nothing_to_check(void **state)
{
    int ended = 0;

    (void)state;
    result_for("imap.example.org", "DNS:www.evil.example");
    assert_null(name_check_start(&env, &result, count_end, &ended));
    result_for("127.0.0.1", "DNS:www.example.org");
    assert_null(name_check_start(&env, &result, count_end, &ended));
    result_for("imap.example.org", "DNS:www.example.org");
    result.verdict.faults = FAULT_BIT(FAULT_EXPIRED);
    assert_null(name_check_start(&env, &result, count_end, &ended));
    result.verdict.faults = FAULT_BIT(FAULT_WRONG_HOST);
    result.finished = false;
    assert_null(name_check_start(&env, &result, count_end, &ended));
    assert_null(name_check_name(NULL));
    name_check_free(NULL);
}

/* Nobody answers: no name, and told once. */
static void no_answer(void **state)
{
    struct name_check *check;
    int ended = 0;

    (void)state;
    result_for("imap.example.org", "DNS:www.example.org,DNS:example.org");
    check = name_check_start(&env, &result, count_end, &ended);
    assert_non_null(check);
    assert_false(name_check_finished(check));
    assert_int_equal(ended, 0);
    /* The result is not needed any more. */
    probe_result_release(&result);
    while (!name_check_finished(check))
        loop_turn(loop, -1);
    assert_null(name_check_name(check));
    assert_int_equal(ended, 1);
    name_check_free(check);
}

static void free_it(void *arg, struct name_check *check)
{
    name_check_free(check);
    *(bool *)arg = true;
}

static void ended_early(void **state)
{
    int ended = 0;
    bool gone = false;

    (void)state;
    for (int turns = 0; turns < 6; turns++) {
        struct name_check *check;

        result_for("imap.example.org", "DNS:www.example.org");
        check = name_check_start(&env, &result, count_end, &ended);
        for (int i = 0; i < turns && !name_check_finished(check); i++)
            loop_turn(loop, 5);
        ended = 0;
        name_check_free(check);
        while (loop_turn(loop, 0))
            ;
        assert_int_equal(ended, 0);
    }
    assert_non_null(name_check_start(&env, &result, free_it, &gone));
    while (!gone)
        loop_turn(loop, -1);
}

static int all_down(void **state)
{
    probe_result_release(&result);
    return tear_down(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_to_check),
        cmocka_unit_test(no_answer),
        cmocka_unit_test(ended_early),
    };

    return cmocka_run_group_tests_name("name_check", tests, set_up, all_down);
}
