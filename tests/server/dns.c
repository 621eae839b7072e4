/* SPDX-License-Identifier: MIT */
/*
 * dns: a name server on loopback that knows the names given with --name:
 * NAME=ADDRESS, NAME=mx:PREFERENCE:HOST, or
 * NAME=srv:PRIORITY:WEIGHT:PORT:HOST, where PORT may be a listener's name. The
 * host "." is the root.
 */
#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define NAMES_MAX 64
#define TYPE_A    1
#define TYPE_MX   15
#define TYPE_AAAA 28
#define TYPE_SRV  33

struct name {
    char name[256], value[256]; /* an address, or the host of MX and SRV */
    unsigned type;              /* MX, SRV; 0: an address */
    unsigned numbers[2];        /* preference; priority and weight */
    char port[64];
};
static struct name names[NAMES_MAX];
static size_t name_count;
static const struct listener *ports;
static size_t port_count;

bool dns_add(const char *spec)
{
    struct name *n = &names[name_count];

    if (name_count == NAMES_MAX)
        return false;
    if (sscanf(spec, "%255[^=]=mx:%u:%255s", n->name, &n->numbers[0],
               n->value) == 3)
        n->type = TYPE_MX;
    else if (sscanf(spec, "%255[^=]=srv:%u:%u:%63[^:]:%255s", n->name,
                    &n->numbers[0], &n->numbers[1], n->port, n->value) == 5)
        n->type = TYPE_SRV;
    else if (sscanf(spec, "%255[^=]=%255s", n->name, n->value) != 2)
        return false;
    name_count++;
    return true;
}

void dns_know_ports(const struct listener *listeners, size_t count)
{
    ports = listeners;
    port_count = count;
}

static unsigned port_of(const char *word)
{
    unsigned number = 0;

    for (size_t i = 0; i < port_count; i++)
        if (strcmp(ports[i].name, word) == 0)
            return ports[i].port;
    sscanf(word, "%u", &number);
    return number;
}

int dns_open(unsigned *port)
{
    struct sockaddr_in sa = {.sin_family = AF_INET,
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(sa);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (name_count == 0 || fd < 0 ||
        bind(fd, (struct sockaddr *)&sa, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&sa, &len) != 0)
        return -1;
    *port = ntohs(sa.sin_port);
    return fd;
}

/* The name asked for, with dots; false when the question is none. */
static bool read_question(const unsigned char *bytes, size_t len, char *name,
                          size_t size, size_t *end, unsigned *type)
{
    size_t at = 12, used = 0;

    while (at < len && bytes[at]) {
        size_t label = bytes[at];

        if (label > 63 || at + 1 + label >= len || used + label + 2 > size)
            return false;
        if (used)
            name[used++] = '.';
        memcpy(name + used, bytes + at + 1, label);
        used += label;
        at += label + 1;
    }
    name[used] = '\0';
    if (at + 5 > len)
        return false;
    *type = bytes[at + 1] * 256u + bytes[at + 2];
    *end = at + 5;
    return true;
}

/* The record's name points back to the question. */
static size_t add_record(unsigned char *out, unsigned type,
                         const unsigned char *data, size_t len)
{
    const unsigned char head[] = {0xc0, 12, 0, (unsigned char)type, 0, 1, 0, 0,
                                  0,    60, 0, (unsigned char)len};

    memcpy(out, head, sizeof(head));
    memcpy(out + sizeof(head), data, len);
    return sizeof(head) + len;
}

static size_t put16(unsigned char *out, unsigned value)
{
    out[0] = (unsigned char)(value >> 8);
    out[1] = (unsigned char)value;
    return 2;
}

/* "mail.example.org" as labels; "." is the root alone. */
static size_t put_host(unsigned char *out, const char *host)
{
    size_t at = 0;

    while (*host && strcmp(host, ".") != 0) {
        size_t label = strcspn(host, ".");

        out[at++] = (unsigned char)label;
        memcpy(out + at, host, label);
        at += label;
        host += label + (host[label] == '.');
    }
    out[at++] = 0;
    return at;
}

/* What the record says; 0: nothing of that type. */
static size_t make_data(unsigned char out[300], const struct name *n,
                        unsigned type)
{
    int family = type == TYPE_A ? AF_INET : AF_INET6;
    size_t len = 0;

    if (n->type != type)
        return n->type == 0 && (type == TYPE_A || type == TYPE_AAAA) &&
                       inet_pton(family, n->value, out) == 1
                   ? (type == TYPE_A ? 4 : 16)
                   : 0;
    len += put16(out, n->numbers[0]);
    if (type == TYPE_SRV) {
        len += put16(out + len, n->numbers[1]);
        len += put16(out + len, port_of(n->port));
    }
    return len + put_host(out + len, n->value);
}

/* Whether `name` is `below` or stands above it: then it is there (RFC 8020). */
static bool is_above(const char *name, const char *below)
{
    size_t len = strlen(name), all = strlen(below);

    return len <= all && strcasecmp(below + all - len, name) == 0 &&
           (len == all || below[all - len - 1] == '.');
}

static size_t add_answers(unsigned char *bytes, size_t len, const char *name,
                          unsigned type)
{
    bool known = false;

    for (size_t i = 0; i < name_count && len < 3600; i++) {
        unsigned char data[300];
        size_t data_len;

        known = known || is_above(name, names[i].name);
        if (strcasecmp(names[i].name, name) != 0)
            continue;
        data_len = make_data(data, &names[i], type);
        if (!data_len)
            continue;
        len += add_record(bytes + len, type, data, data_len);
        bytes[7]++;
    }
    if (!known)
        bytes[3] |= 3; /* NXDOMAIN */
    return len;
}

static void note(const struct options *options, const char *name)
{
    FILE *f = options->log ? fopen(options->log, "a") : NULL;

    if (!f)
        return;
    fprintf(f, "dns %s\n", name);
    fclose(f);
}

void dns_answer(int fd, const struct options *options)
{
    unsigned char bytes[4096];
    struct sockaddr_in from;
    socklen_t from_len = sizeof(from);
    ssize_t n = recvfrom(fd, bytes, 512, MSG_DONTWAIT, (struct sockaddr *)&from,
                         &from_len);
    char name[256];
    unsigned type;
    size_t end;

    if (n < 17 ||
        !read_question(bytes, (size_t)n, name, sizeof(name), &end, &type))
        return;
    note(options, name);
    memset(bytes + 6, 0, 6); /* no records yet, and no EDNS */
    bytes[2] = 0x85;         /* an authoritative answer */
    bytes[3] = 0x80;
    end = add_answers(bytes, end, name, type);
    sendto(fd, bytes, end, 0, (struct sockaddr *)&from, from_len);
}
