/* SPDX-License-Identifier: MIT */
#include "hostile.h"

static struct piece algorithm(void)
{
    return SEQ(oid("1.2.840.10045.4.3.2"));
}

/* A point of P-256: its generator. */
static struct piece ordinary_key(void)
{
    static const unsigned char point[] = {
        0x00, 0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8,
        0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81,
        0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2,
        0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7,
        0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b,
        0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};

    return SEQ(SEQ(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")),
               tlv(BITS, raw(point, sizeof(point))));
}

struct piece name_of(int tag, struct piece text)
{
    return SEQ(tlv(SET, SEQ(oid("2.5.4.3"), tlv(tag, text))));
}

struct piece extension(const char *type, bool critical, struct piece value)
{
    return SEQ(oid(type), critical ? boolean(true) : none(),
               tlv(OCTETS, value));
}

struct piece extensions_of(struct piece list)
{
    return tlv(0xa3, tlv(SEQUENCE, list));
}

struct recipe ordinary(void)
{
    return (struct recipe){
        .version = tlv(0xa0, number(2)),
        .serial = number(4711),
        .inner_algorithm = algorithm(),
        .issuer = name_of(UTF8, TEXT("Example CA")),
        .not_before = tlv(UTC_TIME, TEXT("250101000000Z")),
        .not_after = tlv(UTC_TIME, TEXT("450101000000Z")),
        .subject = name_of(UTF8, TEXT("mail.example.org")),
        .key = ordinary_key(),
        .extensions = extensions_of(extension(
            "2.5.29.17", false, SEQ(tlv(0x82, TEXT("mail.example.org"))))),
        .outer_algorithm = algorithm(),
        .signature =
            tlv(BITS, JOIN(fill(0, 1), SEQ(number(1234567), number(7654321)))),
    };
}

struct piece to_be_signed(const struct recipe *r)
{
    return SEQ(r->version, r->serial, r->inner_algorithm, r->issuer,
               SEQ(r->not_before, r->not_after), r->subject, r->key,
               r->extensions);
}

struct piece assemble(const struct recipe *r)
{
    return SEQ(to_be_signed(r), r->outer_algorithm, r->signature);
}

struct piece good(void)
{
    struct recipe recipe = ordinary();

    return assemble(&recipe);
}
