/* SPDX-License-Identifier: MIT */
/* import_private: what the readers of the formats build a plan with. */
#ifndef POSTSEAL_CORE_EXCHANGE_IMPORT_PRIVATE_H
#define POSTSEAL_CORE_EXCHANGE_IMPORT_PRIVATE_H

#include "core/account/account.h"
#include "core/base/buf.h"
#include "core/exchange/import.h"

/* What a program says about certificates, to be told when the server is known:
 * see tell_pins(). */
enum import_pin_kind {
    PIN_SHA256,    /* of one certificate */
    PIN_HASH,      /* another hash of it */
    PIN_FILE,      /* certificates in a file: a server's, or authorities */
    PIN_UNCHECKED, /* the check is switched off */
    PIN_KEY        /* certificate and key of the person in two files */
};
struct import_pin {
    enum import_pin_kind kind;
    unsigned line;
    char *text, *second;
};

extern const struct import_format import_msmtp, import_mbsync, import_neomutt,
    import_fetchmail, import_getmail, import_offlineimap, import_aerc,
    import_thunderbird;

/* NULL when there are too many (told). */
struct import_item *import_item_new(struct import *im, enum section section,
                                    const char *name, unsigned line);
void import_item_free(struct import_item *item);
/* Out of the plan again, before anything refers to it. */
void import_item_drop(struct import *im, struct import_item *item);
/* A copy of its values and pins under another name. */
struct import_item *import_item_copy(struct import *im,
                                     const struct import_item *from,
                                     const char *name, unsigned line);
/* The last value counts, as in all these programs. */
void import_take(struct import_item *item, enum setting setting, unsigned line,
                 const char *value);
/* A password that stands in the file. */
void import_password(struct import *im, struct import_item *item, unsigned line,
                     const char *value);
/* A command is text here, and stays it. */
void import_command(struct import *im, struct import_item *item,
                    enum setting setting, unsigned line, const char *value);
/* The name of a mechanism, in any case; others than ours are told. */
void import_auth(struct import *im, struct import_item *item, unsigned line,
                 const char *mechanism);
/* The person's certificate and key, each a path; key NULL: in the same file. */
void import_identity(struct import_item *item, unsigned line, const char *cert,
                     const char *key);
void import_pin(struct import_item *item, enum import_pin_kind kind,
                unsigned line, const char *text);
/* A URL "imaps://user:password@host:port/path": what is in it. False, and told,
 * when it is none of imap, imaps, pop, pops, pop3, pop3s, smtp, smtps, with
 * "+mechanism" and "+insecure" behind the scheme as aerc has them. `plain`:
 * what the scheme without s stands for. */
bool import_url(struct import *im, struct import_item *item, unsigned line,
                const char *url, enum security plain);

/* Sentences; whatever the file had in it is made safe. */
void import_left(struct import *im, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void import_remark(struct import *im, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "KEY: postseal has no such setting." */
void import_unknown(struct import *im, unsigned line, const char *key);

void import_sort_notes(struct import *im);
/* The file at im->path: there, nobody else's, text. ERROR_FILE, ERROR_TRUST,
 * ERROR_PARSE. */
bool import_bytes(struct import *im, size_t max, struct buf *bytes,
                  struct error *e);

/* -- lines ----------------------------------------------------------------- */

struct import_lines {
    const char *at;
    unsigned line;
    char text[IMPORT_LINE_MAX]; /* without its end */
};
void import_lines_begin(struct import_lines *lines, const char *text);
/* False at the end. Lines that are too long are told and left out. */
bool import_lines_next(struct import *im, struct import_lines *lines);

/* The INI of Python's configparser and of go-ini: sections and "key = value".
 * Both are called with texts that hold until they return. */
enum import_ini_kind {
    INI_PYTHON, /* '=' or ':'; deeper lines go on; "%%" is "%" if `percent` */
    INI_GO      /* '=' or ':'; " #" and " ;" begin a comment; `...` """...""" */
};
struct import_ini {
    enum import_ini_kind kind;
    bool percent;
    void (*section)(void *arg, unsigned line, const char *name);
    void (*value)(void *arg, unsigned line, const char *key, const char *value);
    void *arg;
};
void import_ini_read(struct import *im, const char *text,
                     const struct import_ini *ini);

#endif
