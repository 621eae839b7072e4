/* SPDX-License-Identifier: MIT */
/*
 * cli: what all commands share: options, exit status, messages, JSON. A
 * command is a row in the table of main.c and one function in a file of its
 * family. Results go to stdout, messages to stderr.
 */
#ifndef POSTSEAL_CLI_CLI_H
#define POSTSEAL_CLI_CLI_H

#include "core/base/secret.h"
#include "core/probe/workspace.h"
#include <jansson.h>

/* A contract (design: "Exit status"). */
enum status {
    STATUS_OK = 0,
    STATUS_FAILED = 1,
    STATUS_USAGE = 2,
    STATUS_FILE = 3,       /* could not be read, parsed, trusted or written */
    STATUS_CERTIFICATE = 4 /* every failure is a certificate */
};

struct cli {
    struct workspace_options where; /* -c, --ca, --allow-commands */
    bool json;
    bool mouse;
    const char *command; /* "cert show": for messages */
    const char *arguments;
    struct workspace workspace;
    bool is_open;
    char *codes; /* OAuth codes that were shown; NULL: none */
};

/* A command's own option: either a flag or a value. */
struct cli_option {
    const char *name;
    const char *value_name; /* NULL: a flag */
    bool *flag;
    const char **value;
    const char *help;
};
#define CLI_OPTION_END                                                         \
    {                                                                          \
        NULL, NULL, NULL, NULL, NULL                                           \
    }

struct command {
    const char *name;      /* "test", or "cert show" */
    const char *arguments; /* "[TARGET...]", for the usage line */
    const char *summary;
    /* argv[0] is the first word behind the command's name. */
    int (*run)(struct cli *cli, int argc, char **argv);
};

/* Reads the command's own options and the common ones (-c, --ca, --json,
 * --allow-commands, --help) wherever they stand; afterwards argv[0..*argc-1]
 * are the words. Fewer than min or more than max words (-1: any) is a usage
 * error. False: end with *status (usage told, or help printed). */
bool cli_parse(struct cli *cli, int *argc, char **argv,
               const struct cli_option *options, int min, int max, int *status);
/* Opens the workspace, once; false with the message told and *status set. */
bool cli_open(struct cli *cli, int *status);
/* The same; asks about commands of a foreign accounts.ini where a person is
 * there to answer. */
bool cli_open_commands(struct cli *cli, int *status);
/* The same, ready to connect. */
bool cli_open_network(struct cli *cli, int *status);
void cli_close(struct cli *cli);
/* Saves what is staged; waits a little while somebody else is saving. False
 * with the error, ERROR_CONFLICT included, and nothing written. */
bool cli_save(struct cli *cli, struct error *e);

/* "postseal: text" on stderr; returns the status for the error's code. */
int cli_fail(const struct error *e);
/* "postseal: ..." on stderr and STATUS_USAGE. */
int cli_usage(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void cli_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says whether stdout could take everything; else the status to end with. */
int cli_finish(int status);
/* Text of a file or a person, made safe when stdout is a terminal. */
void cli_print_value(const char *text);

/* The next line of standard input without its end, for secrets (the caller
 * wipes it). False when there is none or it is empty. */
bool cli_read_line(char *out, size_t size);
/* The same from the person, without echo; false without a terminal. */
bool cli_ask(const char *prompt, char *out, size_t size);
/* Puts a question ("... If you trust it") and takes nothing but a whole "yes"
 * that was typed after it. Only where cli_may_ask(). */
bool cli_says_yes(const char *question);
/* Whether somebody is there to be asked: standard input and error are the
 * terminal, and we are in its foreground. */
bool cli_may_ask(void);
/* Lends that terminal to a password command; GPG_TTY names it. */
extern const struct command_terminal cli_terminal;

/* A secret from the person while the loop turns on. One at a time. */
struct cli_question;
/* NULL: nothing was typed. It is freed when that returns. */
typedef void cli_answered(void *arg, struct secret *typed);
struct cli_question *cli_ask_in_loop(struct loop *loop, const char *prompt,
                                     cli_answered *answered, void *arg);
/* Takes it back: no answer comes. NULL is fine. */
void cli_ask_no_more(struct cli_question *question);

/* Shows on stderr what a person has to do for an OAuth authorization, from now
 * on. `always`: also where no terminal is there to read it. */
void cli_show_codes(struct cli *cli, bool always);

/* -- JSON ------------------------------------------------------------------ */

/* A string that is valid UTF-8 and safe; null for NULL. */
json_t *json_text(const char *text);
json_t *json_sha256(const unsigned char sha256[32]);
json_t *json_time(time_t t);
json_t *json_faults(fault_set faults);
/* Prints and frees. `lines`: compact, one line. */
void json_print(json_t *value, bool lines);

/* The ordinary test of one target, printed; with `rows` its JSON goes there,
 * for the caller to print. `login` false: it stops before. */
int cli_test(struct cli *cli, char *target, bool login, json_t **rows);

/* -- commands, one file a family ------------------------------------------- */

int cmd_list(struct cli *cli, int argc, char **argv);
int cmd_get(struct cli *cli, int argc, char **argv);
int cmd_set(struct cli *cli, int argc, char **argv);
int cmd_unset(struct cli *cli, int argc, char **argv);
int cmd_add(struct cli *cli, int argc, char **argv);
int cmd_remove(struct cli *cli, int argc, char **argv);
int cmd_check(struct cli *cli, int argc, char **argv);
int cmd_test(struct cli *cli, int argc, char **argv);
int cmd_setup(struct cli *cli, int argc, char **argv);
int cmd_import(struct cli *cli, int argc, char **argv);
int cmd_connect(struct cli *cli, int argc, char **argv);
int cmd_secret(struct cli *cli, int argc, char **argv);
int cmd_cert_show(struct cli *cli, int argc, char **argv);
int cmd_cert_verify(struct cli *cli, int argc, char **argv);
int cmd_exception_list(struct cli *cli, int argc, char **argv);
int cmd_exception_add(struct cli *cli, int argc, char **argv);
int cmd_exception_remove(struct cli *cli, int argc, char **argv);
int cmd_exception_export(struct cli *cli, int argc, char **argv);
int cmd_exception_import(struct cli *cli, int argc, char **argv);
int cmd_authority_list(struct cli *cli, int argc, char **argv);
int cmd_authority_show(struct cli *cli, int argc, char **argv);
int cmd_authority_import(struct cli *cli, int argc, char **argv);
int cmd_authority_remove(struct cli *cli, int argc, char **argv);
int cmd_authority_distrust(struct cli *cli, int argc, char **argv);
int cmd_authority_trust(struct cli *cli, int argc, char **argv);
int cmd_authority_export(struct cli *cli, int argc, char **argv);
int cmd_export(struct cli *cli, int argc, char **argv);
int cmd_identity_list(struct cli *cli, int argc, char **argv);
int cmd_identity_import(struct cli *cli, int argc, char **argv);
int cmd_identity_remove(struct cli *cli, int argc, char **argv);
int cmd_identity_export(struct cli *cli, int argc, char **argv);
int cmd_oauth_login(struct cli *cli, int argc, char **argv);
int cmd_oauth_forget(struct cli *cli, int argc, char **argv);

#endif
