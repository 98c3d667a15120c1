// A suite's result for people and for programs, with the machine it ran on.
#pragma once

#include <string>

#include "suite.h"

namespace quorate::bench {

std::string TextReport(const SuiteResult& result, const SuiteOptions& options);
std::string JsonReport(const SuiteResult& result, const SuiteOptions& options);

}  // namespace quorate::bench
