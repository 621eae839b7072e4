/* SPDX-License-Identifier: MIT */
/* autoconfig: a clientConfig document out of the web. Refused, it gives nothing
 * and says why. */
#include "fuzz/offering.h"

#include "core/setup/autoconfig_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct offer offer = {0};
    struct error e = {0};

    if (autoconfig_xml_read((const char *)data, size, &offering_to, &offer,
                            &e)) {
        must(e.code == ERROR_NONE);
        offering_look(&offer);
    } else {
        must(e.code == ERROR_PARSE || e.code == ERROR_NOT_FOUND);
        must_be_safe(e.text);
        must_be_safe(offer.left_out);
        must(!offer.provider && !offer.help_url);
        for (int d = 0; d < SETUP_DIRECTIONS; d++)
            must(offer.count[d] == 0);
    }
    offer_release(&offer);
    return 0;
}
