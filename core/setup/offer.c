/* SPDX-License-Identifier: MIT */
#include "core/setup/offer.h"

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

#define EXPANDED_MAX 1000

const char *setup_login_word(enum setup_login login)
{
    static const char *const words[] = {
        [SETUP_PASSWORD] = "password",
        [SETUP_APP_PASSWORD] = "app-password",
        [SETUP_OAUTH] = "oauth",
    };

    return words[login];
}

/* -- placeholders ---------------------------------------------------------- */

/* What stands for %NAME%; NULL: unknown. */
static const char *placeholder(const char *name, size_t len,
                               const struct offer_address *address)
{
    const struct {
        const char *name, *value;
    } known[] = {
        {"EMAILADDRESS", address->email},
        {"EMAILLOCALPART", address->local},
        {"EMAILDOMAIN", address->domain},
        {"REALNAME", address->name ? address->name : ""},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strlen(known[i].name) == len &&
            strncmp(known[i].name, name, len) == 0)
            return known[i].value;
    return NULL;
}

static bool unknown_placeholder(const char *text, size_t len, struct error *e)
{
    char safe[80];

    return error_set(e, ERROR_INPUT,
                     "%%%s%% is none of %%EMAILADDRESS%%, %%EMAILLOCALPART%%, "
                     "%%EMAILDOMAIN%%, %%REALNAME%%.",
                     text_safe(safe, sizeof(safe), text, len));
}

char *offer_expand(const char *text, const struct offer_address *address,
                   struct error *e)
{
    bool ok = true, safe = text_is_safe(text);
    struct buf out;

    buf_init(&out, EXPANDED_MAX);
    while (ok && *text) {
        size_t plain = strcspn(text, "%");
        const char *value, *end;

        buf_add(&out, text, plain);
        text += plain;
        if (!*text)
            break;
        end = strchr(text + 1, '%');
        value = end ? placeholder(text + 1, (size_t)(end - text - 1), address)
                    : NULL;
        if (value) {
            buf_add_text(&out, value);
            text = end + 1;
        } else {
            ok = unknown_placeholder(
                text + 1, end ? (size_t)(end - text - 1) : strlen(text + 1), e);
        }
    }
    if (ok && !safe)
        ok = error_set(e, ERROR_INPUT, "It has letters that cannot be shown.");
    if (ok && out.overflow)
        ok = error_set(e, ERROR_INPUT, "That is longer than %d bytes.",
                       EXPANDED_MAX);
    if (ok)
        return buf_take(&out);
    buf_release(&out);
    return NULL;
}

/* -- links ----------------------------------------------------------------- */

bool offer_is_link(const char *url)
{
    static const char scheme[] = "https://";
    const char *p;

    if (strncmp(url, scheme, strlen(scheme)) != 0 || !url[strlen(scheme)])
        return false;
    for (p = url; *p > ' ' && *p < 0x7f && !strchr("\"<>", *p); p++)
        ;
    return !*p;
}

/* -- offers ---------------------------------------------------------------- */

static bool same_server(const struct endpoint *a, const struct endpoint *b)
{
    return a->service == b->service && a->security == b->security &&
           a->port == b->port && strcmp(a->host, b->host) == 0;
}

bool offer_add(struct offer *offer, enum setup_direction direction,
               const struct offer_server *server)
{
    struct offer_server *list = offer->servers[direction];
    size_t *count = &offer->count[direction];

    if (*count == OFFER_MAX)
        return false;
    for (size_t i = 0; i < *count; i++)
        if (same_server(&list[i].endpoint, &server->endpoint))
            return false;
    list[*count] = *server;
    list[*count].user = xstrdup_or_null(server->user);
    ++*count;
    return true;
}

void offer_release(struct offer *offer)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++)
        for (size_t i = 0; i < offer->count[d]; i++)
            free(offer->servers[d][i].user);
    free(offer->provider);
    free(offer->help_url);
    *offer = (struct offer){0};
}
