/* SPDX-License-Identifier: MIT */
#include "hostile.h"

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_MAX (64u << 20)

/* A line that text_safe() would leave as it is may reach a terminal. */
static bool is_clean(const char *text, size_t len)
{
    const char *end = text + len;

    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;
        size_t line = (size_t)(stop - text);
        char *safe = text_safe(xmalloc(4 * line + 8), 4 * line + 8, text, line);
        bool same = strlen(safe) == line && memcmp(safe, text, line) == 0;

        free(safe);
        if (!same)
            return false;
        text = stop + 1;
    }
    return true;
}

static const char *fault_of(const char *kind, const struct buf *bytes)
{
    json_error_t error;
    json_t *value;

    if (!is_clean(bytes->data, bytes->len))
        return "holds bytes that must not reach a terminal";
    if (strcmp(kind, "json") != 0 || !bytes->len)
        return NULL;
    value = json_loadb(bytes->data, bytes->len, 0, &error);
    json_decref(value);
    return value ? NULL : "is no JSON";
}

int check_files(const char *kind, int count, char **paths)
{
    int bad = 0;

    for (int i = 0; i < count; i++) {
        struct error e = {0};
        const char *fault;
        struct buf bytes;

        buf_init(&bytes, OUTPUT_MAX);
        fault = file_read(paths[i], OUTPUT_MAX, &bytes, NULL, &e)
                    ? fault_of(kind, &bytes)
                    : e.text;
        if (fault) {
            printf("%s: %s\n", paths[i], fault);
            bad++;
        }
        buf_release(&bytes);
    }
    return bad ? 1 : 0;
}
