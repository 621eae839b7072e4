/* SPDX-License-Identifier: MIT */
/*
 * mechanism: the SASL mechanisms and the protocols' own logins, one row each.
 *
 * PLAIN (RFC 4616), LOGIN, CRAM-MD5 (RFC 2195), EXTERNAL (RFC 4422 appendix
 * A), XOAUTH2 and OAUTHBEARER (RFC 7628) are pure functions here; SCRAM is in
 * core/mail/scram.h. Messages are bytes; base64 and line ends are the
 * protocols' affair.
 */
#ifndef POSTSEAL_CORE_MAIL_MECHANISM_H
#define POSTSEAL_CORE_MAIL_MECHANISM_H

#include "core/account/account.h"
#include "core/base/buf.h"
#include "core/base/reason.h"
#include "core/net/binding.h"

#define MECHANISM_MESSAGE_MAX 12288 /* bytes of one message, before base64 */

/* What a mechanism needs, and what can be had (ored). */
enum mechanism_need {
    NEED_PASSWORD = 1,
    NEED_TOKEN = 2,      /* an OAuth access token */
    NEED_CERTIFICATE = 4 /* one of the person, shown in the handshake */
};

/* Who logs in. Texts are the caller's; wiped there. */
struct credentials {
    const char *user; /* NULL only with a certificate */
    const char *password;
    const char *token; /* access token, without "Bearer" */
};

struct scram;

/* A login under way. The caller fills the first part. */
struct exchange {
    const struct mechanism *mechanism;
    const struct credentials *credentials;
    const char *host; /* OAUTHBEARER tells both; NULL and 0: not told */
    unsigned port;
    struct channel_binding binding; /* type NULL: none */
    bool plus_offered;              /* the server lists any -PLUS */
    bool secure;                    /* inside TLS */
    /* Private. */
    unsigned said; /* messages given so far */
    struct scram *scram;
    char refusal[300]; /* OAuth: what the server says of the token, safe */
};

struct mechanism {
    const char *name; /* "SCRAM-SHA-256"; "IMAP LOGIN", "USER/PASS" */
    enum auth auth;   /* the setting that asks for it */
    bool sasl;        /* false: a command of the protocol itself */
    enum mechanism_need need;
    bool clear;        /* the password or token itself is sent */
    bool bound;        /* needs channel binding */
    bool client_first; /* may come with the command (initial response) */
    unsigned messages; /* of the client until it can be a success */
    /* The next message for a challenge (len 0 for the first one of a
     * client_first mechanism). False: `failure` says why not. NULL: not sasl.
     */
    bool (*step)(struct exchange *x, const char *challenge, size_t len,
                 struct buf *out, struct failure *failure);
};

/*
 * In the order of `auth = auto`, strongest first:
 *
 * A certificate or a token is only there because somebody set it for this very
 * server, so these come first. Then SCRAM: it proves the password without
 * telling it, and makes the server prove that it knows it; -PLUS also that
 * nobody is in between. CRAM-MD5 comes before PLAIN even inside TLS: its answer
 * can be guessed at, but it does not hand the password over, and the one at the
 * other end may be there by an exception. (A server that keeps only hashes
 * sometimes offers what it cannot check; the sentence of a failed login says
 * so.) PLAIN before the protocols' own commands before LOGIN, which is no
 * standard: all three tell the password. Where the inbox can be asked for with
 * the protocol's own command, that comes before PLAIN.
 */
size_t mechanism_count(void);
const struct mechanism *mechanism_at(size_t i);

/* The next message into `out`, which is emptied first; counts it. */
bool exchange_step(struct exchange *x, const char *challenge, size_t len,
                   struct buf *out, struct failure *failure);
/* The server says that the login is done: whether that can be so. Reasons:
 * protocol (too early), login (SCRAM: it has not proved itself). */
bool exchange_accept(const struct exchange *x, struct failure *failure);
/* Wipes. */
void exchange_release(struct exchange *x);

#endif
