/* SPDX-License-Identifier: MIT */
/* exception export: accepted certificates as PEM or for Thunderbird. */
#include "cli/exception.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/exchange/exception_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct export_words {
    const char *format, *output;
    bool force;
};

/* -- which ----------------------------------------------------------------- */

struct picked {
    const struct exception **list;
    size_t count;
};

static void pick(struct picked *picked, const struct exception *exception)
{
    for (size_t i = 0; i < picked->count; i++)
        if (picked->list[i] == exception)
            return;
    picked->list = xreallocarray(picked->list, picked->count + 1,
                                 sizeof(const struct exception *));
    picked->list[picked->count++] = exception;
}

static bool pick_word(struct cli *cli, struct picked *picked, const char *word,
                      int *status)
{
    const struct exceptions *all = cli->workspace.exceptions;
    struct exception_choice choice;
    bool found = false;

    *status = STATUS_USAGE;
    if (!exception_choice_read(cli, word, &choice))
        return false;
    for (size_t i = 0; i < exceptions_count(all); i++)
        if (exception_choice_fits(&choice, exceptions_at(all, i))) {
            pick(picked, exceptions_at(all, i));
            found = true;
        }
    if (!found) {
        char safe[200];

        cli_warn("There is no exception %s. postseal exception list shows "
                 "them. Nothing was written.",
                 text_safe_string(safe, sizeof(safe), word));
        *status = STATUS_FAILED;
    }
    return found;
}

/* All without a word; *status is set on false. */
static bool pick_all(struct cli *cli, struct picked *picked, int argc,
                     char **argv, int *status)
{
    const struct exceptions *all = cli->workspace.exceptions;

    for (int i = 0; i < argc; i++)
        if (!pick_word(cli, picked, argv[i], status))
            return false;
    for (size_t i = 0; argc == 0 && i < exceptions_count(all); i++)
        pick(picked, exceptions_at(all, i));
    if (picked->count)
        return true;
    cli_warn("There are no exceptions. Nothing was written.");
    *status = STATUS_FAILED;
    return false;
}

/* -- writing --------------------------------------------------------------- */

static bool write_file(const struct export_words *words, const struct buf *text,
                       enum exception_format format, struct error *e)
{
    const struct file_stamp none = {0};
    char safe[300];

    text_safe_string(safe, sizeof(safe), words->output);
    if (format == EXCEPTION_THUNDERBIRD &&
        !exception_export_path_free(words->output, e))
        return false;
    if (!words->force && access(words->output, F_OK) == 0)
        return error_set(e, ERROR_FILE,
                         "%s exists already; --force writes over it. Nothing "
                         "was written.",
                         safe);
    if (!file_save(&(struct file_save){.path = words->output,
                                       .bytes = text->data,
                                       .len = text->len,
                                       .base = words->force ? NULL : &none},
                   NULL, NULL, e))
        return false;
    /* One that was written over kept its rights. */
    return !words->force || chmod(words->output, 0600) == 0 ||
           error_set(e, ERROR_FILE, "%s was written, but not made private.",
                     safe);
}

/* -- telling --------------------------------------------------------------- */

static const char *note_word(enum export_note_kind kind)
{
    static const char *const words[] = {
        [EXPORT_REMARK] = "remark",
        [EXPORT_LEFT_OUT] = "left-out",
        [EXPORT_FAILED] = "failed",
    };

    return words[kind];
}

static json_t *note_json(const struct export_note *note)
{
    json_t *row = json_object();

    json_object_set_new(row, "kind", json_string(note_word(note->kind)));
    json_object_set_new(row, "number",
                        note->about ? json_integer(note->about->number)
                                    : json_null());
    json_object_set_new(row, "host",
                        json_text(note->about ? note->about->host : NULL));
    json_object_set_new(row, "port",
                        note->about ? json_integer(note->about->port)
                                    : json_null());
    json_object_set_new(row, "text", json_text(note->text));
    return row;
}

static void print_json(const struct export_words *words,
                       const struct exception_export *made,
                       enum exception_format format)
{
    json_t *value = json_object(), *notes = json_array();

    for (size_t i = 0; i < made->note_count; i++)
        json_array_append_new(notes, note_json(&made->notes[i]));
    json_object_set_new(value, "format",
                        json_string(exception_format_word(format)));
    json_object_set_new(value, "written",
                        json_integer((json_int_t)made->written));
    json_object_set_new(value, "output", json_text(words->output));
    json_object_set_new(value, "content",
                        words->output
                            ? json_null()
                            : json_stringn(made->bytes.data, made->bytes.len));
    json_object_set_new(value, "notes", notes);
    json_print(value, false);
}

static void print_notes(const struct exception_export *made)
{
    for (size_t i = 0; i < made->note_count; i++) {
        const struct export_note *note = &made->notes[i];
        char place[HOST_MAX + 16];

        if (!note->about) {
            cli_warn("%s", note->text);
            continue;
        }
        endpoint_host_port(place, sizeof(place), note->about->host,
                           note->about->port);
        cli_warn("exception %u, %s%s: %s", note->about->number, place,
                 note->kind == EXPORT_REMARK ? "" : ", is left out",
                 note->text);
    }
}

/* A left-out one is a failure only when it was asked for. */
static int status_of(const struct exception_export *made, bool named)
{
    int status = made->written ? STATUS_OK : STATUS_FAILED;

    for (size_t i = 0; i < made->note_count; i++)
        if (made->notes[i].kind == EXPORT_FAILED)
            return STATUS_FILE;
        else if (made->notes[i].kind == EXPORT_LEFT_OUT && named)
            status = STATUS_FAILED;
    return status;
}

static int tell(struct cli *cli, const struct export_words *words,
                enum exception_format format,
                const struct exception_export *made, bool named)
{
    struct error e = {0};

    if (words->output && made->written &&
        !write_file(words, &made->bytes, format, &e))
        return cli_fail(&e);
    if (cli->json) {
        print_json(words, made, format);
        return status_of(made, named);
    }
    print_notes(made);
    if (!made->written)
        cli_warn("Nothing was written.");
    else if (!words->output)
        fwrite(made->bytes.data, 1, made->bytes.len, stdout);
    else
        printf("%zu written\n", made->written);
    return status_of(made, named);
}

int cmd_exception_export(struct cli *cli, int argc, char **argv)
{
    struct export_words words = {.format = "pem"};
    const struct cli_option options[] = {
        {"format", "pem|thunderbird", NULL, &words.format,
         "PEM, or cert_override.txt"},
        {"output", "FILE", NULL, &words.output,
         "a new file, readable by you alone (default: standard output)"},
        {"force", NULL, &words.force, NULL, "write over an existing file"},
        CLI_OPTION_END,
    };
    enum exception_format format;
    struct exception_export made;
    struct picked picked = {0};
    int status;

    if (!cli_parse(cli, &argc, argv, options, 0, -1, &status))
        return status;
    if (!exception_format_parse(words.format, &format))
        return cli_usage(cli, "--format is pem or thunderbird.");
    if (!exception_store(cli, &status))
        return status;
    if (pick_all(cli, &picked, argc, argv, &status)) {
        exception_export(&made, cli->workspace.exceptions, picked.list,
                         picked.count, format, time(NULL));
        status = tell(cli, &words, format, &made, argc > 0);
        exception_export_release(&made);
    }
    free(picked.list);
    return status;
}
