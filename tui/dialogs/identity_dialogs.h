/* SPDX-License-Identifier: MIT */
/*
 * identity_dialogs: what is asked before a certificate of the person's own is
 * imported, exported, or given to an account. Passwords are never shown.
 */
#ifndef POSTSEAL_TUI_DIALOGS_IDENTITY_DIALOGS_H
#define POSTSEAL_TUI_DIALOGS_IDENTITY_DIALOGS_H

#include "core/trust/identity.h"
#include "tui/app.h"

/* From PKCS#12 or PEM, the key perhaps in a file of its own. */
void identity_import_ask(struct app *app);
/* To a new PKCS#12 file under a new password, typed twice. */
void identity_export_ask(struct app *app, const struct identity *identity);
/* For which account or outgoing server: stages its `client-certificate`. */
void identity_use_ask(struct app *app, const struct identity *identity);

#endif
