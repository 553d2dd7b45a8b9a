#include "novelo/conversation.hpp"

#include <utility>

namespace novelo {

Result<ConversationRecord> Conversation::record() const {
  return Query(*engine_).conversation(id_);
}

Result<std::vector<Entry>> Conversation::timeline(std::uint64_t after, std::size_t limit) const {
  return Query(*engine_).timeline(id_, after, limit);
}

Result<std::vector<CustomerEntry>> Conversation::customer_view(std::uint64_t after,
                                                               std::size_t limit) const {
  return Query(*engine_).customer_view(id_, after, limit);
}

Result<std::vector<Note>> Conversation::notes(NoteId after, std::size_t limit) const {
  return Query(*engine_).notes(id_, after, limit);
}

Result<std::vector<Closure>> Conversation::closures(std::uint32_t after, std::size_t limit) const {
  return Query(*engine_).closures(id_, after, limit);
}

Result<Outcome> Conversation::ask(const By& by, CommandBody body) {
  return engine_->feed(Command{by.id, by.actor, std::move(body)}, by.now);
}

Result<Outcome> Conversation::view(const By& by) {
  return ask(by, ViewConversation{id_});
}

Result<Outcome> Conversation::claim(const By& by) {
  return ask(by, ClaimConversation{id_});
}

Result<Outcome> Conversation::reassign(const By& by, const AgentName& to) {
  return ask(by, ReassignConversation{id_, to});
}

Result<Outcome> Conversation::choose_contact(const By& by, ContactId contact) {
  return ask(by, ChooseContact{id_, contact});
}

Result<Outcome> Conversation::send(const By& by, const EntryPointName& entry_point,
                                   Content content) {
  return ask(by, SendMessage{id_, entry_point, std::move(content), {}, {}, {}});
}

Result<Outcome> Conversation::send_text(const By& by, const EntryPointName& entry_point,
                                        std::string text) {
  Content content;
  content.text = std::move(text);
  return send(by, entry_point, std::move(content));
}

Result<Outcome> Conversation::send_template(const By& by, const EntryPointName& entry_point,
                                            const TemplateName& name, Value::Map variables) {
  return ask(by, SendMessage{id_, entry_point, {}, name, std::move(variables), {}});
}

Result<Outcome> Conversation::send_survey(const By& by, std::string survey) {
  return ask(by, SendSurvey{id_, std::move(survey)});
}

Result<Outcome> Conversation::add_note(const By& by, std::string text) {
  return ask(by, AddNote{id_, std::move(text)});
}

Result<Outcome> Conversation::open_case(const By& by, const CaseTypeName& type, Value::Map fields) {
  return ask(by, OpenCase{id_, type, {}, std::move(fields), {}});
}

Result<Outcome> Conversation::promise_callback(const By& by, const AgentName& agent,
                                               std::optional<Timestamp> not_before) {
  return ask(by, CreateCallback{id_, {}, {}, agent, not_before});
}

Result<Outcome> Conversation::close(const By& by, std::string qualification,
                                    std::string description, std::string disposition) {
  return ask(by, CloseConversation{id_, std::move(qualification), std::move(description),
                                   std::move(disposition)});
}

Result<Outcome> Conversation::reopen(const By& by) {
  return ask(by, ReopenConversation{id_});
}

}  // namespace novelo
