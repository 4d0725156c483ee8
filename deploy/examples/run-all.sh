#!/usr/bin/env bash
# Runs the example clients against a Sluice that has deploy/config/sluice.yaml.
#
#   deploy/examples/run-all.sh [HOST:PORT] [unix:PATH]
#
# Python, Node.js and Go over TCP (default 127.0.0.1:7400), and Python once more over the Unix socket if one is given.
# What they need is installed into ignored folders beside them. An example whose language is not installed is skipped.
# Prints one line per example; the output of one that failed follows its line. Exits 1 if any failed or none ran.
set -u

tcp=${1:-127.0.0.1:7400}
uds=${2:-}
examples=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
proto=$examples/../../proto/src/main/proto
output=$(mktemp) || exit 1
trap 'rm -f "$output"' EXIT
passed=0 failed=0

case $uds in
  '') ;;
  unix:/*) ;;
  unix:*) uds=unix:$PWD/${uds#unix:} ;; # the examples run elsewhere
  *) echo "usage: $0 [HOST:PORT] [unix:PATH]" >&2; exit 2 ;;
esac

prepare_python() (
  cd "$examples/python" || exit
  if ! cmp -s requirements.txt .venv/requirements.txt; then
    python3 -m venv .venv &&
      .venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt &&
      cp requirements.txt .venv/requirements.txt || exit
  fi
  .venv/bin/python -m grpc_tools.protoc -I "$proto" --python_out=. --grpc_python_out=. \
    sluice/v1/types.proto sluice/v1/admission.proto sluice/v1/session.proto sluice/v1/admission_service.proto
)

prepare_node() (
  cd "$examples/node" || exit
  if ! cmp -s package-lock.json node_modules/package-lock.json; then
    npm ci --silent --no-audit --no-fund && cp package-lock.json node_modules/package-lock.json
  fi
)

prepare_go() (
  cd "$examples/go" && go build -o sluice-example .
)

run_python() { "$examples/python/.venv/bin/python" "$examples/python/example.py" --target "$1"; }
run_node() { node "$examples/node/example.js" --target "$1"; }
run_go() { "$examples/go/sluice-example" --target "$1"; }

# example LANGUAGE TOOL TARGET
example() {
  local language=$1 tool=$2 target=$3
  if ! command -v "$tool" > /dev/null; then
    echo "skip  $language: $tool is not installed"
  elif { "prepare_$language" && "run_$language" "$target"; } > "$output" 2>&1 &&
      [ "$(tail -n 1 "$output")" = ok ]; then
    echo "ok    $language $target"
    passed=$((passed + 1))
  else
    echo "FAIL  $language $target"
    sed 's/^/      /' "$output"
    failed=$((failed + 1))
  fi
}

example python python3 "$tcp"
example node npm "$tcp"
example go go "$tcp"
if [ -n "$uds" ]; then
  example python python3 "$uds"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
