/* SPDX-License-Identifier: MIT */
/* export_plan: what the files would become, the difference, the writing. */
#include "core/exchange/exchange_private.h"

#include "core/base/alloc.h"
#include "core/base/diff.h"
#include "core/base/text.h"
#include "core/exchange/export_block.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* -- files ----------------------------------------------------------------- */

struct export_file *export_plan_file(struct export_plan *plan, const char *path,
                                     struct error *e)
{
    struct export_file *file;

    for (size_t i = 0; i < plan->file_count; i++)
        if (strcmp(plan->files[i].path, path) == 0)
            return &plan->files[i];
    plan->files =
        xreallocarray(plan->files, plan->file_count + 1, sizeof(*plan->files));
    file = &plan->files[plan->file_count];
    *file = (struct export_file){.path = xstrdup(path)};
    buf_init(&file->old, FILE_MAX);
    buf_init(&file->bytes, 2 * FILE_MAX);
    plan->file_count++;
    if (!file_read(path, FILE_MAX, &file->old, &file->stamp, e))
        return NULL;
    buf_add(&file->bytes, file->old.data, file->old.len);
    return file;
}

static bool read_companions(struct export_plan *plan, struct error *e)
{
    for (size_t i = 0; i < plan->file_count; i++) {
        struct export_file *file = &plan->files[i];

        if (file->companion &&
            !file_read(file->path, FILE_MAX, &file->old, &file->stamp, e))
            return false;
    }
    return true;
}

static void release_file(struct export_file *file)
{
    free(file->path);
    buf_release(&file->old);
    buf_release(&file->bytes);
}

bool export_file_changes(const struct export_file *file)
{
    if (file->absent)
        return false;
    return !file->stamp.exists || file->old.len != file->bytes.len ||
           memcmp(file->old.data, file->bytes.data, file->bytes.len) != 0;
}

/* -- what is written ------------------------------------------------------- */

/* Puts "(hidden)" where a secret stands. Bytes out of `bytes` into `out`. */
static void hide(const struct export_plan *plan, struct buf *out,
                 const char *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t secret = 0;

        for (size_t i = 0; i < plan->secret_count; i++) {
            size_t n = strlen(plan->secrets[i]);

            if (n > secret && n <= len - at &&
                memcmp(bytes + at, plan->secrets[i], n) == 0)
                secret = n;
        }
        if (secret)
            buf_add_text(out, "(hidden)");
        else
            buf_add_char(out, bytes[at]);
        at += secret ? secret : 1;
    }
}

static void add_entry(struct exchange_writer *w, const char *path,
                      const struct buf *body)
{
    struct export_plan *plan = w->plan;
    struct export_entry *entry;
    unsigned char digest[32] = {0};
    struct buf all;

    buf_init(&all, FILE_MAX);
    hide(plan, &all, body->data, body->len);
    buf_add(&all, w->seal.data, w->seal.len);
    EVP_Digest(all.data, all.len, digest, NULL, EVP_sha256(), NULL);
    buf_release(&all);
    plan->entries = xreallocarray(plan->entries, plan->entry_count + 1,
                                  sizeof(*plan->entries));
    entry = &plan->entries[plan->entry_count++];
    *entry = (struct export_entry){.account = xstrdup(w->account->id),
                                   .path = xstrdup(path),
                                   .pins = xstrdup(w->pins.data)};
    text_hex(entry->fingerprint, digest, sizeof(digest));
}

static bool put_block(struct exchange_writer *w, const char *path,
                      const struct buf *body, struct error *e)
{
    struct export_file *file = export_plan_file(w->plan, path, e);
    struct export_block block;
    struct buf merged;
    char safe[300];

    if (!file ||
        !export_block_find(&block, path, &file->bytes, w->account->id, e))
        return false;
    if (block.edited && !w->options->force)
        return error_set(e, ERROR_CONFLICT,
                         "%s:%u: postseal's block was edited by hand. Move "
                         "what you added outside its two marks, then --force "
                         "writes the block anew. Nothing was written.",
                         text_safe_string(safe, sizeof(safe), path),
                         block.line);
    buf_init(&merged, 2 * FILE_MAX);
    if (!export_block_merge(&merged, &file->bytes, &block, w->account->id,
                            body)) {
        buf_release(&merged);
        return error_set(e, ERROR_FILE, "%s would become too large.", path);
    }
    buf_release(&file->bytes);
    file->bytes = merged;
    return true;
}

static void fill_starter(struct exchange_writer *w, struct buf *text)
{
    w->out = text;
    w->options->format->starter(w);
}

/* Below the block of a file that was not there; the person's from then on. */
static void put_starter(struct exchange_writer *w, const char *path)
{
    const struct exchange_format *format = w->options->format;
    struct export_file *file = export_plan_file(w->plan, path, NULL);
    struct buf text;

    if (!file || file->stamp.exists || !format->starter)
        return;
    buf_init(&text, FILE_MAX);
    fill_starter(w, &text);
    if (text.len) {
        buf_add_char(&file->bytes, '\n');
        buf_add(&file->bytes, text.data, text.len);
    }
    buf_release(&text);
}

void export_plan_begin(struct exchange_writer *w,
                       const struct export_account *account, struct buf *body)
{
    w->account = account;
    w->out = body;
    w->wrote = false;
    buf_init(&w->pins, 4096);
    buf_init(&w->seal, FILE_MAX);
}

void export_plan_end(struct exchange_writer *w, const char *path)
{
    if (w->wrote)
        add_entry(w, path, w->out);
    buf_release(&w->pins);
    buf_release(&w->seal);
}

static bool write_account(struct exchange_writer *w,
                          const struct export_account *account,
                          const char *path, struct error *e)
{
    struct buf body;
    bool ok = true;

    buf_init(&body, FILE_MAX);
    export_plan_begin(w, account, &body);
    w->options->format->write(w);
    export_plan_end(w, path);
    if (body.overflow)
        ok = error_set(e, ERROR_INPUT, "[account %s] is too large to export.",
                       account->id);
    if (ok && w->wrote && put_block(w, path, &body, e))
        put_starter(w, path);
    else if (w->wrote)
        ok = false;
    buf_release(&body);
    return ok;
}

/* -- making ---------------------------------------------------------------- */

/* Where one account of a single format goes: beside the program's own file
 * when several are exported. */
static char *account_path(const struct export_options *options,
                          const char *path, const char *id, bool several)
{
    const char *single = options->format->single;
    const char *slash = strrchr(path, '/');
    struct stat st;
    bool is_folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

    if (!single || (!several && !is_folder))
        return xstrdup(path);
    if (is_folder || options->path)
        return xasprintf("%s/%s%s", path, id, single);
    return xasprintf("%.*s/%s%s", (int)(slash ? slash - path : 0), path, id,
                     single);
}

/* Switched-off accounts are passed over (design: "stop using it"). */
static size_t count_wanted(struct exchange_writer *w, bool named)
{
    size_t count = 0;

    for (size_t i = 0; i < w->view->count; i++) {
        w->account = &w->view->accounts[i];
        if (w->account->enabled)
            count++;
        else if (named)
            exchange_warn(w, "It is not in use (enabled = no) and is passed "
                             "over.");
    }
    w->account = NULL;
    return count;
}

/* No program takes over what the person distrusts. */
static void tell_distrusted(struct exchange_writer *w)
{
    struct authorities *all = w->view->authorities;
    size_t count = 0;

    for (size_t i = 0; all && i < authorities_own_count(all); i++)
        count += authorities_at(all, i)->trust == AUTHORITY_DISTRUSTED;
    if (count)
        exchange_warn(w,
                      "%s cannot be told which authorities you distrust (%zu): "
                      "it goes by the system's list.",
                      w->options->format->title, count);
}

static bool make_blocks(struct exchange_writer *w, const char *path,
                        bool several, struct error *e)
{
    bool ok = true;

    for (size_t i = 0; ok && i < w->view->count; i++) {
        char *file;

        if (!w->view->accounts[i].enabled)
            continue;
        file = account_path(w->options, path, w->view->accounts[i].id, several);
        ok = write_account(w, &w->view->accounts[i], file, e);
        free(file);
    }
    return ok;
}

bool export_plan_make(struct export_plan *out, const struct export_view *view,
                      const struct export_options *options, bool named,
                      struct error *e)
{
    struct exchange_writer w = {.view = view, .options = options, .plan = out};
    const struct exchange_format *format = options->format;
    char *path;
    size_t wanted;
    bool ok;

    *out = (struct export_plan){.format = format};
    wanted = count_wanted(&w, named);
    if (!options->tunnel)
        tell_distrusted(&w);
    path = options->path ? export_absolute(options->path)
                         : exchange_default_path(format);
    if (!path)
        return error_set(e, ERROR_INPUT,
                         "Where to? --output names the %s of %s.",
                         format->profile ? "profile" : "file", format->title);
    ok = format->profile ? format->profile(&w, path, e)
                         : make_blocks(&w, path, wanted > 1, e);
    free(path);
    return ok && read_companions(out, e);
}

void export_plan_release(struct export_plan *plan)
{
    for (size_t i = 0; i < plan->file_count; i++)
        release_file(&plan->files[i]);
    for (size_t i = 0; i < plan->entry_count; i++) {
        free(plan->entries[i].account);
        free(plan->entries[i].path);
        free(plan->entries[i].pins);
    }
    for (size_t i = 0; i < plan->note_count; i++)
        free(plan->notes[i].account);
    for (size_t i = 0; i < plan->secret_count; i++)
        xwipe(&plan->secrets[i]);
    free(plan->files);
    free(plan->entries);
    free(plan->notes);
    free(plan->secrets);
    *plan = (struct export_plan){0};
}

bool export_plan_changes(const struct export_plan *plan)
{
    for (size_t i = 0; i < plan->file_count; i++)
        if (export_file_changes(&plan->files[i]))
            return true;
    return false;
}

bool export_plan_warns(const struct export_plan *plan)
{
    for (size_t i = 0; i < plan->note_count; i++)
        if (plan->notes[i].warning)
            return true;
    return false;
}

void export_plan_diff(const struct export_plan *plan, struct buf *out)
{
    for (size_t i = 0; i < plan->file_count; i++) {
        const struct export_file *file = &plan->files[i];
        struct buf old, new;

        buf_init(&old, 2 * FILE_MAX);
        buf_init(&new, 2 * FILE_MAX);
        hide(plan, &old, file->old.data, file->old.len);
        hide(plan, &new, file->bytes.data, file->bytes.len);
        diff_add(out, file->path, old.data, old.len, new.data, new.len);
        buf_release(&old);
        buf_release(&new);
    }
}

/* -- writing --------------------------------------------------------------- */

static bool make_folder_of(const char *path, struct error *e)
{
    char *folder = file_beside(path, "");
    size_t len = strlen(folder);
    bool ok;

    if (len > 1)
        folder[len - 1] = '\0';
    ok = !*folder || file_make_folder(folder, e);
    free(folder);
    return ok;
}

static bool make_private(const char *path, struct error *e)
{
    return chmod(path, 0600) == 0 ||
           error_set(e, ERROR_FILE, "%s was written, but not made private.",
                     path);
}

static bool write_one(const struct export_plan *plan,
                      const struct export_file *file, struct error *e)
{
    bool private = plan->format->private || plan->secret_count;
    const struct file_save save = {.path = file->path,
                                   .bytes = file->bytes.data,
                                   .len = file->bytes.len,
                                   .base = &file->stamp,
                                   .backup = !file->companion};

    return make_folder_of(file->path, e) && file_save(&save, NULL, NULL, e) &&
           (!private || make_private(file->path, e));
}

bool export_plan_write(const struct export_plan *plan, struct error *e)
{
    if (plan->format->is_free && export_plan_changes(plan) &&
        plan->entry_count && !plan->format->is_free(plan->entries[0].path, e))
        return false;
    for (int companions = 1; companions >= 0; companions--)
        for (size_t i = 0; i < plan->file_count; i++)
            if (plan->files[i].companion == (companions == 1) &&
                export_file_changes(&plan->files[i]) &&
                !write_one(plan, &plan->files[i], e))
                return false;
    return true;
}
