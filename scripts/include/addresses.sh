# shellcheck shell=bash
# Who has the virtual address, and since when. Source this file after lab.sh.
# shellcheck disable=SC2154 # lab_directory and virtual_address come from there

declare -A watch_pid

# From now on every change of a director's addresses is written down with its time.
watch_addresses() { # DIRECTOR
  : >"$lab_directory/$1/addresses"
  ip -n "$(lab namespace "$1")" -oneline -tshort monitor address >"$lab_directory/$1/addresses" &
  watch_pid[$1]=$!
}

# Prints when a director was given the virtual address for the first time since a moment; fails if it was not.
acquisition() { # DIRECTOR SINCE
  local stamp time
  while read -r stamp; do
    time=$(date -d "$stamp" +%s%6N)
    if ((time >= $2)); then
      printf '%s' "$time"
      return 0
    fi
  done < <(sed -n "/Deleted/d; s/^\[\([^]]*\)\].* inet ${virtual_address//./\\.}\/.*/\1/p" "$lab_directory/$1/addresses")
  return 1
}

stop_watching() { # DIRECTOR
  kill "${watch_pid[$1]}"
  wait "${watch_pid[$1]}" || true
}

gave_up_virtual_address() { # DIRECTOR
  ! holds_virtual_address "$1"
}

only_director() { # DIRECTOR
  local other=master
  [[ $1 == backup ]] || other=backup
  holds_virtual_address "$1" && ! holds_virtual_address "$other"
}

# Prints the directors that have the virtual address.
holders() {
  local director found=()
  for director in "${DIRECTORS[@]}"; do
    ! holds_virtual_address "$director" || found+=("$director")
  done
  printf '%s' "${found[*]-}"
}
