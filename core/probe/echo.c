/* SPDX-License-Identifier: MIT */
#include "core/probe/echo.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define FORM_MAX 65536
#define SAFE_MAX 16384 /* of a secret's text as sentences show it */

struct search {
    char *text; /* lower case */
    size_t len;
    bool *found; /* one a byte */
};

static void lower(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] + 32);
}

/* Marks wherever the form, or a long enough piece of it, stands. */
static void search_form(struct search *s, const char *form, size_t len)
{
    size_t piece = len < ECHO_FRAGMENT ? len : ECHO_FRAGMENT;

    for (size_t i = 0; piece && i + piece <= len; i++) {
        const char *end = s->text + s->len;

        for (const char *p = s->text;
             (p = memmem(p, (size_t)(end - p), form + i, piece)); p++)
            memset(s->found + (p - s->text), true, piece * sizeof(bool));
    }
}

static void search_text(struct search *s, const char *text, size_t len)
{
    struct buf form;

    buf_init_secret(&form, FORM_MAX);
    buf_add(&form, text, len);
    lower(form.data, form.len);
    search_form(s, form.data, form.len);
    buf_release(&form);
}

/* In base64 three bytes are four characters, so the secret looks in three ways,
 * by how many bytes stand before it. Only the characters that it fills alone
 * are looked for. */
static void search_base64(struct search *s, const char *text, size_t len)
{
    for (size_t before = 0; before < 3; before++) {
        size_t from = (before * 8 + 5) / 6, to = (before + len) * 8 / 6;
        struct buf bytes;
        char *encoded;

        buf_init_secret(&bytes, FORM_MAX);
        buf_add(&bytes, "\0\0", before);
        buf_add(&bytes, text, len);
        encoded = text_base64_encode(bytes.data, bytes.len);
        if (!bytes.overflow && to - from >= 4)
            search_text(s, encoded + from, to - from);
        buf_release(&bytes);
        xwipe(&encoded);
    }
}

static bool is_base64(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
}

/* What stands around it in the same blob goes too: its last bits, the user's
 * name. */
static void widen(struct search *s)
{
    for (size_t i = 1; i < s->len; i++)
        s->found[i] = s->found[i] || (s->found[i - 1] && is_base64(s->text[i]));
    for (size_t i = s->len; i-- > 1;)
        s->found[i - 1] =
            s->found[i - 1] || (s->found[i] && is_base64(s->text[i - 1]));
}

/* As a sentence shows it. */
static void search_safe(struct search *s, const char *text, size_t len)
{
    char *safe = text_safe_dup(text, len, SAFE_MAX);

    if (strcmp(safe, text) != 0)
        search_text(s, safe, strlen(safe));
    xwipe(&safe);
}

void echo_hide(const struct secret *secret, const char *text, size_t len,
               size_t keep, struct buf *out)
{
    struct search s = {.len = len};
    size_t size = len + 1;

    if (keep > len)
        keep = len;
    if (!secret_length(secret)) {
        buf_add(out, text, keep);
        return;
    }
    s.text = xcalloc(size, 1);
    memcpy(s.text, text, len);
    lower(s.text, len);
    s.found = xcalloc(size, sizeof(bool));
    search_base64(&s, secret_text(secret), secret_length(secret));
    widen(&s);
    search_text(&s, secret_text(secret), secret_length(secret));
    search_safe(&s, secret_text(secret), secret_length(secret));
    for (size_t i = 0; i < keep; i++) {
        if (!s.found[i])
            buf_add_char(out, text[i]);
        else if (i == 0 || !s.found[i - 1])
            buf_add_text(out, "***");
    }
    OPENSSL_cleanse(s.text, size);
    free(s.text);
    free(s.found);
}

void echo_hide_quoted(const struct secret *secret, char *sentence)
{
    char *first = strchr(sentence, '"'), *last = strrchr(sentence, '"');
    size_t room = strlen(sentence), len;
    char *rest;
    struct buf shown;

    if (!first || last == first || !secret_length(secret))
        return;
    first++;
    len = (size_t)(last - first);
    rest = xstrdup(last);
    buf_init(&shown, FORM_MAX);
    echo_hide(secret, first, len, len, &shown);
    buf_add_text(&shown, rest);
    /* A very short secret may be shorter than its stars. */
    if (shown.len > room - (size_t)(first - sentence))
        buf_truncate(&shown, room - (size_t)(first - sentence));
    memcpy(first, shown.data, shown.len + 1);
    buf_release(&shown);
    free(rest);
}
