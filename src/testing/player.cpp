// Playing a journey: step by step, each as time passing, one act, settling, and looking.
#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/url.hpp"
#include "novelo/json.hpp"
#include "novelo/testing/journey.hpp"
#include "novelo/testing/provider.hpp"
#include "recorder/exact.hpp"
#include "testing/expectations.hpp"
#include "testing/host.hpp"
#include "testing/journal.hpp"
#include "testing/match.hpp"
#include "testing/narrator.hpp"
#include "testing/panel_builder.hpp"
#include "testing/seat.hpp"
#include "testing/view.hpp"
#include "testing/wording.hpp"

namespace novelo::testing {
namespace {

constexpr std::size_t page = 1000;

// The code says that nothing more can come of this engine.
bool is_fatal(const Error& error) {
  return error.code == ErrorCode::unknown || error.code == ErrorCode::storage ||
         error.code == ErrorCode::corrupt || error.code == ErrorCode::newer;
}

const Handout& handout_of(const std::vector<Handout>& handouts, const std::string& id) {
  return *std::find_if(handouts.begin(), handouts.end(), [&](const Handout& handout) {
    return std::to_string(handout.id.value()) == id;
  });
}

class Player {
 public:
  Player(const Story& story, const std::vector<const ChannelAdapter*>& adapters,
         const StoreSource& store, const SeatSource& seats, const PlayOptions& options,
         Journal journal)
      : story_(story),
        options_(options),
        journal_(std::move(journal)),
        host_(story, adapters, store, seats, options, journal_, labels_) {
    for (const auto& [name, value] : journal_.labels()) labels_.bind(name, value);
  }

  Result<JourneyReport> play();

 private:
  Status start();
  Status open();
  StepReport play_step(std::size_t index);
  Status act(const StepSpec& step, StepReport& report);
  Status receive(const ReceiveSpec& spec);
  Status command(const Value& value, StepReport& report);
  Status settle(const SettleSpec& spec);
  Status call(const CallSpec& spec, StepReport& report);
  Value call_engine(const CallSpec& spec, StepReport& report);
  Value receive_exactly(const ExactRequest& exact);
  Value feed_exactly(const Values& exact);
  Value poll_exactly(const CallSpec& spec, StepReport& report);
  ConnectionName connection_at(const Request& request) const;
  Result<Request> request_of(const ReceiveSpec& spec) const;
  std::vector<ChannelEvent> events_of(const Request& request, const ConnectionName& name) const;
  Outcome known_outcome(const ConnectionName& connection, const ChannelEvent& event,
                        Outcome outcome);
  Result<std::string> body_of(const ReceiveSpec& spec, const Labels& labels) const;

  void bind(const std::string& name, const std::string& value, StepReport& report);
  void bind_outcome(const StepSpec& step, StepReport& report);
  void check_store(const ExpectSpec& expect, StepReport& report);
  void find_things(const StepSpec& step, const Catalogue& catalogue, StepReport& report);
  Result<Journal::Watermarks> watermarks();
  void collect_entries(const Catalogue& catalogue, StepReport& report);
  void finish_panel();
  void narrate(const Catalogue& catalogue, const StepReport& report);
  void tag(const Catalogue& catalogue, const Narrator& narrator,
           std::vector<TranscriptLine>& lines);

  const Story& story_;
  const PlayOptions& options_;
  Journal journal_;
  Labels labels_;
  Host host_;
  std::size_t number_ = 0;  // of the step being played
  StepFacts facts_;
  Journal::Watermarks known_;  // entries of each conversation when the step began
  std::vector<Entry> entries_;
  bool broken_ = false;
  PanelBuilder panel_;
  JourneyReport report_;
};

// --- the acts ------------------------------------------------------------------------------------

Result<std::string> Player::body_of(const ReceiveSpec& spec, const Labels& labels) const {
  if (!spec.file.empty()) {
    // Labels in a JSON file are put into its texts, whatever they hold; a file without any stays as
    // it is, byte for byte.
    const bool plain = spec.text.find("${") == std::string::npos;
    const auto json = plain ? std::nullopt : json_body(spec.text);
    if (!json) return labels.fill_text(spec.text);
    const auto filled = labels.fill(*json);
    if (!filled) return fail(filled.error());
    return filled->to_text();
  }
  if (spec.body) {
    const auto filled = labels.fill(*spec.body);
    if (!filled) return fail(filled.error());
    return filled->to_text();
  }
  std::string body;
  if (spec.form) {
    const auto filled = labels.fill(Value(*spec.form));
    if (!filled) return fail(filled.error());
    for (const auto& [name, value] : *filled->as_map()) {
      body += fmt::format("{}{}={}", body.empty() ? "" : "&", percent_encode(name),
                          percent_encode(value.to_text()));
    }
  }
  for (const std::string& line : spec.lines) {
    const auto filled = labels.fill_text(line);
    if (!filled) return filled;
    body += *filled + "\r\n";
  }
  return body;
}

Result<Request> Player::request_of(const ReceiveSpec& spec) const {
  Labels labels = labels_;
  for (const auto& [name, value] : spec.with) {
    const auto filled = labels_.fill(value);
    if (!filled) return fail(filled.error());
    labels.bind(name, filled->to_text());
  }
  const auto connection = story_.connections.find(ConnectionName(spec.connection));
  Request request;
  request.method = spec.method;
  const auto path = labels.fill_text(spec.path);
  if (!path) return fail(path.error());
  const bool known = connection != story_.connections.end();
  request.url = path->empty() && known ? connection->second.path : *path;
  for (const auto& [name, value] : spec.headers) {
    auto filled = labels.fill_text(value);
    if (!filled) return fail(filled.error());
    request.headers.push_back({name, std::move(*filled)});
  }
  auto body = body_of(spec, labels);
  if (!body) return fail(body.error());
  request.body = std::move(*body);
  if (request.header("Content-Type").empty()) {
    if (spec.form) {
      request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    } else if (spec.body && spec.body->as_text() == nullptr) {
      request.headers.push_back({"Content-Type", "application/json"});
    }
  }
  if (spec.sign && known) sign(request, connection->second);
  return request;
}

// What the adapter makes of a request: the transcript tells what a telephone system said.
std::vector<ChannelEvent> Player::events_of(const Request& request,
                                            const ConnectionName& name) const {
  const ChannelAdapter* const adapter = host_.adapter_of(name);
  if (adapter == nullptr) return {};
  auto decoded = adapter->decode(request, story_.connections.at(name));
  return decoded ? std::move(decoded->events) : std::vector<ChannelEvent>();
}

// An event that comes again brings no ids: they are those of what it brought about the first time.
Outcome Player::known_outcome(const ConnectionName& connection, const ChannelEvent& event,
                              Outcome outcome) {
  if (outcome.conversation) return outcome;
  const Catalogue catalogue(host_.engine(), story_.parsed);
  const auto entry = catalogue.entry_of(connection, event);
  if (!entry) return outcome;
  outcome.conversation = entry->conversation;
  outcome.interaction = entry->interaction;
  outcome.entry = entry->sequence;
  outcome.case_id = entry->case_id;
  if (const auto conversation = catalogue.query().conversation(entry->conversation)) {
    outcome.contact = conversation->contact;
  }
  return outcome;
}

Status Player::receive(const ReceiveSpec& spec) {
  const auto request = request_of(spec);
  if (!request) return fail(request.error());
  const ConnectionName connection(spec.connection);
  const std::vector<ChannelEvent> events = events_of(*request, connection);
  for (int time = 0; time < spec.times; ++time) {
    std::vector<EventOutcome> outcomes;
    const auto answer = host_.seat().receive(*request, host_.now(), &outcomes);
    if (!answer) {
      facts_.error = answer.error();
      return {};
    }
    host_.look(events, outcomes);
    Value::Map headers;
    for (const Header& header : answer->headers) headers[header.name] = Value(header.value);
    facts_.answer = Value(Value::Map{{"status", Value(answer->status)},
                                     {"headers", Value(std::move(headers))},
                                     {"body", Value(answer->body)}});
    facts_.outcome.reset();
    if (outcomes.empty() || !outcomes.back().outcome) continue;
    facts_.outcome = whole(known_outcome(connection, events.back(), *outcomes.back().outcome));
  }
  return {};
}

Status Player::command(const Value& value, StepReport& report) {
  const Value::List commands = value.as_list() != nullptr ? *value.as_list() : Value::List{value};
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto filled = labels_.fill(commands[i]);
    if (!filled) return fail(filled.error());
    nlohmann::json json = to_json(*filled);
    if (!json.contains("id")) {
      json["id"] = commands.size() == 1 ? fmt::format("step-{}", number_)
                                        : fmt::format("step-{}.{}", number_, i + 1);
    }
    // A configuration may be written as an object.
    if (json.value("do", "") == "load_configuration" && json["json"].is_object()) {
      json["json"] = json["json"].dump();
    }
    const auto read = command_from_json(json);
    if (!read) return fail(read.error());
    const auto outcome = host_.seat().feed(*read, host_.now());
    host_.look();
    host_.look_for_notes();
    if (outcome) {
      facts_.outcome = whole(*outcome);
    } else if (i + 1 < commands.size()) {
      report.failures.push_back(fmt::format("command[{}]: {}", i, to_string(outcome.error())));
    } else {
      facts_.error = outcome.error();
    }
  }
  return {};
}

Status Player::settle(const SettleSpec& spec) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, value] : {std::pair("reply", &spec.reply), std::pair("done", &spec.done),
                                    std::pair("failed", &spec.failed)}) {
    if (!*value) continue;
    const auto filled = labels_.fill(**value);
    if (!filled) return fail(filled.error());
    json[name] = to_json(*filled);
  }
  const auto settlement = settlement_from_json(json);
  if (!settlement) return fail(settlement.error());
  const auto which = labels_.fill_text(spec.which);
  if (!which) return fail(which.error());
  Error error{ErrorCode::not_found, "no_effect", "No unsettled effect is like this.", "settle",
              "Keep one back with \"host\": {\"settle\": false} in an earlier step."};
  for (const Host::EffectKey& key : host_.to_settle()) {
    const bool meant = spec.effect
                           ? compare_effect(*spec.effect, host_.view(key), labels_).matches()
                           : std::to_string(key.first) == *which;
    if (!meant) continue;
    const auto outcome = host_.settle(key, *settlement);
    if (!outcome) {
      facts_.error = outcome.error();
    } else {
      facts_.outcome = whole(*outcome);
    }
    return {};
  }
  return fail(std::move(error));
}

ConnectionName Player::connection_at(const Request& request) const {
  for (const auto& [name, connection] : story_.connections) {
    if (connection.path == request.path()) return name;
  }
  return {};
}

Value Player::receive_exactly(const ExactRequest& exact) {
  const auto request = recording::request_of(exact);
  if (!request) return recording::refusal_of(request.error());
  const std::vector<ChannelEvent> events = events_of(*request, connection_at(*request));
  std::vector<EventOutcome> outcomes;
  const auto answer = host_.engine().receive(*request, host_.now(), &outcomes);
  host_.look(events, outcomes);
  return answer ? Value() : recording::refusal_of(answer.error());
}

Value Player::feed_exactly(const Values& exact) {
  const auto inputs = recording::inputs_of(exact);
  if (!inputs) return recording::refusal_of(inputs.error());
  const auto results = host_.engine().feed(*inputs, host_.now());
  for (std::size_t i = 0; results && i < results->size(); ++i) {
    const auto* settle = std::get_if<SettleEffect>(&(*inputs)[i]);
    if (settle == nullptr || !(*results)[i]) continue;
    if (auto noted = host_.note_settled(settle->effect, settle->settlement); !noted) {
      return recording::refusal_of(noted.error());
    }
  }
  host_.look();
  host_.look_for_notes();
  return recording::refusals_of(results);
}

// With restarts in between what is not settled is offered again: what was handed out then must be
// among it.
Value Player::poll_exactly(const CallSpec& spec, StepReport& report) {
  const auto handouts = host_.poll(*spec.poll);
  if (!handouts) return recording::refusal_of(handouts.error());
  auto given = recording::digests_of(*handouts);
  for (const auto& [id, digest] : spec.effects) {
    const auto found = given.find(id);
    if (found == given.end()) {
      report.failures.push_back(fmt::format("effect {} is not handed out", id));
      continue;
    }
    if (!digest.empty() && found->second != digest) {
      report.failures.push_back(fmt::format("effect {} is another than it was: {}", id,
                                            shown(view_of(handout_of(*handouts, id)))));
    }
    given.erase(found);
  }
  for (const auto& [id, digest] : given) {
    if (options_.restart) break;
    report.failures.push_back(fmt::format("effect {} is handed out and was not", id));
  }
  return {};
}

// What was refused of it.
Value Player::call_engine(const CallSpec& spec, StepReport& report) {
  if (spec.receive) return receive_exactly(*spec.receive);
  if (spec.feed) return feed_exactly(*spec.feed);
  if (spec.poll) return poll_exactly(spec, report);
  if (spec.feed_time) {
    const auto fed = host_.engine().feed_time(host_.now());
    host_.look();
    return fed ? Value() : recording::refusal_of(fed.error());
  }
  return {};
}

// Nothing but this call: no time passes before it, nothing is polled or settled behind it.
Status Player::call(const CallSpec& spec, StepReport& report) {
  const bool genuine = spec.refused["code"] != Value("unauthentic");
  host_.set_verdict(genuine ? std::string() : spec.refused["reason"].to_text());
  if (spec.open) return host_.reopen(*spec.open);
  const Value refused = call_engine(spec, report);
  if (refused == spec.refused) return {};
  report.failures.push_back(
      fmt::format("refused: expected {}, there is {}", shown(spec.refused), shown(refused)));
  return {};
}

Status Player::act(const StepSpec& step, StepReport& report) {
  if (step.receive) return receive(*step.receive);
  if (step.command) return command(*step.command, report);
  if (step.settle) return settle(*step.settle);
  if (step.call) return call(*step.call, report);
  return {};
}

// --- labels --------------------------------------------------------------------------------------

void Player::bind(const std::string& name, const std::string& value, StepReport& report) {
  labels_.bind(name, value);
  if (auto noted = journal_.label(number_, name, value); !noted) {
    report.failures.push_back(to_string(noted.error()));
  }
}

void Player::bind_outcome(const StepSpec& step, StepReport& report) {
  for (const auto& [member, label] : step.as) {
    const Value& value = facts_.outcome ? facts_.outcome->at_path(member) : Value();
    if (value.is_null()) {
      report.failures.push_back(fmt::format("as: the outcome has no \"{}\": {}", member,
                                            shown(facts_.outcome.value_or(Value()))));
    } else {
      bind(std::string(label_name(label)), value.to_text(), report);
    }
  }
}

void Player::find_things(const StepSpec& step, const Catalogue& catalogue, StepReport& report) {
  for (const auto& [label, where] : step.find) {
    const auto& [kind, thing] = *where.begin();
    const auto filled = labels_.fill_text(thing);
    const auto found = filled ? catalogue.find(kind, *filled) : filled;
    if (found) {
      bind(std::string(label_name(label)), *found, report);
    } else {
      report.failures.push_back(fmt::format("find {}: {}", label, to_string(found.error())));
    }
  }
}

// --- what came of it -----------------------------------------------------------------------------

Result<Journal::Watermarks> Player::watermarks() {
  const Query query(host_.engine());
  Journal::Watermarks marks;
  ConversationId after;
  while (true) {
    const auto part = query.conversations(after, page);
    if (!part) return fail(part.error());
    for (const ConversationRecord& conversation : *part) {
      marks[conversation.id] = conversation.entries;
      after = conversation.id;
    }
    if (part->size() < page) return marks;
  }
}

void Player::collect_entries(const Catalogue& catalogue, StepReport& report) {
  const auto marks = watermarks();
  if (!marks) return report.failures.push_back(to_string(marks.error()));
  for (const auto& [conversation, entries] : *marks) {
    const auto before = known_.find(conversation);
    const std::uint64_t after = before == known_.end() ? 0 : before->second;
    if (entries <= after) continue;
    auto added = catalogue.timeline(conversation, after);
    if (!added) return report.failures.push_back(to_string(added.error()));
    entries_.insert(entries_.end(), added->begin(), added->end());
  }
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& left, const Entry& right) { return left.at < right.at; });
  for (const Entry& entry : entries_) facts_.entries.push_back(whole(entry));
}

namespace {

// Something goes on in it: a line in a later step may be about it.
bool is_alive(const ConversationRecord& conversation) {
  return conversation.status != ConversationStatus::closed &&
         (!conversation.live.empty() || !conversation.callbacks.empty() ||
          conversation.kept_place.has_value());
}

}  // namespace

// Whose line each one is, while more than one conversation is alive.
void Player::tag(const Catalogue& catalogue, const Narrator& narrator,
                 std::vector<TranscriptLine>& lines) {
  std::set<ConversationId> alive;
  for (const auto& [id, entries] : known_) {
    const auto conversation = catalogue.query().conversation(id);
    if (conversation && is_alive(*conversation)) alive.insert(id);
  }
  for (const TranscriptLine& line : lines) {
    if (line.conversation) alive.insert(line.conversation);
  }
  if (alive.size() < 2) return;
  const auto tags = narrator.tags(alive);
  for (TranscriptLine& line : lines) {
    if (line.conversation) line.about = tags.at(line.conversation);
  }
}

// What came about on the way to the step stands before its heading, at its own time.
void Player::narrate(const Catalogue& catalogue, const StepReport& report) {
  const Reads reads = reads_of(catalogue.query());
  const Narrator narrator(story_.parsed, story_.zone, reads, host_.adapters());
  std::vector<TranscriptLine> lines = narrator.lines(host_.happened());
  tag(catalogue, narrator, lines);
  if (options_.panel) panel_.look(reads, story_.parsed, narrator, report.at);
  auto now = std::find_if(lines.begin(), lines.end(),
                          [&](const TranscriptLine& line) { return line.at >= report.at; });
  auto& told = report_.transcript;
  std::move(lines.begin(), now, std::back_inserter(told));
  if (const StepSpec& step = story_.spec.steps[number_ - 1]; !step.name.empty()) {
    told.push_back(narrator.heading(step, report.at));
  }
  std::move(now, lines.end(), std::back_inserter(told));
  const auto close = [&](Side side, const std::string& text) {
    told.push_back({report.at, side, Channel::none, {}, {}, text, {}, {}});
  };
  if (facts_.error) close(Side::event, "refused: " + refusal_text(*facts_.error));
  for (const std::string& failure : report.failures) close(Side::problem, failure);
}

void Player::check_store(const ExpectSpec& expect, StepReport& report) {
  if (expect.store.empty()) return;
  const auto digest = host_.digest();
  if (!digest) {
    report.failures.push_back("store: " + to_string(digest.error()));
  } else if (*digest != expect.store) {
    report.failures.push_back(
        fmt::format("store: expected the rows {}, there are {}", expect.store, *digest));
  }
}

StepReport Player::play_step(std::size_t index) {
  const StepSpec& step = story_.spec.steps[index];
  StepReport report{index + 1, step.name, story_.times[index], step.covers, {}};
  number_ = index + 1;
  facts_ = {};
  entries_.clear();
  if (broken_) {
    report.failures.emplace_back("not played: the engine was lost before");
    return report;
  }
  facts_.resumed = journal_.step_begun() && number_ == journal_.steps_done() + 1;
  auto marks = facts_.resumed ? Result<Journal::Watermarks>(journal_.watermarks()) : watermarks();
  Status done = marks ? journal_.begin(number_, *marks) : Status(fail(marks.error()));
  if (marks) known_ = std::move(*marks);
  host_.begin(number_, step.host ? &*step.host : nullptr, known_);
  if (step.call) host_.set_now(story_.times[index]);
  if (done && !step.call) done = host_.advance(story_.times[index]);
  if (done) done = act(step, report);
  if (done && !step.call) done = host_.drain();
  if (!done) {
    report.failures.push_back(to_string(done.error()));
    broken_ = is_fatal(done.error()) || !host_.is_open();
    if (broken_) return report;
  }
  const Catalogue catalogue(host_.engine(), story_.parsed);  // an act may have opened it anew
  bind_outcome(step, report);
  find_things(step, catalogue, report);
  collect_entries(catalogue, report);
  if (step.expect) {
    const Verdict verdict = check(*step.expect, facts_, host_, catalogue, labels_);
    report.failures.insert(report.failures.end(), verdict.failures.begin(), verdict.failures.end());
    for (const auto& [name, value] : verdict.bindings) bind(name, value, report);
    check_store(*step.expect, report);
  }
  if (facts_.error && !(step.expect && step.expect->error)) {
    report.failures.push_back("refused: " + to_string(*facts_.error));
  }
  report.failures.insert(report.failures.end(), host_.problems().begin(), host_.problems().end());
  narrate(catalogue, report);
  if (auto noted = journal_.done(number_, report.failures); !noted) {
    report.failures.push_back(to_string(noted.error()));
  }
  return report;
}

// Opens the store, which must hold what the journal tells of.
Status Player::open() {
  // A run that went on resumes behind the step that it finished last.
  const std::size_t done = journal_.steps_done();
  const Timestamp now = done == 0 ? story_.start : story_.times[done - 1];
  if (auto opened = host_.open(now); !opened) return opened;
  if (done == 0 && !journal_.step_begun()) return {};
  const auto version = Query(host_.engine()).configuration();
  if (!version) return fail(version.error());
  if (*version == 0 && !story_.configuration.empty()) {
    return fail({ErrorCode::conflict, "no_store",
                 "There is a journal, and nothing of its journey in the store.", options_.journal,
                 "Delete the journal too, or name another file."});
  }
  const auto stored = watermarks();
  if (!stored) return fail(stored.error());
  for (const auto& [conversation, entries] : journal_.watermarks()) {
    const auto found = stored->find(conversation);
    if (found != stored->end() && found->second >= entries) continue;
    return fail({ErrorCode::conflict, "older_store",
                 "The store has less than its journal tells of.", options_.journal,
                 "Give the store that was written with this journal, or delete both."});
  }
  return {};
}

Status Player::start() {
  if (auto opened = open(); !opened) return opened;
  if (journal_.steps_done() > 0 || story_.configuration.empty()) return {};
  const auto loaded = host_.seat().feed(
      Command{"configuration", {}, LoadConfiguration{story_.configuration}}, host_.now());
  if (!loaded) return fail(loaded.error());
  return {};
}

void Player::finish_panel() {
  if (!options_.panel || broken_) return;
  const Reads reads = reads_of(Query(host_.engine()));
  const Narrator narrator(story_.parsed, story_.zone, reads, host_.adapters());
  report_.panel = panel_.finish(reads, story_.parsed, narrator);
}

Result<JourneyReport> Player::play() {
  report_.journey = story_.spec.journey;
  const std::size_t count = story_.spec.steps.size();
  const auto& done = journal_.done();
  for (std::size_t i = 0; i < std::min(count, done.size()); ++i) {
    const StepSpec& step = story_.spec.steps[i];
    report_.steps.push_back({i + 1, step.name, story_.times[i], step.covers, done[i]});
  }
  report_.first = report_.steps.size() + 1;
  if (report_.first > count) {
    // Nothing is left to do, but what the journal says holds only with a store that can be read.
    if (auto opened = open(); !opened) return fail(opened.error());
    return std::move(report_);
  }
  if (auto started = start(); !started) return fail(started.error());
  for (std::size_t i = report_.steps.size(); i < count; ++i) {
    report_.steps.push_back(play_step(i));
    if (!options_.restart || i + 1 == count) continue;
    if (auto reopened = host_.reopen(); !reopened) return fail(reopened.error());
  }
  finish_panel();
  return std::move(report_);
}

}  // namespace

Result<JourneyReport> play_at(const Journey& journey,
                              const std::vector<const ChannelAdapter*>& adapters,
                              const StoreSource& store, const SeatSource& seats,
                              const PlayOptions& options) {
  const Story& story = journey.story();
  auto journal = Journal::open(options.journal, story.spec.journey, story.digest);
  if (!journal) return fail(journal.error());
  return Player(story, adapters, store, seats, options, std::move(*journal)).play();
}

Result<JourneyReport> play(const Journey& journey,
                           const std::vector<const ChannelAdapter*>& adapters,
                           const StoreSource& store, const PlayOptions& options) {
  return play_at(journey, adapters, store, engine_seat, options);
}

}  // namespace novelo::testing
