/* SPDX-License-Identifier: MIT */
/*
 * setup_ask: the questions before the search: name, address, and what may be
 * asked. It stays open below the search, so Escape there leads back to what
 * was typed.
 */
#include "tui/dialogs/setup_dialog.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/dialogs/ask.h"

#include <stdlib.h>

enum { FIELD_NAME, FIELD_EMAIL, FIELD_WAY, FIELD_SEND };
static const char *const ways[] = {"find them", "offline: known ones",
                                   "name them by hand", NULL};
static const char *const sends[] = {"no, only the domain", "yes, to its server",
                                    NULL};

static void empty(struct setup_draft *draft)
{
    free(draft->name);
    free(draft->email);
    *draft = (struct setup_draft){0};
}

void setup_draft_free(struct setup_draft *draft)
{
    if (draft)
        empty(draft);
    free(draft);
}

/* What came with the fields is typed: blanks at the ends are nobody's name. */
static void keep_text(char **to, const char *typed)
{
    char *copy = xstrdup(typed);

    xreplace(to, text_trim(copy));
    free(copy);
}

static void keep(struct ask *ask, void *arg)
{
    struct setup_draft *draft = arg;

    if (draft->done) {
        empty(draft);
        return;
    }
    keep_text(&draft->name, ask_text(ask, FIELD_NAME));
    keep_text(&draft->email, ask_text(ask, FIELD_EMAIL));
    draft->way = (enum setup_way)ask_choice(ask, FIELD_WAY);
    draft->send_address = ask_choice(ask, FIELD_SEND) == 1;
}

static bool put(struct config *config, const char *id, enum setting setting,
                const char *value, struct error *e)
{
    return !value || !*value ||
           config_set(config, SECTION_ACCOUNT, id, setting, value, NULL, e);
}

void setup_dialog_by_hand(struct app *app)
{
    struct setup_draft *draft = app_setup_draft(app);
    struct config *config = app_config(app);
    const char *from = draft->email && *draft->email ? draft->email
                       : draft->name                 ? draft->name
                                                     : "";
    struct error e = {0};
    char *id;

    if (!*from) {
        draft->done = true;
        app_new_section(app, SECTION_ACCOUNT);
        return;
    }
    id = config_free_id(config, SECTION_ACCOUNT, from);
    if (config_add(config, SECTION_ACCOUNT, id, &e) &&
        put(config, id, SET_NAME, draft->name, &e) &&
        put(config, id, SET_EMAIL, draft->email, &e)) {
        draft->done = true;
        app_goto_setting(app, SECTION_ACCOUNT, id, SET_HOST, true);
        app_message(app, STYLE_CHANGED,
                    "Account %s is staged, not saved. Type its server name.",
                    id);
    } else {
        app_message(app, STYLE_FAULT, "%s", e.text);
    }
    free(id);
}

static void take(struct ask *ask, void *arg)
{
    struct app *app = ask_app(ask);
    struct setup_draft *draft = arg;
    struct error e = {0};

    keep(ask, draft);
    if (draft->way == SETUP_BY_HAND)
        setup_dialog_by_hand(app);
    else if (!*ask_text(ask, FIELD_EMAIL))
        ask_refuse(ask, FIELD_EMAIL,
                   "Type the e-mail address whose servers are wanted.");
    else if (!setup_search_open(app, &e))
        ask_refuse_error(ask, FIELD_EMAIL, &e);
}

void setup_dialog_open(struct app *app)
{
    struct setup_draft *draft = app_setup_draft(app);

    ask_open(app,
             &(struct ask_spec){
                 .title = "New account",
                 .about = "",
                 .intro =
                     "Its servers are looked for and tried, without a login: "
                     "no password is asked for here. Whether the whole address "
                     "may go to the provider's own server, you say below.",
                 .fields = {{.label = "Name", .text = draft->name},
                            {.label = "E-mail address", .text = draft->email},
                            {.label = "Servers",
                             .choices = ways,
                             .choice = draft->way},
                            {.label = "Send address",
                             .choices = sends,
                             .choice = draft->send_address}},
                 .verb = "Go on",
                 .take = take,
                 .keep = keep,
                 .arg = draft});
}
