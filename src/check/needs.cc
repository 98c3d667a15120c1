#include "check/needs.h"

namespace quorate::check {
namespace {

// How often a key gets each value, at most.
class Writers {
 public:
  Writers(const KeyModel& model, const Schedule& schedule) {
    count_[KeyValue()] = 1;  // a key begins without a value
    for (const Schedule::Required& call : schedule.required()) Add(model, call.op);
    for (const Schedule::Optional& call : schedule.optional()) Add(model, call.op);
  }

  bool AtMostOne(const KeyValue& value) const {
    if (adds_ && value.kind == KeyValue::Kind::kNumber) return false;
    const auto place = count_.find(value);
    return place == count_.end() || place->second <= 1;
  }

 private:
  void Add(const KeyModel& model, uint32_t op) {
    if (model.IsObserver(op)) return;
    if (model.operation(op).action == Action::kAdd) {
      adds_ = true;
    } else {
      count_[model.Written(op)]++;
    }
  }

  absl::flat_hash_map<KeyValue, uint32_t> count_;
  bool adds_ = false;
};

}  // namespace

Needs::Needs(const KeyModel& model, const Schedule& schedule) {
  const Writers writers(model, schedule);
  for (uint32_t i = 0; i < schedule.levels(); ++i) {
    const std::optional<KeyValue> value = model.Needed(schedule.required()[i].op);
    if (value && writers.AtMostOne(*value)) last_reader_[*value] = i;
  }
}

std::optional<uint32_t> Needs::LastReader(const KeyValue& value) const {
  const auto place = last_reader_.find(value);
  if (place == last_reader_.end()) return std::nullopt;
  return place->second;
}

}  // namespace quorate::check
