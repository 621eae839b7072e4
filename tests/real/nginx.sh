# shellcheck shell=bash
# nginx.sh: a real web server on the usual ports, for scripts that sourced
# network.sh, ../lib.sh and lib.sh. What is in $web/sites/NAME is the site NAME, over
# http and https; any other name gets 404.
#
#   nginx_prepare         ends the script as skipped when there is no nginx
#   nginx_start KIND      with the certificate $pki/KIND.pem
#
# On 127.0.0.2 and 44.128.0.1; http alone on 127.0.0.3, nothing on 127.0.0.4.
# $web/rules: more server blocks. $web/access: a line a request, "SCHEME HOST
# REQUEST".
web=$work/web nginx_pid=

nginx_prepare() {
    find_server nginx
    nginx_root=$unpacked
    mkdir -p "$web/sites" "$web/tmp"
    : >"$web/rules"
    cat >"$web/conf" <<CONF
daemon off;
master_process off;
pid $web/pid;
error_log $web/log;
events { }
http {
    client_body_temp_path $web/tmp;
    proxy_temp_path $web/tmp;
    fastcgi_temp_path $web/tmp;
    uwsgi_temp_path $web/tmp;
    scgi_temp_path $web/tmp;
    log_format what '\$scheme \$host \$request';
    access_log $web/access what;
    default_type text/plain;
    types { text/xml xml; text/html html; }
    ssl_certificate $web/server.pem;
    ssl_certificate_key $web/server.pem;
    server {
        listen 127.0.0.2:80 default_server;
        listen 127.0.0.2:443 ssl default_server;
        listen 44.128.0.1:443 ssl default_server;
        listen 127.0.0.3:80 default_server;
        root $web/sites/\$host;
    }
    include $web/rules;
}
CONF
}

run_nginx() {
    local libs=$nginx_root/usr/lib
    [ -z "$nginx_root" ] ||
        export LD_LIBRARY_PATH=$(echo "$libs"/*-linux-gnu)
    exec "$nginx_root/usr/sbin/nginx" -e "$web/log" -p "$web" -c "$web/conf"
}

nginx_start() {
    local tries=0
    cp "$pki/$1.pem" "$web/server.pem"
    (run_nginx) >"$web/out" 2>&1 </dev/null &
    nginx_pid=$!
    pids+=("$nginx_pid")
    until answers 127.0.0.2 443; do
        tries=$((tries + 1))
        if [ $tries -gt 200 ] || ! kill -0 "$nginx_pid" 2>/dev/null; then
            sed 's/^/# /' "$web/out" "$web/log"
            ok 1 "nginx starts"
            finish
        fi
        sleep 0.05
    done
}
