/* SPDX-License-Identifier: MIT */
/*
 * export_exceptions: accepted certificates into a new file, as PEM or as
 * Thunderbird's cert_override.txt, with what was left out and what the other
 * program will do otherwise.
 */
#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/exchange/exception_export.h"
#include "tui/dialogs/ask.h"
#include "tui/dialogs/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const formats[] = {"PEM", "cert_override.txt (Thunderbird)",
                                      NULL};
static const char *const which_ones[] = {"this one", "all of the list", NULL};
enum { EXPORT_FILE, EXPORT_WHICH, EXPORT_FORMAT };

struct wanted {
    char host[HOST_MAX];
    unsigned port;
    unsigned char sha256[32];
};

static void noted(struct app *app, size_t button, void *arg)
{
    (void)app;
    (void)button;
    (void)arg;
}

/* What was left out, and what the other program will do otherwise. */
static void tell_notes(struct app *app, const char *path,
                       const struct exception_export *made)
{
    static const char *const buttons[] = {"Good"};
    char **lines = xcalloc(made->note_count + 1, sizeof(*lines));
    char safe[300];

    lines[0] = xasprintf("%zu written to %s.", made->written,
                         text_safe_string(safe, sizeof(safe), path));
    for (size_t i = 0; i < made->note_count; i++) {
        const struct export_note *note = &made->notes[i];
        char place[HOST_MAX + 16] = "The file";

        if (note->about)
            endpoint_host_port(place, sizeof(place), note->about->host,
                               note->about->port);
        lines[i + 1] = xasprintf(
            "%s%s: %s", place,
            note->kind == EXPORT_REMARK ? "" : " is left out", note->text);
    }
    confirm_open(app, "Exported", (const char *const *)lines,
                 made->note_count + 1, buttons, 1, noted, NULL);
    for (size_t i = 0; i <= made->note_count; i++)
        free(lines[i]);
    free(lines);
}

static bool may_write(const char *path, enum exception_format format,
                      struct error *e)
{
    char *expanded = path_expand(path);
    bool ok =
        path_is_free(path, e) && (format != EXCEPTION_THUNDERBIRD ||
                                  exception_export_path_free(expanded, e));

    free(expanded);
    return ok;
}

static void write_export(struct ask *asked, const struct exception_export *made)
{
    struct app *app = ask_app(asked);
    const char *path = ask_text(asked, EXPORT_FILE);
    struct error e = {0};
    char safe[300];

    if (!made->written) {
        ask_refuse(asked, EXPORT_WHICH,
                   made->note_count ? made->notes[0].text
                                    : "There is nothing to write.");
    } else if (!path_write_new(path, &made->bytes, &e)) {
        ask_refuse_error(asked, EXPORT_FILE, &e);
    } else {
        ask_done(asked);
        if (made->note_count)
            tell_notes(app, path, made);
        else
            app_message(app, STYLE_GOOD, "%zu written to %s.", made->written,
                        text_safe_string(safe, sizeof(safe), path));
    }
}

/* All of them, or the one that was selected; the store may have changed. */
static size_t choose(const struct exceptions *all, const struct wanted *wanted,
                     bool each, const struct exception **out)
{
    size_t n = 0;

    for (size_t i = 0; i < exceptions_count(all); i++) {
        const struct exception *x = exceptions_at(all, i);

        if (each ||
            (x->port == wanted->port && strcmp(x->host, wanted->host) == 0 &&
             memcmp(x->sha256, wanted->sha256, 32) == 0))
            out[n++] = x;
    }
    return n;
}

static void take_export(struct ask *asked, void *arg)
{
    const struct exceptions *all = app_workspace(ask_app(asked))->exceptions;
    enum exception_format format = ask_choice(asked, EXPORT_FORMAT)
                                       ? EXCEPTION_THUNDERBIRD
                                       : EXCEPTION_PEM;
    const struct exception **which;
    struct exception_export made;
    struct error e = {0};
    size_t n;

    if (!may_write(ask_text(asked, EXPORT_FILE), format, &e)) {
        ask_refuse_error(asked, EXPORT_FILE, &e);
        return;
    }
    which =
        xcalloc(exceptions_count(all) + 1, sizeof(const struct exception *));
    n = choose(all, arg, ask_choice(asked, EXPORT_WHICH) == 1, which);
    exception_export(&made, all, which, n, format, app_wall(ask_app(asked)));
    write_export(asked, &made);
    exception_export_release(&made);
    free(which);
}

void exception_export_ask(struct app *app, const struct exception *x)
{
    struct wanted *wanted = xcalloc(1, sizeof(*wanted));
    char place[HOST_MAX + 16];
    char *name = xasprintf("exception-%s-%u.pem", x->host, x->port);

    snprintf(wanted->host, sizeof(wanted->host), "%s", x->host);
    wanted->port = x->port;
    memcpy(wanted->sha256, x->sha256, sizeof(wanted->sha256));
    ask_open(
        app,
        &(struct ask_spec){
            .title = "Export exceptions",
            .about = endpoint_host_port(place, sizeof(place), x->host, x->port),
            .intro = "Accepted certificates for other programs, in a new "
                     "file. Quit Thunderbird before its own file is "
                     "replaced by one of these.",
            .fields = {{.label = "File", .text = name},
                       {.label = "Which", .choices = which_ones},
                       {.label = "Format", .choices = formats}},
            .verb = "Write",
            .take = take_export,
            .drop = free,
            .arg = wanted});
    free(name);
}
