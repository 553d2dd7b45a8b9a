// Things: what a journey speaks of by an id, a label, an address or a protocol number, and their
// values with every member.
//
//   kind           is found by
//   contact        an address, or anything that has one
//   conversation   its id; the id of something in it; an address of its contact (the newest one)
//   interaction    its id; or a conversation's newest live one, else its newest
//   case           its id; its protocol number; or a conversation's newest
//   callback       its id; or a conversation's newest
//   survey         its id; or a conversation's newest
//   work           its id; an interaction's (after a call its wrap-up), a callback's or a case's
//                  own; or a conversation's newest
//   place          as work: its place in the queue
//   agent          the agent's name
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/json.hpp"
#include "json/fields.hpp"
#include "novelo/config/configuration.hpp"
#include "novelo/query.hpp"

namespace novelo::testing {

// A record with every member, those at their default too.
template <class Record>
Value whole(const Record& record) {
  codec::JsonReader reader;
  Value value;
  reader.read(codec::write_json(record, codec::Defaults::kept), "", value);
  return value;
}

// A row of the quarantine, as a journey sees it.
Value quarantine_row(const Quarantined& row);

bool is_thing_kind(std::string_view kind);
std::string thing_kinds();  // "There are: contact, conversation, ..."

class Catalogue {
 public:
  Catalogue(Engine& engine, const Configuration& configuration)
      : query_(engine), configuration_(&configuration) {}

  // The id as text (an agent's: the name). Fails with `not_found`, or `conflict` when an address is
  // that of several contacts.
  Result<std::string> find(std::string_view kind, const std::string& thing) const;
  Result<Value> value(std::string_view kind, const std::string& thing) const;
  // kind: "timeline", "customer_view", "notes" or "closures" of a conversation.
  Result<Value::List> list(std::string_view kind, const std::string& thing) const;

  Result<ConversationId> conversation(const std::string& thing) const;
  Result<std::vector<Entry>> timeline(ConversationId conversation, std::uint64_t after) const;
  Result<Value::List> quarantine() const;
  // The entry that an event brought about, whenever that was; its sequence is 0 where the event is
  // of a call that it only went on with.
  std::optional<Entry> entry_of(const ConnectionName& connection, const ChannelEvent& event) const;
  const Query& query() const { return query_; }

 private:
  Result<ContactId> contact(const std::string& thing) const;
  Result<InteractionId> interaction(const std::string& thing) const;
  Result<CaseId> matter(const std::string& thing) const;
  Result<CallbackId> callback(const std::string& thing) const;
  Result<SurveyId> survey(const std::string& thing) const;
  Result<WorkId> work(const std::string& thing) const;
  WorkId work_of(const Interaction& interaction) const;
  Result<WorkId> work_in(ConversationId conversation, const std::string& thing) const;

  Query query_;
  const Configuration* configuration_;
};

}  // namespace novelo::testing
