#include "kill/child.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "kill/desk.hpp"
#include "kill/served_alone.hpp"
#include "kill/served_by_runner.hpp"

namespace novelo::kill {

std::string to_argument(const ChildTask& task) {
  return Json{{"store", task.store}, {"seed", task.seed},     {"life", task.life},
              {"now", task.now},     {"runner", task.runner}, {"plant", task.plant},
              {"pipe", task.pipe}}
      .dump();
}

ChildTask read_argument(const std::string& argument) {
  const Json json = Json::parse(argument);
  ChildTask task;
  task.store = json.at("store");
  task.seed = json.at("seed");
  task.life = json.at("life");
  task.now = json.at("now");
  task.runner = json.at("runner");
  task.plant = json.at("plant");
  task.pipe = json.at("pipe");
  return task;
}

int run_child(const ChildTask& task) {
  Announcer parent(task.pipe);
  return task.runner ? serve_by_runner(task, parent) : serve_alone(task, parent);
}

}  // namespace novelo::kill
