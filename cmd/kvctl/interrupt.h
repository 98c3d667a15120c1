// Ctrl-C, for commands that clean up before they end.
#pragma once

namespace quorate::kvctl {

// From now on SIGINT and SIGTERM are only noted; a second one ends the process.
void NoteInterrupts();
bool Interrupted();

}  // namespace quorate::kvctl
