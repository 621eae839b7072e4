/* SPDX-License-Identifier: MIT */
#include "tui/widgets/trust_form.h"

#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

/* The first group of four digits that differs, counted from 1. */
static void say_difference(const unsigned char *shown,
                           const unsigned char *pasted, char *say, size_t size)
{
    size_t i = 0;

    while (memcmp(shown + i, pasted + i, 2) == 0)
        i += 2;
    snprintf(say, size,
             "DIFFERENT from the server's, first at group %zu (%02X%02X, not "
             "%02X%02X). Do not go on; tell the operator.",
             i / 2 + 1, shown[i], shown[i + 1], pasted[i], pasted[i + 1]);
}

/* Whether the pasted text decides; says so. */
static bool judge_paste(const struct trust_form *form, const char *pasted,
                        bool *same, char *say, size_t size)
{
    unsigned char digest[32];
    size_t digits;

    *same = false;
    switch (text_parse_sha256(pasted, digest, &digits)) {
    case TEXT_DIGEST_EMPTY:
        return false;
    case TEXT_DIGEST_OK:
        *same = memcmp(digest, form->sha256, 32) == 0;
        if (*same)
            snprintf(say, size, "Same as the server's. It is on.");
        else
            say_difference(form->sha256, digest, say, size);
        return true;
    case TEXT_DIGEST_SHA1:
        snprintf(say, size, "40 digits: that is SHA-1; ask for SHA-256.");
        return true;
    case TEXT_DIGEST_SHORT:
        snprintf(say, size, "Only %zu of 64 digits.", digits);
        return true;
    case TEXT_DIGEST_LONG:
        snprintf(say, size, "%zu digits; a SHA-256 has 64.", digits);
        return true;
    default:
        snprintf(say, size, "Not a SHA-256: it has 64 digits 0-9, A-F.");
        return true;
    }
}

bool trust_form_ready(const struct trust_form *form, const char *pasted,
                      const char *typed, enum exception_check *checked,
                      char *say, size_t size)
{
    bool same;

    *checked = CHECKED_PASTED;
    if (judge_paste(form, pasted, &same, say, size))
        return same;
    if (!form->host) {
        snprintf(say, size, "off: needs the matching SHA-256");
        return false;
    }
    *checked = CHECKED_TYPED;
    if (!*typed) {
        snprintf(say, size, "off: paste the SHA-256 or type the name");
        return false;
    }
    if (strcmp(typed, form->host) != 0) {
        snprintf(say, size, "off: the name typed is not %s", form->host);
        return false;
    }
    snprintf(say, size, "The name is right; it goes on unchecked.");
    return true;
}
