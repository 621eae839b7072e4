/* SPDX-License-Identifier: MIT */
#include "core/setup/autoconfig_xml.h"

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/text.h"

#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX    12
#define ELEMENTS_MAX 4000
#define TEXT_LIMIT   1000 /* bytes of one value */
#define SERVERS_MAX  100

/* One server as the document tells it, before it is judged at its end. */
struct draft {
    enum setup_direction direction;
    bool spoken; /* imap, pop3, smtp */
    enum service service;
    char type[40];   /* safe */
    char host[300];  /* safe, as written */
    char *expanded;  /* the host with placeholders filled in; NULL */
    char *user;      /* the same; NULL */
    char wrong[160]; /* why it cannot be used; "" */
    unsigned port;
    bool has_socket, has_security;
    enum security security;
    bool has_auth, auth_known;
    enum auth auth;
    enum setup_login login;
    char auth_left[60]; /* the first that is not spoken; safe */
    bool global;        /* useGlobalPreferredServer */
};

struct reader {
    XML_Parser parser;
    const struct offer_address *address;
    struct offer *offer;
    struct error *e;
    bool failed, provider_seen, in_provider, in_server;
    unsigned depth, skip; /* depth of the element that is passed over; 0 */
    unsigned elements, servers;
    struct buf text;
    struct draft draft;
};

/* -- failing --------------------------------------------------------------- */

static void fail(struct reader *r, enum error_code code, const char *format,
                 ...) __attribute__((format(printf, 3, 4)));

/* The first mistake counts. */
static void fail(struct reader *r, enum error_code code, const char *format,
                 ...)
{
    char text[400];
    va_list args;

    if (r->failed)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    r->failed = true;
    error_set(r->e, code, "Line %lu, column %lu: %s",
              (unsigned long)XML_GetCurrentLineNumber(r->parser),
              (unsigned long)XML_GetCurrentColumnNumber(r->parser) + 1, text);
    XML_StopParser(r->parser, XML_FALSE);
}

/* What is not for us is told in a few words, each thing once. */
static void leave_out(struct reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void leave_out(struct reader *r, const char *format, ...)
{
    char *all = r->offer->left_out;
    size_t len = strlen(all), room = sizeof(r->offer->left_out) - len;
    char text[160];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (strstr(all, text))
        return;
    if (strlen(text) + 2 < room)
        snprintf(all + len, room, "%s%s", len ? ", " : "", text);
    else if (room > 4 && (len < 3 || strcmp(all + len - 3, "...") != 0))
        snprintf(all + len, room, "...");
}

/* -- values ---------------------------------------------------------------- */

/* false and `wrong` when a placeholder is not known. */
static char *expand(struct reader *r, const char *text)
{
    struct error e = {0};
    char *out = offer_expand(text, r->address, &e);

    if (!out)
        text_safe_string(r->draft.wrong, sizeof(r->draft.wrong), e.text);
    return out;
}

static void take_security(struct draft *d, const char *word)
{
    static const struct {
        const char *word;
        enum security security;
    } known[] = {{"SSL", SECURITY_TLS},
                 {"STARTTLS", SECURITY_STARTTLS},
                 {"plain", SECURITY_NONE}};

    d->has_socket = true;
    for (size_t i = 0; i < 3 && !d->has_security; i++)
        if (text_equal_nocase(known[i].word, word)) {
            d->security = known[i].security;
            d->has_security = true;
        }
}

/* Among passwords postseal chooses itself, by what the server offers: never one
 * in clear without need. */
static void take_auth(struct draft *d, const char *word)
{
    static const struct {
        const char *word;
        enum auth auth;
        enum setup_login login;
        bool outgoing_only;
    } known[] = {
        {"password-cleartext", AUTH_AUTO, SETUP_PASSWORD, false},
        {"plain", AUTH_AUTO, SETUP_PASSWORD, false},
        {"password-encrypted", AUTH_AUTO, SETUP_PASSWORD, false},
        {"secure", AUTH_AUTO, SETUP_PASSWORD, false},
        {"OAuth2", AUTH_AUTO, SETUP_OAUTH, false},
        {"none", AUTH_NONE, SETUP_PASSWORD, true},
        {"client-IP-address", AUTH_NONE, SETUP_PASSWORD, true},
    };

    d->has_auth = true;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (text_equal_nocase(known[i].word, word) &&
            (!known[i].outgoing_only || d->direction == SETUP_OUTGOING)) {
            if (!d->auth_known) {
                d->auth = known[i].auth;
                d->login = known[i].login;
            }
            d->auth_known = true;
            return;
        }
    if (!*d->auth_left)
        text_safe_string(d->auth_left, sizeof(d->auth_left), word);
}

static void take_value(struct reader *r, const char *name, const char *value)
{
    struct draft *d = &r->draft;
    long port;

    if (strcmp(name, "hostname") == 0) {
        text_safe_string(d->host, sizeof(d->host), value);
        free(d->expanded);
        d->expanded = expand(r, value);
    } else if (strcmp(name, "port") == 0) {
        d->port =
            text_parse_number(value, 1, 65535, &port) ? (unsigned)port : 0;
    } else if (strcmp(name, "socketType") == 0) {
        take_security(d, value);
    } else if (strcmp(name, "username") == 0) {
        free(d->user);
        d->user = expand(r, value);
    } else if (strcmp(name, "authentication") == 0) {
        take_auth(d, value);
    } else if (strcmp(name, "useGlobalPreferredServer") == 0) {
        d->global = text_equal_nocase(value, "true");
    }
}

static bool is_value(const char *name)
{
    static const char *const names[] = {
        "hostname", "port",           "socketType",
        "username", "authentication", "useGlobalPreferredServer"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* -- servers --------------------------------------------------------------- */

static void begin_server(struct reader *r, enum setup_direction direction,
                         const char *type)
{
    struct draft *d = &r->draft;

    *d = (struct draft){.direction = direction};
    text_safe_string(d->type, sizeof(d->type), type ? type : "no type");
    d->spoken = type && service_parse(type, &d->service) &&
                (d->service == SERVICE_SMTP) == (direction == SETUP_OUTGOING) &&
                d->service != SERVICE_TLS;
    r->in_server = true;
    if (++r->servers > SERVERS_MAX)
        fail(r, ERROR_PARSE, "More than %d servers are not taken.",
             SERVERS_MAX);
}

/* Why it cannot be used; "" when it can. */
static void judge(struct draft *d, struct endpoint *endpoint)
{
    struct error e = {0};
    const char *why = NULL;

    if (*d->wrong)
        return;
    if (!d->expanded)
        why = "no hostname";
    else if (!host_normalise(d->expanded, endpoint->host, &e))
        why = "no usable hostname";
    else if (!d->port)
        why = "no usable port";
    else if (!d->has_security)
        why = d->has_socket ? "no known socketType" : "no socketType";
    if (why)
        snprintf(d->wrong, sizeof(d->wrong), "%s", why);
    else if (d->has_auth && !d->auth_known)
        snprintf(d->wrong, sizeof(d->wrong), "%s is not spoken here",
                 d->auth_left);
}

static void end_server(struct reader *r)
{
    struct draft *d = &r->draft;
    struct endpoint endpoint = {
        .service = d->service, .security = d->security, .port = d->port};
    const char *user = d->user ? d->user : r->address->email;
    char name[80], why[70];

    r->in_server = false;
    if (!d->spoken)
        leave_out(r, "%s (not spoken here)", d->type);
    else if (d->global)
        leave_out(r, "a server of another account");
    else {
        judge(d, &endpoint);
        if (*d->wrong)
            leave_out(r, "%s (%s)",
                      text_safe_string(name, sizeof(name),
                                       *d->host ? d->host : d->type),
                      text_safe_string(why, sizeof(why), d->wrong));
        else
            offer_add(r->offer, d->direction,
                      &(struct offer_server){
                          .endpoint = endpoint,
                          .auth = d->auth,
                          .login = d->login,
                          .user = d->auth == AUTH_NONE ? NULL : (char *)user});
    }
    free(d->expanded);
    free(d->user);
    *d = (struct draft){0};
}

static void end_provider(struct reader *r)
{
    static const char *const names[] = {"incoming", "outgoing"};
    const char *left = r->offer->left_out;

    r->in_provider = false;
    for (int i = 0; i < SETUP_DIRECTIONS; i++)
        if (!r->offer->count[i]) {
            fail(r, ERROR_PARSE,
                 *left ? "It names no %s server that can be used here; left "
                         "out: %s."
                       : "It names no %s server.",
                 names[i], left);
            return;
        }
}

/* -- elements -------------------------------------------------------------- */

static const char *attribute(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return NULL;
}

static void begin_root(struct reader *r, const char *name,
                       const char **attributes)
{
    const char *version = attribute(attributes, "version");
    char safe[60];

    if (text_equal_nocase(name, "html"))
        fail(r, ERROR_NOT_FOUND, "It is a web page, not a clientConfig.");
    else if (strcmp(name, "clientConfig") != 0)
        fail(r, ERROR_PARSE, "It is a %s, not a clientConfig.",
             text_safe_string(safe, sizeof(safe), name));
    else if (!version)
        fail(r, ERROR_PARSE, "The clientConfig does not say its version.");
    else if (strncmp(version, "1.", 2) != 0)
        fail(r, ERROR_PARSE, "Version %s is not known here, only 1.1.",
             text_safe_string(safe, sizeof(safe), version));
}

/* A link to plain http is not worth a click. */
static void take_help(struct reader *r, const char *url)
{
    if (!r->offer->help_url && url && strlen(url) < TEXT_LIMIT &&
        offer_is_link(url))
        r->offer->help_url = xstrdup(url);
}

/* A % that is no placeholder is one. */
static void take_name(struct reader *r, const char *name)
{
    char *expanded = offer_expand(name, r->address, NULL);
    const char *shown = expanded ? expanded : name;

    if (*shown && !r->offer->provider)
        r->offer->provider = text_safe_dup(shown, strlen(shown), 80);
    free(expanded);
}

/* Whether what is in it is wanted. */
static bool begin_in_provider(struct reader *r, const char *name,
                              const char **attributes)
{
    if (strcmp(name, "incomingServer") == 0) {
        begin_server(r, SETUP_INCOMING, attribute(attributes, "type"));
        return true;
    }
    if (strcmp(name, "outgoingServer") == 0) {
        begin_server(r, SETUP_OUTGOING, attribute(attributes, "type"));
        return true;
    }
    if (strcmp(name, "documentation") == 0)
        take_help(r, attribute(attributes, "url"));
    return strcmp(name, "displayName") == 0;
}

static void begin_element(void *arg, const XML_Char *name,
                          const XML_Char **attributes)
{
    struct reader *r = arg;
    bool wanted = true;

    if (++r->elements > ELEMENTS_MAX)
        fail(r, ERROR_PARSE, "It has too many elements.");
    if (++r->depth > DEPTH_MAX)
        fail(r, ERROR_PARSE, "Its elements stand in each other too deeply.");
    if (r->failed || r->skip)
        return;
    if (r->depth == 1) {
        begin_root(r, name, attributes);
    } else if (r->depth == 2) {
        wanted = strcmp(name, "emailProvider") == 0 && !r->provider_seen;
        r->in_provider = wanted;
        r->provider_seen = r->provider_seen || wanted;
    } else if (r->depth == 3) {
        wanted = begin_in_provider(r, name, attributes);
    } else {
        wanted = r->depth == 4 && r->in_server && is_value(name);
    }
    if (!wanted)
        r->skip = r->depth;
    buf_clear(&r->text);
}

static void end_element(void *arg, const XML_Char *name)
{
    struct reader *r = arg;

    if (r->failed)
        return;
    if (r->skip) {
        if (r->skip == r->depth)
            r->skip = 0;
    } else if (r->depth == 4) {
        take_value(r, name, text_trim(r->text.data));
    } else if (r->depth == 3 && r->in_server) {
        end_server(r);
    } else if (r->depth == 3) { /* displayName */
        take_name(r, text_trim(r->text.data));
    } else if (r->depth == 2 && r->in_provider) {
        end_provider(r);
    }
    r->depth--;
    buf_clear(&r->text);
}

static void take_text(void *arg, const XML_Char *text, int len)
{
    struct reader *r = arg;

    /* Between the elements of a server stand blanks alone. */
    bool value = r->depth == 4 || (r->depth == 3 && !r->in_server);

    if (!r->failed && !r->skip && value &&
        !buf_add(&r->text, text, (size_t)len))
        fail(r, ERROR_PARSE, "A value is longer than %d bytes.", TEXT_LIMIT);
}

/* With it go all entities that one could declare. */
static void begin_doctype(void *arg, const XML_Char *name,
                          const XML_Char *system, const XML_Char *public,
                          int internal)
{
    struct reader *r = arg;

    (void)system;
    (void)public;
    (void)internal;
    if (text_equal_nocase(name, "html"))
        fail(r, ERROR_NOT_FOUND, "It is a web page, not a clientConfig.");
    else
        fail(r, ERROR_PARSE,
             "It declares a document type, which is not read here.");
}

/* -- reading --------------------------------------------------------------- */

static void parse(struct reader *r, const char *text, size_t len)
{
    if (XML_Parse(r->parser, text, (int)len, 1) == XML_STATUS_OK || r->failed)
        return;
    if (XML_GetErrorCode(r->parser) == XML_ERROR_NO_MEMORY)
        abort();
    fail(r, ERROR_PARSE, "It is not well-formed XML: %s.",
         XML_ErrorString(XML_GetErrorCode(r->parser)));
}

bool autoconfig_xml_read(const char *text, size_t len,
                         const struct offer_address *address,
                         struct offer *offer, struct error *e)
{
    struct reader r = {.address = address, .offer = offer, .e = e};

    if (len > AUTOCONFIG_MAX)
        return error_set(e, ERROR_PARSE,
                         "It is larger than %d KiB, which is not read.",
                         AUTOCONFIG_MAX / 1024);
    r.parser = XML_ParserCreate(NULL);
    if (!r.parser)
        abort();
    buf_init(&r.text, TEXT_LIMIT);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, begin_element, end_element);
    XML_SetCharacterDataHandler(r.parser, take_text);
    XML_SetStartDoctypeDeclHandler(r.parser, begin_doctype);
    parse(&r, text, len);
    if (!r.failed && !r.provider_seen)
        fail(&r, ERROR_PARSE, "The clientConfig holds no emailProvider.");
    free(r.draft.expanded);
    free(r.draft.user);
    buf_release(&r.text);
    XML_ParserFree(r.parser);
    if (r.failed)
        offer_release(offer);
    return !r.failed;
}
