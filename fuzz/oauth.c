/* SPDX-License-Identifier: MIT */
/* oauth: what an authorization server answers; the first byte chooses the
 * status. */
#include "fuzz/fuzz.h"

#include "core/secret/oauth_reply.h"

static void look(const struct oauth_reply *reply, bool device)
{
    must_be_safe(reply->user_code);
    must_be_safe(reply->uri);
    must_be_safe(reply->complete);
    must_be_safe(reply->failure.text);
    if (reply->error == OAUTH_OK) {
        must(device ? reply->device_code != NULL : reply->access != NULL);
        must(reply->expires_in >= 0 && reply->interval >= 0);
    } else if (reply->error != OAUTH_PENDING &&
               reply->error != OAUTH_SLOW_DOWN) {
        must(reply->failure.text[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const long status[] = {200, 400, 401, 429, 500, 302};
    struct oauth_reply reply = {0};

    if (size == 0)
        return 0;
    for (int device = 0; device < 2; device++) {
        (device ? oauth_read_device : oauth_read_token)(
            &reply, "login.example.org", status[data[0] % 6],
            (const char *)data + 1, size - 1);
        look(&reply, device);
        oauth_reply_release(&reply);
    }
    return 0;
}
