# shellcheck shell=bash
# Captures in the lab and the comparison of captured frames. Source this file after lab.sh.
# shellcheck disable=SC2154 # lab_name comes from there

# Starts tcpdump on a host of the lab and returns once it misses nothing. Sets capture_pid.
start_capture() { # HOST INTERFACE FILE FILTER
  : >"$3.log"
  scripts/lab -n "$lab_name" exec "$1" \
    tcpdump -i "$2" -w "$3" -U --immediate-mode -B 16384 -s 0 -n -Z root "$4" 2>"$3.log" &
  # shellcheck disable=SC2034 # for the caller
  capture_pid=$!
  wait_until 10 grep -q 'listening on' "$3.log" || die "tcpdump on $1 does not start: $(cat "$3.log")"
}

# Ends a capture.
stop_capture() { # PID FILE
  kill -TERM "$1"
  wait "$1" || die "tcpdump failed: $(cat "$2.log")"
  grep -q '^0 packets dropped by kernel' "$2.log" || die "tcpdump could not keep up: $(cat "$2.log")"
}

# Prints the frames of a capture, one line of hexadecimal digits each.
frames() { # FILE [FILTER]
  tcpdump -nn -xx -r "$1" "${@:2}" 2>/dev/null | awk '
    /^\t0x/ { sub(/^\t0x[0-9a-f]*: */, ""); gsub(/ /, ""); frame = frame $0; next }
    { if (frame != "") print frame; frame = "" }
    END { if (frame != "") print frame }'
}

frame_count() { # FILE [FILTER]
  frames "$@" | wc -l
}

# Sum of the IP total lengths of the frames in a capture.
ip_bytes() { # FILE [FILTER]
  tcpdump -nn -v -r "$1" "${@:2}" 2>/dev/null | sed -n 's/^.*, length \([0-9]*\))$/\1/p' | awk '{ sum += $1 } END { print sum + 0 }'
}
