/* SPDX-License-Identifier: MIT */
/* authority_list: all authorities in one list, and finding one. */
#include "core/trust/authority_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/trust/cert_private.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX_MIN 8 /* digits of a SHA-256 that may stand for it */

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
    a->list = xreallocarray(a->list, a->count + 1, sizeof(struct holding *));
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

/* -- the list -------------------------------------------------------------- */

void authorities_forget_list(struct authorities *a)
{
    for (size_t i = 0; i < a->count; i++)
        holding_free(a->list[i]);
    free(a->list);
    a->list = NULL;
    a->count = a->own_count = 0;
}

void authorities_build_list(struct authorities *a)
{
    authorities_forget_list(a);
    authorities_read_own(a);
    a->own_count = a->count;
    for (size_t i = 0; i < a->file_count; i++)
        authorities_list_cert(a, a->files[i].x509, AUTHORITY_FILE,
                              a->files[i].path);
    if (a->from_system)
        authority_system_list(a);
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
