#include "novelo/testing/page.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "novelo/rules/calendar.hpp"
#include "testing/html.hpp"
#include "testing/page_style.hpp"
#include "testing/wording.hpp"

namespace novelo::testing {
namespace {

std::string mark_of(Channel channel) {
  if (channel == Channel::none) return {};
  return fmt::format(
      "<span class=\"mark\"><svg aria-hidden=\"true\"><use href=\"#i-{}\"/></svg>{}</span>",
      to_string(channel), channel_name(channel));
}

// The drawing alone, for eyes; its name for whoever has it read out.
std::string small_mark_of(Channel channel) {
  if (channel == Channel::none) return {};
  return fmt::format(
      "<span class=\"mark\" role=\"img\" aria-label=\"{1}\" title=\"{1}\">"
      "<svg aria-hidden=\"true\"><use href=\"#i-{0}\"/></svg></span> ",
      to_string(channel), channel_name(channel));
}

// Agents in their colours: each the next one, in the order in which they come.
class Colours {
 public:
  std::size_t of(const std::string& agent) {
    constexpr std::size_t colours = 6;  // .p1 to .p6 of the style
    const auto [place, added] = places_.emplace(agent, places_.size());
    return place->second % colours + 1;
  }

 private:
  std::map<std::string, std::size_t> places_;
};

bool begins_with_word(const std::string& text, const std::string& word) {
  return text.starts_with(word) && (text.size() == word.size() || text[word.size()] == ' ');
}

// Told in a sentence of its own; an address or a name with figures stays as it is.
std::string as_sentence(std::string text) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const std::size_t end = std::min(text.find_first_of(" ,:"), text.size());
  const bool word =
      end > 0 && std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), lower);
  if (word) text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

// What would leave much of a sheet empty if it could not go on on the next.
bool is_long(const std::string& text) {
  constexpr std::size_t most_bytes = 600;
  constexpr std::ptrdiff_t most_lines = 8;
  return text.size() > most_bytes || std::count(text.begin(), text.end(), '\n') > most_lines;
}

// Whose it is need not stand before what names them itself; a contact's own line does, and only a
// conversation's number says more.
bool says_whose(const TranscriptLine& line) {
  const bool own = line.side == Side::contact && line.about.find('#') == std::string::npos;
  return line.about.empty() || own || begins_with_word(line.who, line.about) ||
         (line.who.empty() && begins_with_word(line.text, line.about));
}

// "João" of "João, internal note": that it is one stands beside it anyway.
std::string writer_of(const TranscriptLine& line) {
  constexpr std::string_view mark = "internal note";
  if (line.side != Side::note || !line.who.ends_with(mark)) return line.who;
  std::string who = line.who.substr(0, line.who.size() - mark.size());
  while (who.ends_with(' ') || who.ends_with(',')) who.pop_back();
  return who;
}

std::string_view stage_class(StatusCategory stage) {
  switch (stage) {
    case StatusCategory::open: return "waiting";
    case StatusCategory::waiting: return "waiting";
    case StatusCategory::resolved: return "done";
    case StatusCategory::final: return "final";
  }
  return "plain";
}

// "read": the provider's word in people's signs.
std::string status_text(const std::string& status) {
  if (status == "sent" || status == "accepted") return "\u2713 " + status;
  if (status == "delivered" || status == "read" || status == "played")
    return "\u2713\u2713 " + status;
  return status;
}

bool is_bad(const std::string& status) {
  return status.starts_with("failed") || status.starts_with("refused") ||
         status.starts_with("held");
}

std::string count_of(std::size_t count, std::string_view one, std::string_view more) {
  return fmt::format("{} {}", count, count == 1 ? one : more);
}

std::string verdict_of(const PageChapter& chapter) {
  if (chapter.verdict.empty()) return {};
  return fmt::format("<span class=\"verdict{}\">{}</span>", chapter.failed ? " failed" : "",
                     escaped(chapter.verdict));
}

// One chapter, line by line.
class ChapterWriter {
 public:
  // `level`: of its heading.
  ChapterWriter(const PageChapter& chapter, std::size_t number, std::size_t level, std::size_t most,
                Colours& colours);

  std::string write(const std::string& more);

 private:
  std::string time(Timestamp at, bool seconds) const;
  std::string day_of(Timestamp at) const;
  std::string date_of(Timestamp at) const;
  std::string moment_time(Timestamp at, bool seconds) const;
  void moment_day(Timestamp at, std::string& day);
  void tell_day(Timestamp at);
  void open_list();
  void close_list();
  void heading(const TranscriptLine& line);
  void speech(const TranscriptLine& line);
  void said(const TranscriptLine& line, bool did);
  void event(const TranscriptLine& line);
  void line(const TranscriptLine& line);
  std::string lang(Side side) const;

  void head();
  bool has_side() const;
  void side();
  void matter(const PanelCase& matter);
  void queue(const PanelQueue& queue);
  void works(const std::vector<PanelWork>& works, std::string_view nobody);
  void agents();

  const PageChapter& chapter_;
  std::size_t number_;
  std::size_t level_;
  std::size_t most_;
  Colours& colours_;
  std::string out_;
  std::string day_;
  std::string only_day_;  // of all lines; empty where they are of several
  std::size_t steps_ = 0;
  bool list_ = false;
  std::vector<std::pair<Timestamp, std::size_t>> headings_;
};

LocalTime local_of(Timestamp at, const std::string& zone) {
  if (const auto local = to_local(at, zone)) return *local;
  return to_local(at, "UTC").value_or(LocalTime{});
}

ChapterWriter::ChapterWriter(const PageChapter& chapter, std::size_t number, std::size_t level,
                             std::size_t most, Colours& colours)
    : chapter_(chapter), number_(number), level_(level), most_(most), colours_(colours) {
  if (chapter.lines.empty()) return;
  const std::string first = date_of(chapter.lines.front().at);
  if (first == date_of(chapter.lines.back().at)) only_day_ = first;
}

std::string ChapterWriter::time(Timestamp at, bool seconds) const {
  const LocalTime local = local_of(at, chapter_.zone);
  const std::string clock =
      seconds ? fmt::format("{:02}:{:02}:{:02}", local.hour, local.minute, local.second)
              : fmt::format("{:02}:{:02}", local.hour, local.minute);
  return fmt::format("<time datetime=\"{}\">{}</time>", to_string(at), clock);
}

std::string ChapterWriter::day_of(Timestamp at) const {
  const std::string spoken = spoken_date_time(local_of(at, chapter_.zone), "en");
  return spoken.substr(0, spoken.rfind(','));
}

// "Tue 17 Mar 2026".
std::string ChapterWriter::date_of(Timestamp at) const {
  const std::string text = short_date_time(local_of(at, chapter_.zone), Year::shown);
  return text.substr(0, text.rfind(','));
}

// A time of the side panel leads to the step in which it was.
std::string ChapterWriter::moment_time(Timestamp at, bool seconds) const {
  const std::string text = time(at, seconds);
  std::size_t step = 0;
  for (const auto& [when, number] : headings_) {
    if (when <= at) step = number;
  }
  return step == 0 ? text : fmt::format("<a href=\"#c{}-s{}\">{}</a>", number_, step, text);
}

// The day stands before the first moment of it, unless it is the only one there is.
void ChapterWriter::moment_day(Timestamp at, std::string& day) {
  const std::string date = date_of(at);
  if (date != day) out_ += fmt::format("<li class=\"date\">{}</li>\n", date);
  day = date;
}

void ChapterWriter::open_list() {
  if (!list_) out_ += "<ol class=\"lines\">\n";
  list_ = true;
}

void ChapterWriter::close_list() {
  if (list_) out_ += "</ol>\n";
  list_ = false;
}

void ChapterWriter::tell_day(Timestamp at) {
  const std::string day = day_of(at);
  if (day == day_) return;
  close_list();
  const LocalTime local = local_of(at, chapter_.zone);
  out_ +=
      fmt::format("<h{0} class=\"day\"><time datetime=\"{1:04}-{2:02}-{3:02}\">{4}</time></h{0}>\n",
                  level_ + 1, local.year, local.month, local.day, day);
  day_ = day;
}

void ChapterWriter::heading(const TranscriptLine& line) {
  close_list();
  const std::size_t end = line.text.find('\n');
  out_ += fmt::format("<h{0} class=\"step\" id=\"c{1}-s{2}\">{3}<span>{4}</span>", level_ + 2,
                      number_, ++steps_, time(line.at, false), escaped(line.text.substr(0, end)));
  if (!line.status.empty()) {
    out_ += fmt::format("<span class=\"covers\" title=\"What this step shows\">{}</span>",
                        escaped(line.status));
  }
  out_ += fmt::format("</h{}>\n", level_ + 2);
  if (end != std::string::npos) {
    out_ += fmt::format("<p class=\"why\">{}</p>\n", escaped(line.text.substr(end + 1)));
  }
}

// What people say and write is in the business's language, what is told about it is not.
std::string ChapterWriter::lang(Side side) const {
  const bool told = side == Side::event || side == Side::problem;
  if (chapter_.locale.empty() || told) return {};
  return fmt::format(" lang=\"{}\"", escaped(chapter_.locale));
}

void ChapterWriter::event(const TranscriptLine& line) {
  out_ += fmt::format("<li class=\"{}\"><div class=\"bubble\">{} {}", name_of(line.side),
                      time(line.at, true), small_mark_of(line.channel));
  if (!says_whose(line)) {
    out_ += fmt::format("<span class=\"tag\">{}</span> ", escaped(line.about));
  }
  out_ += "<span class=\"text\">";
  if (line.side == Side::problem) out_ += "<strong>Failed:</strong> ";
  if (!line.who.empty()) out_ += fmt::format("<bdi class=\"who\">{}</bdi> ", escaped(line.who));
  const bool whole = line.side == Side::event && line.who.empty();
  out_ += fmt::format("<bdi>{}</bdi>", linked(whole ? as_sentence(line.text) : line.text));
  if (!line.status.empty()) out_ += fmt::format(" ({})", escaped(line.status));
  out_ += "</span></div></li>\n";
}

// The words of a bubble; a mail's subject stands out.
void ChapterWriter::said(const TranscriptLine& line, bool did) {
  constexpr std::string_view mark = "Subject: ";
  out_ +=
      fmt::format("<div class=\"bubble\" dir=\"auto\"{}>", did ? std::string() : lang(line.side));
  const std::string told = did ? as_sentence(line.text) : line.text;
  std::string_view text = told;
  if (!did && line.channel == Channel::email && text.starts_with(mark)) {
    const std::string_view subject = text.substr(0, text.find('\n'));
    out_ += fmt::format("<strong class=\"subject\" dir=\"auto\"><span>Subject: </span>{}</strong>",
                        linked(subject.substr(mark.size())));
    text.remove_prefix(std::min(text.size(), subject.size() + 1));
  }
  out_ += linked(text) + "</div>";
}

void ChapterWriter::speech(const TranscriptLine& line) {
  const std::string who = writer_of(line);
  const bool did = who.empty() && line.side != Side::note;  // "Ana calls 4000"
  const bool agent = line.side == Side::agent;
  out_ +=
      fmt::format("<li class=\"{}{}{}{}\"><p class=\"meta\">", name_of(line.side),
                  agent ? fmt::format(" p{}", colours_.of(did ? line.actor : who)) : std::string(),
                  did ? " did" : "", is_long(line.text) ? " long" : "");
  if (line.side == Side::note) {
    out_ +=
        "<span class=\"mark internal\"><svg aria-hidden=\"true\"><use href=\"#i-lock\"/></svg>"
        "Internal: the customer never sees this</span>";
  }
  if (!says_whose(line)) out_ += fmt::format("<span class=\"tag\">{}</span>", escaped(line.about));
  if (!who.empty()) out_ += fmt::format("<bdi class=\"who\">{}</bdi>", escaped(who));
  out_ += mark_of(line.channel) + time(line.at, true) + "</p>";
  said(line, did);
  if (!line.status.empty()) {
    out_ += fmt::format("<p class=\"status{}\">{}</p>", is_bad(line.status) ? " bad" : "",
                        escaped(status_text(line.status)));
  }
  out_ += "</li>\n";
}

void ChapterWriter::line(const TranscriptLine& line) {
  tell_day(line.at);
  if (line.side == Side::heading) return heading(line);
  open_list();
  if (line.side == Side::event || line.side == Side::problem) return event(line);
  speech(line);
}

// --- beside it -----------------------------------------------------------------------------------

void ChapterWriter::matter(const PanelCase& matter) {
  out_ += fmt::format(
      "<section class=\"card case\"><h{0}>Case <span class=\"number\">{1}</span>"
      "<span class=\"pill {2}\">{3}</span></h{0}>\n<dl>",
      level_ + 1, escaped(matter.protocol), stage_class(matter.stage),
      escaped(spaced(matter.status)));
  const auto row = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    out_ += fmt::format("<dt>{}</dt><dd dir=\"auto\">{}</dd>\n", name, linked(value));
  };
  row("Contact", matter.contact);
  row("Type", spaced(matter.type));
  row("Category", matter.category);
  row("Owner", matter.owner);
  for (const auto& [name, value] : matter.fields) row(escaped(spaced(name)), value);
  out_ += "</dl>\n";
  if (!matter.history.empty()) {
    out_ += fmt::format("<h{0} class=\"sub\">How it came there</h{0}>\n<ol class=\"moments\">\n",
                        level_ + 2);
    std::string day = only_day_;
    for (const PanelMoment& moment : matter.history) {
      moment_day(moment.at, day);
      out_ += fmt::format("<li>{}<span dir=\"auto\">{}</span></li>\n",
                          moment_time(moment.at, false), linked(as_sentence(moment.text)));
    }
    out_ += "</ol>\n";
  }
  if (matter.left_out > 0) {
    out_ += fmt::format("<p class=\"left-out\">{} left out.</p>\n",
                        count_of(matter.left_out, "later change is", "later changes are"));
  }
  out_ += "</section>\n";
}

void ChapterWriter::works(const std::vector<PanelWork>& works, std::string_view nobody) {
  if (works.empty()) {
    out_ += fmt::format("<p class=\"empty\">{}</p>\n", nobody);
    return;
  }
  out_ += "<ol class=\"places\">\n";
  for (const PanelWork& work : works) {
    out_ += "<li>";
    if (work.place > 0) out_ += fmt::format("<span class=\"place\">{}</span> ", work.place);
    out_ += small_mark_of(work.channel) + fmt::format("<bdi>{}</bdi> ", escaped(work.who));
    if (!work.what.empty()) out_ += fmt::format("({}) ", escaped(work.what));
    const std::string agent = fmt::format("<bdi>{}</bdi>", escaped(work.agent));
    switch (work.state) {
      case WorkState::queued: out_ += work.agent.empty() ? "waits" : "waits for " + agent; break;
      case WorkState::offered: out_ += "is offered to " + agent; break;
      case WorkState::assigned: out_ += "is served by " + agent; break;
      case WorkState::wrap_up: out_ += "was served by " + agent + ", who writes it up"; break;
    }
    out_ += "</li>\n";
  }
  out_ += "</ol>\n";
}

// How a queue is in the end: who waits, and where nobody does, whether somebody is served.
std::string pill_of(const std::vector<PanelWork>& works) {
  const auto in = [&](auto state) {
    return static_cast<std::size_t>(std::count_if(
        works.begin(), works.end(), [&](const PanelWork& work) { return state(work); }));
  };
  const std::size_t waiting = in([](const PanelWork& work) { return work.place > 0; });
  const std::size_t served =
      in([](const PanelWork& work) { return work.state == WorkState::assigned; });
  std::string text = waiting == 0 ? "nobody waits" : count_of(waiting, "waits", "wait");
  if (served > 0) text += fmt::format(", {}", count_of(served, "is served", "are served"));
  return fmt::format("<span class=\"pill {}\">{}</span>", waiting > 0 ? "waiting" : "done", text);
}

void ChapterWriter::queue(const PanelQueue& queue) {
  const auto& last = queue.moments.back().works;
  out_ += fmt::format("<section class=\"card queue\"><h{0}>Queue {1}{2}</h{0}>\n", level_ + 1,
                      escaped(spaced(queue.name)), pill_of(last));
  works(last, "Nobody waits, and nobody is served.");
  if (queue.moments.size() > 1 || queue.left_out > 0) {
    out_ += fmt::format("<h{0} class=\"sub\">Who was where</h{0}>\n", level_ + 2);
    if (queue.left_out > 0) {
      out_ += fmt::format("<p class=\"left-out\">{} left out.</p>\n",
                          count_of(queue.left_out, "earlier moment is", "earlier moments are"));
    }
    out_ += "<ol class=\"moments long\">\n";
    std::string day = only_day_;
    for (const PanelQueueMoment& moment : queue.moments) {
      moment_day(moment.at, day);
      out_ += fmt::format("<li>{}<div>", moment_time(moment.at, true));
      works(moment.works, "nobody");
      out_ += "</div></li>\n";
    }
    out_ += "</ol>\n";
  }
  out_ += "</section>\n";
}

void ChapterWriter::agents() {
  if (chapter_.panel.agents.empty()) return;
  out_ += fmt::format(
      "<section class=\"card agents\"><h{0}>Agents in the end</h{0}>\n<ul class=\"places\">\n",
      level_ + 1);
  for (const PanelAgent& agent : chapter_.panel.agents) {
    const std::string_view word = agent.presence == Presence::available ? "done"
                                  : agent.presence == Presence::paused  ? "waiting"
                                                                        : "offline";
    const std::string reason =
        agent.reason.empty() ? "" : fmt::format("({}) ", escaped(spaced(agent.reason)));
    const std::string date = date_of(agent.since);
    out_ += fmt::format("<li><bdi>{}</bdi> <span class=\"pill {}\">{}</span> {}since {}{}</li>\n",
                        escaped(agent.name), word, to_string(agent.presence), reason,
                        date == only_day_ ? "" : date + ", ", moment_time(agent.since, false));
  }
  out_ += "</ul></section>\n";
}

bool ChapterWriter::has_side() const {
  const Panel& panel = chapter_.panel;
  return !panel.cases.empty() || !panel.queues.empty() || !panel.agents.empty();
}

void ChapterWriter::side() {
  out_ += fmt::format(
      "<aside class=\"side\" id=\"c{}-side\" tabindex=\"0\""
      " aria-label=\"The cases, the queues and the agents\">\n",
      number_);
  for (const PanelCase& one : chapter_.panel.cases) matter(one);
  if (chapter_.panel.cases_left_out > 0) {
    out_ += fmt::format(
        "<p class=\"left-out\">{} left out.</p>\n",
        count_of(chapter_.panel.cases_left_out, "further case is", "further cases are"));
  }
  for (const PanelQueue& one : chapter_.panel.queues) {
    if (!one.moments.empty()) queue(one);
  }
  agents();
  out_ += "</aside>\n";
}

void ChapterWriter::head() {
  out_ += fmt::format(
      "<article class=\"chapter\" id=\"c{0}\" aria-labelledby=\"c{0}-t\">\n<header>"
      "<h{2} id=\"c{0}-t\" dir=\"auto\">{1}</h{2}>\n",
      number_, escaped(chapter_.title), level_);
  if (!chapter_.about.empty()) {
    out_ += fmt::format("<p class=\"about\" dir=\"auto\">{}</p>\n", escaped(chapter_.about));
  }
  const bool known = to_local({}, chapter_.zone).has_value();
  out_ += fmt::format("<p class=\"facts\">{} <span>Times are those of {}.</span>{}</p></header>\n",
                      verdict_of(chapter_), escaped(known ? spaced(chapter_.zone) : "UTC"),
                      has_side()
                          ? fmt::format(" <a class=\"jump\" href=\"#c{}-side\">Cases, queues and "
                                        "agents</a>",
                                        number_)
                          : std::string());
}

std::string ChapterWriter::write(const std::string& more) {
  head();
  out_ +=
      fmt::format("<div class=\"columns{}\">\n<section class=\"talk\" aria-label=\"Transcript\">\n",
                  has_side() ? " two" : "");
  const std::size_t shown = std::min(most_, chapter_.lines.size());
  for (std::size_t i = 0; i < shown; ++i) {
    if (chapter_.lines[i].side == Side::heading) {
      headings_.emplace_back(chapter_.lines[i].at, headings_.size() + 1);
    }
    line(chapter_.lines[i]);
  }
  close_list();
  if (chapter_.lines.empty()) out_ += "<p class=\"empty\">There is nothing to show.</p>\n";
  if (shown < chapter_.lines.size()) {
    out_ +=
        fmt::format("<p class=\"left-out\">{} left out here. {}</p>\n",
                    count_of(chapter_.lines.size() - shown, "line is", "lines are"), escaped(more));
  }
  out_ += "</section>\n";
  if (has_side()) side();
  out_ += "</div>\n";
  if (level_ > 1) out_ += "<p class=\"up\"><a href=\"#top\">Back to the list</a></p>\n";
  return std::move(out_) + "</article>\n";
}

std::string navigation(const std::vector<PageChapter>& chapters) {
  if (chapters.size() < 2) return {};
  std::string out = "<nav aria-label=\"Stories\"><ol>\n";
  for (std::size_t i = 0; i < chapters.size(); ++i) {
    out += fmt::format("<li><a href=\"#c{}\"><span dir=\"auto\">{}</span>{}</a></li>\n", i + 1,
                       escaped(chapters[i].title), verdict_of(chapters[i]));
  }
  return out + "</ol></nav>\n";
}

}  // namespace

std::string to_page(const std::vector<PageChapter>& chapters, const PageOptions& options) {
  const bool several = chapters.size() != 1;
  const std::string title =
      several ? options.title : fmt::format("{} - {}", chapters.front().title, options.title);
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body id=\"top\">\n"
      "<a class=\"skip\" href=\"#main\">To the transcript</a>\n{}",
      escaped(title), page_style(), page_marks());
  if (several) {
    out += fmt::format("<header class=\"top\"><h1 dir=\"auto\">{}</h1>\n{}</header>\n",
                       escaped(options.title), navigation(chapters));
  }
  out += "<main id=\"main\">\n";
  if (chapters.empty()) out += "<p class=\"empty nothing\">There is nothing to show.</p>\n";
  Colours colours;
  std::size_t left = options.most_lines;
  for (std::size_t i = 0; i < chapters.size(); ++i) {
    out += ChapterWriter(chapters[i], i + 1, several ? 2 : 1, left, colours).write(options.more);
    left -= std::min(left, chapters[i].lines.size());
  }
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace novelo::testing
