/* SPDX-License-Identifier: MIT */
/* authority_store: what the person decides about authorities, kept beside
 * accounts.ini, and what a verdict gets of it. */
#include "authorities.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

/* -- importing ------------------------------------------------------------- */

static void imported(void **state)
{
    struct authorities *a = open_store();
    const struct authority *one;
    struct cert cert;

    (void)state;
    assert_vouches(a, root, false);
    import_cert(a, root, NULL, FATE_STORE);
    assert_int_equal(authorities_own_count(a), 1);
    one = authorities_at(a, 0);
    assert_string_equal(one->name, "Root");
    assert_int_equal(one->source, AUTHORITY_IMPORTED);
    assert_int_equal(one->trust, AUTHORITY_TRUSTED);
    assert_null(one->domains);
    assert_null(one->problem);
    assert_int_equal(one->added, NOW);
    assert_string_equal(one->origin, "root.pem");
    assert_true(authorities_load_cert(a, one, &cert, NULL));
    assert_string_equal(cert.subject, "CN=Root");
    cert_release(&cert);
    assert_vouches(a, root, true);

    /* Another session sees the same, and nothing is imported twice. */
    authorities_free(a);
    a = open_store();
    assert_vouches(a, root, true);
    import_cert(a, root, NULL, FATE_KNOWN);
    assert_int_equal(authorities_own_count(a), 1);
    assert_int_equal(authorities_problem_count(a), 0);
    authorities_free(a);
}

static void limited(void **state)
{
    struct authorities *a = open_store();
    char scope[200];
    char *domains;

    (void)state;
    assert_true(authority_domains("Example.ORG, 192.0.2.1", &domains, NULL));
    assert_string_equal(domains, "example.org 192.0.2.1");
    import_cert(a, root, domains, FATE_STORE);
    free(domains);
    assert_string_equal(
        authority_scope(scope, sizeof(scope), authorities_at(a, 0)),
        "example.org, 192.0.2.1 and below");
    assert_true(vouches_for(a, root, "example.org"));
    assert_true(vouches_for(a, root, "mail.example.org"));
    assert_true(vouches_for(a, root, "192.0.2.1"));
    assert_false(vouches_for(a, root, "badexample.org"));
    assert_false(vouches_for(a, root, "org"));
    assert_false(vouches_for(a, root, "192.0.2.11"));
    /* Somebody else's authority is not concerned. */
    assert_true(vouches_for(a, middle, "other.example"));

    /* Other limits, then none. */
    import_cert(a, root, "example.net", FATE_CHANGE);
    assert_false(vouches_for(a, root, "mail.example.org"));
    assert_true(vouches_for(a, root, "mail.example.net"));
    assert_true(authorities_limit(a, authorities_at(a, 0), NULL, NULL));
    assert_true(vouches_for(a, root, "mail.example.org"));
    authorities_free(a);
}

static void distrusted(void **state)
{
    struct authorities *a = open_store();

    (void)state;
    import_cert(a, root, "example.org", FATE_STORE);
    assert_true(authorities_distrust(a, authorities_at(a, 0), NOW, NULL));
    assert_true(is_distrusted_here(a, root));
    assert_vouches(a, root, false);
    assert_int_equal(authorities_at(a, 0)->trust, AUTHORITY_DISTRUSTED);
    /* It is still found, so that the verdict can name it. */
    assert_true(in_store(a, root));
    import_cert(a, root, NULL, FATE_REFUSED);

    assert_true(authorities_trust(a, authorities_at(a, 0), NULL));
    assert_false(is_distrusted_here(a, root));
    assert_true(vouches_for(a, root, "mail.example.org"));
    assert_false(vouches_for(a, root, "mail.example.net"));

    assert_true(authorities_remove(a, authorities_at(a, 0), NULL));
    assert_int_equal(authorities_own_count(a), 0);
    assert_false(in_store(a, root));
    authorities_free(a);
}

static void taken_back(void **state)
{
    struct authorities *a = open_store();
    struct error e = {0};
    char what[300];

    (void)state;
    assert_false(authorities_undo(a, what, sizeof(what), &e));
    import_cert(a, root, NULL, FATE_STORE);
    assert_true(authorities_undo(a, what, sizeof(what), &e));
    assert_string_equal(what, "importing \"Root\"");
    assert_int_equal(authorities_own_count(a), 0);
    assert_false(in_store(a, root));
    assert_false(authorities_undo(a, what, sizeof(what), &e));

    import_cert(a, root, NULL, FATE_STORE);
    assert_true(authorities_remove(a, authorities_at(a, 0), &e));
    assert_true(authorities_undo(a, what, sizeof(what), &e));
    assert_string_equal(what, "removing \"Root\"");
    assert_vouches(a, root, true);
    authorities_free(a);
}

/* -- the system's ---------------------------------------------------------- */

/* A system with these two. */
static void make_system(X509 *first, X509 *second)
{
    const char *path = in_store_folder("system.pem");
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(PEM_write_X509(f, first));
    assert_true(!second || PEM_write_X509(f, second));
    fclose(f);
    setenv("SSL_CERT_FILE", path, 1);
}

static void of_the_system(void **state)
{
    struct authorities *a;
    struct error e = {0};
    struct cert cert;

    (void)state;
    make_system(root, middle);
    a = open_store();
    assert_int_equal(authorities_own_count(a), 0);
    assert_int_equal(authorities_count(a), 2);
    assert_string_equal(authorities_at(a, 0)->name, "Middle");
    assert_string_equal(authorities_at(a, 1)->name, "Root");
    assert_int_equal(authorities_at(a, 1)->source, AUTHORITY_SYSTEM);
    assert_false(authorities_at(a, 1)->decided);
    import_cert(a, root, NULL, FATE_KNOWN);

    /* It cannot be removed, only distrusted; that leaves a mark alone. */
    assert_false(authorities_remove(a, authorities_at(a, 1), &e));
    assert_int_equal(e.code, ERROR_INPUT);
    assert_true(authorities_distrust(a, authorities_at(a, 1), NOW, NULL));
    assert_true(is_distrusted_here(a, root));
    assert_false(is_distrusted_here(a, middle));
    assert_int_equal(authorities_own_count(a), 1);
    assert_int_equal(authorities_count(a), 2);
    assert_string_equal(authorities_at(a, 0)->name, "Root");
    authorities_free(a);

    /* Another session knows the name without reading the system's. */
    a = open_store();
    assert_true(is_distrusted_here(a, root));
    assert_string_equal(authorities_at(a, 0)->name, "Root");
    assert_int_equal(authorities_at(a, 0)->source, AUTHORITY_SYSTEM);
    assert_string_equal(authorities_at(a, 0)->subject, "");
    assert_true(authorities_load_cert(a, authorities_at(a, 0), &cert, NULL));
    assert_string_equal(cert.subject, "CN=Root");
    cert_release(&cert);
    assert_true(authorities_trust(a, authorities_at(a, 0), NULL));
    assert_int_equal(authorities_own_count(a), 0);
    assert_false(is_distrusted_here(a, root));

    /* It can be limited as well. */
    assert_true(authorities_limit(a, authorities_find(a, "root", NULL),
                                  "example.net", NULL));
    assert_false(vouches_for(a, root, "mail.example.org"));
    assert_true(vouches_for(a, root, "mail.example.net"));
    assert_true(authorities_remove(a, authorities_at(a, 0), NULL));
    assert_true(vouches_for(a, root, "mail.example.org"));
    authorities_free(a);
}

static void any_certificate(void **state)
{
    struct authorities *a = open_store();
    unsigned char sha256[32];
    struct cert cert;

    (void)state;
    digest_of(middle, sha256);
    assert_true(authorities_distrust_cert(a, sha256, "A Middle", NOW, NULL));
    assert_true(is_distrusted_here(a, middle));
    assert_string_equal(authorities_at(a, 0)->name, "A Middle");
    assert_false(authorities_load_cert(a, authorities_at(a, 0), &cert, NULL));
    assert_true(authorities_trust(a, authorities_at(a, 0), NULL));
    assert_int_equal(authorities_own_count(a), 0);
    authorities_free(a);
}

static void found(void **state)
{
    X509 *twin =
        make(&(struct recipe){AUTHORITY("Root")}, other_key, NULL, NULL);
    unsigned char sha256[32];
    struct authorities *a;
    struct error e = {0};
    char hex[65];

    (void)state;
    make_system(root, twin);
    a = open_store();
    digest_of(twin, sha256);
    text_hex(hex, sha256, 32);
    assert_memory_equal(authorities_find(a, hex, NULL)->sha256, sha256, 32);
    hex[10] = '\0';
    assert_memory_equal(authorities_find(a, hex, NULL)->sha256, sha256, 32);
    hex[7] = '\0';
    assert_null(authorities_find(a, hex, &e));
    assert_int_equal(e.code, ERROR_NOT_FOUND);
    assert_null(authorities_find(a, "ROOT", &e));
    assert_int_equal(e.code, ERROR_INPUT);
    assert_non_null(strstr(e.text, "2 authorities"));
    assert_null(authorities_find(a, "", &e));
    X509_free(twin);
    authorities_free(a);
}

/* -- files that people edit ------------------------------------------------ */

static char *section_of(X509 *x509)
{
    unsigned char sha256[32];
    char hex[65];

    digest_of(x509, sha256);
    text_hex(hex, sha256, 32);
    return xasprintf("[authority %s]", hex);
}

static void write_store(const char *text)
{
    write_file(in_store_folder("authorities.ini"), text);
    chmod(in_store_folder("authorities.ini"), 0600);
}

static void edited_by_hand(void **state)
{
    struct authorities *a;
    char *section = section_of(root), *text, *after;

    (void)state;
    text = xasprintf("; mine\n%s\n  TRUST = No ; bad\nunknown = kept\n\n"
                     "[else]\nx = y\n",
                     section);
    write_store(text);
    a = open_store();
    assert_true(is_distrusted_here(a, root));
    assert_int_equal(authorities_problem_count(a), 1); /* [else] */
    import_cert(a, middle, NULL, FATE_REFUSED);
    assert_true(authorities_limit(a, authorities_at(a, 0), "a.example", NULL));
    after = read_file(in_store_folder("authorities.ini"));
    assert_non_null(strstr(after, "; mine\n"));
    assert_non_null(strstr(after, "TRUST = no ; bad\nunknown = kept\n"));
    assert_non_null(strstr(after, "[else]\nx = y\n"));
    free(after);
    authorities_free(a);
    free(text);
    free(section);
}

/* What is damaged trusts less than was meant, never more. */
static void damaged(void **state)
{
    static const struct {
        const char *lines;
        bool distrusted, vouches;
    } cases[] = {
        {"", true, false},
        {"trust = maybe\n", true, false},
        {"trust yes\n", true, false},
        {"trust = no\n", true, false},
        {"trust = yes\n", false, true},
        {"trust = YES\ndomains = example.org\n", false, true},
        {"trust = yes\ndomains = ..\n", false, false},
        {"trust = yes\ndomains =\n", false, false},
        {"trust = yes\ndomains = .., mail.example.org\n", false, true},
        {"trust = yes\ndomains = *.example.org\n", false, false},
        {"trust = chain\n", false, false},
        {"trust = yes\ntrust = no\n", true, false},
    };
    char *section = section_of(root);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *text = xasprintf("%s\n%s", section, cases[i].lines);
        struct authorities *a;

        write_store(text);
        a = open_store();
        assert_int_equal(authorities_own_count(a), 1);
        assert_int_equal(is_distrusted_here(a, root), cases[i].distrusted);
        assert_int_equal(vouches_for(a, root, "mail.example.org") &&
                             !is_distrusted_here(a, root),
                         cases[i].vouches);
        authorities_free(a);
        free(text);
    }
    free(section);
}

static void swapped_file(void **state)
{
    struct authorities *a = open_store();
    unsigned char sha256[32];
    char hex[65], name[100];
    FILE *f;

    (void)state;
    import_cert(a, root, NULL, FATE_STORE);
    digest_of(root, sha256);
    text_hex(hex, sha256, 32);
    snprintf(name, sizeof(name), "authorities/%s.pem", hex);
    f = fopen(in_store_folder(name), "w");
    assert_non_null(f);
    assert_true(PEM_write_X509(f, middle));
    fclose(f);
    assert_true(authorities_refresh(a, NULL));
    assert_non_null(authorities_at(a, 0)->problem);
    assert_int_equal(authorities_problem_count(a), 1);
    assert_false(in_store(a, root));
    assert_false(in_store(a, middle));
    /* Importing it again mends it. */
    import_cert(a, root, NULL, FATE_CHANGE);
    assert_vouches(a, root, true);
    assert_int_equal(authorities_problem_count(a), 0);
    /* One that nobody decided about is not used. */
    write_file(in_store_folder("authorities/more.pem"), "");
    assert_true(authorities_refresh(a, NULL));
    assert_int_equal(authorities_problem_count(a), 1);
    authorities_free(a);
}

static void others_may_write(void **state)
{
    static const char *const names[] = {"authorities.ini", "authorities",
                                        "crls"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct error e = {0};
        struct authorities *a;

        fresh_folder(state);
        a = open_store();
        import_cert(a, root, NULL, FATE_STORE);
        mkdir(in_store_folder("crls"), 0700);
        assert_int_equal(chmod(in_store_folder(names[i]), i ? 0777 : 0666), 0);
        assert_null(authorities_open(in_store_folder("accounts.ini"), &e));
        assert_int_equal(e.code, ERROR_TRUST);
        assert_non_null(strstr(e.text, "chmod"));
        assert_false(authorities_refresh(a, &e));
        assert_false(authorities_distrust(a, authorities_at(a, 0), NOW, NULL));
        authorities_free(a);
    }
}

/* -- several sessions ------------------------------------------------------ */

static void sessions(void **state)
{
    struct authorities *a = open_store(), *b = open_store();
    struct file_lock lock = FILE_LOCK_NONE;
    struct error e = {0};
    char what[300];

    (void)state;
    import_cert(a, root, NULL, FATE_STORE);
    assert_true(authorities_refresh(b, NULL));
    assert_vouches(b, root, true);
    /* Neither loses what the other wrote. */
    assert_true(authorities_distrust(b, authorities_at(b, 0), NOW, NULL));
    import_cert(a, middle, NULL, FATE_STORE);
    assert_int_equal(authorities_own_count(a), 2);
    assert_true(is_distrusted_here(a, root));
    /* The distrust is not the last change any more. */
    assert_false(authorities_undo(b, what, sizeof(what), &e));
    assert_int_equal(e.code, ERROR_CONFLICT);

    assert_true(authorities_refresh(b, NULL));
    assert_true(authorities_remove(a, authorities_at(a, 0), NULL));
    assert_true(authorities_remove(b, authorities_at(b, 0), NULL));

    assert_true(file_lock_try(&lock, in_store_folder("authorities.ini"), NULL));
    assert_false(authorities_remove(a, authorities_at(a, 0), &e));
    assert_int_equal(e.code, ERROR_LOCKED);
    file_lock_release(&lock);
    assert_true(authorities_remove(a, authorities_at(a, 0), &e));
    assert_int_equal(authorities_own_count(a), 0);
    authorities_free(a);
    authorities_free(b);
}

/* -- a whole verdict ------------------------------------------------------- */

static void assert_judged(struct authorities *a, X509 *leaf, X509 *second,
                          const char *host, const char *wanted)
{
    STACK_OF(X509) *sent = sk_X509_new_null();
    struct verdict_request request = {.host = host, .now = NOW};
    struct verdict v;

    authorities_terms(a, &request);
    sk_X509_push(sent, leaf);
    if (second)
        sk_X509_push(sent, second);
    assert_true(verdict_judge(&v, sent, &request, NULL));
    assert_words(&v, wanted);
    verdict_release(&v);
    sk_X509_free(sent);
}

static void verdicts(void **state)
{
    const char *host = "mail.example.org";
    struct authorities *a = open_store();
    X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, middle, middle_key);

    (void)state;
    assert_judged(a, leaf, middle, host, "unknown-issuer");
    import_cert(a, root, "example.org", FATE_STORE);
    assert_judged(a, leaf, middle, host, "");
    assert_judged(a, leaf, NULL, host, "incomplete-chain");
    import_cert(a, middle, NULL, FATE_STORE);
    assert_judged(a, leaf, NULL, host, "");
    import_cert(a, root, "example.net", FATE_CHANGE);
    assert_judged(a, leaf, middle, host, "unknown-issuer");
    import_cert(a, root, NULL, FATE_CHANGE);
    assert_judged(a, leaf, middle, host, "");

    assert_true(
        authorities_distrust(a, authorities_find(a, "Root", NULL), NOW, NULL));
    assert_judged(a, leaf, middle, host, "distrusted");
    assert_true(authorities_trust(a, authorities_find(a, "Root", NULL), NULL));
    assert_true(authorities_distrust(a, authorities_find(a, "Middle", NULL),
                                     NOW, NULL));
    assert_judged(a, leaf, middle, host, "distrusted");
    X509_free(leaf);
    authorities_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(imported, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(limited, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(distrusted, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(taken_back, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(of_the_system, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(any_certificate, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(found, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(edited_by_hand, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(damaged, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(swapped_file, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(others_may_write, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(sessions, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(verdicts, fresh_folder, NULL),
    };

    return cmocka_run_group_tests_name("authority_store", tests, set_up,
                                       tear_down);
}
