#!/usr/bin/env bash
# Compiles the page's Rust core to WebAssembly and writes web/pkg. Needs the target wasm32-unknown-unknown and wasm-bindgen:
#
#   rustup target add wasm32-unknown-unknown && cargo install wasm-bindgen-cli --version 0.2.130
#
# Where rustup cannot add the target, Debian's compiler and the source of its standard library do the same:
#
#   apt-get install -y --no-install-recommends rustc-web cargo-web rust-web-src lld-19 && cargo install wasm-bindgen-cli --version 0.2.130
set -euo pipefail
cd "$(dirname "$0")"
out=${CARGO_TARGET_DIR:-../target}
flags=(--release --target wasm32-unknown-unknown)
# Small rather than fast: the page is sent over wires. At `s`, LLVM still copies what is marked `#[inline]`, as most of the standard library is, into its callers up to
# a cost of 325; at most 25, whatever the function, makes the page a tenth smaller and no slower. (`z`, which inlines next to nothing, takes twice as long over samples.)
small="-Cllvm-args=-inline-threshold=25 -Cllvm-args=-inlinehint-threshold=25"
export CARGO_PROFILE_RELEASE_OPT_LEVEL=s CARGO_PROFILE_RELEASE_LTO=fat CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1

if rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null | xargs -I{} test -d {}; then
  CARGO_TARGET_DIR="$out" CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$small" cargo build "${flags[@]}"
elif [ -x /usr/bin/cargo ] && command -v wasm-ld-19 >/dev/null; then
  # The standard library is compiled too, with a compiler that calls itself stable: hence the bootstrap flag. So it can be the small one, whose sorts are short, and a
  # panic ends at once, without the words that no one on a page would see: together a seventh smaller.
  PATH=/usr/bin:$PATH RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$out/debian" \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19 \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$small -Zunstable-options -Cpanic=immediate-abort" \
    /usr/bin/cargo build "${flags[@]}" -Z build-std=std,panic_abort -Z build-std-features=optimize_for_size
  out=$out/debian
else
  echo "no wasm32-unknown-unknown target: see the first lines of $0" >&2
  exit 1
fi
wasm-bindgen --target web --omit-default-module-path --remove-name-section --remove-producers-section --out-dir pkg "$out/wasm32-unknown-unknown/release/lambdahat_web.wasm"
