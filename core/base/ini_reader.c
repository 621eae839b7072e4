/* SPDX-License-Identifier: MIT */
/*
 * ini_reader: the only file that knows iniparser. Sections are fed to it a few
 * at a time (feeding a whole file costs quadratic time, and one bad line would
 * take everything away), under stand-in names, in the C locale, and what it
 * says is held against the line model.
 */
#include "core/base/ini_private.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <iniparser/iniparser.h>
#include <locale.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STAND_IN "secret"

static int keep_quiet(const char *format, ...)
{
    (void)format;
    return 0;
}

/* -- feeding --------------------------------------------------------------- */

/* One file in memory, used again and again; a temporary file where there is no
 * memfd. */
static int feed_file(void)
{
    static int fd = -1;
    char path[] = "/tmp/postseal-XXXXXX";

    if (fd >= 0)
        return fd;
    fd = memfd_create("accounts.ini", MFD_CLOEXEC);
    if (fd < 0) {
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
            unlink(path);
    }
    return fd;
}

/* iniparser opens the file by its name, so a descriptor has to be free: the one
 * that is kept for it, where connections have taken all others. */
static int spare = -1;

void ini_reader_prepare(void)
{
    if (spare < 0)
        spare = fcntl(feed_file(), F_DUPFD_CLOEXEC, 0);
}

static dictionary *load_path(const char *path)
{
    dictionary *result;

    errno = 0;
    result = iniparser_load(path);
    if (result || (errno != EMFILE && errno != ENFILE) || spare < 0)
        return result;
    close(spare);
    spare = -1;
    result = iniparser_load(path);
    ini_reader_prepare();
    return result;
}

static dictionary *load(const char *bytes, size_t len)
{
    static locale_t c_locale;
    int fd = feed_file();
    dictionary *result;
    char path[40];
    locale_t old;

    /* Cut behind, not before: its memory need not be had anew. */
    if (fd < 0 || pwrite(fd, bytes, len, 0) != (ssize_t)len ||
        ftruncate(fd, (off_t)len) != 0)
        return NULL;
    if (!c_locale)
        c_locale = newlocale(LC_CTYPE_MASK | LC_NUMERIC_MASK, "C", NULL);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    /* iniparser lower-cases by the locale: in Turkish "IMAP" would not become
     * "imap". */
    old = uselocale(c_locale);
    iniparser_set_error_callback(keep_quiet);
    result = load_path(path);
    uselocale(old);
    return result;
}

static void release(dictionary *d)
{
    if (!d)
        return;
    for (ssize_t i = 0; i < (ssize_t)d->size; i++)
        if (d->val[i])
            OPENSSL_cleanse(d->val[i], strlen(d->val[i]));
    iniparser_freedict(d);
}

bool ini_reader_has_escapes(void)
{
    static const char text[] = "[s]\nk = \"a\\\"b\"\n";
    dictionary *d = load(text, sizeof(text) - 1);
    const char *value = d ? iniparser_getstring(d, "s:k", "") : "";
    bool escapes = strcmp(value, "a\"b") == 0;

    release(d);
    return escapes;
}

static void feed_line(const struct ini *ini, struct buf *feed,
                      const struct line *line)
{
    if (line->kind != LINE_KEY)
        return;
    if (line_is_secret(ini, line))
        buf_addf(feed, "%s = %s\n", line->key, STAND_IN);
    else if (line->eol)
        buf_add(feed, line->bytes, line->len);
    else
        buf_addf(feed, "%.*s\n", (int)line->len, line->bytes);
}

static void feed_section(const struct ini *ini, struct buf *feed,
                         const struct section *section, size_t number)
{
    struct line *line = NULL;

    buf_addf(feed, "[s%zu]\n", number);
    while ((line = section_next_line(ini, section, line)))
        feed_line(ini, feed, line);
}

/* -- comparing ------------------------------------------------------------- */

/* The last line of each spelling (`k` and `k*` apart) is what iniparser keeps.
 * Only the lines behind `line` are looked through. */
static struct line *last_line(const struct ini *ini,
                              const struct section *section, struct line *line,
                              const char *key)
{
    struct line *found = NULL;

    while ((line = section_next_line(ini, section, line)))
        if (line->kind == LINE_KEY && strcmp(line->key, key) == 0)
            found = line;
    return found;
}

/* Takes one value over. False when iniparser reads something else than the
 * model; its word counts, but then an edit could hit the wrong bytes. */
static bool take(const struct ini *ini, struct section *section,
                 const char *raw, const char *value)
{
    struct line *line = last_line(ini, section, NULL, raw);
    size_t len = strlen(raw);
    bool starred = len > 1 && raw[len - 1] == '*';
    char *name, *text;
    struct key *key;

    if (!line)
        return false;
    if (line_is_secret(ini, line)) {
        if (strcmp(value, STAND_IN) != 0)
            return false;
        value = line->value;
    } else if (strcmp(value, line->value) != 0) {
        return false;
    }
    text = starred ? ini_unquote(value) : xstrdup(value);
    if (!text)
        return false;
    name = xstrndup(raw, starred ? len - 1 : len);
    key = section_find_key(section, name);
    if (key && !starred) { /* key* beats key */
        free(name);
        xwipe(&text);
        return true;
    }
    if (!key) {
        if (section->key_count == section->key_size) {
            section->key_size = section->key_size ? 2 * section->key_size : 16;
            section->keys = xreallocarray(section->keys, section->key_size,
                                          sizeof(struct key));
        }
        key = &section->keys[section->key_count++];
        *key = (struct key){.name = name};
        name = NULL;
    }
    free(name);
    xwipe(&key->value);
    key->value = text;
    key->line = line;
    return true;
}

static size_t count_spellings(const struct ini *ini,
                              const struct section *section)
{
    struct line *line = NULL;
    size_t count = 0;

    while ((line = section_next_line(ini, section, line)))
        if (line->kind == LINE_KEY && !last_line(ini, section, line, line->key))
            count++;
    return count;
}

static int by_line(const void *a, const void *b)
{
    const struct key *left = a, *right = b;

    return left->line->number < right->line->number
               ? -1
               : left->line->number > right->line->number;
}

static bool take_section(const struct ini *ini, struct section *section,
                         dictionary *d, size_t number)
{
    char prefix[32];
    size_t prefix_len, taken = 0;
    bool ok = true;

    snprintf(prefix, sizeof(prefix), "s%zu:", number);
    prefix_len = strlen(prefix);
    section_clear_keys(section);
    for (ssize_t i = 0; i < (ssize_t)d->size; i++) {
        const char *name = d->key[i];

        if (!name || strncmp(name, prefix, prefix_len) != 0)
            continue;
        taken++;
        ok =
            d->val[i] && take(ini, section, name + prefix_len, d->val[i]) && ok;
    }
    if (section->key_count > 1)
        qsort(section->keys, section->key_count, sizeof(struct key), by_line);
    return ok && taken == count_spellings(ini, section);
}

void section_clear_keys(struct section *section)
{
    for (size_t i = 0; i < section->key_count; i++) {
        free(section->keys[i].name);
        xwipe(&section->keys[i].value);
    }
    free(section->keys);
    section->keys = NULL;
    section->key_count = section->key_size = 0;
}

static bool read_batch(struct ini *ini, struct section *const *sections,
                       size_t count, bool *good)
{
    struct buf feed;
    dictionary *d;

    buf_init(&feed, (size_t)64 << 20);
    for (size_t i = 0; i < count; i++)
        if (!sections[i]->broken) {
            feed_section(ini, &feed, sections[i], i);
            ini->read_count++;
        }
    d = load(feed.data, feed.len);
    for (size_t i = 0; d && i < count; i++)
        good[i] = sections[i]->broken || take_section(ini, sections[i], d, i);
    release(d);
    buf_release(&feed);
    return d != NULL;
}

static void note_broken(struct ini *ini, struct section *section)
{
    unsigned number = section->header_count ? section->headers[0]->number : 1;

    section->broken = true;
    section_clear_keys(section);
    ini_problem(ini, INI_ERROR, section, number,
                "iniparser does not read this section as it stands; please "
                "report it. It is left alone.");
}

bool ini_read_sections(struct ini *ini, struct section *const *sections,
                       size_t count, bool problems)
{
    bool ok = true;

    for (size_t at = 0; at < count; at += INI_BATCH) {
        size_t n = count - at < INI_BATCH ? count - at : INI_BATCH;
        bool good[INI_BATCH] = {false};
        bool loaded = read_batch(ini, sections + at, n, good);

        for (size_t i = 0; i < n; i++) {
            if (!loaded && !read_batch(ini, sections + at + i, 1, good + i))
                good[i] = false;
            if (good[i])
                continue;
            ok = false;
            if (problems)
                note_broken(ini, sections[at + i]);
        }
    }
    return ok;
}
