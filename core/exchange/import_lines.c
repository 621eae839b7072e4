/* SPDX-License-Identifier: MIT */
/* import_lines: what several formats share: lines, INI, URLs. */
#include "core/exchange/import_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void import_lines_begin(struct import_lines *lines, const char *text)
{
    lines->at = strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
    lines->line = 0;
}

bool import_lines_next(struct import *im, struct import_lines *lines)
{
    while (*lines->at) {
        size_t len = strcspn(lines->at, "\n");
        const char *from = lines->at;

        lines->at += len + (from[len] == '\n');
        lines->line++;
        if (len && from[len - 1] == '\r')
            len--;
        if (len < sizeof(lines->text)) {
            memcpy(lines->text, from, len);
            lines->text[len] = '\0';
            return true;
        }
        import_left(im, lines->line, "The line is too long (over %d bytes).",
                    IMPORT_LINE_MAX - 1);
    }
    return false;
}

/* -- INI ------------------------------------------------------------------- */

/* A value that is gathered from its line and deeper ones. */
struct gathering {
    struct import *im;
    const struct import_ini *ini;
    unsigned line;
    char key[128];
    struct buf value;
    bool open;
};

/* configparser: "%%" is "%", and "%(name)s" another value. */
static void undouble(struct import *im, unsigned line, char *value)
{
    char *to = value;

    if (strstr(value, "%("))
        import_remark(im, line, "\"%%(...)\" is taken as it stands.");
    for (const char *from = value; *from; from++) {
        *to++ = *from;
        if (from[0] == '%' && from[1] == '%')
            from++;
    }
    *to = '\0';
}

/* go-ini: quotes around, or a comment behind. */
static char *go_value(char *value)
{
    size_t len = strlen(value);
    char *comment = NULL;

    if (len >= 6 && strncmp(value, "\"\"\"", 3) == 0 &&
        strcmp(value + len - 3, "\"\"\"") == 0) {
        value[len - 3] = '\0';
        return value + 3;
    }
    if (value[0] == '`' && (comment = strchr(value + 1, '`'))) {
        *comment = '\0';
        return value + 1;
    }
    for (char *at = value; *at && !comment; at++)
        if ((at[0] == ' ' || at[0] == '\t') && (at[1] == '#' || at[1] == ';'))
            comment = at;
    if (comment)
        *comment = '\0';
    value = text_trim(value);
    len = strlen(value);
    if (len >= 2 && (value[0] == '"' || value[0] == '\'') &&
        value[len - 1] == value[0]) {
        value[len - 1] = '\0';
        value++;
    }
    return value;
}

static void close_value(struct gathering *g)
{
    char *value;

    if (!g->open)
        return;
    g->open = false;
    value = text_trim(g->value.data);
    if (g->ini->kind == INI_GO)
        value = go_value(value);
    else if (g->ini->percent)
        undouble(g->im, g->line, value);
    g->ini->value(g->ini->arg, g->line, g->key, value);
    buf_clear(&g->value);
}

static void open_value(struct gathering *g, unsigned line, char *text)
{
    char *sign = text + strcspn(text, "=:");
    char *value = sign + 1;

    if (!*sign || sign == text) {
        import_left(g->im, line, "This is neither a section nor a value.");
        return;
    }
    *sign = '\0';
    text = text_trim(text);
    text_lower(text);
    snprintf(g->key, sizeof(g->key), "%.120s", text);
    g->line = line;
    g->open = buf_add_text(&g->value, value);
}

static void ini_line(struct gathering *g, unsigned line, char *text)
{
    bool deeper = *text == ' ' || *text == '\t';
    char *start = text_trim(text);
    char *end;

    if (!*start || *start == '#' || *start == ';')
        return;
    if (deeper && g->open && g->ini->kind == INI_PYTHON) {
        if (!buf_add_char(&g->value, '\n') || !buf_add_text(&g->value, start))
            import_left(g->im, line, "The value is too long.");
        return;
    }
    close_value(g);
    if (*start != '[') {
        open_value(g, line, start);
        return;
    }
    end = strrchr(start, ']');
    if (end) {
        *end = '\0';
        g->ini->section(g->ini->arg, line, text_trim(start + 1));
    } else {
        import_left(g->im, line, "The section has no \"]\".");
    }
}

void import_ini_read(struct import *im, const char *text,
                     const struct import_ini *ini)
{
    struct gathering g = {.im = im, .ini = ini};
    struct import_lines lines;

    buf_init(&g.value, 4 * IMPORT_LINE_MAX);
    import_lines_begin(&lines, text);
    while (import_lines_next(im, &lines))
        ini_line(&g, lines.line, lines.text);
    close_value(&g);
    buf_release(&g.value);
}

/* -- URLs ------------------------------------------------------------------ */

static const struct {
    const char *scheme, *type; /* NULL: outgoing */
    bool tls;
} schemes[] = {
    {"imaps", "imap", true},     {"imap", "imap", false},
    {"pops", "pop3", true},      {"pop", "pop3", false},
    {"pop3s", "pop3", true},     {"pop3", "pop3", false},
    {"smtps", NULL, true},       {"smtp", NULL, false},
    {"submissions", NULL, true}, {"submission", NULL, false},
};
enum { SCHEME_COUNT = sizeof(schemes) / sizeof(schemes[0]) };

/* RFC 3986 section 2.1, in place; a NUL or half a code stays as it stands. */
static void decode(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++) {
        unsigned byte = 0;

        if (*from == '%' && isxdigit((unsigned char)from[1]) &&
            isxdigit((unsigned char)from[2]) &&
            sscanf(from + 1, "%2x", &byte) == 1 && byte) {
            *to++ = (char)byte;
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

/* "+plain", "+insecure" behind the scheme. */
static void take_words(struct import *im, struct import_item *item,
                       unsigned line, char *words, bool *insecure)
{
    char *word, *rest = words;

    while ((word = strsep(&rest, "+"))) {
        if (text_equal_nocase(word, "insecure"))
            *insecure = true;
        else if (text_equal_nocase(word, "none"))
            import_take(item, SET_AUTH, line,
                        item->section == SECTION_SMTP ? "none" : "");
        else if (*word)
            import_auth(im, item, line, word);
    }
}

static void take_user(struct import *im, struct import_item *item,
                      unsigned line, char *user)
{
    char *password = strchr(user, ':');

    if (password) {
        *password++ = '\0';
        decode(password);
        import_password(im, item, line, password);
    }
    decode(user);
    import_take(item, SET_USER, line, user);
}

static void take_place(struct import_item *item, unsigned line, char *place)
{
    char *port = NULL;

    if (*place == '[') {
        char *end = strchr(place, ']');

        place++;
        if (end) {
            *end = '\0';
            port = end[1] == ':' ? end + 2 : NULL;
        }
    } else if ((port = strchr(place, ':'))) {
        *port++ = '\0';
    }
    import_take(item, SET_HOST, line, place);
    if (port)
        import_take(item, SET_PORT, line, port);
}

bool import_url(struct import *im, struct import_item *item, unsigned line,
                const char *url, enum security plain)
{
    char text[IMPORT_LINE_MAX];
    char *rest, *at, *words;
    bool insecure = false;
    int i = 0;

    snprintf(text, sizeof(text), "%s", url);
    rest = strstr(text, "://");
    if (rest)
        *rest = '\0';
    words = strchr(text, '+');
    if (words)
        *words++ = '\0';
    while (i < SCHEME_COUNT && !text_equal_nocase(text, schemes[i].scheme))
        i++;
    if (!rest || i == SCHEME_COUNT) {
        import_left(im, line,
                    "\"%.40s\" is no kind of server that postseal "
                    "knows.",
                    rest ? text : "This");
        return false;
    }
    if (schemes[i].type)
        import_take(item, SET_TYPE, line, schemes[i].type);
    if (words)
        take_words(im, item, line, words, &insecure);
    if (insecure && schemes[i].tls)
        import_pin(item, PIN_UNCHECKED, line, "insecure");
    import_take(item, SET_SECURITY, line,
                schemes[i].tls ? "tls"
                : insecure     ? "none"
                               : security_word(plain));
    rest += 3;
    rest[strcspn(rest, "/?#")] = '\0';
    at = strrchr(rest, '@');
    if (at) {
        *at = '\0';
        take_user(im, item, line, rest);
    }
    take_place(item, line, at ? at + 1 : rest);
    return true;
}
