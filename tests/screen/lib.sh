# shellcheck shell=bash
# lib.sh: postseal in a real terminal. `start` runs it in tmux, `keys` presses
# keys, `wait_for` waits for a text, `shows` checks the screen.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
socket=postseal$$
tmux_() { tmux -L "$socket" -f /dev/null "$@"; }
# The program writes its recovery file when its terminal goes: wait for its end.
end_terminal() {
    local tries=0
    tmux_ kill-server 2>/dev/null || return 0
    while pgrep -f "^[^ ]*postseal -c $work/" >/dev/null && [ $tries -lt 50 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
}
on_exit=end_terminal

# start WIDTHxHEIGHT [ARGUMENT...]; what stands in `environment` is set for it.
environment=()
start() {
    local size=$1
    shift
    # Without this the server may be on its way out when the next one starts.
    tmux_ start-server ';' set -g exit-empty off
    tmux_ kill-session -t s 2>/dev/null
    rm -f "$work/status" "$work/errors"
    tmux_ new-session -d -s s -x "${size%x*}" -y "${size#*x}" \
        env TERM=screen-256color "${environment[@]}" \
        bash --norc -c '"$@" 2>"'"$work"'/errors"; echo $? >"'"$work"'/status"
            stty -a >"'"$work"'/stty"; exec sleep 60' \
        start "$POSTSEAL" -c "$config" "$@"
    tmux_ set -g status off
}
# Named keys as tmux knows them: keys t Enter Escape C-s Down.
keys() {
    local key
    for key in "$@"; do
        tmux_ send-keys -t s "$key"
        sleep 0.03
    done
}
# Letters as they are; slowly enough to be typing.
text() { tmux_ send-keys -t s -l -- "$1"; sleep 0.05; }
# A mouse click, with --mouse and a TERM that has one.
click() { # COLUMN ROW, from 1
    local bytes
    printf -v bytes '\033[<0;%d;%dM\033[<0;%d;%dm' "$1" "$2" "$1" "$2"
    text "$bytes"
}
paste() { tmux_ set-buffer -- "$1"; tmux_ paste-buffer -p -t s; sleep 0.05; }
screen() { tmux_ capture-pane -p -t s; }
cursor_row() { tmux_ display -p -t s '#{cursor_y}'; }
cursor_column() { tmux_ display -p -t s '#{cursor_x}'; }
# The line the cursor is on.
cursor_line() { screen | sed -n "$(($(cursor_row) + 1))p"; }
resize() { tmux_ resize-window -t s -x "${1%x*}" -y "${1#*x}"; sleep 0.2; }

# Up to 6 seconds, or longer where a look at the screen takes long; true when the
# text is on the screen. When the program never showed anything at all, the test
# ends here.
wait_for() {
    local tries=0
    while [[ $(screen 2>/dev/null) != *"$1"* ]]; do
        tries=$((tries + 1))
        if [ $tries = 200 ]; then
            echo "# waited in vain for: $1"
            return 1
        fi
        if [ $((tries % 10)) = 0 ] && ! tmux_ has-session -t s 2>/dev/null; then
            echo "not ok $((count + 1)) - the terminal has ended"
            failures=1
            finish
        fi
        sleep 0.03
    done
}
shows() { # TEXT WHAT
    wait_for "$1"
    ok $? "$2" || screen | sed 's/^/#   |/'
}
shows_not() { # TEXT WHAT, as the screen is now
    screen | grep -qF -- "$1"
    [ $? = 1 ]
    ok $? "$2" || screen | sed 's/^/#   |/'
}
# The same, but waits up to 5 seconds until it is gone.
shows_no_more() { # TEXT WHAT
    local tries=0
    while [[ $(screen) == *"$1"* ]] && [ $tries -lt 160 ]; do
        tries=$((tries + 1))
        sleep 0.03
    done
    shows_not "$1" "$2"
}
# The decision dialogs are deaf for 0.7 s on purpose.
deaf() { sleep 0.8; }
# The exit status, once the program has ended.
ended() {
    local tries=0
    while [ ! -s "$work/status" ]; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || return 1
        sleep 0.05
    done
    cat "$work/status"
}
