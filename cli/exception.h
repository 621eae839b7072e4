/* SPDX-License-Identifier: MIT */
/*
 * exception: what the commands of that family share; each has a file of its
 * own (list and remove are in exception.c).
 */
#ifndef POSTSEAL_CLI_EXCEPTION_H
#define POSTSEAL_CLI_EXCEPTION_H

#include "cli/cli.h"

/* Opens the store, or tells why it is not used: NULL and *status. */
struct exceptions *exception_store(struct cli *cli, int *status);

json_t *exception_json(const struct cli *cli, const struct exception *exception,
                       time_t now);
void exception_print(const struct cli *cli, const struct exception *exception,
                     time_t now);

/* --until; NULL: the latest allowed. False with the message told. */
bool exception_read_until(const struct cli *cli, const char *text,
                          struct exception_wish *wish);
/* exceptions_add(), waiting some seconds for the lock. */
bool exception_add_waiting(struct cli *cli, const struct exception_wish *wish,
                           const struct verdict *verdict, bool replace,
                           struct error *e);

/* What the person named: a number, a SHA-256, or a host and port. */
struct exception_choice {
    long number;
    bool has_sha256, has_place;
    unsigned char sha256[32];
    struct endpoint place;
};
/* False with the message told: a usage error. */
bool exception_choice_read(const struct cli *cli, const char *text,
                           struct exception_choice *choice);
bool exception_choice_fits(const struct exception_choice *choice,
                           const struct exception *exception);

#endif
