/* SPDX-License-Identifier: MIT */
/* setup_stage: an account out of two candidates, staged and not saved. */
#include "core/setup/setup_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct staging {
    struct config *config;
    enum section section;
    const char *id;
    struct error *e;
    bool ok;
};

static void put(struct staging *s, enum setting setting, const char *value)
{
    if (s->ok && value && *value)
        s->ok = config_set(s->config, s->section, s->id, setting, value, NULL,
                           s->e);
}

/* Type and security first: the port follows them until it is set. */
static void put_server(struct staging *s, const struct setup_candidate *c)
{
    char port[16];

    snprintf(port, sizeof(port), "%u", c->endpoint.port);
    if (s->section == SECTION_ACCOUNT)
        put(s, SET_TYPE, service_word(c->endpoint.service));
    put(s, SET_HOST, c->endpoint.host);
    put(s, SET_SECURITY, security_word(c->endpoint.security));
    put(s, SET_PORT, port);
    if (c->auth != AUTH_AUTO)
        put(s, SET_AUTH, auth_word(c->auth));
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* An outgoing server that is there already, and would do the same. */
static const char *find_same(const struct config *config,
                             const struct setup_candidate *c)
{
    for (size_t i = 0; i < config_count(config, SECTION_SMTP); i++) {
        const char *id = config_id(config, SECTION_SMTP, i);
        struct server server;
        bool same;

        if (!server_smtp(config, id, &server, NULL, NULL))
            continue;
        same = server.endpoint.port == c->endpoint.port &&
               server.endpoint.security == c->endpoint.security &&
               strcmp(server.endpoint.host, c->endpoint.host) == 0 &&
               server.auth == c->auth && same_text(server.user, c->user);
        server_release(&server);
        if (same)
            return id;
    }
    return NULL;
}

/* Logs in like the account when the name is the same: one password. */
static char *stage_outgoing(struct staging *s, const char *account,
                            const struct setup_candidate *incoming,
                            const struct setup_candidate *outgoing)
{
    const char *there = find_same(s->config, outgoing);
    char *id;

    if (there)
        return xstrdup(there);
    id = config_free_id(s->config, SECTION_SMTP, account);
    s->section = SECTION_SMTP;
    s->id = id;
    s->ok = config_add(s->config, SECTION_SMTP, id, s->e);
    put_server(s, outgoing);
    if (incoming && same_text(incoming->user, outgoing->user))
        put(s, SET_ACCOUNT, account);
    else
        put(s, SET_USER, outgoing->user);
    return id;
}

/* "example" of mail.example.org; the id is for people. */
static char *free_id(const struct setup *setup)
{
    char *label = xstrndup(setup->domain, strcspn(setup->domain, "."));
    char *id = config_free_id(setup->workspace->config, SECTION_ACCOUNT, label);

    free(label);
    return id;
}

static bool id_is_free(const struct config *config, const char *id,
                       struct error *e)
{
    char safe[160];

    if (!section_check_id(id, e))
        return false;
    return config_index(config, SECTION_ACCOUNT, id) < 0 ||
           error_set(e, ERROR_INPUT,
                     "There is an account \"%s\" already; choose another name.",
                     text_safe_string(safe, sizeof(safe), id));
}

bool setup_stage(struct setup *setup, const char *id,
                 const struct setup_candidate *incoming,
                 const struct setup_candidate *outgoing, char **out_id,
                 struct error *e)
{
    struct config *config = setup->workspace->config;
    char *account, *smtp = NULL;
    struct staging s = {.config = config, .section = SECTION_ACCOUNT, .e = e};

    if (id && !id_is_free(config, id, e))
        return false;
    account = id ? xstrdup(id) : free_id(setup);
    s.id = account;
    s.ok = config_add(config, SECTION_ACCOUNT, account, e);
    put(&s, SET_NAME, setup->name);
    put(&s, SET_EMAIL, setup->email);
    if (incoming) {
        put_server(&s, incoming);
        put(&s, SET_USER, incoming->user);
    }
    if (s.ok && outgoing) {
        smtp = stage_outgoing(&s, account, incoming, outgoing);
        s.section = SECTION_ACCOUNT;
        s.id = account;
        put(&s, SET_SMTP, smtp);
    }
    if (s.ok && out_id)
        *out_id = xstrdup(account);
    free(smtp);
    free(account);
    return s.ok;
}
