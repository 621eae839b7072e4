/* SPDX-License-Identifier: MIT */
/* probe_cure: what a person can do about a failure, best first. An exception
 * always comes last. */
#include "core/probe/probe.h"

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

static void certificate_cures(struct cures *c, const struct probe_result *r)
{
    fault_set faults = r->verdict.faults;

    if (r->exception == EXCEPTION_CHANGED && verdict_leaf(&r->verdict))
        add(c, CURE_COMPARE, SET_NONE, "",
            "Compare it with the one you accepted");
    /* Never filled in: anyone on the way can own a certificate for another
     * name. */
    if (faults & FAULT_BIT(FAULT_WRONG_HOST))
        edit(c, SET_HOST, "Correct the server name");
    if (verdict_leaf(&r->verdict))
        add(c, CURE_VIEW, SET_NONE, "", "View the certificate");
    if (r->exception != EXCEPTION_CHANGED && r->verdict.overridable)
        add(c, CURE_EXCEPTION, SET_NONE, "", "Add an exception instead ...");
}

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
        if (r->failed_stage == STAGE_TLS)
            edit(c, SET_CLIENT_KEY_COMMAND, "Correct the key's command");
        else
            edit(c, SET_PASSWORD_COMMAND, "Correct the password command");
        break;
    case REASON_LOGIN:
        edit(c, SET_PASSWORD_COMMAND, "Correct the password");
        edit(c, SET_USER, "Correct the user name");
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

size_t probe_cures(const struct probe_result *r, struct cure out[CURE_MAX])
{
    struct cures c = {.list = out};

    if (!r->finished || r->ok)
        return 0;
    if (r->reason == REASON_CERTIFICATE && r->has_verdict)
        certificate_cures(&c, r);
    link_cures(&c, r);
    login_cures(&c, r);
    if (r->reason != REASON_CERTIFICATE)
        add(&c, CURE_RETRY, SET_NONE, "", "Run the test again");
    return c.count;
}
