#include "backup.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "client/client.h"

namespace quorate::bench {
namespace {

namespace fs = std::filesystem;

constexpr char kKeyspace[] = "backup";
constexpr uint32_t kNodes = 3;
constexpr uint64_t kValueBytes = 256;
constexpr uint64_t kChangedPermille = 10;
constexpr double kGoalBytesPerSecond = 200e6;

std::string RandomValue(std::mt19937_64& random) {
  std::string value(kValueBytes, '\0');
  for (size_t at = 0; at < value.size(); at += sizeof(uint64_t)) {
    const uint64_t bits = random();
    value.replace(at, sizeof(bits), reinterpret_cast<const char*>(&bits), sizeof(bits));
  }
  return value;
}

// Keys 0, every, 2 × every, ...
absl::Status Write(Keyspace keyspace, uint64_t keys, uint64_t every, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::atomic<uint64_t> failed = 0;
  auto pipe = keyspace.Pipeline({.max_in_flight = 1024, .deadline = absl::Seconds(60)});
  for (uint64_t key = 0; key < keys; key += every) {
    pipe.Put(StrCat("key-", key), RandomValue(random),
             [&failed](const absl::StatusOr<WriteReceipt>& written) {
               if (!written.ok()) ++failed;
             });
  }
  pipe.Drain();
  if (failed == 0) return absl::OkStatus();
  return absl::UnavailableError(StrCat(failed.load(), " puts failed"));
}

class Kvctl {
 public:
  Kvctl(const Surroundings& surroundings, const OwnCluster& cluster)
      : program_((fs::path(surroundings.kvd).parent_path() / "kvctl").string()),
        endpoints_(cluster.endpoints()) {}

  struct Outcome {
    nlohmann::json said;
    double seconds = 0;
  };
  absl::StatusOr<Outcome> Run(const std::string& arguments) const {
    const std::string command =
        StrCat("'", program_, "' --quiet --output json --endpoints ", endpoints_, " ", arguments);
    const absl::Time began = absl::Now();
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return absl::UnavailableError("cannot run " + command);
    std::string text;
    std::array<char, 4096> buffer;
    while (const size_t bytes = fread(buffer.data(), 1, buffer.size(), pipe)) {
      text.append(buffer.data(), bytes);
    }
    const int status = pclose(pipe);
    if (status != 0) return absl::UnavailableError(StrCat(command, " failed: ", text));
    Outcome outcome{nlohmann::json::parse(text, nullptr, false),
                    absl::ToDoubleSeconds(absl::Now() - began)};
    if (!outcome.said.is_object()) return absl::UnavailableError(StrCat("not JSON: ", text));
    return outcome;
  }

 private:
  const std::string program_, endpoints_;
};

// Of files as a backup writes them, one after the other: each written and synced.
absl::StatusOr<double> DiskBytesPerSecond(const std::string& folder, uint64_t bytes) {
  constexpr uint64_t kFileBytes = 2 << 20;
  std::mt19937_64 random(1);
  std::string content;
  while (content.size() < kFileBytes) content += RandomValue(random);
  fs::create_directories(folder);
  const absl::Time began = absl::Now();
  for (uint64_t written = 0; written < bytes; written += kFileBytes) {
    const std::string path = StrCat(folder, "/", written);
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const bool done =
        fd >= 0 &&
        write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
        fdatasync(fd) == 0;
    if (fd >= 0) close(fd);
    if (!done) return absl::UnavailableError("cannot write " + path);
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  fs::remove_all(folder);
  return static_cast<double>(bytes) / seconds;
}

constexpr char kMethod[] =
    " keys with values of 256 random bytes, three replicas on three nodes, 8 partitions, on the "
    "machine's own disk; kvctl, on the same machine, backs all of it up into a new folder "
    "(compressed, each file synced), again after one key in a hundred was written anew, verifies, "
    "and restores it as another keyspace, which compares. Bytes are those of records. The disk's "
    "own rate: files of 2 MiB, written and synced one after another.";

struct Figures {
  Figure full{"a first backup", "MB/s", {}, Goal{kGoalBytesPerSecond / 1e6, false}};
  Figure disk{"the disk's own rate", "MB/s", {}};
  Figure again{"a backup after 1 % has changed", "s", {}};
  Figure sent{"chunks stored then, of all", "%", {}};
  Figure verified{"verify", "MB/s", {}};
  Figure restored{"restore, with verifying and comparing", "MB/s", {}};
};

absl::Status Round(const Kvctl& kvctl, Keyspace keyspace, const std::string& folder,
                   const BackupOptions& options, uint32_t round, Figures& figures) {
  const std::string backups = StrCat("'", folder, "/backups'");
  const std::string create = StrCat("backup create ", kKeyspace, " ", backups);
  const auto full = kvctl.Run(create);
  if (!full.ok()) return full.status();
  const double bytes = full->said.value("bytes", 0.0);
  figures.full.values.push_back(bytes / 1e6 / full->said.value("seconds", 1.0));
  const auto disk = DiskBytesPerSecond(folder + "/disk", 256 << 20);
  if (!disk.ok()) return disk.status();
  figures.disk.values.push_back(*disk / 1e6);
  absl::Status changed = Write(keyspace, options.keys, 1000 / kChangedPermille, 100 + round);
  if (!changed.ok()) return changed;
  const auto again = kvctl.Run(create);
  if (!again.ok()) return again.status();
  figures.again.values.push_back(again->said.value("seconds", 0.0));
  figures.sent.values.push_back(100 * again->said.value("new_chunks", 0.0) /
                                again->said.value("chunks", 1.0));
  const auto verified =
      kvctl.Run(StrCat("backup verify ", backups, " --backup ", again->said.value("id", "")));
  if (!verified.ok()) return verified.status();
  figures.verified.values.push_back(bytes / 1e6 / verified->seconds);
  const auto restored = kvctl.Run(StrCat("backup restore ", backups, " --as restored"));
  if (!restored.ok()) return restored.status();
  figures.restored.values.push_back(bytes / 1e6 / restored->seconds);
  const auto dropped = kvctl.Run("keyspace drop restored --confirm restored");
  std::error_code error;
  fs::remove_all(folder + "/backups", error);
  return dropped.ok() ? absl::OkStatus() : dropped.status();
}

}  // namespace

absl::StatusOr<Experiment> MeasureBackup(const Surroundings& surroundings,
                                         const BackupOptions& options) {
  auto cluster = OwnCluster::Start(surroundings, "backup", kNodes);
  if (!cluster.ok()) return cluster.status();
  auto client = Client::Connect((*cluster)->endpoints());
  if (!client.ok()) return client.status();
  const auto made = client->CreateKeyspace(kKeyspace, {.replicas = kNodes, .partitions = 8});
  if (!made.ok()) return made.status();
  options.progress(StrCat("writing ", options.keys, " keys"));
  Keyspace keyspace = client->Keyspace(kKeyspace);
  if (absl::Status filled = Write(keyspace, options.keys, 1, 1); !filled.ok()) return filled;
  const Kvctl kvctl(surroundings, **cluster);
  Figures figures;
  for (uint32_t round = 0; round < options.rounds; ++round) {
    absl::Status done = Round(kvctl, keyspace, surroundings.folder, options, round, figures);
    if (!done.ok()) return done;
    options.progress(StrCat("backup ", round + 1, "/", options.rounds, "  ",
                            static_cast<int64_t>(figures.full.values.back()), " MB/s, disk ",
                            static_cast<int64_t>(figures.disk.values.back()), " MB/s"));
  }
  return Experiment{"backup",
                    StrCat(options.keys, kMethod),
                    {figures.full, figures.disk, figures.again, figures.sent, figures.verified,
                     figures.restored}};
}

}  // namespace quorate::bench
