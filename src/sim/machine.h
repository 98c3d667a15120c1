// What of a node outlives its process: the clocks, the disks, and what is
// wrong with them.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "base/ids.h"
#include "kv/expired_records.h"
#include "sim/sim_disk.h"
#include "sim/sim_env.h"
#include "storage/mem_engine.h"
#include "storage/sim_files.h"

namespace quorate::sim {

struct CpuProfile {
  absl::Duration wake_spread = absl::Microseconds(50);  // from a wake to the turn
  absl::Duration turn_spread = absl::Microseconds(50);  // how long a turn keeps the worker busy
  double hold_up_chance = 0.002;                        // the scheduler forgets the worker
  absl::Duration hold_up_max = absl::Milliseconds(20);
  absl::Duration background_max = absl::Milliseconds(50);  // until slow work is done
};

struct MachineProfile {
  double clock_rate = 1;
  absl::Duration wall_offset;
  double flush_chance = 0.02;  // of the engine, by itself, after a write
};

struct Machine {
  Machine(const EventQueue& queue, NodeId node, Random& random, const MachineProfile& profile)
      : id(node),
        env(queue, random.Fork(), profile.clock_rate, profile.wall_offset),
        data_files(random.Next()),
        log_files(random.Next()),
        engine({random.Next(), profile.flush_chance, &expired}) {}

  const NodeId id;
  SimEnv env;
  SimFiles data_files;  // identity and the like
  SimFiles log_files;
  kv::ExpiredRecords expired;
  MemEngine engine;
  DiskFaults disk;
  double cpu_slowdown = 1;
  Boot first_boot;  // for a deliberate bug
};

}  // namespace quorate::sim
