/* SPDX-License-Identifier: MIT */
/* config_recovery: staged changes outlive a dropped line, without secrets. */
#include "core/account/config_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <errno.h>
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

/* NULL when there is none, or others could have written it. */
static struct ini *read_recovery(const struct config *c,
                                 struct file_stamp *stamp)
{
    char *path = recovery_path(c);
    struct ini *ini = NULL;
    struct buf bytes;

    buf_init(&bytes, FILE_MAX);
    if (file_read(path, FILE_MAX, &bytes, stamp, NULL) && bytes.len &&
        file_check_trusted(path, NULL))
        ini = ini_parse(path, bytes.data, bytes.len, NULL);
    buf_release(&bytes);
    free(path);
    return ini;
}

/* -- writing --------------------------------------------------------------- */

struct draft {
    const struct config *config;
    struct ini *ini;
    size_t number; /* of the last change in it */
    bool any;      /* something of ours */
};

static bool describe(void *arg, const struct config_change *change)
{
    struct draft *draft = arg;
    char *section;

    if (change->kind == CHANGE_SET &&
        setting_row(change->setting)->type == SETTING_SECRET)
        return true;
    section = xasprintf("change %zu", ++draft->number);
    ini_set(draft->ini, section, "kind", kind_words[change->kind], NULL);
    ini_set(draft->ini, section, "section", section_word(change->section),
            NULL);
    ini_set(draft->ini, section, "id", change->id, NULL);
    if (change->kind == CHANGE_SET) {
        ini_set(draft->ini, section, "key", setting_row(change->setting)->key,
                NULL);
        if (change->new_value)
            ini_set(draft->ini, section, "value", change->new_value, NULL);
    }
    free(section);
    draft->any = true;
    return true;
}

/* One try; ERROR_CONFLICT when another session wrote its own meanwhile. */
static bool write_draft(const struct config *c, const char *path,
                        struct error *e)
{
    struct file_stamp stamp = {0};
    struct draft draft = {.config = c, .ini = read_recovery(c, &stamp)};
    bool ok = true;

    /* What is there may be the edits of another session that the same dropped
     * line ended: ours go behind them. */
    if (!draft.ini || c->drafted) {
        ini_free(draft.ini);
        draft.ini = ini_new(path);
    }
    draft.number = ini_section_count(draft.ini);
    config_each_change(c, describe, &draft);
    if (draft.any) {
        size_t len;
        const char *bytes = ini_bytes(draft.ini, &len);

        ok = file_save(
            &(struct file_save){
                .path = path, .bytes = bytes, .len = len, .base = &stamp},
            NULL, NULL, e);
    }
    ini_free(draft.ini);
    return ok;
}

bool config_recovery_write(const struct config *c, struct error *e)
{
    struct config *own = (struct config *)c;
    char *path = recovery_path(c), *folder = file_beside(c->path, ".");
    struct error why = {0};
    bool ok = !config_change_count(c);

    if (ok && c->drafted)
        config_recovery_drop(own, NULL);
    if (!ok && file_make_folder(folder, &why)) {
        for (int tries = 0; !ok && tries < 10; tries++) {
            why = (struct error){0};
            ok = write_draft(c, path, &why);
            if (!ok && why.code != ERROR_CONFLICT)
                break;
        }
        own->drafted = ok;
    }
    if (!ok && e)
        *e = why;
    free(path);
    free(folder);
    return ok;
}

/* -- taking ---------------------------------------------------------------- */

size_t config_recovery_found(const struct config *c, int64_t *written)
{
    char *path = recovery_path(c);
    struct ini *ini = read_recovery(c, NULL);
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
        config_stage(c, section, id, setting, ini_get(ini, name, "value"));
}

bool config_recovery_take(struct config *c, struct error *e)
{
    struct ini *ini = read_recovery(c, NULL);

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

    bool ok =
        unlink(path) == 0 || errno == ENOENT ||
        error_errno(e, ERROR_FILE, errno, "%s could not be removed", path);

    c->drafted = c->drafted && !ok;
    free(path);
    return ok;
}
