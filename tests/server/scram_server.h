/* SPDX-License-Identifier: MIT */
/*
 * scram_server: the other side of SCRAM (RFC 5802, RFC 7677) from OpenSSL's
 * primitives, so that libgsasl is tested against something else than itself.
 * For the mail server and for unit tests.
 */
#ifndef POSTSEAL_TESTS_SERVER_SCRAM_SERVER_H
#define POSTSEAL_TESTS_SERVER_SCRAM_SERVER_H

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scram_server {
    /* Given. */
    bool sha256, plus; /* the mechanism */
    bool offers_plus;  /* in the list of this connection */
    const char *user, *password;
    const char *salt;  /* base64 */
    const char *nonce; /* our part */
    int iterations;
    const char *binding_type; /* with plus: what is expected */
    unsigned char binding[64];
    size_t binding_len;
    /* Kept. */
    char header[200], first_bare[512], first[1024];
};

static inline size_t scram_decode(const char *text, unsigned char *out,
                                  size_t size)
{
    size_t len = strlen(text);
    int n;

    if (!len || len % 4 || len / 4 * 3 > size)
        return 0;
    n = EVP_DecodeBlock(out, (const unsigned char *)text, (int)len);
    for (; n > 0 && text[len - 1] == '='; len--)
        n--;
    return n < 0 ? 0 : (size_t)n;
}

/* The attribute "x=" of a message. */
static inline bool scram_attribute(const char *message, char name, char *out,
                                   size_t size)
{
    for (const char *p = message; *p;) {
        size_t len = strcspn(p, ",");

        if (p[0] == name && p[1] == '=') {
            snprintf(out, size, "%.*s", (int)(len - 2), p + 2);
            return true;
        }
        p += len + (p[len] == ',');
    }
    return false;
}

/* Takes "n,,n=user,r=nonce" and makes the answer s->first. False: s->first is
 * an error to be told ("e=..."), or empty. */
static inline bool scram_server_begin(struct scram_server *s,
                                      const char *message)
{
    const char *bare = strchr(message, ',');
    char user[200], nonce[200], type[64] = "";

    s->first[0] = '\0';
    bare = bare ? strchr(bare + 1, ',') : NULL;
    if (!bare)
        return false;
    bare++;
    snprintf(s->header, sizeof(s->header), "%.*s", (int)(bare - message),
             message);
    snprintf(s->first_bare, sizeof(s->first_bare), "%s", bare);
    if (s->header[0] == 'y' && s->offers_plus) {
        snprintf(s->first, sizeof(s->first),
                 "e=server-does-support-channel-binding");
        return false;
    }
    if (s->plus != (s->header[0] == 'p'))
        return false;
    if (s->plus && (!scram_attribute(s->header, 'p', type, sizeof(type)) ||
                    strcmp(type, s->binding_type) != 0)) {
        snprintf(s->first, sizeof(s->first),
                 "e=unsupported-channel-binding-type");
        return false;
    }
    if (!scram_attribute(bare, 'n', user, sizeof(user)) ||
        !scram_attribute(bare, 'r', nonce, sizeof(nonce)) ||
        strcmp(user, s->user) != 0)
        return false;
    snprintf(s->first, sizeof(s->first), "r=%s%s,s=%s,i=%d", nonce, s->nonce,
             s->salt, s->iterations);
    return true;
}

static inline void scram_hmac(const struct scram_server *s,
                              const unsigned char *key, size_t key_len,
                              const char *text, unsigned char out[64])
{
    unsigned len = 0;

    HMAC(s->sha256 ? EVP_sha256() : EVP_sha1(), key, (int)key_len,
         (const unsigned char *)text, strlen(text), out, &len);
}

/* c= must hold the header and, with -PLUS, the binding. */
static inline bool scram_binding_fits(const struct scram_server *s,
                                      const char *final)
{
    size_t header = strlen(s->header), len;
    char text[600];
    unsigned char bytes[512];

    if (!scram_attribute(final, 'c', text, sizeof(text)))
        return false;
    len = scram_decode(text, bytes, sizeof(bytes));
    if (len < header || memcmp(bytes, s->header, header) != 0)
        return false;
    if (!s->plus)
        return len == header;
    return len == header + s->binding_len &&
           memcmp(bytes + header, s->binding, s->binding_len) == 0;
}

/* Takes "c=...,r=...,p=..." and makes "v=..." (true) or "e=..." (false). */
static inline bool scram_server_end(const struct scram_server *s,
                                    const char *final, char out[200])
{
    const EVP_MD *md = s->sha256 ? EVP_sha256() : EVP_sha1();
    size_t size = (size_t)EVP_MD_get_size(md), salt_len;
    unsigned char salt[256], salted[64], key[64], stored[64], proof[200];
    unsigned char signature[64], server_key[64], encoded[180];
    const char *end = strstr(final, ",p=");
    char message[4096], told[180];

    if (!scram_binding_fits(s, final)) {
        snprintf(out, 200, "e=channel-bindings-dont-match");
        return false;
    }
    snprintf(out, 200, "e=invalid-proof");
    if (!end || !scram_attribute(final, 'p', told, sizeof(told)) ||
        scram_decode(told, proof, sizeof(proof)) != size)
        return false;
    snprintf(message, sizeof(message), "%s,%s,%.*s", s->first_bare, s->first,
             (int)(end - final), final);
    salt_len = scram_decode(s->salt, salt, sizeof(salt));
    PKCS5_PBKDF2_HMAC(s->password, (int)strlen(s->password), salt,
                      (int)salt_len, s->iterations, md, (int)size, salted);
    scram_hmac(s, salted, size, "Client Key", key);
    EVP_Digest(key, size, stored, NULL, md, NULL);
    scram_hmac(s, stored, size, message, signature);
    for (size_t i = 0; i < size; i++)
        if (proof[i] != (key[i] ^ signature[i]))
            return false;
    scram_hmac(s, salted, size, "Server Key", server_key);
    scram_hmac(s, server_key, size, message, signature);
    EVP_EncodeBlock(encoded, signature, (int)size);
    snprintf(out, 200, "v=%s", (char *)encoded);
    return true;
}

#endif
