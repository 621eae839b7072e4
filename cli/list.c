/* SPDX-License-Identifier: MIT */
/* list: what is in accounts.ini, one line a server. */
#include "cli/cli.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *effective(const struct config *config, enum section section,
                             const char *id, enum setting setting)
{
    const char *value = config_effective(config, section, id, setting);

    return value ? value : "";
}

static bool is_default_smtp(const struct config *config, const char *id)
{
    const char *name = config_effective(config, SECTION_DEFAULTS, "", SET_SMTP);

    return name && text_equal_nocase(name, id);
}

static void add_common(json_t *row, const struct config *config,
                       enum section section, const char *id)
{
    static const struct {
        const char *field;
        enum setting setting;
    } fields[] = {
        {"host", SET_HOST}, {"security", SET_SECURITY}, {"user", SET_USER}};
    const char *port = effective(config, section, id, SET_PORT);
    long number;

    json_object_set_new(row, "id", json_text(id));
    json_object_set_new(row, "label",
                        json_text(config_label(config, section, id)));
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        json_object_set_new(row, fields[i].field,
                            json_text(config_effective(config, section, id,
                                                       fields[i].setting)));
    json_object_set_new(row, "port",
                        text_parse_number(port, 1, 65535, &number)
                            ? json_integer(number)
                            : json_text(port));
}

static json_t *account_json(const struct config *config, const char *id)
{
    json_t *row = json_object();

    json_object_set_new(row, "kind", json_string("account"));
    add_common(row, config, SECTION_ACCOUNT, id);
    json_object_set_new(
        row, "service",
        json_text(effective(config, SECTION_ACCOUNT, id, SET_TYPE)));
    json_object_set_new(
        row, "email",
        json_text(config_get(config, SECTION_ACCOUNT, id, SET_EMAIL)));
    json_object_set_new(
        row, "enabled",
        json_boolean(strcmp(effective(config, SECTION_ACCOUNT, id, SET_ENABLED),
                            "no") != 0));
    json_object_set_new(row, "smtp", json_text(config_smtp_of(config, id)));
    return row;
}

static json_t *smtp_json(const struct config *config, const char *id)
{
    json_t *row = json_object();
    json_t *users = json_array();
    const char *user;

    json_object_set_new(row, "kind", json_string("smtp"));
    add_common(row, config, SECTION_SMTP, id);
    json_object_set_new(row, "service", json_string("smtp"));
    json_object_set_new(row, "default",
                        json_boolean(is_default_smtp(config, id)));
    for (size_t i = 0; (user = config_smtp_user(config, id, i)); i++)
        json_array_append_new(users, json_text(user));
    json_object_set_new(row, "used_by", users);
    return row;
}

static void print_row(const struct config *config, enum section section,
                      const char *id, const char *kind, const char *remark)
{
    char safe_id[160], host[300], where[400];
    const char *port = effective(config, section, id, SET_PORT);
    const char *security = effective(config, section, id, SET_SECURITY);

    text_safe_string(safe_id, sizeof(safe_id), id);
    text_safe_string(host, sizeof(host),
                     effective(config, section, id, SET_HOST));
    snprintf(where, sizeof(where), "%s:%s", *host ? host : "(no host)", port);
    printf("%-16s %-5s %-34s %-9s %s\n", safe_id, kind, where, security,
           remark);
}

static void print_account(const struct config *config, const char *id)
{
    const char *smtp = config_smtp_of(config, id);
    char kind[8], remark[300], safe[160];
    bool off =
        strcmp(effective(config, SECTION_ACCOUNT, id, SET_ENABLED), "no") == 0;

    text_safe_string(safe, sizeof(safe), smtp ? smtp : "(none)");
    snprintf(remark, sizeof(remark), "sends by %s%s%s", safe,
             off ? ", not in use" : "",
             config_broken(config, SECTION_ACCOUNT, id)
                 ? ", broken: see postseal check"
                 : "");
    text_safe_string(kind, sizeof(kind),
                     effective(config, SECTION_ACCOUNT, id, SET_TYPE));
    print_row(config, SECTION_ACCOUNT, id, kind, remark);
}

int cmd_list(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    const struct config *config;
    json_t *rows;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 0, 0, &status) ||
        !cli_open(cli, &status))
        return status;
    config = cli->workspace.config;
    rows = json_array();
    for (size_t i = 0; i < config_count(config, SECTION_ACCOUNT); i++) {
        const char *id = config_id(config, SECTION_ACCOUNT, i);

        if (cli->json)
            json_array_append_new(rows, account_json(config, id));
        else
            print_account(config, id);
    }
    for (size_t i = 0; i < config_count(config, SECTION_SMTP); i++) {
        const char *id = config_id(config, SECTION_SMTP, i);

        if (cli->json)
            json_array_append_new(rows, smtp_json(config, id));
        else
            print_row(config, SECTION_SMTP, id, "smtp",
                      is_default_smtp(config, id) ? "default" : "");
    }
    if (cli->json)
        json_print(rows, false);
    else
        json_decref(rows);
    return STATUS_OK;
}
