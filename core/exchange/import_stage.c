/* SPDX-License-Identifier: MIT */
/* import_stage: from a plan into accounts.ini, as changes that are not saved
 * yet. */
#include "core/exchange/import_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *import_state_word(enum import_state state)
{
    static const char *const words[] = {
        [IMPORT_NEW] = "new",
        [IMPORT_REPLACE] = "replace",
        [IMPORT_PRESENT] = "present",
    };

    return words[state];
}

static bool same_host(const char *a, const char *b)
{
    char one[HOST_MAX], other[HOST_MAX];

    return host_normalise(a, one, NULL) && host_normalise(b, other, NULL) &&
           strcmp(one, other) == 0;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static void port_text(char out[8], const struct import_item *item)
{
    enum service service = SERVICE_IMAP;
    enum security security = SECURITY_TLS;

    if (item->value[SET_PORT]) {
        snprintf(out, 8, "%.7s", item->value[SET_PORT]);
        return;
    }
    if (item->value[SET_TYPE])
        service_parse(item->value[SET_TYPE], &service);
    if (item->section == SECTION_SMTP)
        service = SERVICE_SMTP;
    security_parse(item->value[SET_SECURITY], &security);
    snprintf(out, 8, "%u", endpoint_usual_port(service, security) % 65536);
}

/* The section for the same server and user; NULL: there is none. */
static const char *present(const struct import_item *item,
                           const struct config *config)
{
    char port[8];

    port_text(port, item);
    for (size_t i = 0; i < config_count(config, item->section); i++) {
        const char *id = config_id(config, item->section, i);
        const char *host = config_get(config, item->section, id, SET_HOST);

        if (host && same_host(host, item->value[SET_HOST]) &&
            same_text(config_effective(config, item->section, id, SET_PORT),
                      port) &&
            same_text(config_get(config, item->section, id, SET_USER),
                      item->value[SET_USER]) &&
            (item->section == SECTION_SMTP || !item->value[SET_TYPE] ||
             same_text(config_effective(config, item->section, id, SET_TYPE),
                       item->value[SET_TYPE])))
            return id;
    }
    return NULL;
}

/* A value that this accounts.ini cannot have (a certificate that is not there,
 * for one) would keep it from being saved. */
static void stage_value(struct import *im, struct import_item *item,
                        struct config *config, enum setting setting)
{
    struct config_fault fault;
    struct error e = {0};

    if (!config_set(config, item->section, item->id, setting,
                    item->value[setting], NULL, &e)) {
        import_left(im, item->value_line[setting], "%s", e.text);
        return;
    }
    for (size_t i = 0; config_fault_at(config, i, &fault); i++)
        if (fault.section == item->section && fault.setting == setting &&
            text_equal_nocase(fault.id, item->id)) {
            import_left(im, item->value_line[setting], "%s", fault.text);
            config_revert(config, item->section, item->id, setting);
            xwipe(&item->value[setting]);
            return;
        }
}

/* Security and type move the port, so they go before it. */
static void stage_values(struct import *im, struct import_item *item,
                         struct config *config)
{
    static const enum setting first[] = {SET_TYPE, SET_SECURITY};

    for (size_t i = 0; i < 2; i++)
        if (item->value[first[i]])
            stage_value(im, item, config, first[i]);
    for (int i = 0; i < SET_COUNT; i++)
        if (item->value[i] && i != SET_TYPE && i != SET_SECURITY)
            stage_value(im, item, config, (enum setting)i);
}

static bool stage(struct import *im, struct import_item *item,
                  struct config *config, bool replace)
{
    const char *there = present(item, config);
    struct error e = {0};

    item->state = !there    ? IMPORT_NEW
                  : replace ? IMPORT_REPLACE
                            : IMPORT_PRESENT;
    free(item->id);
    item->id = there ? xstrdup(there)
                     : config_free_id(config, item->section, item->name);
    if (item->state == IMPORT_PRESENT)
        return false;
    if (!there && !config_add(config, item->section, item->id, &e)) {
        import_left(im, item->line, "%s", e.text);
        item->state = IMPORT_PRESENT;
        return false;
    }
    stage_values(im, item, config);
    return true;
}

/* The server for all, unless one is named already. */
static void stage_default(struct import *im, const struct import_item *item,
                          struct config *config)
{
    if (!item->is_default ||
        config_get(config, SECTION_DEFAULTS, "", SET_SMTP) ||
        !config_set(config, SECTION_DEFAULTS, "", SET_SMTP, item->id, NULL,
                    NULL))
        return;
    import_remark(im, item->line,
                  "[smtp %.80s] is the outgoing server of all accounts that "
                  "name none.",
                  item->id);
}

size_t import_stage(struct import *im, struct config *config, bool replace)
{
    size_t touched = 0;

    for (size_t i = 0; i < im->item_count; i++)
        if (im->items[i]->section == SECTION_SMTP) {
            touched += stage(im, im->items[i], config, replace);
            stage_default(im, im->items[i], config);
        }
    for (size_t i = 0; i < im->item_count; i++) {
        struct import_item *item = im->items[i];

        if (item->section != SECTION_ACCOUNT)
            continue;
        if (item->smtp >= 0)
            import_take(item, SET_SMTP, item->line, im->items[item->smtp]->id);
        touched += stage(im, item, config, replace);
    }
    import_sort_notes(im);
    return touched;
}
