/* SPDX-License-Identifier: MIT */
/*
 * import: accounts out of other mail programs' files. Reading makes a plan:
 * what can be taken, and for everything else why not, each with its line.
 * Staging puts it into the config, where it waits to be saved.
 *
 * A file is never believed: no command in it is run (commands are taken over as
 * text, which is told), no check that is switched off there is switched off
 * here, and no pin becomes an exception without the server being looked at; the
 * command that does so is told instead. Sizes and counts are bounded.
 */
#ifndef POSTSEAL_CORE_EXCHANGE_IMPORT_H
#define POSTSEAL_CORE_EXCHANGE_IMPORT_H

#include "core/account/config.h"

#define IMPORT_FILE_MAX  (1u << 20) /* bytes of the largest file read */
#define IMPORT_LINE_MAX  4096       /* bytes of a line; longer ones are left */
#define IMPORT_ITEMS_MAX 200        /* accounts and servers */
#define IMPORT_NOTES_MAX 500        /* told one by one; more are counted */

/* What becomes of an account or server of the file. */
enum import_state {
    IMPORT_NEW,     /* a section of its own */
    IMPORT_REPLACE, /* its values go over those that are there */
    IMPORT_PRESENT  /* the same server and user are there: left as it is */
};
const char *import_state_word(enum import_state state); /* "new" ... */

struct import_item {
    enum section section; /* SECTION_ACCOUNT or SECTION_SMTP */
    char *name;           /* what the program calls it */
    unsigned line;
    char *value[SET_COUNT]; /* NULL: the file does not say; wiped */
    unsigned value_line[SET_COUNT];
    int smtp;                /* the item it sends by; -1: none */
    bool is_default;         /* the outgoing server for all */
    enum import_state state; /* since import_stage() */
    char *id;                /* the same: its section in accounts.ini */
    struct import_pin *pins; /* private */
    size_t pin_count;
};

enum import_note_kind {
    IMPORT_LEFT,  /* not taken, and why */
    IMPORT_REMARK /* taken, but not as it stood */
};
struct import_note {
    enum import_note_kind kind;
    unsigned line; /* 0: about the whole file */
    char text[480];
};

struct import {
    char *path; /* the file that the lines are of */
    bool with_passwords;
    struct import_item **items;
    size_t item_count;
    struct import_note *notes; /* in line order */
    size_t note_count, more_notes;
};

struct import_format {
    const char *name;  /* "msmtp": the word of the command line */
    const char *title; /* "msmtp" */
    const char *file;  /* what is named: "msmtprc", "a profile folder" */
    /* Private: reads bytes, or a folder when `folder`. */
    bool (*read)(struct import *im, const char *text, struct error *e);
    bool (*read_folder)(struct import *im, const char *folder, struct error *e);
};
/* NULL past the end. */
const struct import_format *import_format_at(size_t i);
const struct import_format *import_format_find(const char *name);

struct import_options {
    const struct import_format *format;
    const char *path;
    bool with_passwords; /* those that stand in the file; else they are left */
};
/* Reads and checks. ERROR_FILE; ERROR_PARSE when it is not such a file at all;
 * single lines that are wrong are notes. To be released in either case. */
bool import_read(struct import *out, const struct import_options *options,
                 struct error *e);
void import_release(struct import *im);
/* Where that program has its settings; NULL: it must be named. The caller frees
 * it. */
char *import_default_path(const struct import_format *format);
/* Stages everything, with new ids where a name is taken. May be done once more,
 * after a copy of the config has shown what it does. A server that is there
 * already (same kind, host, port and user) is left as it is, or with `replace`
 * gets the values of the file. Returns how many sections it touched. */
size_t import_stage(struct import *im, struct config *config, bool replace);

#endif
