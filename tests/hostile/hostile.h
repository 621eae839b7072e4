/* SPDX-License-Identifier: MIT */
/* hostile: files that a program that explains certificates has to stand. */
#ifndef POSTSEAL_TESTS_HOSTILE_HOSTILE_H
#define POSTSEAL_TESTS_HOSTILE_HOSTILE_H

#include "der.h"

/* What the file is for: explained (exit 0), refused (exit 3), or either. */
enum expected { EXPLAINED, REFUSED, EITHER };

/* A certificate in parts. ordinary() fills all of them; a case replaces one. */
struct recipe {
    struct piece version, serial, inner_algorithm, issuer, not_before,
        not_after, subject, key, extensions, outer_algorithm, signature;
};
struct recipe ordinary(void);
struct piece to_be_signed(const struct recipe *recipe);
struct piece assemble(const struct recipe *recipe);
/* CN of a given string type and bytes. */
struct piece name_of(int tag, struct piece text);
struct piece extension(const char *type, bool critical, struct piece value);
struct piece extensions_of(struct piece list);
/* An ordinary certificate, self-signed as far as its names tell. */
struct piece good(void);

/* Writes KIND-NAME into the folder, KIND being ok, no or any; then the pool is
 * empty. */
void give(enum expected expected, const char *name, struct piece bytes);
void give_recipe(enum expected expected, const char *name,
                 const struct recipe *recipe);

void make_texts(void);      /* texts.c: names of all string types */
void make_fields(void);     /* fields.c: numbers, dates, keys, algorithms */
void make_extensions(void); /* extensions.c */
void make_files(void);      /* files.c: encodings, PEM, other kinds of files */

/* check.c: whether output holds what may reach a terminal, and JSON is JSON. */
int check_files(const char *kind, int count, char **paths);

#endif
