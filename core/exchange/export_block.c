/* SPDX-License-Identifier: MIT */
#include "core/exchange/export_block.h"

#include "core/base/text.h"

#include <openssl/evp.h>
#include <string.h>

#define BEGIN  "# postseal begin "
#define END    "# postseal end"
#define DIGITS 16

/* The line at p without its end; *whole with it. */
static size_t line_length(const char *p, const char *end, size_t *whole)
{
    const char *newline = memchr(p, '\n', (size_t)(end - p));
    size_t length = newline ? (size_t)(newline - p) : (size_t)(end - p);

    *whole = newline ? length + 1 : length;
    return length && p[length - 1] == '\r' ? length - 1 : length;
}

static bool begins(const char *line, size_t len, const char *word)
{
    return len >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

static bool is_end(const char *line, size_t len)
{
    return len == strlen(END) && memcmp(line, END, len) == 0;
}

static bool names(const char *line, size_t len, const char *account)
{
    size_t before = strlen(BEGIN) + DIGITS + 1;

    return len == before + strlen(account) &&
           memcmp(line + before, account, strlen(account)) == 0;
}

static void digits_of(char out[DIGITS + 1], const char *bytes, size_t len)
{
    unsigned char digest[32] = {0};
    char hex[65];

    EVP_Digest(bytes, len, digest, NULL, EVP_sha256(), NULL);
    text_hex(hex, digest, sizeof(digest));
    memcpy(out, hex, DIGITS);
    out[DIGITS] = '\0';
}

static bool was_edited(const struct buf *file, const struct export_block *block)
{
    char digits[DIGITS + 1];

    digits_of(digits, file->data + block->body_begin,
              block->body_end - block->body_begin);
    return memcmp(file->data + block->begin + strlen(BEGIN), digits, DIGITS) !=
           0;
}

struct scan {
    struct export_block *out;
    const char *path, *account;
    unsigned line, open; /* the line where a block began; 0: outside */
    bool ours;
};

static bool unpaired(const struct scan *s, unsigned line, const char *what,
                     struct error *e)
{
    char safe[200];

    return error_set(e, ERROR_PARSE,
                     "%s:%u: %s Mend the marks by hand, or take the lines out; "
                     "nothing was written.",
                     text_safe_string(safe, sizeof(safe), s->path), line, what);
}

static bool at_begin(struct scan *s, size_t at, size_t len, size_t whole,
                     const char *line, struct error *e)
{
    if (s->open)
        return unpaired(s, s->open, "this block of postseal has no end.", e);
    s->open = s->line;
    s->ours = names(line, len, s->account);
    if (!s->ours)
        return true;
    if (s->out->found)
        return unpaired(s, s->line,
                        "this is the second block of the same account.", e);
    s->out->found = true;
    s->out->line = s->line;
    s->out->begin = at;
    s->out->body_begin = at + whole;
    return true;
}

static bool at_end(struct scan *s, size_t at, size_t whole, struct error *e)
{
    if (!s->open)
        return unpaired(s, s->line,
                        "this end of a block of postseal has no begin.", e);
    if (s->ours) {
        s->out->body_end = at;
        s->out->end = at + whole;
    }
    s->open = 0;
    s->ours = false;
    return true;
}

bool export_block_find(struct export_block *out, const char *path,
                       const struct buf *file, const char *account,
                       struct error *e)
{
    struct scan s = {.out = out, .path = path, .account = account, .line = 1};
    const char *end = file->data + file->len;

    *out = (struct export_block){0};
    for (size_t at = 0, whole; at < file->len; at += whole, s.line++) {
        const char *line = file->data + at;
        size_t len = line_length(line, end, &whole);

        if (begins(line, len, BEGIN) && !at_begin(&s, at, len, whole, line, e))
            return false;
        if (is_end(line, len) && !at_end(&s, at, whole, e))
            return false;
    }
    if (s.open)
        return unpaired(&s, s.open, "this block of postseal has no end.", e);
    out->edited = out->found && was_edited(file, out);
    return true;
}

bool export_block_add(struct buf *out, const char *account,
                      const struct buf *body)
{
    char digits[DIGITS + 1];

    digits_of(digits, body->data, body->len);
    return buf_addf(out, BEGIN "%s %s\n", digits, account) &&
           buf_add(out, body->data, body->len) && buf_add_text(out, END "\n");
}

bool export_block_merge(struct buf *out, const struct buf *file,
                        const struct export_block *block, const char *account,
                        const struct buf *body)
{
    if (block->found)
        return buf_add(out, file->data, block->begin) &&
               export_block_add(out, account, body) &&
               buf_add(out, file->data + block->end, file->len - block->end);
    if (!buf_add(out, file->data, file->len))
        return false;
    if (file->len && file->data[file->len - 1] != '\n' &&
        !buf_add_char(out, '\n'))
        return false;
    return (!file->len || buf_add_char(out, '\n')) &&
           export_block_add(out, account, body);
}
