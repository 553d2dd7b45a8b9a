// Wording: the words of a transcript, for people who have never seen the code.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "novelo/base/error.hpp"
#include "novelo/model/entry.hpp"
#include "novelo/rules/calendar.hpp"

namespace novelo::testing {

// What an event says when something of it is known: that a person did it, or what one of its
// details is. Empty: it says what it always does. Places are as in the narrator's sentences;
// "{who}" is whoever did it, "{contact}" whose conversation it is.
std::string_view special_sentence(const Entry& entry);

// A name of the configuration or of the model, as people read it: "blood test".
std::string spaced(std::string text);

// "Telephone", "WhatsApp"; empty for none.
std::string_view channel_name(Channel channel);

// An address in its plain form: "+5541988887777"; short and service numbers have no plus.
std::string shown(const Address& address);

// "Tue 17 Mar 2026, 07:30", or without the year.
enum class Year : std::uint8_t { shown, left_out };
std::string short_date_time(const LocalTime& local, Year year);

// One detail of an event in words: "no answer", "8 min 20 s", "5541988887777".
std::string in_words(std::string_view detail, const Value& value);

// What of an entry was cut, guessed or left out: "(in part: the text's charset was guessed)". Empty
// when all of it was understood.
std::string in_part(const Entry& entry);

// "20 s", "8 min 20 s", "2 h 5 min".
std::string spoken_seconds(std::int64_t seconds);

// What a notification of this type tells an agent, `about` being the agent that it is about; empty
// where the timeline says it already.
std::string notice_text(std::string_view type, const std::string& agent, const std::string& about);

// Why something was refused, and what may be done instead.
std::string refusal_text(const Error& error);

// How a call ended, by its Q.850 cause.
std::string end_of_call(int cause);

}  // namespace novelo::testing
