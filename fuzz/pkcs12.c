/* SPDX-License-Identifier: MIT */
/* pkcs12: certificate and private key of the person as other programs give them
 * out, with the password "secret". A change of any byte breaks the seal over
 * the whole, so each input is also tried with a seal of its own. */
#include "fuzz/identifying.h"

/* A file may demand so many rounds that it takes seconds, which says nothing
 * about the reader: an INTEGER of three or four bytes. */
static bool is_slow(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++)
        if (data[i] == 2 && (data[i + 1] == 3 || data[i + 1] == 4))
            return true;
    return false;
}

static void read_one(const uint8_t *data, size_t size)
{
    struct identity_parts parts;
    struct error e = {0};

    identity_parts_init(&parts);
    if (identity_pkcs12_read(&parts, data, size, "secret", &e)) {
        must(identity_is_pkcs12(data, size));
        identifying_look(&parts);
    } else {
        must_be_safe(e.text);
    }
    identity_parts_release(&parts);
}

static void read_sealed(const uint8_t *data, size_t size)
{
    const uint8_t *at = data;
    PKCS12 *p12 = d2i_PKCS12(NULL, &at, (long)size);
    unsigned char *sealed = NULL;
    int len = 0;

    if (p12 && PKCS12_set_mac(p12, "secret", -1, NULL, 0, 1, EVP_sha256()))
        len = i2d_PKCS12(p12, &sealed);
    if (len > 0)
        read_one(sealed, (size_t)len);
    OPENSSL_free(sealed);
    PKCS12_free(p12);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (is_slow(data, size))
        return 0;
    read_one(data, size);
    read_sealed(data, size);
    return 0;
}
