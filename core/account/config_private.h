/* SPDX-License-Identifier: MIT */
/*
 * config_private: what the files of config share. An item is one section that
 * is ours, with the staged values over those of the file.
 */
#ifndef POSTSEAL_CORE_ACCOUNT_CONFIG_PRIVATE_H
#define POSTSEAL_CORE_ACCOUNT_CONFIG_PRIVATE_H

#include "core/account/config.h"
#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/base/ini.h"

struct staged {
    bool is;     /* a staged value stands over the file's */
    char *value; /* NULL: unset; wiped when freed */
};

struct item {
    enum section section;
    char *id;
    char *name;    /* the INI section, "account work" */
    unsigned line; /* of its header; 0: not in the file */
    bool in_file, removed;
    struct staged *staged; /* SET_COUNT of them, or NULL: none yet */
};

/* One thing that was done, and how to take it back. */
struct step {
    unsigned group; /* steps of one action */
    enum change_kind kind;
    size_t item;
    enum setting setting;
    struct staged before;
    bool removed_before;
};

struct config {
    char *path, *recover_dir;
    struct ini *ini; /* the file as read */
    struct buf base; /* its bytes */
    struct file_stamp stamp;
    struct file_lock mark; /* "open here" */
    bool backed_up;        /* the one backup of this session is made */
    bool drafted;          /* the recovery file holds our changes */
    struct item *items;
    size_t item_count, item_size;
    size_t *table, table_size; /* hash of item names: index + 1, or 0 */
    size_t *visible[2];        /* item indexes of accounts, servers */
    size_t visible_count[2];
    struct step *steps;
    size_t step_count, step_size;
    unsigned group;
    struct config_identities identities;
    /* What a save in place that was cut short would have written; NULL: there
     * was none. See config_cut.c. */
    struct ini *cut;
    struct config_cut cut_is;
    /* Where the last config_smtp_user() stood. */
    struct {
        char *smtp;
        size_t asked, position;
    } cursor;
    struct usage_index *usage; /* usage_find()'s, while nothing changes */
};

extern const char *const config_secret_keys[];

/* -- config_cut.c */
/* Looks for one. When the file itself cannot be read, what it would have
 * written is what is opened. */
void config_cut_look(struct config *config, struct error *e);
/* A text without its passwords, for the copy. */
bool config_cut_copy(const void *bytes, size_t len, struct buf *out);
/* After a save: whoever saved wrote the whole text, too. */
void config_cut_settle(struct config *config);

struct item *config_item(const struct config *config, enum section section,
                         const char *id);
size_t config_add_item(struct config *config, enum section section,
                       const char *id);
/* The items of the file as it is now; staged values are forgotten. */
void config_build_items(struct config *config);
void config_clear_items(struct config *config);
/* After any change of a value: drops what was derived from them. */
void config_was_changed(struct config *config);
/* After items came or went. */
void config_refresh_lists(struct config *config);
/* Whether its section has a line that cannot be read. */
bool item_broken(const struct config *config, const struct item *item);
const char *item_file_value(const struct config *config,
                            const struct item *item, enum setting setting);
const char *item_value(const struct config *config, const struct item *item,
                       enum setting setting);
bool item_changed(const struct config *config, const struct item *item,
                  enum setting setting);
void staged_clear(struct staged *staged);
void config_clear_steps(struct config *config);
/* Stages a value and nothing with it: no port follows. False for an unknown or
 * broken section. */
bool config_stage(struct config *config, enum section section, const char *id,
                  enum setting setting, const char *value);
/* Visits the net changes in order until `visit` returns false. */
void config_each_change(const struct config *config,
                        bool (*visit)(void *arg,
                                      const struct config_change *change),
                        void *arg);
/* Parses bytes as accounts.ini. */
struct ini *config_parse(const char *path, const struct buf *bytes,
                         struct error *e);

/* In usage.c. */
void usage_index_free(struct usage_index *index);

#endif
