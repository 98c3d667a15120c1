#include "check/brute_force.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace quorate::check {
namespace {

struct Store {
  std::optional<std::string> value;
  uint64_t version = 0;  // of the value
  uint64_t newest = 0;   // that any write had
};

std::optional<int64_t> ToNumber(const std::string& text) {
  char* end = nullptr;
  const long long number = std::strtoll(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0') return std::nullopt;
  return number;
}

bool Holds(const Condition& condition, const Store& store) {
  switch (condition.kind) {
    case Condition::Kind::kNone:
      return true;
    case Condition::Kind::kAbsent:
      return !store.value;
    case Condition::Kind::kPresent:
      return store.value.has_value();
    case Condition::Kind::kVersion:
      return store.value && store.version == condition.version;
    case Condition::Kind::kValue:
      return store.value == condition.value;
  }
  return false;
}

class Enumerator {
 public:
  Enumerator(const std::vector<Operation>& operations, int64_t required_until_us)
      : operations_(operations), required_until_us_(required_until_us) {
    version_max_ = operations.size() + 1;
    for (const Operation& op : operations) {
      version_max_ = std::max({version_max_, op.result.version + operations.size(),
                               op.condition.version + operations.size()});
    }
    placed_.resize(operations.size());
  }

  bool Run() { return From(Store()); }

 private:
  bool Required(const Operation& op) const {
    return op.outcome == Outcome::kDone && *op.return_us <= required_until_us_;
  }

  bool From(const Store& store) {
    bool complete = true;
    for (size_t i = 0; i < operations_.size(); ++i) {
      if (!placed_[i] && Required(operations_[i])) complete = false;
    }
    if (complete) return true;
    for (size_t i = 0; i < operations_.size(); ++i) {
      if (placed_[i] || operations_[i].outcome == Outcome::kFailed || !MayBeNext(i)) continue;
      placed_[i] = true;
      const bool works = Place(operations_[i], store);
      placed_[i] = false;
      if (works) return true;
    }
    return false;
  }

  bool MayBeNext(size_t i) const {
    for (size_t j = 0; j < operations_.size(); ++j) {
      if (j == i || placed_[j] || !Required(operations_[j])) continue;
      if (*operations_[j].return_us < operations_[i].invoke_us) return false;
    }
    return true;
  }

  bool Place(const Operation& op, const Store& store) {
    const Result& told = op.result;
    const bool holds = Holds(op.condition, store);
    if (op.outcome == Outcome::kDone) {
      if (told.found && *told.found != store.value.has_value()) return false;
      if (told.value && told.value != store.value) return false;
      if (told.success && *told.success != holds) return false;
    }
    if (op.action == Action::kGet || !holds) {
      if (told.version != 0 && (!store.value || store.version != told.version)) return false;
      return From(store);
    }
    return Write(op, store);
  }

  bool Write(const Operation& op, Store store) {
    if (op.action == Action::kAdd) {
      const std::optional<int64_t> start = store.value ? ToNumber(*store.value) : 0;
      if (!start) return false;
      if (op.result.sum && *op.result.sum != *start + op.delta) return false;
      store.value = std::to_string(*start + op.delta);
    } else if (op.action == Action::kPut) {
      store.value = op.value;
    } else {
      store.value.reset();
      if (op.result.version == 0) return From(store);
    }
    const uint64_t told = op.result.version;
    const uint64_t low = told != 0 ? told : store.newest + 1;
    const uint64_t high = told != 0 ? told : version_max_;
    for (uint64_t version = low; version <= high; ++version) {
      if (version <= store.newest) continue;
      Store next = store;
      next.version = next.newest = version;
      if (From(next)) return true;
    }
    return false;
  }

  const std::vector<Operation>& operations_;
  const int64_t required_until_us_;
  uint64_t version_max_ = 0;
  std::vector<bool> placed_;
};

}  // namespace

bool HasOrderByBruteForce(const std::vector<Operation>& operations, int64_t required_until_us) {
  return Enumerator(operations, required_until_us).Run();
}

}  // namespace quorate::check
