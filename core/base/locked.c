/* SPDX-License-Identifier: MIT */
#include "core/base/locked.h"

#include "core/base/alloc.h"

#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Small pieces share a page, so that the little that may be locked holds many:
 * one bit of `used` for each unit of a page. */
#define UNIT  64
#define UNITS 64
#define PAGE  (UNIT * UNITS)

struct page {
    char *memory;
    uint64_t used;
    bool locked;
    struct page *next;
};

static struct page *pages;
static size_t mapped, held;

static void *map(size_t size, bool *locked)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        abort();
    *locked = mlock(memory, size) == 0;
    madvise(memory, size, MADV_DONTDUMP);
    madvise(memory, size, MADV_WIPEONFORK);
    mapped += size;
    held += *locked ? size : 0;
    return memory;
}

static void unmap(void *memory, size_t size, bool locked)
{
    munmap(memory, size);
    mapped -= size;
    held -= locked ? size : 0;
}

/* -- pieces of a page ------------------------------------------------------ */

static uint64_t run_of(size_t units)
{
    return units == UNITS ? ~UINT64_C(0) : (UINT64_C(1) << units) - 1;
}

static size_t units_of(size_t size)
{
    return size ? (size + UNIT - 1) / UNIT : 1;
}

/* The first free run; UNITS: none is long enough. */
static size_t find_run(const struct page *page, size_t units)
{
    size_t at = 0;

    while (at + units <= UNITS && (page->used & (run_of(units) << at)))
        at++;
    return at + units <= UNITS ? at : UNITS;
}

static void *take(struct page *page, size_t at, size_t units)
{
    page->used |= run_of(units) << at;
    return page->memory + at * UNIT;
}

static void *alloc_piece(size_t units)
{
    struct page *page;

    for (page = pages; page; page = page->next) {
        size_t at = find_run(page, units);

        if (at < UNITS)
            return take(page, at, units);
    }
    page = xcalloc(1, sizeof(*page));
    page->memory = map(PAGE, &page->locked);
    page->next = pages;
    pages = page;
    return take(page, 0, units);
}

static struct page **page_of(const char *memory)
{
    struct page **place = &pages;

    while (*place &&
           (memory < (*place)->memory || memory >= (*place)->memory + PAGE))
        place = &(*place)->next;
    return place;
}

/* -- all sizes ------------------------------------------------------------- */

/* A big piece has pages of its own, and a row to find them by. */
static struct page *big;

static void *alloc_big(size_t size)
{
    struct page *page = xcalloc(1, sizeof(*page));

    page->memory = map(size, &page->locked);
    page->next = big;
    big = page;
    return page->memory;
}

static void free_big(char *memory, size_t size)
{
    struct page **place = &big, *page;

    while (*place && (*place)->memory != memory)
        place = &(*place)->next;
    page = *place;
    if (!page)
        abort();
    *place = page->next;
    unmap(memory, size, page->locked);
    free(page);
}

void *locked_alloc(size_t size)
{
    return size > PAGE ? alloc_big(size) : alloc_piece(units_of(size));
}

void locked_free(void *memory, size_t size)
{
    struct page **place, *page;

    if (!memory)
        return;
    OPENSSL_cleanse(memory, size);
    if (size > PAGE) {
        free_big(memory, size);
        return;
    }
    place = page_of(memory);
    page = *place;
    if (!page)
        abort();
    page->used &= ~(run_of(units_of(size))
                    << (size_t)((char *)memory - page->memory) / UNIT);
    if (page->used)
        return;
    *place = page->next;
    unmap(page->memory, PAGE, page->locked);
    free(page);
}

size_t locked_mapped(void)
{
    return mapped;
}

size_t locked_held(void)
{
    return held;
}
