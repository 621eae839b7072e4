/* SPDX-License-Identifier: MIT */
/* identity: the person's own certificates, from the command line. */
#include "cli/cli.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_RETRY_MS 50
#define LOCK_TRIES    100 /* 5 s */
#define PASSWORD_MAX  1024

/* Opens the store, or tells why it is not used. */
static struct identities *open_store(struct cli *cli, int *status)
{
    if (!cli_open(cli, status))
        return NULL;
    if (!cli->workspace.identities)
        *status = cli_fail(&cli->workspace.identities_error);
    return cli->workspace.identities;
}

/* -- list ------------------------------------------------------------------ */

static json_t *identity_json(const struct identity *identity)
{
    const struct cert *cert = &identity->cert;
    json_t *row = json_object();

    json_object_set_new(row, "sha256", json_sha256(identity->sha256));
    json_object_set_new(row, "label", json_text(identity->label));
    json_object_set_new(row, "subject", json_text(cert->subject));
    json_object_set_new(row, "issuer", json_text(cert->issuer));
    json_object_set_new(row, "not_before",
                        cert->dates_ok ? json_time(cert->not_before)
                                       : json_null());
    json_object_set_new(row, "not_after",
                        cert->dates_ok ? json_time(cert->not_after)
                                       : json_null());
    json_object_set_new(row, "key", json_text(cert->key));
    json_object_set_new(row, "key_encrypted",
                        json_boolean(identity->key_encrypted));
    json_object_set_new(row, "path", json_text(identity->path));
    json_object_set_new(row, "problem", json_text(identity->problem));
    return row;
}

static void print_identity(const struct identity *identity, time_t now)
{
    const struct cert *cert = &identity->cert;
    char sha256[96], end[DATE_SIZE];

    printf("%s  %s, from %s%s\n", identity->label, cert->key, cert->issuer_name,
           identity->key_encrypted ? "; needs a passphrase" : "");
    if (cert->dates_ok)
        printf("   valid until %s%s\n", date_format(end, cert->not_after),
               cert->not_after < now ? " (expired)" : "");
    text_hex_groups(sha256, identity->sha256, 32);
    printf("   %.39s\n   %s\n", sha256, sha256 + 40);
    if (identity->problem)
        printf("   NOT USED: %s\n", identity->problem);
}

int cmd_identity_list(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    const struct identities *all;
    json_t *rows;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 0, 0, &status))
        return status;
    all = open_store(cli, &status);
    if (!all)
        return status;
    for (size_t i = 0; i < identities_problem_count(all); i++)
        cli_warn("%s", identities_problem_at(all, i));
    rows = json_array();
    for (size_t i = 0; i < identities_count(all); i++)
        if (cli->json)
            json_array_append_new(rows, identity_json(identities_at(all, i)));
        else
            print_identity(identities_at(all, i), time(NULL));
    if (cli->json)
        json_print(rows, false);
    else
        json_decref(rows);
    return STATUS_OK;
}

/* -- import ---------------------------------------------------------------- */

struct source {
    struct buf file, key;
    bool has_key;
};

static bool read_source(const char *path, struct buf *out, struct error *e)
{
    struct file_stamp stamp;
    char safe[300];

    if (!file_read(path, IDENTITY_FILE_MAX, out, &stamp, e))
        return false;
    return stamp.exists ||
           error_set(e, ERROR_FILE, "There is no file %s.",
                     text_safe_string(safe, sizeof(safe), path));
}

static bool import_once(struct identities *all, const struct source *from,
                        const char *password, const struct identity **added,
                        struct error *e)
{
    *e = (struct error){0};
    return from->has_key
               ? identities_import_pair(all, &from->file, &from->key, password,
                                        added, e)
               : identities_import(all, from->file.data, from->file.len,
                                   password, added, e);
}

static bool import_waiting(struct cli *cli, const struct source *from,
                           const char *password, const struct identity **added,
                           struct error *e)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (import_once(cli->workspace.identities, from, password, added, e))
            return true;
        if (e->code != ERROR_LOCKED)
            return false;
        loop_wait(cli->workspace.loop, LOCK_RETRY_MS);
    }
    return false;
}

/* Without a password first: many files have none. */
static bool import_asking(struct cli *cli, const struct source *from,
                          bool from_stdin, const struct identity **added,
                          struct error *e)
{
    char password[PASSWORD_MAX];
    bool ok = import_waiting(cli, from, NULL, added, e);

    if (ok || e->code != ERROR_PASSWORD)
        return ok;
    if (from_stdin ? cli_read_line(password, sizeof(password))
                   : cli_ask("Password", password, sizeof(password)))
        ok = import_waiting(cli, from, password, added, e);
    OPENSSL_cleanse(password, sizeof(password));
    return ok;
}

/* What lies about now is as good as a password. */
static void warn_source(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && (st.st_mode & (S_IRGRP | S_IROTH)))
        cli_warn("Others may read %s; delete it, or run: chmod 600 %s", path,
                 path);
}

static int import_files(struct cli *cli, const char *file, const char *key,
                        bool from_stdin)
{
    struct source from = {.has_key = key != NULL};
    const struct identity *added = NULL;
    struct error e = {0};
    int status = STATUS_OK;
    bool ok;

    buf_init(&from.file, IDENTITY_FILE_MAX);
    buf_init(&from.key, IDENTITY_FILE_MAX);
    ok = read_source(file, &from.file, &e) &&
         (!key || read_source(key, &from.key, &e)) &&
         import_asking(cli, &from, from_stdin, &added, &e);
    if (!ok)
        status = cli_fail(&e);
    else if (cli->json)
        json_print(identity_json(added), false);
    else
        print_identity(added, time(NULL));
    if (ok)
        warn_source(key ? key : file);
    buf_release(&from.file);
    buf_release(&from.key);
    return status;
}

int cmd_identity_import(struct cli *cli, int argc, char **argv)
{
    const char *key = NULL;
    bool from_stdin = false;
    const struct cli_option options[] = {
        {"key", "FILE", NULL, &key, "the private key, when it lies apart"},
        {"password-stdin", NULL, &from_stdin, NULL,
         "the file's password is the first line of standard input"},
        CLI_OPTION_END,
    };
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status) ||
        !open_store(cli, &status))
        return status;
    return import_files(cli, argv[0], key, from_stdin);
}

/* -- remove ---------------------------------------------------------------- */

static const struct identity *chosen(const struct cli *cli, const char *name,
                                     int *status)
{
    struct error e = {0};
    const struct identity *found =
        identities_find(cli->workspace.identities, name, &e);

    if (!found)
        *status = cli_fail(&e);
    return found;
}

int cmd_identity_remove(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    const struct identity *identity;
    struct error e = {0};
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status) ||
        !open_store(cli, &status))
        return status;
    for (int i = 0; i < LOCK_TRIES; i++) {
        identity = chosen(cli, argv[0], &status);
        if (!identity)
            return status;
        e = (struct error){0};
        if (identities_remove(cli->workspace.identities, identity, &e)) {
            if (cli->json)
                json_print(json_pack("{s:i}", "removed", 1), false);
            else
                puts("1 removed");
            return STATUS_OK;
        }
        if (e.code != ERROR_LOCKED)
            break;
        loop_wait(cli->workspace.loop, LOCK_RETRY_MS);
    }
    return cli_fail(&e);
}

/* -- export ---------------------------------------------------------------- */

/* The new password and, for an encrypted key, its passphrase. */
struct passwords {
    char fresh[PASSWORD_MAX], again[PASSWORD_MAX], old[PASSWORD_MAX];
    bool has_old;
};

static bool get_passwords(const struct identity *identity, bool from_stdin,
                          struct passwords *out, struct error *e)
{
    bool locked = identity->key_encrypted;

    if (from_stdin) {
        if (!cli_read_line(out->fresh, PASSWORD_MAX))
            return error_set(e, ERROR_PASSWORD,
                             "The first line of standard input is to be the "
                             "new password, and it is empty.");
        out->has_old = locked && cli_read_line(out->old, PASSWORD_MAX);
        return true;
    }
    if (!isatty(STDIN_FILENO))
        return error_set(e, ERROR_PASSWORD,
                         "The file needs a new password: give it with "
                         "--password-stdin.");
    out->has_old =
        locked && cli_ask("Passphrase of the key", out->old, PASSWORD_MAX);
    if (!cli_ask("New password for the file", out->fresh, PASSWORD_MAX))
        return error_set(e, ERROR_PASSWORD,
                         "Without a password the private key would lie open "
                         "in the file. Nothing was written.");
    cli_ask("The same again", out->again, PASSWORD_MAX);
    return strcmp(out->fresh, out->again) == 0 ||
           error_set(e, ERROR_PASSWORD,
                     "The two are not the same. Nothing was written.");
}

static bool write_new(const char *path, const struct buf *bytes,
                      struct error *e)
{
    return file_save(
        &(struct file_save){
            .path = path,
            .bytes = bytes->data,
            .len = bytes->len,
            .base = &(struct file_stamp){0}, /* never over another file */
        },
        NULL, NULL, e);
}

static int export_to(struct cli *cli, const struct identity *identity,
                     const char *output, bool from_stdin)
{
    struct passwords passwords = {0};
    struct error e = {0};
    char safe[300];
    struct buf p12;
    bool ok;

    buf_init(&p12, IDENTITY_FILE_MAX);
    text_safe_string(safe, sizeof(safe), output);
    ok = access(output, F_OK) != 0 ||
         error_set(&e, ERROR_FILE, "%s exists already. Nothing was written.",
                   safe);
    ok = ok && get_passwords(identity, from_stdin, &passwords, &e) &&
         identities_export(cli->workspace.identities, identity,
                           passwords.has_old ? passwords.old : NULL,
                           passwords.fresh, &p12, &e) &&
         write_new(output, &p12, &e);
    OPENSSL_cleanse(&passwords, sizeof(passwords));
    buf_release(&p12);
    if (!ok)
        return cli_fail(&e);
    if (cli->json)
        json_print(json_pack("{s:o, s:o}", "sha256",
                             json_sha256(identity->sha256), "output",
                             json_text(output)),
                   false);
    else
        printf("%s  (PKCS#12 with the private key)\n", safe);
    return STATUS_OK;
}

int cmd_identity_export(struct cli *cli, int argc, char **argv)
{
    const char *output = NULL;
    bool from_stdin = false;
    const struct cli_option options[] = {
        {"output", "FILE", NULL, &output, "the new PKCS#12 file"},
        {"password-stdin", NULL, &from_stdin, NULL,
         "first line: the new password; second: the passphrase of the key"},
        CLI_OPTION_END,
    };
    const struct identity *identity;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status))
        return status;
    if (!output)
        return cli_usage(cli, "Give --output FILE for the PKCS#12 file.");
    if (!open_store(cli, &status))
        return status;
    identity = chosen(cli, argv[0], &status);
    return identity ? export_to(cli, identity, output, from_stdin) : status;
}
