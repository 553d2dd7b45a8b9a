#include "config/document.hpp"

#include <fmt/format.h>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/forms.hpp"

namespace novelo::config {
namespace {

// Grows the document as a reader of JSON goes through the text. What nlohmann's own builder cannot
// do: stop at a depth, and refuse a member that is there twice, of which JSON readers each take
// another one.
class Builder {
 public:
  explicit Builder(std::size_t depth) : depth_(depth) {}
  ~Builder() { const TakenApart rest(root_); }
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  bool put(Json value) {
    add(std::move(value));
    return true;
  }

  bool open(Json value) {
    if (levels_.size() >= depth_) {
      error_ =
          Error{ErrorCode::invalid, "too_deep",
                fmt::format("The document is nested deeper than {} levels.", depth_), here(), ""};
      return false;
    }
    Json* added = add(std::move(value));
    levels_.push_back({added, nullptr});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return true;
  }

  bool key(std::string key) {
    Level& level = levels_.back();
    const auto [member, is_new] =
        level.json->get_ref<Json::object_t&>().try_emplace(std::move(key));
    level.member = &*member;
    if (is_new) return true;
    error_ = Error{ErrorCode::invalid, "repeated_key", "This member is there twice.", here(),
                   "Keep one of them."};
    return false;
  }

  bool refuse(Error error) {
    error_ = std::move(error);
    return false;
  }

  bool refused() const { return error_.has_value(); }
  Result<Json> take() {
    if (error_) return fail(std::move(*error_));
    return std::move(root_);
  }

 private:
  struct Level {
    Json* json = nullptr;
    Json::object_t::value_type* member = nullptr;  // of an object: the one being read
  };

  Json* add(Json value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Level& level = levels_.back();
    if (level.json->is_object()) {
      level.member->second = std::move(value);
      return &level.member->second;
    }
    return &level.json->get_ref<Json::array_t&>().emplace_back(std::move(value));
  }

  std::string here() const {
    std::string path;
    for (const Level& level : levels_) {
      const bool item_is_open = &level != &levels_.back();
      path = level.json->is_object()
                 ? path_to_member(path, level.member->first)
                 : path_to_item(path, level.json->size() - (item_is_open ? 1 : 0));
    }
    return path.empty() ? "document" : path;
  }

  std::size_t depth_;
  Json root_;
  std::vector<Level> levels_;
  std::optional<Error> error_;
};

// RapidJSON's reader is several times as fast as nlohmann's.
class FastEvents {
 public:
  explicit FastEvents(Builder& builder) : builder_(&builder) {}

  bool Null() { return builder_->put(nullptr); }
  bool Bool(bool value) { return builder_->put(value); }
  bool Int(int value) { return Int64(value); }
  bool Uint(unsigned value) { return Uint64(value); }
  bool Int64(std::int64_t value) { return builder_->put(value); }
  bool Uint64(std::uint64_t value) { return builder_->put(value); }
  bool Double(double value) { return builder_->put(value); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }  // not asked for
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return builder_->put(std::string(text, size));
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    return builder_->key(std::string(text, size));
  }
  bool StartObject() { return builder_->open(Json::object()); }
  bool StartArray() { return builder_->open(Json::array()); }
  bool EndObject(rapidjson::SizeType) { return builder_->close(); }
  bool EndArray(rapidjson::SizeType) { return builder_->close(); }

 private:
  Builder* builder_;
};

// nlohmann's reader has the last word on what is JSON.
class ExactEvents final : public nlohmann::json_sax<Json> {
 public:
  ExactEvents(std::string_view text, Builder& builder) : text_(text), builder_(&builder) {}

  bool null() override { return builder_->put(nullptr); }
  bool boolean(bool value) override { return builder_->put(value); }
  bool number_integer(number_integer_t value) override { return builder_->put(value); }
  bool number_unsigned(number_unsigned_t value) override { return builder_->put(value); }
  bool number_float(number_float_t value, const string_t&) override { return builder_->put(value); }
  bool string(string_t& value) override { return builder_->put(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // not of text
  bool key(string_t& key) override { return builder_->key(std::move(key)); }
  bool start_object(std::size_t) override { return builder_->open(Json::object()); }
  bool start_array(std::size_t) override { return builder_->open(Json::array()); }
  bool end_object() override { return builder_->close(); }
  bool end_array() override { return builder_->close(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    const std::string_view read = text_.substr(0, position == 0 ? 0 : position - 1);
    const std::size_t line_start = read.rfind('\n') + 1;  // npos + 1 is 0
    return builder_->refuse(
        {ErrorCode::invalid, "bad_json", "This is not JSON (RFC 8259) in UTF-8.",
         fmt::format("line {}, column {}", 1 + std::count(read.begin(), read.end(), '\n'),
                     1 + read.size() - line_start),
         ""});
  }

 private:
  std::string_view text_;
  Builder* builder_;
};

// No deeper than documents are read. What is within is empty before it is destroyed.
void take_apart(Json& json) {
  if (!json.is_structured()) return;
  for (Json& within : json) take_apart(within);
  json.clear();
}

}  // namespace

TakenApart::~TakenApart() {
  take_apart(*json_);
}

Result<Json> read_document(std::string_view text, std::size_t depth) {
  constexpr unsigned strict =
      rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;
  Builder fast(depth);
  FastEvents events(fast);
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::Reader reader;
  const bool whole = !reader.Parse<strict>(bytes, events).IsError();
  if (whole || fast.refused()) return fast.take();
  Builder exact(depth);
  ExactEvents exact_events(text, exact);
  Json::sax_parse(text, &exact_events);
  return exact.take();
}

std::string path_to_member(std::string_view object, std::string_view key) {
  constexpr std::size_t longest = 64;
  const bool plain = key.size() <= longest && std::all_of(key.begin(), key.end(), [](char c) {
                       return c > ' ' && c < 0x7F;
                     });
  std::string shown(plain ? key : key.substr(0, longest));
  if (!plain) {
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return c <= ' ' || c >= 0x7F; }, '?');
    if (key.size() > longest) shown += "...";
  }
  return object.empty() ? shown : fmt::format("{}.{}", object, shown);
}

std::string path_to_item(std::string_view list, std::size_t index) {
  return fmt::format("{}[{}]", list.empty() ? "document" : list, index);
}

}  // namespace novelo::config
