// World: one tenant's contact centre in a run: its engine, its customers, its staff, its providers
// and its host, all of them drawing from one seed.
//
// Every step is a pure function of the seed, its number and what there is when it comes, so that a
// run from which steps were left out is a run too.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "novelo/engine.hpp"
#include "novelo/query.hpp"
#include "novelo/testing/simulator.hpp"
#include "testing/simulator/chance.hpp"
#include "testing/simulator/findings.hpp"
#include "testing/simulator/mirror.hpp"
#include "testing/simulator/schedule.hpp"
#include "testing/simulator/simulated_store.hpp"
#include "testing/simulator/telephones.hpp"
#include "testing/simulator/watch_belongings.hpp"
#include "testing/simulator/watch_choice.hpp"
#include "testing/simulator/watch_effects.hpp"
#include "testing/simulator/watch_hours.hpp"
#include "testing/simulator/watch_matters.hpp"
#include "testing/simulator/watch_records.hpp"
#include "testing/simulator/watch_routing.hpp"
#include "testing/simulator/watch_timeline.hpp"

namespace novelo::testing {

// Stands in every note that is written in a run, and may stand in nothing that goes out.
inline constexpr std::string_view note_word = "internal-7f3a91c2";
// Stands in contacts' attributes, which are nobody's but the business's.
inline constexpr std::string_view attribute_word = "attribute-52d0e8b4";
// In a field that may be shown to no contact: a number with valid check digits.
inline constexpr std::string_view field_word = "52998224725";

// What this run's weather is.
Weather weather_of(const SimulationOptions& options);

// What a run was like so far.
struct Tally {
  std::uint64_t inputs = 0;  // requests, commands, events, settlements, times
  std::uint64_t refused = 0;
  std::uint64_t handouts = 0;
  std::uint64_t restarts = 0;
};

class World {
 public:
  // `number`: the tenant's in the store. Nothing is opened yet.
  World(const SimulationOptions& options, Configuration configuration, std::string document,
        SimulatedStore& store, std::uint64_t seed, TenantName tenant, std::uint64_t number,
        Findings& findings);

  // Told of every call of its engines (EngineOptions::on_call).
  void observe(std::function<void(const EngineCall&)> observer) { observer_ = std::move(observer); }
  // Opens the first engine and loads the configuration.
  Status begin(Timestamp now);
  // Words of this tenant's that no other may ever hand out.
  std::string own_word() const { return "word-of-" + tenant_.text(); }
  void forbid(std::string_view invariant, std::string word) {
    effects_.forbid(invariant, std::move(word));
  }

  // A commit of this tenant became durable.
  void committed(std::span<const Write> writes);
  std::uint64_t tenant_number() const { return number_; }

  // Lets the time come, with all that happens until then; then does the step.
  void step(std::uint64_t index, Timestamp at);
  // No more faults and no new customers: everything must come to its end.
  void drain();
  Timestamp now() const { return now_; }
  const Tally& tally() const { return tally_; }

 private:
  // --- the host (world.cpp) ----------------------------------------------------------------------
  Status open();
  void restart(bool process_dies);
  // The host has forgotten to close an engine: another has the tenant now.
  void poke_older(Engine& older);
  void see_deaths();
  // After a long rest the clock has to be confirmed.
  void confirm_time();
  // Nothing happens at a time that is too far away.
  void check_disbelieved(Timestamp wrong);
  // Calls the engine until it gives an answer; opens it again as often as it takes.
  template <class Call>
  auto ask(Call call) -> decltype(call(std::declval<Engine&>()));
  Result<Outcome> feed(const Input& input);
  // A provider tells it now, later, twice or never, as the weather is.
  void emit(const ConnectionName& connection, ChannelEvent event);
  Result<Outcome> command(CommandBody body, const AgentName& actor = {});
  Result<Outcome> submit(const Command& command);
  bool is_offered(OfferId offer, const AgentName& agent) const;
  void tell(const ConnectionName& connection, const ChannelEvent& event, unsigned tries = 0);
  // The same, cut, altered or forged on the way.
  void tell_broken(const ConnectionName& connection, const ChannelEvent& event, Chance& chance);
  void check_outcome(const Outcome& outcome);
  void heard_from(const ConnectionName& connection, const ChannelEvent& event);
  void told(const ConnectionName& connection, const ChannelEvent& event,
            const Result<Outcome>& result);
  void let_time_pass(Timestamp until);
  // Feeds time until nothing is due now.
  void catch_up();
  void happen(Pending what);
  void settle(const Settling& settling);
  void look();
  void check_quiet();
  void check_reads();
  void check_lists(const Query& query);
  // What was taken is where its outcome says; what was refused is put aside.
  void check_kept(const ConnectionName& connection, const Request& request,
                  const Result<Response>& answer, const std::vector<EventOutcome>& outcomes);
  void check_content(const InboundMessage& message, const Outcome& outcome);
  // Whatever was taken over by then opens its window.
  void note_heard(const Entry& entry);
  // Nobody stays on a line that leads nowhere.
  void check_zombies(const CallReport& report, const Outcome& outcome);
  // Who has written is who the message is of.
  void check_sender(const EntryPointConfig& point, const InboundMessage& message,
                    const Outcome& outcome);
  // A mail that came to a case has to do with it: its contact's, or to the signed address of a mail
  // of ours about it, which lets nobody in.
  void check_case_mail(const InboundMessage& message, const Entry& entry, bool theirs);
  // The case that the matter of this one is at now.
  CaseId newest_of(CaseId id) const;
  void check_call(const Interaction& before, const Interaction& after);
  // Whether somebody else's call or chat was ended.
  void check_actor(const Interaction& before, const AgentName& actor);

  template <class T>
  void note_new(const T* before, const T* after) {
    if constexpr (std::is_same_v<T, Interaction>) {
      if (before != nullptr && after != nullptr) check_call(*before, *after);
    }
    if constexpr (std::is_same_v<T, WorkRecord>) {
      if (after != nullptr && after->state == WorkState::wrap_up) note_wrap_up(*after);
    }
    if constexpr (std::is_same_v<T, ConversationRecord>) {
      if (before == nullptr && after != nullptr) conversations_.push_back(after->id);
    }
    if constexpr (std::is_same_v<T, Entry>) {
      if (before == nullptr && after->direction == Direction::outbound) note_sent(*after);
      if (before == nullptr && tells_altered_) note_heard(*after);
    }
  }

  // A message of ours: it may be answered, and what stands in it may be a token to come back with.
  void note_sent(const Entry& entry);
  // Some are ready before the time.
  void note_wrap_up(const WorkRecord& work);
  // Several inputs in one call.
  void tell_at_once(const std::vector<std::pair<ConnectionName, ChannelEvent>>& events);

  // --- providers (world_providers.cpp) -----------------------------------------------------------
  void carry(const Handout& handout);
  void carry_send(const Effect& effect, const Handout& handout, Chance& chance);
  void carry_call(const Effect& effect, Chance& chance);
  void carry_notify(const Handout& handout, Chance& chance);
  void carry_action(const Effect& effect, Chance& chance);
  void add_receipts(const Effect& effect, const std::string& adapter, Chance& chance);
  void settle_later(EffectId effect, Settlement settlement, Duration after);
  Value look_up_answer(Chance& chance);

  // --- customers (world_customers.cpp) -----------------------------------------------------------
  void do_customer(Chance& chance);
  void write(Chance& chance);
  void ring(Chance& chance);
  void post(Chance& chance);
  void answer_survey(Chance& chance);
  // What is answered, and where to; of which it may be.
  void answer_mail(Mail& mail, Chance& chance);
  // Somebody answers them at the last moment of the window.
  void plan_last_words(const EntryPointConfig& point, const InboundMessage& message,
                       Chance& chance);
  void write_last_words(const LastWords& words);
  void add_media(Content& content, Chance& chance);
  // What somebody says: words, a choice, a picture, a place, a link's token; or what nobody can
  // express.
  ChannelEvent said(const EntryPointConfig& point, Chance& chance);
  Address phone_of(Chance& chance) const;

  // --- staff and systems (world_staff.cpp) -------------------------------------------------------
  void do_staff(Chance& chance);
  void do_presence(Chance& chance);
  void do_conversation(Chance& chance);
  void do_message(Chance& chance);
  void do_interaction(Chance& chance);
  void do_case(Chance& chance);
  void do_callback(Chance& chance);
  void do_system(Chance& chance);
  void open_case(CaseTypeConfig const& type, Chance& chance);
  void do_fields(const CaseRecord& matter, Chance& chance);
  // An address that several people use; null when there is none.
  const Identity* any_shared(Chance& chance) const;
  void upsert(Chance& chance);
  void share_number(Chance& chance);
  void purge(Chance& chance);
  void set_wrong_clock(Chance& chance);
  void do_configuration(Chance& chance);
  void do_import(Chance& chance);
  void do_telephones(Chance& chance);
  void do_repeat(Chance& chance);
  void erase(Chance& chance);
  void erase_contact(ContactId id);
  void end_matters_of(ContactId id);
  void tell_forgotten();
  void write_to_erased(ContactId id);
  // Whoever was given a link, or was written to, comes back by it: another than they were.
  void come_back_by_token(ContactId id, Chance& chance);
  void do_fault(Chance& chance);
  AgentName any_agent(Chance& chance) const;
  const ConversationRecord* any_conversation(Chance& chance) const;

  // --- the end (world_drain.cpp) -----------------------------------------------------------------
  bool tidy_up(bool flows_too);
  void check_drained();

  const SimulationOptions& options_;
  Configuration configuration_;
  std::string document_;
  SimulatedStore& store_;
  std::uint64_t seed_;
  TenantName tenant_;
  Findings& findings_;
  Weather weather_;

  std::uint64_t number_;
  Mirror mirror_;
  TimelineWatch timelines_;
  RecordWatch records_;
  RoutingWatch routing_;
  EffectWatch effects_;
  BelongingWatch belongings_;
  HoursWatch hours_;
  ChoiceWatch choices_;
  MatterWatch matters_;

  std::function<void(const EngineCall&)> observer_;
  std::optional<Engine> engine_;
  std::uint64_t deaths_ = 0;  // of the store's machine, that this engine knows of
  std::uint64_t process_ = 0;
  Timestamp now_{};
  Timestamp fed_at_{};          // the engine's clock
  bool tells_altered_ = false;  // a provider's payload that nobody here has written as it is
  Schedule schedule_;
  std::map<ConnectionName, Telephones> telephones_;
  std::map<ConnectionName, Connection> connections_;  // with secrets
  std::map<EntryPointName, Duration> windows_;
  std::vector<ConversationId> conversations_;
  std::deque<std::pair<Command, Result<Outcome>>> given_;
  std::deque<std::pair<ConnectionName, ChannelEvent>> heard_;
  std::map<AgentName, std::vector<OfferId>> offers_;
  std::map<OfferId, AgentName> accepted_;
  std::vector<std::string> survey_tokens_;
  std::vector<std::pair<ConversationId, std::string>> join_texts_;  // "#nv-..."
  std::vector<std::pair<ConversationId, Mail>> mails_;              // of ours
  // By the signed address, and by the Message-ID, of a mail of ours: what it was about.
  std::map<std::string, Correlation> answers_;
  std::uint64_t emitted_ = 0;
  std::uint64_t names_ = 0;    // of messages, commands
  std::uint64_t changes_ = 0;  // rows written that are no clock and no stored result
  bool calm_ = false;
  Tally tally_;
};

}  // namespace novelo::testing
