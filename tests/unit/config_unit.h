/* SPDX-License-Identifier: MIT */
/* config_unit: an accounts.ini in the test's folder, opened, edited, saved. */
#ifndef POSTSEAL_TESTS_UNIT_CONFIG_UNIT_H
#define POSTSEAL_TESTS_UNIT_CONFIG_UNIT_H

#include "unit.h"

#include "core/account/config.h"

#define A SECTION_ACCOUNT
#define S SECTION_SMTP

static char path[200];

static inline struct config *reopen(void)
{
    struct error e = {0};
    struct config *c = config_open(path, NULL, &e);

    assert_non_null(c);
    return c;
}

static inline struct config *open_text(const char *text)
{
    snprintf(path, sizeof(path), "%s/accounts.ini", folder);
    write_file(path, text);
    return reopen();
}

static inline void set(struct config *c, enum section section, const char *id,
                       enum setting setting, const char *value)
{
    struct error e = {0};

    assert_true(config_set(c, section, id, setting, value, NULL, &e));
}

static inline void save_by(struct config *c, enum save_policy policy)
{
    struct save_result result;
    struct error e = {0};

    if (!config_save(c, policy, &result, &e))
        fail_msg("not saved: %s", e.text);
    save_result_release(&result);
}

static inline enum error_code fails(struct config *c, enum save_policy policy,
                                    struct save_result *result)
{
    struct error e = {0};

    assert_false(config_save(c, policy, result, &e));
    assert_true(e.text[0] != '\0');
    return e.code;
}

static inline void assert_file(const char *wanted)
{
    char *text = read_file(path);

    assert_string_equal(text, wanted);
    free(text);
}

#endif
