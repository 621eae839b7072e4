/* SPDX-License-Identifier: MIT */
/*
 * name_check: is there a name in a certificate for another host that may be
 * offered as the right server name?
 *
 * Anyone on the way to a server can own a valid certificate for a name of
 * their own and would love to see it filled in. So a name is offered only when
 * it has the same registrable domain as the wanted one, and resolves to an
 * address of the wanted host, and a test of the certificate under that name
 * (at such an address) finds it trusted. Nothing else makes it "proven"; an
 * exception does not.
 */
#ifndef POSTSEAL_CORE_PROBE_NAME_CHECK_H
#define POSTSEAL_CORE_PROBE_NAME_CHECK_H

#include "core/probe/probe.h"

#define NAME_CHECK_MAX 5 /* candidates that are tried */

/* The names worth trying, in the order of the certificate: its own host names
 * and, for a wildcard, the wanted host's label and the name below which the
 * wildcard stands; all of the wanted host's registrable domain, each once.
 * Pure: asks nobody. */
size_t name_candidates(const struct cert *leaf, const char *wanted,
                       char out[NAME_CHECK_MAX][HOST_MAX]);

struct name_check;
/* Called once, from the loop; the check may be freed in it. */
typedef void name_checked(void *arg, struct name_check *check);

/* Starts checking a finished result; bounded to ten seconds. NULL when there is
 * nothing to check: no wrong-host fault, or no candidate. */
struct name_check *name_check_start(const struct probe_env *env,
                                    const struct probe_result *result,
                                    name_checked *done, void *arg);
bool name_check_finished(const struct name_check *check);
/* The proven name, or NULL: none, or not finished. NULL is fine. */
const char *name_check_name(const struct name_check *check);
/* Ends it at once; the callback will not come. NULL is fine. */
void name_check_free(struct name_check *check);

#endif
