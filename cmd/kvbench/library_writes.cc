#include <utility>
#include <vector>

#include "base/error.h"
#include "write_calls.h"

namespace quorate::bench {
namespace {

constexpr size_t kBatchesEach = 512;  // ready for each member

WriteEnd EndOf(const absl::Status& status) {
  if (status.ok()) return {.done = true};
  if (!absl::IsResourceExhausted(status)) return {.error = std::string(status.message())};
  return {.refused = true, .told_when = RetryAfterOf(status).has_value()};
}

class LibraryWriteCalls final : public WriteCalls {
 public:
  LibraryWriteCalls(const Client& client, const Target& target, uint32_t batch,
                    absl::Duration deadline)
      : keyspace_(client.Keyspace(target.keyspace)), value_(target.value) {
    options_.level = Level::kQuorum;
    options_.deadline = deadline;
    options_.exactly_once = false;
    for (const Member& member : target.members) {
      if (batch == 1) {
        keys_.insert(keys_.end(), member.keys.begin(), member.keys.end());
        continue;
      }
      for (const auto& keys : BatchesOf(target, member, batch, kBatchesEach)) {
        auto& puts = batches_.emplace_back();
        for (const std::string& key : keys) puts.push_back(Mutation::Put(key, value_));
      }
    }
  }

  void Begin(Random& random, Done done) override {
    auto end = [done = std::move(done)](const auto& written) mutable {
      std::move(done)(EndOf(written.status()));
    };
    if (batches_.empty()) {
      keyspace_.Put(keys_[random.Below(keys_.size())], value_, options_, std::move(end));
    } else {
      keyspace_.Batch(batches_[random.Below(batches_.size())], options_, std::move(end));
    }
  }

 private:
  Keyspace keyspace_;
  const std::string value_;
  WriteOptions options_;
  std::vector<std::string> keys_;
  std::vector<std::vector<Mutation>> batches_;
};

}  // namespace

std::unique_ptr<WriteCalls> LibraryWrites(const Client& client, const Target& target,
                                          uint32_t batch, absl::Duration deadline) {
  return std::make_unique<LibraryWriteCalls>(client, target, batch, deadline);
}

ClientOptions Impatient() {
  return {.retry_budget = {.capacity = 0, .per_call = 0, .per_second = 0}};
}

}  // namespace quorate::bench
