// What it costs to apply committed entries to RocksDB, and to read from it.
#include <benchmark/benchmark.h>

#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "kv/bundle.h"
#include "kv/state_machine.h"
#include "scratch_folder.h"
#include "storage/rocks_engine.h"

namespace quorate::kv {
namespace {

constexpr uint64_t kKeys = 100'000;

std::string KeyOf(uint64_t number) {
  return absl::StrCat("key-", absl::Dec(number, absl::kZeroPad10));
}

Command PutOf(uint64_t number) {
  Mutation put;
  put.key = KeyOf(number);
  put.value = std::string(256, 'v');
  Command command;
  command.mutations.push_back(std::move(put));
  return command;
}

struct Partition {
  Partition()
      : engine(*OpenRocksEngine(folder.path() + "/data")), machine(PartitionId(2), *engine) {}

  bench::ScratchFolder folder;
  std::unique_ptr<Engine> engine;
  StateMachine machine;
};

// Argument: puts in one entry, which is one write of the engine.
void StateApplies(benchmark::State& state) {
  Partition partition;
  if (!partition.machine.Load().ok()) return state.SkipWithError("cannot load");
  Random random(1);
  LogIndex last;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<Command> commands;
    for (int64_t i = 0; i < state.range(0); ++i) commands.push_back(PutOf(random.Below(kKeys)));
    last = last + 1;
    const LogEntry entry{Term(1), last, EntryKind::kCommand, Payload(EncodeBundle(commands, 1))};
    state.ResumeTiming();
    if (!partition.machine.Apply({&entry, 1}, "").ok()) return state.SkipWithError("cannot apply");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(StateApplies)->Arg(1)->Arg(64);

void StateReads(benchmark::State& state) {
  Partition partition;
  if (!partition.machine.Load().ok()) return state.SkipWithError("cannot load");
  for (uint64_t at = 0; at < kKeys;) {
    std::vector<Command> commands;
    for (int i = 0; i < 100; ++i) commands.push_back(PutOf(at++));
    const LogEntry entry{Term(1), LogIndex(at / 100), EntryKind::kCommand,
                         Payload(EncodeBundle(commands, 1))};
    if (!partition.machine.Apply({&entry, 1}, "").ok()) return state.SkipWithError("cannot apply");
  }
  Random random(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(partition.machine.Get(KeyOf(random.Below(kKeys))));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(StateReads);

}  // namespace
}  // namespace quorate::kv
