# shellcheck shell=bash
# Two hosts on one segment that speak VRRP in every mode, keepalived or FastLb on each. Source this file from the repository's root, after console.sh.

readonly pair_name=flb-${0##*/}-$$
readonly SIDES=(a b)
readonly PAIR_INTERFACE=lan

# Instance, and how its advertisements travel. Both instances of the sync group move together.
# shellcheck disable=SC2034 # used by the scripts that source this file
readonly MODES=(
  'V2_PASS|version 2, password'
  'V2_AH|version 2, authentication header'
  'V2_UNICAST|version 2, unicast'
  'V3|version 3'
  'V3_FAST|version 3, 100 ms'
  'V3_UNICAST|version 3, unicast'
  'V6|version 3, IPv6'
  'V6_UNICAST|version 3, IPv6 unicast'
  'V2_VMAC|version 2, virtual MAC'
  'V6_VMAC|version 3, IPv6, virtual MAC'
  'GROUP_1|version 2, sync group'
  'GROUP_2|version 3, its other member'
)

declare -A side_pid side_watch

pair_namespace() { # SIDE
  printf '%s-%s' "$pair_name" "$1"
}

# Makes the two hosts, to be taken down whichever way the script ends. Sets pair_directory.
start_pair() {
  local side number=1
  trap 'end_pair' EXIT
  trap 'exit 130' INT TERM
  pair_directory=$(mktemp --directory)
  for side in "${SIDES[@]}"; do
    ip netns add "$(pair_namespace "$side")"
    ip -n "$(pair_namespace "$side")" link set lo up
    mkdir "$pair_directory/$side"
  done
  ip link add name "$PAIR_INTERFACE" netns "$(pair_namespace a)" type veth peer name "$PAIR_INTERFACE" netns "$(pair_namespace b)"
  for side in "${SIDES[@]}"; do
    ip -n "$(pair_namespace "$side")" address add "192.0.2.$number/24" dev "$PAIR_INTERFACE"
    ip -n "$(pair_namespace "$side")" address add "2001:db8::$number/64" dev "$PAIR_INTERFACE" nodad
    ip -n "$(pair_namespace "$side")" link set "$PAIR_INTERFACE" up
    number=$((number + 1))
  done
}

end_pair() {
  local side pid
  for pid in "${side_watch[@]}"; do kill "$pid" 2>/dev/null || true; done
  for side in "${!side_pid[@]}"; do kill_side "$side"; done
  for side in "${SIDES[@]}"; do ip netns delete "$(pair_namespace "$side")" 2>/dev/null || true; done
  [[ -z ${pair_directory-} ]] || rm -rf "$pair_directory"
}

# Prints an instance of the configuration.
pair_instance() { # NAME VRID ADDRESS PRIORITY LINE...
  printf 'vrrp_instance %s {\n  interface %s\n  virtual_router_id %d\n  priority %d\n' "$1" "$PAIR_INTERFACE" "$2" "$4"
  printf '  %s\n' "${@:5}"
  printf '  virtual_ipaddress {\n    %s\n  }\n}\n' "$3"
}

pair_unicast() { # SOURCE PEER
  printf 'unicast_src_ip %s\n  unicast_peer {\n    %s\n  }' "$1" "$2"
}

# Prints the configuration of a host. Its instances differ from the other host's in their priority alone.
pair_configuration() { # SIDE PRIORITY
  local own=1 other=2 password='authentication {
    auth_type %s
    auth_pass s3cret
  }'
  [[ $1 == a ]] || { own=2 other=1; }
  # shellcheck disable=SC2059 # the format is this function's own
  {
    printf 'vrrp_sync_group TOGETHER {\n  group {\n    GROUP_1\n    GROUP_2\n  }\n}\n'
    pair_instance V2_PASS 51 192.0.2.101 "$2" "$(printf "$password" PASS)"
    pair_instance V2_AH 52 192.0.2.102 "$2" "$(printf "$password" AH)"
    pair_instance V2_UNICAST 53 192.0.2.103 "$2" "$(pair_unicast 192.0.2.$own 192.0.2.$other)"
    pair_instance V3 54 192.0.2.104 "$2" 'version 3'
    pair_instance V3_FAST 55 192.0.2.105 "$2" 'version 3' 'advert_int 0.1'
    pair_instance V3_UNICAST 56 192.0.2.106 "$2" 'version 3' "$(pair_unicast 192.0.2.$own 192.0.2.$other)"
    pair_instance V6 57 fe80::107 "$2"
    pair_instance V6_UNICAST 58 2001:db8::108 "$2" "$(pair_unicast 2001:db8::$own 2001:db8::$other)"
    pair_instance V2_VMAC 61 192.0.2.111 "$2" use_vmac
    pair_instance V6_VMAC 62 fe80::112 "$2" use_vmac
    pair_instance GROUP_1 59 192.0.2.109 "$2"
    pair_instance GROUP_2 60 192.0.2.110 "$2" 'version 3'
  }
}

# The address of an instance, as "ip address" shows it.
pair_address() { # INSTANCE
  case $1 in
    V2_PASS) printf 192.0.2.101 ;;
    V2_AH) printf 192.0.2.102 ;;
    V2_UNICAST) printf 192.0.2.103 ;;
    V3) printf 192.0.2.104 ;;
    V3_FAST) printf 192.0.2.105 ;;
    V3_UNICAST) printf 192.0.2.106 ;;
    V6) printf fe80::107 ;;
    V6_UNICAST) printf 2001:db8::108 ;;
    V2_VMAC) printf 192.0.2.111 ;;
    V6_VMAC) printf fe80::112 ;;
    GROUP_1) printf 192.0.2.109 ;;
    GROUP_2) printf 192.0.2.110 ;;
  esac
}

# The interface that holds an instance's address.
pair_device() { # INSTANCE
  case $1 in
    V2_VMAC) printf vrrp.61 ;;
    V6_VMAC) printf vrrp.62 ;;
    *) printf %s "$PAIR_INTERFACE" ;;
  esac
}

# From now on every change of a host's addresses is written down with its time.
watch_side() { # SIDE
  ip -n "$(pair_namespace "$1")" -oneline -tshort monitor address >"$pair_directory/$1/addresses" &
  side_watch[$1]=$!
}

# Starts keepalived or FastLb on a host and does not wait for it.
start_side() { # SIDE KIND PRIORITY
  local folder=$pair_directory/$1
  pair_configuration "$1" "$3" >"$folder/director.conf"
  rm -rf "$folder"/*.pid "$folder/run"
  : >>"$folder/log"
  if [[ $2 == keepalived ]]; then
    ip netns exec "$(pair_namespace "$1")" keepalived --dont-fork --log-console --log-detail --no-syslog --vrrp --use-file "$folder/director.conf" \
      --pid "$folder/keepalived.pid" --vrrp_pid "$folder/vrrp.pid" --checkers_pid "$folder/checkers.pid" >>"$folder/log" 2>&1 &
  else
    ip netns exec "$(pair_namespace "$1")" "${FASTLB:-bin/fastlb}" run -f "$folder/director.conf" --runtime-dir "$folder/run" >>"$folder/log" 2>&1 &
  fi
  side_pid[$1]=$!
}

# True when all instances of a host that was started beside a master are backups.
side_is_backup() { # SIDE
  local mode
  for mode in "${MODES[@]}"; do
    grep -q -E "\(${mode%%|*}\) Entering BACKUP|] ${mode%%|*}: INIT -> BACKUP" "$pair_directory/$1/log" || return 1
  done
}

# Asks for an orderly stop, without waiting for it.
stop_side() { # SIDE
  kill -TERM "${side_pid[$1]}"
}

# Waits for the end of what was asked to stop.
await_side() { # SIDE
  wait "${side_pid[$1]}"
  unset "side_pid[$1]"
}

# As a power cut does: all processes of a host end at the same moment, and none cleans up.
kill_side() { # SIDE
  local pids
  mapfile -t pids < <(side_processes "${side_pid[$1]}")
  kill -STOP "${pids[@]}" 2>/dev/null || true
  kill -KILL "${pids[@]}" 2>/dev/null || true
  wait "${side_pid[$1]}" 2>/dev/null || true
  unset "side_pid[$1]"
}

side_processes() { # PID
  local child
  printf '%s\n' "$1"
  for child in $(pgrep --parent "$1" || true); do side_processes "$child"; done
}

# What the memory of a host that was powered off had put into its kernel goes with it.
clear_side() { # SIDE
  local mode
  for mode in "${MODES[@]}"; do
    ip -n "$(pair_namespace "$1")" address delete "$(pair_address "${mode%%|*}")" dev "$PAIR_INTERFACE" 2>/dev/null || true
    [[ $(pair_device "${mode%%|*}") == "$PAIR_INTERFACE" ]] || ip -n "$(pair_namespace "$1")" link delete "$(pair_device "${mode%%|*}")" 2>/dev/null || true
  done
}

side_addresses() { # SIDE
  ip -n "$(pair_namespace "$1")" -oneline address show
}

# True when a host has the address of an instance, where it belongs.
side_holds() { # SIDE INSTANCE
  side_addresses "$1" | grep -q -E " $(pair_device "$2")(@[^ ]*)? .* $(pair_address "$2")/"
}

# True when a host has the addresses of all instances.
side_holds_all() { # SIDE
  local mode instance addresses
  addresses=$(side_addresses "$1")
  for mode in "${MODES[@]}"; do
    instance=${mode%%|*}
    [[ $addresses =~ ": $(pair_device "$instance") "[^$'\n']*" $(pair_address "$instance")/" ]] || return 1
  done
}

# True when a host has the address of none.
side_holds_none() { # SIDE
  local mode addresses
  addresses=$(side_addresses "$1")
  for mode in "${MODES[@]}"; do
    [[ $addresses != *" $(pair_address "${mode%%|*}")/"* ]] || return 1
  done
}

# Prints when a host was given an instance's address for the first time since a moment, both in microseconds since the epoch; fails if it was not.
side_acquisition() { # SIDE INSTANCE SINCE
  local stamp time address
  address=$(pair_address "$2")
  while read -r stamp; do
    time=$(date -d "$stamp" +%s%6N)
    if ((time >= $3)); then
      printf '%s' "$time"
      return 0
    fi
  done < <(sed -n "/Deleted/d; s/^\[\([^]]*\)\].* inet6\{0,1\} ${address//./\\.}\/.*/\1/p" "$pair_directory/$1/addresses")
  return 1
}
