// Every member of Limits, by name: what is left out would change a replay (tests/record_test.cpp
// holds the list against the header).
#pragma once

#include <concepts>
#include <type_traits>

#include "codec/binary.hpp"
#include "novelo/base/limits.hpp"

namespace novelo {

template <class V, class X>
requires std::same_as<std::remove_const_t<X>, Limits>
void fields(V& v, X& x) {
  v("request_bytes", x.request_bytes);
  v("events_per_request", x.events_per_request);
  v("inputs_per_feed", x.inputs_per_feed);
  v("text_scalars", x.text_scalars);
  v("input_bytes", x.input_bytes);
  v("text_bytes", x.text_bytes);
  v("value_depth", x.value_depth);
  v("media_per_message", x.media_per_message);
  v("json_depth", x.json_depth);
  v("configuration_bytes", x.configuration_bytes);
  v("mail_depth", x.mail_depth);
  v("mail_parts", x.mail_parts);
  v("mail_header_bytes", x.mail_header_bytes);
  v("mail_references", x.mail_references);
  v("quarantine_rows", x.quarantine_rows);
  v("quarantine_bytes", x.quarantine_bytes);
  v("parked_receipts", x.parked_receipts);
  v("interaction_steps", x.interaction_steps);
  v("cascade_flows", x.cascade_flows);
  v("timers_per_feed", x.timers_per_feed);
  v("flow_steps_per_turn", x.flow_steps_per_turn);
  v("flow_turns_per_session", x.flow_turns_per_session);
  v("cached_records", x.cached_records);
  v("unsettled_effects", x.unsettled_effects);
  v("live_works", x.live_works);
  v("requirement_classes", x.requirement_classes);
  v("signals", x.signals);
  v("changes", x.changes);
  v("traces", x.traces);
  v("bridge_silence", x.bridge_silence);
  v("originate_silence", x.originate_silence);
  v("hang_up_silence", x.hang_up_silence);
  v("retry_patience", x.retry_patience);
  v("place_kept", x.place_kept);
  v("on_the_line", x.on_the_line);
  v("identities_per_contact", x.identities_per_contact);
  v("contacts_per_identity", x.contacts_per_identity);
  v("reaches_per_conversation", x.reaches_per_conversation);
  v("live_per_conversation", x.live_per_conversation);
  v("cases_per_conversation", x.cases_per_conversation);
  v("callbacks_per_conversation", x.callbacks_per_conversation);
  v("replies_per_case", x.replies_per_case);
  v("mails_per_case", x.mails_per_case);
  v("words_per_case", x.words_per_case);
  v("follow_ups", x.follow_ups);
  v("fields_bytes", x.fields_bytes);
  v("callback_attempts", x.callback_attempts);
  v("contacts_per_import", x.contacts_per_import);
  v("calls_per_report", x.calls_per_report);
  v("devices_per_report", x.devices_per_report);
  v("purge_entries", x.purge_entries);
}

inline bool operator==(const Limits& left, const Limits& right) {
  return codec::to_bytes(left) == codec::to_bytes(right);
}

}  // namespace novelo
