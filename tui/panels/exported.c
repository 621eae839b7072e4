/* SPDX-License-Identifier: MIT */
#include "tui/panels/exported.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/exchange/export_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void exported_forget(struct exported *exported)
{
    free(exported->key);
    *exported = (struct exported){0};
}

/* Says nothing of the files, so it is cheap to make for every drawing. */
static char *make_key(const struct history *history, const char *id)
{
    struct history_export what;
    char *key = xstrdup(id);

    for (size_t i = 0; history_export_at(history, i, &what); i++)
        if (text_equal_nocase(what.account, id)) {
            char *longer = xasprintf("%s\n%zu %s %lld", key, i, what.format,
                                     (long long)what.when);

            free(key);
            key = longer;
        }
    return key;
}

static void add(struct exported *exported, const struct export_checked *c)
{
    const struct exchange_format *format = exchange_format_find(c->what.format);
    size_t used = strlen(exported->text);
    bool current = c->state == EXPORT_CURRENT;
    char safe[60];

    exported->stale = exported->stale || !current;
    snprintf(exported->text + used, sizeof(exported->text) - used, "%s%s%s%s%s",
             used ? ", " : "",
             format ? format->title
                    : text_safe_string(safe, sizeof(safe), c->what.format),
             current ? "" : " (", current ? "" : export_state_word(c->state),
             current ? "" : ")");
}

void exported_look(struct exported *exported, struct app *app, const char *id)
{
    struct workspace *w = app_workspace(app);
    char *key = make_key(w->history, id);
    struct history_export what;
    struct export_checked checked;

    if (exported->key && strcmp(exported->key, key) == 0) {
        free(key);
        return;
    }
    exported_forget(exported);
    exported->key = key;
    for (size_t i = 0; history_export_at(w->history, i, &what); i++) {
        const struct export_source source = {.config = w->config,
                                             .exceptions = w->exceptions,
                                             .identities = w->identities,
                                             .authorities =
                                                 workspace_authorities(w, NULL),
                                             .now = app_wall(app)};

        if (text_equal_nocase(what.account, id) &&
            export_check_at(&checked, w->history, i, &source))
            add(exported, &checked);
    }
}
