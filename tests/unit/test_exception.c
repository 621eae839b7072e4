/* SPDX-License-Identifier: MIT */
/* exception: every state, ends, undo, what edited files may not do, and two
 * sessions at once. */
#include "pki.h"

#include "core/base/date.h"
#include "core/trust/exception.h"

#include <sys/stat.h>

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
        cmocka_unit_test(states),
        cmocka_unit_test(ends),
        cmocka_unit_test(session_and_undo),
        cmocka_unit_test(never_for_some),
    };

    return cmocka_run_group_tests_name("exception", tests, set_up, tear_down);
}
