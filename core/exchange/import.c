/* SPDX-License-Identifier: MIT */
/* import: the formats, the plan, and what is told about it. */
#include "core/exchange/import_private.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/exchange/exchange.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PINS_MAX 16

static const struct import_format *const formats[] = {
    &import_thunderbird, &import_msmtp,   &import_mbsync,      &import_neomutt,
    &import_fetchmail,   &import_getmail, &import_offlineimap, &import_aerc,
};
#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

const struct import_format *import_format_at(size_t i)
{
    return i < FORMAT_COUNT ? formats[i] : NULL;
}

const struct import_format *import_format_find(const char *name)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}

/* Where an export would write it, too. */
char *import_default_path(const struct import_format *format)
{
    const struct exchange_format *known = exchange_format_find(format->name);

    return known && !format->read_folder ? exchange_default_path(known) : NULL;
}

/* -- notes ----------------------------------------------------------------- */

static void note(struct import *im, enum import_note_kind kind, unsigned line,
                 const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

static void note(struct import *im, enum import_note_kind kind, unsigned line,
                 const char *format, va_list args)
{
    struct import_note *one;
    char text[1024];

    if (im->note_count == IMPORT_NOTES_MAX) {
        im->more_notes++;
        return;
    }
    im->notes = xreallocarray(im->notes, im->note_count + 1,
                              sizeof(struct import_note));
    one = &im->notes[im->note_count++];
    *one = (struct import_note){.kind = kind, .line = line};
    vsnprintf(text, sizeof(text), format, args);
    text_safe_string(one->text, sizeof(one->text), text);
}

void import_left(struct import *im, unsigned line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    note(im, IMPORT_LEFT, line, format, args);
    va_end(args);
}

void import_remark(struct import *im, unsigned line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    note(im, IMPORT_REMARK, line, format, args);
    va_end(args);
}

void import_unknown(struct import *im, unsigned line, const char *key)
{
    import_left(im, line, "%.100s: nothing of postseal's.", key);
}

/* -- items ----------------------------------------------------------------- */

struct import_item *import_item_new(struct import *im, enum section section,
                                    const char *name, unsigned line)
{
    struct import_item *item;

    if (im->item_count == IMPORT_ITEMS_MAX) {
        import_left(im, line, "%.100s: more than %d accounts are not taken.",
                    name, IMPORT_ITEMS_MAX);
        return NULL;
    }
    item = xcalloc(1, sizeof(*item));
    item->section = section;
    item->name = xstrdup(name);
    item->line = line;
    item->smtp = -1;
    im->items = xreallocarray(im->items, im->item_count + 1,
                              sizeof(struct import_item *));
    im->items[im->item_count++] = item;
    return item;
}

void import_item_free(struct import_item *item)
{
    for (int i = 0; i < SET_COUNT; i++)
        xwipe(&item->value[i]);
    for (size_t i = 0; i < item->pin_count; i++) {
        free(item->pins[i].text);
        free(item->pins[i].second);
    }
    free(item->pins);
    free(item->name);
    free(item->id);
    free(item);
}

void import_item_drop(struct import *im, struct import_item *item)
{
    size_t i = 0;

    while (im->items[i] != item)
        i++;
    import_item_free(item);
    im->item_count--;
    memmove(&im->items[i], &im->items[i + 1],
            (im->item_count - i) * sizeof(struct import_item *));
}

struct import_item *import_item_copy(struct import *im,
                                     const struct import_item *from,
                                     const char *name, unsigned line)
{
    struct import_item *item = import_item_new(im, from->section, name, line);

    if (!item)
        return NULL;
    for (int i = 0; i < SET_COUNT; i++)
        if (from->value[i])
            import_take(item, (enum setting)i, from->value_line[i],
                        from->value[i]);
    for (size_t i = 0; i < from->pin_count; i++) {
        import_pin(item, from->pins[i].kind, from->pins[i].line,
                   from->pins[i].text);
        item->pins[i].second = xstrdup_or_null(from->pins[i].second);
    }
    return item;
}

void import_take(struct import_item *item, enum setting setting, unsigned line,
                 const char *value)
{
    if (!item)
        return;
    xwipe(&item->value[setting]);
    if (!*value)
        return;
    item->value[setting] = xstrdup(value);
    item->value_line[setting] = line;
}

void import_password(struct import *im, struct import_item *item, unsigned line,
                     const char *value)
{
    if (im->with_passwords)
        import_take(item, SET_PASSWORD, line, value);
    else
        import_left(im, line,
                    "The password stays there: a command or the keyring is the "
                    "better place. It is taken only when you ask for "
                    "passwords (--with-passwords).");
}

void import_command(struct import *im, struct import_item *item,
                    enum setting setting, unsigned line, const char *value)
{
    if (!*value)
        return;
    import_take(item, setting, line, value);
    import_remark(im, line,
                  "The command is taken over as text; it was not run.");
}

void import_auth(struct import *im, struct import_item *item, unsigned line,
                 const char *mechanism)
{
    char word[40];
    enum auth auth;

    snprintf(word, sizeof(word), "%s", mechanism);
    text_lower(word);
    if (auth_parse(word, &auth) && auth != AUTH_NONE)
        import_take(item, SET_AUTH, line, word);
    else
        import_left(im, line,
                    "The mechanism %.60s is none of postseal's; it takes the "
                    "strongest that the server offers.",
                    mechanism);
}

static struct import_pin *add_pin(struct import_item *item)
{
    item->pins = xreallocarray(item->pins, item->pin_count + 1,
                               sizeof(struct import_pin));
    item->pins[item->pin_count] = (struct import_pin){0};
    return &item->pins[item->pin_count++];
}

/* The authorities of the system are trusted here as well. */
static bool is_system_file(const char *path)
{
    return strncmp(path, "/etc/ssl/", 9) == 0 ||
           strncmp(path, "/etc/pki/", 9) == 0 ||
           strncmp(path, "/usr/share/ca-certificates/", 27) == 0;
}

void import_pin(struct import_item *item, enum import_pin_kind kind,
                unsigned line, const char *text)
{
    struct import_pin *pin;

    if (!item || item->pin_count == PINS_MAX ||
        (kind == PIN_FILE && is_system_file(text)))
        return;
    pin = add_pin(item);
    pin->kind = kind;
    pin->line = line;
    pin->text = xstrdup(text);
}

void import_identity(struct import_item *item, unsigned line, const char *cert,
                     const char *key)
{
    if (!item)
        return;
    if (!key || strcmp(cert, key) == 0) {
        import_take(item, SET_CLIENT_CERTIFICATE, line, cert);
    } else if (item->pin_count < PINS_MAX) {
        import_pin(item, PIN_KEY, line, cert);
        item->pins[item->pin_count - 1].second = xstrdup(key);
    }
}

/* -- settling -------------------------------------------------------------- */

static const char *text_of(const struct import_item *item, enum setting setting)
{
    return item->value[setting] ? item->value[setting] : "";
}

static enum security security_of(const struct import_item *item)
{
    enum security security = SECURITY_TLS;

    security_parse(text_of(item, SET_SECURITY), &security);
    return security;
}

static enum service service_of(const struct import_item *item)
{
    enum service service = SERVICE_IMAP;

    if (item->section == SECTION_SMTP)
        return SERVICE_SMTP;
    service_parse(text_of(item, SET_TYPE), &service);
    return service;
}

/* How the server is named on postseal's command line. */
static void url_of(const struct import_item *item, char *out, size_t size)
{
    struct endpoint at = {.service = service_of(item),
                          .security = security_of(item)};
    long port = 0;

    if (!host_normalise(text_of(item, SET_HOST), at.host, NULL))
        snprintf(at.host, sizeof(at.host), "HOST");
    if (!text_parse_number(text_of(item, SET_PORT), 1, 65535, &port))
        port = (long)endpoint_usual_port(at.service, at.security);
    at.port = (unsigned)port;
    endpoint_format(out, size, &at);
}

static void tell_pin(struct import *im, const struct import_item *item,
                     const struct import_pin *pin)
{
    char url[400];

    url_of(item, url, sizeof(url));
    switch (pin->kind) {
    case PIN_SHA256:
        import_left(im, pin->line,
                    "A certificate is pinned there. Here that takes a look at "
                    "the server: postseal exception add %s --sha256 %.100s",
                    url, pin->text);
        return;
    case PIN_HASH:
        import_left(im, pin->line,
                    "A certificate is pinned there, but not by its SHA-256, so "
                    "it cannot be carried over. See: postseal cert show %s",
                    url);
        return;
    case PIN_FILE:
        import_left(im, pin->line,
                    "Certificates in %.120s are trusted there. The server's "
                    "own: postseal exception import FILE --server %s; an "
                    "authority: postseal authority import FILE",
                    pin->text, url);
        return;
    case PIN_UNCHECKED:
        import_left(im, pin->line,
                    "Certificates are not checked there (%.60s). postseal "
                    "always checks them; see: postseal test %s --no-login",
                    pin->text, url);
        return;
    case PIN_KEY:
        import_left(im, pin->line,
                    "Your certificate and its key lie in two files. Take them "
                    "in with: postseal identity import %.120s --key %.120s",
                    pin->text, pin->second);
        return;
    }
}

/* A token is printed by the command where a mechanism wants a token. */
static void settle_token(struct import_item *item)
{
    const char *auth = text_of(item, SET_AUTH);

    if ((strcmp(auth, "xoauth2") != 0 && strcmp(auth, "oauthbearer") != 0) ||
        !item->value[SET_PASSWORD_COMMAND] || item->value[SET_TOKEN_COMMAND])
        return;
    import_take(item, SET_TOKEN_COMMAND, item->value_line[SET_PASSWORD_COMMAND],
                item->value[SET_PASSWORD_COMMAND]);
    import_take(item, SET_PASSWORD_COMMAND, 0, "");
}

static void settle_values(struct import *im, struct import_item *item)
{
    for (int i = 0; i < SET_COUNT; i++) {
        struct error e = {0};

        if (!item->value[i])
            continue;
        if (!(setting_row((enum setting)i)->sections & item->section)) {
            import_take(item, (enum setting)i, 0, "");
        } else if (!setting_check((enum setting)i, item->value[i], &e)) {
            import_left(im, item->value_line[i], "%s", e.text);
            import_take(item, (enum setting)i, 0, "");
        }
    }
}

/* False: there is nothing to take. */
static bool settle(struct import *im, struct import_item *item)
{
    settle_token(item);
    settle_values(im, item);
    if (!item->value[SET_HOST]) {
        import_left(im, item->line, "%.100s has no server that could be taken.",
                    item->name);
        return false;
    }
    if (!item->value[SET_SECURITY])
        import_take(item, SET_SECURITY, item->line, "tls");
    if (security_of(item) == SECURITY_NONE)
        import_remark(im, item->value_line[SET_SECURITY],
                      "%.100s is not encrypted; postseal sends no password "
                      "there unless allow-plaintext-login says so.",
                      item->name);
    for (size_t i = 0; i < item->pin_count; i++)
        tell_pin(im, item, &item->pins[i]);
    return true;
}

static void settle_all(struct import *im)
{
    for (size_t i = 0; i < im->item_count; i++) {
        if (settle(im, im->items[i]))
            continue;
        import_item_drop(im, im->items[i]);
        for (size_t k = 0; k < im->item_count; k++)
            if (im->items[k]->smtp == (int)i)
                im->items[k]->smtp = -1;
            else if (im->items[k]->smtp > (int)i)
                im->items[k]->smtp--;
        i--;
    }
}

/* In the order of lines; those of one line as they came. */
void import_sort_notes(struct import *im)
{
    for (size_t i = 1; i < im->note_count; i++) {
        struct import_note one = im->notes[i];
        size_t k = i;

        for (; k > 0 && im->notes[k - 1].line > one.line; k--)
            im->notes[k] = im->notes[k - 1];
        im->notes[k] = one;
    }
}

/* -- reading --------------------------------------------------------------- */

bool import_bytes(struct import *im, size_t max, struct buf *bytes,
                  struct error *e)
{
    struct file_stamp stamp;
    char safe[300];

    text_safe_string(safe, sizeof(safe), im->path);
    if (!file_read(im->path, max, bytes, &stamp, e))
        return false;
    if (!stamp.exists)
        return error_set(e, ERROR_FILE, "There is no file %s.", safe);
    /* Whoever may write it chooses what postseal will run and where it will
     * send passwords. */
    if (!file_check_trusted(im->path, e))
        return false;
    if (memchr(bytes->data, '\0', bytes->len))
        return error_set(e, ERROR_PARSE, "%s is no text file.", safe);
    return true;
}

static bool read_file(struct import *im, const struct import_format *format,
                      struct error *e)
{
    struct buf bytes;
    bool ok;

    buf_init(&bytes, IMPORT_FILE_MAX);
    ok = import_bytes(im, IMPORT_FILE_MAX, &bytes, e) &&
         format->read(im, bytes.data, e);
    buf_release(&bytes);
    return ok;
}

bool import_read(struct import *out, const struct import_options *options,
                 struct error *e)
{
    const struct import_format *format = options->format;
    bool ok;

    *out = (struct import){.path = xstrdup(options->path),
                           .with_passwords = options->with_passwords};
    ok = format->read_folder ? format->read_folder(out, options->path, e)
                             : read_file(out, format, e);
    if (!ok)
        return false;
    settle_all(out);
    import_sort_notes(out);
    return true;
}

void import_release(struct import *im)
{
    for (size_t i = 0; i < im->item_count; i++)
        import_item_free(im->items[i]);
    free(im->items);
    free(im->notes);
    free(im->path);
    *im = (struct import){0};
}
