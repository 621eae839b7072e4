/* SPDX-License-Identifier: MIT */
/*
 * probe: the connection test. One state machine per server, driven by the
 * loop; hundreds run side by side. It resolves, connects, speaks TLS or
 * STARTTLS, judges the certificate, logs in, opens the inbox, and says for
 * every stage how long it took and what was seen.
 *
 * Rules that have no way round: the certificate is judged before any
 * credential is fetched or sent; `security = starttls` is a demand; on a
 * certificate that is neither trusted nor excepted the connection is closed.
 *
 * A person is asked for a password only then, too: nobody types one for a
 * server that has not proven itself. While the person types no deadline runs
 * here, but one does at the server. When it has hung up meanwhile, the test
 * runs again from the start with the answer, and judges the certificate again.
 */
#ifndef POSTSEAL_CORE_PROBE_PROBE_H
#define POSTSEAL_CORE_PROBE_PROBE_H

#include "core/account/account.h"
#include "core/mail/stage.h"
#include "core/net/stream.h"
#include "core/probe/probe_log.h"
#include "core/secret/source.h"
#include "core/trust/exception.h"

/* What all tests of one run share. Owned by the caller (see workspace.h). */
struct probe_env {
    struct loop *loop;
    struct resolver *resolver;
    struct tls_context *tls;
    struct exceptions *exceptions;
    const struct identities *identities; /* NULL: not used, because ... */
    const char *identities_refused;
    time_t (*wall)(void *arg); /* wall clock */
    void *wall_arg;
    bool run_commands;                       /* password commands may be run */
    const char *commands_refused;            /* the sentence why not */
    const struct command_terminal *terminal; /* for commands that ask; NULL */
    struct oauth *oauth; /* NULL: oauth settings are not used */
};
/* The same for those who look for a credential without a test. */
struct source_env probe_source_env(const struct probe_env *env);

enum probe_purpose {
    PROBE_LOGIN,       /* the whole test */
    PROBE_NO_LOGIN,    /* all but login and mailbox */
    PROBE_CERTIFICATE, /* stop after the verdict (cert show, exception add) */
    PROBE_LINK         /* the same, and keep the connection (tunnel) */
};

struct probe_request {
    const char *target;          /* as the person named it; copied */
    const struct server *server; /* copied */
    enum probe_purpose purpose;
    bool sender;          /* SMTP: ask MAIL FROM, then RSET */
    bool may_ask;         /* somebody is there to type a password */
    long total_timeout;   /* seconds for the whole test; 0: 4 x stage */
    long warn_days;       /* warn when the certificate ends sooner; 0 */
    struct secret *typed; /* by the person for this test; shared; NULL */
    const char *token;    /* OAuth access token to log in with; NULL */
    /* What the tests of a run share; NULL: this one is alone. */
    struct sources *sources;
    /* Connect there and ask no name server; copied; NULL: resolve the host. */
    const struct address *address;
    /* Somebody outside named the host: only public addresses are connected to
     * (http_address_is_public()), else the reason is unreachable. */
    bool public_only;
};

struct probe_stage {
    enum stage stage;
    enum stage_state state;
    int64_t ms;
    char text[640]; /* finished, safe */
};

struct probe_result {
    char *target;
    struct endpoint endpoint;
    bool finished, ok;
    bool asking; /* for the password of server.user: probe_answer() */
    enum reason reason;
    char text[640];          /* why it failed, or how it went */
    enum stage failed_stage; /* when reason is set */
    struct probe_stage stages[STAGE_MAX];
    size_t stage_count;
    char address[ADDRESS_SIZE]; /* "" before connecting */
    char tls_version[16], tls_cipher[64];
    bool has_verdict;
    struct verdict verdict;
    /* The server asked for a certificate of the person; one was shown. */
    bool client_certificate_asked, client_certificate_sent;
    enum exception_state exception;
    unsigned exception_number; /* concerned by that state; 0: none/session */
    fault_set new_faults;      /* with more-faults: the ones not accepted */
    char **capabilities;
    size_t capability_count;
    char mechanism[32]; /* "" without a login; told of a failed one too */
    bool credential_sent;
    enum mechanism_need credential; /* what was looked for; 0: nothing */
    bool token_command;             /* a token comes from there */
    /* No token, but a person could permit one: see oauth_get(). */
    bool needs_authorization;
    bool expires_soon; /* warning "expires-soon" */
    int64_t elapsed_ms;
    time_t when; /* wall clock at the start */
    struct probe_log log;
};

struct probe;
/* Called after every change (a stage began, ended, the test finished); the
 * last call has finished set. */
typedef void probe_progress(void *arg, struct probe *probe);

/* Never NULL; what is wrong with the request comes as a failed result. The
 * callback never comes from inside this call. */
struct probe *probe_start(const struct probe_env *env,
                          const struct probe_request *request,
                          probe_progress *progress, void *arg);
const struct probe_result *probe_result(const struct probe *probe);
/* After a good end with PROBE_LINK: the connection, paused, behind the same
 * door as a login; the caller hands it over and frees it. NULL otherwise, and
 * the second time. */
struct stream *probe_take_link(struct probe *probe);
/* The answer while result->asking: shared; NULL: there is none (reason
 * credentials). `remember`: keep it in the keyring when it works, whatever the
 * settings say. */
void probe_answer(struct probe *probe, struct secret *typed, bool remember);
/* Who logs in; NULL: nobody. */
const char *probe_user(const struct probe *probe);
/* Ends a running test with reason cancelled (the callback comes once more). */
void probe_cancel(struct probe *probe);
/* Frees it, running or not; no callback. */
void probe_free(struct probe *probe);

bool probe_result_logged_in(const struct probe_result *result);
void probe_result_release(struct probe_result *result);
/* A copy of its own, for showing after the probe is gone. */
void probe_result_copy(struct probe_result *to,
                       const struct probe_result *from);

/* What a person can do about a failure, best first (screens.md §4 "Test
 * connection"). Of a certificate: correct the clock, correct the server name,
 * import the private authority, ask the operator, stop using the account; an
 * exception last, and none where a fault may never be overridden. */
enum cure_kind {
    CURE_EDIT,      /* go to a setting; nothing is filled in */
    CURE_SET,       /* change a setting to `value` */
    CURE_CLOCK,     /* this computer's clock is doubtful */
    CURE_AUTHORITY, /* import the private root: see probe_private_root() */
    CURE_VIEW,      /* view the certificate */
    CURE_OPERATOR,  /* a mail text for the operator: see operator_text.h */
    CURE_DISABLE,   /* stop using the account: `setting` to `value` */
    CURE_EXCEPTION, /* add an exception */
    CURE_COMPARE,   /* the changed-certificate screen */
    CURE_RETRY,
};
struct cure {
    enum cure_kind kind;
    enum setting setting; /* CURE_EDIT, CURE_SET, CURE_DISABLE */
    char value[HOST_MAX]; /* CURE_SET, CURE_DISABLE */
    char text[320];       /* "Change security to STARTTLS" */
};
#define CURE_MAX 10
/* Derived from the result alone, and from `proven_name`: the server name that
 * a name_check has proven; NULL while there is none. Without it no name is ever
 * filled in. */
size_t probe_cures(const struct probe_result *result, const char *proven_name,
                   struct cure out[CURE_MAX]);
/* "edit", "set", "clock", "authority", "view", "operator", "disable",
 * "exception", "compare", "retry": a contract, for JSON. */
const char *cure_word(enum cure_kind kind);
/* The private root in the chain that the server sent, which would make the path
 * end well; NULL: there is none, or importing it would cure nothing. */
const struct cert *probe_private_root(const struct probe_result *result);

#endif
