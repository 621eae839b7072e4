/* SPDX-License-Identifier: MIT */
/*
 * srv: what a domain says of its mail servers in the DNS: _imaps, _imap,
 * _pop3s, _pop3 (RFC 6186), _submissions (RFC 8314 §5.1) and _submission.
 *
 * One logs in with the whole address, which RFC 6186 §3.3 has tried first.
 */
#ifndef POSTSEAL_CORE_SETUP_SRV_H
#define POSTSEAL_CORE_SETUP_SRV_H

#include "core/net/records.h"
#include "core/setup/setup.h"

struct srv;

struct srv_result {
    enum setup_state state;    /* SETUP_FOUND, SETUP_NOTHING or SETUP_FAILED */
    const struct offer *offer; /* when found; ends with the call */
    const char *text;          /* a finished sentence, safe */
};
typedef void srv_done(void *arg, const struct srv_result *result);

/* Never NULL, and never calls back from inside. `address` must live as long;
 * `random`: see records_start(). */
struct srv *srv_start(struct resolver *resolver,
                      const struct offer_address *address,
                      records_random *random, void *random_arg, srv_done *done,
                      void *arg);
/* Ends it; the callback will not come (again). To be called also after it, and
 * may be called inside it. NULL is fine. */
void srv_free(struct srv *srv);

#endif
