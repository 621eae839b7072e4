/* SPDX-License-Identifier: MIT */
/*
 * mutt_read: the lines about servers in a neomuttrc or muttrc. Words: '...' is
 * literal; in "..." and outside a backslash takes the next character as it is;
 * '#' begins a comment and ';' ends a command outside of quotes; a backslash at
 * the end joins lines. What stands in backticks is a command: never run, and
 * taken only where it is the whole value of a password.
 */
#include "core/exchange/import_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND_MAX (4 * IMPORT_LINE_MAX)

struct word {
    char text[IMPORT_LINE_MAX];
    bool command;  /* nothing but `...` */
    bool composed; /* has a `...` or a $variable in it */
    bool over;     /* the command ends here */
};

struct reading {
    struct import *im;
    struct import_item *in, *out, *both; /* both: values for either */
    char *certificate;
    unsigned certificate_line;
    bool no_starttls, no_force;
};

/* -- words ----------------------------------------------------------------- */

static void put(struct word *word, size_t *n, char c)
{
    if (*n + 1 < sizeof(word->text))
        word->text[(*n)++] = c;
}

/* The `...` at *at. Its text is the word's when nothing else is in it. */
static void take_backticks(const char **at, struct word *word, size_t *n)
{
    const char *from = *at + 1;

    word->command = *n == 0;
    word->composed = true;
    for (; *from && *from != '`'; from++) {
        if (*from == '\\' && from[1])
            from++;
        put(word, n, *from);
    }
    *at = *from ? from : from - 1;
}

static bool ends_word(char c, char quote)
{
    return !quote && (isspace((unsigned char)c) || c == ';' || c == '=');
}

/* `name`: '=' ends it. Returns where it ended. */
static const char *next_word(const char *at, struct word *word, bool name)
{
    char quote = '\0';
    size_t n = 0;

    *word = (struct word){0};
    while (isspace((unsigned char)*at))
        at++;
    if (!*at || *at == '#' || *at == ';') {
        word->over = true;
        return *at == ';' ? at + 1 : at + strlen(at);
    }
    for (; *at; at++) {
        if (ends_word(*at, quote) && (*at != '=' || name))
            break;
        if (word->command && *at != quote)
            word->command = false;
        if (*at == quote && quote) {
            quote = '\0';
        } else if (!quote && (*at == '"' || *at == '\'')) {
            quote = *at;
        } else if (*at == '\\' && quote != '\'' && at[1]) {
            put(word, &n, *++at);
        } else if (*at == '`' && quote != '\'') {
            take_backticks(&at, word, &n);
        } else {
            word->composed |= *at == '$' && quote != '\'';
            put(word, &n, *at);
        }
    }
    word->text[n] = '\0';
    return at;
}

/* -- values ---------------------------------------------------------------- */

static struct import_item *incoming(struct reading *r, unsigned line)
{
    if (!r->in)
        r->in = import_item_new(r->im, SECTION_ACCOUNT, "mutt", line);
    return r->in;
}

static struct import_item *outgoing(struct reading *r, unsigned line)
{
    if (!r->out)
        r->out = import_item_new(r->im, SECTION_SMTP, "mutt", line);
    return r->out;
}

static void take_url(struct reading *r, unsigned line, const char *url)
{
    if (!strstr(url, "://"))
        return; /* a folder of this machine */
    if (text_starts_nocase(url, "smtp")) {
        if (outgoing(r, line))
            import_url(r->im, r->out, line, url, SECURITY_STARTTLS);
    } else if (incoming(r, line)) {
        import_url(r->im, r->in, line, url, SECURITY_STARTTLS);
    }
}

static void take_pop(struct reading *r, unsigned line, const char *host)
{
    char url[IMPORT_LINE_MAX + 8];

    snprintf(url, sizeof(url), "%s%s", strstr(host, "://") ? "" : "pop://",
             host);
    take_url(r, line, url);
}

static void take_password(struct reading *r, unsigned line,
                          struct import_item *item, const struct word *word)
{
    if (word->command)
        import_command(r->im, item, SET_PASSWORD_COMMAND, line, word->text);
    else if (word->composed)
        import_left(r->im, line,
                    "A password put together from commands or "
                    "variables is not taken.");
    else
        import_password(r->im, item, line, word->text);
}

static void take_mechanisms(struct reading *r, unsigned line,
                            struct import_item *item, const char *list)
{
    if (strchr(list, ':') || strchr(list, ' '))
        import_left(r->im, line,
                    "Of several mechanisms postseal itself takes the strongest "
                    "that the server offers.");
    else
        import_auth(r->im, item, line, list);
}

static bool take_incoming(struct reading *r, unsigned line, const char *name,
                          const struct word *word)
{
    static const struct {
        const char *name;
        enum setting setting;
    } folders[] = {{"record", SET_SENT_FOLDER},
                   {"postponed", SET_DRAFTS_FOLDER},
                   {"trash", SET_TRASH_FOLDER}};
    const char *text = word->text;

    for (size_t i = 0; i < 3; i++)
        if (strcmp(name, folders[i].name) == 0) {
            /* In the folder of the server only. */
            if (*text == '=' || *text == '+')
                import_take(r->both, folders[i].setting, line, text + 1);
            return true;
        }
    if (strcmp(name, "folder") == 0 || strcmp(name, "spoolfile") == 0 ||
        strcmp(name, "spool_file") == 0)
        take_url(r, line, text);
    else if (strcmp(name, "pop_host") == 0)
        take_pop(r, line, text);
    else if (strcmp(name, "imap_user") == 0 || strcmp(name, "pop_user") == 0)
        import_take(incoming(r, line), SET_USER, line, text);
    else if (strcmp(name, "imap_pass") == 0 || strcmp(name, "pop_pass") == 0)
        take_password(r, line, incoming(r, line), word);
    else if (strcmp(name, "imap_authenticators") == 0 ||
             strcmp(name, "pop_authenticators") == 0)
        take_mechanisms(r, line, incoming(r, line), text);
    else if (strcmp(name, "imap_oauth_refresh_command") == 0 ||
             strcmp(name, "pop_oauth_refresh_command") == 0)
        import_command(r->im, incoming(r, line), SET_TOKEN_COMMAND, line, text);
    else
        return false;
    return true;
}

static bool take_outgoing(struct reading *r, unsigned line, const char *name,
                          const struct word *word)
{
    if (strcmp(name, "smtp_url") == 0)
        take_url(r, line, word->text);
    else if (strcmp(name, "smtp_user") == 0)
        import_take(outgoing(r, line), SET_USER, line, word->text);
    else if (strcmp(name, "smtp_pass") == 0)
        take_password(r, line, outgoing(r, line), word);
    else if (strcmp(name, "smtp_authenticators") == 0)
        take_mechanisms(r, line, outgoing(r, line), word->text);
    else if (strcmp(name, "smtp_oauth_refresh_command") == 0)
        import_command(r->im, outgoing(r, line), SET_TOKEN_COMMAND, line,
                       word->text);
    else
        return false;
    return true;
}

static bool no(const char *text)
{
    return text_equal_nocase(text, "no") || text_equal_nocase(text, "false") ||
           strcmp(text, "0") == 0;
}

static bool take_tls(struct reading *r, unsigned line, const char *name,
                     const struct word *word)
{
    char what[80];

    if (strcmp(name, "ssl_starttls") == 0) {
        r->no_starttls = no(word->text);
    } else if (strcmp(name, "ssl_force_tls") == 0) {
        r->no_force = no(word->text);
    } else if (strcmp(name, "ssl_client_cert") == 0) {
        xreplace(&r->certificate, word->text);
        r->certificate_line = line;
    } else if (strcmp(name, "certificate_file") == 0 ||
               strcmp(name, "ssl_ca_certificates_file") == 0) {
        import_pin(r->both, PIN_FILE, line, word->text);
    } else if ((strcmp(name, "ssl_verify_host") == 0 ||
                strcmp(name, "ssl_verify_dates") == 0) &&
               no(word->text)) {
        snprintf(what, sizeof(what), "%s=no", name);
        import_pin(r->both, PIN_UNCHECKED, line, what);
    } else if (strcmp(name, "tunnel") == 0 ||
               strcmp(name, "account_command") == 0) {
        import_left(r->im, line, "%s: a command is not run.", name);
    } else {
        return false;
    }
    return true;
}

static void set(struct reading *r, unsigned line, const char *name,
                const struct word *word)
{
    bool password = strstr(name, "_pass") != NULL;

    if (word->composed && !password) {
        if (strncmp(name, "imap_", 5) == 0 || strncmp(name, "smtp_", 5) == 0 ||
            strncmp(name, "pop_", 4) == 0 || strcmp(name, "folder") == 0 ||
            strcmp(name, "from") == 0 || strncmp(name, "spool", 5) == 0)
            import_left(r->im, line,
                        "%s: what commands or variables would put there is not "
                        "known.",
                        name);
        return;
    }
    if (take_incoming(r, line, name, word) ||
        take_outgoing(r, line, name, word) || take_tls(r, line, name, word))
        return;
    if (strcmp(name, "from") == 0)
        import_take(r->both, SET_EMAIL, line, word->text);
    else if (strcmp(name, "realname") == 0 || strcmp(name, "real_name") == 0)
        import_take(r->both, SET_NAME, line, word->text);
    else if (strcmp(name, "signature") == 0)
        import_take(r->both, SET_SIGNATURE_FILE, line, word->text);
}

/* -- commands -------------------------------------------------------------- */

/* "set a=b c d=e", "set nossl_starttls". */
static const char *read_set(struct reading *r, unsigned line, const char *at,
                            const char *plain)
{
    struct word name, *value = xcalloc(1, sizeof(*value));

    for (;;) {
        at = next_word(at, &name, true);
        if (name.over)
            break;
        while (*at == ' ' || *at == '\t')
            at++;
        *value = (struct word){0};
        if (*at == '=') {
            at = next_word(at + 1, value, false);
            set(r, line, name.text, value);
        } else if (strncmp(name.text, "no", 2) == 0) {
            snprintf(value->text, sizeof(value->text), "no");
            set(r, line, name.text + 2, value);
        } else {
            snprintf(value->text, sizeof(value->text), "%s", plain);
            set(r, line, name.text, value);
        }
        if (value->over)
            break;
    }
    free(value);
    return at;
}

static const char *skip_command(const char *at)
{
    struct word *word = xcalloc(1, sizeof(*word));

    do
        at = next_word(at, word, false);
    while (!word->over && *at);
    free(word);
    return at;
}

static void read_command(struct reading *r, unsigned line, const char *at)
{
    struct word *word = xcalloc(1, sizeof(*word));

    while (*at) {
        at = next_word(at, word, false);
        if (word->over)
            continue;
        if (strcmp(word->text, "set") == 0) {
            at = read_set(r, line, at, "yes");
            continue;
        }
        if (strcmp(word->text, "unset") == 0) {
            at = read_set(r, line, at, "no");
            continue;
        }
        if (strcmp(word->text, "source") == 0)
            import_left(r->im, line, "source: import that file as well.");
        else if (strcmp(word->text, "account-hook") == 0 ||
                 strcmp(word->text, "folder-hook") == 0)
            import_left(r->im, line,
                        "%s: what holds for some folders only is not taken.",
                        word->text);
        at = skip_command(at);
    }
    free(word);
}

/* -- the file -------------------------------------------------------------- */

static void finish_item(struct reading *r, struct import_item *item)
{
    if (!item)
        return;
    for (int i = 0; i < SET_COUNT; i++)
        if (r->both->value[i] && !item->value[i])
            import_take(item, (enum setting)i, r->both->value_line[i],
                        r->both->value[i]);
    for (size_t i = 0; i < r->both->pin_count; i++)
        import_pin(item, r->both->pins[i].kind, r->both->pins[i].line,
                   r->both->pins[i].text);
    if (r->certificate)
        import_identity(item, r->certificate_line, r->certificate, NULL);
    if (r->no_starttls && r->no_force && item->value[SET_SECURITY] &&
        strcmp(item->value[SET_SECURITY], "starttls") == 0)
        import_take(item, SET_SECURITY, item->value_line[SET_SECURITY], "none");
    if (r->both->value[SET_EMAIL])
        xreplace(&item->name, r->both->value[SET_EMAIL]);
    else if (item->value[SET_USER])
        xreplace(&item->name, item->value[SET_USER]);
}

static bool read_mutt(struct import *im, const char *text, struct error *e)
{
    struct reading r = {.im = im};
    struct import_lines lines;
    struct buf command;

    (void)e;
    r.both = xcalloc(1, sizeof(*r.both));
    r.both->section = SECTION_ACCOUNT;
    buf_init(&command, COMMAND_MAX);
    import_lines_begin(&lines, text);
    while (import_lines_next(im, &lines)) {
        size_t len = strlen(lines.text);
        bool more = len && lines.text[len - 1] == '\\';

        if (more)
            lines.text[len - 1] = '\0';
        if (!buf_add_text(&command, lines.text))
            import_left(im, lines.line, "The command is too long.");
        if (more)
            continue;
        read_command(&r, lines.line, command.data);
        buf_clear(&command);
    }
    read_command(&r, lines.line, command.data);
    buf_release(&command);
    finish_item(&r, r.in);
    finish_item(&r, r.out);
    if (r.in && r.out)
        for (size_t i = 0; i < im->item_count; i++)
            if (im->items[i] == r.out)
                r.in->smtp = (int)i;
    import_item_free(r.both);
    free(r.certificate);
    return true;
}

const struct import_format import_neomutt = {.name = "neomutt",
                                             .title = "NeoMutt and mutt",
                                             .file = "neomuttrc",
                                             .read = read_mutt};
