// The page: what people wrote stays text, everybody stands on their side, and nothing is fetched.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "novelo/adapters/email.hpp"
#include "novelo/adapters/sms.hpp"
#include "novelo/adapters/voice.hpp"
#include "novelo/adapters/whatsapp.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/testing/journey.hpp"
#include "novelo/testing/page.hpp"
#include "testing/html.hpp"

namespace {

using namespace novelo;
using namespace novelo::testing;

Timestamp utc(const char* text) {
  return *parse_timestamp(text);
}

TranscriptLine line(Side side, std::string who, std::string text) {
  TranscriptLine out;
  out.at = utc("2026-03-12T12:00:00Z");
  out.side = side;
  out.channel = Channel::whatsapp;
  out.who = std::move(who);
  out.text = std::move(text);
  return out;
}

PageChapter chapter(std::vector<TranscriptLine> lines) {
  PageChapter out;
  out.title = "A day";
  out.zone = "America/Sao_Paulo";
  out.lines = std::move(lines);
  return out;
}

bool has(const std::string& page, std::string_view part) {
  return page.find(part) != std::string::npos;
}

std::size_t count(const std::string& page, std::string_view part) {
  std::size_t times = 0;
  for (std::size_t at = page.find(part); at != std::string::npos; at = page.find(part, at + 1)) {
    ++times;
  }
  return times;
}

// Every tag that is opened is closed, in the right order.
std::string fault_of(const std::string& page) {
  static const std::vector<std::string> alone{"meta", "!doctype", "use", "path", "rect", "circle"};
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) return "a tag without an end";
    const bool closes = page[at + 1] == '/';
    const std::size_t from = at + (closes ? 2 : 1);
    const std::string name = page.substr(from, page.find_first_of(" />\n", from) - from);
    if (std::find(alone.begin(), alone.end(), name) != alone.end()) continue;
    if (!closes) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      return "closed: " + name + ", open: " + (open.empty() ? "nothing" : open.back());
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : "never closed: " + open.back();
}

Panel panel_of(const std::string& text) {
  Panel panel;
  PanelCase matter;
  matter.protocol = matter.type = matter.category = matter.status = text;
  matter.contact = matter.owner = text;
  matter.fields = {{text, text}};
  matter.history = {{utc("2026-03-12T12:00:00Z"), text}};
  panel.cases = {matter};
  PanelWork work;
  work.place = 1;
  work.who = work.what = work.agent = text;
  panel.queues = {
      {text, {{utc("2026-03-12T12:00:00Z"), {work}}, {utc("2026-03-12T12:01:00Z"), {}}}, 0}};
  panel.agents = {{text, Presence::paused, text, utc("2026-03-12T12:00:00Z")}};
  return panel;
}

// Everywhere where a text of somebody's can stand.
std::string page_full_of(const std::string& text) {
  std::vector<TranscriptLine> lines;
  for (const Side side : {Side::heading, Side::contact, Side::agent, Side::staff, Side::bot,
                          Side::event, Side::problem, Side::note}) {
    for (const bool named : {true, false}) {
      lines.push_back(line(side, named ? text : "", text));
      lines.back().status = lines.back().about = text;
    }
  }
  PageChapter one = chapter(lines);
  one.title = one.about = one.verdict = one.locale = text;
  one.panel = panel_of(text);
  PageOptions options;
  options.title = options.more = text;
  options.most_lines = 20;
  return to_page({one, one}, options);
}

}  // namespace

TEST_CASE("what people wrote can become no markup, wherever it stands") {
  const std::string empty = page_full_of("");
  for (const std::string attack :
       {"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onload='alert(1)",
        "</style><script>", "</title><svg onload=alert(1)>", "<!--", "&lt;script&gt;",
        "javascript:alert(1)", "data:text/html,<b>", "\x3cscript\x3e"}) {
    const std::string page = page_full_of(attack);
    INFO(attack);
    CHECK(fault_of(page) == "");
    for (const char* part : {"<script", "<img", "onerror=alert(1)>", "<!--", "<b>", "' onload='",
                             "href=\"javascript", "href=\"data"}) {
      CHECK_FALSE(has(page, part));
    }
    // No more tags than those of the page itself: everything else is text.
    CHECK(count(page, "<svg") >= count(empty, "<svg"));
    CHECK(count(page, "</title>") == 1);
    CHECK(count(page, "</style>") == 1);
  }
}

TEST_CASE("text is escaped whole: quotes, broken UTF-8, what turns directions and terminals") {
  CHECK(escaped("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;");
  CHECK(escaped("\xff"
                "a\xc3") ==
        "\xEF\xBF\xBD"
        "a\xEF\xBF\xBD");
  CHECK(escaped("a\x1b[31m") == "a\xEF\xBF\xBD[31m");
  CHECK(escaped("a\xE2\x80\xAE"
                "b") ==
        "a\xEF\xBF\xBD"
        "b");  // right-to-left override
  CHECK(escaped("a\xE2\x81\xA6"
                "b") ==
        "a\xEF\xBF\xBD"
        "b");  // left-to-right isolate
  CHECK(escaped("a\xC2\xAD\xE2\x80\x8E"
                "b") ==
        "a\xC2\xAD\xE2\x80\x8E"
        "b");  // soft hyphen, left-to-right mark
  CHECK(escaped("a\r\nb\tc") == "a\nb\tc");
  CHECK(escaped(std::string_view("a\0b", 3)) ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(escaped("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB") ==
        "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB");  // a joined emoji
}

TEST_CASE("http and https addresses are links, and nothing else is") {
  CHECK(linked("see https://a.example/b?c=1&d=2.") ==
        "see <a href=\"https://a.example/b?c=1&amp;d=2\" rel=\"noopener noreferrer nofollow\">"
        "https://a.example/b?c=1&amp;d=2</a>.");
  CHECK(has(linked("(HTTP://A.example)"), "href=\"HTTP://A.example\""));
  for (const char* text : {"javascript:alert(1)", "ftp://a.example", "xhttp://a.example", "http://",
                           "https:/a.example", "mailto:a@b.example", "vbscript:x", "http://\"x",
                           "file:///etc/passwd", "data:text/html,x"}) {
    INFO(text);
    CHECK_FALSE(has(linked(text), "<a "));
  }
  const std::string quoted = linked("https://a.example/\"onmouseover=\"x");
  CHECK(has(quoted, "href=\"https://a.example/\""));
  CHECK(has(quoted, "&quot;onmouseover=&quot;x"));
  CHECK(has(linked("http://a.example/<b>"), "</a>&lt;b&gt;"));
}

TEST_CASE("everybody stands on their side, and notes say that they are internal") {
  auto delivered = line(Side::agent, "Jo\xC3\xA3o", "Hello Ana");
  delivered.status = "read";
  auto failed = line(Side::bot, "assistant", "Again");
  failed.status = "failed 131026";
  const std::string page = to_page(
      {chapter({line(Side::heading, "", "A step\nand why"), line(Side::contact, "Ana", "Hi"),
                delivered, line(Side::staff, "Office", "Good"), failed,
                line(Side::event, "", "queued"), line(Side::note, "Jo\xC3\xA3o", "pays in cash"),
                line(Side::problem, "", "expected x")})},
      {});
  CHECK(fault_of(page) == "");
  for (const char* part :
       {"<li class=\"contact\">", "<li class=\"agent p1\">", "<li class=\"staff\">",
        "<li class=\"bot\">", "<li class=\"event\">", "<li class=\"note\">",
        "<li class=\"problem\">", "<h3 class=\"step\"", "the customer never sees this",
        "\xE2\x9C\x93\xE2\x9C\x93 read", "<p class=\"status bad\">failed",
        "<strong>Failed:</strong>", "#i-whatsapp", "WhatsApp", "<p class=\"why\">and why</p>"}) {
    INFO(part);
    CHECK(has(page, part));
  }
  // 12:00 UTC is 09:00 in São Paulo; the machine's time stands beside it.
  CHECK(has(page, "<time datetime=\"2026-03-12T12:00:00Z\">09:00:00</time>"));
  CHECK(has(page, "Thursday, 12 March 2026"));
  CHECK(count(page, "class=\"day\"") == 1);
}

TEST_CASE("a new day, by the story's clocks, is told") {
  auto before = line(Side::contact, "Ana", "late");
  before.at = utc("2026-03-13T02:59:59Z");
  auto after = line(Side::contact, "Ana", "early");
  after.at = utc("2026-03-13T03:00:00Z");
  CHECK(count(to_page({chapter({before, after})}, {}), "<h2 class=\"day\">") == 2);
}

TEST_CASE("the page asks nobody for anything, and fits a telephone") {
  const std::string page = page_full_of("x");
  CHECK(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
  CHECK(has(page, "<meta charset=\"utf-8\">"));
  CHECK(has(page, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"));
  CHECK(has(page, "default-src 'none'"));
  for (const char* part : {"<script", "<link", "<img", "<iframe", "@import", "url(", " src="}) {
    INFO(part);
    CHECK_FALSE(has(page, part));
  }
  for (const char* part : {"prefers-color-scheme:dark", "@media print", "print-color-adjust:exact",
                           "break-inside:avoid"}) {
    INFO(part);
    CHECK(has(page, part));
  }
}

TEST_CASE("what is told in the business's language says so") {
  PageChapter one = chapter({line(Side::contact, "Ana", "Oi"), line(Side::event, "", "queued")});
  one.locale = "pt-BR";
  const std::string page = to_page({one}, {});
  CHECK(count(page, "lang=\"pt-BR\"") == 1);
}

TEST_CASE("the case and the queue stand beside it, with how they changed") {
  PageChapter one = chapter({line(Side::heading, "", "First"), line(Side::contact, "Ana", "Hi")});
  one.panel = panel_of("x");
  one.panel.cases[0].protocol = "20260312000001";
  one.panel.cases[0].fields = {{"new_date", "tomorrow"}};
  one.panel.queues[0].left_out = 2;
  one.panel.cases[0].left_out = 1;
  one.panel.cases_left_out = 3;
  const std::string page = to_page({one}, {});
  CHECK(fault_of(page) == "");
  for (const char* part :
       {"<aside class=\"side\"", "20260312000001",
        "<dt>new date</dt><dd dir=\"auto\">tomorrow</dd>", "How it came there",
        "<span class=\"place\">1</span>", "Nobody waits, and nobody is served.",
        "<p class=\"empty\">nobody</p>", ">nobody waits</span>", "Who was where",
        "2 earlier moments are left out", "1 later change is left out", "3 further cases",
        "<a href=\"#c1-s1\">", "id=\"c1-s1\"", "Agents in the end"}) {
    INFO(part);
    CHECK(has(page, part));
  }
  CHECK(has(page, "class=\"columns two\""));
  CHECK_FALSE(has(to_page({chapter({})}, {}), "<aside"));
}

TEST_CASE("a queue in which nobody waits says who is served") {
  PageChapter one = chapter({line(Side::contact, "Ana", "Hi")});
  PanelWork served;
  served.who = "Ana";
  served.channel = Channel::whatsapp;
  served.state = WorkState::assigned;
  served.agent = "Marta";
  one.panel.queues = {{"front", {{utc("2026-03-12T12:00:00Z"), {served}}}, 0}};
  std::string page = to_page({one}, {});
  CHECK(has(page, ">nobody waits, 1 is served</span>"));
  CHECK(has(page, "<bdi>Ana</bdi> is served by <bdi>Marta</bdi>"));
  PanelWork waits;
  waits.who = "Bruno";
  waits.place = 1;
  one.panel.queues[0].moments[0].works = {waits, served, served};
  page = to_page({one}, {});
  CHECK(has(page, "<span class=\"pill waiting\">1 waits, 2 are served</span>"));
  CHECK(has(page, "<bdi>Bruno</bdi> waits</li>"));
}

TEST_CASE("beside the story the day stands where it changes, and times are short") {
  PageChapter one = chapter({line(Side::contact, "Ana", "Hi")});
  one.panel.cases.emplace_back();
  auto& history = one.panel.cases[0].history;
  history = {{utc("2026-03-12T12:00:00Z"), "the case is opened"}};
  std::string page = to_page({one}, {});
  CHECK_FALSE(has(page, "class=\"date\""));  // the only day there is
  CHECK(has(page, ">09:00</time><span dir=\"auto\">The case is opened</span>"));
  history.push_back({utc("2026-03-13T02:59:00Z"), "still the 12th"});
  history.push_back({utc("2026-03-13T03:00:00Z"), "ana@mail.example writes"});
  history.push_back({utc("2026-03-13T04:00:00Z"), "later"});
  page = to_page({one}, {});
  CHECK(count(page, "class=\"date\"") == 1);
  CHECK(has(page, "<li class=\"date\">Fri 13 Mar 2026</li>"));
  CHECK(has(page, ">ana@mail.example writes</span>"));  // an address stays as it is
}

TEST_CASE("each agent has a colour of their own, in all stories the same") {
  auto call = line(Side::agent, "", "Marta calls Ana");
  call.actor = "Marta";
  const PageChapter first =
      chapter({line(Side::agent, "Jo\xC3\xA3o", "a"), line(Side::agent, "Marta", "b"), call});
  const PageChapter second = chapter({line(Side::agent, "Marta", "c")});
  const std::string page = to_page({first, second}, {});
  CHECK(count(page, "<li class=\"agent p1\">") == 1);
  CHECK(count(page, "<li class=\"agent p2\">") == 2);
  CHECK(count(page, "<li class=\"agent p2 did\">") == 1);
  for (const char* part : {".p1>.bubble", ".p6>.bubble", "--p1:", "--p6-edge:"}) {
    CHECK(has(page, part));
  }
}

TEST_CASE("a mail's subject stands out, and a long mail may go on on the next sheet") {
  auto mail = line(Side::contact, "Ana", "Subject: <b>Hi</b>\nText");
  mail.channel = Channel::email;
  auto sms = line(Side::contact, "Ana", "Subject: none\nText");
  sms.channel = Channel::sms;
  auto all = line(Side::contact, "Ana", std::string(2000, 'x'));
  const std::string page = to_page({chapter({mail, sms, all})}, {});
  CHECK(fault_of(page) == "");
  CHECK(has(page, "<span>Subject: </span>&lt;b&gt;Hi&lt;/b&gt;</strong>Text</div>"));
  CHECK(count(page, "class=\"subject\"") == 1);
  CHECK(count(page, "<li class=\"contact long\">") == 1);
}

TEST_CASE("whose a line is stands before it only where it does not say so itself") {
  auto named = line(Side::event, "", "Ana Souza waits");
  named.about = "Ana";
  auto other = line(Side::event, "", "offered to Marta");
  other.about = "Ana";
  auto second = line(Side::contact, "Ana Souza", "Hi");
  second.about = "Ana #4";
  auto own = line(Side::contact, "+5541988887777", "Hi");
  own.about = "..7777";
  const auto tags = [](const TranscriptLine& one) {
    return count(to_page({chapter({one})}, {}), "class=\"tag\"");
  };
  CHECK(tags(named) == 0);
  CHECK(tags(other) == 1);
  CHECK(tags(second) == 1);
  CHECK(tags(own) == 0);
}

TEST_CASE("a page says by whose clocks it is, and headings follow one another") {
  const std::vector<TranscriptLine> lines{line(Side::heading, "", "First")};
  PageChapter one = chapter(lines);
  one.panel = panel_of("x");
  std::string page = to_page({one}, {});
  CHECK(has(page, "Times are those of America/Sao Paulo."));
  for (const char* part : {"<h1 id=\"c1-t\"", "<h2 class=\"day\"", "<h3 class=\"step\"", "<h2>Case",
                           "<h3 class=\"sub\">", "href=\"#c1-side\""}) {
    INFO(part);
    CHECK(has(page, part));
  }
  page = to_page({one, one}, {});
  for (const char* part : {"<h2 id=\"c1-t\"", "<h3 class=\"day\"", "<h4 class=\"step\"", "<h3>Case",
                           "<h4 class=\"sub\">"}) {
    INFO(part);
    CHECK(has(page, part));
  }
  one.zone = "Nowhere";
  CHECK(has(to_page({one}, {}), "Times are those of UTC."));
  CHECK(has(to_page({}, {}), "There is nothing to show."));
}

TEST_CASE("several stories have a list to choose from, one has none") {
  PageChapter held = chapter({line(Side::contact, "Ana", "Hi")});
  held.verdict = "1 step, all held";
  PageChapter failed = held;
  failed.title = "Another";
  failed.failed = true;
  const std::string page = to_page({held, failed}, {});
  CHECK(count(page, "<article") == 2);
  CHECK(has(page, "<a href=\"#c2\"><span dir=\"auto\">Another</span>"));
  CHECK(has(page, "id=\"c2\""));
  CHECK(count(page, "verdict failed") == 2);
  CHECK_FALSE(has(to_page({held}, {}), "<nav"));
}

TEST_CASE("a page has a ceiling, and says what it left out and how to see it") {
  const std::vector<TranscriptLine> lines(500, line(Side::contact, "Ana", "Hi"));
  PageOptions options;
  options.most_lines = 600;
  options.more = "Ask for one alone.";
  const std::string page = to_page({chapter(lines), chapter(lines), chapter(lines)}, options);
  CHECK(count(page, "<li class=\"contact\">") == 600);
  CHECK(has(page, "400 lines are left out here. Ask for one alone."));
  CHECK(has(page, "500 lines are left out here."));
  CHECK(fault_of(page) == "");
}

TEST_CASE("[S0.1] Ana's day as a page: what happened, the case, the queue, the agents") {
  const auto journey = Journey::load(NOVELO_SOURCE_DIR "/examples/journeys/ana/journey.json");
  REQUIRE(journey);
  const VoiceAdapter voice;
  const SmsAdapter sms;
  const WhatsAppAdapter whatsapp;
  const EmailAdapter email;
  std::vector<std::string> pages;
  for (const bool restart : {false, true}) {
    MemoryStore store;
    PlayOptions options;
    options.panel = true;
    options.restart = restart;
    const auto report = play(
        *journey, {&voice, &sms, &whatsapp, &email}, [&] { return Result<Store*>(&store); },
        options);
    REQUIRE(report);
    REQUIRE(report->panel.cases.size() == 1);
    CHECK(report->panel.cases[0].protocol == "20260311000001");
    CHECK(report->panel.cases[0].history.size() > 3);
    for (const PanelMoment& moment : report->panel.cases[0].history) {
      CHECK_FALSE(has(moment.text, "T07:30"));
    }
    for (const PanelQueueMoment& moment : report->panel.queues.at(0).moments) {
      for (std::size_t i = 1; i < moment.works.size(); ++i) {
        CHECK_FALSE(moment.works[i] == moment.works[i - 1]);  // a callback and its call are one
      }
    }
    REQUIRE_FALSE(report->panel.queues.empty());
    CHECK(report->panel.queues[0].moments.size() > 2);
    CHECK_FALSE(report->panel.agents.empty());
    PageChapter one = chapter(report->transcript);
    one.panel = report->panel;
    pages.push_back(to_page({one}, {}));
    CHECK(has(pages.back(), "The case changes: new date Tue 17 Mar, 07:30"));
    CHECK(has(pages.back(), "Jo\xC3\xA3o calls Ana Souza on +5541988887777"));
    CHECK(fault_of(pages.back()) == "");
  }
  CHECK(pages[0] == pages[1]);
}
