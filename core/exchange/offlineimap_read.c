/* SPDX-License-Identifier: MIT */
/*
 * offlineimap_read: offlineimaprc. A [Repository NAME] of type IMAP or Gmail is
 * a server; its name is that of the [Account] that names it as remote. "%%" is
 * "%". Python expressions (remotepasseval, remoteusereval) are told, never
 * evaluated.
 */
#include "core/exchange/import_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINKS_MAX 100

struct repository {
    struct import_item *item;
    bool is_imap, ssl, ssl_said, starttls;
    unsigned line, cert_line;
    char *cert, *key;
};

struct link {
    char account[128], repository[128];
};

struct reading {
    struct import *im;
    struct repository all[IMPORT_ITEMS_MAX];
    size_t count;
    struct repository *now;
    struct link links[LINKS_MAX];
    size_t link_count;
    bool in_account;
};

static void section(void *arg, unsigned line, const char *name)
{
    struct reading *r = arg;
    struct import_item *item;

    r->now = NULL;
    r->in_account =
        text_starts_nocase(name, "Account ") && r->link_count < LINKS_MAX;
    if (r->in_account) {
        r->links[r->link_count] = (struct link){0};
        snprintf(r->links[r->link_count++].account, 128, "%.120s", name + 8);
    }
    if (!text_starts_nocase(name, "Repository "))
        return;
    item = import_item_new(r->im, SECTION_ACCOUNT, name + 11, line);
    if (!item)
        return;
    r->now = &r->all[r->count++];
    *r->now = (struct repository){.item = item, .ssl = true, .line = line};
    import_take(item, SET_TYPE, line, "imap");
}

static bool yes(const char *value)
{
    return text_equal_nocase(value, "yes") ||
           text_equal_nocase(value, "true") || text_equal_nocase(value, "on") ||
           strcmp(value, "1") == 0;
}

static void take_pins(struct reading *r, unsigned line, const char *value)
{
    while (*value) {
        char one[160];
        size_t len;
        unsigned char digest[32];

        value += strspn(value, " \t\n,");
        len = strcspn(value, " \t\n,");
        if (!len)
            return;
        snprintf(one, sizeof(one), "%.*s", (int)(len < 150 ? len : 150), value);
        value += len;
        if (text_parse_sha256(one, digest, &(size_t){0}) == TEXT_DIGEST_OK) {
            text_hex(one, digest, 32);
            import_pin(r->now->item, PIN_SHA256, line, one);
        } else {
            import_pin(r->now->item, PIN_HASH, line, one);
        }
    }
}

static void take_type(struct reading *r, unsigned line, const char *value)
{
    r->now->is_imap =
        text_equal_nocase(value, "imap") || text_starts_nocase(value, "gmail");
    if (text_starts_nocase(value, "gmail") && !r->now->item->value[SET_HOST])
        import_take(r->now->item, SET_HOST, line, "imap.gmail.com");
}

static void take_file(struct reading *r, unsigned line, const char *path)
{
    char *command, quoted[1024];
    size_t n = 0;

    for (; *path && n + 5 < sizeof(quoted); path++)
        if (*path == '\'') {
            memcpy(quoted + n, "'\\''", 4);
            n += 4;
        } else {
            quoted[n++] = *path;
        }
    quoted[n] = '\0';
    command = strncmp(quoted, "~/", 2) == 0
                  ? xasprintf("cat ~/'%s'", quoted + 2)
                  : xasprintf("cat '%s'", quoted);
    import_take(r->now->item, SET_PASSWORD_COMMAND, line, command);
    import_remark(r->im, line, "The password file became a command: cat.");
    free(command);
}

static void take_mechanism(struct reading *r, unsigned line, const char *value)
{
    if (strchr(value, ','))
        import_left(r->im, line,
                    "Of several mechanisms postseal itself takes the strongest "
                    "that the server offers.");
    else
        import_auth(r->im, r->now->item, line, value);
}

static bool take_tls(struct reading *r, unsigned line, const char *key,
                     const char *text)
{
    struct repository *s = r->now;

    if (strcmp(key, "ssl") == 0)
        s->ssl = yes(text);
    else if (strcmp(key, "starttls") == 0)
        s->starttls = yes(text);
    else if (strcmp(key, "sslcacertfile") == 0 &&
             !text_starts_nocase(text, "OS-DEFAULT"))
        import_pin(s->item, PIN_FILE, line, text);
    else if (strcmp(key, "cert_fingerprint") == 0)
        take_pins(r, line, text);
    else if (strcmp(key, "sslclientcert") == 0)
        xreplace(&s->cert, text), s->cert_line = line;
    else if (strcmp(key, "sslclientkey") == 0)
        xreplace(&s->key, text), s->cert_line = line;
    else
        return strcmp(key, "sslcacertfile") == 0;
    if (strcmp(key, "ssl") == 0 || strcmp(key, "starttls") == 0)
        s->line = line;
    return true;
}

static const struct {
    const char *key;
    enum setting setting;
} plain[] = {{"remotehost", SET_HOST},
             {"remoteport", SET_PORT},
             {"remoteuser", SET_USER},
             {"reference", SET_IMAP_PREFIX}};

static void take(struct reading *r, unsigned line, const char *key,
                 const char *text)
{
    struct import_item *item = r->now->item;

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (strcmp(key, plain[i].key) == 0) {
            import_take(item, plain[i].setting, line, text);
            return;
        }
    if (take_tls(r, line, key, text))
        return;
    if (strcmp(key, "type") == 0)
        take_type(r, line, text);
    else if (strcmp(key, "remotepass") == 0)
        import_password(r->im, item, line, text);
    else if (strcmp(key, "remotepassfile") == 0)
        take_file(r, line, text);
    else if (strcmp(key, "auth_mechanisms") == 0)
        take_mechanism(r, line, text);
    else if (strcmp(key, "remotepasseval") == 0 ||
             strcmp(key, "remoteusereval") == 0 ||
             strcmp(key, "remotehosteval") == 0 ||
             strcmp(key, "remoteporteval") == 0)
        import_left(r->im, line, "%s: Python is not run.", key);
    else if (strcmp(key, "transporttunnel") == 0 ||
             strcmp(key, "preauthtunnel") == 0)
        import_left(r->im, line, "%s: a connection by a command is not tested.",
                    key);
    else
        import_unknown(r->im, line, key);
}

static void value(void *arg, unsigned line, const char *key, const char *text)
{
    struct reading *r = arg;

    if (r->now)
        take(r, line, key, text);
    else if (r->in_account && strcmp(key, "remoterepository") == 0)
        snprintf(r->links[r->link_count - 1].repository, 128, "%.120s", text);
}

static void finish_repository(struct reading *r, struct repository *s)
{
    for (size_t i = 0; i < r->link_count; i++)
        if (strcmp(r->links[i].repository, s->item->name) == 0) {
            xreplace(&s->item->name, r->links[i].account);
            break;
        }
    import_take(s->item, SET_SECURITY, s->line,
                s->ssl        ? "tls"
                : s->starttls ? "starttls"
                              : "none");
    if (s->cert)
        import_identity(s->item, s->cert_line, s->cert, s->key);
}

static bool read_offlineimap(struct import *im, const char *text,
                             struct error *e)
{
    struct reading *r = xcalloc(1, sizeof(*r));
    const struct import_ini ini = {.kind = INI_PYTHON,
                                   .percent = true,
                                   .section = section,
                                   .value = value,
                                   .arg = r};

    (void)e;
    r->im = im;
    import_ini_read(im, text, &ini);
    for (size_t i = 0; i < r->count; i++) {
        /* The folders on this side are repositories too. */
        if (r->all[i].is_imap)
            finish_repository(r, &r->all[i]);
        else
            import_item_drop(im, r->all[i].item);
        free(r->all[i].cert);
        free(r->all[i].key);
    }
    free(r);
    return true;
}

const struct import_format import_offlineimap = {.name = "offlineimap",
                                                 .title = "offlineimap",
                                                 .file = "offlineimaprc",
                                                 .read = read_offlineimap};
