/* SPDX-License-Identifier: MIT */
/* exceptions: exceptions.ini. Whatever stands in it, an exception never covers
 * what nobody may override, nor another place. */
#include "fuzz/folder.h"

#include "core/trust/exception.h"

/* The very certificate, with the very faults: used, unless nobody may. */
static void judge(const struct exceptions *store, const struct exception *x)
{
    struct cert leaf = {0};
    struct verdict v = {.faults = x->faults, .sent = {&leaf, 1}};
    enum exception_state state;
    fault_set extra = 0;

    memcpy(leaf.sha256, x->sha256, sizeof(leaf.sha256));
    memcpy(leaf.spki_sha256, x->spki_sha256, sizeof(leaf.spki_sha256));
    v.trusted = v.faults == 0;
    v.overridable = !v.trusted;
    for (int f = 0; f < FAULT_COUNT; f++)
        if (v.faults & FAULT_BIT(f) && !fault_overridable((enum fault)f))
            v.overridable = false;
    state =
        exceptions_judge(store, x->host, x->port, &v, FUZZ_NOW, NULL, &extra);
    must(state != EXCEPTION_USED || (v.overridable && !extra));
    /* Other faults than those accepted. */
    v.faults = ~x->faults & (FAULT_BIT(FAULT_COUNT) - 1);
    state = exceptions_judge(store, x->host, x->port + 1, &v, FUZZ_NOW, NULL,
                             &extra);
    if (exceptions_count(store) == 1)
        must(state == EXCEPTION_NONE || state == EXCEPTION_NOT_NEEDED);
}

static void look(const struct exceptions *store, const struct exception *x)
{
    must(x->host && *x->host && x->port >= 1 && x->port <= 65535);
    must(x->number > 0 && x->end != EXCEPTION_SESSION);
    must_be_safe(x->host);
    must_be_safe(x->names);
    must_be_safe(x->issuer);
    judge(store, x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error e = {0};
    struct exceptions *store;
    char accounts[128];

    folder_file("exceptions.ini", data, size);
    snprintf(accounts, sizeof(accounts), "%s/accounts.ini", folder);
    store = exceptions_open(accounts, &e);
    if (!store) {
        must_be_safe(e.text);
        return 0;
    }
    for (size_t i = 0; i < exceptions_count(store); i++)
        look(store, exceptions_at(store, i));
    for (size_t i = 0; i < exceptions_problem_count(store); i++)
        must_be_safe(exceptions_problem_at(store, i));
    exceptions_free(store);
    return 0;
}
