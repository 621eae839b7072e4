/* SPDX-License-Identifier: MIT */
#include "core/mail/scram.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <gsasl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SALT_MAX  256
#define NONCE_MAX 1024
#define NO_PROOF                                                               \
    "The server did not prove that it knows the password, so it may not be "   \
    "the one it seems to be."

#define NONCE_BYTES 18
#define FREED_MAX   8 /* blocks of one size that SASLprep frees, at most */

/* Names of RFC 5802 section 3. */
struct scram {
    const EVP_MD *digest;
    unsigned char salted[EVP_MAX_MD_SIZE]; /* SaltedPassword */
    char *header;                          /* gs2-header */
    char *first_bare;                      /* client-first-message-bare */
    char nonce[2 * NONCE_BYTES];
    char *auth; /* AuthMessage */
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

/* SASLprep works on a copy in UCS-4, and frees it as it is. The next blocks of
 * such sizes that are asked for are the ones just freed: they are wiped. */
static void wipe_freed(size_t most)
{
    void *blocks[FREED_MAX];

    for (size_t size = 16; size <= most; size += 16) {
        for (size_t i = 0; i < FREED_MAX; i++) {
            blocks[i] = xmalloc(size);
            OPENSSL_cleanse(blocks[i], size);
        }
        for (size_t i = 0; i < FREED_MAX; i++)
            free(blocks[i]);
    }
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
    wipe_freed(8 * strlen(password) + 256);
    return copy;
}

static bool unfit(struct failure *failure, const char *what, const char *text)
{
    if (!text_is_utf8(text, strlen(text)))
        return failure_set(failure, REASON_CREDENTIALS,
                           "The %s is not in UTF-8, which SCRAM demands.",
                           what);
    return failure_set(failure, REASON_CREDENTIALS,
                       "The %s holds a character that SCRAM does not permit "
                       "there (RFC 4013).",
                       what);
}

/* -- the first messages ---------------------------------------------------- */

/* The gs2 header (section 7). */
static char *header_of(const struct exchange *x)
{
    if (x->mechanism->bound)
        return xasprintf("p=%s,,", x->binding.type);
    return xstrdup(x->binding.type && !x->plus_offered ? "y,," : "n,,");
}

/* "," and "=" are written as hex digits. */
static char *saslname(const char *name)
{
    struct buf out;

    buf_init(&out, MECHANISM_MESSAGE_MAX);
    for (; *name; name++) {
        if (*name == ',')
            buf_add_text(&out, "=2C");
        else if (*name == '=')
            buf_add_text(&out, "=3D");
        else
            buf_add_char(&out, *name);
    }
    return buf_take(&out);
}

static bool begin(struct exchange *x, struct buf *out, struct failure *failure)
{
    struct scram *s = x->scram = xcalloc(1, sizeof(*s));
    char bytes[NONCE_BYTES], *nonce, *user, *name;

    s->digest = digest_of(x);
    user = prepare(x->credentials->user);
    if (!user)
        return unfit(failure, "user name", x->credentials->user);
    if (gsasl_nonce(bytes, sizeof(bytes)) != GSASL_OK) {
        xwipe(&user);
        return failure_set(failure, REASON_MECHANISM,
                           "This system gives no random numbers.");
    }
    nonce = text_base64_encode(bytes, sizeof(bytes));
    snprintf(s->nonce, sizeof(s->nonce), "%s", nonce);
    name = saslname(user);
    s->header = header_of(x);
    s->first_bare = xasprintf("n=%s,r=%s", name, nonce);
    buf_addf(out, "%s%s", s->header, s->first_bare);
    xwipe(&user);
    free(nonce);
    free(name);
    return true;
}

static bool set_salted(struct exchange *x, const char *salt64, long iterations,
                       struct failure *failure)
{
    struct scram *s = x->scram;
    unsigned char salt[SALT_MAX];
    char *password = NULL;
    size_t salt_len = 0;
    bool done;

    if (!text_base64_decode(salt64, salt, sizeof(salt), &salt_len) || !salt_len)
        return broken(failure, "its salt cannot be read");
    password = prepare(x->credentials->password);
    if (!password)
        return unfit(failure, "password", x->credentials->password);
    done = PKCS5_PBKDF2_HMAC(password, (int)strlen(password), salt,
                             (int)salt_len, (int)iterations, s->digest,
                             EVP_MD_get_size(s->digest), s->salted) == 1;
    xwipe(&password);
    return done || failure_set(failure, REASON_MECHANISM,
                               "This system's OpenSSL cannot do %s.",
                               x->mechanism->name);
}

/* The server's first message: nonce, salt and the number of iterations. */
static bool take_first(struct exchange *x, const char *message,
                       struct failure *failure)
{
    char salt[4 * SALT_MAX], count[16];
    char nonce[NONCE_MAX];
    size_t own = strlen(x->scram->nonce);
    long iterations;

    /* An extension that must be understood stands first: none is known. */
    if (strncmp(message, "r=", 2) != 0 ||
        !attribute(message, 'r', nonce, sizeof(nonce)) ||
        strncmp(nonce, x->scram->nonce, own) != 0 || !nonce[own])
        return broken(failure, "its nonce does not continue ours");
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

/* -- the proofs ------------------------------------------------------------ */

static bool hmac(const struct scram *s, const unsigned char *key,
                 const char *text, unsigned char out[EVP_MAX_MD_SIZE])
{
    unsigned len = 0;

    return HMAC(s->digest, key, EVP_MD_get_size(s->digest),
                (const unsigned char *)text, strlen(text), out, &len) != NULL;
}

/* "c=...,r=...": what the proof covers of the last message. */
static char *without_proof(const struct exchange *x, const char *first)
{
    const struct scram *s = x->scram;
    char nonce[NONCE_MAX] = "", *bound, *text;
    struct buf input;

    attribute(first, 'r', nonce, sizeof(nonce));
    buf_init(&input, 1024);
    buf_add_text(&input, s->header);
    if (x->mechanism->bound)
        buf_add(&input, x->binding.bytes, x->binding.len);
    bound = text_base64_encode(input.data, input.len);
    text = xasprintf("c=%s,r=%s", bound, nonce);
    buf_release(&input);
    free(bound);
    return text;
}

/* ClientKey XOR HMAC(H(ClientKey), AuthMessage) */
static bool prove(const struct scram *s, unsigned char proof[EVP_MAX_MD_SIZE])
{
    unsigned char stored[EVP_MAX_MD_SIZE], signature[EVP_MAX_MD_SIZE];
    size_t size = (size_t)EVP_MD_get_size(s->digest);

    if (!hmac(s, s->salted, "Client Key", proof) ||
        EVP_Digest(proof, size, stored, NULL, s->digest, NULL) != 1 ||
        !hmac(s, stored, s->auth, signature))
        return false;
    for (size_t i = 0; i < size; i++)
        proof[i] ^= signature[i];
    OPENSSL_cleanse(stored, sizeof(stored));
    OPENSSL_cleanse(signature, sizeof(signature));
    return true;
}

static bool answer_first(struct exchange *x, const char *first, struct buf *out,
                         struct failure *failure)
{
    struct scram *s = x->scram;
    unsigned char proof[EVP_MAX_MD_SIZE];
    char *text, *encoded;
    bool done;

    if (!take_first(x, first, failure))
        return false;
    text = without_proof(x, first);
    s->auth = xasprintf("%s,%s,%s", s->first_bare, first, text);
    done = prove(s, proof);
    if (done) {
        encoded = text_base64_encode(proof, (size_t)EVP_MD_get_size(s->digest));
        buf_addf(out, "%s,p=%s", text, encoded);
        xwipe(&encoded);
    }
    OPENSSL_cleanse(proof, sizeof(proof));
    free(text);
    return done || failure_set(failure, REASON_MECHANISM,
                               "This system's OpenSSL cannot do %s.",
                               x->mechanism->name);
}

/* "v=...": HMAC(ServerKey, AuthMessage) can be made by one who knows the
 * password, or at least what is derived from it. */
static bool server_proves(const struct scram *s, const char *final)
{
    unsigned char key[EVP_MAX_MD_SIZE], wanted[EVP_MAX_MD_SIZE];
    unsigned char told[EVP_MAX_MD_SIZE];
    size_t size = (size_t)EVP_MD_get_size(s->digest), len = 0;
    char text[2 * EVP_MAX_MD_SIZE];
    bool same;

    if (strncmp(final, "v=", 2) != 0 ||
        !attribute(final, 'v', text, sizeof(text)) ||
        !text_base64_decode(text, told, sizeof(told), &len) || len != size)
        return false;
    same = hmac(s, s->salted, "Server Key", key) &&
           hmac(s, key, s->auth, wanted) &&
           CRYPTO_memcmp(told, wanted, size) == 0;
    OPENSSL_cleanse(key, sizeof(key));
    return same;
}

/* -- the end --------------------------------------------------------------- */

static const struct {
    const char *error;
    enum reason reason;
    const char *sentence;
} errors[] = {
    {"invalid-proof", REASON_LOGIN, "The password is wrong"},
    {"unknown-user", REASON_LOGIN, "The server does not know this user"},
    {"channel-bindings-dont-match", REASON_LOGIN,
     "The server sees another TLS connection than this one: somebody may be "
     "in between"},
    {"server-does-support-channel-binding", REASON_LOGIN,
     "The server offered a safer login (-PLUS), which did not arrive here: "
     "somebody may be in between"},
    {"channel-binding-not-supported", REASON_MECHANISM,
     "The server cannot tie the login to the TLS connection, though it offers "
     "to: set Login to scram-sha-256 or scram-sha-1"},
    {"unsupported-channel-binding-type", REASON_MECHANISM,
     "The server cannot tie the login to the TLS connection in this way, "
     "though it offers to: set Login to scram-sha-256 or scram-sha-1"},
    {"no-resources", REASON_LOGIN_UNAVAILABLE,
     "The server cannot check logins right now"},
};

/* RFC 5802 section 7, "e=". */
static bool told_error(const char *message, struct failure *failure)
{
    char error[64] = "", safe[100];

    attribute(message, 'e', error, sizeof(error));
    text_safe_string(safe, sizeof(safe), error);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (strcmp(errors[i].error, error) == 0)
            return failure_set(failure, errors[i].reason, "%s: \"%s\".",
                               errors[i].sentence, safe);
    return failure_set(failure, REASON_LOGIN,
                       "The server refused the login: \"%s\".", safe);
}

bool scram_step(struct exchange *x, const char *challenge, size_t len,
                struct buf *out, struct failure *failure)
{
    if (!x->said) /* what it says before it was told anything means nothing */
        return begin(x, out, failure);
    if (memchr(challenge, '\0', len))
        return broken(failure, "a NUL byte");
    if (x->said < 3 && strncmp(challenge, "e=", 2) == 0)
        return told_error(challenge, failure);
    if (x->said == 1)
        return answer_first(x, challenge, out, failure);
    if (x->said > 2)
        return broken(failure, "it asks on after its proof");
    x->scram->proved = server_proves(x->scram, challenge);
    return x->scram->proved || failure_set(failure, REASON_LOGIN, NO_PROOF);
}

bool scram_proved(const struct scram *scram)
{
    return scram && scram->proved;
}

void scram_free(struct scram *scram)
{
    if (!scram)
        return;
    free(scram->header);
    free(scram->first_bare);
    free(scram->auth);
    OPENSSL_cleanse(scram, sizeof(*scram));
    free(scram);
}
