/* SPDX-License-Identifier: MIT */
/* exception_export, exception_import: what goes out and is left out, and that
 * an import is decided by what the server shows, never by the file. */
#include "pki.h"

#include "core/account/usage.h"
#include "core/exchange/exception_export.h"
#include "core/exchange/exception_import.h"

#include <sys/stat.h>

#define HOST "mail.example.org"

static struct exceptions *fresh(void)
{
    struct error e = {0};
    struct exceptions *s;

    unlink(in_folder("exceptions.ini"));
    s = exceptions_open(in_folder("accounts.ini"), &e);
    assert_non_null(s);
    return s;
}

static void accept_at(struct exceptions *s, const struct verdict *v,
                      const char *host, enum exception_end end, time_t now)
{
    const struct exception_wish wish = {
        .host = host, .port = 993, .end = end, .checked = CHECKED_PASTED};
    struct error e = {0};

    assert_true(exceptions_add(s, &wish, v, false, now, &e));
}

static const char *place_line(char out[200], const char *place,
                              const struct verdict *v)
{
    size_t used =
        (size_t)snprintf(out, 200, "%s:\tOID.2.16.840.1.101.3.4.2.1\t", place);

    for (int i = 0; i < 32; i++)
        used += (size_t)snprintf(out + used, 200 - used, "%s%02X", i ? ":" : "",
                                 verdict_leaf(v)->sha256[i]);
    snprintf(out + used, 200 - used, "\t\n");
    return out;
}

static void export_all(struct exception_export *out, struct exceptions *s,
                       enum exception_format format, time_t now)
{
    const struct exception *which[16];
    size_t count = exceptions_count(s);

    assert_true(count <= 16);
    for (size_t i = 0; i < count; i++)
        which[i] = exceptions_at(s, i);
    exception_export(out, s, which, count, format, now);
}

static const struct export_note *note_about(const struct exception_export *out,
                                            const char *host,
                                            enum export_note_kind kind)
{
    for (size_t i = 0; i < out->note_count; i++)
        if (out->notes[i].kind == kind && out->notes[i].about &&
            strcmp(out->notes[i].about->host, host) == 0)
            return &out->notes[i];
    return NULL;
}

static void what_goes_out(void **state)
{
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    X509 *y = make(&(struct recipe){LEAF}, other_key, NULL, NULL);
    struct exceptions *s = fresh();
    struct exception_export out;
    struct verdict v, w;
    char line[200];

    (void)state;
    judge(&v, x, NULL, HOST, NOW);
    judge(&w, y, NULL, HOST, NOW);
    accept_at(s, &v, "a.example", EXCEPTION_REMOVED, NOW);
    accept_at(s, &v, "b.example", EXCEPTION_UNTIL, NOW - 300 * DAY);
    accept_at(s, &w, "c.example", EXCEPTION_REMOVED, NOW);
    accept_at(s, &v, "c.example", EXCEPTION_REMOVED, NOW - DAY);
    accept_at(s, &v, "2001:db8::1", EXCEPTION_REMOVED, NOW);
    accept_at(s, &v, "s.example", EXCEPTION_SESSION, NOW);

    /* b ends with its certificate, 100 days from NOW. */
    export_all(&out, s, EXCEPTION_THUNDERBIRD, NOW + 200 * DAY);
    assert_int_equal(out.written, 3);
    assert_non_null(
        strstr(out.bytes.data, place_line(line, "a.example:993", &v)));
    assert_non_null(
        strstr(out.bytes.data, place_line(line, "c.example:993", &w)));
    assert_non_null(
        strstr(out.bytes.data, place_line(line, "[2001:db8::1]:993", &v)));
    assert_null(strstr(out.bytes.data, place_line(line, "c.example:993", &v)));
    assert_null(strstr(out.bytes.data, "b.example"));
    assert_null(strstr(out.bytes.data, "s.example"));
    assert_non_null(note_about(&out, "b.example", EXPORT_LEFT_OUT));
    assert_non_null(note_about(&out, "c.example", EXPORT_LEFT_OUT));
    assert_non_null(note_about(&out, "s.example", EXPORT_LEFT_OUT));
    assert_null(note_about(&out, "a.example", EXPORT_LEFT_OUT));
    exception_export_release(&out);

    export_all(&out, s, EXCEPTION_PEM, NOW + 200 * DAY);
    assert_int_equal(out.written, 5);
    assert_non_null(strstr(out.bytes.data, "# b.example:993 accepted "));
    assert_non_null(strstr(out.bytes.data, " (ended)\n-----BEGIN"));
    assert_null(strstr(out.bytes.data, "s.example"));
    exception_export_release(&out);

    exception_export(&out, s, NULL, 0, EXCEPTION_THUNDERBIRD, NOW);
    assert_int_equal(out.written, 0);
    assert_int_equal(out.note_count, 0);
    exception_export_release(&out);
    exceptions_free(s);
    verdict_release(&v);
    verdict_release(&w);
    X509_free(x);
    X509_free(y);
}

/* What Thunderbird does not override is said; what it does is not. */
static void weak_keys(void **state)
{
    static const struct {
        const char *group;
        int bits;
        bool told;
    } cases[] = {{NULL, 1024, false}, {NULL, 768, true}, {"P-192", 0, true}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        EVP_PKEY *key = cases[i].group ? EVP_EC_gen(cases[i].group)
                                       : EVP_RSA_gen((unsigned)cases[i].bits);
        X509 *x = make(&(struct recipe){LEAF}, key, NULL, NULL);
        struct exceptions *s = fresh();
        struct exception_export out;
        struct verdict v;

        judge(&v, x, NULL, HOST, NOW);
        assert_true(v.faults & FAULT_BIT(FAULT_WEAK_KEY));
        accept_at(s, &v, HOST, EXCEPTION_UNTIL, NOW);
        export_all(&out, s, EXCEPTION_THUNDERBIRD, NOW);
        assert_int_equal(out.written, 1);
        assert_int_equal(note_about(&out, HOST, EXPORT_REMARK) != NULL,
                         cases[i].told);
        exception_export_release(&out);
        exceptions_free(s);
        verdict_release(&v);
        X509_free(x);
        EVP_PKEY_free(key);
    }
}

static void damaged_store(void **state)
{
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    struct exceptions *s = fresh();
    struct exception_export out;
    struct verdict v;
    char path[300];
    size_t used =
        (size_t)snprintf(path, sizeof(path), "%s/certificates/", folder);

    (void)state;
    judge(&v, x, NULL, HOST, NOW);
    accept_at(s, &v, HOST, EXCEPTION_UNTIL, NOW);
    for (int i = 0; i < 32; i++)
        used += (size_t)snprintf(path + used, sizeof(path) - used, "%02x",
                                 verdict_leaf(&v)->sha256[i]);
    snprintf(path + used, sizeof(path) - used, ".pem");
    write_file(path, "nothing");
    export_all(&out, s, EXCEPTION_PEM, NOW);
    assert_int_equal(out.written, 0);
    assert_int_equal(out.bytes.len, 0);
    assert_non_null(note_about(&out, HOST, EXPORT_FAILED));
    exception_export_release(&out);
    exceptions_free(s);
    verdict_release(&v);
    X509_free(x);
}

static void profile_in_use(void **state)
{
    struct error e = {0};

    (void)state;
    assert_true(exception_export_path_free(in_folder("cert_override.txt"), &e));
    assert_int_equal(symlink("127.0.0.1:+1", in_folder("lock")), 0);
    assert_true(exception_export_path_free(in_folder("other.txt"), &e));
    assert_false(
        exception_export_path_free(in_folder("cert_override.txt"), &e));
    assert_int_equal(e.code, ERROR_FILE);
    unlink(in_folder("lock"));
}

/* -- import ---------------------------------------------------------------- */

static enum import_outcome decided(struct exceptions *s,
                                   const struct verdict *wanted,
                                   const struct verdict *shown,
                                   enum import_clash clash, time_t now,
                                   bool *replace)
{
    struct import_candidate candidate = {.host = HOST, .port = 993};
    struct import_decision decision;

    memcpy(candidate.sha256, verdict_leaf(wanted)->sha256, 32);
    exception_import_decide(&decision, s, &candidate, shown, clash, now);
    assert_clean(decision.text);
    if (replace)
        *replace = decision.replace;
    return decision.outcome;
}

static enum import_outcome looked(struct exceptions *s,
                                  const struct verdict *wanted, time_t now)
{
    struct import_candidate candidate = {.host = HOST, .port = 993};
    struct import_decision decision;

    memcpy(candidate.sha256, verdict_leaf(wanted)->sha256, 32);
    exception_import_look(&decision, s, &candidate, now);
    assert_clean(decision.text);
    return decision.outcome;
}

/* What the server shows decides. */
static void decisions(void **state)
{
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    X509 *y = make(&(struct recipe){LEAF}, other_key, NULL, NULL);
    X509 *good = make(&(struct recipe){LEAF}, leaf_key, middle, middle_key);
    X509 *bad = make(&(struct recipe){LEAF, .extended = "clientAuth"}, leaf_key,
                     middle, middle_key);
    struct exceptions *s = fresh();
    struct verdict v, other, trusted, never, none = {0};

    (void)state;
    judge(&v, x, NULL, HOST, NOW);
    judge(&other, y, NULL, HOST, NOW);
    judge(&trusted, good, middle, HOST, NOW);
    judge(&never, bad, middle, HOST, NOW);

    for (int c = IMPORT_KEEP; c <= IMPORT_REPLACE; c++) {
        enum import_clash clash = (enum import_clash)c;

        assert_int_equal(decided(s, &v, &v, clash, NOW, NULL), IMPORT_ADD);
        assert_int_equal(decided(s, &v, NULL, clash, NOW, NULL),
                         IMPORT_NO_CERTIFICATE);
        assert_int_equal(decided(s, &v, &none, clash, NOW, NULL),
                         IMPORT_NO_CERTIFICATE);
        assert_int_equal(decided(s, &v, &other, clash, NOW, NULL),
                         IMPORT_DIFFERENT);
        assert_int_equal(decided(s, &v, &trusted, clash, NOW, NULL),
                         IMPORT_TRUSTED);
        assert_int_equal(decided(s, &never, &never, clash, NOW, NULL),
                         IMPORT_NEVER);
    }
    assert_int_equal(looked(s, &v, NOW), IMPORT_LISTED);
    assert_int_equal(exceptions_count(s), 0);
    exceptions_free(s);
    verdict_release(&v);
    verdict_release(&other);
    verdict_release(&trusted);
    verdict_release(&never);
    X509_free(x);
    X509_free(y);
    X509_free(good);
    X509_free(bad);
}

/* What is accepted there already stays, until the person says otherwise. */
static void clashes(void **state)
{
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    X509 *y = make(&(struct recipe){LEAF}, other_key, NULL, NULL);
    struct exceptions *s = fresh();
    struct verdict v, w, expired;
    bool replace;

    (void)state;
    judge(&v, x, NULL, HOST, NOW);
    judge(&w, y, NULL, HOST, NOW);
    judge(&expired, x, NULL, HOST, NOW + 100 * DAY + 1);
    accept_at(s, &v, HOST, EXCEPTION_REMOVED, NOW);

    assert_int_equal(decided(s, &v, &v, IMPORT_REPLACE, NOW, NULL),
                     IMPORT_THERE);
    assert_int_equal(looked(s, &v, NOW), IMPORT_THERE);
    assert_int_equal(looked(s, &w, NOW), IMPORT_TAKEN);
    assert_int_equal(decided(s, &w, &w, IMPORT_KEEP, NOW, NULL), IMPORT_TAKEN);
    assert_int_equal(decided(s, &w, &w, IMPORT_ALSO, NOW, &replace),
                     IMPORT_ADD);
    assert_false(replace);
    assert_int_equal(decided(s, &w, &w, IMPORT_REPLACE, NOW, &replace),
                     IMPORT_ADD);
    assert_true(replace);
    /* A fault that came later is not accepted by the way. */
    assert_int_equal(
        decided(s, &v, &expired, IMPORT_KEEP, NOW + 101 * DAY, NULL),
        IMPORT_TAKEN);
    assert_int_equal(
        decided(s, &v, &expired, IMPORT_ALSO, NOW + 101 * DAY, NULL),
        IMPORT_TAKEN);
    /* Replacing the same certificate leaves its siblings alone. */
    assert_int_equal(
        decided(s, &v, &expired, IMPORT_REPLACE, NOW + 101 * DAY, &replace),
        IMPORT_ADD);
    assert_false(replace);
    exceptions_free(s);

    s = fresh();
    accept_at(s, &v, HOST, EXCEPTION_UNTIL, NOW - 20 * DAY);
    assert_int_equal(decided(s, &v, &v, IMPORT_KEEP, NOW + 300 * DAY, NULL),
                     IMPORT_TAKEN);
    assert_int_equal(decided(s, &v, &v, IMPORT_ALSO, NOW + 300 * DAY, NULL),
                     IMPORT_TAKEN);
    assert_int_equal(decided(s, &v, &v, IMPORT_REPLACE, NOW + 300 * DAY, NULL),
                     IMPORT_ADD);
    assert_int_equal(looked(s, &v, NOW + 300 * DAY), IMPORT_THERE);
    exceptions_free(s);
    verdict_release(&v);
    verdict_release(&w);
    verdict_release(&expired);
    X509_free(x);
    X509_free(y);
}

static void kinds_of_files(void **state)
{
    static const struct {
        const char *text, *part; /* of the error; NULL: taken */
        enum import_kind kind;
    } cases[] = {
        {"# PSM Certificate Override Settings file\n", NULL,
         IMPORT_THUNDERBIRD},
        {"# PSM Certificate Override Settings file\nrubbish\n", NULL,
         IMPORT_THUNDERBIRD},
        {"", "neither", IMPORT_THUNDERBIRD},
        {"# notes\n", "neither", IMPORT_THUNDERBIRD},
        {"\n\nrubbish\n", "f\\x1B:3: ", IMPORT_THUNDERBIRD},
        {"\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
         "f\\x1B:2: It holds a private key", IMPORT_CERTIFICATES},
        {"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
         "f\\x1B:1: ", IMPORT_CERTIFICATES},
        {"-----BEGIN CERTIFICATE-----\n", "f\\x1B:1: ", IMPORT_CERTIFICATES},
        {"-----BEGIN ", "f\\x1B:1: ", IMPORT_CERTIFICATES},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct exception_import file;
        struct error e = {0};
        bool ok = exception_import_read(&file, "f\x1b", cases[i].text,
                                        strlen(cases[i].text), &e);

        assert_int_equal(ok, cases[i].part == NULL);
        if (ok) {
            assert_int_equal(file.kind, cases[i].kind);
            exception_import_release(&file);
        } else {
            assert_int_equal(e.code, ERROR_PARSE);
            assert_clean(e.text);
            if (!strstr(e.text, cases[i].part))
                fail_msg("case %zu: %s", i, e.text);
        }
    }
}

/* Which exceptions a file asks for, and which of a chain it is. */
static void candidates(void **state)
{
    X509 *x = make(&(struct recipe){LEAF}, leaf_key, NULL, NULL);
    X509 *y = make(&(struct recipe){LEAF}, other_key, NULL, NULL);
    struct exceptions *s = fresh();
    struct exception_export made;
    struct exception_import file;
    struct import_candidate *list;
    struct endpoint only;
    struct verdict v, w;
    struct buf pem;

    (void)state;
    judge(&v, x, NULL, HOST, NOW);
    judge(&w, y, NULL, HOST, NOW);
    accept_at(s, &v, HOST, EXCEPTION_UNTIL, NOW);
    accept_at(s, &w, "other.example.org", EXCEPTION_UNTIL, NOW);
    export_all(&made, s, EXCEPTION_THUNDERBIRD, NOW);
    assert_true(exception_import_read(&file, "f", made.bytes.data,
                                      made.bytes.len, NULL));
    assert_int_equal(exception_import_candidates(&file, NULL, &list), 2);
    assert_true(list[0].line && list[0].line < list[1].line);
    free(list);
    assert_true(endpoint_parse("other.example.org:993", &only, NULL));
    assert_int_equal(exception_import_candidates(&file, &only, &list), 1);
    assert_string_equal(list[0].host, "other.example.org");
    free(list);
    exception_import_release(&file);
    exception_export_release(&made);

    buf_init(&pem, 20000);
    assert_true(cert_add_pem(&pem, verdict_leaf(&v)));
    assert_true(cert_add_pem(&pem, verdict_leaf(&w)));
    assert_true(exception_import_read(&file, "f", pem.data, pem.len, NULL));
    assert_int_equal(exception_import_candidates(&file, NULL, &list), 0);
    assert_int_equal(exception_import_candidates(&file, &only, &list), 1);
    assert_memory_equal(list[0].sha256, verdict_leaf(&v)->sha256, 32);
    exception_import_choose(&file, &list[0], &w);
    assert_memory_equal(list[0].sha256, verdict_leaf(&w)->sha256, 32);
    free(list);
    exception_import_release(&file);
    buf_release(&pem);
    exceptions_free(s);
    verdict_release(&v);
    verdict_release(&w);
    X509_free(x);
    X509_free(y);
}

/* -- who uses it ----------------------------------------------------------- */

static void usage(void **state)
{
    static const char text[] =
        "[account a]\nhost = Mail.Example.org.\nsmtp = s\n"
        "[account b]\nhost = mail.example.org\nport = 143\nenabled = no\n"
        "[account c]\nhost = m\xc3\xbcnchen.example\nsmtp = gone\n"
        "[account d]\nhost = *\n"
        "[smtp s]\nhost = mail.example.org\nport = 465\nsecurity = tls\n"
        "[smtp t]\nhost = mail.example.org\nport = 465\nsecurity = tls\n";
    static const struct {
        const char *host;
        unsigned port;
        const char *targets;
    } cases[] = {
        {"mail.example.org", 993, "a/incoming "},
        {"mail.example.org", 143, "b/incoming "},
        {"mail.example.org", 465, "a/outgoing smtp:t "},
        {"xn--mnchen-3ya.example", 993, "c/incoming "},
        {"mail.example.org", 994, ""},
        {"other.example", 993, ""},
    };
    struct config *config;
    struct error e = {0};

    (void)state;
    write_file(in_folder("accounts.ini"), text);
    config = config_open(in_folder("accounts.ini"), folder, &e);
    assert_non_null(config);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct usage found;
        char got[200] = "";

        usage_find(&found, config, cases[i].host, cases[i].port);
        for (size_t k = 0; k < found.count; k++)
            snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s ",
                     found.targets[k]);
        assert_string_equal(got, cases[i].targets);
        usage_release(&found);
    }
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_out),  cmocka_unit_test(weak_keys),
        cmocka_unit_test(damaged_store),  cmocka_unit_test(profile_in_use),
        cmocka_unit_test(decisions),      cmocka_unit_test(clashes),
        cmocka_unit_test(kinds_of_files), cmocka_unit_test(candidates),
        cmocka_unit_test(usage),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
