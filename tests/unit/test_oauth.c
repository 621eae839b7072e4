/* SPDX-License-Identifier: MIT */
/* What authorization servers say, and what is made of it. */
#include "tests/unit/unit.h"

#include "core/secret/oauth_reply.h"

#include <stdbool.h>

#define CODE "\"device_code\":\"d\",\"user_code\":\"AB-CD\","
#define WEB  "\"verification_uri\":\"https://e.org/d\""

static const struct {
    const char *body;
    long status;
    enum oauth_error error;
    const char *text; /* in the failure's sentence */
    const char *code, *uri, *complete;
    long expires_in, interval;
} devices[] = {
    {"{" CODE WEB ",\"expires_in\":600,\"interval\":7}", 200, OAUTH_OK, NULL,
     "AB-CD", "https://e.org/d", "", 600, 7},
    {"{" CODE WEB "}", 200, OAUTH_OK, NULL, "AB-CD", "https://e.org/d", "", 900,
     5},
    {"{" CODE "\"verification_url\":\"https://e.org/d\",\"expires_in\":\"60\"}",
     200, OAUTH_OK, NULL, "AB-CD", "https://e.org/d", "", 60, 5},
    {"{" CODE WEB ",\"verification_uri_complete\":\"https://e.org/d?c=AB\"}",
     200, OAUTH_OK, NULL, "AB-CD", "https://e.org/d", "https://e.org/d?c=AB",
     900, 5},
    {"{" CODE WEB ",\"verification_uri_complete\":\"javascript:x\"}", 200,
     OAUTH_OK, NULL, "AB-CD", "https://e.org/d", "", 900, 5},
    {"{" CODE WEB ",\"expires_in\":1e30,\"interval\":0}", 200, OAUTH_OK, NULL,
     "AB-CD", "https://e.org/d", "", 3600, 1},
    {"{" CODE WEB ",\"expires_in\":-5,\"interval\":99999}", 200, OAUTH_OK, NULL,
     "AB-CD", "https://e.org/d", "", 3600, 60},
    {"{\"device_code\":\"d\",\"user_code\":\"A\\u001b[2J\\u202eB\"," WEB "}",
     200, OAUTH_OK, NULL, "A\\x1B[2J\\u{202E}B", "https://e.org/d", "", 900, 5},
    {"{" CODE "\"verification_uri\":\"file:///x\"}", 200, OAUTH_REFUSED,
     "no code", NULL, NULL, NULL, 0, 0},
    {"{\"device_code\":\"d\"," WEB "}", 200, OAUTH_REFUSED, "no code", NULL,
     NULL, NULL, 0, 0},
    {"{\"device_code\":\"d\\u0001\",\"user_code\":\"A\"," WEB "}", 200,
     OAUTH_REFUSED, "no code", NULL, NULL, NULL, 0, 0},
    {"{\"device_code\":7,\"user_code\":\"A\"," WEB "}", 200, OAUTH_REFUSED,
     "no code", NULL, NULL, NULL, 0, 0},
    {"{\"error\":\"invalid_client\",\"error_description\":\"no such\"}", 401,
     OAUTH_REFUSED, "invalid_client (no such)", NULL, NULL, NULL, 0, 0},
    {"{\"error\":\"x\\u001b[2J\"}", 400, OAUTH_REFUSED, "x\\x1B[2J", NULL, NULL,
     NULL, 0, 0},
    {"{}", 400, OAUTH_REFUSED, "status 400", NULL, NULL, NULL, 0, 0},
    {"<html>", 200, OAUTH_REFUSED, "no JSON", NULL, NULL, NULL, 0, 0},
    {"<html>", 503, OAUTH_UNAVAILABLE, "status 503", NULL, NULL, NULL, 0, 0},
    {"[1]", 200, OAUTH_REFUSED, "no JSON", NULL, NULL, NULL, 0, 0},
    {"", 200, OAUTH_REFUSED, "no JSON", NULL, NULL, NULL, 0, 0},
    {"{" CODE WEB "} more", 200, OAUTH_REFUSED, "no JSON", NULL, NULL, NULL, 0,
     0},
};

static void test_devices(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        struct oauth_reply r;
        bool ok;

        oauth_read_device(&r, "e.org", devices[i].status, devices[i].body,
                          strlen(devices[i].body));
        ok = r.error == devices[i].error;
        if (ok && devices[i].code)
            ok = strcmp(r.user_code, devices[i].code) == 0 &&
                 strcmp(r.uri, devices[i].uri) == 0 &&
                 strcmp(r.complete, devices[i].complete) == 0 &&
                 r.expires_in == devices[i].expires_in &&
                 r.interval == devices[i].interval && r.device_code;
        else if (ok)
            ok = strstr(r.failure.text, devices[i].text) &&
                 r.failure.reason == REASON_CREDENTIALS && !r.device_code;
        if (!ok)
            fail_msg("%s: %d \"%s\" %s %s %s %ld %ld", devices[i].body,
                     (int)r.error, r.failure.text, r.user_code, r.uri,
                     r.complete, r.expires_in, r.interval);
        oauth_reply_release(&r);
    }
}

static const struct {
    const char *body;
    long status;
    enum oauth_error error;
    const char *access, *refresh;
    long expires_in;
} tokens[] = {
    {"{\"access_token\":\"a.b~c/d==\",\"token_type\":\"bearer\","
     "\"refresh_token\":\"r\",\"expires_in\":60}",
     200, OAUTH_OK, "a.b~c/d==", "r", 60},
    {"{\"access_token\":\"a\",\"token_type\":\"Bearer\"}", 200, OAUTH_OK, "a",
     NULL, 3600},
    {"{\"access_token\":\"a\"}", 200, OAUTH_OK, "a", NULL, 3600},
    {"{\"access_token\":\"a\",\"expires_in\":9999999}", 200, OAUTH_OK, "a",
     NULL, 86400},
    {"{\"access_token\":\"a\",\"refresh_token\":\"r\\n\"}", 200, OAUTH_OK, "a",
     NULL, 3600},
    {"{\"access_token\":\"a\",\"token_type\":\"mac\"}", 200, OAUTH_REFUSED,
     NULL, NULL, 0},
    {"{\"access_token\":\"a\\u0001b\"}", 200, OAUTH_REFUSED, NULL, NULL, 0},
    {"{\"access_token\":\"\"}", 200, OAUTH_REFUSED, NULL, NULL, 0},
    {"{\"access_token\":null}", 200, OAUTH_REFUSED, NULL, NULL, 0},
    {"{\"access_token\":\"a\"}", 400, OAUTH_REFUSED, NULL, NULL, 0},
    {"{\"access_token\":\"a\",\"error\":\"access_denied\"}", 200, OAUTH_DENIED,
     NULL, NULL, 0},
    {"{\"error\":\"authorization_pending\"}", 400, OAUTH_PENDING, NULL, NULL,
     0},
    {"{\"error\":\"slow_down\"}", 400, OAUTH_SLOW_DOWN, NULL, NULL, 0},
    {"{\"error\":\"access_denied\"}", 400, OAUTH_DENIED, NULL, NULL, 0},
    {"{\"error\":\"authorization_declined\"}", 400, OAUTH_DENIED, NULL, NULL,
     0},
    {"{\"error\":\"expired_token\"}", 400, OAUTH_EXPIRED, NULL, NULL, 0},
    {"{\"error\":\"invalid_grant\"}", 400, OAUTH_INVALID_GRANT, NULL, NULL, 0},
    {"{\"error\":\"temporarily_unavailable\"}", 503, OAUTH_UNAVAILABLE, NULL,
     NULL, 0},
    {"{\"error\":\"anything\"}", 429, OAUTH_UNAVAILABLE, NULL, NULL, 0},
    {"{\"error\":{}}", 400, OAUTH_REFUSED, NULL, NULL, 0},
};

static void test_tokens(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        struct oauth_reply r;
        const char *access, *refresh;
        bool ok;

        oauth_read_token(&r, "e.org", tokens[i].status, tokens[i].body,
                         strlen(tokens[i].body));
        access = secret_text(r.access);
        refresh = secret_text(r.refresh);
        ok = r.error == tokens[i].error && !access == !tokens[i].access &&
             !refresh == !tokens[i].refresh &&
             (r.error != OAUTH_OK) == (r.failure.reason != REASON_NONE);
        if (ok && access)
            ok = strcmp(access, tokens[i].access) == 0 &&
                 r.expires_in == tokens[i].expires_in;
        if (ok && refresh)
            ok = strcmp(refresh, tokens[i].refresh) == 0;
        /* No token in any sentence. */
        if (!ok || (r.error != OAUTH_OK && strstr(r.failure.text, "a.b~c")))
            fail_msg("%s: %d \"%s\"", tokens[i].body, (int)r.error,
                     r.failure.text);
        oauth_reply_release(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_tokens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
