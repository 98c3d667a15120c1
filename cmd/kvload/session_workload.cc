#include "session_workload.h"

#include <utility>

#include "keys.h"

namespace quorate::load {
namespace {

class SessionWorkload final : public Workload {
 public:
  SessionWorkload(const Job& job, const Place& place, const std::string& run)
      : keys_(job.name, job.keys, job.rotate_after, run), nodes_(place.nodes) {}

  Request Next(Actor& actor) override {
    actor.node = actor.random.Below(nodes_);
    std::string key = keys_.Take(actor.random);
    const uint64_t dice = actor.random.Below(100);
    if (dice < 60) return Request::Get(std::move(key));
    if (dice < 65) return Request::Write(Mutation::Delete(std::move(key)));
    return Request::Write(Mutation::Put(std::move(key), actor.UniqueValue()));
  }

  bool WantsSession() const override { return true; }

 private:
  Keys keys_;
  const size_t nodes_;
};

}  // namespace

std::unique_ptr<Workload> MakeSession(const Job& job, const Place& place, const std::string& run) {
  return std::make_unique<SessionWorkload>(job, place, run);
}

}  // namespace quorate::load
