// Ctrl-C and SIGTERM as something the main thread waits for.
#pragma once

#include "absl/time/time.h"

namespace quorate::load {

// Before any other thread is started: from now on both signals wait to be asked for.
void HoldSignals();
// Waits for one of them; its number, or 0 when the time is over.
int AwaitSignal(absl::Duration limit);

}  // namespace quorate::load
