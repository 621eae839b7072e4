/* SPDX-License-Identifier: MIT */
/*
 * authority_bundle: a file of many certificates as a place where a store looks
 * authorities up by name. Decoding a whole system's bundle costs as much as
 * thirty tests (nearly all of it is setting up 145 keys), and a chain needs one
 * or two certificates of it: the rest is only read as far as the name.
 */
#ifndef POSTSEAL_CORE_TRUST_AUTHORITY_BUNDLE_H
#define POSTSEAL_CORE_TRUST_AUTHORITY_BUNDLE_H

#include <openssl/x509_vfy.h>

/* The store takes from the file (PEM; what is missing or damaged is passed
 * over) what has the name that it looks for. The file is read at the first
 * question, and its lists (CRL) are added then. */
void authority_bundle_add(X509_STORE *store, const char *path);

#endif
