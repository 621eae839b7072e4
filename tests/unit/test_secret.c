/* SPDX-License-Identifier: MIT */
/* secret, locked: one copy, in pages of its own, gone when nobody has it. */
#include "tests/unit/unit.h"

#include "core/base/buf.h"
#include "core/base/locked.h"
#include "core/base/secret.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* AddressSanitizer makes mlock() do nothing and succeed. */
#if defined(__SANITIZE_ADDRESS__)
enum { LOCKS = 0 };
#else
enum { LOCKS = 1 };
#endif

static void test_sharing(void **state)
{
    struct secret *none = NULL, *a = secret_new("correct horse"), *b, *c;

    (void)state;
    b = secret_share(a);
    assert_ptr_equal(a, b);
    assert_string_equal(secret_text(b), "correct horse");
    assert_int_equal(secret_length(b), 13);
    secret_release(&a);
    assert_null(a);
    assert_string_equal(secret_text(b), "correct horse");
    c = secret_new_bytes("a\0b", 3);
    assert_memory_equal(secret_text(c), "a\0b", 4);
    secret_release(&b);
    secret_release(&c);
    secret_release(&none);
    assert_null(secret_share(NULL));
    assert_null(secret_new(NULL));
    assert_null(secret_text(NULL));
    assert_int_equal(secret_length(NULL), 0);
    assert_int_equal(locked_mapped(), 0);
}

/* Pieces of all sizes, freed in another order than they came: none overlaps
 * another, each comes zeroed, and all pages go back. */
static void test_pieces(void **state)
{
    enum { PIECES = 500 };
    static unsigned char *memory[PIECES];
    static size_t sizes[PIECES];
    unsigned seed = 1;

    (void)state;
    for (unsigned round = 0; round < 20 * PIECES; round++) {
        size_t i = (seed = seed * 1103515245 + 12345) / 65536 % PIECES;

        if (memory[i]) {
            for (size_t at = 0; at < sizes[i]; at++)
                assert_int_equal(memory[i][at], i % 255 + 1);
            locked_free(memory[i], sizes[i]);
            memory[i] = NULL;
            continue;
        }
        sizes[i] = round % 17 ? round % 300 : round % 9000;
        memory[i] = locked_alloc(sizes[i]);
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(memory[i][at], 0);
        memset(memory[i], (int)(i % 255 + 1), sizes[i]);
    }
    for (size_t i = 0; i < PIECES; i++)
        locked_free(memory[i], sizes[i]);
    locked_free(NULL, 7);
    assert_int_equal(locked_mapped(), 0);
    assert_int_equal(locked_held(), 0);
}

/* A thousand passwords fit into what even an old system lets be locked. */
static void test_a_thousand(void **state)
{
    static struct secret *secrets[1000];

    (void)state;
    for (int i = 0; i < 1000; i++)
        secrets[i] = secret_new("a password of usual length 1234");
    assert_true(locked_mapped() <= 65536);
    for (int i = 0; i < 1000; i++)
        secret_release(&secrets[i]);
    assert_int_equal(locked_mapped(), 0);
}

/* "VmFlags:" of the mapping that holds an address. */
static bool flagged(const void *memory, const char *flag)
{
    FILE *f = fopen("/proc/self/smaps", "r");
    char line[512];
    bool inside = false, found = false;

    assert_non_null(f);
    while (fgets(line, sizeof(line), f)) {
        unsigned long from, to;

        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            inside =
                (unsigned long)memory >= from && (unsigned long)memory < to;
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line, flag) != NULL;
    }
    fclose(f);
    return found;
}

static void test_pages(void **state)
{
    struct secret *secret = secret_new("x");
    struct buf buf;

    (void)state;
    buf_init_secret(&buf, 100000);
    for (int i = 0; i < 20000; i++)
        buf_add_char(&buf, 'x');
    assert_int_equal(buf.len, 20000);
    /* A kernel that does not tell flags (gVisor) is no reason to fail. */
    if (access("/proc/self/smaps", R_OK) == 0 && flagged(test_sharing, " rd")) {
        assert_true(flagged(secret_text(secret), " dd"));
        assert_true(flagged(secret_text(secret), " wf"));
        assert_true(flagged(buf.data, " dd"));
        if (LOCKS && locked_held())
            assert_true(flagged(secret_text(secret), " lo"));
    } else {
        print_message("the kernel tells no flags of mappings\n");
    }
    buf_release(&buf);
    buf_add_text(&buf, "again");
    assert_true(buf.secret);
    buf_release(&buf);
    secret_release(&secret);
    assert_int_equal(locked_mapped(), 0);
}

/* Little or nothing may be locked: all works, and quietly. */
static void test_small_limit(void **state)
{
    static const rlim_t limits[] = {0, 4096, 8192};

    (void)state;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        pid_t child = fork();
        int status;

        if (child == 0) {
            struct rlimit limit = {limits[i], limits[i]};
            struct secret *secrets[300];
            bool fine = setrlimit(RLIMIT_MEMLOCK, &limit) == 0;

            if (getuid() == 0)
                fine = fine && setresgid(65534, 65534, 65534) == 0 &&
                       setresuid(65534, 65534, 65534) == 0;
            for (int n = 0; n < 300; n++)
                secrets[n] = secret_new("a password of usual length 1234");
            fine = fine && (!LOCKS || locked_held() <= limits[i]) &&
                   locked_mapped() > limits[i];
            for (int n = 0; n < 300; n++)
                fine = fine && strlen(secret_text(secrets[n])) == 31;
            for (int n = 0; n < 300; n++)
                secret_release(&secrets[n]);
            _exit(fine && locked_mapped() == 0 ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sharing),     cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_a_thousand),  cmocka_unit_test(test_pages),
        cmocka_unit_test(test_small_limit),
    };

    return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
