/* SPDX-License-Identifier: MIT */
/* ini_quote: which form carries a value so that iniparser 4.1 and 4.2+ read the
 * same text (measured exhaustively; see docs/files.md). */
#include "core/base/ini_private.h"

#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_control(char c)
{
    return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool has_control(const char *value)
{
    for (; *value; value++)
        if (is_control(*value))
            return true;
    return false;
}

static bool fits_bare(const char *value)
{
    size_t len = strlen(value);

    if (len == 0)
        return true;
    return !strpbrk(value, ";#") && !is_blank(value[0]) &&
           !is_blank(value[len - 1]) && value[0] != '"' && value[0] != '\'' &&
           value[len - 1] != '\\';
}

static bool fits_quotes(const char *value, char quote)
{
    return !strchr(value, '\\') && !strchr(value, quote);
}

static char *encode(const char *value)
{
    size_t len = strlen(value);
    char *out = xmalloc(3 * len + 1), *p = out;

    for (size_t i = 0; i < len; i++) {
        bool end_blank = is_blank(value[i]) && (i == 0 || i + 1 == len);

        if (strchr("%\"';#\\", value[i]) || is_control(value[i]) || end_blank)
            p += snprintf(p, 4, "%%%02X", (unsigned)(unsigned char)value[i]);
        else
            *p++ = value[i];
    }
    *p = '\0';
    return out;
}

char *ini_quote(const char *value, bool *starred)
{
    *starred = false;
    if (!has_control(value)) {
        if (fits_bare(value))
            return xstrdup(value);
        if (fits_quotes(value, '"'))
            return xasprintf("\"%s\"", value);
        if (fits_quotes(value, '\''))
            return xasprintf("'%s'", value);
    }
    *starred = true;
    return encode(value);
}

static int hex(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF";
    const char *p = c ? strchr(digits, c) : NULL;

    return p ? (int)((p - digits) % 16) : -1;
}

char *ini_unquote(const char *text)
{
    char *out = xmalloc(strlen(text) + 1), *p = out;

    while (*text) {
        int high, low;

        if (*text != '%') {
            *p++ = *text++;
            continue;
        }
        high = hex(text[1]);
        low = high < 0 ? -1 : hex(text[2]);
        if (low < 0 || (high == 0 && low == 0)) {
            *p = '\0';
            xwipe(&out);
            return NULL;
        }
        *p++ = (char)(high << 4 | low);
        text += 3;
    }
    *p = '\0';
    return out;
}
