#include "kvctl/command_line.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace quorate::kvctl {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

std::unique_ptr<testing::Cluster> CommandLineTest::cluster_;

void CommandLineTest::SetUpTestSuite() {
  auto cluster = testing::Cluster::Start({.zones = {"a", "a", "b"}});
  ASSERT_TRUE(cluster.ok()) << cluster.status();
  cluster_ = *std::move(cluster);
}

void CommandLineTest::TearDownTestSuite() { cluster_.reset(); }

CommandLineTest::CommandLineTest()
    : folder_((std::filesystem::temp_directory_path() / "quorate-XXXXXX").string()) {
  mkdtemp(folder_.data());
  setenv("QUORATE_ENDPOINTS", cluster_->endpoints().c_str(), 1);
  const std::string path = std::getenv("PATH");
  if (!path.starts_with(QUORATE_BIN_DIR ":")) {
    setenv("PATH", (QUORATE_BIN_DIR ":" + path).c_str(), 1);
  }
}

CommandLineTest::~CommandLineTest() { std::filesystem::remove_all(folder_); }

Ended CommandLineTest::Kvctl(const std::string& arguments) const {
  return Shell("kvctl " + arguments);
}

Ended CommandLineTest::Shell(const std::string& command) const {
  const std::string whole = "{ " + command + "\n} </dev/null >" + Path("out") + " 2>" + Path("err");
  Ended ended;
  ended.code = WEXITSTATUS(std::system(whole.c_str()));
  ended.out = ReadFile(Path("out"));
  ended.err = ReadFile(Path("err"));
  return ended;
}

void CommandLineTest::Write(const std::string& name, const std::string& text) const {
  std::ofstream(Path(name), std::ios::binary) << text;
}

}  // namespace quorate::kvctl
