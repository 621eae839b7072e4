/* SPDX-License-Identifier: MIT */
#include "core/exchange/exception_export.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/exchange/cert_override.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EXPORT_MAX (16u << 20)

static const char *const words[] = {
    [EXCEPTION_PEM] = "pem",
    [EXCEPTION_THUNDERBIRD] = "thunderbird",
};

bool exception_format_parse(const char *word, enum exception_format *format)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], word) == 0) {
            *format = (enum exception_format)i;
            return true;
        }
    return false;
}

const char *exception_format_word(enum exception_format format)
{
    return words[format];
}

/* -- notes ----------------------------------------------------------------- */

static void note(struct exception_export *out, enum export_note_kind kind,
                 const struct exception *about, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void note(struct exception_export *out, enum export_note_kind kind,
                 const struct exception *about, const char *format, ...)
{
    struct export_note *n;
    va_list args;

    out->notes =
        xreallocarray(out->notes, out->note_count + 1, sizeof(*out->notes));
    n = &out->notes[out->note_count++];
    n->kind = kind;
    n->about = about;
    va_start(args, format);
    vsnprintf(n->text, sizeof(n->text), format, args);
    va_end(args);
}

void exception_export_release(struct exception_export *out)
{
    buf_release(&out->bytes);
    free(out->notes);
    *out = (struct exception_export){0};
}

static bool is_left_out(struct exception_export *out, const struct exception *x)
{
    if (x->end != EXCEPTION_SESSION)
        return false;
    note(out, EXPORT_LEFT_OUT, x, "It holds for this session only.");
    return true;
}

static void count_written(struct exception_export *out,
                          const struct exception *x, bool fits)
{
    if (fits)
        out->written++;
    else
        note(out, EXPORT_FAILED, x,
             "There are too many exceptions for one file.");
}

/* -- PEM ------------------------------------------------------------------- */

static bool add_comment(struct buf *out, const struct exception *x, time_t now)
{
    char place[HOST_MAX + 16], faults[400], added[DATE_SIZE], until[DATE_SIZE];

    endpoint_host_port(place, sizeof(place), x->host, x->port);
    fault_words(faults, sizeof(faults), x->faults, " ");
    return buf_addf(out, "# %s accepted %s for %s, until %s%s\n", place,
                    date_format(added, x->added), faults,
                    x->end == EXCEPTION_REMOVED ? "removed"
                                                : date_format(until, x->until),
                    exception_has_ended(x, now) ? " (ended)" : "");
}

static void add_pem(struct exception_export *out,
                    const struct exceptions *store, const struct exception *x,
                    time_t now)
{
    size_t before = out->bytes.len;
    struct error e = {0};
    struct cert cert;
    bool fits;

    if (is_left_out(out, x))
        return;
    if (!exceptions_load_cert(store, x, &cert, &e)) {
        note(out, EXPORT_FAILED, x, "%s", e.text);
        return;
    }
    fits = add_comment(&out->bytes, x, now) && cert_add_pem(&out->bytes, &cert);
    if (!fits)
        buf_truncate(&out->bytes, before);
    count_written(out, x, fits);
    cert_release(&cert);
}

/* -- Thunderbird ----------------------------------------------------------- */

/* The one that Thunderbird's single line for that place shall name. */
static const struct exception *last_accepted(
    const struct exception *const *which, size_t count,
    const struct exception *place, time_t now)
{
    const struct exception *last = NULL;

    for (size_t i = 0; i < count; i++) {
        const struct exception *x = which[i];

        if (x->end == EXCEPTION_SESSION || exception_has_ended(x, now) ||
            x->port != place->port || strcmp(x->host, place->host) != 0)
            continue;
        if (!last || x->added > last->added ||
            (x->added == last->added && x->number > last->number))
            last = x;
    }
    return last;
}

/* Its error classes let anyone override a short RSA key, but its TLS library
 * refuses RSA below 1023 bits, and curves that it does not know, before there
 * is a certificate to judge. */
static void remark_weak_key(struct exception_export *out,
                            const struct exceptions *store,
                            const struct exception *x)
{
    struct error e = {0};
    struct cert cert;
    long bits = 0;
    bool known;

    if (!(x->faults & FAULT_BIT(FAULT_WEAK_KEY)))
        return;
    known = exceptions_load_cert(store, x, &cert, &e);
    if (!known || strncmp(cert.key, "RSA ", 4) != 0 ||
        !text_parse_number(cert.key + 4, 1, 1000000, &bits) || bits < 1023)
        note(out, EXPORT_REMARK, x,
             "Thunderbird is not known to override a key as weak as this "
             "(%s); it may refuse the server all the same.",
             known ? cert.key : "its certificate is not stored");
    if (known)
        cert_release(&cert);
}

static void add_override(struct exception_export *out,
                         const struct exceptions *store,
                         const struct exception *const *which, size_t count,
                         const struct exception *x, time_t now)
{
    const struct exception *last = last_accepted(which, count, x, now);
    char date[DATE_SIZE];

    if (is_left_out(out, x))
        return;
    if (exception_has_ended(x, now)) {
        note(out, EXPORT_LEFT_OUT, x, "It ended on %s.",
             date_format(date, x->until));
        return;
    }
    if (last != x) {
        note(out, EXPORT_LEFT_OUT, x,
             "Thunderbird holds one certificate for a server and port; "
             "exception %u, accepted last, was written.",
             last->number);
        return;
    }
    count_written(out, x,
                  cert_override_add(&out->bytes, x->host, x->port, x->sha256));
    remark_weak_key(out, store, x);
}

static void remark_thunderbird(struct exception_export *out)
{
    if (out->written)
        note(out, EXPORT_REMARK, NULL,
             "Thunderbird keeps neither the faults nor the end of an "
             "exception: there it covers every fault that can be overridden, "
             "until it is removed. It wants the server's name in its account "
             "spelled as in this file.");
}

void exception_export(struct exception_export *out,
                      const struct exceptions *store,
                      const struct exception *const *which, size_t count,
                      enum exception_format format, time_t now)
{
    *out = (struct exception_export){0};
    buf_init(&out->bytes, EXPORT_MAX);
    if (format == EXCEPTION_THUNDERBIRD)
        cert_override_add_header(&out->bytes);
    for (size_t i = 0; i < count; i++)
        if (format == EXCEPTION_PEM)
            add_pem(out, store, which[i], now);
        else
            add_override(out, store, which, count, which[i], now);
    if (format == EXCEPTION_THUNDERBIRD)
        remark_thunderbird(out);
}

bool exception_export_path_free(const char *path, struct error *e)
{
    const char *slash = strrchr(path, '/');
    struct stat st;
    char *lock;
    bool runs;

    if (strcmp(slash ? slash + 1 : path, "cert_override.txt") != 0)
        return true;
    lock = file_beside(path, "lock");
    runs = lstat(lock, &st) == 0 && S_ISLNK(st.st_mode);
    if (runs) {
        char safe[300];

        error_set(e, ERROR_FILE,
                  "Thunderbird runs with that profile (%s) and would lose "
                  "what is written. End it first; if it crashed, remove that "
                  "link.",
                  text_safe_string(safe, sizeof(safe), lock));
    }
    free(lock);
    return !runs;
}
