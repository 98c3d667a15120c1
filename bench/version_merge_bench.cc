// What a record of mode quorum costs: to be merged, read and written as bytes.
#include <benchmark/benchmark.h>

#include "quorum/crdt_policies.h"
#include "quorum/lww.h"
#include "quorum/seen_clock.h"

namespace quorate::quorum {
namespace {

class Unheard final : public ConflictSink {
  void Discarded(std::string_view, const Record&, const Record&) override {}
};

Dot DotOf(uint64_t node, uint64_t counter) { return {{NodeId(node), Boot(1)}, counter}; }

Record WriteOf(const ConflictPolicy& policy, uint64_t node, uint64_t counter) {
  Change change;
  change.argument = std::string(256, 'v');
  return *policy.Write("key", nullptr, change, DotOf(node, counter), HlcFromMicros(counter),
                       SeenClock());
}

void Merges(benchmark::State& state, const ConflictPolicy& policy) {
  const Record mine = WriteOf(policy, 1, 7);
  const Record theirs = WriteOf(policy, 2, 8);
  SeenClock seen;
  seen.Add({NodeId(1), Boot(1)}, {1, 7});
  Unheard sink;
  for (auto _ : state) benchmark::DoNotOptimize(policy.Merge("key", mine, theirs, seen, sink));
  state.SetItemsProcessed(state.iterations());
}

void RecordMergesNewestWins(benchmark::State& state) { Merges(state, LastWriteWins()); }
BENCHMARK(RecordMergesNewestWins);

void RecordMergesSiblings(benchmark::State& state) { Merges(state, SiblingsPolicy({})); }
BENCHMARK(RecordMergesSiblings);

void RecordToBytesAndBack(benchmark::State& state) {
  const Record record = WriteOf(LastWriteWins(), 1, 7);
  for (auto _ : state) {
    benchmark::DoNotOptimize(DecodeRecord("key", EncodeRecord("key", record)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(RecordToBytesAndBack);

// Argument: how many holes each of two clocks has.
void ClocksMerge(benchmark::State& state) {
  SeenClock mine;
  SeenClock theirs;
  for (uint64_t node = 1; node <= 3; ++node) {
    mine.Add({NodeId(node), Boot(1)}, {1, 1000});
    theirs.Add({NodeId(node), Boot(1)}, {1, 1000});
    for (int64_t i = 0; i < state.range(0); ++i) {
      mine.Add(DotOf(node, 1002 + 4 * static_cast<uint64_t>(i)));
      theirs.Add(DotOf(node, 1004 + 4 * static_cast<uint64_t>(i)));
    }
  }
  for (auto _ : state) {
    SeenClock merged = mine;
    merged.Merge(theirs);
    benchmark::DoNotOptimize(merged);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ClocksMerge)->Arg(0)->Arg(64);

}  // namespace
}  // namespace quorate::quorum
