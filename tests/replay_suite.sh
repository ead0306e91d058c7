#!/bin/sh
# Gives each fuzz target the inputs kept for it: replay_suite.sh build/…/replay_TARGET…
# Every input is one test. A target without inputs, or one that dies before it has done them all, fails.
set -u

passed=0
failed=0
for program in "$@"; do
    target=${program##*/replay_}
    corpus=tests/fuzz/corpus/$target
    wanted=$(find "$corpus" -type f 2>/dev/null | wc -l)
    if [ "$wanted" -eq 0 ]; then
        echo "$target: FAILED, there is no input in $corpus"
        failed=$((failed + 1))
        continue
    fi
    output=$(find "$corpus" -type f | LC_ALL=C sort | xargs -d '\n' timeout 120 "$program" 2>&1)
    status=$?
    done=$(printf '%s\n' "$output" | grep -ac '^ok ')
    passed=$((passed + done))
    if [ "$status" -eq 0 ] && [ "$done" -eq "$wanted" ]; then
        echo "$target: $done inputs ok"
    else
        # what follows the last "ok" is the report on the input after it
        failed=$((failed + 1))
        printf '%s: FAILED (exit status %d) after %d of %d inputs\n%s\n' \
            "$target" "$status" "$done" "$wanted" "$(printf '%s\n' "$output" | grep -av '^ok ')"
    fi
done
echo "replay: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
