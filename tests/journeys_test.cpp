// Every journey of examples/journeys, with and without restarts, on every store; and the command
// line killed at random instants until the day is done.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "novelo/adapters/email.hpp"
#include "novelo/adapters/sms.hpp"
#include "novelo/adapters/voice.hpp"
#include "novelo/adapters/whatsapp.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/stores/sqlite.hpp"
#include "novelo/testing/journey.hpp"
#include "support/forwarding_store.hpp"
#include "support/journey_files.hpp"
#include "support/temp_folder.hpp"

namespace {

using namespace novelo;
using namespace novelo::testing;
using testing_support::every_journey;
using testing_support::TempFolder;
namespace fs = std::filesystem;

// Where sends are held after a crash, a person has to decide: by its own configuration such a day
// does not go on as if nothing had happened.
bool holds_sends(const std::string& file) {
  std::ifstream text(file);
  const std::string all{std::istreambuf_iterator<char>(text), {}};
  return all.find("\"unknown_send\": \"hold\"") != std::string::npos;
}

void play_file(const std::string& file, const StoreSource& store, bool restart) {
  const VoiceAdapter voice;
  const SmsAdapter sms;
  const WhatsAppAdapter whatsapp;
  const EmailAdapter email;
  const auto journey = Journey::load(file);
  INFO((journey ? file : to_string(journey.error())));
  REQUIRE(journey);
  PlayOptions options;
  options.restart = restart;
  const auto report = play(*journey, {&voice, &sms, &whatsapp, &email}, store, options);
  INFO((report ? std::string() : to_string(report.error())));
  REQUIRE(report);
  for (const StepReport& step : report->steps) {
    for (const std::string& failure : step.failures) {
      FAIL_CHECK(file << ": step " << step.number << " (" << step.name << "): " << failure);
    }
  }
}

Result<JourneyReport> play_on(const Journey& journey, Store& store, const std::string& file) {
  const VoiceAdapter voice;
  const SmsAdapter sms;
  const WhatsAppAdapter whatsapp;
  const EmailAdapter email;
  PlayOptions options;
  options.journal = file;
  return play(
      journey, {&voice, &sms, &whatsapp, &email}, [&store] { return Result<Store*>(&store); },
      options);
}

// A store that takes so many commits and is gone from then on, as for a process that is killed; and
// how long the journal was at each of them.
class DyingStore final : public ForwardingStore {
 public:
  DyingStore(Store& inner, std::size_t commits, std::string journal)
      : ForwardingStore(inner), left_(commits), journal_(std::move(journal)) {}

  Status commit_all(std::span<const TenantWrites> parts) override {
    if (nothing_to_write(parts)) return ForwardingStore::commit_all(parts);
    std::error_code error;
    sizes_.push_back(fs::file_size(journal_, error));
    if (left_ == 0) {
      return fail({ErrorCode::unknown, "killed", "the process is gone", {}, {}});
    }
    --left_;
    return ForwardingStore::commit_all(parts);
  }
  const std::vector<std::uintmax_t>& sizes() const { return sizes_; }

 private:
  std::size_t left_;
  std::string journal_;
  std::vector<std::uintmax_t> sizes_;
};

// Plays until the store has taken so many commits, cuts the journal to `size` bytes where it has
// more, and goes on to the end.
void stop_and_go_on(const Journey& journey, std::size_t commits, std::uintmax_t size) {
  const TempFolder folder;
  const std::string journal = folder.file("day.journal");
  MemoryStore store;
  DyingStore dying(store, commits, journal);
  const auto first = play_on(journey, dying, journal);
  if (fs::file_size(journal) > size) fs::resize_file(journal, size);
  const auto second = play_on(journey, store, journal);
  INFO(journey.name() << ": " << commits << " commits, journal of " << size << " bytes"
                      << (second ? "" : to_string(second.error())));
  REQUIRE(second);
  for (const StepReport& step : second->steps) {
    for (const std::string& failure : step.failures) {
      FAIL_CHECK("step " << step.number << " (" << step.name << "): " << failure);
    }
  }
}

// The instants of a day at which a process can be killed: between two commits, with none, some or
// all of the lines that the journal got there.
struct Instant {
  std::size_t commits = 0;
  std::uintmax_t size = 0;
};
std::vector<Instant> instants_of(const Journey& journey) {
  const TempFolder folder;
  const std::string journal = folder.file("day.journal");
  MemoryStore store;
  DyingStore whole(store, static_cast<std::size_t>(-1), journal);
  REQUIRE(play_on(journey, whole, journal));
  std::ifstream file(journal, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<Instant> instants;
  std::uintmax_t from = 0;
  for (std::size_t commit = 0; commit < whole.sizes().size(); ++commit) {
    const std::uintmax_t to = whole.sizes()[commit];
    instants.push_back({commit, to});
    if (from != 0 && from != to) instants.push_back({commit, from});
    for (std::size_t end = text.find('\n', from); end + 1 < to; end = text.find('\n', end + 1)) {
      instants.push_back({commit, end + 1});
    }
    from = to;
  }
  return instants;
}

// What the command line printed last, beside its store.
std::string printed_file(const std::string& store) {
  return store + ".printed";
}

std::string printed(const std::string& store) {
  std::ifstream file(printed_file(store));
  return {std::istreambuf_iterator<char>(file), {}};
}

// Runs the command line, and kills it after `patience`. Its exit code; -1 when it was killed.
int run_cli(const std::string& cli, const std::string& journey, const std::string& store,
            std::chrono::microseconds patience) {
  const pid_t child = fork();
  if (child == 0) {
    const int sink = open(printed_file(store).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(sink, STDOUT_FILENO);
    dup2(sink, STDERR_FILENO);
    execl(cli.c_str(), cli.c_str(), "play", journey.c_str(), "--quiet", "--store", store.c_str(),
          static_cast<char*>(nullptr));
    _exit(127);
  }
  REQUIRE(child > 0);
  const auto until = std::chrono::steady_clock::now() + patience;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      continue;
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
}

}  // namespace

TEST_CASE("every journey holds in memory") {
  for (const std::string& file : every_journey()) {
    for (const bool restart : {false, true}) {
      MemoryStore store;
      play_file(
          file, [&store] { return Result<Store*>(&store); }, restart);
    }
  }
}

TEST_CASE("every journey holds in SQLite, its file closed and opened at each restart") {
  for (const std::string& file : every_journey()) {
    for (const bool restart : {false, true}) {
      const TempFolder folder;
      std::unique_ptr<SqliteStore> store;
      const auto source = [&]() -> Result<Store*> {
        store.reset();
        auto opened = SqliteStore::open(folder.file("day.novelo"));
        if (!opened) return fail(opened.error());
        store = std::move(*opened);
        return store.get();
      };
      play_file(file, source, restart);
    }
  }
}

TEST_CASE("a day that stops at any instant goes on to its end") {
  const std::set<std::string> whole{"ana", "every-payload-twice", "callback-attempts"};
  constexpr std::size_t of_the_others = 12;
  for (const std::string& file : every_journey()) {
    if (holds_sends(file)) continue;
    const auto journey = Journey::load(file);
    REQUIRE(journey);
    const std::vector<Instant> instants = instants_of(*journey);
    const bool all = whole.contains(fs::path(file).parent_path().filename().string());
    const std::size_t stride = all ? 1 : instants.size() / of_the_others + 1;
    for (std::size_t at = 0; at < instants.size(); at += stride) {
      stop_and_go_on(*journey, instants[at].commits, instants[at].size);
    }
  }
}

TEST_CASE("a day that is killed at random instants goes on to its end") {
  const char* const cli = std::getenv("NOVELO_CLI");
  if (cli == nullptr || *cli == '\0') {
    MESSAGE("NOVELO_CLI names no command line: not run");
    return;
  }
  constexpr int most_kills = 60;
  std::mt19937 chance(20260312);
  for (const std::string& file : every_journey()) {
    if (holds_sends(file)) continue;
    for (int day = 0; day < 2; ++day) {
      const TempFolder folder;
      const std::string store = folder.file("day.novelo");
      // From "before the first step" to "many steps at a time".
      std::uniform_int_distribution<int> patience(1'000, 20'000 << (2 * day));
      int kills = 0;
      int code = -1;
      while (code == -1) {
        const bool enough = ++kills > most_kills;
        code =
            run_cli(cli, file, store,
                    enough ? std::chrono::minutes(5) : std::chrono::microseconds(patience(chance)));
      }
      INFO(file << ", day " << day << ", after " << kills << " kills: " << printed(store));
      CHECK(code == 0);
      // Once more: it is finished and says so.
      CHECK(run_cli(cli, file, store, std::chrono::minutes(5)) == 0);
      CHECK(printed(store).find("ran to its end with this store before") != std::string::npos);
    }
  }
}

TEST_CASE("a journal whose store is gone is refused, not taken for a run that was finished") {
  const char* const cli = std::getenv("NOVELO_CLI");
  if (cli == nullptr || *cli == '\0') {
    MESSAGE("NOVELO_CLI names no command line: not run");
    return;
  }
  const TempFolder folder;
  const std::string store = folder.file("day.novelo");
  const std::string file = every_journey().front();
  CHECK(run_cli(cli, file, store, std::chrono::minutes(5)) == 0);
  CHECK(printed(store).find("before") == std::string::npos);
  const auto refused = [&] {
    CHECK(run_cli(cli, file, store, std::chrono::minutes(5)) == 2);
    return printed(store);
  };
  fs::resize_file(store, 100);
  CHECK(refused().find("corrupt") != std::string::npos);
  for (const std::uintmax_t bytes : {1, 0}) {
    fs::resize_file(store, bytes);
    CHECK(refused().find("no_store") != std::string::npos);
  }
  fs::remove(store);
  CHECK(refused().find("no_store") != std::string::npos);
}
