/* SPDX-License-Identifier: MIT */
#include "tui/panels/smtp_list.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *smtp_used_by(const struct config *config, const char *id, size_t most,
                   char *out, size_t size)
{
    const char *standard = config_get(config, SECTION_DEFAULTS, "", SET_SMTP);
    const char *account;
    size_t used = 0, i;

    out[0] = '\0';
    for (i = 0; i < most && (account = config_smtp_user(config, id, i)); i++) {
        char label[100];

        text_safe_string(label, sizeof(label),
                         config_label(config, SECTION_ACCOUNT, account));
        used = strlen(out);
        snprintf(out + used, size - used, "%s%s", i ? ", " : "", label);
    }
    used = strlen(out);
    if (i == most && config_smtp_user(config, id, i))
        snprintf(out + used, size - used, " ...");
    else if (standard && text_equal_nocase(standard, id))
        snprintf(out + used, size - used, used ? " (default)" : "(default)");
    return out;
}

/* Where the columns begin; 0: folded away. */
struct layout {
    int star, address, users, bang, test;
    int name_cells, address_cells, users_cells;
};

static struct layout layout_of(int width)
{
    struct layout l = {.test = width - 10, .bang = width - 12};
    int fixed;

    if (width < 50) {
        l.name_cells = l.bang - 5;
        l.star = l.bang - 2;
        return l;
    }
    l.name_cells = width >= 76 ? 15 : 13;
    l.star = l.name_cells + 3;
    l.address = l.star + 2;
    if (width >= 76) {
        l.users_cells = 17;
        l.users = l.bang - l.users_cells - 1;
    }
    fixed = l.users ? l.users : l.bang;
    l.address_cells = fixed - l.address - 1;
    return l;
}

static void draw_heading(const struct layout *l, struct area area)
{
    draw_text(area, 0, 2, STYLE_STRONG, "Outgoing server");
    if (l->address)
        draw_text(area, 0, l->address, STYLE_STRONG, "Address");
    if (l->users)
        draw_text(area, 0, l->users, STYLE_STRONG, "Used by");
    draw_text(area, 0, l->test, STYLE_STRONG, "Last test");
}

static char *address_words(const struct config *config, const char *id,
                           char *out, size_t size)
{
    const char *host = config_get(config, SECTION_SMTP, id, SET_HOST);
    const char *port = config_effective(config, SECTION_SMTP, id, SET_PORT);
    const char *word = config_effective(config, SECTION_SMTP, id, SET_SECURITY);
    enum security security;
    char safe[300];

    snprintf(out, size, "%s:%s %s",
             host ? text_safe_string(safe, sizeof(safe), host) : "(no name)",
             port ? port : "?",
             word && security_parse(word, &security) ? security_short(security)
                                                     : "?");
    return out;
}

static void draw_server(struct app *app, const struct layout *l,
                        struct area area, int row, const char *id, bool here)
{
    const struct config *config = app_config(app);
    enum style style = here ? STYLE_FOCUS : STYLE_NORMAL, test_style;
    char *target = xasprintf("smtp:%s", id);
    struct test_state test_state;
    char text[400];

    draw_cut(area, row, 2, l->name_cells, style,
             config_label(config, SECTION_SMTP, id));
    if (config_section_changed(config, SECTION_SMTP, id))
        draw_text(area, row, l->star, STYLE_CHANGED, "*");
    if (l->address)
        draw_cut(area, row, l->address, l->address_cells, style,
                 address_words(config, id, text, sizeof(text)));
    if (l->users)
        draw_cut(area, row, l->users, l->users_cells, style,
                 smtp_used_by(config, id, 1, text, sizeof(text)));
    app_test_state(app, target, &test_state);
    test_state_show(app, &test_state, text, sizeof(text), &test_style);
    if (test_state.kind == TEST_FAILED)
        draw_text(area, row, l->bang, STYLE_FAULT, "!");
    draw_text(area, row, l->test, test_style, text);
    free(target);
}

int smtp_list_heading(struct area area)
{
    return area.height > 3;
}

void smtp_list_draw(struct app *app, struct list *list, struct area area,
                    enum smtp_mark mark)
{
    const struct config *config = app_config(app);
    struct layout l = layout_of(area.width);
    int head = smtp_list_heading(area);
    int selected = config_index(config, SECTION_SMTP, app_smtp(app));
    size_t index;

    if (head)
        draw_heading(&l, area);
    list_fit(list, config_count(config, SECTION_SMTP), area.height - head);
    list_select(list, selected < 0 ? 0 : (size_t)selected);
    for (int row = 0; list_at(list, row, &index); row++) {
        bool here = index == list->selected && mark != SMTP_MARK_NONE;

        draw_server(app, &l, area, row + head,
                    config_id(config, SECTION_SMTP, index),
                    here && mark == SMTP_MARK_FOCUS);
        if (here)
            draw_text(area, row + head, 0, STYLE_FOCUS,
                      mark == SMTP_MARK_FOCUS ? ">" : "=");
        if (here && mark == SMTP_MARK_FOCUS)
            draw_cursor(area, row + head, 0);
    }
}
