// scalebench: how cost grows, in virtual time.
#include <CLI/CLI.hpp>
#include <iostream>

#include "costs.h"

int main(int argc, char** argv) {
  std::string output = "table";
  std::string only;
  bool small = false;
  CLI::App app(
      "How what a cluster costs grows with nodes, partitions and values, by real nodes in "
      "virtual time.");
  app.add_option("--output", output, "table or json")->check(CLI::IsMember({"table", "json"}));
  app.add_option("--only", only, "idle, put or map [all]")
      ->check(CLI::IsMember({"idle", "put", "map"}));
  app.add_flag("--small", small, "only that it runs");
  CLI11_PARSE(app, argc, argv);
  std::vector<quorate::bench::Curve> curves;
  if (only.empty() || only == "idle") quorate::bench::MeasureIdleCost(small, curves);
  if (only.empty() || only == "put") quorate::bench::MeasurePutCost(small, curves);
  if (only.empty() || only == "map") quorate::bench::MeasureMapCost(small, curves);
  std::cout << (output == "json" ? quorate::bench::JsonOf(curves) : quorate::bench::TextOf(curves));
  return 0;
}
