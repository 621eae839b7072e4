/* SPDX-License-Identifier: MIT */
/*
 * importing: another program's file, read, told and staged. Every value that is
 * taken is one that the settings allow, every sentence is safe, and the
 * accounts.ini that comes of it has no wrong value.
 */
#ifndef POSTSEAL_FUZZ_IMPORTING_H
#define POSTSEAL_FUZZ_IMPORTING_H

#include "fuzz/folder.h"

#include "core/exchange/import.h"

static inline void importing_look(const struct import *im)
{
    must(im->item_count <= IMPORT_ITEMS_MAX);
    must(im->note_count <= IMPORT_NOTES_MAX);
    for (size_t i = 0; i < im->note_count; i++) {
        must_be_safe(im->notes[i].text);
        must(i == 0 || im->notes[i - 1].line <= im->notes[i].line);
    }
    for (size_t i = 0; i < im->item_count; i++) {
        const struct import_item *item = im->items[i];

        must(item->value[SET_HOST] && *item->value[SET_HOST]);
        must(item->smtp < (int)im->item_count);
        for (int s = 0; s < SET_COUNT; s++)
            must(!item->value[s] ||
                 setting_check((enum setting)s, item->value[s], NULL));
        must(im->with_passwords || !item->value[SET_PASSWORD]);
    }
}

static inline void importing_stage(struct import *im)
{
    struct error e = {0};
    struct config *config = config_open("/nowhere/accounts.ini", NULL, &e);
    struct config_fault fault;

    must(config != NULL);
    for (int replace = 0; replace < 2; replace++) {
        must(import_stage(im, config, replace) <= im->item_count + 1);
        must(!config_fault_at(config, 0, &fault));
    }
    config_free(config);
}

static inline int importing(const char *format, const char *file,
                            const uint8_t *data, size_t size)
{
    struct import_options options = {.format = import_format_find(format)};
    struct error e = {0};
    struct import im;

    options.path = folder_file(file, data, size);
    if (options.format->read_folder)
        options.path = folder;
    options.with_passwords = size % 2;
    if (import_read(&im, &options, &e)) {
        importing_look(&im);
        importing_stage(&im);
    } else {
        must_be_safe(e.text);
    }
    import_release(&im);
    return 0;
}

#endif
