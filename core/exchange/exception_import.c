/* SPDX-License-Identifier: MIT */
#include "core/exchange/exception_import.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* -- the file -------------------------------------------------------------- */

#define BEGIN "-----BEGIN "

/* The line of the only PEM block; 0 when there are none or several. */
static unsigned only_block(const char *bytes, size_t len)
{
    const char *at = memmem(bytes, len, BEGIN, strlen(BEGIN));
    size_t rest;
    unsigned line = 1;

    if (!at)
        return 0;
    rest = len - (size_t)(at - bytes) - 1;
    if (memmem(at + 1, rest, BEGIN, strlen(BEGIN)))
        return 0;
    for (const char *p = bytes; p < at; p++)
        line += *p == '\n';
    return line;
}

static bool looks_like_certificate(const char *bytes, size_t len)
{
    return memmem(bytes, len, BEGIN, strlen(BEGIN)) ||
           (len > 4 && bytes[0] == 0x30 && ((unsigned char)bytes[1] & 0x80));
}

static bool read_certificates(struct exception_import *out, const char *name,
                              const char *bytes, size_t len, struct error *e)
{
    unsigned line = only_block(bytes, len);
    STACK_OF(X509) *stack = NULL;
    struct error why = {0};

    out->kind = IMPORT_CERTIFICATES;
    if (!cert_load(bytes, len, &stack, &why))
        return line ? error_set(e, why.code, "%s:%u: %s", name, line, why.text)
                    : error_set(e, why.code, "%s: %s", name, why.text);
    cert_chain_read(&out->certificates, stack);
    sk_X509_pop_free(stack, X509_free);
    return true;
}

static bool read_overrides(struct exception_import *out, const char *name,
                           const char *bytes, size_t len, struct error *e)
{
    struct cert_overrides *all = &out->overrides;

    out->kind = IMPORT_THUNDERBIRD;
    cert_overrides_read(all, bytes, len);
    if (all->count || all->has_header)
        return true;
    if (all->refusal_count)
        error_set(e, ERROR_PARSE,
                  "%s:%u: %s No line of the file is an exception of "
                  "Thunderbird's, nor does it hold a certificate.",
                  name, all->refusals[0].line, all->refusals[0].text);
    else
        error_set(e, ERROR_PARSE,
                  "%s is neither a cert_override.txt of Thunderbird nor does "
                  "it hold a certificate.",
                  name);
    cert_overrides_release(all);
    return false;
}

bool exception_import_read(struct exception_import *out, const char *name,
                           const char *bytes, size_t len, struct error *e)
{
    char safe[300];

    *out = (struct exception_import){0};
    text_safe_string(safe, sizeof(safe), name);
    return looks_like_certificate(bytes, len)
               ? read_certificates(out, safe, bytes, len, e)
               : read_overrides(out, safe, bytes, len, e);
}

void exception_import_release(struct exception_import *import)
{
    cert_overrides_release(&import->overrides);
    cert_chain_release(&import->certificates);
}

/* -- candidates ------------------------------------------------------------ */

static void add_candidate(struct import_candidate **list, size_t *count,
                          const char *host, unsigned port,
                          const unsigned char sha256[32], unsigned line)
{
    struct import_candidate *c;

    *list = xreallocarray(*list, *count + 1, sizeof(**list));
    c = &(*list)[(*count)++];
    *c = (struct import_candidate){.port = port, .line = line};
    snprintf(c->host, sizeof(c->host), "%s", host);
    memcpy(c->sha256, sha256, 32);
}

size_t exception_import_candidates(const struct exception_import *import,
                                   const struct endpoint *only,
                                   struct import_candidate **out)
{
    const struct cert_overrides *all = &import->overrides;
    size_t count = 0;

    *out = NULL;
    if (import->kind == IMPORT_CERTIFICATES && only)
        add_candidate(out, &count, only->host, only->port,
                      import->certificates.certs[0].sha256, 0);
    for (size_t i = 0; i < all->count; i++) {
        const struct cert_override *entry = &all->entries[i];
        char host[HOST_MAX];

        if (host_normalise(entry->host, host, NULL) &&
            (!only ||
             (strcmp(host, only->host) == 0 && entry->port == only->port)))
            add_candidate(out, &count, host, entry->port, entry->sha256,
                          entry->line);
    }
    return count;
}

void exception_import_choose(const struct exception_import *import,
                             struct import_candidate *candidate,
                             const struct verdict *verdict)
{
    const struct cert_chain *all = &import->certificates;
    const struct cert *leaf = verdict_leaf(verdict);

    for (size_t i = 0; leaf && i < all->count; i++)
        if (memcmp(all->certs[i].sha256, leaf->sha256, 32) == 0)
            memcpy(candidate->sha256, leaf->sha256, 32);
}

/* -- deciding -------------------------------------------------------------- */

static const char *const words[] = {
    [IMPORT_ADD] = "added",
    [IMPORT_THERE] = "there",
    [IMPORT_TRUSTED] = "trusted",
    [IMPORT_DIFFERENT] = "different",
    [IMPORT_NEVER] = "never",
    [IMPORT_TAKEN] = "taken",
    [IMPORT_LISTED] = "listed",
    [IMPORT_NOT_STORED] = "not-stored",
    [IMPORT_NO_CERTIFICATE] = "no-certificate",
};

const char *import_outcome_word(enum import_outcome outcome)
{
    return words[outcome];
}

bool import_outcome_ok(enum import_outcome outcome)
{
    return outcome == IMPORT_ADD || outcome == IMPORT_THERE ||
           outcome == IMPORT_TRUSTED || outcome == IMPORT_LISTED;
}

static void decide(struct import_decision *out, enum import_outcome outcome,
                   const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void decide(struct import_decision *out, enum import_outcome outcome,
                   const char *format, ...)
{
    va_list args;

    out->outcome = outcome;
    va_start(args, format);
    vsnprintf(out->text, sizeof(out->text), format, args);
    va_end(args);
}

/* The name and number of one in the store. */
static const char *name_of(char out[40], const struct exception *x)
{
    if (x->number)
        snprintf(out, 40, "exception %u", x->number);
    else
        snprintf(out, 40, "an exception of this session");
    return out;
}

static void decide_clash(struct import_decision *out,
                         enum exception_state state, const struct exception *x,
                         enum import_clash clash)
{
    bool same = state == EXCEPTION_ENDED || state == EXCEPTION_MORE_FAULTS;
    char name[40];

    name_of(name, x);
    /* The same certificate gives way by itself; others there stay. */
    out->replace = clash == IMPORT_REPLACE && !same;
    if (clash == IMPORT_REPLACE || (clash == IMPORT_ALSO && !same))
        decide(out, IMPORT_ADD, "It matches what the server shows now.");
    else if (state == EXCEPTION_ENDED)
        decide(out, IMPORT_TAKEN,
               "It is %s, which has ended; --replace makes it anew.", name);
    else if (state == EXCEPTION_MORE_FAULTS)
        decide(out, IMPORT_TAKEN,
               "It is %s, but the certificate has faults now that were not "
               "accepted; --replace accepts them.",
               name);
    else
        decide(out, IMPORT_TAKEN,
               "Another certificate is accepted there (%s): --also keeps "
               "both, --replace takes this one instead.",
               name);
}

void exception_import_decide(struct import_decision *out,
                             const struct exceptions *store,
                             const struct import_candidate *candidate,
                             const struct verdict *verdict,
                             enum import_clash clash, time_t now)
{
    const struct cert *leaf = verdict ? verdict_leaf(verdict) : NULL;
    const struct exception *found = NULL;
    enum exception_state state;

    *out = (struct import_decision){0};
    if (!leaf) {
        decide(out, IMPORT_NO_CERTIFICATE, "The server showed no certificate.");
        return;
    }
    if (verdict->trusted) {
        decide(out, IMPORT_TRUSTED,
               "The server's certificate is trusted; no exception is needed.");
        return;
    }
    if (memcmp(leaf->sha256, candidate->sha256, 32) != 0) {
        decide(out, IMPORT_DIFFERENT,
               "The server shows another certificate than the one in the "
               "file. Ask its operator.");
        return;
    }
    if (!verdict->overridable) {
        char labels[256];

        fault_labels(labels, sizeof(labels), verdict->faults);
        decide(out, IMPORT_NEVER, "postseal makes no exception for that: %s.",
               labels);
        return;
    }
    state = exceptions_judge(store, candidate->host, candidate->port, verdict,
                             now, &found, NULL);
    if (state == EXCEPTION_NONE)
        decide(out, IMPORT_ADD, "It matches what the server shows now.");
    else if (state == EXCEPTION_USED)
        decide(out, IMPORT_THERE, "It is accepted already.");
    else
        decide_clash(out, state, found, clash);
}

void exception_import_look(struct import_decision *out,
                           const struct exceptions *store,
                           const struct import_candidate *candidate, time_t now)
{
    char name[40], date[DATE_SIZE];

    *out = (struct import_decision){0};
    decide(out, IMPORT_LISTED, "Nothing is accepted there.");
    for (size_t i = 0; i < exceptions_count(store); i++) {
        const struct exception *x = exceptions_at(store, i);

        if (x->port != candidate->port || strcmp(x->host, candidate->host) != 0)
            continue;
        name_of(name, x);
        if (memcmp(x->sha256, candidate->sha256, 32) != 0) {
            decide(out, IMPORT_TAKEN,
                   "Another certificate is accepted there "
                   "(%s).",
                   name);
            continue;
        }
        if (exception_has_ended(x, now))
            decide(out, IMPORT_THERE, "It is %s, which ended on %s.", name,
                   date_format(date, x->until));
        else
            decide(out, IMPORT_THERE, "It is %s.", name);
        return;
    }
}
