/* SPDX-License-Identifier: MIT */
/* setup_lines: what a search found, in words for people. Draws nothing. */
#include "tui/dialogs/setup_dialog.h"

#include "core/account/endpoint.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

const char *setup_source_label(enum setup_source source)
{
    static const char *const labels[SETUP_SOURCE_COUNT] = {
        [SETUP_PROVIDER] = "Providers",    [SETUP_SRV] = "SRV records",
        [SETUP_AUTOCONFIG] = "autoconfig", [SETUP_WELL_KNOWN] = "well-known",
        [SETUP_DATABASE] = "Database",     [SETUP_MX] = "MX owner",
        [SETUP_GUESS] = "Usual names",
    };

    return labels[source];
}

const char *setup_verdict(const struct setup *setup,
                          const struct setup_candidate *c, bool brief,
                          enum style *style)
{
    bool unseen = !c->tested || !c->result || c->result->ok ||
                  c->result->reason == REASON_UNREACHABLE;

    *style = STYLE_NORMAL;
    if (setup_candidate_needs_yes(c) && unseen) {
        *style = STYLE_CHANGED;
        return brief ? "your yes?" : "needs your yes";
    }
    if (setup_candidate_proven(c)) {
        *style = STYLE_GOOD;
        if (c->endpoint.security == SECURITY_NONE)
            return brief ? "clear text" : "not encrypted";
        if (c->result && c->result->exception == EXCEPTION_USED)
            return "exception";
        return "verified";
    }
    if (!c->tested || !c->result)
        return setup_finished(setup) ? "not tested" : "testing";
    *style = STYLE_FAULT;
    if (c->result->reason == REASON_CERTIFICATE)
        return brief ? "cert fault" : "certificate fault";
    return reason_label(c->result->reason);
}

char *setup_place(char *out, size_t size, const struct setup_candidate *c)
{
    char place[HOST_MAX + 16];

    snprintf(out, size, "%s %s %s", service_label(c->endpoint.service),
             endpoint_host_port(place, sizeof(place), c->endpoint.host,
                                c->endpoint.port),
             security_short(c->endpoint.security));
    return out;
}

static const char *how_it_came(enum setup_protection protection)
{
    switch (protection) {
    case SETUP_BUILT_IN:
        return "from the table of this program, or your own";
    case SETUP_HTTPS:
        return "by https";
    case SETUP_DNS:
        return "in plain DNS, where anybody on the way could have put it";
    case SETUP_HTTP:
        return "by plain http, where anybody on the way could have put it";
    case SETUP_TRIED:
        return "by nobody: it was tried";
    }
    return "";
}

void setup_why_yes(char *out, size_t size, const struct setup *setup,
                   const struct setup_candidate *c)
{
    char host[600];
    size_t len = 0;

    host_display(host, sizeof(host), c->endpoint.host);
    *out = '\0';
    if (c->foreign) {
        snprintf(out, size,
                 "%s is outside %s. It was named by %s, %s. With a yes it gets "
                 "your login.",
                 host, setup_domain(setup), setup_source_label(c->source),
                 how_it_came(c->protection));
        len = strlen(out);
    }
    if (c->endpoint.security == SECURITY_NONE)
        snprintf(out + len, size - len,
                 "%sThe connection to %s is not encrypted: everybody on the "
                 "way can read your mail and what you log in with.",
                 len ? " " : "", host);
}

void setup_lines_source(struct test_lines *t, int width,
                        const struct setup_line *line)
{
    char text[480];

    snprintf(text, sizeof(text), "%s: %s.%s%s",
             setup_source_label(line->source), setup_state_word(line->state),
             *line->text ? " " : "", line->text);
    test_lines_text(t, width,
                    line->state == SETUP_FAILED ? STYLE_FAULT : STYLE_NORMAL,
                    line->state == SETUP_FAILED ? " ! " : "   ", text);
    if (line->state != SETUP_FOUND)
        return;
    snprintf(text, sizeof(text), "It came %s.", how_it_came(line->protection));
    test_lines_text(t, width, STYLE_NORMAL, "   ", text);
}

/* Who named it, and what one needs to log in. */
static void add_origin(struct test_lines *t, int width,
                       const struct setup_candidate *c)
{
    char text[900], user[320];
    size_t len;

    if (c->source == SETUP_GUESS)
        snprintf(text, sizeof(text),
                 "Nobody named it: a usual name, and it answers");
    else
        snprintf(text, sizeof(text), "Named by %s, %s",
                 setup_source_label(c->source), how_it_came(c->protection));
    for (int s = 0; s < SETUP_SOURCE_COUNT; s++) {
        len = strlen(text);
        if (c->also & 1u << s && s != (int)c->source)
            snprintf(text + len, sizeof(text) - len, "; also by %s",
                     setup_source_label((enum setup_source)s));
    }
    len = strlen(text);
    snprintf(text + len, sizeof(text) - len, ". Login: %s.",
             c->user ? text_safe_string(user, sizeof(user), c->user) : "none");
    test_lines_text(t, width, STYLE_NORMAL, "   ", text);
}

static void add_login(struct test_lines *t, int width,
                      const struct setup_candidate *c)
{
    char url[600];

    if (c->login == SETUP_APP_PASSWORD)
        test_lines_text(t, width, STYLE_CHANGED, " ! ",
                        "It wants a password made for programs, from the "
                        "provider's page; the usual one does not do.");
    else if (c->login == SETUP_OAUTH)
        test_lines_text(t, width, STYLE_CHANGED, " ! ",
                        "It wants a login by OAuth; docs/oauth.md says how to "
                        "set that up.");
    if (!c->help_url)
        return;
    test_lines_text(t, width, STYLE_NORMAL, "   ", "The provider's own page:");
    test_lines_text(t, width, STYLE_STRONG, "   ",
                    text_safe_string(url, sizeof(url), c->help_url));
}

void setup_lines_candidate(struct test_lines *t, int width,
                           const struct setup *setup,
                           const struct setup_candidate *c)
{
    char text[1600];

    test_lines_text(t, width, STYLE_STRONG, " ",
                    setup_place(text, sizeof(text), c));
    if (setup_candidate_needs_yes(c)) {
        setup_why_yes(text, sizeof(text), setup, c);
        test_lines_text(t, width, STYLE_CHANGED, " ! ", text);
    } else if (c->foreign) {
        snprintf(text, sizeof(text), "It is outside %s; you said yes to that.",
                 setup_domain(setup));
        test_lines_text(t, width, STYLE_NORMAL, "   ", text);
    }
    add_origin(t, width, c);
    add_login(t, width, c);
    if (c->result)
        test_lines_result(t, width, c->result, c->tested);
    if (c->tested && c->result && c->result->reason == REASON_CERTIFICATE)
        test_lines_text(t, width, STYLE_NORMAL, "   ",
                        "When it is used, the test offers what can be done.");
}
