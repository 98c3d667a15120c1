// The pages that a server shows over HTTP.
#include <memory>

#include "absl/synchronization/notification.h"
#include "base/strings.h"
#include "base/version.h"
#include "rpc/node_metrics.h"
#include "rpc/server.h"

namespace quorate::rpc {
namespace {

// Longer than the longest honest turn or sync; a probe that fails costs the
// cluster a node.
constexpr absl::Duration kStuck = absl::Seconds(30);
constexpr absl::Duration kReportPatience = absl::Seconds(2);
constexpr char kMetricsType[] = "text/plain; version=0.0.4; charset=utf-8";

std::string Seconds(absl::Duration d) { return StrCat(absl::ToInt64Seconds(d), " s"); }

}  // namespace

HttpServer::Pages Server::MakePages() {
  return {{"/livez", [this] { return Live(); }},
          {"/readyz", [this] { return Ready(); }},
          {"/healthz", [this] { return Health(); }},
          {"/metrics", [this] { return Metrics(); }}};
}

// Looks at this process alone: were it to ask others, a probe would kill a
// whole cluster that has lost its quorum.
HttpAnswer Server::Live() const {
  if (const absl::Duration turn = threads_.LongestTurn(); turn > kStuck) {
    return {503, StrCat("stuck: a worker has been in one turn for ", Seconds(turn), "\n")};
  }
  if (const absl::Duration sync = storage_.sync_metrics->Running(env_); sync > kStuck) {
    return {503, StrCat("stuck: the disk has not finished a write for ", Seconds(sync), "\n")};
  }
  return {200, "ok\n"};
}

HttpAnswer Server::Ready() const {
  if (draining_) return {503, "not ready: going down\n"};
  if (!node_->ready()) return {503, "not ready: a partition here has no leader yet\n"};
  return {200, "ok\n"};
}

// The workers' view, unless they don't answer.
NodeStatusReport Server::ReportNow(bool* known) {
  struct Answer {
    absl::Notification done;
    NodeStatusReport report;
  };
  auto answer = std::make_shared<Answer>();
  node_->Report([answer](NodeStatusReport report) {
    answer->report = std::move(report);
    answer->done.Notify();
  });
  *known = answer->done.WaitForNotificationWithTimeout(kReportPatience);
  return *known ? answer->report : NodeStatusReport();
}

HttpAnswer Server::Health() {
  const HttpAnswer live = Live();
  const HttpAnswer is_ready = Ready();
  bool known = false;
  const NodeStatusReport report = ReportNow(&known);
  const LogStats log = log_->stats();
  HttpAnswer answer;
  answer.status = live.status == 200 && is_ready.status == 200 && known ? 200 : 503;
  StrAppend(&answer.body, "live: ", live.body, "ready: ", is_ready.body);
  StrAppend(&answer.body, "version: ", kVersion, "\ncluster: ", options_.cluster_id,
            "\nnode: ", options_.node_id, "\nboot: ", storage_.boot.value(),
            "\nuptime: ", Seconds(env_.Monotonic() - started_), "\n");
  if (!known) {
    answer.body += "workers: no answer\n";
    return answer;
  }
  StrAppend(&answer.body, "epoch: ", report.epoch.value(), "\nreplicas: ", report.replicas.size(),
            "\nleaders: ", report.leaders, "\nleaderless: ", report.leaderless,
            "\nlog: ", log.records, " syncs, ", log.bytes_on_disk, " bytes in ", log.segments,
            " segments\nunreachable:");
  for (NodeId peer : report.unreachable) StrAppend(&answer.body, " ", peer.ToString());
  answer.body += report.unreachable.empty() ? " none\n" : "\n";
  return answer;
}

HttpAnswer Server::Metrics() {
  MetricsPage page;
  bool known = false;
  const NodeStatusReport report = ReportNow(&known);
  page.AddGauge("quorate_build_info", "Always 1; the version is in the label.", 1,
                {{"version", std::string(kVersion)}});
  page.AddGauge("quorate_uptime_seconds", "Since the process started.",
                absl::ToDoubleSeconds(env_.Monotonic() - started_));
  page.AddGauge("quorate_ready", "1 while this node can serve its default level.", ready() ? 1 : 0);
  page.AddGauge("quorate_worker_longest_turn_seconds",
                "How long the longest turn that is under way has taken.",
                absl::ToDoubleSeconds(threads_.LongestTurn()));
  page.AddCounter("quorate_worker_hosted_turns_total",
                  "Turns that ran on the thread that brought the input, with no other woken.",
                  static_cast<double>(threads_.hosted_turns()));
  page.AddGauge("quorate_background_queue", "Slow tasks that wait, such as flushes.",
                static_cast<double>(threads_.background_queue()));
  if (known) WriteReport(report, NodeId(options_.node_id), page);
  call_metrics_.WriteTo(page);
  slow_requests_.WriteTo(page);
  storage_.sync_metrics->WriteTo(page);
  WriteDiskRoom(node_->disk(), page);
  WriteLogStats(log_->stats(), page);
  WriteEngineStats(storage_.engine->stats(), page);
  client_port_->WriteTo(page);
  transport_.WriteTo(page);
  peers_->WriteTo(page);
  return {200, page.Text(), kMetricsType};
}

}  // namespace quorate::rpc
