// kvctl's command line: what it says and how it ends, without a cluster or
// against one fake node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "fake_node.h"

namespace quorate::client {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

struct Ended {
  int code = -1;
  std::string out;
  std::string err;
};

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class KvctlTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("quorate-kvctl-" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  // Through a shell; `input` is kvctl's stdin.
  Ended Kvctl(const std::string& arguments, const std::string& input = "") {
    std::ofstream(folder_ / "in", std::ios::binary) << input;
    const std::string command = "env -u QUORATE_ENDPOINTS -u QUORATE_OUTPUT " + environment_ + " " +
                                QUORATE_BIN_DIR "/kvctl " + arguments + " <" + Path("in") + " >" +
                                Path("out") + " 2>" + Path("err");
    Ended ended;
    ended.code = WEXITSTATUS(std::system(command.c_str()));
    ended.out = ReadFile(folder_ / "out");
    ended.err = ReadFile(folder_ / "err");
    return ended;
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }

  // From now on kvctl talks to the fake node.
  void UseFakeNode() { environment_ = "QUORATE_ENDPOINTS=" + cluster_.endpoints(); }
  FakeNode& node() { return cluster_.node(1); }

  FakeCluster cluster_{1};
  fs::path folder_;
  std::string environment_;
};

TEST_F(KvctlTest, HelpLeadsWithExamplesAndTellsTheExitCodes) {
  const Ended help = Kvctl("--help");
  EXPECT_EQ(help.code, 0);
  EXPECT_LT(help.out.find("Examples:"), help.out.find("Usage:"));
  EXPECT_THAT(help.out, HasSubstr("6 outcome unknown"));
  for (const char* verb : {"put",
                           "get",
                           "del",
                           "cas",
                           "incr",
                           "mget",
                           "scan",
                           "batch",
                           "import",
                           "export",
                           "keyspace create",
                           "keyspace alter",
                           "keyspace list",
                           "keyspace describe",
                           "keyspace drop",
                           "cluster status",
                           "cluster topology",
                           "node log-level",
                           "partition list",
                           "partition owners",
                           "partition transfer-leader",
                           "version"}) {
    const Ended one = Kvctl(std::string(verb) + " --help");
    EXPECT_EQ(one.code, 0) << verb;
    EXPECT_LT(one.out.find("Examples:"), one.out.find("Usage:")) << verb;
  }
}

TEST_F(KvctlTest, EndsWithTwoOnWrongUsageAndSaysWhereHelpIs) {
  for (const char* wrong :
       {"", "put orders", "keyspace", "cas a b", "cas a b --if-absent",
        "cas a b c --if-absent --if-present", "get o k --timeout never", "get o k --output xml",
        "--endpoints nowhere get o k", "put o k @/no/such/file", "import o /no/such/file",
        "import o - --format csv", "partition transfer-leader seven", "keyspace alter",
        "keyspace alter orders --default-read BEST", "keyspace alter orders --lease-drift 1",
        "keyspace create orders --default-ttl soon"}) {
    const Ended ended = Kvctl(wrong);
    EXPECT_EQ(ended.code, 2) << wrong << "\n" << ended.err;
    EXPECT_THAT(ended.err, StartsWith("error: ")) << wrong;
    EXPECT_THAT(ended.out, IsEmpty()) << wrong;
  }
  EXPECT_THAT(Kvctl("put orders").err, EndsWith("see: kvctl put --help\n"));
}

TEST_F(KvctlTest, KnowsWhatWasProbablyMeant) {
  EXPECT_THAT(Kvctl("ptu orders 42 paid").err, HasSubstr("did you mean \"put\"?"));
  EXPECT_THAT(Kvctl("keyspace crate x").err, HasSubstr("did you mean \"create\"?"));
  EXPECT_THAT(Kvctl("get o k --level QUROM").err, HasSubstr("did you mean \"QUORUM\"?"));
  EXPECT_THAT(Kvctl("get o k --endpoits x").err, HasSubstr("did you mean \"--endpoints\"?"));
  EXPECT_THAT(Kvctl("frobnicate").err, Not(HasSubstr("did you mean")));
}

TEST_F(KvctlTest, EndsWithFiveWhenNoNodeCanBeReached) {
  const Ended ended = Kvctl("--endpoints 127.0.0.1:1 --timeout 1h put orders 42 paid");
  EXPECT_EQ(ended.code, 5);
  EXPECT_THAT(ended.err, AllOf(StartsWith("error: NODE_UNREACHABLE: "), HasSubstr("refused"),
                               HasSubstr("not applied")));
}

TEST_F(KvctlTest, TellsErrorsAsJsonWhenAskedTo) {
  const Ended ended = Kvctl("--endpoints 127.0.0.1:1 --timeout 1h get o k --output json");
  EXPECT_EQ(ended.code, 5);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("\"reason\":\"NODE_UNREACHABLE\""),
                               HasSubstr("\"applied\":\"no\""), HasSubstr("\"code\":")));
}

TEST_F(KvctlTest, TakesGlobalFlagsInAnyPlaceAndFromTheEnvironment) {
  UseFakeNode();
  EXPECT_EQ(Kvctl("put --output json orders 42 paid").code, 0);
  EXPECT_THAT(Kvctl("get orders 42 --output json").out, HasSubstr("\"value\":\"paid\""));
  environment_ += " QUORATE_OUTPUT=json";
  EXPECT_THAT(Kvctl("get orders 42").out, HasSubstr("\"value\":\"paid\""));
}

TEST_F(KvctlTest, GivesBinaryValuesAsTheyAreOrVisiblyEncoded) {
  UseFakeNode();
  const std::string binary("\x00\xffzip\n", 6);
  ASSERT_EQ(Kvctl("put orders 42 -", binary).code, 0);
  EXPECT_EQ(Kvctl("get orders 42").out, binary);
  EXPECT_EQ(Kvctl("get orders 42 --output table").out, "\\x00\\xffzip\n\n");
  EXPECT_THAT(Kvctl("get orders 42 --output json").out, HasSubstr("{\"b64\":\"AP96aXAK\"}"));
  EXPECT_THAT(Kvctl("scan orders --output table").out, HasSubstr("\\x00\\xffzip\\n"));
}

TEST_F(KvctlTest, TakesValuesFromFiles) {
  UseFakeNode();
  std::ofstream(Path("value")) << "from a file";
  ASSERT_EQ(Kvctl("put orders 42 @" + Path("value")).code, 0);
  EXPECT_EQ(Kvctl("get orders 42").out, "from a file");
}

TEST_F(KvctlTest, EndsWithThreeWhereThereIsNoSuchKey) {
  UseFakeNode();
  const Ended ended = Kvctl("get orders 42");
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.out, IsEmpty());
}

TEST_F(KvctlTest, EndsBySayingWhatBecameOfAWrite) {
  UseFakeNode();
  const struct {
    Script script;
    int code;
  } cases[] = {
      {Script::Answer(), 0},
      {Script::Error(MakeError(absl::StatusCode::kInternal, "BROKEN", "x", Applied::kNo)), 1},
      {Script::Error(MakeError(absl::StatusCode::kInvalidArgument, "KEY_TOO_LARGE", "x")), 2},
      {Script::Error(MakeError(absl::StatusCode::kNotFound, "KEYSPACE_NOT_FOUND", "x")), 3},
      {Script::Error(MakeError(absl::StatusCode::kFailedPrecondition, "CONDITION_FAILED", "x")), 4},
      {Script::Error(MakeError(absl::StatusCode::kFailedPrecondition, "NOT_A_COUNTER", "x")), 1},
      {Script::Error(MakeError(absl::StatusCode::kUnavailable, "X", "x", Applied::kUnknown)), 6},
      {Script::RawError(absl::UnavailableError("broken pipe")), 6},
      {Script::Silence(), 6},
      {Script::Error(MakeError(absl::StatusCode::kPermissionDenied, "NOT_ALLOWED", "x")), 7},
  };
  for (const auto& [script, code] : cases) {
    node().PlayForever(script);
    const Ended ended = Kvctl("--timeout 300ms put orders 42 paid");
    EXPECT_EQ(ended.code, code) << script.status << "\n" << ended.err;
  }
  // Tried again until its time is over.
  node().PlayForever(
      Script::Error(MakeError(absl::StatusCode::kUnavailable, "NO_LEADER", "x", Applied::kNo)));
  EXPECT_EQ(Kvctl("--timeout 300ms put orders 42 paid").code, 5);
}

TEST_F(KvctlTest, NamesWhoIsMissingAndAdvisesNoLongerWait) {
  UseFakeNode();
  absl::Status missing =
      MakeError(absl::StatusCode::kUnavailable, "REPLICAS_MISSING", "no majority", Applied::kNo);
  SetErrorDetail(missing, "missing", "n1, n3");
  node().PlayForever(Script::Error(missing));
  const Ended ended = Kvctl("put orders 42 paid");
  EXPECT_EQ(ended.code, 5);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("missing: n1, n3"), HasSubstr("a lower --level"),
                               Not(HasSubstr("longer --timeout"))));
}

TEST_F(KvctlTest, NamesTheOperationOfAnUnknownWriteAndResolvesIt) {
  UseFakeNode();
  node().PlayForever(
      Script::Error(MakeError(absl::StatusCode::kUnavailable, "X", "x", Applied::kUnknown)));
  const Ended unknown = Kvctl("--timeout 300ms put orders 42 paid");
  EXPECT_EQ(unknown.code, 6) << unknown.err;
  EXPECT_THAT(unknown.err, HasSubstr("try: kvctl resolve orders/2/1/1"));
  node().PlayForever(Script::Answer());
  const Ended looked = Kvctl("resolve --look orders/2/1/1 --output json");
  EXPECT_EQ(looked.code, 6) << looked.err;
  EXPECT_THAT(looked.out, HasSubstr("\"fate\":\"possible\""));
  const Ended resolved = Kvctl("resolve orders/2/1/1 --output table");
  EXPECT_EQ(resolved.code, 5) << resolved.err;
  EXPECT_THAT(resolved.out, HasSubstr("never: it was not applied"));
}

TEST_F(KvctlTest, AltersWhatIsNamedAndNothingElse) {
  UseFakeNode();
  const Ended one = Kvctl("keyspace alter orders --default-read SESSION --output table");
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(cluster_.altered(), "name: \"orders\" default_read: LEVEL_SESSION");
  EXPECT_THAT(one.out, HasSubstr("SESSION"));
  const Ended off = Kvctl("keyspace alter orders --default-read default --lease-drift 0");
  EXPECT_EQ(off.code, 0) << off.err;
  EXPECT_EQ(cluster_.altered(),
            "name: \"orders\" default_read: LEVEL_UNSPECIFIED lease_drift_ppm: 0");
  const Ended both = Kvctl(
      "keyspace alter orders --default-write ALL --lease-drift 0.5% --default-ttl 1h "
      "--output json");
  EXPECT_EQ(cluster_.altered(),
            "name: \"orders\" default_write: LEVEL_ALL lease_drift_ppm: 5000 "
            "default_ttl_us: 3600000000");
  EXPECT_THAT(both.out, AllOf(HasSubstr("\"lease_drift_ppm\":5000"),
                              HasSubstr("\"default_ttl_us\":3600000000")));
}

TEST_F(KvctlTest, SaysWhatItWouldAlterWithoutDoingIt) {
  UseFakeNode();
  const Ended dry = Kvctl("keyspace alter orders --lease-drift 200ppm --default-ttl 0 --dry-run");
  EXPECT_EQ(dry.code, 0);
  EXPECT_THAT(dry.err, HasSubstr("lease drift 0.02%, default ttl 0"));
  EXPECT_EQ(cluster_.altered(), "");
}

TEST_F(KvctlTest, ImportsJsonLinesAndExportsThemAgain) {
  UseFakeNode();
  const std::string lines =
      "{\"key\":\"a\",\"value\":\"1\"}\n"
      "{\"key\":\"b\",\"value\":{\"b64\":\"AP8=\"}}\n"
      "{\"key\":\"c\",\"value\":\"\\u00e4\"}\n";
  const Ended imported = Kvctl("import orders - --output json", lines);
  EXPECT_EQ(imported.code, 0) << imported.err;
  EXPECT_THAT(imported.out, HasSubstr("\"acknowledged\":3"));
  EXPECT_EQ(cluster_.data().at("b"), std::string("\x00\xff", 2));
  EXPECT_EQ(Kvctl("export orders").out,
            "{\"key\":\"a\",\"value\":\"1\"}\n"
            "{\"key\":\"b\",\"value\":{\"b64\":\"AP8=\"}}\n"
            "{\"key\":\"c\",\"value\":\"\xc3\xa4\"}\n");
}

TEST_F(KvctlTest, ImportsADebianStatusFile) {
  UseFakeNode();
  const std::string bash = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\n";
  const std::string libc = "Package: libc6\nArchitecture: amd64\n";
  const std::string libc_i386 = "Package: libc6\nArchitecture: i386\n";
  std::ofstream(Path("status")) << bash << "\n" << libc << "\n\n" << libc_i386;
  EXPECT_EQ(Kvctl("import orders --format dpkg " + Path("status")).code, 0);
  EXPECT_EQ(cluster_.data(), (std::map<std::string, std::string>{
                                 {"bash", bash}, {"libc6", libc}, {"libc6:i386", libc_i386}}));
}

TEST_F(KvctlTest, CountsWhatFailedInAnImport) {
  UseFakeNode();
  node().Play({Script::Error(MakeError(absl::StatusCode::kInvalidArgument, "KEY_TOO_LARGE", "x"))});
  const Ended ended = Kvctl("import orders - --output json",
                            "{\"key\":\"a\",\"value\":\"1\"}\n{\"key\":\"b\",\"value\":\"2\"}\n");
  EXPECT_EQ(ended.code, 8);
  EXPECT_THAT(ended.out, AllOf(HasSubstr("\"acknowledged\":1"), HasSubstr("\"failed\":1")));
}

TEST_F(KvctlTest, ReportsWhatBecameOfEachRecordOfAnImport) {
  UseFakeNode();
  node().Play({Script::Error(MakeError(absl::StatusCode::kInvalidArgument, "KEY_TOO_LARGE", "x"))});
  const Ended ended = Kvctl("import orders - --in-flight 1 --report " + Path("report"),
                            "{\"key\":\"a\",\"value\":\"1\"}\n{\"key\":\"b\",\"value\":\"2\"}\n");
  EXPECT_EQ(ended.code, 8) << ended.err;
  const std::string report = ReadFile(folder_ / "report");
  EXPECT_THAT(report, HasSubstr("{\"key\":\"a\",\"outcome\":\"failed\",\"unix_us\":"));
  EXPECT_THAT(report, HasSubstr("{\"key\":\"b\",\"outcome\":\"acknowledged\",\"unix_us\":"));
  EXPECT_EQ(std::count(report.begin(), report.end(), '\n'), 2);
  EXPECT_EQ(Kvctl("import orders - --report /no/such/folder/report").code, 2);
}

TEST_F(KvctlTest, NamesTheLineOfAnImportThatIsNoRecord) {
  UseFakeNode();
  const Ended ended = Kvctl("import orders -", "{\"key\":\"a\",\"value\":\"1\"}\n{\"key\":1}\n");
  EXPECT_EQ(ended.code, 8);
  EXPECT_THAT(ended.err, HasSubstr("line 2"));
  EXPECT_EQ(Kvctl("import orders -", "nonsense\n").code, 2);
}

}  // namespace
}  // namespace quorate::client
