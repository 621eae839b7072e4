/* SPDX-License-Identifier: MIT */
/*
 * certificates_private: what the Certificates panel and its three lists share.
 * A list says how many rows it has, draws one, and tells everything about one;
 * certificates.c does the rest for all of them: the head row, scrolling,
 * finding, the filter, the details, undo. Each list has a table of keys of its
 * own: see CERT_LIST_KEYS.
 */
#ifndef POSTSEAL_TUI_PANELS_CERTIFICATES_PRIVATE_H
#define POSTSEAL_TUI_PANELS_CERTIFICATES_PRIVATE_H

#include "core/account/usage.h"
#include "core/trust/cert.h"
#include "tui/app.h"

/* -- details: labels and texts that wrap ----------------------------------- */

struct details_line {
    char *label, *text; /* the label of continued lines is empty */
    enum style style;   /* STYLE_STRONG: the label alone, a heading */
};
struct details {
    int width;
    struct details_line *lines;
    size_t count;
};
void details_release(struct details *details);
void details_draw(const struct details *details, struct area area, int row,
                  size_t line);
void details_head(struct details *details, const char *text);
void details_add(struct details *details, enum style style, const char *label,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));
/* "2026-03-01 to 2027-03-01, 98 days left" and SHA-256 of a certificate. */
void details_add_valid(struct details *details, const struct cert *cert,
                       time_t now);
void details_add_sha256(struct details *details,
                        const unsigned char sha256[32]);
/* "Used by        Work (incoming), Relay (outgoing server)" */
void details_add_users(struct details *details, const struct config *config,
                       const struct usage *usage);
/* The same as one text behind `before`; "no account". Returns out. */
char *users_words(char *out, size_t size, const char *before,
                  const struct config *config, const struct usage *usage);

/* -- a list ---------------------------------------------------------------- */

struct cert_list {
    const char *name; /* "Exceptions", in the head row */
    const char *empty, *hint;
    /* Gets ready whenever it is drawn; before that its rows are not asked for.
     * NULL: it always is. */
    void (*show)(struct screen *screen);
    size_t (*count)(const struct screen *screen);
    /* Why the store is not used; NULL: it is. */
    const char *(*refused)(const struct screen *screen);
    /* The first thing that is wrong in the store; NULL: nothing. */
    const char *(*problem)(const struct screen *screen);
    void (*heading)(struct area area);
    /* One row from column 2 on; column 0 shows the mark: "!", "-" or " ". */
    void (*row)(struct screen *screen, struct area area, int row, size_t index);
    const char *(*mark)(struct screen *screen, size_t index);
    void (*details)(struct screen *screen, size_t index,
                    struct details *details);
    bool (*matches)(const struct screen *screen, size_t index,
                    const char *needle);
    /* The store's own, see T15: what would be taken back, or NULL. */
    const char *(*undo_what)(const struct screen *screen);
    bool (*undo)(struct screen *screen, char *what, size_t size,
                 struct error *e);
    /* Reads again what others may have written. */
    bool (*refresh)(struct screen *screen, struct error *e);
};

/* What every store does in the same way, as functions of its list: store_of(),
 * refused(), problem(), undo_what(), undo(), refresh(). `stores` is what its
 * own functions and its place in the workspace are called. */
#define CERT_LIST_OF(stores)                                                   \
    static struct stores *store_of(const struct screen *screen)                \
    {                                                                          \
        return app_workspace(screen->app)->stores;                             \
    }                                                                          \
    static const char *refused(const struct screen *screen)                    \
    {                                                                          \
        const struct workspace *w = app_workspace(screen->app);                \
                                                                               \
        return w->stores ? NULL : w->stores##_error.text;                      \
    }                                                                          \
    static const char *problem(const struct screen *screen)                    \
    {                                                                          \
        const struct stores *all = store_of(screen);                           \
                                                                               \
        return stores##_problem_count(all) ? stores##_problem_at(all, 0)       \
                                           : NULL;                             \
    }                                                                          \
    static const char *undo_what(const struct screen *screen)                  \
    {                                                                          \
        return stores##_undo_what(store_of(screen));                           \
    }                                                                          \
    static bool undo(struct screen *screen, char *what, size_t size,           \
                     struct error *e)                                          \
    {                                                                          \
        return stores##_undo(store_of(screen), what, size, e);                 \
    }                                                                          \
    static bool read_anew(struct screen *screen, struct error *e)              \
    {                                                                          \
        return stores##_refresh(store_of(screen), e);                          \
    }

extern const struct cert_list exception_list, authority_list, identity_list;
extern const struct binding exception_keys[], authority_keys[], identity_keys[];

/* -- for the lists' actions ------------------------------------------------ */

/* False when the list has no row. */
bool cert_list_selected(const struct screen *screen, size_t *index);
/* Moves the selection, also to a row that the filter hides. */
void cert_list_select(struct screen *screen, size_t index);
/* "Removed; written at once. u takes it back." or the error. */
void cert_list_say(struct app *app, bool ok, const char *done,
                   const struct error *e);

/* Keys of every list, and when they are there. */
bool cert_list_has_row(const struct screen *screen);
bool cert_list_is_usable(const struct screen *screen);
bool cert_list_can_undo(const struct screen *screen);
void cert_list_left(struct screen *screen);
void cert_list_right(struct screen *screen);
void cert_list_open(struct screen *screen);
void cert_list_filter(struct screen *screen);
void cert_list_undo(struct screen *screen);
void cert_list_read_again(struct screen *screen);
void cert_list_back(struct screen *screen);

/* For the second place of each list's table, and for its end. */
#define CERT_LIST_LEFT                                                         \
    {                                                                          \
        K_LEFT, 0, cert_list_left, "Left", NULL,                               \
            "the list on the left; in the details: back", NULL                 \
    }
#define CERT_LIST_RIGHT                                                        \
    {                                                                          \
        K_RIGHT, 0, cert_list_right, "Right", NULL, "the list on the right",   \
            NULL                                                               \
    }
#define CERT_LIST_TAB                                                          \
    {                                                                          \
        K_TAB, 0, cert_list_open, "Tab", NULL,                                 \
            "all details, over the whole screen", cert_list_has_row            \
    }
#define CERT_LIST_UNDO                                                         \
    {                                                                          \
        'u', 0, cert_list_undo, "u", "Undo",                                   \
            "take the last change of this list back", cert_list_can_undo       \
    }
#define CERT_LIST_FILTER                                                       \
    {                                                                          \
        'f', 0, cert_list_filter, "f", NULL, "show only the rows with a text", \
            cert_list_is_usable                                                \
    }
#define CERT_LIST_READ                                                         \
    {                                                                          \
        'r', 0, cert_list_read_again, "r", NULL, "read it again from disk",    \
            cert_list_is_usable                                                \
    }
#define CERT_LIST_BACK                                                         \
    {                                                                          \
        K_ESCAPE, 'q', cert_list_back, "Esc", "Back",                          \
            "from the details, else to the accounts", NULL                     \
    }
#define CERT_LIST_KEYS                                                         \
    CERT_LIST_FILTER, CERT_LIST_READ, CERT_LIST_TAB, CERT_LIST_LEFT,           \
        CERT_LIST_RIGHT, CERT_LIST_BACK

#endif
