/* SPDX-License-Identifier: MIT */
/*
 * fault: KIND@STAGE, a misbehaviour in place of the reply at any stage. Which
 * stage it is, the client's command says; "tls" is when its ClientHello came.
 */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define ENDLESS_MAX (16 << 20) /* bytes; a client gives up long before */

/* Until the client goes, so that no reset overtakes what was sent. */
static _Noreturn void wait_for_end(struct connection *c)
{
    char ignored[4096];

    while (recv(c->fd, ignored, sizeof(ignored), 0) > 0)
        ;
    _exit(0);
}

/* A refusal in the words of the protocol. `line` is the command. */
static int refusal(const struct connection *c, const char *line,
                   const char *why, char *out, size_t size)
{
    if (c->listener->protocol == 'i')
        return snprintf(out, size, "%.*s NO %s\r\n", (int)strcspn(line, " "),
                        line, why);
    return snprintf(out, size, "%s %s\r\n",
                    c->listener->protocol == 'p' ? "-ERR" : "550", why);
}

static void mute(struct connection *c, const char *line)
{
    (void)line;
    wait_for_end(c);
}

static void drip(struct connection *c, const char *line)
{
    char reply[300];
    int len = refusal(c, line, "drip, drip, drip, drip, drip, drip", reply,
                      sizeof(reply));

    for (int i = 0; i < len; i++) {
        say_bytes(c, reply + i, 1);
        sleep(1);
    }
}

static void garbage(struct connection *c, const char *line)
{
    static const char bytes[] = "\x80\xff\x13 %n%s <html>\xfe\x01 ]]> ???\r\n";

    (void)line;
    say_bytes(c, bytes, sizeof(bytes) - 1);
}

static void endless(struct connection *c, const char *line)
{
    static char many[65536];

    (void)line;
    memset(many, 'x', sizeof(many));
    memcpy(many, c->listener->protocol == 'p' ? "+OK " : "* OK ", 4);
    for (size_t sent = 0; sent < ENDLESS_MAX; sent += sizeof(many)) {
        say_bytes(c, many, sizeof(many));
        memset(many, 'x', 4);
    }
}

/* Lines that leave each protocol waiting for the last one. */
static void lines(struct connection *c, const char *line)
{
    const char *one = c->listener->protocol == 'i'   ? "* OK and so on\r\n"
                      : c->listener->protocol == 'p' ? "AND-SO-ON\r\n"
                                                     : "250-AND-SO-ON\r\n";

    if (strncasecmp(line, "CAPA", 4) == 0)
        say(c, "+OK");
    for (size_t sent = 0; sent < ENDLESS_MAX; sent += strlen(one))
        say_bytes(c, one, strlen(one));
}

static void nul(struct connection *c, const char *line)
{
    char reply[300];
    int len = refusal(c, line, "before_after", reply, sizeof(reply));

    *strchr(reply, '_') = '\0';
    say_bytes(c, reply, (size_t)len);
}

static void escapes(struct connection *c, const char *line)
{
    char reply[300];
    int len = refusal(c, line,
                      "\x1b[2J\x1b]0;owned\x07\xc2\x9b"
                      "31mred\xe2\x80\xae\b",
                      reply, sizeof(reply));

    say_bytes(c, reply, (size_t)len);
}

static void hang_up(struct connection *c, const char *line)
{
    (void)line;
    if (c->ssl)
        SSL_shutdown(c->ssl);
    shutdown(c->fd, SHUT_WR);
}

static void reset(struct connection *c, const char *line)
{
    static const struct linger hard = {.l_onoff = 1, .l_linger = 0};

    (void)line;
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    close(c->fd);
    _exit(0);
}

static const struct {
    const char *word;
    void (*act)(struct connection *c, const char *line);
} kinds[] = {
    {"mute", mute},       {"drip", drip},     {"garbage", garbage},
    {"endless", endless}, {"lines", lines},   {"nul", nul},
    {"escapes", escapes}, {"close", hang_up}, {"reset", reset},
};
enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

static const struct {
    const char *command, *stage; /* the first that begins the line counts */
} commands[] = {
    {"CAPABILITY", "capability"},
    {"CAPA", "capability"},
    {"EHLO", "capability"},
    {"STARTTLS", "starttls"},
    {"STLS", "starttls"},
    {"LOGIN", "login"},
    {"AUTH", "login"},
    {"USER", "login"},
    {"EXAMINE", "mailbox"},
    {"STAT", "mailbox"},
    {"MAIL", "mailbox"},
    {"LOGOUT", "logout"},
    {"QUIT", "logout"},
};

static const char *stage_of(const struct connection *c, const char *line)
{
    const char *command = line;

    if (c->listener->protocol == 'i') {
        command += strcspn(line, " ");
        command += strspn(command, " ");
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strncasecmp(command, commands[i].command,
                        strlen(commands[i].command)) == 0)
            return c->ssl && c->listener->starttls && i < 3 ? "tls-capability"
                                                            : commands[i].stage;
    return "";
}

bool stage_fault_parse(struct stage_fault *fault, const char *text)
{
    const char *at = strchr(text, '@');

    for (int i = 0; at && i < KIND_COUNT; i++)
        if (strlen(kinds[i].word) == (size_t)(at - text) &&
            strncmp(kinds[i].word, text, (size_t)(at - text)) == 0) {
            fault->act = kinds[i].act;
            snprintf(fault->stage, sizeof(fault->stage), "%s", at + 1);
            return true;
        }
    return false;
}

void stage_fault_before_tls(struct connection *c)
{
    const struct stage_fault *fault = &c->listener->stage_fault;
    char peeked[1];

    if (!fault->act || strcmp(fault->stage, "tls") != 0)
        return;
    if (recv(c->fd, peeked, 1, MSG_PEEK) > 0)
        fault->act(c, "");
    wait_for_end(c);
}

void stage_fault_heard(struct connection *c, const char *line)
{
    const struct stage_fault *fault = &c->listener->stage_fault;

    if (!fault->act || strcmp(fault->stage, stage_of(c, line)) != 0)
        return;
    fault->act(c, line);
    if (fault->act != nul && fault->act != escapes)
        wait_for_end(c);
    /* These leave a client that could go on; it is heard. */
    while (hear(c))
        ;
    leave(c);
}
