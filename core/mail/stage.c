/* SPDX-License-Identifier: MIT */
#include "core/mail/stage.h"

static const struct {
    const char *word, *label;
} table[STAGE_COUNT] = {
    [STAGE_RESOLVE] = {"resolve", "Find address"},
    [STAGE_CONNECT] = {"connect", "Connect"},
    [STAGE_GREETING] = {"greeting", "Greeting"},
    [STAGE_CAPABILITY] = {"capability", "Abilities"},
    [STAGE_STARTTLS] = {"starttls", "STARTTLS"},
    [STAGE_TLS] = {"tls", "TLS handshake"},
    [STAGE_CERTIFICATE] = {"certificate", "Certificate"},
    [STAGE_TLS_CAPABILITY] = {"tls-capability", "Abilities in TLS"},
    [STAGE_LOGIN] = {"login", "Log in"},
    [STAGE_MAILBOX] = {"mailbox", "Open inbox"},
    [STAGE_LOGOUT] = {"logout", "Log out"},
};

/* Design: the order of stages by security. */
static const enum stage orders[SECURITY_COUNT][STAGE_MAX] = {
    [SECURITY_TLS] = {STAGE_RESOLVE, STAGE_CONNECT, STAGE_TLS,
                      STAGE_CERTIFICATE, STAGE_GREETING, STAGE_CAPABILITY,
                      STAGE_LOGIN, STAGE_MAILBOX, STAGE_LOGOUT, STAGE_COUNT},
    [SECURITY_STARTTLS] = {STAGE_RESOLVE, STAGE_CONNECT, STAGE_GREETING,
                           STAGE_CAPABILITY, STAGE_STARTTLS, STAGE_TLS,
                           STAGE_CERTIFICATE, STAGE_TLS_CAPABILITY, STAGE_LOGIN,
                           STAGE_MAILBOX, STAGE_LOGOUT},
    [SECURITY_NONE] = {STAGE_RESOLVE, STAGE_CONNECT, STAGE_GREETING,
                       STAGE_CAPABILITY, STAGE_LOGIN, STAGE_MAILBOX,
                       STAGE_LOGOUT, STAGE_COUNT},
};

const char *stage_word(enum stage stage)
{
    return table[stage].word;
}

const char *stage_label(enum stage stage)
{
    return table[stage].label;
}

size_t stage_plan(enum stage out[STAGE_MAX], enum service service,
                  enum security security, bool sender)
{
    size_t count = 0;

    /* A port that is only known to speak TLS has no other way in. */
    if (service == SERVICE_TLS)
        security = SECURITY_TLS;
    for (size_t i = 0; i < STAGE_MAX && orders[security][i] != STAGE_COUNT;
         i++) {
        enum stage stage = orders[security][i];

        if (service == SERVICE_SMTP && stage == STAGE_MAILBOX && !sender)
            continue;
        out[count++] = stage;
        if (service == SERVICE_TLS && stage == STAGE_CERTIFICATE)
            break;
    }
    return count;
}

const char *stage_state_word(enum stage_state state)
{
    static const char *const words[] = {
        [STAGE_WAITING] = "waiting", [STAGE_RUNNING] = "running",
        [STAGE_OK] = "ok",           [STAGE_FAILED] = "failed",
        [STAGE_SKIPPED] = "skipped",
    };

    return words[state];
}

const char *stage_state_label(enum stage_state state)
{
    switch (state) {
    case STAGE_OK:
        return "OK";
    case STAGE_FAILED:
        return "FAIL";
    case STAGE_RUNNING:
        return "...";
    default:
        return "not done";
    }
}
