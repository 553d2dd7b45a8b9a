// What the commands print, and how.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json_fwd.hpp>

#include "novelo/base/error.hpp"
#include "novelo/base/time.hpp"
#include "novelo/testing/transcript.hpp"

namespace cli {

void print(const std::string& text);
// To stderr; the exit code for what cannot be used.
int complain(const novelo::Error& error);

// One line on stderr that is written over, while that is a terminal.
void show_progress(const std::string& text);
void end_progress();
template <class... Values>
void progress(fmt::format_string<Values...> text, Values&&... values) {
  show_progress(fmt::format(text, std::forward<Values>(values)...));
}

// `colour`: "auto", "always" or "never".
novelo::testing::TranscriptOptions transcript_options(const std::string& colour,
                                                      const std::string& zone);
nlohmann::json to_json(const std::vector<novelo::testing::TranscriptLine>& lines);

// "1 step", "2 steps".
std::string counted(std::size_t count, std::string_view word);
// "2026-03-12 09:10" by the clocks of a zone.
std::string clock_text(novelo::Timestamp at, const std::string& zone);
// Control characters become '?': no name can take over a terminal.
std::string printable(const std::string& text);

}  // namespace cli
