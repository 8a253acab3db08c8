# shellcheck shell=bash
# What every script says and how it says it. Source this file; it does nothing by itself.

# Prints the comment block at the top of the running script: its usage.
usage() {
  sed -n '2,/^$/ s/^# \{0,1\}//p' "$0"
}

# Announces the next step of a longer job.
step() {
  printf '==> %s\n' "$*"
}

# Ends the script with a message that says what is wrong and what to do about it.
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Ends the script for a mistake in the way it was called.
misused() {
  printf '%s: %s (see %s -h)\n' "${0##*/}" "$*" "${0##*/}" >&2
  exit 2
}

require_root() {
  [[ $EUID -eq 0 ]] || die "must run as root: network namespaces, AF_XDP and package installation need it"
}
