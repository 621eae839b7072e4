/* SPDX-License-Identifier: MIT */
/*
 * authority_dialogs: what is asked before an authority is imported out of a
 * file, written to one, or limited to other domains.
 */
#ifndef POSTSEAL_TUI_DIALOGS_AUTHORITY_DIALOGS_H
#define POSTSEAL_TUI_DIALOGS_AUTHORITY_DIALOGS_H

#include "core/trust/authority.h"
#include "tui/app.h"

/* Asks for file and domains, then shows what would be stored, each with its
 * SHA-256, and stores it when the person says so. */
void authority_import_ask(struct app *app);
/* Its certificate as PEM, to a new file. */
void authority_export_ask(struct app *app, const struct authority *authority);
/* Another limit for an imported one. */
void authority_limit_ask(struct app *app, const struct authority *authority);

#endif
