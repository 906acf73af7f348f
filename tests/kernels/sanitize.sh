#!/bin/sh
# Builds the native kernels with AddressSanitizer and UndefinedBehaviorSanitizer and runs all their tests on that build,
# half of them in each of two processes: about three minutes on two cores, two of them for the build.
# Usage: tests/kernels/sanitize.sh [python] [pytest arguments]; works in a temporary folder, touches nothing else.
set -eu
python=${1:-python}
[ $# -gt 0 ] && shift
root=$(cd "$(dirname "$0")/../.." && pwd)
work=${MINIKERAS_SANITIZE_DIR:-$(mktemp -d)}
[ -n "${MINIKERAS_SANITIZE_DIR:-}" ] || trap 'rm -rf "$work"' EXIT

mkdir -p "$work"
cmake -S "$root" -B "$work/build" -DCMAKE_BUILD_TYPE=None -DMINIKERAS_SANITIZE=ON \
    -DPython_EXECUTABLE="$(command -v "$python")" > "$work/configure.log"
cmake --build "$work/build" --parallel 2 > "$work/build.log" 2>&1 || { tail -30 "$work/build.log"; exit 1; }

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
run() {
    share=$1
    shift
    LD_PRELOAD="$runtime $standard" ASAN_OPTIONS=detect_leaks=0:halt_on_error=1:log_path="$work/report" \
        UBSAN_OPTIONS=print_stacktrace=1:log_path="$work/report" \
        MINIKERAS_KERNELS=native MINIKERAS_NUM_THREADS=2 MINIKERAS_TEST_SHARE="$share/2" \
        "$python" -m pytest --capture=sys -p no:cacheprovider --import-mode=importlib tests/kernels \
        --ignore=tests/kernels/test_lenet_bits.py --ignore=tests/kernels/test_choice.py "$@"
}
failed=0
run 0 "$@" > "$work/first.log" 2>&1 &
first=$!
run 1 "$@" || failed=1
wait $first || failed=1
tail -25 "$work/first.log"
for report in "$work"/report.*; do # what pytest's capture would have swallowed
    [ ! -e "$report" ] || head -30 "$report" | cut -c1-200
done
exit $failed
