/* SPDX-License-Identifier: MIT */
/* authority import: from a file, or out of the chain that a server sends. */
#include "cli/authority.h"

#include "cli/fetch.h"
#include "cli/report.h"

#include "core/base/file.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct import_words {
    const char *domain, *from, *sha256;
    bool anchor;
};

/* -- what becomes of it ---------------------------------------------------- */

static const char *fate_word(enum authority_fate fate)
{
    static const char *const words[] = {
        [FATE_STORE] = "imported",
        [FATE_CHANGE] = "changed",
        [FATE_KNOWN] = "known",
        [FATE_REFUSED] = "refused",
    };

    return words[fate];
}

static json_t *offer_json(const struct authority_offer *offer,
                          const char *domains)
{
    bool vouches = offer->trust == AUTHORITY_TRUSTED;
    json_t *row = json_object();

    json_object_set_new(row, "kind", json_string("authority"));
    json_object_set_new(row, "result", json_string(fate_word(offer->fate)));
    json_object_set_new(row, "sha256", json_sha256(offer->cert.sha256));
    json_object_set_new(row, "name", json_text(offer->cert.subject_name));
    json_object_set_new(row, "subject", json_text(offer->cert.subject));
    json_object_set_new(row, "trust",
                        json_string(authority_trust_word(offer->trust)));
    json_object_set_new(row, "domains",
                        authority_domains_json(vouches ? domains : NULL));
    json_object_set_new(row, "text", json_text(offer->text));
    return row;
}

static json_t *crl_offer_json(const struct crl_offer *offer)
{
    json_t *row = json_object();

    json_object_set_new(row, "kind", json_string("crl"));
    json_object_set_new(row, "result", json_string(fate_word(offer->fate)));
    json_object_set_new(row, "sha256", json_sha256(offer->crl.sha256));
    json_object_set_new(row, "issuer", json_text(offer->crl.issuer));
    json_object_set_new(row, "checked", json_boolean(offer->crl.checked));
    json_object_set_new(row, "text", json_text(offer->text));
    return row;
}

static void print_offer(const struct authority_offer *offer,
                        const char *domains)
{
    struct authority as = {.domains = (char *)domains};
    char scope[1000], sha256[96];

    printf("%s: %s", offer->cert.subject_name, fate_word(offer->fate));
    if (offer->fate == FATE_STORE || offer->fate == FATE_CHANGE)
        printf(", %s", offer->trust == AUTHORITY_CHAIN ? "completes chains"
                                                       : "trusted for ");
    if ((offer->fate == FATE_STORE || offer->fate == FATE_CHANGE) &&
        offer->trust != AUTHORITY_CHAIN)
        fputs(authority_scope(scope, sizeof(scope), &as), stdout);
    text_hex_groups(sha256, offer->cert.sha256, 32);
    printf("\n   %.39s\n   %s\n", sha256, sha256 + 40);
    if (offer->text)
        printf("   %s\n", offer->text);
}

static void tell_plan(const struct cli *cli, const struct authority_plan *plan,
                      const char *domains)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < plan->count; i++)
        if (cli->json)
            json_array_append_new(rows, offer_json(&plan->offers[i], domains));
        else
            print_offer(&plan->offers[i], domains);
    for (size_t i = 0; i < plan->crl_count; i++) {
        const struct crl_offer *offer = &plan->crls[i];

        if (cli->json) {
            json_array_append_new(rows, crl_offer_json(offer));
            continue;
        }
        printf("%s: revocation list %s, %zu revoked\n", offer->crl.issuer_name,
               fate_word(offer->fate), offer->crl.revoked);
        if (offer->text)
            printf("   %s\n", offer->text);
    }
    if (cli->json)
        json_print(rows, false);
    else
        json_decref(rows);
    if (plan->note)
        cli_warn("%s", plan->note);
}

static bool any_refused(const struct authority_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->offers[i].fate == FATE_REFUSED)
            return true;
    for (size_t i = 0; i < plan->crl_count; i++)
        if (plan->crls[i].fate == FATE_REFUSED)
            return true;
    return false;
}

static bool import_waiting(struct cli *cli, struct authorities *all,
                           const struct authority_plan *plan,
                           const struct authority_wish *wish, struct error *e)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        *e = (struct error){0};
        if (authorities_import(all, plan, wish, time(NULL), e))
            return true;
        if (e->code != ERROR_LOCKED)
            return false;
        loop_wait(cli->workspace.loop, LOCK_RETRY_MS);
    }
    return false;
}

static int carry_out(struct cli *cli, struct authorities *all,
                     const struct authority_plan *plan,
                     const struct authority_wish *wish)
{
    struct error e = {0};

    if (!import_waiting(cli, all, plan, wish, &e))
        return cli_fail(&e);
    tell_plan(cli, plan, wish->domains);
    return any_refused(plan) ? STATUS_FAILED : STATUS_OK;
}

/* -- from a file ----------------------------------------------------------- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static int import_file(struct cli *cli, const char *path,
                       const struct authority_wish *wanted)
{
    struct authority_wish wish = *wanted;
    struct authorities *all;
    struct authority_plan plan;
    struct file_stamp stamp;
    struct error e = {0}, why = {0};
    char safe[300];
    struct buf bytes;
    int status;

    all = authority_store(cli, &status);
    if (!all)
        return status;
    text_safe_string(safe, sizeof(safe), path);
    wish.origin = base_name(safe);
    buf_init(&bytes, AUTHORITY_FILE_MAX);
    if (!file_read(path, AUTHORITY_FILE_MAX, &bytes, &stamp, &e)) {
        status = cli_fail(&e);
    } else if (!stamp.exists) {
        error_set(&e, ERROR_FILE, "There is no file %s.", safe);
        status = cli_fail(&e);
    } else if (!authorities_plan(all, &plan, bytes.data, bytes.len, &wish,
                                 time(NULL), &why)) {
        error_set(&e, why.code, "%s: %s", safe, why.text);
        status = cli_fail(&e);
    } else {
        status = carry_out(cli, all, &plan, &wish);
        authority_plan_release(&plan);
    }
    buf_release(&bytes);
    return status;
}

/* -- out of a chain -------------------------------------------------------- */

/* The one of the chain that has the SHA-256; without one the private root. */
static const struct cert *wanted(const struct probe_result *result,
                                 const unsigned char *sha256)
{
    const struct cert_chain *sent = &result->verdict.sent;

    if (!sha256)
        return probe_private_root(result);
    for (size_t i = 0; i < sent->count; i++)
        if (memcmp(sent->certs[i].sha256, sha256, 32) == 0)
            return &sent->certs[i];
    return NULL;
}

static int tell_missing(const struct probe_result *result, bool compared)
{
    if (compared) {
        cli_warn("DIFFERENT: no certificate that the server sent has that "
                 "SHA-256. Do not go on; tell the operator. Nothing was "
                 "stored.");
        return STATUS_CERTIFICATE;
    }
    if (result->verdict.trusted)
        cli_warn("The certificate is trusted; no authority is missing. Nothing "
                 "was stored.");
    else
        cli_warn("The server sent no root certificate whose import would cure "
                 "what is wrong. Ask the operator for a file. Nothing was "
                 "stored.");
    return result->verdict.trusted ? STATUS_OK : STATUS_FAILED;
}

/* An authority can vouch for any server, so what came over the very connection
 * in question does not do. */
static int show_unproven(const struct cli *cli, const struct cert *root)
{
    certificate_print(root, time(NULL));
    return cli_usage(cli,
                     "Whoever answers there can send any root. Ask the "
                     "operator for its SHA-256, compare, and give what they "
                     "said with --sha256. Nothing was stored.");
}

static int import_fetched(struct cli *cli, const struct probe_result *result,
                          const unsigned char *sha256,
                          const struct authority_wish *how)
{
    struct authority_wish wish = *how;
    const struct cert *cert = wanted(result, sha256);
    struct authorities *all;
    struct authority_plan plan;
    char place[HOST_MAX + 16];
    int status;

    if (!cert)
        return tell_missing(result, sha256 != NULL);
    if (!sha256)
        return show_unproven(cli, cert);
    all = authority_store(cli, &status);
    if (!all)
        return status;
    wish.origin = endpoint_host_port(
        place, sizeof(place), result->endpoint.host, result->endpoint.port);
    authorities_plan_cert(all, &plan, cert, &wish, time(NULL));
    status = carry_out(cli, all, &plan, &wish);
    authority_plan_release(&plan);
    return status;
}

static int import_from(struct cli *cli, const struct import_words *words,
                       const struct authority_wish *wish)
{
    unsigned char sha256[32];
    struct probe_set *set;
    size_t digits;
    int status;

    if (words->sha256 &&
        text_parse_sha256(words->sha256, sha256, &digits) != TEXT_DIGEST_OK)
        return cli_usage(cli, "--sha256 takes all 64 digits of a SHA-256. "
                              "Nothing was stored.");
    set = fetch_certificate(cli, words->from, &status);
    if (!set)
        return status;
    status = import_fetched(cli, probe_set_result(set, 0),
                            words->sha256 ? sha256 : NULL, wish);
    probe_set_free(set);
    return status;
}

int cmd_authority_import(struct cli *cli, int argc, char **argv)
{
    struct import_words words = {0};
    const struct cli_option options[] = {
        {"domain", "DOMAIN[,DOMAIN]", NULL, &words.domain,
         "trust it only for servers of these, and below them"},
        {"anchor", NULL, &words.anchor, NULL,
         "also one that another authority issued shall vouch by itself"},
        {"from", "URL", NULL, &words.from,
         "out of the chain that this server sends"},
        {"sha256", "HEX", NULL, &words.sha256,
         "with --from: the authority's, from a second source"},
        CLI_OPTION_END,
    };
    struct authority_wish wish = {0};
    char *domains;
    int status;

    if (!cli_parse(cli, &argc, argv, options, 0, 1, &status))
        return status;
    if (!words.from == !argc)
        return cli_usage(cli, "Give a FILE, or --from URL.");
    if (words.sha256 && !words.from)
        return cli_usage(cli, "--sha256 goes with --from.");
    if (!authority_read_domains(cli, words.domain, &domains, &status))
        return status;
    wish.domains = domains;
    wish.anchor = words.anchor;
    status = words.from ? import_from(cli, &words, &wish)
                        : import_file(cli, argv[0], &wish);
    free(domains);
    return status;
}
