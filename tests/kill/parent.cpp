#include "kill/parent.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "kill/child.hpp"
#include "kill/verify.hpp"
#include "support/clinic.hpp"

namespace novelo::kill {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t lives_of_a_store = 50;
constexpr std::chrono::seconds longest_silence{60};
constexpr std::size_t most_frames = 100;
constexpr std::size_t most_milliseconds = 80;
constexpr std::size_t most_microseconds = 600;
constexpr std::uint64_t own_number = std::uint64_t{1} << 40;  // above those of children

// A child process and the pipe that it talks on.
class Process {
 public:
  explicit Process(ChildTask task) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    task.pipe = ends[1];
    const std::string argument = to_argument(task);
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("no process");
    if (pid_ == 0) {
      ::fcntl(ends[1], F_SETFD, 0);
      ::execl("/proc/self/exe", "novelo_kill", "--child", argument.c_str(), nullptr);
      ::_exit(5);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
  }
  ~Process() {
    if (pid_ > 0) end();
    ::close(pipe_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  int pipe() const { return pipe_; }
  void kill() const { ::kill(pid_, SIGKILL); }
  // Waits for its end; how it ended.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

 private:
  void end() {
    kill();
    wait();
  }

  pid_t pid_ = -1;
  int pipe_ = -1;
};

class Parent {
 public:
  Parent(const Options& options, Report& report)
      : options_(&options), report_(&report), numbers_(options.seed) {}

  void run() {
    const auto began = Clock::now();
    auto told = began;
    while (report_->kills < options_->kills && report_->findings.empty()) {
      const auto now = Clock::now();
      if (options_->longest.count() > 0 && now - began > options_->longest) break;
      if (life_ % lives_of_a_store == 0) begin_store();
      live_and_die();
      if (!options_->quiet && now - told > std::chrono::seconds(5)) {
        told = now;
        const double seconds = std::chrono::duration<double>(now - began).count();
        fmt::print(stderr, "  {} kills, {:.1f} a second\n", report_->kills,
                   static_cast<double>(report_->kills) / seconds);
      }
    }
    finish_store();
    report_->seconds = std::chrono::duration<double>(Clock::now() - began).count();
  }

 private:
  std::size_t below(std::size_t end) { return numbers_() % end; }
  fs::path store() const { return options_->folder / "desk.novelo"; }
  fs::path copy() const { return options_->folder / "before.novelo"; }

  void begin_store() {
    finish_store();
    for (const fs::path& path : {store(), copy()}) {
      for (const char* end : {"", "-wal"}) fs::remove(path.string() + end);
    }
    ledger_ = Ledger();
    ledger_.take(Json{{"life", 0}, {"now", to_string(clinic::morning())}}.dump());
    ++report_->stores;
  }

  void finish_store() {
    report_->acknowledged += ledger_.acknowledged();
    report_->submitted +=
        ledger_.received().size() + ledger_.fed().size() + ledger_.settled().size();
  }

  void live_and_die() {
    ChildTask task;
    task.store = store().string();
    task.seed = numbers_() % 1'000'000'007;
    task.life = life_++;
    task.now = to_string(ledger_.now() + std::chrono::seconds(1));
    task.plant = options_->plant;
    task.runner = ledger_.configured() && task.plant.empty() && below(4) == 0;
    ledger_.take(Json{{"life", task.life}}.dump());
    const std::uint64_t acknowledged = ledger_.acknowledged();
    {
      Process process(task);
      const bool killed = attend(process);
      const int status = process.wait();
      report_->kills += killed ? 1 : 0;
      report_->finished += killed ? 0 : 1;
      report_->with_runner += task.runner ? 1 : 0;
      const bool well = killed ? WIFSIGNALED(status) || WIFEXITED(status) : status == 0;
      if (!well && ledger_.trouble().empty()) {
        report_->findings.push_back(fmt::format("a process ended by itself: {}", status));
      }
    }
    report_->early += ledger_.acknowledged() == acknowledged ? 1 : 0;
    report_->under_way += ledger_.under_way();
    claim();
    check();
  }

  // Listens until it is time to kill; what was said before the end is heard to the end. False when
  // the process ended by itself.
  bool attend(const Process& process) {
    FrameReader reader(process.pipe());
    const bool by_frames = below(10) < 7;
    std::size_t left = 1 + below(most_frames);
    const auto until = Clock::now() + std::chrono::milliseconds(1 + below(most_milliseconds));
    const auto linger = std::chrono::microseconds(below(most_microseconds));
    std::string frame;
    bool killed = false;
    auto heard = Clock::now();
    for (;;) {
      if (!killed && (by_frames ? left == 0 : Clock::now() >= until)) {
        if (by_frames) std::this_thread::sleep_for(linger);
        process.kill();
        killed = true;
      }
      switch (reader.next(std::chrono::milliseconds(by_frames ? 100 : 1), frame)) {
        case FrameReader::State::ended: return killed;
        case FrameReader::State::frame:
          ledger_.take(frame);
          left -= left > 0 ? 1 : 0;
          heard = Clock::now();
          break;
        case FrameReader::State::waiting:
          if (Clock::now() - heard < longest_silence) break;
          report_->findings.push_back("a process says nothing any more");
          process.kill();
          return true;
      }
    }
  }

  // Faults of the parent's own: something is claimed that never happened.
  void claim() {
    if (life_ % 5 != 0) return;
    if (options_->plant == "claimed_message") {
      ledger_.take(Json{{"submit", own_number},
                        {"request", Json::object()},
                        {"texts", {"said never"}},
                        {"calls", Json::array()}}
                       .dump());
      ledger_.take(Json{{"ack", own_number}, {"status", 200}}.dump());
    }
    if (options_->plant == "claimed_settlement" && !ledger_.handed_out().empty()) {
      for (const std::uint64_t effect : ledger_.handed_out()) {
        ledger_.take(Json{
            {"submit", own_number},
            {"settle", std::to_string(effect)},
            {"settlement", {{"done", Json::object()}}},
            {"final",
             true}}.dump());
        ledger_.take(Json{{"ack", own_number}, {"result", Json::object()}}.dump());
      }
    }
  }

  void check() {
    for (const char* end : {"", "-wal"}) {
      const std::string from = store().string() + end;
      const std::string to = copy().string() + end;
      fs::remove(to);
      if (fs::exists(from)) fs::copy_file(from, to);
    }
    const std::size_t frames = ledger_.frames().size();
    const Verdict verdict = verify(store().string(), ledger_, options_->seed + life_);
    report_->kept += verdict.kept;
    report_->not_begun += verdict.not_begun;
    const std::vector<std::string>& found = verdict.findings;
    auto& findings = report_->findings;
    findings.insert(findings.end(), found.begin(), found.end());
    if (!findings.empty()) save(frames);
  }

  // The store as the kill left it, with all that was said about it until then.
  void save(std::size_t frames) {
    const fs::path folder =
        options_->folder / fmt::format("found-{}-{}", options_->seed, report_->kills);
    fs::create_directories(folder);
    for (const char* end : {"", "-wal"}) {
      const std::string from = copy().string() + end;
      if (fs::exists(from)) fs::rename(from, (folder / "desk.novelo").string() + end);
    }
    std::ofstream said(folder / "frames");
    for (std::size_t i = 0; i < frames; ++i) said << ledger_.frames()[i] << '\n';
    std::ofstream told(folder / "findings");
    for (const std::string& finding : report_->findings) told << finding << '\n';
    report_->saved = folder;
  }

  const Options* options_;
  Report* report_;
  std::mt19937_64 numbers_;
  Ledger ledger_;
  std::uint64_t life_ = 0;
};

}  // namespace

Report run(const Options& options) {
  Report report;
  fs::create_directories(options.folder);
  Parent(options, report).run();
  return report;
}

std::vector<std::string> check_saved(const fs::path& folder) {
  // What checking does to the store is done to a copy.
  const fs::path copy = folder / "checked.novelo";
  for (const char* end : {"", "-wal"}) {
    const std::string from = (folder / "desk.novelo").string() + end;
    fs::remove(copy.string() + end);
    if (fs::exists(from)) fs::copy_file(from, copy.string() + end);
  }
  Ledger ledger;
  std::ifstream said(folder / "frames");
  for (std::string frame; std::getline(said, frame);) ledger.take(frame);
  return verify(copy.string(), ledger, 0).findings;
}

std::vector<std::string> plants() {
  return {"early",           "torn",   "forgets_arrivals",  "forgets_commands",
          "claimed_message", "silent", "claimed_settlement"};
}

}  // namespace novelo::kill
