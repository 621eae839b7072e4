/* SPDX-License-Identifier: MIT */
/* sasl: the first byte chooses the mechanism, the second what is known about
 * the connection; then the server's messages, a line each ("%n": our nonce). */
#include "fuzz/fuzz.h"

#include "core/mail/mechanism.h"
#include "core/mail/scram.h"

#include <gsasl.h>

/* Instead of libgsasl's own, so that a run can be repeated. */
#define NONCE "MDEyMzQ1Njc4OWFiY2RlZmdo" /* 0123456789abcdefgh */
int gsasl_nonce(char *data, size_t datalen)
{
    for (size_t i = 0; i < datalen; i++)
        data[i] = "0123456789abcdefgh"[i % 18];
    return GSASL_OK;
}

static const struct credentials who = {
    .user = "Ann", .password = "Hunter2-secret", .token = "ya29.t0ken"};

/* Rounds of hashing cost time and nothing else. */
static bool is_slow(const char *message)
{
    for (const char *p = message; (p = strstr(p, "i=")); p += 2)
        if (strspn(p + 2, "0123456789") > 4)
            return true;
    return false;
}

static char *with_nonce(const char *line)
{
    const char *at = strstr(line, "%n");
    size_t size = strlen(line) + sizeof(NONCE);
    char *text = malloc(size);

    must(text != NULL);
    if (at)
        snprintf(text, size, "%.*s" NONCE "%s", (int)(at - line), line, at + 2);
    else
        snprintf(text, size, "%s", line);
    return text;
}

static bool step(struct exchange *x, const char *message, size_t len)
{
    struct failure failure = {0};
    struct buf out;
    bool ok;

    if (strstr(message, who.password))
        return false; /* a nonce made of it would come back */
    buf_init(&out, MECHANISM_MESSAGE_MAX);
    ok = exchange_step(x, message, len, &out, &failure);
    if (!ok) {
        must(failure.text[0] && reason_word(failure.reason));
        must_be_safe(failure.text);
    } else if (x->mechanism->auth <= AUTH_SCRAM_SHA_256_PLUS &&
               x->mechanism->auth >= AUTH_CRAM_MD5) {
        must(!strstr(out.data, who.password));
    }
    must_be_safe(x->refusal);
    buf_release(&out);
    failure = (struct failure){0};
    if (!exchange_accept(x, &failure))
        must_be_safe(failure.text);
    else if (x->scram)
        must(scram_proved(x->scram));
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange x = {
        .credentials = &who, .host = "mail.example.org", .port = 993};
    struct parts lines;
    bool ok = true;

    if (size < 2)
        return 0;
    x.mechanism = mechanism_at(data[0] % mechanism_count());
    x.secure = data[1] & 1;
    x.plus_offered = data[1] & 2;
    if (data[1] & 4)
        x.binding = (struct channel_binding){
            .type = data[1] & 8 ? "tls-unique" : "tls-exporter", .len = 32};
    if (!x.mechanism->sasl || (x.mechanism->bound && !x.binding.type))
        return 0;
    if (x.mechanism->client_first)
        ok = step(&x, "", 0);
    lines = parts_of(data + 2, size - 2);
    for (int i = 0; ok && i < 8 && !parts_end(&lines); i++) {
        char *line = parts_next(&lines, '\n', NULL), *message = NULL;

        message = with_nonce(line);
        ok = !is_slow(message) && step(&x, message, strlen(message));
        free(message);
        free(line);
    }
    exchange_release(&x);
    return 0;
}
