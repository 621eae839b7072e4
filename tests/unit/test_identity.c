/* SPDX-License-Identifier: MIT */
/* identity: import of every form, modes, names, export, removal and undo, and
 * that no key lies about. */
#include "pki.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/trust/identity.h"
#include "core/trust/identity_usage.h"

#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <sys/stat.h>

static X509 *mine;

static int set_up_mine(void **state)
{
    int status = set_up(state);

    mine = make(&(struct recipe){.cn = "Ann", .from = -DAY, .until = 100 * DAY},
                leaf_key, middle, middle_key);
    return status;
}

static int tear_down_mine(void **state)
{
    X509_free(mine);
    return tear_down(state);
}

static struct identities *opened(void)
{
    struct error e = {0};
    struct identities *s = identities_open(in_folder("accounts.ini"), &e);

    assert_non_null(s);
    return s;
}

static struct identities *fresh(void)
{
    nftw(in_folder("identities"), unlink_one, 8, FTW_DEPTH | FTW_PHYS);
    return opened();
}

static void drain(BIO *bio, struct buf *out)
{
    char *text;
    long len = BIO_get_mem_data(bio, &text);

    buf_init(out, IDENTITY_FILE_MAX);
    assert_true(buf_add(out, text, (size_t)len));
    BIO_free(bio);
}

/* A key, encrypted when there is a passphrase, between the certificates. */
static struct buf pem_of(EVP_PKEY *key, const char *passphrase)
{
    BIO *bio = BIO_new(BIO_s_mem());
    struct buf out;

    PEM_write_bio_X509(bio, middle);
    PEM_write_bio_PKCS8PrivateKey(
        bio, key, passphrase ? EVP_aes_256_cbc() : NULL, passphrase,
        passphrase ? (int)strlen(passphrase) : 0, NULL, NULL);
    PEM_write_bio_X509(bio, mine);
    drain(bio, &out);
    return out;
}

static struct buf p12_of(const char *password, int nid, OSSL_LIB_CTX *ctx,
                         int iterations)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    BIO *bio = BIO_new(BIO_s_mem());
    struct buf out;
    PKCS12 *p12;

    sk_X509_push(chain, root);
    sk_X509_push(chain, middle);
    p12 = PKCS12_create_ex(password, "Ann's \033 key", leaf_key, mine, chain,
                           nid, nid, iterations, 1, 0, ctx, NULL);
    assert_non_null(p12);
    assert_true(i2d_PKCS12_bio(bio, p12) > 0);
    PKCS12_free(p12);
    sk_X509_free(chain);
    drain(bio, &out);
    return out;
}

static const struct identity *import(struct identities *s, struct buf bytes,
                                     const char *password,
                                     enum error_code wanted)
{
    const struct identity *added = NULL;
    struct error e = {0};
    bool ok = identities_import(s, bytes.data, bytes.len, password, &added, &e);

    buf_release(&bytes);
    assert_int_equal(e.code, wanted);
    assert_int_equal(ok, wanted == ERROR_NONE);
    assert_int_equal(added != NULL, ok);
    return added;
}

static mode_t mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static void check_loads(const struct identity *identity, const char *passphrase)
{
    struct client_identity loaded;
    struct error e = {0};

    assert_true(identity_load(identity->path, passphrase, &loaded, &e));
    assert_int_equal(X509_cmp(loaded.x509, mine), 0);
    assert_int_equal(EVP_PKEY_eq(loaded.key, leaf_key), 1);
    assert_int_equal(sk_X509_num(loaded.chain), 1); /* without the root */
    assert_int_equal(X509_cmp(sk_X509_value(loaded.chain, 0), middle), 0);
    client_identity_release(&loaded);
}

static void pem(void **state)
{
    struct identities *s = fresh();
    const struct identity *added =
        import(s, pem_of(leaf_key, NULL), NULL, ERROR_NONE);

    (void)state;
    assert_string_equal(added->label, "Ann");
    assert_false(added->key_encrypted);
    assert_null(added->problem);
    assert_int_equal(mode_of(added->path), 0600);
    assert_int_equal(mode_of(in_folder("identities")), 0700);
    check_loads(added, NULL);
    check_loads(added, "not needed");
    identities_free(s);
    s = opened();
    assert_int_equal(identities_count(s), 1);
    assert_memory_equal(identities_at(s, 0)->sha256,
                        identities_at(s, 0)->cert.sha256, 32);
    import(s, pem_of(other_key, NULL), NULL, ERROR_PARSE);
    assert_int_equal(identities_count(s), 1);
    identities_free(s);
}

static void encrypted_pem(void **state)
{
    struct identities *s = fresh();
    const struct identity *added;
    struct client_identity loaded;
    struct error e = {0};
    char *text;

    (void)state;
    import(s, pem_of(leaf_key, "gate"), NULL, ERROR_PASSWORD);
    import(s, pem_of(leaf_key, "gate"), "", ERROR_PASSWORD);
    import(s, pem_of(leaf_key, "gate"), "wrong", ERROR_PASSWORD);
    import(s, pem_of(other_key, "gate"), "gate", ERROR_PARSE);
    assert_int_equal(identities_count(s), 0);
    added = import(s, pem_of(leaf_key, "gate"), "gate", ERROR_NONE);
    assert_true(added->key_encrypted);
    text = read_file(added->path);
    assert_non_null(strstr(text, "ENCRYPTED PRIVATE KEY"));
    assert_null(strstr(text, "gate"));
    free(text);
    check_loads(added, "gate");
    assert_false(identity_load(added->path, NULL, &loaded, &e));
    assert_int_equal(e.code, ERROR_PASSWORD);
    assert_false(identity_load(added->path, "wrong", &loaded, &e));
    assert_int_equal(e.code, ERROR_PASSWORD);
    identities_free(s);
}

static void traditional_pem(void **state)
{
    struct identities *s = fresh();
    BIO *bio = BIO_new(BIO_s_mem());
    struct buf bytes;

    (void)state;
    PEM_write_bio_X509(bio, mine);
    PEM_write_bio_X509(bio, middle);
    PEM_write_bio_PrivateKey_traditional(bio, leaf_key, EVP_aes_128_cbc(),
                                         (const unsigned char *)"gate", 4, NULL,
                                         NULL);
    drain(bio, &bytes);
    assert_non_null(strstr(bytes.data, "DEK-Info"));
    check_loads(import(s, bytes, "gate", ERROR_NONE), "gate");
    identities_free(s);
}

static void pkcs12(void **state)
{
    struct identities *s = fresh();
    const struct identity *added;
    int nid = NID_aes_256_cbc;

    (void)state;
    import(s, p12_of("locked", nid, NULL, 1000), NULL, ERROR_PASSWORD);
    import(s, p12_of("locked", nid, NULL, 1000), "wrong", ERROR_PASSWORD);
    added = import(s, p12_of("locked", nid, NULL, 1000), "locked", ERROR_NONE);
    assert_string_equal(added->label, "Ann's \\x1B key");
    assert_false(added->key_encrypted);
    check_loads(added, NULL);
    assert_true(identities_remove(s, added, NULL));
    check_loads(import(s, p12_of("", nid, NULL, 1000), NULL, ERROR_NONE), NULL);
    check_loads(import(s, p12_of("", nid, NULL, 1000), "needless", ERROR_NONE),
                NULL);
    check_loads(import(s, p12_of(NULL, nid, NULL, 1000), NULL, ERROR_NONE),
                NULL);
    assert_int_equal(identities_count(s), 1);
    identities_free(s);
}

/* What Windows XP and its time wrote: RC2-40 for the certificates. */
static void old_pkcs12(void **state)
{
    OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *base = OSSL_PROVIDER_load(ctx, "default");
    OSSL_PROVIDER *old = OSSL_PROVIDER_load(ctx, "legacy");
    struct identities *s = fresh();
    int rc2 = NID_pbe_WithSHA1And40BitRC2_CBC;
    int des = NID_pbe_WithSHA1And3_Key_TripleDES_CBC;

    (void)state;
    assert_non_null(old);
    import(s, p12_of("locked", rc2, ctx, 2048), "wrong", ERROR_PASSWORD);
    check_loads(
        import(s, p12_of("locked", rc2, ctx, 2048), "locked", ERROR_NONE),
        NULL);
    check_loads(import(s, p12_of("", rc2, ctx, 2048), NULL, ERROR_NONE), NULL);
    check_loads(
        import(s, p12_of("locked", des, ctx, 2048), "locked", ERROR_NONE),
        NULL);
    /* Loaded for that alone: the program itself knows no old cipher. */
    assert_int_equal(OSSL_PROVIDER_available(NULL, "legacy"), 0);
    OSSL_PROVIDER_unload(old);
    OSSL_PROVIDER_unload(base);
    OSSL_LIB_CTX_free(ctx);
    identities_free(s);
}

static struct buf text_of(const char *text)
{
    struct buf out;

    buf_init(&out, IDENTITY_FILE_MAX);
    buf_add_text(&out, text);
    return out;
}

static void add_pem(struct buf *out, X509 *x509)
{
    BIO *bio = BIO_new(BIO_s_mem());
    struct buf pem;

    PEM_write_bio_X509(bio, x509);
    drain(bio, &pem);
    buf_add(out, pem.data, pem.len);
    buf_release(&pem);
}

static void refusals(void **state)
{
    struct identities *s = fresh();
    struct buf only = text_of(""), der, big, twice;
    BIO *bio = BIO_new(BIO_s_mem());
    struct error e = {0};

    (void)state;
    import(s, text_of(""), NULL, ERROR_PARSE);
    import(s, text_of("hello"), NULL, ERROR_PARSE);
    import(s, text_of("-----BEGIN CERTIFICATE-----\nAAAA\n"), NULL,
           ERROR_PARSE);
    add_pem(&only, mine);
    assert_false(identities_import(s, only.data, only.len, NULL, NULL, &e));
    assert_string_equal(e.text, "It holds a certificate but no private key.");
    buf_release(&only);
    i2d_X509_bio(bio, mine);
    drain(bio, &der);
    import(s, der, NULL, ERROR_PARSE);
    buf_init(&big, 1 << 20);
    for (int i = 0; i < 60000; i++)
        buf_add_text(&big, "-----");
    import(s, big, NULL, ERROR_PARSE);
    twice = pem_of(leaf_key, NULL);
    only = pem_of(leaf_key, NULL);
    buf_add(&twice, only.data, only.len);
    buf_release(&only);
    import(s, twice, NULL, ERROR_PARSE);
    identities_free(s);
}

/* An encrypted key that asks for two thousand million rounds. */
static void endless_work(void **state)
{
    struct identities *s = fresh();
    X509_ALGOR *algorithm =
        PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), 2000000000, NULL, 0, NULL, -1);
    ASN1_OCTET_STRING *content = ASN1_OCTET_STRING_new();
    BIO *bio = BIO_new(BIO_s_mem());
    unsigned char *der = NULL, *inner = NULL;
    struct buf bytes;
    int len, inner_len;
    unsigned char all[400];

    (void)state;
    ASN1_OCTET_STRING_set(content, (const unsigned char *)"0123456789abcdef",
                          16);
    len = i2d_X509_ALGOR(algorithm, &der);
    inner_len = i2d_ASN1_OCTET_STRING(content, &inner);
    assert_true(len + inner_len < 128);
    all[0] = 0x30;
    all[1] = (unsigned char)(len + inner_len);
    memcpy(all + 2, der, (size_t)len);
    memcpy(all + 2 + len, inner, (size_t)inner_len);
    PEM_write_bio_X509(bio, mine);
    PEM_write_bio(bio, "ENCRYPTED PRIVATE KEY", "", all, 2 + len + inner_len);
    drain(bio, &bytes);
    import(s, bytes, "gate", ERROR_PARSE);
    OPENSSL_free(der);
    OPENSSL_free(inner);
    ASN1_OCTET_STRING_free(content);
    X509_ALGOR_free(algorithm);
    identities_free(s);
}

static void pairs(void **state)
{
    struct identities *s = fresh();
    BIO *bio = BIO_new(BIO_s_mem());
    const struct identity *added = NULL;
    struct buf cert, key, wrong;
    struct error e = {0};

    (void)state;
    i2d_X509_bio(bio, mine);
    drain(bio, &cert);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, leaf_key, NULL, NULL, 0, NULL, NULL);
    drain(bio, &key);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, other_key, NULL, NULL, 0, NULL, NULL);
    drain(bio, &wrong);
    assert_false(identities_import_pair(s, &cert, &wrong, NULL, &added, &e));
    assert_string_equal(e.text,
                        "The private key does not belong to the certificate.");
    assert_false(identities_import_pair(s, &key, &key, NULL, &added, &e));
    assert_true(identities_import_pair(s, &cert, &key, NULL, &added, &e));
    assert_string_equal(added->label, "Ann");
    buf_release(&cert);
    buf_release(&key);
    buf_release(&wrong);
    identities_free(s);
}

static void modes(void **state)
{
    struct identities *s = fresh();
    const struct identity *added =
        import(s, pem_of(leaf_key, NULL), NULL, ERROR_NONE);
    struct client_identity loaded;
    char path[256], cure[300];
    struct error e = {0};

    (void)state;
    snprintf(path, sizeof(path), "%s", added->path);
    snprintf(cure, sizeof(cure), "chmod 600 %s", path);
    for (mode_t bit = 001; bit <= 040; bit <<= 1) {
        assert_int_equal(chmod(path, 0600 | bit), 0);
        assert_true(identities_refresh(s, &e));
        assert_non_null(identities_at(s, 0)->problem);
        e = (struct error){0};
        assert_false(identity_load(path, NULL, &loaded, &e));
        assert_int_equal(e.code, ERROR_TRUST);
        assert_non_null(strstr(e.text, bit & 022 ? "chmod go-w" : cure));
    }
    /* The same again puts it right. */
    added = import(s, pem_of(leaf_key, NULL), NULL, ERROR_NONE);
    assert_null(added->problem);
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(chmod(in_folder("identities"), 0777), 0);
    assert_false(identities_refresh(s, &e));
    assert_int_equal(e.code, ERROR_TRUST);
    assert_null(identities_open(in_folder("accounts.ini"), &e));
    assert_int_equal(chmod(in_folder("identities"), 0700), 0);
    assert_true(identities_refresh(s, &e));
    identities_free(s);
}

static void foreign_files(void **state)
{
    struct identities *s = fresh();
    struct error e = {0};
    const char *problem;

    (void)state;
    import(s, pem_of(leaf_key, NULL), NULL, ERROR_NONE);
    write_file(in_folder("identities/rub\033bish.pem"), "nothing\n");
    write_file(in_folder("identities/note.txt"), "nothing\n");
    assert_true(identities_refresh(s, &e));
    assert_int_equal(identities_count(s), 1);
    assert_int_equal(identities_problem_count(s), 1);
    problem = identities_problem_at(s, 0);
    assert_clean(problem);
    assert_non_null(strstr(problem, "neither a certificate nor"));
    identities_free(s);
}

static void names(void **state)
{
    struct identities *s = fresh();
    const struct identity *added =
        import(s, pem_of(leaf_key, NULL), NULL, ERROR_NONE);
    struct error e = {0};
    char hex[65], *path;
    X509 *twin;
    BIO *bio = BIO_new(BIO_s_mem());
    struct buf bytes;

    (void)state;
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02X", added->sha256[i]);
    assert_ptr_equal(identities_find(s, hex, &e), added);
    assert_ptr_equal(identities_find(s, "Ann", &e), added);
    assert_null(identities_find(s, "Bob", &e));
    assert_int_equal(e.code, ERROR_NOT_FOUND);
    path = identity_locate(s, "Ann", &e);
    assert_string_equal(path, added->path);
    free(path);
    path = identity_locate(s, "/etc/key.pem", &e);
    assert_string_equal(path, "/etc/key.pem");
    free(path);
    path = identity_locate(s, "./key.pem", &e);
    assert_string_equal(path, in_folder("./key.pem"));
    free(path);
    assert_null(identity_locate(s, "key.pem", &e));
    write_file(in_folder("key.pem"), "");
    path = identity_locate(s, "key.pem", &e);
    assert_string_equal(path, in_folder("key.pem"));
    free(path);

    twin =
        make(&(struct recipe){.cn = "Ann", .until = DAY}, leaf_key, NULL, NULL);
    PEM_write_bio_X509(bio, twin);
    PEM_write_bio_PrivateKey(bio, leaf_key, NULL, NULL, 0, NULL, NULL);
    drain(bio, &bytes);
    import(s, bytes, NULL, ERROR_NONE);
    assert_null(identities_find(s, "Ann", &e));
    assert_int_equal(e.code, ERROR_INPUT);
    assert_non_null(identities_find(s, hex, &e));
    X509_free(twin);
    identities_free(s);
}

static void check_export(const struct buf *p12, const char *password)
{
    const unsigned char *p = (const unsigned char *)p12->data;
    PKCS12 *read = d2i_PKCS12(NULL, &p, (long)p12->len);
    STACK_OF(X509) *others = NULL;
    X509 *x509 = NULL;
    EVP_PKEY *key = NULL;

    assert_non_null(read);
    assert_false(PKCS12_verify_mac(read, "", 0));
    assert_true(PKCS12_parse(read, password, &key, &x509, &others));
    assert_int_equal(X509_cmp(x509, mine), 0);
    assert_int_equal(EVP_PKEY_eq(key, leaf_key), 1);
    assert_int_equal(sk_X509_num(others), 1);
    sk_X509_pop_free(others, X509_free);
    X509_free(x509);
    EVP_PKEY_free(key);
    PKCS12_free(read);
}

static void export(void **state)
{
    struct identities *s = fresh();
    const struct identity *added =
        import(s, pem_of(leaf_key, "gate"), "gate", ERROR_NONE);
    struct error e = {0};
    struct buf p12;

    (void)state;
    buf_init(&p12, IDENTITY_FILE_MAX);
    assert_false(identities_export(s, added, NULL, "new", &p12, &e));
    assert_int_equal(e.code, ERROR_PASSWORD);
    assert_false(identities_export(s, added, "gate", "", &p12, &e));
    assert_int_equal(e.code, ERROR_INPUT);
    assert_true(identities_export(s, added, "gate", "new \xc3\xa4", &p12, &e));
    check_export(&p12, "new \xc3\xa4");
    identities_remove(s, added, NULL);
    added = import(s, text_of(""), NULL, ERROR_PARSE);
    assert_true(
        identities_import(s, p12.data, p12.len, "new \xc3\xa4", &added, &e));
    check_loads(added, NULL);
    buf_release(&p12);
    identities_free(s);
}

static void undo(void **state)
{
    struct identities *s = fresh(), *other;
    const struct identity *added =
        import(s, pem_of(leaf_key, NULL), NULL, ERROR_NONE);
    struct error e = {0};
    char path[256], what[200];

    (void)state;
    snprintf(path, sizeof(path), "%s", added->path);
    assert_true(identities_undo(s, what, sizeof(what), &e));
    assert_string_equal(what, "importing your certificate \"Ann\"");
    assert_int_equal(identities_count(s), 0);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_false(identities_undo(s, what, sizeof(what), &e));
    assert_int_equal(e.code, ERROR_NOT_FOUND);

    added = import(s, pem_of(leaf_key, NULL), NULL, ERROR_NONE);
    assert_true(identities_remove(s, added, &e));
    assert_int_equal(identities_count(s), 0);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_true(identities_undo(s, what, sizeof(what), &e));
    assert_string_equal(what, "removing your certificate \"Ann\"");
    assert_int_equal(mode_of(path), 0600);
    check_loads(identities_at(s, 0), NULL);

    /* Somebody else puts it back first. */
    assert_true(identities_remove(s, identities_at(s, 0), &e));
    other = opened();
    import(other, pem_of(leaf_key, "gate"), "gate", ERROR_NONE);
    assert_false(identities_undo(s, what, sizeof(what), &e));
    assert_int_equal(e.code, ERROR_CONFLICT);
    assert_true(identities_refresh(s, &e));
    assert_true(identities_at(s, 0)->key_encrypted);
    identities_free(other);
    identities_free(s);
}

static void lock(void **state)
{
    struct identities *s = fresh();
    struct file_lock held = FILE_LOCK_NONE;
    struct error e = {0};

    (void)state;
    import(s, pem_of(leaf_key, NULL), NULL, ERROR_NONE);
    assert_true(file_lock_try(&held, in_folder("identities"), &e));
    import(s, pem_of(leaf_key, NULL), NULL, ERROR_LOCKED);
    assert_false(identities_remove(s, identities_at(s, 0), &e));
    assert_int_equal(e.code, ERROR_LOCKED);
    assert_int_equal(identities_count(s), 1);
    file_lock_release(&held);
    assert_true(identities_remove(s, identities_at(s, 0), &e));
    identities_free(s);
}

/* Whatever a setting calls it by. */
static void users(void **state)
{
    struct identities *s = fresh();
    const struct identity *x =
        import(s, pem_of(leaf_key, NULL), NULL, ERROR_NONE);
    struct error e = {0};
    struct config *config;
    struct usage usage;
    char hex[65];
    FILE *file;

    (void)state;
    text_hex(hex, x->sha256, 32);
    file = fopen(in_folder("accounts.ini"), "w");
    assert_non_null(file);
    fprintf(file,
            "[account label]\nclient-certificate = %s\n"
            "[account other]\nclient-certificate = Ben\n"
            "[account none]\nhost = mail.example.org\n"
            "[account hex]\nclient-certificate = %s\n"
            "[smtp path]\nclient-certificate = identities/%s.pem\n",
            x->label, hex, hex);
    assert_int_equal(fclose(file), 0);
    config = config_open(in_folder("accounts.ini"), NULL, &e);
    assert_non_null(config);
    identity_usage_find(&usage, s, x, config);
    assert_int_equal(usage.count, 3);
    assert_string_equal(usage.targets[0], "label/incoming");
    assert_string_equal(usage.targets[1], "hex/incoming");
    assert_string_equal(usage.targets[2], "smtp:path");
    usage_release(&usage);
    config_free(config);
    identities_free(s);
    unlink(in_folder("accounts.ini"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pem),
        cmocka_unit_test(encrypted_pem),
        cmocka_unit_test(traditional_pem),
        cmocka_unit_test(pkcs12),
        cmocka_unit_test(old_pkcs12),
        cmocka_unit_test(refusals),
        cmocka_unit_test(endless_work),
        cmocka_unit_test(pairs),
        cmocka_unit_test(modes),
        cmocka_unit_test(foreign_files),
        cmocka_unit_test(names),
        cmocka_unit_test(export),
        cmocka_unit_test(undo),
        cmocka_unit_test(lock),
        cmocka_unit_test(users),
    };

    return cmocka_run_group_tests_name("identity", tests, set_up_mine,
                                       tear_down_mine);
}
