/* SPDX-License-Identifier: MIT */
/*
 * config: accounts.ini and the changes that are not saved yet.
 *
 * The file as read plus an ordered journal of staged changes; saving replays
 * the journal on the bytes that are in the file *then*, so comments and other
 * people's edits survive. A value typed by a person is kept even when it is
 * wrong; saving waits until it is right. All texts are owned by the config and
 * valid until its next change.
 */
#ifndef POSTSEAL_CORE_ACCOUNT_CONFIG_H
#define POSTSEAL_CORE_ACCOUNT_CONFIG_H

#include "core/account/setting.h"
#include "core/base/error.h"
#include <stddef.h>
#include <stdint.h>

struct config;

/* Opens the file; a missing one is an empty start. NULL when it cannot be read
 * at all (ERROR_FILE, ERROR_PARSE). `recover_dir`: see file_save(). */
struct config *config_open(const char *path, const char *recover_dir,
                           struct error *e);
/* The same values again, staged ones included, to try things on: it has no
 * changes to count, undo or save until then, and is never to be saved. */
struct config *config_copy(const struct config *config);
void config_free(struct config *config);
const char *config_path(const struct config *config);
/* Whether the file itself could run commands for a stranger: it is writable by
 * others (ERROR_TRUST in *e, with the chmod). Commands are then not run. */
bool config_trusted(const struct config *config, struct error *e);

/* -- what is in it, staged changes included -------------------------------- */

/* Accounts or outgoing servers, in file order; added ones last. */
size_t config_count(const struct config *config, enum section section);
const char *config_id(const struct config *config, enum section section,
                      size_t i);
/* Position of the id (ASCII case-insensitive), or -1. */
int config_index(const struct config *config, enum section section,
                 const char *id);
/* Whether iniparser could not read that section: shown, never edited. */
bool config_broken(const struct config *config, enum section section,
                   const char *id);
/* The value as it stands (staged or from the file); NULL when unset. `id` is
 * "" for [defaults] and [ui]. */
const char *config_get(const struct config *config, enum section section,
                       const char *id, enum setting setting);
/* What applies: the value, else the default: the row's fallback, [defaults]
 * (timeout, tls-minimum, smtp), the usual port. NULL when nothing does. */
const char *config_effective(const struct config *config, enum section section,
                             const char *id, enum setting setting);
/* The value that is in the file, without staged changes; NULL when unset. */
const char *config_saved(const struct config *config, enum section section,
                         const char *id, enum setting setting);
/* The name to show: label, else the id. */
const char *config_label(const struct config *config, enum section section,
                         const char *id);
/* The outgoing server of an account: its own or the default one; NULL when
 * there is none. */
const char *config_smtp_of(const struct config *config, const char *account);
/* How many accounts use the outgoing server (by name or by default). The i-th
 * user's account id; NULL past the end. */
const char *config_smtp_user(const struct config *config, const char *smtp,
                             size_t i);

/* What settings may name that is no section: the person's certificates. They
 * lie above this folder, so whoever has them lends these functions. */
struct config_identities {
    void *arg;
    /* The i-th word that a setting may have; NULL past the end. */
    const char *(*word)(void *arg, size_t i);
    /* Whether a word or path can be used; else the sentence. */
    bool (*check)(void *arg, const char *value, struct error *e);
};
void config_set_identities(struct config *config,
                           const struct config_identities *identities);
/* NULL past the end, and while nothing was lent. */
const char *config_identity(const struct config *config, size_t i);

/* -- editing: everything is staged until config_save() --------------------- */

/* Stages a value; NULL unsets. A wrong value is staged too; see
 * config_fault(). Typing the saved value back removes the change. Changing
 * security or type also moves the port when it held (or defaulted to) the
 * usual one: *port_moved (may be NULL) tells. An empty text unsets, but a host
 * or port stays empty, and is a fault. One call is one undo step.
 * False only for unknown or broken sections (ERROR_NOT_FOUND, ERROR_PARSE). */
bool config_set(struct config *config, enum section section, const char *id,
                enum setting setting, const char *value, bool *port_moved,
                struct error *e);
/* A section that was removed before comes back empty. */
bool config_add(struct config *config, enum section section, const char *id,
                struct error *e);
/* References to a removed outgoing server stay and are reported as faults. */
bool config_remove(struct config *config, enum section section, const char *id,
                   struct error *e);
/* A free id made from a label: "Work mail" -> "work-mail", "work-mail-2". The
 * caller frees it. */
char *config_free_id(const struct config *config, enum section section,
                     const char *label);

enum change_kind { CHANGE_SET, CHANGE_ADD, CHANGE_REMOVE };
/* A net difference between the file and what is staged. Secrets: old_value
 * and new_value are "(hidden)". */
struct config_change {
    enum change_kind kind;
    enum section section;
    const char *id;
    enum setting setting;  /* CHANGE_SET */
    const char *old_value; /* NULL: was unset */
    const char *new_value; /* NULL: unset */
};
size_t config_change_count(const struct config *config);
bool config_change_at(const struct config *config, size_t i,
                      struct config_change *change);
bool config_is_changed(const struct config *config, enum section section,
                       const char *id, enum setting setting);
/* Any change in that account or server (also added ones). */
bool config_section_changed(const struct config *config, enum section section,
                            const char *id);
/* Takes back the last step. Says in `what` (size bytes) what it was. False
 * when there is nothing to take back. */
bool config_undo(struct config *config, char *what, size_t size);
/* Takes back all that was done to one setting; undo does not bring it back. */
bool config_revert(struct config *config, enum section section, const char *id,
                   enum setting setting);
void config_discard(struct config *config);

/* -- checking -------------------------------------------------------------- */

/* A staged wrong value that saving waits for. */
struct config_fault {
    enum section section;
    const char *id;
    enum setting setting;
    char text[320];
};
/* The i-th of them; false past the end. */
bool config_fault_at(const struct config *config, size_t i,
                     struct config_fault *fault);

enum problem_severity { PROBLEM_WARNING, PROBLEM_ERROR };
struct problem {
    enum problem_severity severity;
    unsigned line; /* in the file; 0: not in the file (yet) */
    enum section section;
    const char *id;       /* "" when it is not about one section */
    enum setting setting; /* or SET_NONE */
    char text[400];
};
/* Everything that is wrong or doubtful: broken lines, unknown keys and
 * sections, wrong values, missing hosts, duplicates, dangling references,
 * impossible pairs, secrets in a readable file. In line order. *count entries,
 * owned by the caller, free() them; texts are safe to show. */
struct problem *config_check(const struct config *config, size_t *count);
/* The same of one section alone: in a large file that is much less work. */
struct problem *config_check_section(const struct config *config,
                                     enum section section, const char *id,
                                     size_t *count);

/* -- saving ---------------------------------------------------------------- */

/* Same key changed on disk and here, to different values. */
struct config_conflict {
    enum section section;
    char *id;
    enum setting setting;
    char *base, *theirs, *mine; /* NULL: unset; secrets: "(hidden)" */
    bool section_gone;          /* they removed what is edited here */
};

enum save_policy {
    SAVE_ASK,      /* report conflicts, write nothing */
    SAVE_MINE,     /* keep both; where both changed, mine wins */
    SAVE_THEIRS,   /* keep both; where both changed, theirs wins */
    SAVE_ONLY_MINE /* undo their changes too: back to my base plus mine */
};

struct save_result {
    size_t written; /* changes that went into the file */
    bool merged;    /* the file had changed on disk and both are in it */
    bool in_place;  /* no atomic replace was possible */
    size_t conflict_count;
    struct config_conflict *conflicts;
};
/* Writes the staged changes. False with ERROR_CONFLICT (result->conflicts
 * filled; none of them: the file vanished, and only SAVE_ONLY_MINE writes it
 * again), ERROR_LOCKED (try again by a timer), ERROR_INPUT (a staged value is
 * wrong), ERROR_FILE. On false nothing changed on disk or here. */
bool config_save(struct config *config, enum save_policy policy,
                 struct save_result *result, struct error *e);
void save_result_release(struct save_result *result);

/* Whether the file differs from what was read (cheap, call at will). */
bool config_changed_on_disk(const struct config *config);
/* Reads the file again, keeping the staged changes. A section with changes
 * that is gone from the file is staged as an added one. ERROR_PARSE, and
 * nothing done, when it cannot be read any more. */
bool config_reload(struct config *config, struct error *e);
/* Another process has the same file open. */
bool config_open_elsewhere(const struct config *config);

/* -- a dropped line -------------------------------------------------------- */

/* Writes staged changes, without secrets, to the recovery file beside
 * accounts.ini (0600), behind those that another session left there. Nothing
 * staged: what others left stays. */
bool config_recovery_write(const struct config *config, struct error *e);
/* How many changes a recovery file left from an earlier run holds; 0: none.
 * *written: when. */
size_t config_recovery_found(const struct config *config, int64_t *written);
/* Stages them and removes the file; or just removes it. */
bool config_recovery_take(struct config *config, struct error *e);
bool config_recovery_drop(struct config *config, struct error *e);

/* -- a save in place that was cut short -------------------------------------
 */

/* The file holds the old text, or part of the new one, and the whole new one
 * lies in the state folder: without passwords, which are taken from the file as
 * far as it can still be read. */
struct config_cut {
    int64_t written;       /* when the save began */
    bool changed_since;    /* somebody else wrote the file afterwards */
    bool unreadable;       /* the file; the whole text is what is open */
    size_t passwords_lost; /* were in neither */
};
bool config_cut_found(const struct config *config, struct config_cut *cut);
/* Writes the whole text; staged changes are forgotten. ERROR_LOCKED and the
 * errors of file_save(). */
bool config_cut_take(struct config *config, struct error *e);
/* Removes the copy and leaves the file alone. */
bool config_cut_drop(struct config *config, struct error *e);

#endif
