/* SPDX-License-Identifier: MIT */
/*
 * hostile make FOLDER        writes all the files
 * hostile check KIND FILE... tells whether output is clean (text) or clean and
 *                            valid (json); empty output is both
 */
#include "hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *folder;

void give(enum expected expected, const char *name, struct piece bytes)
{
    static const char *const kinds[] = {"ok", "no", "any"};
    char path[600];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s-%s", folder, kinds[expected], name);
    file = fopen(path, "wb");
    if (!file || fwrite(bytes.bytes, 1, bytes.len, file) != bytes.len ||
        fclose(file) != 0) {
        perror(path);
        exit(1);
    }
    pool_empty();
}

void give_recipe(enum expected expected, const char *name,
                 const struct recipe *recipe)
{
    give(expected, name, assemble(recipe));
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "make") == 0) {
        folder = argv[2];
        make_texts();
        make_fields();
        make_extensions();
        make_files();
        return 0;
    }
    if (argc > 3 && strcmp(argv[1], "check") == 0)
        return check_files(argv[2], argc - 3, argv + 3);
    fprintf(stderr, "usage: hostile make FOLDER | check text|json FILE...\n");
    return 2;
}
