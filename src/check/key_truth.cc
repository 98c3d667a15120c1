#include "check/key_truth.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace quorate::check {
namespace {

void Add(const Operation& op, KeyHistory& key) {
  if (op.action == Action::kGet) {
    if (op.outcome == Outcome::kDone) key.reads.push_back(&op);
  } else if (op.outcome == Outcome::kFailed) {
    key.failed.push_back(&op);
  } else {
    (IsObserver(op) ? key.refused : key.writes).push_back(&op);
  }
}

void SortByInvoke(std::vector<const Operation*>& operations) {
  std::stable_sort(
      operations.begin(), operations.end(),
      [](const Operation* a, const Operation* b) { return a->invoke_us < b->invoke_us; });
}

}  // namespace

std::vector<KeyHistory> SplitByKey(const History& history) {
  std::map<std::string_view, KeyHistory> by_key;
  for (const Operation& op : history.operations()) Add(op, by_key[op.key]);
  std::vector<KeyHistory> keys;
  for (auto& [name, key] : by_key) {
    key.key = std::string(name);
    SortByInvoke(key.writes);
    SortByInvoke(key.failed);
    SortByInvoke(key.reads);
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace quorate::check
