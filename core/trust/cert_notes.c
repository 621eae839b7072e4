/* SPDX-License-Identifier: MIT */
/* cert_notes: what is odd about a certificate, in sentences. */
#include "core/trust/cert_private.h"

#include "core/base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define NOTES_MAX  20
#define SERIAL_MAX 20 /* octets (RFC 5280 section 4.1.2.2) */

void cert_note(struct cert *cert, char *sentence)
{
    if (cert->note_count == NOTES_MAX) {
        free(sentence);
        return;
    }
    cert->notes =
        xreallocarray(cert->notes, cert->note_count + 1, sizeof(*cert->notes));
    cert->notes[cert->note_count++] = sentence;
}

static void note_serial(struct cert *cert, X509 *x509)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);
    int len = ASN1_STRING_length(serial);

    if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
        cert_note(cert, xstrdup("Its serial number is negative, which is "
                                "forbidden."));
    else if (len == 0 || (len == 1 && !*ASN1_STRING_get0_data(serial)))
        cert_note(cert, xstrdup("Its serial number is zero, which is "
                                "forbidden."));
    if (len > SERIAL_MAX)
        cert_note(cert, xasprintf("Its serial number has %d bytes; 20 are "
                                  "allowed.",
                                  len));
}

static void note_dates(struct cert *cert)
{
    if (cert->dates_ok && cert->not_after < cert->not_before)
        cert_note(cert, xstrdup("It ends before it begins, so it was never "
                                "valid."));
}

static void note_version(struct cert *cert, X509 *x509)
{
    if (cert->version < 1 || cert->version > 3)
        cert_note(cert, xasprintf("It says that it is version %ld; there are "
                                  "1, 2 and 3.",
                                  cert->version));
    else if (cert->version < 3 && X509_get_ext_count(x509) > 0)
        cert_note(cert, xasprintf("It has extensions, which version %ld does "
                                  "not know.",
                                  cert->version));
}

/* A name that would be another one to a program that stops at a NUL. */
static void note_names(struct cert *cert)
{
    for (size_t i = 0; i < cert->name_count; i++) {
        const char *name = cert->names[i];

        if (!strchr(name, ' ') && strchr(name, '\\')) {
            cert_note(cert, xstrdup("A name in it holds bytes that no host "
                                    "name may hold."));
            return;
        }
    }
}

void cert_read_notes(struct cert *cert, X509 *x509)
{
    note_version(cert, x509);
    note_serial(cert, x509);
    note_dates(cert);
    note_names(cert);
    if (*cert->unknown_critical)
        cert_note(cert, xasprintf("It demands that programs understand what "
                                  "none knows (critical extension %s), so "
                                  "they must refuse it.",
                                  cert->unknown_critical));
    if (cert->der && !der_is_canonical(cert->der, cert->der_len))
        cert_note(cert, xstrdup("It is not written in DER as it must be; "
                                "programs may read it differently."));
}
