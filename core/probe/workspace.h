/* SPDX-License-Identifier: MIT */
/*
 * workspace: one accounts.ini and everything that lies beside it or is shared
 * by all tests: configuration, exceptions, authorities, TLS, resolver, history,
 * loop. Screens and commands both begin with workspace_open().
 */
#ifndef POSTSEAL_CORE_PROBE_WORKSPACE_H
#define POSTSEAL_CORE_PROBE_WORKSPACE_H

#include "core/account/config.h"
#include "core/probe/history.h"
#include "core/probe/probe.h"

struct workspace_options {
    const char *path;    /* accounts.ini; NULL: the default place */
    const char *ca_file; /* --ca; NULL: none */
    bool allow_commands; /* --allow-commands */
};

struct workspace {
    struct loop *loop;
    struct config *config;
    struct exceptions *exceptions;   /* NULL when the file is not trusted */
    struct error exceptions_error;   /* why */
    struct identities *identities;   /* NULL when the folder is not trusted */
    struct error identities_error;   /* why */
    struct authorities *authorities; /* NULL before workspace_authorities() */
    struct error authorities_error;  /* why it gave none */
    struct history *history;
    struct probe_env env;
    char *path;
    bool default_path;
    struct http *http; /* HTTP requests; after workspace_prepare() */
    /* private */
    char *ca_file;
    char *state_folder; /* recovery copies and the answers about commands */
    char *commands_refused;
    bool commands_in_question;
};

/* The default: $XDG_CONFIG_HOME/postseal/accounts.ini, else below ~/.config.
 * The caller frees it. ERROR_FILE when there is no home. */
char *workspace_default_path(struct error *e);
/* Opens everything. ERROR_FILE, ERROR_PARSE, ERROR_TRUST with the sentence. The
 * TLS side is prepared on first use (workspace_prepare). */
bool workspace_open(struct workspace *workspace,
                    const struct workspace_options *options, struct error *e);
void workspace_close(struct workspace *workspace);
/* Loads anchors, TLS and resolver; cheap when done already. Reads the person's
 * certificates and authorities again when others changed them. */
bool workspace_prepare(struct workspace *workspace, struct error *e);

/* The authorities: the system's, those of --ca and ca-file, and what the person
 * decided about them. Opened on first use and read again when others changed
 * something: what was got from them before is gone then. NULL with the error.
 */
struct authorities *workspace_authorities(struct workspace *workspace,
                                          struct error *e);

/* Commands of an accounts.ini outside the default folder run only after one
 * yes, kept by path and SHA-256 in the state folder, or with --allow-commands
 * (design §6); never from a file that others may write. Whether a question is
 * to be asked now; answering yes allows them. */
bool workspace_commands_in_question(const struct workspace *workspace);
bool workspace_allow_commands(struct workspace *workspace, struct error *e);

#endif
