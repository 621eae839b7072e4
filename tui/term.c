/* SPDX-License-Identifier: MIT */
#include "tui/term.h"

#include "core/base/text.h"
#include "tui/term_private.h"

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

/* term.h of ncurses defines words that are ours. */
#undef buttons
#undef columns
#undef lines

/* 100 ms: over SSH the bytes of one key may come apart, and here Escape never
 * loses anything, so waiting costs little (measured: an arrow key split by
 * 80 ms needs it). */
#define ESCAPE_DELAY_MS 100

static struct {
    SCREEN *screen;
    WINDOW *input; /* a pad: reading from a window would refresh it */
    struct termios before;
    bool started, colour, utf8;
    volatile sig_atomic_t stop_wanted;
} term;

/* -- the modes of the terminal --------------------------------------------- */

static const char paste_on[] = "\033[?2004h";
static const char paste_off[] = "\033[?2004l";

/* write(2): stdio and ncurses each have a buffer of their own, and the order
 * of the bytes matters. */
static void send_bytes(const char *bytes)
{
    size_t len = strlen(bytes);

    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        bytes += n;
        len -= (size_t)n;
    }
}

#if !defined(__SANITIZE_ADDRESS__)
/* A crash must not leave the shell with a dead terminal. Only functions that a
 * signal handler may call. */
static void on_crash(int signo)
{
    static const char leave[] = "\033[?2004l\033[?1049l\033[?25h\033[0m\r\n";

    if (term.started) {
        tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
        send_bytes(leave);
    }
    raise(signo); /* SA_RESETHAND: this time for real */
}

static void guard_crashes(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction action = {.sa_handler = on_crash,
                               .sa_flags = SA_RESETHAND | SA_NODEFER};

    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        sigaction(signals[i], &action, NULL);
}
#else
static void guard_crashes(void)
{
    /* AddressSanitizer reports crashes itself. */
}
#endif

static void on_stop(int signo)
{
    (void)signo;
    term.stop_wanted = 1;
}

static void catch_stop(void)
{
    struct sigaction action = {.sa_handler = on_stop};

    sigaction(SIGTSTP, &action, NULL);
}

bool term_stop_wanted(void)
{
    bool wanted = term.stop_wanted;

    term.stop_wanted = 0;
    return wanted;
}

/* -- starting -------------------------------------------------------------- */

#define SAY_COMMANDS                                                           \
    "Use: postseal list, postseal test ACCOUNT, postseal exception list; "     \
    "see postseal --help"

static bool can_place_cursor(struct error *e)
{
    const char *name = getenv("TERM");
    char safe[64];
    int found = 0;
    const char *cup;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return error_set(e, ERROR_INPUT,
                         "The screens need a terminal. " SAY_COMMANDS);
    if (!name || !*name)
        return error_set(
            e, ERROR_INPUT,
            "TERM is not set, so the terminal is not known. " SAY_COMMANDS);
    text_safe_string(safe, sizeof(safe), name);
    if (setupterm(NULL, STDOUT_FILENO, &found) != OK)
        return error_set(e, ERROR_INPUT,
                         "TERM=%s is not a terminal known here. " SAY_COMMANDS,
                         safe);
    cup = tigetstr("cup");
    del_curterm(cur_term);
    if (!cup || cup == (char *)-1)
        return error_set(e, ERROR_INPUT,
                         "TERM=%s cannot place the cursor. " SAY_COMMANDS,
                         safe);
    return true;
}

static void start_colours(bool wanted)
{
    static const short colours[] = {COLOR_RED, COLOR_YELLOW, COLOR_GREEN};
    const char *no = getenv("NO_COLOR");

    term.colour = wanted && !(no && *no) && has_colors() &&
                  start_color() == OK && use_default_colors() == OK;
    for (short i = 0; term.colour && i < 3; i++)
        init_pair((short)(i + 1), colours[i], -1);
}

/* Both forms of the cursor keys whatever the terminal's description says: some
 * send the other one. */
static void define_keys(void)
{
    static const struct {
        const char *bytes;
        int key;
    } rows[] = {
        {"\033[A", KEY_UP},       {"\033OA", KEY_UP},
        {"\033[B", KEY_DOWN},     {"\033OB", KEY_DOWN},
        {"\033[C", KEY_RIGHT},    {"\033OC", KEY_RIGHT},
        {"\033[D", KEY_LEFT},     {"\033OD", KEY_LEFT},
        {"\033[H", KEY_HOME},     {"\033OH", KEY_HOME},
        {"\033[1~", KEY_HOME},    {"\033[7~", KEY_HOME},
        {"\033[F", KEY_END},      {"\033OF", KEY_END},
        {"\033[4~", KEY_END},     {"\033[8~", KEY_END},
        {"\033[5~", KEY_PPAGE},   {"\033[6~", KEY_NPAGE},
        {"\033[3~", KEY_DC},      {"\033[Z", KEY_BTAB},
        {"\033OP", KEY_F(1)},     {"\033[11~", KEY_F(1)},
        {"\033[21~", KEY_F(10)},  {"\033[200~", PASTE_BEGIN},
        {"\033[201~", PASTE_END}, {"\033OM", KEY_ENTER},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        define_key(rows[i].bytes, rows[i].key);
}

static void start_input(bool mouse)
{
    raw(); /* Ctrl-S, Ctrl-Q, Ctrl-C and Ctrl-Z are keys of ours */
    noecho();
    nonl();
    term.input = newpad(1, 1);
    keypad(term.input, TRUE);
    nodelay(term.input, TRUE);
    if (!getenv("ESCDELAY"))
        set_escdelay(ESCAPE_DELAY_MS);
    define_keys();
    if (mouse) {
        mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
        mouseinterval(0);
    }
}

/* ncurses puts handlers of its own on signals that have none; its handler ends
 * the program with status 1 and lets nothing be kept. */
static SCREEN *new_terminal(void)
{
    static const int signals[] = {SIGINT, SIGTERM};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before[2];
    SCREEN *terminal;

    for (int i = 0; i < 2; i++)
        sigaction(signals[i], &ignore, &before[i]);
    terminal = newterm(NULL, stdout, stdin);
    for (int i = 0; i < 2; i++)
        sigaction(signals[i], &before[i], NULL);
    return terminal;
}

bool term_start(const struct term_wish *wish, struct error *e)
{
    if (!can_place_cursor(e))
        return false;
    tcgetattr(STDIN_FILENO, &term.before);
    term.screen = new_terminal();
    if (!term.screen)
        return error_set(e, ERROR_INPUT,
                         "The terminal could not be prepared. " SAY_COMMANDS);
    set_term(term.screen);
    term.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    term.started = true;
    guard_crashes();
    catch_stop();
    start_input(wish->mouse);
    start_colours(wish->colour);
    curs_set(1);
    refresh();
    send_bytes(paste_on);
    return true;
}

void term_stop(void)
{
    if (!term.started)
        return;
    term.started = false;
    send_bytes(paste_off);
    endwin();
    tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
    delwin(term.input);
    delscreen(term.screen);
    term.input = NULL;
    term.screen = NULL;
}

void term_resume(void)
{
    reset_prog_mode();
    clearok(curscr, TRUE);
    refresh();
    send_bytes(paste_on);
}

void term_lend(void)
{
    send_bytes(paste_off);
    def_prog_mode();
    endwin();
    tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
    send_bytes("\r\nA password command asks here. postseal comes back when it "
               "has ended.\r\n");
}

void term_suspend(void)
{
    send_bytes(paste_off);
    def_prog_mode();
    endwin();
    tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
    /* Like the terminal's own Ctrl-Z: the whole group, so that a shell with
     * job control notices; without one the kernel ignores it. */
    signal(SIGTSTP, SIG_DFL);
    kill(0, SIGTSTP);
    catch_stop();
    term_resume();
}

bool term_has_colour(void)
{
    return term.colour;
}

bool term_is_utf8(void)
{
    return term.utf8;
}

WINDOW *term_input(void)
{
    return term.input;
}
