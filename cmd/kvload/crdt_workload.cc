#include "crdt_workload.h"

#include <utility>
#include <vector>

#include "counter_workload.h"
#include "keys.h"
#include "shape.h"

namespace quorate::load {
namespace {

// Sets and maps. What is removed was read before: an element that the read has shown, with
// the read's context.
class CrdtWorkload final : public Workload {
 public:
  CrdtWorkload(const Job& job, const Place& place, const std::string& run)
      : keys_(job.name, job.keys, job.rotate_after, run),
        map_(place.shape == Shape::kMap),
        seen_(job.clients) {}

  Request Next(Actor& actor) override {
    if (!seen_[actor.seat].elements.empty() && actor.random.Chance(0.3)) return Remove(actor);
    std::string key = keys_.Take(actor.random);
    if (actor.random.Chance(0.35)) return Request::Get(std::move(key));
    if (map_) return Request::Write(ChangeField(actor, std::move(key)));
    return Request::Write(Mutation::AddElement(std::move(key), actor.UniqueValue()));
  }

  void OnReply(Actor& actor, const Request& request, const Reply& reply) override {
    if (!request.is_read() || !reply.done()) return;
    const Told& told = map_ ? reply.told[kSetField] : reply.told.front();
    seen_[actor.seat] = {request.reads.front(), told.context, told.elements.value_or(Elements())};
  }

  void OnSeated(Actor& actor) override { seen_[actor.seat] = {}; }

 private:
  using Elements = std::vector<std::string>;
  struct Seen {
    std::string key;
    std::string context;
    Elements elements;  // empty: nothing to remove
  };
  static constexpr size_t kSetField = 3;
  static_assert(kMapFields[kSetField].type == FieldType::kSet);

  Request Remove(Actor& actor) {
    Seen seen = std::exchange(seen_[actor.seat], Seen());
    std::string element = seen.elements[actor.random.Below(seen.elements.size())];
    if (!map_) {
      return Request::Write(
          Mutation::RemoveElement(seen.key, std::move(element), std::move(seen.context)));
    }
    return Request::Write(
        Mutation::RemoveFieldElement(seen.key, std::string(kMapFields[kSetField].name),
                                     std::move(element), std::move(seen.context)));
  }

  static Mutation ChangeField(Actor& actor, std::string key) {
    const MapField& field = kMapFields[actor.random.Below(kMapFields.size())];
    std::string name(field.name);
    switch (field.type) {
      case FieldType::kValue:
        return Mutation::PutField(std::move(key), std::move(name), actor.UniqueValue());
      case FieldType::kCounter:
        return Mutation::AddToField(std::move(key), std::move(name),
                                    static_cast<int64_t>(actor.random.Between(1, 9)));
      case FieldType::kSet:
        break;
    }
    return Mutation::AddFieldElement(std::move(key), std::move(name), actor.UniqueValue());
  }

  Keys keys_;
  const bool map_;
  std::vector<Seen> seen_;  // by seat
};

}  // namespace

std::unique_ptr<Workload> MakeCrdt(const Job& job, const Place& place, const std::string& run) {
  if (place.policy == Conflict::kCounter) return MakeCounter(job, place, run);
  return std::make_unique<CrdtWorkload>(job, place, run);
}

}  // namespace quorate::load
