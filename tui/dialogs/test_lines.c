/* SPDX-License-Identifier: MIT */
#include "tui/dialogs/test_lines.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- lines ----------------------------------------------------------------- */

void test_lines_clear(struct test_lines *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->lines[i].text);
    t->count = 0;
    t->choice_count = 0;
}

static struct test_line *add(struct test_lines *t, enum style style, char *text)
{
    t->lines = xreallocarray(t->lines, t->count + 1, sizeof(*t->lines));
    t->lines[t->count] = (struct test_line){text, style, -1, 1, false};
    return &t->lines[t->count++];
}

void test_lines_text(struct test_lines *t, int width, enum style style,
                     const char *mark, const char *text)
{
    int indent = (int)strlen(mark);
    size_t count;
    char **parts =
        draw_break(text, width > indent + 8 ? width - indent : 8, &count);

    for (size_t i = 0; i < count; i++) {
        add(t, style, xasprintf("%-*s%s", indent, i ? "" : mark, parts[i]));
        free(parts[i]);
    }
    free(parts);
}

/* A failed stage's sentence stands below, with the cause. */
static const char *stage_text(const struct probe_result *r,
                              const struct probe_stage *stage, char labels[200])
{
    if (stage->state != STAGE_FAILED)
        return stage->text;
    if (stage->stage == STAGE_CERTIFICATE && r->has_verdict)
        return fault_labels(labels, 200, r->verdict.faults);
    return reason_label(r->reason);
}

static void add_stage(struct test_lines *t, const struct probe_result *r,
                      size_t i)
{
    const struct probe_stage *stage = &r->stages[i];
    char ms[24] = "", labels[200];
    enum style style =
        stage->state == STAGE_FAILED ? STYLE_FAULT : STYLE_NORMAL;
    struct test_line *line;

    if (stage->state == STAGE_WAITING)
        return;
    if (stage->state == STAGE_OK || stage->state == STAGE_FAILED)
        snprintf(ms, sizeof(ms), "%lld ms", (long long)stage->ms);
    line = add(t, style,
               xasprintf("%s%2zu %-16s %-8s%9s   %s",
                         stage->state == STAGE_FAILED ? "! " : "  ", i + 1,
                         stage_label(stage->stage),
                         stage_state_label(stage->state), ms,
                         stage_text(r, stage, labels)));
    line->running = stage->state == STAGE_RUNNING;
}

static const char *side_of(const struct probe_result *r)
{
    size_t len = strlen(r->target);

    if (len > 9 && strcmp(r->target + len - 9, "/incoming") == 0)
        return "Incoming";
    if (len > 9 && strcmp(r->target + len - 9, "/outgoing") == 0)
        return "Outgoing";
    return r->endpoint.service == SERVICE_SMTP ? "Outgoing" : "Server";
}

static void add_head(struct test_lines *t, const struct probe_result *r)
{
    char host[600];

    if (!r->endpoint.host[0]) {
        add(t, STYLE_STRONG, xasprintf(" %s", side_of(r)));
        return;
    }
    add(t, STYLE_STRONG,
        xasprintf(" %s  %s port %u, %s", side_of(r),
                  host_display(host, sizeof(host), r->endpoint.host),
                  r->endpoint.port, security_label(r->endpoint.security)));
}

/* Stages in order; with `brief` those that went well share a line. */
static void add_stages(struct test_lines *t, const struct probe_result *r,
                       bool brief)
{
    size_t i = 0, good = 0;
    int64_t ms = 0;

    while (brief && good < r->stage_count && r->stages[good].state == STAGE_OK)
        ms += r->stages[good++].ms;
    if (good > 2) {
        const char *text = r->ok ? r->text : r->stages[good - 1].text;

        add(t, STYLE_NORMAL,
            xasprintf("   1-%-14zu %-8s%6lld ms   %s", good, "OK",
                      (long long)ms, text));
        i = good;
    }
    for (; i < r->stage_count; i++)
        add_stage(t, r, i);
}

/* -- cause and cures ------------------------------------------------------- */

static void add_cause(struct test_lines *t, int width,
                      const struct probe_result *r)
{
    bool certificate = r->reason == REASON_CERTIFICATE && r->has_verdict;

    if (!certificate) {
        test_lines_text(t, width, STYLE_FAULT, " ! ", r->text);
        return;
    }
    for (int f = 0; f < FAULT_COUNT; f++)
        if (r->verdict.sentences[f])
            test_lines_text(t, width, STYLE_FAULT, " ! ",
                            r->verdict.sentences[f]);
    if (r->exception == EXCEPTION_CHANGED)
        test_lines_text(t, width, STYLE_CHANGED, " ! ",
                        "It is not the certificate that you accepted.");
    test_lines_text(
        t, width, STYLE_NORMAL, "   ",
        "The connection is encrypted, but you cannot know to whom. No "
        "password was sent.");
}

/* A target that is no account has no settings to mend. */
static bool applies(const struct probe_result *r, const struct cure *cure)
{
    bool settings = cure->kind == CURE_EDIT || cure->kind == CURE_SET;

    return !settings || !endpoint_looks_like_url(r->target) ||
           strncmp(r->target, "smtp:", 5) == 0;
}

static const char *cure_key(const struct cure *cure)
{
    switch (cure->kind) {
    case CURE_VIEW:
        return "v";
    case CURE_AUTHORITY:
        return "a";
    case CURE_OPERATOR:
        return "o";
    case CURE_EXCEPTION:
        return "x";
    case CURE_RETRY:
        return "r";
    default:
        return cure->setting == SET_HOST ? "c" : " ";
    }
}

/* A long one goes on below, so that a small screen shows all of it. */
static void add_cure(struct test_lines *t, int width, const struct cure *cure)
{
    size_t first = t->count;
    char mark[8];

    snprintf(mark, sizeof(mark), "  %s  ", cure_key(cure));
    test_lines_text(t, width, STYLE_NORMAL, mark, cure->text);
    t->lines[first].choice = (int)t->choice_count;
    t->lines[first].span = t->count - first;
}

static void add_cures(struct test_lines *t, int width, size_t index,
                      const struct probe_result *r,
                      const struct name_check *check)
{
    struct cure cures[CURE_MAX];
    size_t count = probe_cures(r, name_check_name(check), cures);

    if (check && !name_check_finished(check))
        test_lines_text(t, width, STYLE_NORMAL, "   ",
                        "Looking whether a name in it is the right one ...");
    for (size_t i = 0; i < count && t->choice_count < TEST_CHOICES_MAX; i++) {
        if (!applies(r, &cures[i]))
            continue;
        add_cure(t, width, &cures[i]);
        t->choices[t->choice_count++] = (struct test_choice){index, cures[i]};
    }
}

void test_lines_result(struct test_lines *t, int width,
                       const struct probe_result *r, bool brief)
{
    add_stages(t, r, brief);
    if (r->finished && !r->ok)
        add_cause(t, width, r);
}

void test_lines_build(struct test_lines *t, const struct probe_set *set,
                      struct name_check *const *checks, int width,
                      size_t brief_from)
{
    size_t count = probe_set_count(set);

    test_lines_clear(t);
    for (size_t i = 0; i < count; i++) {
        const struct probe_result *r = probe_set_result(set, i);

        add_head(t, r);
        add_stages(t, r, i >= brief_from);
        if (r->ok && i < brief_from)
            add(t, STYLE_GOOD, xasprintf("   %s", r->text));
        if (r->exception == EXCEPTION_NOT_NEEDED)
            test_lines_text(
                t, width, STYLE_NORMAL, "   ",
                "The certificate is proven now: the exception you made "
                "is not needed any more. 4, then d removes it.");
        if (!r->finished || r->ok)
            continue;
        add_cause(t, width, r);
        if (r->reason != REASON_CANCELLED)
            add_cures(t, width, i, r, checks[i]);
    }
}

void test_lines_release(struct test_lines *t)
{
    test_lines_clear(t);
    free(t->lines);
    *t = (struct test_lines){0};
}
