/* SPDX-License-Identifier: MIT */
#include "core/exchange/exchange_private.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* -- paths ----------------------------------------------------------------- */

char *export_absolute(const char *path)
{
    const char *home = getenv("HOME");
    char resolved[PATH_MAX];

    if (strncmp(path, "~/", 2) == 0 && home)
        return xasprintf("%s/%s", home, path + 2);
    if (path[0] == '/' || !realpath(".", resolved))
        return xstrdup(path);
    return xasprintf("%s/%s", resolved, path);
}

static char *path_in(const char *folder, const char *path)
{
    const char *slash = strrchr(path, '/');

    return xasprintf("%s/%s", folder, slash ? slash + 1 : path);
}

/* As named: what lies beside a symbolic link is not what lies beside its
 * target (docs/files.md). */
static char *folder_of(const char *accounts_path)
{
    char *folder = file_beside(accounts_path, "");
    char *absolute = export_absolute(*folder ? folder : ".");
    size_t len = strlen(absolute);

    while (len > 1 && absolute[len - 1] == '/')
        absolute[--len] = '\0';
    free(folder);
    return absolute;
}

/* The one that runs now; elsewhere than on Linux the one in PATH. */
static char *find_program(void)
{
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path));

    return len > 0 && len < (ssize_t)sizeof(path) ? xstrndup(path, (size_t)len)
                                                  : xstrdup("postseal");
}

/* Programs that take one file of authorities need the system's as a file too.
 * The places where distributions keep it. */
static char *find_system_ca(void)
{
    static const char *const places[] = {
        "/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch, Alpine */
        "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora */
        "/etc/ssl/ca-bundle.pem",             /* SUSE */
        "/etc/ssl/cert.pem",                  /* BSD */
    };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (access(places[i], R_OK) == 0)
            return xstrdup(places[i]);
    return NULL;
}

/* -- a server -------------------------------------------------------------- */

static bool applies(const struct exception *x, const struct endpoint *endpoint,
                    time_t now)
{
    return x->end != EXCEPTION_SESSION && !exception_has_ended(x, now) &&
           x->port == endpoint->port && strcmp(x->host, endpoint->host) == 0;
}

static int newest_first(const void *a, const void *b)
{
    const struct exception *x = ((const struct export_pin *)a)->exception;
    const struct exception *y = ((const struct export_pin *)b)->exception;

    if (x->added != y->added)
        return x->added < y->added ? 1 : -1;
    return x->number < y->number ? 1 : -1;
}

static void add_pin(struct export_server *out, const struct exceptions *store,
                    const struct exception *x)
{
    struct export_pin *pin;
    struct error e = {0};

    out->pins =
        xreallocarray(out->pins, out->pin_count + 1, sizeof(*out->pins));
    pin = &out->pins[out->pin_count++];
    *pin = (struct export_pin){.exception = x};
    pin->has_cert = exceptions_load_cert(store, x, &pin->cert, &e);
    if (!pin->has_cert)
        pin->problem = xstrdup(e.text);
    out->faults |= x->faults;
}

static void find_pins(struct export_server *out,
                      const struct export_source *source)
{
    const struct exceptions *store = source->exceptions;

    if (!store || out->server.endpoint.security == SECURITY_NONE)
        return;
    for (size_t i = 0; i < exceptions_count(store); i++)
        if (applies(exceptions_at(store, i), &out->server.endpoint,
                    source->now))
            add_pin(out, store, exceptions_at(store, i));
    if (out->pin_count > 1)
        qsort(out->pins, out->pin_count, sizeof(*out->pins), newest_first);
}

static void find_identity(struct export_server *out,
                          const struct export_source *source)
{
    struct client_identity identity = {0};
    struct error e = {0};
    char *path;

    if (!out->server.client_certificate)
        return;
    if (!source->identities) {
        out->refused = xstrdup("Your certificates are not used here.");
        return;
    }
    path =
        identity_locate(source->identities, out->server.client_certificate, &e);
    if (path && identity_load(path, NULL, &identity, &e))
        client_identity_release(&identity);
    else if (path && e.code == ERROR_PASSWORD)
        out->client_key_locked = true;
    else
        out->refused = xstrdup(e.text);
    if (path)
        out->client_pem = export_absolute(path);
    free(path);
}

static bool only_here(const struct server *s)
{
    if (s->auth == AUTH_XOAUTH2 || s->auth == AUTH_OAUTHBEARER)
        return s->oauth.client_id && !s->token_command;
    return s->remember && !s->password_command && !s->password;
}

static char *secret_command(const struct export_view *view, const char *id,
                            bool incoming)
{
    char *target = xasprintf("%s/%s", id, incoming ? "incoming" : "outgoing");
    char *program = exchange_single_quoted(view->program);
    char *file = exchange_single_quoted(view->accounts_path);
    char *which = exchange_single_quoted(target);
    char *line = xasprintf("%s -c %s secret %s", program, file, which);

    free(target);
    free(program);
    free(file);
    free(which);
    return line;
}

static void read_server(const struct export_view *view,
                        struct export_server *out,
                        const struct export_source *source, const char *id,
                        bool incoming)
{
    struct error e = {0};

    out->present = incoming || config_smtp_of(source->config, id);
    if (!out->present)
        return;
    if (!(incoming
              ? server_incoming(source->config, id, &out->server, NULL, &e)
              : server_outgoing(source->config, id, &out->server, NULL, &e))) {
        out->refused = xstrdup(e.text);
        return;
    }
    if (out->server.user && only_here(&out->server))
        out->secret_command = secret_command(view, id, incoming);
    find_pins(out, source);
    find_identity(out, source);
    if (out->server.endpoint.security == SECURITY_NONE && !out->refused &&
        out->server.user && !out->server.allow_plaintext_login)
        out->refused = xstrdup(
            "Security is none, and the login would go in clear. Choose tls or "
            "starttls, or allow it on purpose: allow-plaintext-login = yes.");
}

static void release_server(struct export_server *server)
{
    for (size_t i = 0; i < server->pin_count; i++) {
        if (server->pins[i].has_cert)
            cert_release(&server->pins[i].cert);
        free(server->pins[i].problem);
    }
    free(server->pins);
    free(server->refused);
    free(server->secret_command);
    free(server->client_pem);
    server_release(&server->server);
}

/* -- the whole ------------------------------------------------------------- */

static void read_account(const struct export_view *view,
                         struct export_account *out,
                         const struct export_source *source, size_t index)
{
    const struct config *config = source->config;
    const char *enabled;

    *out = (struct export_account){
        .id = config_id(config, SECTION_ACCOUNT, index)};
    for (enum setting s = setting_next(SECTION_ACCOUNT, SET_NONE);
         s != SET_NONE; s = setting_next(SECTION_ACCOUNT, s)) {
        const char *value =
            config_effective(config, SECTION_ACCOUNT, out->id, s);

        out->value[s] = value && *value ? value : NULL;
    }
    enabled = out->value[SET_ENABLED];
    out->enabled = !enabled || !text_equal_nocase(enabled, "no");
    read_server(view, &out->in, source, out->id, true);
    read_server(view, &out->out, source, out->id, false);
}

static bool add_named(struct export_view *out,
                      const struct export_source *source, const char *name,
                      struct error *e)
{
    int index = config_index(source->config, SECTION_ACCOUNT, name);
    char safe[160];

    if (index < 0)
        return error_set(e, ERROR_NOT_FOUND, "There is no account \"%s\".",
                         text_safe_string(safe, sizeof(safe), name));
    for (size_t i = 0; i < out->count; i++)
        if (text_equal_nocase(out->accounts[i].id, name))
            return true;
    read_account(out, &out->accounts[out->count++], source, (size_t)index);
    return true;
}

bool export_view_make(struct export_view *out,
                      const struct export_source *source,
                      const char *const *accounts, size_t count,
                      struct error *e)
{
    size_t all = config_count(source->config, SECTION_ACCOUNT);
    const char *ca =
        config_get(source->config, SECTION_DEFAULTS, "", SET_CA_FILE);

    *out =
        (struct export_view){.folder = folder_of(config_path(source->config)),
                             .exceptions = source->exceptions,
                             .authorities = source->authorities,
                             .now = source->now};
    out->accounts = xcalloc((count ? count : all) + 1, sizeof(*out->accounts));
    out->accounts_path = path_in(out->folder, config_path(source->config));
    out->program = find_program();
    if (ca && *ca)
        out->ca_file = export_absolute(ca);
    out->system_ca = find_system_ca();
    for (size_t i = 0; i < count; i++)
        if (!add_named(out, source, accounts[i], e)) {
            export_view_release(out);
            return false;
        }
    for (size_t i = 0; count == 0 && i < all; i++)
        read_account(out, &out->accounts[out->count++], source, i);
    return true;
}

void export_view_release(struct export_view *view)
{
    for (size_t i = 0; i < view->count; i++) {
        release_server(&view->accounts[i].in);
        release_server(&view->accounts[i].out);
    }
    free(view->accounts);
    free(view->program);
    free(view->folder);
    free(view->accounts_path);
    free(view->ca_file);
    free(view->system_ca);
    *view = (struct export_view){0};
}
