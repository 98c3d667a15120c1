// What tests of backups share: kvctl on one cluster or another, and what keyspaces
// hold, to be compared key by key.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cluster/cluster.h"
#include "storage/temp_folder.h"

namespace quorate::testing {

// By key, all of its value as text: siblings, elements and fields too.
using Contents = std::map<std::string, std::string>;

class BackupTest : public ::testing::Test {
 protected:
  std::vector<std::string> KvctlCommand(const Cluster& cluster,
                                        std::vector<std::string> arguments) const;
  Refusal Kvctl(std::vector<std::string> arguments) const {
    return RunToEnd(KvctlCommand(cluster_, std::move(arguments)));
  }
  // Must succeed; what it says.
  nlohmann::json Json(const Cluster& cluster, std::vector<std::string> arguments) const;
  nlohmann::json Create(const std::string& keyspace, std::vector<std::string> flags = {}) const;
  nlohmann::json Restore(const std::string& as, std::vector<std::string> flags = {}) const;

  Keyspace Make(const std::string& name, KeyspaceOptions options);
  static Contents ContentsOf(Keyspace keyspace, Level level);
  // So many values of so many bytes that don't compress.
  static void Fill(Keyspace keyspace, int records, size_t value_bytes);
  size_t ChunkFiles() const;

  Cluster cluster_{3};
  Client client_ = cluster_.Connect();
  TempFolder temp_;
  const std::string folder_ = temp_.path() + "/backups";
};

}  // namespace quorate::testing
