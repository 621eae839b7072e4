#!/bin/sh
# programs.sh: the mail programs that exports are tried with, below
# build/programs (see fetch.sh). Himalaya is not in Debian.
set -eu
cd "$(dirname "$0")/../.."
store=build/programs
. tests/setup/fetch.sh

get msmtp /usr/bin/msmtp msmtp
get mbsync /usr/bin/mbsync isync libsasl2-modules
get neomutt /usr/bin/neomutt neomutt libsasl2-modules
get mutt /usr/bin/mutt mutt libsasl2-modules
get fetchmail /usr/bin/fetchmail fetchmail
get getmail /usr/bin/getmail getmail6
get offlineimap /usr/bin/offlineimap offlineimap3
get aerc /usr/bin/aerc aerc
get s-nail /usr/bin/s-nail s-nail
tell_missing
