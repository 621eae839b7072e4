/* SPDX-License-Identifier: MIT */
#ifndef POSTSEAL_CORE_TRUST_EXCEPTION_PRIVATE_H
#define POSTSEAL_CORE_TRUST_EXCEPTION_PRIVATE_H

#include "core/trust/exception.h"

bool exception_check_parse(const char *word, enum exception_check *check);

#endif
