/* SPDX-License-Identifier: MIT */
/* exchange_trust: exceptions, authorities and own certificates in the files of
 * other programs. */
#include "core/exchange/exchange_private.h"

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

const char *exchange_authorities(struct exchange_writer *w)
{
    const char *path = NULL;
    struct buf all;

    if (!w->view->ca_file)
        return NULL;
    buf_init(&all, CERTIFICATES_MAX);
    if (!w->view->system_ca)
        exchange_warn(w,
                      "The system's authorities are not in one file here, so "
                      "%s would only know those of ca-file. They are left out.",
                      w->options->format->title);
    else if (exchange_add_file(w, &all, w->view->ca_file) &&
             exchange_add_file(w, &all, w->view->system_ca))
        path = exchange_companion(w, "authorities.pem", &all);
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
    if (ca && w->view->ca_file)
        exchange_add_file(w, &all, w->view->ca_file);
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
