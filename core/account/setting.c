/* SPDX-License-Identifier: MIT */
#include "core/account/setting.h"

#include "core/account/account.h"
#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IN_ACCOUNT SECTION_ACCOUNT
#define IN_SERVER  (SECTION_ACCOUNT | SECTION_SMTP)

static const struct setting_choice types[] = {
    {"imap", "IMAP"}, {"pop3", "POP3"}, {NULL, NULL}};
static const struct setting_choice securities[] = {
    {"tls", "SSL/TLS (from the start)"},
    {"starttls", "STARTTLS (upgrade required; no plain fallback)"},
    {"none", "none (not encrypted)"},
    {NULL, NULL}};
static const struct setting_choice auths[] = {
    {"auto", "automatic (the best both sides have)"},
    {"plain", "password, PLAIN"},
    {"login", "password, LOGIN"},
    {"cram-md5", "password, CRAM-MD5"},
    {"scram-sha-1", "password, SCRAM-SHA-1"},
    {"scram-sha-1-plus", "password, SCRAM-SHA-1-PLUS"},
    {"scram-sha-256", "password, SCRAM-SHA-256"},
    {"scram-sha-256-plus", "password, SCRAM-SHA-256-PLUS"},
    {"xoauth2", "OAuth token, XOAUTH2"},
    {"oauthbearer", "OAuth token, OAUTHBEARER"},
    {"external", "TLS certificate (EXTERNAL)"},
    {"none", "no login"},
    {NULL, NULL}};
static const struct setting_choice tls_versions[] = {
    {"1.2", "TLS 1.2 or newer"}, {"1.3", "TLS 1.3 or newer"}, {NULL, NULL}};
static const struct setting_choice leave[] = {
    {"always", "always"}, {"never", "never"}, {NULL, NULL}};
static const struct setting_choice remembers[] = {
    {"no", "no (typed each time)"},
    {"keyring", "in the kernel keyring, 12 hours"},
    {NULL, NULL}};
static const struct setting_choice colours[] = {
    {"auto", "where the terminal has it"}, {"never", "never"}, {NULL, NULL}};

static const struct setting_row table[SET_COUNT] = {
    [SET_LABEL] = {"label", "Shown as", "What lists call it; up to 64 letters.",
                   IN_SERVER, SETTING_TEXT, 0, 64, NULL, NULL},
    [SET_NAME] = {"name", "Name",
                  "Your own name, as those you write to will see it.",
                  IN_ACCOUNT, SETTING_TEXT, 0, 255, NULL, NULL},
    [SET_EMAIL] = {"email", "Address", "Your mail address: name@domain.",
                   IN_ACCOUNT, SETTING_EMAIL, 0, 254, NULL, NULL},
    [SET_REPLY_TO] = {"reply-to", "Reply to",
                      "Where answers go when not to your address.", IN_ACCOUNT,
                      SETTING_EMAIL, 0, 254, NULL, NULL},
    [SET_ORGANIZATION] = {"organization", "Organization",
                          "Stands in the mails you write; may stay empty.",
                          IN_ACCOUNT, SETTING_TEXT, 0, 255, NULL, NULL},
    [SET_SIGNATURE_FILE] = {"signature-file", "Signature",
                            "A file whose text ends your mails; ~/ is your "
                            "home.",
                            IN_ACCOUNT, SETTING_PATH, 0, 1000, NULL, NULL},
    [SET_ENABLED] = {"enabled", "In use",
                     "With no, `test --all` and exports pass the account over.",
                     IN_ACCOUNT, SETTING_YES_NO, 0, 0, "yes", NULL},
    [SET_TYPE] = {"type", "Protocol",
                  "IMAP keeps mail on the server, POP3 fetches it.", IN_ACCOUNT,
                  SETTING_CHOICE, 0, 0, "imap", types},
    [SET_HOST] = {"host", "Server name",
                  "As your provider names it, for example mail.example.org; or "
                  "an address.",
                  IN_SERVER, SETTING_HOST, 0, 1000, NULL, NULL},
    [SET_PORT] = {"port", "Port",
                  "Number from 1 to 65535. IMAP 993 with TLS, 143 with "
                  "STARTTLS; POP3 995, 110; SMTP 465, 587.",
                  IN_SERVER, SETTING_NUMBER, 1, 65535, NULL, NULL},
    [SET_SECURITY] = {"security", "Security",
                      "TLS from the start is best; STARTTLS upgrades or fails; "
                      "none sends all in clear.",
                      IN_SERVER, SETTING_CHOICE, 0, 0, "tls", securities},
    [SET_AUTH] = {"auth", "Login",
                  "How the password is proven; automatic fits nearly always.",
                  IN_SERVER, SETTING_CHOICE, 0, 0, "auto", auths},
    [SET_ACCOUNT] = {"account", "Log in as",
                     "An account whose user name and password serve here too.",
                     SECTION_SMTP, SETTING_ACCOUNT_ID, 0, 64, NULL, NULL},
    [SET_USER] = {"user", "User name",
                  "Often the whole mail address; up to 255 letters.", IN_SERVER,
                  SETTING_TEXT, 0, 255, NULL, NULL},
    [SET_PASSWORD_COMMAND] = {"password-command", "Password from",
                              "A command that prints the password, for example "
                              "pass show mail/work.",
                              IN_SERVER, SETTING_COMMAND, 0, 1000, NULL, NULL},
    [SET_PASSWORD_COMMAND_TERMINAL] =
        {"password-command-terminal", "It asks",
         "With yes that command gets the terminal, to ask for a passphrase "
         "(gpg).",
         IN_SERVER, SETTING_YES_NO, 0, 0, "no", NULL},
    [SET_PASSWORD] = {"password", "Password",
                      "Stored in the file as it is. A password command is "
                      "better.",
                      IN_SERVER, SETTING_SECRET, 0, 1000, NULL, NULL},
    [SET_REMEMBER] = {"remember", "Remember",
                      "Whether a typed password that worked is kept in the "
                      "kernel's memory.",
                      IN_SERVER, SETTING_CHOICE, 0, 0, "no", remembers},
    [SET_TOKEN_COMMAND] = {"token-command", "Token from",
                           "A command that prints an OAuth access token, for "
                           "XOAUTH2 and OAUTHBEARER.",
                           IN_SERVER, SETTING_COMMAND, 0, 1000, NULL, NULL},
    [SET_OAUTH_CLIENT_ID] = {"oauth-client-id", "OAuth client",
                             "The id under which your program is known to the "
                             "provider; see docs/oauth.md.",
                             IN_SERVER, SETTING_TEXT, 0, 255, NULL, NULL},
    [SET_OAUTH_CLIENT_SECRET_COMMAND] =
        {"oauth-client-secret-command", "Client secret",
         "A command that prints the client's secret, where the provider gave "
         "one.",
         IN_SERVER, SETTING_COMMAND, 0, 1000, NULL, NULL},
    [SET_OAUTH_DEVICE_ENDPOINT] =
        {"oauth-device-endpoint", "Code from",
         "Where codes for a login in the browser are given out: https://...",
         IN_SERVER, SETTING_URL, 0, 1000, NULL, NULL},
    [SET_OAUTH_TOKEN_ENDPOINT] =
        {"oauth-token-endpoint", "Tokens from",
         "Where tokens are given out and renewed: https://...", IN_SERVER,
         SETTING_URL, 0, 1000, NULL, NULL},
    [SET_OAUTH_SCOPE] = {"oauth-scope", "OAuth scope",
                         "What is asked for, blank-separated; with "
                         "offline_access it can be renewed.",
                         IN_SERVER, SETTING_TEXT, 0, 1000, NULL, NULL},
    [SET_OAUTH_REFRESH_COMMAND] =
        {"oauth-refresh-command", "Grant read by",
         "A command that prints the refresh token that was kept.", IN_SERVER,
         SETTING_COMMAND, 0, 1000, NULL, NULL},
    [SET_OAUTH_STORE_COMMAND] =
        {"oauth-store-command", "Grant kept by",
         "A command that keeps the refresh token it gets as a line on its "
         "standard input.",
         IN_SERVER, SETTING_COMMAND, 0, 1000, NULL, NULL},
    [SET_CLIENT_CERTIFICATE] =
        {"client-certificate", "Own cert",
         "One of your certificates, or a PEM file with one and its key; shown "
         "when the server asks.",
         IN_SERVER, SETTING_IDENTITY, 0, 1000, NULL, NULL},
    [SET_CLIENT_KEY_COMMAND] =
        {"client-key-command", "Key opened by",
         "A command that prints the passphrase of that certificate's key.",
         IN_SERVER, SETTING_COMMAND, 0, 1000, NULL, NULL},
    [SET_ALLOW_PLAINTEXT_LOGIN] = {"allow-plaintext-login", "Clear login",
                                   "With yes and security none the password "
                                   "goes unencrypted.",
                                   IN_SERVER, SETTING_YES_NO, 0, 0, "no", NULL},
    [SET_TLS_MINIMUM] = {"tls-minimum", "TLS at least",
                         "Older versions are refused.",
                         IN_SERVER | SECTION_DEFAULTS, SETTING_CHOICE, 0, 0,
                         "1.2", tls_versions},
    [SET_TIMEOUT] = {"timeout", "Patience",
                     "Seconds that one stage of a test may take: 1 to 600.",
                     IN_SERVER | SECTION_DEFAULTS, SETTING_NUMBER, 1, 600, "15",
                     NULL},
    [SET_HELO_NAME] = {"helo-name", "HELO name",
                       "How this machine calls itself; empty: localhost.",
                       SECTION_SMTP, SETTING_HOST, 0, 253, NULL, NULL},
    [SET_SMTP] = {"smtp", "Outgoing",
                  "The outgoing server; empty: the default one.",
                  IN_ACCOUNT | SECTION_DEFAULTS, SETTING_SMTP_ID, 0, 64, NULL,
                  NULL},
    [SET_CHECK_INTERVAL] =
        {"check-interval", "Check mail",
         "Minutes between two looks for new mail, 0 to 1440; "
         "0: by hand.",
         IN_ACCOUNT, SETTING_NUMBER, 0, 1440, NULL, NULL},
    [SET_LEAVE_ON_SERVER] = {"leave-on-server", "Leave mail",
                             "POP3: always, never, or for a number of days.",
                             IN_ACCOUNT, SETTING_TEXT, 0, 16, NULL, leave},
    [SET_IMAP_PREFIX] = {"imap-prefix", "IMAP prefix",
                         "The folder all others lie in; mostly empty.",
                         IN_ACCOUNT, SETTING_TEXT, 0, 255, NULL, NULL},
    [SET_SENT_FOLDER] = {"sent-folder", "Sent folder", "Where sent mail goes.",
                         IN_ACCOUNT, SETTING_TEXT, 0, 255, NULL, NULL},
    [SET_DRAFTS_FOLDER] = {"drafts-folder", "Drafts folder",
                           "Where unfinished mail lies.", IN_ACCOUNT,
                           SETTING_TEXT, 0, 255, NULL, NULL},
    [SET_TRASH_FOLDER] = {"trash-folder", "Trash folder",
                          "Where deleted mail goes.", IN_ACCOUNT, SETTING_TEXT,
                          0, 255, NULL, NULL},
    [SET_ARCHIVE_FOLDER] = {"archive-folder", "Archive",
                            "Where archived mail goes.", IN_ACCOUNT,
                            SETTING_TEXT, 0, 255, NULL, NULL},
    [SET_DNS_SERVER] = {"dns-server", "Name server",
                        "ADDRESS or ADDRESS:PORT instead of the system's.",
                        SECTION_DEFAULTS, SETTING_TEXT, 0, 100, NULL, NULL},
    [SET_CA_FILE] = {"ca-file", "Authorities",
                     "A PEM file with more trust anchors.", SECTION_DEFAULTS,
                     SETTING_PATH, 0, 1000, NULL, NULL},
    [SET_AUTOCONFIG_URL] =
        {"autoconfig-url", "Found in",
         "A database of providers, asked about the domain of a new address; "
         "off: none is.",
         SECTION_DEFAULTS, SETTING_URL, 0, 1000,
         "https://live.thunderbird.net/autoconfig/v1.1/", NULL},
    [SET_MOUSE] = {"mouse", "Mouse", "Whether the screens use the mouse.",
                   SECTION_UI, SETTING_YES_NO, 0, 0, "no", NULL},
    [SET_COLOUR] = {"colour", "Colour", "Whether the screens use colours.",
                    SECTION_UI, SETTING_CHOICE, 0, 0, "auto", colours},
};

/* -- the table ------------------------------------------------------------- */

const struct setting_row *setting_row(enum setting setting)
{
    return &table[setting];
}

enum setting setting_find(enum section section, const char *key)
{
    for (int i = 0; i < SET_COUNT; i++)
        if ((table[i].sections & section) &&
            text_equal_nocase(table[i].key, key))
            return (enum setting)i;
    return SET_NONE;
}

enum setting setting_next(enum section section, enum setting previous)
{
    for (int i = (int)previous + 1; i < SET_COUNT; i++)
        if (table[i].sections & section)
            return (enum setting)i;
    return SET_NONE;
}

/* -- checking -------------------------------------------------------------- */

static bool check_number(const struct setting_row *row, const char *value,
                         struct error *e)
{
    char safe[80];
    long number;

    text_safe_string(safe, sizeof(safe), value);
    if (text_parse_number(value, row->min, row->max, &number))
        return true;
    if (!*value)
        return error_set(e, ERROR_INPUT,
                         "%s: it is empty; a number from %ld to %ld is "
                         "expected.",
                         row->label, row->min, row->max);
    if (value[strspn(value, "0123456789")])
        return error_set(e, ERROR_INPUT,
                         "%s: \"%s\" is not a number from %ld to %ld.",
                         row->label, safe, row->min, row->max);
    if (text_parse_number(value, 0, row->min - 1, &number))
        return error_set(e, ERROR_INPUT,
                         "%s: %s is too small; a number from %ld to %ld is "
                         "expected.",
                         row->label, safe, row->min, row->max);
    return error_set(e, ERROR_INPUT,
                     "%s: %s is too big; the highest is %ld (%ld to %ld).",
                     row->label, safe, row->max, row->min, row->max);
}

static bool check_choice(const struct setting_row *row, const char *value,
                         struct error *e)
{
    char words[300] = "", safe[80];

    for (const struct setting_choice *c = row->choices; c->word; c++) {
        size_t used = strlen(words);

        if (text_equal_nocase(c->word, value))
            return true;
        snprintf(words + used, sizeof(words) - used, "%s%s", used ? ", " : "",
                 c->word);
    }
    return error_set(e, ERROR_INPUT, "%s: \"%s\" is none of: %s.", row->label,
                     text_safe_string(safe, sizeof(safe), value), words);
}

static bool check_email(const struct setting_row *row, const char *value,
                        struct error *e)
{
    const char *at = strrchr(value, '@');
    char host[HOST_MAX];
    struct error why = {0};

    if (!at || at == value)
        return error_set(e, ERROR_INPUT,
                         "%s: a mail address has the form name@domain.",
                         row->label);
    if (strpbrk(value, " \t<>,;"))
        return error_set(e, ERROR_INPUT,
                         "%s: the address alone, without blanks, <> or "
                         "commas.",
                         row->label);
    if (host_normalise(at + 1, host, &why))
        return true;
    return error_set(e, ERROR_INPUT, "%s: behind the @: %s", row->label,
                     why.text);
}

static bool check_host(const struct setting_row *row, const char *value,
                       struct error *e)
{
    char host[HOST_MAX];
    struct error why = {0};

    return host_normalise(value, host, &why) ||
           error_set(e, ERROR_INPUT, "%s: %s", row->label, why.text);
}

static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           (host_is_address(host) && strncmp(host, "127.", 4) == 0);
}

/* The host of a URL, without port and user information; false when there is
 * none or too much. */
static bool url_host(const char *url, char host[HOST_MAX], struct error *e)
{
    const char *start = strstr(url, "://");
    size_t len = start ? strcspn(start + 3, "/?#") : 0;
    char place[HOST_MAX + 10];
    long port;
    char *colon;

    if (!len || len >= sizeof(place))
        return error_set(e, ERROR_INPUT, "there is no server in it.");
    memcpy(place, start + 3, len);
    place[len] = '\0';
    if (strchr(place, '@'))
        return error_set(e, ERROR_INPUT,
                         "no user name or password belongs into it.");
    colon = strrchr(place, ':');
    if (colon && !strchr(colon, ']')) {
        if (!text_parse_number(colon + 1, 1, 65535, &port))
            return error_set(e, ERROR_INPUT,
                             "its port is no number from 1 to "
                             "65535.");
        *colon = '\0';
    }
    return host_normalise(place, host, e);
}

static bool check_url(const struct setting_row *row, const char *value,
                      struct error *e)
{
    char host[HOST_MAX];
    struct error why = {0};
    bool https = text_starts_nocase(value, "https://");

    if (!https && !text_starts_nocase(value, "http://"))
        return error_set(e, ERROR_INPUT,
                         "%s: an address that begins with https:// is "
                         "expected.",
                         row->label);
    if (strpbrk(value, " \"<>\\"))
        return error_set(e, ERROR_INPUT,
                         "%s: an address has no blanks, quotes or <>.",
                         row->label);
    if (!url_host(value, host, &why))
        return error_set(e, ERROR_INPUT, "%s: %s", row->label, why.text);
    return https || is_loopback(host) ||
           error_set(e, ERROR_INPUT,
                     "%s: https:// is needed; http:// only does for a server "
                     "on this machine.",
                     row->label);
}

/* always, never or a number of days */
static bool check_leave(const struct setting_row *row, const char *value,
                        struct error *e)
{
    long days;

    return text_equal_nocase(value, "always") ||
           text_equal_nocase(value, "never") ||
           text_parse_number(value, 1, 3650, &days) ||
           error_set(e, ERROR_INPUT,
                     "%s: always, never, or a number of days from 1 to 3650.",
                     row->label);
}

static size_t count_letters(const char *text)
{
    const char *end = text + strlen(text);
    size_t letters = 0;

    while (text < end) {
        text_decode(&text, end);
        letters++;
    }
    return letters;
}

static bool check_text(const struct setting_row *row, const char *value,
                       struct error *e)
{
    size_t max = row->max ? (size_t)row->max : 255;
    bool in_bytes = row->type == SETTING_COMMAND || row->type == SETTING_PATH ||
                    row->type == SETTING_URL || row->type == SETTING_IDENTITY ||
                    row->type == SETTING_SECRET;
    size_t count = in_bytes ? strlen(value) : count_letters(value);

    if (count > max)
        return error_set(
            e, ERROR_INPUT, "%s: that is too long: %zu %s of at most %zu.",
            row->label, count, in_bytes ? "bytes" : "letters", max);
    if (row->type != SETTING_COMMAND && text_contains_control(value))
        return error_set(e, ERROR_INPUT,
                         "%s: there are control characters in it.", row->label);
    return true;
}

static bool check_reference(const struct setting_row *row, const char *value,
                            struct error *e)
{
    struct error why = {0};

    return section_check_id(value, &why) ||
           error_set(e, ERROR_INPUT, "%s: %s", row->label, why.text);
}

bool setting_check(enum setting setting, const char *value, struct error *e)
{
    const struct setting_row *row = &table[setting];
    bool required = setting == SET_HOST || setting == SET_PORT ||
                    row->type == SETTING_CHOICE || row->type == SETTING_YES_NO;

    if (!*value && !required)
        return true;
    if (row->type != SETTING_NUMBER && row->type != SETTING_CHOICE &&
        row->type != SETTING_YES_NO && !check_text(row, value, e))
        return false;
    switch (row->type) {
    case SETTING_NUMBER:
        return check_number(row, value, e);
    case SETTING_CHOICE:
        return check_choice(row, value, e);
    case SETTING_YES_NO:
        return text_equal_nocase(value, "yes") ||
               text_equal_nocase(value, "no") ||
               error_set(e, ERROR_INPUT, "%s: yes or no.", row->label);
    case SETTING_HOST:
        return check_host(row, value, e);
    case SETTING_EMAIL:
        return check_email(row, value, e);
    case SETTING_URL:
        return (setting == SET_AUTOCONFIG_URL &&
                text_equal_nocase(value, "off")) ||
               check_url(row, value, e);
    case SETTING_SMTP_ID:
    case SETTING_ACCOUNT_ID:
        return check_reference(row, value, e);
    default:
        return setting != SET_LEAVE_ON_SERVER || check_leave(row, value, e);
    }
}

char *setting_canonical(enum setting setting, const char *value)
{
    const struct setting_row *row = &table[setting];
    char *copy = xstrdup(value), *trimmed, *out;

    if (row->type == SETTING_SECRET || row->type == SETTING_COMMAND)
        return copy;
    trimmed = text_trim(copy);
    if (row->type == SETTING_CHOICE || row->type == SETTING_YES_NO)
        text_lower(trimmed);
    if (row->type == SETTING_NUMBER)
        while (trimmed[0] == '0' && trimmed[1])
            trimmed++;
    out = xstrdup(trimmed);
    free(copy);
    return out;
}

char *setting_show(char *out, size_t size, enum setting setting,
                   const char *value)
{
    const struct setting_row *row = &table[setting];

    if (row->type == SETTING_SECRET && *value)
        return text_safe_string(out, size, "(stored; Enter replaces it)");
    for (const struct setting_choice *c = row->choices; c && c->word; c++)
        if (text_equal_nocase(c->word, value))
            return text_safe_string(out, size, c->label);
    return text_safe_string(out, size, value);
}

/* -- sections -------------------------------------------------------------- */

static const struct {
    enum section section;
    const char *word;
    bool single;
} kinds[] = {
    {SECTION_DEFAULTS, "defaults", true},
    {SECTION_UI, "ui", true},
    {SECTION_ACCOUNT, "account", false},
    {SECTION_SMTP, "smtp", false},
};
enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

const char *section_word(enum section section)
{
    for (int i = 0; i < KIND_COUNT; i++)
        if (kinds[i].section == section)
            return kinds[i].word;
    return "";
}

char *section_name(enum section section, const char *id)
{
    return *id ? xasprintf("%s %s", section_word(section), id)
               : xstrdup(section_word(section));
}

bool section_parse(const char *name, enum section *section, const char **id)
{
    for (int i = 0; i < KIND_COUNT; i++) {
        size_t len = strlen(kinds[i].word);

        if (!text_starts_nocase(name, kinds[i].word))
            continue;
        *section = kinds[i].section;
        if (kinds[i].single && !name[len]) {
            *id = "";
            return true;
        }
        /* One blank: "account  work" is another section than "account work",
         * and section_check_id() refuses the id " work". */
        if (!kinds[i].single && name[len] == ' ') {
            *id = name + len + 1;
            return **id != '\0';
        }
    }
    return false;
}

bool section_check_id(const char *id, struct error *e)
{
    const char *end = id + strlen(id);
    size_t letters = count_letters(id);

    if (!*id)
        return error_set(e, ERROR_INPUT, "A name is needed.");
    if (*id == '-')
        return error_set(e, ERROR_INPUT,
                         "A name does not begin with a hyphen.");
    if (*id == ' ' || end[-1] == ' ' || strstr(id, "  "))
        return error_set(e, ERROR_INPUT,
                         "A name has no blanks at its ends and no two in a "
                         "row.");
    if (strpbrk(id, "[]:;#=\"'\\/") || text_contains_control(id) ||
        !text_is_utf8(id, (size_t)(end - id)))
        return error_set(e, ERROR_INPUT,
                         "A name has none of [ ] : ; # = \" ' \\ / and no "
                         "control characters.");
    return letters <= 64 || error_set(e, ERROR_INPUT,
                                      "A name has 1 to 64 letters; this one "
                                      "has %zu.",
                                      letters);
}
