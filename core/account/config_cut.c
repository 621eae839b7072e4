/* SPDX-License-Identifier: MIT */
/* config_cut: what a save in place that was cut short has left. */
#include "core/account/config_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the copy, in place of a password. Its length tells one that the tear goes
 * through from a whole one: the rest of the old text lies shifted behind the
 * beginning of the new one, so bytes are missing in it or come twice. */
#define LEFT_OUT      "(left-out:%zu)"
#define LEFT_OUT_SIZE 40

/* How much later than its copy a save may still write, in seconds. */
#define SAVE_TAKES 5

/* What a secret is to be that is `now`; NULL: not there. */
typedef const char *secret_value(const char *now, const char *in_file);

/* Changes every secret; counts those that are gone after it. `file`: the other
 * text, or NULL. */
static size_t change_secrets(struct ini *ini, const struct ini *file,
                             secret_value *value)
{
    size_t gone = 0;

    for (size_t i = 0; i < ini_section_count(ini); i++)
        for (const char *const *key = config_secret_keys; *key; key++) {
            const char *section = ini_section_name(ini, i), *to;
            const char *now = ini_get(ini, section, *key);

            if (!now)
                continue;
            to = value(now, file ? ini_get(file, section, *key) : NULL);
            if (to) {
                ini_set(ini, section, *key, to, NULL);
            } else {
                ini_unset(ini, section, *key, NULL);
                gone++;
            }
        }
    return gone;
}

static const char *leave_out(const char *now, const char *in_file)
{
    static char text[LEFT_OUT_SIZE];

    (void)in_file;
    snprintf(text, sizeof(text), LEFT_OUT, strlen(now));
    return text;
}

static const char *fill_in(const char *now, const char *in_file)
{
    size_t len;
    char end;

    if (sscanf(now, "(left-out:%zu%c", &len, &end) != 2 || end != ')')
        return now;
    return in_file && strlen(in_file) == len ? in_file : NULL;
}

bool config_cut_copy(const void *bytes, size_t len, struct buf *out)
{
    struct ini *ini =
        ini_parse_secrets("copy", bytes, len, config_secret_keys, NULL);
    const char *text;

    if (!ini)
        return false;
    change_secrets(ini, NULL, leave_out);
    text = ini_bytes(ini, &len);
    buf_add(out, text, len);
    ini_free(ini);
    return true;
}

/* -- looking --------------------------------------------------------------- */

/* The file as far as it can be read: room that was reserved behind it is NUL.
 */
static struct ini *readable_part(const struct config *c)
{
    size_t len = c->base.len;

    while (len && c->base.data[len - 1] == '\0')
        len--;
    return ini_parse_secrets(c->path, c->base.data, len, config_secret_keys,
                             NULL);
}

static struct ini *read_copy(const struct config *c, const char *copy,
                             size_t *lost)
{
    struct ini *ini = NULL, *now;
    struct buf bytes;

    buf_init(&bytes, FILE_MAX);
    if (file_check_trusted(copy, NULL) &&
        file_read(copy, FILE_MAX, &bytes, NULL, NULL) && bytes.len)
        ini = config_parse(c->path, &bytes, NULL);
    buf_release(&bytes);
    if (!ini)
        return NULL;
    now = readable_part(c);
    *lost = change_secrets(ini, now, fill_in);
    ini_free(now);
    return ini;
}

static bool is_what_the_file_holds(const struct config *c, struct ini *ini)
{
    size_t len;
    const char *bytes = ini_bytes(ini, &len);

    return len == c->base.len && memcmp(bytes, c->base.data, len) == 0;
}

/* Another one that is under way has such a copy, too. */
static bool save_is_under_way(const struct config *c)
{
    struct file_lock lock = FILE_LOCK_NONE;
    bool locked = !file_lock_try(&lock, c->path, NULL);

    file_lock_release(&lock);
    return locked;
}

void config_cut_look(struct config *c, struct error *e)
{
    struct config_cut is = {.unreadable = !c->ini};
    char *copy = file_cut_find(c->path, c->recover_dir, &is.written);
    struct ini *whole = NULL;

    if (copy && !save_is_under_way(c))
        whole = read_copy(c, copy, &is.passwords_lost);
    free(copy);
    if (!whole)
        return;
    if (c->ini && is_what_the_file_holds(c, whole)) {
        ini_free(whole); /* it ended between the last byte and the copy */
        file_cut_forget(c->path, c->recover_dir, NULL);
        return;
    }
    is.changed_since =
        c->stamp.modified.tv_sec > (time_t)is.written + SAVE_TAKES;
    c->cut = whole;
    c->cut_is = is;
    if (!c->ini) {
        size_t len;
        const char *bytes = ini_bytes(whole, &len);

        c->ini =
            ini_parse_secrets(c->path, bytes, len, config_secret_keys, NULL);
        if (c->ini && e)
            *e = (struct error){0};
    }
}

bool config_cut_found(const struct config *c, struct config_cut *cut)
{
    if (c->cut)
        *cut = c->cut_is;
    return c->cut != NULL;
}

/* -- deciding -------------------------------------------------------------- */

static void forget(struct config *c)
{
    ini_free(c->cut);
    c->cut = NULL;
}

static bool write_whole(struct config *c, struct error *e)
{
    struct file_save save = {.path = c->path,
                             .base = &c->stamp,
                             .recover_dir = c->recover_dir,
                             .copy = config_cut_copy};

    save.bytes = ini_bytes(c->cut, &save.len);
    if (!file_save(&save, &c->stamp, NULL, e))
        return false;
    buf_clear(&c->base);
    buf_add(&c->base, save.bytes, save.len);
    return true;
}

bool config_cut_take(struct config *c, struct error *e)
{
    struct file_lock lock = FILE_LOCK_NONE;
    bool ok;

    if (!c->cut)
        return true;
    if (!file_lock_try(&lock, c->path, e))
        return false;
    ok = write_whole(c, e);
    file_lock_release(&lock);
    if (!ok)
        return false;
    config_clear_steps(c);
    ini_free(c->ini);
    c->ini = c->cut;
    c->cut = NULL;
    config_build_items(c);
    return file_cut_forget(c->path, c->recover_dir, e);
}

bool config_cut_drop(struct config *c, struct error *e)
{
    forget(c);
    return file_cut_forget(c->path, c->recover_dir, e);
}

void config_cut_settle(struct config *c)
{
    if (!c->cut || !c->cut_is.unreadable)
        return;
    forget(c);
    file_cut_forget(c->path, c->recover_dir, NULL);
}
