/* SPDX-License-Identifier: MIT */
/* authority: a file of certificates and revocation lists, as it is imported. */
#include "fuzz/fuzz.h"

#include "core/trust/authority_private.h"
#include "core/trust/crl.h"

static void look(X509_CRL *x509)
{
    struct buf pem;
    struct crl crl;

    crl_read(&crl, x509);
    must_be_safe(crl.issuer);
    must_be_safe(crl.issuer_name);
    must_be_safe(crl.number);
    crl_is_stale(&crl, FUZZ_NOW);
    buf_init(&pem, 1 << 20);
    must(crl_add_pem(&pem, x509));
    buf_release(&pem);
    crl_release(&crl);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct authority_file file;
    struct error e = {0};

    if (!authority_file_read(&file, data, size, &e)) {
        must_be_safe(e.text);
        authority_file_release(&file);
        return 0;
    }
    for (int i = 0; i < sk_X509_CRL_num(file.crls); i++)
        look(sk_X509_CRL_value(file.crls, i));
    if (file.note)
        must_be_safe(file.note);
    authority_file_release(&file);
    return 0;
}
