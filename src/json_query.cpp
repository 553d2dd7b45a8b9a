#include "novelo/json_query.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "json/fields.hpp"
#include "json/questions.hpp"

namespace novelo {

Result<nlohmann::json> answer(const Query& query, const nlohmann::json& question) {
  codec::JsonReader reader;
  if (!reader.is(question.is_object(), "an object", "")) return fail(*reader.fault());
  const std::string* word = json_form::text_member(question, "ask", reader);
  if (word == nullptr) return fail(*reader.fault());
  for (const json_form::Question& known : json_form::questions()) {
    if (known.word == *word) return known.answer(known, query, question);
  }
  reader.blame("unknown_question", "There is no such question.", "ask",
               fmt::format("There are: {}.", fmt::join(question_words(), ", ")));
  return fail(*reader.fault());
}

std::vector<std::string_view> question_words() {
  std::vector<std::string_view> words;
  for (const json_form::Question& known : json_form::questions()) words.push_back(known.word);
  return words;
}

}  // namespace novelo
