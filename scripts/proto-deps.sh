#!/usr/bin/env bash
# Copies the third-party proto files that ours import from the Go module cache
# into build/proto-deps (ignored by git). The versions are those of go.mod, so
# the folder is renewed whenever go.mod changes.
set -euo pipefail
cd "$(dirname "$0")/.."

out=build/proto-deps
stamp=$out/.go.mod
if cmp -s go.mod "$stamp"; then
  exit 0
fi

# GOFLAGS is emptied of -mod=vendor and the like: the sources must come from the cache.
modules=(
  github.com/cosmos/cosmos-sdk
  github.com/cosmos/cosmos-proto
  github.com/cosmos/gogoproto
  github.com/grpc-ecosystem/grpc-gateway
)
go mod download "${modules[@]}"
dir() { go list -mod=mod -m -f '{{.Dir}}' "$1"; }

new=$(mktemp -d build/proto-deps.XXXXXX)
trap 'rm -rf "$new"' EXIT
mkdir -p "$new"/{cosmos_proto,gogoproto,google/api}
sdk=$(dir "${modules[0]}")
cp -r "$sdk"/proto/{amino,cosmos,tendermint} "$new"/
cp "$(dir "${modules[1]}")"/proto/cosmos_proto/cosmos.proto "$new"/cosmos_proto/
cp "$(dir "${modules[2]}")"/gogoproto/gogo.proto "$new"/gogoproto/
cp "$(dir "${modules[3]}")"/third_party/googleapis/google/api/*.proto "$new"/google/api/
chmod -R u+w "$new"
cp go.mod "$new"/.go.mod

rm -rf "$out"
mv "$new" "$out"
trap - EXIT
