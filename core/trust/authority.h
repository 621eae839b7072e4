/* SPDX-License-Identifier: MIT */
/*
 * authority: the trust anchors. The system's (by hash folder, read lazily),
 * SSL_CERT_FILE and SSL_CERT_DIR as OpenSSL honours them, `ca-file` of
 * accounts.ini and --ca.
 */
#ifndef POSTSEAL_CORE_TRUST_AUTHORITY_H
#define POSTSEAL_CORE_TRUST_AUTHORITY_H

#include "core/trust/verdict.h"

struct authorities;

/* Made once and shared by all tests. `system`: with the system's anchors
 * (false for `cert verify --roots`). */
struct authorities *authorities_new(bool system);
void authorities_free(struct authorities *authorities);
/* Adds every certificate of a PEM file as an anchor. A file that others may
 * write is refused with ERROR_TRUST. */
bool authorities_add_file(struct authorities *authorities, const char *path,
                          struct error *e);
/* Owned by authorities. */
X509_STORE *authorities_store(struct authorities *authorities);
/* Fills store, crls, intermediates and rules of a request; they live as long as
 * authorities do and stay the same until it is changed. */
void authorities_terms(struct authorities *authorities,
                       struct verdict_request *request);

#endif
