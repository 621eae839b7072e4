/* SPDX-License-Identifier: MIT */
/*
 * trust_form: whether an exception may be added, from what the person pasted or
 * typed, and the words about it. Knows no screen.
 */
#ifndef POSTSEAL_TUI_WIDGETS_TRUST_FORM_H
#define POSTSEAL_TUI_WIDGETS_TRUST_FORM_H

#include "core/trust/exception.h"

struct trust_form {
    const unsigned char
        *sha256;      /* of the certificate that was shown, 32 bytes*/
    const char *host; /* the name to type; NULL: typing is no way */
};

/* True when the button may be on; *checked says how it was checked. A pasted
 * value that does not match wins over a typed name: it is a warning. `say`
 * (size bytes) is the sentence beside the field. */
bool trust_form_ready(const struct trust_form *form, const char *pasted,
                      const char *typed, enum exception_check *checked,
                      char *say, size_t size);

#endif
