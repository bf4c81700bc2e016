from tidings.sendouts.delivery.domains import TOLERATED, Domains


def defer(domains: Domains, domain: str, times: int) -> None:
    for _ in range(times):
        domains.deferred(domain, 0.0)


def passing(domains: Domains, *, begin: float, seconds: float) -> int:
    """How many messages pass in that time, if one is offered each millisecond."""
    return sum(domains.is_open("example.com", begin + n / 1_000) for n in range(int(seconds * 1_000)))


def test_a_few_deferrals_slow_nobody():
    domains = Domains(1)
    defer(domains, "example.com", TOLERATED)
    assert passing(domains, begin=0, seconds=1) == 1_000


def test_a_domain_is_fed_more_slowly_with_each_further_deferral():
    domains = Domains(1)
    defer(domains, "example.com", TOLERATED + 1)
    assert passing(domains, begin=0, seconds=10) in range(98, 102)
    domains.deferred("example.com", 10.0)
    assert passing(domains, begin=10, seconds=10) in range(48, 52)


def test_its_pauses_are_on_average_never_longer_than_told():
    domains = Domains(1)
    defer(domains, "example.com", 1_000)
    assert passing(domains, begin=0, seconds=20) in (19, 20)


def test_after_a_time_without_mail_what_a_minute_would_have_brought_may_follow_each_other():
    domains = Domains(1)
    defer(domains, "example.com", 1_000)
    assert passing(domains, begin=10_000, seconds=0.5) == 60


def test_other_domains_go_on_at_full_speed():
    domains = Domains(1)
    defer(domains, "example.com", 50)
    assert all(domains.is_open("example.org", 0.0) for _ in range(100))


def test_a_domain_that_takes_mail_again_is_soon_back_at_full_speed():
    domains = Domains(1)
    defer(domains, "example.com", 1_000)
    for _ in range(10):
        domains.accepted("example.com")
    assert not domains


def test_it_remembers_a_bounded_number_of_domains():
    domains = Domains(1)
    for number in range(20_000):
        domains.deferred(f"{number}.example.com", 0.0)
    assert len(domains) == 10_000
