#include "check/random_history.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace quorate::check {
namespace {

struct Planned {
  Operation op;
  int64_t effect_us = 0;
  bool has_effect = true;
};

struct Cell {
  std::optional<std::string> value;
  uint64_t version = 0;
};

class Drawer {
 public:
  Drawer(const HistoryShape& shape, Random& random) : shape_(shape), random_(random) {}

  std::vector<Operation> Run() {
    std::vector<int64_t> clock_us(shape_.clients);
    std::vector<Planned> plan;
    for (uint64_t i = 0; i < shape_.operations; ++i) {
      const uint64_t client = random_.Below(shape_.clients);
      plan.push_back(Plan(client, clock_us[client], i));
      clock_us[client] = *plan.back().op.return_us;
    }
    std::stable_sort(plan.begin(), plan.end(),
                     [](const Planned& a, const Planned& b) { return a.effect_us < b.effect_us; });
    std::vector<Operation> operations;
    for (Planned& planned : plan) {
      Take(planned);
      operations.push_back(std::move(planned.op));
    }
    return operations;
  }

 private:
  int64_t UpTo(int64_t max) {
    return static_cast<int64_t>(random_.Below(static_cast<uint64_t>(max) + 1));
  }

  std::string Value(uint64_t i) {
    return std::to_string(shape_.values == 0 ? i : random_.Below(shape_.values));
  }

  Planned Plan(uint64_t client, int64_t now_us, uint64_t i) {
    Planned planned;
    Operation& op = planned.op;
    op.client = client;
    op.key = "k" + std::to_string(random_.Below(shape_.keys));
    op.invoke_us = now_us + UpTo(shape_.pause_us_max);
    planned.effect_us = op.invoke_us + UpTo(shape_.half_us_max);
    op.return_us = planned.effect_us + UpTo(shape_.half_us_max);
    const uint64_t dice = random_.Below(10);
    op.action = dice < 4   ? Action::kGet
                : dice < 8 ? Action::kPut
                : dice < 9 ? Action::kDelete
                           : Action::kAdd;
    if (op.action == Action::kAdd && !shape_.adds) op.action = Action::kPut;
    if (op.action == Action::kPut) op.value = Value(i);
    if (op.action == Action::kAdd) op.delta = 1 + UpTo(2);
    if (op.action != Action::kGet && shape_.conditions && random_.Chance(0.35)) {
      op.condition = DrawCondition(i);
    }
    op.outcome = random_.Chance(shape_.unknown)  ? Outcome::kUnknown
                 : random_.Chance(shape_.failed) ? Outcome::kFailed
                                                 : Outcome::kDone;
    planned.has_effect =
        op.outcome == Outcome::kDone || (op.outcome == Outcome::kUnknown && random_.Chance(0.5));
    if (op.outcome == Outcome::kUnknown) {
      planned.effect_us += UpTo(2 * shape_.half_us_max);
      if (random_.Chance(0.5)) op.return_us.reset();
    }
    return planned;
  }

  Condition DrawCondition(uint64_t i) {
    switch (random_.Below(4)) {
      case 0:
        return {.kind = Condition::Kind::kAbsent, .version = 0, .value = {}};
      case 1:
        return {.kind = Condition::Kind::kPresent, .version = 0, .value = {}};
      case 2:
        if (!shape_.tell_versions) break;
        return {.kind = Condition::Kind::kVersion, .version = 1 + random_.Below(5), .value = {}};
    }
    return {.kind = Condition::Kind::kValue, .version = 0, .value = Value(i)};
  }

  static bool Holds(const Condition& condition, const Cell& cell) {
    switch (condition.kind) {
      case Condition::Kind::kNone:
        return true;
      case Condition::Kind::kAbsent:
        return !cell.value;
      case Condition::Kind::kPresent:
        return cell.value.has_value();
      case Condition::Kind::kVersion:
        return cell.value && cell.version == condition.version;
      case Condition::Kind::kValue:
        return cell.value == condition.value;
    }
    return false;
  }

  void Take(Planned& planned) {
    Operation& op = planned.op;
    if (!planned.has_effect) return;
    Cell& cell = cells_[op.key];
    Result told;
    const bool holds = Holds(op.condition, cell);
    if (op.condition.kind != Condition::Kind::kNone) told.success = holds;
    if (op.action == Action::kGet || !holds) {
      told.found = cell.value.has_value();
      told.value = cell.value;
      if (shape_.tell_versions && cell.value) told.version = cell.version;
    } else {
      if (shape_.tell_found && random_.Chance(0.5)) told.found = cell.value.has_value();
      Write(op, cell, told);
    }
    if (op.outcome == Outcome::kDone) op.result = told;
  }

  void Write(const Operation& op, Cell& cell, Result& told) {
    if (op.action == Action::kPut) {
      cell.value = op.value;
    } else if (op.action == Action::kDelete) {
      cell.value.reset();
    } else {
      const int64_t sum = (cell.value ? std::stoll(*cell.value) : 0) + op.delta;
      cell.value = std::to_string(sum);
      if (random_.Chance(0.8)) told.sum = sum;
    }
    cell.version = ++version_;
    if (shape_.tell_versions && random_.Chance(0.8)) told.version = cell.version;
  }

  const HistoryShape& shape_;
  Random& random_;
  std::map<std::string, Cell> cells_;
  uint64_t version_ = 0;
};

void SpoilReply(Operation& op, const HistoryShape& shape, Random& random) {
  Result& told = op.result;
  switch (random.Below(4)) {
    case 0:
      if (told.value) told.value = std::to_string(random.Below(shape.values + 2));
      break;
    case 1:
      if (told.version != 0) told.version += random.Below(3);
      break;
    case 2:
      if (told.sum) *told.sum += 1;
      break;
    case 3:
      if (op.action != Action::kGet || !told.found) break;
      told.found = !*told.found;
      told.value.reset();
      told.version = 0;
      if (*told.found) told.value = std::to_string(random.Below(shape.values + 2));
      break;
  }
}

}  // namespace

std::vector<Operation> DrawOperations(const HistoryShape& shape, Random& random) {
  return Drawer(shape, random).Run();
}

void Spoil(std::vector<Operation>& operations, const HistoryShape& shape, Random& random) {
  if (operations.empty()) return;
  const size_t i = random.Below(operations.size());
  Operation& op = operations[i];
  switch (random.Below(4)) {
    case 0:
    case 1:
      if (op.outcome == Outcome::kDone) SpoilReply(op, shape, random);
      break;
    case 2: {
      const int64_t later_us = static_cast<int64_t>(random.Below(12));
      op.invoke_us += later_us;
      if (op.return_us) *op.return_us += later_us;
      break;
    }
    case 3:
      operations.erase(operations.begin() + static_cast<ptrdiff_t>(i));
      break;
  }
}

}  // namespace quorate::check
