/* SPDX-License-Identifier: MIT */
#include "tui/dialogs/identity_dialogs.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "tui/dialogs/ask.h"
#include "tui/dialogs/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct identity *find(struct app *app,
                                   const unsigned char sha256[32])
{
    const struct identities *all = app_workspace(app)->identities;

    for (size_t i = 0; all && i < identities_count(all); i++)
        if (memcmp(identities_at(all, i)->sha256, sha256, 32) == 0)
            return identities_at(all, i);
    return NULL;
}

static const char gone[] = "It is not there any more.";

/* -- import ---------------------------------------------------------------- */

enum { IMPORT_FILE, IMPORT_KEY_FILE, IMPORT_PASSWORD };

static bool import_from(struct ask *asked, const struct buf *file,
                        const struct buf *key, const struct identity **added,
                        struct error *e)
{
    struct identities *all = app_workspace(ask_app(asked))->identities;
    const char *typed = ask_text(asked, IMPORT_PASSWORD);
    const char *password = *typed ? typed : NULL;

    return key ? identities_import_pair(all, file, key, password, added, e)
               : identities_import(all, file->data, file->len, password, added,
                                   e);
}

/* What lies about now is as good as a password. */
static void tell_imported(struct app *app, const char *path,
                          const struct identity *added)
{
    char *expanded = path_expand(path);
    char safe[300];

    if (file_readable_by_others(expanded))
        app_message(app, STYLE_CHANGED,
                    "Imported %s; u takes it back. Others can read %s: delete "
                    "it, or chmod 600.",
                    added->label, text_safe_string(safe, sizeof(safe), path));
    else
        app_message(app, STYLE_GOOD,
                    "Imported %s; written at once. u, as the next key, takes "
                    "it back.",
                    added->label);
    free(expanded);
}

static void import_files(struct ask *asked, const struct buf *file,
                         const struct buf *key)
{
    struct app *app = ask_app(asked);
    const struct identity *added = NULL;
    struct error e = {0};

    if (import_from(asked, file, key, &added, &e)) {
        ask_done(asked);
        tell_imported(app, ask_text(asked, key ? IMPORT_KEY_FILE : IMPORT_FILE),
                      added);
    } else {
        ask_refuse_error(
            asked, e.code == ERROR_PASSWORD ? IMPORT_PASSWORD : IMPORT_FILE,
            &e);
    }
}

static void take_import(struct ask *asked, void *arg)
{
    bool apart = *ask_text(asked, IMPORT_KEY_FILE) != '\0';
    struct buf file, key;
    struct error e = {0};

    (void)arg;
    buf_init(&file, IDENTITY_FILE_MAX);
    buf_init(&key, IDENTITY_FILE_MAX);
    if (!path_read(ask_text(asked, IMPORT_FILE), &file, &e))
        ask_refuse_error(asked, IMPORT_FILE, &e);
    else if (apart && !path_read(ask_text(asked, IMPORT_KEY_FILE), &key, &e))
        ask_refuse_error(asked, IMPORT_KEY_FILE, &e);
    else
        import_files(asked, &file, apart ? &key : NULL);
    buf_release(&file);
    buf_release(&key);
}

void identity_import_ask(struct app *app)
{
    ask_open(app, &(struct ask_spec){
                      .title = "Import your certificate",
                      .about = "with its private key",
                      .intro = "A PKCS#12 file (.p12, .pfx; old ones too), or "
                               "PEM with certificate and key. A key that lies "
                               "apart is named as well. No password: leave it "
                               "empty.",
                      .fields = {{.label = "File"},
                                 {.label = "Key file"},
                                 {.label = "Password", .secret = true}},
                      .verb = "Import",
                      .take = take_import});
}

/* -- export ---------------------------------------------------------------- */

/* The last two are the new password; before them, for an encrypted key, its
 * passphrase. */
enum { EXPORT_FILE, EXPORT_NEXT };

struct export
{
    unsigned char sha256[32];
    bool locked;
};

static void write_export(struct ask *asked, const struct identity *x,
                         const struct export *export, const struct buf *p12)
{
    struct app *app = ask_app(asked);
    const char *path = ask_text(asked, EXPORT_FILE);
    struct error e = {0};
    char safe[300];

    (void)export;
    if (!path_write_new(path, p12, &e)) {
        ask_refuse_error(asked, EXPORT_FILE, &e);
        return;
    }
    ask_done(asked);
    app_message(app, STYLE_GOOD,
                "%s was written to %s, with its key, under the new password.",
                x->label, text_safe_string(safe, sizeof(safe), path));
}

static void take_export(struct ask *asked, void *arg)
{
    const struct export *export = arg;
    struct app *app = ask_app(asked);
    const struct identity *x = find(app, export->sha256);
    size_t fresh = export->locked ? EXPORT_NEXT + 1 : EXPORT_NEXT;
    struct error e = {0};
    struct buf p12;

    buf_init(&p12, IDENTITY_FILE_MAX);
    if (!x)
        ask_refuse(asked, EXPORT_FILE, gone);
    else if (!path_is_free(ask_text(asked, EXPORT_FILE), &e))
        ask_refuse_error(asked, EXPORT_FILE, &e);
    else if (strcmp(ask_text(asked, fresh), ask_text(asked, fresh + 1)) != 0)
        ask_refuse(asked, fresh,
                   "The two new passwords are not the same. Nothing was "
                   "written.");
    else if (!identities_export(app_workspace(app)->identities, x,
                                export->locked ? ask_text(asked, EXPORT_NEXT)
                                               : NULL,
                                ask_text(asked, fresh), &p12, &e))
        ask_refuse_error(asked, e.code == ERROR_PASSWORD ? EXPORT_NEXT : fresh,
                         &e);
    else
        write_export(asked, x, export, &p12);
    buf_release(&p12);
}

/* A label as a file name. */
static char *file_name(const char *label)
{
    char *name = xasprintf("%s.p12", label);

    for (char *p = name; *p; p++)
        if (*p == '/' || *p == ' ' || *p == '\\' || *p == '<' || *p == '>')
            *p = '-';
    return name;
}

void identity_export_ask(struct app *app, const struct identity *x)
{
    struct export *export = xcalloc(1, sizeof(*export));
    struct ask_spec spec = {
        .title = "Export your certificate",
        .about = x->label,
        .intro = "Certificate and private key in a new PKCS#12 file, under a "
                 "new password.",
        .verb = "Write",
        .take = take_export,
        .drop = free,
        .arg = export,
    };
    char *name = file_name(x->label);
    size_t n = 0;

    memcpy(export->sha256, x->sha256, sizeof(export->sha256));
    export->locked = x->key_encrypted;
    spec.fields[n++] = (struct ask_field){.label = "File", .text = name};
    if (x->key_encrypted)
        spec.fields[n++] = (struct ask_field){.label = "Passphrase of the key",
                                              .secret = true};
    spec.fields[n++] =
        (struct ask_field){.label = "New password", .secret = true};
    spec.fields[n++] =
        (struct ask_field){.label = "The same again", .secret = true};
    ask_open(app, &spec);
    free(name);
}

/* -- use ------------------------------------------------------------------- */

enum { USE_FOR, USE_LOGIN };
static const char *const logins[] = {"as it is set",
                                     "with this certificate (EXTERNAL)", NULL};

/* Accounts first, then outgoing servers. */
struct use {
    unsigned char sha256[32];
    char **labels, **ids;
    size_t count, accounts;
};

static void use_free(void *arg)
{
    struct use *use = arg;

    for (size_t i = 0; i < use->count; i++) {
        free(use->labels[i]);
        free(use->ids[i]);
    }
    free(use->labels);
    free(use->ids);
    free(use);
}

static void add_section(struct use *use, const struct config *config,
                        enum section section)
{
    for (size_t i = 0; i < config_count(config, section); i++) {
        const char *id = config_id(config, section, i);
        const char *host = config_get(config, section, id, SET_HOST);
        char label[160], safe[300];

        text_safe_string(label, sizeof(label),
                         config_label(config, section, id));
        text_safe_string(safe, sizeof(safe), host ? host : "no server yet");
        use->labels[use->count] =
            xasprintf("%s%s (%s)", section == SECTION_SMTP ? "outgoing: " : "",
                      label, safe);
        use->ids[use->count++] = xstrdup(id);
    }
}

static bool stage(struct config *config, enum section section, const char *id,
                  const char *name, bool login, struct error *e)
{
    return config_set(config, section, id, SET_CLIENT_CERTIFICATE, name, NULL,
                      e) &&
           (!login ||
            config_set(config, section, id, SET_AUTH, "external", NULL, e));
}

static void take_use(struct ask *asked, void *arg)
{
    const struct use *use = arg;
    struct app *app = ask_app(asked);
    const struct identity *x = find(app, use->sha256);
    size_t i = ask_choice(asked, USE_FOR);
    enum section section = i < use->accounts ? SECTION_ACCOUNT : SECTION_SMTP;
    struct error e = {0};

    if (!x) {
        ask_refuse(asked, USE_FOR, gone);
    } else if (!stage(app_config(app), section, use->ids[i], x->name,
                      ask_choice(asked, USE_LOGIN) == 1, &e)) {
        ask_refuse_error(asked, USE_FOR, &e);
    } else {
        ask_done(asked);
        app_message(app, STYLE_CHANGED, "%s shows %s. Not saved yet: s saves.",
                    use->labels[i], x->label);
    }
}

void identity_use_ask(struct app *app, const struct identity *x)
{
    const struct config *config = app_config(app);
    size_t accounts = config_count(config, SECTION_ACCOUNT);
    size_t room = accounts + config_count(config, SECTION_SMTP);
    int here = config_index(config, SECTION_ACCOUNT, app_account(app));
    struct use *use;

    if (!room) {
        app_message(app, STYLE_NORMAL,
                    "There is no account yet that could use it.");
        return;
    }
    use = xcalloc(1, sizeof(*use));
    use->labels = xcalloc(room + 1, sizeof(char *)); /* NULL at the end */
    use->ids = xcalloc(room, sizeof(char *));
    use->accounts = accounts;
    memcpy(use->sha256, x->sha256, sizeof(use->sha256));
    add_section(use, config, SECTION_ACCOUNT);
    add_section(use, config, SECTION_SMTP);
    ask_open(app, &(struct ask_spec){
                      .title = "Use your certificate",
                      .about = x->label,
                      .intro = "Its server sees it when it asks, after its own "
                               "certificate was found good. Saved with s.",
                      .fields = {{.label = "Account",
                                  .choices = (const char *const *)use->labels,
                                  .choice = here < 0 ? 0 : (size_t)here},
                                 {.label = "Log in", .choices = logins}},
                      .verb = "Use it",
                      .take = take_use,
                      .drop = use_free,
                      .arg = use});
}
