// The same of its loads: the suite, runs that last, curves and mixes.
#include <cstdlib>
#include <map>
#include <utility>

#include "cluster/kvbench.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

TEST_F(KvbenchTest, RunsTheSuiteOnNodesOfItsOwn) {
  ASSERT_EQ(Run({"--nodes", "1", "--keys", "100", "--etcd", "none", "--redis", "none", "suite",
                 "--rounds", "1", "--slice-seconds", "0.1"}),
            0)
      << output();
  const auto suite = results()["suite"];
  EXPECT_EQ(suite["rounds"], 1);
  std::set<std::string> names;
  for (const auto& row : suite["results"]) {
    EXPECT_EQ(row["failed"], 0) << row;
    // What is measured of the machine itself is in this process.
    const bool served = !row["each_server_cpu_us"].empty();
    EXPECT_TRUE(!served || row["servers_cpu_us"]["median"] > 0) << row;
    EXPECT_GT(row["load_cpu_us"]["median"], 0) << row;
    EXPECT_GT(row["context_switches"]["median"], 0) << row;
    // A disk that has nothing to write counts nothing, and so does a file system in memory.
    EXPECT_TRUE(row.contains("flushes_per_second")) << row;
    EXPECT_TRUE(row.contains("operations_per_flush")) << row;
    EXPECT_TRUE(row.contains("operations_per_peer_message")) << row;
    names.insert(row["name"]);
  }
  EXPECT_THAT(names, IsSupersetOf({"echo, 1 in flight", "TCP round trip, 1 in flight",
                                   "disk sync, a block in place", "disk sync, a value appended"}));
  std::map<std::string, nlohmann::json> ratios;
  for (const auto& ratio : suite["ratios"]) ratios[ratio["name"]] = ratio;
  const auto& close = ratios["median latency, put / (echo + TCP round trip + sync), at 1"];
  EXPECT_EQ(close["goal"]["at_most"], 1.3) << suite["ratios"];
  EXPECT_GT(close["value"]["low"], 0);
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, TellsLatencyAgainstLoad) {
  ASSERT_EQ(Run({"--nodes", "1", "--keys", "100", "--etcd", "none", "--redis", "none", "curve",
                 "--curve", "get,leaderless-put-quorum,stream-put,etcd-put", "--curve-rounds", "2",
                 "--curve-slice-seconds", "0.1", "--shares", "0.25,0.5"}),
            0)
      << output();
  const auto curves = results()["curves"];
  EXPECT_EQ(curves["rounds"], 2);
  EXPECT_EQ(curves["curves"].size(), 3u) << "there is no etcd: " << curves;
  for (const auto& curve : curves["curves"]) {
    EXPECT_GT(curve["peak_per_second"]["low"], 0) << curve;
    EXPECT_EQ(curve["points"].size(), 2u) << curve;
    for (const auto& point : curve["points"]) {
      EXPECT_EQ(point["failed"], 0) << curve;
      EXPECT_GT(point["per_second"]["low"], 0) << curve;
      EXPECT_GT(point["p50_us"]["low"], 0) << curve;
      EXPECT_LE(point["p50_us"]["median"], point["p99_us"]["median"]) << curve;
      EXPECT_LE(point["p99_us"]["median"], point["p999_us"]["median"]) << curve;
      EXPECT_GT(point["servers_cpu_us"]["median"], 0) << curve;
      EXPECT_EQ(point["each_server_cpu_us"].size(), 1u) << curve;
      EXPECT_GT(point["context_switches"]["median"], 0) << curve;
    }
  }
  EXPECT_THAT(curves["ratios"], IsEmpty());
  const auto quorate = results()["programs"][0];
  EXPECT_THAT(quorate["command"].get<std::string>(), HasSubstr("kvd --"));
  EXPECT_THAT(quorate["version"].get<std::string>(), HasSubstr("kvd"));
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, HoldsLatencyAtHalfOfThePeakAgainstEtcdsWhereThereIsOne) {
  if (std::system("command -v etcd >/dev/null") != 0) GTEST_SKIP() << "etcd is not installed";
  ASSERT_EQ(
      Run({"--nodes", "1", "--keys", "100", "--redis", "none", "curve", "--curve", "put,etcd-put",
           "--curve-rounds", "1", "--curve-slice-seconds", "0.2", "--shares", "0.5"}),
      0)
      << output();
  const auto ratios = results()["curves"]["ratios"];
  ASSERT_EQ(ratios.size(), 1u) << results();
  EXPECT_EQ(ratios[0]["goal"]["at_most"], 0.5);
  EXPECT_GT(ratios[0]["value"]["low"], 0);
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, HoldsTheSuitesLatencyAtHalfOfItsPeaksAgainstEtcdsWhereThereIsOne) {
  if (std::system("command -v etcd >/dev/null") != 0) GTEST_SKIP() << "etcd is not installed";
  ASSERT_EQ(Run({"--nodes", "1", "--keys", "100", "--redis", "none", "suite", "--rounds", "1",
                 "--slice-seconds", "0.1"}),
            0)
      << output();
  size_t found = 0;
  const nlohmann::json all = results();
  for (const auto& ratio : all["suite"]["ratios"]) {
    if (!ratio["name"].get<std::string>().starts_with("p99 at half of its own peak")) continue;
    ++found;
    EXPECT_EQ(ratio["goal"]["at_most"], 0.5);
    EXPECT_GT(ratio["value"]["low"], 0) << ratio;
  }
  EXPECT_EQ(found, 2u) << all["suite"];
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, LoadsForLongAndTellsItsFirstAndItsLastThird) {
  ASSERT_EQ(Run({"--nodes", "1", "--keys", "100", "--etcd", "none", "--redis", "none", "sustained",
                 "--sustained-seconds", "0.6"}),
            0)
      << output();
  const auto sustained = results()["sustained"];
  EXPECT_EQ(sustained["results"].size(), 3u) << "unary, streamed, leaderless";
  for (const auto& row : sustained["results"]) {
    EXPECT_EQ(row["failed"], 0) << row;
    EXPECT_GT(row["first_third_per_second"], 0) << row;
    EXPECT_GT(row["last_third_per_second"], 0) << row;
    EXPECT_GE(row["max_us"], row["p50_us"]) << row;
    EXPECT_GT(row["servers_cpu_us"]["median"], 0) << row;
  }
  EXPECT_EQ(sustained["ratios"].size(), 1u) << sustained;
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, LoadsEachMixInBothModes) {
  ASSERT_EQ(Run({"--nodes", "1", "--keys", "200", "--partitions", "2", "mixes", "--mix-seconds",
                 "0.1", "--mix-warm-up-seconds", "0"}),
            0)
      << output();
  for (const char* mode : {"raft", "quorum"}) {
    for (const char mix : std::string("ABCDEF")) {
      const std::string label = std::string(1, mix) + " in mode " + mode + ": ";
      EXPECT_GT(figure(label + "answered of those")["value"]["low"], 0) << label << output();
      EXPECT_GT(figure(label + "p99.9")["value"]["low"], 0) << label << output();
      EXPECT_EQ(figure(label + "failed")["value"]["high"], 0) << label << output();
    }
  }
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, LoadsMixesOnStreamsAtASetRate) {
  ASSERT_EQ(Run({"--nodes", "1", "--keys", "200", "mixes", "--mix", "AF", "--mode", "raft",
                 "--streamed", "--rate", "300", "--distribution", "uniform", "--read-level",
                 "linearizable", "--mix-seconds", "0.3"}),
            0)
      << output();
  for (const char* mix : {"A in mode raft: ", "F in mode raft: "}) {
    EXPECT_EQ(figure(std::string(mix) + "due a second, open loop")["value"]["low"], 300);
    EXPECT_EQ(figure(std::string(mix) + "failed")["value"]["high"], 0) << output();
  }
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, LoadsRedisBesideWhereThereIsOne) {
  if (std::system("command -v redis-server >/dev/null") != 0) GTEST_SKIP() << "it is not installed";
  ASSERT_EQ(Run({"--nodes", "1", "--keys", "105", "--etcd", "none", "suite", "--rounds", "1",
                 "--slice-seconds", "0.1"}),
            0)
      << output();
  size_t of_redis = 0;
  const nlohmann::json all = results();
  for (const auto& row : all["suite"]["results"]) {
    if (!row["name"].get<std::string>().starts_with("redis ")) continue;
    ++of_redis;
    EXPECT_EQ(row["failed"], 0) << row;
    EXPECT_GT(row["per_second"]["low"], 0) << row;
  }
  EXPECT_EQ(of_redis, 4u) << all;
  ExpectNothingLeft();
}

}  // namespace
}  // namespace quorate::testing
