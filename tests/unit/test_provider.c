/* SPDX-License-Identifier: MIT */
/* provider: the shipped table row by row, an own one, and broken rows. */
#include "tests/unit/unit.h"

#include "core/base/ini.h"
#include "core/base/text.h"
#include "core/setup/provider.h"

#include <sys/stat.h>

static struct offer_address address_of(const char *domain)
{
    static char email[300];

    snprintf(email, sizeof(email), "ann@%s", domain);
    return (struct offer_address){
        .email = email, .local = "ann", .domain = domain, .name = "Ann"};
}

/* -- the shipped table ------------------------------------------------------
 */

static void test_shipped(void **state)
{
    struct error e = {0};
    struct providers *all = providers_open(NULL, &e);

    (void)state;
    if (!all || e.code)
        fail_msg("%s", e.text);
    for (size_t i = 0; i < providers_problem_count(all); i++)
        fail_msg("line %u: %s", providers_problem_at(all, i)->line,
                 providers_problem_at(all, i)->text);
    providers_free(all);
}

static void check_offer(const char *domain, const struct offer *offer)
{
    for (int d = 0; d < SETUP_DIRECTIONS; d++) {
        if (!offer->count[d])
            fail_msg("%s: nothing", domain);
        for (size_t i = 0; i < offer->count[d]; i++) {
            const struct offer_server *s = &offer->servers[d][i];
            char host[HOST_MAX];

            assert_true(host_normalise(s->endpoint.host, host, NULL));
            assert_string_equal(host, s->endpoint.host);
            assert_in_range(s->endpoint.port, 1, 65535);
            /* Nothing that comes with the program goes in clear. */
            assert_int_not_equal(s->endpoint.security, SECURITY_NONE);
            assert_non_null(s->user);
            assert_non_null(strstr(s->user, "ann"));
            assert_null(strchr(s->user, '%'));
        }
    }
    assert_non_null(offer->provider);
    if (offer->help_url)
        assert_int_equal(strncmp(offer->help_url, "https://", 8), 0);
}

/* Every domain of every row leads to that row. */
static void test_every_domain(void **state)
{
    char *text = read_file("share/providers.ini");
    struct error e = {0};
    struct ini *ini = ini_parse("providers.ini", text, strlen(text), &e);
    struct providers *all = providers_open(NULL, &e);
    size_t rows = 0, domains = 0;

    (void)state;
    assert_non_null(ini);
    assert_non_null(all);
    for (size_t i = 0; i < ini_section_count(ini); i++) {
        const char *section = ini_section_name(ini, i);
        const char *name = ini_get(ini, section, "name");
        char *list = strdup(ini_get(ini, section, "domains")
                                ? ini_get(ini, section, "domains")
                                : "");
        char *rest = list, *domain;

        rows++;
        while ((domain = strsep(&rest, " "))) {
            struct offer_address address = address_of(domain);
            struct offer offer = {0};

            if (!*domain)
                continue;
            domains++;
            if (!providers_find(all, &address, &offer))
                fail_msg("%s is not found", domain);
            check_offer(domain, &offer);
            assert_string_equal(offer.provider, name);
            offer_release(&offer);
        }
        free(list);
    }
    assert_true(rows >= 60);
    assert_true(domains >= 200);
    providers_free(all);
    ini_free(ini);
    free(text);
}

static void test_known(void **state)
{
    static const struct {
        const char *domain, *mx, *in, *in_user, *out, *out_user;
        enum setup_login login;
    } cases[] = {
        {"gmail.com", NULL, "imaps://imap.gmail.com:993", "ann@gmail.com",
         "smtps://smtp.gmail.com:465", "ann@gmail.com", SETUP_APP_PASSWORD},
        {"hotmail.co.uk", NULL, "imaps://outlook.office365.com:993",
         "ann@hotmail.co.uk", "smtp://smtp-mail.outlook.com:587",
         "ann@hotmail.co.uk", SETUP_OAUTH},
        {"icloud.com", NULL, "imaps://imap.mail.me.com:993", "ann",
         "smtp://smtp.mail.me.com:587", "ann@icloud.com", SETUP_APP_PASSWORD},
        {"free.fr", NULL, "imaps://imap.free.fr:993", "ann",
         "smtps://smtp.free.fr:465", "ann", SETUP_PASSWORD},
        {"proton.me", NULL, "imap://127.0.0.1:1143", "ann@proton.me",
         "smtp://127.0.0.1:1025", "ann@proton.me", SETUP_APP_PASSWORD},
        {"example.org", "aspmx.l.google.com", "imaps://imap.gmail.com:993",
         "ann@example.org", "smtps://smtp.gmail.com:465", "ann@example.org",
         SETUP_APP_PASSWORD},
        {"example.org", "example-org.mail.protection.outlook.com",
         "imaps://outlook.office365.com:993", "ann@example.org",
         "smtp://smtp.office365.com:587", "ann@example.org", SETUP_OAUTH},
        /* Another row, whose name is longer. */
        {"example.org", "eur.olc.protection.outlook.com",
         "imaps://outlook.office365.com:993", "ann@example.org",
         "smtp://smtp-mail.outlook.com:587", "ann@example.org", SETUP_OAUTH},
    };
    struct providers *all = providers_open(NULL, NULL);
    char url[300];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct offer_address address = address_of(cases[i].domain);
        struct offer offer = {0};
        const struct offer_server *in = &offer.servers[SETUP_INCOMING][0];
        const struct offer_server *out = &offer.servers[SETUP_OUTGOING][0];
        bool found = cases[i].mx
                         ? providers_find_mx(all, cases[i].mx, &address, &offer)
                         : providers_find(all, &address, &offer);

        if (!found)
            fail_msg("%s %s", cases[i].domain, cases[i].mx);
        assert_string_equal(endpoint_format(url, sizeof(url), &in->endpoint),
                            cases[i].in);
        assert_string_equal(in->user, cases[i].in_user);
        assert_string_equal(endpoint_format(url, sizeof(url), &out->endpoint),
                            cases[i].out);
        assert_string_equal(out->user, cases[i].out_user);
        assert_int_equal(in->login, cases[i].login);
        offer_release(&offer);
    }
    providers_free(all);
}

static void test_unknown(void **state)
{
    static const char *const domains[] = {"example.org", "", "mail.gmail.com",
                                          "gmail.com.example.org", "com"};
    static const char *const hosts[] = {"", "com", "google.com.example.org",
                                        "notgoogle.com", "192.0.2.1"};
    struct providers *all = providers_open(NULL, NULL);
    struct offer offer = {0};

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct offer_address address = address_of(domains[i]);

        assert_false(providers_find(all, &address, &offer));
        assert_false(providers_find_mx(all, hosts[i], &address, &offer));
    }
    assert_int_equal(offer.count[SETUP_INCOMING], 0);
    providers_free(all);
}

/* -- an own one -------------------------------------------------------------
 */

#define ROW(id, domain)                                                        \
    "[provider " id "]\nname = Own\ndomains = " domain                         \
    "\nincoming = imaps://imap.own.example\noutgoing = "                       \
    "smtps://smtp.own.example\n"

static struct providers *open_own(const char *text, struct error *e)
{
    const char *path = in_folder("providers.ini");

    write_file(path, text);
    chmod(path, 0600);
    return providers_open(path, e);
}

static const char *provider_of(const struct providers *all, const char *domain)
{
    static char name[100];
    struct offer_address address = address_of(domain);
    struct offer offer = {0};

    name[0] = '\0';
    if (providers_find(all, &address, &offer))
        snprintf(name, sizeof(name), "%s", offer.provider);
    offer_release(&offer);
    return name;
}

static void test_own_wins(void **state)
{
    struct error e = {0};
    struct providers *all = open_own(
        ROW("mine", "gmail.com own.example") ROW("GMX", "own.test"), &e);

    (void)state;
    assert_non_null(all);
    assert_int_equal(e.code, ERROR_NONE);
    assert_string_equal(provider_of(all, "gmail.com"), "Own");
    assert_string_equal(provider_of(all, "own.example"), "Own");
    assert_string_equal(provider_of(all, "googlemail.com"), "Gmail");
    /* A section of the same name stands in for the whole row. */
    assert_string_equal(provider_of(all, "own.test"), "Own");
    assert_string_equal(provider_of(all, "gmx.net"), "");
    providers_free(all);
}

static void test_own_mx(void **state)
{
    struct providers *all = open_own(
        "[provider a]\nmx = l.google.com\nincoming = imap://in.example\n"
        "outgoing = smtp://out.example\n",
        NULL);
    struct offer_address address = address_of("example.org");
    struct offer offer = {0};

    (void)state;
    assert_true(providers_find_mx(all, "aspmx.l.google.com", &address, &offer));
    assert_string_equal(offer.provider, "a");
    offer_release(&offer);
    assert_true(providers_find_mx(all, "smtp.google.com", &address, &offer));
    assert_string_equal(offer.provider, "Gmail");
    offer_release(&offer);
    providers_free(all);
}

static void test_no_own(void **state)
{
    struct error e = {0};
    struct providers *all = providers_open(in_folder("missing.ini"), &e);

    (void)state;
    assert_non_null(all);
    assert_int_equal(e.code, ERROR_NONE);
    assert_string_equal(provider_of(all, "gmail.com"), "Gmail");
    providers_free(all);
}

static void test_not_trusted(void **state)
{
    const char *path = in_folder("providers.ini");
    struct error e = {0};
    struct providers *all;

    (void)state;
    write_file(path, ROW("mine", "gmail.com"));
    chmod(path, 0666);
    all = providers_open(path, &e);
    assert_non_null(all);
    assert_int_equal(e.code, ERROR_TRUST);
    assert_non_null(strstr(e.text, "chmod"));
    assert_string_equal(provider_of(all, "gmail.com"), "Gmail");
    providers_free(all);
}

static const struct {
    const char *text;
    const char *words; /* within the sentence */
    unsigned line;
    bool warning; /* the row is used */
} broken_rows[] = {
#define REST "incoming = imaps://a.example\noutgoing = smtps://a.example\n"
    {"[provider a]\ndomains = a..b\n" REST, "domains: Two dots", 2, false},
    {"[provider a]\ndomains = a@b.example\n" REST, "domains: ", 2, false},
    {"[provider a]\n" REST, "needs the mail domains", 1, false},
    {"[provider a]\ndomains = own.example\nincoming = imaps://a.example\n",
     "outgoing: At least one server", 1, false},
    {"[provider a]\ndomains = own.example\noutgoing = smtps://a.example\n",
     "incoming: At least one server", 1, false},
    {"[provider a]\ndomains = own.example\nincoming = smtps://a.example\n"
     "outgoing = smtps://a.example\n",
     "incoming: Write imaps://", 3, false},
    {"[provider a]\ndomains = own.example\nincoming = imaps://a.example\n"
     "outgoing = imaps://a.example\n",
     "outgoing: Write smtps://", 4, false},
    {"[provider a]\ndomains = own.example\nincoming = a.example:70000\n"
     "outgoing = smtps://a.example\n",
     "incoming: ", 3, false},
    {"[provider a]\ndomains = own.example\n" REST "user = %USER%\n",
     "user: %USER% is none of", 5, false},
    {"[provider a]\ndomains = own.example\n" REST "outgoing-user = 50%\n",
     "outgoing-user: ", 5, false},
    {"[provider a]\ndomains = own.example\n" REST "login = magic\n",
     "login: It is password", 5, false},
    {"[provider a]\ndomains = own.example\n" REST "help = http://a.b/\n",
     "help: It is a link", 5, false},
    {"[provider a]\ndomains = own.example\n" REST "help = https://\n",
     "help: It is a link", 5, false},
    {"[provider a]\ndomains = own.example\n" REST
     "help = https://a.b/m\xe1il\n",
     "help: It is a link", 5, false},
    {"[provider a]\ndomains = own.example\n" REST "user = j\xf6rg\n",
     "user: It has letters that cannot be shown", 5, false},
    {"[provider a]\ndomains = own.example\n" REST "pop = x\n", "no key \"pop\"",
     5, true},
    {"[account a]\nhost = x\n" ROW("a", "own.example"), "Only sections like", 1,
     true},
    {ROW("a", "own.example") ROW("b", "own.example"),
     "own.example stands in [provider a]", 8, true},
    {"[provider a]\ndomains = own.example\nincoming = imap://a.example:993"
     "\noutgoing = smtps://a.example\n",
     "incoming: ", 3, true},
};

/* One wrong thing a row: the row is left out, or used with a warning. */
static void test_broken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(broken_rows) / sizeof(broken_rows[0]); i++) {
        struct error e = {0};
        struct providers *all = open_own(broken_rows[i].text, &e);
        const struct provider_problem *p;

        assert_non_null(all);
        if (providers_problem_count(all) == 0)
            fail_msg("no problem in: %s", broken_rows[i].text);
        p = providers_problem_at(all, 0);
        if (!strstr(p->text, broken_rows[i].words) ||
            p->line != broken_rows[i].line ||
            p->warning != broken_rows[i].warning)
            fail_msg("%s -> %u %d: %s", broken_rows[i].text, p->line,
                     p->warning, p->text);
        assert_non_null(strstr(p->path, "providers.ini"));
        if (!p->warning) {
            char place[40];

            snprintf(place, sizeof(place), "providers.ini:%u: ", p->line);
            assert_int_equal(e.code, ERROR_PARSE);
            assert_non_null(strstr(e.text, place));
        }
        assert_int_equal(*provider_of(all, "own.example") != '\0', p->warning);
        /* Whatever it is, the rest is there. */
        assert_string_equal(provider_of(all, "gmail.com"), "Gmail");
        providers_free(all);
    }
}

/* Lines that are none do not take the rows along. */
static void test_rubbish(void **state)
{
    struct error e = {0};
    struct providers *all = open_own("rubbish\n" ROW("a", "own.example"), &e);

    (void)state;
    assert_int_equal(providers_problem_count(all), 1);
    assert_int_equal(e.code, ERROR_PARSE);
    assert_string_equal(provider_of(all, "own.example"), "Own");
    providers_free(all);
}

/* What a table says is shown: nothing in it reaches the terminal raw. */
static void test_safe(void **state)
{
    struct providers *all = open_own("[provider a]\nname = \x1b[31mRed\x07\n"
                                     "domains = own.example\n" REST,
                                     NULL);

    (void)state;
    assert_false(text_contains_control(provider_of(all, "own.example")));
    providers_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped),  cmocka_unit_test(test_every_domain),
        cmocka_unit_test(test_known),    cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_own_wins), cmocka_unit_test(test_own_mx),
        cmocka_unit_test(test_no_own),   cmocka_unit_test(test_not_trusted),
        cmocka_unit_test(test_broken),   cmocka_unit_test(test_rubbish),
        cmocka_unit_test(test_safe),
    };

    return cmocka_run_group_tests_name("provider", tests, make_folder,
                                       remove_folder);
}
