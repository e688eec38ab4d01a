# Stands in for what the commands of the documents need besides the program. What a machine has is used.
convexport() {
  "$CONVEXPORT" "$@" || {
    code=$?
    echo "exit code $code of: convexport $*" >&2
    return $code
  }
}
export -f convexport

mkdir -p target/debug/examples
ln -s "$CONVEXPORT" target/debug/convexport
# The fakes run already.
printf '#!/bin/sh\nwhile [ "${1#--}" != "$1" ]; do shift 2; done\nexec "$@"\n' > target/debug/examples/fake
chmod +x target/debug/examples/fake

lacks() { ! command -v "$1" > /dev/null; }
swallow() { cat > /dev/null; }

# Builds, which the other tests and CI do.
cargo() { :; }
# Runs what the container would run.
docker() {
  local all="$*"
  case $all in run*) convexport ${all#* convexport } ;; esac
}
sudo() { :; }
aws() { [ -e "$3" ]; }
curl() { cat tests/fixtures/boost-export.json; }
less() { swallow; }
your-loader() { swallow; }
target-postgres() { swallow; echo '{}'; }
meltano() { :; }
datasette() { [ -e "$1" ]; }
spark-submit() { :; }
man() { ls ~/.local/share/man/man1/"$1".1 > /dev/null; }
lacks jq && jq() { swallow; }
lacks sqlite3 && sqlite3() { :; }
lacks parallel && parallel() { :; }
true
