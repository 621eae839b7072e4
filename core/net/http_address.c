/* SPDX-License-Identifier: MIT */
/* http_address: which addresses a request may talk to. */
#include "core/net/http_private.h"

#include <string.h>

bool http_address_is_public(const struct address *a)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const struct {
        unsigned net, mask;
    } special[] = {
        {0x00000000, 0xff000000}, /* this network */
        {0x0a000000, 0xff000000}, /* private */
        {0x64400000, 0xffc00000}, /* carriers' NAT */
        {0x7f000000, 0xff000000}, /* loopback */
        {0xa9fe0000, 0xffff0000}, /* link-local */
        {0xac100000, 0xfff00000}, /* private */
        {0xc0000000, 0xffffff00}, /* IETF */
        {0xc0000200, 0xffffff00}, /* documentation */
        {0xc0a80000, 0xffff0000}, /* private */
        {0xc6120000, 0xfffe0000}, /* benchmarks */
        {0xc6336400, 0xffffff00}, /* documentation */
        {0xcb007100, 0xffffff00}, /* documentation */
        {0xe0000000, 0xe0000000}, /* multicast, reserved, broadcast */
    };
    const unsigned char *v6 = a->ip.v6.s6_addr;
    struct address inner = {.family = AF_INET};

    if (a->family == AF_INET) {
        unsigned ip = ntohl(a->ip.v4.s_addr);

        for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
            if ((ip & special[i].mask) == special[i].net)
                return false;
        return true;
    }
    if (memcmp(v6, mapped, sizeof(mapped)) == 0) {
        memcpy(&inner.ip.v4, v6 + 12, 4);
        return http_address_is_public(&inner);
    }
    /* 64:ff9b::/96 carries an IPv4 address, too. */
    if (v6[0] == 0 && v6[1] == 0x64 && v6[2] == 0xff && v6[3] == 0x9b) {
        memcpy(&inner.ip.v4, v6 + 12, 4);
        return http_address_is_public(&inner);
    }
    /* 2000::/3 without documentation (2001:db8) and 6to4 (2002). */
    return (v6[0] & 0xe0) == 0x20 &&
           !(v6[0] == 0x20 && v6[1] == 0x01 && v6[2] == 0x0d &&
             v6[3] == 0xb8) &&
           !(v6[0] == 0x20 && v6[1] == 0x02);
}

static bool same_address(const struct address *a, const struct address *b)
{
    if (a->family != b->family)
        return false;
    return a->family == AF_INET
               ? a->ip.v4.s_addr == b->ip.v4.s_addr
               : memcmp(&a->ip.v6, &b->ip.v6, sizeof(a->ip.v6)) == 0;
}

bool http_may_connect(struct http_fetch *fetch, const struct address *address)
{
    bool known = false;

    for (size_t i = 0; i < fetch->address_count && !known; i++)
        known = same_address(&fetch->addresses[i], address);
    if (known && fetch->hops && fetch->public_redirects && fetch->from_public &&
        !http_address_is_public(address)) {
        fetch->address_refused = true;
        return false;
    }
    return known;
}
