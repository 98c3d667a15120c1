#include "kvload/load_fixture.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace quorate::load {
namespace {

namespace fs = std::filesystem;

std::string MakeFolder() {
  std::string path = (fs::temp_directory_path() / "quorate-XXXXXX").string();
  return mkdtemp(path.data());
}

}  // namespace

std::unique_ptr<quorate::testing::Cluster> LoadTest::cluster_;

Ran RunCommand(const std::string& command) {
  Ran ran;
  FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer;
  for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    ran.output.append(buffer.data(), n);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
  return ran;
}

void LoadTest::StartCluster(uint32_t nodes) {
  auto cluster = quorate::testing::Cluster::Start({.nodes = nodes});
  ASSERT_TRUE(cluster.ok()) << cluster.status();
  cluster_ = *std::move(cluster);
}

void LoadTest::TearDownTestSuite() { cluster_.reset(); }

LoadTest::LoadTest() : folder_(MakeFolder()) {}
LoadTest::~LoadTest() { fs::remove_all(folder_); }

std::string LoadTest::MakeKeyspace(KeyspaceOptions options) {
  static int made = 0;
  std::string name = "k" + std::to_string(++made);
  auto client = Client::Connect(cluster_->endpoints());
  EXPECT_TRUE(client.ok()) << client.status();
  const auto described = client->CreateKeyspace(name, std::move(options));
  EXPECT_TRUE(described.ok()) << described.status();
  // Its first operations wait for the leaders.
  return name;
}

nlohmann::json LoadTest::Plan(const nlohmann::json& jobs, int duration_ms) const {
  nlohmann::json plan = {{"seed", 1}, {"duration_ms", duration_ms}, {"jobs", jobs}};
  for (uint32_t node = 1; node <= cluster_->nodes(); ++node) {
    plan["endpoints"]["n" + std::to_string(node)] = cluster_->endpoint(node);
  }
  return plan;
}

nlohmann::json LoadTest::PlanOf(const nlohmann::json& job, int duration_ms) const {
  nlohmann::json whole = {
      {"name", "job"}, {"workload", "register"}, {"clients", 6}, {"keys", 3}, {"pin", true}};
  whole.update(job);
  return Plan(nlohmann::json::array({whole}), duration_ms);
}

std::string LoadTest::Save(const nlohmann::json& plan) const {
  const std::string path = folder() + "/load.json";
  std::ofstream(path) << plan.dump();
  return path;
}

Ran LoadTest::Run(const nlohmann::json& plan, const std::string& flags) const {
  return RunCommand(QUORATE_BIN_DIR "/kvload run " + Save(plan) + " --out " + folder() + " " +
                    flags);
}

Ran LoadTest::Settle(const nlohmann::json& plan, const std::string& flags) const {
  return RunCommand(QUORATE_BIN_DIR "/kvload settle " + Save(plan) + " --out " + folder() + " " +
                    flags);
}

Ran LoadTest::Check(const std::string& job) const {
  return RunCommand(QUORATE_BIN_DIR "/kvcheck " + HistoryFile(job));
}

std::string LoadTest::HistoryFile(const std::string& job) const {
  return folder() + "/" + job + ".jsonl";
}

std::vector<nlohmann::json> LoadTest::Lines(const std::string& job) const {
  std::vector<nlohmann::json> lines;
  std::ifstream in(HistoryFile(job));
  for (std::string line; std::getline(in, line);) {
    lines.push_back(nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false));
    EXPECT_TRUE(lines.back().is_object()) << line;
  }
  return lines;
}

void LoadTest::SaveLines(const std::vector<nlohmann::json>& lines, const std::string& job) const {
  std::ofstream out(HistoryFile(job));
  for (const nlohmann::json& line : lines) out << line.dump() << "\n";
}

std::vector<nlohmann::json> LoadTest::Operations(const std::string& job) const {
  std::vector<nlohmann::json> lines = Lines(job);
  std::erase_if(lines, [](const nlohmann::json& line) { return !line.contains("op"); });
  return lines;
}

}  // namespace quorate::load
