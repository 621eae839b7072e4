/* SPDX-License-Identifier: MIT */
#include "tui/widgets/lineedit.h"

#include "core/base/alloc.h"
#include "core/base/locked.h"
#include "core/base/text.h"
#include "tui/keys.h"

#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void lineedit_init(struct lineedit *edit, size_t max, const char *text)
{
    *edit = (struct lineedit){.max = max};
    lineedit_set(edit, text);
}

void lineedit_init_secret(struct lineedit *edit, size_t max)
{
    *edit = (struct lineedit){.max = max, .secret = true};
    lineedit_set(edit, "");
}

static void free_text(struct lineedit *edit)
{
    if (!edit->text)
        return;
    if (edit->secret) {
        locked_free(edit->text, edit->size);
        return;
    }
    OPENSSL_cleanse(edit->text, edit->size);
    free(edit->text);
}

void lineedit_release(struct lineedit *edit)
{
    free_text(edit);
    *edit = (struct lineedit){0};
}

/* Not realloc(): it could leave a copy of a secret behind. */
static void make_room(struct lineedit *edit, size_t len)
{
    size_t size = edit->size ? edit->size : 64;
    char *text;

    while (size <= len)
        size *= 2;
    if (edit->text && size == edit->size)
        return;
    text = edit->secret ? locked_alloc(size) : xmalloc(size);
    memcpy(text, edit->text ? edit->text : "", edit->len + 1);
    free_text(edit);
    edit->text = text;
    edit->size = size;
}

void lineedit_set(struct lineedit *edit, const char *text)
{
    size_t len = strlen(text);

    make_room(edit, len);
    memcpy(edit->text, text, len + 1);
    edit->len = edit->cursor = len;
    edit->scroll = 0;
    edit->full = false;
}

/* -- characters as a person sees them -------------------------------------- */

static size_t next_code_point(const struct lineedit *edit, size_t at,
                              int32_t *c)
{
    const char *p = edit->text + at;

    *c = text_decode(&p, edit->text + edit->len);
    return (size_t)(p - edit->text);
}

static int width_of(int32_t c)
{
    int width = c < 0 ? 1 : text_char_width((uint32_t)c);

    return width < 0 ? 1 : width;
}

/* Behind the character at `at` and its combining marks. */
static size_t next_character(const struct lineedit *edit, size_t at)
{
    int32_t c;
    size_t behind;

    if (at >= edit->len)
        return edit->len;
    at = next_code_point(edit, at, &c);
    while (at < edit->len) {
        behind = next_code_point(edit, at, &c);
        if (c < 0 || width_of(c) != 0)
            break;
        at = behind;
    }
    return at;
}

static size_t previous_character(const struct lineedit *edit, size_t at)
{
    size_t start = 0, next;

    while (start < at && (next = next_character(edit, start)) < at)
        start = next;
    return start;
}

/* Cells from one byte offset to another. */
static size_t cells(const struct lineedit *edit, size_t from, size_t to,
                    bool secret)
{
    size_t n = 0;

    while (from < to) {
        int32_t c;
        size_t behind = secret ? next_character(edit, from)
                               : next_code_point(edit, from, &c);

        n += secret ? 1 : (size_t)width_of(c);
        from = behind;
    }
    return n;
}

/* -- changing -------------------------------------------------------------- */

bool lineedit_insert(struct lineedit *edit, const char *text)
{
    size_t len = strlen(text);

    edit->full = edit->len + len > edit->max;
    if (edit->full)
        return false;
    make_room(edit, edit->len + len);
    memmove(edit->text + edit->cursor + len, edit->text + edit->cursor,
            edit->len - edit->cursor + 1);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        edit->text[edit->cursor + i] = c < 32 || c == 127 ? ' ' : text[i];
    }
    edit->len += len;
    edit->cursor += len;
    return true;
}

static void cut(struct lineedit *edit, size_t from, size_t to)
{
    size_t gone = to - from;

    memmove(edit->text + from, edit->text + to, edit->len - to + 1);
    OPENSSL_cleanse(edit->text + edit->len - gone + 1, gone);
    edit->len -= gone;
    edit->cursor = from;
}

/* Blanks before the cursor and the word before them. */
static size_t word_start(const struct lineedit *edit)
{
    size_t at = edit->cursor;

    while (at > 0 && edit->text[at - 1] == ' ')
        at--;
    while (at > 0 && edit->text[at - 1] != ' ')
        at--;
    return at;
}

static bool control_key(struct lineedit *edit, int key)
{
    switch (key) {
    case K_CTRL('A'):
    case K_HOME:
        edit->cursor = 0;
        return true;
    case K_CTRL('E'):
    case K_END:
        edit->cursor = edit->len;
        return true;
    case K_CTRL('U'):
        cut(edit, 0, edit->len);
        return true;
    case K_CTRL('K'):
        cut(edit, edit->cursor, edit->len);
        return true;
    case K_CTRL('W'):
        cut(edit, word_start(edit), edit->cursor);
        return true;
    default:
        return false;
    }
}

bool lineedit_key(struct lineedit *edit, int key)
{
    char text[5];

    edit->full = false;
    if (keys_text(key, text)) {
        lineedit_insert(edit, text);
        return true;
    }
    switch (key) {
    case K_LEFT:
        edit->cursor = previous_character(edit, edit->cursor);
        return true;
    case K_RIGHT:
        edit->cursor = next_character(edit, edit->cursor);
        return true;
    case K_BACKSPACE:
        cut(edit, previous_character(edit, edit->cursor), edit->cursor);
        return true;
    case K_DELETE:
        cut(edit, edit->cursor, next_character(edit, edit->cursor));
        return true;
    default:
        return control_key(edit, key);
    }
}

/* -- showing --------------------------------------------------------------- */

static void scroll_to_cursor(struct lineedit *edit, size_t width, bool secret)
{
    if (edit->scroll > edit->len || edit->cursor < edit->scroll)
        edit->scroll = edit->cursor;
    /* The cursor may stand behind the last character: one cell for it. */
    while (edit->scroll < edit->cursor &&
           cells(edit, edit->scroll, edit->cursor, secret) + 1 > width)
        edit->scroll = next_character(edit, edit->scroll);
    /* Room left over on the right is used for what is hidden on the left. */
    while (
        edit->scroll > 0 &&
        cells(edit, previous_character(edit, edit->scroll), edit->len, secret) +
                1 <=
            width)
        edit->scroll = previous_character(edit, edit->scroll);
}

char *lineedit_view(struct lineedit *edit, int width, bool secret, char *out,
                    size_t size, int *column)
{
    size_t room = width > 0 ? (size_t)width : 1, used = 0, n = 0;
    size_t at;

    scroll_to_cursor(edit, room, secret);
    *column = (int)cells(edit, edit->scroll, edit->cursor, secret);
    for (at = edit->scroll; at < edit->len;) {
        size_t behind = next_character(edit, at);
        size_t wide = cells(edit, at, behind, secret);
        size_t bytes = secret ? 1 : behind - at;

        if (used + wide > room || n + bytes + 1 > size)
            break;
        if (secret)
            out[n] = '*';
        else
            memcpy(out + n, edit->text + at, bytes);
        n += bytes;
        used += wide;
        at = behind;
    }
    out[n] = '\0';
    return out;
}
