// Conversation: a handle, one engine and one id, for whoever works on a single conversation.
//
// A method that changes something feeds one command and says what `Engine::feed` would have said:
// the same refusals, the same commit, the same result when its command id comes again. A method
// that reads answers as `Query` does, as of the last commit. The handle keeps nothing: it may be
// made anew for every call, copied and thrown away.
//
//   Conversation ana(engine, id);
//   ana.send_text({"c-17", joao, now}, EntryPointName("whatsapp"), "Good morning, Ana.").value();
//   ana.add_note({"c-18", joao, now}, "prefers mornings").value();
//
// (`value()` throws when the call failed: good for a page, a host looks first.)
//
// It points at the engine: do not move that while the handle lives; one call at a time, as the
// engine. An unknown id is `not_found` in every method.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "novelo/engine.hpp"
#include "novelo/model/command.hpp"
#include "novelo/model/conversation.hpp"
#include "novelo/model/entry.hpp"
#include "novelo/query.hpp"

namespace novelo {

class Conversation {
 public:
  Conversation(Engine& engine, ConversationId id) : engine_(&engine), id_(id) {}

  ConversationId id() const { return id_; }

  // --- what it is --------------------------------------------------------------------------------
  Result<ConversationRecord> record() const;
  // Entries with a sequence above `after`, in order; `limit` is 1 to 1000, here and below.
  Result<std::vector<Entry>> timeline(std::uint64_t after, std::size_t limit) const;
  Result<std::vector<CustomerEntry>> customer_view(std::uint64_t after, std::size_t limit) const;
  Result<std::vector<Note>> notes(NoteId after, std::size_t limit) const;
  Result<std::vector<Closure>> closures(std::uint32_t after, std::size_t limit) const;

  // --- who has it --------------------------------------------------------------------------------
  Result<Outcome> view(const By& by);
  Result<Outcome> claim(const By& by);
  Result<Outcome> reassign(const By& by, const AgentName& to);
  Result<Outcome> choose_contact(const By& by, ContactId contact);

  // --- what is said ------------------------------------------------------------------------------
  Result<Outcome> send(const By& by, const EntryPointName& entry_point, Content content);
  Result<Outcome> send_text(const By& by, const EntryPointName& entry_point, std::string text);
  // A configured template; `variables` beside what the engine knows.
  Result<Outcome> send_template(const By& by, const EntryPointName& entry_point,
                                const TemplateName& name, Value::Map variables = {});
  Result<Outcome> send_survey(const By& by, std::string survey);
  // Internal: no channel carries it.
  Result<Outcome> add_note(const By& by, std::string text);

  // --- what must happen next ---------------------------------------------------------------------
  Result<Outcome> open_case(const By& by, const CaseTypeName& type, Value::Map fields = {});
  // By `agent`, or by anybody when empty; to the contact's own telephone.
  Result<Outcome> promise_callback(const By& by, const AgentName& agent = {},
                                   std::optional<Timestamp> not_before = {});
  Result<Outcome> close(const By& by, std::string qualification = {}, std::string description = {},
                        std::string disposition = {});
  Result<Outcome> reopen(const By& by);

 private:
  Result<Outcome> ask(const By& by, CommandBody body);

  Engine* engine_;
  ConversationId id_;
};

}  // namespace novelo
