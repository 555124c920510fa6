#!/bin/sh
# Forms a Redis Cluster of the servers that are named, or mends one; where nothing is wrong it changes nothing.
#
#   form.sh REPLICAS_OF_EACH_MASTER HOST:PORT...
#
# A password, where the servers have one, comes in REDISCLI_AUTH. Ends with 0 when every server is in the cluster,
# every slot is served and every replica in step, with 2 for words that make no cluster, else with 1. Each failure is one line with a code.
#
# What it mends: servers that all got other addresses at once and so cannot find each other, and a server that came
# back without its nodes.conf, which is a stranger to the others and gets in as a replica.
set -eu

ANSWERS_WITHIN_SECONDS=${ANSWERS_WITHIN_SECONDS:-40}
# A replica takes over after cluster-node-timeout (5 s here) and a vote; then the news has to go round.
WHOLE_WITHIN_SECONDS=${WHOLE_WITHIN_SECONDS:-40}
SLOTS=16384

fail() {
  echo "$1: $2" >&2
  exit "${3:-1}"
}

# Of a server: HOST:PORT and a command. Errors of Redis come as its answer.
ask() {
  server=$1
  shift
  timeout 5 redis-cli -h "${server%:*}" -p "${server##*:}" "$@" 2>&1 | tr -d '\r'
}

# CLUSTER MEET takes no names.
address_of() {
  ip=$(getent ahosts "${1%:*}" | awk 'NR == 1 { print $1 }')
  [ -n "$ip" ] && echo "$ip:${1##*:}"
}

# Its address, once it answers.
await() {
  waited=0
  answer='its name leads to no address'
  while :; do
    if address=$(address_of "$1"); then
      answer=$(ask "$address" ping | head -n 1)
      if [ "$answer" = PONG ]; then
        echo "$address"
        return
      fi
    fi
    [ "$waited" -lt "$ANSWERS_WITHIN_SECONDS" ] ||
      fail SERVER_AWAY "$1 was not ready within $ANSWERS_WITHIN_SECONDS s (${answer:-no answer})"
    waited=$((waited + 1))
    sleep 1
  done
}

# "<id> <ip>:<port>@<bus port>[,<host>] myself,<role> ..."
row_of() {
  ask "$1" cluster nodes | grep myself || fail NOT_A_CLUSTER_SERVER "$1 does not run with cluster-enabled yes"
}

known_to() {
  ask "$1" cluster info | sed -n 's/^cluster_known_nodes://p'
}

has_all_slots() {
  info=$(ask "$1" cluster info)
  case $info in *cluster_state:ok*) ;; *) return 1 ;; esac
  case $info in *"cluster_slots_ok:$SLOTS"*) ;; *) return 1 ;; esac
}

all_have_all_slots() {
  for one in $members; do has_all_slots "$one" || return 1; done
}

# Of those that are not here, nobody is in doubt: it takes cluster-node-timeout, and a majority, to say that one has failed.
is_settled() {
  ! ask "$1" cluster nodes | awk -v ids="$ids " '
    !index(ids, " " $1 " ") && $3 !~ /(^|,)fail(,|$)/ && ($8 == "disconnected" || $3 ~ /fail\?|noaddr/) { doubt = 1 }
    END { exit !doubt }'
}

replicas_known_to() {
  ask "$1" cluster nodes | awk '$3 ~ /(^|,)slave(,|$)/ { found++ } END { print found + 0 }'
}

is_in_step() {
  ask "$1" info replication | grep -qE '^(role:master|master_link_status:up)'
}

# Every server that is named knows as many, knows who is a replica (else nobody would take over), and that all slots are
# served. Every replica has what its master has.
is_whole() {
  for one in $servers; do
    has_all_slots "$one" && [ "$(known_to "$one")" -ge "$count" ] &&
      [ "$(replicas_known_to "$one")" -ge "$((count - masters))" ] && is_in_step "$one" || return 1
  done
}

# A replica that hears from others where its master is now goes on asking the old address for its data (seen with Redis 7.0).
follow_master() {
  rows=$(ask "$1" cluster nodes)
  master=$(echo "$rows" | awk '$3 ~ /myself/ { print $4 }')
  [ "$master" != - ] || return 0
  place=$(echo "$rows" | awk -v id="$master" '$1 == id { sub(/@.*/, "", $2); print $2 }')
  asked=$(ask "$1" info replication | sed -n 's/^master_host:\(.*\)/\1/p; s/^master_port:\(.*\)/:\1/p' | tr -d '\n')
  case $place in "$asked" | :* | '') ;; *) ask "$1" cluster replicate "$master" >/dev/null ;; esac
}

becomes_whole() {
  for one in $servers; do follow_master "$one"; done
  is_whole
}

within() {
  seconds=$1
  shift
  until "$@"; do
    [ "$seconds" -gt 0 ] || return 1
    seconds=$((seconds - 1))
    sleep 1
  done
}

replicas=${1:-}
case $replicas in [0-9]) shift ;; *) fail WORDS_INVALID 'first comes the number of replicas of each master, 0 to 9' 2 ;; esac
for name in "$@"; do
  case ${name##*:} in '' | *[!0-9]*) fail WORDS_INVALID "$name is no HOST:PORT" 2 ;; esac
  case $name in ?*:*) ;; *) fail WORDS_INVALID "$name is no HOST:PORT" 2 ;; esac
done
count=$#
masters=$((count / (replicas + 1)))
[ "$masters" -ge 3 ] && [ "$((masters * (replicas + 1)))" -eq "$count" ] ||
  fail WORDS_INVALID "$count servers are not three masters or more with $replicas replicas each" 2

servers=
ids=
members=
strangers=
for name in "$@"; do
  address=$(await "$name")
  row=$(row_of "$address")
  servers="$servers $address"
  ids="$ids ${row%% *}"
  if [ "$(known_to "$address")" -gt 1 ]; then members="$members $address"; else strangers="$strangers $address"; fi
done

if [ -z "$members" ]; then
  # It refuses servers that hold keys.
  # shellcheck disable=SC2086 # words of a list
  redis-cli --cluster create $servers --cluster-replicas "$replicas" --cluster-yes </dev/null ||
    fail NOT_FORMED 'redis-cli --cluster create says why above'
else
  # shellcheck disable=SC2086
  first=$(set -- $members && echo "$1")
  for member in $members; do
    row=$(row_of "$member")
    place=${row#* }
    bus=${place%% *}
    bus=${bus%%,*}
    bus=${bus##*@}
    # With the address that it has now. Whoever is met and known is told apart by its ID, and its address corrected.
    ask "$first" cluster nodes | grep -q "^${row%% *} $member@" ||
      ask "$first" cluster meet "${member%:*}" "${member##*:}" "$bus" >/dev/null
  done
  if [ -n "$strangers" ]; then
    within "$WHOLE_WITHIN_SECONDS" is_settled "$first" ||
      fail NO_MAJORITY "the servers that are left do not agree on who has failed: too few masters are among them"
    within "$WHOLE_WITHIN_SECONDS" all_have_all_slots ||
      fail SLOTS_MISSING "no server has some of the slots: redis-cli --cluster check $first names them; \"fix\" in place of \"check\" gives them, empty, to others"
    for stranger in $strangers; do
      # What it was before: failed, without slots, and none of those that are here.
      for ghost in $(ask "$first" cluster nodes | awk -v ids="$ids " '
        $3 ~ /(^|,)fail(,|$)/ && NF == 8 && !index(ids, " " $1 " ") { print $1 }'); do
        for member in $members; do ask "$member" cluster forget "$ghost" >/dev/null; done
      done
      redis-cli --cluster add-node "$stranger" "$first" --cluster-slave </dev/null ||
        fail NOT_MENDED "$stranger is not in the cluster; redis-cli --cluster add-node says why above"
    done
  fi
fi

within "$WHOLE_WITHIN_SECONDS" becomes_whole ||
  fail NOT_WHOLE "after $WHOLE_WITHIN_SECONDS s not all of the $count servers know each other and all slots, or a replica is not in step; the next try may find them so"
echo "whole: $masters masters and $((count - masters)) replicas"
