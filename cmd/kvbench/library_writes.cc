#include <utility>
#include <vector>

#include "base/error.h"
#include "write_calls.h"

namespace quorate::bench {
namespace {

class LibraryWriteCalls final : public WriteCalls {
 public:
  LibraryWriteCalls(const Client& client, const Target& target, absl::Duration deadline)
      : keyspace_(client.Keyspace(target.keyspace)), value_(target.value) {
    options_.level = Level::kQuorum;
    options_.deadline = deadline;
    options_.exactly_once = false;
    for (const Member& member : target.members) {
      keys_.insert(keys_.end(), member.keys.begin(), member.keys.end());
    }
  }

  void Begin(Random& random, Done done) override {
    keyspace_.Put(
        keys_[random.Below(keys_.size())], value_, options_,
        [done = std::move(done)](const absl::StatusOr<WriteReceipt>& written) mutable {
          if (written.ok()) return std::move(done)({.done = true});
          const absl::Status& status = written.status();
          if (!absl::IsResourceExhausted(status)) {
            return std::move(done)({.error = std::string(status.message())});
          }
          std::move(done)({.refused = true, .told_when = RetryAfterOf(status).has_value()});
        });
  }

 private:
  Keyspace keyspace_;
  const std::string value_;
  WriteOptions options_;
  std::vector<std::string> keys_;
};

}  // namespace

std::unique_ptr<WriteCalls> LibraryWrites(const Client& client, const Target& target,
                                          absl::Duration deadline) {
  return std::make_unique<LibraryWriteCalls>(client, target, deadline);
}

ClientOptions Impatient() {
  return {.retry_budget = {.capacity = 0, .per_call = 0, .per_second = 0}};
}

}  // namespace quorate::bench
