#include "flow/match.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "flow/amount.hpp"

namespace novelo::flow {
namespace {

using Words = std::vector<std::string>;

enum class Rung : std::uint8_t { none, typo, start, words, phrase };

// How one option fits the message.
struct Fit {
  Rung rung = Rung::none;
  std::size_t begin = 0;  // of a phrase: where it stands among the words of the message
  std::size_t end = 0;
};

// The words that say something. `named` are those without verbs that merely lead to the choice.
struct Content {
  Words all;
  Words named;
};

// A message, ready to be held against every option.
struct Said {
  Phrase phrase;
  Content content;  // without fillers
  Content plain;    // without negations either
  bool negated = false;
  Language language = Language::none;
};

std::size_t find_run(const Words& words, const Words& run) {
  const auto found = std::search(words.begin(), words.end(), run.begin(), run.end());
  return static_cast<std::size_t>(found - words.begin());
}

// The key stands in the message, and what else is said is not more than the key itself.
Fit fit_phrase(const Words& content, const Phrase& phrase, const Key& key, Language language) {
  if (key.content.empty()) return {};
  const std::size_t at = find_run(content, key.content);
  const std::size_t size = key.content.size();
  if (at < content.size()) {
    if (content.size() - size > size) return {};
    if (splits_number(content, at, at + size, language)) return {};
    return {Rung::phrase, at, at + size};
  }
  // A key made of small words alone ("Sim") is looked for among all words.
  const std::size_t raw = find_run(phrase.words, key.content);
  if (raw >= phrase.words.size() || content.size() > size) return {};
  if (splits_number(phrase.words, raw, raw + size, language)) return {};
  return {Rung::phrase, content.size() + raw, content.size() + raw + size};
}

Rung fit_word(const std::string& word, const Words& key) {
  Rung best = Rung::none;
  for (const std::string& known : key) {
    if (word == known) return Rung::words;
    if (count_letters(word) >= 4 && known.starts_with(word)) best = std::max(best, Rung::start);
    if (best == Rung::none && is_typo_of(word, known)) best = Rung::typo;
  }
  return best;
}

// The word of an option that is the same verb ("deixo": "Deixar mensagem"), or nothing.
const std::string* same_verb(std::string_view verb, const Key& key, Language language) {
  const Words& words = key.phrase.words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view next = i + 1 < words.size() ? words[i + 1] : std::string_view();
    if (leading_verb(words[i], next, language) == verb) return &words[i];
  }
  return nullptr;
}

// A verb that leads to the choice says nothing, unless some option is named by it: then it is that
// option's word.
std::optional<std::string> naming_verb(const std::string& word, std::string_view verb,
                                       std::span<const OptionKeys* const> options,
                                       Language language) {
  const std::string* same = nullptr;
  const auto look = [&](const Key& key) {
    if (fit_word(word, key.content) != Rung::none) return true;
    if (same == nullptr) same = same_verb(verb, key, language);
    return false;
  };
  for (const OptionKeys* option : options) {
    if (look(option->title)) return word;
    if (std::any_of(option->aliases.begin(), option->aliases.end(), look)) return word;
  }
  return same == nullptr ? std::nullopt : std::optional(*same);
}

Said prepare(Phrase phrase, Language language, std::span<const OptionKeys* const> options) {
  Said said;
  for (std::size_t i = 0; i < phrase.words.size(); ++i) {
    const std::string& word = phrase.words[i];
    const bool negation = is_negation(word, language);
    said.negated = said.negated || negation;
    if (is_filler(word, language)) continue;
    const std::string_view next =
        i + 1 < phrase.words.size() ? phrase.words[i + 1] : std::string_view();
    const std::string_view verb = leading_verb(word, next, language);
    const auto naming =
        verb.empty() ? std::optional(word) : naming_verb(word, verb, options, language);
    const auto add = [&](Content& content) {
      content.all.push_back(naming.value_or(word));
      if (naming) content.named.push_back(*naming);
    };
    add(said.content);
    if (!negation) add(said.plain);
  }
  said.phrase = std::move(phrase);
  said.language = language;
  return said;
}

Fit fit_words(const Words& content, const Key& key) {
  if (content.empty()) return {};
  Rung worst = Rung::words;
  for (const std::string& word : content) {
    worst = std::min(worst, fit_word(word, key.content));
    if (worst == Rung::none) return {};
  }
  return {worst, 0, content.size()};
}

Fit fit_key(const Content& content, const Phrase& phrase, const Key& key, Language language) {
  const Fit run = fit_phrase(content.all, phrase, key, language);
  return run.rung != Rung::none ? run : fit_words(content.named, key);
}

Fit fit_option(const Content& content, const Phrase& phrase, const OptionKeys& option,
               Language language) {
  Fit best = fit_key(content, phrase, option.title, language);
  for (const Key& alias : option.aliases) {
    const Fit fit = fit_key(content, phrase, alias, language);
    const bool longer = fit.rung == best.rung && fit.end - fit.begin > best.end - best.begin;
    if (fit.rung > best.rung || longer) best = fit;
  }
  return best;
}

bool stands_inside(const Fit& inner, const Fit& outer) {
  const bool smaller = inner.end - inner.begin < outer.end - outer.begin;
  return smaller && outer.begin <= inner.begin && inner.end <= outer.end;
}

struct Fits {
  std::vector<std::size_t> options;
  Fit fit;  // of the first of them
};

// The options on the highest rung. Of two phrases, one inside the other, the longer one counts:
// "outro conselheiro" is not "conselheiro".
Fits best_fits(const Content& content, const Phrase& phrase, Language language,
               std::span<const OptionKeys* const> options) {
  std::vector<Fit> fits;
  Rung best = Rung::none;
  for (const OptionKeys* option : options) {
    fits.push_back(fit_option(content, phrase, *option, language));
    best = std::max(best, fits.back().rung);
  }
  Fits result;
  if (best == Rung::none) return result;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    if (fits[i].rung != best) continue;
    const bool beaten =
        best == Rung::phrase && std::any_of(fits.begin(), fits.end(), [&](const Fit& other) {
          return other.rung == best && stands_inside(fits[i], other);
        });
    if (beaten) continue;
    if (result.options.empty()) result.fit = fits[i];
    result.options.push_back(i);
  }
  return result;
}

Match unclear(std::vector<std::size_t> options) {
  return {Match::Kind::unclear, std::move(options)};
}

// Negations that belong to the option itself ("Não sei") do not turn it around.
bool negated_beside(const Said& said, const Fit& fit) {
  if (!said.negated || fit.rung != Rung::phrase) return false;
  for (std::size_t i = 0; i < said.content.all.size(); ++i) {
    const bool inside = fit.begin <= i && i < fit.end;
    if (!inside && is_negation(said.content.all[i], said.language)) return true;
  }
  return false;
}

// Every word belongs to some option, but to different ones: "mensagem ou WhatsApp".
Match match_several(const Words& content, std::span<const OptionKeys* const> options) {
  std::vector<bool> hit(options.size(), false);
  for (const std::string& word : content) {
    bool known = false;
    for (std::size_t i = 0; i < options.size(); ++i) {
      const auto fits = [&word](const Key& key) {
        return fit_word(word, key.content) != Rung::none;
      };
      const OptionKeys& option = *options[i];
      const bool fit =
          fits(option.title) || std::any_of(option.aliases.begin(), option.aliases.end(), fits);
      if (fit) known = hit[i] = true;
    }
    if (!known) return {};
  }
  std::vector<std::size_t> several;
  for (std::size_t i = 0; i < hit.size(); ++i) {
    if (hit[i]) several.push_back(i);
  }
  return several.empty() ? Match{} : unclear(std::move(several));
}

Match match_words(const Said& said, std::span<const OptionKeys* const> options) {
  Fits fits = best_fits(said.content, said.phrase, said.language, options);
  if (fits.options.size() == 1) {
    if (negated_beside(said, fits.fit)) return unclear(std::move(fits.options));
    return {Match::Kind::one, std::move(fits.options)};
  }
  if (!fits.options.empty()) return unclear(std::move(fits.options));
  if (said.negated) {
    Fits plain = best_fits(said.plain, said.phrase, said.language, options);
    if (!plain.options.empty()) return unclear(std::move(plain.options));
  }
  return match_several(said.plain.named, options);
}

std::optional<Match> match_whole(const Phrase& said, std::span<const OptionKeys* const> options) {
  std::vector<std::size_t> titles;
  std::vector<std::size_t> aliases;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const OptionKeys& option = *options[i];
    const auto same = [&said](const Key& key) { return key.phrase.text == said.text; };
    if (same(option.title)) {
      titles.push_back(i);
    } else if (std::any_of(option.aliases.begin(), option.aliases.end(), same)) {
      aliases.push_back(i);
    }
  }
  std::vector<std::size_t>& best = titles.empty() ? aliases : titles;
  if (best.empty()) return std::nullopt;
  if (best.size() > 1) return unclear(std::move(best));
  return Match{Match::Kind::one, std::move(best)};
}

// Whether the number belongs to the name of what was found: "2 pessoas".
bool holds_number(const Match& match, const std::string& number,
                  std::span<const OptionKeys* const> options) {
  if (match.kind != Match::Kind::one) return false;
  const Words& title = options[match.options.front()]->title.content;
  return std::find(title.begin(), title.end(), number) != title.end();
}

// "2 - deixar mensagem": the number and the words must agree.
Match match_numbered(const Phrase& said, Language language,
                     std::span<const OptionKeys* const> options) {
  const auto place = read_place(join({said.words.front()}), language, options.size());
  const Phrase rest = join({said.words.begin() + 1, said.words.end()});
  Match match = match_whole(rest, options).value_or(Match{});
  if (match.kind == Match::Kind::none)
    match = match_words(prepare(rest, language, options), options);
  if (match.kind != Match::Kind::one) return match;
  const std::size_t option = match.options.front();
  if (place && static_cast<std::size_t>(*place) == option + 1) return match;
  if (place)
    return unclear(
        {std::min<std::size_t>(*place - 1, option), std::max<std::size_t>(*place - 1, option)});
  return unclear({option});
}

}  // namespace

Key make_key(std::string_view text, Language language) {
  Key key;
  key.phrase = fold(text);
  for (const std::string& word : key.phrase.words) {
    if (!is_filler(word, language)) key.content.push_back(word);
  }
  if (key.content.empty()) key.content = key.phrase.words;
  return key;
}

Match match_option(std::string_view text, Language language,
                   std::span<const OptionKeys* const> options) {
  Phrase said = fold(text);
  if (said.empty() || said.cut) return {};
  if (auto whole = match_whole(said, options)) return *whole;
  if (said.words.size() > most_menu_words) return {};
  if (const auto place = read_place(said, language, options.size())) {
    return {Match::Kind::one, {static_cast<std::size_t>(*place - 1)}};
  }
  const Said prepared = prepare(said, language, options);
  Match match = match_words(prepared, options);
  const bool numbered = said.words.size() > 1 && is_digits(said.words.front());
  if (!numbered || holds_number(match, said.words.front(), options)) return match;
  return match_numbered(said, language, options);
}

}  // namespace novelo::flow
