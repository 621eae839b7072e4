#!/bin/bash
# layers.sh: the rules of docs/architecture.md that a compiler does not check.
# Prints each line that breaks one, behind the rule's sentence.
set -u
shopt -s lastpipe # the counters live beyond the pipes
cd "$(dirname "$0")/../.." || exit 1
code=$(mktemp -d)
trap 'rm -rf "$code"' EXIT
failures=0 rules=0

sources=$(git ls-files --cached --others --exclude-standard \
    '*.c' '*.h' 2>/dev/null)
[ -n "$sources" ] || sources=$(find core tui cli tests fuzz -name '*.[ch]')
sources=$(for file in $sources; do [ -e "$file" ] && echo "$file"; done)

# The code alone, line by line: no comments, empty strings. Includes are kept
# apart, as their names are strings.
for file in $sources; do
    mkdir -p "$code/$(dirname "$file")"
    awk '{
        line = $0
        if (line ~ /^#[ \t]*include/) { print line; next }
        gsub(/\\\\/, "", line); gsub(/\\"/, "", line)
        gsub(/\047"\047/, "0", line)
        gsub(/"[^"]*"/, "\"\"", line)
        out = ""
        while (line != "") {
            if (inside) {
                at = index(line, "*/")
                if (!at) break
                line = substr(line, at + 2); inside = 0
            } else {
                at = index(line, "/*")
                if (!at) { out = out line; break }
                out = out substr(line, 1, at - 1)
                line = substr(line, at + 2); inside = 1
            }
        }
        print out
    }' "$file" >"$code/$file"
done
cd "$code" || exit 1

# rule SENTENCE: the offending lines come on stdin.
rule() {
    local found
    found=$(cat)
    rules=$((rules + 1))
    if [ -z "$found" ]; then
        echo "ok $rules - $1"
        return
    fi
    failures=$((failures + 1))
    echo "not ok $rules - $1"
    printf '%s\n' "$found" | head -n 20 | sed 's/^/#   /'
}
# calls NAMES PATH...: where a function of that name is called.
calls() {
    local names=$1
    shift
    grep -rnE "(^|[^A-Za-z0-9_.>])($names)[ ]*\(" "$@" 2>/dev/null
}
includes() { # PATTERN PATH...
    local pattern=$1
    shift
    grep -rnE "^#[ ]*include[ ]*[\"<]($pattern)" "$@" 2>/dev/null
}

includes '(ncurses|curses|term)[^"]*\.h|tui/|cli/' core |
    rule "core knows no screen and no command"
includes 'core/|tui/' tests/server | rule "the test server shares no code"
{
    includes 'cli/' tui
    includes 'tui/' cli | grep -v '^cli/main.c:[0-9]*:#include "tui/tui.h"'
} | rule "tui and cli meet in cli/main.c and tui/tui.h alone"
includes '[a-z_]+_private\.h|[a-z/]*/[a-z_]+_private\.h' tui cli |
    grep -E '"core/' | rule "private headers of core stay in core"

folders=(base account trust net mail secret probe setup exchange)
for ((i = 0; i < ${#folders[@]}; i++)); do
    for ((k = i + 1; k < ${#folders[@]}; k++)); do
        [ -d "core/${folders[i]}" ] &&
            includes "core/${folders[k]}/" "core/${folders[i]}"
    done
done | rule "a folder of core uses only those above it"

includes '(ncurses|curses|term)[^"]*\.h' tui cli | grep -v 'termios\.h>' |
    grep -E '^(cli/|tui/widgets/(list|lineedit|trust_form)\.)' |
    rule "list, lineedit and the commands know no curses"
calls 'SSL_[a-z]\w*' core tui cli | grep -v '^core/net/tls' |
    rule "only core/net/tls calls SSL_*"
includes 'iniparser|dictionary' core tui cli tests |
    grep -vE '^(core/base/ini_reader\.c|tests/unit/)' |
    rule "only core/base/ini_reader knows iniparser"
includes 'curl/' core tui cli | grep -v '^core/net/http' |
    rule "only core/net/http knows libcurl"

calls 'poll|ppoll|select|epoll_wait|sleep|usleep|nanosleep|napms' core tui cli |
    grep -vE '^core/base/loop|poll\(.*, 0\)' |
    rule "only the loop polls or sleeps"
# The workspace is where the clock is handed to all others.
calls 'time|clock_gettime|gettimeofday' core |
    grep -vE '^core/(base/loop|probe/workspace)' |
    rule "core is told the time"
calls 'printf|puts|putchar|perror|fputs|exit' core |
    rule "core neither prints nor exits"
calls 'getaddrinfo|gethostbyname\w*' core tui cli |
    rule "names are never looked up by a call that blocks"
calls 'refresh|wrefresh|doupdate|wnoutrefresh' tui |
    grep -vE '^tui/(app|term|draw)\w*\.' | rule "only draw refreshes ..."
calls 'draw_end' tui | grep -vE '^tui/(app|draw)\w*\.' |
    rule "... when app says so"

calls 'strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|strtok|system|popen' \
    core tui cli tests fuzz | rule "none of the banned functions"
cd - >/dev/null || exit 1
for file in $sources; do
    [ "$(head -n 1 "$file")" = "/* SPDX-License-Identifier: MIT */" ] ||
        echo "$file"
done | rule "every C file begins with its licence line"
for file in $sources; do
    [[ $file == *.h ]] || continue
    guard=POSTSEAL_$(echo "${file%.h}_H" | tr 'a-z/-' 'A-Z__')
    grep -q "^#ifndef $guard\$" "$file" || echo "$file: $guard"
done | rule "header guards are named after the path"
for file in $sources; do
    length=$(wc -l <"$file")
    limit=650
    [[ $file != tests/unit/* ]] || limit=800
    [ "$length" -le $limit ] || echo "$file: $length lines"
done | rule "no file is longer than 650 lines, no unit test than 800"
grep -nE '\b(TODO|FIXME|XXX)\b' $sources | rule "nothing is left to be done"
echo "1..$rules"
[ $failures = 0 ]
