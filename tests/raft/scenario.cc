#include "scenario.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/error.h"
#include "base/strings.h"
#include "describe.h"

namespace quorate::raft {
namespace {

constexpr char kDashes[] = "----";

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

uint64_t Number(const std::string& text) { return std::strtoull(text.c_str(), nullptr, 10); }

std::vector<uint64_t> Numbers(const std::string& text) {
  std::vector<uint64_t> numbers;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) numbers.push_back(Number(part));
  return numbers;
}

}  // namespace

// "tick 1 count=3": a verb, plain words, and options.
struct Scenario::Words {
  explicit Words(const std::string& line) {
    std::istringstream in(line);
    in >> verb;
    for (std::string word; in >> word;) {
      const size_t equals = word.find('=');
      if (equals == std::string::npos) {
        plain.push_back(word);
      } else {
        options[word.substr(0, equals)] = word.substr(equals + 1);
      }
    }
  }
  bool Is(std::initializer_list<std::string_view> verbs) const {
    return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
  }
  bool Has(const std::string& option) const { return options.contains(option); }
  uint64_t At(size_t i) const { return i < plain.size() ? Number(plain[i]) : 0; }
  uint64_t Option(const std::string& name, uint64_t otherwise) const {
    const auto found = options.find(name);
    return found == options.end() ? otherwise : Number(found->second);
  }
  std::vector<uint64_t> List(const std::string& name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::vector<uint64_t>() : Numbers(found->second);
  }

  std::string verb;
  std::vector<std::string> plain;
  std::map<std::string, std::string> options;
};

std::vector<ScenarioBlock> ParseScenario(const std::string& text) {
  std::vector<ScenarioBlock> blocks;
  ScenarioBlock block;
  bool printing = false;
  for (const std::string& line : Lines(text)) {
    if (line == kDashes) {
      printing = true;
    } else if (printing && line.empty()) {
      blocks.push_back(std::move(block));
      block = ScenarioBlock();
      printing = false;
    } else {
      (printing ? block.expected : block.commands) += line + "\n";
    }
  }
  if (!block.commands.empty()) blocks.push_back(std::move(block));
  return blocks;
}

std::string FormatScenario(const std::vector<ScenarioBlock>& blocks) {
  std::string text;
  for (const ScenarioBlock& block : blocks) {
    if (!text.empty()) text += "\n";
    StrAppend(&text, block.commands, kDashes, "\n", block.expected);
  }
  return text;
}

std::string Scenario::Run(const std::string& commands) {
  out_.str("");
  for (const std::string& line : Lines(commands)) {
    if (line.empty() || line[0] == '#') continue;
    RunLine(line);
    if (cluster_) PrintEvents();
  }
  if (cluster_) {
    for (const std::string& broken : cluster_->invariants().violations()) Print("BROKEN " + broken);
  }
  return out_.str().empty() ? "ok\n" : out_.str();
}

void Scenario::PrintEvents() {
  for (const std::string& event : cluster_->TakeEvents()) Print(event);
}

void Scenario::PrintStatus(const absl::Status& status) {
  if (!status.ok()) Print(StrCat("refused: ", ReasonOf(status)));
}

void Scenario::RunLine(const std::string& line) {
  const Words words(line);
  if (words.verb == "cluster") return Make(words);
  if (!cluster_) return Print("error: begin with `cluster voters=1,2,3`");
  if (words.Is({"status", "progress", "log", "members", "messages", "disk"})) return RunShow(words);
  if (words.Is({"deliver", "drop", "duplicate", "settle", "cut", "isolate", "heal"})) {
    return RunNetwork(words);
  }
  if (words.Is(
          {"sync", "crash", "restart", "flush", "compact", "empty", "wake", "tell", "snapshots"})) {
    return RunWorld(words);
  }
  RunInput(words);
}

void Scenario::Make(const Words& words) {
  ClusterOptions options;
  options.config.election_ticks = static_cast<uint32_t>(words.Option("election", 10));
  options.config.heartbeat_ticks = static_cast<uint32_t>(words.Option("heartbeat", 2));
  options.config.quiet_after_ticks = static_cast<uint32_t>(words.Option("quiet", 0));
  options.config.append_bytes_max = words.Option("append-bytes", 1 << 20);
  options.config.in_flight_appends_max = words.Option("in-flight", 256);
  options.config.uncommitted_bytes_max = words.Option("uncommitted-bytes", 1 << 20);
  options.sync_at_once = !words.Has("sync") || words.options.at("sync") != "manual";
  options.seed = words.Option("seed", 1);
  cluster_ = std::make_unique<Cluster>(words.List("voters"), words.List("learners"), options);
  cluster_->ExpectViolations();  // printed instead
}

void Scenario::RunInput(const Words& words) {
  const uint64_t node = words.At(0);
  if (words.verb == "tick") {
    const auto count = static_cast<uint32_t>(words.Option("count", 1));
    if (node == 0) {
      cluster_->TickAll(count);
    } else {
      cluster_->Tick(node, count);
    }
  } else if (words.verb == "campaign") {
    cluster_->Campaign(node);
  } else if (words.verb == "elect") {
    for (uint64_t id : cluster_->living()) cluster_->Wake(id, /*leader_gone=*/true);
    cluster_->Campaign(node);
    cluster_->Settle();
    cluster_->TakeEvents();
    Print(StrCat("n", node, " is ", DescribeRole(cluster_->raft(node).status())));
  } else if (words.verb == "propose") {
    PrintStatus(cluster_->Propose(node, words.plain.at(1)).status());
  } else if (words.verb == "change") {
    PrintStatus(cluster_->Change(node, words.List("voters"), words.List("learners")).status());
  } else if (words.verb == "read") {
    PrintStatus(cluster_->Read(node, words.At(1)));
  } else if (words.verb == "transfer") {
    PrintStatus(cluster_->Transfer(node, words.At(1)));
  } else {
    Print("error: no such command: " + words.verb);
  }
}

void Scenario::RunWorld(const Words& words) {
  const uint64_t node = words.At(0);
  if (words.verb == "sync") {
    if (words.Has("count")) {
      cluster_->Sync(node, words.Option("count", 1));
    } else {
      cluster_->SyncAll(node);
    }
  } else if (words.verb == "crash") {
    cluster_->Crash(node);
  } else if (words.verb == "restart") {
    cluster_->Restart(node);
  } else if (words.verb == "flush") {
    cluster_->FlushState(node);
  } else if (words.verb == "compact") {
    cluster_->Compact(node, words.At(1));
  } else if (words.verb == "empty") {
    cluster_->AddEmpty(node);
  } else if (words.verb == "wake") {
    cluster_->Wake(node, words.plain.size() > 1);
  } else if (words.verb == "tell") {
    cluster_->TellCommit(node);
  } else if (words.verb == "snapshots") {
    cluster_->options().serve_snapshots = words.plain.at(0) == "on";
  }
}

void Scenario::RunNetwork(const Words& words) {
  const auto chosen = [&](const Message& message) {
    if (words.Has("from") && message.from.value() != words.Option("from", 0)) return false;
    if (words.Has("to") && message.to.value() != words.Option("to", 0)) return false;
    if (!words.Has("kind")) return true;
    return DescribeKind(message.kind) == words.options.at("kind");
  };
  if (words.verb == "settle") {
    cluster_->Settle();
  } else if (words.verb == "deliver") {
    for (const Message& message : cluster_->Deliver(chosen)) Print(DescribeMessage(message));
  } else if (words.verb == "drop") {
    for (const Message& message : cluster_->Drop(chosen)) {
      Print("lost: " + DescribeMessage(message));
    }
  } else if (words.verb == "duplicate") {
    const std::deque<Message> all = cluster_->in_flight();
    std::copy_if(all.begin(), all.end(), std::back_inserter(cluster_->in_flight()), chosen);
  } else if (words.verb == "cut") {
    cluster_->Cut(words.At(0), words.At(1));
  } else if (words.verb == "isolate") {
    cluster_->Isolate(words.At(0));
  } else if (words.verb == "heal") {
    cluster_->Heal();
  }
}

void Scenario::RunShow(const Words& words) {
  if (words.verb == "messages") {
    for (const Message& message : cluster_->in_flight()) Print(DescribeMessage(message));
    if (cluster_->in_flight().empty()) Print("none");
    return;
  }
  for (uint64_t node : cluster_->living()) {
    if (words.plain.empty() || words.At(0) == node) Shows(node, words.verb);
  }
}

void Scenario::Shows(uint64_t node, const std::string& what) {
  const Raft& raft = cluster_->raft(node);
  const Status status = raft.status();
  if (what == "status") Print(StrCat("n", node, " ", DescribeStatus(status)));
  if (what == "members") Print(StrCat("n", node, " ", DescribeConfiguration(status.configuration)));
  if (what == "disk") {
    const HardState& hard_state = cluster_->durable_hard_state(node);
    Print(StrCat("n", node, " has on disk ", hard_state.term.ToString(), " vote ",
                 hard_state.vote.ToString(), " and ", cluster_->writes_under_way(node),
                 " writes under way"));
  }
  if (what == "progress") {
    for (const PeerStatus& peer : status.peers) Print(DescribePeer(peer));
  }
  if (what == "log") {
    std::string line = StrCat("n", node, ":");
    for (LogIndex at = status.first_index; at <= status.last_index; at = at.next()) {
      StrAppend(&line, " [", DescribeEntry(*raft.EntryAt(at)), "]");
    }
    Print(line);
  }
}

}  // namespace quorate::raft
