// kvbench run in small, and what it said.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cluster/process.h"

namespace quorate::testing {

class KvbenchTest : public ::testing::Test {
 protected:
  KvbenchTest() : folder_(MakeFolder()) {}
  ~KvbenchTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Process> Start(std::vector<std::string> arguments) {
    std::vector<std::string> command = {std::string(QUORATE_BIN_DIR) + "/kvbench",
                                        "--folder",
                                        RunFolder(),
                                        "--port",
                                        std::to_string(ports_.first()),
                                        "--results",
                                        folder_ + "/results"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return std::make_unique<Process>(std::move(command), folder_ + "/out");
  }

  int Run(std::vector<std::string> arguments) {
    return Start(std::move(arguments))->Wait(absl::Seconds(250));
  }

  std::string RunFolder() const { return folder_ + "/run"; }
  std::string output() const { return ReadFile(folder_ + "/out"); }
  nlohmann::json results() const { return nlohmann::json::parse(ReadFile(folder_ + "/results")); }

  // The figure of that name, of the only experiment.
  nlohmann::json figure(const std::string& name) const {
    const nlohmann::json all = results();
    for (const auto& figure : all["experiments"][0]["figures"]) {
      if (figure["name"] == name) return figure;
    }
    ADD_FAILURE() << "no figure " << name << " in " << all;
    return {};
  }

  // Pids of processes whose command line names the run's folder.
  std::set<std::string> Nodes() const {
    std::set<std::string> pids;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string line = ReadFile(entry.path() / "cmdline");
      if (line.find("--data-dir") != std::string::npos &&
          line.find(RunFolder()) != std::string::npos) {
        pids.insert(entry.path().filename());
      }
    }
    return pids;
  }

  void ExpectNothingLeft() const {
    EXPECT_THAT(Nodes(), ::testing::IsEmpty());
    EXPECT_TRUE(!std::filesystem::exists(RunFolder()) || std::filesystem::is_empty(RunFolder()));
  }

  static std::string MakeFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "quorate-XXXXXX").string();
    return mkdtemp(path.data());
  }

  const std::string folder_;
  Ports ports_;
};

}  // namespace quorate::testing
