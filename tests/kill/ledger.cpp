#include "kill/ledger.hpp"

#include <algorithm>
#include <utility>

namespace novelo::kill {

Json first_time(Json result) {
  if (result.contains("outcome")) result["outcome"].erase("repeated");
  return result;
}

void Ledger::take(const std::string& text) {
  frames_.push_back(text);
  const Json frame = Json::parse(text);
  if (frame.contains("now")) {
    now_ = std::max(now_, parse_timestamp(frame["now"].get<std::string>()).value());
  }
  if (frame.contains("life")) begin_life();
  if (frame.contains("trouble")) trouble_ = frame["trouble"];
  if (frame.contains("submit")) submit(frame);
  if (frame.contains("ack")) ack(frame);
  if (frame.contains("handouts")) {
    for (const Json& out : frame["handouts"]) {
      handed_out_.insert(std::stoull(out["id"].get<std::string>()));
    }
  }
}

void Ledger::submit(const Json& frame) {
  const std::uint64_t number = frame["submit"];
  if (frame.contains("request")) {
    received_.push_back({frame["request"], frame["texts"], frame["calls"], false});
    open_[number] = {Kind::received, received_.size() - 1};
  } else if (frame.contains("commands")) {
    fed_.push_back({frame["commands"], {}, false});
    open_[number] = {Kind::fed, fed_.size() - 1};
  } else {
    settled_.push_back({std::stoull(frame["settle"].get<std::string>()), frame["settlement"],
                        frame["final"], false});
    open_[number] = {Kind::settled, settled_.size() - 1};
  }
}

void Ledger::ack(const Json& frame) {
  const auto found = open_.find(frame["ack"].get<std::uint64_t>());
  if (found == open_.end()) {
    trouble_ = "something was acknowledged that was never submitted";
    return;
  }
  const Place place = found->second;
  open_.erase(found);
  ++acknowledged_;
  switch (place.kind) {
    case Kind::received: {
      Received& request = received_[place.index];
      request.acked = frame["status"].get<int>() / 100 == 2;
      if (!request.acked && !request.texts.empty()) trouble_ = "a message was refused";
      return;
    }
    case Kind::fed: {
      Fed& feed = fed_[place.index];
      feed.acked = true;
      feed.results = Json::array();
      for (const Json& result : frame["results"]) feed.results.push_back(first_time(result));
      for (std::size_t i = 0; i < feed.commands.size(); ++i) {
        const bool taken = feed.results[i].contains("outcome");
        configured_ = configured_ || (taken && feed.commands[i]["do"] == "load_configuration");
      }
      return;
    }
    case Kind::settled: {
      Settled& settled = settled_[place.index];
      settled.acked = true;
      if (settled.last_word) done_.insert(settled.effect);
    }
  }
}

}  // namespace novelo::kill
