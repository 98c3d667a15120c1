#include "storage/mem_engine.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "storage/replacement.h"

namespace quorate {
namespace {

using Map = MemEngine::Map;

void Apply(const EngineBatch& batch, Map& map) {
  for (const EngineBatch::Step& step : batch.steps()) {
    if (const auto* put = std::get_if<EngineBatch::Put>(&step)) {
      map.insert_or_assign(std::string(put->key), std::string(put->value));
    } else if (const auto* one = std::get_if<EngineBatch::Delete>(&step)) {
      if (const auto it = map.find(one->key); it != map.end()) map.erase(it);
    } else {
      const auto& range = std::get<EngineBatch::DeleteRange>(step);
      if (range.begin < range.end) {
        map.erase(map.lower_bound(range.begin), map.lower_bound(range.end));
      }
    }
  }
}

bool Touches(const EngineBatch& batch, std::string_view begin, std::string_view end) {
  return std::any_of(batch.steps().begin(), batch.steps().end(), [&](const auto& step) {
    if (const auto* put = std::get_if<EngineBatch::Put>(&step)) {
      return begin <= put->key && put->key < end;
    }
    if (const auto* one = std::get_if<EngineBatch::Delete>(&step)) {
      return begin <= one->key && one->key < end;
    }
    const auto& range = std::get<EngineBatch::DeleteRange>(step);
    return range.begin < end && begin < range.end;
  });
}

uint64_t Bytes(const EngineBatch& batch) {
  uint64_t bytes = 0;
  for (const EngineBatch::Step& step : batch.steps()) {
    if (const auto* put = std::get_if<EngineBatch::Put>(&step)) {
      bytes += put->key.size() + put->value.size();
    } else if (const auto* one = std::get_if<EngineBatch::Delete>(&step)) {
      bytes += one->key.size();
    } else {
      const auto& range = std::get<EngineBatch::DeleteRange>(step);
      bytes += range.begin.size() + range.end.size();
    }
  }
  return bytes;
}

std::optional<std::string> Find(const Map& map, std::string_view key) {
  const auto it = map.find(key);
  if (it == map.end()) return std::nullopt;
  return it->second;
}

class MemIterator : public EngineIterator {
 public:
  MemIterator(std::shared_ptr<const Map> map, std::string_view begin, std::string_view end)
      : map_(std::move(map)),
        at_(map_->lower_bound(begin)),
        end_(begin < end ? map_->lower_bound(end) : at_) {}

  bool Valid() const override { return at_ != end_; }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  void Next() override { ++at_; }
  absl::Status status() const override { return absl::OkStatus(); }

 private:
  const std::shared_ptr<const Map> map_;
  Map::const_iterator at_;
  const Map::const_iterator end_;
};

class MemView : public EngineView {
 public:
  explicit MemView(std::shared_ptr<const Map> map) : map_(std::move(map)) {}

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override {
    return Find(*map_, key);
  }
  std::unique_ptr<EngineIterator> Scan(std::string_view begin,
                                       std::string_view end) const override {
    return std::make_unique<MemIterator>(map_, begin, end);
  }

 private:
  const std::shared_ptr<const Map> map_;
};

}  // namespace

class MemReplace : public EngineReplace {
 public:
  MemReplace(MemEngine* engine, std::string_view begin, std::string_view end)
      : engine_(engine), begin_(begin), end_(end) {
    batch_.DeleteKeys(begin_, end_);
  }

  absl::Status Add(std::string_view key, std::string_view value) override {
    if (absl::Status fits = CheckReplacementKey(key, last_, begin_, end_); !fits.ok()) return fits;
    last_ = std::string(key);
    batch_.PutKey(key, value);
    return absl::OkStatus();
  }
  absl::Status Commit() override { return engine_->CommitReplace(batch_); }

 private:
  MemEngine* const engine_;
  const std::string begin_, end_;
  std::optional<std::string> last_;
  EngineBatch batch_;
};

MemEngine::MemEngine(MemEngineOptions options)
    : options_(options), current_(std::make_shared<Map>()), random_(options.seed) {}

absl::Status MemEngine::Write(const EngineBatch& batch) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status refusal = Refusal(); !refusal.ok()) return refusal;
  ApplyCurrent(batch);
  unflushed_.push_back(batch.Copy());
  if (random_.Chance(options_.flush_chance)) FlushLocked();
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> MemEngine::Get(std::string_view key) const {
  absl::MutexLock lock(&mutex_);
  return Find(*current_, key);
}

std::unique_ptr<EngineIterator> MemEngine::Scan(std::string_view begin,
                                                std::string_view end) const {
  return std::make_unique<MemIterator>(Current(), begin, end);
}

std::unique_ptr<EngineView> MemEngine::View() const { return std::make_unique<MemView>(Current()); }

absl::StatusOr<std::optional<std::string>> MemEngine::GetDurable(std::string_view key) const {
  absl::MutexLock lock(&mutex_);
  return Find(durable_, key);
}

absl::Status MemEngine::Flush() {
  absl::MutexLock lock(&mutex_);
  if (absl::Status refusal = Refusal(); !refusal.ok()) return refusal;
  FlushLocked();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<EngineReplace>> MemEngine::BeginReplace(std::string_view begin,
                                                                       std::string_view end) {
  if (absl::Status range = CheckReplacementRange(begin, end); !range.ok()) return range;
  return std::make_unique<MemReplace>(this, begin, end);
}

EngineStats MemEngine::stats() const {
  absl::MutexLock lock(&mutex_);
  EngineStats stats;
  for (const auto& [key, value] : durable_) stats.data_bytes += key.size() + value.size();
  for (const EngineBatch& batch : unflushed_) stats.memtable_bytes += Bytes(batch);
  stats.flushes = flushes_;
  stats.keys_estimated = current_->size();
  return stats;
}

void MemEngine::Crash() {
  absl::MutexLock lock(&mutex_);
  current_ = std::make_shared<Map>(durable_);
  unflushed_.clear();
  full_ = failing_ = false;
}

void MemEngine::SetFull(bool full) {
  absl::MutexLock lock(&mutex_);
  full_ = full;
}

void MemEngine::SetFailing(bool failing) {
  absl::MutexLock lock(&mutex_);
  failing_ = failing;
}

// As an ingestion into RocksDB: what is written of the range goes to disk
// first, with all else that is in memory; then the replacement, at once.
absl::Status MemEngine::CommitReplace(const EngineBatch& batch) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status refusal = Refusal(); !refusal.ok()) return refusal;
  const auto& range = std::get<EngineBatch::DeleteRange>(batch.steps().front());
  const bool in_memory = std::any_of(
      unflushed_.begin(), unflushed_.end(),
      [&](const EngineBatch& earlier) { return Touches(earlier, range.begin, range.end); });
  if (in_memory) FlushLocked();
  ApplyCurrent(batch);
  Apply(batch, durable_);
  return absl::OkStatus();
}

absl::Status MemEngine::Refusal() const {
  if (full_) {
    return MakeError(absl::StatusCode::kResourceExhausted, "DISK_FULL",
                     "the engine has no space left; free some space");
  }
  if (failing_) {
    return MakeError(absl::StatusCode::kInternal, "DISK_ERROR", "the engine cannot write");
  }
  return absl::OkStatus();
}

void MemEngine::ApplyCurrent(const EngineBatch& batch) {
  if (current_.use_count() > 1) current_ = std::make_shared<Map>(*current_);
  Apply(batch, *current_);
}

void MemEngine::FlushLocked() {
  for (const EngineBatch& batch : unflushed_) Apply(batch, durable_);
  unflushed_.clear();
  ++flushes_;
  if (options_.filter != nullptr) DropFiltered();
}

// As a compaction: also older views no longer find it, but here they do.
void MemEngine::DropFiltered() {
  std::vector<std::string> dropped;
  for (const auto& [key, value] : durable_) {
    if (options_.filter->Drops(key, value)) dropped.push_back(key);
  }
  if (dropped.empty()) return;
  EngineBatch batch;
  for (const std::string& key : dropped) batch.DeleteKey(key);
  Apply(batch, durable_);
  ApplyCurrent(batch);
}

std::shared_ptr<const MemEngine::Map> MemEngine::Current() const {
  absl::MutexLock lock(&mutex_);
  return current_;
}

}  // namespace quorate
