#include "cluster/backup_world.h"

#include <filesystem>
#include <random>

#include "base/strings.h"

namespace quorate::testing {
namespace {

std::string TextOf(const Field& field) {
  std::string text = field.name + "=";
  if (const auto* value = std::get_if<std::string>(&field.content)) text += *value;
  if (const auto* counter = std::get_if<int64_t>(&field.content)) text += StrCat("#", *counter);
  if (const auto* elements = std::get_if<Field::Elements>(&field.content)) {
    for (const std::string& element : *elements) text += "{" + element + "}";
  }
  return text;
}

}  // namespace

std::vector<std::string> BackupTest::KvctlCommand(const Cluster& cluster,
                                                  std::vector<std::string> arguments) const {
  std::vector<std::string> command = {QUORATE_BIN_DIR "/kvctl", "--endpoints", cluster.endpoints()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

nlohmann::json BackupTest::Json(const Cluster& cluster, std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--output", "json"});
  const Refusal ended = RunToEnd(KvctlCommand(cluster, std::move(arguments)));
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  const auto begin = ended.output.find('{');
  if (begin == std::string::npos) return nlohmann::json::object();
  return nlohmann::json::parse(ended.output.substr(begin), nullptr, false);
}

nlohmann::json BackupTest::Create(const std::string& keyspace,
                                  std::vector<std::string> flags) const {
  std::vector<std::string> arguments = {"backup", "create", keyspace, folder_};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return Json(cluster_, std::move(arguments));
}

nlohmann::json BackupTest::Restore(const std::string& as, std::vector<std::string> flags) const {
  std::vector<std::string> arguments = {"backup", "restore", folder_, "--as", as};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return Json(cluster_, std::move(arguments));
}

Keyspace BackupTest::Make(const std::string& name, KeyspaceOptions options) {
  if (options.mode == Mode::kRaft) {
    Keyspace made = cluster_.Create(client_, name, options.partitions);
    if (options.default_ttl != absl::ZeroDuration()) {
      const auto altered = client_.AlterKeyspace(name, {.default_ttl = options.default_ttl});
      EXPECT_TRUE(altered.ok()) << altered.status();
    }
    return made;
  }
  const auto made = client_.CreateKeyspace(name, options);
  EXPECT_TRUE(made.ok()) << made.status();
  return client_.Keyspace(name);
}

Contents BackupTest::ContentsOf(Keyspace keyspace, Level level) {
  Contents contents;
  auto scan = keyspace.Scan({.level = level, .deadline = absl::Seconds(20)});
  for (const Record& record : scan) {
    std::string& text = contents[record.key];
    if (!record.merged) {
      text = record.value;
      continue;
    }
    for (const Sibling& one : record.merged->siblings) text += "[" + one.value + "]";
    for (const std::string& element : record.merged->elements) text += "{" + element + "}";
    for (const Field& field : record.merged->fields) text += "(" + TextOf(field) + ")";
  }
  EXPECT_TRUE(scan.status().ok()) << scan.status();
  return contents;
}

void BackupTest::Fill(Keyspace keyspace, int records, size_t value_bytes) {
  std::mt19937_64 random(7);
  auto pipe = keyspace.Pipeline();
  for (int i = 0; i < records; ++i) {
    std::string value(value_bytes, '\0');
    for (char& byte : value) byte = static_cast<char>(random());
    pipe.Put(StrCat("key-", i), std::move(value), [](const absl::StatusOr<WriteReceipt>& written) {
      EXPECT_TRUE(written.ok()) << written.status();
    });
  }
  pipe.Drain();
}

size_t BackupTest::ChunkFiles() const {
  size_t count = 0;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder_ + "/chunks", error)) {
    count += entry.path().extension() == ".chunk" ? 1 : 0;
  }
  return count;
}

}  // namespace quorate::testing
