/* SPDX-License-Identifier: MIT */
/* ini: DOCUMENT NUL SECTION NUL KEY NUL VALUE. Each byte is kept; an edit says
 * exactly what was meant and nothing else changes; what is written reads the
 * same again. */
#include "fuzz/fuzz.h"

#include "core/base/ini.h"

static struct ini *parse(const char *bytes, size_t len)
{
    struct error e = {0};
    struct ini *ini = ini_parse("fuzz", bytes, len, &e);

    must(ini || e.code == ERROR_PARSE);
    if (!ini)
        must_be_safe(e.text);
    return ini;
}

static void look(const struct ini *ini)
{
    for (size_t i = 0; i < ini_problem_count(ini); i++)
        must_be_safe(ini_problem_at(ini, i)->text);
    for (size_t i = 0; i < ini_section_count(ini); i++) {
        const char *name = ini_section_name(ini, i);

        must(ini_has_section(ini, name));
        for (size_t k = 0; k < ini_key_count(ini, i); k++) {
            must(ini_get(ini, name, ini_key_name(ini, i, k)) != NULL);
            must(ini_line(ini, name, ini_key_name(ini, i, k)) > 0);
        }
    }
}

static bool same_value(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* All that `a` has stands in `b` too, but for one key. */
static void must_have(const struct ini *a, const struct ini *b,
                      const char *section, const char *key)
{
    for (size_t i = 0; i < ini_section_count(a); i++) {
        const char *name = ini_section_name(a, i);

        if (ini_section_broken(a, i))
            continue;
        for (size_t k = 0; k < ini_key_count(a, i); k++) {
            const char *one = ini_key_name(a, i, k);

            if (!section || strcasecmp(name, section) != 0 ||
                strcasecmp(one, key) != 0)
                must(same_value(ini_get(a, name, one), ini_get(b, name, one)));
        }
    }
}

/* Reading the bytes again gives the same values. */
static void must_read_again(struct ini *ini)
{
    size_t len;
    const char *bytes = ini_bytes(ini, &len);
    struct ini *again = parse(bytes, len);

    must(again != NULL);
    must_have(ini, again, NULL, NULL);
    must_have(again, ini, NULL, NULL);
    ini_free(again);
}

static void edit(const struct ini *before, struct ini *ini, const char *section,
                 const char *key, const char *value)
{
    struct error e = {0};

    if (ini_set(ini, section, key, value, &e)) {
        must(same_value(ini_get(ini, section, key), value));
        must_have(before, ini, section, key);
        must_read_again(ini);
        must(ini_unset(ini, section, key, &e));
        must(ini_get(ini, section, key) == NULL);
        must_have(before, ini, section, key);
    } else {
        must_be_safe(e.text);
        must_have(before, ini, NULL, NULL);
    }
    must_read_again(ini);
    /* Keys above the first header have none that could go. */
    if (ini_remove_section(ini, section, &e) && *section)
        must(!ini_has_section(ini, section));
    must_read_again(ini);
    if (ini_add_section(ini, section, &e))
        must(ini_has_section(ini, section));
    must_read_again(ini);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct parts parts = parts_of(data, size);
    size_t len, kept;
    char *text = parts_next(&parts, '\0', &len);
    char *section = parts_next(&parts, '\0', NULL);
    char *key = parts_next(&parts, '\0', NULL);
    char *value = parts_next(&parts, '\0', NULL);
    struct ini *before = parse(text, len), *ini = parse(text, len);

    if (ini) {
        look(ini);
        must(memcmp(ini_bytes(ini, &kept), text, len) == 0 && kept == len);
        must_read_again(ini);
        edit(before, ini, section, key, value);
        look(ini);
    }
    ini_free(ini);
    ini_free(before);
    free(text);
    free(section);
    free(key);
    free(value);
    return 0;
}
