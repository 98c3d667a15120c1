#include "check/search.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "check/bits.h"
#include "check/needs.h"

namespace quorate::check {
namespace {

constexpr size_t kStatesToldMax = 6;
// Comparing with so many remembered configurations costs about a step.
constexpr size_t kComparisonsPerStep = 16;

struct Node {
  uint32_t level = 0;
  // An optional call was just placed and nothing has seen its effect. What
  // comes next must see it, or the call might as well not have happened.
  bool unseen = false;
  KeyState state;
  Bits placed;  // by slot, of the required calls open at `level`
  Bits used;    // of the optional calls
};

struct Frame {
  Node node;
  uint32_t next = 0;                  // candidate: first the open ones, then the optional
  uint64_t version_max = UINT64_MAX;  // no write beyond this version can be next
};

// Lowe's cache. Of two nodes that differ only in the optional calls used, the
// one that has used less can do all that the other can.
class Visited {
 public:
  // False if a node as good as this one has been here. Adds to `comparisons`.
  bool Insert(const Node& node, size_t& comparisons) {
    Key key{node.level, node.unseen, node.state, node.placed};
    Entry entry{node.used, 0};
    if (!node.state.exact) entry.version_low = std::exchange(key.state.version_low, 0);
    Entries& entries = map_[std::move(key)];
    comparisons += entries.size();
    for (const Entry& known : entries) {
      if (known.AsGoodAs(entry)) return false;
    }
    const auto worse = std::remove_if(entries.begin(), entries.end(),
                                      [&](const Entry& known) { return entry.AsGoodAs(known); });
    entries.erase(worse, entries.end());
    entries.push_back(std::move(entry));
    return true;
  }

 private:
  struct Key {
    uint32_t level;
    bool unseen;
    KeyState state;
    Bits placed;

    friend bool operator==(const Key&, const Key&) = default;
    template <class H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.level, key.unseen, key.state.value, key.state.version_low,
                        key.state.exact, key.placed);
    }
  };
  struct Entry {
    Bits used;
    uint64_t version_low;  // of a state whose version is not exact

    bool AsGoodAs(const Entry& other) const {
      return version_low <= other.version_low && used.IsSubsetOf(other.used);
    }
  };
  using Entries = absl::InlinedVector<Entry, 1>;

  absl::flat_hash_map<Key, Entries> map_;
};

class Searcher {
 public:
  Searcher(const KeyModel& model, absl::Span<const Call> calls, const SearchOptions& options)
      : model_(model), schedule_(model, calls), needs_(model, schedule_), options_(options) {
    expiring_.resize(schedule_.levels() + 1);
    for (uint32_t i = 0; i < schedule_.optional().size(); ++i) {
      expiring_[schedule_.optional()[i].until].push_back(i);
    }
  }

  SearchResult Run() {
    if (schedule_.too_dense()) return Finish(SearchResult::Answer::kGaveUp);
    Node root;
    root.placed = Bits(schedule_.slots());
    root.used = Bits(schedule_.optional().size());
    if (Arrive(std::move(root))) return Finish(SearchResult::Answer::kOrdered);
    while (!stack_.empty()) {
      if (steps_ > options_.steps_max) return Finish(SearchResult::Answer::kGaveUp);
      std::optional<Node> child = NextChild(stack_.back());
      if (!child) {
        stack_.pop_back();
      } else if (Arrive(*std::move(child))) {
        return Finish(SearchResult::Answer::kOrdered);
      }
    }
    return Finish(SearchResult::Answer::kNoOrder);
  }

 private:
  // True at the end of the history. Otherwise goes on from the node later,
  // unless one as good has been tried.
  bool Arrive(Node node) {
    PlaceWhatIsFree(node);
    if (node.level == schedule_.levels()) return true;
    size_t comparisons = 0;
    const bool fresh = visited_.Insert(node, comparisons);
    steps_ += comparisons / kComparisonsPerStep;
    if (!fresh) return false;
    Remember(node);
    const uint64_t version_max = VersionMax(node);
    stack_.push_back({.node = std::move(node), .next = 0, .version_max = version_max});
    return false;
  }

  // Passes the returns of what is placed, and places observers that change
  // nothing now: later they could at best do the same.
  void PlaceWhatIsFree(Node& node) {
    for (bool moved = true; moved;) {
      moved = PassReturns(node);
      if (node.level == schedule_.levels()) return;
      for (const uint32_t i : schedule_.OpenAt(node.level)) {
        const Schedule::Required& call = schedule_.required()[i];
        if (!model_.IsObserver(call.op) || node.placed.Test(call.slot)) continue;
        ++steps_;
        if (model_.Step(node.state, call.op) != node.state) continue;
        node.placed.Set(call.slot);
        node.unseen = false;
        moved = true;
      }
    }
  }

  bool PassReturns(Node& node) {
    const uint32_t before = node.level;
    while (node.level < schedule_.levels()) {
      const uint32_t slot = schedule_.required()[node.level].slot;
      if (!node.placed.Test(slot)) break;
      node.placed.Clear(slot);
      for (const uint32_t i : expiring_[node.level]) node.used.Clear(i);
      ++node.level;
    }
    return node.level != before;
  }

  std::optional<Node> NextChild(Frame& frame) {
    const Node& node = frame.node;
    const absl::Span<const uint32_t> open = schedule_.OpenAt(node.level);
    const uint32_t end = static_cast<uint32_t>(open.size()) + schedule_.OptionalAt(node.level);
    while (frame.next < end) {
      const uint32_t i = frame.next++;
      std::optional<Node> child =
          i < open.size() ? PlaceRequired(frame, open[i])
                          : PlaceOptional(frame, i - static_cast<uint32_t>(open.size()));
      if (child) return child;
    }
    return std::nullopt;
  }

  std::optional<Node> PlaceRequired(const Frame& frame, uint32_t i) {
    const Schedule::Required& call = schedule_.required()[i];
    if (frame.node.placed.Test(call.slot)) return std::nullopt;
    if (model_.WriteVersion(call.op) > frame.version_max) return std::nullopt;
    std::optional<Node> child = Place(frame.node, call.op);
    if (!child) return std::nullopt;
    child->placed.Set(call.slot);
    child->unseen = false;
    return child;
  }

  std::optional<Node> PlaceOptional(const Frame& frame, uint32_t i) {
    const Node& node = frame.node;
    const Schedule::Optional& call = schedule_.optional()[i];
    if (node.used.Test(i) || call.until < node.level) return std::nullopt;
    if (call.twin != Schedule::kNone && !node.used.Test(call.twin)) return std::nullopt;
    if (model_.WriteVersion(call.op) > frame.version_max) return std::nullopt;
    std::optional<Node> child = Place(node, call.op);
    if (!child) return std::nullopt;
    child->used.Set(i);
    child->unseen = true;
    return child;
  }

  std::optional<Node> Place(const Node& node, uint32_t op) {
    if (node.unseen && model_.IsBlind(op)) return std::nullopt;
    if (options_.look_ahead && DestroysWhatIsNeeded(node, op)) return std::nullopt;
    ++steps_;
    std::optional<KeyState> state = model_.Step(node.state, op);
    if (!state) return std::nullopt;
    Node child = node;
    child.state = *state;
    return child;
  }

  bool DestroysWhatIsNeeded(const Node& node, uint32_t op) const {
    if (model_.IsObserver(op)) return false;
    const std::optional<uint32_t> reader = needs_.LastReader(node.state.value);
    if (!reader || *reader < node.level) return false;
    const Schedule::Required& call = schedule_.required()[*reader];
    if (call.op == op) return false;
    return !schedule_.IsOpen(*reader, node.level) || !node.placed.Test(call.slot);
  }

  uint64_t VersionMax(const Node& node) const {
    uint64_t least = UINT64_MAX;
    if (!options_.look_ahead) return least;
    for (const uint32_t i : schedule_.OpenAt(node.level)) {
      const Schedule::Required& call = schedule_.required()[i];
      const uint64_t version = model_.WriteVersion(call.op);
      if (version != 0 && !node.placed.Test(call.slot)) least = std::min(least, version);
    }
    return least;
  }

  void Remember(const Node& node) {
    if (node.level > deepest_) {
      deepest_ = node.level;
      states_.clear();
    }
    if (node.level < deepest_ || states_.size() >= kStatesToldMax) return;
    if (std::find(states_.begin(), states_.end(), node.state) != states_.end()) return;
    states_.push_back(node.state);
  }

  SearchResult Finish(SearchResult::Answer answer) {
    SearchResult result{.answer = answer, .steps = steps_, .stuck_op = 0, .states = {}};
    if (answer == SearchResult::Answer::kNoOrder) {
      result.stuck_op = schedule_.required()[deepest_].op;
      result.states = std::move(states_);
    }
    return result;
  }

  const KeyModel& model_;
  const Schedule schedule_;
  const Needs needs_;
  const SearchOptions options_;
  // By level: the optional calls that are of no use beyond it. Whether they
  // were used is forgotten there, so that nodes compare equal.
  std::vector<std::vector<uint32_t>> expiring_;
  Visited visited_;
  std::vector<Frame> stack_;
  uint64_t steps_ = 0;
  uint32_t deepest_ = 0;
  std::vector<KeyState> states_;  // at the deepest level
};

}  // namespace

SearchResult FindOrder(const KeyModel& model, absl::Span<const Call> calls,
                       const SearchOptions& options) {
  return Searcher(model, calls, options).Run();
}

}  // namespace quorate::check
