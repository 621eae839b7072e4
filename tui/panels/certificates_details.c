/* SPDX-License-Identifier: MIT */
/* certificates_details: everything about one row, as labels and texts that
 * wrap. */
#include "tui/panels/certificates_private.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_CELLS  16
#define NARROW_LABEL 14
#define NARROW       50
#define USERS_SHOWN  20

static int label_cells(const struct details *d)
{
    return d->width < NARROW ? NARROW_LABEL : LABEL_CELLS;
}

static void add_line(struct details *d, const char *label, char *text,
                     enum style style)
{
    d->lines = xreallocarray(d->lines, d->count + 1, sizeof(*d->lines));
    d->lines[d->count++] = (struct details_line){xstrdup(label), text, style};
}

void details_head(struct details *d, const char *text)
{
    size_t count;
    char **parts = draw_break(text, d->width, &count);

    for (size_t i = 0; i < count; i++) {
        add_line(d, parts[i], xstrdup(""), STYLE_STRONG);
        free(parts[i]);
    }
    free(parts);
}

void details_add(struct details *d, enum style style, const char *label,
                 const char *format, ...)
{
    char text[4000];
    size_t count;
    char **parts;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    parts = draw_break(text, d->width - label_cells(d), &count);
    for (size_t i = 0; i < count; i++)
        add_line(d, i ? "" : label, parts[i], style);
    free(parts);
}

void details_add_valid(struct details *d, const struct cert *cert, time_t now)
{
    char from[DATE_SIZE], until[DATE_LEFT_SIZE];

    if (!cert->dates_ok)
        details_add(d, STYLE_CHANGED, "Valid", "(its dates cannot be read)");
    else
        details_add(d, cert->not_after < now ? STYLE_CHANGED : STYLE_NORMAL,
                    "Valid", "%s to %s", date_format(from, cert->not_before),
                    date_left_format(until, now, cert->not_after));
}

void details_add_sha256(struct details *d, const unsigned char sha256[32])
{
    int room = d->width - label_cells(d);
    size_t step = room >= 39 ? 16 : 8;
    char groups[96];

    for (size_t i = 0; i < 32; i += step) {
        text_hex_groups(groups, sha256 + i, step);
        details_add(d, STYLE_NORMAL, i ? "" : "SHA-256", "%s", groups);
    }
}

/* "Work (incoming)" of a target. */
static void add_user(struct buf *out, const struct config *config,
                     const char *target)
{
    const char *slash = strrchr(target, '/');
    char label[160];

    if (!slash) {
        text_safe_string(label, sizeof(label),
                         config_label(config, SECTION_SMTP, target + 5));
        buf_addf(out, "%s (outgoing server)", label);
    } else {
        char *id = xstrndup(target, (size_t)(slash - target));

        text_safe_string(label, sizeof(label),
                         config_label(config, SECTION_ACCOUNT, id));
        buf_addf(out, "%s (%s)", label, slash + 1);
        free(id);
    }
}

char *users_words(char *out, size_t size, const char *before,
                  const struct config *config, const struct usage *usage)
{
    struct buf text;

    buf_init(&text, 4000);
    for (size_t i = 0; i < usage->count && i < USERS_SHOWN; i++) {
        buf_addf(&text, "%s", i ? ", " : "");
        add_user(&text, config, usage->targets[i]);
    }
    if (usage->count > USERS_SHOWN)
        buf_addf(&text, " and %zu more", usage->count - USERS_SHOWN);
    snprintf(out, size, "%s%s", before,
             usage->count ? text.data : "no account");
    buf_release(&text);
    return out;
}

void details_add_users(struct details *d, const struct config *config,
                       const struct usage *usage)
{
    char text[4000];

    details_add(d, STYLE_NORMAL, "Used by", "%s",
                users_words(text, sizeof(text), "", config, usage));
}

void details_release(struct details *d)
{
    for (size_t i = 0; i < d->count; i++) {
        free(d->lines[i].label);
        free(d->lines[i].text);
    }
    free(d->lines);
}

void details_draw(const struct details *d, struct area area, int row, size_t i)
{
    const struct details_line *line = &d->lines[i];

    if (line->style == STYLE_STRONG) {
        draw_text(area, row, 0, STYLE_STRONG, line->label);
        return;
    }
    draw_cut(area, row, 1, label_cells(d) - 2, STYLE_NORMAL, line->label);
    draw_text(area, row, label_cells(d), line->style, line->text);
}
