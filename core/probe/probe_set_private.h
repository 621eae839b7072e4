/* SPDX-License-Identifier: MIT */
/*
 * probe_set_private: what the files of probe_set share. probe_set_targets.c
 * makes entries of what a person names, probe_set_answers.c gives typed
 * passwords to those that ask, probe_set.c runs them.
 */
#ifndef POSTSEAL_CORE_PROBE_PROBE_SET_PRIVATE_H
#define POSTSEAL_CORE_PROBE_PROBE_SET_PRIVATE_H

#include "core/probe/given.h"
#include "core/probe/probe_set.h"

/* One target. Until its probe runs, and when it can never run, `result` is
 * what there is to say about it. */
struct probe_set_entry {
    struct server server;
    struct probe *probe;
    struct probe_result result;
    struct probe_set *set;
    size_t index;
    bool counted;                  /* among the running ones */
    struct oauth_wait *permission; /* a person is to give it */
};

struct probe_set {
    struct workspace *workspace;
    struct probe_set_options options;
    char *user, *password_command;
    size_t files; /* how many descriptors may be open */
    struct sources *sources;
    struct given *given;
    probe_set_progress *progress;
    void *arg;
    struct probe_set_entry **entries; /* pointers: probes keep the address */
    size_t count, size;
    size_t next, running, finished;
};

/* Says why a test will not run. */
void probe_set_end_unstarted(struct probe_set_entry *entry, enum reason reason,
                             const char *text);
/* Gives an asking test the answer that is there, unless another server is to
 * show first whether it is right. */
void probe_set_answer_as_before(struct probe_set_entry *entry);
/* What a test, going on, says of the answer that it tries. */
void probe_set_learn_from(struct probe_set_entry *entry);

#endif
