/* SPDX-License-Identifier: MIT */
/*
 * password: a test waits for the password of a person. The server has proven
 * itself by then. What is typed is stars; where it is kept afterwards is chosen
 * beside it: nowhere, unless the person says so. Escape logs in nowhere.
 */
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/app.h"
#include "tui/widgets/lineedit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL        11 /* cells in front of a field */
#define WIDEST       70
#define PASSWORD_MAX 1000

struct state {
    struct probe_set *set;
    size_t index, servers;
    char user[160], host[300], refused_at[300]; /* "" for the first time */
    struct lineedit edit;
    enum keep_password keep;
    bool at_keep; /* else the password has the focus */
};

static const char *const keep_labels[KEEP_PLACES] = {
    [KEEP_NOWHERE] = "nowhere: forget it afterwards",
    [KEEP_IN_KEYRING] = "in the kernel's memory, 12 hours",
    [KEEP_IN_FILE] = "in accounts.ini, readable as it is",
};

static struct state *state_of(const struct screen *screen)
{
    return screen->state;
}

/* -- drawing --------------------------------------------------------------- */

static void say(const struct state *s, char *out, size_t size)
{
    if (*s->refused_at) {
        snprintf(out, size,
                 "%s refused the password, so it was not tried at %s. That "
                 "server has proven itself and asks for the password of %s, "
                 "too.",
                 s->refused_at, s->host, s->user);
        return;
    }
    snprintf(
        out, size,
        "%s has proven itself and asks for the password of %s. Nothing was "
        "sent yet.%s",
        s->host, s->user,
        s->servers > 1 ? " Once it works, both servers get it." : "");
}

static void draw_fields(struct state *s, struct area area)
{
    int width = area.width - LABEL - 2, column = 0;
    char stars[128];

    lineedit_view(&s->edit, width < 100 ? width : 100, true, stars,
                  sizeof(stars), &column);
    draw_text(area, 0, 2, STYLE_NORMAL, "Password");
    draw_text(area, 0, LABEL, s->at_keep ? STYLE_NORMAL : STYLE_FIELD,
              *stars || !s->at_keep ? stars : "(nothing)");
    draw_text(area, 1, 2, STYLE_NORMAL, "Keep it");
    draw_cut(area, 1, LABEL, area.width - LABEL,
             s->keep == KEEP_IN_FILE ? STYLE_CHANGED : STYLE_NORMAL,
             keep_labels[s->keep]);
    draw_text(area, s->at_keep, 0, STYLE_FOCUS, ">");
    draw_cursor(area, s->at_keep, LABEL + (s->at_keep ? 0 : column));
}

static void draw(struct screen *screen, struct area body)
{
    struct state *s = state_of(screen);
    int width = body.width - 4 < WIDEST ? body.width - 4 : WIDEST;
    size_t count;
    char text[1000], **lines;
    struct area inside;

    say(s, text, sizeof(text));
    lines = draw_break(text, width - 2, &count);
    while (count > 1 && (int)count + 4 > body.height)
        free(lines[--count]);
    inside = draw_box(body, (int)count + 2, width, "Password");
    for (size_t i = 0; i < count; i++) {
        draw_text(inside, (int)i, 1, STYLE_NORMAL, lines[i]);
        free(lines[i]);
    }
    free(lines);
    draw_fields(s, area_rows(inside, (int)count, 2));
}

static bool hint(const struct screen *screen, char *out, size_t size)
{
    const struct state *s = state_of(screen);

    if (s->keep == KEEP_IN_FILE)
        snprintf(out, size,
                 " Once it has worked, s writes it into the file. A command is "
                 "safer.");
    else if (s->at_keep)
        snprintf(out, size, " Left and Right change it.");
    else
        snprintf(out, size, " Each letter is shown as a star.");
    return true;
}

/* -- what the person does -------------------------------------------------- */

static void answer(struct screen *screen, struct secret *typed)
{
    struct state *s = state_of(screen);
    struct app *app = screen->app;

    app_pop(app);
    app_answer(app, s->set, s->index, typed, s->keep);
}

static void skip(struct screen *screen)
{
    app_message(screen->app, STYLE_NORMAL, "No password: no login was tried.");
    answer(screen, NULL);
}

static void log_in(struct screen *screen)
{
    struct state *s = state_of(screen);
    struct secret *typed;

    if (!s->edit.len) {
        app_message(screen->app, STYLE_NORMAL,
                    "The password is empty. Esc goes on without a login.");
        return;
    }
    typed = secret_new_bytes(s->edit.text, s->edit.len);
    answer(screen, typed);
    secret_release(&typed);
}

static void other_field(struct screen *screen)
{
    struct state *s = state_of(screen);

    s->at_keep = !s->at_keep;
}

static void turn(struct screen *screen, int by)
{
    struct state *s = state_of(screen);

    s->keep =
        (enum keep_password)(((int)s->keep + by + KEEP_PLACES) % KEEP_PLACES);
}

static void next_place(struct screen *screen)
{
    turn(screen, 1);
}

static void previous_place(struct screen *screen)
{
    turn(screen, -1);
}

static bool typing(const struct screen *screen)
{
    return !state_of(screen)->at_keep;
}

static bool key(struct screen *screen, int pressed)
{
    struct state *s = state_of(screen);

    if (s->at_keep)
        return false;
    if (pressed == '?') /* a letter of passwords; F1 is help */
        return lineedit_insert(&s->edit, "?") || true;
    if (pressed == K_PASTE)
        lineedit_insert(&s->edit, app_pasted(screen->app));
    else if (!lineedit_key(&s->edit, pressed))
        return false;
    if (s->edit.full)
        app_message(screen->app, STYLE_FAULT, "At most %d bytes.",
                    PASSWORD_MAX);
    return true;
}

/* The test was stopped, or somebody else answered. */
static void look(struct screen *screen)
{
    const struct state *s = state_of(screen);

    if (!probe_set_result(s->set, s->index)->asking)
        app_pop(screen->app);
}

static void forget(struct screen *screen)
{
    struct state *s = state_of(screen);

    lineedit_release(&s->edit);
    lineedit_init_secret(&s->edit, PASSWORD_MAX);
}

static void close_password(struct screen *screen)
{
    struct state *s = state_of(screen);

    lineedit_release(&s->edit);
    free(s);
}

static const struct binding typing_keys[] = {
    {K_ENTER, 0, log_in, "Enter", "Log in", "Log in with it.", NULL},
    {K_TAB, K_DOWN, other_field, "Tab", "Where to keep it",
     "To the choice where it is kept.", NULL},
    {K_ESCAPE, K_CTRL('C'), skip, "Esc", "No login", "Go on without a login.",
     NULL},
    BINDING_END};

static const struct binding keys[] = {
    {K_ENTER, 0, log_in, "Enter", "Log in", "Log in with it.", NULL},
    {K_RIGHT, ' ', next_place, "Right", "Change",
     "Another place: nowhere, the kernel's memory, accounts.ini.", NULL},
    {K_LEFT, 0, previous_place, "Left", NULL, "The place before.", NULL},
    {K_TAB, K_UP, other_field, "Tab", "Password", "Back to the password.",
     NULL},
    {K_BACK_TAB, K_DOWN, other_field, "Shift-Tab", NULL,
     "Back to the password.", NULL},
    {K_ESCAPE, K_CTRL('C'), skip, "Esc", "No login", "Go on without a login.",
     NULL},
    BINDING_END};

static const struct screen_ops ops = {.name = "Password",
                                      .decision = true,
                                      .box = true,
                                      .keys = keys,
                                      .typing = typing,
                                      .typing_keys = typing_keys,
                                      .draw = draw,
                                      .hint = hint,
                                      .key = key,
                                      .tick = look,
                                      .forget = forget,
                                      .close = close_password};

void password_open(struct app *app, struct probe_set *set,
                   const struct probe_set_question *question)
{
    struct state *s = xcalloc(1, sizeof(*s));

    s->set = set;
    s->index = question->index;
    s->servers = question->servers;
    text_safe_string(s->user, sizeof(s->user), question->user);
    host_display(s->host, sizeof(s->host), question->host);
    if (question->refused_at)
        host_display(s->refused_at, sizeof(s->refused_at),
                     question->refused_at);
    lineedit_init_secret(&s->edit, PASSWORD_MAX);
    app_push(app, &ops, s);
}
