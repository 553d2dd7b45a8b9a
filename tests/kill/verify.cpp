#include "kill/verify.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "kill/checks.hpp"
#include "kill/picture.hpp"
#include "novelo/json.hpp"
#include "novelo/stores/sqlite.hpp"
#include "support/clinic.hpp"

namespace novelo::kill {
namespace {

constexpr std::size_t older_commands = 20;
constexpr std::uint64_t first_own_number = std::uint64_t{1} << 40;  // above those of children

// The next process: what it does goes into the ledger as a child's doings do.
class Successor {
 public:
  Successor(Store& store, Ledger& ledger, Verdict& verdict)
      : ledger_(&ledger),
        verdict_(&verdict),
        findings_(&verdict.findings),
        now_(ledger.now() + std::chrono::seconds(1)),
        before_(ledger.handed_out()) {
    auto engine = Engine::open(store, clinic::adapters(), clinic::options(), now_);
    if (!engine) {
      findings_->push_back("the engine is not opened: " + to_string(engine.error()));
      return;
    }
    engine_.emplace(std::move(*engine));
  }

  void check(std::uint64_t seed) {
    if (!engine_) return;
    const auto picture = read_picture(Query(*engine_));
    if (!picture) {
      findings_->push_back("the store cannot be read: " + to_string(picture.error()));
      return;
    }
    marks_ = count_marks(*picture);
    check_arrivals(*picture, *ledger_, *findings_);
    check_commands(*picture, *ledger_, *findings_);
    check_ids(*picture, *ledger_, *findings_);
    check_timelines(*picture, *ledger_, *findings_);
    check_effects(*picture, *ledger_, *findings_);
    if (!findings_->empty()) return;
    hand_out(*picture);
    settle_again();
    receive_again();
    feed_again(seed);
    if (engine_->faulted()) findings_->push_back("the engine is faulted");
  }

 private:
  void take(Json frame) {
    frame["now"] = to_string(now_);
    ledger_->take(frame.dump());
  }
  std::uint64_t submit(Json frame) {
    frame["submit"] = ++numbers_;
    take(std::move(frame));
    return numbers_;
  }
  void say(std::string what) { findings_->push_back(std::move(what)); }

  // Everything that may be handed out now, and nothing of it settled.
  void hand_out(const Picture& picture) {
    for (;;) {
      const auto handouts = engine_->poll(now_, 1000);
      if (!handouts) return say("poll: " + to_string(handouts.error()));
      if (handouts->empty()) return;
      Json list = Json::array();
      for (const Handout& out : *handouts) {
        const std::uint64_t effect = out.id.value();
        if (ledger_->done().contains(effect)) {
          say(fmt::format("effect {} is settled and was handed out again", effect));
        }
        if (!picture.unsettled.contains(out.id)) {
          say(fmt::format("effect {} was handed out and is not among the unsettled", effect));
        }
        if (before_.contains(effect) && !out.maybe_done) {
          say(fmt::format("effect {} was handed out before, and nobody is told", effect));
        }
        if (!polled_.insert(effect).second) say(fmt::format("effect {} came twice", effect));
        list.push_back({{"id", std::to_string(effect)}});
      }
      take({{"handouts", std::move(list)}});
    }
  }

  void settle_again() {
    const std::vector<Settled> all = ledger_->settled();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Settled& settled = all[i];
      if (settled.acked || !settled.last_word || ledger_->done().contains(settled.effect)) continue;
      const std::uint64_t number = submit({{"settle", std::to_string(settled.effect)},
                                           {"settlement", settled.settlement},
                                           {"final", true}});
      const auto settlement = settlement_from_json(settled.settlement);
      const auto result = engine_->settle(EffectId(settled.effect), *settlement, now_);
      if (!result) {
        say("what came of an effect is not taken: " + to_string(result.error()));
        return;
      }
      take({{"ack", number}, {"result", to_json(result)}});
    }
  }

  // As a provider does that got no answer.
  void receive_again() {
    const std::vector<Received> all = ledger_->received();
    std::set<std::string> acked;
    for (const Received& request : all) {
      if (request.acked) acked.insert(request.request.dump());
    }
    for (const Received& request : all) {
      if (request.acked || !acked.insert(request.request.dump()).second) continue;
      const std::uint64_t number = submit(
          {{"request", request.request}, {"texts", request.texts}, {"calls", request.calls}});
      const auto answer = engine_->receive(*request_from_json(request.request), now_);
      if (!answer && !request.texts.empty()) {
        say("a message again is not taken: " + to_string(answer.error()));
      }
      take({{"ack", number}, {"status", answer ? answer->status : 0}});
    }
  }

  // What is under way, as a system does that got no answer, and some of what was answered.
  void feed_again(std::uint64_t seed) {
    std::mt19937_64 numbers(seed);
    const std::vector<Fed> all = ledger_->fed();
    std::set<std::string> answered;
    for (const Fed& feed : all) {
      if (feed.acked) answered.insert(feed.commands.front().at("id").get<std::string>());
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Fed& feed = all[i];
      const bool newest = i + older_commands >= all.size();
      const bool chosen = newest || numbers() % all.size() < older_commands;
      if (feed.acked && chosen) compare(feed);
      if (!feed.acked && answered.insert(feed.commands.front().at("id").get<std::string>()).second)
        finish(feed);
    }
  }

  std::optional<std::vector<Result<Outcome>>> run(const Json& commands) {
    std::vector<Input> inputs;
    for (const Json& command : commands) inputs.emplace_back(*command_from_json(command));
    auto results = engine_->feed(inputs, now_);
    if (results) return std::move(*results);
    say("feed: " + to_string(results.error()));
    return std::nullopt;
  }

  void compare(const Fed& feed) {
    Json commands = Json::array();
    Json wanted = Json::array();
    for (std::size_t i = 0; i < feed.commands.size(); ++i) {
      // A refusal is none for ever.
      if (!feed.results[i].contains("outcome")) continue;
      commands.push_back(feed.commands[i]);
      wanted.push_back(feed.results[i]);
    }
    if (commands.empty()) return;
    const auto results = run(commands);
    for (std::size_t i = 0; results && i < results->size(); ++i) {
      const Json found = to_json((*results)[i]);
      const std::string id = commands[i].at("id");
      if (first_time(found) != wanted[i]) {
        say(fmt::format("command {} again gives {} after {}", id, found.dump(), wanted[i].dump()));
      } else if (!(*results)[i]->repeated) {
        say(fmt::format("command {} was taken a second time", id));
      }
    }
  }

  void finish(const Fed& feed) {
    const std::uint64_t number = submit({{"commands", feed.commands}});
    const auto results = run(feed.commands);
    if (!results) return;
    Json list = Json::array();
    for (std::size_t i = 0; i < results->size(); ++i) {
      const Result<Outcome>& result = (*results)[i];
      list.push_back(to_json(result));
      const bool known = result && result->repeated;
      ++(known ? verdict_->kept : verdict_->not_begun);
      const std::string mark = mark_of(feed.commands[i]);
      if (!mark.empty() && known != marks_.contains(mark)) {
        say(fmt::format("'{}' is {}, and the command says otherwise", mark,
                        known ? "not there" : "there"));
      }
    }
    take({{"ack", number}, {"results", std::move(list)}});
  }

  Ledger* ledger_;
  Verdict* verdict_;
  Findings* findings_;
  Timestamp now_;
  std::set<std::uint64_t> before_;  // handed out by whoever came before
  std::set<std::uint64_t> polled_;
  Counts marks_;  // what commands had made before any was given again
  std::optional<Engine> engine_;
  std::uint64_t numbers_ = first_own_number;
};

}  // namespace

Verdict verify(const std::string& path, Ledger& ledger, std::uint64_t seed) {
  Verdict verdict;
  if (!ledger.trouble().empty()) {
    verdict.findings.push_back("a process says: " + ledger.trouble());
    return verdict;
  }
  ledger.begin_life();
  SqliteOptions options;
  options.quick_check = true;
  auto store = SqliteStore::open(path, options);
  if (!store) {
    verdict.findings.push_back("the store is not opened: " + to_string(store.error()));
    return verdict;
  }
  Successor(**store, ledger, verdict).check(seed);
  return verdict;
}

}  // namespace novelo::kill
