/* SPDX-License-Identifier: MIT */
#include "hostile.h"

#include <stdio.h>

static const struct {
    const char *name, *bytes;
    size_t len;
} texts[] = {
#define ROW(name, bytes)                                                       \
    {                                                                          \
        name, bytes, sizeof(bytes) - 1                                         \
    }
    ROW("escape", "\x1b[2J\x1b]0;owned\x07\x1bP1\x1b\\"),
    ROW("lines", "a\nb\r\nVerdict: proven\r\tok\v\f"),
    ROW("nul", "good.example\0.evil.example"),
    ROW("del", "a\x7f\x7f\x08\x08"),
    ROW("c1-utf8", "\xc2\x9b\x32J\xc2\x85\xc2\x90q"),
    ROW("c1-raw", "\x9b\x32J\x90\x85\x9d"),
    ROW("bidi", "\xe2\x80\xae"
                "gro.elpmaxe\xe2\x81\xa6\xd8\x9c"),
    ROW("invisible", "a\xe2\x80\x8b\xef\xbb\xbf\xe2\x80\x8d\xc2\xad"
                     "b"),
    ROW("separators", "a\xe2\x80\xa8"
                      "b\xe2\x80\xa9"
                      "c"),
    ROW("invalid", "\xff\xfe\xfd\x80"),
    ROW("overlong", "\xc0\xaf\xe0\x80\x9b\xf0\x80\x80\x9b"),
    ROW("surrogates", "\xed\xa0\x80\xed\xb0\x80"),
    ROW("cut", "abc\xe2\x80"),
    ROW("too-high", "\xf4\x90\x80\x80\xf8\x88\x80\x80\x80"),
    ROW("private", "\xee\x80\x80\xf3\xb0\x80\x80\xef\xbf\xbf"),
    ROW("marks", "a\xcc\x80\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86"
                 "\xcc\x87"),
    ROW("tags", "\xf3\xa0\x80\x81\xf3\xa0\x81\x81"),
    ROW("wide-escape", "\0\x1b\0[\0\x32\0J\x20\x2e\0\x9b"),
    ROW("wide-surrogates", "\xd8\x00\xd8\x00\xdc\x00\0a"),
    ROW("wider-escape", "\0\0\0\x1b\0\0\0[\0\0\x20\x2e"),
    ROW("wider-beyond", "\x7f\xff\xff\xff\0\x11\0\0"),
    ROW("format", "%s%n%1000000d"),
    ROW("json", "\",\"trusted\":true,\"x\":\"\\u001b"),
    ROW("empty", ""),
#undef ROW
};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static void subjects(void)
{
    static const struct {
        int tag;
        const char *name;
    } types[] = {{UTF8, "utf8"},
                 {PRINTABLE, "printable"},
                 {T61, "t61"},
                 {IA5, "ia5"},
                 {BMP, "bmp"},
                 {UNIVERSAL, "universal"},
                 {NUMERIC, "numeric"},
                 {0x1a, "visible"},
                 {0x1b, "general"},
                 {0x15, "videotex"},
                 {OCTETS, "octets"},
                 {BITS, "bits"},
                 {SEQUENCE, "sequence"},
                 {0x0a, "enumerated"},
                 {0x05, "null-with-body"}};
    char name[80];

    for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++)
        for (size_t i = 0; i < TEXTS; i++) {
            struct recipe r = ordinary();

            /* The rarer types with every third text only. */
            if (t > 5 && i % 3 != t % 3)
                continue;
            r.subject =
                name_of(types[t].tag, raw(texts[i].bytes, texts[i].len));
            snprintf(name, sizeof(name), "subject-%s-%s.der", types[t].name,
                     texts[i].name);
            give_recipe(EITHER, name, &r);
        }
}

static void general_names(void)
{
    static const struct {
        int tag;
        const char *name;
    } types[] = {{0x82, "dns"}, {0x81, "email"}, {0x86, "uri"}};
    char name[80];

    for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++)
        for (size_t i = 0; i < TEXTS; i++) {
            struct recipe r = ordinary();

            if (t && i % 2 != t % 2)
                continue;
            r.extensions = extensions_of(extension(
                "2.5.29.17", false,
                SEQ(tlv(types[t].tag, raw(texts[i].bytes, texts[i].len)))));
            snprintf(name, sizeof(name), "san-%s-%s.der", types[t].name,
                     texts[i].name);
            give_recipe(EXPLAINED, name, &r);
        }
}

static void other_names(void)
{
    char name[80];

    for (size_t i = 0; i < TEXTS; i++) {
        struct recipe r = ordinary();
        struct piece text = raw(texts[i].bytes, texts[i].len);

        if (i % 4)
            continue;
        r.extensions = extensions_of(extension(
            "2.5.29.17", false,
            SEQ(tlv(0xa0,
                    JOIN(oid("1.3.6.1.5.5.7.8.9"), tlv(0xa0, tlv(UTF8, text)))),
                tlv(0xa0, JOIN(oid("1.2.3.4"), tlv(0xa0, tlv(OCTETS, text)))),
                tlv(0xa0, JOIN(oid("1.2.3.5"), tlv(0xa0, null()))),
                tlv(0xa0, JOIN(oid("1.2.3.6"), tlv(0xa0, boolean(true)))),
                tlv(0xa0, JOIN(oid("1.2.3.7"), tlv(0xa0, oid("1.2")))),
                tlv(0xa0, JOIN(oid("1.2.3.8"), tlv(0xa0, number(5)))),
                tlv(0xa0, JOIN(oid("1.2.3.9"), tlv(0xa0, SEQ(text)))),
                tlv(0x88, raw("\x2a\x03", 2)), tlv(0x87, text))));
        snprintf(name, sizeof(name), "san-other-%s.der", texts[i].name);
        give_recipe(EITHER, name, &r);
    }
}

static void big_names(void)
{
    struct recipe r = ordinary();
    struct piece many = none();

    r.subject = name_of(UTF8, fill('a', 65536));
    give_recipe(EXPLAINED, "subject-64k.der", &r);
    r = ordinary();
    r.subject = r.issuer = name_of(UTF8, fill(0x1b, 65536));
    give_recipe(EXPLAINED, "subject-64k-of-escape.der", &r);
    r = ordinary();
    r.subject = name_of(BMP, fill(0x05, 65536));
    give_recipe(EXPLAINED, "subject-64k-bmp.der", &r);
    r = ordinary();
    r.subject = tlv(SEQUENCE, none());
    give_recipe(EXPLAINED, "subject-empty.der", &r);
    r = ordinary();
    r.subject = r.issuer = tlv(SEQUENCE, none());
    r.extensions = none();
    give_recipe(EXPLAINED, "no-name-at-all.der", &r);
    r = ordinary();
    for (int i = 0; i < 3000; i++)
        many = JOIN(many, tlv(SET, SEQ(oid("2.5.4.11"), tlv(UTF8, TEXT("x")))));
    r.subject = tlv(SEQUENCE, many);
    give_recipe(EXPLAINED, "subject-3000-parts.der", &r);
    r = ordinary();
    r.subject = SEQ(tlv(SET, SEQ(oid("1.2.3.4.5.6.7.8.9.999999999"),
                                 tlv(UTF8, TEXT("x, CN=bank.example")))),
                    tlv(SET, JOIN(SEQ(oid("2.5.4.3"), tlv(UTF8, TEXT("a"))),
                                  SEQ(oid("2.5.4.3"), tlv(UTF8, TEXT("b"))))));
    give_recipe(EITHER, "subject-odd-parts.der", &r);
}

void make_texts(void)
{
    subjects();
    general_names();
    other_names();
    big_names();
}
