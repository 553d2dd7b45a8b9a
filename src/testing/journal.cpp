#include "testing/journal.hpp"

#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "testing/files.hpp"
#include "testing/match.hpp"
#include "testing/view.hpp"

namespace novelo::testing {
namespace {

constexpr std::size_t most_bytes = 1024 * 1024 * 1024;

Error unusable(const std::string& path) {
  return {ErrorCode::storage, "journal", "The journal beside the store cannot be written.", path,
          "Check the folder's permissions and the room on the disk."};
}

std::int64_t integer(const Value& value) {
  const auto* number = value.as_int();
  return number == nullptr ? 0 : *number;
}

std::uint64_t id_number(const std::string& text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

Result<Journal> Journal::open(const std::string& path, const std::string& journey,
                              const std::string& digest) {
  Journal journal;
  journal.path_ = path;
  journal.journey_ = journey;
  if (path.empty()) return journal;
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    const auto text = read_file(path, most_bytes);
    if (!text) return fail(text.error());
    if (auto read = journal.read(*text, digest); !read) return fail(read.error());
  }
  journal.out_.open(path, std::ios::binary | std::ios::app);
  if (!journal.out_) return fail(unusable(path));
  journal.out_ << '\n';  // ends a line that was cut off
  if (!journal.known_) {
    if (auto head = journal.write({{"digest", Value(digest)}}); !head) return fail(head.error());
  }
  return journal;
}

Status Journal::read(const std::string& text, const std::string& digest) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto value = json_body(line);
    if (!value || (*value)["journey"] != Value(journey_)) continue;
    const Value& head = (*value)["digest"];
    if (head.is_null()) {
      take(*value);
      continue;
    }
    known_ = true;
    if (head != Value(digest)) {
      return fail({ErrorCode::conflict, "other_journey",
                   "The journal is of another text of this journey.", path_,
                   "Give another store, or delete this one and its journal."});
    }
  }
  return {};
}

void Journal::take(const Value& line) {
  const auto step = static_cast<std::size_t>(integer(line["step"]));
  if (const auto* begun = line["begun"].as_map()) {
    begun_ = true;
    watermarks_.clear();
    for (const auto& [conversation, entries] : *begun) {
      watermarks_[ConversationId(id_number(conversation))] =
          static_cast<std::uint64_t>(integer(entries));
    }
  } else if (line["effect"].as_map() != nullptr) {
    const auto at = parse_timestamp(line["at"].to_text());
    effects_.push_back(
        {step, line["effect"], at.value_or(Timestamp{}), line["left"] == Value(true), 0});
  } else if (line["settled"].as_text() != nullptr) {
    for (JournaledEffect& effect : effects_) {
      if (effect.view["id"] != line["settled"]) continue;
      if (effect.view["attempt"] == line["attempt"]) effect.settled_in = step;
    }
  } else if (const auto* name = line["label"].as_text()) {
    labels_[*name] = line["value"].to_text();
  } else if (const auto* failures = line["done"].as_list()) {
    begun_ = false;
    auto& texts = done_.emplace_back();
    for (const Value& failure : *failures) texts.push_back(failure.to_text());
  }
}

Status Journal::write(Value::Map line) {
  if (path_.empty()) return {};
  line["journey"] = Value(journey_);
  out_ << Value(std::move(line)).to_text() << '\n' << std::flush;
  if (!out_) return fail(unusable(path_));
  return {};
}

Status Journal::begin(std::size_t step, const Watermarks& watermarks) {
  Value::Map entries;
  for (const auto& [conversation, count] : watermarks) {
    entries[std::to_string(conversation.value())] = Value(static_cast<std::int64_t>(count));
  }
  return write(
      {{"step", Value(static_cast<std::int64_t>(step))}, {"begun", Value(std::move(entries))}});
}

Status Journal::effect(std::size_t step, const Value& view, Timestamp at, bool left) {
  Value::Map line{{"step", Value(static_cast<std::int64_t>(step))},
                  {"effect", view},
                  {"at", Value(to_string(at))}};
  if (left) line["left"] = Value(true);
  return write(std::move(line));
}

Status Journal::settled(std::size_t step, const std::string& effect, std::int64_t attempt) {
  return write({{"step", Value(static_cast<std::int64_t>(step))},
                {"settled", Value(effect)},
                {"attempt", Value(attempt)}});
}

Status Journal::label(std::size_t step, const std::string& name, const std::string& value) {
  return write({{"step", Value(static_cast<std::int64_t>(step))},
                {"label", Value(name)},
                {"value", Value(value)}});
}

Status Journal::done(std::size_t step, const std::vector<std::string>& failures) {
  Value::List texts;
  for (const std::string& failure : failures) texts.emplace_back(failure);
  return write(
      {{"step", Value(static_cast<std::int64_t>(step))}, {"done", Value(std::move(texts))}});
}

}  // namespace novelo::testing
