#include "quorum/run_codec.h"

namespace quorate::quorum {

void Append(const RunAsk& ask, std::string& out) {
  AppendVarint(ask.id, out);
  ask.context->AppendTo(out);
  AppendRun(ask.run, out);
}

void Take(RunAsk& ask, Reader& reader) {
  ask.id = reader.Varint();
  ask.context = SeenClock::TakeFrom(reader);
  ask.run = TakeRun(reader);
}

}  // namespace quorate::quorum
