#include "novelo/model/entry.hpp"

#include "model/enum_names.hpp"

namespace novelo {
namespace {

constexpr EnumNames<EntryType, 4> entry_types{{{EntryType::message, "message"},
                                               {EntryType::call, "call"},
                                               {EntryType::voicemail, "voicemail"},
                                               {EntryType::event, "event"}}};

constexpr EnumNames<EventKind, 48> event_kinds{{
    {EventKind::none, "none"},
    {EventKind::opened, "opened"},
    {EventKind::joined, "joined"},
    {EventKind::reopened, "reopened"},
    {EventKind::linked, "linked"},
    {EventKind::viewed, "viewed"},
    {EventKind::queued, "queued"},
    {EventKind::offered, "offered"},
    {EventKind::offer_ended, "offer_ended"},
    {EventKind::assigned, "assigned"},
    {EventKind::reassigned, "reassigned"},
    {EventKind::escalated, "escalated"},
    {EventKind::closed, "closed"},
    {EventKind::flow_started, "flow_started"},
    {EventKind::flow_recorded, "flow_recorded"},
    {EventKind::flow_ended, "flow_ended"},
    {EventKind::alternative_chosen, "alternative_chosen"},
    {EventKind::callback_created, "callback_created"},
    {EventKind::callback_attempted, "callback_attempted"},
    {EventKind::callback_ended, "callback_ended"},
    {EventKind::case_opened, "case_opened"},
    {EventKind::case_status, "case_status"},
    {EventKind::case_fields, "case_fields"},
    {EventKind::advised, "advised"},
    {EventKind::informed, "informed"},
    {EventKind::action_requested, "action_requested"},
    {EventKind::action_done, "action_done"},
    {EventKind::reply_linked, "reply_linked"},
    {EventKind::verification_requested, "verification_requested"},
    {EventKind::verification_done, "verification_done"},
    {EventKind::survey_sent, "survey_sent"},
    {EventKind::survey_answered, "survey_answered"},
    {EventKind::identity_claimed, "identity_claimed"},
    {EventKind::identity_shared, "identity_shared"},
    {EventKind::contact_chosen, "contact_chosen"},
    {EventKind::call_abandoned, "call_abandoned"},
    {EventKind::send_failed, "send_failed"},
    {EventKind::unsupported, "unsupported"},
    {EventKind::place_kept, "place_kept"},
    {EventKind::ceiling_reached, "ceiling_reached"},
    {EventKind::send_held, "send_held"},
    {EventKind::send_resolved, "send_resolved"},
    {EventKind::send_refused, "send_refused"},
    {EventKind::effect_failed, "effect_failed"},
    {EventKind::callback_late, "callback_late"},
    {EventKind::call_lost, "call_lost"},
    {EventKind::call_restored, "call_restored"},
    {EventKind::look_up_late, "look_up_late"},
}};

}  // namespace

std::string_view to_string(EntryType type) {
  return name_of(entry_types, type);
}

std::string_view to_string(EventKind kind) {
  return name_of(event_kinds, kind);
}

std::optional<EventKind> parse_event_kind(std::string_view text) {
  return value_of(event_kinds, text);
}

}  // namespace novelo
