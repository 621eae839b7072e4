/* SPDX-License-Identifier: MIT */
/* authority_section: one decision as a section of authorities.ini. The SHA-256
 * is its name: a section that is damaged still says which certificate it is
 * about, and two about the same are one. */
#include "core/trust/authority_private.h"

#include "core/account/endpoint.h"
#include "core/base/alloc.h"
#include "core/base/date.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX   "authority "
#define TEXT_MAX 400 /* bytes of a text for showing */

static const struct {
    enum authority_trust trust;
    const char *word;
} trusts[] = {
    {AUTHORITY_TRUSTED, "yes"},
    {AUTHORITY_CHAIN, "chain"},
    {AUTHORITY_DISTRUSTED, "no"},
};

static const char *word_of(enum authority_trust trust)
{
    for (size_t i = 0; i < sizeof(trusts) / sizeof(trusts[0]); i++)
        if (trusts[i].trust == trust)
            return trusts[i].word;
    return "no";
}

static bool parse_trust(const char *word, enum authority_trust *trust)
{
    for (size_t i = 0; word && i < sizeof(trusts) / sizeof(trusts[0]); i++)
        if (text_equal_nocase(trusts[i].word, word)) {
            *trust = trusts[i].trust;
            return true;
        }
    return false;
}

bool authority_section_sha256(const char *section, unsigned char sha256[32])
{
    const char *hex = section + strlen(PREFIX);
    size_t digits;

    return text_starts_nocase(section, PREFIX) && strlen(hex) == 64 &&
           text_parse_sha256(hex, sha256, &digits) == TEXT_DIGEST_OK;
}

char *authority_section_name(const unsigned char sha256[32])
{
    char hex[65];

    text_hex(hex, sha256, 32);
    return xasprintf(PREFIX "%s", hex);
}

/* -- reading --------------------------------------------------------------- */

static char *safe_value(const struct ini *ini, const char *section,
                        const char *key)
{
    const char *text = ini_get(ini, section, key);

    return text ? text_safe_dup(text, strlen(text), TEXT_MAX) : xstrdup("");
}

/* What is no name is left out: the limit gets narrower, never wider. */
static char *read_domains(const char *text, bool *damaged)
{
    char *copy = xstrdup(text), *rest = copy, *word;
    char host[HOST_MAX];
    struct buf out;

    buf_init(&out, strlen(text) * 6 + HOST_MAX);
    while ((word = strsep(&rest, " ,\t")))
        if (*word && host_normalise(word, host, NULL))
            buf_addf(&out, "%s%s", out.len ? " " : "", host);
        else if (*word)
            *damaged = true;
    free(copy);
    return buf_take(&out);
}

static void distrust(struct holding *h, const char *why)
{
    h->facts.trust = AUTHORITY_DISTRUSTED;
    h->facts.problem = xasprintf(
        "Its entry %s, so it is distrusted. Correct or remove it.", why);
}

void authority_section_read(const struct ini *ini, size_t i, struct holding *h)
{
    const char *section = ini_section_name(ini, i);
    const char *domains = ini_get(ini, section, "domains");
    const char *added = ini_get(ini, section, "added");
    const char *not_after = ini_get(ini, section, "not-after");
    struct authority *facts = &h->facts;
    bool damaged = false;

    facts->decided = true;
    facts->source = AUTHORITY_SYSTEM;
    if (ini_section_broken(ini, i)) {
        distrust(h, "cannot be read");
        return;
    }
    free(facts->name);
    facts->name = safe_value(ini, section, "name");
    if (!*facts->name)
        xreplace(&facts->name, "(no name)");
    free(facts->origin);
    facts->origin = safe_value(ini, section, "origin");
    if (!added || !timestamp_parse(added, &facts->added))
        facts->added = 0;
    facts->not_after_ok =
        not_after && timestamp_parse(not_after, &facts->not_after);
    if (!parse_trust(ini_get(ini, section, "before"), &h->before))
        h->before = AUTHORITY_TRUSTED;
    if (domains)
        facts->domains = read_domains(domains, &damaged);
    if (!parse_trust(ini_get(ini, section, "trust"), &facts->trust))
        distrust(h, "does not say trust = yes, chain or no");
    else if (damaged)
        facts->problem = xstrdup("A domain in its entry is no name and is left "
                                 "out.");
}

/* -- writing --------------------------------------------------------------- */

bool authority_section_write(struct ini *ini, const struct holding *h,
                             struct error *e)
{
    const struct authority *facts = &h->facts;
    char *section = authority_section_name(facts->sha256);
    bool was_other = facts->trust == AUTHORITY_DISTRUSTED &&
                     facts->source == AUTHORITY_IMPORTED;
    char added[TIMESTAMP_SIZE], not_after[TIMESTAMP_SIZE];
    const struct {
        const char *key, *value; /* NULL: absent */
    } rows[] = {
        {"name", facts->name},
        {"trust", word_of(facts->trust)},
        {"before", was_other ? word_of(h->before) : NULL},
        {"domains", facts->domains},
        {"origin", *facts->origin ? facts->origin : NULL},
        {"added", facts->added ? timestamp_format(added, facts->added) : NULL},
        {"not-after", facts->not_after_ok
                          ? timestamp_format(not_after, facts->not_after)
                          : NULL},
    };
    bool ok = true;

    for (size_t i = 0; ok && i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].value)
            ok = ini_set(ini, section, rows[i].key, rows[i].value, e);
        else if (ini_has_section(ini, section))
            ok = ini_unset(ini, section, rows[i].key, e);
    free(section);
    return ok;
}
