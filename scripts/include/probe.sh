# shellcheck shell=bash
# The client's probe: a new connection to the virtual address every 10 ms. Source this file after lab.sh.
# shellcheck disable=SC2154 # lab_name, lab_directory and virtual_address come from there

readonly PROBE=artifacts/bin/FastLb.Probing/release/FastLb.Probing

build_probe() {
  dotnet build perf/FastLb.Probing --configuration Release --nologo --verbosity quiet
}

# Returns once connections are being made.
start_probe() {
  scripts/lab -n "$lab_name" exec client "$PROBE" --target "$virtual_address:80" \
    --attempts "$lab_directory/probe.attempts" >"$lab_directory/probe.json" 2>"$lab_directory/probe.log" &
  probe_pid=$!
  wait_until 10 grep -q probing "$lab_directory/probe.log" || die "the probe does not start: $(cat "$lab_directory/probe.log")"
  sleep 0.3
}

# Ends the probe a moment later, so that it has seen how things go on.
stop_probe() {
  sleep 0.7
  kill -TERM "$probe_pid"
  wait "$probe_pid" || die "the probe failed: $(cat "$lab_directory/probe.log")"
  printf '    probe: %s\n' "$(probed '"\(.total) connections, \(.failed) failed, answers \(.answers | map_values(.count) | tojson),"
    + " faults \(.faults | tojson), own lateness at most \(.greatestLatenessMilliseconds) ms, disturbed \(.disturbed)"')"
}

# Prints something of the last probe's report.
probed() { # JQ-FILTER
  jq --raw-output "$1" "$lab_directory/probe.json"
}

# The longest time without a successful connection, in whole milliseconds.
longest_outage() {
  probed 'if .answered == 0 or .endsInOutage then "not over" else .longestOutageMilliseconds | round end'
}

# Milliseconds from a moment (in microseconds, as "now" prints it) to one that the report names.
probed_after() { # MOMENT JQ-FILTER
  probed "($2) as \$time | if \$time == null then \"never\" else .startedAtUnixMilliseconds + \$time - $1 / 1000 | round end"
}
