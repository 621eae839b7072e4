/* SPDX-License-Identifier: MIT */
#include "tui/panels/crl_rows.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"
#include "core/trust/authority.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *crl_row_name(char *out, size_t size, const struct crl *crl)
{
    snprintf(out, size, "Revoked by %s", crl->issuer_name);
    return out;
}

char *crl_row_scope(char *out, size_t size, const struct crl *crl)
{
    snprintf(out, size, "revocation list, %zu", crl->revoked);
    return out;
}

bool crl_row_matches(const struct crl *crl, const char *needle)
{
    char text[300];

    return text_contains_nocase(crl_row_name(text, sizeof(text), crl),
                                needle) ||
           text_contains_nocase(crl_row_scope(text, sizeof(text), crl),
                                needle) ||
           text_contains_nocase(crl->issuer, needle);
}

static void add_dates(struct details *d, const struct crl *crl, time_t now)
{
    char date[DATE_SIZE];

    if (!crl->dates_ok) {
        details_add(d, STYLE_CHANGED, "Issued", "(its dates cannot be read)");
        return;
    }
    details_add(d, STYLE_NORMAL, "Issued", "%s",
                date_format(date, crl->this_update));
    if (!crl->next_update)
        details_add(d, STYLE_NORMAL, "Next one", "it does not say when");
    else if (crl_is_stale(crl, now))
        details_add(d, STYLE_CHANGED, "Next one",
                    "was due by %s: import a newer one",
                    date_format(date, crl->next_update));
    else
        details_add(d, STYLE_NORMAL, "Next one", "by %s",
                    date_format(date, crl->next_update));
}

void crl_row_details(struct details *d, const struct crl *crl, time_t now)
{
    char name[300];

    details_head(d, crl_row_name(name, sizeof(name), crl));
    details_add(d, STYLE_NORMAL, "Revoked", "%zu certificate%s%s", crl->revoked,
                crl->revoked == 1 ? "" : "s",
                crl->is_delta  ? ", what changed since another list"
                : crl->is_part ? "; it covers only some of the issuer's"
                               : "");
    details_add(d, STYLE_NORMAL, "Origin", "imported by you");
    details_add(d, STYLE_NORMAL, "Issued by", "%s", crl->issuer);
    add_dates(d, crl, now);
    details_add(d, STYLE_NORMAL, "Signature", "%s",
                crl->checked ? "by an authority that is known here"
                             : "of an issuer that is not known here; checked "
                               "when a certificate is judged");
    if (*crl->number)
        details_add(d, STYLE_NORMAL, "Number", "%s", crl->number);
    details_add_sha256(d, crl->sha256);
}

/* The list may change while the question stands there: it is about this one. */
static void remove_chosen(struct app *app, size_t button, void *arg)
{
    struct authorities *all = app_workspace(app)->authorities;
    const struct crl *found = NULL;
    struct error e = {0};

    for (size_t i = 0; i < authorities_crl_count(all); i++)
        if (memcmp(authorities_crl_at(all, i)->sha256, arg, 32) == 0)
            found = authorities_crl_at(all, i);
    free(arg);
    if (button == 1 && found)
        cert_list_say(app, authorities_remove_crl(all, found, &e), "Removed",
                      &e);
}

void crl_row_ask_remove(struct app *app, const struct crl *crl)
{
    static const char *const buttons[] = {"Keep it", "Remove"};
    char line[100];
    const char *lines[] = {crl->issuer_name, line,
                           "What only this list revokes is not known to be "
                           "revoked then."};
    unsigned char *sha256 = xmalloc(32);

    memcpy(sha256, crl->sha256, 32);
    snprintf(line, sizeof(line), "%zu revoked", crl->revoked);
    confirm_open(app, "Remove this revocation list?", lines, 3, buttons, 2,
                 remove_chosen, sha256);
}
