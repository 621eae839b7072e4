/* SPDX-License-Identifier: MIT */
/*
 * guess: the usual names and ports of mail servers in a domain, tried one
 * after another 100 ms apart: real TLS, a real STARTTLS upgrade, the
 * certificate judged. Nothing unencrypted is guessed.
 */
#ifndef POSTSEAL_CORE_SETUP_GUESS_H
#define POSTSEAL_CORE_SETUP_GUESS_H

#include "core/probe/probe.h"
#include "core/setup/setup.h"

#define GUESS_MAX 16 /* a direction */

/* What is tried, best first: IMAP before POP3, TLS before STARTTLS, the name
 * made for it before mail. and the domain itself. Returns how many. */
size_t guess_list(const char *domain, enum setup_direction direction,
                  struct endpoint out[GUESS_MAX]);

struct guess;
/* A server that answers as one of that kind, with whatever certificate. The
 * finished test is the callee's from now on. */
typedef void guess_found(void *arg, enum setup_direction direction,
                         struct probe *probe);
/* All was tried, or stopped. `existing`: how many of the names are there. */
typedef void guess_done(void *arg, size_t existing);

/* Never NULL, and never calls back from inside. Only names that the DNS knows
 * are tried. */
struct guess *guess_start(const struct probe_env *env, const char *domain,
                          guess_found *found, guess_done *done, void *arg);
/* No more of that direction is wanted; may be called inside the callbacks. */
void guess_stop(struct guess *guess, enum setup_direction direction);
/* Whether anything of that direction may still come. */
bool guess_wants(const struct guess *guess, enum setup_direction direction);
/* Ends it; no callback will come. NULL is fine. */
void guess_free(struct guess *guess);

#endif
