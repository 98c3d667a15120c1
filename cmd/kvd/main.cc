#include "run.h"

int main(int argc, char** argv, char** environment) {
  return quorate::kvd::Run(argc, argv, environment);
}
