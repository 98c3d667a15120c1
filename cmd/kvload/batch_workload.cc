#include "batch_workload.h"

#include <utility>

#include "base/strings.h"
#include "keys.h"

namespace quorate::load {
namespace {

// Each read has to show one value in all of a tag's keys: they are of one partition, and a
// multi-get reads what is of one partition at one moment.
class BatchWorkload final : public Workload {
 public:
  BatchWorkload(const Job& job, const std::string& run)
      : keys_(job.name, job.keys, job.rotate_after, run) {}

  Request Next(Actor& actor) override {
    const size_t slot = keys_.TakeSlot(actor.random);
    const std::string tag = keys_.NameOf(slot);
    const uint64_t keys = 2 + slot % 2;
    const bool write = actor.random.Chance(0.5);
    const std::string value = write ? actor.UniqueValue() : "";
    Request request;
    for (uint64_t i = 0; i < keys; ++i) {
      std::string key = StrCat("{", tag, "}/", i);
      if (write) {
        request.writes.push_back(Mutation::Put(std::move(key), value));
      } else {
        request.reads.push_back(std::move(key));
      }
    }
    return request;
  }

 private:
  Keys keys_;
};

}  // namespace

std::unique_ptr<Workload> MakeBatch(const Job& job, const Place& /*place*/,
                                    const std::string& run) {
  return std::make_unique<BatchWorkload>(job, run);
}

}  // namespace quorate::load
