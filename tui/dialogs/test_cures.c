/* SPDX-License-Identifier: MIT */
#include "tui/dialogs/test_cures.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_again(struct app *app, const struct probe_set *set)
{
    size_t count = probe_set_count(set);
    char **targets = xcalloc(count, sizeof(char *));

    for (size_t i = 0; i < count; i++)
        targets[i] = xstrdup(probe_set_result(set, i)->target);
    app_test(app, (const char *const *)targets, count);
    for (size_t i = 0; i < count; i++)
        free(targets[i]);
    free(targets);
}

void test_view(struct app *app, const struct probe_result *r)
{
    char place[HOST_MAX + 16];

    if (!r || !r->has_verdict) {
        app_message(app, STYLE_NORMAL, "No certificate came yet.");
        return;
    }
    cert_view_open(app,
                   endpoint_host_port(place, sizeof(place), r->endpoint.host,
                                      r->endpoint.port),
                   &r->verdict,
                   r->exception == EXCEPTION_USED ? "You accepted it." : "");
}

void test_except(struct app *app, const struct probe_result *r)
{
    if (!r || r->reason != REASON_CERTIFICATE)
        app_message(app, STYLE_NORMAL,
                    "No exception is needed here: the certificate is not what "
                    "failed.");
    else
        add_exception_open(app, r);
}

void test_write_to_operator(struct app *app, const struct probe_result *r)
{
    if (!r || r->reason != REASON_CERTIFICATE || !r->has_verdict)
        app_message(app, STYLE_NORMAL,
                    "There is nothing to tell the operator: the certificate is "
                    "not what failed.");
    else
        operator_open(app, r);
}

void test_trust_authority(struct app *app, const struct probe_result *r)
{
    if (!r || !probe_private_root(r))
        app_message(app, STYLE_NORMAL,
                    "The server sent no root of a private authority that would "
                    "cure this.");
    else
        trust_authority_open(app, r);
}

/* -- cures ----------------------------------------------------------------- */

/* "work/outgoing" is about the outgoing server's section. */
static bool section_of(struct app *app, const char *target,
                       enum section *section, char id[200])
{
    const char *slash = strrchr(target, '/');
    const char *smtp;

    *section = SECTION_SMTP;
    if (strncmp(target, "smtp:", 5) == 0) {
        snprintf(id, 200, "%s", target + 5);
        return true;
    }
    if (!slash)
        return false;
    snprintf(id, 200, "%.*s", (int)(slash - target), target);
    if (strcmp(slash, "/outgoing") == 0) {
        smtp = config_smtp_of(app_config(app), id);
        snprintf(id, 200, "%s", smtp ? smtp : "");
        return smtp != NULL;
    }
    *section = SECTION_ACCOUNT;
    return true;
}

static void set_and_test(struct app *app, struct probe_set *set,
                         const struct test_choice *choice)
{
    const char *target = probe_set_result(set, choice->result)->target;
    enum section section;
    struct error e = {0};
    char id[200];
    bool moved;

    if (!section_of(app, target, &section, id) ||
        !config_set(app_config(app), section, id, choice->cure.setting,
                    choice->cure.value, &moved, &e)) {
        app_message(app, STYLE_FAULT, "%s", e.text);
        return;
    }
    app_message(app, STYLE_CHANGED, "Changed, not saved: %s%s.",
                choice->cure.text, moved ? "; the port followed" : "");
    test_again(app, set);
}

static void clock_answered(struct app *app, size_t button, void *arg)
{
    if (button == 1)
        test_again(app, arg);
}

static void show_clock(struct app *app, struct probe_set *set)
{
    static const char *const buttons[] = {"Back", "Run the test again"};
    char now[TIMESTAMP_SIZE], line[100];
    const char *const lines[] = {
        line, "Is that right? If not, set it, as root, with one of these:",
        "  timedatectl set-ntp true", "  date -u -s \"2027-01-31 16:02\"",
        "A test reads the clock anew. If the clock is right, the operator has "
        "to be asked."};

    timestamp_format(now, app_wall(app));
    snprintf(line, sizeof(line), "This computer's clock says %s (UTC).", now);
    confirm_open(app, "Correct the clock", lines,
                 sizeof(lines) / sizeof(lines[0]), buttons, 2, clock_answered,
                 set);
}

/* Staged like any other change; both of its servers are passed over then. */
static void stop_using(struct app *app, const char *target,
                       const struct cure *cure)
{
    const char *slash = strrchr(target, '/');
    struct error e = {0};
    char id[200];

    snprintf(id, sizeof(id), "%.*s", slash ? (int)(slash - target) : 0, target);
    if (!config_set(app_config(app), SECTION_ACCOUNT, id, cure->setting,
                    cure->value, NULL, &e)) {
        app_message(app, STYLE_FAULT, "%s", e.text);
        return;
    }
    app_panel(app, PANEL_ACCOUNTS);
    app_select_account(app, id);
    app_message(app, STYLE_CHANGED,
                "%s is not used any more: not saved. u takes it back.",
                config_label(app_config(app), SECTION_ACCOUNT, id));
}

void test_cure(struct app *app, struct probe_set *set,
               const struct test_choice *choice)
{
    const struct probe_result *r = probe_set_result(set, choice->result);

    switch (choice->cure.kind) {
    case CURE_EDIT:
        app_goto_target(app, r->target, choice->cure.setting, true);
        return;
    case CURE_SET:
        set_and_test(app, set, choice);
        return;
    case CURE_CLOCK:
        show_clock(app, set);
        return;
    case CURE_AUTHORITY:
        trust_authority_open(app, r);
        return;
    case CURE_OPERATOR:
        test_write_to_operator(app, r);
        return;
    case CURE_DISABLE:
        stop_using(app, r->target, &choice->cure);
        return;
    case CURE_VIEW:
        test_view(app, r);
        return;
    case CURE_EXCEPTION:
        test_except(app, r);
        return;
    case CURE_COMPARE:
        changed_open(app, r);
        return;
    case CURE_RETRY:
        test_again(app, set);
    }
}
