// A measured figure beside its goal, and the measurements that were made.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace quorate::bench {

struct Spread {
  double low = 0, median = 0, high = 0;
};
Spread SpreadOf(std::vector<double> values);

struct Goal {
  double limit = 0;         // 0: there is none
  bool is_maximum = false;  // else a minimum

  bool ReachedBy(double value) const { return is_maximum ? value <= limit : value >= limit; }
};

struct Figure {
  std::string name;
  std::string unit;
  std::vector<double> values;  // as they came
  Goal goal = {};              // of the median
};

// One thing that was measured: what was done, in a sentence or two, and what
// came of it.
struct Experiment {
  std::string title;
  std::string method;
  std::vector<Figure> figures;
};

}  // namespace quorate::bench
