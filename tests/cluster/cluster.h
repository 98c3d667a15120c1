// A cluster of real kvd processes on loopback, in folders of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/client.h"
#include "cluster/process.h"

namespace quorate::testing {

// What a node runs.
struct Build {
  std::string program = "kvd";  // of the same folder as kvd
  std::vector<std::string> flags = {};
};

class Cluster {
 public:
  // Nodes 1 to `nodes`, started and ready. Fails the test if they are not in time.
  // `disk_bytes`: of each node, on a disk of its own that is gone with its process;
  // zero: all on the machine's. `zones`: of each node; empty: they name none.
  explicit Cluster(int nodes, std::vector<std::string> flags = {}, uint64_t disk_bytes = 0,
                   std::vector<std::string> zones = {}, Build build = {});
  ~Cluster();

  // One more node than there are, which joins through `seed` and gets the next number;
  // its number here. Not waited for. `program`: of the same folder as kvd.
  int Join(std::vector<std::string> flags = {}, int seed = 1, const std::string& program = "kvd");
  // Again, after it was killed.
  void JoinAgain(int node, std::vector<std::string> flags = {}, int seed = 1,
                 const std::string& program = "kvd");
  // As it is started, but for `--join`.
  std::vector<std::string> JoinedCommandLine(int node) const;
  int size() const { return static_cast<int>(nodes_.size()); }

  // A node that has joined starts without `--join`.
  void Start(int node);
  // What it runs from its next start on.
  void Become(int node, Build build) { nodes_[Index(node)].build = std::move(build); }
  void Kill(int node);      // no goodbye: SIGKILL
  int Terminate(int node);  // SIGTERM; its exit code
  void WaitReady(int node);
  void WaitReady();  // every node that was started
  Process& process(int node) { return *nodes_[Index(node)].process; }

  std::string endpoints() const;
  int client_port(int node) const { return ports_.first() + 3 * (node - 1); }
  int peer_port(int node) const { return client_port(node) + 1; }
  int http_port(int node) const { return client_port(node) + 2; }
  std::string data_dir(int node) const;
  // As this process finds it, where the node has a disk of its own.
  std::string data_dir_inside(int node);
  std::string log(int node) const { return ReadFile(LogFile(node)); }
  // kvd's command line for `node`, to be changed by tests of what it refuses.
  std::vector<std::string> CommandLine(int node) const;

  Client Connect() const;
  // A client that knows only one node at first.
  Client Through(int node) const;
  // A client that asks no other node.
  Client Only(int node) const;
  // Made, known to every node, and led by someone everywhere.
  Keyspace Create(Client& client, const std::string& name, uint32_t partitions = 4) const;
  // The key as this very node has it; empty where it has none, or gives no answer.
  std::string HasAt(int node, const std::string& keyspace, const std::string& key,
                    const ReadOptions& options = {.level = Level::kOne}) const;
  // Who leads the partition of `key`.
  int LeaderOf(Client& client, const std::string& keyspace, const std::string& key) const;

 private:
  struct Member {
    std::unique_ptr<Process> process;
    Build build = {};
  };
  size_t Index(int node) const { return static_cast<size_t>(node - 1); }
  std::string LogFile(int node) const;

  std::string folder_;
  const int beginners_;  // that are in the bootstrap list
  Ports ports_;
  std::vector<std::string> flags_;
  uint64_t disk_bytes_;
  std::vector<std::string> zones_;
  std::vector<Member> nodes_;
};

// What a process says about why it did not start: its exit code and output.
struct Refusal {
  int exit_code = 0;
  std::string output;
};
Refusal RunToEnd(const std::vector<std::string>& command);

}  // namespace quorate::testing
