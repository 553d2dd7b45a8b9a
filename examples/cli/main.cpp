// novelo: the command line. It reads arguments and prints; everything else is the library's.
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "play.hpp"

namespace {

void add_play(CLI::App& app, cli::PlayArguments& arguments) {
  CLI::App* const play = app.add_subcommand(
      "play",
      "Play journeys: stories of a customer's day, as data files, through the real engine.\n"
      "Prints the day as a transcript. docs/journeys.md tells how to write one.");
  play->add_option("PATH", arguments.paths,
                   "A journey's file, or a folder: every *.json in it that is a journey")
      ->required();
  play->add_flag("--restart", arguments.restart,
                 "Close the engine and open it again on its store between any two steps");
  play->add_option(
      "--store", arguments.store,
      "Keep everything in this SQLite file, and a journal beside it (FILE.journal): a "
      "run that was killed goes on where it was, one that ran to its end is not played "
      "again but told of. Delete both to play it anew. Without it: in memory");
  play->add_flag("--json", arguments.json, "Print a report in JSON instead of the transcript");
  play->add_flag("--quiet", arguments.quiet, "Print only what failed and one line for a journey");
  play->add_option("--color,--colour", arguments.colour,
                   "auto (on a terminal, unless NO_COLOR is set), always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  play->footer(
      "Exit codes: 0 every expectation held, 1 some did not, 2 wrong use or a file that cannot be "
      "read.\n\nExamples:\n  novelo play examples/journeys/ana\n"
      "  novelo play examples/journeys/ana --restart --quiet\n"
      "  novelo play examples/journeys/ana --store /tmp/ana.novelo");
}

int run(int argc, char** argv) {
  CLI::App app("Novelo: an embeddable omnichannel engine, from the command line.", "novelo");
  app.require_subcommand(1);
  cli::PlayArguments arguments;
  add_play(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::all_held : cli::unusable;
  }
  return cli::play(arguments);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "novelo: %s\n", error.what());
    return cli::unusable;
  }
}
