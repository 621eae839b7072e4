/* SPDX-License-Identifier: MIT */
/* app_save: saving, reading again, and noticing that others write too. */
#include "tui/app_private.h"

#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS      5000 /* between two looks at the file */
#define LOCK_WAIT_MS 100
#define LOCK_TRIES   50

char *app_path_shown(struct app *app, char *out, size_t size)
{
    const char *path = config_path(app_config(app));
    const char *home = getenv("HOME");
    size_t len = home ? strlen(home) : 0;
    char shown[1024];

    if (len > 1 && strncmp(path, home, len) == 0 && path[len] == '/')
        snprintf(shown, sizeof(shown), "~%s", path + len);
    else
        snprintf(shown, sizeof(shown), "%s", path);
    return text_safe_string(out, size, shown);
}

/* -- saving ---------------------------------------------------------------- */

static bool has_faults(struct app *app)
{
    struct config_fault fault;
    size_t count = 0;
    char first[320];

    while (config_fault_at(app_config(app), count, &fault)) {
        if (count++ == 0) {
            snprintf(first, sizeof(first), "%s", fault.text);
            app_goto_setting(app, fault.section, fault.id, fault.setting,
                             false);
        }
    }
    if (count)
        app_message(app, STYLE_FAULT, "Not saved, %zu to fix: %s", count,
                    first);
    return count > 0;
}

static void tell_saved(struct app *app, const struct save_result *result)
{
    char path[256];

    if (!result->written) {
        app_message(app, STYLE_GOOD,
                    "The file's values stand; nothing of yours was left to "
                    "write.");
        return;
    }
    app_path_shown(app, path, sizeof(path));
    app_message(
        app, STYLE_GOOD, "Saved %zu change%s to %s.%s%s", result->written,
        result->written == 1 ? "" : "s", path,
        result->merged ? " It had changed on disk; those changes are kept too."
                       : "",
        result->in_place ? " It was written in place; a copy was made first."
                         : "");
}

static void tell_not_saved(struct app *app, const struct error *e)
{
    size_t count = app_unsaved(app);
    size_t len = strlen(e->text);

    app_message(app, STYLE_FAULT,
                "Not saved: %s%s Your %zu change%s %s still here.", e->text,
                len && e->text[len - 1] == '.' ? "" : ".", count,
                count == 1 ? "" : "s", count == 1 ? "is" : "are");
}

static void try_again(void *arg)
{
    struct app *app = arg;

    app->save_timer = NULL;
    app_save_policy(app, SAVE_ASK, app->saved);
}

static void wait_for_lock(struct app *app, const struct error *e)
{
    if (app->save_tries++ >= LOCK_TRIES) {
        app->save_tries = 0;
        tell_not_saved(app, e);
        return;
    }
    app_message(app, STYLE_NORMAL,
                "Another session is saving right now; waiting for it.");
    app->save_timer = loop_after(app_loop(app), LOCK_WAIT_MS, try_again, app);
}

void app_save_policy(struct app *app, enum save_policy policy,
                     void (*done)(struct app *app))
{
    struct save_result result;
    struct error e = {0};

    loop_cancel(app->save_timer);
    app->save_timer = NULL;
    app->saved = done;
    if (config_save(app_config(app), policy, &result, &e)) {
        app->save_tries = 0;
        app->told_changed = false;
        tell_saved(app, &result);
        app_tick(app);
        if (done)
            done(app);
    } else if (e.code == ERROR_CONFLICT) {
        app->told_changed = true; /* by the question */
        conflict_open(app, &result, done);
        if (!result.conflict_count)
            app_message(app, STYLE_FAULT, "%s", e.text);
    } else if (e.code == ERROR_LOCKED) {
        wait_for_lock(app, &e);
    } else {
        tell_not_saved(app, &e);
    }
    save_result_release(&result);
}

void app_save(struct app *app, void (*done)(struct app *app))
{
    struct screen *panel = &app->panels[app->panel];

    /* A new account without a name yet is part of what is to be saved. */
    if (panel->ops->take)
        panel->ops->take(panel);
    app->save_tries = 0;
    if (has_faults(app))
        return;
    if (!app_unsaved(app)) {
        app_message(app, STYLE_NORMAL, "There is nothing to save.");
        if (done)
            done(app);
        return;
    }
    app_save_policy(app, SAVE_ASK, done);
}

/* -- reading --------------------------------------------------------------- */

void app_read_again(struct app *app)
{
    struct error e = {0};
    size_t count;

    if (!config_reload(app_config(app), &e)) {
        app_message(app, STYLE_FAULT, "%s What was read before is still shown.",
                    e.text);
        return;
    }
    app->told_changed = false;
    count = app_unsaved(app);
    if (count)
        app_message(app, STYLE_NORMAL,
                    "Read again; your %zu unsaved change%s kept.", count,
                    count == 1 ? " is" : "s are");
    else
        app_message(app, STYLE_NORMAL, "Read again.");
    app_tick(app);
}

/* Says it once; nothing is sent to the terminal while the file stays as it
 * is. */
static void look(void *arg)
{
    struct app *app = arg;

    app->look_timer = loop_after(app_loop(app), LOOK_MS, look, app);
    if (app->told_changed || *app->message ||
        !config_changed_on_disk(app_config(app)))
        return;
    app->told_changed = true;
    app_message(app, STYLE_CHANGED,
                "accounts.ini changed on disk. r on Accounts reads it again; "
                "saving merges.");
    app_tick(app);
}

void app_watch_file(struct app *app)
{
    app->look_timer = loop_after(app_loop(app), LOOK_MS, look, app);
}

/* The first thing in the file that cannot be read, if there is one. */
static bool tell_problem(struct app *app)
{
    size_t count, errors = 0;
    struct problem *problems = config_check(app_config(app), &count);
    const struct problem *first = NULL;

    for (size_t i = 0; i < count; i++) {
        if (problems[i].severity != PROBLEM_ERROR || !problems[i].line)
            continue;
        if (!first)
            first = &problems[i];
        errors++;
    }
    if (first)
        app_message(app, STYLE_FAULT, "accounts.ini:%u: %s%s", first->line,
                    first->text,
                    errors > 1 ? " `postseal check` lists all." : "");
    free(problems);
    return first != NULL;
}

void app_start_questions(struct app *app)
{
    struct config *config = app_config(app);
    int64_t written = 0;
    size_t found = config_recovery_found(config, &written);
    struct config_cut cut;

    if (found)
        recovery_open(app, found, written);
    if (config_cut_found(config, &cut)) /* above: it is asked first */
        cut_save_open(app, &cut);
}

void app_start_messages(struct app *app)
{
    if (app->workspace->exceptions_error.code)
        app_message(app, STYLE_FAULT, "%s",
                    app->workspace->exceptions_error.text);
    else if (!tell_problem(app) && config_open_elsewhere(app_config(app)))
        app_message(app, STYLE_NORMAL,
                    "Also open in another session; changes are merged on "
                    "saving.");
}
