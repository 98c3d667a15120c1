#include "arguments.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/config.h"
#include "base/error.h"
#include "base/strings.h"
#include "base/version.h"

namespace quorate::kvd {
namespace {

constexpr char kDefaultFile[] = "/etc/quorate/kvd.yaml";

constexpr char kHelp[] =
    "kvd: one node of a Quorate cluster.\n"
    "\n"
    "  kvd --dev                                three nodes in one process, in memory\n"
    "  kvd --dev --data-dir ./data              the same, kept from start to start\n"
    "  kvd --data-dir /var/lib/quorate          a cluster of one, for this machine alone\n"
    "  kvd --config kvd.yaml --check-config     is the file right?\n"
    "  kvd --node-id 2 --data-dir /srv/n2 \\\n"
    "      --listen 127.0.0.1:7410 --peer-listen 127.0.0.1:7411 --http-listen 127.0.0.1:7412 \\\n"
    "      --bootstrap 1=127.0.0.1:7400/127.0.0.1:7401,2=127.0.0.1:7410/127.0.0.1:7411\n"
    "  kvd --join 10.0.0.1:7400 --zone hall-b --data-dir /srv/n4 --insecure \\\n"
    "      --listen 10.0.0.4:7400 --peer-listen 10.0.0.4:7401\n"
    "                                           a further node of a running cluster\n"
    "\n"
    "Each setting is a flag (--data-dir X or --data-dir=X), a variable (KVD_DATA_DIR)\n"
    "and a line of the YAML file (data-dir: X); the former wins over the latter.\n"
    "SIGTERM and SIGINT end it in order, a second one at once.\n"
    "Exit codes: 0 done, 1 failed, 2 usage or configuration.\n";

constexpr char kActions[] =
    "\nInstead of serving:\n"
    "  --help                          this text\n"
    "  --version                       which Quorate this is\n"
    "  --check-config                  judge the settings, say nothing if they are right\n"
    "  --print-config                  a configuration file of all settings, with their origins\n";

std::optional<Arguments::Action> TakeAction(std::vector<std::string>& args) {
  using Action = Arguments::Action;
  const std::pair<std::string_view, Action> kFlags[] = {{"--help", Action::kHelp},
                                                        {"-h", Action::kHelp},
                                                        {"--version", Action::kVersion},
                                                        {"--check-config", Action::kCheckConfig},
                                                        {"--print-config", Action::kPrintConfig}};
  for (const auto& [flag, action] : kFlags) {
    const auto found = std::find(args.begin(), args.end(), flag);
    if (found == args.end()) continue;
    args.erase(found);
    return action;
  }
  return std::nullopt;
}

// The file is named by a flag or a variable, so these are looked at first.
std::optional<std::string> NamedFile(const std::vector<std::string>& args,
                                     const char* const* environment) {
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i].starts_with("--config=")) return args[i].substr(9);
    if (args[i] == "--config" && i + 1 < args.size()) return args[i + 1];
  }
  for (; *environment != nullptr; ++environment) {
    const std::string_view variable(*environment);
    if (variable.starts_with("KVD_CONFIG=")) return std::string(variable.substr(11));
  }
  return std::nullopt;
}

// The few settings that a whole cluster leaves to whom it serves.
absl::Status PlanDev(const Config& config, Arguments& arguments) {
  const std::set<std::string> taken = {"dev", "config", "data-dir", "listen", "log-level"};
  std::set<std::string> given;
  for (const auto& [name, origin] : config.Given()) {
    given.insert(name);
    if (taken.contains(name)) continue;
    return MakeError(
        absl::StatusCode::kInvalidArgument, "NOT_WITH_DEV",
        StrCat(name, " (from ", origin, ") is for one node, and --dev is a whole ",
               "cluster; of it only --data-dir, --listen and --log-level can be said"));
  }
  testing::ClusterOptions& cluster = arguments.dev_cluster;
  if (given.contains("data-dir")) cluster.data_dir = arguments.options.data_dir;
  cluster.listen = arguments.options.listen;
  cluster.listen_elsewhere = !given.contains("listen");
  cluster.log_level = given.contains("log-level") ? arguments.options.log_level : "error";
  return absl::OkStatus();
}

absl::Status ReadFile(Config& config, const std::optional<std::string>& named) {
  const std::string path = named.value_or(kDefaultFile);
  std::ifstream file(path);
  if (!file) {
    if (!named) return absl::OkStatus();
    return MakeError(absl::StatusCode::kInvalidArgument, "NO_CONFIG_FILE",
                     StrCat("config: cannot read ", path));
  }
  std::ostringstream text;
  text << file.rdbuf();
  return config.ReadYaml(text.str(), path);
}

}  // namespace

absl::StatusOr<Arguments> ReadArguments(std::vector<std::string> args,
                                        const char* const* environment,
                                        const std::function<void(Config&)>& add_settings) {
  Arguments arguments;
  const auto action = TakeAction(args);
  arguments.action = action.value_or(Arguments::Action::kServe);
  Config config("kvd", "KVD_");
  std::string file;
  config.Section("Where settings are read");
  config.AddText("config", "the YAML file; by default /etc/quorate/kvd.yaml if there is one",
                 "FILE", &file);
  config.Section("A cluster to try things out with");
  config.AddSwitch("dev",
                   "three nodes in this process, with a keyspace \"default\"; in memory, unless "
                   "data-dir says where",
                   &arguments.dev);
  rpc::AddSettings(config, arguments.options);
  if (add_settings) add_settings(config);
  if (arguments.action == Arguments::Action::kHelp) {
    arguments.text = StrCat(kHelp, config.Usage(), kActions);
    return arguments;
  }
  if (arguments.action == Arguments::Action::kVersion) {
    arguments.text = StrCat("kvd ", kVersion, "\n");
    return arguments;
  }
  const std::optional<std::string> file_named = NamedFile(args, environment);
  const bool dev = std::find(args.begin(), args.end(), "--dev") != args.end();
  // The machine's own file is about its node, not about a cluster to try.
  if (file_named || !dev) {
    if (absl::Status read = ReadFile(config, file_named); !read.ok()) return read;
  }
  if (absl::Status read = config.ReadEnvironment(environment); !read.ok()) return read;
  if (absl::Status read = config.ReadFlags(args); !read.ok()) return read;
  for (const auto& [name, origin] : config.Given()) {
    arguments.options.node_id_given |= name == "node-id";
    arguments.options.cluster_id_given |= name == "cluster-id";
  }
  if (arguments.dev) {
    if (absl::Status planned = PlanDev(config, arguments); !planned.ok()) return planned;
  }
  absl::StatusOr<rpc::ServerPlan> plan = rpc::PlanServer(arguments.options);
  if (!plan.ok()) return plan.status();
  arguments.plan = *std::move(plan);
  if (arguments.action == Arguments::Action::kPrintConfig) arguments.text = config.Print();
  return arguments;
}

}  // namespace quorate::kvd
