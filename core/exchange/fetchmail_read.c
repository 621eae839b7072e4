/* SPDX-License-Identifier: MIT */
/*
 * fetchmail_read: fetchmailrc. Words and "strings" with \xHH, \0OO, \DDD and
 * the usual letters behind a backslash; , ; : = are blanks; '#' begins a
 * comment. `poll NAME` begins a server with options of its own, each `user`
 * an account at it.
 */
#include "core/exchange/import_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n,;:="

struct token {
    char text[1024];
    bool quoted, cut;
    unsigned line;
};

struct reading {
    struct import *im;
    const char *at;
    unsigned line;
    struct token token; /* the one that was read last */
    bool end;
    struct import_item *server; /* of `poll`; not in the plan */
    struct import_item *user;   /* the account; NULL: none yet */
    bool no;                    /* "no" stands before */
    bool ssl, plain;            /* of the account */
    char *cert, *key;
    unsigned cert_line;
};

/* -- tokens ---------------------------------------------------------------- */

static char escaped(const char **at)
{
    static const char from[] = "ntrbv", to[] = "\n\t\r\b\v";
    const char *letter;
    char *end;
    long value;
    int base = **at == 'x' ? 16 : **at == '0' ? 8 : 10;
    char digits[4] = "";

    if (**at == 'x' || isdigit((unsigned char)**at)) {
        size_t skip = **at == 'x', n = 0;

        while (n < (base == 16 ? 2u : 3u) &&
               isxdigit((unsigned char)(*at)[skip + n]))
            n++;
        memcpy(digits, *at + skip, n);
        value = strtol(digits, &end, base);
        *at += skip + (size_t)(end - digits);
        return (char)value;
    }
    letter = strchr(from, **at);
    value = letter && **at ? to[letter - from] : **at;
    (*at)++;
    return (char)value;
}

static void add(struct token *token, size_t *n, char c)
{
    if (*n + 1 < sizeof(token->text))
        token->text[(*n)++] = c;
    else
        token->cut = true;
}

static void skip_blanks(struct reading *r)
{
    while (*r->at && (strchr(BLANKS, *r->at) || *r->at == '#')) {
        if (*r->at == '#')
            r->at += strcspn(r->at, "\n");
        else
            r->line += *r->at++ == '\n';
    }
}

/* False at the end of the file. */
static bool next(struct reading *r)
{
    struct token *token = &r->token;
    size_t n = 0;

    skip_blanks(r);
    *token = (struct token){.line = r->line};
    r->end = !*r->at;
    if (r->end)
        return false;
    if (*r->at == '"' || *r->at == '\'') {
        char quote = *r->at++;

        token->quoted = true;
        while (*r->at && *r->at != quote) {
            r->line += *r->at == '\n';
            if (*r->at == '\\' && r->at[1]) {
                r->at++;
                add(token, &n, escaped(&r->at));
            } else {
                add(token, &n, *r->at++);
            }
        }
        r->at += *r->at == quote;
    } else {
        while (*r->at && !strchr(BLANKS "#\"", *r->at))
            add(token, &n, *r->at++);
    }
    if (token->cut)
        import_left(r->im, token->line, "A word is too long, and was cut.");
    return true;
}

/* -- servers and accounts -------------------------------------------------- */

static void end_user(struct reading *r)
{
    struct import_item *user = r->user;

    if (user) {
        import_take(user, SET_SECURITY, user->line,
                    r->ssl     ? "tls"
                    : r->plain ? "none"
                               : "starttls");
        if (r->cert)
            import_identity(user, r->cert_line, r->cert, r->key);
    }
    xreplace(&r->cert, NULL);
    xreplace(&r->key, NULL);
    r->user = NULL;
    r->ssl = r->plain = false;
}

static void begin_server(struct reading *r)
{
    end_user(r);
    if (r->server)
        import_item_free(r->server);
    r->server = xcalloc(1, sizeof(*r->server));
    r->server->section = SECTION_ACCOUNT;
    if (!next(r))
        return;
    r->server->name = xstrdup(r->token.text);
    r->server->line = r->token.line;
    import_take(r->server, SET_HOST, r->token.line, r->token.text);
}

static void begin_user(struct reading *r)
{
    end_user(r);
    if (!next(r) || !r->server)
        return;
    r->user =
        import_item_copy(r->im, r->server, r->server->name, r->token.line);
    import_take(r->user, SET_USER, r->token.line, r->token.text);
}

/* The account, or the server while there is none. */
static struct import_item *target(struct reading *r)
{
    return r->user ? r->user : r->server;
}

/* -- options --------------------------------------------------------------- */

static void take_protocol(struct reading *r)
{
    const char *word = r->token.text;

    if (text_starts_nocase(word, "imap"))
        import_take(r->server, SET_TYPE, r->token.line, "imap");
    else if (text_starts_nocase(word, "pop3") ||
             text_equal_nocase(word, "apop"))
        import_take(r->server, SET_TYPE, r->token.line, "pop3");
    else
        import_left(r->im, r->token.line,
                    "The protocol \"%.40s\" is none of postseal's.", word);
}

static void take_service(struct reading *r)
{
    static const struct {
        const char *name, *port;
    } services[] = {
        {"imap", "143"}, {"imaps", "993"}, {"pop3", "110"}, {"pop3s", "995"}};

    for (size_t i = 0; i < 4; i++)
        if (text_equal_nocase(r->token.text, services[i].name))
            snprintf(r->token.text, sizeof(r->token.text), "%s",
                     services[i].port);
    import_take(r->server, SET_PORT, r->token.line, r->token.text);
}

static void take_auth(struct reading *r)
{
    const char *word = r->token.text;

    if (!text_equal_nocase(word, "any") && !text_equal_nocase(word, "password"))
        import_auth(r->im, r->server, r->token.line, word);
}

static void take_via(struct reading *r)
{
    import_take(r->server, SET_HOST, r->token.line, r->token.text);
}

static void take_timeout(struct reading *r)
{
    import_take(r->server, SET_TIMEOUT, r->token.line, r->token.text);
}

static void take_password(struct reading *r)
{
    import_password(r->im, r->user, r->token.line, r->token.text);
}

static void take_sslproto(struct reading *r)
{
    r->plain = !*r->token.text;
}

static void take_cert(struct reading *r)
{
    xreplace(&r->cert, r->token.text);
    r->cert_line = r->token.line;
}

static void take_key(struct reading *r)
{
    xreplace(&r->key, r->token.text);
    r->cert_line = r->token.line;
}

static void take_authorities(struct reading *r)
{
    import_pin(target(r), PIN_FILE, r->token.line, r->token.text);
}

static void take_fingerprint(struct reading *r)
{
    import_pin(target(r), PIN_HASH, r->token.line, r->token.text);
}

static void take_common_name(struct reading *r)
{
    import_left(r->im, r->token.line,
                "sslcommonname: postseal proves the name of the server itself; "
                "%.80s may be the right one.",
                r->token.text);
}

static void take_command(struct reading *r)
{
    import_left(r->im, r->token.line, "A command (%.60s) is not run.",
                r->token.text);
}

static void pass_over(struct reading *r)
{
    (void)r;
}

/* With one word behind it. */
static const struct {
    const char *word;
    void (*take)(struct reading *r);
} options[] = {
    {"via", take_via},
    {"proto", take_protocol},
    {"protocol", take_protocol},
    {"port", take_service},
    {"service", take_service},
    {"auth", take_auth},
    {"authenticate", take_auth},
    {"timeout", take_timeout},
    {"pass", take_password},
    {"password", take_password},
    {"sslproto", take_sslproto},
    {"sslcert", take_cert},
    {"sslkey", take_key},
    {"sslcertfile", take_authorities},
    {"sslcertpath", take_authorities},
    {"sslfingerprint", take_fingerprint},
    {"sslcommonname", take_common_name},
    {"plugin", take_command},
    {"plugout", take_command},
    {"mda", take_command},
    {"preconnect", take_command},
    {"postconnect", take_command},
    {"folder", pass_over},
    {"folders", pass_over},
    {"mailbox", pass_over},
    {"smtphost", pass_over},
    {"smtpaddress", pass_over},
    {"smtpname", pass_over},
    {"fetchdomains", pass_over},
    {"limit", pass_over},
    {"warnings", pass_over},
    {"fetchlimit", pass_over},
    {"batchlimit", pass_over},
    {"expunge", pass_over},
    {"bsmtp", pass_over},
    {"properties", pass_over},
    {"interval", pass_over},
    {"localdomains", pass_over},
    {"aka", pass_over},
    {"envelope", pass_over},
    {"qvirtual", pass_over},
    {"principal", pass_over},
    {"interface", pass_over},
    {"monitor", pass_over},
    {"esmtpname", pass_over},
    {"esmtppassword", pass_over},
};

static bool take_option(struct reading *r, const char *word)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (strcmp(word, options[i].word) == 0) {
            if (next(r))
                options[i].take(r);
            return true;
        }
    return false;
}

static void take_flag(struct reading *r, const char *word)
{
    bool no = r->no;

    r->no = strcmp(word, "no") == 0;
    if (strcmp(word, "ssl") == 0)
        r->ssl = !no;
    else if ((strcmp(word, "sslcertck") == 0 && no) ||
             strcmp(word, "nosslcertck") == 0)
        import_pin(target(r), PIN_UNCHECKED, r->token.line, "no sslcertck");
    else if (strcmp(word, "keep") == 0)
        import_take(r->user, SET_LEAVE_ON_SERVER, r->token.line,
                    no ? "never" : "always");
}

static void read_word(struct reading *r)
{
    char word[32];

    if (r->token.quoted)
        return; /* names of people on this side */
    snprintf(word, sizeof(word), "%.30s", r->token.text);
    text_lower(word);
    if (strcmp(word, "poll") == 0 || strcmp(word, "server") == 0 ||
        strcmp(word, "skip") == 0) {
        begin_server(r);
    } else if (strcmp(word, "defaults") == 0) {
        end_user(r);
        import_left(r->im, r->token.line,
                    "defaults: not taken; set what is "
                    "missing by hand.");
        if (r->server)
            import_item_free(r->server);
        r->server = NULL;
    } else if (strcmp(word, "set") == 0) {
        next(r);
        next(r);
    } else if (strcmp(word, "user") == 0 || strcmp(word, "username") == 0) {
        begin_user(r);
    } else if (!r->server) {
        return;
    } else if (!take_option(r, word)) {
        take_flag(r, word);
    }
}

static bool read_fetchmail(struct import *im, const char *text, struct error *e)
{
    struct reading r = {.im = im, .at = text, .line = 1};

    (void)e;
    while (next(&r))
        read_word(&r);
    end_user(&r);
    if (r.server)
        import_item_free(r.server);
    explicit_bzero(&r.token, sizeof(r.token));
    return true;
}

const struct import_format import_fetchmail = {.name = "fetchmail",
                                               .title = "fetchmail",
                                               .file = "fetchmailrc",
                                               .read = read_fetchmail};
