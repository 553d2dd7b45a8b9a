// Reading journeys: strict, checked whole, with everything that they name at hand.
#include "novelo/testing/journey.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "novelo/base/digest.hpp"
#include "novelo/json.hpp"
#include "novelo/rules/calendar.hpp"
#include "recorder/exact.hpp"
#include "testing/files.hpp"
#include "testing/moment.hpp"
#include "testing/story_check.hpp"
#include "testing/story_fields.hpp"

namespace novelo::testing {
namespace {

using nlohmann::json;

constexpr std::size_t most_bytes = 64 * 1024 * 1024;

Result<json> read_json(const std::string& file) {
  const auto text = read_file(file, most_bytes);
  if (!text) return fail(text.error());
  auto document = parse_json(*text, Limits{}.json_depth);
  if (!document) document.error().subject = file + ": " + document.error().subject;
  return document;
}

// The configuration's document, with the flows that it names as files put in their place.
Result<std::string> read_configuration(const Value& given, const std::string& folder) {
  json document = to_json(given);
  std::string beside_what = folder;
  if (const auto* name = given.as_text()) {
    const std::string file = beside(folder, *name);
    auto read = read_json(file);
    if (!read) return fail(read.error());
    document = std::move(*read);
    beside_what = folder_of(file);
  }
  if (!document.is_object()) {
    return fail({ErrorCode::invalid, "wrong_type", "A configuration is an object or a file's name.",
                 "configuration", ""});
  }
  if (const auto flows = document.find("flows"); flows != document.end() && flows->is_array()) {
    for (json& flow : *flows) {
      if (!flow.is_string()) continue;
      auto read = read_json(beside(beside_what, flow.get<std::string>()));
      if (!read) return fail(read.error());
      flow = std::move(*read);
    }
  }
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

Status read_payloads(Story& story) {
  for (std::size_t i = 0; i < story.spec.steps.size(); ++i) {
    auto& receive = story.spec.steps[i].receive;
    if (!receive || receive->file.empty()) continue;
    auto text = read_file(beside(story.folder, receive->file), Limits{}.request_bytes);
    if (!text) return fail(text.error());
    receive->text = std::move(*text);
  }
  return {};
}

Status read_times(Story& story) {
  const auto start = parse_timestamp(story.spec.start);
  if (!start) {
    return fail({ErrorCode::invalid, "bad_time", start.error().message, "start",
                 "Write it as \"2026-03-12T09:00:00-03:00\"."});
  }
  story.start = *start;
  Timestamp before = *start;
  for (std::size_t i = 0; i < story.spec.steps.size(); ++i) {
    const std::string& at = story.spec.steps[i].at;
    // The engine's calls come in any order of times: it takes what it is given.
    const auto exact = parse_timestamp(at);
    if (story.spec.steps[i].call && exact) {
      before = *exact;
    } else if (!at.empty()) {
      const auto moment = read_moment(at, before, story.start, story.zone);
      if (!moment) {
        Error error = moment.error();
        error.subject = fmt::format("steps[{}].at", i);
        return fail(std::move(error));
      }
      before = *moment;
    }
    story.times.push_back(before);
  }
  return {};
}

void take_secrets(Story& story) {
  for (const Connection& connection : story.parsed.connections) {
    Connection& known = story.connections.emplace(connection.name, connection).first->second;
    const auto given = story.spec.secrets.find(connection.name.text());
    if (given == story.spec.secrets.end()) continue;
    for (const auto& [name, texts] : given->second) {
      for (const std::string& text : texts) known.secrets[name].emplace_back(text);
    }
  }
}

Status check_story(const Story& story, codec::JsonReader& reader) {
  if (!story.spec.verification.empty() && story.spec.verification != "recorded") {
    reader.blame("unknown_word", "There is no such word here.", "verification",
                 "It may be \"recorded\", or left out.");
  }
  for (const auto& [name, secrets] : story.spec.secrets) {
    const bool here = !story.configuration.empty();  // else one of the calls brings it
    if (here && !story.connections.contains(ConnectionName(name))) {
      reader.blame("unknown_name", "The configuration has no such connection.",
                   codec::member_path("secrets", name));
    }
  }
  check_host(story.spec.host, "host", reader);
  for (std::size_t i = 0; i < story.spec.steps.size(); ++i) {
    check_step(story.spec.steps[i], codec::item_path("steps", i), story.parsed, reader);
  }
  if (reader.fault()) return fail(*reader.fault());
  return {};
}

bool has_calls(const JourneySpec& spec) {
  return std::any_of(spec.steps.begin(), spec.steps.end(),
                     [](const StepSpec& step) { return step.call.has_value(); });
}

Status check_head(const JourneySpec& spec) {
  for (const auto& [name, empty] :
       {std::pair("journey", spec.journey.empty()),
        std::pair("configuration", spec.configuration.is_null() && !has_calls(spec)),
        std::pair("start", spec.start.empty())}) {
    if (!empty) continue;
    return fail({ErrorCode::invalid, "missing_key", "This member must be there.", name,
                 "docs/journeys.md describes every member."});
  }
  return {};
}

std::string digest_of(const Story& story, std::string_view text) {
  std::string all = sha256(text) + sha256(story.configuration);
  for (const StepSpec& step : story.spec.steps) {
    if (step.receive) all += sha256(step.receive->text);
  }
  return to_hex(sha256(all));
}

// The first configuration that one of the calls brings and that can be read.
void take_loaded_configuration(Story& story) {
  for (const StepSpec& step : story.spec.steps) {
    if (!step.call || !step.call->feed) continue;
    for (const Value& exact : *step.call->feed) {
      const bool may_load = exact["do"] == Value("load_configuration") || !exact["bytes"].is_null();
      if (!may_load) continue;
      const auto input = recording::input_of(exact);
      const auto* command = input ? std::get_if<Command>(&*input) : nullptr;
      const auto* load =
          command == nullptr ? nullptr : std::get_if<LoadConfiguration>(&command->body);
      if (load == nullptr) continue;
      auto parsed = Configuration::parse(load->json);
      if (!parsed) continue;
      story.parsed = std::move(*parsed);
      return;
    }
  }
}

Status take_configuration(Story& story) {
  if (story.spec.configuration.is_null()) {
    take_loaded_configuration(story);
    return {};
  }
  auto configuration = read_configuration(story.spec.configuration, story.folder);
  if (!configuration) return fail(configuration.error());
  story.configuration = std::move(*configuration);
  auto parsed = Configuration::parse(story.configuration);
  if (!parsed) {
    Error error = parsed.error();
    error.subject = "configuration: " + error.subject;
    return fail(std::move(error));
  }
  story.parsed = std::move(*parsed);
  return {};
}

Status read_story(std::string_view text, Story& story) {
  const auto document = parse_json(text, Limits{}.json_depth);
  if (!document) return fail(document.error());
  codec::JsonReader reader;
  reader.read_members(*document, "", story.spec);
  if (reader.fault()) return fail(*reader.fault());
  if (auto head = check_head(story.spec); !head) return head;
  if (auto configuration = take_configuration(story); !configuration) return configuration;
  story.zone = story.spec.zone.empty() ? story.parsed.tenant.zone : story.spec.zone;
  if (auto zone = check_zone(story.zone); !zone) return zone;
  take_secrets(story);
  if (auto payloads = read_payloads(story); !payloads) return payloads;
  if (auto times = read_times(story); !times) return times;
  story.digest = digest_of(story, text);
  return check_story(story, reader);
}

bool is_journey(const std::string& file) {
  const auto document = read_json(file);
  return document && document->is_object() && document->contains("journey");
}

}  // namespace

Result<Journey> Journey::parse(std::string_view text, const std::string& folder,
                               const std::string& file) {
  auto story = std::make_shared<Story>();
  story->folder = folder;
  if (auto read = read_story(text, *story); !read) {
    Error error = read.error();
    error.subject = file + ": " + error.subject;
    return fail(std::move(error));
  }
  return Journey(std::move(story));
}

Result<Journey> Journey::load(const std::string& file) {
  const auto text = read_file(file, most_bytes);
  if (!text) return fail(text.error());
  return parse(*text, folder_of(file), file);
}

const std::string& Journey::name() const {
  return story_->spec.journey;
}
const std::string& Journey::about() const {
  return story_->spec.about;
}
const std::string& Journey::locale() const {
  return story_->parsed.tenant.locale;
}
const std::string& Journey::zone() const {
  return story_->zone;
}
std::size_t Journey::steps() const {
  return story_->spec.steps.size();
}

Result<std::vector<std::string>> find_journeys(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> found;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string file = entry->path().string();
    if (file.ends_with(".json") && is_journey(file)) found.push_back(file);
  }
  std::sort(found.begin(), found.end());
  if (!found.empty()) return found;
  return fail({ErrorCode::not_found, "no_journey", "There is no journey here.", path,
               "Name a journey's file, or a folder with a *.json that has a \"journey\" member."});
}

bool JourneyReport::passed() const {
  return failed_steps() == 0;
}

std::size_t JourneyReport::failed_steps() const {
  return static_cast<std::size_t>(std::count_if(
      steps.begin(), steps.end(), [](const StepReport& step) { return !step.failures.empty(); }));
}

}  // namespace novelo::testing
