/* SPDX-License-Identifier: MIT */
/*
 * memory PID: looks for byte strings in the memory of a running program, as a
 * core image would hold it. Needs root where the program is not dumpable.
 *
 * Each line of standard input is a string to look for: "NAME text BYTES" or
 * "NAME hex DIGITS". Says "NAME PLACE" for each place where one is found: what
 * the mapping is called, and "undumped" behind it when a core image leaves it
 * out.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WANTED_MAX 32

struct wanted {
    char name[64];
    unsigned char bytes[512];
    size_t len;
};

struct mapping {
    unsigned long start, end;
    char label[256];
    bool readable, undumped;
};

static struct wanted wanted[WANTED_MAX];
static size_t wanted_count;

static void die(const char *what)
{
    fprintf(stderr, "memory: %s\n", what);
    exit(2);
}

static void take_hex(struct wanted *w, const char *digits)
{
    unsigned byte;

    for (; sscanf(digits, "%2x", &byte) == 1 && w->len < sizeof(w->bytes);
         digits += 2)
        w->bytes[w->len++] = (unsigned char)byte;
}

static void read_wanted(void)
{
    char line[1024], kind[8];

    while (fgets(line, sizeof(line), stdin) && wanted_count < WANTED_MAX) {
        struct wanted *w = &wanted[wanted_count++];
        int at = 0;

        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%63s %7s %n", w->name, kind, &at) != 2 || !line[at])
            die("a line is NAME text BYTES or NAME hex DIGITS");
        if (strcmp(kind, "hex") == 0)
            take_hex(w, line + at);
        else
            w->len = (size_t)snprintf((char *)w->bytes, sizeof(w->bytes), "%s",
                                      line + at);
    }
}

static void search(const struct mapping *m, const unsigned char *bytes,
                   size_t len)
{
    for (size_t i = 0; i < wanted_count; i++) {
        const unsigned char *at = bytes;

        while ((at = memmem(at, len - (size_t)(at - bytes), wanted[i].bytes,
                            wanted[i].len))) {
            printf("%s %s%s\n", wanted[i].name, m->label,
                   m->undumped ? " undumped" : "");
            at++;
        }
    }
}

static void look(int mem, const struct mapping *m)
{
    size_t size = m->end - m->start;
    unsigned char *bytes;
    ssize_t got;

    /* Kernel pages cannot be read; nor is anything of the program in them. */
    if (!m->readable || strncmp(m->label, "[v", 2) == 0)
        return;
    bytes = malloc(size);
    if (!bytes)
        die("not enough memory");
    for (size_t done = 0; done < size; done += (size_t)got) {
        got = pread(mem, bytes + done, size - done, (off_t)(m->start + done));
        if (got <= 0) {
            size = done;
            break;
        }
    }
    search(m, bytes, size);
    free(bytes);
}

static bool begins_mapping(const char *line, struct mapping *m)
{
    unsigned long start, end;
    char rights[8], label[256] = "";

    if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %255[^\n]", &start, &end, rights,
               label) < 3)
        return false;
    *m = (struct mapping){start, end, "", rights[0] == 'r', false};
    snprintf(m->label, sizeof(m->label), "%s", *label ? label : "anonymous");
    return true;
}

int main(int argc, char **argv)
{
    char path[64], line[512];
    struct mapping m = {0};
    int mem, mappings = 0;
    FILE *maps;

    if (argc != 2)
        die("usage: memory PID");
    read_wanted();
    snprintf(path, sizeof(path), "/proc/%s/mem", argv[1]);
    mem = open(path, O_RDONLY | O_CLOEXEC);
    snprintf(path, sizeof(path), "/proc/%s/smaps", argv[1]);
    maps = fopen(path, "re");
    if (mem < 0 || !maps)
        die("the program's memory cannot be read");
    while (fgets(line, sizeof(line), maps)) {
        if (begins_mapping(line, &m))
            mappings++;
        /* The last line of each. */
        else if (strncmp(line, "VmFlags:", 8) == 0) {
            m.undumped = strstr(line, " dd") != NULL;
            look(mem, &m);
        }
    }
    if (!mappings)
        die("the program has no memory");
    fclose(maps);
    close(mem);
    return 0;
}
