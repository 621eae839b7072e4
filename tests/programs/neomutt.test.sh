#!/bin/bash
# neomutt: reading and sending.
. "$(dirname "$0")/../lib.sh"
mutt=neomutt
. tests/programs/mutt.sh
