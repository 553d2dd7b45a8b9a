#include "kill/checks.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace novelo::kill {
namespace {

std::size_t count_of(const Counts& counts, const std::string& what) {
  const auto found = counts.find(what);
  return found == counts.end() ? 0 : found->second;
}

// How often each thing that was said, answered or called stands in a timeline.
Counts count_entries(const Picture& picture) {
  Counts counts;
  for (const auto& [id, timeline] : picture.timelines) {
    for (const Entry& entry : timeline) {
      if (entry.type == EntryType::message) ++counts[entry.content.text];
      if (entry.type == EntryType::call && entry.direction == Direction::inbound) {
        ++counts[entry.provider_id];
      }
    }
  }
  return counts;
}

// Of several things that are taken together: how many are there must be none or all.
void check_whole(const Counts& counts, const std::vector<std::string>& together, bool acked,
                 Findings& findings) {
  std::size_t there = 0;
  for (const std::string& each : together) {
    const std::size_t times = count_of(counts, each);
    there += times > 0 ? 1 : 0;
    if (times > 1) findings.push_back(fmt::format("'{}' is there {} times", each, times));
    if (acked && times == 0) {
      findings.push_back(fmt::format("'{}' was acknowledged and is not there", each));
    }
  }
  if (!acked && there != 0 && there != together.size()) {
    findings.push_back(fmt::format("of {} things that were under way together {} are there: '{}'",
                                   together.size(), there, together.front()));
  }
}

void check_known(const Counts& counts, const std::set<std::string>& known, const char* prefix,
                 Findings& findings) {
  for (const auto& [what, times] : counts) {
    if (what.starts_with(prefix) && !known.contains(what)) {
      findings.push_back(fmt::format("'{}' is there and was never submitted", what));
    }
  }
}

// What an acknowledged outcome says is there.
void check_outcome(const Picture& picture, const Json& command, const Json& outcome,
                   Findings& findings) {
  const std::string word = command.at("do");
  if (word == "open_case") {
    const CaseId id(std::stoull(outcome.at("case").get<std::string>()));
    const auto found = picture.cases.find(id);
    if (found == picture.cases.end() ||
        found->second.protocol != outcome.at("details").at("protocol").get<std::string>()) {
      findings.push_back(fmt::format("the case of {} is not as it was acknowledged",
                                     command.at("id").get<std::string>()));
    }
  }
  if (word == "load_configuration" &&
      picture.configuration < outcome.at("details").at("version").get<std::uint64_t>()) {
    findings.push_back("a configuration that was taken into service is gone");
  }
}

std::uint64_t digest_of(const Entry& entry) {
  const std::string text =
      fmt::format("{} {} {} {} {} {}", entry.sequence, entry.at.time_since_epoch().count(),
                  static_cast<int>(entry.type), static_cast<int>(entry.event),
                  static_cast<int>(entry.direction), entry.content.text);
  return std::hash<std::string>()(text);
}

void check_timeline(const ConversationRecord& conversation, const std::vector<Entry>& timeline,
                    std::vector<std::uint64_t>& seen, Findings& findings) {
  const auto say = [&](const char* what) {
    findings.push_back(fmt::format("conversation {}: {}", conversation.id.value(), what));
  };
  if (timeline.size() != conversation.entries) say("its record counts other entries than it has");
  std::uint64_t customer = 0;
  for (std::size_t i = 0; i < timeline.size(); ++i) {
    const Entry& entry = timeline[i];
    if (entry.sequence != i + 1) return say("its timeline has a gap");
    if (entry.customer_sequence != 0 && entry.customer_sequence != ++customer) {
      return say("the customer's view has a gap");
    }
    if (i > 0 && entry.at < timeline[i - 1].at) return say("its timeline goes back in time");
    if (i < seen.size() && seen[i] != digest_of(entry)) return say("an entry has changed");
  }
  if (timeline.size() < seen.size()) say("entries that were seen are gone");
  for (std::size_t i = seen.size(); i < timeline.size(); ++i)
    seen.push_back(digest_of(timeline[i]));
}

}  // namespace

std::string mark_of(const Json& command) {
  const std::string word = command.at("do");
  if (word == "add_note") return command.at("text");
  if (word == "send_message") return command.at("content").at("text");
  if (word == "open_case") return "case " + command.at("id").get<std::string>();
  if (word == "close_conversation") return command.at("description");
  return {};
}

Counts count_marks(const Picture& picture) {
  Counts counts;
  for (const Note& note : picture.notes) ++counts[note.text];
  for (const Closure& closure : picture.closures) ++counts[closure.description];
  for (const auto& [id, each] : picture.cases) ++counts["case " + each.category];
  for (const auto& [id, timeline] : picture.timelines) {
    for (const Entry& entry : timeline) {
      if (entry.type != EntryType::message || entry.direction != Direction::outbound) continue;
      if (entry.content.text.starts_with("answered ")) ++counts[entry.content.text];
    }
  }
  return counts;
}

void check_arrivals(const Picture& picture, const Ledger& ledger, Findings& findings) {
  const Counts counts = count_entries(picture);
  std::set<std::string> known;
  for (const Received& request : ledger.received()) {
    known.insert(request.texts.begin(), request.texts.end());
    known.insert(request.calls.begin(), request.calls.end());
    check_whole(counts, request.texts, request.acked, findings);
    check_whole(counts, request.calls, request.acked, findings);
  }
  check_known(counts, known, "said ", findings);
  check_known(counts, known, "call-", findings);
}

void check_commands(const Picture& picture, const Ledger& ledger, Findings& findings) {
  const Counts counts = count_marks(picture);
  std::set<std::string> known;
  for (const Fed& feed : ledger.fed()) {
    std::vector<std::string> together;
    for (std::size_t i = 0; i < feed.commands.size(); ++i) {
      const Json& command = feed.commands[i];
      const std::string mark = mark_of(command);
      if (!mark.empty()) known.insert(mark);
      const bool refused = feed.acked && !feed.results[i].contains("outcome");
      if (refused && count_of(counts, mark) > 0) {
        findings.push_back(fmt::format("'{}' was refused and is there", mark));
      }
      if (refused) continue;
      if (!mark.empty()) together.push_back(mark);
      if (feed.acked) check_outcome(picture, command, feed.results[i]["outcome"], findings);
    }
    check_whole(counts, together, feed.acked, findings);
  }
  for (const char* prefix : {"noted ", "answered ", "closed ", "case "}) {
    check_known(counts, known, prefix, findings);
  }
}

void check_timelines(const Picture& picture, Ledger& ledger, Findings& findings) {
  std::set<std::tuple<std::string, ContactId>> open;
  for (const ConversationRecord& conversation : picture.conversations) {
    check_timeline(conversation, picture.timelines.at(conversation.id),
                   ledger.seen()[conversation.id], findings);
    if (conversation.status == ConversationStatus::closed) continue;
    if (!open.emplace(conversation.desk.text(), conversation.contact).second) {
      findings.push_back(
          fmt::format("contact {} has two open conversations", conversation.contact.value()));
    }
  }
  for (const auto& [id, seen] : ledger.seen()) {
    if (!picture.timelines.contains(id)) {
      findings.push_back(fmt::format("conversation {} is gone", id.value()));
    }
  }
}

void check_ids(const Picture& picture, Ledger& ledger, Findings& findings) {
  std::vector<std::uint64_t> ids;
  for (const ConversationRecord& each : picture.conversations) ids.push_back(each.id.value());
  for (const Note& note : picture.notes) ids.push_back(note.id.value());
  for (const EffectId effect : picture.unsettled) ids.push_back(effect.value());
  std::string newest;
  for (const auto& [id, each] : picture.cases) {
    ids.push_back(id.value());
    if (each.protocol <= newest) {
      findings.push_back(fmt::format("protocol {} comes after {}", each.protocol, newest));
    }
    newest = each.protocol;
  }
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice != ids.end()) findings.push_back(fmt::format("the id {} was given twice", *twice));
  const std::uint64_t highest = ledger.seen_ids().empty() ? 0 : *ledger.seen_ids().rbegin();
  for (const std::uint64_t id : ids) {
    if (id > highest || ledger.seen_ids().contains(id)) continue;
    findings.push_back(fmt::format("the id {} is new and below {}", id, highest));
  }
  ledger.seen_ids().insert(ids.begin(), ids.end());
}

void check_effects(const Picture& picture, const Ledger& ledger, Findings& findings) {
  for (const EffectId effect : picture.unsettled) {
    if (ledger.done().contains(effect.value())) {
      findings.push_back(fmt::format("effect {} is unsettled again", effect.value()));
    }
  }
  for (const auto& [id, timeline] : picture.timelines) {
    for (const Entry& entry : timeline) {
      if (entry.status != DeliveryStatus::pending && entry.status != DeliveryStatus::held) continue;
      if (!picture.unsettled.contains(entry.effect)) {
        findings.push_back(fmt::format("entry {} of conversation {} waits for a send that is lost",
                                       entry.sequence, id.value()));
      }
    }
  }
}

}  // namespace novelo::kill
