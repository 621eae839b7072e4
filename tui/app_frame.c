/* SPDX-License-Identifier: MIT */
/* app_frame: the rows around the body: title, hint, message, key line. */
#include "tui/app_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/term.h"
#include "tui/widgets/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDE_COLS  120 /* from here on there is a third column */
#define SMALL_ROWS 15  /* below: no rule under the title, no hint row */
#define FULL_NAMES 76  /* below: short names of the panels */
#define TINY_NAMES 50  /* below: only their numbers */

/* Where the parts are; a height of 0: not there. */
struct frame {
    struct area title, top_rule, body, hint, message, bottom_rule, keys;
};

static struct frame frame_of(struct area screen)
{
    int h = screen.height;
    bool small = h < SMALL_ROWS;
    int head = small ? 1 : 2, foot = small ? 3 : 4;

    return (struct frame){
        .title = area_rows(screen, 0, 1),
        .top_rule = area_rows(screen, 1, small ? 0 : 1),
        .body = area_rows(screen, head, h - head - foot),
        .hint = area_rows(screen, h - 4, small ? 0 : 1),
        .message = area_rows(screen, h - 3, 1),
        .bottom_rule = area_rows(screen, h - 2, 1),
        .keys = area_rows(screen, h - 1, 1),
    };
}

bool app_too_small(void)
{
    struct area screen = draw_screen();

    return screen.height < MIN_ROWS || screen.width < MIN_COLS;
}

bool app_is_wide(const struct app *app)
{
    (void)app;
    return draw_screen().width >= WIDE_COLS;
}

struct area app_body_area(struct app *app)
{
    (void)app;
    return frame_of(draw_screen()).body;
}

/* -- the title row --------------------------------------------------------- */

/* "[1]2 3 4  Accounts": a bracket takes the place of a blank. */
static int draw_numbers(struct app *app, struct area area)
{
    for (int i = 0; i < PANEL_COUNT; i++) {
        bool here = (enum panel)i == app->panel;

        draw_textf(area, 0, 2 * i + 1, here ? STYLE_STRONG : STYLE_NORMAL, "%d",
                   i + 1);
        if (here) {
            draw_text(area, 0, 2 * i, STYLE_STRONG, "[");
            draw_text(area, 0, 2 * i + 2, STYLE_STRONG, "]");
        }
    }
    return draw_text(area, 0, 2 * PANEL_COUNT + 2, STYLE_STRONG,
                     app->panels[app->panel].ops->name);
}

static int draw_panel_bar(struct app *app, struct area area)
{
    static const char *const names[2][PANEL_COUNT] = {
        {"1 Accounts", "2 Server", "3 Outgoing", "4 Certificates"},
        {"1 Acc", "2 Srv", "3 Out", "4 Cert"}};
    bool full = area.width >= FULL_NAMES;
    int col = 0;

    if (area.width < TINY_NAMES)
        return draw_numbers(app, area);
    for (int i = 0; i < PANEL_COUNT; i++) {
        bool here = (enum panel)i == app->panel;

        col = draw_textf(area, 0, col, here ? STYLE_STRONG : STYLE_NORMAL,
                         here ? "[%s]" : " %s ", names[!full][i]);
        col += full && i + 1 < PANEL_COUNT;
    }
    return col;
}

static void draw_panel_title(struct app *app, struct area area)
{
    struct area screen = draw_screen();
    size_t unsaved = app_unsaved(app);
    char right[64] = "";
    int col = draw_panel_bar(app, area);

    if (screen.height < SMALL_ROWS || screen.width < 60)
        draw_textf(area, 0, col + 2, STYLE_NORMAL, "%dx%d small", screen.width,
                   screen.height);
    if (unsaved)
        snprintf(right, sizeof(right),
                 area.width < TINY_NAMES ? "* %zu" : "* %zu unsaved", unsaved);
    draw_right(area, 0, STYLE_CHANGED, right);
}

static void draw_title(struct app *app, const struct screen *screen,
                       struct area area)
{
    char left[512] = "", right[256] = "";
    enum style style = screen->ops->stop ? STYLE_STOP : STYLE_STRONG;

    if (!screen->ops->title) {
        draw_panel_title(app, area);
        return;
    }
    screen->ops->title(screen, left, sizeof(left), right, sizeof(right));
    if (screen->ops->stop)
        for (int col = 0; col < area.width; col++)
            draw_text(area, 0, col, style, " ");
    draw_cut(area, 0, 0, area.width - (int)text_width(right) - 1, style, left);
    draw_right(area, 0, screen->ops->stop ? style : STYLE_NORMAL, right);
}

/* -- the key line ---------------------------------------------------------- */

#define ENTRY_MAX 40
struct key_line {
    struct {
        char text[64];
        enum {
            GOES_FIRST,
            GOES_LATER,
            GOES_LAST,
            STAYS
        } when; /* room gets scarce */
    } entries[ENTRY_MAX];
    size_t count;
};

static void add_entry(struct key_line *line, const struct screen *screen,
                      const struct binding *binding, int when)
{
    char own[48];
    const char *label = binding->label;
    const struct screen_ops *ops = screen->ops;

    if (line->count == ENTRY_MAX)
        return;
    if (ops->key_label &&
        ops->key_label(screen, binding->key, own, sizeof(own)))
        label = own;
    snprintf(line->entries[line->count].text, sizeof(line->entries[0].text),
             "%s %s", binding->name, label);
    line->entries[line->count++].when = when;
}

/* The way back stands last, as the eye expects it. */
static bool is_way_back(const struct binding *binding)
{
    return binding->key == K_ESCAPE || binding->key == 'q';
}

static int when_it_goes(const struct binding *binding, bool local, size_t place)
{
    if (binding->key == '?' || is_way_back(binding) || (local && place == 0))
        return STAYS;
    if (binding->key == 's')
        return GOES_LAST;
    return local && place == 1 ? GOES_LATER : GOES_FIRST;
}

static void add_table(struct key_line *line, const struct screen *screen,
                      const struct binding *table, const struct binding *above,
                      bool way_back)
{
    size_t taken = 0;

    for (; table && table->run; table++) {
        if (!keys_is_shown(table, screen) || is_way_back(table) != way_back ||
            keys_find(above, table->key, screen))
            continue;
        add_entry(line, screen, table, when_it_goes(table, !above, taken++));
    }
}

static size_t line_width(const struct key_line *line, size_t gap)
{
    size_t width = 1;

    for (size_t i = 0; i < line->count; i++)
        width += text_width(line->entries[i].text) + (i ? gap : 0);
    return width;
}

/* Takes out the last entry that goes at this point. */
static bool drop_entry(struct key_line *line, int when)
{
    for (size_t i = line->count; i-- > 0;)
        if ((int)line->entries[i].when == when) {
            memmove(&line->entries[i], &line->entries[i + 1],
                    (line->count - i - 1) * sizeof(line->entries[0]));
            line->count--;
            return true;
        }
    return false;
}

/* Returns the blanks between two entries. */
static size_t make_it_fit(struct key_line *line, size_t width)
{
    size_t gap = 2;

    while (line_width(line, gap) > width && drop_entry(line, GOES_FIRST))
        ;
    if (line_width(line, gap) > width)
        gap = 1;
    for (int when = GOES_LATER; when <= GOES_LAST; when++)
        while (line_width(line, gap) > width && drop_entry(line, when))
            ;
    return gap;
}

static void draw_keys(struct app *app, const struct screen *screen,
                      struct area area)
{
    struct key_line line = {0};
    bool typing = screen->ops->typing && screen->ops->typing(screen);
    const struct binding *local =
        typing ? screen->ops->typing_keys : screen->ops->keys;
    size_t gap;
    int col = 1;

    if (app->finding) {
        draw_text(area, 0, 1, STYLE_NORMAL, "Enter Find  Esc Close");
        return;
    }
    for (int way_back = 0; way_back < 2; way_back++) {
        add_table(&line, screen, local, NULL, way_back);
        if (!typing)
            add_table(&line, screen, app_keys, screen->ops->keys, way_back);
    }
    gap = make_it_fit(&line, (size_t)area.width);
    for (size_t i = 0; i < line.count; i++)
        col = draw_text(area, 0, col, STYLE_NORMAL, line.entries[i].text) +
              (int)gap;
}

/* -- hint and message ------------------------------------------------------ */

static void draw_unsaved(struct app *app, struct area area)
{
    size_t unsaved = app_unsaved(app);
    char path[256], text[400];

    if (!unsaved)
        return;
    app_path_shown(app, path, sizeof(path));
    snprintf(text, sizeof(text), "%zu change%s %s not saved. s writes %s to %s",
             unsaved, unsaved == 1 ? "" : "s", unsaved == 1 ? "is" : "are",
             unsaved == 1 ? "it" : "them", path);
    if (text_width(text) + 1 > (size_t)area.width)
        snprintf(text, sizeof(text), "%zu change%s %s not saved.", unsaved,
                 unsaved == 1 ? "" : "s", unsaved == 1 ? "is" : "are");
    draw_cut(area, 0, 1, area.width - 1, STYLE_CHANGED, text);
}

/* A message may take the hint row as well, and on a small screen rows of the
 * body: it explains why something did not happen. */
static void draw_message(struct app *app, const struct frame *frame)
{
    struct area none = {.width = frame->message.width};
    struct area area = frame->message;
    int rows = draw_wrapped(none, 0, 1, STYLE_NORMAL, app->message);

    if (rows > 4)
        rows = 4;
    if (rows > 1) {
        area.top -= rows - 1;
        area.height = rows;
        draw_blank(area);
    }
    draw_wrapped(area, 0, 1, app->message_style, app->message);
}

static void draw_foot(struct app *app, struct screen *screen,
                      const struct frame *frame)
{
    char hint[400] = "";

    if (screen->ops->hint && screen->ops->hint(screen, hint, sizeof(hint)))
        draw_cut(frame->hint, 0, 1, frame->hint.width - 1, STYLE_NORMAL, hint);
    if (app->finding)
        prompt_draw(frame->message, 0, STYLE_STRONG, " Find: ", &app->needle);
    else if (*app->message)
        draw_message(app, frame);
    else
        draw_unsaved(app, frame->message);
    draw_rule(frame->bottom_rule, 0);
    draw_keys(app, screen, frame->keys);
}

/* -- the whole screen ------------------------------------------------------ */

static void draw_too_small(struct app *app, struct area screen)
{
    size_t unsaved = app_unsaved(app);
    char *text = xasprintf("Terminal is %dx%d, I need %dx%d. Nothing is lost. "
                           "Make it bigger, or q to quit.",
                           screen.width, screen.height, MIN_COLS, MIN_ROWS);

    if (app->quit_twice && unsaved) {
        free(text);
        text = xasprintf("q again quits and keeps the %zu unsaved for the "
                         "next start. Any other key: stay.",
                         unsaved);
    } else if (unsaved) {
        char *more = xasprintf("%s (%zu unsaved)", text, unsaved);

        free(text);
        text = more;
    }
    draw_wrapped(screen, 0, 0, STYLE_NORMAL, text);
    free(text);
}

static void draw_frame(struct app *app, struct area area)
{
    struct frame frame = frame_of(area);
    size_t first = app_first_drawn(app);

    for (size_t i = first; i <= app->dialog_count; i++) {
        struct screen *screen = app_screen_at(app, i);

        screen->ops->draw(screen, frame.body);
    }
    /* After the body: some titles tell the page that is shown. */
    draw_title(app, app_screen_at(app, first), frame.title);
    draw_rule(frame.top_rule, 0);
    draw_foot(app, app_top(app), &frame);
}

void app_draw(struct app *app)
{
    struct area screen = draw_screen();

    draw_begin();
    if (app_too_small())
        draw_too_small(app, screen);
    else
        draw_frame(app, screen);
    draw_end();
}
