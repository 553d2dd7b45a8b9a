// The words that commands go by, in JSON and in logs.
#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "novelo/model/command.hpp"

namespace novelo {

// In the order of CommandBody.
inline constexpr std::array<std::string_view, std::variant_size_v<CommandBody>> command_words{
    "upsert_contact",
    "choose_contact",
    "set_presence",
    "set_other_call",
    "accept_offer",
    "refuse_offer",
    "finish_interaction",
    "end_wrap_up",
    "hang_up",
    "view_conversation",
    "claim_conversation",
    "reassign_conversation",
    "send_message",
    "add_note",
    "close_conversation",
    "reopen_conversation",
    "open_case",
    "set_case_fields",
    "set_case_status",
    "mark_informed",
    "verify_reply",
    "run_action",
    "create_callback",
    "place_callback",
    "record_attempt",
    "cancel_callback",
    "send_survey",
    "answer_survey",
    "load_configuration",
    "confirm_time",
    "resolve_send",
    "import_contacts",
    "request_report",
    "purge",
    "erase_contact"};
static_assert(!command_words.back().empty());

}  // namespace novelo
