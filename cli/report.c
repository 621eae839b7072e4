/* SPDX-License-Identifier: MIT */
#include "cli/report.h"

#include "core/base/date.h"
#include "core/base/text.h"
#include "core/trust/authority.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_WIDTH 16
#define LINE_WIDTH  78
#define COMMAND_MAX 700

static json_t *or_null(const char *text)
{
    return *text ? json_text(text) : json_null();
}

static json_t *texts(char *const *list, size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_text(list[i]));
    return array;
}

static json_t *stages_json(const struct probe_result *result)
{
    json_t *array = json_array();

    for (size_t i = 0; i < result->stage_count; i++) {
        const struct probe_stage *stage = &result->stages[i];
        json_t *row = json_object();

        json_object_set_new(row, "name", json_string(stage_word(stage->stage)));
        json_object_set_new(row, "state",
                            json_string(stage_state_word(stage->state)));
        json_object_set_new(row, "ms", json_integer(stage->ms));
        json_object_set_new(row, "text", json_text(stage->text));
        json_array_append_new(array, row);
    }
    return array;
}

json_t *certificate_json(const struct cert *cert, time_t now)
{
    json_t *row = json_object();

    json_object_set_new(row, "sha256", json_sha256(cert->sha256));
    json_object_set_new(row, "spki_sha256", json_sha256(cert->spki_sha256));
    json_object_set_new(row, "subject", json_text(cert->subject));
    json_object_set_new(row, "issuer", json_text(cert->issuer));
    json_object_set_new(row, "names", texts(cert->names, cert->name_count));
    json_object_set_new(row, "not_before",
                        cert->dates_ok ? json_time(cert->not_before)
                                       : json_null());
    json_object_set_new(row, "not_after",
                        cert->dates_ok ? json_time(cert->not_after)
                                       : json_null());
    json_object_set_new(row, "days_left",
                        cert->dates_ok
                            ? json_integer(days_between(now, cert->not_after))
                            : json_null());
    return row;
}

static json_t *tls_json(const struct probe_result *result)
{
    if (!*result->tls_version)
        return json_null();
    return json_pack("{s:s, s:s}", "version", result->tls_version, "cipher",
                     result->tls_cipher);
}

static json_t *client_certificate_json(const struct probe_result *result)
{
    if (result->client_certificate_sent)
        return json_string("sent");
    return result->client_certificate_asked ? json_string("asked")
                                            : json_null();
}

static json_t *auth_json(const struct probe_result *result)
{
    json_t *auth = json_object();

    json_object_set_new(auth, "mechanism", or_null(result->mechanism));
    return auth;
}

static void add_certificate(json_t *row, const struct probe_result *result)
{
    bool has = result->has_verdict;
    const struct cert *leaf = has ? verdict_leaf(&result->verdict) : NULL;
    json_t *warnings = json_array();

    if (result->expires_soon)
        json_array_append_new(warnings, json_string("expires-soon"));
    json_object_set_new(row, "faults",
                        has ? json_faults(result->verdict.faults)
                            : json_array());
    json_object_set_new(row, "overridable",
                        json_boolean(has && result->verdict.overridable));
    json_object_set_new(row, "exception",
                        json_string(exception_state_word(result->exception)));
    json_object_set_new(
        row, "revocation",
        has ? json_string(revocation_word(result->verdict.revocation))
            : json_null());
    json_object_set_new(row, "warnings", warnings);
    json_object_set_new(row, "certificate",
                        leaf ? certificate_json(leaf, result->when)
                             : json_null());
}

/* Looking at the certificate and running the test again are no cures here. */
static bool is_told(const struct cure *cure)
{
    return cure->kind != CURE_VIEW && cure->kind != CURE_RETRY;
}

/* The command that carries a cure out, with what the person has to find out in
 * capitals; "" where there is none. */
static char *cure_command(char *out, size_t size,
                          const struct probe_result *result,
                          const struct cure *cure)
{
    char url[HOST_MAX + 40], domain[HOST_MAX];

    *out = '\0';
    if (cure->kind == CURE_AUTHORITY)
        snprintf(out, size,
                 "postseal authority import --from %s --domain %s --sha256 HEX",
                 endpoint_format(url, sizeof(url), &result->endpoint),
                 authority_domain_for(domain, result->endpoint.host));
    return out;
}

static json_t *cures_json(const struct probe_result *result,
                          const char *proven_name)
{
    struct cure cures[CURE_MAX];
    size_t count = probe_cures(result, proven_name, cures);
    json_t *array = json_array();
    char command[COMMAND_MAX];

    for (size_t i = 0; i < count; i++) {
        const struct cure *cure = &cures[i];
        json_t *row = json_object();

        if (!is_told(cure)) {
            json_decref(row);
            continue;
        }
        json_object_set_new(row, "kind", json_string(cure_word(cure->kind)));
        json_object_set_new(row, "text", json_text(cure->text));
        json_object_set_new(row, "setting",
                            cure->setting == SET_NONE
                                ? json_null()
                                : json_string(setting_row(cure->setting)->key));
        json_object_set_new(row, "value", or_null(cure->value));
        json_object_set_new(
            row, "command",
            or_null(cure_command(command, sizeof(command), result, cure)));
        json_array_append_new(array, row);
    }
    return array;
}

json_t *report_json(const struct probe_result *result, const char *proven_name)
{
    json_t *row = json_object();
    bool known = result->endpoint.host[0] != '\0';

    json_object_set_new(row, "target", json_text(result->target));
    json_object_set_new(
        row, "service",
        known ? json_string(service_word(result->endpoint.service))
              : json_null());
    json_object_set_new(row, "host", or_null(result->endpoint.host));
    json_object_set_new(
        row, "port", known ? json_integer(result->endpoint.port) : json_null());
    json_object_set_new(
        row, "security",
        known ? json_string(security_word(result->endpoint.security))
              : json_null());
    json_object_set_new(row, "ok", json_boolean(result->ok));
    json_object_set_new(row, "reason",
                        result->reason == REASON_NONE
                            ? json_null()
                            : json_string(reason_word(result->reason)));
    json_object_set_new(row, "text", json_text(result->text));
    add_certificate(row, result);
    json_object_set_new(row, "stages", stages_json(result));
    json_object_set_new(row, "address", or_null(result->address));
    json_object_set_new(row, "tls", tls_json(result));
    json_object_set_new(row, "client_certificate",
                        client_certificate_json(result));
    json_object_set_new(row, "capabilities",
                        texts(result->capabilities, result->capability_count));
    json_object_set_new(row, "auth", auth_json(result));
    json_object_set_new(row, "elapsed_ms", json_integer(result->elapsed_ms));
    json_object_set_new(row, "cures", cures_json(result, proven_name));
    return row;
}

/* -- text ------------------------------------------------------------------ */

/* Prints `text` wrapped at blanks behind a label of fixed width. */
static void print_wrapped(FILE *out, const char *label, const char *text,
                          int indent)
{
    const char *rest = text;
    bool first = true;

    do {
        size_t fit = text_fit(rest, (size_t)(LINE_WIDTH - indent), NULL);

        if (rest[fit] != '\0') {
            size_t blank = fit;

            while (blank > 0 && rest[blank] != ' ')
                blank--;
            if (blank > 0)
                fit = blank;
        }
        fprintf(out, "%*s%-*s%.*s\n", 2, "", indent - 2, first ? label : "",
                (int)fit, rest);
        rest += fit;
        rest += strspn(rest, " ");
        first = false;
    } while (*rest);
}

void certificate_print(const struct cert *cert, time_t now)
{
    struct cert_facts facts;

    cert_describe(&facts, cert, now);
    for (size_t i = 0; i < facts.count; i++)
        print_wrapped(stdout, facts.rows[i].label, facts.rows[i].value,
                      LABEL_WIDTH + 2);
    cert_facts_release(&facts);
}

void faults_print(FILE *out, const struct verdict *verdict)
{
    for (int f = 0; f < FAULT_COUNT; f++)
        if (verdict->sentences[f])
            print_wrapped(out, "!", verdict->sentences[f], 4);
}

static void print_stage(size_t number, const struct probe_stage *stage)
{
    char ms[24] = "";

    if (stage->state == STAGE_OK || stage->state == STAGE_FAILED)
        snprintf(ms, sizeof(ms), "%lld ms", (long long)stage->ms);
    printf("%s%2zu %-17s %-8s %9s   %s\n",
           stage->state == STAGE_FAILED ? "! " : "  ", number,
           stage_label(stage->stage), stage_state_label(stage->state), ms,
           stage->text);
}

static void print_sha256(const struct probe_result *result)
{
    char groups[96];

    text_hex_groups(groups, verdict_leaf(&result->verdict)->sha256, 32);
    print_wrapped(stdout, "SHA-256", groups, LABEL_WIDTH);
}

/* What can be done about it, best first. Nothing is done. */
static void print_cures(const struct probe_result *result,
                        const char *proven_name)
{
    struct cure cures[CURE_MAX];
    size_t count = probe_cures(result, proven_name, cures);
    char command[COMMAND_MAX];

    for (size_t i = 0; i < count; i++) {
        if (!is_told(&cures[i]))
            continue;
        print_wrapped(stdout, "-", cures[i].text, 4);
        if (*cure_command(command, sizeof(command), result, &cures[i]))
            printf("      %s\n      (HEX: the authority's SHA-256; ask the "
                   "operator for it)\n",
                   command);
    }
}

void report_print(const struct probe_result *result, const char *proven_name)
{
    char where[HOST_MAX + 16] = "", target[300];

    text_safe_string(target, sizeof(target), result->target);
    if (result->endpoint.host[0]) {
        endpoint_host_port(where, sizeof(where), result->endpoint.host,
                           result->endpoint.port);
        printf("%s: %s %s %s\n", target,
               service_label(result->endpoint.service), where,
               security_short(result->endpoint.security));
    } else {
        printf("%s:\n", target);
    }
    for (size_t i = 0; i < result->stage_count; i++)
        print_stage(i + 1, &result->stages[i]);
    if (result->reason == REASON_CERTIFICATE && result->has_verdict) {
        faults_print(stdout, &result->verdict);
        /* One that cannot be decoded has no fingerprint. */
        if (verdict_leaf(&result->verdict))
            print_sha256(result);
    }
    if (result->exception == EXCEPTION_NOT_NEEDED)
        print_wrapped(stdout, "*",
                      "The certificate is proven now: exception remove takes "
                      "the exception away that is not needed any more.",
                      4);
    printf("  %s: %s\n", result->ok ? "OK" : reason_word(result->reason),
           result->text);
    print_cures(result, proven_name);
    putchar('\n');
}

/* -- status ---------------------------------------------------------------- */

int report_status(const struct probe_result *result)
{
    if (result->ok)
        return result->expires_soon ? STATUS_CERTIFICATE : STATUS_OK;
    return result->reason == REASON_CERTIFICATE ? STATUS_CERTIFICATE
                                                : STATUS_FAILED;
}

int status_worse(int a, int b)
{
    if (a == STATUS_FAILED || b == STATUS_FAILED)
        return STATUS_FAILED;
    return a > b ? a : b;
}
