/* SPDX-License-Identifier: MIT */
/* authority: what a verdict gets. The list is in authority_list.c, the person's
 * store in authority_store.c, the system's places in authority_system.c. */
#include "core/trust/authority_private.h"

#include "core/account/domain.h"
#include "core/base/alloc.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const source_words[] = {
    [AUTHORITY_SYSTEM] = "system",
    [AUTHORITY_IMPORTED] = "imported",
    [AUTHORITY_FILE] = "file",
};

static const char *const trust_words[] = {
    [AUTHORITY_TRUSTED] = "trusted",
    [AUTHORITY_CHAIN] = "chain",
    [AUTHORITY_DISTRUSTED] = "distrusted",
};

const char *authority_source_word(enum authority_source source)
{
    return source_words[source];
}

const char *authority_trust_word(enum authority_trust trust)
{
    return trust_words[trust];
}

char *authority_scope(char *out, size_t size, const struct authority *authority)
{
    const char *rest = authority->domains;
    struct buf text;

    if (!rest || !*rest) {
        snprintf(out, size, rest ? "no mail server" : "all mail servers");
        return out;
    }
    buf_init(&text, size);
    while (*rest) {
        size_t len = strcspn(rest, " ");

        buf_addf(&text, "%s%.*s", text.len ? ", " : "", (int)len, rest);
        rest += len + (rest[len] == ' ');
    }
    snprintf(out, size, "%s and below", text.data);
    buf_release(&text);
    return out;
}

/* -- for a verdict --------------------------------------------------------- */

static bool is_distrusted(void *arg, const unsigned char sha256[32])
{
    const struct holding *h = authorities_decided(arg, sha256);

    return h && h->facts.trust == AUTHORITY_DISTRUSTED;
}

static bool covers(const char *domains, const char *host)
{
    const char *rest = domains;
    char domain[HOST_MAX];

    while (*rest) {
        size_t len = strcspn(rest, " ");

        snprintf(domain, sizeof(domain), "%.*s", (int)len, rest);
        if (domain_covers(domain, host))
            return true;
        rest += len + (rest[len] == ' ');
    }
    return false;
}

static bool may_vouch(void *arg, const unsigned char sha256[32],
                      const char *host)
{
    const struct holding *h = authorities_decided(arg, sha256);

    if (!h)
        return true;
    /* A distrusted one is told by the other rule. */
    return h->facts.trust != AUTHORITY_CHAIN &&
           (!h->facts.domains || covers(h->facts.domains, host));
}

/* A distrusted one goes where it would be: then the path is found, and the
 * verdict says that it is distrusted rather than unknown. */
static void add_anchor(const struct authorities *a, const struct holding *h)
{
    bool completes = h->facts.trust == AUTHORITY_CHAIN ||
                     (h->facts.trust == AUTHORITY_DISTRUSTED &&
                      h->before == AUTHORITY_CHAIN);

    if (!h->x509)
        return;
    if (!completes) {
        X509_STORE_add_cert(a->store, h->x509);
    } else {
        X509_up_ref(h->x509);
        sk_X509_push(a->intermediates, h->x509);
    }
}

void authorities_outdate(struct authorities *a)
{
    X509_STORE_free(a->store);
    sk_X509_pop_free(a->intermediates, X509_free);
    sk_X509_CRL_free(a->lists);
    recall_forget_verdicts(a->recall);
    a->store = NULL;
    a->intermediates = NULL;
    a->lists = NULL;
}

static void build_store(struct authorities *a)
{
    a->store = X509_STORE_new();
    a->intermediates = sk_X509_new_null();
    a->lists = sk_X509_CRL_new_null();
    if (!a->store || !a->intermediates || !a->lists)
        abort();
    if (a->system)
        authority_system_add(a->store);
    for (size_t i = 0; i < a->count; i++)
        if (a->list[i]->facts.source != AUTHORITY_SYSTEM)
            add_anchor(a, a->list[i]);
    authorities_need_crls(a);
    for (size_t i = 0; i < a->crl_count; i++)
        sk_X509_CRL_push(a->lists, a->crls[i].x509);
    ERR_clear_error();
}

X509_STORE *authorities_store(struct authorities *a)
{
    if (!a->store)
        build_store(a);
    return a->store;
}

void authorities_terms(struct authorities *a, struct verdict_request *request)
{
    request->store = authorities_store(a);
    request->intermediates = a->intermediates;
    request->crls = sk_X509_CRL_num(a->lists) > 0 ? a->lists : NULL;
    request->rules = &a->rules;
    request->recall = a->recall;
}

STACK_OF(X509) * authorities_named(struct authorities *a, const X509_NAME *name)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *found = NULL;

    if (ctx && X509_STORE_CTX_init(ctx, authorities_store(a), NULL, NULL))
        found = X509_STORE_CTX_get1_certs(ctx, name);
    X509_STORE_CTX_free(ctx);
    if (!found)
        found = sk_X509_new_null();
    for (int i = 0; i < sk_X509_num(a->intermediates); i++) {
        X509 *x509 = sk_X509_value(a->intermediates, i);

        if (X509_NAME_cmp(X509_get_subject_name(x509), name) != 0)
            continue;
        X509_up_ref(x509);
        sk_X509_push(found, x509);
    }
    ERR_clear_error();
    return found;
}

/* -- the whole ------------------------------------------------------------- */

struct authorities *authorities_new(bool system)
{
    struct authorities *a = xcalloc(1, sizeof(*a));

    a->system = system;
    a->recall = recall_new();
    a->rules = (struct trust_rules){
        .arg = a, .distrusted = is_distrusted, .vouches = may_vouch};
    return a;
}

void authorities_free(struct authorities *a)
{
    if (!a)
        return;
    authority_undo_forget(a);
    authorities_outdate(a);
    authorities_forget_crls(a);
    authorities_forget_list(a);
    for (size_t i = 0; i < a->file_count; i++) {
        X509_free(a->files[i].x509);
        free(a->files[i].path);
    }
    free(a->files);
    sk_X509_pop_free(a->from_system, X509_free);
    authorities_forget_problems(a);
    recall_free(a->recall);
    ini_free(a->ini);
    free(a->path);
    free(a->folder);
    free(a->crl_folder);
    free(a);
}

/* Takes x509 over. */
static void remember(struct authorities *a, X509 *x509, const char *path)
{
    a->files = xreallocarray(a->files, a->file_count + 1, sizeof(*a->files));
    a->files[a->file_count++] =
        (struct file_anchor){.x509 = x509, .path = xstrdup(path)};
}

static bool add_all(struct authorities *a, const struct buf *bytes,
                    const char *path, struct error *e)
{
    STACK_OF(X509) *stack = NULL;
    struct error why = {0};

    if (!cert_load(bytes->data, bytes->len, &stack, &why))
        return error_set(e, why.code, "%s: %s", path, why.text);
    for (int i = 0; i < sk_X509_num(stack); i++)
        remember(a, sk_X509_value(stack, i), path);
    sk_X509_free(stack);
    authorities_build_list(a);
    authorities_outdate(a);
    return true;
}

bool authorities_add_file(struct authorities *a, const char *path,
                          struct error *e)
{
    struct file_stamp stamp;
    struct buf bytes;
    bool ok;

    if (!file_check_trusted(path, e))
        return false;
    buf_init(&bytes, AUTHORITY_FILE_MAX);
    ok = file_read(path, AUTHORITY_FILE_MAX, &bytes, &stamp, e);
    if (ok && !stamp.exists)
        ok = error_set(e, ERROR_FILE, "%s does not exist.", path);
    ok = ok && add_all(a, &bytes, path, e);
    buf_release(&bytes);
    return ok;
}
