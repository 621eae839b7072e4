/* SPDX-License-Identifier: MIT */
/* config_save: what stands in the file afterwards, byte for byte, whoever else
 * wrote it meanwhile. */
#include "config_unit.h"

#include "core/base/alloc.h"
#include "core/base/file.h"

#include <sys/stat.h>

/* -- the bytes ------------------------------------------------------------- */

static const char by_hand[] = "; my accounts\r\n"
                              "\r\n"
                              "[Account Work]   \r\n"
                              "  Host=mail.example.org   ; the old one\r\n"
                              "port\t=\t993\r\n"
                              "x-mine = kept\r\n"
                              "security = \"tls\"\r\n"
                              "# end of work\r\n"
                              "\r\n"
                              "[my own]\r\n"
                              "a = b\r\n"
                              "\r\n"
                              "[smtp relay]\r\n"
                              "host = s.example.org\r\n"
                              "port = 465";

static const struct {
    const char *name;
    enum section section;
    const char *id;
    enum setting setting;
    const char *value;
    const char *old, *now; /* the part of the file that differs */
} one_line[] = {
    {"a value", A, "work", SET_PORT, "1993", "port\t=\t993", "port\t=\t1993"},
    {"the comment behind stays", A, "work", SET_HOST, "b.org",
     "  Host=mail.example.org   ; the old one", "  Host=b.org   ; the old one"},
    {"an unset", A, "work", SET_PORT, NULL, "port\t=\t993\r\n", ""},
    {"a new key", S, "relay", SET_USER, "ann", "port = 465",
     "port = 465\r\nuser = ann\r\n"},
    {"no final newline", S, "relay", SET_PORT, "587", "port = 465",
     "port = 587"},
};

static char *replaced(const char *text, const char *old, const char *now)
{
    const char *at = strstr(text, old);

    assert_non_null(at);
    return xasprintf("%.*s%s%s", (int)(at - text), text, now, at + strlen(old));
}

static void only_that_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(one_line) / sizeof(one_line[0]); i++) {
        struct config *c = open_text(by_hand);
        char *wanted = replaced(by_hand, one_line[i].old, one_line[i].now);

        print_message("# %s\n", one_line[i].name);
        set(c, one_line[i].section, one_line[i].id, one_line[i].setting,
            one_line[i].value);
        save_by(c, SAVE_ASK);
        assert_file(wanted);
        free(wanted);
        config_free(c);
    }
}

/* There and back again gives the very file that was there. */
static void back_again(void **state)
{
    struct config *c = open_text(by_hand);

    (void)state;
    set(c, A, "work", SET_PORT, "1993");
    save_by(c, SAVE_ASK);
    set(c, A, "work", SET_PORT, "993");
    save_by(c, SAVE_ASK);
    assert_file(by_hand);
    config_free(c);
}

static void awkward_values(void **state)
{
    static const char *const values[] = {"plain",
                                         "a; b # c",
                                         "\"quoted\"",
                                         "back\\slash",
                                         "a=b",
                                         "[x]",
                                         "it's",
                                         "tab\there",
                                         "two\nlines",
                                         "100% sure",
                                         "gr\xc3\xbc\xc3\x9f",
                                         "\\",
                                         "\"",
                                         "ends with \\",
                                         "$(echo 'a\"b')",
                                         "a  b",
                                         "; all behind",
                                         "\xe2\x80\xae!",
                                         "!",
                                         "#"};

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct config *c = open_text("[account a]\nhost = x.org\n");

        set(c, A, "a", SET_PASSWORD_COMMAND, values[i]);
        save_by(c, SAVE_ASK);
        config_free(c);
        c = reopen();
        assert_string_equal(config_get(c, A, "a", SET_PASSWORD_COMMAND),
                            values[i]);
        assert_string_equal(config_get(c, A, "a", SET_HOST), "x.org");
        config_free(c);
    }
}

static void sections(void **state)
{
    struct config *c = open_text("[account a]\nhost = a.org\n\n# of b\n"
                                 "[account b]\nhost = b.org\n\n# of c\n"
                                 "[account c]\nhost = c.org\n");
    struct error e = {0};

    (void)state;
    assert_true(config_remove(c, A, "b", &e));
    assert_true(config_add(c, S, "out", &e));
    set(c, S, "out", SET_HOST, "s.org");
    save_by(c, SAVE_ASK);
    assert_file("[account a]\nhost = a.org\n\n# of c\n[account c]\n"
                "host = c.org\n\n[smtp out]\nhost = s.org\n");
    config_free(c);
}

/* The old user and password command belong to the account that was removed. */
static void removed_and_added(void **state)
{
    struct config *c = open_text("[account a]\nhost = a.org\nuser = ann\n");
    struct error e = {0};
    char what[100];

    (void)state;
    set(c, A, "a", SET_PORT, "1");
    assert_true(config_remove(c, A, "a", &e));
    assert_true(config_add(c, A, "a", &e));
    assert_null(config_get(c, A, "a", SET_HOST));
    assert_null(config_get(c, A, "a", SET_PORT));
    assert_null(config_get(c, A, "a", SET_USER));
    assert_true(config_undo(c, what, sizeof(what)));
    assert_int_equal(config_count(c, A), 0);
    assert_true(config_undo(c, what, sizeof(what)));
    assert_string_equal(config_get(c, A, "a", SET_PORT), "1");
    assert_string_equal(config_get(c, A, "a", SET_USER), "ann");
    assert_true(config_remove(c, A, "a", &e));
    assert_true(config_add(c, A, "a", &e));
    set(c, A, "a", SET_HOST, "new.org");
    save_by(c, SAVE_ASK);
    assert_file("[account a]\nhost = new.org\n");
    config_free(c);
}

/* A changed port was set on purpose: nothing may follow a second time. */
static void kept_ports(void **state)
{
    struct config *c =
        open_text("[account a]\nhost = a.org\nport = 993\nuser = ann\n");
    struct error e = {0};
    int64_t when;

    (void)state;
    set(c, A, "a", SET_SECURITY, "starttls");
    set(c, A, "a", SET_PORT, "993");
    assert_int_equal(config_change_count(c), 1);
    write_file(path, "[account a]\nhost = b.org\nport = 993\nuser = ann\n");
    assert_true(config_reload(c, &e));
    assert_int_equal(config_change_count(c), 1);
    assert_string_equal(config_get(c, A, "a", SET_HOST), "b.org");
    assert_string_equal(config_get(c, A, "a", SET_PORT), "993");
    assert_true(config_recovery_write(c, &e));
    config_free(c);
    c = reopen();
    assert_int_equal(config_recovery_found(c, &when), 1);
    assert_true(config_recovery_take(c, &e));
    assert_string_equal(config_get(c, A, "a", SET_SECURITY), "starttls");
    assert_string_equal(config_get(c, A, "a", SET_PORT), "993");
    config_free(c);
}

/* -- two writers ----------------------------------------------------------- */

static const char base[] = "[account a]\nhost = a.org\nport = 993\nx = 1\n\n"
                           "[account b]\nhost = b.org\n";

static const struct {
    const char *name;
    const char *theirs;
    enum setting setting; /* of account a, here */
    const char *value;
    size_t conflicts; /* when asked */
    /* the file by policy: ask or mine, theirs, only mine */
    const char *mine, *not_mine, *only;
} merges[] = {
    {"another key", "[account a]\nhost = z.org\nport = 993\n", SET_PORT, "1", 0,
     "[account a]\nhost = z.org\nport = 1\n",
     "[account a]\nhost = z.org\nport = 1\n",
     "[account a]\nhost = a.org\nport = 1\nx = 1\n\n"
     "[account b]\nhost = b.org\n"},
    {"the same key, the same value", "[account a]\nhost = a.org\nport = 1\n",
     SET_PORT, "1", 0, "[account a]\nhost = a.org\nport = 1\n",
     "[account a]\nhost = a.org\nport = 1\n",
     "[account a]\nhost = a.org\nport = 1\nx = 1\n\n"
     "[account b]\nhost = b.org\n"},
    {"the same key", "[account a]\nhost = a.org\nport = 2\n", SET_PORT, "1", 1,
     "[account a]\nhost = a.org\nport = 1\n",
     "[account a]\nhost = a.org\nport = 2\n",
     "[account a]\nhost = a.org\nport = 1\nx = 1\n\n"
     "[account b]\nhost = b.org\n"},
    {"unset there", "[account a]\nhost = a.org\n", SET_PORT, "1", 1,
     "[account a]\nhost = a.org\nport = 1\n", "[account a]\nhost = a.org\n",
     "[account a]\nhost = a.org\nport = 1\nx = 1\n\n"
     "[account b]\nhost = b.org\n"},
    {"unset here", "[account a]\nhost = a.org\nport = 2\n", SET_PORT, NULL, 1,
     "[account a]\nhost = a.org\n", "[account a]\nhost = a.org\nport = 2\n",
     "[account a]\nhost = a.org\nx = 1\n\n[account b]\nhost = b.org\n"},
    {"the section is gone", "# empty\n", SET_PORT, "1", 1,
     "# empty\n\n[account a]\nhost = a.org\nport = 1\nx    = 1\n", "# empty\n",
     "[account a]\nhost = a.org\nport = 1\nx = 1\n\n"
     "[account b]\nhost = b.org\n"},
};

static const char *wanted_by(size_t i, enum save_policy policy)
{
    return policy == SAVE_THEIRS      ? merges[i].not_mine
           : policy == SAVE_ONLY_MINE ? merges[i].only
                                      : merges[i].mine;
}

static void merge_one(size_t i, enum save_policy policy)
{
    struct config *c = open_text(base);
    struct save_result result;

    print_message("# %s, policy %d\n", merges[i].name, (int)policy);
    set(c, A, "a", merges[i].setting, merges[i].value);
    write_file(path, merges[i].theirs);
    if (policy == SAVE_ASK && merges[i].conflicts) {
        assert_int_equal(fails(c, policy, &result), ERROR_CONFLICT);
        assert_int_equal(result.conflict_count, merges[i].conflicts);
        assert_string_equal(result.conflicts[0].id, "a");
        assert_int_equal(result.conflicts[0].setting, merges[i].setting);
        save_result_release(&result);
        assert_file(merges[i].theirs);
        assert_int_equal(config_change_count(c), 1);
    } else {
        save_by(c, policy);
        assert_file(wanted_by(i, policy));
        assert_int_equal(config_change_count(c), 0);
        assert_false(config_changed_on_disk(c));
    }
    config_free(c);
}

static void merging(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(merges) / sizeof(merges[0]); i++)
        for (int policy = SAVE_ASK; policy <= SAVE_ONLY_MINE; policy++)
            merge_one(i, (enum save_policy)policy);
}

static void removed_here_edited_there(void **state)
{
    struct save_result result;
    struct error e = {0};

    (void)state;
    for (int policy = SAVE_MINE; policy <= SAVE_THEIRS; policy++) {
        struct config *c = open_text(base);

        assert_true(config_remove(c, A, "b", &e));
        write_file(path, "[account a]\nhost = a.org\n\n"
                         "[account b]\nhost = new.org\n");
        assert_int_equal(fails(c, SAVE_ASK, &result), ERROR_CONFLICT);
        assert_int_equal(result.conflict_count, 1);
        assert_int_equal(result.conflicts[0].setting, SET_NONE);
        save_result_release(&result);
        save_by(c, (enum save_policy)policy);
        assert_int_equal(config_index(c, A, "b"), policy == SAVE_MINE ? -1 : 1);
        config_free(c);
    }
}

static void added_on_both_sides(void **state)
{
    struct config *c = open_text(base);
    struct error e = {0};

    (void)state;
    assert_true(config_add(c, A, "new", &e));
    set(c, A, "new", SET_USER, "ann");
    write_file(path, "[account new]\nhost = n.org\n");
    save_by(c, SAVE_ASK);
    assert_file("[account new]\nhost = n.org\nuser = ann\n");
    config_free(c);
}

static void secrets_in_conflicts(void **state)
{
    struct config *c = open_text("[account a]\npassword = old\n");
    struct save_result result;

    (void)state;
    set(c, A, "a", SET_PASSWORD, "mine");
    write_file(path, "[account a]\npassword = theirs\n");
    assert_int_equal(fails(c, SAVE_ASK, &result), ERROR_CONFLICT);
    assert_string_equal(result.conflicts[0].base, "(hidden)");
    assert_string_equal(result.conflicts[0].theirs, "(hidden)");
    assert_string_equal(result.conflicts[0].mine, "(hidden)");
    save_result_release(&result);
    config_free(c);
}

/* -- reading again --------------------------------------------------------- */

static void reloading(void **state)
{
    struct config *c = open_text(base);
    struct error e = {0};

    (void)state;
    set(c, A, "a", SET_PORT, "1");
    assert_true(config_add(c, A, "new", &e));
    assert_true(config_remove(c, A, "b", &e));
    write_file(path, "[account z]\nhost = z.org\n\n[account a]\n"
                     "host = y.org\nport = 993\n\n[account b]\nport = 7\n");
    assert_true(config_reload(c, &e));
    assert_int_equal(config_change_count(c), 3);
    assert_string_equal(config_id(c, A, 0), "z");
    assert_string_equal(config_get(c, A, "a", SET_PORT), "1");
    assert_string_equal(config_get(c, A, "a", SET_HOST), "y.org");
    assert_int_equal(config_index(c, A, "b"), -1);
    config_free(c);
}

/* What is edited here and removed there is kept, as an added one. */
static void reloading_without(void **state)
{
    struct config *c = open_text(base);
    struct error e = {0};

    (void)state;
    set(c, A, "a", SET_PORT, "1");
    write_file(path, "[account b]\nhost = b.org\n");
    assert_true(config_reload(c, &e));
    assert_string_equal(config_get(c, A, "a", SET_PORT), "1");
    assert_string_equal(config_get(c, A, "a", SET_HOST), "a.org");
    assert_true(config_section_changed(c, A, "a"));
    save_by(c, SAVE_ASK);
    assert_file("[account b]\nhost = b.org\n\n[account a]\nhost = a.org\n"
                "port = 1\n");
    config_free(c);
}

static void reloading_broken(void **state)
{
    struct config *c = open_text(base);
    struct error e = {0};

    (void)state;
    set(c, A, "a", SET_PORT, "1");
    write_file(path, "[account a]\nhost = a.org\nthis is no setting\n");
    assert_false(config_reload(c, &e));
    assert_int_equal(e.code, ERROR_PARSE);
    assert_string_equal(config_get(c, A, "a", SET_PORT), "1");
    assert_int_equal(config_change_count(c), 1);
    config_free(c);
}

/* -- files that will not --------------------------------------------------- */

/* An unmounted disk looks like that too: only one who was asked writes. */
static void vanished_file(void **state)
{
    struct config *c = open_text(base);
    char *wanted = replaced(base, "port = 993", "port = 1");
    struct save_result result;

    (void)state;
    set(c, A, "a", SET_PORT, "1");
    unlink(path);
    assert_true(config_changed_on_disk(c));
    for (int policy = SAVE_ASK; policy <= SAVE_THEIRS; policy++) {
        assert_int_equal(fails(c, (enum save_policy)policy, &result),
                         ERROR_CONFLICT);
        assert_int_equal(result.conflict_count, 0);
        assert_int_equal(access(path, F_OK), -1);
        assert_int_equal(config_change_count(c), 1);
    }
    save_by(c, SAVE_ONLY_MINE);
    assert_file(wanted);
    free(wanted);
    config_free(c);
}

static void vanished_folder(void **state)
{
    char dir[120], *wanted = replaced(base, "port = 993", "port = 1");
    struct save_result result;
    struct config *c;

    (void)state;
    snprintf(dir, sizeof(dir), "%s/gone", folder);
    assert_int_equal(mkdir(dir, 0700), 0);
    snprintf(path, sizeof(path), "%s/accounts.ini", dir);
    write_file(path, base);
    c = reopen();
    set(c, A, "a", SET_PORT, "1");
    assert_int_equal(nftw(dir, unlink_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    assert_int_equal(fails(c, SAVE_ASK, &result), ERROR_CONFLICT);
    assert_int_equal(access(dir, F_OK), -1);
    assert_string_equal(config_get(c, A, "a", SET_PORT), "1");
    save_by(c, SAVE_ONLY_MINE);
    assert_file(wanted);
    free(wanted);
    config_free(c);
}

static void first_file(void **state)
{
    struct config *c;
    struct error e = {0};
    struct stat st;

    (void)state;
    snprintf(path, sizeof(path), "%s/new/deep/accounts.ini", folder);
    c = reopen();
    assert_int_equal(config_count(c, A), 0);
    assert_true(config_add(c, A, "a", &e));
    set(c, A, "a", SET_PASSWORD, "p");
    save_by(c, SAVE_ASK);
    assert_file("[account a]\npassword = p\n");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(in_folder("new/deep"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    config_free(c);
}

/* Another process holds the lock; in this one an OFD lock of another
 * description does the same. */
static void locked(void **state)
{
    struct config *c = open_text(base);
    struct file_lock lock = FILE_LOCK_NONE;
    struct save_result result;
    struct error e = {0};

    (void)state;
    set(c, A, "a", SET_PORT, "1");
    assert_true(file_lock_try(&lock, path, &e));
    assert_int_equal(fails(c, SAVE_ASK, &result), ERROR_LOCKED);
    assert_file(base);
    assert_int_equal(config_change_count(c), 1);
    file_lock_release(&lock);
    save_by(c, SAVE_ASK);
    config_free(c);
}

static void broken_there(void **state)
{
    struct config *c = open_text(base);
    struct save_result result;

    (void)state;
    set(c, A, "a", SET_PORT, "1");
    write_file(path, "[account a]\nno setting at all\n");
    fails(c, SAVE_MINE, &result);
    save_result_release(&result);
    assert_file("[account a]\nno setting at all\n");
    assert_int_equal(config_change_count(c), 1);
    config_free(c);
}

static const char sample[] = "# mine\n[account work]\nhost = a.org\nport = "
                             "993\nuser = ann\n\n[smtp relay]\nhost = "
                             "s.org\n";

/* Whether there is a backup after a change of `id`. */
static bool leaves_backup(const char *text, const char *id)
{
    struct config *c = open_text(text);
    struct save_result result;
    struct error e = {0};
    char backup[220];

    snprintf(backup, sizeof(backup), "%s~", path);
    unlink(backup);
    set(c, A, id, SET_HOST, "y.org");
    assert_true(config_save(c, SAVE_ASK, &result, &e));
    config_free(c);
    return access(backup, F_OK) == 0;
}

/* One would keep a password that was taken out of the file. */
static void backups(void **state)
{
    (void)state;
    assert_true(leaves_backup(sample, "work"));
    assert_false(
        leaves_backup("[account a]\nhost = x.org\npassword = p\n", "a"));
    /* Of a section that cannot be read: its end has no bracket, it comes twice,
     * a line in it is none. */
    assert_false(leaves_backup("[account a]\nhost = x.org\n"
                               "[account b\npassword = p\n",
                               "a"));
    assert_false(leaves_backup("[account a]\nhost = x.org\n"
                               "[account b]\n[account b]\npassword = p\n",
                               "a"));
    assert_false(leaves_backup("[account a]\nhost = x.org\n"
                               "[account b]\nno line\npassword = p\n",
                               "a"));
}

/* -- many ------------------------------------------------------------------ */

static void ten_thousand(void **state)
{
    size_t size = 0, n = 10000;
    char *text = xmalloc(n * 70);
    struct config_fault fault;
    struct error e = {0};
    struct config *c;

    (void)state;
    for (size_t i = 0; i < n; i++)
        size += (size_t)snprintf(text + size, 70,
                                 "[account a%zu]\nhost = h%zu.org\n"
                                 "port = 993\n\n",
                                 i, i);
    c = open_text(text);
    for (size_t i = 0; i < n; i++) {
        char id[16];

        snprintf(id, sizeof(id), "a%zu", i);
        set(c, A, id, SET_TIMEOUT, "7");
    }
    assert_int_equal(config_change_count(c), n);
    assert_false(config_fault_at(c, 0, &fault));
    assert_true(config_reload(c, &e));
    assert_int_equal(config_change_count(c), n);
    save_by(c, SAVE_ASK);
    config_free(c);
    c = reopen();
    assert_int_equal(config_count(c, A), n);
    assert_string_equal(config_get(c, A, "A9999", SET_TIMEOUT), "7");
    config_free(c);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_that_line),
        cmocka_unit_test(back_again),
        cmocka_unit_test(awkward_values),
        cmocka_unit_test(sections),
        cmocka_unit_test(removed_and_added),
        cmocka_unit_test(kept_ports),
        cmocka_unit_test(merging),
        cmocka_unit_test(removed_here_edited_there),
        cmocka_unit_test(added_on_both_sides),
        cmocka_unit_test(secrets_in_conflicts),
        cmocka_unit_test(reloading),
        cmocka_unit_test(reloading_without),
        cmocka_unit_test(reloading_broken),
        cmocka_unit_test(vanished_file),
        cmocka_unit_test(vanished_folder),
        cmocka_unit_test(first_file),
        cmocka_unit_test(locked),
        cmocka_unit_test(broken_there),
        cmocka_unit_test(backups),
        cmocka_unit_test(ten_thousand),
    };

    return cmocka_run_group_tests_name("config_save", tests, make_folder,
                                       remove_folder);
}
