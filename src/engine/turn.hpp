// Turn: one input being decided. Everything a decision reads or changes goes through it; when the
// input is refused, all of it is taken back.
//
// A decision first validates and only then changes things. The router is asked last: what it
// answers (offers, waits, assignments) is queued and worked off first-in first-out after the input
// itself, like everything that flows say. That cascade has its ceilings.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/outbox.hpp"
#include "engine/setup.hpp"
#include "engine/tables.hpp"
#include "novelo/engine.hpp"

namespace novelo {

struct Turn;

// A derived input, decided in the same commit.
struct StartFlow {
  InteractionId interaction;
  FlowName flow;
  bool alternatives = false;  // the waiting flow, once for each wait
};
struct ContinueFlow {
  InteractionId interaction;
  FlowInput input;
};
// The waiting question is said again: it was not heard.
struct RepeatFlow {
  InteractionId interaction;
};
using Task = std::variant<RouterEvent, StartFlow, ContinueFlow, RepeatFlow>;

// Who asks for a place under Limits::live_works.
enum class Asking : std::uint8_t { command, arrival };

// What a turn leaves for the outbox, once it is committed.
struct OutboxChange {
  enum class Kind : std::uint8_t { added, removed, retry, held, released };
  Kind kind = Kind::added;
  EffectId effect;
};

struct Turn {
  Tables& tables;
  const Setup* setup;  // null until a configuration is in service
  Router* router;
  IdCounter& ids;
  const EngineOptions& options;
  const std::vector<const ChannelAdapter*>& adapters;
  const Outbox& outbox;
  Timestamp now;
  std::uint64_t places = 0;  // taken before this input

  Outcome outcome = {};
  std::vector<Signal> signals = {};
  std::vector<OutboxChange> outbox_changes = {};
  std::size_t said = 0;        // of these, how many were held against what can be said at all
  std::list<Task> tasks = {};  // asks for memory only when there is one
  std::optional<Setup> new_setup = {};    // of a LoadConfiguration
  std::optional<Timer> first_armed = {};  // of the timers that this turn has armed
  std::vector<Timer> disarmed = {};
  std::size_t waiting_flows = 0;  // started for contacts who wait
  std::size_t dead_orders = 0;    // effects that failed for good and are on no timeline

  const Configuration& config() const { return setup->configuration; }

  // --- the timeline ------------------------------------------------------------------------------
  // Appends an entry: sequence, time and conversation are filled in. Messages, calls and voicemails
  // get a place in the customer's view too.
  Entry& append(ConversationId conversation, Entry&& entry);
  // Appends an event of the engine's or of `author`.
  Entry& note_event(ConversationId conversation, EventKind kind, Value::Map details,
                    Author author = {});
  // The same, about one interaction.
  Entry& note_event(const Interaction& interaction, EventKind kind, Value::Map details,
                    Author author = {});

  // --- effects -----------------------------------------------------------------------------------
  EffectId add_effect(Effect&& effect);
  void notify(const AgentName& agent, ConversationId conversation, std::string type,
              Value::Map body);
  // Where the telephone system has to tell what came of it, that is waited for with a bound.
  void call_verb(const Interaction& interaction, CallVerb verb);
  // The telephone system is to tell what comes of this verb, and is waited for with its bound; `by`
  // is the effect that carries it, none where the verb was found under way.
  void listen_for(InteractionId interaction, CallVerbKind verb, EffectId by = {});
  // It was told, or does not matter any more.
  void stop_listening(InteractionId interaction);
  // It is settled, or became obsolete; the next of its lane may go.
  void remove_effect(const Effect& effect);
  // Takes back all unsettled verbs of a call, but those of `keep`.
  void withdraw_verbs(InteractionId interaction, std::optional<CallVerbKind> keep = {});

  // --- the router --------------------------------------------------------------------------------
  // Asks the router; its records are stored and its events queued as tasks.
  Status route(const RouterInput& input);
  // The same where it cannot refuse: a refusal is a broken invariant.
  void must_route(const RouterInput& input);
  void take(RouterDecision decision);
  // Fails with `busy` when this input has taken more places than there are, or would with `more`.
  // What follows from an input cannot be refused, so everything that may become work is counted
  // from the beginning: contacts in a flow and promises that wait have their place.
  Status check_room(Asking by, std::size_t more = 0) const;

  // --- timers ------------------------------------------------------------------------------------
  void arm(TimerKind kind, std::uint64_t owner, Timestamp due);
  void disarm(TimerKind kind, std::uint64_t owner, Timestamp due);

  // --- look-ups that commands need ---------------------------------------------------------------
  Result<const ConversationRecord*> conversation(ConversationId id);
  Result<const Interaction*> interaction(InteractionId id);
  Result<const CaseRecord*> case_of(CaseId id);
  Result<const Callback*> callback(CallbackId id);
  // Copies of records that must be there; a missing one faults the engine.
  ConversationRecord get(ConversationId id);
  Interaction get(InteractionId id);
  CaseRecord get(CaseId id);
  Callback get(CallbackId id);
  // The same where they lie: valid until that record is changed.
  const ConversationRecord& peek(ConversationId id);
  const Interaction& peek(InteractionId id);
  // The acting agent, checked against the configuration; fails with `refused` for a stranger.
  Result<const AgentConfig*> agent(const AgentName& name) const;
  // Somebody whom a command names; fails with `not_found`.
  Result<const AgentConfig*> known_agent(const AgentName& name) const;
  Author author(const AgentName& actor) const;

  // Records to be changed; they must be there too.
  ConversationRecord& edit(ConversationId id) { return tables.conversations.edit(tables.key(id)); }
  Interaction& edit(InteractionId id) { return tables.interactions.edit(tables.key(id)); }
  CaseRecord& edit(CaseId id) { return tables.cases.edit(tables.key(id)); }
  Callback& edit(CallbackId id) { return tables.callbacks.edit(tables.key(id)); }
  template <class Record>
  auto& edit(const Record& record) {
    return edit(record.id);
  }

  std::string token(std::string_view purpose, std::uint64_t id) const;
  std::uint64_t read_token(std::string_view purpose, std::string_view token) const;

  void signal(std::string name, const AgentName& agent, ConversationId conversation,
              Value::Map body);
};

// Errors that several decisions give.
Error not_found(std::string_view what, std::uint64_t id);
Error refused(std::string reason, std::string message, std::string subject, std::string remedy);

// An id as values and JSON carry it.
template <class IdType>
Value id_value(IdType id) {
  return Value(std::to_string(id.value()));
}

}  // namespace novelo
