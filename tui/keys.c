/* SPDX-License-Identifier: MIT */
#include "tui/keys.h"

#include "core/base/text.h"

#include <stdint.h>
#include <stdio.h>

const struct binding *keys_find(const struct binding *table, int key,
                                const struct screen *screen)
{
    for (; table && table->run; table++)
        if ((table->key == key || (table->alias && table->alias == key)) &&
            (!table->when || table->when(screen)))
            return table;
    return NULL;
}

bool keys_is_shown(const struct binding *binding, const struct screen *screen)
{
    return binding->label && (!binding->when || binding->when(screen));
}

bool keys_text(int key, char out[5])
{
    unsigned c = (unsigned)key;
    size_t n = 0;

    out[0] = '\0';
    if (key < 32 || (key >= 127 && key < 160) || key > 0x10ffff ||
        (key >= 0xd800 && key < 0xe000))
        return false;
    if (c < 0x80) {
        out[n++] = (char)c;
    } else if (c < 0x800) {
        out[n++] = (char)(0xc0 | c >> 6);
        out[n++] = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        out[n++] = (char)(0xe0 | c >> 12);
        out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
        out[n++] = (char)(0x80 | (c & 0x3f));
    } else {
        out[n++] = (char)(0xf0 | c >> 18);
        out[n++] = (char)(0x80 | (c >> 12 & 0x3f));
        out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
        out[n++] = (char)(0x80 | (c & 0x3f));
    }
    out[n] = '\0';
    return true;
}

const char *keys_name(char *out, size_t size, int key)
{
    static const struct {
        int key;
        const char *name;
    } names[] = {
        {K_TAB, "Tab"},         {K_ENTER, "Enter"},
        {K_ESCAPE, "Esc"},      {K_BACKSPACE, "Backspace"},
        {K_UP, "Up"},           {K_DOWN, "Down"},
        {K_LEFT, "Left"},       {K_RIGHT, "Right"},
        {K_PAGE_UP, "PgUp"},    {K_PAGE_DOWN, "PgDn"},
        {K_HOME, "Home"},       {K_END, "End"},
        {K_DELETE, "Del"},      {K_BACK_TAB, "Shift-Tab"},
        {K_F1, "F1"},           {K_F10, "F10"},
        {K_PASTE, "A paste"},   {K_UNKNOWN, "That key"},
        {K_CLICK, "The mouse"}, {' ', "Space"},
    };
    char text[5];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].key == key) {
            snprintf(out, size, "%s", names[i].name);
            return out;
        }
    if (key > 0 && key < 32)
        snprintf(out, size, "Ctrl-%c", key + '@');
    else if (keys_text(key, text))
        text_safe_string(out, size, text);
    else
        snprintf(out, size, "That key");
    return out;
}
