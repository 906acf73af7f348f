#!/bin/sh
# Builds the native kernels with AddressSanitizer and UndefinedBehaviorSanitizer and runs their tests on that build.
# Usage: tests/kernels/sanitize.sh [python] [pytest arguments]; works in a temporary folder, touches nothing else.
set -eu
python=${1:-python}
[ $# -gt 0 ] && shift
root=$(cd "$(dirname "$0")/../.." && pwd)
work=${MINIKERAS_SANITIZE_DIR:-$(mktemp -d)}
[ -n "${MINIKERAS_SANITIZE_DIR:-}" ] || trap 'rm -rf "$work"' EXIT

mkdir -p "$work"
cmake -S "$root" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DMINIKERAS_SANITIZE=ON \
    -DPython_EXECUTABLE="$(command -v "$python")" > "$work/configure.log"
cmake --build "$work/build" --parallel > "$work/build.log" || { tail -30 "$work/build.log"; exit 1; }

mkdir -p "$work/tree/tests"
rm -rf "$work/tree/minikeras" "$work/tree/tests/kernels"
cp -R "$root/minikeras" "$work/tree/minikeras"
cp -R "$root/tests/kernels" "$work/tree/tests/kernels"
rm -f "$work/tree/minikeras/kernels/"_native*
cp "$work/build/"_native* "$work/tree/minikeras/kernels/"

# The interpreter itself is not instrumented: the run-time library comes first, and its own leaks are not ours.
runtime=$("${CXX:-c++}" -print-file-name=libasan.so)
standard=$("${CXX:-c++}" -print-file-name=libstdc++.so)
cd "$work/tree"
LD_PRELOAD="$runtime $standard" ASAN_OPTIONS=detect_leaks=0:halt_on_error=1 UBSAN_OPTIONS=print_stacktrace=1 \
    MINIKERAS_KERNELS=native "$python" -m pytest -q -p no:cacheprovider --import-mode=importlib tests/kernels "$@"
