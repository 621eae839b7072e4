/* SPDX-License-Identifier: MIT */
/*
 * operator_text: what to write to a server's operator about its certificate: a
 * mail that names the server, every fault, the dates and the fingerprints, and
 * asks for what is needed to decide. Pure text; nothing is sent.
 */
#ifndef POSTSEAL_CORE_PROBE_OPERATOR_TEXT_H
#define POSTSEAL_CORE_PROBE_OPERATOR_TEXT_H

#include "core/probe/probe.h"

#define OPERATOR_TEXT_MAX   65536
#define OPERATOR_TEXT_WIDTH 72 /* of a mail */

/* Appends "Subject: ...", an empty line and the body, in lines of at most
 * `width` cells (38 to 72; but no long name is broken), all safe to show. The
 * result has a verdict. What does not fit into the buf is left out at the
 * end. */
void operator_text(struct buf *out, const struct probe_result *result,
                   int width);

#endif
