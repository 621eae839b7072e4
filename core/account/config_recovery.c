/* SPDX-License-Identifier: MIT */
/* config_recovery: staged changes outlive a dropped line, without secrets. */
#include "core/account/config_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const kind_words[] = {
    [CHANGE_SET] = "set", [CHANGE_ADD] = "add", [CHANGE_REMOVE] = "remove"};

static char *recovery_path(const struct config *c)
{
    const char *slash = strrchr(c->path, '/');
    char *name = xasprintf(".%s.recovery", slash ? slash + 1 : c->path);
    char *path = file_beside(c->path, name);

    free(name);
    return path;
}

static bool is_secret_change(const struct config_change *change)
{
    return change->kind == CHANGE_SET &&
           setting_row(change->setting)->type == SETTING_SECRET;
}

static void describe(struct ini *ini, const struct config *c, size_t number,
                     const struct config_change *change)
{
    char *section = xasprintf("change %zu", number);

    ini_set(ini, section, "kind", kind_words[change->kind], NULL);
    ini_set(ini, section, "section", section_word(change->section), NULL);
    ini_set(ini, section, "id", change->id, NULL);
    if (change->kind == CHANGE_SET) {
        const char *value =
            config_get(c, change->section, change->id, change->setting);

        ini_set(ini, section, "key", setting_row(change->setting)->key, NULL);
        if (value)
            ini_set(ini, section, "value", value, NULL);
    }
    free(section);
}

bool config_recovery_write(const struct config *c, struct error *e)
{
    size_t count = config_change_count(c), written = 0;
    char *path = recovery_path(c);
    struct ini *ini = ini_new(path);
    struct config_change change;
    bool ok = true;

    for (size_t i = 0; i < count; i++) {
        config_change_at(c, i, &change);
        if (!is_secret_change(&change))
            describe(ini, c, ++written, &change);
    }
    if (written) {
        size_t len;
        const char *bytes = ini_bytes(ini, &len);

        ok = file_save(
            &(struct file_save){.path = path, .bytes = bytes, .len = len}, NULL,
            NULL, e);
    } else {
        unlink(path);
    }
    ini_free(ini);
    free(path);
    return ok;
}

static struct ini *read_recovery(const struct config *c)
{
    char *path = recovery_path(c);
    struct ini *ini = NULL;
    struct buf bytes;

    buf_init(&bytes, FILE_MAX);
    if (file_check_trusted(path, NULL) &&
        file_read(path, FILE_MAX, &bytes, NULL, NULL) && bytes.len)
        ini = ini_parse(path, bytes.data, bytes.len, NULL);
    buf_release(&bytes);
    free(path);
    return ini;
}

size_t config_recovery_found(const struct config *c, int64_t *written)
{
    char *path = recovery_path(c);
    struct ini *ini = read_recovery(c);
    size_t count = ini ? ini_section_count(ini) : 0;
    struct stat st;

    *written = stat(path, &st) == 0 ? st.st_mtim.tv_sec : 0;
    ini_free(ini);
    free(path);
    return count;
}

/* What no longer fits (an account that is gone) is passed over. */
static void take_change(struct config *c, const struct ini *ini,
                        const char *name)
{
    const char *kind = ini_get(ini, name, "kind");
    const char *word = ini_get(ini, name, "section");
    const char *id = ini_get(ini, name, "id");
    const char *key = ini_get(ini, name, "key");
    const char *ignored;
    enum section section;
    enum setting setting;
    char *full;

    if (!kind || !word || !id)
        return;
    full = *id ? xasprintf("%s %s", word, id) : xstrdup(word);
    if (!section_parse(full, &section, &ignored)) {
        free(full);
        return;
    }
    free(full);
    if (strcmp(kind, "add") == 0)
        config_add(c, section, id, NULL);
    else if (strcmp(kind, "remove") == 0)
        config_remove(c, section, id, NULL);
    else if (key && (setting = setting_find(section, key)) != SET_NONE)
        config_set(c, section, id, setting, ini_get(ini, name, "value"), NULL,
                   NULL);
}

bool config_recovery_take(struct config *c, struct error *e)
{
    struct ini *ini = read_recovery(c);

    if (!ini)
        return error_set(e, ERROR_NOT_FOUND,
                         "The recovery file cannot be read any more.");
    for (size_t i = 0; i < ini_section_count(ini); i++)
        take_change(c, ini, ini_section_name(ini, i));
    ini_free(ini);
    return config_recovery_drop(c, e);
}

bool config_recovery_drop(struct config *c, struct error *e)
{
    char *path = recovery_path(c);

    (void)e;
    unlink(path);
    free(path);
    return true;
}
