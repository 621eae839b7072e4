/* SPDX-License-Identifier: MIT */
/* host: the names of servers, checked and in one form (see endpoint.h). */
#include "core/account/endpoint.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool host_is_address(const char *host)
{
    struct in6_addr any;

    return inet_pton(AF_INET, host, &any) == 1 ||
           inet_pton(AF_INET6, host, &any) == 1;
}

/* What people paste into the field that is no host name: the sentence, or
 * NULL. */
static const char *misplaced(const char *text)
{
    if (!*text)
        return "The server name is empty.";
    if (strstr(text, "://") || strchr(text, '/'))
        return "Write the server name alone, without a URL around it.";
    if (strchr(text, '@'))
        return "That is a mail address; the server name stands in your "
               "provider's instructions.";
    if (strpbrk(text, " \t"))
        return "A server name has no blanks.";
    if (strchr(text, '*'))
        return "A server name has no *; write the one to connect to.";
    if (text[0] == '.')
        return "A server name does not begin with a dot.";
    if (strstr(text, ".."))
        return "Two dots in a row cannot be in a server name.";
    return NULL;
}

static bool is_numeric(const char *text)
{
    return text[strspn(text, "0123456789.")] == '\0';
}

static bool normalise_address(const char *text, char out[HOST_MAX],
                              bool *is_address, struct error *e)
{
    unsigned char bytes[16];
    size_t len = strlen(text);
    char *bare = text[0] == '[' && text[len - 1] == ']'
                     ? xstrndup(text + 1, len - 2)
                     : xstrdup(text);
    bool v6 = strchr(bare, ':') != NULL, ok = true;

    *is_address = v6 || is_numeric(bare);
    if (v6 && strchr(bare, '%'))
        ok = error_set(e, ERROR_INPUT,
                       "An IPv6 address with a zone (%%...) cannot be used.");
    else if (v6 && inet_pton(AF_INET6, bare, bytes) == 1)
        inet_ntop(AF_INET6, bytes, out, HOST_MAX);
    else if (v6 && strchr(bare, ':') == strrchr(bare, ':'))
        ok = error_set(e, ERROR_INPUT,
                       "Write the server name alone; the port has a field of "
                       "its own.");
    else if (v6)
        ok = error_set(e, ERROR_INPUT, "That is not a complete IPv6 address.");
    else if (*is_address && *text != '[' &&
             inet_pton(AF_INET, bare, bytes) == 1)
        inet_ntop(AF_INET, bytes, out, HOST_MAX);
    else if (*is_address)
        ok = error_set(e, ERROR_INPUT,
                       "That is neither a name nor an IPv4 address: four "
                       "numbers from 0 to 255, without leading zeros.");
    free(bare);
    return ok;
}

static bool check_label(const char *label, size_t len, struct error *e)
{
    if (len < 1 || len > 63)
        return error_set(e, ERROR_INPUT,
                         "Each part of a server name has 1 to 63 letters; one "
                         "here has %zu.",
                         len);
    if (label[0] == '-' || label[len - 1] == '-')
        return error_set(e, ERROR_INPUT,
                         "A part of a server name neither begins nor ends with "
                         "a hyphen.");
    for (size_t i = 0; i < len; i++) {
        char c = label[i];

        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' &&
            c != '_')
            return error_set(e, ERROR_INPUT,
                             "A server name has letters, digits, hyphens and "
                             "dots only.");
    }
    return true;
}

static bool check_labels(const char *host, struct error *e)
{
    while (*host) {
        size_t len = strcspn(host, ".");

        if (!check_label(host, len, e))
            return false;
        host += len;
        if (*host)
            host++;
    }
    return true;
}

/* Nothing to convert: IDNA would refuse "r3---sn.example.org", which exists. */
static bool is_plain(const char *text)
{
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p >= 0x80 ||
            ((p == text || p[-1] == '.') && text_starts_nocase(p, "xn--")))
            return false;
    return true;
}

static bool to_a_labels(const char *text, char out[HOST_MAX], struct error *e)
{
    char *ascii = NULL;
    int status;
    bool ok;

    if (is_plain(text)) {
        snprintf(out, HOST_MAX, "%s", text);
        text_lower(out);
        return true;
    }
    status = idn2_lookup_u8((const uint8_t *)text, (uint8_t **)&ascii,
                            IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    ok = status == IDN2_OK && strlen(ascii) < HOST_MAX;
    if (ok) {
        snprintf(out, HOST_MAX, "%s", ascii);
        text_lower(out);
    } else {
        error_set(e, ERROR_INPUT, "That cannot be a server name: %s.",
                  status == IDN2_OK ? "it is too long" : idn2_strerror(status));
    }
    idn2_free(ascii);
    return ok;
}

/* Other scripts have digits and full stops of their own, which the conversion
 * turns into ours. */
static bool check_mapped(char *host, struct error *e)
{
    size_t len = strlen(host);

    if (len && host[len - 1] == '.')
        host[--len] = '\0';
    if (!len || is_numeric(host))
        return error_set(e, ERROR_INPUT,
                         "That is neither a name nor an address; write an "
                         "address in plain digits.");
    return true;
}

bool host_normalise(const char *text, char out[HOST_MAX], struct error *e)
{
    char *copy = xstrdup(text), *name = text_trim(copy);
    size_t len = strlen(name);
    const char *wrong = misplaced(name);
    bool is_address = false, ok = true;

    if (wrong)
        ok = error_set(e, ERROR_INPUT, "%s", wrong);
    else if (text_contains_control(name) || !text_is_utf8(name, len))
        ok = error_set(e, ERROR_INPUT,
                       "There are unprintable bytes in the server name.");
    else if (len > 1000)
        ok = error_set(e, ERROR_INPUT,
                       "A server name has at most 253 letters; this one has "
                       "%zu.",
                       len);
    else
        ok = normalise_address(name, out, &is_address, e);
    if (ok && !is_address) {
        if (name[len - 1] == '.')
            name[--len] = '\0';
        ok = (text_width(name) <= 253 ||
              error_set(e, ERROR_INPUT,
                        "A server name has at most 253 letters; this one has "
                        "%zu.",
                        text_width(name))) &&
             to_a_labels(name, out, e) && check_labels(out, e) &&
             check_mapped(out, e);
    }
    free(copy);
    return ok;
}

char *host_display(char *out, size_t size, const char *host)
{
    char *unicode = NULL, safe[HOST_MAX * 4];

    snprintf(out, size, "%s", host);
    if (!strstr(host, "xn--"))
        return out;
    if (idn2_to_unicode_8z8z(host, &unicode, 0) == IDN2_OK &&
        strcmp(unicode, host) != 0) {
        text_safe_string(safe, sizeof(safe), unicode);
        /* Half of it would be another name, and perhaps half a letter. */
        if (strlen(host) + strlen(safe) + sizeof(" ()") <= size)
            snprintf(out, size, "%s (%s)", host, safe);
    }
    idn2_free(unicode);
    return out;
}
