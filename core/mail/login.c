/* SPDX-License-Identifier: MIT */
#include "core/mail/dialogue_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

const char *login_method_label(enum login_method method)
{
    static const char *const labels[] = {
        [LOGIN_NOTHING] = "none",        [LOGIN_SASL_PLAIN] = "PLAIN",
        [LOGIN_SASL_LOGIN] = "LOGIN",    [LOGIN_IMAP_LOGIN] = "IMAP LOGIN",
        [LOGIN_POP3_USER] = "USER/PASS",
    };

    return labels[method];
}

static enum login_method nothing(struct dialogue *d, enum reason reason,
                                 const char *text)
{
    dialogue_fail(d, reason, "%s", text);
    return LOGIN_NOTHING;
}

static bool offers_sasl(const struct dialogue *d)
{
    for (size_t i = 0; i < d->capability_count; i++)
        if (strncmp(d->capabilities[i], "SASL ", 5) == 0)
            return true;
    return false;
}

/* The protocol's own login, without SASL. A POP3 server that lists neither
 * USER nor mechanisms (or knows no CAPA) is asked as RFC 1939 has it. */
static enum login_method own_login(const struct dialogue *d)
{
    if (d->ops->service == SERVICE_IMAP && !dialogue_has(d, "LOGINDISABLED"))
        return LOGIN_IMAP_LOGIN;
    if (d->ops->service == SERVICE_POP3 &&
        (dialogue_has(d, "USER") || !offers_sasl(d)))
        return LOGIN_POP3_USER;
    return LOGIN_NOTHING;
}

static enum login_method choose_auto(struct dialogue *d)
{
    if (dialogue_has(d, "AUTH=PLAIN"))
        return LOGIN_SASL_PLAIN;
    if (own_login(d) != LOGIN_NOTHING)
        return own_login(d);
    if (dialogue_has(d, "AUTH=LOGIN"))
        return LOGIN_SASL_LOGIN;
    if (d->ops->service == SERVICE_IMAP && dialogue_has(d, "LOGINDISABLED"))
        return nothing(d, REASON_MECHANISM,
                       "The server permits no login here (LOGINDISABLED), and "
                       "no mechanism that postseal knows.");
    if (d->ops->service == SERVICE_SMTP)
        return nothing(d, REASON_MECHANISM,
                       "The server offers no login that postseal knows. If it "
                       "wants none, set Login to \"no login\".");
    return nothing(d, REASON_MECHANISM,
                   "The server offers no login that postseal knows.");
}

enum login_method login_choose(struct dialogue *d)
{
    if (!d->secure && !d->allow_plaintext_login)
        return nothing(d, REASON_PLAINTEXT_LOGIN,
                       "The connection is not encrypted, so no password is "
                       "sent. Set Security to TLS or STARTTLS.");
    switch (d->auth) {
    case AUTH_AUTO:
        return choose_auto(d);
    case AUTH_PLAIN:
        if (dialogue_has(d, "AUTH=PLAIN"))
            return LOGIN_SASL_PLAIN;
        return nothing(d, REASON_MECHANISM,
                       "The server does not offer PLAIN. Set Login to "
                       "automatic.");
    case AUTH_LOGIN:
        if (dialogue_has(d, "AUTH=LOGIN"))
            return LOGIN_SASL_LOGIN;
        if (own_login(d) != LOGIN_NOTHING)
            return own_login(d);
        return nothing(d, REASON_MECHANISM,
                       "The server does not offer LOGIN. Set Login to "
                       "automatic.");
    default:
        dialogue_fail(d, REASON_MECHANISM,
                      "postseal can log in with PLAIN and LOGIN; %s is not "
                      "among what it speaks.",
                      auth_word(d->auth));
        return LOGIN_NOTHING;
    }
}

static char *encode_wiping(char *text, size_t len)
{
    char *encoded = text_base64_encode(text, len);

    OPENSSL_cleanse(text, len);
    free(text);
    return encoded;
}

char *login_plain_message(const struct credentials *credentials)
{
    size_t user = strlen(credentials->user);
    size_t password = strlen(credentials->password);
    char *text = xmalloc(user + password + 2);

    text[0] = '\0'; /* no authorization identity: that of the user */
    memcpy(text + 1, credentials->user, user + 1);
    memcpy(text + user + 2, credentials->password, password);
    return encode_wiping(text, user + password + 2);
}

char *login_answer(struct dialogue *d, enum login_method method, unsigned step)
{
    const struct credentials *c = d->credentials;

    if (method == LOGIN_SASL_PLAIN && step == 0)
        return login_plain_message(c);
    if (method == LOGIN_SASL_LOGIN && step == 0)
        return text_base64_encode(c->user, strlen(c->user));
    if (method == LOGIN_SASL_LOGIN && step == 1)
        return text_base64_encode(c->password, strlen(c->password));
    return NULL;
}

bool login_told_all(enum login_method method, unsigned step)
{
    return step >= (method == LOGIN_SASL_PLAIN ? 1u : 2u);
}
