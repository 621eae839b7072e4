/* SPDX-License-Identifier: MIT */
/* identity: certificate and private key of the person as PEM. */
#include "fuzz/identifying.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct identity_parts parts;
    struct error e = {0};

    for (int open = 0; open < 2; open++) {
        identity_parts_init(&parts);
        if (identity_parts_read(&parts, data, size, open ? "secret" : NULL, &e))
            identifying_look(&parts);
        else
            must_be_safe(e.text);
        identity_parts_release(&parts);
    }
    return 0;
}
