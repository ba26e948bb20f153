from norway.addresses import address_key


def test_one_address_however_it_is_written():
    for address in (
        *("Storgata 12B", "Storgata 12 B", "storgaten 12b", "STORGT. 12 B", "Storgata 12B, 2. etasje"),
        *("Storgata 12B 2. etg", "Storgata 12 B, H0201", "Storgata 12B H0201", "c/o X, Storgata 12B"),
        *(
            "C/O Kari Prøve AS\nStorgata 12B",
            "v/ Loftet, Storgata 12B",
            "Inngang C, Storgata 12B",
            "Storgata 12B, kjeller",
        ),
    ):
        assert address_key(address) == address_key("Storgata 12B"), address


def test_other_addresses_are_others():
    for address in (
        "Storgata 12",
        "Storgata 12C",
        "Storgata 1",
        "Storgata 112B",
        "Lillegata 12B",
        "Storgata",
        "",
        "H0201",
    ):
        assert address_key(address) != address_key("Storgata 12B"), address
    assert address_key("7. juni-plassen 1") != address_key("7. juni-plassen 2")
    assert address_key("Bygg 3, Havnegata 1") != address_key("Bygg 3, Strandgata 2")
    assert address_key("Gamle tollbod, 1. etasje") == address_key("gamle tollbod")
