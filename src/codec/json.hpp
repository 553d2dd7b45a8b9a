// The JSON form, made from the same field lists as the binary one (codec/fields.hpp).
//
//   id, 64-bit      "12", decimal text; none: null      time       RFC 3339 in UTC
//   name, text      text                                duration   "1h30m"
//   address         "phone:5541988887777"; none: null   enum       its word
//   pair            [first, second]                     map, Value  as they are
//
// Texts that are not UTF-8 are mended with U+FFFD, so that what is written can always be dumped;
// members that are bytes (codec/bytes.hpp) stand as base64 under their name with "_b64" instead.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "codec/bytes.hpp"
#include "codec/fields.hpp"
#include "codec/words.hpp"
#include "novelo/base/digest.hpp"

namespace novelo::codec {

using Json = nlohmann::json;

// Members that are at their default: left out at the border, kept where somebody wants to look at
// every one of them.
enum class Defaults : std::uint8_t { left_out, kept };

std::string mended(std::string text);
bool is_utf8(std::string_view text);

// "", "content", "text" -> "content.text"; "content.media", 2 -> "content.media[2]".
std::string member_path(const std::string& path, std::string_view name);
std::string item_path(const std::string& path, std::size_t index);

// Where a reader stands: written out only when there is something to say about it. Borrows.
class Path {
 public:
  Path(std::string_view root) : name_(root) {}
  Path(const std::string& root) : name_(root) {}
  Path(const char* root) : name_(root) {}
  Path(const Path& object, std::string_view name) : outer_(&object), name_(name) {}
  Path(const Path& list, std::size_t index) : outer_(&list), index_(index), is_item_(true) {}
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;

  std::string text() const;

 private:
  const Path* outer_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
  bool is_item_ = false;
};

// --- writing -------------------------------------------------------------------------------------

// Notes where each member of an object stands, in order.
class MemberPlaces {
 public:
  template <class T>
  void operator()(std::string_view, const T& value) {
    places_.push_back(&value);
  }
  template <class Text>
  void operator()(std::string_view, AsBytes<Text> bytes) {
    places_.push_back(&bytes.text);
  }
  const std::vector<const void*>& places() const { return places_; }

 private:
  std::vector<const void*> places_;
};

// An object at its defaults, and where its members stand.
template <class T>
class Usual {
 public:
  Usual() { fields(places_, object_); }
  Usual(const Usual&) = delete;
  const std::vector<const void*>& places() const { return places_.places(); }

 private:
  const T object_{};
  MemberPlaces places_;
};

// The names of an object's members, in order; of bytes both forms.
class MemberNames {
 public:
  explicit MemberNames(std::initializer_list<std::string_view> also = {})
      : names_(also.begin(), also.end()) {}

  template <class T>
  void operator()(std::string_view name, T&) {
    names_.emplace_back(name);
  }
  template <class Text>
  void operator()(std::string_view name, AsBytes<Text>) {
    names_.emplace_back(name);
    names_.push_back(bytes_member(name));
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

class JsonWriter {
 public:
  explicit JsonWriter(Defaults defaults) : defaults_(defaults) {}

  template <class T>
  Json write(const T& value) const {
    if constexpr (std::is_same_v<T, bool> || std::is_arithmetic_v<T>) {
      return value;
    } else if constexpr (std::is_enum_v<T>) {
      return std::string(to_string(value));
    } else {
      return write_object(value);
    }
  }

 private:
  // Visits the fields of one object, holding each against the same field of a new one: both have
  // one list of fields, so that the places and their types agree.
  class Members {
   public:
    Members(const JsonWriter& writer, const std::vector<const void*>& defaults)
        : writer_(&writer), defaults_(&defaults) {}

    template <class T>
    void operator()(std::string_view name, const T& value) {
      const void* const usual = (*defaults_)[next_++];
      if constexpr (std::equality_comparable<T>) {  // what is not is always written
        if (writer_->defaults_ == Defaults::left_out && value == *static_cast<const T*>(usual)) {
          return;
        }
      }
      json_[std::string(name)] = writer_->write(value);
    }
    template <class Text>
    void operator()(std::string_view name, AsBytes<Text> bytes) {
      const auto& usual = *static_cast<const std::string*>((*defaults_)[next_++]);
      if (writer_->defaults_ == Defaults::left_out && bytes.text == usual) return;
      if (is_utf8(bytes.text)) {
        json_[std::string(name)] = bytes.text;
      } else {
        json_[bytes_member(name)] = to_base64(bytes.text);
      }
    }
    Json take() { return std::move(json_); }

   private:
    const JsonWriter* writer_;
    const std::vector<const void*>* defaults_;
    std::size_t next_ = 0;
    Json json_ = Json::object();
  };

  Json write_object(const std::string& text) const { return mended(text); }
  Json write_object(Timestamp at) const { return to_string(at); }
  Json write_object(Duration duration) const { return to_string(duration); }
  Json write_object(const Address& address) const {
    return address.empty() ? Json() : Json(mended(to_string(address)));
  }
  Json write_object(const Value& value) const;
  Json write_object(const std::vector<Header>& headers) const;
  template <class Tag>
  Json write_object(Id<Tag> id) const {
    return id ? Json(std::to_string(id.value())) : Json();
  }
  template <class Tag>
  Json write_object(const Name<Tag>& name) const {
    return mended(name.text());
  }
  template <class T>
  Json write_object(const std::optional<T>& value) const {
    return value ? write(*value) : Json();
  }
  template <class T>
  Json write_object(const std::vector<T>& list) const {
    Json json = Json::array();
    for (const T& item : list) json.push_back(write(item));
    return json;
  }
  template <class First, class Second>
  Json write_object(const std::pair<First, Second>& pair) const {
    return Json::array({write(pair.first), write(pair.second)});
  }
  template <class T, class Less>
  Json write_object(const std::map<std::string, T, Less>& map) const {
    Json json = Json::object();
    for (const auto& [key, value] : map) json[mended(key)] = write(value);
    return json;
  }
  template <class T>
  requires requires(MemberPlaces& places, const T& object) { fields(places, object); }
  Json write_object(const T& object) const {
    static const Usual<T> usual;
    Members members(*this, usual.places());
    fields(members, object);
    return members.take();
  }

  Defaults defaults_;
};

template <class T>
Json write_json(const T& value, Defaults defaults = Defaults::left_out) {
  return JsonWriter(defaults).write(value);
}

// --- reading -------------------------------------------------------------------------------------

// Strict. The first fault is kept; what is read after it does not matter.
class JsonReader {
 public:
  const std::optional<Error>& fault() const { return fault_; }
  void blame(std::string reason, std::string message, const Path& path, std::string remedy = {});

  template <class T>
  void read(const Json& json, const Path& path, T& value) {
    if (fault_) return;
    if constexpr (std::is_same_v<T, bool>) {
      if (is(json.is_boolean(), "true or false", path)) value = json.get<bool>();
    } else if constexpr (std::is_enum_v<T>) {
      read_word(json, path, value);
    } else if constexpr (std::is_integral_v<T>) {
      read_integer(json, path, value);
    } else if constexpr (std::is_floating_point_v<T>) {
      if (is(json.is_number(), "a number", path)) value = json.get<T>();
    } else {
      read_object(json, path, value);
    }
  }

  // The members of an object, all of them: one that is not in the field list is refused. `also` are
  // members that belong to somebody else.
  template <class T>
  void read_members(const Json& json, const Path& path, T& object,
                    std::initializer_list<std::string_view> also = {}) {
    if (!is(json.is_object(), "an object", path)) return;
    Members members(*this, json, path);
    for (const std::string_view name : also) members.skip(name);
    fields(members, object);
    if (members.all_known() || fault_) return;
    MemberNames names(also);
    fields(names, object);
    refuse_unknown(json, path, names.names());
  }

  // Faults the members that are not among `known`.
  void refuse_unknown(const Json& json, const Path& path, const std::vector<std::string>& known);
  bool is(bool right, std::string_view wanted, const Path& path);
  // The bytes of a text, or of base64.
  void read_bytes(const Json& json, const Path& path, bool base64, std::string& bytes);

 private:
  class Members {
   public:
    Members(JsonReader& reader, const Json& json, const Path& path)
        : reader_(&reader), json_(&json), path_(&path) {}

    void skip(std::string_view name) { found_ += json_->contains(name) ? 1 : 0; }
    template <class T>
    void operator()(std::string_view name, T& value) {
      const auto member = json_->find(name);
      if (member == json_->end()) return;
      ++found_;
      reader_->read(*member, Path(*path_, name), value);
    }
    void operator()(std::string_view name, AsBytes<std::string> bytes);
    bool all_known() const { return found_ == json_->size(); }

   private:
    JsonReader* reader_;
    const Json* json_;
    const Path* path_;
    std::size_t found_ = 0;
  };

  bool read_id(const Json& json, const Path& path, std::uint64_t& value);

  template <class T>
  void read_integer(const Json& json, const Path& path, T& value) {
    if (!is(json.is_number_integer(), "a whole number", path)) return;
    const bool fits = json.is_number_unsigned() ? std::in_range<T>(json.get<std::uint64_t>())
                                                : std::in_range<T>(json.get<std::int64_t>());
    if (fits) {
      value = json.get<T>();
    } else {
      blame("out_of_range", "The number is out of range.", path);
    }
  }
  template <class T>
  void read_word(const Json& json, const Path& path, T& value) {
    if (!is(json.is_string(), "a text", path)) return;
    if (const auto word = word_of<T>(json.get_ref<const std::string&>())) {
      value = *word;
    } else {
      blame("unknown_word", "There is no such word here.", path,
            "Write one of " + all_words<T>() + ".");
    }
  }

  void read_object(const Json& json, const Path& path, std::string& text);
  void read_object(const Json& json, const Path& path, Timestamp& at);
  void read_object(const Json& json, const Path& path, Duration& duration);
  void read_object(const Json& json, const Path& path, Address& address);
  void read_object(const Json& json, const Path& path, Value& value);
  void read_object(const Json& json, const Path& path, std::vector<Header>& headers);
  void read_header_value(const Json& json, const Path& path, std::string& value);
  template <class Tag>
  void read_object(const Json& json, const Path& path, Id<Tag>& id) {
    std::uint64_t value = 0;
    if (read_id(json, path, value)) id = Id<Tag>(value);
  }
  template <class Tag>
  void read_object(const Json& json, const Path& path, Name<Tag>& name) {
    std::string text;
    read_object(json, path, text);
    name = Name<Tag>(std::move(text));
  }
  // Where any value may stand, null is one.
  void read_object(const Json& json, const Path& path, std::optional<Value>& value) {
    read_object(json, path, value.emplace());
  }
  template <class T>
  void read_object(const Json& json, const Path& path, std::optional<T>& value) {
    value.reset();
    if (!json.is_null()) read(json, path, value.emplace());
  }
  template <class T>
  void read_object(const Json& json, const Path& path, std::vector<T>& list) {
    if (!is(json.is_array(), "a list", path)) return;
    list.clear();
    for (std::size_t i = 0; i < json.size() && !fault_; ++i) {
      read(json[i], Path(path, i), list.emplace_back());
    }
  }
  template <class First, class Second>
  void read_object(const Json& json, const Path& path, std::pair<First, Second>& pair) {
    if (!is(json.is_array() && json.size() == 2, "a list of two", path)) return;
    read(json[0], Path(path, 0), pair.first);
    read(json[1], Path(path, 1), pair.second);
  }
  template <class T, class Less>
  void read_object(const Json& json, const Path& path, std::map<std::string, T, Less>& map) {
    if (!is(json.is_object(), "an object", path)) return;
    map.clear();
    for (auto at = json.begin(); at != json.end(); ++at) {
      read(at.value(), Path(path, at.key()), map[at.key()]);
    }
  }
  template <class T>
  requires requires(JsonReader::Members& members, T& object) { fields(members, object); }
  void read_object(const Json& json, const Path& path, T& object) {
    read_members(json, path, object);
  }

  std::optional<Error> fault_;
};

}  // namespace novelo::codec
