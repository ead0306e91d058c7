#!/bin/sh
# Runs libFuzzer programs, each for a time: fuzz_suite.sh SECONDS build/…/fuzz_TARGET…
# Starts from the inputs kept in tests/fuzz/corpus; what is found goes to build/fuzz/corpus, crashes to build/fuzz.
# An input worth keeping is copied to tests/fuzz/corpus/TARGET by hand, where `make replay` finds it.
set -u

seconds=${1:?usage: fuzz_suite.sh SECONDS PROGRAM…}
shift
passed=0
failed=0
for program in "$@"; do
    target=${program##*/fuzz_}
    found=build/fuzz/corpus/$target
    kept=tests/fuzz/corpus/$target
    dictionary=tests/fuzz/$target.dict
    mkdir -p "$found"
    set -- -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -print_final_stats=1
    set -- "$@" -artifact_prefix="build/fuzz/$target-" "$found"
    [ ! -d "$kept" ] || set -- "$@" "$kept"
    [ ! -f "$dictionary" ] || set -- -dict="$dictionary" "$@"
    echo "fuzzing $target for $seconds s"
    if "$program" "$@" >"build/fuzz/$target.log" 2>&1; then
        grep -a 'number_of_executed_units\|new_units_added' "build/fuzz/$target.log"
        passed=$((passed + 1))
    else
        tail -n 60 "build/fuzz/$target.log"
        failed=$((failed + 1))
    fi
done
echo "fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
