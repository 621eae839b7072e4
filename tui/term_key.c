/* SPDX-License-Identifier: MIT */
/* term_key: what the terminal sends, turned into the keys of keys.h. */
#include "tui/term.h"

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "tui/keys.h"
#include "tui/term_private.h"

#include <stdlib.h>
#include <wchar.h>

/* After a lone Escape the rest of a sequence that the line tore apart may
 * still come. */
#define LATE_REST_MS 1000
#define PASTE_MAX    65536
/* A terminal that never ends its paste must not swallow the keyboard. */
#define PASTE_SILENCE_MS 2000

static struct {
    enum { PLAIN, AFTER_ESCAPE, IN_CSI, IN_SS3, IN_PASTE } state;
    int64_t since; /* when the state began; in a paste: its last byte */
    bool has_back; /* `back` is to be read again */
    struct input {
        int kind; /* OK, KEY_CODE_YES, ERR: as get_wch() says */
        wint_t c;
    } back;
    struct buf paste;
    bool paste_changed;
    char *pasted;
    int click_row, click_col;
} in;

static struct input next_input(void)
{
    struct input input;

    if (in.has_back) {
        in.has_back = false;
        return in.back;
    }
    input.c = 0;
    input.kind = wget_wch(term_input(), &input.c);
    return input;
}

static void put_back(struct input input)
{
    in.has_back = input.kind != ERR;
    in.back = input;
}

/* -- pastes ---------------------------------------------------------------- */

static void paste_begin(int64_t now)
{
    buf_init(&in.paste, PASTE_MAX);
    in.paste_changed = false;
    in.state = IN_PASTE;
    in.since = now;
}

static void paste_add(wint_t c)
{
    char bytes[5];

    if (c == '\t')
        buf_add_char(&in.paste, ' ');
    else if (keys_text((int)c, bytes) && buf_add_text(&in.paste, bytes))
        return;
    in.paste_changed = true;
}

static int paste_end(void)
{
    xwipe(&in.pasted);
    in.pasted = buf_take(&in.paste);
    in.state = PLAIN;
    return K_PASTE;
}

static bool is_alone(void)
{
    struct input next = next_input();

    put_back(next);
    return next.kind == ERR;
}

/* Collects until the end; K_NONE: more is to come. */
static int paste_take(struct input input, int64_t now)
{
    if (input.kind == KEY_CODE_YES && input.c == PASTE_END)
        return paste_end();
    /* The end may have got lost: a person presses one key. The rest of a paste
     * that was held up comes in a heap, and is never taken for keys. */
    if (now - in.since > PASTE_SILENCE_MS && is_alone()) {
        in.state = PLAIN;
        buf_release(&in.paste);
        put_back(input);
        return K_UNKNOWN;
    }
    in.since = now;
    if (input.kind == OK)
        paste_add(input.c);
    return K_NONE;
}

void term_forget_pasted(void)
{
    xwipe(&in.pasted);
}

const char *term_pasted(void)
{
    return in.pasted ? in.pasted : "";
}

bool term_paste_was_changed(void)
{
    return in.paste_changed;
}

/* -- single keys ----------------------------------------------------------- */

void term_click(int *row, int *col)
{
    *row = in.click_row;
    *col = in.click_col;
}

static int mouse_key(void)
{
    MEVENT event;

    if (getmouse(&event) != OK)
        return K_UNKNOWN;
    if (event.bstate & BUTTON4_PRESSED)
        return K_UP;
    if (event.bstate & BUTTON5_PRESSED)
        return K_DOWN;
    in.click_row = event.y;
    in.click_col = event.x;
    return K_CLICK;
}

static int function_key(wint_t c)
{
    static const struct {
        int theirs, ours;
    } rows[] = {
        {KEY_UP, K_UP},
        {KEY_DOWN, K_DOWN},
        {KEY_LEFT, K_LEFT},
        {KEY_RIGHT, K_RIGHT},
        {KEY_PPAGE, K_PAGE_UP},
        {KEY_NPAGE, K_PAGE_DOWN},
        {KEY_HOME, K_HOME},
        {KEY_END, K_END},
        {KEY_FIND, K_HOME},
        {KEY_SELECT, K_END},
        {KEY_DC, K_DELETE},
        {KEY_BTAB, K_BACK_TAB},
        {KEY_F(1), K_F1},
        {KEY_F(10), K_F10},
        {KEY_RESIZE, K_RESIZE},
        {KEY_ENTER, K_ENTER},
        {KEY_BACKSPACE, K_BACKSPACE},
    };

    if (c == KEY_MOUSE)
        return mouse_key();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].theirs == (int)c)
            return rows[i].ours;
    return K_UNKNOWN;
}

static int character_key(wint_t c)
{
    if (c == '\n' || c == '\r')
        return K_ENTER;
    if (c == 8 || c == 127)
        return K_BACKSPACE;
    if (c > 127 && c < 160)
        return K_UNKNOWN;
    return (int)c;
}

/* -- torn and unknown escape sequences ------------------------------------- */

/* Swallows up to the final byte (ECMA-48 §5.4); K_NONE: more is to come. */
static int swallow(struct input input, int64_t now)
{
    bool final = input.kind != OK || (input.c >= 0x40 && input.c <= 0x7e) ||
                 input.c < 0x20;

    if (now - in.since > LATE_REST_MS) {
        in.state = PLAIN;
        put_back(input);
        return K_UNKNOWN;
    }
    if (!final)
        return K_NONE;
    in.state = PLAIN;
    if (input.kind != OK || input.c < 0x20)
        put_back(input);
    return K_UNKNOWN;
}

/* ncurses gives a 27 as such only when no sequence it knows began with it. */
static int escape_key(int64_t now)
{
    struct input next = next_input();

    in.since = now;
    if (next.kind == OK && (next.c == '[' || next.c == 'O')) {
        in.state = next.c == '[' ? IN_CSI : IN_SS3;
        return K_NONE;
    }
    put_back(next);
    in.state = next.kind == ERR ? AFTER_ESCAPE : PLAIN;
    return K_ESCAPE;
}

/* K_NONE: nothing came of this input. */
static int take(struct input input, int64_t now)
{
    if (in.state == IN_PASTE)
        return paste_take(input, now);
    if (in.state == IN_CSI || in.state == IN_SS3)
        return swallow(input, now);
    if (in.state == AFTER_ESCAPE) {
        in.state = PLAIN;
        if (input.kind == OK && (input.c == '[' || input.c == 'O') &&
            now - in.since < LATE_REST_MS) {
            in.state = input.c == '[' ? IN_CSI : IN_SS3;
            in.since = now;
            return K_NONE;
        }
    }
    if (input.kind == KEY_CODE_YES && input.c == PASTE_BEGIN) {
        paste_begin(now);
        return K_NONE;
    }
    if (input.kind == KEY_CODE_YES)
        return input.c == PASTE_END ? K_UNKNOWN : function_key(input.c);
    return input.c == 27 ? escape_key(now) : character_key(input.c);
}

int term_key(int64_t now)
{
    for (;;) {
        struct input input = next_input();
        int key;

        if (input.kind == ERR)
            return K_NONE;
        key = take(input, now);
        if (key != K_NONE)
            return key;
    }
}

void term_drop_input(void)
{
    flushinp();
    in.has_back = false;
    if (in.state == IN_PASTE)
        buf_release(&in.paste);
    in.state = PLAIN;
}
