/* SPDX-License-Identifier: MIT */
/* import_fetchmail: see fuzz/importing.h. */
#include "fuzz/importing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return importing("fetchmail", "fetchmailrc", data, size);
}
