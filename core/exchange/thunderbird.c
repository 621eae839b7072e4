/* SPDX-License-Identifier: MIT */
/*
 * Thunderbird: accounts and exceptions into a profile, prefs.js and
 * cert_override.txt. An account of the profile with the same kind, server and
 * user name is changed, else one is added with keys counted as Thunderbird
 * counts them. The server's name has to be the same bytes in both files: lower
 * case, A-labels (docs/files.md). It rewrites both files while it runs, so a
 * profile in use is never written.
 */
#include "core/exchange/thunderbird_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/exchange/exception_export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* authMethod, by enum auth; 0: it has none. */
static const int methods[AUTH_COUNT] = {
    [AUTH_AUTO] = 3,         [AUTH_PLAIN] = 3,    [AUTH_LOGIN] = 3,
    [AUTH_CRAM_MD5] = 4,     [AUTH_EXTERNAL] = 7, [AUTH_XOAUTH2] = 10,
    [AUTH_OAUTHBEARER] = 10, [AUTH_NONE] = 1,
};
/* socketType and try_ssl */
static const int sockets[SECURITY_COUNT] = {
    [SECURITY_NONE] = 0,
    [SECURITY_STARTTLS] = 2,
    [SECURITY_TLS] = 3,
};

/* -- setting one value ----------------------------------------------------- */

static char *name_of(const struct profile *p, const char *key)
{
    return xasprintf("%s%s", p->object, key);
}

static void put_text(struct profile *p, const char *key, const char *value)
{
    char *name = name_of(p, key);

    if (value) {
        prefs_set_text(p->prefs, name, value);
        exchange_line(p->w, "%s=%s", name, value);
    }
    free(name);
}

/* What is not there and would be the default stays away: Thunderbird takes
 * such lines out when it writes. */
static void put_number(struct profile *p, const char *key, long value,
                       long fallback)
{
    char *name = name_of(p, key);

    exchange_line(p->w, "%s=%ld", name, value);
    if (p->is_new || prefs_number(p->prefs, name, fallback) != value)
        prefs_set_number(p->prefs, name, value);
    free(name);
}

static void put_bool(struct profile *p, const char *key, bool value,
                     bool fallback)
{
    char *name = name_of(p, key);

    exchange_line(p->w, "%s=%d", name, value);
    if ((prefs_number(p->prefs, name, fallback) != 0) != value)
        prefs_set_bool(p->prefs, name, value);
    free(name);
}

/* -- lists and keys -------------------------------------------------------- */

/* The i-th of a list "account1,account2"; NULL past the end. Caller frees. */
static char *item(const char *list, size_t i)
{
    const char *p = list;

    while (p && *p) {
        size_t len = strcspn(p, ", ");

        if (len && i-- == 0)
            return xstrndup(p, len);
        p += len;
        p += strspn(p, ", ");
    }
    return NULL;
}

static void append(struct profile *p, const char *list_name, const char *key)
{
    const char *old = prefs_text(p->prefs, list_name);
    char *all = old && *old ? xasprintf("%s,%s", old, key) : xstrdup(key);

    prefs_set_text(p->prefs, list_name, all);
    free(all);
}

/* The first number from 1 on that no setting of the file has. */
static long free_number(const struct profile *p, const char *prefix)
{
    for (long n = 1;; n++) {
        char *object = xasprintf("%s%ld.", prefix, n);
        bool taken = prefs_has_prefix(p->prefs, object);

        free(object);
        if (!taken)
            return n;
    }
}

/* lastKey counts accounts, also those that were removed since. */
static long next_account(const struct profile *p)
{
    long last = prefs_number(p->prefs, "mail.account.lastKey", 0);
    const char *list = prefs_text(p->prefs, "mail.accountmanager.accounts");
    char *key;
    long number;

    for (size_t i = 0; (key = item(list, i)); i++) {
        if (strncmp(key, "account", 7) == 0 &&
            text_parse_number(key + 7, 1, 1000000, &number) && number > last)
            last = number;
        free(key);
    }
    return last + 1;
}

static bool says(const struct prefs *prefs, const char *object, const char *key,
                 const char *value)
{
    char *name = xasprintf("%s%s", object, key);
    const char *text = prefs_text(prefs, name);
    bool same = text && strcmp(text, value ? value : "") == 0;

    free(name);
    return same || (!text && (!value || !*value));
}

static bool same_host(const struct prefs *prefs, const char *object,
                      const char *host)
{
    char *name = xasprintf("%shostname", object);
    const char *text = prefs_text(prefs, name);
    char normal[HOST_MAX];
    bool same =
        text && host_normalise(text, normal, NULL) && strcmp(normal, host) == 0;

    free(name);
    return same;
}

/* -- the outgoing server --------------------------------------------------- */

static int method_of(struct profile *p, const struct export_server *server)
{
    enum auth auth = server->server.auth;

    if (methods[auth] &&
        (auth != AUTH_EXTERNAL || exchange_is(server, SERVICE_IMAP))) {
        if (exchange_is_token(server))
            exchange_warn(p->w, "Thunderbird logs in by OAuth to the providers "
                                "of its own list only.");
        return methods[auth];
    }
    exchange_warn(p->w,
                  "Thunderbird has no setting for the login %s; it sends the "
                  "password.",
                  auth_word(auth));
    return 3;
}

static void tell_left_out(struct profile *p, const struct export_server *server)
{
    const char *text;

    if (server->client_pem)
        exchange_warn(p->w, "Your certificate is not carried over: import it "
                            "in Thunderbird's certificate manager.");
    if (exchange_login(p->w, server, &text) != EXCHANGE_NO_LOGIN)
        exchange_remark(p->w,
                        "Thunderbird asks for the password of %s once and "
                        "keeps it itself.",
                        server->server.endpoint.host);
}

static void add_override(struct profile *p, const struct export_server *server)
{
    size_t pins = exchange_pins(p->w, server, 1);
    struct cert_override *entry;

    exchange_pin_comments(p->w, server, pins);
    if (!pins)
        return;
    p->overrides = xreallocarray(p->overrides, p->override_count + 1,
                                 sizeof(*p->overrides));
    entry = &p->overrides[p->override_count++];
    *entry =
        (struct cert_override){.host = (char *)server->server.endpoint.host,
                               .port = server->server.endpoint.port};
    memcpy(entry->sha256, server->pins[0].exception->sha256, 32);
}

static void find_smtp(struct profile *p, const struct export_server *out,
                      char key[32])
{
    const char *list = prefs_text(p->prefs, "mail.smtpservers");
    char *word;
    bool found = false;

    for (size_t i = 0; !found && (word = item(list, i)); i++) {
        snprintf(p->object, sizeof(p->object), "mail.smtpserver.%.20s.", word);
        found = same_host(p->prefs, p->object, out->server.endpoint.host) &&
                says(p->prefs, p->object, "username", out->server.user);
        if (found)
            snprintf(key, 32, "%.20s", word);
        free(word);
    }
    p->is_new = !found;
    if (found)
        return;
    snprintf(key, 32, "smtp%ld", free_number(p, "mail.smtpserver.smtp"));
    snprintf(p->object, sizeof(p->object), "mail.smtpserver.%.20s.", key);
    append(p, "mail.smtpservers", key);
    if (!prefs_has(p->prefs, "mail.smtp.defaultserver"))
        prefs_set_text(p->prefs, "mail.smtp.defaultserver", key);
}

static void write_smtp(struct profile *p, const struct export_server *out,
                       char key[32])
{
    const struct endpoint *endpoint = &out->server.endpoint;

    find_smtp(p, out, key);
    put_text(p, "hostname", endpoint->host);
    put_number(p, "port", endpoint->port,
               endpoint->security == SECURITY_TLS ? 465 : 587);
    put_number(p, "try_ssl", sockets[endpoint->security], 0);
    put_number(p, "authMethod", method_of(p, out), 3);
    put_text(p, "username", out->server.user);
    if (out->server.helo_name)
        put_text(p, "hello_argument", out->server.helo_name);
    if (p->is_new)
        put_text(p, "description", out->server.id);
    tell_left_out(p, out);
    add_override(p, out);
}

/* -- the incoming server --------------------------------------------------- */

/* The account whose server is this one already: its key, and the server's
 * settings in p->object. */
static bool find_account(struct profile *p, const struct export_server *in,
                         char key[32])
{
    const char *list = prefs_text(p->prefs, "mail.accountmanager.accounts");
    bool found = false;
    char *account;

    for (size_t i = 0; !found && (account = item(list, i)); i++) {
        char *name = xasprintf("mail.account.%s.server", account);
        const char *server = prefs_text(p->prefs, name);

        snprintf(p->object, sizeof(p->object), "mail.server.%.40s.",
                 server ? server : "");
        found = server &&
                says(p->prefs, p->object, "type",
                     service_word(in->server.endpoint.service)) &&
                same_host(p->prefs, p->object, in->server.endpoint.host) &&
                says(p->prefs, p->object, "userName", in->server.user);
        if (found)
            snprintf(key, 32, "%.20s", account);
        free(name);
        free(account);
    }
    return found;
}

static void add_account(struct profile *p, char key[32])
{
    long account = next_account(p);
    long server = free_number(p, "mail.server.server");
    char name[64], value[32];

    snprintf(key, 32, "account%ld", account);
    append(p, "mail.accountmanager.accounts", key);
    prefs_set_number(p->prefs, "mail.account.lastKey", account);
    snprintf(name, sizeof(name), "mail.account.%.20s.server", key);
    snprintf(value, sizeof(value), "server%ld", server);
    prefs_set_text(p->prefs, name, value);
    if (!prefs_has(p->prefs, "mail.accountmanager.defaultaccount"))
        prefs_set_text(p->prefs, "mail.accountmanager.defaultaccount", key);
    snprintf(p->object, sizeof(p->object), "mail.server.%.20s.", value);
}

static void write_left(struct profile *p)
{
    const char *leave = p->w->account->value[SET_LEAVE_ON_SERVER];
    long days;

    if (!leave)
        return;
    put_bool(p, "leave_on_server", strcmp(leave, "never") != 0, false);
    put_bool(p, "delete_by_age_from_server",
             text_parse_number(leave, 1, 3650, &days), false);
    if (text_parse_number(leave, 1, 3650, &days))
        put_number(p, "num_days_to_leave_on_server", days, 7);
}

static void write_checks(struct profile *p)
{
    const char *interval = p->w->account->value[SET_CHECK_INTERVAL];
    long minutes;

    if (!interval || !text_parse_number(interval, 0, 1440, &minutes))
        return;
    put_bool(p, "check_new_mail", minutes > 0, true);
    if (minutes)
        put_number(p, "check_time", minutes, 10);
}

static void write_incoming(struct profile *p, const struct export_server *in,
                           char key[32])
{
    const struct endpoint *endpoint = &in->server.endpoint;
    const char *const *value = p->w->account->value;

    p->is_new = !find_account(p, in, key);
    if (p->is_new)
        add_account(p, key);
    put_text(p, "type", service_word(endpoint->service));
    put_text(p, "hostname", endpoint->host);
    put_number(
        p, "port", endpoint->port,
        (long)endpoint_usual_port(endpoint->service, endpoint->security));
    put_number(p, "socketType", sockets[endpoint->security], 0);
    put_number(p, "authMethod", method_of(p, in), 3);
    put_text(p, "userName", in->server.user);
    if (p->is_new)
        put_text(p, "name",
                 value[SET_LABEL]   ? value[SET_LABEL]
                 : value[SET_EMAIL] ? value[SET_EMAIL]
                                    : p->w->account->id);
    write_checks(p);
    if (exchange_is(in, SERVICE_POP3)) {
        write_left(p);
    } else {
        put_text(p, "trash_folder_name", value[SET_TRASH_FOLDER]);
        put_text(p, "server_sub_directory", value[SET_IMAP_PREFIX]);
    }
    tell_left_out(p, in);
    add_override(p, in);
}

/* -- the person ------------------------------------------------------------ */

static void find_identity(struct profile *p, const char *account)
{
    char name[64], key[32];
    char *first;

    snprintf(name, sizeof(name), "mail.account.%.20s.identities", account);
    first = item(prefs_text(p->prefs, name), 0);
    p->is_new = !first;
    if (first) {
        snprintf(p->object, sizeof(p->object), "mail.identity.%.40s.", first);
        free(first);
        return;
    }
    snprintf(key, sizeof(key), "id%ld", free_number(p, "mail.identity.id"));
    prefs_set_text(p->prefs, name, key);
    snprintf(p->object, sizeof(p->object), "mail.identity.%.20s.", key);
}

static void write_identity(struct profile *p, const char *account,
                           const char *smtp)
{
    const char *const *value = p->w->account->value;

    find_identity(p, account);
    put_text(p, "fullName", value[SET_NAME]);
    put_text(p, "useremail", value[SET_EMAIL]);
    put_text(p, "reply_to", value[SET_REPLY_TO]);
    put_text(p, "organization", value[SET_ORGANIZATION]);
    if (value[SET_SIGNATURE_FILE]) {
        char *path = export_absolute(value[SET_SIGNATURE_FILE]);

        put_bool(p, "attach_signature", true, false);
        put_text(p, "sig_file", path);
        free(path);
    }
    if (*smtp)
        put_text(p, "smtpServer", smtp);
    put_bool(p, "valid", true, p->is_new ? false : true);
}

static void write_account(struct profile *p)
{
    const struct export_server *in = &p->w->account->in;
    const struct export_server *out = &p->w->account->out;
    char account[32] = "", smtp[32] = "";

    if (!exchange_usable(p->w, in))
        return;
    if (exchange_usable(p->w, out))
        write_smtp(p, out, smtp);
    write_incoming(p, in, account);
    write_identity(p, account, smtp);
    if (exchange_has_own(p->w))
        exchange_warn(p->w, "Your authorities are not carried over: import "
                            "them in Thunderbird's certificate manager.");
}

/* -- the whole ------------------------------------------------------------- */

static bool write_profile(struct exchange_writer *w, const char *folder,
                          struct error *e)
{
    struct profile p = {.w = w};
    struct export_file *file;
    struct stat st;
    char *path;
    bool ok;

    if (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode))
        return error_set(e, ERROR_INPUT,
                         "%s is no folder. --output names a profile of "
                         "Thunderbird (Help, Troubleshooting Information "
                         "shows it).",
                         folder);
    path = xasprintf("%s/prefs.js", folder);
    file = export_plan_file(w->plan, path, e);
    free(path);
    if (!file)
        return false;
    p.prefs = prefs_read(file->old.data, file->old.len);
    for (size_t i = 0; i < w->view->count; i++) {
        struct buf body;

        if (!w->view->accounts[i].enabled)
            continue;
        buf_init(&body, FILE_MAX);
        export_plan_begin(w, &w->view->accounts[i], &body);
        write_account(&p);
        export_plan_end(w, folder);
        buf_release(&body);
    }
    buf_clear(&file->bytes);
    buf_add(&file->bytes, prefs_bytes(p.prefs)->data,
            prefs_bytes(p.prefs)->len);
    file->absent = !file->stamp.exists && !file->bytes.len;
    prefs_free(p.prefs);
    ok = thunderbird_overrides(&p, folder, e);
    free(p.overrides);
    return ok;
}

/* A crash leaves the link behind, but not the lock. */
static bool is_free(const char *folder, struct error *e)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char *override = xasprintf("%s/cert_override.txt", folder);
    char *parent = xasprintf("%s/.parentlock", folder);
    bool ok = exception_export_path_free(override, e);
    int fd = ok ? open(parent, O_RDWR | O_CLOEXEC) : -1;

    if (fd >= 0) {
        if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
            ok = error_set(e, ERROR_FILE,
                           "Thunderbird runs with the profile %s and would "
                           "lose what is written. End it first.",
                           folder);
        close(fd);
    }
    free(override);
    free(parent);
    return ok;
}

const struct exchange_format exchange_thunderbird = {
    .name = "thunderbird",
    .title = "Thunderbird",
    .cannot =
        "Password commands, certificates and authorities of yours, ends and "
        "faults of exceptions, logins by SCRAM. Not run in tests: its "
        "files as they were measured.",
    .profile = write_profile,
    .is_free = is_free,
};
