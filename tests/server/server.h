/* SPDX-License-Identifier: MIT */
/*
 * server: a small mail server on loopback for `make run` and for fault tests.
 * One process a connection; certificates are read anew for each, so replacing
 * a file replaces the certificate.
 */
#ifndef POSTSEAL_TESTS_SERVER_SERVER_H
#define POSTSEAL_TESTS_SERVER_SERVER_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

enum fault {
    NO_FAULT,
    MUTE,    /* accepts and says nothing */
    DRIP,    /* one byte of the greeting a second */
    GARBAGE, /* a greeting of another protocol */
    ENDLESS, /* a greeting without end */
    NUL_BYTE,
    ESCAPES,        /* ESC [2J and the like in the greeting */
    CLOSE_CONNECT,  /* closes at once */
    RESET,          /* RST at once */
    CLOSE_GREETING, /* closes after the greeting */
    CLOSE_STARTTLS, /* closes after the go-ahead */
    CLOSE_TLS,      /* closes after the handshake */
    CLOSE_LOGIN,    /* closes when a login comes */
    NO_STARTTLS,
    REFUSE_STARTTLS,
    PLAIN_STARTTLS, /* agrees and goes on in plain text */
    INJECT,         /* bytes behind the go-ahead */
    PREAUTH,
    BAD_LOGIN,
    UNAVAILABLE,
    NO_PLAIN, /* no SASL-IR, no AUTH=PLAIN: the old ways */
    LOGIN_DISABLED,
    BAD_MAILBOX,
    BYE,            /* refuses to serve in the greeting */
    BARE,           /* no capabilities in the IMAP greeting */
    OLD_TLS,        /* TLS 1.1 at most */
    OLDEST_TLS,     /* TLS 1.0 */
    NO_CIPHER,      /* none that a client would take */
    CLIENT_CERT,    /* demands a client's certificate of ca.pem */
    CLIENT_CERT_12, /* ... with TLS 1.2 at most */
    ASK_CERT,       /* asks for one, takes any or none */
    ASK_CERT_12,
    RUBBISH_CERT, /* shows one that is no DER */
    FAULT_COUNT
};

struct connection;

/* fault.c: a misbehaviour at a stage, and how things go on after it. */
enum go_on {
    OVER,     /* nothing more, until the client goes */
    DEAF,     /* the same, but what it says is written down */
    ANSWERED, /* as usual, with the next line */
    AS_USUAL  /* with this line */
};
typedef enum go_on fault_act(struct connection *c, const char *line);
struct stage_fault {
    fault_act *act; /* NULL: none */
    char stage[24];
};

struct listener {
    char name[64], kind[64];
    char protocol; /* i, p, s; h: oauth.c */
    bool tls, starttls;
    enum fault fault;
    struct stage_fault stage_fault;
    char mechanisms[128]; /* "": PLAIN and LOGIN, the ordinary way */
    char words[128];      /* of an authorization server, see oauth.c */
    struct oauth_state *oauth;
    int fds[2];
    unsigned port;
};

struct options {
    const char *pki, *log, *user, *password, *token;
};

/* One connection: plain, then perhaps TLS. */
struct connection {
    const struct listener *listener;
    const struct options *options;
    int fd;
    SSL *ssl;
    bool deaf; /* a fault of the stage has been played */
    char buffer[16384];
    size_t filled;
};

/* dns.c: an address, MX or SRV record; a name may come several times. */
bool dns_add(const char *spec);
/* Whose ports an SRV record may name. */
void dns_know_ports(const struct listener *listeners, size_t count);
/* The descriptor, or -1: no names were given. */
int dns_open(unsigned *port);
void dns_answer(int fd, const struct options *options);

/* Writes all certificates and keys into the folder. */
bool pki_make(const char *folder);

/* io.c */
void say(struct connection *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void say_bytes(struct connection *c, const void *bytes, size_t len);
void log_line(const struct connection *c, const char *line);
/* The next line without its line end; NULL at the end. */
char *hear(struct connection *c);
bool start_tls(struct connection *c);
/* One handshake with itself: what OpenSSL then has looked up each connection's
 * process inherits. */
void tls_warm_up(const char *pki);
/* The credentials in a base64 SASL PLAIN message. */
bool plain_is_right(const struct connection *c, const char *base64);
bool base64_is(const char *base64, const char *text);
/* Never returns. */
_Noreturn void leave(struct connection *c);

/* The next len bytes and a NUL; false at the end. */
bool hear_bytes(struct connection *c, char *out, size_t len);

/* oauth.c */
struct oauth_state *oauth_state_new(void);
void serve_http(struct connection *c);

/* sasl.c: whether the words of a listener hold one. */
bool listener_has(const struct listener *l, const char *word);
/* With listener->mechanisms. Whether they hold a word. */
bool sasl_has(const struct connection *c, const char *word);
/* Their names, as a capability holds them; "" without any. */
void sasl_list(const struct connection *c, char *out, size_t size,
               const char *before, const char *between);
/* "MECHANISM [INITIAL RESPONSE]" was asked for: whether the login is right. */
bool sasl_command(struct connection *c, const char *rest);

/* Reads "KIND@STAGE", for example "mute@login". */
bool stage_fault_parse(struct stage_fault *fault, const char *text);
bool stage_fault_is(const struct listener *l, const char *kind);
/* True: it was played instead of a greeting, and the client goes on. */
bool stage_fault_greeting(struct connection *c);
/* Do what the listener's fault says and do not return, or do nothing. True: the
 * line has had its answer. */
void stage_fault_before_tls(struct connection *c);
bool stage_fault_heard(struct connection *c, const char *line);

/* One function a protocol; returns when the connection is over. */
void serve_imap(struct connection *c);
void serve_pop3(struct connection *c);
void serve_smtp(struct connection *c);
/* Plays the faults of the greeting; true when the connection is over. */
bool greeting_fault(struct connection *c);

#endif
