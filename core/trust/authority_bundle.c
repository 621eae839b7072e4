/* SPDX-License-Identifier: MIT */
#include "core/trust/authority_bundle.h"

#include "core/base/alloc.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    X509_NAME *subject;
    unsigned char *der; /* NULL: the store has it */
    long len;
    bool trusted; /* OpenSSL's own kind, with something behind it */
};

struct bundle {
    char *path;
    bool is_read;
    struct entry *entries;
    size_t count;
};

/* -- reading --------------------------------------------------------------- */

/* Goes into an element, or over it; false when it is none of that tag. */
static bool enter(const unsigned char **p, const unsigned char *end, int tag,
                  bool over)
{
    long len;
    int found, class;

    /* Bit 7: cut off or malformed; bit 0: of indefinite length. */
    if (ASN1_get_object(p, &len, &found, &class, end - *p) & 0x81 ||
        found != tag || class == V_ASN1_APPLICATION || class == V_ASN1_PRIVATE)
        return false;
    *p += over ? len : 0;
    return true;
}

/* The subject stands behind version (context tag 0, if any), serial number,
 * algorithm, issuer and dates (RFC 5280 section 4.1). NULL: no certificate. */
static X509_NAME *read_subject(const unsigned char *der, long len)
{
    const unsigned char *p = der, *end = der + len;

    if (!enter(&p, end, V_ASN1_SEQUENCE, false) ||
        !enter(&p, end, V_ASN1_SEQUENCE, false))
        return NULL;
    if (p < end && *p == (V_ASN1_CONTEXT_SPECIFIC | V_ASN1_CONSTRUCTED) &&
        !enter(&p, end, 0, true))
        return NULL;
    if (!enter(&p, end, V_ASN1_INTEGER, true) ||
        !enter(&p, end, V_ASN1_SEQUENCE, true) ||
        !enter(&p, end, V_ASN1_SEQUENCE, true) ||
        !enter(&p, end, V_ASN1_SEQUENCE, true))
        return NULL;
    return d2i_X509_NAME(NULL, &p, end - p);
}

/* Takes der over. */
static void take(struct bundle *b, unsigned char *der, long len, bool trusted)
{
    X509_NAME *subject = read_subject(der, len);

    if (!subject) {
        OPENSSL_free(der);
        return;
    }
    b->entries = xreallocarray(b->entries, b->count + 1, sizeof(*b->entries));
    b->entries[b->count++] = (struct entry){
        .subject = subject, .der = der, .len = len, .trusted = trusted};
}

static void take_list(X509_STORE *store, const unsigned char *der, long len)
{
    X509_CRL *crl = d2i_X509_CRL(NULL, &der, len);

    if (crl)
        X509_STORE_add_crl(store, crl);
    X509_CRL_free(crl);
}

static void read_file(struct bundle *b, X509_STORE *store)
{
    BIO *file = BIO_new_file(b->path, "r");
    char *label, *header;
    unsigned char *der;
    long len;

    while (file && PEM_read_bio(file, &label, &header, &der, &len)) {
        bool trusted = strcmp(label, PEM_STRING_X509_TRUSTED) == 0;

        if (trusted || strcmp(label, PEM_STRING_X509) == 0 ||
            strcmp(label, PEM_STRING_X509_OLD) == 0) {
            take(b, der, len, trusted);
            der = NULL;
        } else if (strcmp(label, PEM_STRING_X509_CRL) == 0) {
            take_list(store, der, len);
        }
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_free(der);
    }
    BIO_free(file);
    ERR_clear_error();
}

/* -- looking up ------------------------------------------------------------ */

static void hand_over(struct entry *entry, X509_STORE *store)
{
    const unsigned char *p = entry->der;
    X509 *x509 = entry->trusted ? d2i_X509_AUX(NULL, &p, entry->len)
                                : d2i_X509(NULL, &p, entry->len);

    if (x509)
        X509_STORE_add_cert(store, x509);
    X509_free(x509);
    OPENSSL_free(entry->der);
    entry->der = NULL;
}

/* As OpenSSL's own lookups do it: what is found is borrowed from the store, and
 * the caller takes a reference of its own. */
static bool lend_cert(X509_OBJECT *to, X509 *x509)
{
    bool ok = X509_OBJECT_set1_X509(to, x509);

    if (ok)
        X509_free(x509);
    return ok;
}

static bool lend_list(X509_OBJECT *to, X509_CRL *crl)
{
    bool ok = X509_OBJECT_set1_X509_CRL(to, crl);

    if (ok)
        X509_CRL_free(crl);
    return ok;
}

static bool retrieve(X509_STORE *store, X509_LOOKUP_TYPE type,
                     const X509_NAME *name, X509_OBJECT *found)
{
    X509_OBJECT *held;
    bool ok = false;

    X509_STORE_lock(store);
    held = X509_OBJECT_retrieve_by_subject(X509_STORE_get0_objects(store), type,
                                           name);
    if (held && type == X509_LU_X509)
        ok = lend_cert(found, X509_OBJECT_get0_X509(held));
    else if (held && type == X509_LU_CRL)
        ok = lend_list(found, X509_OBJECT_get0_X509_CRL(held));
    X509_STORE_unlock(store);
    return ok;
}

/* OpenSSL asks when the store itself has none of that name. It wants one of
 * them, and takes the others from the store afterwards. */
static int look_up(X509_LOOKUP *lookup, X509_LOOKUP_TYPE type,
                   const X509_NAME *name, X509_OBJECT *found)
{
    struct bundle *b = X509_LOOKUP_get_method_data(lookup);
    X509_STORE *store = X509_LOOKUP_get_store(lookup);
    bool news = !b->is_read; /* the store may have what it had not */

    if (!b->is_read)
        read_file(b, store);
    b->is_read = true;
    for (size_t i = 0; type == X509_LU_X509 && i < b->count; i++)
        if (b->entries[i].der &&
            X509_NAME_cmp(b->entries[i].subject, name) == 0) {
            hand_over(&b->entries[i], store);
            news = true;
        }
    ERR_clear_error();
    return news && retrieve(store, type, name, found);
}

static void let_go(X509_LOOKUP *lookup)
{
    struct bundle *b = X509_LOOKUP_get_method_data(lookup);

    if (!b)
        return;
    for (size_t i = 0; i < b->count; i++) {
        X509_NAME_free(b->entries[i].subject);
        OPENSSL_free(b->entries[i].der);
    }
    free(b->entries);
    free(b->path);
    free(b);
}

static X509_LOOKUP_METHOD *method(void)
{
    static X509_LOOKUP_METHOD *bundle; /* one for the program's life */

    if (!bundle) {
        bundle = X509_LOOKUP_meth_new("a bundle, by name");
        X509_LOOKUP_meth_set_get_by_subject(bundle, look_up);
        X509_LOOKUP_meth_set_free(bundle, let_go);
    }
    return bundle;
}

void authority_bundle_add(X509_STORE *store, const char *path)
{
    X509_LOOKUP *lookup = X509_STORE_add_lookup(store, method());
    struct bundle *b = xcalloc(1, sizeof(*b));

    b->path = xstrdup(path);
    X509_LOOKUP_set_method_data(lookup, b);
}
