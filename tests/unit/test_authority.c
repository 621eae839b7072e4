/* SPDX-License-Identifier: MIT */
/* authority: anchors from files and from the places that OpenSSL names. */
#include "pki.h"

#include "core/trust/authority.h"

#include <sys/stat.h>

static X509 *leaf;

static int set_up_files(void **state)
{
    int result = set_up(state);

    leaf = make(&(struct recipe){LEAF}, leaf_key, middle, middle_key);
    return result;
}

static int tear_down_files(void **state)
{
    X509_free(leaf);
    return tear_down(state);
}

/* The caller frees nothing: the path lives in a static buffer. */
static const char *pem_file(const char *name, X509 *first, X509 *second)
{
    const char *path = in_folder(name);
    struct cert cert;
    struct buf pem;

    buf_init(&pem, 20000);
    for (int i = 0; i < 2; i++) {
        if (!(i ? second : first))
            continue;
        cert_read(&cert, i ? second : first);
        assert_true(cert_add_pem(&pem, &cert));
        cert_release(&cert);
    }
    write_file(path, pem.data);
    buf_release(&pem);
    chmod(path, 0644);
    return path;
}

static void assert_judged(struct authorities *authorities, const char *wanted)
{
    STACK_OF(X509) *sent = sk_X509_new_null();
    const struct verdict_request request = {.host = "mail.example.org",
                                            .store =
                                                authorities_store(authorities),
                                            .now = NOW};
    struct verdict v;

    sk_X509_push(sent, leaf);
    sk_X509_push(sent, middle);
    assert_true(verdict_judge(&v, sent, &request, NULL));
    assert_words(&v, wanted);
    verdict_release(&v);
    sk_X509_free(sent);
}

static void files(void **state)
{
    struct authorities *authorities = authorities_new(false);
    X509 *other =
        make(&(struct recipe){AUTHORITY("Other")}, other_key, NULL, NULL);
    struct error e = {0};
    const char *path;

    (void)state;
    assert_judged(authorities, "unknown-issuer");
    assert_true(authorities_add_file(authorities,
                                     pem_file("other.pem", other, NULL), &e));
    assert_judged(authorities, "unknown-issuer");
    /* All of a file count, and twice is no harm. */
    path = pem_file("both.pem", other, root);
    assert_true(authorities_add_file(authorities, path, &e));
    assert_true(authorities_add_file(authorities, path, &e));
    assert_judged(authorities, "");
    authorities_free(authorities);
    authorities_free(NULL);
    X509_free(other);
}

static void refused(void **state)
{
    struct authorities *authorities = authorities_new(false);
    const char *path = pem_file("root.pem", root, NULL);
    struct error e = {0};

    (void)state;
    chmod(path, 0666);
    assert_false(authorities_add_file(authorities, path, &e));
    assert_int_equal(e.code, ERROR_TRUST);
    assert_non_null(strstr(e.text, "chmod"));
    assert_false(
        authorities_add_file(authorities, in_folder("nowhere.pem"), &e));
    assert_int_equal(e.code, ERROR_FILE);
    path = in_folder("text.pem");
    write_file(path, "hello\n");
    chmod(path, 0600);
    assert_false(authorities_add_file(authorities, path, &e));
    assert_int_equal(e.code, ERROR_PARSE);
    assert_judged(authorities, "unknown-issuer");
    authorities_free(authorities);
}

static void assert_system(const char *file, const char *dir, const char *wanted)
{
    struct authorities *authorities;

    setenv("SSL_CERT_FILE", file, 1);
    setenv("SSL_CERT_DIR", dir, 1);
    authorities = authorities_new(true);
    assert_judged(authorities, wanted);
    authorities_free(authorities);
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
}

static void system_places(void **state)
{
    char folders[600], empty[256], hashed[256], file[256], link[300];
    struct authorities *authorities;

    (void)state;
    snprintf(empty, sizeof(empty), "%s", in_folder("empty"));
    snprintf(hashed, sizeof(hashed), "%s", in_folder("hashed"));
    snprintf(folders, sizeof(folders), "%s:%s", empty, hashed);
    snprintf(file, sizeof(file), "%s", pem_file("bundle.pem", root, NULL));
    assert_int_equal(mkdir(empty, 0700), 0);
    assert_int_equal(mkdir(hashed, 0700), 0);
    snprintf(link, sizeof(link), "%s/%08lx.0", hashed,
             X509_NAME_hash_ex(X509_get_subject_name(root), NULL, NULL, NULL));
    assert_int_equal(symlink(file, link), 0);

    assert_system(in_folder("nowhere.pem"), empty, "unknown-issuer");
    assert_system(file, empty, "");
    assert_system(in_folder("nowhere.pem"), hashed, "");
    assert_system(in_folder("nowhere.pem"), folders, "");
    assert_system(file, hashed, "");
    /* `cert verify --roots` asks for no others. */
    setenv("SSL_CERT_FILE", file, 1);
    authorities = authorities_new(false);
    unsetenv("SSL_CERT_FILE");
    assert_judged(authorities, "unknown-issuer");
    authorities_free(authorities);
}

/* -- a bundle ------------------------------------------------------------- */

static void add_pem(BIO *file, X509 *x509)
{
    assert_true(PEM_write_bio_X509(file, x509));
}

/* Twice: the second time the store has what it needs. */
static void assert_bundle(const char *wanted)
{
    struct authorities *authorities;

    setenv("SSL_CERT_FILE", in_folder("many.pem"), 1);
    setenv("SSL_CERT_DIR", "/nonexistent", 1);
    authorities = authorities_new(true);
    assert_judged(authorities, wanted);
    assert_judged(authorities, wanted);
    authorities_free(authorities);
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
}

/* Everything that stands in such files, with the one that counts behind it. */
static void bundle(void **state)
{
    X509 *namesake =
        make(&(struct recipe){AUTHORITY("Root")}, other_key, NULL, NULL);
    X509 *stranger =
        make(&(struct recipe){AUTHORITY("Stranger")}, other_key, NULL, NULL);
    BIO *file = BIO_new_file(in_folder("many.pem"), "w");
    unsigned char damaged[] = {0x30, 0x82, 0x7f, 0xff, 0x30, 3, 2, 1, 0};

    (void)state;
    BIO_puts(file, "# a comment\n");
    for (int i = 0; i < 20; i++)
        add_pem(file, stranger);
    PEM_write_bio_PrivateKey(file, other_key, NULL, NULL, 0, NULL, NULL);
    PEM_write_bio(file, PEM_STRING_X509, "", damaged, sizeof(damaged));
    BIO_free(file);
    assert_bundle("unknown-issuer");

    file = BIO_new_file(in_folder("many.pem"), "a");
    add_pem(file, namesake);
    BIO_free(file);
    assert_bundle("bad-signature");

    file = BIO_new_file(in_folder("many.pem"), "a");
    add_pem(file, root);
    add_pem(file, root);
    BIO_free(file);
    assert_bundle("");

    /* As OpenSSL writes it with what it is trusted for: not for this. */
    X509_add1_reject_object(root, OBJ_nid2obj(NID_server_auth));
    file = BIO_new_file(in_folder("many.pem"), "w");
    PEM_write_bio_X509_AUX(file, root);
    BIO_free(file);
    X509_reject_clear(root);
    assert_bundle("distrusted bad-purpose unknown-issuer");
    X509_free(namesake);
    X509_free(stranger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files),
        cmocka_unit_test(refused),
        cmocka_unit_test(system_places),
        cmocka_unit_test(bundle),
    };

    return cmocka_run_group_tests_name("authority", tests, set_up_files,
                                       tear_down_files);
}
