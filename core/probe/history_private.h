/* SPDX-License-Identifier: MIT */
/* history_private: the document behind history. */
#ifndef POSTSEAL_CORE_PROBE_HISTORY_PRIVATE_H
#define POSTSEAL_CORE_PROBE_HISTORY_PRIVATE_H

#include "core/base/ini.h"
#include "core/probe/history.h"

/* The INI document is the storage: looking up is hashed there already. */
struct history {
    char *path;
    struct ini *ini;
    bool changed;
    struct history_entry found;
};

void history_set(struct history *history, const char *section, const char *key,
                 const char *value);

#endif
