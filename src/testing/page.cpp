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

std::string_view class_of(Side side) {
  switch (side) {
    case Side::heading: return "step";
    case Side::contact: return "contact";
    case Side::agent: return "agent";
    case Side::staff: return "staff";
    case Side::bot: return "bot";
    case Side::event: return "event";
    case Side::problem: return "problem";
    case Side::note: return "note";
  }
  return "event";
}

std::string_view name_of(Channel channel) {
  switch (channel) {
    case Channel::none: return {};
    case Channel::voice: return "Telephone";
    case Channel::sms: return "SMS";
    case Channel::whatsapp: return "WhatsApp";
    case Channel::instagram: return "Instagram";
    case Channel::messenger: return "Messenger";
    case Channel::email: return "E-mail";
    case Channel::web_chat: return "Web chat";
  }
  return {};
}

std::string mark_of(Channel channel) {
  if (channel == Channel::none) return {};
  return fmt::format(
      "<span class=\"mark\"><svg aria-hidden=\"true\"><use href=\"#i-{}\"/></svg>{}</span>",
      to_string(channel), name_of(channel));
}

// The drawing alone, for eyes; its name for whoever has it read out.
std::string small_mark_of(Channel channel) {
  if (channel == Channel::none) return {};
  return fmt::format(
      "<span class=\"mark\" role=\"img\" aria-label=\"{1}\" title=\"{1}\">"
      "<svg aria-hidden=\"true\"><use href=\"#i-{0}\"/></svg></span> ",
      to_string(channel), name_of(channel));
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

// One chapter, line by line.
class ChapterWriter {
 public:
  ChapterWriter(const PageChapter& chapter, std::size_t number, std::size_t most)
      : chapter_(chapter), number_(number), most_(most) {}

  std::string write(const std::string& more, bool several);

 private:
  std::string time(Timestamp at, bool seconds) const;
  std::string day_of(Timestamp at) const;
  std::string moment_time(Timestamp at) const;
  void tell_day(Timestamp at);
  void open_list();
  void close_list();
  void heading(const TranscriptLine& line);
  void speech(const TranscriptLine& line);
  void event(const TranscriptLine& line);
  void line(const TranscriptLine& line);
  std::string lang(Side side) const;

  bool has_side() const;
  void side();
  void matter(const PanelCase& matter);
  void queue(const PanelQueue& queue);
  void works(const std::vector<PanelWork>& works);
  void agents();

  const PageChapter& chapter_;
  std::size_t number_;
  std::size_t most_;
  std::string out_;
  std::string day_;
  std::size_t steps_ = 0;
  bool list_ = false;
  std::vector<std::pair<Timestamp, std::size_t>> headings_;
};

LocalTime local_of(Timestamp at, const std::string& zone) {
  if (const auto local = to_local(at, zone)) return *local;
  return to_local(at, "UTC").value_or(LocalTime{});
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

// A time of the side panel leads to the step in which it was; the day stands there where the story
// has several.
std::string ChapterWriter::moment_time(Timestamp at) const {
  const LocalTime local = local_of(at, chapter_.zone);
  const bool days = !chapter_.lines.empty() &&
                    day_of(chapter_.lines.front().at) != day_of(chapter_.lines.back().at);
  std::string text = time(at, false);
  if (days) {
    text = fmt::format("<time datetime=\"{}\">{:02}/{:02} {:02}:{:02}</time>", to_string(at),
                       local.day, local.month, local.hour, local.minute);
  }
  std::size_t step = 0;
  for (const auto& [when, number] : headings_) {
    if (when <= at) step = number;
  }
  return step == 0 ? text : fmt::format("<a href=\"#c{}-s{}\">{}</a>", number_, step, text);
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
  out_ += fmt::format("<h3 class=\"day\"><time datetime=\"{:04}-{:02}-{:02}\">{}</time></h3>\n",
                      local.year, local.month, local.day, day);
  day_ = day;
}

void ChapterWriter::heading(const TranscriptLine& line) {
  close_list();
  const std::size_t end = line.text.find('\n');
  out_ += fmt::format("<h4 class=\"step\" id=\"c{}-s{}\">{}<span>{}</span>", number_, ++steps_,
                      time(line.at, false), escaped(line.text.substr(0, end)));
  if (!line.status.empty()) {
    out_ += fmt::format("<span class=\"covers\">{}</span>", escaped(line.status));
  }
  out_ += "</h4>\n";
  if (end != std::string::npos) {
    out_ += fmt::format("<p class=\"why\">{}</p>\n", escaped(line.text.substr(end + 1)));
  }
}

// What is said is in the business's language, what is told about it is not.
std::string ChapterWriter::lang(Side side) const {
  const bool told = side == Side::event || side == Side::problem || side == Side::note;
  if (chapter_.locale.empty() || told) return {};
  return fmt::format(" lang=\"{}\"", escaped(chapter_.locale));
}

void ChapterWriter::event(const TranscriptLine& line) {
  out_ += fmt::format("<li class=\"{}\"><div class=\"bubble\">{} {}", class_of(line.side),
                      time(line.at, true), small_mark_of(line.channel));
  if (!line.about.empty()) {
    out_ += fmt::format("<span class=\"tag\">{}</span> ", escaped(line.about));
  }
  if (line.side == Side::problem) out_ += "<strong>Failed:</strong> ";
  if (!line.who.empty()) out_ += fmt::format("<bdi class=\"who\">{}</bdi> ", escaped(line.who));
  out_ += fmt::format("<bdi>{}</bdi>", linked(line.text));
  if (!line.status.empty()) out_ += fmt::format(" ({})", escaped(line.status));
  out_ += "</div></li>\n";
}

void ChapterWriter::speech(const TranscriptLine& line) {
  const std::string who = writer_of(line);
  const bool did = who.empty() && line.side != Side::note;  // "Ana calls 4000"
  out_ +=
      fmt::format("<li class=\"{}{}\"><p class=\"meta\">", class_of(line.side), did ? " did" : "");
  if (line.side == Side::note) {
    out_ +=
        "<span class=\"mark internal\"><svg aria-hidden=\"true\"><use href=\"#i-lock\"/></svg>"
        "Internal: the customer never sees this</span>";
  }
  if (!line.about.empty())
    out_ += fmt::format("<span class=\"tag\">{}</span>", escaped(line.about));
  if (!who.empty()) out_ += fmt::format("<bdi class=\"who\">{}</bdi>", escaped(who));
  out_ += mark_of(line.channel) + time(line.at, true) + "</p>";
  out_ += fmt::format("<div class=\"bubble\" dir=\"auto\"{}>{}</div>",
                      did ? std::string() : lang(line.side), linked(line.text));
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
      "<section class=\"card case\"><h3>Case <span class=\"number\">{}</span>"
      "<span class=\"pill {}\">{}</span></h3>\n<dl>",
      escaped(matter.protocol), stage_class(matter.stage), escaped(spaced(matter.status)));
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
    out_ += "<h4>How it came there</h4>\n<ol class=\"moments days\">\n";
    for (const PanelMoment& moment : matter.history) {
      out_ += fmt::format("<li>{}<span dir=\"auto\">{}</span></li>\n", moment_time(moment.at),
                          linked(moment.text));
    }
    out_ += "</ol>\n";
  }
  if (matter.left_out > 0) {
    out_ += fmt::format("<p class=\"left-out\">{} are left out.</p>\n",
                        count_of(matter.left_out, "later change", "later changes"));
  }
  out_ += "</section>\n";
}

void ChapterWriter::works(const std::vector<PanelWork>& works) {
  if (works.empty()) {
    out_ += "<p class=\"empty\">Nobody waits.</p>\n";
    return;
  }
  out_ += "<ol class=\"places\">\n";
  for (const PanelWork& work : works) {
    out_ += "<li>";
    if (work.place > 0) out_ += fmt::format("<span class=\"place\">{}</span>", work.place);
    out_ += fmt::format("<bdi>{}</bdi>{}", escaped(work.who), mark_of(work.channel));
    if (!work.what.empty()) out_ += fmt::format("<span>{}</span>", escaped(work.what));
    const std::string agent = fmt::format("<bdi>{}</bdi>", escaped(work.agent));
    switch (work.state) {
      case WorkState::queued: out_ += work.agent.empty() ? "waits" : "waits for " + agent; break;
      case WorkState::offered: out_ += "offered to " + agent; break;
      case WorkState::assigned: out_ += "with " + agent; break;
      case WorkState::wrap_up: out_ += agent + " writes it up"; break;
    }
    out_ += "</li>\n";
  }
  out_ += "</ol>\n";
}

void ChapterWriter::queue(const PanelQueue& queue) {
  const auto& last = queue.moments.back().works;
  const auto waiting = static_cast<std::size_t>(std::count_if(
      last.begin(), last.end(), [](const PanelWork& work) { return work.place > 0; }));
  out_ += fmt::format(
      "<section class=\"card queue\"><h3>Queue {}<span class=\"pill {}\">{} in the "
      "end</span></h3>\n",
      escaped(spaced(queue.name)), waiting > 0 ? "waiting" : "done",
      waiting > 0 ? fmt::format("{} waiting", waiting) : "empty");
  works(last);
  if (queue.moments.size() > 1 || queue.left_out > 0) {
    out_ += "<h4>Who was where</h4>\n";
    if (queue.left_out > 0) {
      out_ += fmt::format("<p class=\"left-out\">{} are left out.</p>\n",
                          count_of(queue.left_out, "earlier moment", "earlier moments"));
    }
    out_ += "<ol class=\"moments days\">\n";
    for (const PanelQueueMoment& moment : queue.moments) {
      out_ += fmt::format("<li>{}<div>", moment_time(moment.at));
      works(moment.works);
      out_ += "</div></li>\n";
    }
    out_ += "</ol>\n";
  }
  out_ += "</section>\n";
}

void ChapterWriter::agents() {
  if (chapter_.panel.agents.empty()) return;
  out_ += "<section class=\"card agents\"><h3>Agents in the end</h3>\n<ul class=\"places\">\n";
  for (const PanelAgent& agent : chapter_.panel.agents) {
    const std::string_view word = agent.presence == Presence::available ? "done"
                                  : agent.presence == Presence::paused  ? "waiting"
                                                                        : "offline";
    out_ += fmt::format("<li><bdi>{}</bdi><span class=\"pill {}\">{}</span>{} since {}</li>\n",
                        escaped(agent.name), word, to_string(agent.presence),
                        escaped(spaced(agent.reason)), moment_time(agent.since));
  }
  out_ += "</ul></section>\n";
}

bool ChapterWriter::has_side() const {
  const Panel& panel = chapter_.panel;
  return !panel.cases.empty() || !panel.queues.empty() || !panel.agents.empty();
}

void ChapterWriter::side() {
  out_ += "<aside class=\"side\" aria-label=\"The cases, the queues and the agents\">\n";
  for (const PanelCase& one : chapter_.panel.cases) matter(one);
  if (chapter_.panel.cases_left_out > 0) {
    out_ += fmt::format("<p class=\"left-out\">{} are left out.</p>\n",
                        count_of(chapter_.panel.cases_left_out, "further case", "further cases"));
  }
  for (const PanelQueue& one : chapter_.panel.queues) {
    if (!one.moments.empty()) queue(one);
  }
  agents();
  out_ += "</aside>\n";
}

std::string verdict_of(const PageChapter& chapter) {
  if (chapter.verdict.empty()) return {};
  return fmt::format("<span class=\"verdict{}\">{}</span>", chapter.failed ? " failed" : "",
                     escaped(chapter.verdict));
}

std::string ChapterWriter::write(const std::string& more, bool several) {
  out_ += fmt::format(
      "<article class=\"chapter\" id=\"c{0}\" aria-labelledby=\"c{0}-t\">\n<header>"
      "<{2} id=\"c{0}-t\" dir=\"auto\">{1}</{2}>\n",
      number_, escaped(chapter_.title), several ? "h2" : "h1");
  if (!chapter_.about.empty()) {
    out_ += fmt::format("<p class=\"about\" dir=\"auto\">{}</p>\n", escaped(chapter_.about));
  }
  out_ += verdict_of(chapter_) + "</header>\n";
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
  if (several) out_ += "<p class=\"up\"><a href=\"#top\">Back to the list</a></p>\n";
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
  std::size_t left = options.most_lines;
  for (std::size_t i = 0; i < chapters.size(); ++i) {
    out += ChapterWriter(chapters[i], i + 1, left).write(options.more, several);
    left -= std::min(left, chapters[i].lines.size());
  }
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace novelo::testing
