# shellcheck shell=bash
# What scripts/bench compares: FastLb's configuration for one server, web01, and the kernel's way through the master. Source this file after lab.sh.
# shellcheck disable=SC2154 # virtual_address comes from there

server_address() { # ARMS
  if [[ $1 == 2 ]]; then printf 10.0.0.11; else printf 192.168.182.132; fi
}

# Prints a configuration for a director that is alone, with iperf3's port and the web server's.
write_configuration() { # MODE ARMS
  local port gateway=''
  [[ $1 != nat ]] || gateway='10.0.0.1/24 dev ens34'
  cat <<END
vrrp_instance VI_1 {
    state MASTER
    interface ens33
    virtual_router_id 51
    priority 255
    advert_int 1
    virtual_ipaddress {
        $virtual_address/24 dev ens33
        $gateway
    }
}
END
  for port in 5201 80; do
    cat <<END
virtual_server $virtual_address $port {
    lb_algo rr
    lb_kind ${1^^}
    protocol TCP
    real_server $(server_address "$2") $port {
        weight 1
    }
}
END
  done
}

# From now on the master's kernel passes packets for the virtual address on to web01; for NAT it translates the address.
open_kernel_path() { # MODE ARMS
  if [[ $1 == nat ]]; then
    lab exec master ip address add "$virtual_address/32" dev ens33
    lab exec master ip address add 10.0.0.1/24 dev ens34
    lab exec master nft -f - <<END
table ip bench {
  chain prerouting {
    type nat hook prerouting priority dstnat
    ip daddr $virtual_address tcp dport { 80, 5201 } dnat to $(server_address "$2")
  }
}
END
  else
    lab exec master sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.ens33.send_redirects=0
    lab exec master ip route add "$virtual_address" via "$(server_address "$2")"
  fi
  # A tunnel's smaller MTU, which the client has learned, is not the kernel's.
  lab exec client ip route flush cache
  lab exec client ip neighbour replace "$virtual_address" lladdr 02:00:00:00:01:30 dev eth0 nud permanent
}

close_kernel_path() { # MODE ARMS
  lab exec client ip neighbour delete "$virtual_address" dev eth0
  if [[ $1 == nat ]]; then
    lab exec master nft delete table ip bench
    lab exec master ip address delete 10.0.0.1/24 dev ens34
    lab exec master ip address delete "$virtual_address/32" dev ens33
    return
  fi
  lab exec master ip route delete "$virtual_address"
  [[ $2 == 2 ]] || lab exec master sysctl -q -w net.ipv4.ip_forward=0
}
