// Records on stdout, as they come.
#pragma once

#include "client/types.h"
#include "session.h"
#include "table.h"

namespace quorate::kvctl {

// A table is printed in portions: as many rows as are at hand, never all of a
// large keyspace. Raw: the key, a tab, the bytes of the value, a new line.
class RecordPrinter {
 public:
  RecordPrinter(const Session& session, bool keys_only);
  ~RecordPrinter() { Flush(); }
  RecordPrinter(const RecordPrinter&) = delete;
  RecordPrinter& operator=(const RecordPrinter&) = delete;

  void Print(const Record& record);

 private:
  void Flush();
  Table NewTable() const;

  const Output output_;
  const bool keys_only_;
  Table table_;
};

}  // namespace quorate::kvctl
