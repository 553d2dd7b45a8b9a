#include "novelo/rules/channel.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace novelo {
namespace {

using Texts = std::vector<std::string>;

Capabilities whatsapp() {
  Capabilities capabilities;
  capabilities.channel = Channel::whatsapp;
  capabilities.text = 4096;
  capabilities.buttons = 3;
  capabilities.button_title = 20;
  capabilities.list_rows = 10;
  capabilities.list_title = 24;
  capabilities.templates = true;
  capabilities.window = std::chrono::hours{24};
  return capabilities;
}

Capabilities sms() {
  Capabilities capabilities;
  capabilities.channel = Channel::sms;
  capabilities.text = 1600;
  return capabilities;
}

Timestamp at(std::string_view text) {
  return parse_timestamp(text).value();
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t index = 0; index < times; ++index) result += text;
  return result;
}

TEST_CASE("texts are counted in Unicode scalars") {
  CHECK(count_scalars("") == 0);
  CHECK(count_scalars("ol\u00E1") == 3);
  CHECK(count_scalars("\U0001F44D\U0001F3FD") == 2);
  CHECK(count_scalars("a\xFF\xC3") == 3);
  CHECK(count_scalars("\xED\xA0\x80") == 3);  // a surrogate is no scalar
  CHECK(count_scalars(std::string("a\0b", 3)) == 3);
}

TEST_CASE("[S4.12] an SMS of the GSM alphabet has 160 septets, or 153 a segment") {
  const auto segments = [](const std::string& text) { return count_segments(text).segments; };
  CHECK(segments("") == 0);
  CHECK(segments("a") == 1);
  CHECK(segments(std::string(160, 'a')) == 1);
  CHECK(segments(std::string(161, 'a')) == 2);
  CHECK(segments(std::string(306, 'a')) == 2);
  CHECK(segments(std::string(307, 'a')) == 3);
  CHECK(segments(std::string(319, 'a')) == 3);
  CHECK(segments(std::string(320, 'a')) == 3);
  CHECK(count_segments("Pre\u00E7o: 10 \u20AC").gsm7 == false);
  CHECK(count_segments("PRE\u00C7O: 10 \u20AC").units == 12);
}

TEST_CASE("the escaped characters take two septets, never in two segments") {
  CHECK(count_segments("[]{}~|\\^\u20AC\f").units == 20);
  CHECK(count_segments(repeat("\u20AC", 80)).segments == 1);
  CHECK(count_segments(repeat("\u20AC", 81)).segments == 2);
  // 152 + 2 would pass 153: the euro sign opens the second segment, and 153 more do not fit.
  CHECK(count_segments(std::string(152, 'a') + "\u20AC" + std::string(151, 'a')).segments == 2);
  CHECK(count_segments(std::string(152, 'a') + "\u20AC" + std::string(152, 'a')).segments == 3);
  CHECK(count_segments(std::string(306, 'a')).segments == 2);
}

TEST_CASE("every character of the GSM alphabet, and some that are not") {
  const std::string alphabet =
      "@\u00A3$\u00A5\u00E8\u00E9\u00F9\u00EC\u00F2\u00C7\n\u00D8\u00F8\r\u00C5\u00E5\u0394_\u03A6"
      "\u0393\u039B\u03A9\u03A0\u03A8\u03A3\u0398\u039E\u00C6\u00E6\u00DF\u00C9 !\"#\u00A4%&'()*+,-"
      "./0123456789:;<=>?\u00A1ABCDEFGHIJKLMNOPQRSTUVWXYZ\u00C4\u00D6\u00D1\u00DC\u00A7\u00BF"
      "abcdefghijklmnopqrstuvwxyz\u00E4\u00F6\u00F1\u00FC\u00E0";
  CHECK(count_scalars(alphabet) == 127);  // 128 with the escape itself
  CHECK(count_segments(alphabet).gsm7);
  CHECK(count_segments(alphabet).units == 127);
  for (const char* text :
       {"`", "\t", "\u00E7", "\u00E1", "\u00ED", "\u00F3", "\u00FA", "\u00E3", "\u00F5", "\u00E2",
        "\u00EA", "\u00F4", "\u2019", "\u00C1", "\x7F", "\xFF"}) {
    CHECK_MESSAGE(!count_segments(text).gsm7, text);
  }
}

TEST_CASE("any other text has 70 UTF-16 units, or 67 a segment, and surrogates stay together") {
  const auto segments = [](const std::string& text) { return count_segments(text).segments; };
  CHECK(segments(repeat("\u00E1", 70)) == 1);
  CHECK(segments(repeat("\u00E1", 71)) == 2);
  CHECK(segments(repeat("\u00E1", 134)) == 2);
  CHECK(segments(repeat("\u00E1", 135)) == 3);
  CHECK(segments(repeat("\u00E1", 320)) == 5);
  CHECK(count_segments("\U0001F44D").units == 2);
  CHECK(segments(repeat("\U0001F44D", 35)) == 1);
  CHECK(segments(repeat("\U0001F44D", 66)) == 2);
  CHECK(segments(repeat("\U0001F44D", 67)) == 3);  // 33 pairs in a segment of 67 units
  CHECK(count_segments("\u00E1[]").units == 3);    // no escapes here
}

TEST_CASE("[S4.12] [S4.22] 319 characters are taken, 320 refused, and nothing is cut") {
  CHECK(check_length(repeat("\u00E1", 319), 319).has_value());
  const Status refused = check_length(repeat("\u00E1", 320), 319);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::refused);
  CHECK(refused.error().reason == "too_long");
  CHECK(refused.error().message == "The text has 320 characters; at most 319 are allowed.");
  CHECK(refused.error().remedy == "Shorten it by 1, or send it in parts.");
  CHECK(check_length("", 0).has_value());
}

TEST_CASE("[S2.5] [S2.7] [S2.23] the window closes exactly 24 h after the last message") {
  const Timestamp last = at("2026-03-02T09:10:00.000001Z");
  const Timestamp end = last + std::chrono::hours{24};
  Content text;
  text.text = "Bom dia";
  CHECK(window_end(whatsapp(), last) == end);
  CHECK(check_window(whatsapp(), last, text, last).has_value());
  CHECK(check_window(whatsapp(), last, text, end - Duration{1}).has_value());
  const Status closed = check_window(whatsapp(), last, text, end);
  REQUIRE_FALSE(closed.has_value());
  CHECK(closed.error().code == ErrorCode::refused);
  CHECK(closed.error().reason == "template_required");
  CHECK_FALSE(closed.error().remedy.empty());
  CHECK_FALSE(check_window(whatsapp(), last, text, end + Duration{1}).has_value());
  SUBCASE("to free text only") {
    Content message;
    message.template_use = TemplateUse{TemplateName{"lembrete"}, "pt-BR", {}};
    CHECK(check_window(whatsapp(), last, message, end).has_value());
    CHECK(check_window(whatsapp(), std::nullopt, message, end).has_value());
  }
  SUBCASE("and on a channel without templates there is another word for it") {
    Capabilities instagram = whatsapp();
    instagram.templates = false;
    CHECK(check_window(instagram, last, text, end).error().reason == "window_closed");
  }
}

TEST_CASE("[S2.20] who never wrote is outside the window") {
  CHECK(window_end(whatsapp(), std::nullopt) == Timestamp::min());
  CHECK(check_window(whatsapp(), std::nullopt, {}, Timestamp::min()).error().reason ==
        "template_required");
}

TEST_CASE("a channel without a window is always open, and no time overflows") {
  CHECK(window_end(sms(), std::nullopt) == std::nullopt);
  CHECK(check_window(sms(), std::nullopt, {}, at("2026-03-02T09:10:00Z")).has_value());
  CHECK(window_end(whatsapp(), Timestamp::max()) == Timestamp::max());
}

Content prompt(std::size_t count, std::string_view title) {
  Content content;
  content.text = "Escolha:";
  for (std::size_t index = 1; index <= count; ++index) {
    content.options.push_back({std::to_string(index), std::string(title)});
  }
  return content;
}

TEST_CASE("[S3.6] options are shown as buttons, as a list, or as numbered lines") {
  const auto kept = [](const Content& content, const Capabilities& capabilities) {
    const Rendered rendered = render(content, capabilities);
    if (rendered.content == content) {
      CHECK(rendered.warnings.empty());
      return true;
    }
    CHECK(rendered.warnings.size() == 1);
    CHECK(rendered.content.options.empty());
    return false;
  };
  CHECK(kept(prompt(3, "Agendar"), whatsapp()));
  CHECK(kept(prompt(10, "Agendar"), whatsapp()));
  CHECK_FALSE(kept(prompt(11, "Agendar"), whatsapp()));
  CHECK(kept(prompt(3, repeat("\u00E3", 20)), whatsapp()));
  CHECK(kept(prompt(3, repeat("\u00E3", 24)), whatsapp()));  // a list of three
  CHECK_FALSE(kept(prompt(3, repeat("\u00E3", 25)), whatsapp()));
  CHECK_FALSE(kept(prompt(1, "Agendar"), sms()));
  CHECK(kept(prompt(0, ""), sms()));
  SUBCASE("a length of 0 is no limit") {
    Capabilities chat;
    chat.buttons = 5;
    CHECK(kept(prompt(5, repeat("a", 500)), chat));
  }
}

TEST_CASE("[S3.6] numbered lines stand under the text, in order") {
  Content content;
  content.text = "Como posso ajudar?";
  content.options = {{"book", "Agendar consulta"}, {"person", "Falar com atendente"}};
  content.media = {Media{}};
  const Rendered rendered = render(content, sms());
  CHECK(rendered.content.text == "Como posso ajudar?\n1. Agendar consulta\n2. Falar com atendente");
  CHECK(rendered.content.media == content.media);
  CHECK(rendered.warnings == Texts{"2 options are more than the channel shows (0 buttons, 0 list "
                                   "rows): shown as numbered lines."});
  content.text.clear();
  CHECK(render(content, sms()).content.text == "1. Agendar consulta\n2. Falar com atendente");
  content.text = "Escolha:\n";
  CHECK(render(content, sms()).content.text ==
        "Escolha:\n1. Agendar consulta\n2. Falar com atendente");
}

TEST_CASE("[S4.22] a long text is split between sentences") {
  CHECK(split_text("Bom dia. Tudo bem? Sim!", 23) == Texts{"Bom dia. Tudo bem? Sim!"});
  CHECK(split_text("Bom dia. Tudo bem? Sim!", 22) == Texts{"Bom dia. Tudo bem?", "Sim!"});
  CHECK(split_text("Bom dia. Tudo bem? Sim!", 18) == Texts{"Bom dia. Tudo bem?", "Sim!"});
  CHECK(split_text("Bom dia. Tudo bem? Sim!", 17) == Texts{"Bom dia.", "Tudo bem? Sim!"});
  CHECK(split_text("(Bom dia.) \u201CTudo bem?\u201D Sim", 21) ==
        Texts{"(Bom dia.)", "\u201CTudo bem?\u201D Sim"});
  CHECK(split_text("linha um\nlinha dois e mais", 18) == Texts{"linha um", "linha dois e mais"});
  CHECK(split_text("linha um\r\n\r\nlinha dois e mais", 20) ==
        Texts{"linha um", "linha dois e mais"});
  SUBCASE("but not behind a title or the number of a list's line") {
    CHECK(split_text("A Dra. Helena atende hoje", 20) == Texts{"A Dra. Helena atende", "hoje"});
    CHECK(split_text("1. Agendar consulta", 12) == Texts{"1. Agendar", "consulta"});
    CHECK(split_text("Veja o 12. Depois ligue", 16) == Texts{"Veja o 12.", "Depois ligue"});
  }
}

TEST_CASE("[S4.22] a long sentence is split between words, a long word between graphemes") {
  CHECK(split_text("sem ponto nenhum aqui", 10) == Texts{"sem ponto", "nenhum", "aqui"});
  CHECK(split_text("sem ponto", 3) == Texts{"sem", "pon", "to"});
  CHECK(split_text("aaaa   ", 4) == Texts{"aaaa"});
  CHECK(split_text("R$\u00A0100 e mais", 6) == Texts{"R$\u00A0100", "e mais"});
  CHECK(split_text("veja https://example.org/a.b?c", 25) ==
        Texts{"veja", "https://example.org/a.b?c"});
  const std::string family = "\U0001F468\u200D\U0001F469\u200D\U0001F467";  // five scalars
  CHECK(split_text(repeat(family, 3), 7) == Texts{family, family, family});
  CHECK(split_text(repeat(family, 3), 10) == Texts{family + family, family});
  CHECK(split_text(repeat("e\u0301", 3), 3) == Texts{"e\u0301", "e\u0301", "e\u0301"});
  CHECK(split_text(repeat("\U0001F1E7\U0001F1F7", 2), 3) ==
        Texts{"\U0001F1E7\U0001F1F7", "\U0001F1E7\U0001F1F7"});
}

TEST_CASE("odd texts are split too") {
  CHECK(split_text("", 10) == Texts{""});
  CHECK(split_text("abc", 0) == Texts{"abc"});
  CHECK(split_text("     ", 2) == Texts{""});
  CHECK(split_text("  ab cd", 4) == Texts{"  ab", "cd"});  // no cut in front
  CHECK(split_text("\xFF\xFF\xFF", 2) == Texts{"\xFF\xFF", "\xFF"});
  const std::string heap = "a" + repeat("\u0301", 10);
  CHECK(split_text(heap + "b", 5) == Texts{heap, "b"});
  CHECK(split_text(repeat("a. ", 20'000), 160).size() == 378);
}

std::string without_space(const std::string& text) {
  std::string kept;
  std::copy_if(text.begin(), text.end(), std::back_inserter(kept),
               [](char c) { return c != ' ' && c != '\n'; });
  return kept;
}

TEST_CASE("[S4.22] the parts of a text are all of it, and each fits") {
  CHECK(rc::check("split and join", [] {
    const Texts pieces = *rc::gen::container<Texts>(
        rc::gen::element<std::string>("a", "palavra", "\u00E1", " ", " ", "\n", ". ", "! ", "Dr. ",
                                      "\U0001F1E7\U0001F1F7", "e\u0301", "10."));
    const std::size_t most = *rc::gen::inRange<std::size_t>(2, 30);
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    std::string joined;
    const Texts parts = split_text(text, most);
    RC_ASSERT(!parts.empty());
    for (const std::string& part : parts) {
      RC_ASSERT(count_scalars(part) <= most);
      RC_ASSERT((joined.empty() || (part.front() != ' ' && part.front() != '\n')));
      joined += part;
    }
    RC_ASSERT(without_space(joined) == without_space(text));
    if (count_scalars(text) <= most) RC_ASSERT(parts == Texts{text});
  }));
}

TEST_CASE("any bytes can be counted and split") {
  CHECK(rc::check("bytes", [](const std::string& bytes) {
    const std::size_t most = *rc::gen::inRange<std::size_t>(0, 10);
    RC_ASSERT(count_scalars(bytes) <= bytes.size());
    const SmsSegments segments = count_segments(bytes);
    RC_ASSERT((segments.segments == 0u) == bytes.empty());
    RC_ASSERT(segments.units <= segments.segments * (segments.gsm7 ? 160u : 70u));
    RC_ASSERT(!split_text(bytes, most).empty());
  }));
}

}  // namespace
}  // namespace novelo
