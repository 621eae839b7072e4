/* SPDX-License-Identifier: MIT */
/* probe_cure: what a person can do about a failure, best first. An exception
 * always comes last. */
#include "core/probe/probe.h"

#include "core/base/date.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct cures {
    struct cure *list;
    size_t count;
};

static void add(struct cures *c, enum cure_kind kind, enum setting setting,
                const char *value, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void add(struct cures *c, enum cure_kind kind, enum setting setting,
                const char *value, const char *format, ...)
{
    struct cure *cure = &c->list[c->count];
    va_list args;

    if (c->count == CURE_MAX)
        return;
    *cure = (struct cure){.kind = kind, .setting = setting};
    snprintf(cure->value, sizeof(cure->value), "%s", value);
    va_start(args, format);
    vsnprintf(cure->text, sizeof(cure->text), format, args);
    va_end(args);
    c->count++;
}

static void edit(struct cures *c, enum setting setting, const char *text)
{
    add(c, CURE_EDIT, setting, "", "%s", text);
}

/* -- the certificate ------------------------------------------------------- */

/* No clock that is right can be before the day this was written, nor is this
 * still in use so long after it: a clock outside was lost. */
#define WRITTEN   1795478400 /* 2026-11-24 */
#define LAST_YEAR (WRITTEN + 25L * 365 * 24 * 60 * 60)

static bool starts_later(const struct cert_chain *chain, time_t now)
{
    for (size_t i = 0; i < chain->count; i++)
        if (chain->certs[i].dates_ok && chain->certs[i].not_before > now)
            return true;
    return false;
}

/* A certificate that has not begun yet is hardly ever the server's fault. One
 * that has ended is, unless the clock cannot be right at all. */
static bool clock_is_doubtful(const struct probe_result *r)
{
    const fault_set ended =
        FAULT_BIT(FAULT_EXPIRED) | FAULT_BIT(FAULT_EXPIRED_ISSUER);

    if (r->verdict.faults & FAULT_BIT(FAULT_NOT_YET_VALID))
        return true;
    if ((r->verdict.faults & FAULT_BIT(FAULT_EXPIRED_ISSUER)) &&
        (starts_later(&r->verdict.path, r->when) ||
         starts_later(&r->verdict.sent, r->when)))
        return true;
    return (r->verdict.faults & ended) &&
           (r->when < WRITTEN || r->when > LAST_YEAR);
}

static void clock_cure(struct cures *c, const struct probe_result *r)
{
    char now[TIMESTAMP_SIZE];

    timestamp_format(now, r->when);
    if (strlen(now) == 20) /* 2026-11-24T16:02:11Z */
        now[10] = ' ', now[16] = '\0';
    add(c, CURE_CLOCK, SET_NONE, "",
        "Correct this computer's clock: it says %s UTC", now);
}

/* A chain may hold anything: so much is looked at, and no more. */
#define ISSUERS_TRIED 8

static bool issued(const struct cert *issuer, const struct cert *cert)
{
    X509 *above = cert_x509(issuer), *below = cert_x509(cert);
    bool ok = above && below && X509_get0_pubkey(above) &&
              X509_verify(below, X509_get0_pubkey(above)) == 1;

    X509_free(above);
    X509_free(below);
    return ok;
}

/* Follows the signatures from the server's own certificate through what the
 * server sent, to one that signed itself. */
static const struct cert *sent_root(const struct cert_chain *sent)
{
    const struct cert *at = &sent->certs[0];
    size_t tried = 0;

    for (size_t i = 1; i < sent->count && tried < ISSUERS_TRIED; i++) {
        const struct cert *next = &sent->certs[i];

        if (!next->is_ca || strcmp(next->subject, at->issuer) != 0)
            continue;
        tried++;
        if (!issued(next, at))
            continue;
        if (next->self_signed)
            return next;
        at = next;
        i = 0; /* they may stand in any order */
    }
    return NULL;
}

const struct cert *probe_private_root(const struct probe_result *r)
{
    /* Trusting the root would leave these as they are, or is what they say
     * must not be. */
    const fault_set hopeless =
        FAULT_BIT(FAULT_BAD_ENCODING) | FAULT_BIT(FAULT_BAD_SIGNATURE) |
        FAULT_BIT(FAULT_REVOKED) | FAULT_BIT(FAULT_DISTRUSTED) |
        FAULT_BIT(FAULT_NOT_A_CA);

    if (!r->has_verdict || r->verdict.sent.count < 2 ||
        !(r->verdict.faults & FAULT_BIT(FAULT_UNKNOWN_ISSUER)) ||
        (r->verdict.faults & hopeless))
        return NULL;
    return sent_root(&r->verdict.sent);
}

/* A server of an account: "work/incoming", "work/outgoing". */
static bool is_of_account(const struct probe_result *r)
{
    const char *slash = strrchr(r->target, '/');

    return slash && slash != r->target && !endpoint_looks_like_url(r->target) &&
           (strcmp(slash, "/incoming") == 0 || strcmp(slash, "/outgoing") == 0);
}

/* A name is filled in only when it was proven: anyone on the way can own a
 * certificate for another one. */
static void name_cure(struct cures *c, const char *proven_name)
{
    if (proven_name)
        add(c, CURE_SET, SET_HOST, proven_name, "Change the server name to %s",
            proven_name);
    else
        edit(c, SET_HOST, "Correct the server name");
}

static void authority_cure(struct cures *c, const struct cert *root)
{
    if (root)
        add(c, CURE_AUTHORITY, SET_NONE, "",
            "Trust the private authority \"%.100s\" for ...",
            root->subject_name);
}

static void certificate_cures(struct cures *c, const struct probe_result *r,
                              const char *proven_name)
{
    bool has_leaf = verdict_leaf(&r->verdict) != NULL;

    if (r->exception == EXCEPTION_CHANGED && has_leaf)
        add(c, CURE_COMPARE, SET_NONE, "",
            "Compare it with the one you accepted");
    if (clock_is_doubtful(r))
        clock_cure(c, r);
    if (r->verdict.faults & FAULT_BIT(FAULT_WRONG_HOST))
        name_cure(c, proven_name);
    authority_cure(c, probe_private_root(r));
    if (has_leaf)
        add(c, CURE_VIEW, SET_NONE, "", "View the certificate");
    add(c, CURE_OPERATOR, SET_NONE, "",
        "Write to the operator (a text to copy)");
    if (is_of_account(r))
        add(c, CURE_DISABLE, SET_ENABLED, "no", "Stop using this account");
    if (r->exception != EXCEPTION_CHANGED && r->verdict.overridable)
        add(c, CURE_EXCEPTION, SET_NONE, "", "Add an exception instead ...");
}

/* -- the rest -------------------------------------------------------------- */

static void port_cure(struct cures *c, const struct probe_result *r,
                      enum security security)
{
    edit(c, SET_PORT, "Correct the port");
    if (r->endpoint.service != SERVICE_TLS)
        snprintf(c->list[c->count - 1].text, sizeof(c->list[c->count - 1].text),
                 "Correct the port (usual: %u)",
                 endpoint_usual_port(r->endpoint.service, security));
}

static void security_cure(struct cures *c, enum security security)
{
    add(c, CURE_SET, SET_SECURITY, security_word(security),
        "Change Security to %s and test again", security_short(security));
}

static void link_cures(struct cures *c, const struct probe_result *r)
{
    switch (r->reason) {
    case REASON_RESOLVE:
        edit(c, SET_HOST, "Correct the server name");
        break;
    case REASON_REFUSED:
    case REASON_UNREACHABLE:
        port_cure(c, r, r->endpoint.security);
        edit(c, SET_HOST, "Correct the server name");
        break;
    case REASON_TIMEOUT:
    case REASON_CLOSED:
        port_cure(c, r, r->endpoint.security);
        edit(c, SET_SECURITY, "Change the security");
        break;
    case REASON_NOT_TLS:
        security_cure(c, SECURITY_STARTTLS);
        port_cure(c, r, SECURITY_TLS);
        break;
    case REASON_TLS_EXPECTED:
        security_cure(c, SECURITY_TLS);
        port_cure(c, r, r->endpoint.security);
        break;
    case REASON_STARTTLS_MISSING:
    case REASON_STARTTLS_REFUSED:
        edit(c, SET_SECURITY,
             "Change the security (SSL/TLS has a port of its "
             "own)");
        break;
    case REASON_TLS_VERSION:
        edit(c, SET_TLS_MINIMUM, "Look at the TLS version that is demanded");
        break;
    default:
        break;
    }
}

static void correct_token(struct cures *c, const struct probe_result *r)
{
    if (r->token_command)
        edit(c, SET_TOKEN_COMMAND, "Correct the token command");
    else if (!r->needs_authorization)
        edit(c, SET_OAUTH_CLIENT_ID, "Correct the OAuth settings");
}

static void login_cures(struct cures *c, const struct probe_result *r)
{
    switch (r->reason) {
    case REASON_PLAINTEXT_LOGIN:
        edit(c, SET_SECURITY, "Change the security");
        break;
    case REASON_MECHANISM:
        edit(c, SET_AUTH, "Change how to log in");
        break;
    case REASON_CREDENTIALS:
        if (r->credential == NEED_TOKEN)
            correct_token(c, r);
        else if (r->failed_stage == STAGE_TLS)
            edit(c, SET_CLIENT_KEY_COMMAND, "Correct the key's command");
        else
            edit(c, SET_PASSWORD_COMMAND, "Correct the password command");
        break;
    case REASON_LOGIN:
        if (r->credential == NEED_TOKEN)
            correct_token(c, r);
        else
            edit(c, SET_PASSWORD_COMMAND, "Correct the password");
        edit(c, SET_USER, "Correct the user name");
        /* Some servers offer what they cannot check. */
        if (strncmp(r->mechanism, "SCRAM", 5) == 0 ||
            strncmp(r->mechanism, "CRAM", 4) == 0)
            edit(c, SET_AUTH, "Change how to log in");
        break;
    case REASON_CLIENT_CERTIFICATE:
        edit(c, SET_CLIENT_CERTIFICATE, "Choose a certificate of yours");
        break;
    case REASON_CONFIG:
        if (r->failed_stage == STAGE_TLS) /* the key could not be loaded */
            edit(c, SET_CLIENT_CERTIFICATE, "Choose another certificate");
        else
            edit(c, SET_HOST, "Complete the settings");
        break;
    case REASON_SENDER:
        edit(c, SET_EMAIL, "Correct your address");
        break;
    default:
        break;
    }
}

size_t probe_cures(const struct probe_result *r, const char *proven_name,
                   struct cure out[CURE_MAX])
{
    struct cures c = {.list = out};

    if (!r->finished || r->ok)
        return 0;
    if (r->reason == REASON_CERTIFICATE && r->has_verdict)
        certificate_cures(&c, r, proven_name);
    link_cures(&c, r);
    login_cures(&c, r);
    if (r->reason != REASON_CERTIFICATE)
        add(&c, CURE_RETRY, SET_NONE, "", "Run the test again");
    return c.count;
}

const char *cure_word(enum cure_kind kind)
{
    static const char *const words[] = {
        [CURE_EDIT] = "edit",       [CURE_SET] = "set",
        [CURE_CLOCK] = "clock",     [CURE_AUTHORITY] = "authority",
        [CURE_VIEW] = "view",       [CURE_OPERATOR] = "operator",
        [CURE_DISABLE] = "disable", [CURE_EXCEPTION] = "exception",
        [CURE_COMPARE] = "compare", [CURE_RETRY] = "retry",
    };

    return words[kind];
}
