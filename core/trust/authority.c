/* SPDX-License-Identifier: MIT */
/* authority: the list, and what a verdict gets out of it. The person's store is
 * in authority_store.c, the system's places in authority_system.c. */
#include "core/trust/authority_private.h"

#include "core/account/domain.h"
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/trust/cert_private.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX_MIN 8 /* digits of a SHA-256 that may stand for it */

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

/* -- one of the list ------------------------------------------------------- */

/* Only what a list shows: all facts of 150 would take too long. */
struct holding *holding_new(X509 *x509)
{
    struct holding *h = xcalloc(1, sizeof(*h));
    struct authority *facts = &h->facts;
    const X509_NAME *subject;

    facts->origin = xstrdup("");
    h->x509 = x509;
    if (!x509) {
        facts->name = xstrdup("");
        facts->subject = xstrdup("");
        return h;
    }
    subject = X509_get_subject_name(x509);
    X509_digest(x509, EVP_sha256(), facts->sha256, NULL);
    facts->name = cert_short_name(subject, "(no name)");
    facts->subject = cert_name_text(subject);
    facts->not_after_ok =
        cert_time(X509_get0_notAfter(x509), &facts->not_after);
    return h;
}

void holding_free(struct holding *h)
{
    if (!h)
        return;
    X509_free(h->x509);
    free(h->facts.name);
    free(h->facts.subject);
    free(h->facts.domains);
    free(h->facts.origin);
    free(h->facts.problem);
    free(h);
}

void authorities_list_cert(struct authorities *a, X509 *x509,
                           enum authority_source source, const char *origin)
{
    struct holding *fresh = holding_new(x509), *old;

    X509_up_ref(x509);
    old = authorities_holding(a, fresh->facts.sha256);
    if (!old) {
        fresh->facts.source = source;
        xreplace(&fresh->facts.origin, origin);
        holding_append(a, fresh);
        return;
    }
    if (!old->x509) {
        old->x509 = x509;
        X509_up_ref(x509);
        old->facts.source = source;
        xreplace(&old->facts.name, fresh->facts.name);
        xreplace(&old->facts.subject, fresh->facts.subject);
        old->facts.not_after = fresh->facts.not_after;
        old->facts.not_after_ok = fresh->facts.not_after_ok;
    }
    holding_free(fresh);
}

void holding_append(struct authorities *a, struct holding *holding)
{
    a->list = xreallocarray(a->list, a->count + 1, sizeof(*a->list));
    a->list[a->count++] = holding;
}

static struct holding *find_within(const struct authorities *a, size_t count,
                                   const unsigned char sha256[32])
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(a->list[i]->facts.sha256, sha256, 32) == 0)
            return a->list[i];
    return NULL;
}

struct holding *authorities_decided(const struct authorities *a,
                                    const unsigned char sha256[32])
{
    return find_within(a, a->own_count, sha256);
}

struct holding *authorities_holding(const struct authorities *a,
                                    const unsigned char sha256[32])
{
    return find_within(a, a->count, sha256);
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
    a->rules = (struct trust_rules){
        .arg = a, .distrusted = is_distrusted, .vouches = may_vouch};
    return a;
}

static void forget_list(struct authorities *a)
{
    for (size_t i = 0; i < a->count; i++)
        holding_free(a->list[i]);
    free(a->list);
    a->list = NULL;
    a->count = a->own_count = 0;
}

void authorities_free(struct authorities *a)
{
    if (!a)
        return;
    authority_undo_forget(a);
    authorities_outdate(a);
    authorities_forget_crls(a);
    forget_list(a);
    for (size_t i = 0; i < a->file_count; i++) {
        X509_free(a->files[i].x509);
        free(a->files[i].path);
    }
    free(a->files);
    sk_X509_pop_free(a->from_system, X509_free);
    authorities_forget_problems(a);
    ini_free(a->ini);
    free(a->path);
    free(a->folder);
    free(a->crl_folder);
    free(a);
}

void authorities_forget_problems(struct authorities *a)
{
    for (size_t i = 0; i < a->problem_count; i++)
        free(a->problems[i]);
    free(a->problems);
    a->problems = NULL;
    a->problem_count = 0;
}

void authorities_note(struct authorities *a, char *sentence)
{
    a->problems =
        xreallocarray(a->problems, a->problem_count + 1, sizeof(char *));
    a->problems[a->problem_count++] = sentence;
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

void authorities_build_list(struct authorities *a)
{
    forget_list(a);
    authorities_read_own(a);
    a->own_count = a->count;
    for (size_t i = 0; i < a->file_count; i++)
        authorities_list_cert(a, a->files[i].x509, AUTHORITY_FILE,
                              a->files[i].path);
    if (a->from_system)
        authority_system_list(a);
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

/* -- looking --------------------------------------------------------------- */

size_t authorities_own_count(const struct authorities *a)
{
    return a->own_count;
}

size_t authorities_count(struct authorities *a)
{
    authorities_need_system(a);
    return a->count;
}

const struct authority *authorities_at(const struct authorities *a, size_t i)
{
    return &a->list[i]->facts;
}

size_t authorities_problem_count(const struct authorities *a)
{
    return a->problem_count;
}

const char *authorities_problem_at(const struct authorities *a, size_t i)
{
    return a->problems[i];
}

/* The digits alone, when that is what it is; false for a name. */
static bool hex_prefix(const char *text, char out[65])
{
    size_t n = 0;

    for (; *text; text++) {
        if (*text == ':' || *text == ' ')
            continue;
        if (n == 64 || !strchr("0123456789abcdefABCDEF", *text))
            return false;
        out[n++] = *text;
    }
    out[n] = '\0';
    text_lower(out);
    return n >= PREFIX_MIN;
}

bool authority_is_meant(const char *name, const unsigned char sha256[32],
                        const char *called)
{
    unsigned char whole[32];
    char prefix[65], hex[65];
    size_t digits;

    if (text_equal_nocase(name, called))
        return true;
    if (text_parse_sha256(name, whole, &digits) == TEXT_DIGEST_OK)
        return memcmp(whole, sha256, 32) == 0;
    text_hex(hex, sha256, 32);
    return hex_prefix(name, prefix) &&
           strncmp(hex, prefix, strlen(prefix)) == 0;
}

const struct authority *authorities_find(struct authorities *a,
                                         const char *name, struct error *e)
{
    const struct authority *found = NULL;
    size_t count = authorities_count(a), hits = 0;
    char safe[120];

    for (size_t i = 0; i < count; i++) {
        const struct authority *one = authorities_at(a, i);

        if (authority_is_meant(name, one->sha256, one->name)) {
            found = one;
            hits++;
        }
    }
    if (hits == 1)
        return found;
    text_safe_string(safe, sizeof(safe), name);
    if (hits)
        error_set(e, ERROR_INPUT,
                  "%zu authorities are meant by \"%s\"; name one by its "
                  "SHA-256 or its first digits.",
                  hits, safe);
    else
        error_set(e, ERROR_NOT_FOUND,
                  "No authority is called \"%s\"; postseal authority list "
                  "shows them.",
                  safe);
    return NULL;
}

bool authorities_load_cert(struct authorities *a,
                           const struct authority *authority, struct cert *out,
                           struct error *e)
{
    const struct holding *h = authorities_holding(a, authority->sha256);

    if (h && !h->x509 && h->facts.source == AUTHORITY_SYSTEM)
        authorities_need_system(a);
    if (!h || !h->x509)
        return error_set(e, ERROR_NOT_FOUND,
                         "The certificate of \"%s\" is not here, only what was "
                         "decided about it.",
                         authority->name);
    cert_read(out, h->x509);
    return true;
}
