/* SPDX-License-Identifier: MIT */
#include "core/base/wiped.h"

#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Stands in front of each block. */
union head {
    size_t size;
    max_align_t align;
};

void *wiped_malloc(size_t size)
{
    union head *head;

    if (size > SIZE_MAX - sizeof(*head))
        return NULL;
    head = malloc(sizeof(*head) + size);
    if (!head)
        return NULL;
    head->size = size;
    return head + 1;
}

void wiped_free(void *memory)
{
    union head *head = memory;

    if (!memory)
        return;
    head--;
    OPENSSL_cleanse(head, sizeof(*head) + head->size);
    free(head);
}

void *wiped_calloc(size_t count, size_t size)
{
    void *memory =
        size && count > SIZE_MAX / size ? NULL : wiped_malloc(count * size);

    return memory ? memset(memory, 0, count * size) : NULL;
}

void *wiped_realloc(void *old, size_t size)
{
    void *memory = wiped_malloc(size);

    if (memory && old) {
        size_t had = ((union head *)old - 1)->size;

        memcpy(memory, old, had < size ? had : size);
        wiped_free(old);
    }
    return memory;
}

char *wiped_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = wiped_malloc(size);

    return copy ? memcpy(copy, text, size) : NULL;
}
