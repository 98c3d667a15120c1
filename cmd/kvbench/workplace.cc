#include "workplace.h"

#include <filesystem>
#include <utility>

#include "cleanup.h"
#include "process.h"

namespace quorate::bench {
namespace {

std::string Find(const std::string& program, const std::string& wanted) {
  if (wanted == "none") return "";
  if (wanted == "auto") return FindInPath(program);
  return wanted;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Workplace>> Workplace::Make(const Settings& settings) {
  EndOrderly(absl::Seconds(settings.limit_seconds));
  std::unique_ptr<Workplace> place(new Workplace(settings.port));
  Surroundings& surroundings = place->surroundings_;
  const auto folder = MakeRunFolder(
      settings.folder.empty() ? std::filesystem::temp_directory_path().string() : settings.folder);
  if (!folder.ok()) return folder.status();
  surroundings.folder = *folder;
  surroundings.ports = &place->ports_;
  surroundings.kvd = settings.kvd.empty()
                         ? (std::filesystem::path(OwnPath()).parent_path() / "kvd").string()
                         : settings.kvd;
  surroundings.etcd = Find("etcd", settings.etcd);
  surroundings.redis = Find("redis-server", settings.redis);
  return place;
}

Workplace::~Workplace() { TakeAway(); }

absl::StatusOr<std::string> Workplace::Endpoint(const Settings& settings,
                                                std::unique_ptr<OwnCluster>& own) const {
  if (settings.own_nodes == 0) return settings.endpoints.substr(0, settings.endpoints.find(','));
  auto cluster = OwnCluster::Start(surroundings_, "nodes", settings.own_nodes);
  if (!cluster.ok()) return cluster.status();
  own = *std::move(cluster);
  return own->address(1);
}

}  // namespace quorate::bench
