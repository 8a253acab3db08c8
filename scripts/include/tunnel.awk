# Looks at IPIP packets of a director (RFC 2003): hexadecimal lines of untagged Ethernet frames whose outer header has no options. Prints the
# packets within, each behind its frame's Ethernet header, or with -v headers=1 what is true of every outer header, in one line:
# "protocol-4 id-0 TTL-copied DF-copied", each word missing if it isn't.

function byte(frame, offset) {
  return index(digits, substr(frame, 2 * offset + 1, 1)) * 16 + index(digits, substr(frame, 2 * offset + 2, 1)) - 17
}

function has_df(frame, offset) { return int(byte(frame, offset) / 64) % 2 }

BEGIN { digits = "0123456789abcdef" }

!headers { print substr($0, 1, 28) substr($0, 2 * 34 + 1); next }

{
  frames++
  protocol += byte($0, 23) == 4
  identification += byte($0, 18) == 0 && byte($0, 19) == 0
  time += byte($0, 22) == byte($0, 42)
  fragmentation += has_df($0, 20) == has_df($0, 40)
}

END {
  if (!headers) exit
  line = frames ? "" : " no-frames"
  if (frames && protocol == frames) line = line " protocol-4"
  if (frames && identification == frames) line = line " id-0"
  if (frames && time == frames) line = line " TTL-copied"
  if (frames && fragmentation == frames) line = line " DF-copied"
  print substr(line, 2)
}
