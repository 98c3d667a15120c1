// kvctl backup restore
#pragma once

#include <string>

#include "session.h"

namespace quorate::kvctl {

struct BackupRestore {
  std::string folder;
  std::string backup;  // its id; empty: the newest
  std::string as;      // empty: the name that it had
  uint32_t replicas = 0;
  uint32_t partitions = 0;
  uint32_t parallel = 4;
  bool go_on = false;
  bool dry_run = false;
};

int RunBackupRestore(Session& session, const BackupRestore& restore);

}  // namespace quorate::kvctl
