#include "run.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/random.h"
#include "client/executor.h"
#include "client/wait.h"
#include "clock.h"
#include "job_run.h"
#include "signals.h"

namespace quorate::load {
namespace {

// How long answers are waited for after a signal.
constexpr absl::Duration kPatience = absl::Milliseconds(500);
constexpr absl::Duration kTick = absl::Milliseconds(200);

// The jobs and the one thread on which everything of theirs happens.
class Jobs {
 public:
  Jobs(const Plan& plan, Connections& connections, std::vector<PreparedJob> jobs) : loop_(1) {
    Random random(plan.seed);
    for (PreparedJob& one : jobs) {
      runs_.push_back(std::make_unique<JobRun>(one.job, one.place, random.Next(), connections,
                                               loop_, std::move(one.recorder)));
    }
  }

  void Start() {
    OnLoop([this] {
      for (auto& run : runs_) run->Start();
    });
  }
  void Stop() {
    OnLoop([this] {
      for (auto& run : runs_) run->Stop();
    });
  }
  void GiveUp() {
    OnLoop([this] {
      for (auto& run : runs_) run->GiveUp();
    });
  }
  size_t UnderWay() {
    size_t all = 0;
    OnLoop([&] {
      for (auto& run : runs_) all += run->under_way();
    });
    return all;
  }
  std::vector<JobTally> Tallies() {
    std::vector<JobTally> all;
    OnLoop([&] {
      for (auto& run : runs_) all.push_back({run->job().name, run->tally()});
    });
    return all;
  }
  absl::Status status() {
    absl::Status status;
    OnLoop([&] {
      for (auto& run : runs_) status.Update(run->status());
    });
    return status;
  }

 private:
  template <class Work>
  void OnLoop(Work work) {
    client::WaitFor<bool>([&](auto done) {
      loop_.Post([&, done] {
        work();
        done(true);
      });
    }).IgnoreError();
  }

  std::vector<std::unique_ptr<JobRun>> runs_;
  client::Executor loop_;
};

absl::Duration LongestTimeout(const Plan& plan) {
  absl::Duration longest;
  for (const Job& job : plan.jobs) longest = std::max(longest, job.timeout);
  return longest;
}

}  // namespace

absl::StatusOr<RunEnd> RunJobs(const Plan& plan, Connections& connections,
                               std::vector<PreparedJob> prepared) {
  // Outlives this where answers may still come.
  auto jobs = std::make_unique<Jobs>(plan, connections, std::move(prepared));
  Progress progress;
  RunEnd end;
  const int64_t begin = NowUs();
  const auto elapsed = [&] { return absl::Microseconds(NowUs() - begin); };
  jobs->Start();
  while (end.signal == 0 && elapsed() < plan.duration && jobs->status().ok()) {
    end.signal = AwaitSignal(std::min(kTick, plan.duration - elapsed()));
    progress.Show(elapsed(), plan.duration, jobs->Tallies());
  }
  end.elapsed = elapsed();
  jobs->Stop();
  const absl::Duration give_up =
      elapsed() + (end.signal == 0 ? LongestTimeout(plan) + absl::Seconds(1) : kPatience);
  while (jobs->UnderWay() > 0 && elapsed() < give_up) {
    const int signal = AwaitSignal(absl::Milliseconds(10));
    if (signal != 0) end.signal = signal;
    if (signal != 0) break;
  }
  end.abandoned = jobs->UnderWay() > 0;
  jobs->GiveUp();
  progress.End();
  end.tallies = jobs->Tallies();
  const absl::Status status = jobs->status();
  if (end.abandoned) jobs.release();
  if (!status.ok()) return status;
  return end;
}

}  // namespace quorate::load
