/* SPDX-License-Identifier: MIT */
/*
 * setup: from an e-mail address to servers that were found, tried and judged.
 *
 * All sources are asked at once, each within its own time; what they name is
 * tried at once, too: resolved, connected, really upgraded with STARTTLS, its
 * certificate judged. Nothing logs in here and nothing is written but to a
 * config that is given: the account is staged, and tested and saved like any
 * other.
 *
 * What an answer from outside may do: name servers, no more. A server outside
 * the address's own domain (RFC 6186 §6) waits for a yes, unless the table of
 * this program names it. The address itself goes to a server only with consent.
 */
#ifndef POSTSEAL_CORE_SETUP_SETUP_H
#define POSTSEAL_CORE_SETUP_SETUP_H

#include "core/probe/probe.h"
#include "core/probe/workspace.h"
#include "core/setup/offer.h"

/* In the order that they count when they name different servers. */
enum setup_source {
    SETUP_PROVIDER,   /* the table of providers */
    SETUP_SRV,        /* RFC 6186, RFC 8314 §5.1 */
    SETUP_AUTOCONFIG, /* autoconfig.DOMAIN */
    SETUP_WELL_KNOWN, /* DOMAIN/.well-known/autoconfig */
    SETUP_DATABASE,   /* a database of providers, [defaults] autoconfig-url */
    SETUP_MX,         /* the same for the owner of the domain's MX */
    SETUP_GUESS,      /* usual names and ports */
    SETUP_SOURCE_COUNT
};
/* "provider", "srv", "autoconfig", "well-known", "database", "mx", "guess": a
 * contract, for JSON. */
const char *setup_source_word(enum setup_source source);

/* How an answer was protected on its way here, best first. */
enum setup_protection {
    SETUP_BUILT_IN, /* came with the program, or is the person's own file */
    SETUP_HTTPS,
    SETUP_DNS,  /* plain DNS: whoever sits on the way could have said it */
    SETUP_HTTP, /* the same; https gave nothing */
    SETUP_TRIED /* nobody said it */
};
/* "built-in", "https", "dns", "http", "tried". */
const char *setup_protection_word(enum setup_protection protection);

enum setup_state {
    SETUP_WAITING, /* for another source */
    SETUP_RUNNING,
    SETUP_FOUND,
    SETUP_NOTHING, /* was asked, and knows nothing */
    SETUP_FAILED,  /* could not be asked, or its answer is of no use */
    SETUP_SKIPPED  /* --offline, switched off, or not needed any more */
};
/* "waiting", "running", "found", "nothing", "failed", "skipped". */
const char *setup_state_word(enum setup_state state);

/* One source, for a line on the screen. */
struct setup_line {
    enum setup_source source;
    enum setup_state state;
    enum setup_protection protection; /* of what was found */
    int64_t ms;
    char text[320]; /* finished, safe: what was asked, what came */
};

/* A server that somebody named, or that was guessed and answered. */
struct setup_candidate {
    struct endpoint endpoint;
    enum auth auth;
    char *user; /* the login name, complete; NULL: none is needed */
    enum setup_source source; /* the best of those that named it */
    unsigned also;            /* all of them: 1u << source */
    enum setup_protection protection;
    enum setup_login login;
    char *help_url; /* the provider's own page; NULL */
    /* Outside the address's domain, and not built in. One with a private
     * address is not even connected to before the yes. */
    bool foreign;
    bool confirmed; /* the person said yes to that */
    bool tested;    /* the test has ended; see result */
    /* The test without login: stages, verdict. NULL before it began. */
    const struct probe_result *result;
};
/* The test went well: its certificate is trusted or excepted, or it is
 * unencrypted and was named so. */
bool setup_candidate_proven(const struct setup_candidate *candidate);
/* Foreign or unencrypted, and the person has not said yes. */
bool setup_candidate_needs_yes(const struct setup_candidate *candidate);
/* Proven, and needs no yes (any more). Only such a one may ever get a
 * password. */
bool setup_candidate_good(const struct setup_candidate *candidate);

struct setup_request {
    const char *email; /* as typed */
    const char *name;  /* the person's; NULL */
    bool offline; /* only the table of providers; nothing is connected to */
    bool send_address; /* the person lets autoconfig servers have the address */
};

struct setup;
/* Called from the loop after every change. */
typedef void setup_changed(void *arg, struct setup *setup);

/* Starts everything; the callback never comes from inside this call. NULL with
 * ERROR_INPUT and the place of the mistake when it is no address. */
struct setup *setup_start(struct workspace *workspace,
                          const struct setup_request *request,
                          setup_changed *changed, void *arg, struct error *e);
/* Ends whatever still runs. NULL is fine. */
void setup_free(struct setup *setup);

/* The address in its usual form (A-labels), and its domain for showing. */
const char *setup_email(const struct setup *setup);
const char *setup_domain(const struct setup *setup);
/* All sources have ended and all candidates were tested (offline: none is). */
bool setup_finished(const struct setup *setup);
/* One line a source, always SETUP_SOURCE_COUNT. */
const struct setup_line *setup_line(const struct setup *setup,
                                    enum setup_source source);

/* What stands in the way, with the cure, when all has ended and a direction has
 * no proven server; NULL otherwise. */
const char *setup_advice(const struct setup *setup);

/* Best first: proven before under test before failed; then what came by plain
 * http last; IMAP before POP3; TLS before STARTTLS before none; by source. The
 * order may change with every call of setup_changed; pointers stay valid until
 * setup_free(), results until the next setup_changed. */
size_t setup_count(const struct setup *setup, enum setup_direction direction);
const struct setup_candidate *setup_candidate(const struct setup *setup,
                                              enum setup_direction direction,
                                              size_t i);
/* The person's yes to a foreign or unencrypted candidate. One that was not
 * connected to for that is tested now. */
void setup_confirm(struct setup *setup,
                   const struct setup_candidate *candidate);

/* Stages account `id` (NULL: a free one made from the domain) with both
 * servers in the workspace's config; an outgoing server that is there already
 * with the same settings is used again. Either candidate may be NULL: that
 * side stays empty. One config_undo() a setting takes it back; *out_id (may be
 * NULL) is the caller's to free. ERROR_INPUT: the id is taken or none. */
bool setup_stage(struct setup *setup, const char *id,
                 const struct setup_candidate *incoming,
                 const struct setup_candidate *outgoing, char **out_id,
                 struct error *e);

#endif
