/* SPDX-License-Identifier: MIT */
/* cert_override: Thunderbird's list of exceptions. One put in is found there
 * afterwards, and those for other places stay. */
#include "fuzz/fuzz.h"

#include "core/exchange/exception_import.h"

static bool same(const struct cert_override *a, const struct cert_override *b)
{
    return strcmp(a->host, b->host) == 0 && a->port == b->port;
}

static const struct cert_override *find(const struct cert_overrides *list,
                                        const struct cert_override *wanted)
{
    for (size_t i = 0; i < list->count; i++)
        if (same(&list->entries[i], wanted))
            return &list->entries[i];
    return NULL;
}

static void look(const struct cert_overrides *list)
{
    for (size_t i = 0; i < list->count; i++) {
        must(list->entries[i].port >= 1 && list->entries[i].port <= 65535);
        must(list->entries[i].host[0] != '\0');
        must(find(list, &list->entries[i]) == &list->entries[i]);
    }
    for (size_t i = 0; i < list->refusal_count; i++)
        must_be_safe(list->refusals[i].text);
    must(list->refusal_count <= CERT_OVERRIDE_REFUSALS);
}

static void put_in(const char *bytes, size_t size,
                   const struct cert_overrides *old)
{
    const struct cert_override entry = {
        .host = (char *)"mail.example.org", .port = 993, .sha256 = {1, 2, 3}};
    const struct cert_override *found;
    struct cert_overrides now;
    struct buf text;

    buf_init(&text, CERT_OVERRIDE_MAX);
    if (cert_override_merge(&text, bytes, size, &entry, 1)) {
        cert_overrides_read(&now, text.data, text.len);
        found = find(&now, &entry);
        must(found && memcmp(found->sha256, entry.sha256, 32) == 0);
        for (size_t i = 0; i < old->count; i++) {
            found = find(&now, &old->entries[i]);
            must(found &&
                 (same(found, &entry) ||
                  memcmp(found->sha256, old->entries[i].sha256, 32) == 0));
        }
        cert_overrides_release(&now);
    }
    buf_release(&text);
}

static void import(const char *bytes, size_t size)
{
    struct import_candidate *candidates = NULL;
    struct exception_import import;
    struct error e = {0};
    size_t count;

    if (!exception_import_read(&import, "fuzz", bytes, size, &e)) {
        must_be_safe(e.text);
        return;
    }
    if (import.kind == IMPORT_THUNDERBIRD) {
        count = exception_import_candidates(&import, NULL, &candidates);
        for (size_t i = 0; i < count; i++) {
            must(candidates[i].port >= 1 && candidates[i].port <= 65535);
            must_be_safe(candidates[i].host);
        }
        free(candidates);
    }
    exception_import_release(&import);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cert_overrides list;

    cert_overrides_read(&list, (const char *)data, size);
    look(&list);
    put_in((const char *)data, size, &list);
    cert_overrides_release(&list);
    import((const char *)data, size);
    return 0;
}
