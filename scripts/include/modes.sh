# shellcheck shell=bash
# What the demonstration shows of NAT and TUN: a lab with two arms and one director. Source this file after lab.sh, frames.sh, table.sh,
# packets.sh and takeovers.sh.
# shellcheck disable=SC2154 # lab_directory, virtual_address and capture_pid come from there

readonly MODE_REQUESTS=6
readonly MODE_MEGABYTES=20
readonly CLIENT_ADDRESS=192.168.182.50

# Prints the addresses that a host's peers have in a capture of that host, one by one.
peers() { # FILE ADDRESS
  tcpdump -nn -r "$1" 2>/dev/null | sed -n 's/^[^ ]* IP \([0-9.]*\)\.[0-9]* > \([0-9.]*\)\.[0-9]*:.*/\1\n\2/p' | sort -u | grep -vxF "$2" | xargs
}

# Prints how many packets have a wrong IP or TCP checksum; tcpdump computes them over all bytes.
wrong_checksums() { # FILE...
  local file count=0
  for file in "$@"; do
    count=$((count + $(tcpdump -nn -vv -r "$file" 2>/dev/null | grep -cE 'bad cksum|cksum 0x[0-9a-f]+ \(incorrect' || true)))
  done
  printf '%d' "$count"
}

right_checksums() { # FILE...
  local file count=0
  for file in "$@"; do
    count=$((count + $(tcpdump -nn -vv -r "$file" 2>/dev/null | grep -cE 'cksum 0x[0-9a-f]+ \(correct\)' || true)))
  done
  printf '%d' "$count"
}

# Who leaves checksums to its interface leaves them partial on a virtual link: for the captures, senders compute them.
senders_compute_checksums() { # on|off
  local host
  for host in client web01 web02; do
    lab exec "$host" ethtool -K eth0 tx "$([[ $1 == on ]] && echo off || echo on)" >/dev/null
  done
}

mode_counters_settled() { # OUTSIDE INSIDE PACKETS-BEFORE
  local counted=$(($(fastlb_status master "$STATUS_SERVICE_PACKETS") - $3))
  (($(frame_count "$1" dst host "$virtual_address") == counted && $(frame_count "$2" "$to_servers") == counted))
}

show_mode_packets() { # MODE
  local outside=$lab_directory/outside.pcap inside=$lab_directory/inside.pcap client=$lab_directory/client.pcap
  local from_client pids=() packets bytes replies answers to_servers within='tcp dst port 80'
  [[ $1 == nat ]] || within='ip proto 4'
  to_servers=$within
  step "${1^^}: $MODE_REQUESTS requests, captured at the client and on both sides of the director"
  senders_compute_checksums on
  packets=$(fastlb_status master "$STATUS_SERVICE_PACKETS") bytes=$(fastlb_status master "$STATUS_SERVICE_BYTES")
  replies=$(fastlb_status master .verdicts.forwardedReply)
  start_capture client eth0 "$client" "tcp port 80"; pids+=("$capture_pid")
  start_capture segment master "$outside" "host $virtual_address and tcp port 80"; pids+=("$capture_pid")
  # Without the director's own checks of the servers.
  start_capture segment master-in "$inside" "(host $CLIENT_ADDRESS and tcp port 80) or ip proto 4"; pids+=("$capture_pid")
  answers=$(servers_that_answer "$MODE_REQUESTS")
  wait_until 5 connections_are_closed || true
  wait_until 5 mode_counters_settled "$outside" "$inside" "$packets" || true
  stop_capture "${pids[0]}" "$client"
  stop_capture "${pids[1]}" "$outside"
  stop_capture "${pids[2]}" "$inside"
  senders_compute_checksums off

  packets=$(($(fastlb_status master "$STATUS_SERVICE_PACKETS") - packets)) bytes=$(($(fastlb_status master "$STATUS_SERVICE_BYTES") - bytes))
  row "${1^^}: servers that answered $MODE_REQUESTS requests" "$(in_turn "${answers%% *}" "$MODE_REQUESTS")" "$answers"
  from_client=$(frame_count "$client" dst host "$virtual_address")
  row "    packets sent by the client / to the servers" "$from_client" "$(frame_count "$inside" "$to_servers")"
  row "    packets counted / tcpdump, to the master" "$(frame_count "$outside" dst host "$virtual_address")" "$packets"
  row "    packets counted / tcpdump, to the servers" "$(frame_count "$inside" "$to_servers")" "$packets"
  row "    bytes counted / tcpdump" "$(ip_bytes "$outside" dst host "$virtual_address")" "$bytes"
  row "    addresses that the client saw" "$virtual_address" "$(peers "$client" "$CLIENT_ADDRESS")"
  row "    packets on the wire with a wrong checksum" 0 "$(wrong_checksums "$client" "$outside" "$inside")"
  row "    packets on the wire with the right one" "$(($(frame_count "$client") + $(frame_count "$outside") + $(frame_count "$inside")))" \
    "$(right_checksums "$client" "$outside" "$inside")"
  "show_${1}_wire" "$client" "$inside" "$replies"
}

show_nat_wire() { # CLIENT INSIDE REPLIES-BEFORE
  local from_servers='tcp src port 80'
  replies=$(($(fastlb_status master .verdicts.forwardedReply) - $3))
  row "    replies counted / tcpdump, from the servers" "$(frame_count "$2" "$from_servers")" "$replies"
  row "    replies counted / tcpdump, to the client" "$(frame_count "$1" "$from_servers")" "$replies"
  row "    addresses that the servers saw, and their own" "10.0.0.11 10.0.0.12" "$(peers "$2" "$CLIENT_ADDRESS")"
}

show_tun_wire() { # CLIENT INSIDE
  local comparison
  comparison=$(awk -f scripts/include/compare-frames.awk \
    <(frames "$1" dst host "$virtual_address") <(frames "$2" ip proto 4 | awk -f scripts/include/tunnel.awk))
  row "    packets within compared byte for byte" "$(frame_count "$1" dst host "$virtual_address") 0" "$(cut -d' ' -f1,2 <<<"$comparison")"
  row "    what the master changed in them" "TTL-1 IP-checksum" "$(cut -d' ' -f3- <<<"$comparison" | sed 's/^destination-MAC source-MAC //')"
  row "    headers around them" "protocol-4 id-0 TTL-copied DF-copied" "$(frames "$2" ip proto 4 | awk -v headers=1 -f scripts/include/tunnel.awk)"
}

# The whole of one mode, in a lab of its own. The lab that was up is taken down.
show_mode() { # MODE [LAB-OPTION...]
  local status=0
  lab down
  step "${1^^}: setting up a lab with two arms: servers 10.0.0.11 and .12 behind the master"
  start_lab --arms 2 --mode "$1" "${@:2}"
  start_fastlb master "tests/lab/$1.conf"
  wait_until 10 mode_is_served "$1" || die "the master does not serve: $(cat "$(director_log master)")"
  show_mode_packets "$1"
  show_transfer "$MODE_MEGABYTES" "    "
  row "    UMEM frames lost" 0 "$(fastlb_status master "$STATUS_FRAMES_LOST")"
  step "${1^^}: stopping FastLb on the master"
  stop_director master || status=$?
  show_what_is_left master "$status"
}

mode_is_served() { # MODE
  holds_virtual_address master || return 1
  [[ $1 != nat || -n $(lab exec master ip -4 -brief address show to 10.0.0.1) ]] || return 1
  [[ $(fastlb_status master '[.services[0].steered, .services[0].servers[].health] | join(" ")') == "true up up" ]]
}
