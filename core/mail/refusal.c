/* SPDX-License-Identifier: MIT */
#include "core/mail/refusal.h"

#include "core/base/text.h"
#include "core/mail/dialogue_private.h"
#include "core/mail/scram.h"

#include <stdio.h>
#include <string.h>

/* NULL as a sentence: the credential is wrong, in the words for its kind. */
struct row {
    unsigned code;    /* SMTP; 0: any */
    const char *mark; /* text to be found in the reply; NULL: any */
    enum reason reason;
    const char *sentence; /* goes on with ': "WORDS OF THE SERVER".' */
};

#define CANNOT_CHECK "The server cannot check logins right now"
#define APP_PASSWORD                                                           \
    "The provider wants a password made for one application, not that of the " \
    "account"
#define SWITCHED_OFF "The provider has switched this kind of login off"
#define SHUT_OUT     "The server has shut this user out"
#define EXPIRED      "What you log in with has expired"
#define LIMIT        "A limit of the server is reached"
#define ENCRYPTED_ONLY                                                         \
    "The server permits this login on an encrypted connection only"
#define LEARNS                                                                 \
    "The server has to learn the password first, by one login with PLAIN"

/* Not one to wait for: RFC 3206 section 5. */
static const char lasting_fault[] =
    "The server has a fault that its operator has to mend";

/* What is said in words only, in each protocol: by large providers, and by the
 * SASL library of Cyrus, which Cyrus and Postfix pass on. */
static const struct row any_rows[] = {
    {0, "application-specific password", REASON_LOGIN, APP_PASSWORD},
    {0, "app password", REASON_LOGIN, APP_PASSWORD},
    {0, "web browser", REASON_LOGIN,
     "The provider wants you to log in with a web browser first"},
    {0, "web login required", REASON_LOGIN,
     "The provider wants you to log in with a web browser first"},
    {0, "basic authentication is disabled", REASON_MECHANISM, SWITCHED_OFF},
    {0, "SmtpClientAuthentication is disabled", REASON_MECHANISM, SWITCHED_OFF},
    {0, "not enabled for IMAP", REASON_LOGIN,
     "The provider has IMAP switched off for this account"},
    {0, "not enabled for POP", REASON_LOGIN,
     "The provider has POP3 switched off for this account"},
    {0, "too many simultaneous connections", REASON_LOGIN_UNAVAILABLE, LIMIT},
    {0, "exceeded command or bandwidth limits", REASON_LOGIN_UNAVAILABLE,
     LIMIT},
    {0, "remote authentication server unavailable", REASON_LOGIN_UNAVAILABLE,
     CANNOT_CHECK},
    {0, "encryption needed to use mechanism", REASON_PLAINTEXT_LOGIN,
     ENCRYPTED_ONLY},
    {0, "will enable requested mechanism", REASON_MECHANISM, LEARNS},
    {0, "mechanism too weak for this user", REASON_MECHANISM,
     "This way to log in is too weak for the server"},
    {0, "account disabled", REASON_LOGIN, SHUT_OUT},
    {0, "passphrase locked", REASON_LOGIN, SHUT_OUT},
    {0, "passphrase expired", REASON_LOGIN, EXPIRED},
};

static const struct row imap_rows[] = {
    {0, "[UNAVAILABLE]", REASON_LOGIN_UNAVAILABLE, CANNOT_CHECK},
    {0, "[INUSE]", REASON_LOGIN_UNAVAILABLE, "The mailbox is in use elsewhere"},
    {0, "[LIMIT]", REASON_LOGIN_UNAVAILABLE, LIMIT},
    {0, "[SERVERBUG]", REASON_LOGIN_UNAVAILABLE, "The server is faulty"},
    {0, "[EXPIRED]", REASON_LOGIN, EXPIRED},
    {0, "[PRIVACYREQUIRED]", REASON_PLAINTEXT_LOGIN, ENCRYPTED_ONLY},
    {0, "[AUTHORIZATIONFAILED]", REASON_LOGIN,
     "The server knows you, but you may not use this mailbox"},
    {0, "[CONTACTADMIN]", REASON_LOGIN,
     "The server does not let you in and sends you to its administrator"},
    {0, "[AUTHENTICATIONFAILED]", REASON_LOGIN, NULL},
    /* no code: Cyrus, Courier, Exchange */
    {0, "temporary", REASON_LOGIN_UNAVAILABLE, CANNOT_CHECK},
    {0, "authentication failure", REASON_LOGIN, NULL},
    {0, "login failed", REASON_LOGIN, NULL},
    {0, "authenticate failed", REASON_LOGIN, NULL},
};

static const struct row pop3_rows[] = {
    {0, "[SYS/TEMP]", REASON_LOGIN_UNAVAILABLE, CANNOT_CHECK},
    {0, "[IN-USE]", REASON_LOGIN_UNAVAILABLE,
     "The mailbox is in use elsewhere"},
    {0, "[LOGIN-DELAY]", REASON_LOGIN_UNAVAILABLE,
     "The server permits no second login so soon"},
    {0, "[SYS/PERM]", REASON_LOGIN_UNAVAILABLE, lasting_fault},
    {0, "[AUTH]", REASON_LOGIN, NULL},
    /* no code: Courier, Exchange */
    {0, "temporary", REASON_LOGIN_UNAVAILABLE, CANNOT_CHECK},
    {0, "login failed", REASON_LOGIN, NULL},
    {0, "bad password", REASON_LOGIN, NULL},
};

static const struct row smtp_rows[] = {
    {432, NULL, REASON_MECHANISM, LEARNS},
    {454, NULL, REASON_LOGIN_UNAVAILABLE, CANNOT_CHECK},
    {500, "too long", REASON_CREDENTIALS,
     "The user name, the password or the token is too long for this server"},
    {525, NULL, REASON_LOGIN, SHUT_OUT},
    {530, "starttls", REASON_PLAINTEXT_LOGIN,
     "The server permits a login on an encrypted connection only"},
    {534, NULL, REASON_MECHANISM,
     "This way to log in is too weak for the server"},
    {535, "did not meet the criteria", REASON_LOGIN,
     "Your organization's rules do not let this login pass"},
    {535, "security defaults", REASON_LOGIN,
     "Your organization's rules do not let this login pass"},
    {535, NULL, REASON_LOGIN, NULL},
    {538, NULL, REASON_PLAINTEXT_LOGIN, ENCRYPTED_ONLY},
    {502, NULL, REASON_MECHANISM,
     "The server does not know this way to log in"},
    {503, NULL, REASON_MECHANISM, "The server wants no login here"},
    {504, NULL, REASON_MECHANISM,
     "The server does not know this way to log in"},
};

/* -- a wrong credential ---------------------------------------------------- */

/* RFC 6750 section 3.1, and what XOAUTH2 servers say for it. */
static const char *token_sentence(const char *refusal)
{
    if (text_contains_nocase(refusal, "insufficient_scope"))
        return "The token does not permit mail";
    if (text_contains_nocase(refusal, "expired"))
        return "The token has expired";
    if (text_contains_nocase(refusal, "invalid_token") ||
        strstr(refusal, "401"))
        return "The token is not valid, or it has expired";
    return "The server refuses the token";
}

/* A server compares what both ends saw of the TLS connection, and can mostly
 * not say what was wrong. Cyrus up to 3.6 takes tls-unique in TLS 1.3 too, for
 * which it was never meant (RFC 9266 section 3). */
static enum dialogue_step unbound(struct dialogue *d, const char *said)
{
    const char *name = d->exchange.mechanism->name;

    return dialogue_fail(
        d, REASON_LOGIN,
        "The server refuses %s, which ties the login to this TLS connection: "
        "\"%s\". Either the password is wrong, or somebody is in between, or "
        "the server ties it in another way than %s (Cyrus does). Setting Login "
        "to scram-sha-%s goes without.",
        name, said,
        d->exchange.binding.type ? d->exchange.binding.type : "this",
        strstr(name, "256") ? "256" : "1");
}

static enum dialogue_step wrong(struct dialogue *d, const char *said)
{
    const struct mechanism *m = d->exchange.mechanism;
    const char *refusal = d->exchange.refusal;

    if (m && m->need == NEED_TOKEN && *refusal)
        return dialogue_fail(d, REASON_LOGIN, "%s: %s \"%s\".",
                             token_sentence(refusal), refusal, said);
    if (m && m->need == NEED_TOKEN)
        return dialogue_fail(d, REASON_LOGIN, "%s: \"%s\".",
                             token_sentence(said), said);
    if (m && m->need == NEED_CERTIFICATE)
        return dialogue_fail(
            d, REASON_LOGIN,
            "The server does not let this user in by EXTERNAL, "
            "by what you have shown in TLS: \"%s\".",
            said);
    if (m && m->bound)
        return unbound(d, said);
    if (m && !m->clear)
        return dialogue_fail(d, REASON_LOGIN,
                             "The user name or the password is wrong: \"%s\". "
                             "If they are right, the server may be unable to "
                             "check them with %s: set Login to plain.",
                             said, m->name);
    return dialogue_fail(d, REASON_LOGIN,
                         "The user name or the password is wrong: \"%s\".",
                         said);
}

static enum dialogue_step tell(struct dialogue *d, const struct row *row,
                               const char *said)
{
    const char *advice = "";

    if (!row->sentence)
        return wrong(d, said);
    if (row->reason == REASON_LOGIN_UNAVAILABLE &&
        row->sentence != lasting_fault)
        advice = " Try again later.";
    else if (row->reason == REASON_PLAINTEXT_LOGIN)
        advice = " Set Security to TLS or STARTTLS.";
    return dialogue_fail(d, row->reason, "%s: \"%s\".%s", row->sentence, said,
                         advice);
}

/* A refusal without a code that says more. */
static enum dialogue_step unknown(struct dialogue *d, const char *said)
{
    const struct mechanism *m = d->exchange.mechanism;

    if (m && (m->need == NEED_TOKEN || m->bound))
        return wrong(d, said);
    return dialogue_fail(d, REASON_LOGIN,
                         "The server refused the login: \"%s\".", said);
}

static const struct row *find(const struct row *rows, size_t count,
                              unsigned code, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].code == code &&
            (!rows[i].mark || text_contains_nocase(text, rows[i].mark)))
            return &rows[i];
    return NULL;
}

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct row *find_imap(const char *text)
{
    const struct row *row = find(any_rows, COUNT(any_rows), 0, text);

    return row ? row : find(imap_rows, COUNT(imap_rows), 0, text);
}

enum dialogue_step refusal_imap(struct dialogue *d, const char *text)
{
    const struct row *row = find_imap(text);
    const struct shown said = shown(text);

    return row ? tell(d, row, said.text) : unknown(d, said.text);
}

enum dialogue_step refusal_bye(struct dialogue *d, const char *text)
{
    const struct row *row = find_imap(text);
    const struct shown said = shown(text);

    if (row &&
        (d->stage == STAGE_LOGIN || row->reason == REASON_LOGIN_UNAVAILABLE))
        return tell(d, row, said.text);
    return dialogue_fail(d, REASON_CLOSED,
                         d->stage == STAGE_GREETING
                             ? "The server does not want to talk: \"%s\"."
                             : "The server ended the connection: \"%s\".",
                         said.text);
}

enum dialogue_step refusal_pop3(struct dialogue *d, const char *text)
{
    const struct row *row = find(any_rows, COUNT(any_rows), 0, text);
    const struct shown said = shown(text);

    if (!row)
        row = find(pop3_rows, COUNT(pop3_rows), 0, text);
    return row ? tell(d, row, said.text) : unknown(d, said.text);
}

enum dialogue_step refusal_smtp(struct dialogue *d, unsigned code,
                                const char *text)
{
    static const struct row later = {0, NULL, REASON_LOGIN_UNAVAILABLE,
                                     CANNOT_CHECK};
    const struct row *row = find(any_rows, COUNT(any_rows), 0, text);
    char said[sizeof(struct shown) + 8];

    snprintf(said, sizeof(said), "%u %s", code, shown(text).text);
    if (!row)
        row = find(smtp_rows, COUNT(smtp_rows), code, text);
    if (!row && code / 100 == 4)
        row = &later;
    return row ? tell(d, row, said) : unknown(d, said);
}
