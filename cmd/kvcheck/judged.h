// One history and what the judge said of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check/history.h"
#include "check/verdict.h"

namespace quorate {

struct Judged {
  std::string file;
  check::JobInfo job;  // named by the file where the history does not say
  uint64_t operations = 0;
  double read_seconds = 0;
  std::vector<check::PromiseVerdict> lines;
};

// Over all histories; only "passed" is a pass.
check::Verdict Sum(const std::vector<Judged>& all);

}  // namespace quorate
