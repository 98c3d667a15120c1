// What happened in a run, in order: the timeline of a failing seed and, as a
// rolling hash over every event, the proof that a seed repeats itself.
#pragma once

#include <cstdint>
#include <deque>
#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "base/ids.h"
#include "sim/event_queue.h"

namespace quorate::sim {

// docs/simulator.md has the legend.
enum class TraceKind : uint8_t {
  kPhase,      // ====  a part of the run begins
  kFault,      // FAULT something is broken on purpose
  kHeal,       // heal  and mended again
  kProcess,    // node  a process starts, dies, is frozen or goes on
  kDisk,       // disk  a sync ends or fails
  kSend,       // send  a frame leaves a node
  kDeliver,    // recv  it arrives
  kLost,       // lost  it does not
  kInvoke,     // call  a client asks
  kOutcome,    // done  a client is told
  kRole,       // role  a replica changed its role or term
  kDigest,     // state a replica's state at an applied index
  kAdmin,      // admin keyspaces made and dropped, leaders moved
  kViolation,  // ****  a property is broken
};

struct TraceEvent {
  absl::Duration at;
  TraceKind kind = TraceKind::kPhase;
  NodeId node;  // zero: nobody's
  NodeId peer;  // frames: the other end
  std::string text;
  std::string frame;  // kDeliver: the bytes, told in words only when printed
};

class Trace {
 public:
  // Keeps the newest `keep` events. With `live`, each is printed at once.
  Trace(const EventQueue& queue, size_t keep, std::ostream* live);

  void Add(TraceKind kind, NodeId node, std::string text);
  // The bytes are told in words only where the line is printed.
  void AddFrame(TraceKind kind, NodeId from, NodeId to, std::string_view frame);

  // Over every event since the start, kept or not.
  uint64_t hash() const { return hash_; }
  uint64_t count() const { return count_; }

  // The newest events; frames left out unless asked for.
  void Print(std::ostream& out, size_t lines_max, bool with_frames) const;

 private:
  void Record(TraceEvent event, std::string_view hashed);

  const EventQueue& queue_;
  const size_t keep_;
  std::ostream* const live_;
  uint64_t hash_ = 0;
  uint64_t count_ = 0;
  std::deque<TraceEvent> kept_;
};

// One line, without the newline.
std::string FormatTraceEvent(const TraceEvent& event);
// A peer frame in words: its groups' messages, requests and replies.
std::string DescribeFrame(std::string_view bytes);

}  // namespace quorate::sim
