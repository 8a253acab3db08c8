# shellcheck shell=bash
# A lab of the running script's own, and FastLb on its directors. Source this file from the repository's root, after console.sh.

readonly lab_name=${0##*/}-$$
readonly virtual_address=192.168.182.100
readonly DIRECTORS=(master backup)

# The fields of "fastlb status --json" that scripts look at, as jq filters.
# shellcheck disable=SC2034 # used by the scripts that source this file
readonly STATUS_SERVICE_PACKETS='.services[0].packets' STATUS_SERVICE_BYTES='.services[0].bytes' STATUS_FRAMES_LOST='.frames.lost'

# Process ids of what was started on each director: keepalived, or FastLb's supervisor.
declare -A director_pid

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
  mkdir -p "${DIRECTORS[@]/#/$lab_directory/}"
}

# Waits until a command succeeds; fails if it does not within so many seconds.
wait_until() { # SECONDS COMMAND...
  local deadline=$((SECONDS + $1))
  until "${@:2}"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

# Microseconds since the epoch.
now() {
  printf '%s' "${EPOCHREALTIME/[.,]/}"
}

director_log() { # DIRECTOR
  printf '%s/%s/log' "$lab_directory" "$1"
}

fastlb_runtime() { # DIRECTOR
  printf '%s/%s/run' "$lab_directory" "$1"
}

# Starts FastLb on a director and returns once it is ready, be it as master or as backup.
start_fastlb() { # DIRECTOR CONFIGURATION
  launch_fastlb "$1" "$2"
  await_fastlb "$1"
}

# Starts FastLb and does not wait for it.
launch_fastlb() { # DIRECTOR CONFIGURATION
  # At once: what a predecessor logged must not be taken for this one's.
  : >"$(director_log "$1")"
  # Not through lab(): in the background that would be one more process between this script and FastLb.
  scripts/lab -n "$lab_name" exec "$1" bin/fastlb run -f "$2" --runtime-dir "$(fastlb_runtime "$1")" 2>"$(director_log "$1")" &
  director_pid[$1]=$!
}

await_fastlb() { # DIRECTOR
  wait_until 20 fastlb_is_ready_or_gone "$1" && grep -q ready "$(director_log "$1")" && return
  cat "$(director_log "$1")" >&2
  die "FastLb on $1 did not become ready"
}

fastlb_is_ready_or_gone() { # DIRECTOR
  grep -q ready "$(director_log "$1")" || ! kill -0 "${director_pid[$1]}" 2>/dev/null
}

# Asks what runs on a director for an orderly stop and waits for it; its exit status is the function's.
stop_director() { # DIRECTOR
  kill -TERM "${director_pid[$1]}"
  wait "${director_pid[$1]}"
}

# Prints a process and all its descendants.
process_tree() { # PID
  local child
  printf '%s\n' "$1"
  for child in $(pgrep --parent "$1" || true); do process_tree "$child"; done
}

# As a power cut does: all processes of a director end at the same moment and clean nothing up, and its link goes dead.
power_off() { # DIRECTOR
  local pids
  mapfile -t pids < <(process_tree "${director_pid[$1]}")
  # Stopped first, so that none sees another die, or the link, and has time for its last words.
  kill -STOP "${pids[@]}"
  lab link "$1" down
  kill -KILL "${pids[@]}"
  wait "${director_pid[$1]}" 2>/dev/null || true
}

# The memory of a machine that was powered off is gone, and with it what its processes had done to its kernel.
power_on() { # DIRECTOR
  lab exec "$1" ip address delete "$virtual_address/32" dev ens33 2>/dev/null || true
  rm -rf "$(fastlb_runtime "$1")" "$lab_directory/$1"/*.pid
  lab link "$1" up
}

holds_virtual_address() { # DIRECTOR
  [[ -n $(lab exec "$1" ip -4 -brief address show to "$virtual_address") ]]
}

fastlb_status() { # DIRECTOR JQ-FILTER
  bin/fastlb status --json --runtime-dir "$(fastlb_runtime "$1")" | jq --raw-output "$2"
}

dataplane_pid() { # DIRECTOR
  cat "$(fastlb_runtime "$1")/dataplane.pid"
}

# Fetches a page of the virtual address from the client.
fetch() { # [CURL-OPTION...]
  lab exec client curl --silent --show-error --fail --max-time 5 "$@" "http://$virtual_address/"
}
