/* SPDX-License-Identifier: MIT */
/* fault: the words of certificate faults (see verdict.h). */
#include "core/base/text.h"
#include "core/trust/verdict.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *word, *label;
    bool overridable;
} table[FAULT_COUNT] = {
    [FAULT_BAD_ENCODING] = {"bad-encoding", "damaged", false},
    [FAULT_BAD_SIGNATURE] = {"bad-signature", "forged or damaged", false},
    [FAULT_REVOKED] = {"revoked", "revoked", false},
    [FAULT_DISTRUSTED] = {"distrusted", "distrusted", false},
    [FAULT_BAD_PURPOSE] = {"bad-purpose", "not for servers", false},
    [FAULT_NOT_A_CA] = {"not-a-ca", "issuer may not issue", false},
    [FAULT_NAME_CONSTRAINTS] = {"name-constraints", "name not allowed", false},
    [FAULT_PATH_LENGTH] = {"path-length", "chain too long", false},
    [FAULT_CRITICAL_EXTENSION] = {"critical-extension", "unknown limits",
                                  false},
    [FAULT_BAD_CRL] = {"bad-crl", "bad revocation list", false},
    [FAULT_REVOCATION_UNKNOWN] = {"revocation-unknown", "revocation unknown",
                                  false},
    [FAULT_TOO_COMPLEX] = {"too-complex", "too complex", false},
    [FAULT_OTHER] = {"other", "other", false},
    [FAULT_WRONG_HOST] = {"wrong-host", "wrong name", true},
    [FAULT_SELF_SIGNED] = {"self-signed", "self-signed", true},
    [FAULT_UNKNOWN_ISSUER] = {"unknown-issuer", "unknown issuer", true},
    [FAULT_INCOMPLETE_CHAIN] = {"incomplete-chain", "chain incomplete", true},
    [FAULT_EXPIRED_ISSUER] = {"expired-issuer", "issuer expired", true},
    [FAULT_CA_AS_LEAF] = {"ca-as-leaf", "authority as server", true},
    [FAULT_WEAK_KEY] = {"weak-key", "weak key", true},
    [FAULT_WEAK_SIGNATURE] = {"weak-signature", "weak signature", true},
    [FAULT_EXPIRED] = {"expired", "expired", true},
    [FAULT_NOT_YET_VALID] = {"not-yet-valid", "not yet valid", true},
};

const char *fault_word(enum fault fault)
{
    return table[fault].word;
}

const char *fault_label(enum fault fault)
{
    return table[fault].label;
}

bool fault_overridable(enum fault fault)
{
    return table[fault].overridable;
}

bool fault_parse(const char *word, enum fault *fault)
{
    for (int i = 0; i < FAULT_COUNT; i++)
        if (text_equal_nocase(table[i].word, word)) {
            *fault = (enum fault)i;
            return true;
        }
    return false;
}

char *fault_words(char *out, size_t size, fault_set faults,
                  const char *separator)
{
    size_t used = 0;

    out[0] = '\0';
    for (int i = 0; i < FAULT_COUNT && used < size; i++)
        if (faults & FAULT_BIT(i))
            used += (size_t)snprintf(out + used, size - used, "%s%s",
                                     used ? separator : "", table[i].word);
    return out;
}

char *fault_labels(char *out, size_t size, fault_set faults)
{
    size_t used = 0;

    out[0] = '\0';
    for (int i = 0; i < FAULT_COUNT && used < size; i++)
        if (faults & FAULT_BIT(i))
            used += (size_t)snprintf(out + used, size - used, "%s%s",
                                     used ? ", " : "", table[i].label);
    return out;
}

bool fault_parse_words(const char *text, fault_set *faults)
{
    *faults = 0;
    for (;;) {
        char word[40];
        enum fault fault;
        size_t len;

        text += strspn(text, " ,\t");
        len = strcspn(text, " ,\t");
        if (!len)
            return true;
        if (len >= sizeof(word))
            return false;
        memcpy(word, text, len);
        word[len] = '\0';
        if (!fault_parse(word, &fault))
            return false;
        *faults |= FAULT_BIT(fault);
        text += len;
    }
}
