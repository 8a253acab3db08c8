# Compares frames that a director received with those that it sent on: two files of hexadecimal lines, TCP over IPv4 over untagged Ethernet.
# Pairs them by addresses, ports, IP identification, sequence number and length, and prints one line:
#
#   PAIRS UNPAIRED FIELDS...
#
# where FIELDS are the names of all header fields, or offsets of other bytes, that differ in any pair, in the order of the frame. TTL-1 stands
# for a TTL lower by exactly one. A TCP checksum that the sender left to its hardware (the pseudo-header's sum alone, as veth with its default
# offloads carries it) and that has become the valid one is no difference: "completed-checksum".

function byte(frame, offset) {
  return index(digits, substr(frame, 2 * offset + 1, 1)) * 16 + index(digits, substr(frame, 2 * offset + 2, 1)) - 17
}

function word(frame, offset) { return byte(frame, offset) * 256 + byte(frame, offset + 1) }

function header_end(frame) { return 14 + (byte(frame, 14) % 16) * 4 }

function fold(sum) {
  while (sum > 65535) sum = sum % 65536 + int(sum / 65536)
  return sum
}

function pseudo_header(frame) {
  return fold(word(frame, 26) + word(frame, 28) + word(frame, 30) + word(frame, 32) + 6 + 14 + word(frame, 16) - header_end(frame))
}

function has_valid_checksum(frame,   offset, end, sum) {
  sum = pseudo_header(frame)
  end = 14 + word(frame, 16)
  for (offset = header_end(frame); offset + 1 < end; offset += 2) sum += word(frame, offset)
  if (offset < end) sum += byte(frame, offset) * 256
  return fold(sum) == 65535
}

function identity(frame,   transport) {
  transport = 2 * header_end(frame)
  return substr(frame, 53, 16) substr(frame, transport + 1, 16) substr(frame, 33, 8)
}

function compare(before, after,   offset, length_, checksum) {
  if (length(before) != length(after)) { changed["length"] = 1; return }
  length_ = length(before) / 2
  checksum = header_end(before) + 16
  for (offset = 0; offset < length_; offset++) {
    if (byte(before, offset) == byte(after, offset)) continue
    if (offset < 6) changed["destination-MAC"] = 1
    else if (offset < 12) changed["source-MAC"] = 1
    else if (offset == 22) changed[byte(before, offset) - 1 == byte(after, offset) ? "TTL-1" : "TTL"] = 1
    else if (offset == 24 || offset == 25) changed["IP-checksum"] = 1
    else if ((offset == checksum || offset == checksum + 1) \
      && word(before, checksum) == pseudo_header(before) && has_valid_checksum(after)) changed["completed-checksum"] = 1
    else changed["byte-" offset] = 1
  }
}

BEGIN { digits = "0123456789abcdef" }

FNR == NR { received[identity($0)] = $0; unpaired++; next }

{
  key = identity($0)
  if (key in received) { pairs++; unpaired--; compare(received[key], $0); delete received[key] }
  else unpaired++
}

END {
  line = (pairs + 0) " " (unpaired + 0)
  count = split("destination-MAC source-MAC TTL-1 TTL IP-checksum", order, " ")
  for (i = 1; i <= count; i++) if (order[i] in changed) { line = line " " order[i]; delete changed[order[i]] }
  for (field in changed) line = line " " field
  print line
}
