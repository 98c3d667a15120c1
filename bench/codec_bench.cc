// What bytes cost on their way: commands, and messages of both protocols.
#include <benchmark/benchmark.h>

#include "absl/strings/str_cat.h"
#include "kv/bundle.h"
#include "replica/raft_codec.h"

namespace quorate {
namespace {

std::vector<kv::Command> Puts(int64_t count) {
  std::vector<kv::Command> commands;
  for (int64_t i = 0; i < count; ++i) {
    kv::Mutation put;
    put.key = absl::StrCat("key-", absl::Dec(i, absl::kZeroPad10));
    put.value = std::string(256, 'v');
    kv::Command command;
    command.mutations.push_back(std::move(put));
    commands.push_back(std::move(command));
  }
  return commands;
}

// Argument: puts in one entry.
void CommandsToBytesAndBack(benchmark::State& state) {
  const std::vector<kv::Command> commands = Puts(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(kv::DecodeBundle(kv::EncodeBundle(commands, 1)));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(CommandsToBytesAndBack)->Arg(1)->Arg(64);

// Argument: entries of one put each in one append.
void AppendToBytesAndBack(benchmark::State& state) {
  raft::Message append;
  append.kind = raft::MessageKind::kAppend;
  append.from = NodeId(1);
  append.to = NodeId(2);
  append.term = Term(1);
  for (int64_t i = 1; i <= state.range(0); ++i) {
    append.entries.push_back({Term(1), LogIndex(static_cast<uint64_t>(i)), EntryKind::kCommand,
                              Payload(kv::EncodeBundle(Puts(1), 1))});
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(DecodeRaftMessage(EncodeRaftMessage(append), append.from, append.to));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(AppendToBytesAndBack)->Arg(1)->Arg(64);

}  // namespace
}  // namespace quorate
