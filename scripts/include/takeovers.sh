# shellcheck shell=bash
# What the demonstration shows of servers and directors that come and go. Source this file after lab.sh, addresses.sh, table.sh and probe.sh.
# shellcheck disable=SC2154 # virtual_address comes from there

# Bounds that follow from the lab's configurations, in milliseconds.
# A stopped server refuses the check at once: delay_loop 6 s until it is checked, one retry after delay_before_retry 3 s.
readonly SERVER_LEAVES=9000
# While a server is down it is checked every delay_loop, and the first success counts.
readonly SERVER_RETURNS=6000
# Three advertisement intervals and the backup's skew, (256 - 90) / 256 s; a master that leaves says so, and only the skew remains.
readonly POWER_OFF=3648 ORDERLY_STOP=648
# Three intervals and the master's skew, (256 - 100) / 256 s.
readonly PREEMPTION=3609

server_is() { # HEALTH ADDRESS DIRECTOR
  [[ $(fastlb_status "$3" ".services[0].servers[] | select(.address == \"$2\").health") == "$1" ]]
}

both_directors_say() { # HEALTH ADDRESS
  server_is "$1" "$2" master && server_is "$1" "$2" backup
}

# Prints what FastLb on a director says it is.
vrrp_state() { # DIRECTOR
  bin/fastlb vrrp --json --runtime-dir "$(fastlb_runtime "$1")" | jq --raw-output '.instances[0].state' || true
}

servers_that_answer() { # REQUESTS
  local answers=() answer
  for ((request = 0; request < $1; request++)); do
    answer=$(fetch || true)
    answers+=("${answer#this is }")
  done
  printf '%s' "${answers[*]}"
}

# Who is first is the scheduler's choice; from then on the servers take turns.
in_turn() { # FIRST-SERVER REQUESTS
  local server=$1 turns=()
  for ((request = 0; request < $2; request++)); do
    turns+=("$server")
    if [[ $server == web01 ]]; then server=web02; else server=web01; fi
  done
  printf '%s' "${turns[*]}"
}

show_round_robin() {
  local answers
  step "fetching http://$virtual_address/ six times"
  answers=$(servers_that_answer 6)
  row "servers that answered six requests" "$(in_turn "${answers%% *}" 6)" "$answers"
}

show_start() {
  local director ready moved
  for director in "${DIRECTORS[@]}"; do watch_addresses "$director"; done
  step "starting FastLb on both directors, with tests/lab/master.conf and tests/lab/backup.conf"
  for director in "${DIRECTORS[@]}"; do launch_fastlb "$director" "tests/lab/$director.conf"; done
  for director in "${DIRECTORS[@]}"; do await_fastlb "$director"; done
  ready=$(now)
  wait_until 10 only_director master || true
  moved=$(acquisition master 0) || moved=$(now)
  row_within "the master has the address, from ready on" $PREEMPTION $(((moved - ready) / 1000))
  for director in "${DIRECTORS[@]}"; do sed "s/^/    $director: /" "$(director_log "$director")"; done
  row "directors that have the address" master "$(holders)"
  row "what they say they are" "master backup" "$(vrrp_state master) $(vrrp_state backup)"
}

show_stopped_server() {
  local stopped
  step "stopping the web server on web01"
  start_probe
  stopped=$(now)
  lab web web01 stop
  wait_until 15 both_directors_say down 192.168.182.132 || true
  stop_probe
  row_within "web01 stopped: last request that failed, after" $SERVER_LEAVES "$(probed_after "$stopped" '.lastFailureMilliseconds')"
  row_noted "    requests that failed / all meanwhile" "$(probed '"\(.failed) / \(.total)"')"
  row_noted "    longest time without any success" "$(seconds "$(longest_outage)")"
  row "    servers that answer four requests" "web02 web02 web02 web02" "$(servers_that_answer 4)"

  step "starting it again"
  start_probe
  stopped=$(now)
  lab web web01 start
  wait_until 15 both_directors_say up 192.168.182.132 || true
  stop_probe
  row_within "web01 started: first request that it answers, after" $SERVER_RETURNS \
    "$(probed_after "$stopped" '.answers["this is web01"].firstMilliseconds')"
  row "    requests that failed" 0 "$(probed .failed)"
}

# Prints how long nothing succeeded while the virtual address moved, and who has it.
show_takeover() { # WHAT BOUND DIRECTOR
  wait_until 15 only_director "$3" || true
  stop_probe
  row_within "$1: longest outage" "$2" "$(longest_outage)"
  row_noted "    connections that failed" "$(probed .failed)"
  row "    director that has the address" "$3" "$(holders)"
}

show_orderly_stop() {
  local status=0
  step "stopping FastLb on the master"
  start_probe
  stop_director master || status=$?
  show_takeover "master stopped in order" $ORDERLY_STOP backup
  show_what_is_left master "$status"

  step "starting it again"
  start_probe
  start_fastlb master tests/lab/master.conf
  show_takeover "master started again, preempts" 0 master
}

show_power_off() {
  step "cutting the master's power: all its processes killed, its link dead"
  start_probe
  power_off master
  # What its kernel still has, nobody hears.
  wait_until 15 holds_virtual_address backup || true
  stop_probe
  row_within "master powered off: longest outage" $POWER_OFF "$(longest_outage)"
  row_noted "    connections that failed" "$(probed .failed)"
  row "    what the backup says it is" master "$(vrrp_state backup)"

  step "switching it on again"
  start_probe
  power_on master
  start_fastlb master tests/lab/master.conf
  show_takeover "master switched on again, preempts" 0 master
  row "    servers that answer four requests" "web01 web01 web02 web02" "$(servers_that_answer 4 | tr ' ' '\n' | sort | xargs)"
}

# What a director that was stopped must not leave behind.
# The lab's own watchers run in the namespace, too.
fastlb_processes() { # DIRECTOR
  local pid
  for pid in $(ip netns pids "$(lab namespace "$1")"); do
    [[ $(cat "/proc/$pid/comm" 2>/dev/null) != fastlb ]] || echo "$pid"
  done
}

show_what_is_left() { # DIRECTOR EXIT-STATUS
  row "    exit status after SIGTERM" 0 "$2"
  row "    XDP programs, addresses, nft tables left" "0 0 0" "$(
    printf '%d %d %d' "$(lab exec "$1" ip link show | grep -c xdp || true)" \
      "$(lab exec "$1" ip address show | grep -cE "inet ($virtual_address|10\.0\.0\.1)/" || true)" "$(lab exec "$1" nft list tables | wc -l)"
  )"
  row "    managed neighbours, runtime files left" "0 0" "$(
    printf '%d %d' "$(lab exec "$1" ip neighbour show | grep -c managed || true)" "$(find "$(fastlb_runtime "$1")" -mindepth 1 2>/dev/null | wc -l)"
  )"
  row "    processes left" 0 "$(fastlb_processes "$1" | wc -l)"
}

show_the_end() {
  local director status
  for director in "${DIRECTORS[@]}"; do
    row "$director: UMEM frames lost" 0 "$(fastlb_status "$director" "$STATUS_FRAMES_LOST")"
    stop_watching "$director"
    step "stopping FastLb on $director"
    status=0
    stop_director "$director" || status=$?
    show_what_is_left "$director" "$status"
  done
}
