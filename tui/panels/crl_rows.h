/* SPDX-License-Identifier: MIT */
/*
 * crl_rows: the revocation lists that the person imported, as the last rows of
 * the authorities. They have no switch: they are there, or are removed.
 */
#ifndef POSTSEAL_TUI_PANELS_CRL_ROWS_H
#define POSTSEAL_TUI_PANELS_CRL_ROWS_H

#include "core/trust/crl.h"
#include "tui/panels/certificates_private.h"

/* "Revoked by Example CA", "revocation list, 12": for columns. Return out. */
char *crl_row_name(char *out, size_t size, const struct crl *crl);
char *crl_row_scope(char *out, size_t size, const struct crl *crl);
bool crl_row_matches(const struct crl *crl, const char *needle);
void crl_row_details(struct details *details, const struct crl *crl,
                     time_t now);
/* Asks, then removes it from the workspace's store. */
void crl_row_ask_remove(struct app *app, const struct crl *crl);

#endif
