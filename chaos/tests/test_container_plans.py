"""Where containers are and what they are told, before there is any."""

import itertools
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from quorate_chaos.backend.addresses import (
    NODES_MAX,
    Addresses,
    free_addresses,
    pair_of,
    pairs_among,
)
from quorate_chaos.backend.compose_services import Node, Services, bridge_of
from quorate_chaos.process import run

ALL = [f"n{number}" for number in range(1, NODES_MAX + 1)]


def test_whoever_may_come_has_a_place_of_its_own() -> None:
    addresses = Addresses(200, 4)
    pairs = pairs_among(ALL)
    networks = [ip_network(addresses.pair_subnet(pair)) for pair in pairs]
    networks.append(ip_network(addresses.clients_subnet))
    assert not any(one.overlaps(other) for one, other in itertools.combinations(networks, 2))
    assert all(network.subnet_of(ip_network("10.200.4.0/22")) for network in networks)  # type: ignore
    for pair, network in zip(pairs, networks, strict=False):
        first, second = (ip_address(addresses.in_pair(pair, node)) for node in pair)
        assert first != second and {first, second} <= set(network.hosts()) - {network[1]}
    assert len({bridge_of(pair) for pair in pairs}) == len(pairs)
    assert max(len(bridge_of(pair)) for pair in pairs) <= 15, "the kernel allows no more"


def test_a_pair_is_one_whoever_is_named_first() -> None:
    assert pair_of("n10", "n2") == pair_of("n2", "n10") == ("n2", "n10")


def test_addresses_are_of_networks_that_nothing_here_routes_to() -> None:
    routes = run(["/usr/sbin/ip", "-4", "route"]).stdout
    assert free_addresses().for_clients("n1").rpartition(".")[0] + "." not in routes


def _services(*nodes: Node) -> dict[str, Any]:
    told = Services("quorate:t", Addresses(200, 4), "p_{}".format, {"dead-after": "5s"})
    return told.override(nodes)["services"]


def _node(name: str, **more: Any) -> Node:
    return Node(name, Path("/run"), Path("/run/data"), {}, **more)


def test_who_is_there_first_knows_the_addresses_of_all_who_may_come() -> None:
    early = _services(_node("n1"))["n1"]["extra_hosts"]
    late = _services(*(_node(name) for name in ALL))
    for name in ALL[1:]:
        address = late[name]["networks"][f"n1-{name}"]["ipv4_address"]
        assert f"{name}.pair:{address}" in early
        assert f"n1.pair:{late['n1']['networks'][f'n1-{name}']['ipv4_address']}" in (
            late[name]["extra_hosts"]
        )


def test_who_comes_later_asks_to_be_let_in_and_founds_nothing() -> None:
    services = _services(_node("n1"), _node("n6", door="n1", weight=200, zone="b"))
    founder, joiner = (services[name]["environment"] for name in ("n1", "n6"))
    assert founder["KVD_BOOTSTRAP"] == "1=10.200.4.11:7400/n1.pair:7401"
    assert joiner["KVD_BOOTSTRAP"] == "" and joiner["KVD_JOIN"] == "10.200.4.11:7400"
    assert joiner["KVD_ADVERTISE"] == "10.200.4.16:7400"
    assert joiner["KVD_PEER_ADVERTISE"] == "n6.pair:7401"
    assert (joiner["KVD_NODE_ID"], joiner["KVD_WEIGHT"], joiner["KVD_ZONE"]) == ("6", "200", "b")
    assert joiner["KVD_DEAD_AFTER"] == "5s"
    assert services["n6"]["image"] == "quorate:t", "the file has no such service"


def test_another_program_lies_over_the_images_kvd() -> None:
    with_own = _services(_node("n1", program="/x/kvd_broken"))["n1"]["volumes"]
    assert "/x/kvd_broken:/usr/local/bin/kvd:ro" in with_own
    assert not any("/usr/local/bin" in volume for volume in _services(_node("n1"))["n1"]["volumes"])
