/* SPDX-License-Identifier: MIT */
/*
 * msmtp_read: msmtprc. The rest of a line is the value; one pair of quotes
 * around it goes; there are no escapes, and '#' is a comment only in front. An
 * account begins with the values of `defaults` and of the accounts it names.
 */
#include "core/exchange/import_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is one setting here and several there. */
struct account {
    struct import_item *item;
    bool tls, implicit, no_auth;
    unsigned tls_line, cert_line;
    char *cert, *key;
    bool alias; /* "account default : work", and nothing else */
    int base;   /* of the alias */
};

struct reading {
    struct import *im;
    struct account all[IMPORT_ITEMS_MAX + 2]; /* the first: the defaults */
    size_t count;
    struct account *now; /* NULL: its account is not taken */
};

static bool on(const char *value)
{
    return !*value || strcmp(value, "on") == 0;
}

static struct account *find(struct reading *r, const char *name)
{
    for (size_t i = r->count; i-- > 1;)
        if (r->all[i].item && strcmp(r->all[i].item->name, name) == 0)
            return &r->all[i];
    return NULL;
}

/* -- sections -------------------------------------------------------------- */

static void inherit(struct reading *r, struct account *to,
                    const struct account *from, const char *name, unsigned line)
{
    *to = *from;
    to->alias = false;
    to->cert = xstrdup_or_null(from->cert);
    to->key = xstrdup_or_null(from->key);
    to->item = import_item_copy(r->im, from->item, name, line);
}

static void begin_account(struct reading *r, unsigned line, char *value)
{
    char *bases = strchr(value, ':');
    struct account *base = &r->all[0];
    char *name;

    r->now = NULL;
    if (bases)
        *bases++ = '\0';
    name = text_trim(value);
    if (bases) {
        char *comma = strchr(bases, ',');

        if (comma) {
            *comma = '\0';
            import_left(r->im, line,
                        "Of several accounts to go by, only the "
                        "first is taken.");
        }
        base = find(r, text_trim(bases));
    }
    if (!base) {
        import_left(r->im, line, "The account that %.60s goes by is not there.",
                    name);
        return;
    }
    inherit(r, &r->all[r->count], base, name, line);
    if (!r->all[r->count].item)
        return;
    r->now = &r->all[r->count++];
    r->now->alias = bases != NULL && strcmp(name, "default") == 0;
    r->now->base = (int)(base - r->all);
    r->now->item->is_default = strcmp(name, "default") == 0;
}

/* -- values ---------------------------------------------------------------- */

static const struct {
    const char *key;
    enum setting setting;
} plain[] = {
    {"host", SET_HOST},        {"port", SET_PORT},       {"user", SET_USER},
    {"domain", SET_HELO_NAME}, {"timeout", SET_TIMEOUT},
};

static void take_auth(struct reading *r, unsigned line, const char *value)
{
    struct account *a = r->now;

    a->no_auth = strcmp(value, "off") == 0;
    import_take(a->item, SET_AUTH, line, a->no_auth ? "none" : "");
    if (!a->no_auth && !on(value))
        import_auth(r->im, a->item, line, value);
}

static void take_fingerprint(struct reading *r, unsigned line,
                             const char *value)
{
    unsigned char digest[32];
    size_t digits;
    bool sha256 = text_parse_sha256(value, digest, &digits) == TEXT_DIGEST_OK;
    char hex[65] = "";

    if (sha256)
        text_hex(hex, digest, 32);
    if (*value)
        import_pin(r->now->item, sha256 ? PIN_SHA256 : PIN_HASH, line,
                   sha256 ? hex : value);
}

static bool take_tls(struct reading *r, unsigned line, const char *key,
                     const char *value)
{
    struct account *a = r->now;

    if (strcmp(key, "tls") == 0)
        a->tls = on(value);
    else if (strcmp(key, "tls_starttls") == 0)
        a->implicit = !on(value);
    else if (strcmp(key, "tls_fingerprint") == 0)
        take_fingerprint(r, line, value);
    else if (strcmp(key, "tls_cert_file") == 0)
        xreplace(&a->cert, *value ? value : NULL);
    else if (strcmp(key, "tls_key_file") == 0)
        xreplace(&a->key, *value ? value : NULL);
    else if (strcmp(key, "tls_trust_file") == 0 && strcmp(value, "system") != 0)
        import_pin(a->item, PIN_FILE, line, value);
    else if (strcmp(key, "tls_certcheck") == 0 && !on(value))
        import_pin(a->item, PIN_UNCHECKED, line, "tls_certcheck off");
    else if (strcmp(key, "tls_trust_file") != 0 &&
             strcmp(key, "tls_certcheck") != 0)
        return false;
    a->tls_line = line;
    if (strcmp(key, "tls_cert_file") == 0 || strcmp(key, "tls_key_file") == 0)
        a->cert_line = line;
    return true;
}

static void take(struct reading *r, unsigned line, const char *key,
                 const char *value)
{
    struct import_item *item = r->now->item;

    r->now->alias = false;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (strcmp(key, plain[i].key) == 0) {
            import_take(item, plain[i].setting, line, value);
            return;
        }
    if (take_tls(r, line, key, value))
        return;
    if (strcmp(key, "auth") == 0)
        take_auth(r, line, value);
    else if (strcmp(key, "password") == 0)
        import_password(r->im, item, line, value);
    else if (strcmp(key, "passwordeval") == 0)
        import_command(r->im, item, SET_PASSWORD_COMMAND, line, value);
    else if (strcmp(key, "eval") == 0)
        import_left(r->im, line, "eval: no command of a file is run.");
    else
        import_unknown(r->im, line, key);
}

/* -- the file -------------------------------------------------------------- */

static void read_line(struct reading *r, unsigned line, char *text)
{
    char *key = text_trim(text);
    char *value = key + strcspn(key, " \t");
    size_t len;

    if (!*key || *key == '#')
        return;
    if (*value)
        *value++ = '\0';
    value = text_trim(value);
    len = strlen(value);
    if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
        value[len - 1] = '\0';
        value++;
    }
    if (strcmp(key, "defaults") == 0)
        r->now = &r->all[0];
    else if (strcmp(key, "account") == 0)
        begin_account(r, line, value);
    else if (r->now)
        take(r, line, key, value);
}

static void finish_account(struct account *a)
{
    struct import_item *item = a->item;
    bool implicit = a->tls && a->implicit;

    import_take(item, SET_SECURITY, a->tls_line ? a->tls_line : item->line,
                implicit ? "tls"
                : a->tls ? "starttls"
                         : "none");
    if (!item->value[SET_PORT] && !implicit)
        import_take(item, SET_PORT, item->line, "25"); /* msmtp's default */
    if (a->cert)
        import_identity(item, a->cert_line, a->cert, a->key);
}

/* An alias is no server of its own: the one it stands for is the default. */
static void drop_alias(struct reading *r, struct account *a)
{
    r->all[a->base].item->is_default = a->base > 0;
    import_item_drop(r->im, a->item);
    a->item = NULL;
}

static bool read_msmtp(struct import *im, const char *text, struct error *e)
{
    struct reading *r = xcalloc(1, sizeof(*r));
    struct import_lines lines;

    (void)e;
    r->im = im;
    r->count = 1;
    r->all[0].item = xcalloc(1, sizeof(struct import_item));
    r->all[0].item->section = SECTION_SMTP;
    import_lines_begin(&lines, text);
    while (import_lines_next(im, &lines))
        read_line(r, lines.line, lines.text);
    for (size_t i = r->count; i-- > 1;) {
        if (r->all[i].alias)
            drop_alias(r, &r->all[i]);
        else
            finish_account(&r->all[i]);
    }
    for (size_t i = 0; i < r->count; i++) {
        free(r->all[i].cert);
        free(r->all[i].key);
    }
    import_item_free(r->all[0].item);
    free(r);
    return true;
}

const struct import_format import_msmtp = {
    .name = "msmtp", .title = "msmtp", .file = "msmtprc", .read = read_msmtp};
