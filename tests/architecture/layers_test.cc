#include "layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quorate::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kTable[] =
    "| folder | may include | libraries | pure | what |\n"
    "|---|---|---|---|---|\n"
    "| `src/base` | | Abseil | no | ids |\n"
    "| `src/core` | base | Abseil | yes | rules |\n"
    "| `src/edge` | core | Abseil, gRPC | no | sockets |\n";

std::vector<std::string> ViolationsOf(const std::string& path, const std::string& line) {
  return Violations(ParseLayers(kTable), SourceFile{path, {line}});
}

TEST(LayersTest, EveryIncludeUnderSrcIsAllowedByTheTable) {
  const Layers layers = ParseLayers(ReadFile("docs/architecture.md"));
  ASSERT_GE(layers.size(), 10u);
  const std::vector<SourceFile> files = FilesUnder({"src"}, {".h", ".cc"});
  ASSERT_GT(files.size(), 30u);
  for (const SourceFile& file : files) {
    for (const std::string& violation : Violations(layers, file)) ADD_FAILURE() << violation;
  }
}

TEST(LayersTest, AllowsAFolderItselfAndWhatItsRowReaches) {
  EXPECT_THAT(ViolationsOf("src/edge/a.cc", "#include \"edge/a.h\""), IsEmpty());
  EXPECT_THAT(ViolationsOf("src/edge/a.cc", "#include \"core/rules.h\""), IsEmpty());
  EXPECT_THAT(ViolationsOf("src/edge/a.cc", "#include \"base/ids.h\""), IsEmpty());
}

TEST(LayersTest, RefusesAFolderAboveOrBeside) {
  EXPECT_THAT(ViolationsOf("src/core/a.cc", "#include \"edge/a.h\""),
              ElementsAre(HasSubstr("src/core/a.cc:1: includes edge/a.h")));
  EXPECT_THAT(ViolationsOf("src/base/a.h", "  #  include <core/rules.h>"),
              ElementsAre(HasSubstr("does not let it use src/core")));
}

TEST(LayersTest, RefusesALibraryThatTheRowDoesNotName) {
  EXPECT_THAT(ViolationsOf("src/edge/a.cc", "#include <grpcpp/grpcpp.h>"), IsEmpty());
  EXPECT_THAT(ViolationsOf("src/core/a.cc", "#include <grpcpp/grpcpp.h>"),
              ElementsAre(HasSubstr("does not let it use gRPC")));
  EXPECT_THAT(ViolationsOf("src/core/a.cc", "#include \"quorate/v1/kv.grpc.pb.h\""),
              ElementsAre(HasSubstr("does not let it use gRPC")));
  EXPECT_THAT(ViolationsOf("src/edge/a.cc", "#include <rocksdb/db.h>"),
              ElementsAre(HasSubstr("does not let it use RocksDB")));
}

TEST(LayersTest, RefusesClocksThreadsAndTheSystemInAPureFolder) {
  for (const char* header :
       {"thread", "chrono", "mutex", "unistd.h", "sys/socket.h", "fstream", "absl/time/clock.h"}) {
    const std::string line = "#include <" + std::string(header) + ">";
    EXPECT_EQ(ViolationsOf("src/core/a.cc", line).size(), 1u) << header;
    EXPECT_THAT(ViolationsOf("src/edge/a.cc", line), IsEmpty()) << header;
  }
  EXPECT_THAT(ViolationsOf("src/core/a.cc", "#include <vector>"), IsEmpty());
}

TEST(LayersTest, RefusesWhatNobodyKnows) {
  EXPECT_THAT(ViolationsOf("src/edge/a.cc", "#include \"elsewhere/a.h\""),
              ElementsAre(HasSubstr("no rule says")));
  EXPECT_THAT(ViolationsOf("src/attic/a.cc", ""), ElementsAre(HasSubstr("no row")));
}

TEST(LayersTest, RefusesATableThatPointsUpward) {
  EXPECT_THROW(ParseLayers("| `src/base` | core | | no | |\n| `src/core` | | | no | |\n"),
               std::runtime_error);
}

}  // namespace
}  // namespace quorate::architecture
