#include "flow/answer.hpp"

#include <algorithm>
#include <utility>

namespace novelo::flow {
namespace {

using Kind = Understood::Kind;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

bool is_sound(const Media& media) {
  return media.kind == MediaKind::voice || media.kind == MediaKind::audio;
}

Said read_answer(const Content& content, std::size_t most_bytes) {
  Said said;
  said.kind = Said::Kind::words;
  said.text = clean_text(content.text, most_bytes);
  said.tapped = content.choice;
  for (const Media& media : content.media) {
    if (!said.media || (is_sound(media) && !is_sound(*said.media))) said.media = media;
  }
  if (said.text.empty() && said.media) said.text = clean_text(said.media->transcript, most_bytes);
  return said;
}

Said read_digits(std::string_view digits) {
  Said said;
  said.text = clean_text(digits, 64);
  // '#' ends an input on most telephones; alone it is a key like others.
  while (said.text.size() > 1 && said.text.back() == '#') said.text.pop_back();
  if (!said.text.empty()) said.kind = Said::Kind::digits;
  return said;
}

Said read_recording(const FlowRecording& recording, std::size_t most_bytes) {
  Said said;
  if (recording.media.ref.empty()) return said;
  said.kind = Said::Kind::words;
  said.media = recording.media;
  said.length = recording.length;
  said.text = clean_text(recording.media.transcript, most_bytes);
  return said;
}

Understood answered(Value value, std::string operand = {}, std::string_view exit = exit_next) {
  Understood understood;
  understood.kind = Kind::answered;
  understood.value = std::move(value);
  understood.operand = std::move(operand);
  understood.exit = exit;
  return understood;
}

Understood understood_as(Kind kind) {
  Understood understood;
  understood.kind = kind;
  return understood;
}

Understood understand_number(const Ask& ask, const Said& said, const Locale& locale) {
  const auto number = parse_number(said.text, locale);
  if (!number) return understood_as(Kind::no_match);
  const double size =
      number->as_int() != nullptr ? static_cast<double>(*number->as_int()) : *number->as_double();
  if ((ask.least && size < *ask.least) || (ask.most && size > *ask.most)) {
    return understood_as(Kind::no_match);
  }
  return answered(*number, number->to_text());
}

Understood understand_date(const Said& said, const Locale& locale) {
  const auto date = parse_date(said.text, locale);
  if (!date) return understood_as(Kind::no_match);
  if (date->unclear) return understood_as(Kind::unclear);
  return answered(date->date, date->date);
}

Understood understand_yes_no(const Said& said, const Locale& locale) {
  YesNo meant = YesNo::neither;
  if (said.tapped) {
    meant = said.tapped->id == exit_yes  ? YesNo::yes
            : said.tapped->id == exit_no ? YesNo::no
                                         : YesNo::neither;
  } else if (said.text == "1" || said.text == "2") {
    meant = said.text == "1" ? YesNo::yes : YesNo::no;
  } else if (said.kind == Said::Kind::words) {
    meant = read_yes_no(fold(said.text), locale.language);
  }
  switch (meant) {
    case YesNo::yes: return answered(true, std::string(exit_yes), exit_yes);
    case YesNo::no: return answered(false, std::string(exit_no), exit_no);
    case YesNo::both: return understood_as(Kind::unclear);
    case YesNo::neither: return understood_as(Kind::no_match);
  }
  return understood_as(Kind::no_match);
}

Understood understand_media(const Said& said, bool sound) {
  if (!said.media || (sound && !is_sound(*said.media))) return understood_as(Kind::no_match);
  return answered(to_value(*said.media, said.length));
}

template <class Answer>
Understood understood_text(const std::optional<Answer>& answer) {
  return answer ? answered(*answer) : understood_as(Kind::no_match);
}

Understood chosen(const Option& option) {
  return answered(option.id, option.id, option.id);
}

const ChoiceOption* find_option(const Choose& choose, const std::string& id) {
  const auto found = std::find_if(choose.options.begin(), choose.options.end(),
                                  [&id](const ChoiceOption& option) { return option.id == id; });
  return found == choose.options.end() ? nullptr : &*found;
}

// What was offered, as the flow knows it. Titles with values in them are prepared now.
std::vector<OptionKeys> offered_keys(const Choose& choose, const std::vector<Option>& offered,
                                     const Locale& locale, std::size_t at) {
  std::vector<OptionKeys> keys;
  for (const Option& option : offered) {
    OptionKeys made;
    if (const ChoiceOption* known = find_option(choose, option.id))
      made.aliases = known->keys[at].aliases;
    made.title = make_key(option.title, locale.language);
    keys.push_back(std::move(made));
  }
  return keys;
}

Understood understand_words(const Choose& choose, const std::string& text,
                            const std::vector<Option>& offered, const Locale& locale,
                            std::size_t at) {
  std::vector<OptionKeys> made;
  std::vector<const OptionKeys*> keys;
  const bool ready = std::all_of(offered.begin(), offered.end(), [&](const Option& option) {
    const ChoiceOption* known = find_option(choose, option.id);
    return known != nullptr && !known->keys[at].title.phrase.empty();
  });
  if (ready) {
    for (const Option& option : offered) keys.push_back(&find_option(choose, option.id)->keys[at]);
  } else {
    made = offered_keys(choose, offered, locale, at);
    for (const OptionKeys& one : made) keys.push_back(&one);
  }
  const Match match = match_option(text, locale.language, keys);
  if (match.kind == Match::Kind::none) return understood_as(Kind::no_match);
  if (match.kind == Match::Kind::one) return chosen(offered[match.options.front()]);
  Understood unclear = understood_as(Kind::unclear);
  for (const std::size_t option : match.options) unclear.may_be.push_back(offered[option].title);
  return unclear;
}

}  // namespace

Said read_input(const FlowInput& input, std::size_t most_bytes) {
  return std::visit(
      Overloaded{
          [&](const FlowAnswer& answer) { return read_answer(answer.content, most_bytes); },
          [&](const FlowDigits& digits) { return read_digits(digits.digits); },
          [&](const FlowSpeech& speech) {
            Said said;
            said.text = clean_text(speech.text, most_bytes);
            if (!said.text.empty()) said.kind = Said::Kind::words;
            return said;
          },
          [&](const FlowRecording& recording) { return read_recording(recording, most_bytes); },
          [](const FlowSilence&) { return Said{}; },
          [](const FlowDone&) { return Said{}; },
          [](const FlowFailed&) { return Said{}; },
      },
      input);
}

Understood understand(const Ask& ask, const Said& said, const Locale& locale) {
  if (said.kind == Said::Kind::silence) return understood_as(Kind::silence);
  switch (ask.expects) {
    case FlowExpects::text:
      return said.text.empty() ? understood_as(Kind::no_match) : answered(said.text);
    case FlowExpects::number: return understand_number(ask, said, locale);
    case FlowExpects::date: return understand_date(said, locale);
    case FlowExpects::email: return understood_text(parse_email(said.text));
    case FlowExpects::phone: return understood_text(parse_phone(said.text, locale));
    case FlowExpects::yes_no: return understand_yes_no(said, locale);
    case FlowExpects::recording: return understand_media(said, true);
    case FlowExpects::file: return understand_media(said, false);
    case FlowExpects::choice:
    case FlowExpects::nothing: break;
  }
  return understood_as(Kind::no_match);
}

Understood understand(const Choose& choose, const Said& said, const std::vector<Option>& offered,
                      const Locale& locale, std::size_t at) {
  if (said.kind == Said::Kind::silence) return understood_as(Kind::silence);
  if (said.tapped) {
    // A tap on an older menu is no answer to this one, whatever its title says.
    for (const Option& option : offered) {
      if (option.id == said.tapped->id) return chosen(option);
    }
    return understood_as(Kind::no_match);
  }
  if (said.kind == Said::Kind::digits) {
    const auto place = is_digits(said.text)
                           ? read_place(fold(said.text), Language::none, offered.size())
                           : std::nullopt;
    return place ? chosen(offered[static_cast<std::size_t>(*place) - 1])
                 : understood_as(Kind::no_match);
  }
  return understand_words(choose, said.text, offered, locale, at);
}

std::vector<Option> yes_no_options(Language language) {
  const auto both = [](const char* yes, const char* no) {
    return std::vector<Option>{{std::string(exit_yes), yes}, {std::string(exit_no), no}};
  };
  switch (language) {
    case Language::pt: return both("Sim", "Não");
    case Language::es: return both("Sí", "No");
    case Language::en: return both("Yes", "No");
    case Language::none: return {};
  }
  return {};
}

Value to_value(const Media& media, Duration length) {
  Value::Map map;
  map["kind"] = to_string(media.kind);
  map["mime"] = media.mime;
  map["name"] = media.name;
  map["size"] = static_cast<std::int64_t>(media.size);
  map["ref"] = media.ref;
  map["transcript"] = media.transcript;
  map["seconds"] = std::int64_t{std::chrono::duration_cast<std::chrono::seconds>(length).count()};
  return map;
}

std::optional<Media> to_media(const Value& value) {
  const auto kind = parse_media_kind(value["kind"].to_text());
  if (!kind || value["ref"].to_text().empty()) return std::nullopt;
  Media media;
  media.kind = *kind;
  media.mime = value["mime"].to_text();
  media.name = value["name"].to_text();
  if (const auto* size = value["size"].as_int()) media.size = static_cast<std::uint64_t>(*size);
  media.ref = value["ref"].to_text();
  media.transcript = value["transcript"].to_text();
  return media;
}

}  // namespace novelo::flow
