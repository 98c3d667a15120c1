// How a random schedule starts replicas on older copies of their disks: what was told from
// the newest is missing there, and either others can still tell it, or it is noticed.
#include "base/strings.h"
#include "schedule.h"

namespace quorate::quorum {
namespace {

Knowledge KnownOn(const MapStore& disk) {
  Knowledge known = disk.knowledge;
  for (const auto& [dot, key] : disk.dot_log) known.seen.Add(dot);
  return known;
}

// Of boots that have ended on the newest disk, whose dots its clock names no more.
bool LacksEnded(const Knowledge& known, const Knowledge& newest) {
  for (const auto& [node, first_live] : newest.seen.ended()) {
    if (known.seen.Ended({node, first_live.prev()})) continue;
    if (known.DotsBefore(node, first_live) != newest.DotsBefore(node, first_live)) return true;
  }
  return false;
}

}  // namespace

void Schedule::BeginOn(uint64_t node, const MapStore& disk) {
  if (cluster_->alive(node)) Crash(node, random_.Below(cluster_->unsynced(node) + 1));
  cluster_->Replace(node, disk);
  cluster_->Restart(node);
}

// The copy is made at one time and used at another. Nothing is asked of anybody while a
// replica runs on it: until it is noticed it answers what it knows.
void Schedule::StepOldCopy() {
  if (!copy_) {
    const uint64_t node = random_.Between(1, cluster_->replicas());
    Trace(StrCat("the disk of n", node, " is copied"));
    copy_ = Copy{node, cluster_->disk(node)};
    return;
  }
  if (random_.Chance(0.5)) return;
  const uint64_t node = copy_->node;
  for (uint64_t other = 1; other <= cluster_->replicas(); ++other) {
    if (!cluster_->alive(other)) cluster_->Restart(other);
  }
  cluster_->Heal();
  // What one lacks stays in the others' dot logs.
  const uint64_t away = 1 + node % cluster_->replicas();
  if (random_.Chance(0.5)) cluster_->Isolate(away);
  cluster_->options().sync_at_once = true;
  for (uint64_t other = 1; other <= cluster_->replicas(); ++other) cluster_->SyncAll(other);
  cluster_->Settle(30);
  Listen();
  late_.clear();
  Crash(node, cluster_->unsynced(node));
  const MapStore newest = cluster_->disk(node);
  const Knowledge known = KnownOn(newest);
  const Knowledge older = KnownOn(copy_->disk);
  SeenClock lacks = known.seen;
  lacks.Subtract(older.seen);
  const bool complete = lacks.empty() && !LacksEnded(older, known);
  Trace(StrCat("n", node, " starts on an older copy of its disk, without ", lacks.ToString()));
  const size_t violations = cluster_->invariants().violations().size();
  BeginOn(node, copy_->disk);
  copy_.reset();
  cluster_->Settle(static_cast<int>(random_.Between(1, 20)));
  cluster_->Settle(10);
  not_noticed_ = JudgeOldCopy(node, lacks, complete);
  lacks.Subtract(cluster_->core(node).knowledge().seen);
  const bool still = !lacks.empty() || LacksEnded(cluster_->core(node).knowledge(), known);
  // What those who are away can't tell it will be noticed when they are back.
  if (!options_.unnoticed && (cluster_->core(node).has_forgotten() || still)) {
    Trace("and on the newest again");
    // What it lacks it may have called seen, in the very exchange by which it noticed.
    if (cluster_->core(node).has_forgotten()) {
      cluster_->invariants().Excuse(NodeId(node), violations);
    }
    BeginOn(node, newest);
  }
  cluster_->options().sync_at_once = false;
  cluster_->Heal();
}

std::string Schedule::JudgeOldCopy(uint64_t node, SeenClock lacks, bool complete) {
  if (options_.unnoticed) return "";
  const bool noticed = cluster_->core(node).has_forgotten();
  if (noticed && complete) return StrCat("n", node, " takes its disk for an older copy");
  lacks.Subtract(cluster_->core(node).knowledge().seen);
  SeenClock there;  // and nobody's dot log tells it
  for (uint64_t other : cluster_->living()) {
    const bool reachable = other != node && !cluster_->IsCut(other, node);
    if (reachable) there.Merge(cluster_->core(other).knowledge().seen);
  }
  noticed ? ++noticed_ : ++caught_up_;
  if (noticed || Intersect(lacks, there).empty()) return "";
  return StrCat("n", node, " has not noticed that it lacks ", lacks.ToString());
}

}  // namespace quorate::quorum
