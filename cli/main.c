/* SPDX-License-Identifier: MIT */
/*
 * main: a command is carried out, without one the screens open.
 */
#include "cli/cli.h"
#include "tui/tui.h"

#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <unistd.h>

#define VERSION "0.1"

static const struct command commands[] = {
    {"list", "[--json]", "accounts and outgoing servers", cmd_list},
    {"get", "SECTION KEY", "one value of accounts.ini", cmd_get},
    {"set", "SECTION KEY VALUE", "change one value (a secret: VALUE is -)",
     cmd_set},
    {"unset", "SECTION KEY", "take a value out", cmd_unset},
    {"add", "account|smtp ID [KEY=VALUE...]", "a new account or server",
     cmd_add},
    {"remove", "account|smtp ID", "take one out", cmd_remove},
    {"check", "[--json]", "everything that is wrong in accounts.ini",
     cmd_check},
    {"test", "[TARGET...] [--all]", "test connections, stage by stage",
     cmd_test},
    {"setup",
     "EMAIL [--name NAME] [--offline] [--send-address] [--write ID] [--yes]",
     "find the servers of an address, test them", cmd_setup},
    {"import", "FORMAT [PATH] [--dry-run]",
     "take accounts out of another program's files", cmd_import},
    {"connect", "TARGET [--starttls]",
     "verified TLS on standard input and output", cmd_connect},
    {"secret", "TARGET [--yes]", "print a password, for other programs",
     cmd_secret},
    {"cert show", "URL|FILE [--pem]", "fetch or read a certificate, explain it",
     cmd_cert_show},
    {"cert verify",
     "--chain PEM --roots PEM --host NAME [--time RFC3339] [--crl PEM]",
     "judge a chain offline", cmd_cert_verify},
    {"exception list", "[--json]", "certificates you accepted",
     cmd_exception_list},
    {"exception add",
     "URL (--sha256 HEX | --host-typed NAME) [--until DATE|removed] [--also]",
     "accept a server's certificate", cmd_exception_add},
    {"exception remove", "NUMBER|HOST:PORT|SHA256", "accept it no more",
     cmd_exception_remove},
    {"exception export",
     "[NUMBER|HOST:PORT|SHA256...] [--format pem|thunderbird] [--output FILE]",
     "write them for other programs", cmd_exception_export},
    {"exception import", "FILE [--server HOST:PORT] [--offline]",
     "take in Thunderbird's, or a PEM", cmd_exception_import},
    {"authority list", "[--all]", "who may vouch for servers",
     cmd_authority_list},
    {"authority show", "NAME|SHA256", "explain one", cmd_authority_show},
    {"authority import",
     "FILE | --from URL --sha256 HEX [--domain DOMAIN,...] [--anchor]",
     "trust one, or take in a revocation list", cmd_authority_import},
    {"authority remove", "NAME|SHA256", "take one out", cmd_authority_remove},
    {"authority distrust", "NAME|SHA256", "let it vouch for nothing",
     cmd_authority_distrust},
    {"authority trust", "NAME|SHA256 [--domain DOMAIN,... | --all-servers]",
     "trust it again, or with another limit", cmd_authority_trust},
    {"authority export", "NAME|SHA256... [--output FILE]", "write them as PEM",
     cmd_authority_export},
    {"export",
     "FORMAT [ACCOUNT...] [--output PATH] [--dry-run] | --check | --list",
     "accounts for other mail programs", cmd_export},
    {"identity list", "[--json]", "your own certificates", cmd_identity_list},
    {"identity import", "FILE [--key FILE] [--password-stdin]",
     "take one in: PKCS#12, or PEM with its key", cmd_identity_import},
    {"identity remove", "SHA256|LABEL", "take one out", cmd_identity_remove},
    {"identity export", "SHA256|LABEL --output FILE [--password-stdin]",
     "write one as PKCS#12 with a new password", cmd_identity_export},
    {"oauth login", "ACCOUNT|smtp:ID", "permit access by OAuth, in a browser",
     cmd_oauth_login},
    {"oauth forget", "ACCOUNT|smtp:ID", "forget what was permitted",
     cmd_oauth_forget},
};
enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static void print_help(void)
{
    puts("postseal edits mail accounts, tests their servers and explains "
         "certificates.\n\n"
         "Usage: postseal [-c FILE] [--ca PEM] [--mouse]     open the "
         "screens\n"
         "       postseal COMMAND [ARGUMENT...]              do one thing\n\n"
         "Commands (each knows --help and --json):");
    for (int i = 0; i < COMMAND_COUNT; i++)
        printf("  %-18s %s\n", commands[i].name, commands[i].summary);
    puts("\nA TARGET of test: ACCOUNT, ACCOUNT/incoming, ACCOUNT/outgoing, "
         "smtp:ID, or a URL:\n"
         "  imaps:// pop3s:// smtps:// https:// (TLS from the start), imap:// "
         "pop3:// smtp://\n"
         "  (STARTTLS; with ?security=none plain), or HOST:PORT.\n\n"
         "Options:\n"
         "  -c FILE            another accounts.ini (default: "
         "~/.config/postseal/accounts.ini)\n"
         "  --ca PEM           more trust anchors for this run\n"
         "  --allow-commands   run password commands of that file\n"
         "  --mouse            let the screens use the mouse\n"
         "  --version, --help\n\n"
         "Exit status: 0 all well, 1 a failure, 2 usage, 3 a file, 4 only "
         "certificates failed.");
}

/* "cert" "show" is one command of two words. Returns how many words of argv
 * its name took; 0: no such command. */
static int find_command(int argc, char **argv, const struct command **found)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        const char *space = strchr(commands[i].name, ' ');
        size_t first = space ? (size_t)(space - commands[i].name)
                             : strlen(commands[i].name);

        if (strlen(argv[0]) != first ||
            strncmp(argv[0], commands[i].name, first) != 0)
            continue;
        if (!space || (argc > 1 && strcmp(argv[1], space + 1) == 0)) {
            *found = &commands[i];
            return space ? 2 : 1;
        }
    }
    return 0;
}

static int unknown_command(const char *word)
{
    bool family = false;

    for (int i = 0; i < COMMAND_COUNT; i++) {
        size_t len = strlen(word);

        if (strncmp(commands[i].name, word, len) != 0 ||
            commands[i].name[len] != ' ')
            continue;
        if (!family)
            cli_warn("%s needs one more word:", word);
        family = true;
        fprintf(stderr, "  postseal %s %s\n", commands[i].name,
                commands[i].arguments);
    }
    if (!family)
        cli_warn("There is no such command. postseal --help lists them.");
    return STATUS_USAGE;
}

static int run_command(struct cli *cli, int argc, char **argv)
{
    const struct command *command = NULL;
    int words = find_command(argc, argv, &command);
    int status;

    if (!words)
        return unknown_command(argv[0]);
    cli->command = command->name;
    cli->arguments = command->arguments;
    status = command->run(cli, argc - words, argv + words);
    cli_close(cli);
    return cli_finish(status);
}

static int run_screens(struct cli *cli)
{
    int status;

    if (!cli_open(cli, &status))
        return status;
    status =
        tui_run(&cli->workspace, &(struct tui_options){.mouse = cli->mouse});
    cli_close(cli);
    return status;
}

/* Returns -1 to go on. */
static int read_options(struct cli *cli, int argc, char **argv)
{
    enum { CA = 256, ALLOW, JSON, MOUSE, HELP, VERSION_WANTED };
    static const struct option table[] = {
        {"config", required_argument, NULL, 'c'},
        {"ca", required_argument, NULL, CA},
        {"allow-commands", no_argument, NULL, ALLOW},
        {"json", no_argument, NULL, JSON},
        {"mouse", no_argument, NULL, MOUSE},
        {"help", no_argument, NULL, HELP},
        {"version", no_argument, NULL, VERSION_WANTED},
        {0},
    };
    int c;

    while ((c = getopt_long(argc, argv, "+c:h", table, NULL)) != -1) {
        if (c == 'c')
            cli->where.path = optarg;
        else if (c == CA)
            cli->where.ca_file = optarg;
        else if (c == ALLOW)
            cli->where.allow_commands = true;
        else if (c == JSON)
            cli->json = true;
        else if (c == MOUSE)
            cli->mouse = true;
        else if (c == HELP || c == 'h')
            return print_help(), STATUS_OK;
        else if (c == VERSION_WANTED)
            return puts("postseal " VERSION), STATUS_OK;
        else
            return STATUS_USAGE;
    }
    return -1;
}

/* Else a file or a connection could get the number of a closed one, and be
 * taken for it. */
static void keep_standard_descriptors(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

/* No image of this process, which knows passwords, is left behind by a crash,
 * and no other process of the same user looks into it. */
static void forbid_core_images(void)
{
#if defined(PR_SET_DUMPABLE) && !defined(__SANITIZE_ADDRESS__)
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* LeakSanitizer has to look into it */
#endif
}

int main(int argc, char **argv)
{
    struct cli cli = {0};
    int status;

    keep_standard_descriptors();
    forbid_core_images();
    /* What else a locale says is not used, and each part of it is a file to be
     * opened. */
    setlocale(LC_CTYPE, "");
    /* A closed pipe or connection is an error to be told, not an end. */
    signal(SIGPIPE, SIG_IGN);
    status = read_options(&cli, argc, argv);
    if (status >= 0)
        return cli_finish(status);
    if (optind == argc)
        return run_screens(&cli);
    return run_command(&cli, argc - optind, argv + optind);
}
