/* SPDX-License-Identifier: MIT */
#include "core/probe/workspace.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/ini.h"
#include "core/base/text.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static time_t system_wall(void *arg)
{
    (void)arg;
    return time(NULL);
}

/* A folder of the XDG base directory rules: the variable when it is an
 * absolute path, else `fallback` below the home folder; NULL without a home. */
static char *xdg_folder(const char *variable, const char *fallback)
{
    const char *value = getenv(variable);
    const char *home = getenv("HOME");

    if (value && value[0] == '/')
        return xasprintf("%s/postseal", value);
    if (home && home[0] == '/')
        return xasprintf("%s/%s/postseal", home, fallback);
    return NULL;
}

char *workspace_default_path(struct error *e)
{
    char *folder = xdg_folder("XDG_CONFIG_HOME", ".config");
    char *path;

    if (!folder) {
        error_set(e, ERROR_FILE,
                  "There is no home folder (HOME is not set), so the place of "
                  "accounts.ini is not known. Name it with -c FILE.");
        return NULL;
    }
    path = xasprintf("%s/accounts.ini", folder);
    free(folder);
    return path;
}

/* -- which commands may run ------------------------------------------------ */

static char *allowed_path(const struct workspace *w)
{
    return w->state_folder
               ? xasprintf("%s/allowed-commands.ini", w->state_folder)
               : NULL;
}

/* The yes is kept by the path and what was in the file at that moment. */
static bool file_identity(const char *path, char identity[65])
{
    struct buf bytes;
    struct file_stamp stamp;
    unsigned char sha256[32];
    bool ok;

    buf_init(&bytes, FILE_MAX);
    ok = file_read(path, FILE_MAX, &bytes, &stamp, NULL) && stamp.exists &&
         EVP_Digest(bytes.data, bytes.len, sha256, NULL, EVP_sha256(), NULL);
    if (ok)
        text_hex(identity, sha256, sizeof(sha256));
    buf_release(&bytes);
    return ok;
}

/* An absolute spelling, so that the yes does not depend on the folder one
 * happened to stand in. */
static char *absolute_path(const char *path)
{
    char *resolved = realpath(path, NULL);

    return resolved ? resolved : xstrdup(path);
}

static struct ini *allowed_read(const char *path)
{
    struct buf bytes;
    struct ini *ini = NULL;

    buf_init(&bytes, FILE_MAX);
    if (file_check_trusted(path, NULL) &&
        file_read(path, FILE_MAX, &bytes, NULL, NULL))
        ini = ini_parse(path, bytes.data, bytes.len, NULL);
    buf_release(&bytes);
    return ini;
}

static bool was_allowed(const struct workspace *w)
{
    char *path = allowed_path(w);
    struct ini *ini = path ? allowed_read(path) : NULL;
    char identity[65];
    bool found = false;

    /* Mostly nothing was allowed, and then there is nothing to compare. */
    if (ini && ini_section_count(ini) && file_identity(w->path, identity)) {
        char *absolute = absolute_path(w->path);
        const char *kept = ini_get(ini, identity, "path");

        found = kept && strcmp(kept, absolute) == 0;
        free(absolute);
    }
    ini_free(ini);
    free(path);
    return found;
}

bool workspace_commands_in_question(const struct workspace *w)
{
    return w->commands_in_question;
}

static void allow_now(struct workspace *w)
{
    w->commands_in_question = false;
    w->env.run_commands = true;
    w->env.commands_refused = NULL;
}

bool workspace_allow_commands(struct workspace *w, struct error *e)
{
    char *path = allowed_path(w);
    char identity[65];
    struct ini *ini;
    char *absolute;
    bool ok;

    allow_now(w);
    if (!path || !file_identity(w->path, identity)) {
        free(path);
        return true;
    }
    absolute = absolute_path(w->path);
    ini = allowed_read(path);
    if (!ini)
        ini = ini_new(path);
    ok = file_make_folder(w->state_folder, e) &&
         ini_set(ini, identity, "path", absolute, e);
    if (ok) {
        size_t len;
        const char *bytes = ini_bytes(ini, &len);

        ok = file_save(
            &(struct file_save){.path = path, .bytes = bytes, .len = len}, NULL,
            NULL, e);
    }
    ini_free(ini);
    free(absolute);
    free(path);
    return ok;
}

static void judge_commands(struct workspace *w, bool allow)
{
    struct error e = {0};

    if (!config_trusted(w->config, &e)) {
        w->commands_refused = xstrdup(e.text);
    } else if (allow || w->default_path || was_allowed(w)) {
        allow_now(w);
        return;
    } else {
        char name[256];

        w->commands_in_question = true;
        w->commands_refused = xasprintf(
            "%s is not in your own configuration folder, so its commands are "
            "not run. If you trust the file, start with --allow-commands.",
            text_safe_string(name, sizeof(name), w->path));
    }
    w->env.run_commands = false;
    w->env.commands_refused = w->commands_refused;
}

/* -- the person's certificates --------------------------------------------- */

static const char *identity_word(void *arg, size_t i)
{
    const struct workspace *w = arg;

    return w->identities && i < identities_count(w->identities)
               ? identities_at(w->identities, i)->name
               : NULL;
}

static bool identity_check(void *arg, const char *value, struct error *e)
{
    const struct workspace *w = arg;

    if (!w->identities)
        return error_set(e, w->identities_error.code, "%s",
                         w->identities_error.text);
    return identity_usable(w->identities, value, e);
}

static void open_identities(struct workspace *w)
{
    w->identities = identities_open(w->path, &w->identities_error);
    w->env.identities = w->identities;
    w->env.identities_refused = w->identities_error.text;
    config_set_identities(w->config,
                          &(struct config_identities){.arg = w,
                                                      .word = identity_word,
                                                      .check = identity_check});
}

/* -- opening --------------------------------------------------------------- */

static bool open_path(struct workspace *w, const char *path, struct error *e)
{
    char *standard = workspace_default_path(path ? NULL : e);

    if (!path && !standard)
        return false;
    w->path = path ? xstrdup(path) : xstrdup(standard);
    w->default_path = standard && strcmp(w->path, standard) == 0;
    free(standard);
    w->state_folder = xdg_folder("XDG_STATE_HOME", ".local/state");
    return true;
}

bool workspace_open(struct workspace *w,
                    const struct workspace_options *options, struct error *e)
{
    *w = (struct workspace){0};
    w->env.wall = system_wall;
    if (!open_path(w, options->path, e))
        return false;
    w->config = config_open(w->path, w->state_folder, e);
    if (!w->config) {
        workspace_close(w);
        return false;
    }
    w->ca_file = xstrdup_or_null(options->ca_file);
    w->loop = loop_new(NULL, NULL);
    w->exceptions = exceptions_open(w->path, &w->exceptions_error);
    open_identities(w);
    w->history = history_open(w->path);
    w->env.loop = w->loop;
    w->env.exceptions = w->exceptions;
    judge_commands(w, options->allow_commands);
    return true;
}

void workspace_close(struct workspace *w)
{
    oauth_free(w->env.oauth);
    http_free(w->http);
    resolver_free(w->env.resolver);
    tls_context_free(w->env.tls);
    authorities_free(w->authorities);
    exceptions_free(w->exceptions);
    identities_free(w->identities);
    history_free(w->history);
    config_free(w->config);
    loop_free(w->loop);
    free(w->path);
    free(w->ca_file);
    free(w->state_folder);
    free(w->commands_refused);
    *w = (struct workspace){0};
}

/* `ca-file` in accounts.ini, with ~/ as the home folder. */
static bool add_configured_authorities(struct workspace *w, struct error *e)
{
    const char *file = config_get(w->config, SECTION_DEFAULTS, "", SET_CA_FILE);
    const char *home = getenv("HOME");
    char *path;
    bool ok;

    if (!file || !*file)
        return true;
    path = strncmp(file, "~/", 2) == 0 && home
               ? xasprintf("%s/%s", home, file + 2)
               : xstrdup(file);
    ok = authorities_add_file(w->authorities, path, e);
    free(path);
    return ok;
}

static bool open_authorities(struct workspace *w)
{
    struct error *e = &w->authorities_error;

    w->authorities = authorities_open(w->path, e);
    if (!w->authorities)
        return false;
    if ((!w->ca_file || authorities_add_file(w->authorities, w->ca_file, e)) &&
        add_configured_authorities(w, e))
        return true;
    authorities_free(w->authorities);
    w->authorities = NULL;
    return false;
}

struct authorities *workspace_authorities(struct workspace *w, struct error *e)
{
    if (w->authorities)
        return authorities_refresh(w->authorities, e) ? w->authorities : NULL;
    if (!open_authorities(w) && e)
        *e = w->authorities_error;
    return w->authorities;
}

/* Nothing is loaded or asked yet. */
static void open_oauth(struct workspace *w)
{
    if (!w->http)
        w->http = http_new(&(struct http_env){.loop = w->loop,
                                              .resolver = w->env.resolver,
                                              .authorities = w->authorities,
                                              .exceptions = w->exceptions,
                                              .wall = w->env.wall,
                                              .wall_arg = w->env.wall_arg});
    if (!w->env.oauth)
        w->env.oauth =
            oauth_new(&(struct oauth_env){.loop = w->loop, .http = w->http});
    /* The person may have allowed them meanwhile. */
    oauth_set_commands(w->env.oauth, w->env.run_commands,
                       w->env.commands_refused);
}

bool workspace_prepare(struct workspace *w, struct error *e)
{
    if (!w->exceptions) {
        error_set(e, w->exceptions_error.code, "%s", w->exceptions_error.text);
        return false;
    }
    /* Others may have imported one meanwhile; what fails is told by the test
     * that wants one. */
    if (w->identities)
        identities_refresh(w->identities, NULL);
    if (!workspace_authorities(w, e))
        return false;
    if (!w->env.tls) {
        w->env.tls = tls_context_new(w->authorities, e);
        if (!w->env.tls)
            return false;
    }
    if (!w->env.resolver) {
        const char *server =
            config_get(w->config, SECTION_DEFAULTS, "", SET_DNS_SERVER);

        w->env.resolver =
            resolver_new(w->loop, server && *server ? server : NULL, e);
    }
    if (!w->env.resolver)
        return false;
    open_oauth(w);
    return true;
}
