/* SPDX-License-Identifier: MIT */
/* setup: from an e-mail address to a tested account. */
#include "cli/report.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/setup/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DECLINED_MAX 64

struct words {
    bool offline, yes, send_address;
    const char *write, *name;
};

struct search {
    struct cli *cli;
    const struct words *words;
    struct setup *setup;
    bool told[SETUP_SOURCE_COUNT];
    /* Candidates that the person did not want. */
    const struct setup_candidate *declined[DECLINED_MAX];
    size_t declined_count;
};

static const char *const direction_words[] = {
    [SETUP_INCOMING] = "incoming",
    [SETUP_OUTGOING] = "outgoing",
};

/* -- telling --------------------------------------------------------------- */

static bool has_ended(const struct setup_line *line)
{
    return line->state != SETUP_WAITING && line->state != SETUP_RUNNING;
}

/* As the sources end. */
static void changed(void *arg, struct setup *setup)
{
    struct search *search = arg;

    for (int s = 0; s < SETUP_SOURCE_COUNT && !search->cli->json; s++) {
        const struct setup_line *line = setup_line(setup, (enum setup_source)s);

        if (search->told[s] || !has_ended(line))
            continue;
        search->told[s] = true;
        printf("  %-10s  %-7s  %-8s  %5lld ms  %s\n",
               setup_source_word(line->source), setup_state_word(line->state),
               line->state == SETUP_FOUND
                   ? setup_protection_word(line->protection)
                   : "",
               (long long)line->ms, line->text);
        fflush(stdout);
    }
}

/* One word for a list. */
static const char *standing(const struct setup_candidate *c)
{
    if (setup_candidate_good(c))
        return "good";
    if (setup_candidate_proven(c))
        return "needs your yes";
    if (!c->tested)
        return "not tested";
    return reason_label(c->result->reason);
}

static void print_login(const struct setup_candidate *c)
{
    char url[400];

    if (c->login == SETUP_APP_PASSWORD)
        puts("     It wants a password made for programs, from the provider's "
             "page.");
    else if (c->login == SETUP_OAUTH)
        puts("     It wants a login by OAuth: see docs/oauth.md.");
    if (c->help_url && c->login != SETUP_PASSWORD)
        printf("     %s\n", text_safe_string(url, sizeof(url), c->help_url));
}

static void print_candidate(const struct search *search, size_t number,
                            const struct setup_candidate *c)
{
    char url[HOST_MAX + 40], user[300];

    printf("  %zu  %s  %s\n", number,
           endpoint_format(url, sizeof(url), &c->endpoint), standing(c));
    printf("     named by %s (%s), login %s\n", setup_source_word(c->source),
           setup_protection_word(c->protection),
           c->user ? text_safe_string(user, sizeof(user), c->user) : "none");
    if (c->foreign)
        printf("     It is outside %s%s.\n", setup_domain(search->setup),
               c->confirmed ? "; you said yes to that"
                            : ": whoever answered may have named any server");
    if (c->endpoint.security == SECURITY_NONE)
        puts("     It is not encrypted.");
    print_login(c);
    /* The best with all its stages, the others when they failed. */
    if (c->tested && (number == 1 || !c->result->ok))
        report_print(c->result, NULL);
}

static void print_text(const struct search *search)
{
    const char *advice = setup_advice(search->setup);

    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        size_t count = setup_count(search->setup, (enum setup_direction)d);

        printf("\n%s:%s\n", direction_words[d], count ? "" : " none");
        for (size_t i = 0; i < count; i++)
            print_candidate(
                search, i + 1,
                setup_candidate(search->setup, (enum setup_direction)d, i));
    }
    fflush(stdout);
    if (advice)
        cli_warn("%s", advice);
}

/* -- JSON ------------------------------------------------------------------ */

static json_t *line_json(const struct setup_line *line)
{
    json_t *row = json_object();

    json_object_set_new(row, "source",
                        json_string(setup_source_word(line->source)));
    json_object_set_new(row, "state",
                        json_string(setup_state_word(line->state)));
    json_object_set_new(
        row, "protection",
        line->state == SETUP_FOUND
            ? json_string(setup_protection_word(line->protection))
            : json_null());
    json_object_set_new(row, "ms", json_integer(line->ms));
    json_object_set_new(row, "text", json_text(line->text));
    return row;
}

static json_t *candidate_json(const struct setup_candidate *c)
{
    json_t *row = json_object(), *sources = json_array();

    for (int s = 0; s < SETUP_SOURCE_COUNT; s++)
        if (c->also & 1u << s)
            json_array_append_new(
                sources, json_string(setup_source_word((enum setup_source)s)));
    json_object_set_new(row, "service",
                        json_string(service_word(c->endpoint.service)));
    json_object_set_new(row, "host", json_text(c->endpoint.host));
    json_object_set_new(row, "port", json_integer(c->endpoint.port));
    json_object_set_new(row, "security",
                        json_string(security_word(c->endpoint.security)));
    json_object_set_new(row, "auth", json_string(auth_word(c->auth)));
    json_object_set_new(row, "user", json_text(c->user));
    json_object_set_new(row, "source",
                        json_string(setup_source_word(c->source)));
    json_object_set_new(row, "sources", sources);
    json_object_set_new(row, "protection",
                        json_string(setup_protection_word(c->protection)));
    json_object_set_new(row, "login", json_string(setup_login_word(c->login)));
    json_object_set_new(row, "help", json_text(c->help_url));
    json_object_set_new(row, "foreign", json_boolean(c->foreign));
    json_object_set_new(row, "confirmed", json_boolean(c->confirmed));
    json_object_set_new(row, "good", json_boolean(setup_candidate_good(c)));
    json_object_set_new(row, "test",
                        c->tested ? report_json(c->result, NULL) : json_null());
    return row;
}

/* `written` and `rows`: NULL when there is none. */
static void print_json(const struct search *search, const char *written,
                       json_t *rows)
{
    json_t *value = json_object(), *sources = json_array();

    for (int s = 0; s < SETUP_SOURCE_COUNT; s++)
        json_array_append_new(
            sources,
            line_json(setup_line(search->setup, (enum setup_source)s)));
    json_object_set_new(value, "email", json_text(setup_email(search->setup)));
    json_object_set_new(value, "sources", sources);
    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        json_t *list = json_array();

        for (size_t i = 0;
             i < setup_count(search->setup, (enum setup_direction)d); i++)
            json_array_append_new(
                list, candidate_json(setup_candidate(
                          search->setup, (enum setup_direction)d, i)));
        json_object_set_new(value, direction_words[d], list);
    }
    json_object_set_new(value, "advice",
                        json_text(setup_advice(search->setup)));
    json_object_set_new(value, "written", json_text(written));
    json_object_set_new(value, "test", rows ? rows : json_null());
    json_print(value, false);
}

/* -- the person's yes ------------------------------------------------------ */

static void wait_for_end(struct search *search)
{
    while (!setup_finished(search->setup) &&
           loop_turn(search->cli->workspace.loop, -1))
        ;
    changed(search, search->setup);
}

static bool ask(const struct search *search, const struct setup_candidate *c)
{
    char url[HOST_MAX + 40], *question;
    bool yes;

    endpoint_format(url, sizeof(url), &c->endpoint);
    question =
        c->endpoint.security == SECURITY_NONE
            ? xasprintf("%s is not encrypted: everybody on the way can read "
                        "your mail.\nIf you want to use it",
                        url)
            : xasprintf("%s is outside %s; %s (%s) names it.\n"
                        "If you want to use it",
                        url, setup_domain(search->setup),
                        setup_source_word(c->source),
                        setup_protection_word(c->protection));
    yes = cli_says_yes(question);
    free(question);
    return yes;
}

static bool was_declined(const struct search *search,
                         const struct setup_candidate *c)
{
    for (size_t i = 0; i < search->declined_count; i++)
        if (search->declined[i] == c)
            return true;
    return false;
}

/* --yes is a word about whose server it is, not about encryption. */
static bool covered(const struct setup_candidate *c)
{
    return setup_candidate_needs_yes(c) &&
           c->endpoint.security != SECURITY_NONE;
}

static void confirm_all(struct search *search)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        for (size_t i = 0;
             i < setup_count(search->setup, (enum setup_direction)d); i++) {
            const struct setup_candidate *c =
                setup_candidate(search->setup, (enum setup_direction)d, i);

            if (covered(c)) {
                setup_confirm(search->setup, c);
                i = (size_t)-1; /* the order is another one now */
            }
        }
    wait_for_end(search);
}

/* The best that needs no yes, or gets one. */
static const struct setup_candidate *choose(struct search *search,
                                            enum setup_direction direction)
{
    for (size_t i = 0; i < setup_count(search->setup, direction); i++) {
        const struct setup_candidate *c =
            setup_candidate(search->setup, direction, i);

        if (!setup_candidate_needs_yes(c))
            return c;
        if (was_declined(search, c))
            continue;
        if (cli_may_ask() && ask(search, c)) {
            setup_confirm(search->setup, c);
            wait_for_end(search);
        } else if (search->declined_count < DECLINED_MAX) {
            search->declined[search->declined_count++] = c;
        }
        i = (size_t)-1;
    }
    return NULL;
}

/* -- writing --------------------------------------------------------------- */

static int write_account(struct search *search, json_t **rows, bool *written)
{
    const struct setup_candidate *chosen[SETUP_DIRECTIONS];
    struct cli *cli = search->cli;
    char *id = NULL;
    struct error e = {0};
    int status = STATUS_OK;

    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        chosen[d] = choose(search, (enum setup_direction)d);
        if (!chosen[d] && setup_count(search->setup, (enum setup_direction)d)) {
            cli_warn("No %s server was taken: what was found needs a yes "
                     "(--yes for servers outside %s).",
                     direction_words[d], setup_domain(search->setup));
            status = STATUS_FAILED;
        }
    }
    if (!chosen[SETUP_INCOMING] && !chosen[SETUP_OUTGOING]) {
        cli_warn("Nothing was written.");
        return STATUS_FAILED;
    }
    if (!setup_stage(search->setup, search->words->write,
                     chosen[SETUP_INCOMING], chosen[SETUP_OUTGOING], &id, &e) ||
        !cli_save(cli, &e)) {
        free(id);
        return cli_fail(&e);
    }
    *written = true;
    if (!cli->json)
        printf("\nWritten: account %s\n\n", id);
    if (search->words->offline) {
        free(id);
        return status;
    }
    /* Where nobody is to be asked for a password, all else is tested. */
    status = status_worse(
        status, cli_test(cli, id, cli_may_ask(), cli->json ? rows : NULL));
    free(id);
    return status;
}

/* -- the command ----------------------------------------------------------- */

/* What a yes is needed for was found, too, as long as nothing is written. */
static int found_status(const struct search *search)
{
    int status = STATUS_OK;

    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        const struct setup_candidate *best =
            setup_count(search->setup, (enum setup_direction)d)
                ? setup_candidate(search->setup, (enum setup_direction)d, 0)
                : NULL;

        if (!best)
            status = STATUS_FAILED;
        else if (!search->words->offline && !setup_candidate_proven(best))
            status = status_worse(status, report_status(best->result));
    }
    return status;
}

static int search_and_write(struct search *search, const char *email)
{
    const struct setup_request request = {.email = email,
                                          .name = search->words->name,
                                          .offline = search->words->offline,
                                          .send_address =
                                              search->words->send_address};
    struct error e = {0};
    json_t *rows = NULL;
    bool written = false;
    int status;

    search->setup =
        setup_start(&search->cli->workspace, &request, changed, search, &e);
    if (!search->setup) {
        cli_fail(&e);
        return STATUS_USAGE;
    }
    if (!search->cli->json)
        puts(setup_email(search->setup));
    wait_for_end(search);
    if (search->words->yes)
        confirm_all(search);
    if (!search->cli->json)
        print_text(search);
    status = found_status(search);
    if (search->words->write)
        status = status_worse(status, write_account(search, &rows, &written));
    if (search->cli->json)
        print_json(search, written ? search->words->write : NULL, rows);
    setup_free(search->setup);
    return status;
}

/* Before anything is asked: a name that cannot be written is told at once. */
static bool id_is_free(struct cli *cli, const char *id, struct error *e)
{
    char safe[160];

    return section_check_id(id, e) &&
           (config_index(cli->workspace.config, SECTION_ACCOUNT, id) < 0 ||
            error_set(e, ERROR_EXISTS,
                      "There is an account \"%s\" already; choose another "
                      "name.",
                      text_safe_string(safe, sizeof(safe), id)));
}

int cmd_setup(struct cli *cli, int argc, char **argv)
{
    struct words words = {0};
    const struct cli_option own[] = {
        {"name", "NAME", NULL, &words.name, "your own name, for the account"},
        {"offline", NULL, &words.offline, NULL,
         "only the table of providers; nothing is connected to"},
        {"send-address", NULL, &words.send_address, NULL,
         "the domain's own servers may have the address"},
        {"write", "ID", NULL, &words.write,
         "write the best servers as that account, and test it"},
        {"yes", NULL, &words.yes, NULL,
         "also servers outside the address's domain"},
        CLI_OPTION_END,
    };
    struct search search = {.cli = cli, .words = &words};
    struct error e = {0};
    int status;

    if (!cli_parse(cli, &argc, argv, own, 1, 1, &status))
        return status;
    if (!(words.offline ? cli_open(cli, &status)
                        : cli_open_network(cli, &status)))
        return status;
    if (words.write && !id_is_free(cli, words.write, &e)) {
        cli_fail(&e);
        return STATUS_USAGE;
    }
    return search_and_write(&search, argv[0]);
}
