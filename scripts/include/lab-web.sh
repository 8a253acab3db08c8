# shellcheck shell=bash
# The lab's web servers: nginx on a host, and what befalls it. Source this file in scripts/lab.
# shellcheck disable=SC2154 # lock_descriptor comes from there

readonly DROP_REQUESTS='
  add table inet lab
  add chain inet lab input { type filter hook input priority 0; }
  add rule inet lab input tcp dport 80 drop
'

add_web_server() { # HOST
  local host=$1 folder
  folder=$(directory)/$host
  mkdir -p "$folder/temporary"
  cat >"$folder/nginx.conf" <<END
user root;
worker_processes 1;
pid $folder/nginx.pid;
error_log $folder/error.log;
events { worker_connections 1024; }
http {
    access_log $folder/access.log;
    default_type application/octet-stream;
    sendfile on;
    client_max_body_size 0;
    client_body_temp_path $folder/temporary/body;
    fastcgi_temp_path $folder/temporary/fastcgi;
    proxy_temp_path $folder/temporary/proxy;
    scgi_temp_path $folder/temporary/scgi;
    uwsgi_temp_path $folder/temporary/uwsgi;
    server {
        listen 80 backlog=4096;
        location = / {
            default_type text/plain;
            return 200 "this is $host\n";
        }
        location /files/ {
            root $(directory);
            dav_methods PUT;
        }
    }
}
END
  # The daemon must not keep the lock.
  (exec {lock_descriptor}>&-; start_nginx "$host")
}

start_nginx() { # HOST
  local folder
  folder=$(directory)/$1
  ip netns exec "$(namespace "$1")" nginx -e "$folder/error.log" -c "$folder/nginx.conf"
}

# Prints the process ids of a host's nginx, the master process first.
nginx_pids() { # HOST
  local file
  file=$(directory)/$1/nginx.pid
  [[ -s $file ]] || die "nginx does not run on $1"
  cat "$file"
  pgrep --parent "$(<"$file")" || true
}

# New connections are refused at once; those that are open have five seconds to end by themselves.
stop_nginx() { # HOST
  local pid signal pids
  pids=$(nginx_pids "$1")
  pid=${pids%%$'\n'*}
  for signal in QUIT TERM; do
    kill -s "$signal" "$pid"
    for _ in {1..100}; do
      [[ -n $(start_time "$pid") ]] || return 0
      sleep 0.05
    done
  done
  die "nginx on $1 does not stop: is it frozen?"
}

signal_nginx() { # HOST SIGNAL
  local pids
  pids=$(nginx_pids "$1")
  mapfile -t pids <<<"$pids"
  kill -s "$2" "${pids[@]}"
}

# A table that is declared twice is one table, so that its deletion never fails.
firewall() { # HOST [RULES]
  ip netns exec "$(namespace "$1")" nft -f - <<<"table inet lab; delete table inet lab; ${2-}"
}
