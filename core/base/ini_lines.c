/* SPDX-License-Identifier: MIT */
/*
 * ini_lines: the grammar of iniparser, line by line, as a model that knows
 * where each value stands. One deliberate difference: a comment line never
 * continues (iniparser lets `# C:\` swallow the line below).
 */
#include "core/base/ini_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A range of bytes. */
struct span {
    const char *at, *end;
};

static struct span trim(struct span s)
{
    while (s.at < s.end && is_space(*s.at))
        s.at++;
    while (s.end > s.at && is_space(s.end[-1]))
        s.end--;
    return s;
}

static const char *find(struct span s, char c)
{
    return memchr(s.at, c, (size_t)(s.end - s.at));
}

/* Length of the physical line at `bytes`, its line end included. */
static size_t physical_len(const char *bytes, size_t len)
{
    const char *lf = memchr(bytes, '\n', len);

    return lf ? (size_t)(lf - bytes) + 1 : len;
}

static unsigned eol_len(const char *bytes, size_t len)
{
    if (len == 0 || bytes[len - 1] != '\n')
        return 0;
    return len > 1 && bytes[len - 2] == '\r' ? 2 : 1;
}

static bool is_comment(const char *bytes, size_t len)
{
    struct span s = trim((struct span){bytes, bytes + len});

    return s.at < s.end && (*s.at == '#' || *s.at == ';');
}

static bool continues(const char *bytes, size_t len)
{
    struct span s = trim((struct span){bytes, bytes + len});

    return s.at < s.end && s.end[-1] == '\\';
}

/* Takes all physical lines of the logical one. *lost: a continuation that the
 * file's end cuts off. *too_long: over what iniparser can take. */
static void measure(struct line *line, char *bytes, size_t len, bool *lost,
                    bool *too_long)
{
    size_t at = 0, kept = 0;
    bool more;

    *lost = *too_long = false;
    line->physical = 0;
    do {
        size_t n = physical_len(bytes + at, len - at);

        more = !(at == 0 && is_comment(bytes, n)) && continues(bytes + at, n);
        kept += n - eol_len(bytes + at, n);
        line->eol = eol_len(bytes + at, n);
        at += n;
        line->physical++;
    } while (more && at < len);
    *lost = more;
    *too_long = kept + (line->eol == 2) > INI_LINE_MAX;
    line->bytes = bytes;
    line->len = at;
    line->continued = line->physical > 1;
}

/* The text that iniparser puts together from a continued line. */
static char *join(const struct line *line, size_t *out_len)
{
    char *out = xmalloc(line->len + 1);
    size_t at = 0, used = 0;

    while (at < line->len) {
        size_t n = physical_len(line->bytes + at, line->len - at);
        size_t keep = n;

        while (keep > 0 && is_space(line->bytes[at + keep - 1]))
            keep--;
        if (at + n < line->len && keep > 0)
            keep--; /* the backslash */
        memcpy(out + used, line->bytes + at, keep);
        used += keep;
        at += n;
    }
    out[used] = '\0';
    *out_len = used;
    return out;
}

/* iniparser 4.2 gave backslashes in quotes a meaning. Asked of the library
 * itself, once, because headers and library may differ. */
static bool has_escapes(void)
{
    static int known = -1;

    if (known < 0)
        known = ini_reader_has_escapes();
    return known;
}

static char *unescape(struct span s)
{
    char *out = xmalloc((size_t)(s.end - s.at) + 1), *p = out;

    for (; s.at < s.end; s.at++) {
        if (*s.at == '\\' && s.at + 1 < s.end)
            s.at++;
        *p++ = *s.at;
    }
    *p = '\0';
    return out;
}

/* A quoted value by the rules of the library at hand; false: it is not taken
 * as quoted. *end is behind the closing quote. */
static bool read_quoted(struct span s, char **value, const char **end)
{
    const char *p = s.at + 1;
    bool escapes = has_escapes();

    if (p == s.end || (!escapes && *p == *s.at))
        return false;
    while (p < s.end && *p != *s.at)
        p += escapes && *p == '\\' && p + 1 < s.end ? 2 : 1;
    *value = escapes ? unescape((struct span){s.at + 1, p})
                     : xstrndup(s.at + 1, (size_t)(p - s.at - 1));
    *end = p < s.end ? p + 1 : p;
    return true;
}

static void read_bare(struct span s, char **value, const char **end)
{
    struct span bare = s;

    for (bare.end = s.at; bare.end < s.end; bare.end++)
        if (*bare.end == ';' || *bare.end == '#')
            break;
    while (bare.end > bare.at && is_space(bare.end[-1]))
        bare.end--;
    *end = bare.end;
    *value = xstrndup(bare.at, (size_t)(bare.end - bare.at));
    if (strcmp(*value, "\"\"") == 0 || strcmp(*value, "''") == 0)
        **value = '\0';
}

static const char *read_key(struct line *line, struct span s, const char *start)
{
    const char *equals = find(s, '='), *end;
    struct span key, value;

    if (!equals || equals == s.at)
        return "This line is neither `key = value`, a [section] nor a "
               "comment.";
    key = trim((struct span){s.at, equals});
    value = trim((struct span){equals + 1, s.end});
    line->key = xstrndup(key.at, (size_t)(key.end - key.at));
    text_lower(line->key);
    if (value.at == value.end || (*value.at != '"' && *value.at != '\'') ||
        !read_quoted(value, &line->value, &end))
        read_bare(value, &line->value, &end);
    line->value_at = (size_t)(value.at - start);
    line->value_len = (size_t)(end - value.at);
    line->kind = LINE_KEY;
    return NULL;
}

static const char *classify(struct line *line, struct span whole)
{
    struct span s = trim(whole);

    if (s.at == s.end) {
        line->kind = LINE_BLANK;
        return NULL;
    }
    if (*s.at == '#' || *s.at == ';') {
        line->kind = LINE_COMMENT;
        return NULL;
    }
    if (find(s, '\r')) {
        line->kind = LINE_BAD;
        return "There is a carriage return inside this line. Lines end in LF "
               "or CR LF.";
    }
    if (*s.at == '[') {
        line->kind = LINE_HEADER;
        return NULL;
    }
    line->kind = LINE_BAD;
    return read_key(line, s, whole.at);
}

const char *line_read(struct line *line, char *bytes, size_t len)
{
    bool lost, too_long;
    const char *wrong;

    measure(line, bytes, len, &lost, &too_long);
    if (line->continued) {
        size_t joined_len;
        char *joined = join(line, &joined_len);

        wrong = classify(line, (struct span){joined, joined + joined_len});
        OPENSSL_cleanse(joined, joined_len);
        free(joined);
    } else {
        wrong = classify(line, (struct span){bytes, bytes + line->len});
    }
    if (line->kind == LINE_BLANK || line->kind == LINE_COMMENT)
        return NULL;
    if (too_long)
        wrong = "This line is too long; iniparser takes 1022 bytes.";
    else if (lost)
        wrong = "This line ends in a backslash, so the next one should "
                "continue it, but the file ends here.";
    if (wrong && line->kind == LINE_KEY)
        line->kind = LINE_BAD;
    return wrong;
}

void line_free(struct line *line)
{
    if (!line)
        return;
    if (line->owned) {
        OPENSSL_cleanse(line->bytes, line->len);
        free(line->bytes);
    }
    free(line->key);
    xwipe(&line->value);
    free(line);
}

bool line_is_secret(const struct ini *ini, const struct line *line)
{
    size_t len = strlen(line->key);

    if (len && line->key[len - 1] == '*')
        len--;
    for (const char *const *key = ini->secret_keys; key && *key; key++)
        if (strlen(*key) == len && strncmp(*key, line->key, len) == 0)
            return true;
    return false;
}

const char *header_name(const struct line *line, char **name)
{
    struct span s = trim((struct span){line->bytes, line->bytes + line->len});
    const char *close;
    struct span inner;

    close = find(s, ']');
    inner = trim((struct span){s.at + 1, close ? close : s.end});
    *name = xstrndup(inner.at, (size_t)(inner.end - inner.at));
    if (line->continued)
        return "A section header must stand on one line.";
    if (!close)
        return "The closing ] of this section header is missing.";
    if (close + 1 != s.end)
        return "Nothing may follow the ] of a section header; a comment goes "
               "on a line of its own.";
    if (strchr(*name, ':'))
        return "A section name cannot hold a colon.";
    return **name ? NULL : "This section has no name.";
}
