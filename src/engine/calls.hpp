// Calls: what happens to one, shared by the events that tell it and the reports that find it out.
#pragma once

#include <string>
#include <string_view>

#include "engine/turn.hpp"

namespace novelo {

// The key of the correlation that says which interaction a call is.
std::string call_key(const Turn& turn, const ConnectionName& connection, const std::string& call);
// The first line of a connection, null where there is none: what concerns all of it goes out there.
const EntryPointConfig* first_line(const Turn& turn, const ConnectionName& connection);
// The key under which a call is listed while it lives. In the order of ids.
std::string live_key(const Turn& turn, InteractionId call);

// What a call that we place is named, and whether one is named so.
std::string call_of_ours(InteractionId call);
bool is_of_ours(std::string_view call);

// Begins the interaction of a call that came to the entry point; nothing is decided for it yet.
// What is known of the call, the caller included, is the event's.
InteractionId begin_call(Turn& turn, const ConnectionName& connection, const EntryPointConfig& at,
                         const CallEvent& event);
// Its place was changed, now: a report of how things were before does not know of it.
void note_change(Turn& turn, InteractionId call, std::optional<Timestamp> told_at = {});
// Contact and agent are connected.
void bridged(Turn& turn, const Interaction& call);
// The call is over: what it was for is settled by how far it came.
void hung_up(Turn& turn, const Interaction& call, int cause);
// "connected": where the entry of a call says that it stands.
void set_call_state(Turn& turn, const Interaction& call, std::string state);
// The connection does not know the call any more, or should not: an order that nothing waits for.
void order_hang_up(Turn& turn, const EntryPointName& entry_point, ConversationId conversation,
                   const std::string& call);

}  // namespace novelo
