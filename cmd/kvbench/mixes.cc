#include "mixes.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "base/strings.h"
#include "call.h"
#include "client/client.h"
#include "view.h"
#include "workload.h"

namespace quorate::bench {
namespace {

double Millis(const Slice& slice, double quantile) {
  return absl::ToDoubleMilliseconds(slice.latency.Quantile(quantile));
}

class OneMode {
 public:
  OneMode(Client& client, const MixOptions& options, bool leaderless, Experiment& experiment)
      : client_(client),
        options_(options),
        mode_(leaderless ? "quorum" : "raft"),
        experiment_(experiment) {}

  // Each mix in a keyspace of its own, which goes with it.
  absl::Status Run(v1::Admin::Stub& admin) {
    for (const char name : options_.names) {
      KeyspaceOptions keyspace = options_.target.keyspace;
      keyspace.keyspace = StrCat(keyspace.keyspace, "-", mode_, "-",
                                 std::string(1, absl::ascii_tolower(static_cast<uint8_t>(name))));
      keyspace.conflict = mode_ == "quorum" ? v1::CONFLICT_LWW : v1::CONFLICT_UNSPECIFIED;
      const auto made = PrepareKeyspace(admin, keyspace);
      if (!made.ok()) return made.status();
      absl::Status measured = Measure(*FindMix(name), keyspace.keyspace);
      if (!measured.ok()) return measured;
      const auto dropped = client_.DropKeyspace(keyspace.keyspace);
      if (!dropped.ok()) return dropped.status();
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Measure(Mix mix, const std::string& keyspace) {
    mix.distribution = options_.distribution.value_or(mix.distribution);
    Workload load(client_,
                  {.keyspace = keyspace,
                   .keys = options_.target.keys,
                   .value_bytes = options_.target.value_bytes,
                   .read = options_.read,
                   .write = options_.write,
                   .streamed = options_.streamed},
                  mix);
    if (absl::Status filled = load.Fill(); !filled.ok()) return filled;
    const Slice closed = load.RunClosed(options_.in_flight, options_.warm_up, options_.length, 1);
    const double rate = options_.per_second > 0 ? options_.per_second : closed.per_second() / 2;
    if (rate <= 0) return absl::UnavailableError("nothing was answered: " + closed.first_error);
    const Slice open = load.RunOpen({rate, options_.warm_up, options_.length}, 2);
    const std::string label = StrCat(std::string(1, mix.name), " in mode ", mode_, ": ");
    const auto tell = [&](std::string what, std::string unit, double value) {
      experiment_.figures.push_back({StrCat(label, what), std::move(unit), {value}});
    };
    tell(StrCat(options_.in_flight, " in flight"), "operations/s", closed.per_second());
    tell("due a second, open loop", "operations/s", rate);
    tell("answered of those", "operations/s", open.per_second());
    tell("p50", "ms", Millis(open, 0.5));
    tell("p99", "ms", Millis(open, 0.99));
    tell("p99.9", "ms", Millis(open, 0.999));
    tell("failed", "operations", static_cast<double>(closed.failed + open.failed));
    options_.progress(StrCat(label, static_cast<int64_t>(closed.per_second()), "/s; p99 at ",
                             static_cast<int64_t>(rate), "/s: ", Millis(open, 0.99), " ms ",
                             closed.first_error, open.first_error));
    return absl::OkStatus();
  }

  Client& client_;
  const MixOptions& options_;
  const std::string mode_;
  Experiment& experiment_;
};

std::string MethodOf(const MixOptions& options) {
  std::string method = StrCat(
      "YCSB's shapes by the client library, ", options.streamed ? "on its streams" : "unary", ", ",
      options.target.keys, " keys with values of ", options.target.value_bytes, " bytes, ",
      !options.distribution                             ? "zipfian by 0.99 (D: the latest)"
      : *options.distribution == Distribution::kUniform ? "uniform"
      : *options.distribution == Distribution::kZipfian ? "zipfian by 0.99"
                                                        : "the latest",
      "; a closed loop, then an open one, whose latencies count from when an operation was due.");
  for (const char name : options.names) {
    StrAppend(&method, " ", std::string(1, name), ": ", FindMix(name)->what, ".");
  }
  return method;
}

}  // namespace

absl::StatusOr<Experiment> MeasureMixes(const std::string& endpoint, const MixOptions& options) {
  auto client = Client::Connect(endpoint);
  if (!client.ok()) return client.status();
  auto admin = v1::Admin::NewStub(Connect(endpoint));
  Experiment experiment{"mixes", MethodOf(options), {}};
  for (const bool leaderless : {false, true}) {
    if (leaderless ? !options.leaderless : !options.raft) continue;
    absl::Status measured = OneMode(*client, options, leaderless, experiment).Run(*admin);
    if (!measured.ok()) return measured;
  }
  return experiment;
}

}  // namespace quorate::bench
