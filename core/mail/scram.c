/* SPDX-License-Identifier: MIT */
#include "core/mail/scram.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <gsasl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SALT_MAX 256
#define NO_PROOF                                                               \
    "The server did not prove that it knows the password, so it may not be "   \
    "the one it seems to be."

struct scram {
    Gsasl *library;
    Gsasl_session *session;
    bool proved;
};

static const EVP_MD *digest_of(const struct exchange *x)
{
    return strncmp(x->mechanism->name, "SCRAM-SHA-256", 13) == 0 ? EVP_sha256()
                                                                 : EVP_sha1();
}

static bool broken(struct failure *failure, const char *what)
{
    return failure_set(failure, REASON_PROTOCOL,
                       "The server breaks the rules of SCRAM: %s.", what);
}

/* -- the beginning --------------------------------------------------------- */

static void set_binding(struct exchange *x)
{
    const struct channel_binding *binding = &x->binding;
    char *text;

    if (!binding->type || !x->mechanism->bound)
        return;
    text = text_base64_encode(binding->bytes, binding->len);
    gsasl_property_set(x->scram->session,
                       strcmp(binding->type, "tls-unique") == 0
                           ? GSASL_CB_TLS_UNIQUE
                           : GSASL_CB_TLS_EXPORTER,
                       text);
    xwipe(&text);
}

static bool begin(struct exchange *x, struct failure *failure)
{
    struct scram *s = x->scram = xcalloc(1, sizeof(*s));

    if (gsasl_init(&s->library) != GSASL_OK ||
        gsasl_client_start(s->library, x->mechanism->name, &s->session) !=
            GSASL_OK)
        return failure_set(failure, REASON_MECHANISM,
                           "This system's libgsasl does not know %s.",
                           x->mechanism->name);
    gsasl_property_set(s->session, GSASL_AUTHID, x->credentials->user);
    set_binding(x);
    return true;
}

/* -- the password ---------------------------------------------------------- */

/* The attribute "x=" of a message, into out; false: not there, or too long. */
static bool attribute(const char *message, char name, char *out, size_t size)
{
    for (const char *p = message; *p;) {
        size_t len = strcspn(p, ",");

        if (p[0] == name && p[1] == '=') {
            if (len - 2 >= size)
                return false;
            memcpy(out, p + 2, len - 2);
            out[len - 2] = '\0';
            return true;
        }
        p += len + (p[len] == ',');
    }
    return false;
}

/* RFC 5802 section 2.2; the caller wipes. NULL: not permitted. */
static char *prepare(const char *password)
{
    char *prepared = NULL, *copy;

    for (const char *p = password;; p++) {
        if (!*p)
            return xstrdup(password); /* ASCII is what it is */
        if ((unsigned char)*p >= 0x80)
            break;
    }
    if (gsasl_saslprep(password, GSASL_ALLOW_UNASSIGNED, &prepared, NULL) !=
        GSASL_OK)
        return NULL;
    copy = xstrdup(prepared);
    OPENSSL_cleanse(prepared, strlen(prepared));
    gsasl_free(prepared);
    return copy;
}

static bool set_salted(struct exchange *x, const char *salt64, long iterations,
                       struct failure *failure)
{
    unsigned char salt[SALT_MAX], salted[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    const EVP_MD *digest = digest_of(x);
    int size = EVP_MD_get_size(digest);
    char *password = NULL;
    size_t salt_len = 0;
    bool done;

    if (!text_base64_decode(salt64, salt, sizeof(salt), &salt_len) || !salt_len)
        return broken(failure, "its salt cannot be read");
    password = prepare(x->credentials->password);
    if (!password)
        return failure_set(failure, REASON_CREDENTIALS,
                           "The password holds a character that no password "
                           "may have (RFC 4013).");
    done =
        PKCS5_PBKDF2_HMAC(password, (int)strlen(password), salt, (int)salt_len,
                          (int)iterations, digest, size, salted) == 1;
    xwipe(&password);
    text_hex(hex, salted, (size_t)size);
    gsasl_property_set(x->scram->session, GSASL_SCRAM_SALTED_PASSWORD, hex);
    OPENSSL_cleanse(salted, sizeof(salted));
    OPENSSL_cleanse(hex, sizeof(hex));
    return done || failure_set(failure, REASON_MECHANISM,
                               "This system's OpenSSL cannot do %s.",
                               x->mechanism->name);
}

/* The server's first message: nonce, salt and the number of iterations. */
static bool take_first(struct exchange *x, const char *message,
                       struct failure *failure)
{
    char salt[4 * SALT_MAX], count[16];
    long iterations;

    if (!attribute(message, 's', salt, sizeof(salt)) ||
        !attribute(message, 'i', count, sizeof(count)) ||
        !text_parse_number(count, 1, 2000000000, &iterations))
        return broken(failure, "salt and number of iterations are not there");
    if (iterations > SCRAM_ITERATIONS_MAX)
        return failure_set(failure, REASON_PROTOCOL,
                           "The server wants the password hashed %ld times; "
                           "postseal does it %d times at most.",
                           iterations, SCRAM_ITERATIONS_MAX);
    if (!x->secure && iterations < SCRAM_ITERATIONS_MIN)
        return failure_set(failure, REASON_PROTOCOL,
                           "The server wants the password hashed only %ld "
                           "times, which is too weak without encryption.",
                           iterations);
    return set_salted(x, salt, iterations, failure);
}

/* -- the end --------------------------------------------------------------- */

static const struct {
    const char *error, *sentence;
} errors[] = {
    {"invalid-proof", "The password is wrong"},
    {"unknown-user", "The server does not know this user"},
    {"channel-bindings-dont-match",
     "The server sees another TLS connection than this one: somebody may be "
     "in between"},
    {"server-does-support-channel-binding",
     "The server offered a safer login (-PLUS), which did not arrive here: "
     "somebody may be in between"},
};

/* RFC 5802 section 7, "e=". */
static bool told_error(const char *message, struct failure *failure)
{
    char error[64] = "", safe[100];

    attribute(message, 'e', error, sizeof(error));
    text_safe_string(safe, sizeof(safe), error);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (strcmp(errors[i].error, error) == 0)
            return failure_set(failure, REASON_LOGIN, "%s: \"%s\".",
                               errors[i].sentence, safe);
    return failure_set(failure, REASON_LOGIN,
                       "The server refused the login: \"%s\".", safe);
}

static bool tell(const struct exchange *x, int result, struct failure *failure)
{
    if (result == GSASL_SASLPREP_ERROR)
        return failure_set(failure, REASON_CREDENTIALS,
                           "The user name holds a character that no user name "
                           "may have (RFC 4013).");
    if (x->said >= 2)
        return failure_set(failure, REASON_LOGIN, NO_PROOF);
    return broken(failure, gsasl_strerror(result));
}

bool scram_step(struct exchange *x, const char *challenge, size_t len,
                struct buf *out, struct failure *failure)
{
    char *answer = NULL;
    size_t answer_len = 0;
    int result;

    if (x->said >= 3)
        return broken(failure, "it asks on after its proof");
    if (!x->said) {
        if (!begin(x, failure))
            return false;
        len = 0; /* what it says before it was told anything means nothing */
    } else if (memchr(challenge, '\0', len)) {
        return broken(failure, "a NUL byte");
    } else if (text_starts_nocase(challenge, "e=")) {
        return told_error(challenge, failure);
    } else if (x->said == 1 && !take_first(x, challenge, failure)) {
        return false;
    }
    result = gsasl_step(x->scram->session, len ? challenge : NULL, len, &answer,
                        &answer_len);
    if (result == GSASL_OK || result == GSASL_NEEDS_MORE)
        buf_add(out, answer, answer_len);
    if (answer)
        OPENSSL_cleanse(answer, answer_len);
    gsasl_free(answer);
    if (result != GSASL_OK && result != GSASL_NEEDS_MORE)
        return tell(x, result, failure);
    if (x->said == 2 && result != GSASL_OK)
        return failure_set(failure, REASON_LOGIN, NO_PROOF);
    x->scram->proved = x->said == 2;
    return true;
}

bool scram_proved(const struct scram *scram)
{
    return scram && scram->proved;
}

/* libgsasl frees what it was given without wiping, but what it hands out is its
 * own copy, not one of a constant. */
static void wipe_property(struct scram *scram, Gsasl_property property)
{
    const char *text = gsasl_property_fast(scram->session, property);

    if (text)
        OPENSSL_cleanse((char *)(uintptr_t)text, strlen(text));
}

void scram_free(struct scram *scram)
{
    if (!scram)
        return;
    if (scram->session) {
        wipe_property(scram, GSASL_SCRAM_SALTED_PASSWORD);
        gsasl_finish(scram->session);
    }
    if (scram->library)
        gsasl_done(scram->library);
    free(scram);
}
