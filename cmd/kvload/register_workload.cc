#include "register_workload.h"

#include <utility>
#include <vector>

#include "keys.h"

namespace quorate::load {
namespace {

class RegisterWorkload final : public Workload {
 public:
  RegisterWorkload(const Job& job, const Place& place, const std::string& run)
      : keys_(job.name, job.keys, job.rotate_after, run),
        conditions_(place.TakesConditions(job.write)),
        seen_(job.clients) {}

  Request Next(Actor& actor) override {
    std::string key = keys_.Take(actor.random);
    const uint64_t dice = actor.random.Below(100);
    if (dice < 45) return Request::Get(std::move(key));
    if (dice < 75) return Request::Write(Mutation::Put(std::move(key), actor.UniqueValue()));
    // What a condition is about is best seen just before.
    const std::string& seen = seen_[actor.seat].key;
    if (conditions_ && !seen.empty() && actor.random.Chance(0.7)) key = seen;
    Condition condition = ConditionFor(actor, key);
    if (dice < 80) return Request::Write(Mutation::Delete(std::move(key), std::move(condition)));
    return Request::Write(Mutation::Put(std::move(key), actor.UniqueValue(), std::move(condition)));
  }

  void OnReply(Actor& actor, const Request& request, const Reply& reply) override {
    if (reply.outcome != check::Outcome::kDone || reply.told.empty()) return;
    const Told& told = reply.told.front();
    if (request.is_read()) {
      seen_[actor.seat] = {request.reads.front(), told.value, told.version};
    } else if (told.success.value_or(true)) {
      const Mutation& write = request.writes.front();
      seen_[actor.seat] = {write.key(), write.value(), told.version};
    }
  }

  void OnSeated(Actor& actor) override { seen_[actor.seat] = {}; }

 private:
  struct Seen {
    std::string key;
    std::string value;
    uint64_t version = 0;
  };

  // Of a key that this client has just seen: mostly one that may well hold.
  Condition ConditionFor(Actor& actor, const std::string& key) {
    if (!conditions_) return {};
    const Seen& seen = seen_[actor.seat];
    const uint64_t dice = actor.random.Below(10);
    if (seen.key == key && seen.version != 0) {
      return dice < 5 ? Condition::Version(seen.version) : Condition::Value(seen.value);
    }
    if (dice < 3) return Condition::Absent();
    if (dice < 6) return Condition::Present();
    return {};
  }

  Keys keys_;
  const bool conditions_;
  std::vector<Seen> seen_;  // by seat
};

}  // namespace

std::unique_ptr<Workload> MakeRegister(const Job& job, const Place& place, const std::string& run) {
  return std::make_unique<RegisterWorkload>(job, place, run);
}

}  // namespace quorate::load
