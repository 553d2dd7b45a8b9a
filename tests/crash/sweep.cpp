#include "crash/sweep.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace novelo::crash {
namespace {

constexpr std::array<std::string_view, plant_count> plants = {
    "none", "lying-sync", "lazy-log", "torn-neighbours", "early-ack", "dropped-write"};

constexpr std::array<Fault, 7> faults = {Fault::io_once,      Fault::io_forever, Fault::full_once,
                                         Fault::full_forever, Fault::short_read, Fault::sync_fails,
                                         Fault::dies};

Slip slip_of(Plant plant) {
  if (plant == Plant::early_ack) return Slip::acks_early;
  return plant == Plant::dropped_write ? Slip::drops_a_write : Slip::none;
}

std::string fault_of(const MemoryPlan& plan) {
  return fmt::format("{}{}", to_string(plan.memory), plan.forever ? "-forever" : "");
}

std::string told(std::uint64_t at, const Operation& operation) {
  return fmt::format("{:6} {:8} {} at {} of {} bytes", at, to_string(operation.act), operation.name,
                     operation.at, operation.bytes.size());
}

bool is_log(const Operation& operation) {
  return operation.name.ends_with("-wal");
}

// A sync of the log that is there for a commit alone: neither for the log's header, nor for the log
// to be copied into the file, which synchronous=NORMAL waits for too.
bool waits_for_a_commit(const std::vector<Operation>& log, std::uint64_t at) {
  if (log[at].act != Act::sync || !is_log(log[at])) return false;
  if (at > 0 && log[at - 1].act == Act::write && log[at - 1].at == 0) return false;
  const auto next = std::find_if(log.begin() + static_cast<std::ptrdiff_t>(at) + 1, log.end(),
                                 [](const Operation& each) { return each.act == Act::write; });
  return next == log.end() || is_log(*next);
}

}  // namespace

std::string_view to_string(Plant plant) {
  return plants[static_cast<std::size_t>(plant)];
}

std::uint64_t Tally::violations() const {
  return std::accumulate(wrong.begin(), wrong.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& kind) { return sum + kind.second; });
}

// A run without faults.
struct Sweep::Recording {
  const Start* start = nullptr;
  std::vector<Operation> log;
  History history;
  DeskLog desk;
};

// What is left of a run with a fault.
struct Sweep::Aftermath {
  explicit Aftermath(const Start& start, const FaultPlan& plan)
      : files(start.image, plan), history(start.history) {}

  // A loss of power during the run.
  struct Cut {
    Image image;
    Moment moment;
    std::uint64_t at = 0;
  };

  CrashVfs files;
  History history;
  DeskLog desk;
  std::vector<Cut> cuts;
};

void Sweep::complain(const Case& one, const Violation& violation) {
  ++tally_.wrong[std::string(to_string(violation.wrong))];
  std::string command = fmt::format("novelo_crash --workload {} --at {} --fault {} --seed {}",
                                    one.workload, one.at, one.fault, one.seed);
  if (plant_ != Plant::none) command += fmt::format(" --plant {}", to_string(plant_));
  report_(fmt::format("{} ({}): {}\n  {}", to_string(violation.wrong),
                      Workload(one.workload).name(), violation.message, command));
}

Sweep::Recording Sweep::record(const Workload& workload) {
  Recording recording;
  recording.start = &starts_.of(workload);
  recording.history = recording.start->history;
  CrashVfs files(recording.start->image, {}, true);
  files.watch([&](std::uint64_t at, const Operation& operation) {
    if (trace_) trace_(told(at, operation));
    recording.log.push_back(operation);
  });
  Host host(files, recording.history, workload.options, slip_of(plant_));
  run(workload, host, recording.desk);
  ++tally_.runs;
  for (const std::string& what : host.complaints()) {
    complain({workload.number, 0, "none", 0}, {Wrong::live, what});
  }
  if (host.given_up()) complain({workload.number, 0, "none", 0}, {Wrong::live, "it gave up"});
  return recording;
}

void Sweep::advance(Disk& disk, const Recording& recording, std::uint64_t at) const {
  const Operation& operation = recording.log[at];
  if (operation.act == Act::sync && plant_ == Plant::lying_sync) return;
  if (plant_ == Plant::lazy_log && waits_for_a_commit(recording.log, at)) return;
  disk.apply(operation);
}

std::function<std::string(Store&)> Sweep::engine_check(const Workload& workload, const DeskLog& log,
                                                       std::uint64_t at) {
  if (!workload.has_engine()) return {};
  const std::size_t known = log.known_at(at);
  ++tally_.engines;
  return [&log, known](Store& store) { return check_desk(store, log.facts, known, log.now); };
}

Image Sweep::image_of(const Recording& recording, const Disk& disk, std::uint64_t at,
                      Chance& chance) const {
  DiskRules rules;
  rules.tears_neighbours = plant_ == Plant::torn_neighbours;
  const Operation* const under_way = at < recording.log.size() ? &recording.log[at] : nullptr;
  return disk.cut(under_way, chance, rules);
}

void Sweep::cut(const Workload& workload, const Recording& recording, const Disk& disk,
                std::uint64_t at, std::uint64_t seed) {
  constexpr std::uint64_t engine_one_in = 64;
  Chance chance(seed * 1'000'003 + at);
  Image image = image_of(recording, disk, at, chance);
  const std::size_t moment = recording.history.index_at(at);
  const std::uint64_t facts = recording.desk.known_at(at);
  const std::uint64_t told = moment * 1'000'003 + facts;
  if (!seen_.insert(hash_of(image) ^ told * 0x9e3779b97f4a7c15U).second) {
    ++tally_.same;
    return;
  }
  Expected expected{&recording.history, &recording.history.moments()[moment]};
  // What an engine does follows from the rows, which are known to be right by then: once for each
  // content and each set of promises is enough, and some more.
  if (workload.has_engine() && (engines_.insert(told).second || chance.one_in(engine_one_in))) {
    expected.engine = engine_check(workload, recording.desk, at);
  }
  ++tally_.images;
  ++tally_.by_fault["cut"];
  const auto violation =
      check_image(std::move(image), expected, workload.options, chance.one_in(4));
  if (violation) complain({workload.number, at, "cut", seed}, *violation);
}

// The power goes again while the store comes back, or when it has closed.
void Sweep::cut_again(const Workload& workload, const Recording& recording, const Disk& disk,
                      std::uint64_t at, std::uint64_t seed) {
  Chance chance(seed * 1'000'003 + at);
  CrashVfs files(image_of(recording, disk, at, chance));
  const std::uint64_t second_at = chance.below(90);
  std::optional<Image> second;
  files.watch([&](std::uint64_t now, const Operation& operation) {
    if (now == second_at) second = files.disk().cut(&operation, chance);
  });
  Moment moment = recording.history.moment_at(at);
  {
    const auto store = SqliteStore::open(CrashVfs::path, workload.options);
    const bool shown = store && !second;
    const auto rows = shown ? digest_of(**store, recording.history.tables()) : fail(Error());
    // What an open store has shown stays.
    if (rows && moment.maybe && moment.maybe->rows != moment.now.rows) {
      if (*rows == moment.maybe->rows) moment.now = *moment.maybe;
      moment.maybe.reset();
    }
  }
  files.watch({});
  if (!second) second = files.disk().cut(nullptr, chance);
  ++tally_.images;
  ++tally_.by_fault["cut-again"];
  const Expected expected{&recording.history, &moment};
  const auto violation = check_image(std::move(*second), expected, workload.options, false);
  if (violation) complain({workload.number, at, "cut-again", seed}, *violation);
}

void Sweep::power(std::uint64_t number, std::uint64_t seeds) {
  const Workload workload(number);
  const Recording recording = record(workload);
  seen_.clear();
  engines_.clear();
  ++tally_.workloads;
  tally_.operations += recording.log.size();
  constexpr std::uint64_t again_one_in = 8;
  Chance again(number);
  Disk disk(recording.start->image);
  for (std::uint64_t at = 0; at <= recording.log.size() && !enough(); ++at) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      cut(workload, recording, disk, at, seed);
      if (again.one_in(again_one_in)) cut_again(workload, recording, disk, at, seed);
    }
    if (at < recording.log.size()) advance(disk, recording, at);
  }
}

void Sweep::look_after(const Workload& workload, const Case& one, Aftermath& aftermath) {
  for (const Aftermath::Cut& each : aftermath.cuts) {
    ++tally_.images;
    Expected expected{&aftermath.history, &each.moment};
    if (one.seed % 4 == 0) expected.engine = engine_check(workload, aftermath.desk, each.at);
    const auto violation = check_image(each.image, expected, workload.options, true);
    if (!violation) continue;
    complain(one, {violation->wrong, fmt::format("after a loss of power at operation {}: {}",
                                                 each.at, violation->message)});
  }
  // And the disk as it is, for a process that starts now.
  ++tally_.images;
  Expected expected{&aftermath.history, &aftermath.history.moments().back()};
  expected.engine = engine_check(workload, aftermath.desk, aftermath.files.operations());
  const auto violation = check_disk(aftermath.files, expected, workload.options, true);
  if (violation) complain(one, *violation);
}

void Sweep::strike(const Workload& workload, const FaultPlan& plan) {
  const Case one{workload.number, plan.at, std::string(to_string(plan.fault)), plan.seed};
  Aftermath aftermath(starts_.of(workload), plan);
  Chance chance(plan.seed * 31 + plan.at);
  const std::array<std::uint64_t, 2> cuts = {plan.at + 1 + chance.below(8),
                                             plan.at + 1 + chance.below(60)};
  const auto cut = [&](std::uint64_t at, const Operation* under_way) {
    aftermath.cuts.push_back(
        {aftermath.files.disk().cut(under_way, chance), aftermath.history.moments().back(), at});
  };
  aftermath.files.watch([&](std::uint64_t at, const Operation& operation) {
    if (trace_) trace_(told(at, operation));
    if (std::find(cuts.begin(), cuts.end(), at) != cuts.end()) cut(at, &operation);
  });
  Host host(aftermath.files, aftermath.history, workload.options, slip_of(plant_));
  if (trace_) host.trace(trace_);
  run(workload, host, aftermath.desk);
  aftermath.files.watch({});
  if (!aftermath.files.disk().settled()) cut(aftermath.files.operations(), nullptr);
  ++tally_.runs;
  ++tally_.by_fault[one.fault];
  for (const auto& [answer, times] : host.answers()) tally_.answers[answer] += times;
  for (const std::string& what : host.complaints()) complain(one, {Wrong::live, what});
  const bool lasts = plan.fault == Fault::io_forever || plan.fault == Fault::full_forever;
  if (host.given_up() && !lasts) complain(one, {Wrong::live, "the host gave up after one fault"});
  if (!aftermath.files.struck()) complain(one, {Wrong::live, "the fault never struck"});
  look_after(workload, one, aftermath);
}

void Sweep::errors(std::uint64_t number, std::uint64_t seeds, std::uint64_t stride) {
  const Workload workload(number);
  const Recording recording = record(workload);
  ++tally_.workloads;
  for (std::uint64_t at = number % stride; at < recording.log.size(); at += stride) {
    ++tally_.operations;
    for (const Fault fault : faults) {
      if (!can_strike(fault, recording.log[at].act)) continue;
      for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        if (enough()) return;
        strike(workload, {fault, at, seed});
      }
    }
  }
}

void Sweep::starve(const Workload& workload, const MemoryPlan& plan) {
  const Case one{workload.number, plan.at, fault_of(plan), 0};
  Aftermath aftermath(starts_.of(workload), {});
  Host host(aftermath.files, aftermath.history, workload.options, slip_of(plant_));
  if (trace_) host.trace(trace_);
  {
    const MemoryFaults failing(plan);
    run(workload, host, aftermath.desk);
  }
  ++tally_.runs;
  ++tally_.by_fault[one.fault];
  for (const auto& [answer, times] : host.answers()) tally_.answers[answer] += times;
  for (const std::string& what : host.complaints()) complain(one, {Wrong::live, what});
  if (host.given_up() && !plan.forever) {
    complain(one, {Wrong::live, "the host gave up after one fault"});
  }
  look_after(workload, one, aftermath);
}

void Sweep::memory(std::uint64_t number, std::uint64_t runs) {
  const Workload workload(number);
  std::array<std::uint64_t, 2> counted{};
  {
    Aftermath aftermath(starts_.of(workload), {});
    Host host(aftermath.files, aftermath.history, workload.options);
    const MemoryFaults counting;
    run(workload, host, aftermath.desk);
    counted = {MemoryFaults::counted(Memory::ours), MemoryFaults::counted(Memory::sqlite)};
  }
  ++tally_.workloads;
  for (const Memory memory : {Memory::ours, Memory::sqlite}) {
    const std::uint64_t all = counted[static_cast<std::size_t>(memory)];
    const std::uint64_t stride =
        std::max<std::uint64_t>(1, all * 4 / std::max<std::uint64_t>(runs, 1));
    for (std::uint64_t at = number % stride; at < all; at += stride) {
      for (const bool forever : {false, true}) {
        // Without any memory nlohmann's JSON, of which a configuration is read, cannot even be
        // destroyed: the process ends.
        if (forever && memory == Memory::ours && workload.has_engine()) continue;
        if (enough()) return;
        ++tally_.operations;
        starve(workload, {memory, at, forever});
      }
    }
  }
}

bool Sweep::replay(const Case& one) {
  const Workload workload(one.workload);
  if (one.fault == "cut" || one.fault == "cut-again") {
    const Recording recording = record(workload);
    if (one.at > recording.log.size()) return false;
    Disk disk(recording.start->image);
    for (std::uint64_t at = 0; at < one.at; ++at) advance(disk, recording, at);
    if (one.fault == "cut") cut(workload, recording, disk, one.at, one.seed);
    if (one.fault == "cut-again") cut_again(workload, recording, disk, one.at, one.seed);
    return true;
  }
  for (const Fault fault : faults) {
    if (one.fault != to_string(fault)) continue;
    strike(workload, {fault, one.at, one.seed});
    return true;
  }
  for (const Memory memory : {Memory::ours, Memory::sqlite}) {
    for (const bool forever : {false, true}) {
      const MemoryPlan plan{memory, one.at, forever};
      if (one.fault != fault_of(plan)) continue;
      starve(workload, plan);
      return true;
    }
  }
  return false;
}

}  // namespace novelo::crash
