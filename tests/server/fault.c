/* SPDX-License-Identifier: MIT */
/*
 * fault: KIND@STAGE, a misbehaviour in place of the reply at any stage. Which
 * stage it is, the client's command says; "greeting" is before any; "tls" is
 * when its ClientHello came.
 */
#include "server.h"

#include <openssl/evp.h>
#include <poll.h>
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

/* A refusal in the words of the protocol. `line` is the command; without one a
 * greeting, which is none. */
static int refusal(const struct connection *c, const char *line,
                   const char *why, char *out, size_t size)
{
    char protocol = c->listener->protocol;

    if (!*line)
        return snprintf(out, size, "%s %s\r\n",
                        protocol == 'i'   ? "* OK"
                        : protocol == 'p' ? "+OK"
                                          : "220",
                        why);
    if (protocol == 'i')
        return snprintf(out, size, "%.*s NO %s\r\n", (int)strcspn(line, " "),
                        line, why);
    return snprintf(out, size, "%s %s\r\n", protocol == 'p' ? "-ERR" : "550",
                    why);
}

static enum go_on mute(struct connection *c, const char *line)
{
    (void)line;
    wait_for_end(c);
}

/* What is sent slowly where TLS begins is a record without end. */
static enum go_on drip(struct connection *c, const char *line)
{
    static const char record[64] = {22, 3, 3, 64};
    bool tls = strcmp(c->listener->stage_fault.stage, "tls") == 0;
    char reply[300];
    int len = refusal(c, line, "drip, drip, drip, drip, drip, drip", reply,
                      sizeof(reply));

    for (int i = 0; i < len; i++) {
        say_bytes(c, tls ? record + i : reply + i, 1);
        sleep(1);
    }
    return OVER;
}

static enum go_on half(struct connection *c, const char *line)
{
    char reply[300];
    int len = refusal(c, line, "half of this never", reply, sizeof(reply));

    say_bytes(c, reply, (size_t)len / 2);
    return OVER;
}

static enum go_on garbage(struct connection *c, const char *line)
{
    static const char bytes[] = "\x80\xff\x13 %n%s <html>\xfe\x01 ]]> ???\r\n";

    (void)line;
    say_bytes(c, bytes, sizeof(bytes) - 1);
    return OVER;
}

static enum go_on endless(struct connection *c, const char *line)
{
    static char many[65536];

    (void)line;
    memset(many, 'x', sizeof(many));
    memcpy(many, c->listener->protocol == 'p' ? "+OK " : "* OK ", 4);
    for (size_t sent = 0; sent < ENDLESS_MAX; sent += sizeof(many)) {
        say_bytes(c, many, sizeof(many));
        memset(many, 'x', 4);
    }
    return OVER;
}

/* Lines that leave each protocol waiting for the last one. */
static enum go_on lines(struct connection *c, const char *line)
{
    const char *one = c->listener->protocol == 'i'   ? "* OK and so on\r\n"
                      : c->listener->protocol == 'p' ? "AND-SO-ON\r\n"
                      : *line                        ? "250-AND-SO-ON\r\n"
                                                     : "220-AND-SO-ON\r\n";

    char many[40 * 100] = "";
    size_t len = 0;

    for (int i = 0; i < 100; i++, len += strlen(one))
        strncpy(many + len, one, sizeof(many) - len - 1);
    if (strncasecmp(line, "CAPA", 4) == 0)
        say(c, "+OK");
    for (size_t sent = 0; sent < ENDLESS_MAX; sent += len)
        say_bytes(c, many, len);
    return OVER;
}

/* The end of a list of ten thousand capabilities comes, too. */
static enum go_on many(struct connection *c, const char *line)
{
    static char list[10000 * 16];
    int used = 0;

    if (c->listener->protocol == 'i')
        say_bytes(c, "* CAPABILITY", 12);
    else
        say(c, c->listener->protocol == 'p' ? "+OK" : "250-localhost");
    for (int i = 0; i < 10000; i++)
        used += snprintf(list + used, sizeof(list) - (size_t)used,
                         c->listener->protocol == 'i'   ? " X-%d"
                         : c->listener->protocol == 'p' ? "X-%d\r\n"
                                                        : "250-X-%d\r\n",
                         i);
    say_bytes(c, list, (size_t)used);
    if (c->listener->protocol == 'i')
        say(c, "\r\n%.*s OK done", (int)strcspn(line, " "), line);
    else
        say(c, c->listener->protocol == 'p' ? "." : "250 HELP");
    return DEAF;
}

static enum go_on nul(struct connection *c, const char *line)
{
    char reply[300];
    int len = refusal(c, line, "before_after", reply, sizeof(reply));

    *strchr(reply, '_') = '\0';
    say_bytes(c, reply, (size_t)len);
    return DEAF;
}

static enum go_on escapes(struct connection *c, const char *line)
{
    char reply[300];
    int len = refusal(c, line,
                      "\x1b[2J\x1b]0;owned\x07\xc2\x9b"
                      "31mred\xe2\x80\xae\b",
                      reply, sizeof(reply));

    say_bytes(c, reply, (size_t)len);
    return ANSWERED;
}

/* An answer to a question that nobody asked. */
static enum go_on wrong_tag(struct connection *c, const char *line)
{
    (void)line;
    say(c, c->listener->protocol == 'i'   ? "zz99 OK done"
           : c->listener->protocol == 'p' ? "OK done"
                                          : "199 done");
    return OVER;
}

/* Says goodbye and leaves. */
static enum go_on bye(struct connection *c, const char *line)
{
    (void)line;
    say(c, c->listener->protocol == 'i'   ? "* BYE maintenance"
           : c->listener->protocol == 'p' ? "-ERR [SYS/TEMP] maintenance"
                                          : "421 4.3.2 maintenance");
    if (c->ssl)
        SSL_shutdown(c->ssl);
    shutdown(c->fd, SHUT_WR);
    return OVER;
}

static enum go_on hang_up(struct connection *c, const char *line)
{
    (void)line;
    if (c->ssl)
        SSL_shutdown(c->ssl);
    shutdown(c->fd, SHUT_WR);
    return OVER;
}

/* The same without TLS's own goodbye: anybody on the way can do that. */
static enum go_on cut(struct connection *c, const char *line)
{
    (void)line;
    shutdown(c->fd, SHUT_WR);
    return OVER;
}

static enum go_on reset(struct connection *c, const char *line)
{
    static const struct linger hard = {.l_onoff = 1, .l_linger = 0};

    (void)line;
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    close(c->fd);
    _exit(0);
}

static enum go_on raw(struct connection *c, const void *bytes, size_t len)
{
    send(c->fd, bytes, len, MSG_NOSIGNAL);
    return OVER;
}

/* A TLS alert in clear, handshake_failure, whatever is spoken. */
static enum go_on alert(struct connection *c, const char *line)
{
    static const unsigned char bytes[] = {21, 3, 3, 0, 2, 2, 40};

    (void)line;
    return raw(c, bytes, sizeof(bytes));
}

/* An alert that only the server itself can make, encrypted: OpenSSL sends
 * bad_record_mac when what it is given to read was made without the key. */
static enum go_on sealed_alert(struct connection *c, const char *line)
{
    static const unsigned char bytes[5 + 48] = {23, 3, 3, 0, 48};
    char ignored[16];

    (void)line;
    if (!c->ssl)
        return OVER;
    SSL_set0_rbio(c->ssl, BIO_new_mem_buf(bytes, sizeof(bytes)));
    SSL_read(c->ssl, ignored, sizeof(ignored));
    return OVER;
}

/* A TLS record that was made without the key. */
static enum go_on forged(struct connection *c, const char *line)
{
    static const unsigned char bytes[5 + 48] = {23, 3, 3, 0, 48};

    (void)line;
    return raw(c, bytes, sizeof(bytes));
}

/* A ServerHello that chooses TLS 1.0, which was not offered. */
static enum go_on old_hello(struct connection *c, const char *line)
{
    static const unsigned char bytes[5 + 4 + 38] = {
        22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, [44] = 0xc0, [45] = 0x13};

    (void)line;
    return raw(c, bytes, sizeof(bytes));
}

/* With TLS 1.2: another handshake, with which another certificate could come
 * than the one that was judged. Says so in the log if the client does it. */
static enum go_on renegotiate(struct connection *c, const char *line)
{
    unsigned char first[EVP_MAX_MD_SIZE], second[EVP_MAX_MD_SIZE];
    size_t len;

    (void)line;
    if (!c->ssl)
        return OVER;
    len = SSL_get_peer_finished(c->ssl, first, sizeof(first));
    SSL_renegotiate(c->ssl);
    SSL_do_handshake(c->ssl);
    c->deaf = true;
    hear(c);
    if (SSL_get_peer_finished(c->ssl, second, sizeof(second)) != len ||
        memcmp(first, second, len) != 0)
        log_line(c, "RENEGOTIATED");
    leave(c);
}

/* Words from before the go-ahead, or behind it, in clear. */
static enum go_on before(struct connection *c, const char *line)
{
    (void)line;
    say(c, c->listener->protocol == 'i'   ? "* CAPABILITY IMAP4rev1 AUTH=PLAIN"
           : c->listener->protocol == 'p' ? "+OK injected"
                                          : "220-injected");
    return AS_USUAL;
}

static enum go_on late(struct connection *c, const char *line)
{
    say(c,
        c->listener->protocol == 'i'   ? "%.*s OK go"
        : c->listener->protocol == 'p' ? "+OK go"
                                       : "220 go",
        (int)strcspn(line, " "), line);
    poll(NULL, 0, 30);
    return raw(c, "* OK injected\r\n", 15);
}

/* -- SASL ------------------------------------------------------------------ */

/* Its answer is heard, and refused. */
static enum go_on challenge(struct connection *c, const char *line,
                            const char *text)
{
    char reply[300], command[300];

    snprintf(command, sizeof(command), "%s", line); /* hear() writes over it */
    say(c, "%s %s", c->listener->protocol == 's' ? "334" : "+", text);
    hear(c);
    refusal(c, command, "no such token", reply, sizeof(reply));
    say_bytes(c, reply, strlen(reply));
    return DEAF;
}

static enum go_on base64(struct connection *c, const char *line)
{
    return challenge(c, line, "%%%=not*base64\x1b[31m==");
}

/* A refusal of OAuth that is JSON and means harm. */
static enum go_on json(struct connection *c, const char *line)
{
    static const char text[] =
        "{\"status\":\"\x1b[2J\\u001b[31mowned\",\"schemes\":{\"a\":[[[[[";
    unsigned char encoded[200];

    EVP_EncodeBlock(encoded, (const unsigned char *)text, sizeof(text) - 1);
    return challenge(c, line, (const char *)encoded);
}

static const struct {
    const char *word;
    fault_act *act;
} kinds[] = {
    {"mute", mute},
    {"drip", drip},
    {"half", half},
    {"garbage", garbage},
    {"endless", endless},
    {"lines", lines},
    {"many", many},
    {"nul", nul},
    {"escapes", escapes},
    {"tag", wrong_tag},
    {"bye", bye},
    {"close", hang_up},
    {"cut", cut},
    {"reset", reset},
    {"alert", alert},
    {"sealed-alert", sealed_alert},
    {"forged", forged},
    {"old-hello", old_hello},
    {"renegotiate", renegotiate},
    {"before", before},
    {"late", late},
    {"base64", base64},
    {"json", json},
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

bool stage_fault_is(const struct listener *l, const char *kind)
{
    for (int i = 0; i < KIND_COUNT; i++)
        if (kinds[i].act == l->stage_fault.act)
            return strcmp(kinds[i].word, kind) == 0;
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

/* True: the client has its answer. */
static bool act(struct connection *c, const char *line)
{
    switch (c->listener->stage_fault.act(c, line)) {
    case OVER:
        wait_for_end(c);
    case DEAF: /* the client could go on; it is heard, and not answered */
        c->deaf = true;
        while (hear(c))
            ;
        leave(c);
    case ANSWERED:
        return true;
    default:
        return false;
    }
}

bool stage_fault_greeting(struct connection *c)
{
    const struct stage_fault *fault = &c->listener->stage_fault;

    return fault->act && strcmp(fault->stage, "greeting") == 0 && act(c, "");
}

bool stage_fault_heard(struct connection *c, const char *line)
{
    const struct stage_fault *fault = &c->listener->stage_fault;

    return fault->act && !c->deaf &&
           strcmp(fault->stage, stage_of(c, line)) == 0 && act(c, line);
}
