/* SPDX-License-Identifier: MIT */
/*
 * getmail_read: a getmailrc, one account. The type of the [retriever] names
 * protocol and encryption; values are literal, and a command is a tuple of
 * Python strings.
 */
#include "core/exchange/import_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct import *im;
    struct import_item *item; /* while in [retriever] */
    struct import_item *found;
    char *cert, *key;
    unsigned cert_line;
};

static void section(void *arg, unsigned line, const char *name)
{
    struct reading *r = arg;

    r->item = NULL;
    if (!text_equal_nocase(name, "retriever"))
        return;
    if (!r->found)
        r->found = import_item_new(r->im, SECTION_ACCOUNT, "getmail", line);
    r->item = r->found;
}

static void take_type(struct reading *r, unsigned line, const char *value)
{
    bool ssl = strstr(value, "SSL") != NULL;

    if (strstr(value, "IMAP"))
        import_take(r->item, SET_TYPE, line, "imap");
    else if (strstr(value, "POP3"))
        import_take(r->item, SET_TYPE, line, "pop3");
    else
        import_left(r->im, line, "\"%.60s\" is no IMAP and no POP3 server.",
                    value);
    import_take(r->item, SET_SECURITY, line, ssl ? "tls" : "none");
}

/* What stands behind a backslash in a Python string; *at is moved on to its
 * last character. */
static char escaped(const char **at)
{
    static const char from[] = "ntr", to[] = "\n\t\r";
    const char *letter = strchr(from, **at);
    unsigned byte = 0;

    if (letter)
        return to[letter - from];
    if (**at == 'x' && isxdigit((unsigned char)(*at)[1]) &&
        isxdigit((unsigned char)(*at)[2]) &&
        sscanf(*at + 1, "%2x", &byte) == 1 && byte) {
        *at += 2;
        return (char)byte;
    }
    return **at;
}

/* One Python string at *at into the command line, quoted for the shell. False
 * at the end. */
static bool add_argument(const char **at, struct buf *out)
{
    const char *from = *at + strcspn(*at, "\"'");
    char quote = *from;

    if (!quote)
        return false;
    buf_add_text(out, out->len ? " '" : "'");
    for (from++; *from && *from != quote; from++) {
        char c = *from;

        if (c == '\\' && from[1]) {
            from++;
            c = escaped(&from);
        }
        if (c == '\'')
            buf_add_text(out, "'\\''");
        else
            buf_add_char(out, c);
    }
    buf_add_char(out, '\'');
    *at = *from ? from + 1 : from;
    return true;
}

static void take_command(struct reading *r, unsigned line, const char *value)
{
    struct buf command;

    buf_init(&command, IMPORT_LINE_MAX);
    while (add_argument(&value, &command))
        ;
    if (command.len && !command.overflow)
        import_command(r->im, r->item, SET_PASSWORD_COMMAND, line,
                       command.data);
    else
        import_left(r->im, line, "password_command is no tuple of strings.");
    buf_release(&command);
}

/* Each string of a tuple, or the bare value. */
static void take_fingerprints(struct reading *r, unsigned line,
                              const char *value)
{
    while (*value) {
        char one[128];
        size_t len;
        unsigned char digest[32];

        value += strspn(value, " \t\n(),\"'");
        len = strcspn(value, " \t\n(),\"'");
        if (!len)
            return;
        snprintf(one, sizeof(one), "%.*s", (int)(len < 120 ? len : 120), value);
        value += len;
        if (text_parse_sha256(one, digest, &(size_t){0}) == TEXT_DIGEST_OK)
            text_hex(one, digest, 32);
        import_pin(r->item, strlen(one) == 64 ? PIN_SHA256 : PIN_HASH, line,
                   one);
    }
}

static const struct {
    const char *key;
    enum setting setting;
} plain[] = {{"server", SET_HOST},
             {"port", SET_PORT},
             {"username", SET_USER},
             {"timeout", SET_TIMEOUT}};

static bool yes(const char *value)
{
    return text_equal_nocase(value, "true") || strcmp(value, "1") == 0 ||
           text_equal_nocase(value, "yes") || text_equal_nocase(value, "on");
}

static bool take_flag(struct reading *r, unsigned line, const char *key,
                      const char *text)
{
    if (strcmp(key, "use_cram_md5") == 0 && yes(text))
        import_auth(r->im, r->item, line, "cram-md5");
    else if (strcmp(key, "use_xoauth2") == 0 && yes(text))
        import_auth(r->im, r->item, line, "xoauth2");
    else
        return strcmp(key, "use_cram_md5") == 0 ||
               strcmp(key, "use_xoauth2") == 0;
    return true;
}

static void value(void *arg, unsigned line, const char *key, const char *text)
{
    struct reading *r = arg;

    if (!r->item)
        return; /* where mail goes is none of a server's settings */
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (strcmp(key, plain[i].key) == 0) {
            import_take(r->item, plain[i].setting, line, text);
            return;
        }
    if (take_flag(r, line, key, text))
        return;
    if (strcmp(key, "type") == 0)
        take_type(r, line, text);
    else if (strcmp(key, "password") == 0)
        import_password(r->im, r->item, line, text);
    else if (strcmp(key, "password_command") == 0)
        take_command(r, line, text);
    else if (strcmp(key, "ssl_fingerprints") == 0)
        take_fingerprints(r, line, text);
    else if (strcmp(key, "ca_certs") == 0)
        import_pin(r->item, PIN_FILE, line, text);
    else if (strcmp(key, "certfile") == 0)
        xreplace(&r->cert, text), r->cert_line = line;
    else if (strcmp(key, "keyfile") == 0)
        xreplace(&r->key, text), r->cert_line = line;
    else
        import_unknown(r->im, line, key);
}

static bool read_getmail(struct import *im, const char *text, struct error *e)
{
    struct reading r = {.im = im};
    const struct import_ini ini = {
        .kind = INI_PYTHON, .section = section, .value = value, .arg = &r};

    import_ini_read(im, text, &ini);
    if (r.found && r.cert)
        import_identity(r.found, r.cert_line, r.cert, r.key);
    free(r.cert);
    free(r.key);
    /* A file is one account, and does not name it. */
    if (r.found && r.found->value[SET_USER])
        xreplace(&r.found->name, r.found->value[SET_USER]);
    return r.found ||
           error_set(e, ERROR_PARSE, "There is no [retriever] in that file.");
}

const struct import_format import_getmail = {.name = "getmail",
                                             .title = "getmail",
                                             .file = "getmailrc",
                                             .read = read_getmail};
