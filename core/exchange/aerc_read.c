/* SPDX-License-Identifier: MIT */
/* aerc_read: accounts.conf: a section an account, servers as URLs with the user
 * percent-encoded, commands for the passwords. */
#include "core/exchange/import_private.h"

#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

struct reading {
    struct import *im;
    char name[128];
    unsigned line;
    struct import_item *in, *out; /* NULL: not said yet */
};

/* The account first: it is what has the name, the address, the folders. */
static struct import_item *incoming(struct reading *r)
{
    if (!r->in)
        r->in = import_item_new(r->im, SECTION_ACCOUNT, r->name, r->line);
    return r->in;
}

static struct import_item *outgoing(struct reading *r)
{
    struct import_item *in = incoming(r);

    if (!r->out && in) {
        r->out = import_item_new(r->im, SECTION_SMTP, r->name, r->line);
        if (r->out)
            in->smtp = (int)r->im->item_count - 1;
    }
    return r->out;
}

static void section(void *arg, unsigned line, const char *name)
{
    struct reading *r = arg;

    snprintf(r->name, sizeof(r->name), "%.120s", name);
    r->line = line;
    r->in = r->out = NULL;
}

/* "Ann Example <ann@example.org>", "ann@example.org". */
static void take_from(struct reading *r, unsigned line, const char *text)
{
    char copy[512], *open, *close;

    snprintf(copy, sizeof(copy), "%s", text);
    open = strrchr(copy, '<');
    close = open ? strchr(open, '>') : NULL;
    if (!close) {
        import_take(incoming(r), SET_EMAIL, line, text_trim(copy));
        return;
    }
    *open++ = *close = '\0';
    import_take(incoming(r), SET_EMAIL, line, text_trim(open));
    open = text_trim(copy);
    if (strlen(open) >= 2 && *open == '"' && open[strlen(open) - 1] == '"') {
        open[strlen(open) - 1] = '\0';
        open++;
    }
    import_take(incoming(r), SET_NAME, line, open);
}

static void take_source(struct reading *r, unsigned line, const char *url)
{
    if (incoming(r))
        import_url(r->im, r->in, line, url, SECURITY_STARTTLS);
}

static void take_outgoing(struct reading *r, unsigned line, const char *url)
{
    if (!strstr(url, "://"))
        import_left(r->im, line, "outgoing: a program is no server.");
    else if (outgoing(r))
        import_url(r->im, r->out, line, url, SECURITY_STARTTLS);
}

static void value(void *arg, unsigned line, const char *key, const char *text)
{
    struct reading *r = arg;

    if (!*r->name)
        return;
    if (strcmp(key, "source") == 0)
        take_source(r, line, text);
    else if (strcmp(key, "outgoing") == 0)
        take_outgoing(r, line, text);
    else if (strcmp(key, "source-cred-cmd") == 0 && incoming(r))
        import_command(r->im, r->in, SET_PASSWORD_COMMAND, line, text);
    else if (strcmp(key, "outgoing-cred-cmd") == 0 && outgoing(r))
        import_command(r->im, r->out, SET_PASSWORD_COMMAND, line, text);
    else if (strcmp(key, "from") == 0)
        take_from(r, line, text);
    else if (strcmp(key, "copy-to") == 0)
        import_take(incoming(r), SET_SENT_FOLDER, line, text);
    else if (strcmp(key, "postpone") == 0)
        import_take(incoming(r), SET_DRAFTS_FOLDER, line, text);
    else if (strcmp(key, "archive") == 0)
        import_take(incoming(r), SET_ARCHIVE_FOLDER, line, text);
    else if (strcmp(key, "signature-file") == 0)
        import_take(incoming(r), SET_SIGNATURE_FILE, line, text);
    else
        import_unknown(r->im, line, key);
}

static bool read_aerc(struct import *im, const char *text, struct error *e)
{
    struct reading r = {.im = im};
    const struct import_ini ini = {
        .kind = INI_GO, .section = section, .value = value, .arg = &r};

    (void)e;
    import_ini_read(im, text, &ini);
    return true;
}

const struct import_format import_aerc = {.name = "aerc",
                                          .title = "aerc",
                                          .file = "accounts.conf",
                                          .read = read_aerc};
