#!/usr/bin/env bash
# The proto targets of the Makefile, which puts the pinned buf and its plugins
# on the PATH. Nothing here asks a schema registry.
set -euo pipefail
cd "$(dirname "$0")/.."

module=github.com/aitbc/aitbc
openapi=docs/static/openapi.json

mkdir -p build
work=$(mktemp -d build/proto.XXXXXX)
trap 'rm -rf "$work"' EXIT
scripts/proto-deps.sh

# generate_go writes the Go files to $work/go, laid out like the repository.
generate_go() {
  buf generate --template proto/buf.gen.gogo.yaml -o "$work"
  local stray
  stray=$(find "$work/gen" -type f -not -path "$work/gen/$module/*")
  if [ -n "$stray" ]; then
    echo "option go_package must start with $module/, but these files were generated:" >&2
    echo "$stray" >&2
    return 1
  fi
  mv "$work/gen/$module" "$work/go"
}

# committed_go lists the generated files in the repository.
committed_go() {
  find . \( -path ./build -o -path ./.git -o -path ./.tools -o -path ./tools -o -name node_modules \) -prune \
    -o -type f \( -name '*.pb.go' -o -name '*.pb.gw.go' \) -print
}

# generate_openapi writes the document to $work/openapi.json: our services and
# those of the SDK that the node serves.
generate_openapi() {
  local services=()
  while read -r path _; do
    services+=(--path "$path")
  done < <(grep -v '^#' proto/openapi-services.txt)
  buf build . -o "$work/all.binpb"
  buf generate "$work/all.binpb" --template proto/buf.gen.openapi.yaml -o "$work" "${services[@]}"
  go run ./tools/openapi <"$work/openapi/api.swagger.json" >"$work/openapi.json"
}

lint() { buf lint proto; }

format_check() {
  buf format -d --exit-code proto || {
    echo 'proto files are not formatted: run `make proto`' >&2
    return 1
  }
}

# check fails with the list of generated files that are not what the generators
# make of the proto files now.
check() {
  lint
  format_check
  generate_go
  generate_openapi
  local stale=() file
  while read -r file; do
    cmp -s "$work/go/$file" "$file" || stale+=("$file")
  done < <(cd "$work/go" && find . -type f)
  while read -r file; do
    [ -e "$work/go/$file" ] || stale+=("$file (no proto file makes it)")
  done < <(committed_go)
  cmp -s "$work/openapi.json" "$openapi" || stale+=("./$openapi")
  if [ ${#stale[@]} -gt 0 ]; then
    echo 'generated files are stale: run `make proto` and commit the result:' >&2
    printf '  %s\n' "${stale[@]}" >&2
    return 1
  fi
}

# install_file replaces $2 by $1 if they differ, in one step.
install_file() {
  cmp -s "$1" "$2" && return
  mkdir -p "$(dirname "$2")"
  mv "$1" "$2"
  echo "wrote $2"
}

gen() {
  generate_go
  local file
  while read -r file; do
    [ -e "$work/go/$file" ] || { rm "$file" && echo "removed $file"; }
  done < <(committed_go)
  while read -r file; do
    install_file "$work/go/$file" "$file"
  done < <(cd "$work/go" && find . -type f)
}

# breaking compares with PROTO_BASE, else the last release tag, else main. A base
# that does not exist yet or holds no proto files passes, and says so.
breaking() {
  local base=${PROTO_BASE:-}
  if [ -n "$base" ]; then
    git rev-parse --verify --quiet "$base^{commit}" >/dev/null || {
      echo "PROTO_BASE=$base is no commit of this repository" >&2
      return 1
    }
  else
    base=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || true)
    local branch
    for branch in main origin/main; do
      [ -z "$base" ] && git rev-parse --verify --quiet "$branch^{commit}" >/dev/null && base=$branch
    done
  fi
  if [ -z "$base" ]; then
    echo 'proto-breaking: no release tag and no main branch yet, nothing to compare with'
    return
  fi
  if [ -z "$(git ls-tree -r --name-only "$base" -- proto | grep '\.proto$')" ]; then
    echo "proto-breaking: $base holds no proto files yet, nothing to compare with"
    return
  fi
  mkdir -p "$work/base/build"
  git archive "$base" buf.yaml proto | tar -x -C "$work/base"
  cp -r build/proto-deps "$work/base/build/"
  (cd "$work/base" && buf build proto -o ../base.binpb)
  buf breaking proto --against "$work/base.binpb" --exclude-imports
  echo "proto-breaking: compatible with $base"
}

case ${1:-} in
  gen) gen ;;
  openapi) generate_openapi && install_file "$work/openapi.json" "$openapi" ;;
  lint) lint ;;
  format) buf format -w proto ;;
  breaking) breaking ;;
  check) check ;;
  *) echo "usage: $0 gen|openapi|lint|format|breaking|check" >&2 && exit 2 ;;
esac
