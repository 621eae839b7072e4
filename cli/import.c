/* SPDX-License-Identifier: MIT */
/* import: accounts out of the files of other mail programs. */
#include "cli/cli.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/exchange/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct words {
    bool dry_run, replace, with_passwords;
};

/* -- telling --------------------------------------------------------------- */

static void print_item(const struct import_item *item)
{
    char id[160], name[160], shown[400];

    text_safe_string(id, sizeof(id), item->id);
    text_safe_string(name, sizeof(name), item->name);
    printf("[%s %s]  %s, line %u (%s)\n", section_word(item->section), id,
           import_state_word(item->state), item->line, name);
    for (int i = 0; i < SET_COUNT && item->state != IMPORT_PRESENT; i++)
        if (item->value[i])
            printf("  %-18s %s\n", setting_row((enum setting)i)->key,
                   setting_show(shown, sizeof(shown), (enum setting)i,
                                item->value[i]));
}

static void print_text(const struct import *im, bool written)
{
    char path[300];

    text_safe_string(path, sizeof(path), im->path);
    for (size_t i = 0; i < im->item_count; i++)
        print_item(im->items[i]);
    for (size_t i = 0; i < im->note_count; i++) {
        const struct import_note *note = &im->notes[i];
        const char *kind = note->kind == IMPORT_LEFT ? "left" : "note";

        if (note->line)
            printf("%s:%u: %s: %s\n", path, note->line, kind, note->text);
        else
            printf("%s: %s\n", kind, note->text);
    }
    if (im->more_notes)
        printf("... and %zu more of that kind.\n", im->more_notes);
    if (!written)
        cli_warn("Nothing was written.");
}

static json_t *item_json(const struct import_item *item)
{
    json_t *row = json_object(), *values = json_array();

    for (int i = 0; i < SET_COUNT; i++) {
        const struct setting_row *setting = setting_row((enum setting)i);
        json_t *value;

        if (!item->value[i])
            continue;
        value = json_object();
        json_object_set_new(value, "key", json_string(setting->key));
        json_object_set_new(value, "value",
                            setting->type == SETTING_SECRET
                                ? json_null()
                                : json_text(item->value[i]));
        json_object_set_new(value, "line", json_integer(item->value_line[i]));
        json_array_append_new(values, value);
    }
    json_object_set_new(row, "section",
                        json_string(section_word(item->section)));
    json_object_set_new(row, "id", json_text(item->id));
    json_object_set_new(row, "name", json_text(item->name));
    json_object_set_new(row, "line", json_integer(item->line));
    json_object_set_new(row, "state",
                        json_string(import_state_word(item->state)));
    json_object_set_new(row, "values", values);
    return row;
}

static void print_json(const struct import *im,
                       const struct import_format *format, bool written)
{
    json_t *value = json_object(), *items = json_array();
    json_t *left = json_array(), *remarks = json_array();

    for (size_t i = 0; i < im->item_count; i++)
        json_array_append_new(items, item_json(im->items[i]));
    for (size_t i = 0; i < im->note_count; i++) {
        const struct import_note *note = &im->notes[i];
        json_t *row = json_object();

        json_object_set_new(
            row, "line", note->line ? json_integer(note->line) : json_null());
        json_object_set_new(row, "text", json_text(note->text));
        json_array_append_new(note->kind == IMPORT_LEFT ? left : remarks, row);
    }
    json_object_set_new(value, "format", json_string(format->name));
    json_object_set_new(value, "path", json_text(im->path));
    json_object_set_new(value, "written", json_boolean(written));
    json_object_set_new(value, "sections", items);
    json_object_set_new(value, "left", left);
    json_object_set_new(value, "remarks", remarks);
    json_object_set_new(value, "more",
                        json_integer((json_int_t)im->more_notes));
    json_print(value, false);
}

/* -- doing ----------------------------------------------------------------- */

static int carry_out(struct cli *cli, const struct words *words,
                     const struct import_options *options)
{
    struct import im;
    struct error e = {0};
    int status = STATUS_OK;
    bool written = false;
    size_t touched;

    if (!import_read(&im, options, &e)) {
        import_release(&im);
        return cli_fail(&e);
    }
    touched = import_stage(&im, cli->workspace.config, words->replace);
    if (touched && !words->dry_run) {
        written = cli_save(cli, &e);
        if (!written)
            status = cli_fail(&e);
    }
    if (cli->json)
        print_json(&im, options->format, written);
    else
        print_text(&im, written);
    if (!im.item_count) {
        cli_warn("There is no server in it that could be taken.");
        status = STATUS_FAILED;
    }
    import_release(&im);
    return status;
}

static int unknown_format(const struct cli *cli, const char *word)
{
    const struct import_format *format;
    char list[300] = "";
    size_t n = 0;

    for (size_t i = 0; (format = import_format_at(i)); i++)
        n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", i ? ", " : "",
                              format->name);
    return cli_usage(cli, "%s: the formats are %s.",
                     word ? "There is no such format" : "Which format", list);
}

int cmd_import(struct cli *cli, int argc, char **argv)
{
    struct words words = {0};
    const struct cli_option own[] = {
        {"dry-run", NULL, &words.dry_run, NULL,
         "show what would be taken, write nothing"},
        {"replace", NULL, &words.replace, NULL,
         "write over the settings of a server that is there already"},
        {"with-passwords", NULL, &words.with_passwords, NULL,
         "also the passwords that stand in the file"},
        CLI_OPTION_END,
    };
    struct import_options options = {0};
    char *path = NULL;
    int status;

    if (!cli_parse(cli, &argc, argv, own, 0, 2, &status))
        return status;
    options.format = argc ? import_format_find(argv[0]) : NULL;
    if (!options.format)
        return unknown_format(cli, argc ? argv[0] : NULL);
    options.path =
        argc > 1 ? argv[1] : (path = import_default_path(options.format));
    options.with_passwords = words.with_passwords;
    if (!options.path)
        status = cli_usage(cli, "Name %s.", options.format->file);
    else if (cli_open(cli, &status))
        status = carry_out(cli, &words, &options);
    free(path);
    return status;
}
