#include "complain.h"

#include <cstdio>
#include <string>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::kvd {

int Complain(const absl::Status& status, int code) {
  const std::string line = StrCat("kvd: error: ", ReasonOf(status), ": ", status.message(), "\n");
  std::fputs(line.c_str(), stderr);
  return code;
}

}  // namespace quorate::kvd
