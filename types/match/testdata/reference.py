#!/usr/bin/env python3
"""Second implementation of matching, written from docs/matching.md alone.

    reference.py make   write agents.json and jobs.json, the questions
    reference.py rank   read both and write expected.json, the answers
    reference.py fair   print how often each of ten equal agents comes first

All files are in the folder of this script. Needs nothing but Python 3. Python's
integers have no size, so no product is truncated, and no float is used where the
answers are computed.
"""

import hashlib
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

# --------------------------------------------------------------------------------------
# Semantic versions: https://semver.org/spec/v2.0.0.html, section 11
# --------------------------------------------------------------------------------------

NUMBER = r"(?:0|[1-9][0-9]*)"
PRE_PART = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
VERSION = re.compile(
    rf"({NUMBER})\.({NUMBER})\.({NUMBER})"
    rf"(?:-({PRE_PART}(?:\.{PRE_PART})*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)


def version_order(text):
    """A value that compares like the precedence of the version does."""
    m = VERSION.fullmatch(text)
    if m is None:
        raise ValueError(f"not a semantic version: {text!r}")
    core = (int(m[1]), int(m[2]), int(m[3]))
    if m[4] is None:
        return core, 1, ()  # a release is higher than its pre-releases
    parts = []
    for part in m[4].split("."):
        if part.isdigit():
            parts.append((0, int(part), ""))  # numbers are lower than texts
        else:
            parts.append((1, 0, part))  # texts in ASCII order
    # Of two lists with an equal beginning the longer is higher: so are tuples.
    return core, 0, tuple(parts)


# --------------------------------------------------------------------------------------
# Matching
# --------------------------------------------------------------------------------------

WEEK = 604800

#             price  speed  reputation  coverage  recency
WEIGHTS = {
    "BALANCED": (3000, 2000, 3000, 1000, 1000),
    "CHEAPEST": (7000, 500, 1500, 500, 500),
    "FASTEST": (1500, 6000, 1500, 500, 500),
    "SAFEST": (1000, 500, 5000, 3000, 500),
}


def find_skill(agent, skill_id):
    for skill in agent["skills"]:
        if skill["id"] == skill_id:
            return skill
    return None


def price_of(skill, job):
    amount = int(skill["price"])
    if skill["price_model"] == "FLAT":
        return amount
    if skill["price_model"] == "PER_UNIT":
        return amount * job["units"]
    if skill["price_model"] == "PER_SECOND":
        return amount * job["seconds"]
    raise ValueError(f"unknown price model: {skill['price_model']!r}")


def is_candidate(agent, job):
    """The ten conditions, in the order of the page."""
    if not agent["hireable"]:
        return False
    if job["client"] == agent["owner"]:
        return False
    skill = find_skill(agent, job["skill"])
    if skill is None:
        return False
    if job["min_version"] != "":
        if version_order(skill["version"]) < version_order(job["min_version"]):
            return False
    if not set(job["input_media_types"]) <= set(skill["input_media_types"]):
        return False
    if not set(job["output_media_types"]) <= set(skill["output_media_types"]):
        return False
    if not agent["reservations"] < skill["max_concurrent_jobs"]:
        return False
    if not int(agent["free"]) >= int(job["reserve"]):
        return False
    if not price_of(skill, job) <= int(job["cap"]):
        return False
    if not skill["sla_seconds"] <= job["delivery_seconds"]:  # 0 always passes
        return False
    if not agent["score"] >= job["min_score"]:
        return False
    return True


def terms_of(agent, job):
    """Price, speed, reputation, coverage and recency of a candidate."""
    skill = find_skill(agent, job["skill"])
    cap, reserve, free = int(job["cap"]), int(job["reserve"]), int(agent["free"])
    sla, delivery = skill["sla_seconds"], job["delivery_seconds"]

    price = 10000 * (cap - price_of(skill, job)) // cap

    speed = 0
    if sla != 0:
        speed = 10000 * (delivery - sla) // delivery

    reputation = 10000 * agent["score"] * agent["confidence"] // 10**12

    coverage = 10000
    if reserve != 0:
        coverage = 10000 * (free - reserve) // free

    age = max(0, job["now"] - agent["last_seen"])
    recency = 0
    if age < WEEK:
        recency = 10000 * (WEEK - age) // WEEK

    return [price, speed, reputation, coverage, recency]


def match_of(terms, preset):
    return sum(w * t for w, t in zip(WEIGHTS[preset], terms)) // 10000


def lot(key, agent_id):
    """What decides between agents of equal match and equal price."""
    return hashlib.sha256(
        b"aitbc/match/v1" + b"\x00" + key + agent_id.to_bytes(8, "big")
    ).digest()


def rank(agents, job):
    key = bytes.fromhex(job["key"])
    found = []
    for agent in agents:
        if not is_candidate(agent, job):
            continue
        price = price_of(find_skill(agent, job["skill"]), job)
        terms = terms_of(agent, job)
        match = match_of(terms, job["preset"])
        order = (-match, price, lot(key, agent["id"]))
        answer = {
            "agent_id": agent["id"],
            "price": str(price),
            "terms": terms,
            "match": match,
        }
        found.append((order, answer))
    found.sort(key=lambda pair: pair[0])
    return [answer for _, answer in found]


# --------------------------------------------------------------------------------------
# The questions
# --------------------------------------------------------------------------------------


class Numbers:
    """A linear congruential generator, the same in every version of Python."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n


NOW = 1790000000
LATER = NOW + 300000
CLIENT = "ait1client"
OTHER_CLIENT = "ait1other"
ADDRESS = bytes(range(0xA0, 0xB4))  # 20 bytes
BIG = 10**18


def skill(skill_id, version, model, price, **change):
    s = {
        "id": skill_id,
        "version": version,
        "input_media_types": ["text/plain", "text/html"],
        "output_media_types": ["text/markdown", "application/json"],
        "price_model": model,
        "price": str(price),
        "sla_seconds": 600,
        "max_concurrent_jobs": 4,
    }
    assert set(change) <= set(s), change
    s.update(change)
    return s


def agent(agent_id, *skills, **change):
    a = {
        "id": agent_id,
        "owner": f"ait1owner{agent_id}",
        "hireable": True,
        "reservations": 2,
        "free": "100000000",
        "score": 600000,
        "confidence": 800000,
        "last_seen": NOW - 10000,
    }
    assert set(change) <= set(a), change
    a.update(change)
    a["skills"] = list(skills)
    return a


def make_agents():
    rnd = Numbers(1)

    def text(version="1.2.0", model="FLAT", price=500000, **change):
        return skill("text.summarize", version, model, price, **change)

    def train(model, price, **change):
        change = {"sla_seconds": 86400, **change}
        return skill("data.train", "0.9.0", model, price, **change)

    def image(version, model, price, **change):
        change = {
            "input_media_types": ["image/png", "image/jpeg", "text/plain"],
            "output_media_types": ["application/json"],
            **change,
        }
        return skill("image.tag", version, model, price, **change)

    def varied(**change):
        """Score, confidence, bond and last sign of life from the generator."""
        return {
            "score": rnd.below(1000001),
            "confidence": rnd.below(1000001),
            "free": str(1 + rnd.below(10**9)),
            "last_seen": NOW - rnd.below(700000),
            **change,
        }

    agents = [
        # The measure of the first group, and two equal to it: only the hash decides.
        agent(1, text()),
        agent(2, text()),
        agent(3, text()),
        # Price: exactly at the cap of job 0, and one above.
        agent(4, text(price=1000000)),
        agent(5, text(price=1000001)),
        # Time: exactly the time until delivery, one above, and nothing said.
        agent(6, text(sla_seconds=3600)),
        agent(7, text(sla_seconds=3601)),
        agent(8, text(sla_seconds=0)),
        # Reservations: at capacity, and one below (otherwise equal to 1).
        agent(9, text(), reservations=4),
        agent(10, text(), reservations=3),
        # Free bond: equal to the reserve, and one below.
        agent(11, text(), free="25000000"),
        agent(12, text(), free="24999999"),
        # Score: the least, and one below. 13 is also seen so long ago that its recency
        # is just below 1.
        agent(13, text(), score=400000, last_seen=NOW - WEEK + 60),
        agent(14, text(), score=399999),
        # Versions around 1.2.0-alpha.10: equal; alpha.2 is lower though its text is
        # greater; build metadata does not count; lower; higher though its text is less.
        agent(15, text("1.2.0-alpha.10"), score=650001),
        agent(16, text("1.2.0-alpha.2"), score=650002),
        agent(17, text("1.2.0-alpha.10+build.7"), score=650003),
        agent(18, text("1.1.9"), score=650004),
        agent(19, text("1.10.0"), score=650005),
        # Media types missing. The other skill of 20 takes what this one does not.
        agent(
            20,
            image("1.0.0", "FLAT", 90000, max_concurrent_jobs=9),
            text(input_media_types=["text/html"]),
        ),
        agent(21, text(output_media_types=["application/json"])),
        # Owned by the client of job 0, and not hireable.
        agent(22, text(), owner=CLIENT),
        agent(23, text(), hireable=False),
        # Last seen in the future, exactly 7 days ago, and a little less than that.
        agent(24, text(), last_seen=NOW + 5000),
        agent(25, text(), last_seen=NOW - WEEK),
        agent(26, text(), last_seen=NOW - WEEK + 61),
        # Ids of skills are matched exactly.
        agent(
            27,
            skill("Text.Summarize", "1.2.0", "FLAT", 400000),
            skill("text.summarize.long", "1.2.0", "FLAT", 400000),
            skill("text", "1.2.0", "FLAT", 400000),
        ),
        # At 4 units the price is that of 1: again only the hash decides.
        # The id needs more than 32 bits.
        agent(2**32 + 28, text(model="PER_UNIT", price=125000)),
        # Equal price terms of unequal prices: the lower price decides.
        agent(29, text(model="PER_SECOND", price=5555)),
        agent(30, text(price=499999)),
        agent(31, text(price=499901), owner=OTHER_CLIENT),
        # Unequal terms, equal match: 2 more of price, 3 less of speed (BALANCED).
        agent(32, text(price=499800, sla_seconds=601)),
        # Great amounts: 10^9 units and a cap of 10^18 in job 4.
        agent(33, train("PER_UNIT", 999999999), **varied(free=str(BIG), score=999999)),
        agent(34, train("PER_UNIT", 10**9), free=str(BIG), score=1000000),
        # 10^9 units: 2^64 + 290448384, which 64 bits would take for a small price.
        agent(35, train("PER_UNIT", 18446744074), **varied(free=str(BIG))),
        # 999999937 seconds: a little more than 2^64 too.
        agent(
            36,
            train("PER_SECOND", 2**64 // 999999937 + 1),
            **varied(free=str(BIG)),
        ),
        # The price of 34 as a flat one: only the hash decides.
        agent(37, train("FLAT", BIG), free=str(BIG), score=1000000),
        # 10^19: fits 64 bits without sign, is negative with one.
        agent(38, train("PER_UNIT", 10**10), **varied(free=str(BIG), score=1000000)),
        # The greatest times until delivery of jobs 4 and 5.
        agent(
            39,
            train("FLAT", 123456789012345678, sla_seconds=2**32 - 2),
            **varied(free=str(BIG - 1), score=1000000),
        ),
        agent(
            40,
            train("PER_SECOND", 123456789, sla_seconds=2**32 - 1),
            **varied(free=str(BIG), score=1000000, confidence=1000000),
        ),
        # Several skills. 41 is full for text but not for images. At 7 units and 11
        # seconds the image prices of 41, 42 and 43 are all 77000.
        agent(
            41,
            text(price=300000),
            image("2.0.0", "FLAT", 77000, max_concurrent_jobs=8),
            reservations=5,
        ),
        agent(
            42,
            image("2.1.0", "PER_UNIT", 11000),
            train("FLAT", 5 * 10**17),
            text("2.0.0", "PER_UNIT", 99999, sla_seconds=1200),
            free="333333333333333334",
        ),
        # Nothing free: enough where nothing must be.
        agent(43, image("2.0.0", "PER_SECOND", 7000), free="0"),
        # Versions around 2.0.0, 2.0.0-alpha.1 and 2.0.0-rc.3.
        agent(44, image("2.0.0-rc.1", "FLAT", 50001), **varied()),
        agent(45, image("2.0.0+build.9", "PER_UNIT", 9000), **varied()),
        agent(46, image("2.0.0-alpha.1", "PER_SECOND", 4001), **varied(), owner=CLIENT),
        agent(47, image("2.0.0-1", "FLAT", 40000), **varied()),
        # An identifier of 2^64 + 1, which 64 bits would take for 1. The id is the greatest that is exact in
        # every reader of JSON.
        agent(
            2**53 - 1,
            image("2.0.0-rc.18446744073709551617", "FLAT", 60000, sla_seconds=60),
            **varied(),
        ),
        # The greatest reputation, seen right now.
        agent(
            49,
            image("2.0.0-alpha", "FLAT", 1, sla_seconds=1),
            score=1000000,
            confidence=1000000,
            last_seen=NOW,
        ),
        # No reputation, never seen.
        agent(
            50,
            image("2.0.0-Beta", "FLAT", 70000),
            score=0,
            confidence=0,
            last_seen=0,
        ),
    ]

    # The order of the list must not matter: mix it.
    for i in range(len(agents) - 1, 0, -1):
        j = rnd.below(i + 1)
        agents[i], agents[j] = agents[j], agents[i]
    return agents


def job(key, skill_id, **change):
    j = {
        "key": key.hex(),
        "skill": skill_id,
        "min_version": "",
        "input_media_types": [],
        "output_media_types": [],
        "units": 1,
        "seconds": 1,
        "cap": "1000000",
        "delivery_seconds": 3600,
        "reserve": "0",
        "min_score": 0,
        "client": CLIENT,
        "now": NOW,
        "preset": "BALANCED",
    }
    assert set(change) <= set(j), change
    j.update(change)
    return j


def make_jobs():
    def key(sequence):
        return ADDRESS + sequence.to_bytes(8, "big")

    strict = {
        "min_version": "1.2.0-alpha.10",
        "input_media_types": ["text/html", "text/plain"],
        "output_media_types": ["application/json", "text/markdown"],
        "units": 4,
        "seconds": 90,
        "reserve": "25000000",
        "min_score": 400000,
    }
    return [
        # 0: the edge of every condition.
        job(key(1), "text.summarize", **strict),
        # 1: the same under the next key, cheapest first: equals take other turns.
        job(key(2), "text.summarize", **{**strict, "preset": "CHEAPEST"}),
        # 2: empty key, any version, fastest first, another client.
        job(
            b"",
            "text.summarize",
            **{
                **strict,
                "min_version": "",
                "units": 5,
                "seconds": 89,
                "cap": "1000003",
                "client": OTHER_CLIENT,
                "preset": "FASTEST",
            },
        ),
        # 3: key of 64 bytes, nothing asked but the skill, later, safest first.
        job(
            bytes((7 * i + 3) % 256 for i in range(64)),
            "text.summarize",
            units=3,
            seconds=100,
            cap="777777",
            delivery_seconds=7200,
            reserve="24999999",
            now=LATER,
            preset="SAFEST",
        ),
        # 4: products beyond 64 bits.
        job(
            key(2**32),
            "data.train",
            units=10**9,
            seconds=999999937,
            cap=str(BIG),
            delivery_seconds=2**32 - 2,
            reserve="333333333333333333",
        ),
        # 5: the greatest values; the cap is one below the price of 37.
        job(
            key(2**64 - 1),
            "data.train",
            units=999999999,
            seconds=10**9,
            cap=str(BIG - 1),
            delivery_seconds=2**32 - 1,
            reserve=str(BIG - 1),
            min_score=1000000,
            preset="SAFEST",
        ),
        # 6: no reserve, so an agent without free bond may answer; releases only.
        job(
            key(3),
            "image.tag",
            min_version="2.0.0",
            input_media_types=["image/jpeg", "image/png"],
            output_media_types=["application/json"],
            units=7,
            seconds=11,
            cap="100000",
            preset="CHEAPEST",
        ),
        # 7: pre-releases; the build metadata of the least version does not count.
        job(
            key(4),
            "image.tag",
            min_version="2.0.0-alpha.1+zzz",
            units=6,
            seconds=13,
            cap="123457",
            delivery_seconds=1000,
            reserve="1",
            client=OTHER_CLIENT,
            preset="FASTEST",
        ),
        # 8: no candidate: nobody summarizes for 1.
        job(key(5), "text.summarize", cap="1", delivery_seconds=1),
        # 9: greater identifiers of pre-releases; three price models at one price.
        job(
            key(6),
            "image.tag",
            min_version="2.0.0-rc.3",
            units=7,
            seconds=11,
            cap="77000",
            delivery_seconds=601,
            now=LATER,
            preset="SAFEST",
        ),
    ]


# --------------------------------------------------------------------------------------
# Commands
# --------------------------------------------------------------------------------------


def line(value):
    return json.dumps(value, ensure_ascii=True)


def lines(values, indent=""):
    """A list in JSON with one line for each of its values."""
    if not values:
        return indent + "[]"
    inner = ",\n".join(f"{indent}  {line(v)}" for v in values)
    return f"{indent}[\n{inner}\n{indent}]"


def write(name, text):
    with open(os.path.join(HERE, name), "w", encoding="ascii", newline="\n") as f:
        f.write(text + "\n")


def read(name):
    with open(os.path.join(HERE, name), encoding="ascii") as f:
        return json.load(f)


def command_make():
    agents, jobs = make_agents(), make_jobs()
    assert len(agents) == len({a["id"] for a in agents}) == 50
    assert len(jobs) == 10
    write("agents.json", lines(agents))
    write("jobs.json", lines(jobs))


def command_rank():
    agents, jobs = read("agents.json"), read("jobs.json")
    blocks = [lines(rank(agents, j), "  ") for j in jobs]
    write("expected.json", "[\n" + ",\n".join(blocks) + "\n]")


def command_fair():
    agents = [agent(i, skill("text", "1.0.0", "FLAT", 1)) for i in range(1, 11)]
    first = {a["id"]: 0 for a in agents}
    for sequence in range(10000):
        j = job(ADDRESS + sequence.to_bytes(8, "big"), "text")
        first[rank(agents, j)[0]["agent_id"]] += 1
    for agent_id, count in first.items():
        print(f"agent {agent_id:2}: first in {count} of 10000")
    chi = sum((count - 1000) ** 2 for count in first.values()) / 1000
    print(f"chi-square {chi:.2f}, 9 degrees of freedom; above 27.88 once in 1000")


COMMANDS = {"make": command_make, "rank": command_rank, "fair": command_fair}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit("usage: reference.py make | rank | fair")
    COMMANDS[sys.argv[1]]()
