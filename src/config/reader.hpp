// Strict reading of JSON objects: every member has a type, a form and a range; members that nobody
// asked for are faults. The first fault is kept with the path of the member; reading goes on with
// harmless values, so that the code that reads needs no error handling of its own.
//
// The code that reads also tells what it reads: run over a node with a `form` in place of a value,
// each reader writes there the JSON Schema of what it would take, and gives its harmless value. A
// list or a map then has one node, the form of every one of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/document.hpp"
#include "novelo/base/ids.hpp"
#include "novelo/base/limits.hpp"
#include "novelo/base/result.hpp"
#include "novelo/base/time.hpp"
#include "novelo/base/value.hpp"

namespace novelo::config {

// What all readers of one document share.
class Fault {
 public:
  // Keeps the first fault and forgets the rest.
  void note(std::string path, std::string_view reason, std::string message,
            std::string_view remedy = "");
  // An error of another module's, at `path`; where it says a place of its own, the message has it.
  void note(std::string path, const Error& error);

  const std::optional<Error>& error() const { return error_; }

 private:
  std::optional<Error> error_;
};

enum class Need : std::uint8_t { optional, required };

struct DurationRange {
  Duration least{};
  Duration most{};
};

class ObjectReader {
 public:
  // A node of the document with its path. Borrowed.
  struct Node {
    const Json* json = nullptr;
    std::string path;
    std::string key;       // of a member
    Json* form = nullptr;  // where to write the schema of what may stand here; null: read
  };

  // Notes a fault when the node is no object, and then reads as an empty one.
  ObjectReader(Node node, Fault& fault);

  bool has(std::string_view key);
  std::string path(std::string_view key) const;
  void blame(std::string_view key, std::string_view reason, std::string message,
             std::string_view remedy = "") const;

  // One line without control characters. A required one is not empty.
  std::string line(std::string_view key, Need need, std::size_t most = 256);
  // A line that, unless empty, has a form: `what` is said when it has not.
  std::string line(std::string_view key, Need need, bool (*form)(std::string_view),
                   std::string_view what);
  // A text that is said to people: line ends are welcome.
  std::string prose(std::string_view key, Need need, std::size_t most);
  // A name, or "" where it is optional and left out.
  std::string name(std::string_view key, Need need);
  std::vector<std::string> names(std::string_view key);  // each once
  Duration duration(std::string_view key, Duration fallback, DurationRange range);
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                       std::int64_t most);
  bool flag(std::string_view key, bool fallback);
  // A text, a number, true, false, or a list of those; null when left out.
  Value value(std::string_view key);

  // One of an enum's words.
  template <class Enum>
  Enum word(std::string_view key, std::optional<Enum> (*parse)(std::string_view),
            std::string_view choices, std::optional<Enum> fallback = {}) {
    if (form_ != nullptr) {
      describe_word(key, fallback ? Need::optional : Need::required, choices);
      return fallback.value_or(Enum{});
    }
    if (fallback && !has(key)) return *fallback;
    const std::string text = line(key, Need::required);
    if (text.empty()) return fallback.value_or(Enum{});
    if (const std::optional<Enum> value = parse(text)) return *value;
    blame_word(key, choices);
    return fallback.value_or(Enum{});
  }

  std::optional<Node> node(std::string_view key, Need need);
  // The nodes of a list, or of an object's members in the order of their keys. None when left out.
  std::vector<Node> items(std::string_view key, Need need = Need::optional);
  std::vector<Node> members(std::string_view key);

  // What `read` makes of each object of a list.
  template <class Read>
  auto objects(std::string_view key, Read read) {
    return objects_of(items(key), fault(), read);
  }
  template <class Read>
  static auto objects_of(std::vector<Node> nodes, Fault& fault, Read read) {
    std::vector<decltype(read(std::declval<ObjectReader&>()))> made;
    made.reserve(nodes.size());
    for (Node& node : nodes) {
      ObjectReader reader(std::move(node), fault);
      made.push_back(read(reader));
      reader.finish();
    }
    return made;
  }
  // Calls `read` when the object is there; a required one must be.
  template <class Read>
  void object(std::string_view key, Need need, Read read) {
    std::optional<Node> found = node(key, need);
    if (!found) return;
    ObjectReader reader(std::move(*found), fault());
    read(reader);
    reader.finish();
  }

  // Faults every member that was not asked for. To be called once, when all has been read.
  void finish() const;

  Fault& fault() const { return *fault_; }

 private:
  const Json* member(std::string_view key, Need need);
  Json* describe(std::string_view key, Need need, Json schema);
  void describe_word(std::string_view key, Need need, std::string_view choices);
  void blame_type(std::string_view key, std::string_view wanted) const;
  void blame_word(std::string_view key, std::string_view choices) const;

  const Json* json_ = nullptr;
  Json* form_ = nullptr;
  std::string path_;
  Fault* fault_;
  std::vector<std::string_view> asked_;  // keys: literals of the code that reads
};

// Readers for nodes of lists and maps.
std::vector<ObjectReader::Node> items_of(const ObjectReader::Node& node, Fault& fault);
std::string text_of(const ObjectReader::Node& node, Fault& fault, std::size_t most);
std::int64_t integer_of(const ObjectReader::Node& node, Fault& fault, std::int64_t least,
                        std::int64_t most);
// Several lines.
std::string prose_of(const ObjectReader::Node& node, Fault& fault, Need need, std::size_t most);

}  // namespace novelo::config
