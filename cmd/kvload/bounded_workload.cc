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
    // Pinned clients are dealt to the nodes in turn: the first of them write, at all nodes.
    // A key has to live for longer than the bound, so reads don't use it up.
    if (actor.seat >= writers_) return Request::Get(keys_.Look(actor.random));
    return Request::Write(Mutation::Put(keys_.Take(actor.random), actor.UniqueValue()));
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
