/* SPDX-License-Identifier: MIT */
/* providers: a table of providers of the person's own. A wrong row is told and
 * left out; what the others name is complete. */
#include "fuzz/folder.h"
#include "fuzz/offering.h"

#include "core/base/alloc.h"
#include "core/setup/provider_private.h"

/* Without the program's own table, which takes a hundred times as long. */
static struct providers *open_own(const char *path, struct error *e)
{
    struct providers *own = xcalloc(1, sizeof(*own));

    providers_read_table(own, path, e);
    return own;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error e = {0};
    struct providers *providers =
        open_own(folder_file("providers.ini", data, size), &e);

    must_be_safe(e.text);
    for (size_t i = 0; i < providers_problem_count(providers); i++)
        must_be_safe(providers_problem_at(providers, i)->text);
    for (int by_mx = 0; by_mx < 2; by_mx++) {
        struct offer offer = {0};

        if (by_mx ? providers_find_mx(providers, "mx.example.org", &offering_to,
                                      &offer)
                  : providers_find(providers, &offering_to, &offer))
            offering_look(&offer);
        offer_release(&offer);
    }
    providers_free(providers);
    return 0;
}
