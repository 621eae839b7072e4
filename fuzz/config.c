/* SPDX-License-Identifier: MIT */
/* config: accounts.ini NUL VALUE. It is checked, every server in it is looked
 * at, and the value is staged, written and read back. */
#include "fuzz/folder.h"

#include "core/account/account.h"
#include "core/account/config.h"

static void look_at_server(const struct config *config, const char *target)
{
    struct server server;
    struct error e = {0};

    if (server_of_target(config, target, &server, NULL, &e)) {
        must(server.endpoint.host[0] && server.timeout > 0);
        must(server.endpoint.port >= 1 && server.endpoint.port <= 65535);
        must_be_safe(server.endpoint.host);
        server_release(&server);
    } else {
        must_be_safe(e.text);
    }
}

static void look(const struct config *config)
{
    static const char *const forms[][2] = {
        {"", ""}, {"", "/incoming"}, {"", "/outgoing"}, {"smtp:", ""}};
    size_t count;
    struct problem *problems = config_check(config, &count);

    for (size_t i = 0; i < count; i++)
        must_be_safe(problems[i].text);
    free(problems);
    for (size_t i = 0; i < config_count(config, SECTION_ACCOUNT); i++)
        for (size_t f = 0; f < sizeof(forms) / sizeof(forms[0]); f++) {
            char target[2000];

            snprintf(target, sizeof(target), "%s%s%s", forms[f][0],
                     config_id(config, SECTION_ACCOUNT, i), forms[f][1]);
            look_at_server(config, target);
        }
}

static void must_be_saved(const char *path, const char *id, const char *value)
{
    struct error e = {0};
    struct config *again = config_open(path, NULL, &e);
    const char *now;

    must(again != NULL);
    now = config_saved(again, SECTION_ACCOUNT, id, SET_PASSWORD_COMMAND);
    must(*value ? now && strcmp(now, value) == 0 : now == NULL);
    config_free(again);
}

static void edit(struct config *config, const char *path, const char *value)
{
    char *id = strdup(config_id(config, SECTION_ACCOUNT, 0));
    struct save_result result = {0};
    struct error e = {0};

    must(id != NULL);
    if (!config_set(config, SECTION_ACCOUNT, id, SET_PASSWORD_COMMAND, value,
                    NULL, &e)) {
        must_be_safe(e.text);
    } else if (config_save(config, SAVE_ASK, &result, &e)) {
        must_be_saved(path, id, value);
    } else {
        must(e.code == ERROR_INPUT || e.code == ERROR_PARSE);
        must_be_safe(e.text);
    }
    save_result_release(&result);
    free(id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct parts parts = parts_of(data, size);
    size_t len;
    char *text = parts_next(&parts, '\0', &len);
    char *value = parts_next(&parts, '\0', NULL), path[128];
    struct error e = {0};
    struct config *config;

    snprintf(path, sizeof(path), "%s", folder_file("accounts.ini", text, len));
    config = config_open(path, NULL, &e);
    if (config) {
        look(config);
        if (config_count(config, SECTION_ACCOUNT))
            edit(config, path, value);
        look(config);
    } else {
        must_be_safe(e.text);
    }
    config_free(config);
    free(text);
    free(value);
    return 0;
}
