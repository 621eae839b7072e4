/* SPDX-License-Identifier: MIT */
/* config: opening accounts.ini and asking what is in it. */
#include "core/account/config_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const config_secret_keys[] = {"password", NULL};

/* -- items by name --------------------------------------------------------- */

static size_t hash(enum section section, const char *id)
{
    size_t h = 14695981039346656037u ^ section;

    for (; *id; id++) {
        unsigned char c = (unsigned char)*id;

        if (c >= 'A' && c <= 'Z')
            c = (unsigned char)(c + 32);
        h = (h ^ c) * 1099511628211u;
    }
    return h;
}

static size_t *slot_of(const struct config *c, enum section section,
                       const char *id)
{
    size_t i = hash(section, id) & (c->table_size - 1);

    while (c->table[i]) {
        const struct item *item = &c->items[c->table[i] - 1];

        if (item->section == section && text_equal_nocase(item->id, id))
            break;
        i = (i + 1) & (c->table_size - 1);
    }
    return &c->table[i];
}

static void rehash(struct config *c)
{
    c->table_size = 64;
    while (c->table_size < 4 * c->item_count)
        c->table_size *= 2;
    free(c->table);
    c->table = xcalloc(c->table_size, sizeof(size_t));
    for (size_t i = 0; i < c->item_count; i++)
        *slot_of(c, c->items[i].section, c->items[i].id) = i + 1;
}

struct item *config_item(const struct config *c, enum section section,
                         const char *id)
{
    size_t i = *slot_of(c, section, id);

    return i ? &c->items[i - 1] : NULL;
}

size_t config_add_item(struct config *c, enum section section, const char *id)
{
    if (c->item_count == c->item_size) {
        c->item_size = c->item_size ? 2 * c->item_size : 16;
        c->items = xreallocarray(c->items, c->item_size, sizeof(struct item));
    }
    assert(c->items);
    c->items[c->item_count] = (struct item){.section = section,
                                            .id = xstrdup(id),
                                            .name = section_name(section, id)};
    c->item_count++;
    if (c->table_size < 2 * c->item_count + 2)
        rehash(c);
    else
        *slot_of(c, section, id) = c->item_count;
    return c->item_count - 1;
}

void staged_clear(struct staged *staged)
{
    xwipe(&staged->value);
    staged->is = false;
}

void config_clear_items(struct config *c)
{
    for (size_t i = 0; i < c->item_count; i++) {
        struct item *item = &c->items[i];

        for (int s = 0; item->staged && s < SET_COUNT; s++)
            staged_clear(&item->staged[s]);
        free(item->staged);
        free(item->id);
        free(item->name);
    }
    c->item_count = 0;
    rehash(c);
}

void config_was_changed(struct config *c)
{
    xreplace(&c->cursor.smtp, NULL);
    usage_index_free(c->usage);
    c->usage = NULL;
}

void config_refresh_lists(struct config *c)
{
    static const enum section kinds[2] = {SECTION_ACCOUNT, SECTION_SMTP};

    for (int k = 0; k < 2; k++) {
        size_t n = 0;

        c->visible[k] =
            xreallocarray(c->visible[k], c->item_count + 1, sizeof(size_t));
        for (size_t i = 0; i < c->item_count; i++)
            if (c->items[i].section == kinds[k] && !c->items[i].removed)
                c->visible[k][n++] = i;
        c->visible_count[k] = n;
    }
    config_was_changed(c);
}

void config_build_items(struct config *c)
{
    config_clear_items(c);
    config_add_item(c, SECTION_DEFAULTS, "");
    config_add_item(c, SECTION_UI, "");
    for (size_t i = 0; i < ini_section_count(c->ini); i++) {
        const char *name = ini_section_name(c->ini, i), *id;
        enum section section;
        struct item *item;

        if (!section_parse(name, &section, &id))
            continue;
        item = config_item(c, section, id);
        if (!item) {
            size_t at = config_add_item(c, section, id);

            item = &c->items[at];
        }
        assert(item);
        xreplace(&item->name, name);
        item->in_file = true;
        item->line = ini_section_line(c->ini, i);
    }
    config_refresh_lists(c);
}

/* -- opening --------------------------------------------------------------- */

struct ini *config_parse(const char *path, const struct buf *bytes,
                         struct error *e)
{
    return ini_parse_secrets(path, bytes->data, bytes->len, config_secret_keys,
                             e);
}

struct config *config_open(const char *path, const char *recover_dir,
                           struct error *e)
{
    struct config *c = xcalloc(1, sizeof(*c));
    bool elsewhere;

    c->path = xstrdup(path);
    c->recover_dir = xstrdup_or_null(recover_dir);
    c->mark.fd = -1;
    buf_init(&c->base, FILE_MAX);
    rehash(c);
    if (file_read(path, FILE_MAX, &c->base, &c->stamp, e)) {
        c->ini = config_parse(path, &c->base, e);
        config_cut_look(c, e);
    }
    if (!c->ini) {
        config_free(c);
        return NULL;
    }
    config_build_items(c);
    if (c->stamp.exists)
        file_mark_open(&c->mark, path, &elsewhere);
    return c;
}

static void copy_item(struct config *c, const struct item *from)
{
    struct item *item = config_item(c, from->section, from->id);

    if (!item)
        item = &c->items[config_add_item(c, from->section, from->id)];
    item->removed = from->removed;
    if (!from->staged)
        return;
    item->staged = xcalloc(SET_COUNT, sizeof(*item->staged));
    for (int i = 0; i < SET_COUNT; i++)
        item->staged[i] =
            (struct staged){.is = from->staged[i].is,
                            .value = xstrdup_or_null(from->staged[i].value)};
}

struct config *config_copy(const struct config *from)
{
    struct config *c = xcalloc(1, sizeof(*c));

    c->path = xstrdup(from->path);
    c->mark.fd = -1;
    c->stamp = from->stamp;
    c->identities = from->identities;
    buf_init(&c->base, FILE_MAX);
    rehash(c);
    buf_add(&c->base, from->base.data, from->base.len);
    c->ini = config_parse(c->path, &c->base, NULL);
    if (!c->ini)
        abort(); /* these very bytes were parsed before */
    config_build_items(c);
    for (size_t i = 0; i < from->item_count; i++)
        copy_item(c, &from->items[i]);
    config_refresh_lists(c);
    return c;
}

void config_free(struct config *c)
{
    if (!c)
        return;
    config_clear_steps(c);
    config_clear_items(c);
    file_lock_release(&c->mark);
    ini_free(c->ini);
    ini_free(c->cut);
    buf_release(&c->base);
    free(c->items);
    free(c->table);
    free(c->visible[0]);
    free(c->visible[1]);
    free(c->steps);
    free(c->cursor.smtp);
    usage_index_free(c->usage);
    free(c->path);
    free(c->recover_dir);
    free(c);
}

const char *config_path(const struct config *c)
{
    return c->path;
}

bool config_trusted(const struct config *c, struct error *e)
{
    return file_check_trusted(c->path, e);
}

bool config_open_elsewhere(const struct config *c)
{
    return file_open_elsewhere(&c->mark);
}

bool config_changed_on_disk(const struct config *c)
{
    return file_changed(c->path, &c->stamp);
}

/* -- values ---------------------------------------------------------------- */

bool item_broken(const struct config *c, const struct item *item)
{
    return item->in_file && ini_broken(c->ini, item->name);
}

const char *item_file_value(const struct config *c, const struct item *item,
                            enum setting setting)
{
    return item->in_file
               ? ini_get(c->ini, item->name, setting_row(setting)->key)
               : NULL;
}

const char *item_value(const struct config *c, const struct item *item,
                       enum setting setting)
{
    if (item->staged && item->staged[setting].is)
        return item->staged[setting].value;
    return item_file_value(c, item, setting);
}

static struct item *live_item(const struct config *c, enum section section,
                              const char *id)
{
    struct item *item = config_item(c, section, id);

    return item && !item->removed ? item : NULL;
}

const char *config_get(const struct config *c, enum section section,
                       const char *id, enum setting setting)
{
    const struct item *item = live_item(c, section, id);

    return item ? item_value(c, item, setting) : NULL;
}

const char *config_saved(const struct config *c, enum section section,
                         const char *id, enum setting setting)
{
    const struct item *item = config_item(c, section, id);

    return item ? item_file_value(c, item, setting) : NULL;
}

/* The words of the usual port, so that they can be handed out as text. */
static const char *usual_port(const struct config *c, enum section section,
                              const char *id)
{
    static const char *const words[SERVICE_COUNT][2] = {
        {"993", "143"}, {"995", "110"}, {"465", "587"}, {"443", "443"}};
    const char *type = section == SECTION_SMTP
                           ? "smtp"
                           : config_effective(c, section, id, SET_TYPE);
    const char *text = config_effective(c, section, id, SET_SECURITY);
    enum service service;
    enum security security;

    if (!service_parse(type, &service) || !security_parse(text, &security))
        return NULL;
    return words[service][security != SECURITY_TLS];
}

const char *config_effective(const struct config *c, enum section section,
                             const char *id, enum setting setting)
{
    const char *value = config_get(c, section, id, setting);

    if (value && *value)
        return value;
    if ((section == SECTION_ACCOUNT || section == SECTION_SMTP) &&
        (setting_row(setting)->sections & SECTION_DEFAULTS)) {
        value = config_get(c, SECTION_DEFAULTS, "", setting);
        if (value && *value)
            return value;
    }
    if (setting == SET_PORT)
        return usual_port(c, section, id);
    return setting_row(setting)->fallback;
}

/* -- lists ----------------------------------------------------------------- */

static int kind_of(enum section section)
{
    return section == SECTION_SMTP;
}

size_t config_count(const struct config *c, enum section section)
{
    return c->visible_count[kind_of(section)];
}

const char *config_id(const struct config *c, enum section section, size_t i)
{
    return c->items[c->visible[kind_of(section)][i]].id;
}

int config_index(const struct config *c, enum section section, const char *id)
{
    const struct item *item = live_item(c, section, id);
    int k = kind_of(section);
    size_t low = 0, high = c->visible_count[k];
    size_t wanted = item ? (size_t)(item - c->items) : 0;

    if (!item || (section != SECTION_ACCOUNT && section != SECTION_SMTP))
        return -1;
    while (low < high) {
        size_t middle = (low + high) / 2;

        if (c->visible[k][middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return (int)low;
}

bool config_broken(const struct config *c, enum section section, const char *id)
{
    const struct item *item = live_item(c, section, id);

    return item && item_broken(c, item);
}

void config_set_identities(struct config *c,
                           const struct config_identities *identities)
{
    c->identities = *identities;
}

const char *config_identity(const struct config *c, size_t i)
{
    return c->identities.word ? c->identities.word(c->identities.arg, i) : NULL;
}

const char *config_label(const struct config *c, enum section section,
                         const char *id)
{
    const char *label = config_get(c, section, id, SET_LABEL);

    return label && *label ? label : id;
}

const char *config_smtp_of(const struct config *c, const char *account)
{
    const char *name = config_effective(c, SECTION_ACCOUNT, account, SET_SMTP);

    return name && *name ? name : NULL;
}

const char *config_smtp_user(const struct config *c, const char *smtp, size_t i)
{
    /* Callers ask for 0, 1, 2, ...: going on where the last answer stood
     * keeps ten thousand accounts from costing their square. */
    struct config *cache = (struct config *)c;
    size_t at = 0, seen = 0;

    if (c->cursor.smtp && strcmp(c->cursor.smtp, smtp) == 0 &&
        i == c->cursor.asked + 1) {
        at = c->cursor.position + 1;
        seen = i;
    }
    for (; at < c->visible_count[0]; at++) {
        const char *account = c->items[c->visible[0][at]].id;
        const char *uses = config_smtp_of(c, account);

        if (!uses || !text_equal_nocase(uses, smtp) || seen++ != i)
            continue;
        if (!c->cursor.smtp || strcmp(c->cursor.smtp, smtp) != 0)
            xreplace(&cache->cursor.smtp, smtp);
        cache->cursor.asked = i;
        cache->cursor.position = at;
        return account;
    }
    return NULL;
}
