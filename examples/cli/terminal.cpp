#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "novelo/rules/calendar.hpp"
#include "play.hpp"

namespace cli {

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

int complain(const novelo::Error& error) {
  end_progress();
  fmt::print(stderr, "novelo: {}\n", novelo::to_string(error));
  return unusable;
}

void show_progress(const std::string& text) {
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\x1b[K{}", text);
}

void end_progress() {
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\x1b[K");
}

novelo::testing::TranscriptOptions transcript_options(const std::string& colour,
                                                      const std::string& zone) {
  novelo::testing::TranscriptOptions options;
  options.zone = zone;
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  const char* const no_colour = std::getenv("NO_COLOR");  // no-color.org
  const bool wanted = no_colour == nullptr || *no_colour == '\0';
  options.colour = colour == "always" || (colour == "auto" && terminal && wanted);
  winsize size{};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) {
    options.width = size.ws_col;
  }
  return options;
}

nlohmann::json to_json(const std::vector<novelo::testing::TranscriptLine>& lines) {
  nlohmann::json json = nlohmann::json::array();
  for (const auto& line : lines) {
    json.push_back({{"at", novelo::to_string(line.at)},
                    {"side", std::string(novelo::testing::name_of(line.side))},
                    {"channel", std::string(novelo::to_string(line.channel))},
                    {"conversation", std::to_string(line.conversation.value())},
                    {"who", line.who},
                    {"text", line.text},
                    {"status", line.status}});
  }
  return json;
}

std::string counted(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string clock_text(novelo::Timestamp at, const std::string& zone) {
  const auto local = novelo::to_local(at, zone);
  if (!local) return novelo::to_string(at);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", local->year, local->month, local->day,
                     local->hour, local->minute);
}

std::string printable(const std::string& text) {
  std::string out = text;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  // U+0080 to U+009F: some terminals take them for the same.
  for (std::size_t at = 0; (at = out.find('\xc2', at)) != std::string::npos; ++at) {
    if (at + 1 < out.size() && static_cast<unsigned char>(out[at + 1]) < 0xa0) {
      out.replace(at, 2, "?");
    }
  }
  return out;
}

}  // namespace cli
