"""What is made of perf's samples: whose work a function is, and a graph of it."""

import re
from xml.etree import ElementTree

import pytest
from cpu_profile import flame, samples
from cpu_profile.layers import Frame

SCRIPT = """\
worker-0  1234/1240 
\t    7f1122334455 __memmove_avx512_unaligned_erms (/usr/lib/x86_64-linux-gnu/libc.so.6)
\t    55aa00000001 quorate::raft::Log::Append(std::vector<int>)+0x1f (/opt/bin/kvd)
\t    55aa00000002 quorate::Worker::RunTurn (/opt/bin/kvd)

rocksdb:high  1234/1250 
\tffffffff81000001 do_syscall_64 ([kernel.kallsyms])
\t    7f1122334456 [unknown] (/usr/lib/x86_64-linux-gnu/librocksdb.so.7.8.3)

lost  1/1 

"""


def test_samples_are_read_from_the_root_on() -> None:
    read = list(samples.parse(SCRIPT))
    assert [(one.pid, one.thread) for one in read] == [(1234, "worker-0"), (1234, "rocksdb:high")]
    assert [frame.function for frame in read[0].frames] == [
        "quorate::Worker::RunTurn",
        "quorate::raft::Log::Append(std::vector<int>)",
        "__memmove_avx512_unaligned_erms",
    ]


@pytest.mark.parametrize(
    ("function", "library", "layer"),
    [
        ("do_syscall_64", "[kernel.kallsyms]", "kernel"),
        ("__memmove_avx512_unaligned_erms", "/lib/libc.so.6", "copies and comparisons"),
        ("operator new", "/usr/lib/libjemalloc.so.2", "malloc"),
        ("_int_free", "/lib/libc.so.6", "malloc"),
        ("pthread_mutex_trylock", "/lib/libc.so.6", "C++ and C library"),
        ("grpc_call_start_batch", "/usr/lib/libgrpc.so.29", "gRPC"),
        ("rocksdb::DBImpl::Write", "/usr/lib/librocksdb.so.7.8.3", "RocksDB"),
        ("quorate::raft::Raft::Impl::Tick", "/opt/kvd", "Raft core"),
        ("quorate::(anonymous namespace)::Memtable::Insert", "/opt/kvd", "memtable"),
        ("std::vector<quorate::raft::Message>::push_back", "/opt/kvd", "C++ and C library"),
        ("quorate::v1::Receipt::ByteSizeLong", "/opt/kvd", "Protobuf"),
        ("quorate::AppendVarint", "/opt/kvd", "other of ours"),
        ("[unknown]", "[unknown]", "not known"),
    ],
)
def test_a_function_is_the_work_of_its_layer(function: str, library: str, layer: str) -> None:
    assert Frame(function, library).layer == layer


def test_a_frame_is_as_wide_as_its_share() -> None:
    root = flame.Node("all", "")
    for name, count in {"a": 3, "b<int>": 1}.items():
        for _ in range(count):
            root.add([("thread", ""), (name, "kernel")])
    drawn = ElementTree.fromstring(flame.svg(root, "a & b"))
    titles = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}title")]
    assert titles == ["all: 100.0 % ()", "thread: 100.0 % ()", "a: 75.0 % (kernel)",
                      "b<int>: 25.0 % (kernel)"]
    widths = [
        float(one) for one in re.findall(r'width="([\d.]+)" height="16"', flame.svg(root, ""))
    ]
    assert widths == [1600, 1600, 1200, 400]
