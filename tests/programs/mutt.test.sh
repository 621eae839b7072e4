#!/bin/bash
# mutt: reading and sending.
. "$(dirname "$0")/../lib.sh"
mutt=mutt
. tests/programs/mutt.sh
