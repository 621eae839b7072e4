/* SPDX-License-Identifier: MIT */
#include "core/exchange/export_check.h"

#include "core/base/date.h"
#include "core/base/text.h"
#include "core/exchange/export_block.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *export_state_word(enum export_state state)
{
    static const char *const words[] = {
        [EXPORT_CURRENT] = "current", [EXPORT_STALE] = "stale",
        [EXPORT_EDITED] = "edited",   [EXPORT_GONE] = "gone",
        [EXPORT_UNUSED] = "unused",   [EXPORT_UNKNOWN] = "unknown",
    };

    return words[state];
}

static void say(struct export_checked *out, enum export_state state,
                const char *format, ...) __attribute__((format(printf, 3, 4)));

static void say(struct export_checked *out, enum export_state state,
                const char *format, ...)
{
    va_list args;

    out->state = state;
    va_start(args, format);
    vsnprintf(out->text, sizeof(out->text), format, args);
    va_end(args);
}

static const struct exception *find_number(const struct exceptions *store,
                                           unsigned number)
{
    for (size_t i = 0; store && i < exceptions_count(store); i++)
        if (exceptions_at(store, i)->number == number)
            return exceptions_at(store, i);
    return NULL;
}

/* Which exception of that export has ended or is gone; false: none. */
static bool tell_exceptions(struct export_checked *out,
                            const struct export_source *source)
{
    const char *p = out->what.pins;

    while (*p) {
        char *end;
        unsigned long number = strtoul(p, &end, 10);
        const struct exception *x =
            find_number(source->exceptions, (unsigned)number);
        char date[DATE_SIZE];

        if (end == p)
            return false;
        if (!x)
            say(out, EXPORT_STALE,
                "Exception %lu, which it holds, was removed.", number);
        else if (exception_has_ended(x, source->now))
            say(out, EXPORT_STALE,
                "Exception %lu, which it holds, ended on %s.", number,
                date_format(date, x->until));
        if (out->text[0])
            return true;
        p = end + strspn(end, " ");
    }
    return false;
}

/* Looks into the file alone: is the block there, as it was written? */
static bool look(struct export_checked *out)
{
    struct export_block block = {0};
    struct error e = {0};
    struct file_stamp stamp;
    struct buf bytes;

    buf_init(&bytes, FILE_MAX);
    if (!file_read(out->what.path, FILE_MAX, &bytes, &stamp, &e) ||
        !export_block_find(&block, out->what.path, &bytes, out->what.account,
                           &e))
        say(out, EXPORT_UNKNOWN, "%s", e.text);
    else if (!stamp.exists)
        say(out, EXPORT_GONE, "That file is not there any more.");
    else if (!block.found)
        say(out, EXPORT_GONE, "postseal's block was taken out of that file.");
    else if (block.edited)
        say(out, EXPORT_EDITED, "postseal's block was edited by hand.");
    buf_release(&bytes);
    return out->text[0] != '\0';
}

static void compare(struct export_checked *out,
                    const struct exchange_format *format,
                    const struct export_view *view)
{
    const struct export_options options = {.format = format,
                                           .path = out->what.path,
                                           .with_passwords =
                                               out->what.with_passwords,
                                           .tunnel = out->what.tunnel};
    struct export_plan plan;
    struct error e = {0};

    if (!export_plan_make(&plan, view, &options, false, &e))
        say(out, EXPORT_UNKNOWN, "%s", e.text);
    else if (!plan.entry_count)
        say(out, EXPORT_STALE,
            "Nothing of the account can be written there "
            "any more.");
    else if (strcmp(plan.entries[0].fingerprint, out->what.fingerprint) != 0)
        say(out, EXPORT_STALE,
            "The settings or the exceptions changed since the export.");
    else if (export_plan_changes(&plan))
        say(out, EXPORT_STALE, "The files it wrote were changed since.");
    export_plan_release(&plan);
}

bool export_check_at(struct export_checked *out, const struct history *history,
                     size_t i, const struct export_source *source)
{
    const struct exchange_format *format;
    struct export_view view;

    *out = (struct export_checked){0};
    if (!history_export_at(history, i, &out->what))
        return false;
    format = exchange_format_find(out->what.format);
    if (!format) {
        say(out, EXPORT_UNKNOWN, "This postseal does not know that format.");
        return true;
    }
    if (!export_view_make(&view, source, &out->what.account, 1, NULL)) {
        say(out, EXPORT_UNUSED,
            "The account is not in accounts.ini any more. "
            "Take its block out of that file.");
        return true;
    }
    if (!view.accounts[0].enabled)
        say(out, EXPORT_UNUSED,
            "The account is not in use any more. Take its "
            "block out of that file.");
    else if ((format->profile || !look(out)) && !tell_exceptions(out, source))
        compare(out, format, &view);
    export_view_release(&view);
    return true;
}

void export_remember(struct history *history, const struct export_plan *plan,
                     const struct export_options *options, time_t now)
{
    for (size_t i = 0; i < plan->entry_count; i++)
        history_note_export(history,
                            &(struct history_export){
                                .format = plan->format->name,
                                .path = plan->entries[i].path,
                                .account = plan->entries[i].account,
                                .fingerprint = plan->entries[i].fingerprint,
                                .pins = plan->entries[i].pins,
                                .with_passwords = options->with_passwords,
                                .tunnel = options->tunnel,
                                .when = now});
}
