/* SPDX-License-Identifier: MIT */
/*
 * autoconfig_xml: reads a clientConfig 1.1 document, the format of
 * draft-ietf-mailmaint-autoconfig, with expat. Document type declarations and
 * entities of one's own are refused, so nothing can grow; depth, text and
 * counts are bounded.
 */
#ifndef POSTSEAL_CORE_SETUP_AUTOCONFIG_XML_H
#define POSTSEAL_CORE_SETUP_AUTOCONFIG_XML_H

#include "core/setup/offer.h"

#define AUTOCONFIG_MAX (256 * 1024) /* bytes of a document */

/* Fills an empty offer. ERROR_PARSE with line and column and what is wrong: not
 * well-formed, not clientConfig, wrong version, no incoming or no outgoing
 * server that postseal can speak to; ERROR_NOT_FOUND when it is a web page,
 * which many servers send for whatever they do not have. The offer is empty
 * then. `text` is untrusted, the sentence is safe. */
bool autoconfig_xml_read(const char *text, size_t len,
                         const struct offer_address *address,
                         struct offer *offer, struct error *e);

#endif
