// What a record of the log costs, synced, in a folder for temporary files.
#include <benchmark/benchmark.h>

#include "scratch_folder.h"
#include "storage/log_store.h"
#include "storage/posix_files.h"

namespace quorate {
namespace {

// Argument: entries of 256 bytes in one record.
void LogAppends(benchmark::State& state) {
  const bench::ScratchFolder folder;
  const auto files = OpenFolder(folder.path() + "/log");
  if (!files.ok()) return state.SkipWithError(files.status().ToString().c_str());
  const auto log = LogStore::Open(**files, {.segment_bytes = 16 << 20});
  if (!log.ok()) return state.SkipWithError(log.status().ToString().c_str());
  const Payload data(std::string(256, 'v'));
  LogIndex last;
  for (auto _ : state) {
    GroupWrite write;
    write.partition = PartitionId(2);
    for (int64_t i = 0; i < state.range(0); ++i) {
      last = last + 1;
      write.entries.push_back({Term(1), last, EntryKind::kCommand, data});
    }
    LogBatch batch;
    batch.groups.push_back(std::move(write));
    if (const absl::Status appended = (*log)->Append(batch); !appended.ok()) {
      return state.SkipWithError(appended.ToString().c_str());
    }
    (*log)->Release(PartitionId(2), last);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(LogAppends)->Arg(1)->Arg(64)->Arg(1024)->UseRealTime();

}  // namespace
}  // namespace quorate
