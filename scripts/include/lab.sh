# shellcheck shell=bash
# A lab of the running script's own, and FastLb on its director. Source this file from the repository's root, after console.sh.

readonly lab_name=${0##*/}-$$
readonly virtual_address=192.168.182.100

# The fields of "fastlb status --json" that scripts look at, as jq filters.
# shellcheck disable=SC2034 # used by the scripts that source this file
readonly STATUS_SERVICE_PACKETS='.services[0].packets' STATUS_SERVICE_BYTES='.services[0].bytes' STATUS_FRAMES_LOST='.frames.lost'

lab() { # COMMAND...
  scripts/lab -n "$lab_name" "$@"
}

# Sets the lab up, to be taken down whichever way the script ends. Sets lab_directory.
start_lab() { # [OPTION...]
  scripts/lab reap
  trap 'lab down' EXIT
  trap 'exit 130' INT TERM
  lab up --owner $$ "$@"
  lab_directory=$(lab directory)
}

# Waits until a command succeeds; fails if it does not within so many seconds.
wait_until() { # SECONDS COMMAND...
  local deadline=$((SECONDS + $1))
  until "${@:2}"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

# Starts FastLb on the director and returns once it is ready. Sets fastlb_pid.
start_fastlb() { # CONFIGURATION
  fastlb_log=$lab_directory/fastlb.log fastlb_runtime=$lab_directory/director/run
  mkdir -p "$lab_directory/director"
  # Not through lab(): in the background that would be one more process between this script and FastLb.
  scripts/lab -n "$lab_name" exec director bin/fastlb run -f "$1" --runtime-dir "$fastlb_runtime" 2>"$fastlb_log" &
  fastlb_pid=$!
  wait_until 20 fastlb_is_ready_or_gone && grep -q ready "$fastlb_log" && return
  cat "$fastlb_log" >&2
  die "FastLb did not become ready"
}

fastlb_is_ready_or_gone() {
  grep -q ready "$fastlb_log" || ! kill -0 "$fastlb_pid" 2>/dev/null
}

# Asks FastLb for an orderly stop and waits for it; its exit status is the function's.
stop_fastlb() {
  kill -TERM "$fastlb_pid"
  wait "$fastlb_pid"
}

fastlb_status() { # JQ-FILTER
  bin/fastlb status --json --runtime-dir "$fastlb_runtime" | jq --raw-output "$1"
}

dataplane_pid() {
  cat "$fastlb_runtime/dataplane.pid"
}

# Fetches a page of the virtual address from the client.
fetch() { # [CURL-OPTION...]
  lab exec client curl --silent --show-error --fail --max-time 5 "$@" "http://$virtual_address/"
}
