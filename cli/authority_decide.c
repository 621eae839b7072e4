/* SPDX-License-Identifier: MIT */
/* authority remove, distrust, trust: what the person decides. */
#include "cli/authority.h"

#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum decision { REMOVE, REMOVE_CRL, DISTRUST, TRUST, LIMIT };

/* What to decide, and about what: by name, because the list may be read anew
 * while waiting for the lock. */
struct deciding {
    enum decision decision;
    const char *name;
    const char *domains; /* LIMIT */
    bool is_digest;      /* DISTRUST: any certificate with that SHA-256 */
    unsigned char sha256[32];
};

static bool decide_crl(struct authorities *all, const struct deciding *d,
                       struct error *e)
{
    const struct crl *crl = authorities_crl_find(all, d->name, e);

    return crl && authorities_remove_crl(all, crl, e);
}

static bool decide_once(struct authorities *all, const struct deciding *d,
                        struct error *e)
{
    const struct authority *one;

    *e = (struct error){0};
    if (d->decision == REMOVE_CRL)
        return decide_crl(all, d, e);
    one = authorities_find(all, d->name, e);
    if (!one && d->decision == DISTRUST && d->is_digest)
        return authorities_distrust_cert(all, d->sha256, "(not known here)",
                                         time(NULL), e);
    if (!one)
        return false;
    switch (d->decision) {
    case REMOVE:
        return authorities_remove(all, one, e);
    case DISTRUST:
        return authorities_distrust(all, one, time(NULL), e);
    case LIMIT:
        return authorities_limit(all, one, d->domains, e) &&
               authorities_trust(all, authorities_find(all, d->name, e), e);
    default:
        return authorities_trust(all, one, e);
    }
}

static int decide(struct cli *cli, struct authorities *all,
                  const struct deciding *d)
{
    struct error e = {0};

    for (int i = 0; i < LOCK_TRIES; i++) {
        if (decide_once(all, d, &e))
            return STATUS_OK;
        if (e.code != ERROR_LOCKED)
            break;
        loop_wait(cli->workspace.loop, LOCK_RETRY_MS);
    }
    return cli_fail(&e);
}

/* How it stands now. */
static int decide_and_show(struct cli *cli, struct authorities *all,
                           const struct deciding *d)
{
    int status = decide(cli, all, d);
    const struct authority *now;

    if (status != STATUS_OK)
        return status;
    now = authorities_find(all, d->name, NULL);
    if (cli->json)
        json_print(now ? authority_json(now) : json_null(), false);
    else if (now)
        authority_print(now, time(NULL));
    else
        puts("Nothing is decided about it any more.");
    return STATUS_OK;
}

int cmd_authority_remove(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    struct deciding d = {.decision = REMOVE};
    struct authorities *all;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status))
        return status;
    all = authority_store(cli, &status);
    if (!all)
        return status;
    d.name = argv[0];
    if (!authorities_find(all, d.name, NULL) &&
        authorities_crl_find(all, d.name, NULL))
        d.decision = REMOVE_CRL;
    status = decide(cli, all, &d);
    if (status != STATUS_OK)
        return status;
    if (cli->json)
        json_print(json_pack("{s:i}", "removed", 1), false);
    else
        puts("1 removed");
    return STATUS_OK;
}

int cmd_authority_distrust(struct cli *cli, int argc, char **argv)
{
    const struct cli_option options[] = {CLI_OPTION_END};
    struct deciding d = {.decision = DISTRUST};
    struct authorities *all;
    size_t digits;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status))
        return status;
    all = authority_store(cli, &status);
    if (!all)
        return status;
    d.name = argv[0];
    d.is_digest =
        text_parse_sha256(argv[0], d.sha256, &digits) == TEXT_DIGEST_OK;
    return decide_and_show(cli, all, &d);
}

int cmd_authority_trust(struct cli *cli, int argc, char **argv)
{
    const char *domain = NULL;
    bool any = false;
    const struct cli_option options[] = {
        {"domain", "DOMAIN[,DOMAIN]", NULL, &domain,
         "only for servers of these, and below them"},
        {"all-servers", NULL, &any, NULL, "without a limit"},
        CLI_OPTION_END,
    };
    struct deciding d = {.decision = TRUST};
    struct authorities *all;
    char *domains;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 1, 1, &status))
        return status;
    if (domain && any)
        return cli_usage(cli, "Give --domain or --all-servers, not both.");
    if (!authority_read_domains(cli, domain, &domains, &status))
        return status;
    all = authority_store(cli, &status);
    if (all) {
        d.name = argv[0];
        d.domains = domains;
        if (domain || any)
            d.decision = LIMIT;
        status = decide_and_show(cli, all, &d);
    }
    free(domains);
    return status;
}
