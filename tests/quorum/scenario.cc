#include "scenario.h"

#include <algorithm>
#include <array>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"
#include "quorum/counter.h"
#include "quorum/crdt_policies.h"
#include "quorum/lww.h"
#include "quorum/message_text.h"
#include "quorum/observed_set.h"
#include "quorum/policy_op.h"
#include "quorum/register_record.h"

namespace quorate::quorum {
namespace {

const LastWriteWins kLww;
const CounterPolicy kCounters;
const SetPolicy kSets{PolicyOptions()};
const RegisterPolicy kRegisters;

const ConflictPolicy* PolicyNamed(const std::string& name) {
  if (name == "counter") return &kCounters;
  if (name == "set") return &kSets;
  if (name == "register") return &kRegisters;
  return name == "lww" ? &kLww : nullptr;
}

// What it is about, in a word or two.
std::string Detail(const Message& message) {
  if (const auto* write = std::get_if<WriteAsk>(&message.body)) return " of " + write->key;
  if (const auto* read = std::get_if<ReadAsk>(&message.body)) return " of " + read->key;
  if (const auto* ask = std::get_if<RegisterAsk>(&message.body)) {
    constexpr std::array<const char*, 3> kPhases = {"query", "prepare", "accept"};
    return StrCat(" ", kPhases[static_cast<size_t>(ask->request.kind)], " of ", ask->key);
  }
  if (const auto* answer = std::get_if<RegisterAnswer>(&message.body)) {
    return answer->reply.granted ? " granted" : " refused";
  }
  if (const auto* answer = std::get_if<SyncAnswer>(&message.body)) {
    return StrCat(" with ", answer->records.size(), " keys");
  }
  return "";
}

std::string Names(const std::vector<NodeId>& nodes) {
  std::vector<NodeId> sorted = nodes;
  std::sort(sorted.begin(), sorted.end());
  std::string names;
  for (NodeId node : sorted) StrAppend(&names, names.empty() ? "" : " ", node.ToString());
  return names.empty() ? "none" : names;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace

// Positional words first, then name=value.
struct Scenario::Words {
  explicit Words(const std::string& line) {
    for (const std::string& word : std::vector<std::string>(absl::StrSplit(line, ' '))) {
      const size_t equals = word.find('=');
      if (word.empty()) continue;
      if (equals == std::string::npos) {
        list.push_back(word);
      } else {
        named[word.substr(0, equals)] = word.substr(equals + 1);
      }
    }
  }
  std::string At(size_t i) const { return i < list.size() ? list[i] : ""; }
  uint64_t Number(size_t i) const { return NumberOf(At(i)); }
  std::string Named(const std::string& name, const std::string& otherwise = "") const {
    const auto found = named.find(name);
    return found == named.end() ? otherwise : found->second;
  }
  static uint64_t NumberOf(const std::string& text) {
    uint64_t number = 0;
    (void)absl::SimpleAtoi(text, &number);
    return number;
  }
  std::vector<std::string> list;
  std::map<std::string, std::string> named;
};

std::string Scenario::Run(const std::string& commands) {
  out_.str("");
  for (const std::string& line : Lines(commands)) {
    if (line.empty() || line[0] == '#') continue;
    RunLine(line);
    if (cluster_) PrintAnswers();
  }
  if (cluster_) {
    for (const std::string& broken : cluster_->invariants().violations()) Print("BROKEN " + broken);
  }
  return out_.str().empty() ? "ok\n" : out_.str();
}

void Scenario::RunLine(const std::string& line) {
  const Words words(line);
  if (words.At(0) == "cluster") return Make(words);
  if (!cluster_) return Print("error: begin with cluster");
  if (RunRequest(words) || RunNetwork(words) || RunWorld(words) || RunShow(words)) return;
  Print("error: no such command: " + line);
}

void Scenario::Make(const Words& words) {
  ClusterOptions options;
  policy_ = words.Named("policy", "lww");
  options.policy = PolicyNamed(policy_);
  if (options.policy == nullptr) return Print("error: no such policy");
  options.replicas = Words::NumberOf(words.Named("replicas", "3"));
  if (const std::string zones = words.Named("zones"); !zones.empty()) {
    options.zones = absl::StrSplit(zones, ',');
  }
  options.sync_at_once = words.Named("sync") != "manual";
  cluster_ = std::make_unique<Cluster>(options);
}

uint64_t Scenario::Asked(const std::string& what) {
  asked_[next_] = what;
  return next_++;
}

bool Scenario::RunRequest(const Words& words) {
  const std::string& verb = words.At(0);
  const bool registers = policy_ == "register";
  const uint64_t node = words.Number(1);
  if (verb == "writer") {
    writers_[words.At(2)] = cluster_->OpenWriter(node);
  } else if (verb == "resolve") {
    Resolve(words);
  } else if (verb == "get" && registers && words.Named("at", "LINEARIZABLE") == "LINEARIZABLE") {
    Operate(words, {});
  } else if (verb == "get") {
    ReadRequest read;
    read.id = Asked(StrCat("get ", words.At(2)));
    read.key = words.At(2);
    read.level = *LevelFromName(words.Named("at", "QUORUM"));
    read.deadline = cluster_->now() + absl::Seconds(2);
    cluster_->Read(node, read);
  } else if (verb == "put" && registers) {
    RegisterOp op;
    op.kind = RegisterOp::Kind::kPut;
    op.value = words.At(3);
    if (words.named.contains("if")) {
      op.condition.kind = RegisterCondition::Kind::kValue;
      op.condition.value = words.Named("if");
    }
    Operate(words, op);
  } else if (verb == "add" && registers) {
    RegisterOp op;
    op.kind = RegisterOp::Kind::kAdd;
    (void)absl::SimpleAtoi(words.At(3), &op.delta);
    Operate(words, op);
  } else if (verb == "put" || verb == "add" || verb == "delete") {
    Change change;
    change.argument = words.At(3);
    change.remove = verb == "delete";
    int64_t delta = 0;
    (void)absl::SimpleAtoi(words.At(3), &delta);
    if (policy_ == "counter") change.argument = EncodeOp(CounterOp{delta});
    if (policy_ == "set") change.argument = EncodeOp(SetOp{SetOp::Kind::kAdd, words.At(3)});
    Write(words, std::move(change));
  } else {
    return false;
  }
  return true;
}

void Scenario::Write(const Words& words, Change change) {
  WriteRequest write;
  write.id = Asked(StrCat(words.At(0), " ", words.At(2)));
  write.key = words.At(2);
  write.change = std::move(change);
  write.level = *LevelFromName(words.Named("at", "QUORUM"));
  write.deadline = cluster_->now() + absl::Seconds(2);
  if (words.named.contains("once")) {
    const std::vector<std::string> once = absl::StrSplit(words.Named("once"), '/');
    write.operation = OperationAsk{{writers_[once[0]], Words::NumberOf(once[1])},
                                   0,
                                   static_cast<uint32_t>(Hash64(write.change.argument))};
  }
  if (words.named.contains("hint")) {
    const std::vector<std::string> hint = absl::StrSplit(words.Named("hint"), '/');
    write.hint = {NodeId(Words::NumberOf(hint[0])), Words::NumberOf(hint[1])};
  }
  cluster_->Write(words.Number(1), write);
}

void Scenario::Operate(const Words& words, RegisterOp op) {
  RegisterCall call;
  call.id = Asked(StrCat(words.At(0), " ", words.At(2)));
  call.key = words.At(2);
  call.op = std::move(op);
  call.deadline = cluster_->now() + absl::Seconds(2);
  if (words.named.contains("once")) {
    const std::vector<std::string> once = absl::StrSplit(words.Named("once"), '/');
    call.operation = OperationAsk{{writers_[once[0]], Words::NumberOf(once[1])}, 0, 1};
  }
  cluster_->Operate(words.Number(1), call);
}

void Scenario::Resolve(const Words& words) {
  const std::vector<std::string> once = absl::StrSplit(words.At(2), '/');
  ResolveRequest resolve;
  resolve.id = Asked("resolve " + words.At(2));
  resolve.operation = {writers_[once[0]], Words::NumberOf(once[1])};
  resolve.deadline = cluster_->now() + absl::Seconds(2);
  cluster_->Resolve(words.Number(1), resolve);
}

bool Scenario::RunNetwork(const Words& words) {
  const std::string& verb = words.At(0);
  if (verb == "deliver" || verb == "drop") {
    Carry(words, verb == "deliver");
  } else if (verb == "settle") {
    cluster_->DeliverAll();
  } else if (verb == "cut") {
    cluster_->Cut(words.Number(1), words.Number(2));
  } else if (verb == "isolate") {
    cluster_->Isolate(words.Number(1));
  } else if (verb == "heal") {
    cluster_->Heal();
  } else {
    return false;
  }
  return true;
}

void Scenario::Carry(const Words& words, bool deliver) {
  const auto chosen = [&](const Message& message) {
    const auto fits = [&](const char* name, const std::string& is) {
      return !words.named.contains(name) || words.Named(name) == is;
    };
    return fits("from", std::to_string(message.from.node.value())) &&
           fits("to", std::to_string(message.to.value())) && fits("kind", KindName(message));
  };
  for (const Message& message : cluster_->Take(chosen)) {
    Print(StrCat(deliver ? "" : "lost: ", message.from.node.ToString(), " to ",
                 message.to.ToString(), ": ", KindName(message), Detail(message)));
    if (deliver) cluster_->Deliver(message);
  }
}

bool Scenario::RunWorld(const Words& words) {
  const std::string& verb = words.At(0);
  const uint64_t node = words.Number(1);
  if (verb == "crash") {
    cluster_->Crash(node);
  } else if (verb == "restart") {
    cluster_->Restart(node);
  } else if (verb == "wipe") {
    cluster_->Wipe(node);
  } else if (verb == "sync" && words.At(1) == "always") {
    cluster_->options().sync_at_once = true;
    for (uint64_t living : cluster_->living()) cluster_->SyncAll(living);
  } else if (verb == "sync") {
    cluster_->SyncAll(node);
  } else if (verb == "rest") {
    cluster_->Settle(60);
  } else if (verb == "wait") {
    // Ticks without messages: what is lost is asked again, and deadlines come.
    cluster_->Pass(absl::Milliseconds(static_cast<int64_t>(words.Number(1))));
    for (uint64_t living : cluster_->living()) cluster_->Tick(living);
  } else {
    return false;
  }
  return true;
}

bool Scenario::RunShow(const Words& words) {
  const std::string& verb = words.At(0);
  if (verb == "holds") {
    ShowKey(words.At(1));
  } else if (verb == "known") {
    ShowKnown();
  } else if (verb == "messages") {
    ShowMessages();
  } else {
    return false;
  }
  return true;
}

std::string Scenario::Shown(const Record& record) const {
  std::string value = record.body;
  if (policy_ == "counter") {
    const Counter counter = *Counter::Decode(record.body);
    value = StrCat(*counter.Value(), " of ", counter.entries().size(), " boots");
  }
  if (policy_ == "register") {
    const RegisterValue held = RegisterBodyOf(record)->value;
    value = !held.accepted ? "(a promise)" : held.present ? held.bytes : "(deleted)";
  }
  if (policy_ == "set") {
    value = "{";
    const ObservedSet set = *ObservedSet::Decode(record.body);
    for (const auto& [element, dots] : set.elements().elements()) {
      StrAppend(&value, value.size() > 1 ? " " : "", element);
    }
    value += "}";
  } else if (record.tombstone && policy_ != "register") {
    value = "(deleted)";
  }
  return value;
}

void Scenario::ShowKey(const std::string& key) {
  for (uint64_t node : cluster_->living()) {
    const std::optional<Record> record = cluster_->store(node).Lookup(key);
    std::string held = "nothing";
    if (record) {
      held = StrCat(Shown(*record), record->dot ? " as " + record->dot.ToString() : "");
    }
    Print(StrCat("n", node, " holds ", held));
  }
}

void Scenario::ShowKnown() {
  for (uint64_t node : cluster_->living()) {
    Print(StrCat("n", node, " has seen ", cluster_->core(node).knowledge().seen.ToString(),
                 "; its dot log has ", cluster_->store(node).dot_log.size()));
  }
}

void Scenario::ShowMessages() {
  for (const Message& message : cluster_->in_flight()) {
    Print(StrCat(message.from.node.ToString(), " to ", message.to.ToString(), ": ",
                 KindName(message), Detail(message)));
  }
}

void Scenario::PrintAnswers() {
  for (const Answered& answer : cluster_->TakeAnswers()) {
    const auto asked = asked_.find(answer.reply.id);
    if (asked == asked_.end()) continue;
    Print(StrCat("n", answer.node, " says of #", asked->first, " (", asked->second, "): ",
                 answer.reply.status.ok() || !asked->second.starts_with("resolve")
                     ? Told(answer.reply)
                     : ReasonOf(answer.reply.status)));
  }
}

std::string Scenario::Told(const Reply& reply) const {
  if (!reply.status.ok()) {
    return StrCat(ReasonOf(reply.status), ", applied ", AppliedName(AppliedOf(reply.status)));
  }
  if (reply.fate) {
    constexpr std::array<const char*, 5> kFates = {"applied", "never", "possible", "settled",
                                                   "expired"};
    return kFates[static_cast<size_t>(*reply.fate)];
  }
  const std::string holders = "; held by " + Names(reply.receipt.acked_by);
  if (reply.outcome) {
    const RegisterOutcome& outcome = *reply.outcome;
    if (!outcome.condition_held) return StrCat("the condition fails: it is ", outcome.value);
    if (outcome.sum) return StrCat("done, now ", *outcome.sum, holders);
    return StrCat(outcome.value.empty() ? "done" : outcome.value, holders);
  }
  return StrCat(reply.record ? Shown(*reply.record) : "done", holders);
}

}  // namespace quorate::quorum
