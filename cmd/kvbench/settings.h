// What the command line says.
#pragma once

#include <cstdint>
#include <string>

#include "backup.h"
#include "curve.h"
#include "failover.h"
#include "idle.h"
#include "join.h"
#include "memory.h"
#include "mixes.h"
#include "overload.h"
#include "partitions.h"
#include "rebuild.h"
#include "rejoin.h"
#include "restart.h"
#include "stream_load.h"
#include "suite.h"
#include "sustained.h"
#include "target.h"

namespace quorate::bench {

struct Settings {
  // Of every command.
  std::string output = "table";
  std::string results;  // file, empty: none
  std::string folder;
  std::string kvd;
  std::string etcd = "auto";
  std::string redis = "auto";
  int port = 7800;
  uint32_t limit_seconds = 3600;
  // A cluster that is there already, or as many nodes of the run's own.
  std::string endpoints = "127.0.0.1:7400";
  uint32_t own_nodes = 0;
  TargetOptions target;
  // One load.
  double seconds = 5;
  uint32_t in_flight = 64;
  StreamShape shape;
  std::string listen = "127.0.0.1:7499";
  // What is measured, and how much of it.
  double slice_seconds = 2;
  SuiteOptions suite;
  double sustained_seconds = 60;
  SustainedOptions sustained;
  double curve_slice_seconds = 2;
  CurveOptions curve;
  double mix_seconds = 2;
  double mix_warm_up_seconds = 0.5;
  MixOptions mixes;
  FailoverOptions failover;
  double idle_settle_seconds = 10;
  double idle_seconds = 20;
  IdleOptions idle;
  RestartOptions restart;
  double rejoin_settle_seconds = 20;
  double rejoin_idle_seconds = 20;
  RejoinOptions rejoin;
  BackupOptions backup;
  double join_seconds = 20;
  JoinOptions join;
  RebuildOptions rebuild;
  double partitions_slice_seconds = 1;
  PartitionsOptions partitions;
  double memory_settle_seconds = 20;
  MemoryOptions memory;
  double overload_seconds = 5;
  double overload_around_seconds = 2;
  OverloadOptions overload;
};

}  // namespace quorate::bench
