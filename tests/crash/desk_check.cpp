// Whether an engine keeps the word of the one before.
#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "crash/desk.hpp"
#include "novelo/query.hpp"
#include "novelo/testing/provider.hpp"
#include "support/clinic.hpp"

namespace novelo::crash {
namespace {

constexpr std::size_t at_once = 1000;

std::string told(std::string_view what, const Error& error) {
  return fmt::format("engine: {}: {}", what, to_string(error));
}

// Every text of a message has a canary of its own, between angle brackets.
std::string canary_of(const Fact& fact) {
  const auto* event = std::get_if<DecodedEvent>(&fact.input);
  const auto* message = event != nullptr ? std::get_if<InboundMessage>(&event->event) : nullptr;
  if (message == nullptr) return {};
  const std::string& text =
      message->content.mail ? message->content.mail->subject : message->content.text;
  const std::size_t from = text.find('<');
  return from == std::string::npos ? std::string() : text.substr(from);
}

class Checker {
 public:
  Checker(Store& store, std::span<const Fact> facts, std::size_t known, Timestamp now)
      : store_(&store), facts_(facts.first(known)), later_(facts.subspan(known)), now_(now) {}

  std::string run() {
    auto opened = Engine::open(*store_, clinic::adapters(), clinic::options(), now_);
    if (!opened) return told("it does not open", opened.error());
    Engine engine = std::move(*opened);
    std::string wrong = let_time_pass(engine);
    if (wrong.empty()) wrong = messages_are_there_once();
    if (wrong.empty()) wrong = repeats_change_nothing(engine);
    if (wrong.empty()) wrong = what_was_under_way_is_taken(engine);
    if (wrong.empty()) wrong = effects_are_honest(engine);
    if (wrong.empty()) wrong = goes_on(engine);
    return wrong;
  }

 private:
  std::string let_time_pass(Engine& engine);
  std::string messages_are_there_once();
  std::string is_there_once(const Fact& fact, const std::vector<Row>& entries) const;
  std::string what_was_under_way_is_taken(Engine& engine);
  std::string repeats_change_nothing(Engine& engine);
  std::string repeat(Engine& engine, const Fact& fact);
  std::string effects_are_honest(Engine& engine);
  std::string handed_out_again(const Handout& out) const;
  std::string goes_on(Engine& engine);

  Store* store_;
  std::span<const Fact> facts_;
  std::span<const Fact> later_;
  Timestamp now_;
};

std::string Checker::let_time_pass(Engine& engine) {
  for (int i = 0; i < 100; ++i) {
    const auto next = engine.next_deadline();
    if (!next || *next > now_) return {};
    if (const Status fed = engine.feed_time(now_); !fed) return told("feed_time", fed.error());
  }
  return "engine: time never passes";
}

Result<std::vector<Row>> entries_of(Store& store) {
  return store.scan(Table::entry, "", std::string(64, '\xff'), SIZE_MAX, Order::ascending);
}

std::string Checker::is_there_once(const Fact& fact, const std::vector<Row>& entries) const {
  const std::string canary = canary_of(fact);
  if (canary.empty()) return {};
  const auto times = std::count_if(entries.begin(), entries.end(), [&](const Row& row) {
    return row.value.find(canary) != std::string::npos;
  });
  return times == 1 ? std::string() : fmt::format("I01: message {} stands {} times", canary, times);
}

std::string Checker::messages_are_there_once() {
  const auto entries = entries_of(*store_);
  if (!entries) return told("the timeline cannot be read", entries.error());
  for (const Fact& fact : facts_) {
    if (std::string wrong = is_there_once(fact, *entries); !wrong.empty()) return wrong;
  }
  return {};
}

// Nobody told its sender anything: it comes again, and is there once whether it had been or not.
std::string Checker::what_was_under_way_is_taken(Engine& engine) {
  const auto next = std::find_if(later_.begin(), later_.end(), [](const Fact& fact) {
    return fact.kind == Fact::Kind::event || fact.kind == Fact::Kind::command;
  });
  if (next == later_.end()) return {};
  for (int times = 0; times < 2; ++times) {
    const auto results = engine.feed(std::span(&next->input, 1), now_);
    if (!results) return told("what was under way fails", results.error());
    if (times == 0 && !results->front()) return {};  // refused: so much later it may be
    if (times == 1 && (!results->front() || !results->front()->repeated)) {
      return "I02: what was under way is taken twice";
    }
  }
  const auto entries = entries_of(*store_);
  if (!entries) return told("the timeline cannot be read", entries.error());
  return is_there_once(*next, *entries);
}

std::string Checker::repeat(Engine& engine, const Fact& fact) {
  const auto results = engine.feed(std::span(&fact.input, 1), now_);
  if (!results) return told("a repetition fails", results.error());
  const Result<Outcome>& again = results->front();
  if (!again) return told("I05: a repetition is refused", again.error());
  if (!again->repeated) return "I02: a repetition is taken for something new";
  const auto* command = std::get_if<Command>(&fact.input);
  if (command == nullptr) return {};
  Outcome first = fact.outcome;
  first.repeated = true;
  if (first != *again) return fmt::format("I05: command {} has another result", command->id);
  const Command other{command->id, command->actor, AddNote{ConversationId(1), "something else"}};
  const auto refused = engine.feed(other, now_);
  if (refused || refused.error().code != ErrorCode::conflict) {
    return fmt::format("I05: the id {} is taken with other content", command->id);
  }
  return {};
}

std::string Checker::repeats_change_nothing(Engine& engine) {
  const auto before = digest_of(*store_);
  for (const Fact& fact : facts_) {
    if (fact.kind != Fact::Kind::event && fact.kind != Fact::Kind::command) continue;
    if (std::string wrong = repeat(engine, fact); !wrong.empty()) return wrong;
  }
  const auto after = digest_of(*store_);
  if (!before || !after || *before != *after) return "I02: repetitions change the store";
  return {};
}

std::string Checker::handed_out_again(const Handout& out) const {
  bool handed_out = false;
  for (const Fact& fact : facts_) {
    if (fact.effect != out.id) continue;
    if (fact.kind == Fact::Kind::settled) {
      return fmt::format("I24: effect {} is settled and handed out again", out.id.value());
    }
    handed_out = fact.kind == Fact::Kind::handed_out;  // and not come back since
  }
  if (handed_out && out.connection.text() == "twilio" && out.kind == EffectKind::send) {
    return fmt::format("I24: effect {} is to be held, and is handed out", out.id.value());
  }
  if (handed_out && !out.maybe_done) {
    return fmt::format("I24: effect {} does not say that it may be done", out.id.value());
  }
  return {};
}

std::string Checker::effects_are_honest(Engine& engine) {
  std::set<EffectId> seen;
  for (bool first = true;; first = false) {
    const auto handouts = engine.poll(now_, at_once);
    if (!handouts) return told("poll", handouts.error());
    if (handouts->empty()) break;
    for (const Handout& out : *handouts) {
      if (!seen.insert(out.id).second) return "I25: an effect is handed out twice";
      std::string wrong = first ? handed_out_again(out) : std::string();
      if (!wrong.empty()) return wrong;
      Settlement settlement = Done{};
      if (out.request) {
        settlement = novelo::testing::friendly_reply(clinic::adapter_of(out.connection), out.id);
      }
      const auto settled = engine.settle(out.id, settlement, now_);
      if (!settled) return told("settle", settled.error());
    }
  }
  const auto left = Query(engine).unsettled({}, at_once);
  if (!left) return told("unsettled", left.error());
  for (const Effect& effect : *left) {
    const bool waits = effect.held || (effect.not_before && *effect.not_before > now_) ||
                       effect.kind == EffectKind::send;  // behind one that is held, in its lane
    const bool late = effect.not_after && *effect.not_after <= now_;
    if (!waits && !late) {
      return fmt::format("I23: effect {} is never handed out", effect.id.value());
    }
  }
  return {};
}

std::string Checker::goes_on(Engine& engine) {
  const Input input =
      DecodedEvent{ConnectionName("meta"), clinic::message("the last one", clinic::whatsapp_number,
                                                           clinic::ana, "Ainda estão aí?", now_)};
  const auto results = engine.feed(std::span(&input, 1), now_);
  if (!results) return told("it does not go on", results.error());
  if (!results->front()) return told("it takes no message", results->front().error());
  return {};
}

}  // namespace

std::string check_desk(Store& store, std::span<const Fact> facts, std::size_t known,
                       Timestamp now) {
  return Checker(store, facts, known, now).run();
}

}  // namespace novelo::crash
