/* SPDX-License-Identifier: MIT */
/* ini: the grammar against the real iniparser, edits that touch one line, and
 * values of every kind. */
#include "unit.h"

#include "core/base/buf.h"
#include "core/base/ini.h"

#include <fcntl.h>
#include <iniparser/iniparser.h>
#include <sys/resource.h>

static struct ini *parse(const char *text)
{
    struct error e = {0};
    struct ini *ini = ini_parse("test", text, strlen(text), &e);

    assert_non_null(ini);
    return ini;
}

static void assert_bytes(struct ini *ini, const char *wanted)
{
    size_t len;

    assert_string_equal(ini_bytes(ini, &len), wanted);
    assert_int_equal(len, strlen(wanted));
}

/* -- reading --------------------------------------------------------------- */

static void values(void **state)
{
    static const struct {
        const char *line, *value;
    } cases[] = {
        {"k = v", "v"},
        {"k=v", "v"},
        {"  k  =  v  ", "v"},
        {"k = a b", "a b"},
        {"k = a ; c", "a"},
        {"k = a#b", "a"},
        {"k = \"a;b#c\"", "a;b#c"},
        {"k = ' a '", " a "},
        {"k = \"abc", "abc"},
        {"k = \"abc\" junk", "abc"},
        {"k =", ""},
        {"k = ;c", ""},
        {"k = \"\"", ""},
        {"K = v", "v"},
        {"k = a=b", "a=b"},
        {"k = B\xc3\xbcro", "B\xc3\xbcro"},
        {"k* = a%3Bb%20", "a;b "},
        {"k = one\nk = two", "two"},
        {"k* = star\nk = plain", "star"},
        {"k = a\\\nb", "ab"},
        {"k = v\r", "v"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[200];
        struct ini *ini;

        snprintf(text, sizeof(text), "[s]\n%s\n", cases[i].line);
        ini = parse(text);
        assert_non_null(ini_get(ini, "S", "k"));
        assert_string_equal(ini_get(ini, "S", "k"), cases[i].value);
        assert_bytes(ini, text);
        ini_free(ini);
    }
}

static void broken_lines(void **state)
{
    static const struct {
        const char *text;
        unsigned line;
    } cases[] = {
        {"[s]\nnonsense\n", 2},  {"[s]\nk: v\n", 2},     {"[s]\n= v\n", 2},
        {"[s] ; c\nk = v\n", 1}, {"[s\nk = v\n", 1},     {"[]\nk = v\n", 1},
        {"[a:b]\nk = v\n", 1},   {"[s]\nk = v\\", 2},    {"[s]\nk* = %zz\n", 2},
        {"[x] = [y]\n", 1},      {"[s]\nk = a\rb\n", 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[300];
        struct ini *ini;
        struct error e = {0};

        snprintf(text, sizeof(text), "%s[good]\nk = v\n", cases[i].text);
        ini = parse(cases[i].text[strlen(cases[i].text) - 1] == '\\'
                        ? cases[i].text
                        : text);
        assert_true(ini_problem_count(ini) >= 1);
        assert_int_equal(ini_problem_at(ini, 0)->line, cases[i].line);
        assert_int_equal(ini_problem_at(ini, 0)->severity, INI_ERROR);
        assert_false(ini_set(ini, ini_section_name(ini, 0), "k", "w", &e));
        assert_int_equal(e.code, ERROR_PARSE);
        if (ini_has_section(ini, "good")) {
            assert_string_equal(ini_get(ini, "good", "k"), "v");
            assert_true(ini_set(ini, "good", "k", "w", &e));
        }
        ini_free(ini);
    }
}

/* A document of so many sections, [a0] on; every seventh has a key twice. */
static struct ini *long_document(int sections)
{
    struct buf text;
    struct ini *ini;

    buf_init(&text, 1u << 20);
    for (int i = 0; i < sections; i++)
        buf_addf(&text, "[a%d]\nk = %d\n%s", i, i, i % 7 ? "" : "k = x\n");
    ini = parse(text.data);
    buf_release(&text);
    return ini;
}

/* iniparser is given what is asked for and a few neighbours, each once. */
static void read_when_asked(void **state)
{
    struct ini *ini = long_document(10000);
    struct error e = {0};
    size_t len;

    (void)state;
    assert_int_equal(ini_section_count(ini), 10000);
    assert_true(ini_section_line(ini, 9999) > 20000);
    assert_true(ini_has_section(ini, "a5000"));
    assert_false(ini_holds_secret(ini));
    assert_int_equal(ini_sections_read(ini), 0);
    assert_string_equal(ini_get(ini, "a5000", "k"), "5000");
    assert_string_equal(ini_get(ini, "A5001", "k"), "5001");
    assert_null(ini_get(ini, "b", "k"));
    assert_int_equal(ini_sections_read(ini), 8);
    assert_true(ini_set(ini, "a9999", "k", "new", &e));
    assert_string_equal(ini_get(ini, "a9999", "k"), "new");
    assert_non_null(ini_bytes(ini, &len));
    assert_true(ini_sections_read(ini) <= 10);
    ini_free(ini);
}

/* What the lines say alone is what reading says, or not sure. */
static void peeked(void **state)
{
    struct ini *ini = parse("[a]\nHost = \"one two\" ; note\nhosts = x\n"
                            "host = three\n[b]\nhost* = \"four\"\n[c]\n");
    bool sure;

    (void)state;
    assert_string_equal(ini_peek(ini, "A", "host", &sure), "three");
    assert_true(sure);
    ini_peek(ini, "b", "host", &sure);
    assert_false(sure);
    assert_null(ini_peek(ini, "c", "host", &sure));
    assert_true(sure);
    assert_null(ini_peek(ini, "d", "host", &sure));
    assert_int_equal(ini_sections_read(ini), 0);
    assert_string_equal(ini_get(ini, "a", "host"), "three");
    ini_free(ini);
}

/* Whoever asks what is wrong learns all of it, in order, whatever was read
 * before. */
static void problems_when_asked(void **state)
{
    struct ini *fresh = long_document(100), *used = long_document(100);
    struct error e = {0};

    (void)state;
    assert_non_null(ini_get(used, "a90", "k"));
    assert_non_null(ini_get(used, "a3", "k"));
    assert_int_equal(ini_problem_count(fresh), 15);
    assert_int_equal(ini_problem_count(used), 15);
    for (size_t i = 0; i < 15; i++) {
        const struct ini_problem *a = ini_problem_at(fresh, i);
        const struct ini_problem *b = ini_problem_at(used, i);

        assert_int_equal(a->line, 15 * i + 2);
        assert_int_equal(a->line, b->line);
        assert_string_equal(a->text, b->text);
    }
    assert_int_equal(ini_sections_read(used), 100);
    ini_free(fresh);
    ini_free(used);

    /* Also when lines came in above them meanwhile. */
    used = long_document(100);
    assert_true(ini_set(used, "a3", "new", "x", &e));
    assert_non_null(ini_get(used, "a98", "k"));
    assert_int_equal(ini_problem_count(used), 15);
    assert_int_equal(ini_problem_at(used, 14)->line, 15 * 14 + 2 + 1);
    ini_free(used);
}

/* Connections may have taken all descriptors when a section is asked for. */
static void without_descriptors(void **state)
{
    struct ini *ini = long_document(100);
    struct rlimit old, few;
    int taken[64], n = 0;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    few = old;
    few.rlim_cur = 64;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    while (n < 64 && (taken[n] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
        n++;
    assert_string_equal(ini_get(ini, "a0", "k"), "x");
    assert_string_equal(ini_get(ini, "a50", "k"), "50");
    while (n > 0)
        close(taken[--n]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_false(ini_broken(ini, "a50"));
    ini_free(ini);
}

static void not_text(void **state)
{
    struct error e = {0};

    (void)state;
    assert_null(ini_parse("test", "[s]\nk = a\0b\n", 12, &e));
    assert_int_equal(e.code, ERROR_PARSE);
}

/* Every short document over the characters that matter: where the model takes
 * a section as sound, iniparser alone reads the same from the raw bytes. */
static int quiet(const char *format, ...)
{
    (void)format;
    return 0;
}

static void against_iniparser(void **state)
{
    static const char alphabet[] = "ak=\"'; #\\\t";
    unsigned compared = 0;

    (void)state;
    srand(11);
    iniparser_set_error_callback(quiet);
    for (int i = 0; i < 30000; i++) {
        char line[16], text[64];
        struct ini *ini;
        dictionary *d;
        FILE *f;
        int n = 1 + rand() % 10;

        for (int k = 0; k < n; k++)
            line[k] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
        line[n] = '\0';
        snprintf(text, sizeof(text), "[s]\nk = %s\n[t]\n", line);
        ini = parse(text);
        if (ini_has_section(ini, "s") && !ini_section_broken(ini, 0) &&
            ini_get(ini, "s", "k")) {
            f = fopen(in_folder("raw.ini"), "w");
            fputs(text, f);
            fclose(f);
            d = iniparser_load(in_folder("raw.ini"));
            if (d && iniparser_getstring(d, "s:k", NULL)) {
                assert_string_equal(ini_get(ini, "s", "k"),
                                    iniparser_getstring(d, "s:k", NULL));
                compared++;
            }
            if (d)
                iniparser_freedict(d);
        }
        ini_free(ini);
    }
    assert_true(compared > 20000);
}

/* -- writing --------------------------------------------------------------- */

static void edits(void **state)
{
    static const struct {
        const char *before, *value, *after;
    } cases[] = {
        {"k = v ; c", "w", "k = w ; c"},
        {"k=v", "w", "k=w"},
        {"  K   =  v", "w", "  K   =  w"},
        {"k = \"a;b\" # c", "x", "k = x # c"},
        {"k = \"a;b\" junk", "x", "k = x"},
        {"k = v", "a;b", "k = \"a;b\""},
        {"k = v", "a\"b;", "k = 'a\"b;'"},
        {"k = v", "a\"';", "k* = a%22%27%3B"},
        {"k = v", "a\nb", "k* = a%0Ab"},
        {"k* = a%0Ab ; c", "v", "k = v ; c"},
        {"k = v", "", "k = "},
        {"k =", "v", "k = v"},
        {"k = v", " v", "k = \" v\""},
        {"k = v", "C:\\", "k* = C:%5C"},
        {"k = one\nk = two", "w", "k = one\nk = w"},
        {"k = a\\\n  b", "w", "k = w"},
        {"k = v\r", "w", "k = w\r"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char before[200], after[200];
        struct error e = {0};
        struct ini *ini;

        snprintf(before, sizeof(before), "# top\n[s]\nx = 1\n%s\n\n# end\n",
                 cases[i].before);
        snprintf(after, sizeof(after), "# top\n[s]\nx = 1\n%s\n\n# end\n",
                 cases[i].after);
        ini = parse(before);
        assert_true(ini_set(ini, "s", "k", cases[i].value, &e));
        assert_bytes(ini, after);
        assert_string_equal(ini_get(ini, "s", "k"), cases[i].value);
        ini_free(ini);
    }
}

static void adding(void **state)
{
    struct error e = {0};
    struct ini *ini = parse("[a]\nname   = x\n\n# about b\n[b]\nk = v");

    (void)state;
    assert_true(ini_set(ini, "a", "port", "1", &e));
    assert_true(ini_set(ini, "b", "z", "2", &e));
    assert_true(ini_set(ini, "c", "n", "3", &e));
    assert_bytes(ini, "[a]\nname   = x\nport   = 1\n\n# about b\n[b]\nk = "
                      "v\nz = 2\n\n[c]\nn = 3\n");
    assert_true(ini_unset(ini, "a", "name", &e));
    assert_true(ini_remove_section(ini, "b", &e));
    assert_bytes(ini, "[a]\nport   = 1\n\n[c]\nn = 3\n");
    assert_null(ini_get(ini, "b", "k"));
    assert_int_equal(ini_line(ini, "c", "n"), 5);
    ini_free(ini);
}

/* Found by fuzzing: the header of a new section was taken for the rest of the
 * last value, and what was added was gone with the next reading. */
static void open_end(void **state)
{
    static const char *const ends[] = {"end = \\", "end = \\\n", "\\",
                                       "[s]\\  \n", "nonsense\\"};

    (void)state;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        char text[100];
        struct error e = {0};
        struct ini *ini;

        snprintf(text, sizeof(text), "[a]\nk = v\n\n%s", ends[i]);
        ini = parse(text);
        assert_false(ini_set(ini, "new", "k", "v", &e));
        assert_int_equal(e.code, ERROR_PARSE);
        assert_non_null(strstr(e.text, "backslash"));
        assert_bytes(ini, text);
        ini_free(ini);
    }
}

/* Found by fuzzing: it would be another one with the next reading. */
static void section_names(void **state)
{
    static const char *const names[] = {" a", "a\t", "", " ", "a]", "a:b"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct ini *ini = parse("[s]\n");
        struct error e = {0};

        assert_false(ini_set(ini, names[i], "k", "v", &e));
        assert_int_equal(e.code, ERROR_INPUT);
        assert_bytes(ini, "[s]\n");
        ini_free(ini);
    }
}

static void too_long(void **state)
{
    struct ini *ini = parse("[s]\nk = v\n");
    struct error e = {0};
    char value[1100];

    (void)state;
    memset(value, 'x', sizeof(value));
    value[1018] = '\0';
    assert_true(ini_set(ini, "s", "k", value, &e));
    value[1018] = 'x';
    value[1019] = '\0';
    assert_false(ini_set(ini, "s", "k", value, &e));
    assert_int_equal(e.code, ERROR_INPUT);
    value[1018] = '\0';
    assert_string_equal(ini_get(ini, "s", "k"), value);
    ini_free(ini);
}

/* Any bytes but NUL come back as they were, and nothing else changes. */
static void random_values(void **state)
{
    struct ini *ini = parse("; head\n[a]\nk = v ; c\nx=1\n\n[b]\ny = 2\n");
    struct error e = {0};

    (void)state;
    srand(5);
    for (int i = 0; i < 5000; i++) {
        char value[24];
        int n = rand() % 20;

        for (int k = 0; k < n; k++)
            value[k] = rand() % 3 ? "ab \"';#\\%=[]\t\n\r"[rand() % 16]
                                  : (char)(1 + rand() % 255);
        value[n] = '\0';
        assert_true(ini_set(ini, "a", "k", value, &e));
        assert_string_equal(ini_get(ini, "a", "k"), value);
        assert_string_equal(ini_get(ini, "a", "x"), "1");
        assert_string_equal(ini_get(ini, "b", "y"), "2");
    }
    assert_true(ini_set(ini, "a", "k", "v", &e));
    assert_bytes(ini, "; head\n[a]\nk = v ; c\nx=1\n\n[b]\ny = 2\n");
    ini_free(ini);
}

/* Random edits of a random document: a second reader sees the same. */
static void random_edits(void **state)
{
    (void)state;
    srand(3);
    for (int round = 0; round < 200; round++) {
        struct ini *ini = parse("[a]\nk = 1\n# c\n\n[b]\n");
        struct error e = {0};

        for (int i = 0; i < 20; i++) {
            const char *section = &"a\0b\0c"[2 * (rand() % 3)];
            const char *key = &"k\0l\0m"[2 * (rand() % 3)];
            char value[8] = {(char)('a' + rand() % 26), rand() % 2 ? ';' : 'x',
                             rand() % 2 ? '"' : 'y', rand() % 2 ? '\'' : 'z'};
            struct ini *second;
            const char *bytes;
            size_t len;

            if (rand() % 4)
                assert_true(ini_set(ini, section, key, value, &e));
            else
                assert_true(ini_unset(ini, section, key, &e));
            bytes = ini_bytes(ini, &len);
            second = parse(bytes);
            assert_int_equal(ini_section_count(ini), ini_section_count(second));
            for (size_t s = 0; s < ini_section_count(second); s++)
                for (size_t k = 0; k < ini_key_count(second, s); k++) {
                    const char *n = ini_section_name(second, s);
                    const char *w = ini_key_name(second, s, k);

                    assert_string_equal(ini_get(ini, n, w),
                                        ini_get(second, n, w));
                }
            ini_free(second);
        }
        ini_free(ini);
    }
}

/* Nothing is left above the first header: what stands below it is another
 * section's. */
static void above_headers(void **state)
{
    struct ini *ini = parse("k = 1\n[a]\nk = 2\n");
    struct error e = {0};
    size_t len;

    (void)state;
    assert_true(ini_unset(ini, "", "k", &e));
    assert_null(ini_get(ini, "", "k"));
    assert_string_equal(ini_get(ini, "a", "k"), "2");
    assert_string_equal(ini_bytes(ini, &len), "[a]\nk = 2\n");
    ini_free(ini);
}

static void secrets(void **state)
{
    static const char *const keys[] = {"password", NULL};
    static const char text[] = "[s]\npassword = geheim ; c\n";
    struct error e = {0};
    struct ini *ini = ini_parse_secrets("test", text, strlen(text), keys, &e);

    (void)state;
    assert_string_equal(ini_get(ini, "s", "password"), "geheim");
    assert_true(ini_set(ini, "s", "password", "a;\"'b", &e));
    assert_string_equal(ini_get(ini, "s", "password"), "a;\"'b");
    ini_free(ini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(broken_lines),
        cmocka_unit_test(not_text),
        cmocka_unit_test(against_iniparser),
        cmocka_unit_test(edits),
        cmocka_unit_test(adding),
        cmocka_unit_test(too_long),
        cmocka_unit_test(open_end),
        cmocka_unit_test(section_names),
        cmocka_unit_test(random_values),
        cmocka_unit_test(random_edits),
        cmocka_unit_test(secrets),
        cmocka_unit_test(above_headers),
        cmocka_unit_test(read_when_asked),
        cmocka_unit_test(peeked),
        cmocka_unit_test(problems_when_asked),
        cmocka_unit_test(without_descriptors),
    };

    return cmocka_run_group_tests_name("ini", tests, make_folder,
                                       remove_folder);
}
