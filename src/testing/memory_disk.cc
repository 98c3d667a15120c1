#include "testing/memory_disk.h"

namespace quorate::testing {

MemoryDisk::MemoryDisk(uint64_t seed)
    : root_(std::make_shared<SimFiles>(seed)),
      log_(std::make_shared<SimFiles>(seed + 1)),
      engine_(std::make_shared<MemEngine>(
          MemEngineOptions{.seed = seed + 2, .filter = expired().get()})) {}

void MemoryDisk::Crash() {
  root_->Crash();
  log_->Crash();
  engine_->Crash();
}

}  // namespace quorate::testing
