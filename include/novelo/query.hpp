// Query: the read side. A closed set of questions; every answer is a copy, as of the last commit.
//
// Lists take a `limit` (1 to 1000) and the place to go on from, and come in a stable order. Those
// that search (`find_...`) take a filter and a Part (model/page.hpp): they look at no more rows
// than its budget, by the index that fits the filter best.
//
// A live desktop (docs/reads.md):
//
//   ChangeCursor seen = query.changes_since({}, 1).value().next;
//   ... read what is shown: find_conversations, timeline, queues, agents ...
//   const Changes news = query.changes_since(seen, 1000).value();  // after each call of the engine
//   for (const Change& change : news.changes) ...                  // read it again, if it is shown
//   seen = news.next;
//
// Fails with `not_found` (no such id), `invalid` (a limit out of range, what is no address),
// `refused` (`place` of work that does not wait), `storage` or `corrupt` (the store cannot answer),
// `unknown` (the engine is faulted), `reentrant`, or `internal` (the store threw). A question that
// fails changes nothing: the engine goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "novelo/base/result.hpp"
#include "novelo/config/difference.hpp"
#include "novelo/engine.hpp"
#include "novelo/model/callback.hpp"
#include "novelo/model/case.hpp"
#include "novelo/model/change.hpp"
#include "novelo/model/contact.hpp"
#include "novelo/model/conversation.hpp"
#include "novelo/model/entry.hpp"
#include "novelo/model/interaction.hpp"
#include "novelo/model/page.hpp"
#include "novelo/model/survey.hpp"
#include "novelo/model/trace.hpp"
#include "novelo/router.hpp"
#include "novelo/rules/identity.hpp"

namespace novelo {

// An entry as the contact may see it: no events, no names of queues, and no notes by type.
struct CustomerEntry {
  std::uint64_t sequence = 0;  // 1, 2, 3, ... in the customer's view
  Timestamp at{};
  Direction direction = Direction::inbound;
  Author author;
  Channel channel = Channel::none;
  Content content;
};

// A send that waits for a person's decision (ResolveSend), and how many of the same entry point and
// conversation wait behind it.
struct HeldSend {
  Effect effect;
  std::size_t behind = 0;
};

// What loading a configuration would do.
struct ConfigurationPlan {
  std::uint64_t version = 0;  // that is in service now
  std::vector<Difference> differences;
};

class Query {
 public:
  // Points at the engine, which must not be moved while this lives; one call at a time.
  explicit Query(Engine& engine) : engine_(&engine) {}

  // The version of the configuration in service: 1, 2, ...; 0 before the first.
  Result<std::uint64_t> configuration() const;
  // The document of a version; `not_found`.
  Result<std::string> configuration_document(std::uint64_t version) const;
  // A dry run of LoadConfiguration: what it would change, or the error that it would fail with, the
  // live work that would dangle included. Nothing is loaded. Cost: everything live.
  Result<ConfigurationPlan> plan(std::string_view json) const;
  Result<ContactRecord> contact(ContactId id) const;
  // By any spelling of an address; `plan` says how a number without a country code is read.
  Result<std::vector<ContactId>> contacts_at(const Address& address, const DialPlan& plan) const;

  Result<ConversationRecord> conversation(ConversationId id) const;
  // Every conversation of the tenant, by id, above `after`.
  Result<std::vector<ConversationRecord>> conversations(ConversationId after,
                                                        std::size_t limit) const;
  // A contact's conversations, newest first, older than `before` (none: from the newest). None of a
  // contact who is not there.
  Result<std::vector<ConversationRecord>> conversations_of(ContactId contact, ConversationId before,
                                                           std::size_t limit) const;
  // Newest first. "By number": give what `contacts_at` says as ConversationFilter::contacts. "By
  // protocol": `case_by_protocol`, then the case's conversation.
  Result<Page<ConversationRecord>> find_conversations(const ConversationFilter& filter,
                                                      const Part& part) const;
  // Entries with a sequence above `after`, in order.
  Result<std::vector<Entry>> timeline(ConversationId id, std::uint64_t after,
                                      std::size_t limit) const;
  // The last `limit` entries with a sequence below `before` (0: the last of all), in order.
  Result<std::vector<Entry>> timeline_before(ConversationId id, std::uint64_t before,
                                             std::size_t limit) const;
  Result<std::vector<CustomerEntry>> customer_view(ConversationId id, std::uint64_t after,
                                                   std::size_t limit) const;
  // By id, above `after`.
  Result<std::vector<Note>> notes(ConversationId id, NoteId after, std::size_t limit) const;
  // By number, above `after`.
  Result<std::vector<Closure>> closures(ConversationId id, std::uint32_t after,
                                        std::size_t limit) const;

  Result<Interaction> interaction(InteractionId id) const;
  Result<CaseRecord> case_of(CaseId id) const;
  // Spaces, dots and hyphens in what was typed do not matter.
  Result<CaseId> case_by_protocol(std::string_view protocol) const;
  Result<Page<CaseRecord>> find_cases(const CaseFilter& filter, const Part& part) const;
  Result<Callback> callback(CallbackId id) const;
  Result<Page<Callback>> find_callbacks(const CallbackFilter& filter, const Part& part) const;
  Result<Survey> survey(SurveyId id) const;

  // The router's view of live work and of agents.
  Result<WorkRecord> work(WorkId id) const;
  Result<RouterPlace> place(WorkId id) const;
  Result<RouterExplanation> explain(WorkId id) const;
  Result<AgentRecord> agent(const AgentName& name) const;
  // Everybody who is configured, by name, above `after`.
  Result<std::vector<AgentRecord>> agents(const AgentName& after, std::size_t limit) const;
  // None of an agent who is not there.
  Result<std::vector<WorkId>> works_of(const AgentName& name) const;
  // Every queue as it stands, by name. Cost: everything live.
  Result<std::vector<RouterQueueState>> queues() const;
  // What waits in a queue, in the order of its places; `not_found` of an unknown queue.
  Result<Page<WorkRecord>> waiting(const QueueName& queue, const Part& part) const;

  // What became different since `cursor`, at most `limit` things (1 to 1000), and the signals among
  // them. An empty cursor starts over. Nothing is consumed: any number of desktops ask, each with
  // its own cursor. At most Limits::changes things and Limits::signals signals are remembered, and
  // none after a restart: whoever asks for more is told to start over.
  Result<Changes> changes_since(const ChangeCursor& cursor, std::size_t limit) const;

  // What is remembered of an input: a command's id, a provider's id of a message or a call's event;
  // and of an effect: who made it, when it was handed out, what came of it. Oldest first, at most
  // `limit` (1 to 1000) of the newest. Empty after a restart: the log has what is older. Fails with
  // `invalid` ("no_input") when the id is empty.
  Result<std::vector<Trace>> trace_of(std::string_view input, std::size_t limit) const;
  Result<std::vector<Trace>> trace_of(EffectId effect, std::size_t limit) const;

  // What has not been settled yet, by id, above `after`.
  Result<std::vector<Effect>> unsettled(EffectId after, std::size_t limit) const;
  // The sends that are held, by id, above `after`.
  Result<std::vector<HeldSend>> held(EffectId after, std::size_t limit) const;
  // Unreadable payloads, oldest first, above `after`.
  Result<std::vector<Quarantined>> quarantine(QuarantineId after, std::size_t limit) const;

 private:
  Engine* engine_;
};

}  // namespace novelo
