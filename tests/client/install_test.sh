#!/usr/bin/env bash
# Installs the client library and the embedded cluster from BUILD_DIR into a
# prefix of its own, builds programs with them by find_package(quorate), and runs
# those.
# Usage: install_test.sh BUILD_DIR CXX_COMPILER
set -euo pipefail

build=$1
compiler=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for component in client testing; do
  cmake --install "$build" --component $component --prefix "$work/prefix" >"$work/install.log" ||
    { cat "$work/install.log"; exit 1; }
done

if grep -rlE 'grpc|protobuf|\.pb\.h' "$work/prefix/include"; then
  echo 'these installed headers speak of gRPC or protobuf'
  exit 1
fi

mkdir "$work/consumer"
cat >"$work/consumer/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(consumer CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(quorate 0.1 REQUIRED COMPONENTS testing)
add_compile_options(-Wall -Wextra -Wpedantic -Werror)
add_executable(consumer main.cc)
target_link_libraries(consumer PRIVATE quorate::client)
add_executable(tester tester.cc)
target_link_libraries(tester PRIVATE quorate::testing quorate::client)
END
cat >"$work/consumer/tester.cc" <<'END'
#include <quorate/client.h>
#include <quorate/testing/cluster.h>

#include <iostream>

int main() {
  const auto cluster = quorate::testing::Cluster::Start();
  if (!cluster.ok()) return 1;
  const auto db = quorate::Client::Connect((*cluster)->endpoints());
  if (!db.ok() || !(*cluster)->Kill(2).ok()) return 1;
  auto keyspace = db->Keyspace("default");
  if (!keyspace.Put("k", "two of three").ok()) return 1;
  std::cout << keyspace.Get("k")->value.value_or("nothing") << '\n';
}
END
cat >"$work/consumer/main.cc" <<'END'
#include <quorate/client.h>

#include <iostream>

int main() {
  const auto db = quorate::Client::Connect("127.0.0.1:1", {.deadline = absl::Milliseconds(100)});
  const quorate::WriteOptions options{.level = quorate::Level::kQuorum};
  std::cout << quorate::ReasonOf(db.status()) << '\n';
  const bool as_expected = quorate::OutcomeOf(db.status()) == quorate::Outcome::kNotDone;
  return as_expected && options.level == quorate::Level::kQuorum ? 0 : 1;
}
END

# Only the prefix, not the checkout, may be what the consumer stands on.
cmake -S "$work/consumer" -B "$work/consumer/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=Debug >"$work/configure.log" 2>&1 ||
  { cat "$work/configure.log"; exit 1; }
if grep -rn "$build\|$(dirname "$0")/../../src" "$work/prefix/lib"*/cmake; then
  echo 'the installed package points back into the checkout'
  exit 1
fi
cmake --build "$work/consumer/build" >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }

said=$("$work/consumer/build/consumer")
[[ $said == NODE_UNREACHABLE ]] || { echo "the consumer said: $said"; exit 1; }
said=$("$work/consumer/build/tester")
[[ $said == 'two of three' ]] || { echo "the tester said: $said"; exit 1; }
echo 'installed, found, built and ran'
