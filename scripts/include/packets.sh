# shellcheck shell=bash
# What the demonstration shows of single packets and of many, on the master. Source this file after lab.sh, frames.sh and table.sh.
# shellcheck disable=SC2154 # lab_directory, virtual_address and capture_pid come from there

readonly TO_SERVICE="dst host $virtual_address and tcp dst port 80"

show_what_changes_in_a_frame() {
  local sent=$lab_directory/sent.pcap arrived=() host pid=() comparison
  step "capturing two requests at the client and at the servers"
  start_capture client eth0 "$sent" "$TO_SERVICE"
  pid+=("$capture_pid")
  for host in web01 web02; do
    start_capture "$host" eth0 "$lab_directory/$host.pcap" "$TO_SERVICE"
    pid+=("$capture_pid") arrived+=("$lab_directory/$host.pcap")
  done
  fetch >/dev/null || true
  fetch >/dev/null || true
  wait_until 5 connections_are_closed || true
  wait_until 5 captures_agree "$sent" "${arrived[@]}" || true
  stop_capture "${pid[0]}" "$sent"
  stop_capture "${pid[1]}" "${arrived[0]}"
  stop_capture "${pid[2]}" "${arrived[1]}"

  printf '    the first frame as the client sent it, and as the server got it:\n'
  show_first_frame "$sent" "${arrived[@]}" || true

  comparison=$(awk -f scripts/include/compare-frames.awk <(frames "$sent") <(cat <(frames "${arrived[0]}") <(frames "${arrived[1]}")))
  row "frames sent that did not arrive" 0 "$(cut -d' ' -f2 <<<"$comparison")"
  row "frames compared byte for byte" "$(frame_count "$sent")" "$(cut -d' ' -f1 <<<"$comparison")"
  # Either is right for a checksum that the client left to its hardware: the last sender's hardware completes it, or FastLb did.
  comparison=${comparison% completed-checksum}
  row "what the master changed in them" "MACs TTL-1 IP-checksum" \
    "$(cut -d' ' -f3- <<<"$comparison" | sed 's/^destination-MAC source-MAC/MACs/')"
}

# Shows the first frame of a capture and the same frame, by its IP identification, in the others.
show_first_frame() { # SENT ARRIVED...
  local file identification
  identification=$(tcpdump -nn -v -c 1 -r "$1" 2>/dev/null | sed -n 's/.* id \([0-9]*\),.*/\1/p')
  for file in "$@"; do
    tcpdump -nn -e -v -r "$file" "ip[4:2] == $identification" 2>/dev/null | sed 's/^/      /'
  done
}

# A client's last acknowledgement may still be on its way when curl has ended; the server closes its side when it arrives.
connections_are_closed() {
  [[ -z $(lab exec web01 ss -H -t -n state connected exclude time-wait; lab exec web02 ss -H -t -n state connected exclude time-wait) ]]
}

captures_agree() { # SENT ARRIVED...
  local file count=0
  for file in "${@:2}"; do count=$((count + $(frame_count "$file"))); done
  ((count > 0 && count == $(frame_count "$1")))
}

show_counters() {
  local capture=$lab_directory/master.pcap mac=02:00:00:00:01:30 pid packets bytes
  step "comparing counters with tcpdump over ten requests"
  packets=$(fastlb_status master "$STATUS_SERVICE_PACKETS") bytes=$(fastlb_status master "$STATUS_SERVICE_BYTES")
  # The bridge's port to the master sees both ways; the master's own interface shows nothing of what AF_XDP takes and sends.
  start_capture segment master "$capture" "$TO_SERVICE"
  pid=$capture_pid
  for _ in {1..10}; do fetch >/dev/null || true; done
  wait_until 5 connections_are_closed || true
  wait_until 5 counters_settled "$capture" "$packets" || true
  stop_capture "$pid" "$capture"
  packets=$(($(fastlb_status master "$STATUS_SERVICE_PACKETS") - packets)) bytes=$(($(fastlb_status master "$STATUS_SERVICE_BYTES") - bytes))
  row "packets counted / tcpdump, to the master" "$(frame_count "$capture" ether dst $mac)" "$packets"
  row "packets counted / tcpdump, from the master" "$(frame_count "$capture" ether src $mac)" "$packets"
  row "bytes counted / tcpdump" "$(ip_bytes "$capture" ether dst $mac)" "$bytes"
}

counters_settled() { # CAPTURE PACKETS-BEFORE
  (($(frame_count "$1") == 2 * ($(fastlb_status master "$STATUS_SERVICE_PACKETS") - $2)))
}

digest() { # FILE
  if [[ -e $1 ]]; then sha256sum <"$1" | cut -c1-32; else echo "no file"; fi
}

show_transfer() { # MEGABYTES [ROW-INDENT]
  local original=$lab_directory/original copy=$lab_directory/copy url=http://$virtual_address/files/upload speed
  step "uploading and downloading $1 MB"
  head -c "${1}M" /dev/urandom >"$original"
  speed=$(lab exec client curl -sS --fail --max-time 120 -T "$original" -w '%{speed_upload}' "$url" | tail -n 1 || true)
  printf '    upload: %d MB/s\n' "$((${speed%.*} / 1000000))"
  speed=$(lab exec client curl -sS --fail --max-time 120 -o "$copy" -w '%{speed_download}' "$url" || true)
  printf '    download: %d MB/s\n' "$((${speed%.*} / 1000000))"
  row "${2-}SHA-256 of the upload" "$(digest "$original")" "$(digest "$lab_directory/files/upload")"
  row "${2-}SHA-256 of the download" "$(digest "$original")" "$(digest "$copy")"
  rm -f "$original" "$copy"
}
