/* SPDX-License-Identifier: MIT */
/*
 * mbsync_read: mbsyncrc. A line is words; "..." holds blanks; a backslash takes
 * the next character as it is, inside and outside of quotes; '#' at the start
 * of a word begins a comment. An empty line ends a section. An IMAPStore may
 * name an IMAPAccount or be one.
 */
#include "core/exchange/import_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct import *im;
    struct import_item *item; /* NULL: in no account */
    bool store;               /* an IMAPStore, which may be no account */
    char *cert, *key;
    unsigned cert_line;
};

/* The next word, unquoted in place; NULL at the end. */
static char *next_word(char **at)
{
    char *from = *at + strspn(*at, " \t"), *to, *word;
    bool quoted = false;

    if (!*from || *from == '#')
        return NULL;
    word = to = from;
    for (; *from && (quoted || (*from != ' ' && *from != '\t')); from++)
        if (*from == '"')
            quoted = !quoted;
        else if (*from == '\\' && from[1])
            *to++ = *++from;
        else
            *to++ = *from;
    *at = *from ? from + 1 : from;
    *to = '\0';
    return word;
}

static const struct {
    const char *key;
    enum setting setting;
} plain[] = {{"host", SET_HOST}, {"port", SET_PORT}, {"user", SET_USER}};

static void take_security(struct reading *r, unsigned line, const char *value)
{
    static const struct {
        const char *word, *security;
    } words[] = {{"imaps", "tls"}, {"starttls", "starttls"}, {"none", "none"}};

    for (size_t i = 0; i < 3; i++)
        if (text_equal_nocase(value, words[i].word)) {
            import_take(r->item, SET_SECURITY, line, words[i].security);
            return;
        }
    import_left(r->im, line, "\"%.40s\" is no kind of encryption.", value);
}

static void take_mechanisms(struct reading *r, unsigned line, char *value,
                            char *rest)
{
    if (next_word(&rest))
        import_left(r->im, line,
                    "Of several mechanisms postseal itself takes the strongest "
                    "that the server offers.");
    else if (strcmp(value, "*") != 0)
        import_auth(r->im, r->item, line, value);
}

static void take_command(struct reading *r, unsigned line, const char *value)
{
    /* "+" says that it draws on the terminal. */
    if (*value == '+')
        import_take(r->item, SET_PASSWORD_COMMAND_TERMINAL, line, "yes");
    import_command(r->im, r->item, SET_PASSWORD_COMMAND, line,
                   value + (*value == '+'));
}

static bool take_certificates(struct reading *r, unsigned line, const char *key,
                              const char *value)
{
    if (text_equal_nocase(key, "certificatefile"))
        import_pin(r->item, PIN_FILE, line, value);
    else if (text_equal_nocase(key, "clientcertificate"))
        xreplace(&r->cert, value);
    else if (text_equal_nocase(key, "clientkey"))
        xreplace(&r->key, value);
    else if (text_equal_nocase(key, "systemcertificates")) {
        if (text_equal_nocase(value, "no"))
            import_left(r->im, line,
                        "postseal keeps trusting the system's "
                        "authorities.");
    } else {
        return false;
    }
    r->cert_line = line;
    return true;
}

static void take(struct reading *r, unsigned line, const char *key, char *value,
                 char *rest)
{
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (text_equal_nocase(key, plain[i].key)) {
            import_take(r->item, plain[i].setting, line, value);
            return;
        }
    if (take_certificates(r, line, key, value))
        return;
    if (text_equal_nocase(key, "ssltype") || text_equal_nocase(key, "tlstype"))
        take_security(r, line, value);
    else if (text_equal_nocase(key, "pass"))
        import_password(r->im, r->item, line, value);
    else if (text_equal_nocase(key, "passcmd"))
        take_command(r, line, value);
    else if (text_equal_nocase(key, "authmechs") ||
             text_equal_nocase(key, "authmech"))
        take_mechanisms(r, line, value, rest);
    else if (text_equal_nocase(key, "usercmd"))
        import_left(r->im, line, "UserCmd: the user name has to be written.");
    else if (text_equal_nocase(key, "tunnel"))
        import_left(r->im, line,
                    "Tunnel: a connection by a command is not "
                    "tested.");
    else
        import_unknown(r->im, line, key);
}

static void end_section(struct reading *r)
{
    if (r->item && r->cert)
        import_identity(r->item, r->cert_line, r->cert, r->key);
    if (r->item && r->store && !r->item->value[SET_HOST])
        import_item_drop(r->im, r->item);
    xreplace(&r->cert, NULL);
    xreplace(&r->key, NULL);
    r->item = NULL;
    r->store = false;
}

static void begin_section(struct reading *r, unsigned line, const char *key,
                          const char *name)
{
    r->store = text_equal_nocase(key, "imapstore");
    r->item = import_item_new(r->im, SECTION_ACCOUNT, name, line);
    import_take(r->item, SET_TYPE, line, "imap");
    /* Its default since 1.1. */
    import_take(r->item, SET_SECURITY, line, "starttls");
}

static bool is_section(const char *key)
{
    static const char *const words[] = {"imapaccount", "imapstore",
                                        "maildirstore", "channel", "group"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (text_equal_nocase(key, words[i]))
            return true;
    return false;
}

/* What belongs to folders is none of a server's settings, and is no loss. */
static bool is_of_stores(const char *key)
{
    static const char *const words[] = {
        "account", "path", "inbox", "far", "near", "subfolders", "patterns"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (text_equal_nocase(key, words[i]))
            return true;
    return false;
}

static void read_line(struct reading *r, unsigned line, char *text)
{
    char *rest = text, *key, *value;

    if (!*text_trim(text)) {
        end_section(r);
        return;
    }
    key = next_word(&rest);
    value = key ? next_word(&rest) : NULL;
    if (!key)
        return;
    if (!value) {
        import_left(r->im, line, "%.60s has no value.", key);
    } else if (is_section(key)) {
        end_section(r);
        if (text_equal_nocase(key, "imapaccount") ||
            text_equal_nocase(key, "imapstore"))
            begin_section(r, line, key, value);
    } else if (r->item && !is_of_stores(key)) {
        take(r, line, key, value, rest);
    }
}

static bool read_mbsync(struct import *im, const char *text, struct error *e)
{
    struct reading r = {.im = im};
    struct import_lines lines;

    (void)e;
    import_lines_begin(&lines, text);
    while (import_lines_next(im, &lines))
        read_line(&r, lines.line, lines.text);
    end_section(&r);
    return true;
}

const struct import_format import_mbsync = {.name = "mbsync",
                                            .title = "mbsync",
                                            .file = "mbsyncrc",
                                            .read = read_mbsync};
