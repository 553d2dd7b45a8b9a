#include "config/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "config/forms.hpp"

namespace novelo::config {
namespace {

// Builds the document as nlohmann's parser reads it. What nlohmann's own builder cannot do: stop at
// a depth, and refuse a member that is there twice, of which JSON readers each take another one.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view text, std::size_t depth) : text_(text), depth_(depth) {}

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // not of text

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& key) override {
    Level& level = levels_.back();
    const auto [member, is_new] =
        level.json->get_ref<Json::object_t&>().try_emplace(std::move(key));
    level.member = &*member;
    if (is_new) return true;
    error_ = Error{ErrorCode::invalid, "repeated_key", "This member is there twice.", here(),
                   "Keep one of them."};
    return false;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    const std::string_view read = text_.substr(0, position == 0 ? 0 : position - 1);
    const std::size_t line_start = read.rfind('\n') + 1;  // npos + 1 is 0
    error_ = Error{ErrorCode::invalid, "bad_json", "This is not JSON (RFC 8259) in UTF-8.",
                   fmt::format("line {}, column {}", 1 + std::count(read.begin(), read.end(), '\n'),
                               1 + read.size() - line_start),
                   ""};
    return false;
  }

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

  std::string_view text_;
  std::size_t depth_;
  Json root_;
  std::vector<Level> levels_;
  std::optional<Error> error_;
};

}  // namespace

Result<Json> read_document(std::string_view text, std::size_t depth) {
  Builder builder(text, depth);
  Json::sax_parse(text, &builder);
  return builder.take();
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
