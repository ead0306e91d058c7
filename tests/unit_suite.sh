#!/bin/sh
# Runs cmocka programs and adds up their tests: unit_suite.sh PROGRAM…
# A program that dies, or fails without naming a test, counts as one failure.
set -u

passed=0
failed=0
for program in "$@"; do
    output=$(CMOCKA_MESSAGE_OUTPUT=TAP timeout 60 "$program" 2>&1)
    status=$?
    ok=$(printf '%s\n' "$output" | grep -ac '^ok ')
    not_ok=$(printf '%s\n' "$output" | grep -ac '^not ok ')
    if [ "$status" -ne 0 ] && [ "$not_ok" -eq 0 ]; then
        not_ok=1
    elif [ "$ok" -eq 0 ] && [ "$not_ok" -eq 0 ]; then
        output="$output
$program ran no test"
        not_ok=1
    fi
    passed=$((passed + ok))
    failed=$((failed + not_ok))
    if [ "$not_ok" -eq 0 ]; then
        echo "$program: $ok ok"
    else
        printf '%s: FAILED (exit status %d)\n%s\n' "$program" "$status" "$output"
    fi
done
echo "unit: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
