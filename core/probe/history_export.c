/* SPDX-License-Identifier: MIT */
/* history_export: sections [export N] of state.ini. */
#include "core/probe/history_private.h"

#include "core/base/date.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "export "

static bool is_yes(const struct ini *ini, const char *section, const char *key)
{
    const char *value = ini_get(ini, section, key);

    return value && strcmp(value, "yes") == 0;
}

static bool read_section(const struct ini *ini, const char *section,
                         struct history_export *out)
{
    const char *when = ini_get(ini, section, "when");

    *out = (struct history_export){
        .format = ini_get(ini, section, "format"),
        .path = ini_get(ini, section, "path"),
        .account = ini_get(ini, section, "account"),
        .fingerprint = ini_get(ini, section, "fingerprint"),
        .pins = ini_get(ini, section, "exceptions"),
        .with_passwords = is_yes(ini, section, "with-passwords"),
        .tunnel = is_yes(ini, section, "tunnel"),
    };
    if (!out->pins)
        out->pins = "";
    return out->format && out->path && out->account && out->fingerprint &&
           when && timestamp_parse(when, &out->when);
}

/* The section of the i-th one; NULL past the end. */
static const char *section_at(const struct ini *ini, size_t i,
                              struct history_export *out)
{
    for (size_t s = 0; s < ini_section_count(ini); s++) {
        const char *name = ini_section_name(ini, s);

        if (strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
            read_section(ini, name, out) && i-- == 0)
            return name;
    }
    return NULL;
}

bool history_export_at(const struct history *h, size_t i,
                       struct history_export *out)
{
    return section_at(h->ini, i, out) != NULL;
}

static void find_section(const struct history *h,
                         const struct history_export *what, char *out,
                         size_t size)
{
    struct history_export old;
    const char *name;

    for (size_t i = 0; (name = section_at(h->ini, i, &old)); i++)
        if (strcmp(old.format, what->format) == 0 &&
            strcmp(old.path, what->path) == 0 &&
            text_equal_nocase(old.account, what->account)) {
            snprintf(out, size, "%s", name);
            return;
        }
    for (unsigned number = 1;; number++) {
        snprintf(out, size, PREFIX "%u", number);
        if (!ini_has_section(h->ini, out))
            return;
    }
}

void history_note_export(struct history *h, const struct history_export *what)
{
    char section[64], when[TIMESTAMP_SIZE];

    find_section(h, what, section, sizeof(section));
    history_set(h, section, "format", what->format);
    history_set(h, section, "path", what->path);
    history_set(h, section, "account", what->account);
    history_set(h, section, "when", timestamp_format(when, what->when));
    history_set(h, section, "fingerprint", what->fingerprint);
    history_set(h, section, "exceptions", what->pins);
    history_set(h, section, "with-passwords",
                what->with_passwords ? "yes" : "no");
    history_set(h, section, "tunnel", what->tunnel ? "yes" : "no");
}

void history_drop_export(struct history *h, size_t i)
{
    struct history_export old;
    const char *name = section_at(h->ini, i, &old);

    if (name && ini_remove_section(h->ini, name, NULL))
        h->changed = true;
}
