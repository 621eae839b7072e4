/* SPDX-License-Identifier: MIT */
/* form_draw: what a form looks like. */
#include "core/account/endpoint.h"
#include "core/base/text.h"
#include "tui/widgets/form_private.h"

#include <stdio.h>
#include <string.h>

#define LABEL_COL  2
#define MARK_COL   16
#define VALUE_COL  18
#define REMARK_MIN 70 /* narrower forms have no remarks */
#define CHOICE_MAX 10 /* open choices on the screen at once */

/* -- words ----------------------------------------------------------------- */

static const char *usual_port(const struct form *form)
{
    static const char *const words[3][2] = {
        {"993", "143"}, {"995", "110"}, {"465", "587"}};
    const char *type = form->drafted[SET_TYPE],
               *word = form->drafted[SET_SECURITY];
    enum service service = SERVICE_IMAP;
    enum security security = SECURITY_TLS;

    if (type)
        service_parse(type, &service);
    if (form->section == SECTION_SMTP)
        service = SERVICE_SMTP;
    if (word)
        security_parse(word, &security);
    return words[service][security != SECURITY_TLS];
}

/* What applies while nothing is set. */
static char *show_unset(const struct form *form, enum setting setting,
                        char *out, size_t size)
{
    const struct setting_row *row = setting_row(setting);
    const char *value;
    char shown[300];

    if (row->type == SETTING_SMTP_ID || row->type == SETTING_ACCOUNT_ID)
        return form_choice_label(form, setting, 0, out, size);
    if (form->draft)
        value = setting == SET_PORT ? usual_port(form) : row->fallback;
    else
        value =
            config_effective(form->config, form->section, form->id, setting);
    out[0] = '\0';
    if (!value)
        return out;
    setting_show(shown, sizeof(shown), setting, value);
    if (row->type == SETTING_CHOICE || row->type == SETTING_YES_NO)
        snprintf(out, size, "%s", shown);
    else
        snprintf(out, size, "%s  (%s)", shown,
                 setting == SET_PORT ? "the usual one" : "default");
    return out;
}

static char *show_interval(const char *value, char *out, size_t size)
{
    long minutes;

    if (!text_parse_number(value, 0, 1440, &minutes))
        return text_safe_string(out, size, value);
    if (minutes == 0)
        snprintf(out, size, "by hand");
    else
        snprintf(out, size, "every %ld minute%s", minutes,
                 minutes == 1 ? "" : "s");
    return out;
}

char *form_shown(const struct form *form, enum setting setting, char *out,
                 size_t size)
{
    const char *value = form_value(form, setting);

    if (!value || !*value) {
        if (value && setting == SET_PORT)
            return text_safe_string(out, size, "");
        return show_unset(form, setting, out, size);
    }
    if (setting == SET_CHECK_INTERVAL)
        return show_interval(value, out, size);
    if (setting_row(setting)->type == SETTING_SECRET && !form->draft &&
        config_is_changed(form->config, form->section, form->id, setting))
        return text_safe_string(out, size, "(new; Enter replaces it)");
    if (setting_row(setting)->type == SETTING_SMTP_ID)
        return text_safe_string(
            out, size, config_label(form->config, SECTION_SMTP, value));
    if (setting_row(setting)->type == SETTING_ACCOUNT_ID)
        return text_safe_string(
            out, size, config_label(form->config, SECTION_ACCOUNT, value));
    return setting_show(out, size, setting, value);
}

bool form_remark(const struct config *config, enum section section,
                 const char *id, enum setting setting, char *out, size_t size)
{
    const struct setting_row *row = setting_row(setting);
    const char *old;
    char shown[300];

    if (!config_is_changed(config, section, id, setting))
        return false;
    old = config_saved(config, section, id, setting);
    if (row->type == SETTING_SECRET) {
        snprintf(out, size, "* changed");
    } else if (!old) {
        snprintf(out, size, "* was not set");
    } else {
        setting_show(shown, sizeof(shown), setting, old);
        snprintf(out, size,
                 row->type == SETTING_NUMBER || row->type == SETTING_CHOICE ||
                         row->type == SETTING_YES_NO
                     ? "* was %s"
                     : "* was \"%s\"",
                 shown);
    }
    return true;
}

bool form_hint(const struct form *form, char *out, size_t size)
{
    enum setting setting = form_focused(form);
    const struct setting_row *row;

    if (setting == SET_NONE)
        return false;
    row = setting_row(setting);
    snprintf(out, size, "%s: %s", row->label, row->help);
    return true;
}

/* -- rows ------------------------------------------------------------------ */

static void draw_open_text(struct form *form, struct area area, int row)
{
    char text[4096];
    bool secret = setting_row(form_focused(form))->type == SETTING_SECRET;
    int width = area.width - VALUE_COL - 1, column, col = VALUE_COL;

    lineedit_view(&form->edit, width, secret, text, sizeof(text), &column);
    col = draw_text(area, row, col, STYLE_FIELD, text);
    while (col < VALUE_COL + width)
        col = draw_text(area, row, col, STYLE_FIELD, " ");
    draw_cursor(area, row, VALUE_COL + column);
}

static void draw_remark(const struct form *form, struct area area, int row,
                        enum setting setting, int col)
{
    char remark[340];
    int left = area.width - col - 2;

    if (form->draft || area.width < REMARK_MIN || left < 8 ||
        !form_remark(form->config, form->section, form->id, setting, remark,
                     sizeof(remark)))
        return;
    if ((int)text_width(remark) <= left)
        draw_right(area, row, STYLE_CHANGED, remark);
    else
        draw_cut(area, row, col + 2, left, STYLE_CHANGED, remark);
}

static void draw_marks(const struct form *form, struct area area, int row,
                       enum setting setting, bool here)
{
    bool fault = form_fault(form, setting, NULL);

    if (here)
        draw_text(area, row, 0, STYLE_FOCUS, ">");
    if (fault)
        draw_text(area, row, here ? 1 : 0, STYLE_FAULT, "!");
    if (!form->draft &&
        config_is_changed(form->config, form->section, form->id, setting))
        draw_text(area, row, MARK_COL, STYLE_CHANGED, "*");
}

static void draw_row(struct form *form, struct area area, int row, size_t i,
                     bool active)
{
    enum setting setting = form->rows[i];
    bool here = active && i == form->list.selected;
    enum style style = here ? STYLE_FOCUS : STYLE_NORMAL;
    char shown[1100];
    int col;

    draw_marks(form, area, row, setting, here);
    draw_text(area, row, LABEL_COL, style, setting_row(setting)->label);
    if (here && form->mode == FORM_TEXT) {
        draw_open_text(form, area, row);
        return;
    }
    col = draw_cut(area, row, VALUE_COL, area.width - VALUE_COL, style,
                   form_shown(form, setting, shown, sizeof(shown)));
    draw_remark(form, area, row, setting, col);
    if (here && form->mode == FORM_MOVING)
        draw_cursor(area, row, 0);
}

static void draw_choice(struct form *form, struct area area, int row, size_t i)
{
    bool here = i == form->choices.selected;
    char label[300];

    form_choice_label(form, form_focused(form), i, label, sizeof(label));
    if (here) {
        draw_text(area, row, MARK_COL, STYLE_FOCUS, ">");
        draw_cursor(area, row, MARK_COL);
    }
    draw_cut(area, row, VALUE_COL, area.width - VALUE_COL,
             here ? STYLE_FOCUS : STYLE_NORMAL, label);
}

/* How many open choices are shown. */
static size_t open_rows(const struct form *form)
{
    if (form->mode != FORM_CHOICE)
        return 0;
    return form->choices.count < CHOICE_MAX ? form->choices.count : CHOICE_MAX;
}

int form_height(const struct form *form)
{
    return (int)(form->list.count + open_rows(form));
}

/* The focused row and its open choices are to be seen, the row itself rather
 * than all of them. */
static void scroll(struct form *form, size_t rows, size_t open)
{
    size_t focus = form->list.selected, total = form->list.count + open;

    if (focus + open >= form->top + rows)
        form->top = focus + open + 1 - rows;
    if (form->top > focus)
        form->top = focus;
    if (form->top + rows > total)
        form->top = total > rows ? total - rows : 0;
}

void form_draw(struct form *form, struct area area, bool active)
{
    size_t rows = area.height > 0 ? (size_t)area.height : 0;
    size_t open = active ? open_rows(form) : 0;
    size_t focus = form->list.selected;

    if (!rows)
        return;
    if (rows != form->list.rows)
        form->top = 0; /* another size: as if it had always been so */
    form->list.rows = rows;
    if (open > rows - 1)
        open = rows - 1;
    if (open)
        list_fit(&form->choices, form->choices.count, (int)open);
    scroll(form, rows, open);
    for (size_t r = 0; r < rows; r++) {
        size_t line = form->top + r;

        if (line > focus && line <= focus + open)
            draw_choice(form, area, (int)r,
                        form->choices.top + line - focus - 1);
        else if (line >= focus + open + 1 && line - open < form->list.count)
            draw_row(form, area, (int)r, line - open, active);
        else if (line <= focus && line < form->list.count)
            draw_row(form, area, (int)r, line, active);
    }
}

void form_click(struct form *form, int row)
{
    size_t line = form->top + (size_t)(row < 0 ? 0 : row);

    if (form->mode == FORM_MOVING && row >= 0 && line < form->list.count)
        list_select(&form->list, line);
}
