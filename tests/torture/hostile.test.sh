#!/bin/bash
# All hostile certificates, each explained and judged in each form.
cd "$(dirname "$0")/../.." || exit 1
EVERY=1 PART=1 exec bash tests/cli/hostile.test.sh
