// Reads under way at their coordinator, which is always the nearest replica: it
// has the data, the others say whether theirs is the same.
//
// At the levels that count replicas: ask as many as are needed; fetch what
// differs; merge; bring the result to as many as were asked for, so that no
// later read at that level can miss it; answer. ONE answers from here; SESSION
// and BOUNDED as soon as this replica, or another, can prove what they ask for.
//
// What is stamped too far ahead for the others can be brought to nobody. Who has
// it is set aside then: it answers for nothing, and the others must be enough.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "quorum/anti_entropy.h"
#include "quorum/local.h"
#include "quorum/peers.h"
#include "quorum/request.h"

namespace quorate::quorum {

class ReadCoordinator {
 public:
  // Marks the ids of write-backs, whose answers come as WriteAnswers.
  static constexpr uint64_t kWriteBack = uint64_t{1} << 63;

  ReadCoordinator(Local& local, Peers& peers, AntiEntropy& anti_entropy)
      : local_(local), peers_(peers), anti_entropy_(anti_entropy) {}

  // UNAVAILABLE at once where too few replicas are alive.
  void Start(const ReadRequest& request, const Now& now);
  void OnAnswer(NodeId from, ReadAnswer answer, const Now& now);
  void OnWriteBack(NodeId from, const WriteAnswer& answer, const Now& now);
  // The state has changed: what waits for it may be answered.
  void OnProgress(const Now& now);
  void OnPeerGone(const Now& now);
  // All begin anew, with who is a replica from now on.
  void OnMembers(const Now& now);
  // Its answers were given in an earlier life: it is asked again.
  void OnReborn(NodeId node);
  // Asks again, asks one more where one is slow, gives up what is too late.
  void Tick(const Now& now);

  // Answers all with UNAVAILABLE.
  void Shutdown(const Now& now);

  size_t under_way() const { return reads_.size(); }
  uint64_t hedged() const { return hedged_; }

 private:
  struct Asked {
    absl::Duration at;
    bool data = false;
    bool again = false;  // it can't be told which question an answer is to
  };
  struct Read {
    ReadRequest request;
    absl::Duration gives_up;        // then it is answered, that its asker still hears why
    std::map<NodeId, Asked> asked;  // latest question to each
    std::map<NodeId, ReadAnswer> answers;
    bool writing_back = false;
    std::optional<Record> result;
    std::optional<absl::Duration> fresh_at;  // it holds all acknowledged before that
    Nodes holders;                           // have the result on disk, or what beats it
    Nodes refused;                           // its time lies too far ahead for them
    Nodes set_aside;                         // their record's lies too far ahead for others
    absl::Duration written_back_at;
  };
  using Reads = std::map<uint64_t, Read>;

  // --- read_coordinator.cc ---
  Reads::iterator Forget(Reads::iterator read);
  void AskOthers(uint64_t id, Read& read, const Now& now);
  void Ask(NodeId node, uint64_t id, Read& read, bool data, const Now& now);
  bool AskOneMore(uint64_t id, Read& read, const Now& now);
  Nodes Responders(const Read& read) const;
  bool Hopeless(const Read& read) const;
  absl::Status Leaving() const;
  absl::Status WhyHopeless(const Read& read) const;
  // This replica's state is enough for SESSION or BOUNDED.
  bool Proven(const ReadRequest& request, const Now& now) const;
  void Answer(const Read& read, absl::Status status, const std::optional<Record>& record,
              Nodes holders, const Now& now);
  absl::Status TooLate(const Read& read, const Now& now) const;
  void Remind(uint64_t id, Read& read, const Now& now);

  // --- read_merge.cc: from answers to a result ---
  // True: the read is answered.
  bool Advance(uint64_t id, Read& read, const Now& now);
  bool AnswerAsItIs(Read& read, const Now& now);
  bool FetchWhatDiffers(uint64_t id, Read& read, const Now& now);
  std::optional<Record> MergeAnswers(const Read& read);
  void FindHolders(Read& read) const;
  void WriteBack(uint64_t id, Read& read, const Now& now);

  // --- read_set_aside.cc: what is stamped too far ahead ---
  // What this replica has, unless it is set aside.
  std::optional<Record> Mine(const Read& read) const;
  bool IsSetAside(const Read& read, NodeId node) const { return read.set_aside.contains(node); }
  // True: the read is answered.
  bool SetAside(uint64_t id, Read& read, const Now& now);
  absl::Status TooFarAhead(const Read& read) const;

  Local& local_;
  Peers& peers_;
  AntiEntropy& anti_entropy_;
  uint64_t next_id_ = 1;
  Reads reads_;
  size_t waiting_ = 0;    // of these, at SESSION or BOUNDED
  uint64_t counted_ = 0;  // reads that asked others, for the hedging budget
  uint64_t hedged_ = 0;
};

}  // namespace quorate::quorum
