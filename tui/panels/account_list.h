/* SPDX-License-Identifier: MIT */
/*
 * account_list: drawing the list of accounts and one account in words, shared
 * by the Accounts and Server panels (side by side on a wide terminal).
 */
#ifndef POSTSEAL_TUI_PANELS_ACCOUNT_LIST_H
#define POSTSEAL_TUI_PANELS_ACCOUNT_LIST_H

#include "tui/app.h"
#include "tui/panels/exported.h"
#include "tui/widgets/form.h"

/* The columns of the wide layout. */
struct columns {
    struct area list, fields, log;
};
struct columns columns_of(struct area body);
/* The seam of the third column is as long as what stands in it. */
void columns_draw_seams(struct area body, int log_rows);

/* Heading and rows; `active`: with `>` and the cursor. Fits the list. */
void account_list_draw(struct app *app, struct list *list, struct area area,
                       bool active);
/* Name, address, servers, trust, last test of an account, and where it was
 * exported to (NULL: that is not shown). */
void account_details_draw(struct app *app, const char *id,
                          const struct exported *exported, struct area area);
/* Help of the focused field and the last tests; returns how many rows. */
int account_log_draw(struct app *app, const char *id, const char *hint,
                     struct area area);

#endif
