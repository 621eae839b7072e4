/* SPDX-License-Identifier: MIT */
/*
 * config_save: replaying the staged changes on the bytes that are in the file
 * now, key by key, and asking where both sides changed the same.
 */
#include "core/account/config_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

/* One save under way. */
struct merge {
    struct config *config;
    enum save_policy policy;
    struct save_result *result;
    struct ini *theirs; /* what is in the file now; may be config->ini */
    struct file_stamp stamp;
};

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* -- conflicts ------------------------------------------------------------- */

static char *shown(enum setting setting, const char *value)
{
    if (value && setting != SET_NONE &&
        setting_row(setting)->type == SETTING_SECRET)
        value = "(hidden)";
    return xstrdup_or_null(value);
}

static void add_conflict(struct merge *m, const struct item *item,
                         enum setting setting, const char *base,
                         const char *theirs, const char *mine, bool gone)
{
    struct save_result *r = m->result;

    r->conflicts = xreallocarray(r->conflicts, r->conflict_count + 1,
                                 sizeof(*r->conflicts));
    r->conflicts[r->conflict_count++] =
        (struct config_conflict){.section = item->section,
                                 .id = xstrdup(item->id),
                                 .setting = setting,
                                 .base = shown(setting, base),
                                 .theirs = shown(setting, theirs),
                                 .mine = shown(setting, mine),
                                 .section_gone = gone};
}

void save_result_release(struct save_result *r)
{
    for (size_t i = 0; i < r->conflict_count; i++) {
        free(r->conflicts[i].id);
        free(r->conflicts[i].base);
        free(r->conflicts[i].theirs);
        free(r->conflicts[i].mine);
    }
    free(r->conflicts);
    *r = (struct save_result){0};
}

/* Whether they changed anything in a section that is removed here. */
static bool they_edited(const struct merge *m, const struct item *item)
{
    for (enum setting s = setting_next(item->section, SET_NONE); s != SET_NONE;
         s = setting_next(item->section, s)) {
        const char *key = setting_row(s)->key;

        if (!same(ini_get(m->theirs, item->name, key),
                  ini_get(m->config->ini, item->name, key)))
            return true;
    }
    return false;
}

static void find_conflicts(struct merge *m, const struct item *item)
{
    bool gone = item->in_file && !ini_has_section(m->theirs, item->name) &&
                ini_has_section(m->config->ini, item->name);

    if (item->removed) {
        if (item->in_file && !gone && they_edited(m, item))
            add_conflict(m, item, SET_NONE, NULL, NULL, NULL, false);
        return;
    }
    for (int s = 0; item->staged && s < SET_COUNT; s++) {
        enum setting setting = (enum setting)s;
        const char *key = setting_row(setting)->key;
        const char *base, *theirs;

        if (!item->staged[s].is)
            continue;
        base = item_file_value(m->config, item, setting);
        theirs = ini_get(m->theirs, item->name, key);
        if (gone ||
            (!same(base, theirs) && !same(theirs, item->staged[s].value)))
            add_conflict(m, item, setting, base, theirs, item->staged[s].value,
                         gone);
    }
}

static bool in_conflict(const struct merge *m, const struct item *item,
                        enum setting setting)
{
    const struct save_result *r = m->result;

    for (size_t i = 0; i < r->conflict_count; i++)
        if (r->conflicts[i].section == item->section &&
            strcmp(r->conflicts[i].id, item->id) == 0 &&
            r->conflicts[i].setting == setting)
            return true;
    return false;
}

/* -- replaying ------------------------------------------------------------- */

static bool replay_value(struct merge *m, const struct item *item,
                         enum setting setting, struct error *e)
{
    const char *key = setting_row(setting)->key;
    const char *value = item->staged[setting].value;

    if (m->policy == SAVE_THEIRS && in_conflict(m, item, setting))
        return true;
    m->result->written++;
    return value ? ini_set(m->theirs, item->name, key, value, e)
                 : ini_unset(m->theirs, item->name, key, e);
}

/* Mine wins over their removal: what is edited comes back whole. */
static bool bring_back(struct merge *m, const struct item *item,
                       struct error *e)
{
    const struct ini *base = m->config->ini;
    size_t i = 0;

    while (i < ini_section_count(base) &&
           strcmp(ini_section_name(base, i), item->name) != 0)
        i++;
    if (i == ini_section_count(base) ||
        !ini_add_section(m->theirs, item->name, e))
        return i == ini_section_count(base);
    for (size_t k = 0; k < ini_key_count(base, i); k++) {
        const char *key = ini_key_name(base, i, k);
        const char *value = ini_get(base, item->name, key);

        if (value && !ini_set(m->theirs, item->name, key, value, e))
            return false;
    }
    return true;
}

static bool has_staged(const struct item *item)
{
    for (int s = 0; item->staged && s < SET_COUNT; s++)
        if (item->staged[s].is)
            return true;
    return false;
}

static bool replay_item(struct merge *m, const struct item *item,
                        struct error *e)
{
    if (item->removed) {
        if (!item->in_file ||
            (m->policy == SAVE_THEIRS && in_conflict(m, item, SET_NONE)))
            return true;
        m->result->written++;
        return ini_remove_section(m->theirs, item->name, e);
    }
    if (!item->in_file && *item->id) {
        m->result->written++;
        if (!ini_add_section(m->theirs, item->name, e))
            return false;
    }
    if (item->in_file && m->policy == SAVE_MINE && has_staged(item) &&
        !ini_has_section(m->theirs, item->name) && !bring_back(m, item, e))
        return false;
    for (int s = 0; item->staged && s < SET_COUNT; s++)
        if (item->staged[s].is && !replay_value(m, item, (enum setting)s, e))
            return false;
    return true;
}

static bool write_out(struct merge *m, struct error *e)
{
    struct config *c = m->config;
    struct file_save save = {
        .path = c->path, .base = &m->stamp, .recover_dir = c->recover_dir};
    struct file_stamp stamp;
    char *folder = file_beside(c->path, ".");
    bool ok;

    /* A backup would keep a password that was taken out of the file. */
    save.backup = !c->backed_up && m->stamp.exists &&
                  !ini_holds_secret(c->ini) && !ini_holds_secret(m->theirs);
    if (ini_holds_secret(m->theirs))
        save.copy = config_cut_copy;
    save.bytes = ini_bytes(m->theirs, &save.len);
    /* That of a first save, or one that vanished and is wanted again. */
    ok = (m->stamp.exists || file_make_folder(folder, e)) &&
         file_save(&save, &stamp, &m->result->in_place, e);
    free(folder);
    if (!ok) {
        /* It changed under our hands: whoever called tries again. */
        if (e && e->code == ERROR_CONFLICT)
            e->code = ERROR_LOCKED;
        return false;
    }
    c->backed_up = c->backed_up || save.backup;
    c->stamp = stamp;
    buf_clear(&c->base);
    buf_add(&c->base, save.bytes, save.len);
    return true;
}

/* -- the whole ------------------------------------------------------------- */

static bool read_theirs(struct merge *m, struct error *e)
{
    struct config *c = m->config;
    struct buf bytes;
    bool ok;

    m->stamp = c->stamp;
    if (!file_changed(c->path, &c->stamp)) {
        m->theirs = c->ini;
        return true;
    }
    buf_init(&bytes, FILE_MAX);
    ok = file_read(c->path, FILE_MAX, &bytes, &m->stamp, e);
    if (ok && m->policy == SAVE_ONLY_MINE)
        m->theirs = config_parse(c->path, &c->base, e);
    else if (ok)
        m->theirs = config_parse(c->path, &bytes, e);
    buf_release(&bytes);
    m->result->merged = ok && m->policy != SAVE_ONLY_MINE;
    return m->theirs != NULL;
}

static bool ask_about_conflicts(struct merge *m, struct error *e)
{
    const struct config *c = m->config;

    if (m->theirs == c->ini || m->policy == SAVE_ONLY_MINE)
        return true;
    /* An unmounted disk or a moved folder looks like that too: writing only
     * what is staged would make a file without all the rest. */
    if (c->stamp.exists && !m->stamp.exists)
        return error_set(e, ERROR_CONFLICT,
                         "%s is not there any more: it or its folder was moved "
                         "or deleted.",
                         c->path);
    for (size_t i = 0; i < c->item_count; i++)
        find_conflicts(m, &c->items[i]);
    if (!m->result->conflict_count || m->policy != SAVE_ASK)
        return true;
    return error_set(e, ERROR_CONFLICT,
                     "%s was changed on disk in the same place.", c->path);
}

static bool replay_and_write(struct merge *m, struct error *e)
{
    const struct config *c = m->config;

    for (size_t i = 0; i < c->item_count; i++)
        if (!replay_item(m, &c->items[i], e))
            return false;
    return write_out(m, e);
}

/* After an edit of our own document failed half way. */
static void restore(struct config *c)
{
    struct ini *fresh = config_parse(c->path, &c->base, NULL);

    if (fresh) {
        ini_free(c->ini);
        c->ini = fresh;
    }
}

static void settle(struct merge *m)
{
    struct config *c = m->config;
    bool elsewhere;

    if (m->theirs != c->ini) {
        ini_free(c->ini);
        c->ini = m->theirs;
    }
    config_clear_steps(c);
    config_build_items(c);
    if (c->drafted)
        config_recovery_drop(c, NULL);
    config_cut_settle(c);
    if (c->mark.fd < 0)
        file_mark_open(&c->mark, c->path, &elsewhere);
}

static bool merge_locked(struct merge *m, struct error *e)
{
    struct config *c = m->config;
    bool ok = read_theirs(m, e) && ask_about_conflicts(m, e);

    if (ok && replay_and_write(m, e)) {
        settle(m);
        return true;
    }
    if (ok)
        save_result_release(m->result);
    if (ok && m->theirs == c->ini)
        restore(c);
    else if (m->theirs != c->ini)
        ini_free(m->theirs);
    return false;
}

bool config_save(struct config *c, enum save_policy policy,
                 struct save_result *result, struct error *e)
{
    struct merge m = {.config = c, .policy = policy, .result = result};
    struct file_lock lock = FILE_LOCK_NONE;
    struct config_fault fault = {0};
    bool ok;

    *result = (struct save_result){0};
    if (config_fault_at(c, 0, &fault))
        return error_set(e, ERROR_INPUT, "%s", fault.text);
    if (!config_change_count(c))
        return true;
    if (!file_lock_try(&lock, c->path, e))
        return false;
    ok = merge_locked(&m, e);
    file_lock_release(&lock);
    return ok;
}

/* -- reading again --------------------------------------------------------- */

struct kept {
    enum change_kind kind;
    enum section section;
    char *id;
    enum setting setting;
    char *value;
};

struct keeping {
    const struct config *config;
    const struct ini *fresh;
    struct kept *list;
    size_t count, size;
    const struct item *gone; /* the last one brought back */
};

static void keep(struct keeping *k, enum change_kind kind,
                 const struct item *item, enum setting setting)
{
    const char *value = NULL;

    if (setting != SET_NONE)
        value = item_value(k->config, item, setting);
    if (k->count == k->size) {
        k->size = k->size ? 2 * k->size : 16;
        k->list = xreallocarray(k->list, k->size, sizeof(struct kept));
    }
    k->list[k->count++] = (struct kept){kind, item->section, xstrdup(item->id),
                                        setting, xstrdup_or_null(value)};
}

static bool keep_change(void *arg, const struct config_change *change)
{
    struct keeping *k = arg;
    const struct item *item =
        config_item(k->config, change->section, change->id);
    bool gone = change->kind == CHANGE_SET && item->in_file && *item->id &&
                !ini_has_section(k->fresh, item->name);

    if (!gone) {
        keep(k, change->kind, item, change->setting);
        return true;
    }
    if (k->gone == item)
        return true;
    /* All of it, or the change would have nothing to stand on. */
    k->gone = item;
    keep(k, CHANGE_ADD, item, SET_NONE);
    for (enum setting s = setting_next(item->section, SET_NONE); s != SET_NONE;
         s = setting_next(item->section, s))
        if (item_value(k->config, item, s))
            keep(k, CHANGE_SET, item, s);
    return true;
}

static void stage_again(struct config *c, const struct kept *kept)
{
    if (kept->kind == CHANGE_ADD)
        config_add(c, kept->section, kept->id, NULL);
    else if (kept->kind == CHANGE_REMOVE)
        config_remove(c, kept->section, kept->id, NULL);
    else
        config_stage(c, kept->section, kept->id, kept->setting, kept->value);
}

static void stage_kept(struct config *c, struct keeping *k)
{
    for (size_t i = 0; i < k->count; i++) {
        stage_again(c, &k->list[i]);
        free(k->list[i].id);
        xwipe(&k->list[i].value);
    }
    free(k->list);
}

/* A section that is edited here and broken in the fresh file: its changes
 * would have to be dropped. */
static bool can_take(const struct config *c, const struct ini *fresh,
                     struct error *e)
{
    for (size_t i = 0; i < ini_section_count(fresh); i++) {
        enum section section;
        const struct item *item;
        char safe[200];
        const char *id;

        if (!section_parse(ini_section_name(fresh, i), &section, &id))
            continue;
        item = config_item(c, section, id);
        if (item && !item->removed && has_staged(item) &&
            ini_section_broken(fresh, i))
            return error_set(e, ERROR_PARSE,
                             "%s:%u: [%s] has a line that cannot be read now, "
                             "and unsaved changes here.",
                             c->path, ini_section_line(fresh, i),
                             text_safe_string(safe, sizeof(safe), item->name));
    }
    return true;
}

bool config_reload(struct config *c, struct error *e)
{
    struct keeping kept = {.config = c};
    struct file_stamp stamp;
    struct buf bytes;
    struct ini *fresh;

    buf_init(&bytes, FILE_MAX);
    fresh = file_read(c->path, FILE_MAX, &bytes, &stamp, e)
                ? config_parse(c->path, &bytes, e)
                : NULL;
    if (!fresh || !can_take(c, fresh, e)) {
        ini_free(fresh);
        buf_release(&bytes);
        return false;
    }
    kept.fresh = fresh;
    config_each_change(c, keep_change, &kept);
    ini_free(c->ini);
    c->ini = fresh;
    c->stamp = stamp;
    buf_release(&c->base);
    c->base = bytes;
    config_clear_steps(c);
    config_build_items(c);
    stage_kept(c, &kept);
    return true;
}
