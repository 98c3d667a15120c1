// Operations that may be asked for, and what became of them.
#include <utility>

#include "quorum/register_coordinator.h"

namespace quorate::quorum {

bool RegisterCoordinator::Join(const RegisterCall& call) {
  const auto asked = asked_.find(call.operation->id);
  if (asked == asked_.end()) return false;
  Operation& operation = operations_.at(asked->second);
  if (operation.ask->body == call.operation->body) {
    operation.also.push_back(call.id);
    return true;
  }
  Reply reply;
  reply.id = call.id;
  reply.status = Local::IdentityReused(call.operation->id);
  local_.AnswerAtOnce(std::move(reply));
  return true;
}

void RegisterCoordinator::LearnFate(const std::string& key, const Ballot& of,
                                    absl::Duration deadline, FateFn done, const Now& now) {
  if (absl::Status refused = Refuse(); !refused.ok()) {
    RegisterOutcome outcome;
    outcome.status = std::move(refused);
    return done(outcome, now);
  }
  Operation operation;
  operation.key = key;
  operation.op.kind = RegisterOp::Kind::kLearnFate;
  operation.op.fate_of = of;
  operation.deadline = deadline;
  operation.on_fate = std::move(done);
  Add(std::move(operation), now);
}

}  // namespace quorate::quorum
