/* SPDX-License-Identifier: MIT */
/* certificate: PEM or DER as a server or a file has them. Each fact is safe to
 * show; the verdict says nothing that does not fit together, whether nobody or
 * the last one of them is trusted. */
#include "fuzz/fuzz.h"

#include "core/trust/exception.h"
#include "core/trust/verdict.h"

static void look(const struct cert *cert)
{
    const char *const texts[] = {cert->subject,
                                 cert->issuer,
                                 cert->subject_name,
                                 cert->issuer_name,
                                 cert->not_before_raw,
                                 cert->not_after_raw,
                                 cert->key,
                                 cert->signature,
                                 cert->serial,
                                 cert->key_usage,
                                 cert->ocsp_urls,
                                 cert->extended_key_usage,
                                 cert->crl_urls,
                                 cert->ca_issuer_urls,
                                 cert->policies,
                                 cert->name_constraints,
                                 cert->subject_key_id,
                                 cert->authority_key_id,
                                 cert->unknown_critical};
    struct cert_facts facts;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        must_be_safe(texts[i]);
    for (size_t i = 0; i < cert->name_count; i++) {
        char *shown = cert_name_display(cert->names[i]);

        must_be_safe(shown);
        free(shown);
    }
    for (size_t i = 0; i < cert->note_count; i++)
        must_be_safe(cert->notes[i]);
    cert_describe(&facts, cert, FUZZ_NOW);
    for (size_t i = 0; i < facts.count; i++) {
        must_be_safe(facts.rows[i].label);
        must_be_safe(facts.rows[i].value);
    }
    cert_facts_release(&facts);
}

static void weigh(const struct verdict *v)
{
    char text[2000];
    bool never = false;

    must(v->trusted == (v->faults == 0));
    for (int f = 0; f < FAULT_COUNT; f++) {
        bool is = v->faults & FAULT_BIT(f);

        must(is == (v->sentences[f] != NULL));
        if (is)
            must_be_safe(v->sentences[f]);
        never = never || (is && !fault_overridable((enum fault)f));
    }
    must(v->overridable == (v->faults && !never));
    must(!v->proven_by || v->trusted);
    if (v->proven_by)
        must_be_safe(v->proven_by);
    must(verdict_leaf(v) != NULL);
    must_be_safe(verdict_summary(text, sizeof(text), v, FUZZ_NOW));
    must_be_safe(verdict_revocation(text, sizeof(text), v));
    if (v->overridable)
        must(exception_latest_end(v, FUZZ_NOW) <= FUZZ_NOW + 367 * 86400L);
}

static void judge(STACK_OF(X509) * sent, X509 *anchor, time_t now)
{
    X509_STORE *store = X509_STORE_new();
    const struct verdict_request request = {
        .host = "mail.example.org", .store = store, .now = now};
    struct error e = {0};
    struct verdict v;

    if (anchor)
        X509_STORE_add_cert(store, anchor);
    must(verdict_judge(&v, sent, &request, &e));
    weigh(&v);
    must(!v.trusted || anchor);
    verdict_release(&v);
    X509_STORE_free(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    STACK_OF(X509) *sent = NULL;
    struct cert_chain chain;
    struct error e = {0};
    char *passed_over = NULL;

    if (!cert_load_telling(data, size, &sent, &passed_over, &e)) {
        must_be_safe(e.text);
        return 0;
    }
    if (passed_over)
        must_be_safe(passed_over);
    free(passed_over);
    cert_chain_read(&chain, sent);
    must(chain.count == (size_t)sk_X509_num(sent) && chain.count > 0);
    for (size_t i = 0; i < chain.count; i++)
        look(&chain.certs[i]);
    judge(sent, NULL, FUZZ_NOW);
    judge(sent, sk_X509_value(sent, sk_X509_num(sent) - 1),
          chain.certs[0].dates_ok ? chain.certs[0].not_before + 1 : FUZZ_NOW);
    cert_chain_release(&chain);
    sk_X509_pop_free(sent, X509_free);
    return 0;
}
