#!/bin/bash
# Runs the quota simulation, optimised, on every core; fails and prints the seeds that break a rule.
# Usage: simulate.sh COUNT FIRST
set -euo pipefail
cd "$(dirname "$0")/.."
count=$1
first=$2

swift build -c release --product quota-simulator
simulator=$(swift build -c release --show-bin-path)/quota-simulator
workers=$(nproc)
share=$(((count + workers - 1) / workers))
pids=()
for ((worker = 0; worker < workers && worker * share < count; worker++)); do
    left=$((count - worker * share))
    "$simulator" $((left < share ? left : share)) $((first + worker * share)) &
    pids+=("$!")
done
status=0
for pid in "${pids[@]}"; do wait "$pid" || status=1; done
exit "$status"
