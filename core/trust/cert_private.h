/* SPDX-License-Identifier: MIT */
/* cert_private: what the files that read a certificate share. Every text is
 * safe to show, never NULL, and freed by the caller. */
#ifndef POSTSEAL_CORE_TRUST_CERT_PRIVATE_H
#define POSTSEAL_CORE_TRUST_CERT_PRIVATE_H

#include "core/trust/cert.h"
#include "core/trust/pem.h"
#include <openssl/x509v3.h>

#define CERT_TEXT_MAX 1000 /* bytes of one text */
#define CERT_LIST_MAX 20   /* things listed in one text */

/* cert.c: false for a malformed one. */
bool cert_time(const ASN1_TIME *when, time_t *out);

/* cert_names.c: any ASN.1 string; a NUL or other control byte shows. */
char *cert_string_text(const ASN1_STRING *string);
/* "CN=mail.example.org, O=Example\, Inc."; the most special part first. */
char *cert_name_text(const X509_NAME *name);
/* CN, else O, else `otherwise`. */
char *cert_short_name(const X509_NAME *name, const char *otherwise);
/* A DNS name as it stands; all others with what they are before them. */
char *cert_general_name(const GENERAL_NAME *name);
/* "TLS Web Server Authentication", "1.2.3.4". */
char *cert_object_text(const ASN1_OBJECT *object);
void cert_read_names(struct cert *cert, X509 *x509);

/* A list with a separator, cut with "..." at CERT_TEXT_MAX. */
void cert_list_add(struct buf *out, const char *separator, const char *text);

/* cert_extensions.c, cert_key.c: fill the fields that their names tell. */
void cert_read_extensions(struct cert *cert, X509 *x509);
void cert_read_key(struct cert *cert, X509 *x509);

/* cert_notes.c: sentences about what is odd; call it last. */
void cert_read_notes(struct cert *cert, X509 *x509);
void cert_note(struct cert *cert, char *sentence);

/* cert_load.c: whether a block is to be a certificate; takes one into `out`,
 * else says why it is none, to stand behind "It ". */
bool cert_is_block(const struct pem_block *block);
const char *cert_add_block(STACK_OF(X509) * out, const struct pem_block *block);

/* cert_der.c: whether all lengths are definite and minimal, and no string is in
 * pieces (X.690 section 10). */
bool der_is_canonical(const unsigned char *der, size_t len);
/* Bytes of the first element with its header; 0 when it is cut off or none. */
size_t der_length(const unsigned char *der, size_t len);
/* What bytes that are no certificate are instead; a finished sentence. */
const char *der_kind(const unsigned char *bytes, size_t len);

#endif
