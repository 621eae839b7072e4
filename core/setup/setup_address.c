/* SPDX-License-Identifier: MIT */
/* setup_address: an address as a person types it (RFC 5321 §4.1.2). */
#include "core/setup/setup_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

#define LOCAL_MAX   64
#define ADDRESS_MAX 254
#define SAID_MAX    100 /* bytes of a wrong one that are repeated */

/* How many bytes the part before the @ has; 0 when a quotation does not end. */
static size_t quoted_length(const char *text)
{
    for (size_t i = 1; text[i]; i++) {
        if (text[i] == '"')
            return i + 1;
        if (text[i] == '\\' && text[i + 1])
            i++;
    }
    return 0;
}

/* Where something stands, as a person counts. */
static size_t column(const char *text, const char *at)
{
    size_t letters = 0;

    while (text < at) {
        text_decode(&text, at);
        letters++;
    }
    return letters + 1;
}

static bool check_plain(const char *text, size_t len, struct error *e)
{
    static const char foreign[] = " \t()<>[]:;,\\\"";
    const char *end = text + len;

    for (const char *p = text; p < end; p++) {
        char safe[16];

        if (*p == '.' && (p == text || p + 1 == end || p[1] == '.'))
            return error_set(e, ERROR_INPUT,
                             "Letter %zu: before the @ no dot stands at an end "
                             "or beside another one; if the address is really "
                             "like that, put that part in quotes (\").",
                             column(text, p));
        if (strchr(foreign, *p))
            return error_set(e, ERROR_INPUT,
                             "Letter %zu: \"%s\" cannot stand in an address. "
                             "Write the address alone, like ann@example.org.",
                             column(text, p),
                             text_safe(safe, sizeof(safe), p, 1));
    }
    return true;
}

static bool check_local(const char *text, size_t len, struct error *e)
{
    if (len == 0)
        return error_set(e, ERROR_INPUT,
                         "The name before the @ is missing: an address has the "
                         "form name@domain.");
    if (len > LOCAL_MAX)
        return error_set(e, ERROR_INPUT,
                         "Before the @ an address has at most %d bytes; this "
                         "one has %zu.",
                         LOCAL_MAX, len);
    return *text == '"' || check_plain(text, len, e);
}

static bool check_domain(const char *text, const char *domain,
                         char out[HOST_MAX], struct error *e)
{
    const char *second = strchr(domain, '@');
    struct error why = {0};

    if (!*domain)
        return error_set(e, ERROR_INPUT,
                         "The domain behind the @ is missing: an address has "
                         "the form name@domain.");
    if (second)
        return error_set(e, ERROR_INPUT,
                         "Letter %zu: there is a second @. Write one address, "
                         "like ann@example.org.",
                         column(text, second));
    if (*domain == '[' || host_is_address(domain))
        return error_set(e, ERROR_INPUT,
                         "Behind the @ stands the address of a machine: there "
                         "is no domain to look for settings in. Add the "
                         "account by hand.");
    if (!host_normalise(domain, out, &why))
        return error_set(e, ERROR_INPUT, "Behind the @: %s", why.text);
    return true;
}

bool setup_read_address(const char *text, char **local, char domain[HOST_MAX],
                        struct error *e)
{
    char *copy = xstrdup(text), *address = text_trim(copy);
    char safe[SAID_MAX];
    size_t len;
    bool ok;

    text_safe_string(safe, sizeof(safe), address);
    len = *address == '"' ? quoted_length(address) : strcspn(address, "@");
    if (!*address)
        ok = error_set(e, ERROR_INPUT,
                       "An address is needed, like ann@example.org.");
    else if (strlen(address) > 4 * ADDRESS_MAX)
        ok = error_set(e, ERROR_INPUT,
                       "An address has at most %d bytes; this one has %zu.",
                       ADDRESS_MAX, strlen(address));
    else if (text_contains_control(address) ||
             !text_is_utf8(address, strlen(address)))
        ok = error_set(e, ERROR_INPUT,
                       "There are unprintable bytes in the address: \"%s\".",
                       safe);
    else if (len == 0 && *address == '"')
        ok = error_set(e, ERROR_INPUT,
                       "Letter 1: the quotation that begins here has no end.");
    else if (address[len] != '@')
        ok =
            error_set(e, ERROR_INPUT,
                      "There is no @ %s \"%s\": an address has the form "
                      "name@domain.",
                      *address == '"' ? "behind the quotation in" : "in", safe);
    else
        ok = check_local(address, len, e) &&
             check_domain(address, address + len + 1, domain, e);
    if (ok && len + 1 + strlen(domain) > ADDRESS_MAX)
        ok = error_set(e, ERROR_INPUT,
                       "An address has at most %d bytes; this one has %zu.",
                       ADDRESS_MAX, len + 1 + strlen(domain));
    if (ok)
        *local = xstrndup(address, len);
    free(copy);
    return ok;
}
