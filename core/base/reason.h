/* SPDX-License-Identifier: MIT */
/*
 * reason: why a connection test failed. The words are a contract: JSON, texts
 * and tests use them (one table, here).
 */
#ifndef POSTSEAL_CORE_BASE_REASON_H
#define POSTSEAL_CORE_BASE_REASON_H

enum reason {
    REASON_NONE = 0,
    REASON_CONFIG,
    REASON_RESOLVE,
    REASON_REFUSED,
    REASON_UNREACHABLE,
    REASON_TIMEOUT,
    REASON_CLOSED,
    REASON_CANCELLED,
    REASON_NOT_TLS,
    REASON_TLS_EXPECTED,
    REASON_TLS_VERSION,
    REASON_TLS,
    REASON_STARTTLS_MISSING,
    REASON_STARTTLS_REFUSED,
    REASON_STARTTLS_INJECTION,
    REASON_CERTIFICATE,
    REASON_CLIENT_CERTIFICATE,
    REASON_PROTOCOL,
    REASON_PLAINTEXT_LOGIN,
    REASON_MECHANISM,
    REASON_CREDENTIALS,
    REASON_LOGIN,
    REASON_LOGIN_UNAVAILABLE,
    REASON_MAILBOX,
    REASON_SENDER,
    REASON_COUNT
};

/* The stable word, e.g. "starttls-missing"; NULL for REASON_NONE. */
const char *reason_word(enum reason reason);
/* A few words for a list column, e.g. "no STARTTLS". */
const char *reason_label(enum reason reason);

/* A failure in the making: the reason and a finished, safe sentence. */
struct failure {
    enum reason reason;
    char text[640];
    /* With REASON_RESOLVE: the name servers say that there is none, rather
     * than that nobody could be asked. */
    _Bool no_such_name;
};
/* Fills it (no_such_name is false then). Always returns false. Bytes from a
 * server go through text_safe() before they come here. */
_Bool failure_set(struct failure *failure, enum reason reason,
                  const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
