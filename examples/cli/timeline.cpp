#include "timeline.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "adapters.hpp"
#include "files.hpp"
#include "novelo/json.hpp"
#include "novelo/stores/sqlite_reader.hpp"
#include "novelo/testing/page.hpp"
#include "novelo/testing/stored_desk.hpp"
#include "novelo/testing/transcript.hpp"
#include "play.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using novelo::ConversationId;
using novelo::testing::StoredConversation;
using novelo::testing::StoredDesk;

constexpr std::size_t page = 1000;
constexpr std::size_t most_listed = 100'000;
constexpr std::size_t most_chapters = 200;

using Tenants = std::vector<std::pair<std::string, std::uint64_t>>;

struct Opened {
  std::unique_ptr<novelo::Store> store;
  Tenants tenants;
};

// Never opens the file as a store in service would: nothing is written, and nobody loses it.
novelo::Result<Opened> open_for_reading(const std::string& file) {
  auto reader = novelo::SqliteReader::open(file);
  if (!reader) return novelo::fail(reader.error());
  Opened opened;
  for (const auto& [name, fence] : (*reader)->tenants()) {
    opened.tenants.emplace_back(name.text(), fence.tenant);
  }
  opened.store = std::move(*reader);
  return opened;
}

novelo::Result<std::uint64_t> tenant_of(const Tenants& tenants, const std::string& wanted) {
  std::string names;
  for (const auto& [name, number] : tenants) {
    if (name == wanted || (wanted.empty() && tenants.size() == 1)) return number;
    names += (names.empty() ? "" : ", ") + name;
  }
  if (wanted.empty() && !tenants.empty()) {
    return novelo::fail({novelo::ErrorCode::invalid, "which_tenant",
                         "The file has several tenants.", "--tenant", "Name one: " + names + "."});
  }
  return novelo::fail({novelo::ErrorCode::not_found, "unknown_tenant",
                       "The file has no such tenant.", "--tenant",
                       names.empty() ? "It has none at all." : "It has: " + names + "."});
}

novelo::Result<std::vector<ConversationId>> wanted_of(const StoredDesk& desk,
                                                      const TimelineArguments& arguments) {
  using Found = std::vector<ConversationId>;
  if (!arguments.contact.empty()) return desk.of_contact(arguments.contact);
  if (!arguments.protocol.empty()) {
    const auto found = desk.of_protocol(arguments.protocol);
    if (!found) return novelo::fail(found.error());
    return Found{*found};
  }
  const std::string& text = arguments.conversation;
  std::uint64_t id = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size() && id != 0) {
    return Found{ConversationId(id)};
  }
  return novelo::fail({novelo::ErrorCode::invalid, "bad_number", "A conversation is a number.",
                       "--conversation", "`novelo timeline FILE` lists them."});
}

novelo::Result<std::vector<StoredConversation>> all_of(const StoredDesk& desk, std::size_t most) {
  std::vector<StoredConversation> all;
  ConversationId after;
  while (all.size() < most) {
    auto part = desk.conversations(after, std::min(page, most - all.size()));
    if (!part) return part;
    if (part->empty()) break;
    after = part->back().record.id;
    std::move(part->begin(), part->end(), std::back_inserter(all));
    progress("{}", counted(all.size(), "conversation"));
  }
  end_progress();
  return all;
}

nlohmann::json to_json(const StoredConversation& one) {
  nlohmann::json json = novelo::to_json(one.record);
  json["contact_name"] = one.contact;
  if (!one.owner.empty()) json["owner_name"] = one.owner;
  return json;
}

int list(const StoredDesk& desk, const TimelineArguments& arguments) {
  const auto all = all_of(desk, most_listed);
  if (!all) return complain(all.error());
  if (arguments.json) {
    nlohmann::json json = nlohmann::json::array();
    for (const StoredConversation& one : *all) json.push_back(to_json(one));
    print(json.dump(2) + "\n");
    return 0;
  }
  if (!all->empty()) {
    print(fmt::format("{:>8}  {:<8}  {:<16}  {:>7}  {}\n", "number", "status", "last activity",
                      "entries", "contact (owner)"));
  }
  for (const StoredConversation& one : *all) {
    print(fmt::format("{:>8}  {:<8}  {}  {:>7}  {}{}\n", one.record.id.value(),
                      novelo::to_string(one.record.status),
                      clock_text(one.record.last_activity, desk.zone()), one.record.entries,
                      printable(one.contact),
                      one.owner.empty() ? "" : " (" + printable(one.owner) + ")"));
  }
  if (all->empty()) print("There is no conversation.\n");
  if (!all->empty()) {
    print(fmt::format("\nTimes are those of {}. --conversation NUMBER shows one.\n", desk.zone()));
  }
  if (all->size() == most_listed) {
    print(fmt::format("The first {} are listed. --contact and --protocol find the others.\n",
                      most_listed));
  }
  return 0;
}

std::string title_of(const StoredConversation& one) {
  return fmt::format("{}, conversation {}", one.contact, one.record.id.value());
}

novelo::testing::StoredTranscriptOptions view_of(const TimelineArguments& arguments) {
  novelo::testing::StoredTranscriptOptions view;
  view.notes = !arguments.no_notes;
  view.customer = arguments.customer;
  return view;
}

int write_page(const StoredDesk& desk, const std::vector<ConversationId>& wanted, std::size_t more,
               const TimelineArguments& arguments) {
  std::vector<novelo::testing::PageChapter> chapters;
  for (const ConversationId id : wanted) {
    const auto one = desk.conversation(id);
    if (!one) return complain(one.error());
    auto lines = desk.transcript(id, view_of(arguments));
    if (!lines) return complain(lines.error());
    novelo::testing::PageChapter& chapter = chapters.emplace_back();
    chapter.title = title_of(*one);
    chapter.zone = desk.zone();
    chapter.locale = desk.locale();
    chapter.verdict = std::string(novelo::to_string(one->record.status));
    chapter.lines = std::move(*lines);
    if (arguments.customer) continue;  // cases and queues are the business's own
    auto panel = desk.panel(id);
    if (!panel) return complain(panel.error());
    chapter.panel = std::move(*panel);
    progress("{} of {}", chapters.size(), counted(wanted.size(), "conversation"));
  }
  end_progress();
  novelo::testing::PageOptions options;
  options.title = desk.company().empty() ? "Conversations" : desk.company();
  options.more = "`novelo timeline FILE --conversation ID` shows one conversation whole.";
  if (more > 0) {
    chapters.back().about = fmt::format(
        "The page ends here: {} more left out. --contact, --protocol and --conversation choose "
        "others.",
        counted(more, "conversation"));
  }
  const auto written = write_file(arguments.html, novelo::testing::to_page(chapters, options));
  if (!written) return complain(written.error());
  print(fmt::format("{}: {}\n", arguments.html, counted(chapters.size(), "conversation")));
  return 0;
}

int show(const StoredDesk& desk, const std::vector<ConversationId>& wanted,
         const TimelineArguments& arguments) {
  nlohmann::json json = nlohmann::json::array();
  for (const ConversationId id : wanted) {
    const auto one = desk.conversation(id);
    if (!one) return complain(one.error());
    const auto lines = desk.transcript(id, view_of(arguments));
    if (!lines) return complain(lines.error());
    if (arguments.json) {
      nlohmann::json conversation = to_json(*one);
      conversation["transcript"] = cli::to_json(*lines);
      json.push_back(std::move(conversation));
      continue;
    }
    print(fmt::format("{} ({})\n\n", printable(title_of(*one)),
                      novelo::to_string(one->record.status)));
    print(novelo::testing::render(*lines, transcript_options(arguments.colour, desk.zone())));
    print("\n");
  }
  if (arguments.json) print(json.dump(2) + "\n");
  return 0;
}

}  // namespace

int timeline(const TimelineArguments& arguments) {
  if (!arguments.html.empty()) {
    const auto checked = check_page(arguments.html, {arguments.file});
    if (!checked) return complain(checked.error());
  }
  auto opened = open_for_reading(arguments.file);
  if (!opened) return complain(opened.error());
  const auto tenant = tenant_of(opened->tenants, arguments.tenant);
  if (!tenant) return complain(tenant.error());
  const Adapters adapters;
  const auto desk = StoredDesk::open(*opened->store, *tenant, adapters.all());
  if (!desk) return complain(desk.error());
  const bool chosen =
      !arguments.conversation.empty() || !arguments.contact.empty() || !arguments.protocol.empty();
  if (!chosen && arguments.html.empty()) return list(*desk, arguments);
  std::vector<ConversationId> wanted;
  if (chosen) {
    auto found = wanted_of(*desk, arguments);
    if (!found) return complain(found.error());
    wanted = std::move(*found);
  } else {
    const auto all = all_of(*desk, most_listed);
    if (!all) return complain(all.error());
    for (const StoredConversation& one : *all) wanted.push_back(one.record.id);
  }
  if (arguments.html.empty()) return show(*desk, wanted, arguments);
  const std::size_t more = wanted.size() > most_chapters ? wanted.size() - most_chapters : 0;
  wanted.resize(wanted.size() - more);
  return write_page(*desk, wanted, more, arguments);
}

}  // namespace cli
