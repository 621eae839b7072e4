/* SPDX-License-Identifier: MIT */
/*
 * sasl: the mechanisms that a listener names as its fault: "auth=" and their
 * names with "+" in between. Words in lower case are not names:
 *
 *   noir      no initial response (IMAP)
 *   tls12     TLS 1.2 at most
 *   noems     without the extended master secret
 *   lie       a wrong proof of SCRAM
 *   mute      success without the proof of SCRAM
 *   mitm      sees another TLS connection than the client
 *   stripped  knows the -PLUS forms of the mechanisms that it lists without
 *
 * The token for OAuth is that of --token; EXTERNAL takes a certificate of
 * ca.pem.
 */
#include "scram_server.h"
#include "server.h"

#include <openssl/ssl.h>

#define MESSAGE_MAX 4096

static bool has_word(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *p = list; *p;) {
        size_t size = strcspn(p, "+");

        if (size == len && strncmp(p, word, len) == 0)
            return true;
        p += size + (p[size] == '+');
    }
    return false;
}

bool listener_has(const struct listener *l, const char *word)
{
    return has_word(l->words, word);
}

bool sasl_has(const struct connection *c, const char *word)
{
    return has_word(c->listener->mechanisms, word);
}

void sasl_list(const struct connection *c, char *out, size_t size,
               const char *before, const char *between)
{
    size_t used = 0;

    *out = '\0';
    for (const char *p = c->listener->mechanisms; *p;) {
        size_t len = strcspn(p, "+");

        if (*p < 'a' && used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%.*s",
                                     used ? between : before, (int)len, p);
        p += len + (p[len] == '+');
    }
}

/* -- messages -------------------------------------------------------------- */

static char *encode(const char *text)
{
    static unsigned char out[2 * MESSAGE_MAX];

    EVP_EncodeBlock(out, (const unsigned char *)text, (int)strlen(text));
    return (char *)out;
}

/* Sends a challenge and decodes the answer; its length, or -1. */
static int ask(struct connection *c, const char *challenge,
               char answer[MESSAGE_MAX])
{
    const char *line;

    say(c, "%s %s", c->listener->protocol == 's' ? "334" : "+",
        encode(challenge));
    line = hear(c);
    if (!line || strcmp(line, "*") == 0 || strlen(line) > MESSAGE_MAX)
        return -1;
    memset(answer, 0, MESSAGE_MAX);
    return (int)scram_decode(line, (unsigned char *)answer, MESSAGE_MAX - 1);
}

/* The client's first message, be it there already or not. */
static int first(struct connection *c, const char *initial,
                 char answer[MESSAGE_MAX])
{
    memset(answer, 0, MESSAGE_MAX);
    if (!initial)
        return ask(c, "", answer);
    if (strcmp(initial, "=") == 0)
        return 0;
    return (int)scram_decode(initial, (unsigned char *)answer, MESSAGE_MAX - 1);
}

/* -- the mechanisms -------------------------------------------------------- */

static bool run_plain(struct connection *c, const char *initial)
{
    char text[MESSAGE_MAX], wanted[512];
    int len = first(c, initial, text);
    int size = snprintf(wanted, sizeof(wanted), "%c%s%c%s", 0, c->options->user,
                        0, c->options->password);

    return len == size && memcmp(text, wanted, (size_t)size) == 0;
}

static bool run_login(struct connection *c, const char *initial)
{
    char text[MESSAGE_MAX];
    bool user;

    if (initial)
        first(c, initial, text);
    else
        ask(c, "Username:", text);
    user = strcmp(text, c->options->user) == 0;
    ask(c, "Password:", text);
    return user && strcmp(text, c->options->password) == 0;
}

static bool run_cram_md5(struct connection *c)
{
    static const char challenge[] = "<1896.697170952@localhost>";
    const char *password = c->options->password;
    unsigned char digest[EVP_MAX_MD_SIZE];
    char text[MESSAGE_MAX], wanted[512];
    unsigned len = 0;
    int used;

    HMAC(EVP_md5(), password, (int)strlen(password),
         (const unsigned char *)challenge, strlen(challenge), digest, &len);
    used = snprintf(wanted, sizeof(wanted), "%s ", c->options->user);
    for (unsigned i = 0; i < len; i++)
        used += snprintf(wanted + used, sizeof(wanted) - (size_t)used, "%02x",
                         digest[i]);
    return ask(c, challenge, text) > 0 && strcmp(text, wanted) == 0;
}

static bool run_external(struct connection *c, const char *initial)
{
    char text[MESSAGE_MAX];
    int len = first(c, initial, text);

    return len >= 0 && c->ssl && SSL_get0_peer_certificate(c->ssl) &&
           SSL_get_verify_result(c->ssl) == X509_V_OK &&
           (!len || strcmp(text, c->options->user) == 0);
}

static bool run_oauth(struct connection *c, const char *initial, bool bearer)
{
    char text[MESSAGE_MAX], head[300], bearing[600];
    bool right;

    first(c, initial, text);
    snprintf(head, sizeof(head), bearer ? "n,a=%s,\001" : "user=%s\001",
             c->options->user);
    snprintf(bearing, sizeof(bearing), "\001auth=Bearer %s\001\001",
             c->options->token);
    right =
        strncmp(text, head, strlen(head)) == 0 && strstr(text, bearing) != NULL;
    if (!right) {
        int len =
            ask(c, "{\"status\":\"invalid_token\",\"scope\":\"mail\"}", text);

        /* RFC 7628 section 3.2.3: one byte 1; XOAUTH2: nothing. */
        if (len != bearer || (bearer && text[0] != 1))
            leave(c);
    }
    return right;
}

/* -- SCRAM ----------------------------------------------------------------- */

static void bind_to_tls(const struct connection *c, struct scram_server *s)
{
    static const char label[] = "EXPORTER-Channel-Binding";

    if (!c->ssl)
        return;
    if (SSL_version(c->ssl) == TLS1_3_VERSION) {
        s->binding_type = "tls-exporter";
        s->binding_len = 32;
        SSL_export_keying_material(c->ssl, s->binding, 32, label,
                                   sizeof(label) - 1, NULL, 0, 1);
    } else {
        s->binding_type = "tls-unique";
        s->binding_len =
            SSL_get_peer_finished(c->ssl, s->binding, sizeof(s->binding));
    }
    if (sasl_has(c, "mitm"))
        s->binding[0] ^= 1;
}

static bool run_scram(struct connection *c, const char *name,
                      const char *initial)
{
    struct scram_server s = {
        .sha256 = strstr(name, "-256") != NULL,
        .plus = strstr(name, "-PLUS") != NULL,
        .offers_plus = sasl_has(c, "SCRAM-SHA-1-PLUS") ||
                       sasl_has(c, "SCRAM-SHA-256-PLUS") ||
                       sasl_has(c, "stripped"),
        .user = c->options->user,
        .password = c->options->password,
        .salt = "QSXCR+Q6sek8bf92",
        .nonce = "3rfcNHYJY1ZVvWVs7j",
        .iterations = 4096,
    };
    char text[MESSAGE_MAX], final[200];
    bool right;

    bind_to_tls(c, &s);
    if (first(c, initial, text) < 0)
        return false;
    if (!scram_server_begin(&s, text)) {
        if (s.first[0])
            ask(c, s.first, text);
        return false;
    }
    if (ask(c, s.first, text) < 0)
        return false;
    right = scram_server_end(&s, text, final);
    if (sasl_has(c, "mute"))
        return right;
    if (right && sasl_has(c, "lie"))
        final[5] = final[5] == 'A' ? 'B' : 'A';
    return ask(c, final, text) >= 0 && right;
}

static bool sasl_run(struct connection *c, const char *name,
                     const char *initial)
{
    if (!sasl_has(c, name))
        return false;
    if (strncmp(name, "SCRAM-", 6) == 0)
        return run_scram(c, name, initial);
    if (strcmp(name, "PLAIN") == 0)
        return run_plain(c, initial);
    if (strcmp(name, "LOGIN") == 0)
        return run_login(c, initial);
    if (strcmp(name, "CRAM-MD5") == 0)
        return run_cram_md5(c);
    if (strcmp(name, "EXTERNAL") == 0)
        return run_external(c, initial);
    return run_oauth(c, initial, strcmp(name, "OAUTHBEARER") == 0);
}

bool sasl_command(struct connection *c, const char *rest)
{
    char name[64], initial[MESSAGE_MAX];
    int count = sscanf(rest, "%63s %4095s", name, initial);

    return count > 0 && sasl_run(c, name, count > 1 ? initial : NULL);
}
