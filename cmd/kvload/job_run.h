// A job at work: its clients, each with one operation under way at most.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/executor.h"
#include "connections.h"
#include "history_lines.h"
#include "plan.h"
#include "recorder.h"
#include "tally.h"
#include "workload.h"

namespace quorate::load {

// All of it on the loop's one thread. The loop must have ended before this goes.
class JobRun {
 public:
  JobRun(const Job& job, const Place& place, uint64_t seed, Connections& connections,
         client::Executor& loop, std::unique_ptr<Recorder> recorder);

  void Start();
  // Begins nothing more.
  void Stop() { stopped_ = true; }
  // Writes what is under way down as of unknown outcome; its answers are ignored.
  void GiveUp();

  size_t under_way() const { return under_way_; }
  const Tally& tally() const { return tally_; }
  const Job& job() const { return job_; }
  // Of the history's file.
  const absl::Status& status() const { return recorder_->status(); }

 private:
  struct Seat {
    Actor actor;
    Request request;
    Asker asker;  // of the request
    int64_t invoke_us = 0;
    bool busy = false;
    uint32_t refusals = 0;  // in a row
  };

  void Sit(Seat& seat);
  void StepAfter(Seat& seat, absl::Duration wait);
  void Step(Seat& seat);
  void OnReply(Seat& seat, const Reply& reply);
  void Record(const Seat& seat, const Reply& reply);
  // Connects to the node if need be.
  absl::StatusOr<Keyspace> Through(size_t node);
  // Until this client may begin its next operation.
  absl::Duration Pause(const Seat& seat, const Reply& reply);

  const Job job_;
  const Place place_;
  Random random_;
  Connections& connections_;
  client::Executor& loop_;
  const std::unique_ptr<Recorder> recorder_;
  std::vector<std::optional<Keyspace>> keyspaces_;  // through each node, then routing
  std::unique_ptr<Workload> workload_;
  std::vector<Seat> seats_;
  Tally tally_;
  uint64_t next_client_;
  uint64_t next_batch_;
  int64_t next_start_us_ = 0;  // of a job with a rate
  size_t under_way_ = 0;
  bool stopped_ = false;
  bool given_up_ = false;
};

}  // namespace quorate::load
