/* SPDX-License-Identifier: MIT */
#include "core/mail/dialogue_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct mechanism *nothing(struct dialogue *d, enum reason reason,
                                       const char *text)
{
    dialogue_fail(d, reason, "%s", text);
    return NULL;
}

/* -- what both sides have -------------------------------------------------- */

static bool offers_sasl(const struct dialogue *d)
{
    for (size_t i = 0; i < d->capability_count; i++)
        if (strncmp(d->capabilities[i], "SASL ", 5) == 0)
            return true;
    return false;
}

/* Of the protocol's own logins, each has one. A POP3 server that lists neither
 * USER nor mechanisms (or knows no CAPA) is asked as RFC 1939 has it. */
static bool offers_own(const struct dialogue *d, const struct mechanism *m)
{
    bool imap = strcmp(m->name, "IMAP LOGIN") == 0;

    if (imap)
        return d->ops->service == SERVICE_IMAP &&
               !dialogue_has(d, "LOGINDISABLED");
    return d->ops->service == SERVICE_POP3 &&
           (dialogue_has(d, "USER") || !offers_sasl(d));
}

/* A POP3 server of before RFC 2449 tells nothing; what the person names is
 * worth a try. */
static bool tells_nothing(const struct dialogue *d)
{
    return d->ops->service == SERVICE_POP3 && !d->capability_count &&
           d->auth != AUTH_AUTO;
}

static bool offered(const struct dialogue *d, const struct mechanism *m)
{
    char capability[64];

    if (!m->sasl)
        return offers_own(d, m);
    if (tells_nothing(d) && m->auth != AUTH_LOGIN && !m->bound)
        return true;
    snprintf(capability, sizeof(capability), "AUTH=%s", m->name);
    return dialogue_has(d, capability);
}

static bool possible(const struct dialogue *d, const struct mechanism *m)
{
    return (d->sources & m->need) && (!m->bound || d->binding.type) &&
           offered(d, m);
}

/* Whether it tells a secret to everyone on the way. */
static bool exposes(const struct dialogue *d, const struct mechanism *m)
{
    return !d->secure && m->clear &&
           (m->need == NEED_TOKEN || d->auth == AUTH_AUTO);
}

/* -- choosing -------------------------------------------------------------- */

/* The names of all mechanisms that the server lists. */
static void list_offers(const struct dialogue *d, char *out, size_t size)
{
    size_t used = 0;

    *out = '\0';
    for (size_t i = 0; i < d->capability_count && used < size; i++) {
        const char *c = d->capabilities[i];

        if (strncmp(c, "AUTH=", 5) == 0 || strncmp(c, "AUTH ", 5) == 0 ||
            strncmp(c, "SASL ", 5) == 0)
            used += (size_t)snprintf(out + used, size - used, "%s%s",
                                     used ? " " : "", c + 5);
    }
}

static const struct mechanism *no_offer(struct dialogue *d)
{
    char offers[200];

    list_offers(d, offers, sizeof(offers));
    if (*offers)
        dialogue_fail(
            d, REASON_MECHANISM,
            "The server offers no login that can be used here%s; it "
            "offers: %s.",
            dialogue_has(d, "LOGINDISABLED") ? " (LOGINDISABLED)" : "", offers);
    else if (d->ops->service == SERVICE_IMAP)
        dialogue_fail(d, REASON_MECHANISM,
                      "The server permits no login here (LOGINDISABLED), and "
                      "no mechanism that postseal knows.");
    else
        dialogue_fail(d, REASON_MECHANISM,
                      "The server offers no login that postseal knows.%s",
                      d->ops->service == SERVICE_SMTP
                          ? " If it wants none, set Login to \"no login\"."
                          : "");
    return NULL;
}

/* PLAIN is worth what the protocol's own login is, and takes a round trip more:
 * the inbox is asked for with that one, but Cyrus drops what comes with
 * AUTHENTICATE, whatever the mechanism. */
static bool takes_longer(const struct dialogue *d, const struct mechanism *m)
{
    if (m->auth != AUTH_PLAIN || d->next != STAGE_MAILBOX)
        return false;
    if (d->ops->service == SERVICE_IMAP)
        return !dialogue_has(d, "LOGINDISABLED");
    return d->ops->service == SERVICE_POP3 && dialogue_has(d, "USER") &&
           dialogue_has(d, "PIPELINING");
}

static const struct mechanism *choose_auto(struct dialogue *d)
{
    bool exposed = false;

    for (size_t i = 0; i < mechanism_count(); i++) {
        const struct mechanism *m = mechanism_at(i);

        if (!possible(d, m) || takes_longer(d, m))
            continue;
        if (!exposes(d, m))
            return m;
        exposed = true;
    }
    if (exposed)
        return nothing(d, REASON_PLAINTEXT_LOGIN,
                       "All that the server offers would send the password or "
                       "token readably over this unencrypted connection, which "
                       "automatic login never does. Set Security to TLS or "
                       "STARTTLS (or, for a password, Login to plain).");
    return no_offer(d);
}

/* Why a mechanism that was asked for by name cannot be used. */
static const struct mechanism *tell_why(struct dialogue *d,
                                        const struct mechanism *m)
{
    if (m->need == NEED_TOKEN && !(d->sources & NEED_TOKEN))
        dialogue_fail(d, REASON_CREDENTIALS,
                      "%s needs a token: set a token command, or the oauth "
                      "settings.",
                      m->name);
    else if (m->need == NEED_CERTIFICATE && !(d->sources & NEED_CERTIFICATE))
        dialogue_fail(d, REASON_MECHANISM,
                      "EXTERNAL is a login by your certificate, and none was "
                      "shown to the server: either none is set, or the server "
                      "did not ask for it.");
    else if (!(d->sources & m->need))
        dialogue_fail(d, REASON_CREDENTIALS,
                      "%s needs a password: set a password command.", m->name);
    else if (m->bound && !d->binding.type && offered(d, m))
        dialogue_fail(d, REASON_MECHANISM,
                      "%s ties the login to the TLS connection, and this one "
                      "gives nothing to tie it to. Set Login to automatic.",
                      m->name);
    else
        dialogue_fail(d, REASON_MECHANISM,
                      "The server does not offer %s. Set Login to automatic.",
                      m->name);
    return NULL;
}

static const struct mechanism *choose_named(struct dialogue *d)
{
    const struct mechanism *wanted = NULL;

    for (size_t i = mechanism_count(); i-- > 0;) {
        const struct mechanism *m = mechanism_at(i);

        if (m->auth != d->auth)
            continue;
        if (!wanted)
            wanted = m;
        if (possible(d, m) && exposes(d, m))
            return nothing(d, REASON_PLAINTEXT_LOGIN,
                           "The connection is not encrypted, so no token is "
                           "sent. Set Security to TLS or STARTTLS.");
        if (possible(d, m))
            return m;
    }
    return wanted ? tell_why(d, wanted) : no_offer(d);
}

const struct mechanism *login_choose(struct dialogue *d)
{
    if (!d->secure && !d->allow_plaintext_login)
        return nothing(d, REASON_PLAINTEXT_LOGIN,
                       "The connection is not encrypted, so no password is "
                       "sent. Set Security to TLS or STARTTLS.");
    return d->auth == AUTH_AUTO ? choose_auto(d) : choose_named(d);
}

/* -- beginning ------------------------------------------------------------- */

static bool is_clean(const char *text)
{
    return !text || !text_contains_control(text);
}

/* No protocol can carry control characters in a name or password, and a line
 * end would begin a command of its own. */
static bool check_credentials(struct dialogue *d, const struct mechanism *m)
{
    const struct credentials *c = d->credentials;

    if (m->need == NEED_PASSWORD && (!c || !c->user || !c->password))
        return failure_set(&d->failure, REASON_CREDENTIALS,
                           "There is no user name or no password.");
    if (m->need == NEED_TOKEN && (!c || !c->user || !c->token || !*c->token))
        return failure_set(&d->failure, REASON_CREDENTIALS,
                           "There is no user name or no token.");
    if (c && (!is_clean(c->user) ||
              (m->need == NEED_PASSWORD && !is_clean(c->password)) ||
              (m->need == NEED_TOKEN && !is_clean(c->token))))
        return failure_set(&d->failure, REASON_CREDENTIALS,
                           "There is a control character in the user name, "
                           "the password or the token.");
    return true;
}

/* Any -PLUS in the list tells that the server can bind. */
static bool offers_plus(const struct dialogue *d)
{
    return dialogue_has(d, "AUTH=SCRAM-SHA-256-PLUS") ||
           dialogue_has(d, "AUTH=SCRAM-SHA-1-PLUS");
}

bool login_begin(struct dialogue *d)
{
    static const struct credentials nobody = {0};
    const struct mechanism *m = login_choose(d);

    if (!m || !check_credentials(d, m))
        return false;
    login_end(d);
    d->exchange = (struct exchange){
        .mechanism = m,
        .credentials = d->credentials ? d->credentials : &nobody,
        .host = d->host,
        .port = d->port,
        .binding = d->binding,
        .plus_offered = offers_plus(d),
        .secure = d->secure};
    d->mechanism = m->name;
    return true;
}

/* -- going on -------------------------------------------------------------- */

static char *encode(struct buf *message)
{
    char *encoded = text_base64_encode(message->data, message->len);

    buf_release(message);
    return encoded;
}

/* A challenge that is no base64 is passed on as it is to those mechanisms that
 * only look at when it comes. */
static bool decode(struct dialogue *d, const char *challenge,
                   char bytes[DIALOGUE_LINE_MAX + 1], size_t *len)
{
    *len = 0;
    if (text_base64_decode(challenge, (unsigned char *)bytes, DIALOGUE_LINE_MAX,
                           len)) {
        bytes[*len] = '\0';
        return true;
    }
    if (!d->exchange.mechanism->clear)
        return failure_set(&d->failure, REASON_PROTOCOL,
                           "The server's challenge is no base64: \"%s\".",
                           shown(challenge).text);
    *len = (size_t)snprintf(bytes, DIALOGUE_LINE_MAX + 1, "%s", challenge);
    return true;
}

char *login_answer(struct dialogue *d, const char *challenge)
{
    struct exchange *x = &d->exchange;
    char bytes[DIALOGUE_LINE_MAX + 1] = "";
    struct buf message;
    size_t len = 0;

    if (d->initial) {
        char *kept = d->initial;

        d->initial = NULL;
        return kept;
    }
    if (!(x->mechanism->client_first && !x->said) &&
        !decode(d, challenge, bytes, &len))
        return NULL;
    buf_init(&message, MECHANISM_MESSAGE_MAX);
    if (exchange_step(x, bytes, len, &message, &d->failure) &&
        !message.overflow)
        return encode(&message);
    if (message.overflow)
        dialogue_fail(d, REASON_CREDENTIALS,
                      "The user name, the password or the token is too long to "
                      "be sent.");
    buf_release(&message);
    return NULL;
}

bool login_initial(struct dialogue *d, size_t room, char **argument)
{
    char *message;

    *argument = NULL;
    if (!d->exchange.mechanism->client_first)
        return true;
    message = login_answer(d, "");
    if (!message)
        return false;
    if (strlen(message) > room)
        d->initial = message;
    else if (*message)
        *argument = message;
    else
        xreplace(argument, "=");
    if (message != d->initial && message != *argument)
        free(message);
    return true;
}

bool login_accept(struct dialogue *d)
{
    if (d->initial)
        return failure_set(&d->failure, REASON_PROTOCOL,
                           "The server accepted the login before it had been "
                           "told anything.");
    return exchange_accept(&d->exchange, &d->failure);
}

void login_end(struct dialogue *d)
{
    xwipe(&d->initial);
    exchange_release(&d->exchange);
}
