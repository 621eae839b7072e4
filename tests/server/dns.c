/* SPDX-License-Identifier: MIT */
/* dns: a name server on loopback that knows the names given with --name. */
#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define NAMES_MAX 64
#define TYPE_A    1
#define TYPE_AAAA 28

struct name {
    char name[256], address[64];
};
static struct name names[NAMES_MAX];
static size_t name_count;

bool dns_add(const char *spec)
{
    struct name *n = &names[name_count];

    if (name_count == NAMES_MAX ||
        sscanf(spec, "%255[^=]=%63s", n->name, n->address) != 2)
        return false;
    name_count++;
    return true;
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
                         const unsigned char *address, size_t len)
{
    const unsigned char head[] = {0xc0, 12, 0, (unsigned char)type, 0, 1, 0, 0,
                                  0,    60, 0, (unsigned char)len};

    memcpy(out, head, sizeof(head));
    memcpy(out + sizeof(head), address, len);
    return sizeof(head) + len;
}

static size_t add_answers(unsigned char *bytes, size_t len, const char *name,
                          unsigned type)
{
    int family = type == TYPE_A ? AF_INET : AF_INET6;
    bool known = false;

    for (size_t i = 0; i < name_count; i++) {
        unsigned char address[16];

        if (strcasecmp(names[i].name, name) != 0)
            continue;
        known = true;
        if ((type != TYPE_A && type != TYPE_AAAA) ||
            inet_pton(family, names[i].address, address) != 1)
            continue;
        len += add_record(bytes + len, type, address, type == TYPE_A ? 4 : 16);
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
