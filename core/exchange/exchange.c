/* SPDX-License-Identifier: MIT */
/* exchange: the table of formats, and where each program looks. */
#include "core/exchange/exchange_private.h"

#include "core/base/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A format is listed when its real program was seen to log in by what is
 * written (tests/programs). Himalaya is checked for its syntax alone, and
 * Thunderbird for its files as they were measured. */
static const struct exchange_format *const formats[] = {
    &exchange_msmtp,       &exchange_mbsync,      &exchange_neomutt,
    &exchange_mutt,        &exchange_fetchmail,   &exchange_getmail,
    &exchange_offlineimap, &exchange_aerc,        &exchange_s_nail,
    &exchange_himalaya,    &exchange_thunderbird,
};
#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

const struct exchange_format *exchange_format_at(size_t i)
{
    return i < FORMAT_COUNT ? formats[i] : NULL;
}

const struct exchange_format *exchange_format_find(const char *name)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}

/* NULL without a home folder. */
static char *place(const char *path)
{
    const char *home = getenv("HOME"), *xdg = getenv("XDG_CONFIG_HOME");

    if (strncmp(path, "$XDG/", 5) == 0 && xdg && xdg[0] == '/')
        return xasprintf("%s/%s", xdg, path + 5);
    if (!home || home[0] != '/')
        return NULL;
    return strncmp(path, "$XDG/", 5) == 0
               ? xasprintf("%s/.config/%s", home, path + 5)
               : xasprintf("%s/%s", home, path + 2);
}

char *exchange_default_path(const struct exchange_format *format)
{
    char *first = NULL;

    for (size_t i = 0; i < 4 && format->paths[i]; i++) {
        char *path = place(format->paths[i]);

        if (path && access(path, F_OK) == 0) {
            free(first);
            return path;
        }
        if (first)
            free(path);
        else
            first = path;
    }
    return first;
}
