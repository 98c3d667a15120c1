// Assertions of our own that stay on in production: a broken invariant ends
// the process before it can answer wrongly.
#pragma once

namespace quorate {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              const char* message);

}  // namespace quorate

#define QUORATE_CHECK(condition, message)                              \
  do {                                                                 \
    if (!(condition)) [[unlikely]]                                     \
      ::quorate::CheckFailed(__FILE__, __LINE__, #condition, message); \
  } while (false)
