/* SPDX-License-Identifier: MIT */
/*
 * oauth: an authorization server (RFC 6749, RFC 8628) over real HTTP: POST
 * /device and /token. How it behaves is the listener's fault, "oauth=" and
 * words with "+" in between:
 *
 *   denied expired never   what becomes of a code; else it is permitted with
 *                          the second question
 *   slow     the first question was too early
 *   busy     the first question gets status 503
 *   short    access tokens end at once
 *   rotate   each refresh token serves once
 *   invalid  no refresh token serves
 *   once     gives out no refresh token
 *   secret   the client needs its secret, "cl13nt"
 *   complete has an address with the code in it, too
 *   escapes  control characters in all texts
 *   html huge loop file error500 hang drip empty   instead of an answer
 *   late     the same, but only for questions
 *
 * The access token is the one that the mail servers take.
 */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#define BODY_MAX 8192

/* Shared by the processes of all connections. */
struct oauth_state {
    unsigned codes, questions, refreshes;
};

struct oauth_state *oauth_state_new(void)
{
    void *state = mmap(NULL, sizeof(struct oauth_state), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return state == MAP_FAILED ? NULL : state;
}

static bool is(const struct connection *c, const char *word)
{
    return listener_has(c->listener, word);
}

/* -- answers --------------------------------------------------------------- */

static void answer(struct connection *c, const char *status, const char *type,
                   const char *body)
{
    say(c, "HTTP/1.1 %s", status);
    say(c, "Content-Type: %s", type);
    say(c, "Set-Cookie: session=abc");
    say(c, "Content-Length: %zu", strlen(body));
    say(c, "%s", "");
    say_bytes(c, body, strlen(body));
}

static void fail(struct connection *c, const char *error)
{
    char body[400];

    snprintf(body, sizeof(body),
             "{\"error\":\"%s\",\"error_description\":\"%s\"}", error,
             is(c, "escapes") ? "a\\u001b[2Jb" : "as it was told to");
    answer(c, "400 Bad Request", "application/json", body);
}

static void redirect(struct connection *c, const char *to)
{
    say(c, "HTTP/1.1 307 Temporary Redirect");
    say(c, "Location: %s", to);
    say(c, "Content-Length: 0");
    say(c, "%s", "");
}

static void say_much(struct connection *c)
{
    static const char line[64] =
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    say(c, "HTTP/1.1 200 OK");
    say(c, "Content-Length: %d", 5 << 20);
    say(c, "%s", "");
    for (int i = 0; i < (5 << 20) / 64; i++)
        say_bytes(c, line, sizeof(line));
}

static void drip(struct connection *c)
{
    say(c, "HTTP/1.1 200 OK");
    say(c, "%s", "");
    for (;;) {
        say_bytes(c, " ", 1);
        usleep(200000);
    }
}

/* Whether it misbehaved. */
static bool misbehave(struct connection *c)
{
    if (is(c, "html"))
        answer(c, "200 OK", "text/html", "<html>Sign in</html>");
    else if (is(c, "huge"))
        say_much(c);
    else if (is(c, "loop"))
        redirect(c, "/device");
    else if (is(c, "file"))
        redirect(c, "file:///etc/passwd");
    else if (is(c, "error500"))
        answer(c, "500 Internal Server Error", "text/html", "oops");
    else if (is(c, "hang"))
        pause();
    else if (is(c, "drip"))
        drip(c);
    else if (!is(c, "empty"))
        return false;
    return true;
}

/* -- the grants ------------------------------------------------------------ */

/* A value of the form; the texts of tests need no decoding but ":". */
static bool form_has(const char *form, const char *pair)
{
    size_t len = strlen(pair);

    for (const char *p = form; p; p = strchr(p, '&')) {
        p += *p == '&';
        if (strncmp(p, pair, len) == 0 && (!p[len] || p[len] == '&'))
            return true;
    }
    return false;
}

static void give_code(struct connection *c, struct oauth_state *state)
{
    char body[900], complete[200] = "";
    const char *code = is(c, "escapes") ? "AB\\u001b[2J" : "WDJB-MJHT";

    state->codes++;
    state->questions = 0;
    if (is(c, "complete"))
        snprintf(complete, sizeof(complete),
                 "\"verification_uri_complete\":"
                 "\"https://login.example.org/device?user_code=%s\",",
                 code);
    snprintf(body, sizeof(body),
             "{\"device_code\":\"d3vice-%u\",\"user_code\":\"%s\","
             "\"verification_uri\":\"https://login.example.org/device\","
             "%s\"expires_in\":600,\"interval\":1}",
             state->codes, code, complete);
    answer(c, "200 OK", "application/json", body);
}

static void give_token(struct connection *c, struct oauth_state *state)
{
    char body[400], refresh[80] = "";

    if (!is(c, "once"))
        snprintf(refresh, sizeof(refresh), ",\"refresh_token\":\"r3fresh-%u\"",
                 is(c, "rotate") ? state->refreshes : 0);
    snprintf(body, sizeof(body),
             "{\"access_token\":\"%s\",\"token_type\":\"Bearer\","
             "\"expires_in\":%d%s}",
             c->options->token, is(c, "short") ? 0 : 3600, refresh);
    answer(c, "200 OK", "application/json", body);
}

static void answer_question(struct connection *c, struct oauth_state *state,
                            const char *form)
{
    char pair[60];

    snprintf(pair, sizeof(pair), "device_code=d3vice-%u", state->codes);
    state->questions++;
    if (is(c, "late") && misbehave(c))
        return;
    if (!form_has(form, pair))
        fail(c, "invalid_grant");
    else if (is(c, "busy") && state->questions == 1)
        answer(c, "503 Service Unavailable", "text/html", "busy");
    else if (is(c, "denied"))
        fail(c, "access_denied");
    else if (is(c, "expired"))
        fail(c, "expired_token");
    else if (is(c, "slow") && state->questions == 1)
        fail(c, "slow_down");
    else if (is(c, "never") || state->questions < 2)
        fail(c, "authorization_pending");
    else
        give_token(c, state);
}

static void refresh(struct connection *c, struct oauth_state *state,
                    const char *form)
{
    char pair[60];

    snprintf(pair, sizeof(pair), "refresh_token=r3fresh-%u",
             is(c, "rotate") ? state->refreshes : 0);
    if (is(c, "invalid") || !form_has(form, pair)) {
        fail(c, "invalid_grant");
        return;
    }
    state->refreshes++;
    give_token(c, state);
}

static void answer_token(struct connection *c, struct oauth_state *state,
                         const char *form)
{
    if (form_has(form, "grant_type=refresh_token"))
        refresh(c, state, form);
    else if (form_has(form, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-"
                            "type%3Adevice_code"))
        answer_question(c, state, form);
    else
        fail(c, "unsupported_grant_type");
}

void serve_http(struct connection *c)
{
    struct oauth_state *state = c->listener->oauth;
    char path[300], body[BODY_MAX] = "";
    const char *line = hear(c);
    size_t length = 0;

    if (!line || sscanf(line, "POST %299s", path) != 1)
        return;
    while ((line = hear(c)) && *line)
        if (strncasecmp(line, "Content-Length:", 15) == 0)
            length = strtoul(line + 15, NULL, 10);
    if (!line || length >= sizeof(body) || !hear_bytes(c, body, length))
        return;
    if (!is(c, "late") && misbehave(c))
        return;
    if (is(c, "secret") && !form_has(body, "client_secret=cl13nt"))
        fail(c, "invalid_client");
    else if (!form_has(body, "client_id=postseal-test"))
        fail(c, "unauthorized_client");
    else if (strcmp(path, "/device") == 0)
        give_code(c, state);
    else if (strcmp(path, "/token") == 0)
        answer_token(c, state, body);
    else
        answer(c, "404 Not Found", "text/html", "no");
}
