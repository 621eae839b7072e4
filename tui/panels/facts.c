/* SPDX-License-Identifier: MIT */
#include "tui/panels/facts.h"

#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

void facts_row(struct area area, int row, int label_col, int value_col,
               const char *label, enum style style, const char *value)
{
    draw_text(area, row, label_col, STYLE_NORMAL, label);
    draw_cut(area, row, value_col, area.width - value_col, style, value);
}

enum style facts_last_test(struct app *app, const char *target, char *out,
                           size_t size)
{
    struct test_state state;
    char when[DATE_SIZE], day[DATE_SIZE], today[DATE_SIZE];
    enum style style;

    app_test_state(app, target, &state);
    if (state.kind == TEST_NEVER || state.kind == TEST_RUNNING) {
        test_state_show(app, &state, when, sizeof(when), &style);
        snprintf(out, size, state.kind == TEST_RUNNING ? "running: %s" : "%s",
                 when);
        return style;
    }
    clock_format(when, state.when);
    date_format(day, state.when);
    snprintf(
        out, size, "%s %s %s, ", state.kind == TEST_OK ? "OK" : "FAIL", when,
        strcmp(day, date_format(today, app_wall(app))) == 0 ? "today" : day);
    if (state.kind == TEST_FAILED)
        snprintf(out + strlen(out), size - strlen(out), "%s",
                 reason_label(state.reason));
    else if (state.stages)
        snprintf(out + strlen(out), size - strlen(out),
                 "%zu of %zu steps, %lld ms", state.done, state.stages,
                 (long long)state.elapsed_ms);
    else
        snprintf(out + strlen(out), size - strlen(out), "%lld ms",
                 (long long)state.elapsed_ms);
    return state.kind == TEST_OK ? STYLE_GOOD : STYLE_FAULT;
}

static const struct cert *shown_cert(struct app *app, const char *target)
{
    const struct probe_result *result = app_current_result(app, target);

    return result && result->has_verdict ? verdict_leaf(&result->verdict)
                                         : NULL;
}

int facts_draw(struct app *app, const char *target, struct area area,
               int label_col, int value_col)
{
    const struct cert *cert = shown_cert(app, target);
    char text[512], hex[100];
    enum style style;
    int row = 0;

    facts_row(area, row++, label_col, value_col, "Certificate", STYLE_NORMAL,
              app_trust_line(app, target, text, sizeof(text)));
    if (cert) {
        text_hex_groups(hex, cert->sha256, 16);
        snprintf(text, sizeof(text), "%s ...", hex);
        facts_row(area, row, label_col, value_col, "SHA-256", STYLE_NORMAL,
                  text);
        if (area.width > value_col + 44 + 12)
            draw_right(area, row, STYLE_NORMAL, "v shows all");
        row++;
    }
    style = facts_last_test(app, target, text, sizeof(text));
    facts_row(area, row++, label_col, value_col, "Last test", style, text);
    return row;
}

/* -- the third column ------------------------------------------------------ */

static void stage_words(const struct probe_stage *stage, char *out, size_t size)
{
    if (stage->state == STAGE_OK && stage->ms > 0)
        snprintf(out, size, "OK   %6lld ms", (long long)stage->ms);
    else if (stage->state == STAGE_OK)
        snprintf(out, size, "OK");
    else if (stage->state == STAGE_FAILED)
        snprintf(out, size, "FAIL %6lld ms", (long long)stage->ms);
    else
        snprintf(out, size, stage->state == STAGE_RUNNING ? "..." : "not done");
}

int facts_draw_stages(struct app *app, const char *target, const char *title,
                      struct area area)
{
    const struct probe_result *result = app_current_result(app, target);
    char words[48], clock[8];
    int row = 0;

    if (!result)
        return 0;
    draw_textf(area, row++, 0, STYLE_STRONG, "Last test %s   %s",
               clock_format(clock, result->when), title);
    for (size_t i = 0; i < result->stage_count && row < area.height; i++) {
        const struct probe_stage *stage = &result->stages[i];
        enum style style =
            stage->state == STAGE_FAILED ? STYLE_FAULT : STYLE_NORMAL;

        draw_text(area, row, 0, style,
                  stage->state == STAGE_FAILED ? "!" : " ");
        draw_textf(area, row, 1, style, "%2zu %-17s", i + 1,
                   stage_label(stage->stage));
        stage_words(stage, words, sizeof(words));
        draw_text(area, row, 22, style, words);
        draw_cut(area, row, 38, area.width - 38, style, stage->text);
        row++;
    }
    if (result->finished && !result->ok)
        row += 1 + draw_wrapped(area_rows(area, row + 1, area.height - row - 1),
                                0, 0, STYLE_FAULT, result->text);
    return row;
}

/* -- the certificate ------------------------------------------------------- */

void facts_view(struct app *app, const char *target)
{
    const struct probe_result *result = app_current_result(app, target);
    char place[HOST_MAX + 16], trust[512];

    if (!result || !result->has_verdict) {
        app_message(app, STYLE_NORMAL,
                    "No certificate was seen in this session: t tests the "
                    "connection and fetches it.");
        return;
    }
    endpoint_host_port(place, sizeof(place), result->endpoint.host,
                       result->endpoint.port);
    app_trust_line(app, target, trust, sizeof(trust));
    cert_view_open(app, place, &result->verdict, trust);
}

void facts_except(struct app *app, const char *target)
{
    const struct probe_result *result = app_current_result(app, target);

    if (!result || !result->has_verdict)
        add_exception_ask(app);
    else if (result->verdict.trusted)
        app_message(app, STYLE_NORMAL,
                    "This certificate is proven; it needs no exception.");
    else if (result->exception == EXCEPTION_USED)
        app_message(app, STYLE_NORMAL,
                    "An exception for this certificate is in use already; 4 "
                    "lists it.");
    else if (result->exception == EXCEPTION_CHANGED)
        changed_open(app, result);
    else
        add_exception_open(app, result);
}
