/* SPDX-License-Identifier: MIT */
/*
 * introspect: tells whether a token is good (RFC 7662), for Dovecot. HTTP on
 * 127.0.0.1; says "listening PORT" and runs until its parent ends. A token in
 * the body of the POST decides by its name:
 *
 *   good...      active, for the user ann, who may use mail
 *   other...     active, for the user bob
 *   calendar...  active, but not for mail
 *   broken...    the server itself fails
 *   else         not active: expired, or never given out
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX 65536

static const struct {
    const char *begin, *status, *body;
} answers[] = {
    {"good", "200 OK",
     "{\"active\":true,\"username\":\"ann\",\"scope\":\"mail\"}"},
    {"other", "200 OK",
     "{\"active\":true,\"username\":\"bob\",\"scope\":\"mail\"}"},
    {"calendar", "200 OK",
     "{\"active\":true,\"username\":\"ann\",\"scope\":\"calendar\"}"},
    {"broken", "500 Internal Server Error", "{}"},
    {"", "200 OK", "{\"active\":false}"},
};

/* The whole request: its head says how long the body is. */
static bool complete(const char *request, size_t len)
{
    const char *body = strstr(request, "\r\n\r\n");
    const char *length = strcasestr(request, "\r\nContent-Length:");

    return body && length &&
           len >= (size_t)(body + 4 - request) + strtoul(length + 17, NULL, 10);
}

static void serve(int fd)
{
    static char request[REQUEST_MAX];
    size_t len = 0, i = 0;
    const char *body, *token;
    ssize_t got;

    while (!complete(request, len)) {
        got = recv(fd, request + len, sizeof(request) - 1 - len, 0);
        if (got <= 0)
            return;
        len += (size_t)got;
        request[len] = '\0';
    }
    body = strstr(request, "\r\n\r\n");
    token = strstr(body, "token=");
    token = token ? token + strlen("token=") : "";
    while (strncmp(token, answers[i].begin, strlen(answers[i].begin)) != 0)
        i++;
    dprintf(fd,
            "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
            "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
            answers[i].status, strlen(answers[i].body), answers[i].body);
}

int main(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), client;
    socklen_t size = sizeof(at);

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) != 0 ||
        listen(fd, 16) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) != 0) {
        fputs("introspect: no free port on 127.0.0.1\n", stderr);
        return 1;
    }
    printf("listening %u\n", ntohs(at.sin_port));
    fflush(stdout);
    for (;;) {
        client = accept(fd, NULL, NULL);
        if (client < 0)
            continue;
        if (fork() == 0) {
            alarm(20);
            serve(client);
            _exit(0);
        }
        close(client);
    }
}
