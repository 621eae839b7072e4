/* SPDX-License-Identifier: MIT */
/*
 * thunderbird_read: a profile's prefs.js: lines user_pref("NAME", VALUE); with
 * JavaScript strings, numbers, true and false. Accounts name a server and
 * identities, an identity names its outgoing server. Not read while Thunderbird
 * runs: it writes prefs.js when it ends.
 */
#include "core/exchange/import_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/exchange/exception_export.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFS_MAX  (8u << 20) /* bytes; a well-used profile has one or two */
#define PREF_COUNT 20000
#define KEY_MAX    160

struct pref {
    char *name, *value;
    unsigned line;
};

struct reading {
    struct import *im;
    struct pref *prefs;
    size_t count;
};

/* -- prefs.js -------------------------------------------------------------- */

static void add_code(struct buf *out, unsigned code)
{
    if (code < 0x80) {
        buf_add_char(out, (char)code);
    } else if (code < 0x800) {
        buf_add_char(out, (char)(0xc0 | code >> 6));
        buf_add_char(out, (char)(0x80 | (code & 0x3f)));
    } else {
        buf_add_char(out, (char)(0xe0 | code >> 12));
        buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
        buf_add_char(out, (char)(0x80 | (code & 0x3f)));
    }
}

/* The string at *at, which stands on its quote. False: it does not end. */
static bool read_string(const char **at, struct buf *out)
{
    const char *from = *at;
    char quote = *from++;

    buf_clear(out);
    for (; *from && *from != quote; from++) {
        unsigned code = 0;
        int digits;

        if (*from != '\\' || !from[1]) {
            buf_add_char(out, *from);
            continue;
        }
        from++;
        digits = *from == 'u' ? 4 : *from == 'x' ? 2 : 0;
        if (digits &&
            sscanf(from + 1, digits == 4 ? "%4x" : "%2x", &code) == 1 && code) {
            add_code(out, code);
            for (int i = 0; i < digits && isxdigit((unsigned char)from[1]); i++)
                from++;
        } else {
            buf_add_char(out, *from == 'n'   ? '\n'
                              : *from == 'r' ? '\r'
                                             : *from);
        }
    }
    *at = *from ? from + 1 : from;
    return *from == quote;
}

static const char *skip(const char *at, const char *what)
{
    return at + strspn(at, what);
}

/* False: the line is no pref. */
static bool read_pref(struct reading *r, unsigned line, const char *at)
{
    struct buf name, value;
    bool ok;

    buf_init(&name, IMPORT_LINE_MAX);
    buf_init(&value, IMPORT_LINE_MAX);
    at = skip(at + strlen("user_pref"), " \t(");
    ok = (*at == '"' || *at == '\'') && read_string(&at, &name);
    at = skip(at, " \t,");
    if (ok && (*at == '"' || *at == '\''))
        ok = read_string(&at, &value);
    else if (ok)
        buf_add(&value, at, strcspn(at, ") \t;"));
    if (ok && r->count < PREF_COUNT) {
        r->prefs = xreallocarray(r->prefs, r->count + 1, sizeof(struct pref));
        r->prefs[r->count++] = (struct pref){
            .name = buf_take(&name), .value = buf_take(&value), .line = line};
    }
    buf_release(&name);
    buf_release(&value);
    return ok;
}

static bool is_ours(const char *line)
{
    return strstr(line, "\"mail.account") || strstr(line, "\"mail.server.") ||
           strstr(line, "\"mail.identity.") || strstr(line, "\"mail.smtp");
}

static void read_prefs(struct reading *r, const char *text)
{
    struct import_lines lines;

    import_lines_begin(&lines, text);
    while (import_lines_next(r->im, &lines)) {
        const char *at = skip(lines.text, " \t");

        if (strncmp(at, "user_pref", 9) == 0 && is_ours(at) &&
            !read_pref(r, lines.line, at))
            import_left(r->im, lines.line, "The line cannot be read.");
    }
}

/* The last one counts. NULL: unset. */
static const struct pref *find(const struct reading *r, const char *kind,
                               const char *key, const char *leaf)
{
    char name[KEY_MAX];

    snprintf(name, sizeof(name), "%s.%.60s%s%s", kind, key, *leaf ? "." : "",
             leaf);
    for (size_t i = r->count; i-- > 0;)
        if (strcmp(r->prefs[i].name, name) == 0)
            return &r->prefs[i];
    return NULL;
}

/* The next name of "a,b,c"; false at the end. */
static bool next_name(const char **at, char out[64])
{
    size_t len;

    *at = skip(*at, " ,");
    len = strcspn(*at, " ,");
    snprintf(out, 64, "%.*s", (int)(len < 60 ? len : 60), *at);
    *at += len;
    return len > 0;
}

/* -- servers --------------------------------------------------------------- */

static void take(const struct reading *r, struct import_item *item,
                 enum setting setting, const char *kind, const char *key,
                 const char *leaf)
{
    const struct pref *pref = find(r, kind, key, leaf);

    if (pref)
        import_take(item, setting, pref->line, pref->value);
}

static void take_security(struct reading *r, struct import_item *item,
                          const struct pref *pref)
{
    static const char *const words[] = {"none", "starttls", "starttls", "tls"};
    long number = 0;

    if (pref)
        text_parse_number(pref->value, 0, 3, &number);
    if (number == 1)
        import_remark(r->im, pref->line,
                      "\"TLS, if available\" became STARTTLS, which is never "
                      "given up.");
    import_take(item, SET_SECURITY, pref ? pref->line : item->line,
                words[number]);
}

static void take_auth(struct reading *r, struct import_item *item,
                      const struct pref *pref)
{
    long number = 0;

    if (!pref || !text_parse_number(pref->value, 0, 20, &number))
        return;
    if (number == 1)
        import_take(item, SET_AUTH, pref->line,
                    item->section == SECTION_SMTP ? "none" : "");
    else if (number == 4)
        import_take(item, SET_AUTH, pref->line, "cram-md5");
    else if (number == 7)
        import_take(item, SET_AUTH, pref->line, "external");
    else if (number == 5 || number == 6)
        import_left(r->im, pref->line, "%s is none of postseal's mechanisms.",
                    number == 5 ? "Kerberos/GSSAPI" : "NTLM");
    else if (number == 10) {
        import_take(item, SET_AUTH, pref->line, "xoauth2");
        import_left(r->im, pref->line,
                    "The OAuth login stays in Thunderbird: "
                    "set a token-command.");
    }
}

static struct import_item *take_smtp(struct reading *r, const char *key)
{
    static const char kind[] = "mail.smtpserver";
    const struct pref *host = find(r, kind, key, "hostname");
    const struct pref *label = find(r, kind, key, "description");
    struct import_item *item;

    if (!host)
        return NULL;
    item = import_item_new(r->im, SECTION_SMTP,
                           label && *label->value ? label->value : host->value,
                           host->line);
    if (!item)
        return NULL;
    take(r, item, SET_HOST, kind, key, "hostname");
    take(r, item, SET_PORT, kind, key, "port");
    take(r, item, SET_USER, kind, key, "username");
    take(r, item, SET_LABEL, kind, key, "description");
    take(r, item, SET_HELO_NAME, kind, key, "hello_argument");
    take_security(r, item, find(r, kind, key, "try_ssl"));
    take_auth(r, item, find(r, kind, key, "authMethod"));
    return item;
}

struct outgoing {
    char names[IMPORT_ITEMS_MAX][64];
    int places[IMPORT_ITEMS_MAX];
    size_t count;
    int standard; /* the default server */
};

/* Its place in the plan, or -1. Each is taken once. */
static int smtp_index(const struct outgoing *out, const char *key)
{
    for (size_t i = 0; i < out->count; i++)
        if (strcmp(out->names[i], key) == 0)
            return out->places[i];
    return -1;
}

static void take_all_smtp(struct reading *r, struct outgoing *out)
{
    const struct pref *list = find(r, "mail", "smtpservers", "");
    const struct pref *standard = find(r, "mail", "smtp", "defaultserver");
    const char *at = list ? list->value : "";

    while (out->count < IMPORT_ITEMS_MAX &&
           next_name(&at, out->names[out->count])) {
        struct import_item *item = take_smtp(r, out->names[out->count]);

        out->places[out->count++] = item ? (int)r->im->item_count - 1 : -1;
    }
    out->standard = standard ? smtp_index(out, standard->value) : -1;
    if (out->standard < 0 && out->count)
        out->standard = out->places[0];
    if (out->standard >= 0)
        r->im->items[out->standard]->is_default = true;
}

/* -- accounts -------------------------------------------------------------- */

static void take_identity(struct reading *r, struct import_item *item,
                          const char *list, const struct outgoing *out)
{
    static const char kind[] = "mail.identity";
    const struct pref *smtp;
    char key[64], other[64];

    if (!next_name(&list, key))
        return;
    take(r, item, SET_NAME, kind, key, "fullName");
    take(r, item, SET_EMAIL, kind, key, "useremail");
    take(r, item, SET_REPLY_TO, kind, key, "reply_to");
    take(r, item, SET_ORGANIZATION, kind, key, "organization");
    smtp = find(r, kind, key, "smtpServer");
    item->smtp = smtp ? smtp_index(out, smtp->value) : out->standard;
    while (next_name(&list, other)) {
        const struct pref *email = find(r, kind, other, "useremail");

        import_left(r->im, email ? email->line : 0,
                    "The identity %.100s: postseal has one an account.",
                    email ? email->value : other);
    }
}

static bool is_server(struct reading *r, const struct pref *type)
{
    if (!type || strcmp(type->value, "imap") == 0 ||
        strcmp(type->value, "pop3") == 0)
        return type != NULL;
    /* Local Folders are no server. */
    if (strcmp(type->value, "none") != 0)
        import_left(r->im, type->line,
                    "An account of the kind \"%.40s\" is none of postseal's.",
                    type->value);
    return false;
}

static void take_account(struct reading *r, const char *account,
                         const struct outgoing *out)
{
    static const char kind[] = "mail.server";
    const struct pref *server = find(r, "mail.account", account, "server");
    const struct pref *identities =
        find(r, "mail.account", account, "identities");
    const struct pref *label, *leave;
    struct import_item *item;
    const char *key;

    if (!server || !is_server(r, find(r, kind, server->value, "type")))
        return;
    key = server->value;
    label = find(r, kind, key, "name");
    item = import_item_new(r->im, SECTION_ACCOUNT,
                           label && *label->value ? label->value : key,
                           server->line);
    if (!item)
        return;
    take(r, item, SET_LABEL, kind, key, "name");
    take(r, item, SET_TYPE, kind, key, "type");
    take(r, item, SET_HOST, kind, key, "hostname");
    take(r, item, SET_HOST, kind, key, "realhostname");
    take(r, item, SET_PORT, kind, key, "port");
    take(r, item, SET_USER, kind, key, "userName");
    take(r, item, SET_USER, kind, key, "realuserName");
    take_security(r, item, find(r, kind, key, "socketType"));
    take_auth(r, item, find(r, kind, key, "authMethod"));
    leave = find(r, kind, key, "leave_on_server");
    if (leave && strcmp(item->value[SET_TYPE], "pop3") == 0)
        import_take(item, SET_LEAVE_ON_SERVER, leave->line,
                    strcmp(leave->value, "true") == 0 ? "always" : "never");
    if (identities)
        take_identity(r, item, identities->value, out);
}

static void take_all_accounts(struct reading *r, const struct outgoing *out)
{
    const struct pref *list = find(r, "mail", "accountmanager", "accounts");
    const char *at = list ? list->value : "";
    char account[64];

    while (next_name(&at, account))
        take_account(r, account, out);
}

/* -- the profile ----------------------------------------------------------- */

static void tell_files(struct import *im, const char *folder)
{
    static const struct {
        const char *name, *text;
    } files[] = {
        {"logins.json",
         "Saved passwords stay in Thunderbird; set a password command."},
        {"cert9.db",
         "Authorities and your certificates stay in Thunderbird: export them "
         "there, then postseal authority import, postseal identity import."},
        {"cert_override.txt",
         "Exceptions for certificates take a look at each server: postseal "
         "exception import "},
    };

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char *path = xasprintf("%s/%s", folder, files[i].name);

        if (access(path, F_OK) == 0)
            import_left(im, 0, "%s%.250s", files[i].text, i == 2 ? path : "");
        free(path);
    }
}

static bool is_closed(const char *folder, struct error *e)
{
    char *path = xasprintf("%s/cert_override.txt", folder);
    bool closed = exception_export_path_free(path, NULL);
    char safe[300];

    free(path);
    return closed ||
           error_set(e, ERROR_FILE,
                     "Thunderbird runs with the profile %s, and what it has "
                     "changed is not in its files yet. End it first; if it "
                     "crashed, remove the link \"lock\" there.",
                     text_safe_string(safe, sizeof(safe), folder));
}

static bool read_thunderbird(struct import *im, const char *folder,
                             struct error *e)
{
    struct outgoing *out = xcalloc(1, sizeof(*out));
    struct reading r = {.im = im};
    struct buf bytes;
    bool ok;

    buf_init(&bytes, PREFS_MAX);
    free(im->path);
    im->path = xasprintf("%s/prefs.js", folder);
    ok = is_closed(folder, e) && import_bytes(im, PREFS_MAX, &bytes, e);
    if (ok) {
        read_prefs(&r, bytes.data);
        take_all_smtp(&r, out);
        take_all_accounts(&r, out);
        tell_files(im, folder);
    }
    for (size_t i = 0; i < r.count; i++) {
        free(r.prefs[i].name);
        free(r.prefs[i].value);
    }
    free(r.prefs);
    buf_release(&bytes);
    free(out);
    return ok;
}

const struct import_format import_thunderbird = {.name = "thunderbird",
                                                 .title = "Thunderbird",
                                                 .file = "a profile folder",
                                                 .read_folder =
                                                     read_thunderbird};
