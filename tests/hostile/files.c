/* SPDX-License-Identifier: MIT */
#include "hostile.h"

#include <stdio.h>

#define CERT "CERTIFICATE"

/* -- encodings ------------------------------------------------------------- */

static struct piece nest(int tag, size_t depth)
{
    struct piece inner = null();

    for (size_t i = 0; i < depth; i++)
        inner = tlv(tag, inner);
    return inner;
}

static void encodings(void)
{
    struct recipe r = ordinary();
    struct piece tbs = to_be_signed(&r);

    give(REFUSED, "ber-endless.der",
         endless(SEQUENCE, JOIN(tbs, r.outer_algorithm, r.signature)));
    r = ordinary();
    tbs = to_be_signed(&r);
    give(REFUSED, "ber-long-length.der",
         long_length(SEQUENCE, JOIN(tbs, r.outer_algorithm, r.signature)));
    r = ordinary();
    r.subject = endless(SEQUENCE, name_of(UTF8, TEXT("x")));
    give_recipe(EITHER, "ber-inside.der", &r);
    r = ordinary();
    r.serial = JOIN(raw("\x02\x81\x01\x05", 4));
    give_recipe(EITHER, "ber-serial.der", &r);
    r = ordinary();
    r.subject = name_of(UTF8 | 0x20, tlv(UTF8, TEXT("in pieces")));
    give_recipe(EITHER, "ber-string-in-pieces.der", &r);
    r = ordinary();
    r.inner_algorithm = r.outer_algorithm =
        SEQ(oid("1.2.3.4"), nest(SEQUENCE, 2000));
    give_recipe(EITHER, "nested-2000.der", &r);
    r = ordinary();
    r.subject = nest(SEQUENCE, 2000);
    give_recipe(REFUSED, "nested-subject.der", &r);
    r = ordinary();
    r.subject = name_of(0x24, nest(0x24, 1000));
    give_recipe(EITHER, "nested-strings.der", &r);
    r = ordinary();
    r.extensions = extensions_of(
        extension("2.5.29.17", false, SEQ(tlv(0xa4, nest(SEQUENCE, 1500)))));
    give_recipe(EXPLAINED, "nested-in-extension.der", &r);
    give(REFUSED, "nested-only.der", nest(SEQUENCE, 3000));
    give(REFUSED, "endless-only.der", fill(0x30, 100000));
    give(REFUSED, "indefinite-only.der", raw("\x30\x80\x30\x80\x30\x80", 6));
    give(REFUSED, "length-of-length.der",
         JOIN(raw("\x30\xff", 2), fill(0xff, 127)));
    give(REFUSED, "length-8-bytes.der",
         JOIN(raw("\x30\x88", 2), fill(0xff, 8), fill(0, 50)));
    give(REFUSED, "length-2gb.der",
         JOIN(raw("\x30\x84\x7f\xff\xff\xff", 6), fill(0, 50)));
    give(REFUSED, "high-tag.der",
         JOIN(raw("\x3f\xff\xff\xff\xff\xff", 6), fill(0xff, 50)));
}

static void cut(void)
{
    char name[80];
    size_t len = good().len;

    pool_empty();
    for (size_t i = 1; i < 16; i++) {
        struct piece whole = good();

        whole.len = len * i / 16;
        snprintf(name, sizeof(name), "cut-%zu.der", i);
        give(REFUSED, name, whole);
        whole = good();
        whole.len = len * i / 16;
        if (i % 4 == 1) {
            snprintf(name, sizeof(name), "cut-%zu.pem", i);
            give(REFUSED, name, pem(CERT, whole, "\n", 64));
        }
    }
    give(REFUSED, "trailing-byte.der", JOIN(good(), fill(0, 1)));
    give(REFUSED, "trailing-newline.der", JOIN(good(), TEXT("\n")));
    give(REFUSED, "twice.der", JOIN(good(), good()));
    give(REFUSED, "trailing.pem",
         pem(CERT, JOIN(good(), fill(0x1b, 3)), "\n", 64));
    give(REFUSED, "leading-byte.der", JOIN(fill(0, 1), good()));
}

/* -- PEM ------------------------------------------------------------------- */

static struct piece good_pem(void)
{
    return pem(CERT, good(), "\n", 64);
}

static void shapes(void)
{
    give(EXPLAINED, "good.pem", good_pem());
    give(EXPLAINED, "good.der", good());
    give(EXPLAINED, "crlf.pem", pem(CERT, good(), "\r\n", 64));
    give(EXPLAINED, "cr-only.pem", pem(CERT, good(), "\r", 64));
    give(EXPLAINED, "one-line.pem", pem(CERT, good(), "\n", 1000000));
    give(EXPLAINED, "one-letter-lines.pem", pem(CERT, good(), "\n", 1));
    give(EXPLAINED, "blanks.pem", pem(CERT, good(), " \t\r\n \t\n", 60));
    give(EXPLAINED, "byte-order-mark.pem",
         JOIN(TEXT("\xef\xbb\xbf"), good_pem()));
    give(EXPLAINED, "text-before.pem",
         JOIN(TEXT("subject=\x1b[2J\nissuer: x\n\0\xff\xfe\n"), good_pem(),
              TEXT("text behind\x1b[31m")));
    give(EXPLAINED, "old-label.pem", pem("X509 CERTIFICATE", good(), "\n", 64));
    give(EXPLAINED, "trusted.pem",
         pem("TRUSTED CERTIFICATE",
             JOIN(good(), SEQ(SEQ(oid("1.3.6.1.5.5.7.3.1")))), "\n", 64));
    give(EXPLAINED, "headers.pem",
         JOIN(TEXT("-----BEGIN CERTIFICATE-----\nProc-Type: 4,X\nDEK-Info: "
                   "\x1b[2J\n"),
              TEXT("\n"), raw(good_pem().bytes + 28, good_pem().len - 28)));
    give(EXPLAINED, "lonely-begin.pem",
         JOIN(TEXT("-----BEGIN \n-----BEGIN X\n"), good_pem()));
    give(REFUSED, "no-end.pem", raw(good_pem().bytes, good_pem().len - 27));
    give(REFUSED, "second-cut.pem",
         JOIN(good_pem(), raw(good_pem().bytes, 200)));
    give(REFUSED, "second-none.pem",
         JOIN(good_pem(), pem(CERT, TEXT("\x1b[2J"), "\n", 64)));
    give(REFUSED, "odd-letter.pem",
         JOIN(TEXT("-----BEGIN CERTIFICATE-----\nAAAA\x1b[2J\n"),
              TEXT("-----END CERTIFICATE-----\n")));
    give(REFUSED, "odd-padding.pem",
         TEXT("-----BEGIN CERTIFICATE-----\nAAAAA===\n"
              "-----END CERTIFICATE-----\n"));
    give(REFUSED, "empty-block.pem",
         TEXT("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"));
    give(REFUSED, "begin-only.pem", TEXT("-----BEGIN CERTIFICATE-----\n"));
    give(REFUSED, "foreign-label.pem", pem("\x1b[2J\x07", good(), "\n", 64));
}

static void with_others(void)
{
    static const char *const labels[] = {
        "PRIVATE KEY",   "RSA PRIVATE KEY",     "ENCRYPTED PRIVATE KEY",
        "EC PARAMETERS", "CERTIFICATE REQUEST", "X509 CRL",
        "PKCS7",         "PUBLIC KEY",          "OPENSSH PRIVATE KEY"};
    char name[80];

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        snprintf(name, sizeof(name), "only-%zu.pem", i);
        give(REFUSED, name, pem(labels[i], SEQ(number(0)), "\n", 64));
        snprintf(name, sizeof(name), "with-%zu.pem", i);
        give(EXPLAINED, name,
             JOIN(pem(labels[i], SEQ(number(0)), "\n", 64), good_pem()));
    }
}

static struct piece times(struct piece (*make)(void), size_t count)
{
    struct piece one = make(), all = {pool_take(one.len * count), 0};

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < one.len; k++)
            all.bytes[all.len++] = one.bytes[k];
    return all;
}

static struct piece begin_line(void)
{
    return TEXT("-----BEGIN CERTIFICATE");
}

static struct piece key_line(void)
{
    return TEXT("-----BEGIN X-----\n");
}

/* Every byte of its name becomes four in the output. */
static struct piece costly_pem(void)
{
    struct recipe r = ordinary();
    struct piece names = none();

    for (int i = 0; i < 60; i++)
        names = JOIN(names, tlv(0x82, fill(0x9b, 250)));
    r.extensions =
        extensions_of(extension("2.5.29.17", false, tlv(SEQUENCE, names)));
    return pem(CERT, assemble(&r), "\n", 64);
}

static void large(void)
{
    give(EXPLAINED, "chain-100.pem", times(good_pem, 100));
    give(EXPLAINED, "chain-1000.pem", times(good_pem, 1000));
    give(REFUSED, "chain-1001.pem", times(good_pem, 1001));
    give(EXPLAINED, "chain-costly.pem", times(costly_pem, 190));
    give(REFUSED, "begins.pem", times(begin_line, 150000));
    give(REFUSED, "begins-of-keys.pem", times(key_line, 200000));
    give(REFUSED, "zeros-4mb.der", fill(0, 4u << 20));
    give(REFUSED, "sequences-4mb.der", fill(0x30, 4u << 20));
    give(REFUSED, "letters-4mb.pem",
         JOIN(TEXT("-----BEGIN CERTIFICATE-----\n"), fill('A', 4000000),
              TEXT("\n-----END CERTIFICATE-----\n")));
    give(REFUSED, "too-big.pem", times(good_pem, 8000));
}

/* -- other kinds ----------------------------------------------------------- */

static void other_kinds(void)
{
    give(REFUSED, "empty", none());
    give(REFUSED, "text.txt", TEXT("hello\x1b[2J\n"));
    give(REFUSED, "web.html", TEXT("<html>\x1b[2J</html>"));
    give(REFUSED, "utf16.pem", TEXT("\xff\xfe-\0-\0-\0-\0-\0B\0"));
    give(REFUSED, "base64.txt", TEXT("MIIBszCCAVmgAwIBAgICEmc="));
    give(REFUSED, "ssh.pub", TEXT("ssh-ed25519 AAAA x"));
    give(REFUSED, "keystore.jks", TEXT("\xfe\xed\xfe\xed\0\0\0\2"));
    give(REFUSED, "packed.gz", TEXT("\x1f\x8b\x08"));
    give(REFUSED, "pkcs12.p12",
         SEQ(number(3), SEQ(oid("1.2.840.113549.1.7.1"),
                            tlv(0xa0, tlv(OCTETS, fill(1, 50))))));
    give(REFUSED, "pkcs12-ber.p12",
         endless(
             SEQUENCE,
             JOIN(number(3), endless(SEQUENCE, oid("1.2.840.113549.1.7.1")))));
    give(REFUSED, "pkcs7.p7b",
         SEQ(oid("1.2.840.113549.1.7.2"), tlv(0xa0, SEQ(number(1)))));
    give(REFUSED, "key-pkcs8.der",
         SEQ(number(0), SEQ(oid("1.2.840.113549.1.1.1"), null()),
             tlv(OCTETS, fill(1, 50))));
    give(REFUSED, "key-pkcs1.der",
         SEQ(number(0), number(7), number(3), number(5)));
    give(REFUSED, "key-sec1.der", SEQ(number(1), tlv(OCTETS, fill(1, 32))));
    give(REFUSED, "key-encrypted.der",
         SEQ(SEQ(oid("1.2.840.113549.1.5.13"), SEQ(null())),
             tlv(OCTETS, fill(1, 50))));
    give(REFUSED, "public-key.der", ordinary().key);
    give(REFUSED, "ocsp.der", SEQ(tlv(0x0a, fill(0, 1))));
    give(REFUSED, "sequence-empty.der", tlv(SEQUENCE, none()));
}

void make_files(void)
{
    encodings();
    cut();
    shapes();
    with_others();
    large();
    other_kinds();
}
