/* SPDX-License-Identifier: MIT */
#include "core/setup/setup_private.h"

#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- words ----------------------------------------------------------------- */

const char *setup_source_word(enum setup_source source)
{
    static const char *const words[SETUP_SOURCE_COUNT] = {
        [SETUP_PROVIDER] = "provider",     [SETUP_SRV] = "srv",
        [SETUP_AUTOCONFIG] = "autoconfig", [SETUP_WELL_KNOWN] = "well-known",
        [SETUP_DATABASE] = "database",     [SETUP_MX] = "mx",
        [SETUP_GUESS] = "guess",
    };

    return words[source];
}

const char *setup_protection_word(enum setup_protection protection)
{
    static const char *const words[] = {
        [SETUP_BUILT_IN] = "built-in", [SETUP_HTTPS] = "https",
        [SETUP_DNS] = "dns",           [SETUP_HTTP] = "http",
        [SETUP_TRIED] = "tried",
    };

    return words[protection];
}

const char *setup_state_word(enum setup_state state)
{
    static const char *const words[] = {
        [SETUP_WAITING] = "waiting", [SETUP_RUNNING] = "running",
        [SETUP_FOUND] = "found",     [SETUP_NOTHING] = "nothing",
        [SETUP_FAILED] = "failed",   [SETUP_SKIPPED] = "skipped",
    };

    return words[state];
}

/* -- the course ------------------------------------------------------------ */

static void deliver(void *arg)
{
    struct setup *setup = arg;

    setup->tell = NULL;
    if (setup->changed)
        setup->changed(setup->arg, setup); /* last: it may free the setup */
}

void setup_tell(struct setup *setup)
{
    if (!setup->tell)
        setup->tell = loop_after(setup->workspace->loop, 0, deliver, setup);
}

struct setup *setup_start(struct workspace *workspace,
                          const struct setup_request *request,
                          setup_changed *changed, void *arg, struct error *e)
{
    struct setup *setup = xcalloc(1, sizeof(*setup));

    setup->workspace = workspace;
    setup->changed = changed;
    setup->arg = arg;
    setup->offline = request->offline;
    setup->send_address = request->send_address;
    if (!setup_read_address(request->email, &setup->local, setup->domain, e) ||
        (!request->offline && !workspace_prepare(workspace, e))) {
        free(setup->local);
        free(setup);
        return NULL;
    }
    host_display(setup->shown_domain, sizeof(setup->shown_domain),
                 setup->domain);
    setup->email = xasprintf("%s@%s", setup->local, setup->domain);
    setup->name =
        xstrdup_or_null(request->name && *request->name ? request->name : NULL);
    setup->address = (struct offer_address){.email = setup->email,
                                            .local = setup->local,
                                            .domain = setup->domain,
                                            .name = setup->name};
    setup_ask_all(setup);
    setup_tell(setup);
    return setup;
}

void setup_free(struct setup *setup)
{
    if (!setup)
        return;
    setup_ask_none(setup);
    setup_drop_all(setup);
    loop_cancel(setup->tell);
    free(setup->email);
    free(setup->local);
    free(setup->name);
    free(setup);
}

/* -- what is known --------------------------------------------------------- */

const char *setup_email(const struct setup *setup)
{
    return setup->email;
}

const char *setup_domain(const struct setup *setup)
{
    return setup->shown_domain;
}

const struct setup_line *setup_line(const struct setup *setup,
                                    enum setup_source source)
{
    return &setup->lines[source];
}

size_t setup_count(const struct setup *setup, enum setup_direction direction)
{
    return setup->count[direction];
}

const struct setup_candidate *setup_candidate(const struct setup *setup,
                                              enum setup_direction direction,
                                              size_t i)
{
    return &setup->entries[direction][i]->candidate;
}

bool setup_all_tested(const struct setup *setup)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        for (size_t i = 0; i < setup->count[d]; i++)
            if (!setup->entries[d][i]->candidate.tested)
                return false;
    return true;
}

bool setup_finished(const struct setup *setup)
{
    return setup_sources_ended(setup, SETUP_SOURCE_COUNT) &&
           (setup->offline || setup_all_tested(setup));
}

void setup_confirm(struct setup *setup, const struct setup_candidate *candidate)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        for (size_t i = 0; i < setup->count[d]; i++) {
            struct entry *entry = setup->entries[d][i];

            if (&entry->candidate != candidate || candidate->confirmed)
                continue;
            entry->candidate.confirmed = true;
            if (!setup->offline && candidate->tested && !candidate->result->ok)
                setup_try(entry);
            setup_rank(setup);
            setup_look_at_guess(setup);
            setup_tell(setup);
            return;
        }
}

/* -- advice ---------------------------------------------------------------- */

static bool is_found(const struct setup *setup, int direction)
{
    /* Ranked: the first is the best. */
    return setup->count[direction] &&
           (setup->offline || setup_candidate_proven(setup_candidate(
                                  setup, (enum setup_direction)direction, 0)));
}

/* All that could be asked failed: it is hardly the address. */
static bool nobody_answered(const struct setup *setup)
{
    return setup->lines[SETUP_SRV].state == SETUP_FAILED &&
           setup->lines[SETUP_MX].state == SETUP_FAILED;
}

const char *setup_advice(const struct setup *setup)
{
    char *out = ((struct setup *)setup)->advice;
    size_t size = sizeof(setup->advice);
    bool incoming = is_found(setup, SETUP_INCOMING);
    bool outgoing = is_found(setup, SETUP_OUTGOING);
    const char *which = incoming   ? "outgoing"
                        : outgoing ? "incoming"
                                   : "incoming or outgoing";

    if (!setup_finished(setup) || (incoming && outgoing))
        return NULL;
    if (setup->no_domain && !setup->count[SETUP_INCOMING] &&
        !setup->count[SETUP_OUTGOING])
        snprintf(out, size,
                 "There is no domain %s in the DNS. Look at the address for a "
                 "mistyped letter.",
                 setup->shown_domain);
    else if (setup->offline)
        snprintf(out, size,
                 "The table of providers does not know %s. Without --offline "
                 "the domain itself is asked.",
                 setup->shown_domain);
    else if (nobody_answered(setup))
        snprintf(out, size,
                 "No name server answered. Is this machine online? [defaults] "
                 "dns-server names another one.");
    else if ((!incoming && setup->count[SETUP_INCOMING]) ||
             (!outgoing && setup->count[SETUP_OUTGOING]))
        snprintf(out, size,
                 "No %s server that was named proved right. The tests say why, "
                 "and what can be done.",
                 which);
    else
        snprintf(out, size,
                 "No %s server was found. Its name stands in your provider's "
                 "instructions: add the account by hand with it.",
                 which);
    return out;
}
