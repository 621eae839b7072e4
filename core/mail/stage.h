/* SPDX-License-Identifier: MIT */
/*
 * stage: the named steps of a connection test (design §3). One table gives the
 * word for JSON and the label for screens, one gives the order by security.
 */
#ifndef POSTSEAL_CORE_MAIL_STAGE_H
#define POSTSEAL_CORE_MAIL_STAGE_H

#include "core/account/endpoint.h"

enum stage {
    STAGE_RESOLVE,
    STAGE_CONNECT,
    STAGE_GREETING,
    STAGE_CAPABILITY,
    STAGE_STARTTLS,
    STAGE_TLS,
    STAGE_CERTIFICATE,
    STAGE_TLS_CAPABILITY,
    STAGE_LOGIN,
    STAGE_MAILBOX,
    STAGE_LOGOUT,
    STAGE_COUNT
};
#define STAGE_MAX STAGE_COUNT /* most stages in one test */

const char *stage_word(enum stage stage);  /* "tls-capability" */
const char *stage_label(enum stage stage); /* "Find address" */
/* The stages of a test in order; returns how many. SERVICE_TLS ends after
 * certificate; SMTP has no mailbox unless `sender`. */
size_t stage_plan(enum stage out[STAGE_MAX], enum service service,
                  enum security security, bool sender);

enum stage_state {
    STAGE_WAITING,
    STAGE_RUNNING,
    STAGE_OK,
    STAGE_FAILED,
    STAGE_SKIPPED
};
const char *stage_state_word(enum stage_state state); /* "ok" "failed" ... */
/* As people read it: "OK", "FAIL", "...", "not done". */
const char *stage_state_label(enum stage_state state);

#endif
