/* SPDX-License-Identifier: MIT */
/* import: each format by its own rules, what is left and why, hostile files,
 * and what staging makes of a plan. */
#include "tests/unit/unit.h"

#include "core/base/buf.h"
#include "core/exchange/import.h"

#include <sys/stat.h>

static const char *write_source(const char *name, const char *text)
{
    const char *path = in_folder(name);

    write_file(path, text);
    chmod(path, 0600);
    return path;
}

static bool read_text(struct import *out, const char *format, const char *path,
                      bool passwords, struct error *e)
{
    const struct import_options options = {.format = import_format_find(format),
                                           .path = path,
                                           .with_passwords = passwords};

    assert_non_null(options.format);
    return import_read(out, &options, e);
}

/* A plan as text: "smtp work:6 host=h@7 ...", then what is told:
 * "-19 ..." what was left, "+13 ..." remarks. */
static char *dump(const struct import *im)
{
    struct buf text;

    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < im->item_count; i++) {
        const struct import_item *item = im->items[i];

        buf_addf(&text, "%s %s:%u", section_word(item->section), item->name,
                 item->line);
        for (int k = 0; k < SET_COUNT; k++)
            if (item->value[k])
                buf_addf(&text, " %s=%s@%u", setting_row((enum setting)k)->key,
                         item->value[k], item->value_line[k]);
        if (item->smtp >= 0)
            buf_addf(&text, " by %s", im->items[item->smtp]->name);
        buf_addf(&text, "%s\n", item->is_default ? " default" : "");
    }
    for (size_t i = 0; i < im->note_count; i++)
        buf_addf(&text, "%c%u %s\n",
                 im->notes[i].kind == IMPORT_LEFT ? '-' : '+',
                 im->notes[i].line, im->notes[i].text);
    return buf_take(&text);
}

/* -- each format ----------------------------------------------------------- */

#define RAN "The command is taken over as text; it was not run.\n"
#define STAYS                                                                  \
    "The password stays there: a command or the keyring is the better place. " \
    "It is taken only when you ask for passwords (--with-passwords).\n"
#define STRONGEST                                                              \
    "Of several mechanisms postseal itself takes the strongest that the "      \
    "server offers.\n"
#define HEX "aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899"
#define HEX2                                                                   \
    "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:"                         \
    "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99"
#define LOOK                                                                   \
    "A certificate is pinned there. Here that takes a look at the server: "    \
    "postseal exception add "
#define FILES                                                                  \
    " are trusted there. The server's own: postseal exception import FILE "    \
    "--server "
#define FILES_END "; an authority: postseal authority import FILE\n"
#define HASH                                                                   \
    "A certificate is pinned there, but not by its SHA-256, so it cannot be "  \
    "carried over. See: postseal cert show "

static const struct {
    const char *name, *format, *text, *plan;
} cases[] = {
    {"msmtp: quotes go once, nothing is escaped, # is literal", "msmtp",
     "# comment\n"
     "account a\n"
     "host mail.example.org\n"
     "tls\n"
     "tls_starttls off\n"
     "auth\n"
     "user \"u s#\\e\"r\"\n"
     "passwordeval \"pass 'a' | head -n1\"\n",
     "smtp a:2 host=mail.example.org@3 security=tls@5 user=u s#\\e\"r@7 "
     "password-command=pass 'a' | head -n1@8\n"
     "+8 " RAN},
    {"msmtp: inheritance, default, checks switched off", "msmtp",
     "defaults\n"
     "tls on\n"
     "account a\n"
     "host one.example.org\n"
     "tls_fingerprint " HEX2 "\n"
     "account b : a\r\n"
     "host two.example.org\r\n"
     "tls_fingerprint 00:11\n"
     "tls_certcheck off\n"
     "auth off\n"
     "eval date\n"
     "logfile ~/x\n"
     "account default : a\n",
     "smtp a:3 host=one.example.org@4 port=25@3 security=starttls@5 default\n"
     "smtp b:6 host=two.example.org@7 port=25@6 security=starttls@9 "
     "auth=none@10\n"
     "-5 " LOOK "smtp://one.example.org:25 --sha256 " HEX "\n"
     "-5 " LOOK "smtp://two.example.org:25 --sha256 " HEX "\n"
     "-8 " HASH "smtp://two.example.org:25\n"
     "-9 Certificates are not checked there (tls_certcheck off). postseal "
     "always checks them; see: postseal test smtp://two.example.org:25 "
     "--no-login\n"
     "-11 eval: no command of a file is run.\n"
     "-12 logfile: nothing of postseal's.\n"},
    {"msmtp: the system's authorities are ours too", "msmtp",
     "account a\nhost h.example\ntls on\ntls_trust_file "
     "/etc/ssl/certs/ca-certificates.crt\ntls_cert_file c.pem\n"
     "tls_key_file k.pem\n",
     "smtp a:1 host=h.example@2 port=25@1 security=starttls@6\n"
     "-6 Your certificate and its key lie in two files. Take them in with: "
     "postseal identity import c.pem --key k.pem\n"},
    {"msmtp: not encrypted, no such base", "msmtp",
     "account a\nhost h.example\naccount b : c\nhost x.example\n",
     "smtp a:1 host=h.example@2 port=25@1 security=none@1\n"
     "+1 a is not encrypted; postseal sends no password there unless "
     "allow-plaintext-login says so.\n"
     "-3 The account that b goes by is not there.\n"},
    {"mbsync: words, quotes, backslashes, comments", "mbsync",
     "IMAPAccount \"my work\"\n"
     "Host mail.example.org # comment\n"
     "User two\\ words\\\\\n"
     "PassCmd \"+pass \\\"show\\\" x\"\n"
     "AuthMechs SCRAM-SHA-256\n"
     "TLSType IMAPS\n"
     "CertificateFile \"/x y/leaf.pem\"\n"
     "PipelineDepth 3\n",
     "account my work:1 type=imap@1 host=mail.example.org@2 security=tls@6 "
     "auth=scram-sha-256@5 user=two words\\@3 password-command=pass \"show\" "
     "x@4 password-command-terminal=yes@4\n"
     "+4 " RAN "-7 Certificates in /x y/leaf.pem" FILES
     "imaps://mail.example.org:993" FILES_END
     "-8 PipelineDepth: nothing of postseal's.\n"},
    {"mbsync: a store that is an account, one that is not", "mbsync",
     "IMAPStore far\n"
     "Account x\n"
     "\n"
     "IMAPStore own\n"
     "Host a.example.org\n"
     "Port 1143\n"
     "Pass p\n"
     "AuthMechs PLAIN LOGIN\n"
     "Tunnel \"ssh x\"\n"
     "\n"
     "Channel c\n"
     "Host not.this.one\n",
     "account own:4 type=imap@4 host=a.example.org@5 port=1143@6 "
     "security=starttls@4\n"
     "-7 " STAYS "-8 " STRONGEST
     "-9 Tunnel: a connection by a command is not tested.\n"},
    {"neomutt: quoting, commands, joined lines", "neomutt",
     "set folder='imaps://u%40x@imap.example.org/' spoolfile=+INBOX\n"
     "set imap_pass=\"`pass show \\\"m\\\"`\" # set imap_user=no\n"
     "set from = ann@example.org; set realname=\"Ann \\\"E\\\" Example\"\n"
     "set smtp_url=smtp://ann@smtp.example.org:587 smtp_pass='a#\"\\$'\n"
     "set record=\\\n"
     "=Sent\n"
     "set imap_authenticators=plain:login\n"
     "account-hook . 'set imap_user=other'\n"
     "set ssl_verify_host=no\n"
     "source ~/more\n"
     "set my_x=`rm -rf /` smtp_user=$my_y\n",
     "account ann@example.org:1 name=Ann \"E\" Example@3 "
     "email=ann@example.org@3 type=imap@1 host=imap.example.org@1 "
     "security=tls@1 user=u@x@1 password-command=pass show \"m\"@2 "
     "sent-folder=Sent@6 by ann@example.org\n"
     "smtp ann@example.org:4 host=smtp.example.org@4 port=587@4 "
     "security=starttls@4 user=ann@4\n"
     "+2 " RAN "-4 " STAYS "-7 " STRONGEST
     "-8 account-hook: what holds for some folders only is not taken.\n"
     "-9 Certificates are not checked there (ssl_verify_host=no). postseal "
     "always checks them; see: postseal test imaps://imap.example.org:993 "
     "--no-login\n"
     "-9 Certificates are not checked there (ssl_verify_host=no). postseal "
     "always checks them; see: postseal test smtp://smtp.example.org:587 "
     "--no-login\n"
     "-10 source: import that file as well.\n"
     "-11 smtp_user: what commands or variables would put there is not "
     "known.\n"},
    {"mutt: POP, no TLS at all", "neomutt",
     "set pop_host=pop://joe@pop.example.org\nset nossl_starttls\n"
     "unset ssl_force_tls\n",
     "account joe:1 type=pop3@1 host=pop.example.org@1 security=none@1 "
     "user=joe@1\n"
     "+1 joe is not encrypted; postseal sends no password there unless "
     "allow-plaintext-login says so.\n"},
    {"fetchmail: strings, users, noise", "fetchmail",
     "set daemon 300 # comment\n"
     "poll work via mail.example.org service imaps protocol imap:\n"
     "  user \"u \\x22s\\\\\" with password \"p\" is \"poll\" here keep ssl\n"
     "  no sslcertck, sslfingerprint \"AA:BB\"\n"
     "  user two there with pass x mda \"rm -rf /\"\n"
     "skip pop.example.org proto pop3 auth cram-md5 user joe pass z "
     "sslproto \"\"\n",
     "account work:3 type=imap@2 host=mail.example.org@2 port=993@2 "
     "security=tls@3 user=u \"s\\@3 leave-on-server=always@3\n"
     "account work:5 type=imap@2 host=mail.example.org@2 port=993@2 "
     "security=starttls@5 user=two@5\n"
     "account pop.example.org:6 type=pop3@6 host=pop.example.org@6 "
     "security=none@6 auth=cram-md5@6 user=joe@6\n"
     "-3 " STAYS "-4 Certificates are not checked there (no sslcertck). "
     "postseal always checks them; see: postseal test "
     "imaps://mail.example.org:993 --no-login\n"
     "-4 " HASH "imaps://mail.example.org:993\n"
     "-5 " STAYS "-5 A command (rm -rf /) is not run.\n"
     "-6 " STAYS
     "+6 pop.example.org is not encrypted; postseal sends no password there "
     "unless allow-plaintext-login says so.\n"},
    {"getmail: tuples", "getmail",
     "[retriever]\n"
     "type = SimpleIMAPSSLRetriever\n"
     "server = mail.example.org\n"
     "username = ann#\"%s\n"
     "password_command = (\"pass\", 'a \"b', \"c'd\",)\n"
     "ssl_fingerprints = (\"" HEX "\",\n"
     "  '00ff')\n"
     "[destination]\n"
     "type = Maildir\n",
     "account ann#\"%s:1 type=imap@2 host=mail.example.org@3 security=tls@2 "
     "user=ann#\"%s@4 password-command='pass' 'a \"b' 'c'\\''d'@5\n"
     "+5 " RAN "-6 " LOOK "imaps://mail.example.org:993 --sha256 " HEX "\n"
     "-6 " HASH "imaps://mail.example.org:993\n"},
    {"offlineimap: names, percent signs, Python", "offlineimap",
     "[general]\n"
     "accounts = work\n"
     "[Account work]\n"
     "remoterepository = far\n"
     "[Repository near]\n"
     "type = Maildir\n"
     "[Repository far]\n"
     "type = IMAP\n"
     "remotehost: mail.example.org\n"
     "remoteuser = a%%b ; c\n"
     "remotepasseval = evil()\n"
     "ssl = no\n"
     "starttls = yes\n"
     "remotepassfile = ~/it's\n",
     "account work:7 type=imap@7 host=mail.example.org@9 security=starttls@13 "
     "user=a%b ; c@10 password-command=cat ~/'it'\\''s'@14\n"
     "-11 remotepasseval: Python is not run.\n"
     "+14 The password file became a command: cat.\n"},
    {"aerc: URLs, comments, quotes", "aerc",
     "[work]\n"
     "source = imaps+oauthbearer://u%20s%2Fr@mail.example.org\n"
     "source-cred-cmd = `token # x`\n"
     "outgoing = smtp+plain://u:p%23@[2001:db8::1]:587 ; comment\n"
     "from = \"Ann E\" <ann@example.org>\n"
     "[local]\n"
     "source = maildir://~/Mail\n"
     "[bad]\n"
     "source = imaps+insecure://x@h.example\n",
     "account work:1 name=Ann E@5 email=ann@example.org@5 type=imap@2 "
     "host=mail.example.org@2 security=tls@2 auth=oauthbearer@2 user=u s/r@2 "
     "token-command=token # x@3 by work\n"
     "smtp work:1 host=2001:db8::1@4 port=587@4 security=starttls@4 "
     "auth=plain@4 user=u@4\n"
     "account bad:8 type=imap@9 host=h.example@9 security=tls@9 user=x@9\n"
     "+3 " RAN "-4 " STAYS "-6 local has no server that could be taken.\n"
     "-7 \"maildir\" is no kind of server that postseal knows.\n"
     "-9 Certificates are not checked there (insecure). postseal always checks "
     "them; see: postseal test imaps://h.example:993 --no-login\n"},
    {"values that cannot be", "msmtp",
     "account a\nhost h.example\nport 99999\ntls on\ntls_starttls off\n"
     "timeout soon\n",
     "smtp a:1 host=h.example@2 security=tls@5\n"
     "-3 Port: 99999 is too big; the highest is 65535 (1 to 65535).\n"
     "-6 Patience: \"soon\" is not a number from 1 to 600.\n"},
};

static void test_formats(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error e = {0};
        struct import im;
        char *got;

        if (!read_text(&im, cases[i].format,
                       write_source("source", cases[i].text), false, &e))
            fail_msg("%s: %s", cases[i].name, e.text);
        got = dump(&im);
        if (strcmp(got, cases[i].plan) != 0)
            fail_msg("%s:\n--- got\n%s--- wanted\n%s", cases[i].name, got,
                     cases[i].plan);
        free(got);
        import_release(&im);
    }
}

/* -- Thunderbird ----------------------------------------------------------- */

static const char prefs[] =
    "// Mozilla User Preferences\n"
    "user_pref(\"app.x\", \"broken\n"
    "user_pref(\"mail.accountmanager.accounts\", \"account1,account2\");\n"
    "user_pref(\"mail.account.account1.server\", \"server1\");\n"
    "user_pref(\"mail.account.account1.identities\", \"id1,id2\");\n"
    "user_pref(\"mail.account.account2.server\", \"server2\");\n"
    "user_pref(\"mail.server.server1.type\", \"pop3\");\n"
    "user_pref(\"mail.server.server1.hostname\", \"Mail.Example.org\");\n"
    "user_pref(\"mail.server.server1.userName\", \"a\\\"\\u00e9\\\\\");\n"
    "user_pref(\"mail.server.server1.name\", \"My mail\");\n"
    "user_pref(\"mail.server.server1.socketType\", 1);\n"
    "user_pref(\"mail.server.server1.authMethod\", 4);\n"
    "user_pref(\"mail.server.server1.leave_on_server\", true);\n"
    "user_pref(\"mail.server.server2.type\", \"nntp\");\n"
    "user_pref(\"mail.identity.id1.fullName\", \"Ann\");\n"
    "user_pref(\"mail.identity.id1.useremail\", \"ann@example.org\");\n"
    "user_pref(\"mail.identity.id1.smtpServer\", \"smtp2\");\n"
    "user_pref(\"mail.identity.id2.useremail\", \"b@example.org\");\n"
    "user_pref(\"mail.smtpservers\", \"smtp1,smtp2\");\n"
    "user_pref(\"mail.smtp.defaultserver\", \"smtp1\");\n"
    "user_pref(\"mail.smtpserver.smtp1.hostname\", \"one.example\");\n"
    "user_pref(\"mail.smtpserver.smtp1.try_ssl\", 2);\n"
    "user_pref(\"mail.smtpserver.smtp1.authMethod\", 1);\n"
    "user_pref(\"mail.smtpserver.smtp2.hostname\", \"two.example\");\n"
    "user_pref(\"mail.smtpserver.smtp2.port\", 465);\n"
    "user_pref(\"mail.smtpserver.smtp2.try_ssl\", 3);\n"
    "user_pref(\"mail.smtpserver.smtp2.x\", \"no end\n";

static void test_thunderbird(void **state)
{
    static const char plan[] =
        "smtp one.example:21 host=one.example@21 security=starttls@22 "
        "auth=none@23 default\n"
        "smtp two.example:24 host=two.example@24 port=465@25 security=tls@26\n"
        "account My mail:4 label=My mail@10 name=Ann@15 "
        "email=ann@example.org@16 type=pop3@7 host=Mail.Example.org@8 "
        "security=starttls@11 auth=cram-md5@12 user=a\"\xc3\xa9\\@9 "
        "leave-on-server=always@13 by two.example\n"
        "-0 Saved passwords stay in Thunderbird; set a password command.\n"
        "+11 \"TLS, if available\" became STARTTLS, which is never given up.\n"
        "-14 An account of the kind \"nntp\" is none of postseal's.\n"
        "-18 The identity b@example.org: postseal has one an account.\n"
        "-27 The line cannot be read.\n";
    struct error e = {0};
    struct import im;
    char *got;

    (void)state;
    write_source("prefs.js", prefs);
    write_source("logins.json", "{}");
    assert_true(read_text(&im, "thunderbird", folder, false, &e));
    got = dump(&im);
    assert_string_equal(got, plan);
    free(got);
    import_release(&im);

    assert_int_equal(symlink("127.0.0.1:+99", in_folder("lock")), 0);
    assert_false(read_text(&im, "thunderbird", folder, false, &e));
    assert_non_null(strstr(e.text, "Thunderbird runs with the profile"));
    import_release(&im);
    unlink(in_folder("lock"));
    assert_false(read_text(&im, "thunderbird", in_folder("no"), false, &e));
    assert_int_equal(e.code, ERROR_FILE);
    import_release(&im);
}

/* -- files that are none --------------------------------------------------- */

static void test_refused_files(void **state)
{
    struct error e = {0};
    struct import im;
    const char *path;
    FILE *f;

    (void)state;
    assert_false(read_text(&im, "msmtp", in_folder("none"), false, &e));
    assert_int_equal(e.code, ERROR_FILE);
    import_release(&im);

    path = write_source("open", "account a\nhost h.example\n");
    chmod(path, 0622);
    assert_false(read_text(&im, "msmtp", path, false, &e));
    assert_int_equal(e.code, ERROR_TRUST);
    import_release(&im);

    path = in_folder("nul");
    f = fopen(path, "w");
    fwrite("account a\0host x\n", 1, 17, f);
    fclose(f);
    chmod(path, 0600);
    assert_false(read_text(&im, "msmtp", path, false, &e));
    assert_int_equal(e.code, ERROR_PARSE);
    import_release(&im);

    f = fopen(path, "w");
    for (size_t i = 0; i <= IMPORT_FILE_MAX; i++)
        putc('\n', f);
    fclose(f);
    assert_false(read_text(&im, "msmtp", path, false, &e));
    import_release(&im);

    assert_false(read_text(&im, "getmail", write_source("source", "[x]\na=b\n"),
                           false, &e));
    assert_int_equal(e.code, ERROR_PARSE);
    import_release(&im);
}

static void test_bounds(void **state)
{
    struct error e = {0};
    struct import im;
    const char *path = in_folder("many");
    FILE *f = fopen(path, "w");

    (void)state;
    for (int i = 0; i < 1000; i++)
        fprintf(f, "account a%d\nhost h%d.example\nrubbish x\n", i, i);
    fprintf(f, "user %05000d\n", 1);
    fclose(f);
    chmod(path, 0600);
    assert_true(read_text(&im, "msmtp", path, false, &e));
    assert_int_equal(im.item_count, IMPORT_ITEMS_MAX);
    assert_int_equal(im.note_count, IMPORT_NOTES_MAX);
    assert_true(im.more_notes > 0);
    import_release(&im);
}

/* Any bytes: it ends, within its bounds, and nothing is read that is not
 * there (with a sanitizer). */
static void test_mutations(void **state)
{
    unsigned long seed = 1;

    (void)state;
    for (int round = 0; round < 1500; round++) {
        size_t which = (size_t)round % (sizeof(cases) / sizeof(cases[0]) + 1);
        bool profile = which == sizeof(cases) / sizeof(cases[0]);
        char *text = strdup(profile ? prefs : cases[which].text);
        size_t len = strlen(text);
        struct error e = {0};
        struct import im;

        for (int k = 0; k < 8; k++) {
            static const char bytes[] = "\"'\\`=:;#[]\n {}%$\x80\xff+,()";

            seed = seed * 6364136223846793005UL + 1442695040888963407UL;
            text[(seed >> 33) % len] =
                bytes[(seed >> 20) % (sizeof(bytes) - 1)];
        }
        text[(seed >> 40) % len] = round % 3 ? ' ' : '\0';
        write_source(profile ? "prefs.js" : "source", text);
        read_text(&im, profile ? "thunderbird" : cases[which].format,
                  profile ? folder : in_folder("source"), round % 2 == 0, &e);
        for (size_t i = 0; i < im.item_count; i++)
            assert_non_null(im.items[i]->value[SET_HOST]);
        import_release(&im);
        free(text);
    }
}

/* -- staging --------------------------------------------------------------- */

static struct config *open_config(const char *text)
{
    struct error e = {0};
    struct config *config;

    unlink(in_folder("accounts.ini"));
    if (text)
        write_source("accounts.ini", text);
    config = config_open(in_folder("accounts.ini"), NULL, &e);
    assert_non_null(config);
    return config;
}

static void check_value(const struct config *config, enum section section,
                        const char *id, enum setting setting,
                        const char *wanted)
{
    const char *value = config_get(config, section, id, setting);

    assert_string_equal(value ? value : "(unset)", wanted);
}

static void test_staging(void **state)
{
    struct config *config =
        open_config("[account work]\ntype = imap\nhost = other.example\n");
    struct save_result result = {0};
    struct error e = {0};
    struct import im;

    (void)state;
    assert_true(read_text(&im, "aerc",
                          write_source("source",
                                       "[work]\nsource = imaps://u@h.example\n"
                                       "outgoing = smtp://u:p@s.example\n"),
                          true, &e));
    assert_int_equal(import_stage(&im, config, false), 2);
    assert_string_equal(im.items[0]->id, "work-2");
    assert_string_equal(import_state_word(im.items[0]->state), "new");
    check_value(config, SECTION_ACCOUNT, "work", SET_HOST, "other.example");
    check_value(config, SECTION_ACCOUNT, "work-2", SET_HOST, "h.example");
    check_value(config, SECTION_ACCOUNT, "work-2", SET_SMTP, "work");
    check_value(config, SECTION_SMTP, "work", SET_SECURITY, "starttls");
    check_value(config, SECTION_SMTP, "work", SET_PASSWORD, "p");
    import_release(&im);
    if (!config_save(config, SAVE_ASK, &result, &e))
        fail_msg("%s", e.text);
    save_result_release(&result);

    /* The same again: nothing is touched, or what the file says is written. */
    assert_true(
        read_text(&im, "aerc",
                  write_source("source", "[new]\n"
                                         "source = imaps://u@H.Example:993\n"
                                         "from = Ann <ann@example.org>\n"),
                  true, &e));
    assert_int_equal(import_stage(&im, config, false), 0);
    assert_int_equal(im.items[0]->state, IMPORT_PRESENT);
    assert_string_equal(im.items[0]->id, "work-2");
    assert_int_equal(config_change_count(config), 0);
    import_release(&im);
    assert_true(read_text(&im, "aerc", in_folder("source"), true, &e));
    assert_int_equal(import_stage(&im, config, true), 1);
    assert_int_equal(im.items[0]->state, IMPORT_REPLACE);
    check_value(config, SECTION_ACCOUNT, "work-2", SET_EMAIL,
                "ann@example.org");
    check_value(config, SECTION_ACCOUNT, "work-2", SET_SMTP, "work");
    import_release(&im);
    config_free(config);
}

static void test_default_server(void **state)
{
    static const char text[] = "account a\nhost a.example\ntls on\n"
                               "account default\nhost d.example\ntls on\n";
    struct config *config = open_config(NULL);
    struct error e = {0};
    struct import im;

    (void)state;
    assert_true(
        read_text(&im, "msmtp", write_source("source", text), false, &e));
    import_stage(&im, config, false);
    check_value(config, SECTION_DEFAULTS, "", SET_SMTP, "default");
    import_release(&im);
    config_free(config);

    config = open_config("[defaults]\nsmtp = mine\n[smtp mine]\nhost = m.x\n");
    assert_true(read_text(&im, "msmtp", in_folder("source"), false, &e));
    import_stage(&im, config, false);
    check_value(config, SECTION_DEFAULTS, "", SET_SMTP, "mine");
    import_release(&im);
    config_free(config);
}

/* First on a copy, to show it; then the same plan for good. */
static void test_staging_twice(void **state)
{
    struct config *config = open_config("[account two]\nhost = x.example\n");
    struct config *copy = config_copy(config);
    struct error e = {0};
    struct import im;

    (void)state;
    assert_true(
        read_text(&im, "aerc",
                  write_source("source", "[two]\nsource = imaps://u@h.example\n"
                                         "outgoing = smtp://u@s.example\n"),
                  false, &e));
    assert_int_equal(import_stage(&im, copy, false), 2);
    config_free(copy);
    assert_int_equal(config_change_count(config), 0);
    assert_string_equal(im.items[0]->id, "two-2");
    assert_int_equal(import_stage(&im, config, false), 2);
    assert_string_equal(im.items[0]->id, "two-2");
    check_value(config, SECTION_ACCOUNT, "two-2", SET_SMTP, "two");
    import_release(&im);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_thunderbird),
        cmocka_unit_test(test_refused_files),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_mutations),
        cmocka_unit_test(test_staging),
        cmocka_unit_test(test_staging_twice),
        cmocka_unit_test(test_default_server),
    };

    return cmocka_run_group_tests_name("import", tests, make_folder,
                                       remove_folder);
}
