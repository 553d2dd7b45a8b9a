// Reads the bytes of a configuration: strict JSON, nested no deeper than allowed, no member twice.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "novelo/base/result.hpp"

namespace novelo::config {

using Json = nlohmann::json;

// Fails with `invalid`; the subject is the line and column of what is not JSON ("line 3, column
// 5"), or the path of what is too deep or there twice.
Result<Json> read_document(std::string_view text, std::size_t depth);

// Takes a document apart when its scope is left. nlohmann's own destructor needs memory for what is
// nested, and ends the process when there is none.
class TakenApart {
 public:
  explicit TakenApart(Json& json) : json_(&json) {}
  ~TakenApart();
  TakenApart(const TakenApart&) = delete;
  TakenApart& operator=(const TakenApart&) = delete;

 private:
  Json* json_;
};

// "queues[0].skills" and "queues[0]" from their parts. Long or strange keys are shown shortened.
std::string path_to_member(std::string_view object, std::string_view key);
std::string path_to_item(std::string_view list, std::size_t index);

}  // namespace novelo::config
