/* SPDX-License-Identifier: MIT */
/* probe_private: the state of one test, shared by its files. */
#ifndef POSTSEAL_CORE_PROBE_PROBE_PRIVATE_H
#define POSTSEAL_CORE_PROBE_PROBE_PRIVATE_H

#include "core/mail/dialogue.h"
#include "core/probe/probe.h"
#include "core/secret/command.h"
#include "core/secret/source.h"

struct probe {
    struct probe_env env;
    struct server server;
    enum probe_purpose purpose;
    bool sender, may_ask, public_only;
    long total_timeout, warn_days;
    struct secret *typed; /* by the person, or NULL */
    struct secret *token; /* an OAuth access token, or NULL */
    probe_progress *progress;
    void *arg;
    struct probe_result result;

    size_t at; /* the running stage */
    int64_t started, stage_started;
    struct loop_timer *begin, *stage_deadline, *total_deadline, *notice, *grace,
        *tls_try;
    struct resolve_query *query;
    struct address *addresses; /* answered, not yet connecting */
    size_t address_count;
    bool resolved_all;
    struct address passed_over; /* as private; family 0: none */
    struct stream *stream;
    struct stream *kept; /* with PROBE_LINK, when all was well */
    struct dialogue dialogue;
    struct secret_command *command; /* of the client certificate's key */
    struct sources *sources, *own_sources;
    struct source_search *search;
    enum mechanism_need secret_need;
    struct secret *secret; /* during the login */
    bool gone;             /* the server, while a password was waited for */
    bool restarted;        /* ... and the test has begun anew */
    int64_t paused;        /* since when no deadline runs; 0: they do */
    int64_t total_left;    /* ms of the whole test's, then */
    struct credentials credentials;
    struct client_identity identity; /* the person's certificate, or empty */
    unsigned logged; /* lines of the login that went into the log */
    bool begun;      /* the first stage is */
    bool trying_tls; /* a ClientHello on a port that says nothing */
    bool tried_tls;  /* ... and it was slow plain text after all */
    char helo[ADDRESS_SIZE + 8];
};

/* probe.c */
struct probe_stage *probe_stage_now(struct probe *p);
/* Marks the running stage as done and begins the next one. */
void probe_stage_ok(struct probe *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void probe_fail(struct probe *p, const struct failure *failure);
void probe_fail_text(struct probe *p, enum reason reason, const char *format,
                     ...) __attribute__((format(printf, 3, 4)));
/* The running stage and all that are left are passed over; the test is fine. */
void probe_finish_ok(struct probe *p);
/* Takes back the stages after `stage`, which has not ended well after all. */
void probe_return_to(struct probe *p, enum stage stage);
/* The running stage gets its whole time (again), or no limit for now. */
void probe_rearm(struct probe *p);
void probe_disarm(struct probe *p);
/* No deadline runs while a person types; that time does not count. */
void probe_pause(struct probe *p);
void probe_go_on(struct probe *p);
/* From the first stage, as if nothing had happened yet. */
void probe_restart(struct probe *p);
/* Tells the caller, from the loop, that the result has changed. */
void probe_notify(struct probe *p);
void probe_skip_stage(struct probe *p, const char *text);

/* Enters the first stage. */
void probe_begin(struct probe *p);

/* probe_identity.c: ends in probe_begin() or a failure. */
void probe_load_identity(struct probe *p);
/* A login refused for want of a valid certificate is told as that. */
void probe_blame_identity(const struct probe *p, struct failure *failure);

/* probe_link.c: addresses, connection, TLS */
void probe_resolve(struct probe *p);
void probe_connect(struct probe *p);
void probe_start_tls(struct probe *p);
void probe_close_link(struct probe *p);
void probe_try_tls_later(struct probe *p);

/* Into the log; the text holds no secret. */
void probe_note(struct probe *p, enum probe_log_kind kind, const char *text,
                size_t len);

/* probe_talk.c: the mail protocol and the login */
void probe_talk(struct probe *p, enum stage stage);
void probe_login(struct probe *p);
void probe_read_lines(struct probe *p);

/* probe_secret.c: what to log in with */
/* Which of NEED_PASSWORD and NEED_TOKEN there is something to ask for. */
unsigned probe_secret_needs(const struct probe *p);
/* Gets what the chosen mechanism needs and begins the login, or fails. */
void probe_log_in(struct probe *p, enum mechanism_need need);
/* The link ended: whether that is no failure yet. */
bool probe_secret_outlasts(struct probe *p);
/* What the server said of it; then it is forgotten. */
void probe_secret_outcome(struct probe *p, bool accepted, struct error *e);
void probe_forget_secret(struct probe *p);

#endif
