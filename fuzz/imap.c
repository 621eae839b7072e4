/* SPDX-License-Identifier: MIT */
/* imap: a server's side of the conversation; see fuzz/talk.h. */
#include "fuzz/talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    talk(SERVICE_IMAP, data, size);
    return 0;
}
