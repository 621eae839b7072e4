/* SPDX-License-Identifier: MIT */
/* cert_der: looking at DER without decoding it. */
#include "core/trust/cert_private.h"

#include <string.h>

enum {
    TAG_INTEGER = 0x02,
    TAG_BIT_STRING = 0x03,
    TAG_OCTET_STRING = 0x04,
    TAG_OBJECT = 0x06,
    TAG_ENUMERATED = 0x0a,
    TAG_SEQUENCE = 0x30
};

struct element {
    unsigned char tag;
    bool canonical; /* one-byte tag aside, a definite and minimal length */
    const unsigned char *body;
    size_t len;    /* of the body; what is there, when it is cut off */
    size_t wanted; /* of header and body, as the header says; 0: indefinite */
};

static bool read_length(const unsigned char **p, const unsigned char *end,
                        struct element *element, size_t *len)
{
    unsigned char first = *(*p)++;
    size_t bytes = first & 0x7f;

    element->canonical = true;
    *len = first;
    if (first < 0x80)
        return true;
    *len = 0;
    element->canonical = bytes > 0 && *p < end && **p != 0;
    if (bytes > sizeof(size_t) || (size_t)(end - *p) < bytes)
        return false;
    for (size_t i = 0; i < bytes; i++)
        *len = *len << 8 | *(*p)++;
    if (*len < 0x80)
        element->canonical = false;
    return true;
}

static bool read_element(const unsigned char *p, const unsigned char *end,
                         struct element *element)
{
    const unsigned char *start = p;
    size_t len, header;
    bool definite;

    if (end - p < 2)
        return false;
    element->tag = *p++;
    if ((element->tag & 0x1f) == 0x1f)
        while (p < end && *p++ & 0x80)
            ;
    if (p >= end)
        return false;
    definite = *p != 0x80;
    if (!read_length(&p, end, element, &len))
        return false;
    header = (size_t)(p - start);
    element->body = p;
    element->len = (size_t)(end - p);
    if (definite && len < element->len)
        element->len = len;
    element->wanted = !definite                 ? 0
                      : len > SIZE_MAX - header ? SIZE_MAX
                                                : header + len;
    return true;
}

size_t der_length(const unsigned char *der, size_t len)
{
    struct element element;

    if (!read_element(der, der + len, &element) ||
        element.tag != TAG_SEQUENCE || element.wanted > len)
        return 0;
    return element.wanted;
}

/* Only sequences, sets and tagged values may be made of parts. */
static bool is_string_in_pieces(unsigned char tag)
{
    return (tag & 0xe0) == 0x20 && (tag & 0x1f) != 0x10 &&
           (tag & 0x1f) != 0x11 && (tag & 0x1f) != 0x08 && (tag & 0x1f) != 0x0b;
}

bool der_is_canonical(const unsigned char *der, size_t len)
{
    const unsigned char *p = der, *end = der + len;
    struct element element;

    /* The header of what is made of parts is stepped over, not its content:
     * no depth, no stack. */
    while (p < end) {
        if (!read_element(p, end, &element) || !element.canonical ||
            is_string_in_pieces(element.tag))
            return false;
        p = element.body + (element.tag & 0x20 ? 0 : element.len);
    }
    return true;
}

/* -- what it is instead ---------------------------------------------------- */

static const char key_sentence[] = "It holds a private key, no certificate. "
                                   "Keep that file to yourself.";
static const char public_sentence[] = "It holds a public key, no certificate.";

static unsigned char tag_at(const struct element *element, size_t index,
                            struct element *out)
{
    const unsigned char *p = element->body, *end = p + element->len;

    for (size_t i = 0; read_element(p, end, out); i++) {
        if (i == index)
            return out->tag;
        p = out->body + out->len;
    }
    return 0;
}

/* A sequence that begins with a number. */
static const char *numbered(const struct element *outer,
                            const struct element *number)
{
    struct element second, third;
    unsigned char tag = tag_at(outer, 1, &second);
    int version = number->len == 1 ? number->body[0] : -1;

    if (version == 3 && tag == TAG_SEQUENCE)
        return "It is a PKCS#12 file (.p12, .pfx): a certificate with its "
               "private key under a password. postseal identity import reads "
               "it.";
    if (tag == TAG_SEQUENCE || tag == TAG_OCTET_STRING)
        return key_sentence;
    if (tag == TAG_INTEGER)
        return tag_at(outer, 2, &third) ? key_sentence : public_sentence;
    return NULL;
}

static const char *sequence_kind(const struct element *outer,
                                 const unsigned char *bytes, size_t len)
{
    static const unsigned char pkcs7[] = {0x2a, 0x86, 0x48, 0x86,
                                          0xf7, 0x0d, 0x01, 0x07};
    struct element first, second, inner;
    unsigned char tag = tag_at(outer, 0, &first);
    const unsigned char *p = bytes;
    X509_REQ *request;
    X509_CRL *crl;

    if (tag == TAG_INTEGER)
        return numbered(outer, &first);
    if (tag == TAG_OBJECT && first.len > sizeof(pkcs7) &&
        memcmp(first.body, pkcs7, sizeof(pkcs7)) == 0)
        return "It is a PKCS#7 bundle (.p7b), no certificate by itself. "
               "openssl pkcs7 -print_certs takes the certificates out.";
    if (tag == TAG_ENUMERATED)
        return "It is an OCSP response, no certificate.";
    if (tag == TAG_SEQUENCE && tag_at(&first, 0, &inner) == TAG_OBJECT)
        return tag_at(outer, 1, &second) == TAG_OCTET_STRING ? key_sentence
                                                             : public_sentence;
    if ((request = d2i_X509_REQ(NULL, &p, (long)len))) {
        X509_REQ_free(request);
        return "It holds a certificate request, no certificate.";
    }
    p = bytes;
    if ((crl = d2i_X509_CRL(NULL, &p, (long)len))) {
        X509_CRL_free(crl);
        return "It holds a revocation list, no certificate.";
    }
    return NULL;
}

static const char *text_kind(const unsigned char *bytes, size_t len)
{
    static const struct {
        const char *start;
        size_t len;
        const char *sentence;
    } kinds[] = {
        {"\xff\xfe", 2, "It is UTF-16 text; save it as plain ASCII first."},
        {"\xfe\xff", 2, "It is UTF-16 text; save it as plain ASCII first."},
        {"MII", 3,
         "It is base64 without the lines BEGIN CERTIFICATE and END "
         "CERTIFICATE."},
        {"ssh-", 4, "It is an SSH key, no certificate."},
        {"ecdsa-", 6, "It is an SSH key, no certificate."},
        {"PuTTY-User-Key", 14, key_sentence},
        {"\xfe\xed\xfe\xed", 4, "It is a Java key store, no certificate."},
        {"\x1f\x8b", 2, "It is compressed (gzip)."},
        {"PK\x03\x04", 4, "It is a ZIP archive."},
        {"<", 1, "It is a web page or XML, no certificate."},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (len >= kinds[i].len &&
            memcmp(bytes, kinds[i].start, kinds[i].len) == 0)
            return kinds[i].sentence;
    return "It holds no certificate, neither as PEM nor as DER.";
}

const char *der_kind(const unsigned char *bytes, size_t len)
{
    struct element outer;
    const char *kind;

    if (!len)
        return "It is empty.";
    if (!read_element(bytes, bytes + len, &outer) || outer.tag != TAG_SEQUENCE)
        return text_kind(bytes, len);
    kind = sequence_kind(&outer, bytes, len);
    if (kind)
        return kind;
    if (outer.wanted > len)
        return "It looks like DER, but it ends too early: part of the file is "
               "missing.";
    return "It looks like a certificate in DER, but it is damaged and cannot "
           "be decoded.";
}
