/* SPDX-License-Identifier: MIT */
/* standing: what is known about an exception, and which of it counts. */
#include "tests/unit/unit.h"

#include "core/probe/standing.h"

#include <string.h>

#define DAY   86400
#define ADDED 1800000000
#define NOW   (ADDED + 100 * (time_t)DAY)

static struct exception an_exception(unsigned number)
{
    return (struct exception){.number = number,
                              .host = (char *)"mail.example.org",
                              .port = 993,
                              .until = ADDED + 300 * (time_t)DAY,
                              .added = ADDED};
}

static void note(struct history *history, const char *target, unsigned number,
                 enum exception_state state, time_t when)
{
    struct probe_result result = {.target = (char *)target,
                                  .finished = true,
                                  .reason = REASON_CERTIFICATE,
                                  .exception = state,
                                  .exception_number = number,
                                  .when = when};

    result.endpoint.port = 993;
    snprintf(result.endpoint.host, sizeof(result.endpoint.host),
             "mail.example.org");
    history_note(history, &result);
}

static void kinds(void **state)
{
    static const struct {
        const char *what;
        enum exception_state seen;
        int seen_day, until_day, changed_day; /* from ADDED on; -1: never */
        unsigned number;
        bool used;
        enum standing_kind want;
    } cases[] = {
        {"a server uses it", EXCEPTION_NONE, -1, 300, -1, 1, true,
         STANDING_IN_USE},
        {"no server is there", EXCEPTION_NONE, -1, 300, -1, 1, false,
         STANDING_UNUSED},
        {"used by a test", EXCEPTION_USED, 9, 300, -1, 1, true,
         STANDING_IN_USE},
        {"trusted now", EXCEPTION_NOT_NEEDED, 9, 300, -1, 1, true,
         STANDING_NOT_NEEDED},
        {"a new certificate, same key", EXCEPTION_RENEWED, 9, 300, -1, 1, true,
         STANDING_RENEWED},
        {"one more fault", EXCEPTION_MORE_FAULTS, 9, 300, -1, 1, true,
         STANDING_MORE_FAULTS},
        {"its end is past", EXCEPTION_USED, 9, 50, -1, 1, true, STANDING_ENDED},
        {"another key, marked in the store", EXCEPTION_NONE, -1, 300, 9, 1,
         true, STANDING_CHANGED},
        {"the same when it has ended", EXCEPTION_NONE, -1, 50, 9, 1, true,
         STANDING_CHANGED},
        {"another key, the mark could not be written", EXCEPTION_CHANGED, 9,
         300, -1, 1, true, STANDING_CHANGED},
        {"the accepted one again later", EXCEPTION_USED, 10, 300, 9, 1, true,
         STANDING_IN_USE},
        {"another key after it was used", EXCEPTION_USED, 8, 300, 9, 1, true,
         STANDING_CHANGED},
        {"seen before it was made", EXCEPTION_RENEWED, -2, 300, -1, 1, true,
         STANDING_IN_USE},
        {"seen of another exception", EXCEPTION_RENEWED, 9, 300, -1, 2, true,
         STANDING_IN_USE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *targets[] = {(char *)"work/incoming"};
        struct usage usage = {targets, cases[i].used};
        struct history *history = history_open(in_folder("accounts.ini"));
        struct exception x = an_exception(1);
        struct standing standing;
        char text[200];

        x.until = ADDED + cases[i].until_day * (time_t)DAY;
        if (cases[i].changed_day >= 0)
            x.changed_seen = ADDED + cases[i].changed_day * (time_t)DAY;
        if (cases[i].seen != EXCEPTION_NONE)
            note(history, "work/incoming", cases[i].number, cases[i].seen,
                 ADDED + cases[i].seen_day * (time_t)DAY);
        standing_find(&standing, &x, &usage, history, NOW);
        if (standing.kind != cases[i].want)
            fail_msg("%s: %s", cases[i].what, standing_label(standing.kind));
        standing_sentence(text, sizeof(text), &standing, &x);
        assert_int_equal(text[strlen(text) - 1], '.');
        history_free(history);
    }
}

/* For programs: they stay as they are. */
static void words(void **state)
{
    static const char *const want[] = {"in-use",  "unused",      "not-needed",
                                       "renewed", "more-faults", "ended",
                                       "changed"};

    (void)state;
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
        assert_string_equal(standing_word((enum standing_kind)i), want[i]);
}

/* Nothing but the exception and the last test of its port, which no account
 * names. */
static void by_place(void **state)
{
    struct history *history = history_open(in_folder("accounts.ini"));
    struct exception x = an_exception(0);
    struct usage nobody = {0};
    struct standing standing;

    (void)state;
    note(history, "mail.example.org:993", 0, EXCEPTION_RENEWED, NOW - DAY);
    standing_find(&standing, &x, &nobody, history, NOW);
    assert_int_equal(standing.kind, STANDING_RENEWED);
    assert_int_equal(standing.seen, NOW - DAY);
    assert_true(standing_needs_you(standing.kind));
    assert_false(standing_needs_you(STANDING_NOT_NEEDED));
    history_free(history);
}

/* It outlives the session. */
static void kept(void **state)
{
    struct history *history = history_open(in_folder("accounts.ini"));
    const struct history_entry *entry;

    (void)state;
    note(history, "home/outgoing", 7, EXCEPTION_NOT_NEEDED, NOW);
    history_save(history);
    history_free(history);
    history = history_open(in_folder("accounts.ini"));
    entry = history_find(history, "home/outgoing", "mail.example.org", 993);
    assert_non_null(entry);
    assert_int_equal(entry->exception, EXCEPTION_NOT_NEEDED);
    assert_int_equal(entry->exception_number, 7);
    history_free(history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds), cmocka_unit_test(words),
        cmocka_unit_test(by_place), cmocka_unit_test(kept)};

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
