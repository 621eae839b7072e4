/* SPDX-License-Identifier: MIT */
/* pki: every kind of certificate that the tests want, made anew. */
#include "server.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY       86400L
#define OUR_NAMES "DNS:localhost,DNS:mail.example.org,IP:127.0.0.1,IP:::1"

static const char hostile[] =
    "\x1b[2J\x1b]0;owned\x07\r\n\xe2\x80\xae evil \xc2\x9b 31m";

struct make {
    const char *name;  /* CN */
    const char *names; /* subjectAltName, or NULL */
    long from, until;  /* days from now */
    bool ca;
    EVP_PKEY *key;
    X509 *issuer; /* NULL: self-signed */
    EVP_PKEY *issuer_key;
    const EVP_MD *digest;
};

static EVP_PKEY *new_key(void)
{
    return EVP_EC_gen("P-256");
}

static void extension(X509 *x509, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *e;

    X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
    e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    if (!e)
        abort();
    X509_add_ext(x509, e, -1);
    X509_EXTENSION_free(e);
}

static X509 *make(const struct make *m)
{
    X509 *x509 = X509_new(), *issuer = m->issuer ? m->issuer : x509;
    X509_NAME *name = X509_get_subject_name(x509);
    unsigned char serial[8];
    BIGNUM *number;

    X509_set_version(x509, X509_VERSION_3);
    RAND_bytes(serial, sizeof(serial));
    serial[0] &= 0x7f;
    number = BN_bin2bn(serial, sizeof(serial), NULL);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509));
    BN_free(number);
    X509_gmtime_adj(X509_getm_notBefore(x509), m->from * DAY);
    X509_gmtime_adj(X509_getm_notAfter(x509), m->until * DAY);
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
                               (const unsigned char *)"Example Org", -1, -1, 0);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               (const unsigned char *)m->name, -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(issuer));
    X509_set_pubkey(x509, m->key);
    extension(x509, issuer, NID_basic_constraints,
              m->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (m->ca)
        extension(x509, issuer, NID_key_usage,
                  "critical,keyCertSign,cRLSign,digitalSignature");
    if (m->names)
        extension(x509, issuer, NID_subject_alt_name, m->names);
    X509_sign(x509, m->issuer ? m->issuer_key : m->key,
              m->digest ? m->digest : EVP_sha256());
    return x509;
}

/* The certificates and the key, the server's own first. */
static bool write_pem(const char *folder, const char *kind, X509 *const *chain,
                      EVP_PKEY *key)
{
    char path[4096], temp[4100];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s.pem", folder, kind);
    snprintf(temp, sizeof(temp), "%s.new", path);
    f = fopen(temp, "w");
    if (!f)
        return false;
    for (; *chain; chain++)
        PEM_write_X509(f, *chain);
    if (key)
        PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
    return fclose(f) == 0 && rename(temp, path) == 0;
}

struct authority {
    X509 *root, *middle;
    EVP_PKEY *root_key, *middle_key;
};

static struct authority new_authority(const char *root, const char *middle)
{
    struct authority a = {.root_key = new_key(), .middle_key = new_key()};

    a.root = make(&(struct make){.name = root,
                                 .from = -30,
                                 .until = 3650,
                                 .ca = true,
                                 .key = a.root_key});
    a.middle = make(&(struct make){.name = middle,
                                   .from = -30,
                                   .until = 1825,
                                   .ca = true,
                                   .key = a.middle_key,
                                   .issuer = a.root,
                                   .issuer_key = a.root_key});
    return a;
}

static void free_authority(struct authority *a)
{
    X509_free(a->root);
    X509_free(a->middle);
    EVP_PKEY_free(a->root_key);
    EVP_PKEY_free(a->middle_key);
}

/* What a server sends of the chain. */
enum sent { OWN, MIDDLE, ROOT };

/* A leaf by the authority, sent with those above it up to `sent`. */
static bool issued(const char *folder, const char *kind,
                   const struct authority *a, struct make m, enum sent sent)
{
    EVP_PKEY *key = m.key ? m.key : new_key();
    X509 *leaf;
    bool ok;

    m.key = key;
    m.issuer = a->middle;
    m.issuer_key = a->middle_key;
    leaf = make(&m);
    ok = write_pem(folder, kind,
                   (X509 *[]){leaf, sent > OWN ? a->middle : NULL,
                              sent > MIDDLE ? a->root : NULL, NULL},
                   key);
    X509_free(leaf);
    EVP_PKEY_free(key);
    return ok;
}

static bool self_signed(const char *folder, const char *kind, struct make m)
{
    X509 *x509 = make(&m);
    bool ok = write_pem(folder, kind, (X509 *[]){x509, NULL}, m.key);

    X509_free(x509);
    return ok;
}

static bool make_self_signed(const char *folder)
{
    EVP_PKEY *key = new_key(), *other = new_key();
    struct make m = {.name = "localhost",
                     .names = OUR_NAMES,
                     .from = -10,
                     .until = 300,
                     .key = key};
    struct make renewed = m, replaced = m, worst = m, strange = m;
    bool ok;

    renewed.until = 600;
    replaced.key = other;
    worst.names = "DNS:www.hoster.example";
    worst.name = "www.hoster.example";
    worst.from = -400;
    worst.until = -40;
    strange.name = hostile;
    ok = self_signed(folder, "selfsigned", m) &&
         self_signed(folder, "renewed", renewed) &&
         self_signed(folder, "replaced", replaced) &&
         self_signed(folder, "worst", worst) &&
         self_signed(folder, "hostile", strange);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
    return ok;
}

bool pki_make(const char *folder)
{
    struct authority ours =
        new_authority("Example Org CA", "Example Org Servers");
    struct authority theirs = new_authority("Other CA", "Other Servers");
    const struct make good = {
        .name = "localhost", .names = OUR_NAMES, .from = -10, .until = 200};
    struct make wrong = good, expired = good, early = good, soon = good,
                weak = good, authority = good;
    struct make person = {.name = "Ann Example", .from = -10, .until = 200};
    struct make former = {.name = "Ann Example", .from = -100, .until = -20};
    struct make far = good, wild = good;
    bool ok;

    wrong.name = "www.hoster.example";
    wrong.names = "DNS:www.hoster.example,DNS:hoster.example";
    far.names = "DNS:www.far.example";
    wild.names = "DNS:*.mail.wild.example,IP:127.0.0.1";
    expired.from = -100;
    expired.until = -20;
    early.from = 8;
    soon.until = 5;
    weak.key = EVP_RSA_gen(1024);
    authority.ca = true;
    ok = write_pem(folder, "ca", (X509 *[]){ours.root, NULL}, NULL) &&
         write_pem(folder, "otherca", (X509 *[]){theirs.root, NULL}, NULL) &&
         issued(folder, "good", &ours, good, MIDDLE) &&
         issued(folder, "good2", &ours, good, MIDDLE) &&
         issued(folder, "incomplete", &ours, good, OWN) &&
         issued(folder, "wrongname", &ours, wrong, MIDDLE) &&
         issued(folder, "farname", &ours, far, MIDDLE) &&
         issued(folder, "wildname", &ours, wild, MIDDLE) &&
         issued(folder, "private", &theirs, good, ROOT) &&
         issued(folder, "privatename", &theirs, wrong, ROOT) &&
         issued(folder, "expired", &ours, expired, MIDDLE) &&
         issued(folder, "notyet", &ours, early, MIDDLE) &&
         issued(folder, "soon", &ours, soon, MIDDLE) &&
         issued(folder, "weak", &ours, weak, MIDDLE) &&
         issued(folder, "caleaf", &ours, authority, MIDDLE) &&
         issued(folder, "unknown", &theirs, good, MIDDLE) &&
         issued(folder, "person", &ours, person, MIDDLE) &&
         issued(folder, "person-expired", &ours, former, MIDDLE) &&
         issued(folder, "person-unknown", &theirs, person, MIDDLE) &&
         make_self_signed(folder);
    free_authority(&ours);
    free_authority(&theirs);
    return ok;
}
