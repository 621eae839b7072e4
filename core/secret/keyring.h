/* SPDX-License-Identifier: MIT */
/*
 * keyring: passwords in the kernel's memory, for settings with `remember =
 * keyring`. They lie in the keyring of the user (keyctl(2), @u), so every
 * session of the same person on this machine finds them; they are never on a
 * disk, and end by themselves KEYRING_SECONDS after they were last used, and
 * with the last session.
 *
 * Three system calls and no libkeyutils: that library would wrap the same three
 * and be one more thing to install.
 */
#ifndef POSTSEAL_CORE_SECRET_KEYRING_H
#define POSTSEAL_CORE_SECRET_KEYRING_H

#include "core/base/error.h"
#include "core/base/secret.h"

#define KEYRING_SECONDS (12 * 60 * 60)

/* One password: "postseal:HOST:PORT:USER". */
struct keyring_place {
    const char *host;
    unsigned port;
    const char *user;
    bool is_token; /* a refresh token, which sentences call so */
};

/* What is there; *found is NULL when nothing is (or it has ended). False with
 * ERROR_FILE when the kernel has no keyring for us (containers). */
bool keyring_read(const struct keyring_place *place, struct secret **found,
                  struct error *e);
/* Stores it, in place of an older one, or begins its time anew. ERROR_FILE:
 * as above, or the user's share is full. */
bool keyring_store(const struct keyring_place *place,
                   const struct secret *secret, struct error *e);
/* Success as well when nothing was there. */
bool keyring_forget(const struct keyring_place *place, struct error *e);

#endif
