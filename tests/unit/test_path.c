/* SPDX-License-Identifier: MIT */
/* verdict: which path is taken where there are several, drawn as graphs of who
 * certified whom (as RFC 4158 section 2 draws them). */
#include "pki.h"

#include <time.h>

/* -- graphs ---------------------------------------------------------------- */

/* A letter is an authority with a key of its own; '.' is the server. An edge
 * "RA" is a certificate for A by R. Anchors are self-signed certificates of
 * those letters. */
#define LETTERS 26

enum flaw {
    EXPIRED,
    LIMITED,
    WRONG_PURPOSE,
    NO_CA,
    NO_CONSTRAINTS,
    WEAK,
    SOUND
};

static const struct recipe flaws[] = {
    [EXPIRED] = {.from = -9 * DAY, .until = -DAY, .ca = true},
    [LIMITED] = {.from = -DAY,
                 .until = DAY,
                 .ca = true,
                 .extra_nid = NID_name_constraints,
                 .extra = "critical,permitted;DNS:elsewhere.example"},
    [WRONG_PURPOSE] = {.from = -DAY,
                       .until = DAY,
                       .ca = true,
                       .extended = "emailProtection"},
    [NO_CA] = {.from = -DAY, .until = DAY},
    [NO_CONSTRAINTS] = {.from = -DAY, .until = DAY, .bare = true},
    [WEAK] = {.from = -DAY, .until = DAY, .ca = true},
    [SOUND] = {.from = -DAY, .until = DAY, .ca = true},
};

struct graph {
    EVP_PKEY *keys[LETTERS];
    X509 *selves[LETTERS]; /* self-signed, also where nobody trusts it */
    STACK_OF(X509) * sent;
    X509_STORE *anchors;
};

static X509 *certify(struct graph *g, char by, char whom, enum flaw flaw)
{
    static const struct recipe server = {LEAF};
    struct recipe recipe = flaws[flaw];
    char name[] = {whom, '\0'};

    if (whom == '.')
        return make(&server, leaf_key, g->selves[by - 'A'], g->keys[by - 'A']);
    recipe.cn = name;
    recipe.digest = flaw == WEAK ? EVP_sha1() : NULL;
    return make(&recipe, g->keys[whom - 'A'], g->selves[by - 'A'],
                g->keys[by - 'A']);
}

static bool stands_in(const char *edges, const char *edge)
{
    for (const char *at = edges; (at = strstr(at, edge)); at += 1)
        if ((at - edges) % 3 == 0)
            return true;
    return false;
}

/* `edges` and `bad`: "RA AB B." */
static void draw(struct graph *g, const char *edges, const char *trusted,
                 const char *bad, enum flaw flaw)
{
    *g =
        (struct graph){.sent = sk_X509_new_null(), .anchors = X509_STORE_new()};
    for (const char *e = edges; *e; e++) {
        char name[] = {*e, '\0'};

        if (*e < 'A' || *e > 'Z' || g->keys[*e - 'A'])
            continue;
        g->keys[*e - 'A'] = EVP_EC_gen("P-256");
        g->selves[*e - 'A'] = make(&(struct recipe){AUTHORITY(name)},
                                   g->keys[*e - 'A'], NULL, NULL);
    }
    for (const char *t = trusted; *t; t++)
        X509_STORE_add_cert(g->anchors, g->selves[*t - 'A']);
    for (size_t i = 0; i < strlen(edges); i += 3) {
        char edge[] = {edges[i], edges[i + 1], '\0'};
        X509 *x =
            certify(g, edge[0], edge[1], stands_in(bad, edge) ? flaw : SOUND);

        if (edge[1] == '.')
            sk_X509_unshift(g->sent, x);
        else
            sk_X509_push(g->sent, x);
    }
}

static void judge_graph(struct graph *g, struct verdict *v)
{
    const struct verdict_request request = {
        .host = "mail.example.org", .store = g->anchors, .now = NOW};

    assert_true(verdict_judge(v, g->sent, &request, NULL));
}

static void erase(struct graph *g)
{
    for (int i = 0; i < LETTERS; i++) {
        EVP_PKEY_free(g->keys[i]);
        X509_free(g->selves[i]);
    }
    sk_X509_pop_free(g->sent, X509_free);
    X509_STORE_free(g->anchors);
}

/* Figure 7 of RFC 4158, and the bridge of section 2.4 in small: T trusts. */
#define SEVEN "CB AB CA AC TC TA B."
#define BRIDGE                                                                 \
    "FH FG GF HI IH GI WF WG JK N. LN LM XJ XL WQ QW XQ QX YQ QY ZQ QZ"

static const struct {
    const char *edges, *trusted, *bad;
    bool leads; /* a good path is left */
} graphs[] = {
    {"TA A.", "T", "", true},
    {"TA A.", "T", "TA", false},
    {"PA QA A.", "P", "", true},
    {"PA QA A.", "Q", "", true},
    {"PA QA A.", "PQ", "PA", true},
    {"PA QA A.", "PQ", "QA", true},
    {"PA QA A.", "PQ", "PA QA", false},
    {"PA QA A.", "P", "PA", false},
    {SEVEN, "T", "", true},
    {SEVEN, "T", "TA", true},
    {SEVEN, "T", "TC", true},
    {SEVEN, "T", "CB", true},
    {SEVEN, "T", "AB", true},
    {SEVEN, "T", "TA CB", true},
    {SEVEN, "T", "TC AB", true},
    {SEVEN, "T", "TA CB CA", false},
    {SEVEN, "T", "TC AB CA", true},
    {SEVEN, "T", "TC AB AC", false},
    {SEVEN, "T", "TA TC", false},
    {SEVEN, "T", "AB CB", false},
    {BRIDGE, "W", "", true},
    {BRIDGE, "Y", "", true},
    {BRIDGE, "Z", "QW WQ", true},
    {BRIDGE, "X", "QX", true},
    {BRIDGE, "W", "QX", false},
    {BRIDGE, "W", "LN", false},
    {BRIDGE, "WYZ", "WQ YQ", true},
    {BRIDGE, "WYZ", "WQ YQ ZQ", false},
};

static void one_good_path_is_enough(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(graphs) / sizeof(graphs[0]); i++)
        for (int flaw = EXPIRED; flaw <= WEAK; flaw++) {
            struct graph g;
            struct verdict v;

            draw(&g, graphs[i].edges, graphs[i].trusted, graphs[i].bad,
                 (enum flaw)flaw);
            judge_graph(&g, &v);
            if (v.trusted != graphs[i].leads)
                print_message("graph %zu, flaw %d\n", i, flaw);
            assert_int_equal(v.trusted, graphs[i].leads);
            verdict_release(&v);
            erase(&g);
        }
}

/* The words tell about the path that is nearest to being good. */
static void words_of_bad_paths(void **state)
{
    static const struct {
        const char *edges, *trusted, *bad;
        enum flaw flaw;
        const char *wanted;
    } cases[] = {
        {SEVEN, "T", "TA TC", EXPIRED, "expired-issuer"},
        {SEVEN, "T", "TA TC", LIMITED, "name-constraints"},
        {SEVEN, "T", "TA TC", WRONG_PURPOSE, "bad-purpose"},
        {SEVEN, "T", "TA TC", NO_CA, "not-a-ca"},
        {SEVEN, "T", "TA TC", NO_CONSTRAINTS, "not-a-ca"},
        {SEVEN, "T", "TA TC", WEAK, "weak-signature"},
        {SEVEN, "", "", SOUND, "unknown-issuer"},
        {"AB BA A.", "", "", SOUND, "unknown-issuer"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct graph g;
        struct verdict v;

        draw(&g, cases[i].edges, cases[i].trusted, cases[i].bad, cases[i].flaw);
        judge_graph(&g, &v);
        assert_words(&v, cases[i].wanted);
        verdict_release(&v);
        erase(&g);
    }
}

/* Sixteen authorities that all certify one another: more paths than anybody can
 * walk. The end comes soon, and nothing is trusted by being lost in it. */
static void entangled(void **state)
{
    static const char names[] = "ABCDEFGHIJKLMNOP";
    char edges[3 * 16 * 16 + 4] = "A.";
    size_t end_of = strlen(edges);
    struct timespec begin, end;
    struct graph g;
    struct verdict v;

    (void)state;
    for (const char *a = names; *a; a++)
        for (const char *b = names; *b; b++)
            if (a != b)
                end_of += (size_t)snprintf(
                    edges + end_of, sizeof(edges) - end_of, " %c%c", *a, *b);
    draw(&g, edges, "", "", SOUND);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    judge_graph(&g, &v);
    clock_gettime(CLOCK_MONOTONIC, &end);
    print_message("entangled: %ld ms\n",
                  (end.tv_sec - begin.tv_sec) * 1000L +
                      (end.tv_nsec - begin.tv_nsec) / 1000000L);
    assert_words(&v, "too-complex unknown-issuer");
    verdict_release(&v);
    erase(&g);
}

/* -- what the person decided ----------------------------------------------- */

struct decisions {
    const unsigned char *distrusted; /* SHA-256 */
    const char *only;                /* the host that anchors may vouch for */
};

static bool is_distrusted(void *arg, const unsigned char sha256[32])
{
    const struct decisions *d = arg;

    return d->distrusted && memcmp(d->distrusted, sha256, 32) == 0;
}

static bool vouches(void *arg, const unsigned char sha256[32], const char *host)
{
    const struct decisions *d = arg;

    (void)sha256;
    return !d->only || strcmp(d->only, host) == 0;
}

static void sha256_of(X509 *x, unsigned char out[32])
{
    assert_true(X509_digest(x, EVP_sha256(), out, NULL));
}

static void judge_by(struct graph *g, struct verdict *v, struct decisions *d,
                     STACK_OF(X509) * intermediates)
{
    const struct trust_rules rules = {d, is_distrusted, vouches};
    const struct verdict_request request = {.host = "mail.example.org",
                                            .store = g->anchors,
                                            .now = NOW,
                                            .rules = &rules,
                                            .intermediates = intermediates};

    assert_true(verdict_judge(v, g->sent, &request, NULL));
}

static void distrust_and_limits(void **state)
{
    unsigned char sha256[32];
    struct decisions d = {.distrusted = sha256};
    struct graph g;
    struct verdict v;

    (void)state;
    draw(&g, "PA QA A.", "PQ", "", SOUND);
    /* One of two roots is marked: the other path serves. */
    for (const char *p = "PQ"; *p; p++) {
        sha256_of(g.selves[*p - 'A'], sha256);
        judge_by(&g, &v, &d, NULL);
        assert_words(&v, "");
        assert_string_equal(v.proven_by, *p == 'P' ? "Q" : "P");
        verdict_release(&v);
    }
    /* The server's own certificate. */
    sha256_of(sk_X509_value(g.sent, 0), sha256);
    judge_by(&g, &v, &d, NULL);
    assert_words(&v, "distrusted");
    assert_false(v.overridable);
    assert_string_equal(v.sentences[FAULT_DISTRUSTED],
                        "You marked it as not to be trusted.");
    verdict_release(&v);
    d = (struct decisions){.only = "mail.example.org"};
    judge_by(&g, &v, &d, NULL);
    assert_words(&v, "");
    verdict_release(&v);
    d.only = "other.example";
    judge_by(&g, &v, &d, NULL);
    assert_words(&v, "unknown-issuer");
    assert_non_null(strstr(v.sentences[FAULT_UNKNOWN_ISSUER], "limited"));
    assert_true(v.overridable);
    verdict_release(&v);
    erase(&g);
    draw(&g, "TA A.", "T", "", SOUND);
    sha256_of(g.selves['T' - 'A'], sha256);
    d = (struct decisions){.distrusted = sha256};
    judge_by(&g, &v, &d, NULL);
    assert_words(&v, "distrusted");
    assert_string_equal(v.sentences[FAULT_DISTRUSTED],
                        "You marked \"T\", which vouches for it, as not to be "
                        "trusted.");
    verdict_release(&v);
    erase(&g);
}

/* The server forgot it, and it is known here. */
static void known_intermediates(void **state)
{
    STACK_OF(X509) *known = sk_X509_new_null();
    struct decisions none = {0};
    struct graph g;
    struct verdict v;

    (void)state;
    draw(&g, "TA A.", "T", "", SOUND);
    sk_X509_push(known, sk_X509_delete(g.sent, 1));
    judge_by(&g, &v, &none, NULL);
    assert_words(&v, "incomplete-chain");
    verdict_release(&v);
    judge_by(&g, &v, &none, known);
    assert_words(&v, "");
    assert_int_equal(v.path.count, 3);
    assert_int_equal(v.sent.count, 1);
    verdict_release(&v);
    /* It completes a chain and is no anchor. */
    erase(&g);
    sk_X509_pop_free(known, X509_free);
    known = sk_X509_new_null();
    draw(&g, "TA A.", "", "", SOUND);
    sk_X509_push(known, sk_X509_delete(g.sent, 1));
    judge_by(&g, &v, &none, known);
    assert_words(&v, "unknown-issuer");
    verdict_release(&v);
    erase(&g);
    sk_X509_pop_free(known, X509_free);
}

/* -- damage on the way ----------------------------------------------------- */

static void damaged_issuer(void **state)
{
    X509 *issuer = make(&(struct recipe){AUTHORITY("Middle"), .twice = true},
                        middle_key, root, root_key);
    X509 *leaf = make(&(struct recipe){LEAF}, leaf_key, issuer, middle_key);
    struct verdict v;

    (void)state;
    judge(&v, leaf, issuer, "mail.example.org", NOW);
    assert_words(&v, "bad-encoding");
    assert_false(v.overridable);
    assert_non_null(strstr(v.sentences[FAULT_BAD_ENCODING], "\"Middle\""));
    verdict_release(&v);
    X509_free(leaf);
    X509_free(issuer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_good_path_is_enough),
        cmocka_unit_test(words_of_bad_paths),
        cmocka_unit_test(entangled),
        cmocka_unit_test(distrust_and_limits),
        cmocka_unit_test(known_intermediates),
        cmocka_unit_test(damaged_issuer),
    };

    return cmocka_run_group_tests_name("path", tests, set_up, tear_down);
}
