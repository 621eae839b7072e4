/* SPDX-License-Identifier: MIT */
#include "core/base/reason.h"

#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *word, *label;
} table[REASON_COUNT] = {
    [REASON_NONE] = {NULL, "ok"},
    [REASON_CONFIG] = {"config", "settings"},
    [REASON_RESOLVE] = {"resolve", "no address"},
    [REASON_REFUSED] = {"refused", "refused"},
    [REASON_UNREACHABLE] = {"unreachable", "no route"},
    [REASON_TIMEOUT] = {"timeout", "no answer"},
    [REASON_CLOSED] = {"closed", "closed"},
    [REASON_CANCELLED] = {"cancelled", "stopped"},
    [REASON_NOT_TLS] = {"not-tls", "not TLS"},
    [REASON_TLS_EXPECTED] = {"tls-expected", "wants TLS"},
    [REASON_TLS_VERSION] = {"tls-version", "TLS version"},
    [REASON_TLS] = {"tls", "TLS"},
    [REASON_STARTTLS_MISSING] = {"starttls-missing", "no STARTTLS"},
    [REASON_STARTTLS_REFUSED] = {"starttls-refused", "STARTTLS"},
    [REASON_STARTTLS_INJECTION] = {"starttls-injection", "injection"},
    [REASON_CERTIFICATE] = {"certificate", "cert"},
    [REASON_CLIENT_CERTIFICATE] = {"client-certificate", "your cert"},
    [REASON_PROTOCOL] = {"protocol", "protocol"},
    [REASON_PLAINTEXT_LOGIN] = {"plaintext-login", "clear login"},
    [REASON_MECHANISM] = {"mechanism", "mechanism"},
    [REASON_CREDENTIALS] = {"credentials", "password"},
    [REASON_LOGIN] = {"login", "login"},
    [REASON_LOGIN_UNAVAILABLE] = {"login-unavailable", "try later"},
    [REASON_MAILBOX] = {"mailbox", "inbox"},
    [REASON_SENDER] = {"sender", "sender"},
};

const char *reason_word(enum reason reason)
{
    return table[reason].word;
}

const char *reason_label(enum reason reason)
{
    return table[reason].label;
}

_Bool failure_set(struct failure *failure, enum reason reason,
                  const char *format, ...)
{
    char text[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    failure->reason = reason;
    failure->no_such_name = 0;
    text_safe_string(failure->text, sizeof(failure->text), text);
    return 0;
}
