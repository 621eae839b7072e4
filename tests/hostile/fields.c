/* SPDX-License-Identifier: MIT */
#include "hostile.h"

#include <stdio.h>
#include <string.h>

/* -- serials and versions -------------------------------------------------- */

static void serials(void)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
        enum expected expected;
    } cases[] = {
        {"zero", "\0", 1, EXPLAINED},
        {"minus-one", "\xff", 1, EXPLAINED},
        {"negative", "\x80\0\0\0\0\0\0\0\0", 9, EXPLAINED},
        {"padded", "\0\0\0\1", 4, EITHER},
        {"negative-padded", "\xff\xff\xff", 3, EITHER},
        {"of-no-bytes", "", 0, EITHER},
    };
    char name[80];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct recipe r = ordinary();

        r.serial = tlv(INTEGER, raw(cases[i].bytes, cases[i].len));
        snprintf(name, sizeof(name), "serial-%s.der", cases[i].name);
        give_recipe(cases[i].expected, name, &r);
    }
    for (size_t len = 21; len < 200000; len *= 20) {
        struct recipe r = ordinary();

        r.serial = tlv(INTEGER, fill(0x7f, len));
        snprintf(name, sizeof(name), "serial-%zu-bytes.der", len);
        give_recipe(EXPLAINED, name, &r);
        r = ordinary();
        r.serial = tlv(INTEGER, fill(0x81, len));
        snprintf(name, sizeof(name), "serial-minus-%zu-bytes.der", len);
        give_recipe(EXPLAINED, name, &r);
    }
}

static void versions(void)
{
    static const long versions[] = {0, 1, 3, 77, 2147483647};
    char name[80];

    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        struct recipe r = ordinary();

        r.version = tlv(0xa0, number(versions[i]));
        snprintf(name, sizeof(name), "version-%ld.der", versions[i]);
        give_recipe(EITHER, name, &r);
    }
    for (int i = 0; i < 2; i++) {
        struct recipe r = ordinary();

        r.version = none();
        if (i)
            r.extensions = none();
        give_recipe(EXPLAINED, i ? "version-1.der" : "version-1-extended.der",
                    &r);
    }
}

/* -- dates ----------------------------------------------------------------- */

static void dates(void)
{
    static const struct {
        int tag;
        const char *text;
    } cases[] = {
        {UTC_TIME, "500101000000Z"},
        {UTC_TIME, "491231235959Z"},
        {LONG_TIME, "19500101000000Z"},
        {LONG_TIME, "99991231235959Z"},
        {LONG_TIME, "00000101000000Z"},
        {LONG_TIME, "20240229000000Z"},
        {LONG_TIME, "20230229000000Z"},
        {LONG_TIME, "20261301000000Z"},
        {LONG_TIME, "20260101240000Z"},
        {LONG_TIME, "20260101235960Z"},
        {LONG_TIME, "20260101000000.5Z"},
        {LONG_TIME, "20260101000000+0100"},
        {LONG_TIME, "20260101000000"},
        {UTC_TIME, "2601010000Z"},
        {UTC_TIME, "260101000000+2359"},
        {UTC_TIME, "999999999999Z"},
        {UTC_TIME, ""},
        {UTC_TIME, "\x1b[2J\x07\r\n"},
        {UTC_TIME, "-10101000000Z"},
        {LONG_TIME, "999999999999999999999999Z"},
        {UTF8, "260101000000Z"},
    };
    char name[80];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct recipe r = ordinary();
        struct piece when = tlv(cases[i].tag, string(cases[i].text));

        if (i % 2)
            r.not_before = when;
        else
            r.not_after = when;
        snprintf(name, sizeof(name), "date-%zu.der", i);
        give_recipe(EITHER, name, &r);
    }
}

/* -- keys ------------------------------------------------------------------ */

/* Self-issued and "signed" with SHA-256 and RSA, so that the key is tried. */
static void give_rsa(const char *name, struct piece n, struct piece e)
{
    struct recipe r = ordinary();

    r.key =
        SEQ(SEQ(oid("1.2.840.113549.1.1.1"), null()),
            tlv(BITS, JOIN(fill(0, 1), SEQ(tlv(INTEGER, n), tlv(INTEGER, e)))));
    r.inner_algorithm = r.outer_algorithm =
        SEQ(oid("1.2.840.113549.1.1.11"), null());
    r.issuer = r.subject;
    r.signature = tlv(BITS, JOIN(fill(0, 1), fill(0x5a, n.len - 1)));
    give_recipe(EXPLAINED, name, &r);
}

/* An odd number of so many bytes, positive. */
static struct piece odd(size_t len)
{
    return JOIN(fill(0, 1), fill(0xc7, len));
}

static void rsa_keys(void)
{
    static const size_t bytes[] = {16, 64, 128, 256, 384, 512, 1024, 2048};
    char name[80];

    for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
        snprintf(name, sizeof(name), "key-rsa-%zu.der", bytes[i] * 8);
        give_rsa(name, odd(bytes[i]), raw("\1\0\1", 3));
    }
    give_rsa("key-rsa-65536-bits.der", odd(8192), raw("\1\0\1", 3));
    give_rsa("key-rsa-800000-bits.der", odd(100000), raw("\1\0\1", 3));
    give_rsa("key-rsa-e-1.der", odd(256), raw("\1", 1));
    give_rsa("key-rsa-e-0.der", odd(256), raw("\0", 1));
    give_rsa("key-rsa-e-2.der", odd(256), raw("\2", 1));
    give_rsa("key-rsa-e-negative.der", odd(256), raw("\xff", 1));
    give_rsa("key-rsa-e-huge.der", odd(384), odd(384));
    give_rsa("key-rsa-16384-e-huge.der", odd(2048), odd(2047));
    give_rsa("key-rsa-16384-e-64-bits.der", odd(2048), odd(8));
    give_rsa("key-rsa-n-even.der", JOIN(odd(255), fill(0xc8, 1)),
             raw("\1\0\1", 3));
    give_rsa("key-rsa-n-negative.der", fill(0xc7, 256), raw("\1\0\1", 3));
    give_rsa("key-rsa-n-0.der", raw("\0", 1), raw("\1\0\1", 3));
    give_rsa("key-rsa-n-1.der", raw("\1", 1), raw("\3", 1));
}

static void give_key(const char *name, struct piece key)
{
    struct recipe r = ordinary();

    r.key = key;
    r.issuer = r.subject;
    give_recipe(EITHER, name, &r);
}

#define KEY(algorithm, bits) SEQ(algorithm, tlv(BITS, JOIN(fill(0, 1), bits)))

/* Explicit parameters: p, a, b, generator, order, as somebody likes. */
static struct piece own_curve(size_t bytes)
{
    return SEQ(number(1),
               SEQ(oid("1.2.840.10045.1.1"), tlv(INTEGER, odd(bytes))),
               SEQ(tlv(OCTETS, fill(1, bytes)), tlv(OCTETS, fill(2, bytes))),
               tlv(OCTETS, JOIN(fill(4, 1), fill(3, 2 * bytes))),
               tlv(INTEGER, odd(bytes)), number(1));
}

static void other_keys(void)
{
    struct piece ec = oid("1.2.840.10045.2.1");

    give_key("key-ec-own-curve.der",
             KEY(SEQ(ec, own_curve(32)), JOIN(fill(4, 1), fill(3, 64))));
    ec = oid("1.2.840.10045.2.1");
    give_key("key-ec-own-curve-compressed.der",
             KEY(SEQ(ec, own_curve(66)), JOIN(fill(2, 1), fill(3, 66))));
    ec = oid("1.2.840.10045.2.1");
    give_key("key-ec-own-curve-huge.der",
             KEY(SEQ(ec, own_curve(20000)), JOIN(fill(4, 1), fill(3, 40000))));
    ec = oid("1.2.840.10045.2.1");
    give_key("key-ec-not-on-curve.der", KEY(SEQ(ec, oid("1.2.840.10045.3.1.7")),
                                            JOIN(fill(4, 1), fill(3, 64))));
    ec = oid("1.2.840.10045.2.1");
    give_key("key-ec-infinity.der",
             KEY(SEQ(ec, oid("1.2.840.10045.3.1.7")), fill(0, 1)));
    ec = oid("1.2.840.10045.2.1");
    give_key("key-ec-unknown-curve.der",
             KEY(SEQ(ec, oid("1.2.3.4.5")), JOIN(fill(4, 1), fill(3, 64))));
    ec = oid("1.2.840.10045.2.1");
    give_key("key-ec-no-curve.der", KEY(SEQ(ec), none()));
    give_key("key-rsa-empty.der",
             KEY(SEQ(oid("1.2.840.113549.1.1.1"), null()), none()));
    give_key("key-bits-empty.der",
             SEQ(SEQ(oid("1.2.840.113549.1.1.1"), null()), tlv(BITS, none())));
    give_key("key-ed25519.der", KEY(SEQ(oid("1.3.101.112")), fill(0x11, 32)));
    give_key("key-ed25519-short.der",
             KEY(SEQ(oid("1.3.101.112")), fill(0x11, 31)));
    give_key("key-ed448.der", KEY(SEQ(oid("1.3.101.113")), fill(0x11, 57)));
    give_key("key-x25519.der", KEY(SEQ(oid("1.3.101.110")), fill(9, 32)));
    give_key("key-unknown.der", KEY(SEQ(oid("1.2.3.4.5.6")), fill(9, 32)));
    give_key("key-dsa.der",
             KEY(SEQ(oid("1.2.840.10040.4.1"),
                     SEQ(tlv(INTEGER, odd(256)), tlv(INTEGER, odd(32)),
                         tlv(INTEGER, odd(255)))),
                 tlv(INTEGER, odd(250))));
    give_key("key-dsa-huge.der",
             KEY(SEQ(oid("1.2.840.10040.4.1"),
                     SEQ(tlv(INTEGER, odd(50000)), tlv(INTEGER, odd(50000)),
                         tlv(INTEGER, odd(50000)))),
                 tlv(INTEGER, odd(50000))));
    give_key("key-dh-huge.der",
             KEY(SEQ(oid("1.2.840.113549.1.3.1"),
                     SEQ(tlv(INTEGER, odd(50000)), tlv(INTEGER, odd(8)))),
                 tlv(INTEGER, odd(50000))));
}

/* -- algorithms ------------------------------------------------------------ */

static void algorithms(void)
{
    static const char *const oids[] = {
        "1.2.840.113549.1.1.4",  /* MD5 */
        "1.2.840.113549.1.1.5",  /* SHA-1 */
        "1.2.840.113549.1.1.10", /* PSS without parameters */
        "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20",
        "0.0",
        "2.999.18446744073709551615.18446744073709551615",
    };
    struct recipe r;
    char name[80];

    for (size_t i = 0; i < sizeof(oids) / sizeof(oids[0]); i++) {
        r = ordinary();
        r.inner_algorithm = r.outer_algorithm = SEQ(oid(oids[i]));
        snprintf(name, sizeof(name), "algorithm-%zu.der", i);
        give_recipe(EXPLAINED, name, &r);
    }
    r = ordinary();
    r.outer_algorithm = SEQ(oid("1.2.840.113549.1.1.11"), null());
    give_recipe(EXPLAINED, "algorithm-two.der", &r);
    r = ordinary();
    r.inner_algorithm = r.outer_algorithm = SEQ(tlv(0x06, fill(0x81, 100000)));
    give_recipe(EITHER, "algorithm-endless-oid.der", &r);
    r = ordinary();
    r.inner_algorithm = r.outer_algorithm =
        SEQ(tlv(0x06, JOIN(fill(0x2a, 1), fill(0x7f, 100000))));
    give_recipe(EITHER, "algorithm-oid-of-100000-arcs.der", &r);
    r = ordinary();
    r.signature = tlv(BITS, none());
    give_recipe(EITHER, "signature-none.der", &r);
    r = ordinary();
    r.signature = tlv(BITS, JOIN(fill(0, 1), fill(0x30, 1000000)));
    give_recipe(EXPLAINED, "signature-1mb.der", &r);
}

void make_fields(void)
{
    serials();
    versions();
    dates();
    rsa_keys();
    other_keys();
    algorithms();
}
