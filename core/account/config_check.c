/* SPDX-License-Identifier: MIT */
/* config_check: everything that is wrong or doubtful in accounts.ini. */
#include "core/account/config_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct findings {
    const struct config *config;
    struct problem *list;
    size_t count, size;
};

static void find(struct findings *f, enum problem_severity severity,
                 const struct item *item, enum setting setting, unsigned line,
                 const char *format, ...) __attribute__((format(printf, 6, 7)));

static void find(struct findings *f, enum problem_severity severity,
                 const struct item *item, enum setting setting, unsigned line,
                 const char *format, ...)
{
    struct problem *p;
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (f->count == f->size) {
        f->size = f->size ? 2 * f->size : 16;
        f->list = xreallocarray(f->list, f->size, sizeof(struct problem));
    }
    p = &f->list[f->count++];
    *p = (struct problem){.severity = severity,
                          .line = line,
                          .section = item ? item->section : 0,
                          .id = item ? item->id : "",
                          .setting = setting};
    text_safe_string(p->text, sizeof(p->text), text);
}

static unsigned line_of(const struct findings *f, const struct item *item,
                        enum setting setting)
{
    unsigned line = 0;

    if (setting != SET_NONE)
        line = ini_line(f->config->ini, item->name, setting_row(setting)->key);
    return line ? line : item->line;
}

#define FIND(f, severity, item, setting, ...)                                  \
    find(f, severity, item, setting, line_of(f, item, setting), __VA_ARGS__)

/* -- the file -------------------------------------------------------------- */

static const struct item *item_of(const struct config *c, const char *name)
{
    enum section section;
    const char *id;

    return section_parse(name, &section, &id) ? config_item(c, section, id)
                                              : NULL;
}

static void check_file(struct findings *f)
{
    const struct config *c = f->config;
    bool has_password = false;

    for (size_t i = 0; i < ini_problem_count(c->ini); i++) {
        const struct ini_problem *p = ini_problem_at(c->ini, i);

        find(f, p->severity == INI_ERROR ? PROBLEM_ERROR : PROBLEM_WARNING,
             item_of(c, p->section), SET_NONE, p->line, "%s", p->text);
    }
    for (size_t i = 0; i < c->item_count; i++)
        has_password =
            has_password || item_value(c, &c->items[i], SET_PASSWORD) != NULL;
    if (has_password && file_readable_by_others(c->path))
        find(f, PROBLEM_WARNING, NULL, SET_NONE, 0,
             "A password stands in this file and others may read it. Run: "
             "chmod 600 %s",
             c->path);
}

/* -- unknown names --------------------------------------------------------- */

/* Two keys are near when one letter is missing, too many, or another, or two
 * neighbours changed places. */
static bool is_near(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b), front = 0, back = 0;
    size_t most = la > lb ? la : lb, least = la < lb ? la : lb;

    while (front < least && a[front] == b[front])
        front++;
    while (back < least - front && a[la - 1 - back] == b[lb - 1 - back])
        back++;
    if (la == lb && front + back + 2 == la && a[front] == b[front + 1] &&
        a[front + 1] == b[front])
        return true;
    return most - least <= 1 && front + back + 1 >= most;
}

static const char *suggestion(enum section section, const char *key)
{
    for (enum setting s = setting_next(section, SET_NONE); s != SET_NONE;
         s = setting_next(section, s))
        if (is_near(setting_row(s)->key, key))
            return setting_row(s)->key;
    return NULL;
}

static void check_key(struct findings *f, const struct item *item,
                      const char *section, const char *key)
{
    unsigned line = ini_line(f->config->ini, section, key);
    const char *near;

    if (setting_find(item->section, key) != SET_NONE)
        return;
    near = suggestion(item->section, key);
    find(f, PROBLEM_WARNING, item, SET_NONE, line,
         near ? "[%s] has no key \"%s\"; did you mean %s? It is kept but not "
                "used."
              : "[%s] has no key \"%s\". It is kept but not used.",
         section_word(item->section), key, near);
}

/* The i-th section of the file: its name, its keys. */
static void check_name(struct findings *f, size_t i)
{
    const struct ini *ini = f->config->ini;
    const char *name = ini_section_name(ini, i), *id;
    const struct item *item;
    enum section section;
    struct error e = {0};

    if (!section_parse(name, &section, &id)) {
        if (!ini_section_broken(ini, i) && *name)
            find(f, PROBLEM_WARNING, NULL, SET_NONE, ini_section_line(ini, i),
                 "[%s] is none of [account ID], [smtp ID], [defaults], "
                 "[ui]. It is kept but not used.",
                 name);
        else if (!*name && ini_key_count(ini, i))
            find(f, PROBLEM_WARNING, NULL, SET_NONE, ini_section_line(ini, i),
                 "Keys before the first [section] are kept but not "
                 "used.");
        return;
    }
    item = config_item(f->config, section, id);
    if (*id && !section_check_id(id, &e))
        find(f, PROBLEM_ERROR, item, SET_NONE, ini_section_line(ini, i),
             "[%s]: %s", name, e.text);
    for (size_t k = 0; k < ini_key_count(ini, i); k++)
        check_key(f, item, name, ini_key_name(ini, i, k));
}

/* -- values ---------------------------------------------------------------- */

static const char *value_of(const struct findings *f, const struct item *item,
                            enum setting setting)
{
    const char *value = item_value(f->config, item, setting);

    return value && *value ? value : NULL;
}

static void check_reference(struct findings *f, const struct item *item,
                            enum setting setting, enum section target)
{
    const char *name = value_of(f, item, setting);

    if (name && config_index(f->config, target, name) < 0)
        FIND(f, PROBLEM_ERROR, item, setting,
             "%s = %s: there is no [%s %s]. Name another, or add it.",
             setting_row(setting)->key, name, section_word(target), name);
}

static void check_identity(struct findings *f, const struct item *item,
                           enum setting setting, const char *value)
{
    const struct config_identities *lent = &f->config->identities;
    struct error e = {0};

    if (*value && lent->check && !lent->check(lent->arg, value, &e))
        FIND(f, PROBLEM_ERROR, item, setting, "%s: %s",
             setting_row(setting)->key, e.text);
}

static void check_values(struct findings *f, const struct item *item)
{
    for (enum setting s = setting_next(item->section, SET_NONE); s != SET_NONE;
         s = setting_next(item->section, s)) {
        const char *value = item_value(f->config, item, s);
        struct error e = {0};

        if (value && !setting_check(s, value, &e))
            FIND(f, PROBLEM_ERROR, item, s, "%s", e.text);
        else if (value && setting_row(s)->type == SETTING_IDENTITY)
            check_identity(f, item, s, value);
    }
    if (item->section != SECTION_SMTP)
        check_reference(f, item, SET_SMTP, SECTION_SMTP);
    else
        check_reference(f, item, SET_ACCOUNT, SECTION_ACCOUNT);
}

static void check_pair(struct findings *f, const struct item *item)
{
    const struct config *c = f->config;
    const char *type = config_effective(c, item->section, item->id, SET_TYPE);
    const char *security =
        config_effective(c, item->section, item->id, SET_SECURITY);
    const char *port = config_effective(c, item->section, item->id, SET_PORT);
    enum service service;
    enum security kind;
    long number;
    const char *doubt;
    bool error;

    if (!service_parse(item->section == SECTION_SMTP ? "smtp" : type,
                       &service) ||
        !security_parse(security, &kind) || !port ||
        !text_parse_number(port, 1, 65535, &number))
        return;
    doubt = endpoint_doubt(service, kind, (unsigned)number, &error);
    if (doubt)
        FIND(f, error ? PROBLEM_ERROR : PROBLEM_WARNING, item, SET_PORT,
             "port %ld with security %s: %s", number, security, doubt);
    if (kind == SECURITY_NONE && value_of(f, item, SET_USER))
        FIND(f, PROBLEM_WARNING, item, SET_SECURITY,
             "security = none: mail%s would cross the network unencrypted.",
             strcmp(config_effective(c, item->section, item->id,
                                     SET_ALLOW_PLAINTEXT_LOGIN),
                    "yes") == 0
                 ? " and password"
                 : "");
}

/* Where a password or token can come from without anybody typing it. */
static bool has_credential(const struct findings *f, const struct item *item)
{
    static const enum setting sources[] = {SET_PASSWORD_COMMAND, SET_PASSWORD,
                                           SET_TOKEN_COMMAND,
                                           SET_OAUTH_TOKEN_ENDPOINT};

    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
        if (value_of(f, item, sources[i]))
            return true;
    return false;
}

static void check_server(struct findings *f, const struct item *item)
{
    const char *auth =
        config_effective(f->config, item->section, item->id, SET_AUTH);
    bool login = !text_equal_nocase(auth, "none");
    bool smtp = item->section == SECTION_SMTP;

    if (!value_of(f, item, SET_HOST))
        FIND(f, PROBLEM_ERROR, item, SET_HOST,
             "[%s] has no host: the name of its server is missing.",
             item->name);
    if (login && !smtp && !value_of(f, item, SET_USER))
        FIND(f, PROBLEM_WARNING, item, SET_USER,
             "[%s] has no user: it can be tested only up to the login.",
             item->name);
    if (text_equal_nocase(auth, "external")) {
        if (!value_of(f, item, SET_CLIENT_CERTIFICATE))
            FIND(f, PROBLEM_ERROR, item, SET_CLIENT_CERTIFICATE,
                 "[%s] is to log in with a certificate (auth = external), but "
                 "has no client-certificate.",
                 item->name);
    } else if (login && value_of(f, item, SET_USER) &&
               !has_credential(f, item) && !value_of(f, item, SET_ACCOUNT))
        FIND(f, PROBLEM_WARNING, item, SET_PASSWORD_COMMAND,
             "[%s] has no password-command, so its login is tested only where "
             "somebody is there to type the password.",
             item->name);
    check_pair(f, item);
}

/* -- duplicates ------------------------------------------------------------ */

struct identity {
    char *text;
    const struct item *item;
};

static int by_text(const void *a, const void *b)
{
    const struct identity *left = a, *right = b;
    int order = strcmp(left->text, right->text);

    return order ? order : left->item < right->item ? -1 : 1;
}

static char *identity_of(const struct config *c, const struct item *item)
{
    const char *host = item_value(c, item, SET_HOST);
    const char *user = item_value(c, item, SET_USER);
    const char *port = config_effective(c, item->section, item->id, SET_PORT);
    enum service service = SERVICE_SMTP;
    char normal[HOST_MAX];
    long number;

    if (!host || !host_normalise(host, normal, NULL) || !port ||
        !text_parse_number(port, 1, 65535, &number) ||
        (item->section == SECTION_ACCOUNT &&
         !service_parse(config_effective(c, item->section, item->id, SET_TYPE),
                        &service)))
        return NULL;
    return xasprintf("%d %s %ld %s", (int)service, normal, number,
                     user ? user : "");
}

/* Most items have another host, which their lines tell without being read. */
static bool may_have_host(const struct config *c, const struct item *item,
                          const char *host)
{
    const struct staged *staged = item->staged ? &item->staged[SET_HOST] : NULL;
    bool sure = true;
    const char *said =
        staged && staged->is
            ? staged->value
            : ini_peek(c->ini, item->name, setting_row(SET_HOST)->key, &sure);
    char normal[HOST_MAX];

    return !sure || (said && host_normalise(said, normal, NULL) &&
                     strcmp(normal, host) == 0);
}

/* Only those of one item; NULL: all. */
static void check_duplicates(struct findings *f, const struct item *only)
{
    const struct config *c = f->config;
    const char *said = only ? item_value(c, only, SET_HOST) : NULL;
    struct identity *all;
    char host[HOST_MAX];
    size_t n = 0;

    if (only && (!said || !host_normalise(said, host, NULL)))
        return;
    all = xcalloc(c->item_count, sizeof(*all));
    for (size_t i = 0; i < c->item_count; i++) {
        const struct item *item = &c->items[i];

        if (only && !may_have_host(c, item, host))
            continue;
        if (item->removed || item_broken(c, item) || !*item->id)
            continue;
        all[n].text = identity_of(c, item);
        all[n].item = item;
        n += all[n].text != NULL;
    }
    qsort(all, n, sizeof(*all), by_text);
    for (size_t i = 1; i < n; i++)
        if ((!only || only == all[i].item) &&
            strcmp(all[i].text, all[i - 1].text) == 0)
            FIND(f, PROBLEM_WARNING, all[i].item, SET_HOST,
                 "[%s] has the same server, port and user as [%s].",
                 all[i].item->name, all[i - 1].item->name);
    for (size_t i = 0; i < n; i++)
        free(all[i].text);
    free(all);
}

/* -- the whole ------------------------------------------------------------- */

static int by_line(const void *a, const void *b)
{
    const struct problem *left = a, *right = b;

    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    return (int)left->setting - (int)right->setting;
}

static void check_item(struct findings *f, const struct item *item)
{
    if (item->removed || item_broken(f->config, item))
        return;
    check_values(f, item);
    if (item->section == SECTION_ACCOUNT || item->section == SECTION_SMTP)
        check_server(f, item);
}

static struct problem *in_order(struct findings *f, size_t *count)
{
    if (f->count > 1)
        qsort(f->list, f->count, sizeof(*f->list), by_line);
    *count = f->count;
    return f->list;
}

struct problem *config_check(const struct config *c, size_t *count)
{
    const struct ini *ini = c->ini;
    struct findings f = {.config = c};

    check_file(&f);
    for (size_t i = 0; i < ini_section_count(ini); i++)
        check_name(&f, i);
    for (size_t i = 0; i < c->item_count; i++)
        check_item(&f, &c->items[i]);
    check_duplicates(&f, NULL);
    return in_order(&f, count);
}

struct problem *config_check_section(const struct config *c,
                                     enum section section, const char *id,
                                     size_t *count)
{
    const struct item *item = config_item(c, section, id);
    struct findings f = {.config = c};

    for (size_t i = 0; item && i < ini_section_count(c->ini); i++)
        if (text_equal_nocase(ini_section_name(c->ini, i), item->name))
            check_name(&f, i);
    if (item) {
        check_item(&f, item);
        check_duplicates(&f, item);
    }
    return in_order(&f, count);
}
