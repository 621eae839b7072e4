/* SPDX-License-Identifier: MIT */
/* exception: every state, ends, undo, what edited files may not do, and two
 * sessions at once. */
#include "pki.h"

#include "core/base/date.h"
#include "core/base/file.h"
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

/* A server farm: each stored certificate counts for itself. */
static void several_at_one_place(void **state)
{
    const struct exception_wish wish = {.host = "mail.example.org",
                                        .port = 993};
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    X509 *y = make(&(struct recipe){LEAF}, other_key, NULL, NULL);
    X509 *z = make(&(struct recipe){LEAF}, middle_key, NULL, NULL);
    const struct exception *which = NULL;
    struct exceptions *s = fresh();
    struct verdict a, b, c, late;
    struct error e = {0};

    (void)state;
    judge(&a, x, NULL, "mail.example.org", NOW);
    judge(&b, y, NULL, "mail.example.org", NOW);
    judge(&c, z, NULL, "mail.example.org", NOW);
    judge(&late, y, NULL, "mail.example.org", NOW + 101 * DAY);
    assert_true(exceptions_add(s, &wish, &a, false, NOW, &e));
    assert_true(exceptions_note_change(s, exceptions_at(s, 0), NOW + DAY, &e));
    assert_true(exceptions_add(s, &wish, &b, false, NOW, &e));
    assert_int_equal(exceptions_count(s), 2);
    /* What was seen there is accepted now. */
    assert_int_equal(exceptions_at(s, 0)->changed_seen, 0);
    assert_int_equal(exceptions_judge(s, wish.host, 993, &a, NOW, &which, NULL),
                     EXCEPTION_USED);
    assert_memory_equal(which->sha256, verdict_leaf(&a)->sha256, 32);
    assert_int_equal(exceptions_judge(s, wish.host, 993, &b, NOW, &which, NULL),
                     EXCEPTION_USED);
    assert_memory_equal(which->sha256, verdict_leaf(&b)->sha256, 32);
    assert_int_equal(state_at(s, &c, NOW), EXCEPTION_CHANGED);
    /* The one concerned is told, whichever stands first. */
    assert_int_equal(exceptions_judge(s, wish.host, 993, &late, NOW + 101 * DAY,
                                      &which, NULL),
                     EXCEPTION_ENDED);
    assert_memory_equal(which->sha256, verdict_leaf(&b)->sha256, 32);
    /* Accepting one of them again leaves the other. */
    assert_true(exceptions_add(s, &wish, &a, false, NOW, &e));
    assert_int_equal(exceptions_count(s), 2);
    assert_true(exceptions_add(s, &wish, &c, true, NOW, &e));
    assert_int_equal(exceptions_count(s), 1);
    exceptions_free(s);
    verdict_release(&a);
    verdict_release(&b);
    verdict_release(&c);
    verdict_release(&late);
    X509_free(x);
    X509_free(y);
    X509_free(z);
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

/* -- what the file may say ------------------------------------------------- */

static struct exceptions *open_text(const char *text)
{
    struct error e = {0};
    struct exceptions *s;

    write_file(in_folder("exceptions.ini"), text);
    chmod(in_folder("exceptions.ini"), 0600);
    s = exceptions_open(in_folder("accounts.ini"), &e);
    assert_non_null(s);
    return s;
}

#define SHA "0000000000000000000000000000000000000000000000000000000000000001"
#define GOOD(n)                                                                \
    "[exception " n "]\nhost = a.example\nport = 993\nsha256 = " SHA           \
    "\nfaults = self-signed\nuntil = 2027-03-01\n"

/* Damaged by hand: ignored and told, never a crash, never more trust. */
static void damaged_sections(void **state)
{
    static const struct {
        const char *text;
        size_t good, problems;
    } cases[] = {
        {"", 0, 0},
        {"# nothing\n", 0, 0},
        {GOOD("1"), 1, 0},
        {GOOD("1") GOOD("2"), 2, 0},
        {GOOD("01"), 0, 1},
        {GOOD("0"), 0, 1},
        {GOOD("-1"), 0, 1},
        {GOOD("99999999999999999999"), 0, 1},
        {GOOD("x") GOOD("3"), 1, 1},
        {"[other]\nhost = a.example\n", 0, 1},
        {"[exception 1]\nhost = a.example\nport = 993\n", 0, 1},
        {GOOD("1") "port = 0\n", 0, 1},
        {GOOD("1") "port = 70000\n", 0, 1},
        {GOOD("1") "host = *.example\n", 0, 1},
        {GOOD("1") "host =\n", 0, 1},
        {GOOD("1") "sha256 = 12\n", 0, 1},
        {GOOD("1") "faults = everything\n", 0, 1},
        {GOOD("1") "until = never\n", 0, 1},
        {GOOD("1") "until = 2027-02-30\n", 0, 1},
        {GOOD("1") "spki-sha256 = x\nadded = x\nchecked = x\n", 1, 0},
        {GOOD("1") "names = \x1b[2J\n", 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct exceptions *s = open_text(cases[i].text);

        assert_int_equal(exceptions_count(s), cases[i].good);
        assert_int_equal(exceptions_problem_count(s), cases[i].problems);
        for (size_t k = 0; k < cases[i].problems; k++)
            assert_clean(exceptions_problem_at(s, k));
        for (size_t k = 0; k < cases[i].good; k++)
            assert_clean(exceptions_at(s, k)->names);
        exceptions_free(s);
    }
}

/* A new one neither lands in an ignored section nor changes it. */
static void numbers_stay_unique(void **state)
{
    static const struct {
        const char *text;
        unsigned number;
    } cases[] = {
        {"", 1},
        {"[exception 7]\nhost = a.example\n# half\n", 8},
        {GOOD("3") "\n" GOOD("12"), 13},
        {GOOD("1000000000"), 1},
        {GOOD("1") "\n" GOOD("1000000000"), 2},
    };
    const struct exception_wish wish = {.host = "mail.example.org",
                                        .port = 993};
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    struct verdict v;

    (void)state;
    judge(&v, x, NULL, "mail.example.org", NOW);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct exceptions *s = open_text(cases[i].text);
        struct error e = {0};
        const struct exception *which = NULL;
        char *after;

        assert_true(exceptions_add(s, &wish, &v, false, NOW, &e));
        assert_int_equal(
            exceptions_judge(s, "mail.example.org", 993, &v, NOW, &which, NULL),
            EXCEPTION_USED);
        assert_int_equal(which->number, cases[i].number);
        after = read_file(in_folder("exceptions.ini"));
        assert_memory_equal(after, cases[i].text, strlen(cases[i].text));
        free(after);
        exceptions_free(s);
    }
    verdict_release(&v);
    X509_free(x);
}

/* -- two sessions at once -------------------------------------------------- */

static void two_sessions(void **state)
{
    const struct exception_wish here = {.host = "a.example", .port = 993},
                                there = {.host = "b.example", .port = 465};
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    struct exceptions *s = fresh(), *t;
    struct error e = {0};
    struct verdict v;
    char what[200];

    (void)state;
    judge(&v, x, NULL, "mail.example.org", NOW);
    t = exceptions_open(in_folder("accounts.ini"), &e);
    /* Neither has seen the other's. */
    assert_true(exceptions_add(s, &here, &v, false, NOW, &e));
    assert_true(exceptions_add(t, &there, &v, false, NOW, &e));
    assert_int_equal(exceptions_count(t), 2);
    assert_int_not_equal(exceptions_at(t, 0)->number,
                         exceptions_at(t, 1)->number);
    /* What was changed meanwhile is not taken back. */
    assert_false(exceptions_undo(s, what, sizeof(what), &e));
    assert_int_equal(e.code, ERROR_CONFLICT);
    assert_true(exceptions_refresh(s, &e));
    assert_int_equal(exceptions_count(s), 2);
    /* Removed by both: the second time is no failure. */
    assert_true(exceptions_remove(t, exceptions_at(t, 0), &e));
    assert_true(exceptions_remove(s, exceptions_at(s, 0), &e));
    assert_int_equal(exceptions_count(s), 1);
    assert_string_equal(exceptions_at(s, 0)->host, "b.example");
    exceptions_free(s);
    exceptions_free(t);
    verdict_release(&v);
    X509_free(x);
}

static void locked_by_another(void **state)
{
    const struct exception_wish wish = {.host = "a.example", .port = 993};
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    struct exceptions *s = fresh();
    struct file_lock lock = FILE_LOCK_NONE;
    struct error e = {0};
    struct verdict v;

    (void)state;
    judge(&v, x, NULL, "mail.example.org", NOW);
    assert_true(file_lock_try(&lock, in_folder("exceptions.ini"), &e));
    assert_false(exceptions_add(s, &wish, &v, false, NOW, &e));
    assert_int_equal(e.code, ERROR_LOCKED);
    assert_int_equal(exceptions_count(s), 0);
    file_lock_release(&lock);
    assert_true(exceptions_add(s, &wish, &v, false, NOW, &e));
    exceptions_free(s);
    verdict_release(&v);
    X509_free(x);
}

/* -- stored certificates --------------------------------------------------- */

static char *pem_of(const struct exception *x)
{
    static char path[300];
    size_t used =
        (size_t)snprintf(path, sizeof(path), "%s/certificates/", folder);

    for (int i = 0; i < 32; i++)
        used += (size_t)snprintf(path + used, sizeof(path) - used, "%02x",
                                 x->sha256[i]);
    snprintf(path + used, sizeof(path) - used, ".pem");
    return path;
}

static mode_t mode_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_mode & 0777 : 0;
}

static void stored_certificates(void **state)
{
    const struct exception_wish wish = {.host = "a.example", .port = 993};
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    struct exceptions *s = fresh();
    struct error e = {0};
    struct verdict v;
    struct cert cert, other;
    struct buf pem;
    char *path, what[200];

    (void)state;
    judge(&v, x, NULL, "mail.example.org", NOW);
    assert_true(exceptions_add(s, &wish, &v, false, NOW, &e));
    path = pem_of(exceptions_at(s, 0));
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(mode_of(in_folder("certificates")), 0700);
    assert_int_equal(mode_of(in_folder("exceptions.ini")), 0600);
    assert_true(exceptions_load_cert(s, exceptions_at(s, 0), &cert, &e));
    cert_release(&cert);
    /* Another certificate in its place is told. */
    cert_read(&other, root);
    buf_init(&pem, 10000);
    assert_true(cert_add_pem(&pem, &other));
    write_file(path, pem.data);
    assert_false(exceptions_load_cert(s, exceptions_at(s, 0), &cert, &e));
    assert_int_equal(e.code, ERROR_TRUST);
    chmod(path, 0666);
    assert_false(exceptions_load_cert(s, exceptions_at(s, 0), &cert, &e));
    assert_int_equal(e.code, ERROR_TRUST);
    /* Kept while the removal may be taken back, then gone. */
    assert_true(exceptions_remove(s, exceptions_at(s, 0), &e));
    assert_int_equal(access(path, F_OK), 0);
    assert_true(exceptions_undo(s, what, sizeof(what), &e));
    assert_int_equal(access(path, F_OK), 0);
    assert_true(exceptions_remove(s, exceptions_at(s, 0), &e));
    exceptions_free(s);
    assert_int_equal(access(path, F_OK), -1);
    buf_release(&pem);
    cert_release(&other);
    verdict_release(&v);
    X509_free(x);
}

static void shared_certificate_stays(void **state)
{
    const struct exception_wish here = {.host = "a.example", .port = 993},
                                there = {.host = "b.example", .port = 465};
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    struct exceptions *s = fresh();
    struct error e = {0};
    struct verdict v;
    char *path, what[200];

    (void)state;
    judge(&v, x, NULL, "mail.example.org", NOW);
    assert_true(exceptions_add(s, &here, &v, false, NOW, &e));
    assert_true(exceptions_add(s, &there, &v, false, NOW, &e));
    path = pem_of(exceptions_at(s, 0));
    assert_true(exceptions_remove(s, exceptions_at(s, 0), &e));
    exceptions_free(s);
    assert_int_equal(access(path, F_OK), 0);
    s = exceptions_open(in_folder("accounts.ini"), &e);
    assert_int_equal(exceptions_count(s), 1);
    /* An add that is taken back leaves nothing behind. */
    assert_true(exceptions_remove(s, exceptions_at(s, 0), &e));
    assert_true(exceptions_add(s, &here, &v, false, NOW, &e));
    assert_int_equal(access(path, F_OK), 0);
    assert_true(exceptions_undo(s, what, sizeof(what), &e));
    assert_int_equal(access(path, F_OK), -1);
    exceptions_free(s);
    verdict_release(&v);
    X509_free(x);
}

/* -- to the second --------------------------------------------------------- */

static void last_second(void **state)
{
    struct exception_wish wish = {.host = "mail.example.org", .port = 993};
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    struct exceptions *s = fresh();
    struct error e = {0};
    struct verdict v;
    time_t end;

    (void)state;
    judge(&v, x, NULL, "mail.example.org", NOW);
    assert_true(date_parse("2026-10-01", &end));
    wish.until = end;
    assert_true(exceptions_add(s, &wish, &v, false, NOW, &e));
    assert_int_equal(exceptions_at(s, 0)->until, end);
    assert_int_equal(state_at(s, &v, end), EXCEPTION_USED);
    assert_int_equal(state_at(s, &v, end + 1), EXCEPTION_ENDED);
    exceptions_free(s);
    verdict_release(&v);
    X509_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states),
        cmocka_unit_test(several_at_one_place),
        cmocka_unit_test(ends),
        cmocka_unit_test(session_and_undo),
        cmocka_unit_test(never_for_some),
        cmocka_unit_test(damaged_sections),
        cmocka_unit_test(numbers_stay_unique),
        cmocka_unit_test(two_sessions),
        cmocka_unit_test(locked_by_another),
        cmocka_unit_test(stored_certificates),
        cmocka_unit_test(shared_certificate_stays),
        cmocka_unit_test(last_second),
    };

    return cmocka_run_group_tests_name("exception", tests, set_up, tear_down);
}
