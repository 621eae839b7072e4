/* SPDX-License-Identifier: MIT */
/*
 * dialogue: a mail protocol as lines in and bytes out, stage by stage, with no
 * socket. One constant ops table each for IMAP (RFC 9051, 3501), POP3 (RFC
 * 1939, 2449, 2595) and SMTP submission (RFC 5321, 6409, 3207).
 *
 * The probe begins a stage; the dialogue puts what is to be sent into `out` and
 * says DIALOGUE_MORE until the replies are in. It never sees a byte that came
 * before the TLS upgrade again: dialogue_secured() forgets all capabilities.
 *
 * Commands share a flight where the protocol allows it, for each answer that
 * is waited for costs a round trip: the inbox is asked for along with the
 * protocol's own login (but with no AUTHENTICATE: a stray "+" would eat the
 * command, and Cyrus drops it), and the reply to LOGOUT or QUIT is not waited
 * for.
 */
#ifndef POSTSEAL_CORE_MAIL_DIALOGUE_H
#define POSTSEAL_CORE_MAIL_DIALOGUE_H

#include "core/account/account.h"
#include "core/base/buf.h"
#include "core/base/reason.h"
#include "core/mail/mechanism.h"
#include "core/mail/stage.h"

#define DIALOGUE_LINE_MAX  8192 /* bytes of one reply line */
#define DIALOGUE_LINES_MAX 2000 /* lines until a stage must be done */
#define CAPABILITIES_MAX   200  /* more are left out */

enum dialogue_step {
    DIALOGUE_MORE,  /* send `out`, feed more lines */
    DIALOGUE_DONE,  /* the stage is done; `text` is its sentence */
    DIALOGUE_FAILED /* `failure` says why */
};

#define DIALOGUE_HIDDEN_MAX 4

/* Bytes of `out` that no log may show. */
struct hidden {
    size_t from, to;
};

struct dialogue;
struct dialogue_ops {
    enum service service;
    /* Starts a stage; may be done at once (capabilities known from the
     * greeting). */
    enum dialogue_step (*begin)(struct dialogue *d, enum stage stage);
    /* One reply line without its CR LF, NUL-terminated. */
    enum dialogue_step (*line)(struct dialogue *d, const char *line,
                               size_t len);
};
extern const struct dialogue_ops imap_dialogue, pop3_dialogue, smtp_dialogue;
const struct dialogue_ops *dialogue_ops_of(enum service service);

struct dialogue {
    const struct dialogue_ops *ops;
    enum stage stage;
    /* What the plan has next (STAGE_COUNT: not known), for commands that may
     * share a flight. */
    enum stage next;
    struct buf out; /* to be sent; emptied by dialogue_sent() */
    struct hidden hidden[DIALOGUE_HIDDEN_MAX]; /* of it, in order */
    size_t hidden_count;
    struct failure failure;
    char text[640];      /* the stage's sentence, safe */
    char **capabilities; /* upper case, in order, safe */
    size_t capability_count;
    bool capabilities_known;
    bool secure;    /* inside TLS, certificate accepted */
    bool preauth;   /* IMAP PREAUTH greeting */
    enum auth auth; /* wanted */
    bool allow_plaintext_login;
    /* What can be had to log in with (enum mechanism_need, ored); the password
     * unless said otherwise. A certificate counts when it has been shown. */
    unsigned sources;
    const struct credentials *credentials; /* set before STAGE_LOGIN */
    struct channel_binding binding;        /* of the TLS connection */
    const char *host;                      /* for OAUTHBEARER, or NULL */
    unsigned port;
    const char *helo_name; /* SMTP */
    const char *sender;    /* SMTP MAIL FROM, or NULL */
    const char *mechanism; /* what the login used, "PLAIN", "USER/PASS" ... */
    size_t lines;          /* of this stage */
    /* Private to the protocols. */
    unsigned tag, step, code;
    bool inbox_asked;         /* with the login; only the reply is missing */
    char alert[200];          /* IMAP: of this stage, safe; "" */
    char reply[400];          /* SMTP: the text of its lines so far */
    struct exchange exchange; /* of the login */
    char *initial;            /* its first message, not sent yet */
    size_t literal;           /* IMAP: bytes of a literal still to come */
    bool continued;           /* IMAP: the line before ended in a literal */
};

void dialogue_init(struct dialogue *d, enum service service);
void dialogue_release(struct dialogue *d);
enum dialogue_step dialogue_begin(struct dialogue *d, enum stage stage);
/* Feeds a line (bounds are checked here: NUL, length, count). */
enum dialogue_step dialogue_feed(struct dialogue *d, const char *line,
                                 size_t len);
/* What is to be sent as a log may show it: "(secret)" stands where the
 * password, the token or a message made of them goes, so that not even its
 * length is told. Appends to `shown`. */
void dialogue_show_out(const struct dialogue *d, struct buf *shown);
/* `out` is on its way: wipes it. */
void dialogue_sent(struct dialogue *d);
/* How much of a line from the server a log may show: all of it, or what stands
 * before a challenge, with which (and the answer) a password can be guessed
 * at. To be asked before the line is fed. */
size_t dialogue_shown_of(const struct dialogue *d, const char *line,
                         size_t len);
/* TLS is up: forget everything that was said before. */
void dialogue_secured(struct dialogue *d);
/* Whether a capability was announced, e.g. "STARTTLS", "AUTH=PLAIN" (the same
 * spelling for all protocols: SASL mechanisms are AUTH=NAME). */
bool dialogue_has(const struct dialogue *d, const char *capability);

#endif
