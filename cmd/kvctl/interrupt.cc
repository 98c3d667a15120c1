#include "interrupt.h"

#include <csignal>

namespace quorate::kvctl {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void Note(int number) {
  interrupted = 1;
  std::signal(number, SIG_DFL);
}

}  // namespace

void NoteInterrupts() {
  std::signal(SIGINT, Note);
  std::signal(SIGTERM, Note);
}

bool Interrupted() { return interrupted != 0; }

}  // namespace quorate::kvctl
