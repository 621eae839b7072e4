/* SPDX-License-Identifier: MIT */
#include "core/secret/oauth_reply.h"

#include "core/base/text.h"
#include "core/base/wiped.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define TOKEN_MAX        8192 /* bytes; mail servers take less */
#define CODE_SECONDS     900  /* where nothing is said, and at most ... */
#define CODE_SECONDS_MAX 3600
#define INTERVAL         5 /* RFC 8628 section 3.2 */
#define INTERVAL_MAX     60
#define TOKEN_SECONDS    3600

static const struct {
    const char *word;
    enum oauth_error error;
} errors[] = {
    {"authorization_pending", OAUTH_PENDING},
    {"slow_down", OAUTH_SLOW_DOWN},
    {"access_denied", OAUTH_DENIED},
    {"authorization_declined", OAUTH_DENIED}, /* Microsoft */
    {"expired_token", OAUTH_EXPIRED},
    {"invalid_grant", OAUTH_INVALID_GRANT},
    {"temporarily_unavailable", OAUTH_UNAVAILABLE},
    {"server_error", OAUTH_UNAVAILABLE},
};

static void refuse(struct oauth_reply *out, enum oauth_error error,
                   const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void refuse(struct oauth_reply *out, enum oauth_error error,
                   const char *format, ...)
{
    char text[900];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    out->error = error;
    failure_set(&out->failure, REASON_CREDENTIALS, "%s", text);
}

/* -- members --------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void copy_safe(char *out, size_t size, const char *text)
{
    *out = '\0';
    if (text)
        text_safe_string(out, size, text);
}

/* Some send numbers as strings. */
static long number_of(const json_t *object, const char *key, long fallback,
                      long max)
{
    const json_t *value = json_object_get(object, key);
    long number = fallback;

    if (json_is_number(value)) {
        double exact = json_number_value(value);

        number = exact >= 0 && exact <= (double)max ? (long)exact : max;
    } else if (json_is_string(value)) {
        text_parse_number(json_string_value(value), 0, max, &number);
    }
    return number < max ? number : max;
}

/* RFC 6750 section 2.1 and RFC 6749 appendix A.12: visible ASCII and blanks. */
static bool is_token(const char *text)
{
    size_t len = text ? strlen(text) : 0;

    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] > '~')
            return false;
    return len > 0 && len <= TOKEN_MAX;
}

static bool is_web_address(const char *text)
{
    return text && (strncmp(text, "https://", 8) == 0 ||
                    strncmp(text, "http://", 7) == 0);
}

/* -- replies --------------------------------------------------------------- */

static void read_error(struct oauth_reply *out, const char *host, long status,
                       const json_t *object)
{
    const char *word = text_of(object, "error");
    char name[100], said[400];
    enum oauth_error error =
        status >= 500 || status == 429 ? OAUTH_UNAVAILABLE : OAUTH_REFUSED;

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (word && strcmp(errors[i].word, word) == 0)
            error = errors[i].error;
    if (!word) {
        refuse(out, error, "%s answers with status %ld and no reason.", host,
               status);
        return;
    }
    copy_safe(name, sizeof(name), word);
    copy_safe(said, sizeof(said), text_of(object, "error_description"));
    refuse(out, error, "%s refuses: %s%s%s%s", host, name, *said ? " (" : "",
           said, *said ? ")" : "");
}

static void take_device(struct oauth_reply *out, const char *host,
                        const json_t *object)
{
    const char *code = text_of(object, "device_code");
    const char *uri = text_of(object, "verification_uri");

    if (!uri)
        uri = text_of(object, "verification_url"); /* Google, before the RFC */
    copy_safe(out->user_code, sizeof(out->user_code),
              text_of(object, "user_code"));
    if (!is_token(code) || !*out->user_code || !is_web_address(uri)) {
        refuse(out, OAUTH_REFUSED,
               "%s gives out no code and address that could be shown.", host);
        return;
    }
    copy_safe(out->uri, sizeof(out->uri), uri);
    if (is_web_address(text_of(object, "verification_uri_complete")))
        copy_safe(out->complete, sizeof(out->complete),
                  text_of(object, "verification_uri_complete"));
    out->device_code = secret_new(code);
    out->expires_in =
        number_of(object, "expires_in", CODE_SECONDS, CODE_SECONDS_MAX);
    out->interval = number_of(object, "interval", INTERVAL, INTERVAL_MAX);
    if (out->interval < 1)
        out->interval = 1;
}

static void take_token(struct oauth_reply *out, const char *host,
                       const json_t *object)
{
    const char *type = text_of(object, "token_type");
    const char *access = text_of(object, "access_token");
    const char *refresh = text_of(object, "refresh_token");

    if (!is_token(access) || (type && !text_equal_nocase(type, "bearer"))) {
        refuse(out, OAUTH_REFUSED,
               "%s gives out no token that a mail server would take.", host);
        return;
    }
    out->access = secret_new(access);
    if (is_token(refresh))
        out->refresh = secret_new(refresh);
    out->expires_in = number_of(object, "expires_in", TOKEN_SECONDS, 86400);
}

typedef void take_object(struct oauth_reply *out, const char *host,
                         const json_t *object);

static void read_object(struct oauth_reply *out, const char *host, long status,
                        const char *body, size_t len, take_object *take)
{
    json_t *object = json_loadb(body, len, 0, NULL);

    if (!json_is_object(object))
        refuse(out,
               status >= 500 || status == 429 ? OAUTH_UNAVAILABLE
                                              : OAUTH_REFUSED,
               "%s answers with status %ld and no JSON. Is that address the "
               "right one?",
               host, status);
    else if (status != 200 || json_object_get(object, "error"))
        read_error(out, host, status, object);
    else
        take(out, host, object);
    json_decref(object);
}

/* All that the parser allocates is gone again when it returns, so that its
 * memory functions can be others meanwhile: those that wipe. */
static void read_reply(struct oauth_reply *out, const char *host, long status,
                       const char *body, size_t len, take_object *take)
{
    json_malloc_t usual_malloc;
    json_free_t usual_free;

    *out = (struct oauth_reply){.error = OAUTH_OK};
    json_get_alloc_funcs(&usual_malloc, &usual_free);
    json_set_alloc_funcs(wiped_malloc, wiped_free);
    read_object(out, host, status, body, len, take);
    json_set_alloc_funcs(usual_malloc, usual_free);
}

void oauth_read_device(struct oauth_reply *out, const char *host, long status,
                       const char *body, size_t len)
{
    read_reply(out, host, status, body, len, take_device);
}

void oauth_read_token(struct oauth_reply *out, const char *host, long status,
                      const char *body, size_t len)
{
    read_reply(out, host, status, body, len, take_token);
}

void oauth_reply_release(struct oauth_reply *reply)
{
    secret_release(&reply->device_code);
    secret_release(&reply->access);
    secret_release(&reply->refresh);
}
