/* SPDX-License-Identifier: MIT */
/* exchange_private: what the files of the formats write with. */
#ifndef POSTSEAL_CORE_EXCHANGE_EXCHANGE_PRIVATE_H
#define POSTSEAL_CORE_EXCHANGE_EXCHANGE_PRIVATE_H

#include "core/exchange/exchange.h"

struct exchange_writer {
    struct buf *out; /* the block, or the starter */
    const struct export_view *view;
    const struct export_account *account; /* NULL in `profile` */
    const struct export_options *options;
    struct export_plan *plan;
    struct buf pins; /* numbers of the exceptions used */
    struct buf seal; /* what the fingerprint is of, beside the block */
    bool wrote;      /* the account has something there */
};

extern const struct exchange_format exchange_msmtp, exchange_mbsync,
    exchange_neomutt, exchange_mutt, exchange_fetchmail, exchange_getmail,
    exchange_offlineimap, exchange_aerc, exchange_s_nail, exchange_himalaya,
    exchange_thunderbird;

/* -- the plan, for `profile` ------------------------------------------------
 */

/* The plan's file of that path, read on first use: to be changed in `bytes`.
 * NULL: it cannot be read. Valid until the next one. */
struct export_file *export_plan_file(struct export_plan *plan, const char *path,
                                     struct error *e);
/* What is written of one account goes into `body`; its end notes what the
 * plan holds there, if there was anything. */
void export_plan_begin(struct exchange_writer *w,
                       const struct export_account *account, struct buf *body);
void export_plan_end(struct exchange_writer *w, const char *path);

/* -- lines and what is told ------------------------------------------------ */

void exchange_line(struct exchange_writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));
/* The program cannot be told this. */
void exchange_warn(struct exchange_writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The person should know this. */
void exchange_remark(struct exchange_writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether that server can be written: there, complete, of that service. Tells
 * when it is there and cannot. */
bool exchange_usable(struct exchange_writer *w,
                     const struct export_server *server);
bool exchange_is(const struct export_server *server, enum service service);
/* "work/incoming". Returns out. */
char *exchange_target(char *out, size_t size, const struct exchange_writer *w,
                      const struct export_server *server);

/* -- logging in ------------------------------------------------------------ */

enum exchange_login {
    EXCHANGE_NO_LOGIN, /* none, or by the certificate alone */
    EXCHANGE_COMMAND,  /* its first line is the password, or the token */
    EXCHANGE_LITERAL,  /* the password */
    EXCHANGE_ASK,      /* nothing is written; the program asks */
};
/* What to write, by the options, and in *text the command or the password;
 * tells what is not carried over. */
enum exchange_login exchange_login(struct exchange_writer *w,
                                   const struct export_server *server,
                                   const char **text);
/* The login is by an OAuth access token. */
bool exchange_is_token(const struct export_server *server);
/* A password as it is spelled in the file, to be hidden in what is shown. */
void exchange_secret(struct exchange_writer *w, const char *spelled);
/* The word of that mechanism in a table of the program's, by enum auth; where
 * it has none (NULL) this warns and gives NULL. AUTH_AUTO and AUTH_NONE never
 * warn. */
const char *exchange_mechanism(struct exchange_writer *w,
                               const struct export_server *server,
                               const char *const words[AUTH_COUNT]);

/* -- trust ----------------------------------------------------------------- */

/* One comment line an exception, with its faults and end, and notes it. The
 * first `count` of them. */
void exchange_pin_comments(struct exchange_writer *w,
                           const struct export_server *server, size_t count);
/* How many pins a program takes that knows only `most`; warns about the rest.*/
size_t exchange_pins(struct exchange_writer *w,
                     const struct export_server *server, size_t most);
/* Warns that this server's exception cannot be told, and how to do it. */
void exchange_no_pin(struct exchange_writer *w,
                     const struct export_server *server, const char *why);
/* "AA:BB:...": upper case with colons. out needs 3 * len bytes. */
char *exchange_colons(char *out, const unsigned char *bytes, size_t len);
bool exchange_md5(const struct export_pin *pin, unsigned char md5[16]);

/* A file of postseal's own that the block names, exports/FORMAT-ID.SUFFIX
 * beside accounts.ini. Takes what is in `content`. Valid as long as the plan;
 * absolute. */
const char *exchange_companion(struct exchange_writer *w, const char *suffix,
                               struct buf *content);
/* Appends the whole of a PEM file; warns when it cannot be read. */
bool exchange_add_file(struct exchange_writer *w, struct buf *out,
                       const char *path);
/* The authorities of the person that may vouch for this server: `ca-file` and
 * imported ones. Appends them as PEM; warns about those that cannot be read. */
void exchange_add_own(struct exchange_writer *w,
                      const struct export_server *server, struct buf *out);
/* The same as a file, for a program that adds what is in it to the system's:
 * `ca-file` itself or a companion. NULL: there are none. */
const char *exchange_own(struct exchange_writer *w,
                         const struct export_server *server);
/* The file of all authorities that apply, for a program that then knows no
 * others: a companion of those and the system's. NULL: only the system's. */
const char *exchange_authorities(struct exchange_writer *w,
                                 const struct export_server *server);
/* The pins' certificates and, with `ca`, exchange_add_own(): a companion for a
 * program that adds what is in it to the system's. NULL: nothing to say. */
const char *exchange_certificates(struct exchange_writer *w,
                                  const struct export_server *server, bool ca);
/* Whether there are any of the person's, for those two servers. */
bool exchange_has_own(struct exchange_writer *w);
/* Warns about what nearly no program has a setting for. */
void exchange_warn_key(struct exchange_writer *w,
                       const struct export_server *server);

/* -- spelling -------------------------------------------------------------- */

/* The text with `escape` in front of each byte of `set`. Caller frees. */
char *exchange_escape(const char *text, const char *set, char escape);
/* '...' as shells and mutt take it: ' becomes '\''. Caller frees. */
char *exchange_single_quoted(const char *text);
/* Percent-encoded for a part of a URL (RFC 3986, unreserved stays). */
char *exchange_percent(const char *text);
/* A string literal of Python, double quotes included. Caller frees. */
char *exchange_python(const char *text);
/* "postseal -c ACCOUNTS connect TARGET", for sh -c. Caller frees. */
char *exchange_tunnel(const struct exchange_writer *w,
                      const struct export_server *server);
bool exchange_single_line(struct exchange_writer *w, const char *what,
                          const char *text);
/* "[::1]" for an IPv6 address, as it stands in URLs. Returns out. */
char *exchange_url_host(char out[HOST_MAX + 2], const char *host);

#endif
