/* SPDX-License-Identifier: MIT */
/*
 * kill: kill FOLDER accounts|exceptions|export TIMES. A child saves over and
 * over, SIGKILL ends it at a random moment, and what is there must be the old
 * or the new file, whole. Then the next child goes on with that. Each save has
 * to be one by rename, whatever the killed ones left.
 */
#include "core/account/config.h"
#include "core/base/file.h"
#include "core/exchange/exchange.h"
#include "core/exchange/export_view.h"
#include "core/trust/exception.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOW  ((time_t)1790000000)
#define DAY  86400L
#define HOST "mail.example.org"

static char accounts[300], other[300], saved[300];
static char *whole[2]; /* the two contents that there may be */

static void die(const char *what)
{
    fprintf(stderr, "# %s\n", what);
    _exit(1);
}

static char *content(const char *path)
{
    struct buf bytes;

    buf_init(&bytes, FILE_MAX);
    if (!file_read(path, FILE_MAX, &bytes, NULL, NULL))
        die("the file cannot be read");
    return buf_take(&bytes);
}

static bool is_whole(void)
{
    char *now = content(saved);
    bool ok = strcmp(now, whole[0]) == 0 || strcmp(now, whole[1]) == 0;

    free(now);
    return ok;
}

/* -- accounts.ini ---------------------------------------------------------- */

static void save_accounts(unsigned turn)
{
    struct save_result result;
    struct error e = {0};
    struct config *c = config_open(accounts, NULL, &e);

    if (!c)
        die(e.text);
    config_set(c, SECTION_ACCOUNT, "work", SET_PORT, turn % 2 ? "1993" : "993",
               NULL, &e);
    if (!config_save(c, SAVE_ASK, &result, &e))
        die(e.text);
    if (result.in_place)
        die("a save was made in place");
    save_result_release(&result);
    config_free(c);
}

/* -- exceptions.ini -------------------------------------------------------- */

static struct verdict verdict;

static X509 *self_signed(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);

    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    ASN1_TIME_set(X509_getm_notBefore(x), NOW - DAY);
    ASN1_TIME_set(X509_getm_notAfter(x), NOW + 90 * DAY);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               (const unsigned char *)HOST, -1, -1, 0);
    X509_set_issuer_name(x, name);
    X509_set_pubkey(x, key);
    X509_sign(x, key, EVP_sha256());
    EVP_PKEY_free(key);
    return x;
}

static void make_verdict(void)
{
    STACK_OF(X509) *sent = sk_X509_new_null();
    X509_STORE *store = X509_STORE_new();
    const struct verdict_request request = {
        .host = HOST, .store = store, .now = NOW};
    struct error e = {0};

    sk_X509_push(sent, self_signed());
    if (!verdict_judge(&verdict, sent, &request, &e) || !verdict.overridable)
        die("no certificate");
    sk_X509_pop_free(sent, X509_free);
    X509_STORE_free(store);
}

/* The second exception comes and goes. */
static void save_exceptions(unsigned turn)
{
    struct exception_wish wish = {
        .host = HOST, .end = EXCEPTION_UNTIL, .checked = CHECKED_COMMAND};
    struct error e = {0};
    struct exceptions *store = exceptions_open(accounts, &e);
    struct cert cert;
    bool ok;

    (void)turn;
    if (!store)
        die(e.text);
    wish.port = exceptions_count(store) ? 995 : 993;
    for (size_t i = 0; i < exceptions_count(store); i++) {
        if (!exceptions_load_cert(store, exceptions_at(store, i), &cert, &e))
            die(e.text);
        cert_release(&cert);
    }
    if (exceptions_problem_count(store))
        die(exceptions_problem_at(store, 0));
    ok = exceptions_count(store) > 1
             ? exceptions_remove(store, exceptions_at(store, 1), &e)
             : exceptions_add(store, &wish, &verdict, false, NOW, &e);
    if (!ok)
        die(e.text);
    exceptions_free(store);
}

/* -- an export ------------------------------------------------------------- */

static void save_export(unsigned turn)
{
    const struct export_options options = {
        .format = exchange_format_find("msmtp"), .path = saved, .force = true};
    struct export_source source = {.now = NOW};
    struct export_view view;
    struct export_plan plan;
    struct config *c;
    struct error e = {0};

    c = config_open(turn % 2 ? other : accounts, NULL, &e);
    if (!c)
        die(e.text);
    source.config = c;
    if (!export_view_make(&view, &source, NULL, 0, &e) ||
        !export_plan_make(&plan, &view, &options, false, &e) ||
        !export_plan_write(&plan, &e))
        die(e.text);
    export_plan_release(&plan);
    export_view_release(&view);
    config_free(c);
}

/* -- the whole ------------------------------------------------------------- */

static const struct {
    const char *name, *file;
    void (*save)(unsigned turn);
} kinds[] = {
    {"accounts", "accounts.ini", save_accounts},
    {"exceptions", "exceptions.ini", save_exceptions},
    {"export", "msmtprc", save_export},
};

/* Nanoseconds of about four saves. */
static long four_saves(void (*save)(unsigned))
{
    struct timespec begin, end;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (unsigned turn = 0; turn < 40; turn++)
        save(turn);
    clock_gettime(CLOCK_MONOTONIC, &end);
    return ((end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec -
            begin.tv_nsec) /
           10;
}

static bool kill_one(void (*save)(unsigned), unsigned i, long longest)
{
    struct timespec nap = {0, rand() % longest};
    pid_t pid = fork();
    int status;

    if (pid < 0)
        die("no child");
    if (pid == 0)
        for (unsigned turn = i;; turn++)
            save(turn);
    nanosleep(&nap, NULL);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) && is_whole();
}

int main(int argc, char **argv)
{
    unsigned times = argc == 4 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
    unsigned news = 0;
    long longest;
    size_t k = 0;

    while (argc == 4 && k < 3 && strcmp(kinds[k].name, argv[2]) != 0)
        k++;
    if (!times || k == 3) {
        fprintf(stderr, "usage: kill FOLDER accounts|exceptions|export "
                        "TIMES\n");
        return 2;
    }
    snprintf(accounts, sizeof(accounts), "%s/accounts.ini", argv[1]);
    snprintf(other, sizeof(other), "%s/other.ini", argv[1]);
    snprintf(saved, sizeof(saved), "%s/%s", argv[1], kinds[k].file);
    make_verdict();
    for (unsigned turn = 0; turn < 4; turn++) {
        kinds[k].save(turn);
        free(whole[turn % 2]);
        whole[turn % 2] = content(saved);
    }
    if (strcmp(whole[0], whole[1]) == 0)
        die("both are the same");
    longest = four_saves(kinds[k].save);
    srand(8);
    for (unsigned i = 0; i < times; i++) {
        char *now;

        if (!kill_one(kinds[k].save, i, longest))
            die("not whole, or a save failed");
        now = content(saved);
        news += strcmp(now, whole[1]) == 0;
        free(now);
    }
    kinds[k].save(0);
    printf("%u kills, %u times the one and %u times the other, always whole\n",
           times, times - news, news);
    return 0;
}
