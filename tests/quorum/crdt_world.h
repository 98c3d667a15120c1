// Three replicas of one key of a CRDT policy, whose steps a test chooses: writes,
// messages that come late, twice or never, syncs, crashes that end an identity,
// exchanges of what is durable, folding and forgetting. Beside each state stands
// the set of writes that it stands for, and what the two show must agree.
//
// T has: Body; bool TakesContext(const CrdtOp&); bool Apply(Body&, const CrdtOp&,
// const VersionVector& context), false: refused; std::string Show(const Body&);
// std::string Spec(ops, known).
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "quorum/dotted.h"
#include "quorum/version_vector.h"

namespace quorate::quorum {

struct CrdtOp {
  Dot dot;
  uint8_t kind = 0;
  std::string name;
  std::string value;
  int64_t delta = 0;
  std::set<size_t> observed;  // writes that its context, or its coordinator, had seen
  std::set<size_t> known;     // at its coordinator
};
using CrdtOps = std::vector<CrdtOp>;

// CrdtOp::kind of folding, which says nothing.
inline constexpr uint8_t kFoldKind = 255;

struct CrdtStep {
  uint8_t what = 0;
  uint8_t at = 0;
  uint8_t with = 0;
  uint8_t kind = 0;
  uint8_t value = 0;
};

struct CrdtWorldOptions {
  bool forget = true;
  // --- deliberate faults ---
  bool fold_unsettled = false;
  bool forget_uncovered = false;
};

template <class T>
class CrdtWorld {
 public:
  static constexpr size_t kReplicas = 3;
  using Body = typename T::Body;

  explicit CrdtWorld(CrdtWorldOptions options = {}) : options_(options) {
    for (size_t i = 0; i < kReplicas; ++i) {
      Replica& replica = replicas_[i];
      replica.clocks.resize(kReplicas);
      replica.now.boots.assign(kReplicas, 0);
      Begin(i);
      replica.durable = replica.now;
    }
  }

  void Take(const CrdtStep& step) {
    const size_t at = step.at % kReplicas;
    switch (step.what % 16) {
      case 0:
        return Crash(at);
      case 1:
        return Exchange(at, step.with % kReplicas);
      case 2:
        for (size_t i = 0; i < kReplicas; ++i) Exchange(i, at);
        return;
      case 3:
        for (size_t i = 0; i < kReplicas; ++i) Exchange(at, i);
        return Fold(at);
      case 4:
        for (size_t i = 0; i < kReplicas; ++i) Exchange(at, i);
        Sync(at);
        return Forget(at);
      case 5:
      case 6:
        return Sync(at);
      case 7:
      case 8:
        contexts_.push_back({ContextOf(replicas_[at].now.body), Seen(replicas_[at].now.known)});
        return;
      case 9:
      case 10:
      case 11:
        if (!messages_.empty()) Deliver(messages_[step.value % messages_.size()], at);
        return;
      default:
        return Write(at, step);
    }
  }

  // All talk until nobody learns any more.
  void Settle() {
    for (size_t i = 0; i < kReplicas; ++i) Sync(i);
    for (int round = 0; round < 3; ++round) {
      for (size_t i = 0; i < kReplicas; ++i) {
        for (size_t j = 0; j < kReplicas; ++j) Exchange(i, j);
        Sync(i);
      }
    }
  }

  // Empty: each state shows what its writes say, and after Settle all are equal
  // and have all that was ever durable.
  std::string Complaint() const {
    for (const Replica& replica : replicas_) {
      const std::string shown = T::Show(replica.now.body);
      const std::string wanted = T::Spec(ops_, replica.now.known);
      if (shown != wanted) return "shows " + shown + " and should show " + wanted;
    }
    return "";
  }
  std::string Disagreement() const {
    for (const Replica& replica : replicas_) {
      if (T::Show(replica.now.body) != T::Show(replicas_[0].now.body)) return "replicas differ";
      if (!options_.forget && replica.now.body.Encode() != replicas_[0].now.body.Encode()) {
        return "replicas differ in bytes";
      }
      for (size_t id : durable_) {
        if (!replica.now.known.contains(id)) return "a durable write is lost";
      }
      const auto decoded = Body::Decode(replica.now.body.Encode());
      if (!decoded.ok() || !(*decoded == replica.now.body)) return "the encoding loses something";
    }
    return "";
  }
  const Body& body(size_t i) const { return replicas_[i].now.body; }
  size_t folds() const { return folds_; }
  size_t forgotten() const { return forgotten_; }

 private:
  struct State {
    Body body;
    std::set<size_t> known;       // writes
    std::vector<uint64_t> boots;  // the newest heard of, by replica
  };
  struct Replica {
    Identity self;
    uint64_t dots = 0;
    State now;
    State durable;
    std::vector<State> clocks;  // what each other told last, all merged
  };
  struct Message {
    size_t from = 0;
    uint64_t boot = 0;
    State state;
  };
  struct Context {
    VersionVector vector;
    std::set<size_t> known;
  };

  static constexpr bool kHasVector = requires(Body body) { body.Context(); };
  static VersionVector ContextOf(const Body& body) {
    if constexpr (kHasVector) return body.Context();
    return {};
  }

  // With what those writes had seen, though it never came here.
  std::set<size_t> Seen(const std::set<size_t>& known) const {
    std::set<size_t> seen = known;
    for (size_t id : known) seen.insert(ops_[id].observed.begin(), ops_[id].observed.end());
    return seen;
  }

  void Begin(size_t i) {
    Replica& replica = replicas_[i];
    replica.self = {NodeId(i + 1), Boot(++boots_[i])};
    replica.dots = 0;
    replica.now.boots[i] = boots_[i];
  }

  void Crash(size_t i) {
    replicas_[i].now = replicas_[i].durable;
    for (State& clock : replicas_[i].clocks) clock = State();
    Begin(i);
  }

  void Sync(size_t i) {
    replicas_[i].durable = replicas_[i].now;
    durable_.insert(replicas_[i].now.known.begin(), replicas_[i].now.known.end());
  }

  void Write(size_t i, const CrdtStep& step) {
    Replica& replica = replicas_[i];
    CrdtOp op;
    op.dot = {replica.self, replica.dots + 1};
    op.kind = step.kind;
    op.name = std::string(1, static_cast<char>('a' + step.value % 3));
    op.value = std::to_string(ops_.size());
    op.delta = static_cast<int64_t>(step.value % 7) - 3;
    op.known = replica.now.known;
    VersionVector context;
    if (T::TakesContext(op) && !contexts_.empty() && step.with % 4 != 0) {
      const Context& read = contexts_[contexts_.size() - 1 - step.with % contexts_.size()];
      context = read.vector;
      op.observed = read.known;
    }
    if (!T::Apply(replica.now.body, op, context)) return;
    ++replica.dots;
    replica.now.known.insert(ops_.size());
    ops_.push_back(std::move(op));
    messages_.push_back({i, replica.self.boot.value(), replica.now});  // before any sync
  }

  bool Refused(const Replica& to, size_t from, uint64_t boot) const {
    return boot < to.now.boots[from];
  }

  void Deliver(const Message& message, size_t i) {
    Replica& to = replicas_[i];
    if (i == message.from || Refused(to, message.from, message.boot)) return;
    MergeInto(to, message.state);
    to.now.boots[message.from] = message.boot;
  }

  void MergeInto(Replica& to, const State& from) {
    const std::set<size_t> known = to.now.known;
    if constexpr (kHasVector) {
      to.now.body.Merge(from.body, [&](const Dot& dot) { return Knows(known, dot); });
    } else {
      to.now.body.Merge(from.body);
    }
    to.now.known.insert(from.known.begin(), from.known.end());
  }

  // `to` merges what is durable at `from`, and only then takes over its clock.
  void Exchange(size_t to_index, size_t from_index) {
    Replica& to = replicas_[to_index];
    const Replica& from = replicas_[from_index];
    if (to_index == from_index) return;
    MergeInto(to, from.durable);
    to.clocks[from_index] = from.durable;
    to.now.boots[from_index] = from.self.boot.value();
  }

  bool Knows(const std::set<size_t>& known, const Dot& dot) const {
    return std::any_of(known.begin(), known.end(), [&](size_t id) { return ops_[id].dot == dot; });
  }

  bool Covered(const Replica& replica, const Dot& dot) const {
    for (size_t i = 0; i < kReplicas; ++i) {
      const bool own = NodeId(i + 1) == replica.self.node;
      if (!Knows(own ? replica.durable.known : replica.clocks[i].known, dot)) return false;
    }
    return true;
  }

  void Forget(size_t i) {
    Replica& replica = replicas_[i];
    if (!options_.forget) return;
    const auto covered = [&](const Dot& dot) {
      return options_.forget_uncovered || Covered(replica, dot);
    };
    if constexpr (kHasVector) {
      if (!ContextOf(replica.now.body).empty() && replica.now.body.Forget(covered)) ++forgotten_;
    }
  }

  std::set<Dot> DotsOf(const std::set<size_t>& known, const Identity& identity) const {
    std::set<Dot> dots;
    for (size_t id : known) {
      if (ops_[id].dot.identity == identity) dots.insert(ops_[id].dot);
    }
    return dots;
  }

  // All boots of the replica's node before its present one.
  bool EndedBootsSettled(size_t i) const {
    const Replica& replica = replicas_[i];
    for (uint64_t boot = 1; boot < replica.self.boot.value(); ++boot) {
      const Identity ended{replica.self.node, Boot(boot)};
      for (size_t other = 0; other < kReplicas; ++other) {
        const State& clock = replica.clocks[other];
        if (other == i) continue;
        if (clock.boots.empty() || clock.boots[i] <= boot) return false;
        if (DotsOf(clock.known, ended) != DotsOf(replica.now.known, ended)) return false;
      }
    }
    return true;
  }

  void Fold(size_t i) {
    if constexpr (requires(Body body) { body.FoldEnded(Dot()); }) {
      Replica& replica = replicas_[i];
      if (!options_.fold_unsettled && !EndedBootsSettled(i)) return;
      CrdtOp op;
      op.dot = {replica.self, replica.dots + 1};
      op.kind = kFoldKind;
      if (!replica.now.body.FoldEnded(op.dot)) return;
      ++folds_;
      ++replica.dots;
      replica.now.known.insert(ops_.size());
      ops_.push_back(std::move(op));
      messages_.push_back({i, replica.self.boot.value(), replica.now});
    }
  }

  CrdtWorldOptions options_;
  Replica replicas_[kReplicas];
  uint64_t boots_[kReplicas] = {};
  CrdtOps ops_;
  std::vector<Message> messages_;  // each may come any number of times
  std::vector<Context> contexts_;
  std::set<size_t> durable_;
  size_t folds_ = 0;
  size_t forgotten_ = 0;
};

}  // namespace quorate::quorum
