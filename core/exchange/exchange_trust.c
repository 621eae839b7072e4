/* SPDX-License-Identifier: MIT */
/* exchange_trust: exceptions, authorities and own certificates in the files of
 * other programs. */
#include "core/exchange/exchange_private.h"

#include "core/account/domain.h"
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CERTIFICATES_MAX (4u << 20)

static const char *side(const struct exchange_writer *w,
                        const struct export_server *server)
{
    return server == &w->account->in ? "incoming" : "outgoing";
}

/* -- exceptions ------------------------------------------------------------ */

static void add_faults(struct buf *out, fault_set faults)
{
    bool first = true;

    for (int f = 0; f < FAULT_COUNT; f++)
        if (faults & FAULT_BIT(f)) {
            buf_addf(out, "%s%s", first ? "" : ", ", fault_word((enum fault)f));
            first = false;
        }
}

void exchange_pin_comments(struct exchange_writer *w,
                           const struct export_server *server, size_t count)
{
    for (size_t i = 0; i < count && i < server->pin_count; i++) {
        const struct exception *x = server->pins[i].exception;
        char date[DATE_SIZE];
        struct buf faults;

        buf_init(&faults, 1000);
        add_faults(&faults, x->faults);
        exchange_line(
            w, "# Exception %u of postseal (%s), %s%s.", x->number, faults.data,
            x->end == EXCEPTION_UNTIL ? "until " : "until removed",
            x->end == EXCEPTION_UNTIL ? date_format(date, x->until) : "");
        buf_release(&faults);
        buf_addf(&w->pins, "%s%u", w->pins.len ? " " : "", x->number);
    }
}

size_t exchange_pins(struct exchange_writer *w,
                     const struct export_server *server, size_t most)
{
    if (server->pin_count <= most)
        return server->pin_count;
    exchange_warn(w,
                  "%s takes one certificate for a server; of the %zu accepted "
                  "for the %s one, exception %u, accepted last, is written.",
                  w->options->format->title, server->pin_count, side(w, server),
                  server->pins[0].exception->number);
    return most;
}

void exchange_no_pin(struct exchange_writer *w,
                     const struct export_server *server, const char *why)
{
    char target[300], safe[320];
    const char *tunnel = w->options->format->tunnel;

    text_safe_string(safe, sizeof(safe),
                     exchange_target(target, sizeof(target), w, server));
    exchange_warn(w,
                  "%s cannot be told of the exception for the %s server: %s "
                  "It will refuse that certificate.%s%s%s",
                  w->options->format->title, side(w, server), why,
                  tunnel ? " Use `postseal connect " : "", tunnel ? safe : "",
                  tunnel ? "` as its pipe instead: --tunnel." : "");
}

char *exchange_colons(char *out, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        snprintf(out + 3 * i, 4, "%02X%s", bytes[i], i + 1 < len ? ":" : "");
    return out;
}

bool exchange_md5(const struct export_pin *pin, unsigned char md5[16])
{
    return pin->has_cert && EVP_Digest(pin->cert.der, pin->cert.der_len, md5,
                                       NULL, EVP_md5(), NULL) == 1;
}

/* -- files of certificates ------------------------------------------------- */

/* Ids hold nearly any letter; a file name shall need no quoting anywhere. */
static void add_plain_name(struct buf *out, const char *id)
{
    for (; *id; id++)
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                   "0123456789-.",
                   *id))
            buf_add_char(out, *id);
        else
            buf_addf(out, "_%02x", (unsigned)(unsigned char)*id);
}

const char *exchange_companion(struct exchange_writer *w, const char *suffix,
                               struct buf *content)
{
    struct export_plan *plan = w->plan;
    struct export_file *file;
    struct buf path;

    buf_init(&path, 8192);
    buf_addf(&path, "%s/exports/%s-", w->view->folder,
             w->options->format->name);
    add_plain_name(&path, w->account->id);
    buf_addf(&path, ".%s", suffix);
    plan->files =
        xreallocarray(plan->files, plan->file_count + 1, sizeof(*plan->files));
    file = &plan->files[plan->file_count++];
    *file = (struct export_file){.path = buf_take(&path), .companion = true};
    buf_init(&file->old, FILE_MAX);
    file->bytes = *content;
    buf_init(content, CERTIFICATES_MAX);
    buf_add(&w->seal, file->bytes.data, file->bytes.len);
    return file->path;
}

bool exchange_add_file(struct exchange_writer *w, struct buf *out,
                       const char *path)
{
    struct error e = {0};
    struct file_stamp stamp;
    struct buf bytes;
    bool ok;

    buf_init(&bytes, CERTIFICATES_MAX);
    ok = file_read(path, CERTIFICATES_MAX, &bytes, &stamp, &e);
    if (ok && !stamp.exists)
        ok = error_set(&e, ERROR_FILE, "%s is not there.", path);
    if (ok)
        ok = buf_add(out, bytes.data, bytes.len) &&
             (!out->len || out->data[out->len - 1] == '\n' ||
              buf_add_char(out, '\n'));
    if (!ok)
        exchange_warn(w, "Authorities are left out. %s", e.text);
    buf_release(&bytes);
    return ok;
}

/* -- authorities ----------------------------------------------------------- */

/* Whether one that vouches for some domains only may do so here. */
static bool covers(const char *domains, const char *host)
{
    char *copy, *rest, *domain;
    bool found = false;

    if (!domains)
        return true;
    copy = rest = xstrdup(domains);
    while (!found && (domain = strsep(&rest, " ")))
        found = *domain && domain_covers(domain, host);
    free(copy);
    return found;
}

static void add_imported(struct exchange_writer *w, const char *host,
                         struct buf *out)
{
    struct authorities *all = w->view->authorities;

    for (size_t i = 0; all && i < authorities_own_count(all); i++) {
        const struct authority *a = authorities_at(all, i);
        struct error e = {0};
        struct cert cert;

        if (a->source != AUTHORITY_IMPORTED || a->trust != AUTHORITY_TRUSTED ||
            a->problem || !covers(a->domains, host))
            continue;
        if (!authorities_load_cert(all, a, &cert, &e)) {
            exchange_warn(w, "The authority %s is left out. %s", a->name,
                          e.text);
            continue;
        }
        cert_add_pem(out, &cert);
        cert_release(&cert);
    }
}

void exchange_add_own(struct exchange_writer *w,
                      const struct export_server *server, struct buf *out)
{
    if (w->view->ca_file)
        exchange_add_file(w, out, w->view->ca_file);
    add_imported(w, server->server.endpoint.host, out);
}

bool exchange_has_own(struct exchange_writer *w)
{
    struct buf all;
    bool any;

    buf_init(&all, CERTIFICATES_MAX);
    add_imported(w, w->account->in.server.endpoint.host, &all);
    add_imported(w, w->account->out.server.endpoint.host, &all);
    any = w->view->ca_file || all.len;
    buf_release(&all);
    return any;
}

static const char *own_name(const struct exchange_writer *w,
                            const struct export_server *server)
{
    return server == &w->account->in ? "incoming-ca.pem" : "outgoing-ca.pem";
}

const char *exchange_own(struct exchange_writer *w,
                         const struct export_server *server)
{
    const char *path = w->view->ca_file;
    struct buf all;

    buf_init(&all, CERTIFICATES_MAX);
    add_imported(w, server->server.endpoint.host, &all);
    if (all.len) {
        if (w->view->ca_file)
            exchange_add_file(w, &all, w->view->ca_file);
        path = exchange_companion(w, own_name(w, server), &all);
    }
    buf_release(&all);
    return path;
}

const char *exchange_authorities(struct exchange_writer *w,
                                 const struct export_server *server)
{
    const char *path = NULL;
    struct buf all;

    buf_init(&all, CERTIFICATES_MAX);
    exchange_add_own(w, server, &all);
    if (all.len && !w->view->system_ca)
        exchange_warn(w,
                      "The system's authorities are not in one file here, so "
                      "%s would only know yours. Those are left out.",
                      w->options->format->title);
    else if (all.len && exchange_add_file(w, &all, w->view->system_ca))
        path = exchange_companion(w, own_name(w, server), &all);
    buf_release(&all);
    return path;
}

const char *exchange_certificates(struct exchange_writer *w,
                                  const struct export_server *server, bool ca)
{
    const char *path = NULL;
    struct buf all;

    buf_init(&all, CERTIFICATES_MAX);
    for (size_t i = 0; i < server->pin_count; i++)
        if (!server->pins[i].has_cert ||
            !cert_add_pem(&all, &server->pins[i].cert))
            exchange_warn(w, "Exception %u is left out. %s",
                          server->pins[i].exception->number,
                          server->pins[i].problem ? server->pins[i].problem
                                                  : "");
    if (ca)
        exchange_add_own(w, server, &all);
    if (all.len)
        path = exchange_companion(
            w, server == &w->account->in ? "incoming.pem" : "outgoing.pem",
            &all);
    buf_release(&all);
    return path;
}

void exchange_warn_key(struct exchange_writer *w,
                       const struct export_server *server)
{
    if (server->client_pem && server->client_key_locked)
        exchange_warn(w,
                      "The key of your certificate for the %s server has a "
                      "passphrase; %s asks for it, or fails where nobody "
                      "answers.",
                      side(w, server), w->options->format->title);
}
