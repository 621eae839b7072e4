/* SPDX-License-Identifier: MIT */
/* identity: certificate and private key of the person, PEM or PKCS#12. A file
 * may demand so many rounds of hashing that it takes seconds; those are left
 * out by their size, for they say nothing about the reader. */
#include "fuzz/fuzz.h"

#include "core/trust/identity_private.h"

static void look(struct identity_parts *parts)
{
    struct cert cert;
    struct buf out;
    char *label;

    must(parts->leaf != NULL);
    must(parts->key || parts->encrypted);
    cert_read(&cert, parts->leaf);
    label = identity_parts_label(parts, &cert);
    must_be_safe(label);
    free(label);
    cert_release(&cert);
    buf_init_secret(&out, 1 << 20);
    must(identity_parts_write(parts, &out));
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct identity_parts parts;
    struct error e = {0};

    if (identity_is_pkcs12(data, size))
        return 0;
    for (int open = 0; open < 2; open++) {
        identity_parts_init(&parts);
        if (identity_parts_read(&parts, data, size, open ? "secret" : NULL, &e))
            look(&parts);
        else
            must_be_safe(e.text);
        identity_parts_release(&parts);
    }
    return 0;
}
