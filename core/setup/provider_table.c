/* SPDX-License-Identifier: MIT */
/* provider_table: reads tables of providers, and says what is wrong in them. */
#include "core/setup/provider_private.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/ini.h"
#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_MAX  (1u << 20)
#define WORD       "provider "
#define WHOLE_USER "%EMAILADDRESS%"

static const char *const keys[] = {"name",          "domains",  "mx",
                                   "incoming",      "outgoing", "user",
                                   "outgoing-user", "login",    "help"};

/* -- problems -------------------------------------------------------------- */

/* The place of what is read right now. */
struct reading {
    struct providers *providers;
    const struct ini *ini;
    const char *path;
    const char *section; /* the whole name */
    unsigned line;       /* of the section */
};

static void tell(struct reading *r, bool warning, unsigned line,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

static void tell(struct reading *r, bool warning, unsigned line,
                 const char *format, ...)
{
    struct providers *providers = r->providers;
    struct provider_problem *p;
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    providers->problems =
        xreallocarray(providers->problems, providers->problem_count + 1,
                      sizeof(*providers->problems));
    p = &providers->problems[providers->problem_count++];
    *p = (struct provider_problem){
        .path = r->path, .line = line, .warning = warning};
    text_safe_string(p->text, sizeof(p->text), text);
}

/* A key that makes its row useless. */
static bool refuse(struct reading *r, const char *key, const char *text)
{
    unsigned line = ini_line(r->ini, r->section, key);

    tell(r, false, line ? line : r->line, "%s: %s", key, text);
    return false;
}

/* -- one row --------------------------------------------------------------- */

/* The next word of a list that blanks part; NULL at its end. */
static char *next_word(const char **at)
{
    size_t len;
    char *word;

    *at += strspn(*at, " \t,");
    len = strcspn(*at, " \t,");
    word = len ? xstrndup(*at, len) : NULL;
    *at += len;
    return word;
}

static bool read_names(struct reading *r, const char *key, char ***list,
                       size_t *count)
{
    const char *at = ini_get(r->ini, r->section, key);
    struct error e = {0};
    char host[HOST_MAX], *word;
    bool ok = true;

    while (ok && at && (word = next_word(&at))) {
        ok = host_normalise(word, host, &e);
        free(word);
        if (!ok)
            return refuse(r, key, e.text);
        *list = xreallocarray(*list, *count + 1, sizeof(**list));
        (*list)[(*count)++] = xstrdup(host);
    }
    return true;
}

static bool fits(struct reading *r, const char *key,
                 enum setup_direction direction,
                 const struct endpoint *endpoint)
{
    const char *doubt = endpoint_doubt(endpoint->service, endpoint->security,
                                       endpoint->port, &(bool){false});
    bool incoming =
        endpoint->service == SERVICE_IMAP || endpoint->service == SERVICE_POP3;

    if (endpoint->service == SERVICE_TLS ||
        incoming != (direction == SETUP_INCOMING))
        return refuse(r, key,
                      direction == SETUP_INCOMING
                          ? "Write imaps://, imap://, pop3s:// or pop3:// and "
                            "the server."
                          : "Write smtps:// or smtp:// and the server.");
    if (doubt)
        tell(r, true, ini_line(r->ini, r->section, key), "%s: %s", key, doubt);
    return true;
}

static bool read_servers(struct reading *r, const char *key,
                         enum setup_direction direction, struct provider *p)
{
    const char *at = ini_get(r->ini, r->section, key);
    size_t *count = &p->server_count[direction];
    struct error e = {0};
    char *word;

    while (at && (word = next_word(&at))) {
        struct endpoint endpoint;
        bool ok = endpoint_parse(word, &endpoint, &e);

        free(word);
        if (!ok)
            return refuse(r, key, e.text);
        if (!fits(r, key, direction, &endpoint))
            return false;
        if (*count == OFFER_MAX)
            return refuse(r, key, "More than 16 servers are not taken.");
        p->servers[direction][(*count)++] = endpoint;
    }
    return *count ||
           refuse(r, key, "At least one server is needed in this row.");
}

static bool read_user(struct reading *r, const char *key,
                      enum setup_direction direction, struct provider *p)
{
    static const struct offer_address anybody = {.email = "ann@example.org",
                                                 .local = "ann",
                                                 .domain = "example.org",
                                                 .name = "Ann"};
    const char *user = ini_get(r->ini, r->section, key);
    struct error e = {0};
    char *tried;

    if (!user || !*user)
        user =
            direction == SETUP_OUTGOING ? p->users[SETUP_INCOMING] : WHOLE_USER;
    tried = offer_expand(user, &anybody, &e);
    if (!tried)
        return refuse(r, key, e.text);
    free(tried);
    p->users[direction] = xstrdup(user);
    return true;
}

static bool read_login(struct reading *r, struct provider *p)
{
    const char *word = ini_get(r->ini, r->section, "login");

    p->login = SETUP_PASSWORD;
    if (!word || !*word)
        return true;
    for (int l = SETUP_PASSWORD; l <= SETUP_OAUTH; l++)
        if (strcmp(word, setup_login_word((enum setup_login)l)) == 0) {
            p->login = (enum setup_login)l;
            return true;
        }
    return refuse(r, "login", "It is password, app-password or oauth.");
}

static bool read_help(struct reading *r, struct provider *p)
{
    const char *url = ini_get(r->ini, r->section, "help");

    if (!url || !*url)
        return true;
    if (!offer_is_link(url))
        return refuse(r, "help", "It is a link that begins with https://.");
    p->help_url = xstrdup(url);
    return true;
}

static void check_keys(struct reading *r, size_t section)
{
    for (size_t i = 0; i < ini_key_count(r->ini, section); i++) {
        const char *key = ini_key_name(r->ini, section, i);
        bool known = false;

        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]) && !known; k++)
            known = strcmp(keys[k], key) == 0;
        if (!known)
            tell(r, true, ini_line(r->ini, r->section, key),
                 "A provider has no key \"%s\". It is not used.", key);
    }
}

static bool read_row(struct reading *r, struct provider *p)
{
    const char *name = ini_get(r->ini, r->section, "name");

    p->section = xstrdup(r->section + strlen(WORD));
    p->name = text_safe_dup(name ? name : p->section,
                            strlen(name ? name : p->section), 80);
    return read_names(r, "domains", &p->domains, &p->domain_count) &&
           read_names(r, "mx", &p->mx, &p->mx_count) &&
           (p->domain_count || p->mx_count ||
            refuse(r, "domains",
                   "A row needs the mail domains that it is for.")) &&
           read_servers(r, "incoming", SETUP_INCOMING, p) &&
           read_servers(r, "outgoing", SETUP_OUTGOING, p) &&
           read_user(r, "user", SETUP_INCOMING, p) &&
           read_user(r, "outgoing-user", SETUP_OUTGOING, p) &&
           read_login(r, p) && read_help(r, p);
}

/* -- tables ---------------------------------------------------------------- */

void provider_release(struct provider *p)
{
    for (size_t i = 0; i < p->domain_count; i++)
        free(p->domains[i]);
    for (size_t i = 0; i < p->mx_count; i++)
        free(p->mx[i]);
    free(p->domains);
    free(p->mx);
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        free(p->users[d]);
    free(p->section);
    free(p->name);
    free(p->help_url);
    *p = (struct provider){0};
}

const struct provider *provider_find_domain(const struct provider *list,
                                            size_t count, const char *domain)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < list[i].domain_count; k++)
            if (strcmp(list[i].domains[k], domain) == 0)
                return &list[i];
    return NULL;
}

static bool has_section(const struct provider *list, size_t count,
                        const char *section)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_nocase(list[i].section, section))
            return true;
    return false;
}

/* Twice in one table: the first counts, whichever is meant. */
static void check_domains(struct reading *r, size_t from,
                          const struct provider *p)
{
    const struct providers *all = r->providers;

    if (from == all->count)
        return; /* the first row: there may be no list yet */
    for (size_t i = 0; i < p->domain_count; i++) {
        const struct provider *other = provider_find_domain(
            all->list + from, all->count - from, p->domains[i]);

        if (other)
            tell(r, true, ini_line(r->ini, r->section, "domains"),
                 "domains: %s stands in [%s%s], too, which counts.",
                 p->domains[i], WORD, other->section);
    }
}

static void take_row(struct reading *r, size_t section, size_t from)
{
    struct providers *all = r->providers;
    struct provider p = {0};

    r->section = ini_section_name(r->ini, section);
    r->line = ini_section_line(r->ini, section);
    if (ini_section_broken(r->ini, section))
        return; /* told by the reader */
    if (!text_starts_nocase(r->section, WORD) || !r->section[strlen(WORD)]) {
        if (ini_key_count(r->ini, section) || *r->section)
            tell(r, true, r->line,
                 "Only sections like [provider example] belong here.");
        return;
    }
    check_keys(r, section);
    /* The own table, which was read before, stands in for this row. */
    if (has_section(all->list, from, r->section + strlen(WORD)))
        return;
    if (!read_row(r, &p)) {
        provider_release(&p);
        return;
    }
    check_domains(r, from, &p);
    all->list = xreallocarray(all->list, all->count + 1, sizeof(*all->list));
    all->list[all->count++] = p;
}

bool providers_read_table(struct providers *all, const char *path,
                          struct error *e)
{
    struct reading r = {.providers = all, .path = path};
    size_t from = all->count;
    struct file_stamp stamp;
    struct buf bytes;
    struct ini *ini = NULL;

    buf_init(&bytes, TABLE_MAX);
    if (file_check_trusted(path, e) &&
        file_read(path, TABLE_MAX, &bytes, &stamp, e) && stamp.exists)
        ini = ini_parse(path, bytes.data, bytes.len, e);
    buf_release(&bytes);
    if (!ini)
        return false;
    r.ini = ini;
    for (size_t i = 0; i < ini_problem_count(ini); i++) {
        const struct ini_problem *p = ini_problem_at(ini, i);

        tell(&r, p->severity == INI_WARNING, p->line, "%s", p->text);
    }
    for (size_t i = 0; i < ini_section_count(ini); i++)
        take_row(&r, i, from);
    ini_free(ini);
    return true;
}
