// Short words for what is judged, and for what came of it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check/judge.h"
#include "check/operations.h"
#include "gtest/gtest.h"

namespace quorate::check {

inline const JobInfo kRaft = {"j", "register", "raft", "", 3};
inline const JobInfo kLww = {"j", "register", "quorum", "lww", 3};
inline const JobInfo kSet = {"j", "set", "quorum", "set", 3};
inline const JobInfo kSiblings = {"j", "siblings", "quorum", "siblings", 3};
inline const JobInfo kCounter = {"j", "counter", "quorum", "counter", 3};
inline const JobInfo kRegister = {"j", "register", "quorum", "register", 3};

inline Operation At(std::string level, Operation op, uint64_t session = 0) {
  op.level = std::move(level);
  op.session = session;
  return op;
}

inline History Of(const JobInfo& job, std::vector<Operation> operations) {
  History history = HistoryOf(std::move(operations));
  history.SetJob(job);
  return history;
}

// The final reads of three replicas.
inline void HeldEverywhere(const ReplicaContents::Record& record, History& history) {
  for (const char* name : {"n1", "n2", "n3"}) {
    history.AppendReplica({.replica = name, .records = {{"a", record}}});
  }
}

inline PromiseVerdict LineOf(const History& history, std::string_view read) {
  for (PromiseVerdict& line : JudgeHistory(history)) {
    if (line.read == read) return std::move(line);
  }
  ADD_FAILURE() << "no line for " << read;
  return {};
}

inline PromiseVerdict LineOf(const JobInfo& job, std::vector<Operation> operations,
                             std::string_view read) {
  return LineOf(Of(job, std::move(operations)), read);
}

inline std::string KindOf(const PromiseVerdict& line) {
  return line.found.empty() ? "" : line.found.front().kind;
}

}  // namespace quorate::check
