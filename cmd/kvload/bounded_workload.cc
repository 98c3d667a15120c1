#include "bounded_workload.h"

#include <utility>

#include "keys.h"

namespace quorate::load {
namespace {

class BoundedWorkload final : public Workload {
 public:
  BoundedWorkload(const Job& job, const std::string& run)
      : keys_(job.name, job.keys, job.rotate_after, run), writers_((job.clients + 2) / 3) {}

  Request Next(Actor& actor) override {
    std::string key = keys_.Take(actor.random);
    // Pinned clients are dealt to the nodes in turn: the first of them write, at all nodes.
    if (actor.seat >= writers_) return Request::Get(std::move(key));
    return Request::Write(Mutation::Put(std::move(key), actor.UniqueValue()));
  }

 private:
  Keys keys_;
  const uint32_t writers_;
};

}  // namespace

std::unique_ptr<Workload> MakeBounded(const Job& job, const Place& /*place*/,
                                      const std::string& run) {
  return std::make_unique<BoundedWorkload>(job, run);
}

}  // namespace quorate::load
