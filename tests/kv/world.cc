#include "world.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "kv/bundle.h"
#include "kv/digest.h"
#include "kv/layout.h"
#include "storage/mem_engine.h"
#include "storage/rocks_engine.h"

namespace quorate::kv {
namespace {

// Owns the folder of the engine that it passes everything on to.
class EngineInFolder final : public Engine {
 public:
  EngineInFolder() {
    static int count = 0;
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ("kv-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    auto opened = OpenRocksEngine(folder_.string(),
                                  {.memtable_bytes = 1 << 20, .block_cache_bytes = 1 << 20});
    EXPECT_TRUE(opened.ok()) << opened.status();
    engine_ = *std::move(opened);
  }
  ~EngineInFolder() override {
    engine_.reset();
    std::filesystem::remove_all(folder_);
  }
  absl::Status Write(const EngineBatch& batch) override { return engine_->Write(batch); }
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override {
    return engine_->Get(key);
  }
  std::unique_ptr<EngineIterator> Scan(std::string_view begin,
                                       std::string_view end) const override {
    return engine_->Scan(begin, end);
  }
  std::unique_ptr<EngineView> View() const override { return engine_->View(); }
  absl::StatusOr<std::optional<std::string>> GetDurable(std::string_view key) const override {
    return engine_->GetDurable(key);
  }
  absl::Status Flush() override { return engine_->Flush(); }
  absl::StatusOr<std::unique_ptr<EngineReplace>> BeginReplace(std::string_view begin,
                                                              std::string_view end) override {
    return engine_->BeginReplace(begin, end);
  }
  EngineStats stats() const override { return engine_->stats(); }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace

std::string EngineName(EngineKind kind) { return kind == EngineKind::kMemory ? "Memory" : "Rocks"; }

std::unique_ptr<Engine> MakeEngine(EngineKind kind) {
  if (kind == EngineKind::kRocks) return std::make_unique<EngineInFolder>();
  return std::make_unique<MemEngine>(MemEngineOptions{.seed = 1, .flush_chance = 0});
}

Mutation Put(std::string key, std::string value) {
  Mutation put;
  put.key = std::move(key);
  put.value = std::move(value);
  return put;
}

Mutation Delete(std::string key) {
  Mutation mutation = Put(std::move(key), "");
  mutation.action = Mutation::Action::kDelete;
  return mutation;
}

Mutation Add(std::string key, int64_t delta) {
  Mutation mutation = Put(std::move(key), "");
  mutation.action = Mutation::Action::kAdd;
  mutation.delta = delta;
  return mutation;
}

Mutation If(Condition::Kind kind, Mutation mutation) {
  mutation.condition.kind = kind;
  return mutation;
}

Mutation IfVersion(uint64_t version, Mutation mutation) {
  mutation.condition.version = version;
  return If(Condition::Kind::kVersion, std::move(mutation));
}

Mutation IfValue(std::string value, Mutation mutation) {
  mutation.condition.value = std::move(value);
  return If(Condition::Kind::kValue, std::move(mutation));
}

LogEntry CommandEntry(LogIndex index, absl::Span<const Command> commands) {
  return {Term(1), index, EntryKind::kCommand, Payload(EncodeBundle(commands))};
}

Partition::Partition(Engine& engine, StateMachineBugs bugs)
    : state(kPartition, engine, bugs), engine_(engine) {
  const absl::Status loaded = state.Load();
  EXPECT_TRUE(loaded.ok()) << loaded;
}

CommandResult Partition::Run(std::vector<Mutation> mutations) {
  Command command;
  command.mutations = std::move(mutations);
  const LogEntry entry =
      CommandEntry(state.applied().index.next(), absl::MakeConstSpan(&command, 1));
  auto results = state.Apply(absl::MakeConstSpan(&entry, 1), "members");
  EXPECT_TRUE(results.ok()) << results.status();
  if (results.ok()) return results->front().front();
  CommandResult failed;
  failed.status = results.status();
  return failed;
}

std::string Partition::ValueOf(std::string_view key) const {
  const auto record = state.Get(key);
  EXPECT_TRUE(record.ok()) << record.status();
  return record.ok() && record->has_value() ? (*record)->value : "-";
}

uint64_t Partition::VersionOf(std::string_view key) const {
  const auto record = state.Get(key);
  EXPECT_TRUE(record.ok()) << record.status();
  return record.ok() && record->has_value() ? (*record)->version : 0;
}

uint64_t Partition::Digest() const {
  const auto digest = ComputeDigest(kPartition, engine_);
  EXPECT_TRUE(digest.ok()) << digest.status();
  return digest.value_or(0);
}

std::vector<std::pair<std::string, std::string>> Dump(const Engine& engine) {
  std::vector<std::pair<std::string, std::string>> all;
  const auto it = engine.Scan(PartitionBegin(PartitionId(0)), PartitionEnd(PartitionId(~0ull)));
  for (; it->Valid(); it->Next()) all.emplace_back(it->key(), it->value());
  EXPECT_TRUE(it->status().ok()) << it->status();
  return all;
}

}  // namespace quorate::kv
