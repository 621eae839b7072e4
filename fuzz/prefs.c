/* SPDX-License-Identifier: MIT */
/* prefs: prefs.js NUL NAME NUL VALUE. What is set is read again, and all others
 * stay as they were. */
#include "fuzz/fuzz.h"

#include "core/exchange/prefs.h"

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void must_have(const struct prefs *a, const struct prefs *b,
                      const char *but)
{
    const char *name;

    for (size_t i = 0; (name = prefs_name(a, i)); i++) {
        must(prefs_has(b, name) && prefs_has_prefix(b, name));
        if (strcmp(name, but) == 0)
            continue;
        must(same_text(prefs_text(a, name), prefs_text(b, name)));
        must(prefs_number(a, name, 7) == prefs_number(b, name, 7));
    }
}

static void must_read_again(const struct prefs *prefs)
{
    const struct buf *bytes = prefs_bytes(prefs);
    struct prefs *again = prefs_read(bytes->data, bytes->len);

    must_have(prefs, again, "");
    must_have(again, prefs, "");
    prefs_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct parts parts = parts_of(data, size);
    size_t len;
    char *bytes = parts_next(&parts, '\0', &len);
    char *name = parts_next(&parts, '\0', NULL);
    char *value = parts_next(&parts, '\0', NULL);
    struct prefs *before = prefs_read(bytes, len);
    struct prefs *prefs = prefs_read(bytes, len);

    must(prefs_bytes(prefs)->len == len);
    must(memcmp(prefs_bytes(prefs)->data, bytes, len) == 0);
    prefs_set_text(prefs, name, value);
    must(same_text(prefs_text(prefs, name), value));
    must_have(before, prefs, name);
    must_read_again(prefs);
    prefs_set_number(prefs, name, 993);
    must(prefs_number(prefs, name, 0) == 993);
    prefs_set_bool(prefs, name, true);
    must(prefs_number(prefs, name, 0) == 1);
    must_have(before, prefs, name);
    must_read_again(prefs);
    prefs_free(before);
    prefs_free(prefs);
    free(bytes);
    free(name);
    free(value);
    return 0;
}
