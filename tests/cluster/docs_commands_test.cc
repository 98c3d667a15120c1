// Runs what the documents tell a reader to type: each block of shell that
// stands under <!-- run -->, against a cluster of its own on free ports.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cluster/process.h"

namespace quorate {
namespace {

namespace fs = std::filesystem;

struct Block {
  std::string where;  // file:line
  std::string script;
};

std::vector<Block> RunnableBlocks(const fs::path& document) {
  std::vector<Block> blocks;
  std::ifstream in(document);
  bool marked = false;
  bool inside = false;
  size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back().script += line + "\n";
    } else if (marked && line == "```sh") {
      inside = true;
      blocks.push_back({document.filename().string() + ":" + std::to_string(number), ""});
    }
    marked = line == "<!-- run -->";
  }
  return blocks;
}

std::vector<Block> AllRunnableBlocks() {
  const fs::path root = QUORATE_SOURCE_DIR;
  std::vector<Block> blocks = RunnableBlocks(root / "README.md");
  std::vector<fs::path> documents;
  for (const auto& entry : fs::directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") documents.push_back(entry.path());
  }
  std::sort(documents.begin(), documents.end());
  for (const fs::path& document : documents) {
    for (Block& block : RunnableBlocks(document)) blocks.push_back(std::move(block));
  }
  return blocks;
}

struct Outcome {
  int code;
  std::string output;
};

// Runs a script under bash in the checkout, both streams together.
Outcome RunScript(const std::string& script) {
  const fs::path file = fs::temp_directory_path() / ("quorate-" + std::to_string(getpid()) + ".sh");
  std::ofstream(file) << "set -euo pipefail\ncd " QUORATE_SOURCE_DIR "\n" << script;
  FILE* pipe = popen(("bash " + file.string() + " 2>&1").c_str(), "r");
  Outcome outcome{-1, ""};
  std::array<char, 4096> buffer;
  while (size_t bytes = fread(buffer.data(), 1, buffer.size(), pipe)) {
    outcome.output.append(buffer.data(), bytes);
  }
  outcome.code = WEXITSTATUS(pclose(pipe));
  fs::remove(file);
  return outcome;
}

class DocsCommandsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(ports_.first(), 0);
    const std::string port = std::to_string(ports_.first());
    home_ = fs::temp_directory_path() / ("quorate-docs-" + std::to_string(getpid()));
    setenv("QUORATE_HOME", home_.c_str(), 1);
    setenv("QUORATE_PORT", port.c_str(), 1);
    setenv("QUORATE_BIN", QUORATE_BIN_DIR, 1);
    setenv("QUORATE_NO_BUILD", "1", 1);
    setenv("QUORATE_ENDPOINTS", ("127.0.0.1:" + port).c_str(), 1);
    setenv("PATH", (QUORATE_BIN_DIR ":" + std::string(getenv("PATH"))).c_str(), 1);
    const Outcome up = RunScript("./dev up");
    ASSERT_EQ(up.code, 0) << up.output;
  }

  void TearDown() override {
    const Outcome down = RunScript("./dev down --wipe");
    EXPECT_EQ(down.code, 0) << down.output;
    EXPECT_FALSE(fs::exists(home_)) << "./dev down --wipe leaves something behind";
  }

  testing::Ports ports_;
  fs::path home_;
};

TEST_F(DocsCommandsTest, WhatTheDocumentsSayToTypeWorks) {
  const std::vector<Block> blocks = AllRunnableBlocks();
  ASSERT_FALSE(blocks.empty());
  for (const Block& block : blocks) {
    const Outcome outcome = RunScript(block.script);
    EXPECT_EQ(outcome.code, 0) << block.where << "\n" << outcome.output;
  }
}

}  // namespace
}  // namespace quorate
