/* SPDX-License-Identifier: MIT */
/*
 * exception_export: accepted certificates for other programs, as PEM (each
 * with a comment line) or as Thunderbird's cert_override.txt. Makes bytes;
 * whoever calls it writes them.
 */
#ifndef POSTSEAL_CORE_EXCHANGE_EXCEPTION_EXPORT_H
#define POSTSEAL_CORE_EXCHANGE_EXCEPTION_EXPORT_H

#include "core/base/buf.h"
#include "core/trust/exception.h"

enum exception_format {
    EXCEPTION_PEM,         /* "pem" */
    EXCEPTION_THUNDERBIRD, /* "thunderbird" */
};
bool exception_format_parse(const char *word, enum exception_format *format);
const char *exception_format_word(enum exception_format format);

enum export_note_kind {
    EXPORT_REMARK,   /* it was written, but the person should know this */
    EXPORT_LEFT_OUT, /* it does not belong into that format, or has ended */
    EXPORT_FAILED,   /* its stored certificate cannot be used */
};
struct export_note {
    enum export_note_kind kind;
    const struct exception *about; /* of the store; NULL: the whole file */
    char text[400];                /* a finished sentence */
};

struct exception_export {
    struct buf bytes;
    size_t written; /* exceptions */
    struct export_note *notes;
    size_t note_count;
};

/* Exports the `count` ones in which[], in that order. Session-only ones are
 * left out; for Thunderbird ended ones too, and of several certificates at one
 * host and port all but the one accepted last, as its file holds one. Remarks
 * say what the other program does otherwise. Never fails as a whole: nothing
 * written is told by `written`. To be released. */
void exception_export(struct exception_export *out,
                      const struct exceptions *store,
                      const struct exception *const *which, size_t count,
                      enum exception_format format, time_t now);
void exception_export_release(struct exception_export *out);

/* Whether cert_override.txt may be written at that path: not while Thunderbird
 * runs with that profile, which would lose it. ERROR_FILE says so. */
bool exception_export_path_free(const char *path, struct error *e);

#endif
