/* SPDX-License-Identifier: MIT */
#include "core/base/diff.h"

#include "core/base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define AROUND  3    /* unchanged lines shown on either side */
#define LARGEST 2000 /* lines of each side that are compared in full */

struct line {
    const char *text;
    size_t len; /* with its newline */
};
struct lines {
    struct line *at;
    size_t count;
};

/* One line of the result: in both, only in the old, only in the new text. */
struct step {
    char mark; /* ' ' '-' '+' */
    struct line line;
};
struct steps {
    struct step *at;
    size_t count;
};

static struct lines split(const char *text, size_t len)
{
    struct lines lines = {0};
    size_t room = 0;

    for (size_t at = 0; at < len;) {
        const char *newline = memchr(text + at, '\n', len - at);
        size_t n = newline ? (size_t)(newline - text) + 1 - at : len - at;

        if (lines.count == room) {
            room = room ? 2 * room : 64;
            lines.at = xreallocarray(lines.at, room, sizeof(*lines.at));
        }
        lines.at[lines.count++] = (struct line){text + at, n};
        at += n;
    }
    return lines;
}

static bool same(const struct line *a, const struct line *b)
{
    return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static void take(struct steps *steps, char mark, const struct line *line)
{
    steps->at[steps->count++] = (struct step){mark, *line};
}

/* The longest common subsequence of the two middles, by the usual table. */
static void compare(struct steps *steps, const struct line *a, size_t n,
                    const struct line *b, size_t m)
{
    uint16_t *length = NULL;
    size_t i = 0, k = 0, row = m + 1;

    if (n <= LARGEST && m <= LARGEST && n && m) {
        length = xcalloc((n + 1) * row, sizeof(*length));
        for (size_t y = n; y-- > 0;)
            for (size_t x = m; x-- > 0;) {
                uint16_t down = length[(y + 1) * row + x];
                uint16_t right = length[y * row + x + 1];

                length[y * row + x] =
                    same(&a[y], &b[x])
                        ? (uint16_t)(length[(y + 1) * row + x + 1] + 1)
                    : down >= right ? down
                                    : right;
            }
    }
    while (length && i < n && k < m)
        if (same(&a[i], &b[k])) {
            take(steps, ' ', &a[i++]);
            k++;
        } else if (length[(i + 1) * row + k] >= length[i * row + k + 1]) {
            take(steps, '-', &a[i++]);
        } else {
            take(steps, '+', &b[k++]);
        }
    while (i < n)
        take(steps, '-', &a[i++]);
    while (k < m)
        take(steps, '+', &b[k++]);
    free(length);
}

static struct steps find_steps(const struct lines *a, const struct lines *b)
{
    struct steps steps = {.at = xreallocarray(NULL, a->count + b->count + 1,
                                              sizeof(struct step))};
    size_t head = 0, tail = 0;

    while (head < a->count && head < b->count &&
           same(&a->at[head], &b->at[head]))
        take(&steps, ' ', &a->at[head++]);
    while (tail < a->count - head && tail < b->count - head &&
           same(&a->at[a->count - 1 - tail], &b->at[b->count - 1 - tail]))
        tail++;
    compare(&steps, a->at + head, a->count - head - tail, b->at + head,
            b->count - head - tail);
    for (size_t i = a->count - tail; i < a->count; i++)
        take(&steps, ' ', &a->at[i]);
    return steps;
}

/* The end of the hunk that begins with the change at `from`. */
static size_t hunk_end(const struct steps *steps, size_t from)
{
    size_t end = from, quiet = 0;

    for (size_t i = from; i < steps->count && quiet <= 2 * AROUND; i++)
        if (steps->at[i].mark == ' ') {
            quiet++;
        } else {
            quiet = 0;
            end = i + 1;
        }
    return end + AROUND < steps->count ? end + AROUND : steps->count;
}

static bool add_step(struct buf *out, const struct step *step)
{
    bool ended = step->line.len && step->line.text[step->line.len - 1] == '\n';

    return buf_add_char(out, step->mark) &&
           buf_add(out, step->line.text, step->line.len) &&
           (ended || buf_add_text(out, "\n\\ No newline at end of file\n"));
}

static bool add_hunk(struct buf *out, const struct steps *steps, size_t from,
                     size_t to, size_t line[2])
{
    size_t count[2] = {0, 0};
    bool ok;

    for (size_t i = from; i < to; i++) {
        count[0] += steps->at[i].mark != '+';
        count[1] += steps->at[i].mark != '-';
    }
    ok = buf_addf(out, "@@ -%zu,%zu +%zu,%zu @@\n", line[0] + !!count[0],
                  count[0], line[1] + !!count[1], count[1]);
    for (size_t i = from; ok && i < to; i++)
        ok = add_step(out, &steps->at[i]);
    line[0] += count[0];
    line[1] += count[1];
    return ok;
}

static bool add_hunks(struct buf *out, const struct steps *steps)
{
    size_t line[2] = {0, 0}, at = 0;
    bool ok = true;

    while (ok && at < steps->count) {
        size_t change = at, from;

        while (change < steps->count && steps->at[change].mark == ' ')
            change++;
        if (change == steps->count)
            break;
        from = change > at + AROUND ? change - AROUND : at;
        line[0] += from - at;
        line[1] += from - at;
        at = hunk_end(steps, change);
        ok = add_hunk(out, steps, from, at, line);
    }
    return ok;
}

bool diff_add(struct buf *out, const char *name, const char *old,
              size_t old_len, const char *new, size_t new_len)
{
    struct lines a, b;
    struct steps steps;
    bool ok;

    if (old_len == new_len && memcmp(old, new, old_len) == 0)
        return true;
    a = split(old, old_len);
    b = split(new, new_len);
    steps = find_steps(&a, &b);
    ok =
        buf_addf(out, "--- %s\n+++ %s\n", name, name) && add_hunks(out, &steps);
    free(a.at);
    free(b.at);
    free(steps.at);
    return ok;
}
