/* SPDX-License-Identifier: MIT */
#include "core/mail/mechanism.h"

#include "core/base/text.h"
#include "core/mail/scram.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

static bool ended(const struct exchange *x, struct failure *failure)
{
    return failure_set(failure, REASON_PROTOCOL,
                       "The server asks on after the mechanism %s has ended.",
                       x->mechanism->name);
}

/* -- PLAIN, LOGIN ---------------------------------------------------------- */

/* authzid NUL authcid NUL password; no authzid: that of the user. */
static bool plain_step(struct exchange *x, const char *challenge, size_t len,
                       struct buf *out, struct failure *failure)
{
    (void)challenge;
    (void)len;
    if (x->said)
        return ended(x, failure);
    buf_add(out, "", 1);
    buf_add(out, x->credentials->user, strlen(x->credentials->user) + 1);
    buf_add_text(out, x->credentials->password);
    return true;
}

/* The questions are words for people; their order is what counts. The first one
 * is waited for: not every server takes the user name with the command. */
static bool login_step(struct exchange *x, const char *challenge, size_t len,
                       struct buf *out, struct failure *failure)
{
    (void)challenge;
    (void)len;
    if (x->said >= 2)
        return ended(x, failure);
    buf_add_text(out,
                 x->said ? x->credentials->password : x->credentials->user);
    return true;
}

/* -- CRAM-MD5 -------------------------------------------------------------- */

static bool cram_step(struct exchange *x, const char *challenge, size_t len,
                      struct buf *out, struct failure *failure)
{
    const char *password = x->credentials->password;
    unsigned char digest[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    unsigned digest_len = 0;

    if (x->said)
        return ended(x, failure);
    if (!len)
        return failure_set(failure, REASON_PROTOCOL,
                           "The server began CRAM-MD5 without a challenge.");
    if (!HMAC(EVP_md5(), password, (int)strlen(password),
              (const unsigned char *)challenge, len, digest, &digest_len))
        return failure_set(failure, REASON_MECHANISM,
                           "This system's OpenSSL permits no MD5, so CRAM-MD5 "
                           "cannot be used. Set Login to automatic.");
    text_hex(hex, digest, digest_len);
    buf_addf(out, "%s %s", x->credentials->user, hex);
    OPENSSL_cleanse(digest, sizeof(digest));
    OPENSSL_cleanse(hex, sizeof(hex));
    return true;
}

/* -- EXTERNAL -------------------------------------------------------------- */

/* Who to be, of those that the certificate may be; empty: the one it names. */
static bool external_step(struct exchange *x, const char *challenge, size_t len,
                          struct buf *out, struct failure *failure)
{
    (void)challenge;
    (void)len;
    if (x->said)
        return ended(x, failure);
    if (x->credentials->user)
        buf_add_text(out, x->credentials->user);
    return true;
}

/* -- OAuth ----------------------------------------------------------------- */

/* After a refusal the server tells why, in JSON, and waits for an answer
 * without meaning before it ends the exchange. */
static bool take_refusal(struct exchange *x, const char *challenge, size_t len,
                         struct failure *failure)
{
    if (x->said > 1 || !len)
        return ended(x, failure);
    text_safe(x->refusal, sizeof(x->refusal), challenge, len);
    return true;
}

/* Not by formatting, whose copies nobody wipes. */
static void add_token(const struct exchange *x, struct buf *out)
{
    buf_add_text(out, "auth=Bearer ");
    buf_add_text(out, x->credentials->token);
    buf_add_text(out, "\001\001");
}

static bool xoauth2_step(struct exchange *x, const char *challenge, size_t len,
                         struct buf *out, struct failure *failure)
{
    if (x->said)
        return take_refusal(x, challenge, len, failure);
    buf_addf(out, "user=%s\001", x->credentials->user);
    add_token(x, out);
    return true;
}

/* RFC 5801 section 4: "," and "=" are written as hex digits. */
static void add_saslname(struct buf *out, const char *name)
{
    for (; *name; name++) {
        if (*name == ',')
            buf_add_text(out, "=2C");
        else if (*name == '=')
            buf_add_text(out, "=3D");
        else
            buf_add_char(out, *name);
    }
}

static bool oauthbearer_step(struct exchange *x, const char *challenge,
                             size_t len, struct buf *out,
                             struct failure *failure)
{
    if (x->said) {
        buf_add_char(out, '\001'); /* RFC 7628 section 3.2.3 */
        return take_refusal(x, challenge, len, failure);
    }
    buf_add_text(out, "n,a=");
    add_saslname(out, x->credentials->user);
    buf_add_text(out, ",\001");
    if (x->host)
        buf_addf(out, "host=%s\001", x->host);
    if (x->port)
        buf_addf(out, "port=%u\001", x->port);
    add_token(x, out);
    return true;
}

/* -- the table ------------------------------------------------------------- */

#define OAUTH                                                                  \
    .sasl = true, .need = NEED_TOKEN, .clear = true, .client_first = true,     \
    .messages = 1
#define SCRAM                                                                  \
    .sasl = true, .need = NEED_PASSWORD, .client_first = true, .messages = 3,  \
    .step = scram_step

static const struct mechanism table[] = {
    {.name = "EXTERNAL",
     .auth = AUTH_EXTERNAL,
     .sasl = true,
     .need = NEED_CERTIFICATE,
     .client_first = true,
     .messages = 1,
     .step = external_step},
    {.name = "OAUTHBEARER",
     .auth = AUTH_OAUTHBEARER,
     OAUTH,
     .step = oauthbearer_step},
    {.name = "XOAUTH2", .auth = AUTH_XOAUTH2, OAUTH, .step = xoauth2_step},
    {.name = "SCRAM-SHA-256-PLUS",
     .auth = AUTH_SCRAM_SHA_256_PLUS,
     .bound = true,
     SCRAM},
    {.name = "SCRAM-SHA-256", .auth = AUTH_SCRAM_SHA_256, SCRAM},
    {.name = "SCRAM-SHA-1-PLUS",
     .auth = AUTH_SCRAM_SHA_1_PLUS,
     .bound = true,
     SCRAM},
    {.name = "SCRAM-SHA-1", .auth = AUTH_SCRAM_SHA_1, SCRAM},
    {.name = "CRAM-MD5",
     .auth = AUTH_CRAM_MD5,
     .sasl = true,
     .need = NEED_PASSWORD,
     .messages = 1,
     .step = cram_step},
    {.name = "PLAIN",
     .auth = AUTH_PLAIN,
     .sasl = true,
     .need = NEED_PASSWORD,
     .clear = true,
     .client_first = true,
     .messages = 1,
     .step = plain_step},
    {.name = "IMAP LOGIN",
     .auth = AUTH_LOGIN,
     .need = NEED_PASSWORD,
     .clear = true},
    {.name = "USER/PASS",
     .auth = AUTH_LOGIN,
     .need = NEED_PASSWORD,
     .clear = true},
    {.name = "LOGIN",
     .auth = AUTH_LOGIN,
     .sasl = true,
     .need = NEED_PASSWORD,
     .clear = true,
     .messages = 2,
     .step = login_step},
};

size_t mechanism_count(void)
{
    return sizeof(table) / sizeof(table[0]);
}

const struct mechanism *mechanism_at(size_t i)
{
    return &table[i];
}

/* -- an exchange ----------------------------------------------------------- */

bool exchange_step(struct exchange *x, const char *challenge, size_t len,
                   struct buf *out, struct failure *failure)
{
    buf_clear(out);
    if (!x->mechanism->step(x, challenge, len, out, failure)) {
        buf_clear(out);
        return false;
    }
    x->said++;
    return true;
}

bool exchange_accept(const struct exchange *x, struct failure *failure)
{
    bool scram = x->mechanism->step == scram_step;

    if (x->refusal[0])
        return failure_set(failure, REASON_PROTOCOL,
                           "The server accepted the login after it had refused "
                           "the token.");
    if (scram && x->said >= 2 && !scram_proved(x->scram))
        return failure_set(failure, REASON_LOGIN,
                           "The server did not prove that it knows the "
                           "password: it let the login pass without. It may "
                           "not be the one it seems to be.");
    if (x->said < x->mechanism->messages)
        return failure_set(failure, REASON_PROTOCOL,
                           "The server accepted the login before it had been "
                           "told %s.",
                           x->mechanism->need == NEED_TOKEN ? "the token"
                           : x->mechanism->need == NEED_CERTIFICATE
                               ? "who logs in"
                               : "the password");
    return true;
}

void exchange_release(struct exchange *x)
{
    scram_free(x->scram);
    OPENSSL_cleanse(x, sizeof(*x));
}
