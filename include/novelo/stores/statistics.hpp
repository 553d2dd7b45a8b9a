// StoreStatistics: what a store has done since it was opened. Counters only grow.
#pragma once

#include <cstdint>

namespace novelo {

struct StoreStatistics {
  std::uint64_t commits = 0;             // successful ones, the opening of a tenant included
  std::uint64_t rows_written = 0;        // put, inserted or erased by successful commits
  std::uint64_t statements = 0;          // SQL statements run, BEGIN and COMMIT included
  std::uint64_t wal_bytes = 0;           // bytes written to the write-ahead log
  std::uint64_t checkpoints = 0;         // completed, whoever asked for them
  std::uint64_t failed_checkpoints = 0;  // no data is at risk; the log stays until one succeeds
};

}  // namespace novelo
