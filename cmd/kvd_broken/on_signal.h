// Does something at a signal that a handler may not do.
#pragma once

#include <functional>

namespace quorate {

// From now on calls `act` for each such signal, on a thread of its own, to the end of
// the process. Once in it.
void OnSignal(int signal, std::function<void()> act);

}  // namespace quorate
