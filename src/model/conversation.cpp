#include "novelo/model/conversation.hpp"

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<ConversationStatus, 4> conversation_statuses{
    {{ConversationStatus::pending, "pending"},
     {ConversationStatus::open, "open"},
     {ConversationStatus::snoozed, "snoozed"},
     {ConversationStatus::closed, "closed"}}};

constexpr EnumNames<InteractionState, 6> interaction_states{
    {{InteractionState::arriving, "arriving"},
     {InteractionState::in_flow, "in_flow"},
     {InteractionState::waiting, "waiting"},
     {InteractionState::connected, "connected"},
     {InteractionState::dialling, "dialling"},
     {InteractionState::ended, "ended"}}};

}  // namespace

std::string_view to_string(ConversationStatus status) {
  return name_of(conversation_statuses, status);
}

std::optional<ConversationStatus> parse_conversation_status(std::string_view text) {
  return value_of(conversation_statuses, text);
}

std::string_view to_string(InteractionState state) {
  return name_of(interaction_states, state);
}

}  // namespace novelo
