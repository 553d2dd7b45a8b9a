// The parts of WhatsAppAdapter: decoding, encoding, and the table of error codes.
#pragma once

#include "adapters/json_reader.hpp"
#include "novelo/channel_adapter.hpp"

namespace novelo::whatsapp {

inline constexpr std::size_t longest_text = 4096;
inline constexpr std::size_t longest_caption = 1024;
inline constexpr std::size_t most_buttons = 3;
inline constexpr std::size_t longest_button = 20;
inline constexpr std::size_t most_rows = 10;
inline constexpr std::size_t longest_row = 24;

// The events of one webhook; `answer` is left to the caller.
Result<Decoded> decode(std::string_view body);

// The request's JSON body, and what was changed.
struct Body {
  Json json;
  std::vector<std::string> warnings;
};
Result<Body> encode(const OutboundMessage& message, const Connection& connection);

// One error object of a status or an answer: {code, title, message, error_data.details}.
SendError read_error(const JsonReader& error, SendErrorClass otherwise);

// The least time that an error asks for before another try; zero when it names none.
Duration pause_after(const SendError& error);

}  // namespace novelo::whatsapp
