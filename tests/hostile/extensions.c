/* SPDX-License-Identifier: MIT */
#include "hostile.h"

#include <stdio.h>

static void give_list(enum expected expected, const char *name,
                      struct piece list)
{
    struct recipe r = ordinary();

    r.extensions = extensions_of(list);
    give_recipe(expected, name, &r);
}

/* Every extension that programs know, with content that is none. */
static void damaged(void)
{
    static const char *const types[] = {
        "2.5.29.14",          "2.5.29.15",
        "2.5.29.17",          "2.5.29.18",
        "2.5.29.19",          "2.5.29.30",
        "2.5.29.31",          "2.5.29.32",
        "2.5.29.35",          "2.5.29.37",
        "2.5.29.54",          "1.3.6.1.5.5.7.1.1",
        "1.3.6.1.5.5.7.1.24", "1.3.6.1.4.1.11129.2.4.2"};
    char name[80];

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        snprintf(name, sizeof(name), "extension-%s-cut.der", types[i]);
        give_list(EXPLAINED, name,
                  extension(types[i], i % 2, raw("\x30\x82\x1b", 3)));
        snprintf(name, sizeof(name), "extension-%s-twice.der", types[i]);
        give_list(EXPLAINED, name,
                  JOIN(extension(types[i], false, SEQ(null())),
                       extension(types[i], true, SEQ(null()))));
    }
}

static void constraints(void)
{
    static const struct {
        const char *name;
        long length;
    } lengths[] = {{"0", 0}, {"1", 1}, {"huge", 2147483647}};
    char name[80];
    struct piece trees = none();

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        snprintf(name, sizeof(name), "path-length-%s.der", lengths[i].name);
        give_list(EXPLAINED, name,
                  extension("2.5.29.19", true,
                            SEQ(boolean(true), number(lengths[i].length))));
    }
    give_list(EXPLAINED, "path-length-negative.der",
              extension("2.5.29.19", true,
                        SEQ(boolean(true), tlv(INTEGER, fill(0xff, 40)))));
    give_list(EXPLAINED, "name-constraints.der",
              extension("2.5.29.30", true,
                        SEQ(tlv(0xa0, SEQ(tlv(0x82, TEXT("\x1b[2J")))),
                            tlv(0xa1, SEQ(tlv(0x87, fill(0xa5, 8)))))));
    give_list(EXPLAINED, "name-constraints-bad-range.der",
              extension("2.5.29.30", true,
                        SEQ(tlv(0xa0, JOIN(SEQ(tlv(0x87, fill(1, 5))),
                                           SEQ(tlv(0x82, none())),
                                           SEQ(tlv(0x81, none())))))));
    for (int i = 0; i < 2000; i++)
        trees = JOIN(trees, SEQ(tlv(0x82, TEXT("a.example"))));
    give_list(EXPLAINED, "name-constraints-2000.der",
              extension("2.5.29.30", true, SEQ(tlv(0xa1, trees))));
}

static void addresses(void)
{
    struct piece url = tlv(0x86, TEXT("http://x/\x1b[2J\r\n\xe2\x80\xae"));
    struct piece access = SEQ(oid("1.3.6.1.5.5.7.48.1"), url);
    struct piece many = none();

    for (int i = 0; i < 1000; i++)
        many = JOIN(many, access);
    give_list(EXPLAINED, "aia-1000.der",
              extension("1.3.6.1.5.5.7.1.1", false, tlv(SEQUENCE, many)));
    url = tlv(0x86, fill(0x9b, 60000));
    give_list(
        EXPLAINED, "crl-64k.der",
        extension("2.5.29.31", false, SEQ(SEQ(tlv(0xa0, tlv(0xa0, url))))));
    give_list(
        EXPLAINED, "crl-relative.der",
        extension("2.5.29.31", false,
                  SEQ(SEQ(tlv(0xa0, tlv(0xa1, SEQ(oid("2.5.4.3"),
                                                  tlv(UTF8, TEXT("x")))))))));
    give_list(
        EXPLAINED, "key-ids-64k.der",
        JOIN(extension("2.5.29.14", false, tlv(OCTETS, fill(1, 65536))),
             extension("2.5.29.35", false, SEQ(tlv(0x80, fill(2, 65536))))));
}

static void many(void)
{
    static const char *const usages[] = {"1.3.6.1.5.5.7.3.1", "1.2.3.4",
                                         "2.5.29.37.0"};
    struct piece list = none(), names = none();
    char dotted[80];

    for (int i = 0; i < 3000; i++)
        list = JOIN(list, oid(usages[i % 3]));
    give_list(EXPLAINED, "usage-3000.der",
              extension("2.5.29.37", false, tlv(SEQUENCE, list)));
    for (int i = 0; i < 5000; i++)
        names = JOIN(names, tlv(0x82, TEXT("a.example")));
    give_list(EXPLAINED, "san-5000.der",
              extension("2.5.29.17", false, tlv(SEQUENCE, names)));
    list = none();
    for (int i = 0; i < 2000; i++) {
        snprintf(dotted, sizeof(dotted), "1.2.3.%d", i);
        list = JOIN(list, SEQ(oid(dotted)));
    }
    give_list(EXPLAINED, "policies-2000.der",
              extension("2.5.29.32", false, tlv(SEQUENCE, list)));
    list = none();
    for (int i = 0; i < 3000; i++) {
        snprintf(dotted, sizeof(dotted), "1.2.4.%d", i);
        list = JOIN(list, extension(dotted, true, null()));
    }
    give_list(EXPLAINED, "extensions-3000-critical.der", list);
    list = extension("1.2.3.4", false, null());
    for (int i = 0; i < 16; i++)
        list = JOIN(list, list);
    give_list(EXPLAINED, "extensions-65536-the-same.der", list);
}

static void odd_ones(void)
{
    give_list(EXPLAINED, "critical-unknown.der",
              extension("1.2.3.4.5", true, TEXT("\x1b[2J")));
    give_list(EXPLAINED, "extension-1mb.der",
              extension("1.2.3.4.5", false, fill(0x1b, 1 << 20)));
    give_list(
        EXPLAINED, "san-1mb.der",
        extension("2.5.29.17", false, SEQ(tlv(0x82, fill(0x1b, 1 << 20)))));
    give_list(EXPLAINED, "must-staple.der",
              extension("1.3.6.1.5.5.7.1.24", false, SEQ(number(5))));
    give_list(EXPLAINED, "san-empty.der",
              extension("2.5.29.17", true, tlv(SEQUENCE, none())));
    give_list(EXPLAINED, "san-ip-odd.der",
              extension("2.5.29.17", true,
                        SEQ(tlv(0x87, fill(1, 3)), tlv(0x87, fill(0, 16)),
                            tlv(0x87, none()))));
    give_list(EXPLAINED, "key-usage-none.der",
              extension("2.5.29.15", true, tlv(BITS, fill(0, 1))));
    give_list(EXPLAINED, "key-usage-all.der",
              extension("2.5.29.15", true, tlv(BITS, raw("\x07\xff\x80", 3))));
    give_list(EITHER, "extensions-empty.der", none());
    give_list(EXPLAINED, "san-idn.der",
              extension("2.5.29.17", false,
                        SEQ(tlv(0x82, TEXT("xn--bcher-kva.example")),
                            tlv(0x82, TEXT("b\xc3\xbc"
                                           "cher.example")),
                            tlv(0x82, TEXT("xn--\x1b")),
                            tlv(0x82, TEXT("xn--99999999999999999")),
                            tlv(0x82, TEXT("*.XN--BCHER-KVA.example")))));
}

void make_extensions(void)
{
    damaged();
    constraints();
    addresses();
    many();
    odd_ones();
}
