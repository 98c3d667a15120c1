#include "sim/trace.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/hash.h"
#include "base/strings.h"

namespace quorate::sim {
namespace {

const char* Name(TraceKind kind) {
  switch (kind) {
    case TraceKind::kPhase:
      return "====";
    case TraceKind::kFault:
      return "FAULT";
    case TraceKind::kHeal:
      return "heal";
    case TraceKind::kProcess:
      return "node";
    case TraceKind::kDisk:
      return "disk";
    case TraceKind::kSend:
      return "send";
    case TraceKind::kDeliver:
      return "recv";
    case TraceKind::kLost:
      return "lost";
    case TraceKind::kInvoke:
      return "call";
    case TraceKind::kOutcome:
      return "done";
    case TraceKind::kRole:
      return "role";
    case TraceKind::kDigest:
      return "state";
    case TraceKind::kAdmin:
      return "admin";
    case TraceKind::kViolation:
      return "****";
  }
  return "?";
}

bool IsFrame(TraceKind kind) {
  return kind == TraceKind::kSend || kind == TraceKind::kDeliver || kind == TraceKind::kLost;
}

// What is too frequent for a timeline that someone reads.
bool IsNoise(TraceKind kind) {
  return IsFrame(kind) || kind == TraceKind::kDisk || kind == TraceKind::kDigest;
}

}  // namespace

Trace::Trace(const EventQueue& queue, size_t keep, std::ostream* live)
    : queue_(queue), keep_(keep), live_(live) {}

void Trace::Add(TraceKind kind, NodeId node, std::string text) {
  TraceEvent event{queue_.now(), kind, node, NodeId(), std::move(text), {}};
  const std::string_view hashed = event.text;
  Record(event, hashed);
}

void Trace::AddFrame(TraceKind kind, NodeId from, NodeId to, std::string_view frame) {
  Record({queue_.now(), kind, from, to, {}, std::string(frame)}, frame);
}

void Trace::Record(TraceEvent event, std::string_view hashed) {
  const uint64_t head[] = {static_cast<uint64_t>(absl::ToInt64Nanoseconds(event.at)),
                           static_cast<uint64_t>(event.kind), event.node.value(),
                           event.peer.value()};
  hash_ = Hash64({reinterpret_cast<const char*>(head), sizeof(head)}, hash_);
  hash_ = Hash64(hashed, hash_);
  ++count_;
  if (live_ != nullptr) *live_ << FormatTraceEvent(event) << '\n';
  if (keep_ == 0) return;
  if (kept_.size() == keep_) kept_.pop_front();
  kept_.push_back(std::move(event));
}

void Trace::Print(std::ostream& out, size_t lines_max, bool with_frames) const {
  size_t lines = 0;
  auto first = kept_.end();
  while (first != kept_.begin() && lines < lines_max) {
    --first;
    if (with_frames || !IsNoise(first->kind)) ++lines;
  }
  for (; first != kept_.end(); ++first) {
    if (with_frames || !IsNoise(first->kind)) out << FormatTraceEvent(*first) << '\n';
  }
}

std::string FormatTraceEvent(const TraceEvent& event) {
  std::string who = event.node ? event.node.ToString() : "";
  if (event.peer) StrAppend(&who, ">", event.peer.ToString());
  const std::string text = IsFrame(event.kind) ? DescribeFrame(event.frame) : event.text;
  return absl::StrFormat("%11.6f  %-5s  %-6s %s", absl::ToDoubleSeconds(event.at), Name(event.kind),
                         who, text);
}

}  // namespace quorate::sim
