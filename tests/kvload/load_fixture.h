// kvload and kvcheck as their users run them, on a cluster of this process.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/client.h"
#include "testing/cluster.h"

namespace quorate::load {

struct Ran {
  int code = -1;
  std::string output;  // both streams
};
// By the shell.
Ran RunCommand(const std::string& command);

class LoadTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { StartCluster(3); }
  static void StartCluster(uint32_t nodes);
  static void TearDownTestSuite();
  LoadTest();
  ~LoadTest() override;

  static quorate::testing::Cluster& cluster() { return *cluster_; }
  // Led by someone everywhere; another name for each test.
  std::string MakeKeyspace(KeyspaceOptions options = {.partitions = 2});

  // A plan of one job named "job", with these fields beside.
  nlohmann::json PlanOf(const nlohmann::json& job, int duration_ms = 700) const;
  // The endpoints and everything.
  nlohmann::json Plan(const nlohmann::json& jobs, int duration_ms) const;

  std::string Save(const nlohmann::json& plan) const;
  Ran Run(const nlohmann::json& plan, const std::string& flags = "") const;
  Ran Settle(const nlohmann::json& plan, const std::string& flags = "--timeout 30") const;
  Ran Check(const std::string& job = "job") const;

  std::string folder() const { return folder_.string(); }
  std::string HistoryFile(const std::string& job = "job") const;
  // All lines of a history; and to write them anew.
  std::vector<nlohmann::json> Lines(const std::string& job = "job") const;
  void SaveLines(const std::vector<nlohmann::json>& lines, const std::string& job = "job") const;
  // Of operations, not of replicas.
  std::vector<nlohmann::json> Operations(const std::string& job = "job") const;

 private:
  static std::unique_ptr<quorate::testing::Cluster> cluster_;
  std::filesystem::path folder_;
};

}  // namespace quorate::load
