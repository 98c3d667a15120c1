"""Whose work a function is."""

from dataclasses import dataclass

# By the library that it is in; what is in kvd and kvbench themselves, by its name.
_LIBRARIES = {
    "kernel": "kernel",
    "libgrpc": "gRPC",
    "libgpr": "gRPC",
    "libaddress_sorting": "gRPC",
    "libupb": "gRPC",
    "libprotobuf": "Protobuf",
    "librocksdb": "RocksDB",
    "libjemalloc": "malloc",
    "libabsl": "Abseil",
    "libxxhash": "checksums",
    "libstdc++": "C++ and C library",
    "libc.so": "C++ and C library",
    "vdso": "C++ and C library",
    "ld-linux": "C++ and C library",
}
_MALLOC = ("malloc", "free", "_int_malloc", "_int_free", "calloc", "realloc", "operator new",
           "operator delete", "unlink_chunk", "malloc_consolidate", "cfree")
_COPIES = ("__memmove", "__memcpy", "__memset", "__memcmp")
# In the order in which they are tried: the first that the name holds.
_OURS = {
    "quorate::raft::": "Raft core",
    "quorate::quorum::": "quorum core",
    "quorate::kv::": "state machine",
    "Memtable": "memtable",
    "SortedEntry": "memtable",
    "quorate::SortRun": "memtable",
    "RocksEngine": "engine",
    "quorate::Log": "log",
    "quorate::rpc::": "rpc",
    "quorate::bench::": "load",
    "quorate::Worker": "node",
    "quorate::Outbox": "node",
    "quorate::Node": "node",
    "Replica": "replica",
    "Proposals": "replica",
    "grpc::": "gRPC",
    "grpc_": "gRPC",
    "google::protobuf": "Protobuf",
    "quorate::v1::": "Protobuf",
    "absl::": "Abseil",
    "std::": "C++ and C library",
}
OTHER = "other of ours"
UNKNOWN = "not known"


@dataclass(frozen=True)
class Frame:
    function: str
    library: str

    @property
    def layer(self) -> str:
        if "kernel" in self.library or self.library.endswith("_[k]"):
            return "kernel"
        name = self.function
        if any(name.startswith(one) for one in _MALLOC):
            return "malloc"
        if any(name.startswith(one) for one in _COPIES):
            return "copies and comparisons"
        for part, layer in _LIBRARIES.items():
            if part in self.library:
                return layer
        # A template's own name, not those of what it is made of.
        outer = name.split("<")[0]
        for part, layer in _OURS.items():
            if part in outer or (layer == "memtable" and part in name):
                return layer
        return OTHER if "kv" in self.library else UNKNOWN
