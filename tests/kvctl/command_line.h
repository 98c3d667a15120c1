// Runs kvctl against a cluster inside the test's process.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "client/client.h"
#include "testing/cluster.h"

namespace quorate::kvctl {

struct Ended {
  int code = -1;
  std::string out;
  std::string err;

  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

// One cluster of three nodes in the zones a, a and b for all tests of a suite.
class CommandLineTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();

  CommandLineTest();
  ~CommandLineTest() override;

  // Through a shell.
  Ended Kvctl(const std::string& arguments) const;
  // With kvctl in the PATH and the cluster in the environment.
  Ended Shell(const std::string& command) const;
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  void Write(const std::string& name, const std::string& text) const;

  static std::unique_ptr<testing::Cluster> cluster_;
  std::string folder_;
};

}  // namespace quorate::kvctl
