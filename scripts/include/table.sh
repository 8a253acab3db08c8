# shellcheck shell=bash
# The table of what was expected and what happened. Source this file; it does nothing by itself.

# Milliseconds by which what is measured may exceed its bound: a script's and a probe's own share of it.
readonly MARGIN=100

rows=() failures=0

# Adds a row for what must be exactly as expected.
row() { # WHAT EXPECTED ACTUAL
  local verdict=ok
  [[ $2 == "$3" ]] || { verdict=FAILED; failures=$((failures + 1)); }
  rows+=("$1|$2|$3|$verdict")
  printf '    %s: %s\n' "$1" "$3"
}

# Adds a row for a time that must not exceed a bound.
row_within() { # WHAT BOUND-MILLISECONDS ACTUAL-MILLISECONDS
  local verdict=FAILED actual
  if [[ $3 =~ ^-?[0-9]+$ ]] && (($3 <= $2 + MARGIN)); then verdict=ok; else failures=$((failures + 1)); fi
  actual=$(seconds "$3")
  rows+=("$1|within $(seconds "$2")|$actual|$verdict")
  printf '    %s: %s\n' "$1" "$actual"
}

# Adds a row for what is worth knowing and is neither right nor wrong.
row_noted() { # WHAT ACTUAL
  rows+=("$1||$2|")
  printf '    %s: %s\n' "$1" "$2"
}

seconds() { # MILLISECONDS
  if [[ $1 =~ ^-?[0-9]+$ ]]; then awk -v milliseconds="$1" 'BEGIN { printf "%.2f s", milliseconds / 1000 }'; else printf '%s' "$1"; fi
}

print_table() {
  local line
  printf '\n'
  for line in 'what|expected|actual|' "${rows[@]}"; do
    tr '|' '\n' <<<"$line" | {
      mapfile -t cell
      printf '%-52s  %-34s  %-34s  %s\n' "${cell[@]}"
    }
  done
  printf '\nTimes may exceed their bounds by %s, which the measuring itself may take.\n' "$(seconds $MARGIN)"
}
