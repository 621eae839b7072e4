/* SPDX-License-Identifier: MIT */
/* edit: get, set, unset, add, remove: accounts.ini without the screens, with
 * the same checks. */
#include "cli/cli.h"

#include "core/base/alloc.h"
#include "core/base/loop.h"
#include "core/base/text.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_RETRY_MS 50
#define LOCK_TRIES    100 /* 5 s */
#define SECRET_MAX    1024

/* A place in accounts.ini as the person named it. */
struct place {
    enum section section;
    const char *id;
    enum setting setting;
};

static bool find_section(const struct cli *cli, const char *name,
                         struct place *place, int *status)
{
    char safe[160];

    if (section_parse(name, &place->section, &place->id))
        return true;
    *status = cli_usage(
        cli,
        "\"%s\" names no section. Sections are \"account ID\", \"smtp ID\" "
        "(one argument, in quotes), defaults and ui.",
        text_safe_string(safe, sizeof(safe), name));
    return false;
}

static bool find_place(const struct cli *cli, char **argv, struct place *place,
                       int *status)
{
    char safe[160];

    if (!find_section(cli, argv[0], place, status))
        return false;
    place->setting = setting_find(place->section, argv[1]);
    if (place->setting != SET_NONE)
        return true;
    *status = cli_usage(cli, "[%s] has no key \"%s\". Keys: see postseal(1).",
                        section_word(place->section),
                        text_safe_string(safe, sizeof(safe), argv[1]));
    return false;
}

static bool section_exists(const struct config *config,
                           const struct place *place)
{
    char safe[160];

    if (place->section == SECTION_DEFAULTS || place->section == SECTION_UI ||
        config_index(config, place->section, place->id) >= 0)
        return true;
    cli_warn("There is no [%s %s] in accounts.ini. postseal list shows what "
             "there is.",
             section_word(place->section),
             text_safe_string(safe, sizeof(safe), place->id));
    return false;
}

/* Somebody else may be saving at this very moment: wait a little. */
static bool save_waiting(struct cli *cli, struct save_result *result,
                         struct error *e)
{
    struct workspace *w = &cli->workspace;

    for (int i = 0; i < LOCK_TRIES; i++) {
        *e = (struct error){0};
        if (config_save(w->config, SAVE_MINE, result, e))
            return true;
        if (e->code != ERROR_LOCKED)
            return false;
        loop_wait(w->loop, LOCK_RETRY_MS);
    }
    return false;
}

/* What is wrong with the edited section: all of it, or what concerns one
 * setting. */
static void warn_about(const struct cli *cli, const struct place *place)
{
    size_t count;
    struct problem *problems = config_check_section(
        cli->workspace.config, place->section, place->id, &count);

    for (size_t i = 0; i < count; i++)
        if (place->setting == SET_NONE || problems[i].setting == place->setting)
            cli_warn("note: %s", problems[i].text);
    free(problems);
}

static int save(struct cli *cli, const struct place *place)
{
    struct save_result result = {0};
    struct error e = {0};
    bool ok = save_waiting(cli, &result, &e);

    if (ok && result.merged)
        cli_warn("note: the file had been changed meanwhile; both changes are "
                 "in it now.");
    if (ok && result.in_place)
        cli_warn("note: the file could not be replaced, so it was written in "
                 "place.");
    save_result_release(&result);
    if (!ok)
        return cli_fail(&e);
    warn_about(cli, place);
    if (cli->json)
        json_print(json_pack("{s:b, s:I}", "ok", 1, "written",
                             (json_int_t)result.written),
                   false);
    return STATUS_OK;
}

int cmd_get(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    const struct config *config;
    struct place place;
    const char *value;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 2, 2, &status) ||
        !find_place(cli, argv, &place, &status) || !cli_open(cli, &status))
        return status;
    config = cli->workspace.config;
    if (!section_exists(config, &place))
        return STATUS_FAILED;
    if (setting_row(place.setting)->type == SETTING_SECRET) {
        cli_warn("%s is a secret and is not shown.", argv[1]);
        return STATUS_FAILED;
    }
    value = config_get(config, place.section, place.id, place.setting);
    if (cli->json) {
        json_t *row = json_object();

        json_object_set_new(row, "section", json_text(argv[0]));
        json_object_set_new(row, "key", json_text(argv[1]));
        json_object_set_new(row, "value", json_text(value));
        json_object_set_new(
            row, "effective",
            json_text(config_effective(config, place.section, place.id,
                                       place.setting)));
        json_print(row, false);
    } else if (value) {
        cli_print_value(value);
    } else {
        cli_warn("%s is not set in [%s].", argv[1], argv[0]);
    }
    return value ? STATUS_OK : STATUS_FAILED;
}

/* The first line of standard input; NULL with a message. Caller wipes. */
static char *read_secret(void)
{
    char line[SECRET_MAX];
    char *secret = NULL;

    if (!fgets(line, sizeof(line), stdin)) {
        cli_warn("Nothing came on standard input.");
    } else {
        char *end = strchr(line, '\n');

        if (!end && !feof(stdin))
            cli_warn("The secret is too long; the limit is %d bytes.",
                     SECRET_MAX - 2);
        else {
            line[strcspn(line, "\r\n")] = '\0';
            secret = xstrdup(line);
        }
    }
    OPENSSL_cleanse(line, sizeof(line));
    return secret;
}

/* The value to store, checked; NULL with the message told. */
static char *checked_value(const struct cli *cli, const struct place *place,
                           const char *text, int *status)
{
    const struct setting_row *row = setting_row(place->setting);
    struct error e = {0};
    char *value;

    if (row->type == SETTING_SECRET && strcmp(text, "-") != 0) {
        *status = cli_usage(cli,
                            "%s is a secret: give - as its value and the "
                            "secret on standard input, so that it stands in "
                            "no command line.",
                            row->key);
        return NULL;
    }
    if (row->type == SETTING_SECRET) {
        *status = STATUS_FAILED;
        value = read_secret();
        if (!value)
            return NULL;
    } else {
        value = xstrdup(text);
    }
    if (setting_check(place->setting, value, &e)) {
        char *canonical = setting_canonical(place->setting, value);

        xwipe(&value);
        return canonical;
    }
    xwipe(&value);
    *status = cli_fail(&e);
    return NULL;
}

static bool stage(struct cli *cli, const struct place *place, const char *text,
                  int *status)
{
    char *value = NULL;
    struct error e = {0};
    bool moved = false, ok;

    if (text) {
        value = checked_value(cli, place, text, status);
        if (!value)
            return false;
    }
    ok = config_set(cli->workspace.config, place->section, place->id,
                    place->setting, value, &moved, &e);
    xwipe(&value);
    if (ok && moved)
        cli_warn("note: the port was the usual one and moved with it.");
    if (!ok)
        *status = cli_fail(&e);
    return ok;
}

int cmd_set(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    struct place place;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 3, 3, &status) ||
        !find_place(cli, argv, &place, &status) || !cli_open(cli, &status))
        return status;
    if (!section_exists(cli->workspace.config, &place))
        return STATUS_FAILED;
    if (!stage(cli, &place, argv[2], &status))
        return status;
    return save(cli, &place);
}

int cmd_unset(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    struct place place;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 2, 2, &status) ||
        !find_place(cli, argv, &place, &status) || !cli_open(cli, &status))
        return status;
    if (!section_exists(cli->workspace.config, &place))
        return STATUS_FAILED;
    if (!stage(cli, &place, NULL, &status))
        return status;
    return save(cli, &place);
}

static bool entry_section(const struct cli *cli, const char *word,
                          enum section *section, int *status)
{
    if (strcmp(word, section_word(SECTION_ACCOUNT)) == 0)
        *section = SECTION_ACCOUNT;
    else if (strcmp(word, section_word(SECTION_SMTP)) == 0)
        *section = SECTION_SMTP;
    else {
        *status = cli_usage(cli, "Name what it is: account or smtp.");
        return false;
    }
    return true;
}

static bool stage_pair(struct cli *cli, enum section section, const char *id,
                       char *pair, int *status)
{
    char *equals = strchr(pair, '=');
    struct place place = {.section = section, .id = id};
    char safe[160];

    text_safe_string(safe, sizeof(safe), pair);
    if (!equals) {
        *status = cli_usage(cli, "\"%s\" is not of the form KEY=VALUE.", safe);
        return false;
    }
    *equals = '\0';
    place.setting = setting_find(section, pair);
    if (place.setting == SET_NONE) {
        text_safe_string(safe, sizeof(safe), pair);
        *status = cli_usage(cli, "[%s] has no key \"%s\".",
                            section_word(section), safe);
        return false;
    }
    return stage(cli, &place, equals + 1, status);
}

int cmd_add(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    enum section section;
    struct error e = {0};
    int status;

    if (!cli_parse(cli, &argc, argv, options, 2, -1, &status) ||
        !entry_section(cli, argv[0], &section, &status) ||
        !cli_open(cli, &status))
        return status;
    if (!config_add(cli->workspace.config, section, argv[1], &e))
        return cli_fail(&e);
    for (int i = 2; i < argc; i++)
        if (!stage_pair(cli, section, argv[1], argv[i], &status))
            return status;
    return save(cli, &(struct place){section, argv[1], SET_NONE});
}

int cmd_remove(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    struct config *config;
    enum section section;
    struct error e = {0};
    const char *user;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 2, 2, &status) ||
        !entry_section(cli, argv[0], &section, &status) ||
        !cli_open(cli, &status))
        return status;
    config = cli->workspace.config;
    for (size_t i = 0; section == SECTION_SMTP &&
                       (user = config_smtp_user(config, argv[1], i));
         i++)
        cli_warn("note: account %s sent by this server.", user);
    if (!config_remove(config, section, argv[1], &e))
        return cli_fail(&e);
    return save(cli, &(struct place){section, argv[1], SET_NONE});
}
