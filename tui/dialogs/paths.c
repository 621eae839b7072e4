/* SPDX-License-Identifier: MIT */
#include "tui/dialogs/paths.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *path_expand(const char *typed)
{
    const char *home = getenv("HOME");

    return strncmp(typed, "~/", 2) == 0 && home
               ? xasprintf("%s/%s", home, typed + 2)
               : xstrdup(typed);
}

static bool is_named(const char *typed, struct error *e)
{
    return *typed ||
           error_set(e, ERROR_INPUT, "No file is named: type its path.");
}

bool path_read(const char *typed, struct buf *out, struct error *e)
{
    char *path = path_expand(typed);
    struct file_stamp stamp;
    char safe[300];
    bool ok;

    ok =
        is_named(typed, e) && file_read(path, out->max, out, &stamp, e) &&
        (stamp.exists || error_set(e, ERROR_FILE, "There is no file %s.",
                                   text_safe_string(safe, sizeof(safe), path)));
    free(path);
    return ok;
}

static bool exists_already(const char *path, struct error *e)
{
    char safe[300];

    return error_set(e, ERROR_FILE, "%s exists already; nothing was written.",
                     text_safe_string(safe, sizeof(safe), path));
}

bool path_is_free(const char *typed, struct error *e)
{
    char *path = path_expand(typed);
    bool ok = is_named(typed, e) &&
              (access(path, F_OK) != 0 || exists_already(path, e));

    free(path);
    return ok;
}

bool path_write_new(const char *typed, const struct buf *bytes, struct error *e)
{
    static const struct file_stamp absent = {0};
    char *path = path_expand(typed);
    struct error why = {0};
    bool ok = is_named(typed, &why) &&
              file_save(&(struct file_save){.path = path,
                                            .bytes = bytes->data,
                                            .len = bytes->len,
                                            .base = &absent},
                        NULL, NULL, &why);

    if (!ok && why.code == ERROR_CONFLICT)
        exists_already(path, &why);
    if (!ok && e)
        *e = why;
    free(path);
    return ok;
}
