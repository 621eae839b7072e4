/* SPDX-License-Identifier: MIT */
/*
 * probe_set: many tests in one loop, a limited number at a time, results in
 * the order of the targets. Targets are what a person names on the command
 * line or selects on a screen.
 */
#ifndef POSTSEAL_CORE_PROBE_PROBE_SET_H
#define POSTSEAL_CORE_PROBE_PROBE_SET_H

#include "core/probe/probe.h"
#include "core/probe/workspace.h"

struct probe_set;

struct probe_set_options {
    enum probe_purpose purpose;
    bool sender;
    bool may_ask; /* somebody is there to type passwords */
    long total_timeout, warn_days;
    /* At the same time, as far as there are file descriptors; 0: 64. */
    size_t jobs;
    const char *user, *password_command; /* for URL targets */
    bool starttls; /* demand it, whatever the settings say */
};

/* Called when a test of the set changed; `index` is its place. */
typedef void probe_set_progress(void *arg, struct probe_set *set, size_t index);
struct probe_set *probe_set_new(struct workspace *workspace,
                                const struct probe_set_options *options,
                                probe_set_progress *progress, void *arg);
/* Adds what a target stands for: account id (in and out), ID/incoming,
 * ID/outgoing, smtp:ID, URL, host:port. ERROR_NOT_FOUND for an unknown one; a
 * known one that cannot be tested becomes a failed result (reason config). */
bool probe_set_add(struct probe_set *set, const char *target, struct error *e);
/* Every enabled account, in and out, then outgoing servers that no enabled
 * account uses. */
void probe_set_add_all(struct probe_set *set);
/* Starts; progress comes from the loop. */
void probe_set_start(struct probe_set *set);
void probe_set_cancel(struct probe_set *set);
void probe_set_free(struct probe_set *set);

/* A test that waits for a password of the person; false: none does. One answer
 * serves all servers of an account that have the same user name, but one after
 * another: the second gets it when the first has taken it, and asks anew when
 * the first has refused it, for two failed logins can lock an account. It is
 * kept until the run is over. */
struct probe_set_question {
    size_t index;           /* the test's place */
    const char *user;       /* whose password */
    const char *host;       /* of the server that asks */
    const char *refused_at; /* the host that refused the one before; or NULL */
    size_t servers;         /* that the answer is for */
};
bool probe_set_asking(const struct probe_set *set,
                      struct probe_set_question *question);
/* As probe_answer(). */
void probe_set_answer(struct probe_set *set, size_t index, struct secret *typed,
                      bool remember);

size_t probe_set_count(const struct probe_set *set);
/* Valid as long as the set; before its start a test has finished false. */
const struct probe_result *probe_set_result(const struct probe_set *set,
                                            size_t index);
/* The test itself; NULL when it could not begin. */
struct probe *probe_set_probe(const struct probe_set *set, size_t index);
bool probe_set_finished(const struct probe_set *set);

#endif
