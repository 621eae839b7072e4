# shellcheck shell=bash
# places.sh: every place of the screens and how to get there, for tests of what
# holds everywhere. `begin SIZE PLACE` starts the program and goes there; `still`
# waits until the screen stands still. Sourced behind lib.sh.
BUILD=$(realpath "$BUILD")
start_mailserver --name mail.example.org=127.0.0.1 \
    --name '_imaps._tcp.example.org=srv:0:0:imap:mail.example.org' \
    --name '_imaps._tcp.customer.example=srv:0:0:private:hoster.example' \
    --name hoster.example=127.0.0.1 \
    imap=imap:tls:good self=imap:tls:selfsigned swap=imap:tls:selfsigned \
    early=imap:tls:notyet worst=imap:tls:worst private=imap:tls:private slow=imap:tls:good:mute \
    relay=smtp:starttls:good oauth=imap:tls:good:auth=XOAUTH2 \
    grant=http:tls:good:oauth=never

# PLACE | TEXT | KEY...: TEXT is seen when one is there. Of the keys "=a_b" types
# "a b"; "@text" waits for it, "@over" for the end of the test, a comma until the
# screen stands still, "deaf" until a decision listens.
places='
accounts          |[1 Accounts]          |Down
empty             |Press a to add one    |
server            |[2 Server]            |2 Down Down
field             |Server name           |2 / =server_name Enter Enter =.x
number            |Port                  |2 / =port Enter Enter
choice            |none (not encrypted)  |2 / =security Enter Enter
secret            |Password              |2 / =password Enter Enter =abc
reference         |(the default:         |2 / =outgoing Enter Enter
find              |Find: clu             |/ =clu
outgoing          |[3 Outgoing]          |3
outgoing-fields   |> Shown as            |3 Right
outgoing-field    |Enter Take            |3 Right Down Enter
exceptions        |(Exceptions 2)        |4
exception-details |Accepted for          |4 Enter
authorities       |(Authorities          |4 Right , g
authority-details |Origin                |4 Right , g Enter
yours             |(Yours 1)             |4 Right , Right
yours-details     |Used by               |4 Right , Right , Tab
filter            |Show only some        |4 f
help              |Help: Accounts        |?
help-find         |Find: mar             |? / =mar
help-of-dialog    |Help: Question        |d deaf ?
delete            |Delete the account    |Down d deaf
add               |New account           |a
search            |Use these servers     |a =Ann Tab =ann@example.org Tab Tab Enter @found @ended
search-details    |Named by              |a =Ann Tab =ann@example.org Tab Tab Enter @found @ended Up v
search-yes        |of another domain     |a =Ann Tab =ann@customer.example Tab Tab Enter @needs @ended Enter deaf
test              |Logged in             |t @over
running           |TLS handshake    ...  |/ =slow Enter t @TLS
failed            |Add an exception      |/ =club Enter t @over
clock             |Correct the clock     |/ =early Enter t @over Enter deaf
log               |Log: work             |t @over l
report            |Write report          |t @over w
view              |Certificate 1 of      |/ =club Enter t @over v
view-chain        |Certificate 2 of      |t @over v @Certificate Right
view-write        |Write to:             |/ =club Enter t @over v @Certificate e
operator          |A text for the        |/ =club Enter t @over o
operator-write    |Write to:             |/ =club Enter t @over o @text e
exception         |Add security          |/ =club Enter t @over x @Add deaf
exception-paste   |Add security          |/ =club Enter t @over x @Add deaf Tab Tab =F41A
exception-view    |Certificate 1 of      |/ =club Enter t @over x @Add deaf v
locate            |Add security          |4 a
changed           |STOP                  |/ =swap Enter t @over Enter @STOP deaf
trust             |Trust an authority    |/ =private Enter t @over a @authority deaf
password          |asks for the password |/ =asks Enter t @asks deaf
password-keep     |nowhere               |/ =asks Enter t @asks deaf =abc Tab
permit            |WDJB-MJHT             |/ =oauth Enter t @WDJB deaf
import            |Import from another   |i
import-preview    |Import from msmtp     |i Space Enter Enter Enter Enter @take deaf
export            |Export to another     |e
export-preview    |w Write it            |e Enter Enter Enter Enter
import-exceptions |Import exceptions     |4 i
export-exceptions |Export exceptions     |4 e
remove-exception  |Remove this exception |4 d deaf
import-authority  |Import authorities    |4 Right , i
export-authority  |Export an authority   |4 Right , / =example_net_ca Enter e
limit-authority   |Limit an authority    |4 Right , / =example_net_ca Enter l
remove-authority  |Remove this authority |4 Right , / =example_net_ca Enter d deaf
import-yours      |Import your           |4 Right , Right , i
export-yours      |Export your           |4 Right , Right , e
use-yours         |Use your              |4 Right , Right , Enter
remove-yours      |Remove your           |4 Right , Right , d deaf
leave             |not saved             |2 Down Down Enter =1 Enter Escape q deaf
conflict          |changed on disk       |2 Down Down Enter C-u =1143 Enter !theirs s @disk deaf
recovery          |Unsaved changes       |deaf
'
of_place() { # PLACE COLUMN
    awk -F'|' -v place="$1" -v column="$2" '
        { name = $1; gsub(/ /, "", name) }
        name == place { sub(/ *$/, "", $column); print $column }' <<<"$places"
}
all_places() { awk -F'|' 'NF > 1 { gsub(/ /, "", $1); print $1 }' <<<"$places"; }

account() { # ID LISTENER [LINE...]
    printf '[account %s]\nlabel = %s\nhost = localhost\nport = %s\nuser = ann\n' \
        "$1" "$1" "$(port "$2")"
    shift 2
    [ $# = 0 ] || printf '%s\n' "$@"
}
secret='password-command = printf secret'
accounts() {
    local name
    {
        printf '[defaults]\nsmtp = relay\ndns-server = 127.0.0.1:%s\n' "$(port dns)"
        printf 'autoconfig-url = off\ntimeout = 60\n'
        account work imap "$secret"
        account club self "$secret" 'smtp = '
        account slow slow "$secret"
        account swap swap "$secret"
        account early early "$secret"
        account asks imap
        account private private "$secret"
        account oauth oauth oauth-client-id=postseal-test \
            "oauth-device-endpoint = https://localhost:$(port grant)/device" \
            "oauth-token-endpoint = https://localhost:$(port grant)/token"
        printf '[smtp relay]\nlabel = Relay\nhost = localhost\nport = %s\n' \
            "$(port relay)"
        printf 'security = starttls\naccount = work\n'
    } >"$config"
    for name in early private; do
        sed -i "/^\[account $name\]/,/^user/s/^host.*/host = mail.example.org/" "$config"
    done
    chmod 600 "$config"
    rm -f "$work"/config/postseal/*.recovery
}
sha_of() { # KIND
    openssl x509 -in "$pki/$1.pem" -outform DER | sha256sum | cut -d' ' -f1
}

# What stands beside the accounts, once: two exceptions, one of which has been
# changed since, an authority, a certificate of one's own, settings to import.
accounts
for listener in swap worst; do
    kind=selfsigned
    [ $listener = swap ] || kind=worst
    postseal exception add "imaps://localhost:$(port $listener)" \
        --sha256 "$(sha_of $kind)" >/dev/null 2>&1
done
cp "$pki/replaced.pem" "$pki/selfsigned.pem"
chmod 600 "$pki"/person*.pem
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
    -subj "/CN=Example Net CA" -addext basicConstraints=critical,CA:TRUE \
    -keyout /dev/null -out "$work/net.pem" 2>/dev/null
postseal authority import "$work/net.pem" --domain example.net >/dev/null 2>&1
postseal identity import "$pki/person.pem" >/dev/null 2>&1
cat >"$HOME/.msmtprc" <<'RC'
account other
host mail.example.org
port 465
user ann
RC
chmod 600 "$HOME/.msmtprc"
cp -a "$work/config/postseal" "$work/beside"

# All as it was, whatever a test has done.
anew() {
    tmux_ kill-session -t s 2>/dev/null
    rm -rf "$work/config/postseal"
    cp -a "$work/beside" "$work/config/postseal"
    accounts
}

# -- going there -------------------------------------------------------------

# The cursor and the screen in one text.
state() {
    tmux_ display -p -t s '#{cursor_x},#{cursor_y} #{cursor_flag}' ';' \
        capture-pane -p -t s 2>/dev/null
}
# The state, once it is the same twice.
still() {
    local now before='' tries=0
    while [ $tries -lt 60 ]; do
        now=$(state)
        [ "$now" != "$before" ] || break
        before=$now
        tries=$((tries + 1))
        sleep 0.1
    done
    printf '%s\n' "$now"
}
over() { # the test, as its title says
    local tries=0
    while [ $tries -lt 100 ]; do
        case $(screen | head -n 1) in Test:*' OK' | Test:*' FAIL') return ;; esac
        tries=$((tries + 1))
        sleep 0.1
    done
}
running() { pgrep -f "^$POSTSEAL -c $config" | head -n 1; }
press() { # KEY...: as in the table
    local key together=()
    for key in "$@" .; do
        case $key in
        [A-Za-z0-9/?]* | '?')
            if [ "$key" != deaf ]; then
                together+=("$key")
                [ "$key" = Escape ] || continue
            fi ;;
        esac
        [ ${#together[@]} = 0 ] || tmux_ send-keys -t s "${together[@]}"
        together=()
        case $key in
        =*) key=${key#=} && tmux_ send-keys -t s -l -- "${key//_/ }" ;;
        @over) over ;;
        @*) wait_for "${key#@}" ;;
        ,) still >"$work/still" ;;
        Escape) sleep 0.2 ;;
        deaf) sleep 0.8 ;;
        '!theirs') sed -i '/^\[account work\]/,/^user/s/^port.*/port = 2143/' "$config" ;;
        esac
    done
}
begin() { # SIZE PLACE [WAY]: the table's own way; false when it is not there
    local seen pid
    seen=$(of_place "$2" 2)
    pid=$(running)
    [ -z "$pid" ] || kill -9 "$pid" # leaves no recovery file
    anew
    case $2 in
    empty) rm "$config" ;;
    recovery) cp -a "$work/beside.recovery" "$work/config/postseal/$recovery" ;;
    esac
    start "$1" --ca "$pki/ca.pem"
    case $2 in
    recovery) wait_for "$seen" ;;
    *) wait_for "Certificates" ;;
    esac
    # shellcheck disable=SC2046
    press ${3:-$(of_place "$2" 3)}
    wait_for "$seen"
}

# An unsaved change whose line has dropped.
start 80x24 --ca "$pki/ca.pem"
wait_for "[1 Accounts]"
press 2 Down Down Enter =1 Enter @unsaved
kill -HUP "$(running)"
ended >/dev/null
recovery=$(cd "$work/config/postseal" && echo .*.recovery *.recovery | tr ' ' '\n' |
    grep -v '\*')
cp -a "$work/config/postseal/$recovery" "$work/beside.recovery"
# What a test writes without saying where.
mkdir "$work/cwd"
cd "$work/cwd" || exit 1
