// How much of anything may be handed in at once (law 6): looked at before it is decided, so that
// nothing is kept that a store does not take or that cannot be read again.
#pragma once

#include <optional>
#include <string_view>

#include "novelo/engine.hpp"

namespace novelo {

// Fails with `limit`; the subject is the path of what is too much.
Status check_bounds(const Input& input, const Limits& limits);

// What arrived without what is too much of it, which its warnings name: a text longer than
// Limits::text_scalars, more media than Limits::media_per_message. Nothing when all of it fits.
std::optional<InboundMessage> without_excess(const InboundMessage& message, const Limits& limits);
std::optional<CallEvent> without_excess(const CallEvent& event, const Limits& limits);

// The fields of a case, the attributes of a contact: all of them together. `subject` names them.
Status check_size(const Value::Map& all, std::string_view subject, const Limits& limits);

}  // namespace novelo
