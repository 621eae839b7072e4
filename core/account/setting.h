/* SPDX-License-Identifier: MIT */
/*
 * setting: the settings table. One row a setting: key, label, help, type,
 * limits, default. Reading, writing, forms, commands, the example file and the
 * manual page are derived from it; adding a setting is adding a row.
 */
#ifndef POSTSEAL_CORE_ACCOUNT_SETTING_H
#define POSTSEAL_CORE_ACCOUNT_SETTING_H

#include "core/base/error.h"
#include <stddef.h>

/* The kinds of sections in accounts.ini; usable as bits of a mask. */
enum section {
    SECTION_DEFAULTS = 1, /* [defaults] */
    SECTION_UI = 2,       /* [ui] */
    SECTION_ACCOUNT = 4,  /* [account ID] */
    SECTION_SMTP = 8,     /* [smtp ID] */
};

enum setting_type {
    SETTING_TEXT,
    SETTING_HOST,   /* see host_normalise() */
    SETTING_NUMBER, /* min to max */
    SETTING_CHOICE, /* one of choices */
    SETTING_YES_NO, /* "yes" or "no" */
    SETTING_EMAIL,
    SETTING_URL,        /* https, or http on this machine */
    SETTING_PATH,       /* ~/ is the home folder */
    SETTING_COMMAND,    /* run by sh -c */
    SETTING_SECRET,     /* never shown, wiped */
    SETTING_SMTP_ID,    /* names a section [smtp ID] */
    SETTING_ACCOUNT_ID, /* names a section [account ID] */
    SETTING_IDENTITY    /* names one of the person's certificates; see
                         * config_set_identities() */
};

enum setting {
    SET_NONE = -1,
    /* identity */
    SET_LABEL,
    SET_NAME,
    SET_EMAIL,
    SET_REPLY_TO,
    SET_ORGANIZATION,
    SET_SIGNATURE_FILE,
    SET_ENABLED,
    /* server */
    SET_TYPE,
    SET_HOST,
    SET_PORT,
    SET_SECURITY,
    SET_AUTH,
    SET_ACCOUNT,
    SET_USER,
    SET_PASSWORD_COMMAND,
    SET_PASSWORD_COMMAND_TERMINAL,
    SET_PASSWORD,
    SET_REMEMBER,
    SET_TOKEN_COMMAND,
    SET_OAUTH_CLIENT_ID,
    SET_OAUTH_CLIENT_SECRET_COMMAND,
    SET_OAUTH_DEVICE_ENDPOINT,
    SET_OAUTH_TOKEN_ENDPOINT,
    SET_OAUTH_SCOPE,
    SET_OAUTH_REFRESH_COMMAND,
    SET_OAUTH_STORE_COMMAND,
    SET_CLIENT_CERTIFICATE,
    SET_CLIENT_KEY_COMMAND,
    SET_ALLOW_PLAINTEXT_LOGIN,
    SET_TLS_MINIMUM,
    SET_TIMEOUT,
    SET_HELO_NAME,
    /* account */
    SET_SMTP,
    SET_CHECK_INTERVAL,
    SET_LEAVE_ON_SERVER,
    SET_IMAP_PREFIX,
    SET_SENT_FOLDER,
    SET_DRAFTS_FOLDER,
    SET_TRASH_FOLDER,
    SET_ARCHIVE_FOLDER,
    /* [defaults] and [ui] */
    SET_DNS_SERVER,
    SET_CA_FILE,
    SET_AUTOCONFIG_URL,
    SET_MOUSE,
    SET_COLOUR,
    SET_COUNT
};

struct setting_choice {
    const char *word;  /* as written in the file */
    const char *label; /* as shown */
};

struct setting_row {
    const char *key;
    const char *label; /* at most 14 cells: the form's first column */
    const char *help;  /* one sentence for the hint row, with the limits */
    unsigned sections; /* mask of enum section */
    enum setting_type type;
    /* NUMBER: the value. Commands, paths, secrets: bytes; other texts:
     * letters (max 0: 255). */
    long min, max;
    const char *fallback; /* what applies when unset; NULL: nothing, or it
                           * depends on others (port: see config_effective) */
    const struct setting_choice *choices; /* ended by a NULL word */
};

const struct setting_row *setting_row(enum setting setting);
/* SET_NONE when a section of that kind has no such key. */
enum setting setting_find(enum section section, const char *key);
/* The next setting of that kind of section after `previous` (SET_NONE: the
 * first); SET_NONE at the end. Table order is the order of forms and files. */
enum setting setting_next(enum section section, enum setting previous);

/* Checks a value by the row alone. ERROR_INPUT names the limits, e.g.
 * "Port: 99999 is too big; the highest is 65535." An empty text is refused
 * unless the setting may be empty. */
bool setting_check(enum setting setting, const char *value, struct error *e);
/* The form in which it is written: host names keep what was typed (trimmed),
 * choices in lower case, numbers without leading zeros. Caller frees. */
char *setting_canonical(enum setting setting, const char *value);
/* What a screen shows for a value: the choice's label, "(stored)" for a
 * secret, the text made safe. Returns out. */
char *setting_show(char *out, size_t size, enum setting setting,
                   const char *value);

const char *section_word(enum section section); /* "account" */
/* "account work", "defaults": the name in the INI file. Caller frees. */
char *section_name(enum section section, const char *id);
/* Splits an INI section name; *id points into `name` ("" for singletons).
 * False for a name that is none of ours. */
bool section_parse(const char *name, enum section *section, const char **id);
/* 1 to 64 UTF-8 characters without control characters, any of [ ] : ; # = " '
 * \ /, blanks at the ends, double blanks, or a hyphen in front. */
bool section_check_id(const char *id, struct error *e);

#endif
