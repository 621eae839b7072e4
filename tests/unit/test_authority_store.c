/* SPDX-License-Identifier: MIT */
/* authority_store: what the person decides about authorities, kept beside
 * accounts.ini, and what a verdict gets of it. */
#include "authorities.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(imported, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(limited, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(distrusted, fresh_folder, NULL),
        cmocka_unit_test_setup_teardown(taken_back, fresh_folder, NULL),
    };

    return cmocka_run_group_tests_name("authority_store", tests, set_up,
                                       tear_down);
}
