/* SPDX-License-Identifier: MIT */
/*
 * exchange: accounts for other mail programs. One row a format; the file of a
 * format only spells what export_view holds.
 *
 * An export is a plan first: which files would become what, and what the
 * program cannot be told. Into an existing file goes a marked block for each
 * account, everything else stays byte for byte (export_block.h). A check is
 * never switched off: what a program cannot express is a warning and is left
 * out.
 */
#ifndef POSTSEAL_CORE_EXCHANGE_EXCHANGE_H
#define POSTSEAL_CORE_EXCHANGE_EXCHANGE_H

#include "core/base/file.h"
#include "core/exchange/export_view.h"

struct exchange_writer;

struct exchange_format {
    const char *name;  /* "neomutt": the word of the command line */
    const char *title; /* "NeoMutt" */
    /* Where the program looks, the first in front; "~/" is the home folder,
     * "$XDG/" the configuration folder. None: must be named. */
    const char *paths[4];
    const char *single; /* a file holds one account; several are written as
                         * ID and this ending. NULL: it holds many */
    bool private;       /* the program refuses a file that others may read */
    const char *cannot; /* one sentence: what it cannot be told */
    const char *tunnel; /* how it takes a verified pipe; NULL: not at all */
    /* One account's block. */
    void (*write)(struct exchange_writer *w);
    /* What a new file needs besides, below the block; it is the person's from
     * then on. NULL: nothing. */
    void (*starter)(struct exchange_writer *w);
    /* Instead of `write`: the whole files of a program that takes no marked
     * block, from those that are there. */
    bool (*profile)(struct exchange_writer *w, const char *folder,
                    struct error *e);
    /* Whether such a profile may be written now; NULL: always. */
    bool (*is_free)(const char *folder, struct error *e);
};
/* NULL past the end. */
const struct exchange_format *exchange_format_at(size_t i);
const struct exchange_format *exchange_format_find(const char *name);
/* Where that program reads its settings: the first of its places that is
 * there, else the first. The caller frees it; NULL: it must be named. */
char *exchange_default_path(const struct exchange_format *format);

struct export_options {
    const struct exchange_format *format;
    const char *path; /* file (or folder, for several accounts of a single
                       * format; or profile); NULL: the default one */
    bool with_passwords;
    bool tunnel; /* through `postseal connect` */
    bool force;  /* replace a block that was edited by hand */
};

/* A file that the plan is about. */
struct export_file {
    char *path;
    bool absent;    /* there is none, and none is needed */
    bool companion; /* of postseal's own: certificates that the file names */
    struct buf old, bytes;
    struct file_stamp stamp;
};

struct exchange_note {
    bool warning;  /* the program cannot be told: exit 1; else a remark */
    char *account; /* NULL: about all */
    char text[480];
};

/* An account that the plan writes. */
struct export_entry {
    char *account;
    char *path;
    char fingerprint[65]; /* of what is written, secrets left out */
    char *pins;           /* numbers of the exceptions in it: "3 7" */
};

struct export_plan {
    const struct exchange_format *format;
    struct export_file *files;
    size_t file_count;
    struct export_entry *entries;
    size_t entry_count;
    struct exchange_note *notes;
    size_t note_count;
    char **secrets; /* as spelled in the files; never shown, wiped */
    size_t secret_count;
};

/* Reads the files as they are and works out what they would become; nothing is
 * written. `named`: the accounts were named one by one, so passing one over is
 * a warning. ERROR_FILE, ERROR_PARSE (marks that do not pair), ERROR_CONFLICT
 * (a block was edited by hand and not `force`), ERROR_INPUT (no path known).
 * To be released in either case. */
bool export_plan_make(struct export_plan *out, const struct export_view *view,
                      const struct export_options *options, bool named,
                      struct error *e);
void export_plan_release(struct export_plan *plan);
bool export_file_changes(const struct export_file *file);
bool export_plan_changes(const struct export_plan *plan);
bool export_plan_warns(const struct export_plan *plan);
/* What would change, for showing, with secrets hidden: a unified diff. */
void export_plan_diff(const struct export_plan *plan, struct buf *out);
/* Writes the files that change: those of certificates first, each whole or not
 * at all. A new file is 0600; an old one becomes so where the program demands
 * it or a password stands in it. A file that has changed since is
 * ERROR_CONFLICT. */
bool export_plan_write(const struct export_plan *plan, struct error *e);

#endif
