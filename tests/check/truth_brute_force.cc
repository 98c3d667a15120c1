#include "check/truth_brute_force.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace quorate::check {
namespace {

bool MustBeSeen(const KeyHistory& key, uint32_t i, const MustSee& must) {
  if (std::find(must.also.begin(), must.also.end(), i) != must.also.end()) return true;
  const Operation& op = *key.writes[i];
  return op.outcome == Outcome::kDone && *op.return_us < must.ended_before_us;
}

// Calls `visit` with every order of the writes that agrees with what is known,
// until it returns true.
class WriteOrders {
 public:
  using Visit = std::function<bool(const std::vector<uint32_t>&)>;

  WriteOrders(const KeyHistory& key, const std::vector<uint64_t>& versions, Visit visit)
      : key_(key), versions_(versions), visit_(std::move(visit)), placed_(key.writes.size()) {}

  bool Run() {
    bool complete = true;
    for (uint32_t i = 0; i < placed_.size(); ++i)
      complete = complete && (placed_[i] || !Required(i));
    if (complete && visit_(order_)) return true;
    for (uint32_t i = 0; i < placed_.size(); ++i) {
      if (placed_[i] || !MayBeNext(i)) continue;
      placed_[i] = true;
      order_.push_back(i);
      const bool found = Run();
      order_.pop_back();
      placed_[i] = false;
      if (found) return true;
    }
    return false;
  }

 private:
  bool Required(uint32_t i) const {
    return key_.writes[i]->outcome == Outcome::kDone || versions_[i] != 0;
  }
  bool MayBeNext(uint32_t i) const {
    for (uint32_t j = 0; j < placed_.size(); ++j) {
      if (j == i) continue;
      const Operation& other = *key_.writes[j];
      const bool ended =
          other.outcome == Outcome::kDone && *other.return_us < key_.writes[i]->invoke_us;
      if (!placed_[j] && ended) return false;
      if (placed_[j] && versions_[i] != 0 && versions_[j] >= versions_[i]) return false;
    }
    return true;
  }

  const KeyHistory& key_;
  const std::vector<uint64_t>& versions_;
  const Visit visit_;
  std::vector<bool> placed_;
  std::vector<uint32_t> order_;
};

// After the first `n` of the order the key is as read.
bool IsAsRead(const KeyHistory& key, const std::vector<uint64_t>& versions,
              const std::vector<uint32_t>& order, size_t n, const Operation& read) {
  if (n == 0) return read.result.found == false;
  const uint32_t last = order[n - 1];
  const Operation& write = *key.writes[last];
  if (write.invoke_us > *read.return_us) return false;
  if (write.action == Action::kDelete) return read.result.found == false;
  if (read.result.value != write.value) return false;
  return read.result.version == 0 || versions[last] == 0 || read.result.version == versions[last];
}

// Calls `visit` with every choice of the writes that may have come by the
// read's end and must be seen.
bool AnyChoice(const KeyHistory& key, const Operation& read, const MustSee& must,
               const std::function<bool(const std::vector<uint32_t>&)>& visit) {
  for (uint32_t bits = 0; bits < 1U << key.writes.size(); ++bits) {
    std::vector<uint32_t> chosen;
    bool possible = true;
    for (uint32_t i = 0; i < key.writes.size(); ++i) {
      const bool in = (bits >> i & 1) != 0;
      if (in) chosen.push_back(i);
      if (in && key.writes[i]->invoke_us > *read.return_us) possible = false;
      if (!in && MustBeSeen(key, i, must)) possible = false;
    }
    if (possible && visit(chosen)) return true;
  }
  return false;
}

}  // namespace

bool HasWriteOrder(const KeyHistory& key, const std::vector<uint64_t>& versions) {
  return WriteOrders(key, versions, [](const auto&) { return true; }).Run();
}

bool RegisterByBruteForce(const KeyHistory& key, const std::vector<uint64_t>& versions,
                          const Operation& read, const MustSee& must) {
  const auto visit = [&](const std::vector<uint32_t>& order) {
    for (size_t n = 0; n <= order.size(); ++n) {
      if (!IsAsRead(key, versions, order, n, read)) continue;
      bool all = true;
      for (uint32_t i = 0; i < key.writes.size(); ++i) {
        const bool before = std::find(order.begin(), order.begin() + static_cast<ptrdiff_t>(n),
                                      i) != order.begin() + static_cast<ptrdiff_t>(n);
        all = all && (before || !MustBeSeen(key, i, must));
      }
      if (all) return true;
    }
    return false;
  };
  return WriteOrders(key, versions, visit).Run();
}

bool SessionByBruteForce(const KeyHistory& key, const std::vector<uint64_t>& versions,
                         uint64_t session) {
  std::vector<const Operation*> steps;
  for (const auto* operations : {&key.writes, &key.reads}) {
    for (const Operation* op : *operations) {
      if (op->session == session && op->outcome == Outcome::kDone) steps.push_back(op);
    }
  }
  std::sort(steps.begin(), steps.end(),
            [](const Operation* a, const Operation* b) { return a->invoke_us < b->invoke_us; });
  const auto visit = [&](const std::vector<uint32_t>& order) {
    size_t at = 0;  // the session has seen the first `at`
    for (const Operation* step : steps) {
      size_t next = at;
      if (step->action == Action::kGet) {
        while (next <= order.size() && !IsAsRead(key, versions, order, next, *step)) ++next;
        if (next > order.size()) return false;
      } else {
        next = 0;
        while (key.writes[order[next]] != step) ++next;
        if (++next <= at) return false;
      }
      at = next;
    }
    return true;
  };
  return WriteOrders(key, versions, visit).Run();
}

bool LwwByBruteForce(const KeyHistory& key, const Operation& read, const MustSee& must) {
  return AnyChoice(key, read, must, [&](const std::vector<uint32_t>& chosen) {
    if (chosen.empty()) return read.result.found == false;
    // Whichever it may be that has the greatest version.
    return std::any_of(chosen.begin(), chosen.end(), [&](uint32_t winner) {
      const Operation& write = *key.writes[winner];
      uint64_t version = write.result.version;
      if (write.action == Action::kDelete) {
        if (read.result.found != false) return false;
      } else {
        if (read.result.value != write.value) return false;
        if (read.result.version != 0) version = read.result.version;
      }
      return version == 0 || std::all_of(chosen.begin(), chosen.end(), [&](uint32_t other) {
               return other == winner || key.writes[other]->result.version <= version;
             });
    });
  });
}

bool CounterByBruteForce(const KeyHistory& key, const Operation& read, const MustSee& must) {
  return AnyChoice(key, read, must, [&](const std::vector<uint32_t>& chosen) {
    int64_t sum = 0;
    for (const uint32_t i : chosen) sum += key.writes[i]->delta;
    return std::to_string(sum) == read.result.value.value_or("0");
  });
}

bool MembersByBruteForce(const KeyHistory& key, const Operation& read, const MustSee& must) {
  const std::multiset<std::string> given(read.result.elements->begin(),
                                         read.result.elements->end());
  return AnyChoice(key, read, must, [&](const std::vector<uint32_t>& chosen) {
    std::set<std::string> added;
    std::set<std::string> taken;
    bool blind = false;
    for (const uint32_t i : chosen) {
      const Operation& op = *key.writes[i];
      if (op.action == Action::kPut || op.action == Action::kSetAdd) added.insert(op.value);
      if (op.action == Action::kSetRemove) taken.insert(op.value);
      taken.insert(op.replaced.begin(), op.replaced.end());
      blind = blind || (op.action == Action::kDelete && op.replaced.empty());
    }
    std::multiset<std::string> left;
    for (const std::string& name : added) {
      // A delete without a context takes what it happens to find.
      if (!taken.contains(name) && (!blind || given.contains(name))) left.insert(name);
    }
    return left == given;
  });
}

bool ListByBruteForce(const KeyHistory& key) {
  std::vector<const Operation*> all = key.writes;
  all.insert(all.end(), key.reads.begin(), key.reads.end());
  std::vector<bool> placed(all.size());
  std::vector<std::string> list;
  const std::function<bool()> from = [&]() {
    bool complete = true;
    for (size_t i = 0; i < all.size(); ++i) {
      complete = complete && (placed[i] || all[i]->outcome != Outcome::kDone);
    }
    if (complete) return true;
    for (size_t i = 0; i < all.size(); ++i) {
      const bool reads = all[i]->action == Action::kGet;
      if (placed[i] || (reads && *all[i]->result.elements != list)) continue;
      bool next = true;
      for (size_t j = 0; j < all.size(); ++j) {
        const bool waits = j != i && !placed[j] && all[j]->outcome == Outcome::kDone;
        next = next && !(waits && *all[j]->return_us < all[i]->invoke_us);
      }
      if (!next) continue;
      placed[i] = true;
      if (!reads) list.push_back(all[i]->value);
      const bool found = from();
      if (!reads) list.pop_back();
      placed[i] = false;
      if (found) return true;
    }
    return false;
  };
  return from();
}

bool BatchByBruteForce(const std::vector<const Operation*>& writes,
                       const std::vector<const Operation*>& pieces) {
  std::map<uint64_t, std::vector<const Operation*>> batches;  // single ones by themselves
  for (size_t i = 0; i < writes.size(); ++i) {
    batches[writes[i]->batch != 0 ? writes[i]->batch : 1000 + i].push_back(writes[i]);
  }
  std::vector<std::vector<const Operation*>> units;
  for (auto& [batch, unit] : batches) units.push_back(unit);
  std::sort(units.begin(), units.end());
  do {
    bool in_time = true;
    for (size_t i = 0; i < units.size(); ++i) {
      for (size_t j = i + 1; j < units.size(); ++j) {
        const Operation& later = *units[j].front();
        in_time = in_time && !(later.outcome == Outcome::kDone &&
                               *later.return_us < units[i].front()->invoke_us);
      }
    }
    std::map<std::string, std::string> state;
    for (size_t n = 0; in_time && n <= units.size(); ++n) {
      const bool as_read = std::all_of(pieces.begin(), pieces.end(), [&](const Operation* piece) {
        const auto place = state.find(piece->key);
        return place == state.end() ? piece->result.found == false
                                    : piece->result.value == place->second;
      });
      if (as_read) return true;
      if (n == units.size()) break;
      for (const Operation* op : units[n]) state[op->key] = op->value;
    }
  } while (std::next_permutation(units.begin(), units.end()));
  return false;
}

}  // namespace quorate::check
